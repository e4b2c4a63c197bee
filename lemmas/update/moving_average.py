"""A moving average unrolled: x_0 = 0, x_{t+1} = b*x_t + (1 - b)*y_{t+1} gives x_t = (1 - b)*sum of b^(t-k)*y_k."""

from ..vocabulary import *

b = reals("b")
x, y = function("x"), function("y")
WEIGHTED = Sum(power(b, t - k) * y(k), (k, 1, t))
UNROLLED = eq(x(t), (1 - b) * WEIGHTED)


AVERAGE = {
    "x starts at 0": eq(x(0), 0),
    "x is a moving average of y": forall(k, eq(x(k + 1), b * x(k) + (1 - b) * y(k + 1)), [le(0, k)]),
}
WEIGHTS = {"b is not negative": le(0, b), "b <= 1": le(b, 1)}


def unrolled(proof: Scope) -> Step:
    """One more step multiplies every weight by b."""
    return proof.induction(proof.goal, t, base=["x starts at 0"], step=["x is a moving average of y"])


def not_negative(proof: Scope) -> Step:
    return proof.induction(proof.goal, t, step=["x is a moving average of y", "y is not negative"])


def models(rng: Random) -> Iterator[Model]:
    """Ratios 0 <= b <= 1, non-negative y."""
    while True:
        ratio = rng.choice([Fraction(0), Fraction(1), abs(rational(rng)) % 1])
        yield averaged(ratio, table(rng, range(1, 12), lambda r: abs(rational(r))), rng.randint(0, 9))


def models_of_any_sign(rng: Random) -> Iterator[Model]:
    for model in models(rng):
        yield averaged(model.variables["b"], table(rng, range(1, 12)), rng.randint(1, 9))


def averaged(ratio: Fraction, values: Any, time: int, start: int = 0) -> Model:
    """The model of the recursion itself."""
    states = [Fraction(start)]
    for step in range(1, 14):
        states.append(ratio * states[-1] + (1 - ratio) * values(step))
    return Model(
        variables={"b": ratio, "t": time},
        functions={"x": lambda k: states[k] if 0 <= k < len(states) else Fraction(0), "y": values},
        integers=range(-1, 12),
    )


def models_started_late(rng: Random) -> Iterator[Model]:
    """A moving average that does not start at 0."""
    while True:
        values = table(rng, range(1, 12), lambda r: abs(rational(r)))
        yield averaged(abs(rational(rng)) % 1, values, rng.randint(0, 4), start=-3)


lemma = Lemma(
    slug="moving-average",
    title="A moving average that starts at 0, as a weighted sum",
    source=Source.RECONSTRUCTED,
    where="m_t and v_t as weighted sums of the gradients, the first step of the source's proof of Lemma B.2",
    assumptions={**AVERAGE, **WEIGHTS, "y is not negative": forall(k, le(0, y(k)), [le(1, k)]), **TIME},
    claims=[
        Claim("unrolled", UNROLLED, unrolled, given=(AVERAGE, TIME)),
        Claim("not negative", le(0, x(t)), not_negative),
    ],
    models=models,
    mutants=[
        Mutant("weights times 0.99", eq(x(t), UNROLLED.rhs * Rational(99, 100))),
        Mutant("without the factor 1 - b", eq(x(t), WEIGHTED)),
        Mutant("another start", drop=("x starts at 0",), models=models_started_late),
        Mutant("strictly positive", lt(0, x(t)), claim="not negative"),
        Mutant("y of any sign", drop=("y is not negative",), claim="not negative", models=models_of_any_sign),
    ],
)
