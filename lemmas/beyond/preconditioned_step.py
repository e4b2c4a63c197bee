"""One step of Adam with an L-smooth F and epsilon > 0, for any momentum: what it gains and what it loses.

With h = 1/(sqrt(v) + eps) the step is -gamma*h*m in each coordinate, and v <= B^2 keeps 1/(B + eps) <= h <= 1/eps.
From -a*m = -(a^2 + m^2 - (m - a)^2)/2 the gradient's gain is at least gamma/(2*(B + eps))*a^2, the momentum error costs
at most gamma/(2*eps)*(m - a)^2, and gamma*h*m^2/2 is left over.  One half of that pays for the curvature, as
2*L0*gamma <= eps; the other half is at least eps/(4*gamma)*step^2, which later pays for the drift of the gradient.
"""

from ..notation import m, v
from ..vocabulary import *

B, Fx, Fy = reals("B Fx Fy")
a, step = function("a"), function("step")
RANGE = [le(1, j), le(j, d)]
SCALE = sqrt(v(j)) + eps

GRADIENT = COORDINATES.of(a(j) ** 2)
ERROR = COORDINATES.of((m(j) - a(j)) ** 2)
SQUARE = COORDINATES.of(step(j) ** 2)
HALF = Rational(1, 2)


def gain(factor: Any = HALF, loss: Any = HALF, rest: Any = HALF / 2) -> Any:
    """F(y) <= F(x) - gamma/(2*(B + eps))*|a|^2 + gamma/(2*eps)*|m - a|^2 - eps/(4*gamma)*|step|^2."""
    return le(Fy, Fx - factor * gamma / (B + eps) * GRADIENT + loss * gamma / eps * ERROR - rest * eps / gamma * SQUARE)


def one_coordinate(proof: Scope) -> Step:
    """One coordinate: c the gradient, y the momentum, and h with 1/(B + eps) <= h <= 1/eps the preconditioner."""
    c, y, h = a(j), m(j), 1 / SCALE
    positive = proof.have(lt(0, SCALE), "v is not negative")
    root_at_most = proof.by_squares(le(sqrt(v(j)), B), "v is at most B^2", "v is not negative")
    low = proof.have(le(1 / (B + eps), h), root_at_most, positive, title="1/(sqrt(v) + eps) >= 1/(B + eps)")
    high = proof.have(le(h, 1 / eps), positive, "v is not negative")
    small = proof.have(le(h * eps, 1), high)
    signs = proof.have(lt(0, h), positive)
    proof.let(h=h)
    spare = proof.have(le(2 * L0 * gamma * h, 1), proof.have(le(2 * L0 * gamma * h, eps * h), signs), small)
    weight = proof.have(le(0, gamma * h * y**2), signs)
    curved = proof.have(le(L0 / 2 * (gamma * h * y) ** 2, gamma * h * y**2 / 4), spare, weight)
    kept = proof.have(le(eps * gamma * (h * y) ** 2 / 4, gamma * h * y**2 / 4), small, weight)
    gained = proof.have(le(gamma / (B + eps) * c**2, gamma * h * c**2), low)
    lost = proof.have(le(gamma * h * (y - c) ** 2, gamma / eps * (y - c) ** 2), high)
    left = -gamma * h * y * c + L0 / 2 * (gamma * h * y) ** 2 + eps * gamma * (h * y) ** 2 / 4
    right = -gamma / (B + eps) * c**2 / 2 + gamma / eps * (y - c) ** 2 / 2
    return proof.have(le(left, right), curved, kept, gained, lost, title="one coordinate")


def decrease(proof: Scope) -> Step:
    left = step(j) * a(j) + L0 / 2 * step(j) ** 2 + eps / gamma * step(j) ** 2 / 4
    right = -gamma / (B + eps) * a(j) ** 2 / 2 + gamma / eps * (m(j) - a(j)) ** 2 / 2
    each = [lambda: one_coordinate(proof), "the step is Adam's"]
    total = proof.each(COORDINATES, le(left, right), each, title="all coordinates")
    return proof.conclude(total, "the descent inequality", degree=1)


