"""x^r for x >= 0 and r >= 0 is not negative, and the square of x^(r/2): x > 0, or x = 0 and 0^r is 0 or 1."""

from ..vocabulary import *

x, r, hole = reals("x r hole")
zero = Integer(0)
NATURAL = {"x is not negative": le(0, x), "r is not negative": le(0, r)}


def vanishing(proof: Scope, number: Any) -> Step:
    """0 = x, where x <= 0."""
    return prove(eq(0, number), le(number, 0), proof.given(*NATURAL))


def not_negative(proof: Scope) -> Step:
    """Written with tactics: signs by form rest on this claim."""
    positive = prove(proof.goal, head_fact("rpow_pos", x, r, given=[lt(0, x)]))
    some = prove(le(0, real_power(zero, r)), head_fact("rpow_of_zero", r, given=[lt(0, r)]))
    one = prove(le(0, real_power(zero, zero)), head_fact("rpow_zero", zero, given=[prove(le(0, 0))]))
    one = rewrite(one, vanishing(proof, r), hole, le(0, real_power(zero, hole)))
    at_zero = proof.step("0^r is not negative", by_cases(r, 0, one, some))
    return by_cases(x, 0, rewrite(at_zero, vanishing(proof, x), hole, le(0, real_power(hole, r))), positive)


def halved(proof: Scope) -> Step:
    """x^r = x^(r/2)*x^(r/2)."""
    half = r / 2
    positive = prove(proof.goal, head_fact("rpow_add", x, half, half, given=[lt(0, x)]))
    at_zero = eq(real_power(zero, r), real_power(zero, half) ** 2)
    powers = [head_fact("rpow_of_zero", q, given=[prove(lt(0, q), lt(0, r))]) for q in (r, half)]
    one = head_fact("rpow_zero", zero, given=[prove(le(0, 0))])
    one = prove(eq(real_power(zero, zero), real_power(zero, zero) ** 2), one)
    one = rewrite(one, vanishing(proof, r), hole, eq(real_power(zero, hole), real_power(zero, zero) ** 2))
    no_half = prove(eq(0, half), vanishing(proof, r))
    one = rewrite(one, no_half, hole, eq(real_power(zero, r), real_power(zero, hole) ** 2))
    nothing = by_cases(r, 0, one, prove(at_zero, powers))
    nothing = rewrite(nothing, vanishing(proof, x), hole, eq(real_power(hole, r), real_power(hole, half) ** 2))
    return by_cases(x, 0, prove(proof.goal, nothing), positive)


def models(rng: Random) -> Iterator[Model]:
    """Bases and exponents from 0 on."""
    while True:
        base = rng.choice([Fraction(0), abs(rational(rng))])
        yield Model(variables={"x": base, "r": rng.choice([Fraction(0), abs(rational(rng))])})


def small(rng: Random) -> Iterator[Model]:
    """0 < x < 1 and r > 1."""
    while True:
        yield Model(variables={"x": Fraction(1, rng.randint(2, 9)), "r": 1 + abs(rational(rng)) + 1})


lemma = Lemma(
    slug="real-powers",
    title="For x, r >= 0, x^r is not negative and is the square of x^(r/2)",
    source=Source.CLASSICAL,
    where="|a|^q in (L0, L1, q)-smoothness",
    assumptions=NATURAL,
    claims=[
        Claim("not negative", le(0, real_power(x, r)), not_negative),
        Claim("halved", eq(real_power(x, r), real_power(x, r / 2) ** 2), halved),
    ],
    models=models,
    mutants=[
        Mutant("halved, without the square", eq(real_power(x, r), real_power(x, r / 2)), claim="halved"),
        Mutant("positive", lt(0, real_power(x, r))),
        Mutant("at least x", le(x, real_power(x, r)), models=small),
        Mutant("at most 0", le(real_power(x, r), 0)),
        Mutant("at least 1/100", le(Fraction(1, 100), real_power(x, r))),
    ],
)
