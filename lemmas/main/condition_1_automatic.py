"""Condition 1, in our averaged form, holds by itself with C0 = 1 where 0 <= p <= 1: Jensen's inequality.

    mean_t E|a_t|^p <= (mean_t E|a_t|)^p

z^p lies below its tangent at any g > 0, z^p <= g^p*(1 - p + p*z/g), by Young's inequality; in expectation and on
average over time at g = G, the mean of E|a_t|, the right side is G^p.  If G = 0, small g show that the left side
is not positive unless p = 0.
"""

from dataclasses import replace

from adamproof.lemmas.main import main_theorem
from adamproof.lemmas.main.corollary_3_3 import G
from adamproof.lemmas.models import problems

from ..vocabulary import *
from .setting import TIMES, length, mean_power, over

SLUG = "condition-1-automatic"
ZERO = Integer(0)
z, g, hole = reals("z g hole")  # hole: which of several zeros is meant
EXPONENT = ("p is not negative", "p <= 1")
NUMBERS = {"z is not negative": le(0, z), "g is positive": lt(0, g)}
GIVEN = ("E|a_t| is finite", "T is a horizon", *EXPONENT)


TANGENT = real_power(g, p) * (1 - p) + p * (real_power(g, p) / g) * z  # of z^p at g, multiplied out


# --- the tangent ------------------------------------------------------------------------------------


def tangent(proof: Scope) -> Step:
    """Young's inequality at z/g, multiplied by g^p; at z = 0 there is no factor z^p to split."""
    return proof.cases(z, 0, lambda: at_zero(proof), lambda: at_positive(proof))


def at_positive(proof: Scope) -> Step:
    young = proof.cite("young-power", "numbers", a=z / g, q=p)
    split = proof.rewrite(proof.fact("rpow_base", g, z / g, p), eq(product(g, z / g), z))
    scaled = proof.have(le(real_power(g, p) * real_power(z / g, p), real_power(g, p) * (1 - p + p * (z / g))), young)
    return proof.conclude(split, scaled)


def at_zero(proof: Scope) -> Step:
    """0^p <= g^p*(1 - p): 0 if p > 0, and 1 = 1 if p = 0."""
    none = proof.have(eq(0, z), le(z, 0), "z is not negative")

    def at_most(exponent: Any) -> Any:
        return le(real_power(ZERO, exponent), real_power(g, exponent) * (1 - exponent))

    def no_exponent() -> Step:
        ones = [proof.fact("rpow_zero", base) for base in (ZERO, g)]
        equal = proof.have(eq(0, p), le(p, 0), "p is not negative")
        return rewrite(proof.have(at_most(ZERO), ones), equal, hole, at_most(hole))

    def exponent() -> Step:
        return proof.have(at_most(p), proof.fact("rpow_of_zero", p), "p <= 1")

    whole = proof.cases(p, 0, no_exponent, exponent)
    whole = rewrite(whole, none, hole, le(real_power(hole, p), real_power(g, p) * (1 - p)))
    return proof.conclude(whole, proof.have(eq(z, 0), none))


# --- on average -------------------------------------------------------------------------------------


def averaged(proof: Scope) -> Step:
    """mean_t E|a_t|^p <= g^p*(1 - p) + p*g^p/g*G, for every g > 0."""
    with proof.assuming(le(1, t)):
        each = proof.each(over, proof.cite(SLUG, "tangent", z=length(t)))
    return proof.conclude(proof.each(TIMES, each), proof.cite("constant-sum", n=T))


def automatic(proof: Scope) -> Step:
    proof.step("below the tangents", proof.lemma(SLUG, "averaged"))
    return proof.cases(G, 0, lambda: no_gradients(proof), lambda: at_the_mean(proof))


def at_the_mean(proof: Scope) -> Step:
    """The tangent at G > 0."""
    proof.let(mean=G)
    unit = proof.have(eq(product(inverse(G), G), 1), lt(0, G))
    return proof.have(le(mean_power(p), real_power(G, p)), proof.cite(SLUG, "averaged", g=G), unit)