def models(rng: Random) -> Iterator[Model]:
    """Quadratics with curvature at most L0, sqrt(v) <= B rational, gamma as large as it may be or smaller."""
    while True:
        dimension = rng.randint(0, 4)
        epsilon = Fraction(rng.randint(1, 30), 10)
        curvature = [abs(rational(rng)) for _ in range(9)]
        smoothness = max(curvature) + Fraction(1, 9)
        rate = epsilon / (2 * smoothness) * rng.choice([Fraction(1), Fraction(1, rng.randint(1, 9))])
        gradient, momentum, root = ([rational(rng) for _ in range(9)] for _ in range(3))
        if rng.random() < 0.5:
            momentum = gradient
        if rng.random() < 0.3:
            curvature = [smoothness] * 9
        yield one_step(dimension, epsilon, rate, smoothness, curvature, gradient, momentum, root)


def one_step(
    dimension: int,
    epsilon: Fraction,
    rate: Fraction,
    smoothness: Fraction,
    curvature: list[Fraction],
    gradient: list[Fraction],
    momentum: list[Fraction],
    root: list[Fraction],
    sign: int = -1,
) -> Model:
    """The model of one step from F = 3; sign = 1 for a step the wrong way."""
    move = [sign * rate * y / (abs(z) + epsilon) for y, z in zip(momentum, root, strict=True)]
    gains = (gradient[i] * move[i] + curvature[i] * move[i] ** 2 / 2 for i in range(1, dimension + 1))
    start = Fraction(3)
    return Model(
        variables={
            "d": dimension,
            "Fx": start,
            "Fy": start + sum(gains, Fraction(0)),
            "eps": epsilon,
            "gamma": rate,
            "L0": smoothness,
            "B": max(abs(z) for z in root),
        },
        functions={
            "a": lambda i: gradient[i],
            "m": lambda i: momentum[i],
            "v": lambda i: root[i] ** 2,
            "step": lambda i: move[i],
        },
        integers=range(1, dimension + 1),
    )


@alone
def one_dimension(
    rate: Any, curvature: Any, gradient: Any, momentum: Any, root: Any, bound: Any = None, sign: int = -1
) -> Model:
    """One coordinate with epsilon = 1, as a generator of models."""
    bent, slope, mean, scale = ([Fraction(value)] * 2 for value in (curvature, gradient, momentum, root))
    model = one_step(1, Fraction(1), Fraction(rate), bent[0], bent, slope, mean, scale, sign)
    return model if bound is None else model.extended(variables={"B": bound})


SHARP = one_dimension(Fraction(1, 2), 1, 1, 1, 0)  # sqrt(v) = B = 0 and m = a: equality

lemma = Lemma(
    slug="preconditioned-step",
    title="The decrease of an L-smooth F in one step of Adam, for epsilon > 0, small gamma and v <= B^2",
    source=Source.OURS,
    where="the step behind `unconditional`",
    assumptions={
        "epsilon is positive": lt(0, eps),
        "B is not negative": le(0, B),
        "gamma is positive": lt(0, gamma),
        "2*L0*gamma <= epsilon": le(2 * L0 * gamma, eps),
        "v is not negative": forall(j, le(0, v(j)), RANGE),
        "v is at most B^2": forall(j, le(v(j), B**2), RANGE),
        "the step is Adam's": forall(j, eq(step(j), -gamma * m(j) / SCALE), RANGE),
        "the descent inequality": le(Fy, Fx + COORDINATES.of(step(j) * a(j)) + L0 / 2 * SQUARE),
    },
    claims=[Claim("gain", gain(), decrease)],
    models=models,
    mutants=[
        Mutant("gain 0.51 instead of 1/2", gain(factor=Rational(51, 100)), models=SHARP),
        Mutant("rest 0.26 instead of 1/4", gain(rest=Rational(26, 100)), models=SHARP),
        Mutant(
            "loss 0.49 instead of 1/2",
            gain(loss=Rational(49, 100)),
            models=one_dimension(Fraction(1, 10**6), 1, 1, 0, 0),
        ),
        Mutant("inequality reversed", le(gain().args[1], Fy)),
        Mutant("steps of any size", drop=("2*L0*gamma <= epsilon",), models=one_dimension(3, 1, 1, 1, 0)),
        Mutant("v beyond B^2", drop=("v is at most B^2",), models=one_dimension(Fraction(1, 2), 1, 1, 1, 9, bound=0)),
        Mutant(
            "the sign of the step flipped",
            change={"the step is Adam's": forall(j, eq(step(j), gamma * m(j) / SCALE), RANGE)},
            models=one_dimension(Fraction(1, 2), 1, 1, 1, 0, sign=1),
        ),
    ],
)
