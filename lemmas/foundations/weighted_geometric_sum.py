"""Geometric sums with a factor: 1 + 2*b + 3*b^2 + ... + n*b^(n-1) <= 1/(1 - b)^2, exactly and turned around.

    (1 - b)^2*(sum of (k + 1)*b^k over k < n) = 1 - (n + 1)*b^n + n*b^(n+1)

By induction on n; what is taken away from 1 is b^n + n*b^n*(1 - b) >= 0.
"""

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

b = reals("b")


def weighted(count: Any) -> Any:
    """1 + 2*b + ... + count*b^(count - 1)."""
    return Sum((k + 1) * power(b, k), (k, 0, count - 1))


def lagged(count: Any) -> Any:
    """b + 2*b^2 + ... + (count - 1)*b^(count - 1)."""
    return Sum(k * power(b, k), (k, 0, count - 1))


def backwards(count: Any) -> Any:
    """count*b^(count - 1) + ... + 2*b + 1, as the ages of a moving average come."""
    return Sum((count - k + 1) * power(b, count - k), (k, 1, count))


EXACT = eq((1 - b) ** 2 * weighted(n), 1 - (n + 1) * power(b, n) + n * power(b, n + 1))
LIMIT = 1 / (1 - b) ** 2
COUNT = {"n is a count": le(0, n)}
RATIO = {"b is not negative": le(0, b), "b < 1": lt(b, 1)}


# --- proof -----------------------------------------------------------------------------------------


def bound(proof: Scope) -> Step:
    exact = proof.cite("weighted-geometric-sum", "exact")
    rest = proof.have(eq(power(b, n + 1), b * power(b, n)), COUNT)
    small = proof.have(le((1 - b) ** 2 * weighted(n), 1), exact, rest, le(0, n * power(b, n) * (1 - b)))
    return proof.conclude(small, RATIO)


def lag(proof: Scope) -> Step:
    """k*b^k = (k + 1)*b^k - b^k, and both sums are known exactly."""
    exact, plain = proof.cite("weighted-geometric-sum", "exact"), proof.cite("geometric-sum", "forwards")
    rest = proof.have(eq(power(b, n + 1), b * power(b, n)), COUNT)
    parts = proof.have(eq(lagged(n), weighted(n) - Sum(power(b, k), (k, 0, n - 1))))
    small = proof.have(le((1 - b) ** 2 * lagged(n), b), exact, plain, rest, parts, le(0, n * power(b, n) * (1 - b)))
    return proof.conclude(small, RATIO)


def turned(proof: Scope) -> Step:
    return proof.conclude(proof.cite("reindexing", "turned around", f=(k, (k + 1) * power(b, k))))


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Ratios 0 <= b < 1, near 1 now and then."""
    while True:
        ratio = rng.choice([Fraction(0), abs(rational(rng)) % 1, 1 - Fraction(1, 10 ** rng.randint(1, 4))])
        size = rng.choice([rng.randint(0, 9), 60])
        yield Model(variables={"b": ratio, "n": size}, integers=range(0, size + 2))


def beyond_one(rng: Random) -> Iterator[Model]:
    while True:
        yield Model(variables={"b": 1 + abs(rational(rng)) + 1, "n": rng.randint(2, 9)}, integers=range(0, 12))


lemma = Lemma(
    slug="weighted-geometric-sum",
    title="Geometric sums with a factor: the sum of (k + 1)*b^k is at most 1/(1 - b)^2 for 0 <= b < 1",
    source=Source.CLASSICAL,
    where="the mean age of what a moving average holds",
    assumptions={**COUNT, **RATIO},
    claims=[
        Claim("bound", le(weighted(n), LIMIT), bound),
        Claim("without the first", le(lagged(n), b * LIMIT), lag),
        Claim("exact", EXACT, lambda proof: proof.induction(EXACT, n), given=COUNT),
        Claim("turned around", eq(backwards(n), weighted(n)), turned, given=COUNT),
    ],
    models=models,
    mutants=[
        Mutant("bound times 0.99", le(weighted(n), Rational(99, 100) * LIMIT)),
        Mutant("1/(1 - b)", le(weighted(n), 1 / (1 - b))),
        Mutant("b beyond 1", drop=("b < 1",), models=beyond_one),
        Mutant("without the first, b^2", le(lagged(n), b**2 * LIMIT), claim="without the first"),
        Mutant("one power less", eq(EXACT.lhs, 1 - n * power(b, n) + n * power(b, n + 1)), claim="exact"),
        Mutant("turned, one age more", eq(backwards(n), weighted(n + 1)), claim="turned around"),
    ],
)
