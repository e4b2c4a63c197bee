"""AdaGrad-Norm's sums: with B_t = b0 + a_1 + ... + a_t, the sum of a_t/B_t is at most ln(B_T/b0).

The tangent of the logarithm gives a_t/B_t = 1 - B_{t-1}/B_t <= ln B_t - ln B_{t-1}, which telescopes; in the same way
a_t/sqrt(B_t) <= 2*(sqrt(B_t) - sqrt(B_{t-1})).  With B_{t-1} in the denominator, one step early, both are false.
"""

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

a = function("a")  # squared norms of gradients
b0 = reals("b0")


def accumulated(time: Any) -> Any:
    """B_t."""
    return b0 + Sum(a(k), (k, 1, time))


LOGARITHMIC = Sum(a(t) / accumulated(t), (t, 1, T))
ROOTS = Sum(a(t) / sqrt(accumulated(t)), (t, 1, T))
LOG_BOUND = log(accumulated(T)) - log(b0)
ROOT_BOUND = 2 * (sqrt(accumulated(T)) - sqrt(b0))


# --- proof -----------------------------------------------------------------------------------------


def before_and_after(proof: Scope) -> list[Step]:
    """B_{T+1} = B_T + a_{T+1}, and 0 < B_T."""
    with proof.assuming(le(0, T)):
        grown = proof.have(eq(accumulated(T + 1), accumulated(T) + a(T + 1)), Sum(a(k), (k, 1, T + 1)))
        positive = proof.have(lt(0, accumulated(T)), "b0 is positive", "a is not negative")
        more = proof.have(le(0, a(T + 1)), "a is not negative")
        later = proof.have(lt(0, accumulated(T + 1)), grown, positive, more)
    return [grown, positive, later]


def logarithm(proof: Scope) -> Step:
    grown, positive, later = before_and_after(proof)
    tangent = proof.cite("jensen-ln", "tangent", y=accumulated(T), c=accumulated(T + 1), by=[positive, later])
    share = a(T + 1) / accumulated(T + 1)
    one = proof.have(le(share, log(accumulated(T + 1)) - log(accumulated(T))), tangent, grown, later, title="one step")
    none = proof.have(eq(accumulated(0), b0), Sum(a(k), (k, 1, 0)))
    start = proof.cite(
        "jensen-ln", "tangent", y=b0, c=accumulated(0), by=[none, proof.have(lt(0, accumulated(0)), none)]
    )
    return proof.induction(proof.goal, T, base=[start, none], step=[one])


def roots(proof: Scope) -> Step:
    """a/sqrt(B + a) <= 2*(sqrt(B + a) - sqrt(B)), as 2*sqrt(B)*sqrt(B + a) <= 2*B + a."""
    grown, positive, later = before_and_after(proof)
    old, new = sqrt(accumulated(T)), sqrt(accumulated(T + 1))
    squares = [proof.have(eq(product(root(x), root(x)), x), positive, later) for x in (old.args[0], new.args[0])]
    mean = proof.have(le(2 * old * new, accumulated(T) + accumulated(T + 1)), squares, squares=[old - new])
    one = proof.have(le(a(T + 1) / new, 2 * (new - old)), mean, grown, later, squares, title="one step")
    return proof.induction(proof.goal, T, step=[one])


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    while True:
        terms = table(rng, range(1, 9), lambda r: abs(rational(r)))
        yield Model(
            variables={"b0": abs(rational(rng)) + Fraction(1, 99), "T": rng.randint(0, 7)}, functions={"a": terms}
        )


def one_step(rng: Random) -> Iterator[Model]:
    """a_1 = b0 = 1."""
    yield Model(variables={"b0": 1, "T": 1}, functions={"a": lambda k: Fraction(k == 1)})


def falling(rng: Random) -> Iterator[Model]:
    """b0 = 1, then a_1 = -1/2."""
    yield Model(variables={"b0": 1, "T": 1}, functions={"a": lambda k: Fraction(-(k == 1), 2)})


def early(power_of: Any) -> Any:
    """The sum with B_{t-1} in the denominator."""
    return Sum(a(t) / power_of(accumulated(t - 1)), (t, 1, T))


lemma = Lemma(
    slug="adagrad-norm-log",
    title="AdaGrad-Norm's sums are at most ln(B_T/b0) and 2*(sqrt(B_T) - sqrt(b0))",
    source=Source.CLASSICAL,
    where="in every analysis of AdaGrad; wording and proof are ours",
    assumptions={
        "a is not negative": forall(k, le(0, a(k)), [le(1, k)]),
        "b0 is positive": lt(0, b0),
        "T is a count": le(0, T),
    },
    claims=[
        Claim("logarithm", le(LOGARITHMIC, LOG_BOUND), logarithm),
        Claim("roots", le(ROOTS, ROOT_BOUND), roots),
    ],
    models=models,
    mutants=[
        Mutant("B_{t-1} for B_t", le(early(lambda x: x), LOG_BOUND), models=one_step),
        Mutant("half of the logarithm", le(LOGARITHMIC, LOG_BOUND / 2)),
        Mutant("a of any sign", drop=("a is not negative",), models=falling),
        Mutant("without ln b0", le(LOGARITHMIC, log(accumulated(T)))),
        Mutant("B_{t-1} under the root", le(early(sqrt), ROOT_BOUND), claim="roots", models=one_step),
        Mutant("1.1 for 2", le(ROOTS, Rational(11, 20) * ROOT_BOUND), claim="roots", models=one_step),
    ],
)
