"""Geometric sums: (1 - b)*(1 + b + ... + b^(n-1)) = 1 - b^n, forwards and backwards, and the bound 1/(1 - b)."""

from ..vocabulary import *

b = reals("b")
k, n = integers("k n")


def forwards(count: Any) -> Any:
    """1 + b + ... + b^(count - 1)."""
    return Sum(power(b, k), (k, 0, count - 1))


def backwards(count: Any) -> Any:
    """b^(count - 1) + ... + b + 1, as the weights of a moving average come."""
    return Sum(power(b, count - k), (k, 1, count))


FORWARDS = eq((1 - b) * forwards(n), 1 - power(b, n))
BACKWARDS = eq((1 - b) * backwards(n), 1 - power(b, n))
RECURSION = eq(forwards(n + 1), 1 + b * forwards(n))
TURNED = eq(backwards(n), forwards(n))
LIMIT = 1 / (1 - b)


COUNT = {"n is a count": le(0, n)}


def turned(proof: Scope) -> Step:
    """Both obey S_{n+1} = 1 + b*S_n."""
    return proof.induction(TURNED, n, step=[proof.lemma("geometric-sum", "recursion")])


def bound(proof: Scope) -> Step:
    return proof.conclude(proof.step("the exact value", proof.lemma("geometric-sum", "backwards")))


def models(rng: Random) -> Iterator[Model]:
    """Ratios 0 <= b < 1, near 1 now and then."""
    while True:
        size = rng.randint(1, 12)
        ratio = rng.choice([Fraction(0), abs(rational(rng)) % 1, 1 - Fraction(1, 10 ** rng.randint(1, 4))])
        yield Model(variables={"b": ratio, "n": size}, integers=range(0, size + 2))


def models_beyond_one(rng: Random) -> Iterator[Model]:
    """Ratios from 1 up, where the bound fails."""
    while True:
        yield Model(variables={"b": 1 + abs(rational(rng)), "n": rng.randint(1, 12)}, integers=range(0, 14))


lemma = Lemma(
    slug="geometric-sum",
    title="Geometric sums: closed form, recursion and, for 0 <= b < 1, the bound 1/(1 - b)",
    source=Source.CLASSICAL,
    where="the weights of the moving averages m_t and v_t; the last step of the proof of Lemma B.2",
    assumptions={**COUNT, "b is not negative": le(0, b), "b < 1": lt(b, 1)},
    claims=[
        Claim("bound", le(backwards(n), LIMIT), bound),
        Claim("backwards", BACKWARDS, lambda proof: proof.induction(BACKWARDS, n), given=COUNT),
        Claim("forwards", FORWARDS, lambda proof: proof.induction(FORWARDS, n), given=COUNT),
        Claim("recursion", RECURSION, lambda proof: proof.induction(RECURSION, n), given=COUNT),
        Claim("turned around", TURNED, turned, given=COUNT),
    ],
    models=models,
    mutants=[
        Mutant("bound times 0.99", le(backwards(n), Rational(99, 100) * LIMIT)),
        Mutant("b < 1 dropped", drop=("b < 1",), models=models_beyond_one),
        Mutant("one power too many", eq((1 - b) * backwards(n), 1 - power(b, n + 1)), claim="backwards"),
        Mutant("sign flipped", eq((1 - b) * backwards(n), 1 + power(b, n)), claim="backwards"),
        Mutant("recursion without the 1", eq(forwards(n + 1), b * forwards(n)), claim="recursion"),
    ],
)