def no_gradients(proof: Scope) -> Step:
    """If G = 0, then 1 <= 1 if p = 0, and else 0, as a positive mean y is too large at g = (y/2)^(1/p)."""
    mean, one = mean_power(p), Integer(1)
    none = proof.have(eq(0, G), le(G, 0), "E|a_t| is finite")

    def no_exponent() -> Step:
        """0^p = 1 is at least the mean, which the tangent at g = 1 shows."""
        equal = proof.have(eq(0, p), le(p, 0), "p is not negative")
        ones = [
            rewrite(proof.fact("rpow_zero", base), equal, hole, eq(real_power(base, hole), 1)) for base in (ZERO, one)
        ]
        return proof.have(le(mean, real_power(ZERO, p)), proof.cite(SLUG, "averaged", g=one), ones, equal)

    def exponent() -> Step:
        small = proof.cases(mean, 0, lambda: proof.have(le(mean, 0)), lambda: too_large(proof, none))
        return proof.have(le(mean, real_power(ZERO, p)), small, proof.fact("rpow_of_zero", p))

    whole = proof.cases(p, 0, no_exponent, exponent)
    return proof.step("no gradients at all", rewrite(whole, none, hole, le(mean, real_power(hole, p))))


def too_large(proof: Scope, none: Step) -> Step:
    mean = mean_power(p)
    root = real_power(mean / 2, 1 / p)
    positive = proof.have(lt(0, mean / 2))
    back = proof.rewrite(head_fact("rpow_mul", mean / 2, 1 / p, p, given=[positive]), eq(product(1 / p, p), 1))
    plain = head_fact("rpow_one", mean / 2, given=[proof.have(le(0, mean / 2))])
    bound = proof.cite(SLUG, "averaged", g=root, by=[head_fact("rpow_pos", mean / 2, 1 / p, given=[positive])])
    return proof.have(le(mean, 0), bound, back, plain, none)


# --- models -----------------------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Runs of Adam, with exponents from 0 to 1 and numbers for the tangent."""
    for model in problems.runs(rng):
        place, base = Fraction(rng.randint(1, 9), 4), Fraction(rng.randint(0, 9), 4)
        yield model.extended(variables={"p": Fraction(rng.randint(0, 4), 4), "g": place, "z": base})


@alone
def fixed(problem: problems.Problem, **changes: Any) -> Model:
    """One run, as a generator."""
    return problems.run(problem).extended(variables={"g": 1, "z": 1, **changes})


EQUAL = fixed(replace(problems.FAR, horizon=1), p=1)  # a single gradient, of length 100
SHRINKING = replace(problems.JUMPING, start=(Fraction(4),), rate=Fraction(3))  # gradients of lengths 4 and about 1

lemma = Lemma(
    slug="condition-1-automatic",
    title="Our averaged form of Condition 1 holds with C0 = 1 if 0 <= p <= 1",
    source=Source.OURS,
    where="Condition 1, which the summary names but does not spell out; our form averages over time",
    assumptions={
        **{name: main_theorem.lemma.assumptions[name] for name in ("E|a_t| is finite", "T is a horizon")},
        "p is not negative": le(0, p),
        "p <= 1": le(p, 1),
        **NUMBERS,
    },
    claims=[
        Claim("C1 with C0 = 1", le(mean_power(p), real_power(G, p)), automatic, given=GIVEN),
        Claim("averaged", le(mean_power(p), TANGENT.subs(z, G)), averaged, given=(*GIVEN, "g is positive")),
        Claim("tangent", le(real_power(z, p), TANGENT), tangent, given=(NUMBERS, *EXPONENT)),
    ],
    models=models,
    mutants=[
        Mutant("right side times 0.99", le(mean_power(p), Rational(99, 100) * real_power(G, p)), models=EQUAL),
        Mutant("p above 1", drop=("p <= 1",), models=fixed(SHRINKING, p=2)),
        Mutant("inequality reversed", le(real_power(G, p), mean_power(p))),
        Mutant("p below 0", drop=("p is not negative",), models=fixed(SHRINKING, p=-1)),
        Mutant("no exponent on the right", le(mean_power(p), G), models=fixed(problems.NOISY, p=0)),
    ],
)
