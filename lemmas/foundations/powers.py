"""Laws of natural powers: (x*y)^n = x^n*y^n, (x^2)^n = (x^n)^2, and x^n <= 1, x^n <= x for 0 <= x <= 1."""

from ..vocabulary import *

x, y = reals("x y")
COUNT, POSITIVE = {"n is a count": le(0, n)}, {"n is positive": le(1, n)}
UNIT = {"x is not negative": le(0, x), "x <= 1": le(x, 1)}
PRODUCT, AT_MOST_ONE = eq(power(x * y, n), power(x, n) * power(y, n)), le(power(x, n), 1)


def square(proof: Scope) -> Step:
    return proof.conclude(proof.cite("powers", "product", y=x))


def at_most_base(proof: Scope) -> Step:
    """x^n = x*x^(n-1) <= x."""
    smaller = proof.cite("powers", "at most one", n=n - 1)
    successor = proof.every(k, eq(power(x, k + 1), x * power(x, k)), given=[le(0, k)])
    return proof.conclude(smaller, proof.at(successor, n - 1))


def models(rng: Random) -> Iterator[Model]:
    """Bases in [0, 1] and another of any sign, exponents from 0 (from 1 where asked) to 9."""
    while True:
        base = rng.choice([Fraction(0), Fraction(1), abs(rational(rng)) % 1])
        yield Model(variables={"x": base, "y": rational(rng), "n": rng.randint(1, 9)}, integers=range(0, 10))


def models_beyond_one(rng: Random) -> Iterator[Model]:
    """Bases above 1 and below 0."""
    while True:
        base = rng.choice([-1, 1]) * (1 + abs(rational(rng)) + Fraction(1, 7))
        yield Model(variables={"x": base, "y": rational(rng), "n": rng.randint(1, 9)}, integers=range(0, 10))


lemma = Lemma(
    slug="powers",
    title="Natural powers: products, squares, and x^n <= x for 0 <= x <= 1",
    source=Source.CLASSICAL,
    where="the weights beta^(t - k) of the moving averages",
    assumptions={**COUNT, **POSITIVE, **UNIT},
    claims=[
        Claim("product", PRODUCT, lambda proof: proof.induction(PRODUCT, n), given=COUNT),
        Claim("square", eq(power(x**2, n), power(x, n) ** 2), square, given=COUNT),
        Claim("at most one", AT_MOST_ONE, lambda p: p.induction(AT_MOST_ONE, n, step=[UNIT]), given=(COUNT, UNIT)),
        Claim("at most the base", le(power(x, n), x), at_most_base, given=(POSITIVE, UNIT)),
    ],
    models=models,
    mutants=[
        Mutant("product with a plus", eq(power(x * y, n), power(x, n) + power(y, n))),
        Mutant("square times 1.01", eq(power(x**2, n), power(x, n) ** 2 + Integer(1) / 100), claim="square"),
        Mutant("strictly below one", lt(power(x, n), 1), claim="at most one"),
        Mutant("x <= 1 dropped", drop=("x <= 1",), claim="at most one", models=models_beyond_one),
        Mutant("at least the base", lt(x, power(x, n)), claim="at most the base"),
    ],
)
