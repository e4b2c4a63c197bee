"""One step x_{k+1} = x_k - gamma*a_k, and what convexity makes of all of them: the regret of gradient descent.

    |x_{k+1} - y|^2 = |x_k - y|^2 - 2*gamma*<a_k, x_k - y> + gamma^2*|a_k|^2
    sum_{k<=T} (F_k(x_k) - F_k(y)) <= |x_1 - y|^2/(2*gamma) + gamma/2*sum_{k<=T} |a_k|^2

The first is multiplied out.  Tangents are below F(y), so that F(x_k) - F(y) <= <a_k, x_k - y>; summed, the distances
telescope.  F may change with k.  The assumptions are those of `lemmas/assumptions.py`.
"""

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

F, best, y = function("F"), function("best"), function("y")
a, x = function("a", "int", "int"), function("x", "int", "int")  # time, coordinate
L, G = reals("L G")
TIMES = Functional("Sum", k, (1, T))


def at_time(time: Any) -> tuple[Any, Any]:
    """a_k and x_k - y."""
    return vector(a(time, j)), vector(x(time, j) - y(j))


GRADIENT, GAP = at_time(k)
SLOPE = GRADIENT.dot(GAP)
STEPS = gradient_steps(x, a, gamma)
SMOOTH, CONVEX = smooth_along(F, a, x, L), convex_along(F, a, x, y(j), best)
BOUNDED = bounded_gradients(a, G)
TIME, POSITIVE, HORIZON = {"k is a time": le(1, k)}, {"gamma is positive": lt(0, gamma)}, {"T is a count": le(0, T)}

DISTANCE = eq(at_time(k + 1)[1].square, GAP.square - 2 * gamma * SLOPE + gamma**2 * GRADIENT.square)
DESCENT = le(F(k + 1), F(k) - gamma * (1 - L * gamma / 2) * GRADIENT.square)
REGRET = TIMES.of(F(k) - best(k))
START = at_time(1)[1].square / (2 * gamma)


def regret(start: Any = 1, steps: Any = 1) -> Any:
    return le(REGRET, start * START + steps * gamma / 2 * TIMES.of(GRADIENT.square))


BOUNDED_REGRET = le(REGRET, START + gamma * T * G**2 / 2)


# --- proof -----------------------------------------------------------------------------------------


def distance(proof: Scope) -> Step:
    moved = proof.at("x moves along -a", j, k)
    square = GAP.body**2 - 2 * gamma * (a(k, j) * GAP.body) + gamma**2 * a(k, j) ** 2
    return proof.conclude(proof.each(COORDINATES, eq((x(k + 1, j) - y(j)) ** 2, square), moved))


def descent(proof: Scope) -> Step:
    move = x(k + 1, j) - x(k, j)
    moved = proof.at("x moves along -a", j, k)
    along = proof.each(COORDINATES, eq(a(k, j) * move, -gamma * a(k, j) ** 2), moved)
    length = proof.each(COORDINATES, eq(move**2, gamma**2 * a(k, j) ** 2), moved)
    return proof.conclude(proof.at("F is L-smooth along the steps", k), along, length)


def summed(proof: Scope) -> Step:
    """2*gamma*(F(x_k) - F(y)) <= |x_k - y|^2 - |x_{k+1} - y|^2 + gamma^2*|a_k|^2."""

    def one() -> list[Step]:
        tangent = proof.at("F is convex: tangents are below F(y)", k)
        turned = proof.have(eq(GRADIENT.dot(-GAP), -SLOPE))
        return [proof.cite("gradient-step", "distance"), tangent, turned, *proof.given("gamma is positive")]

    near = lambda time: at_time(time)[1].square  # noqa: E731
    step = le(2 * gamma * (F(k) - best(k)), near(k) - near(k + 1) + gamma**2 * GRADIENT.square)
    each = proof.each(TIMES, step, one, title="each step comes nearer to y, summed")
    telescoped = proof.cite("telescoping", "differences", f=near, lo=1, hi=T)
    whole = le(2 * gamma * REGRET, near(1) - near(T + 1) + gamma**2 * TIMES.of(GRADIENT.square))
    return proof.conclude(proof.have(whole, each, telescoped), "gamma is positive")


def bounded(proof: Scope) -> Step:
    size = lambda: proof.have(le(GRADIENT.square, G**2), proof.have(le(GRADIENT.norm, G), BOUNDED))  # noqa: E731
    squares = proof.each(TIMES, le(GRADIENT.square, G**2), size)
    return proof.conclude(proof.cite("gradient-step", "regret"), squares, proof.cite("constant-sum", n=T))


# --- models, near misses ---------------------------------------------------------------------------


def run(rate: Fraction, size: int, gap: Any, target: Any, y_at: Any, **variables: Any) -> Model:
    """F(x) = |x - target|^2/2 with L = 1: x_k - target = (1 - gamma)^(k-1)*gap."""
    squares, far = (sum(f(i) ** 2 for i in range(1, size + 1)) for f in (gap, lambda i: y_at(i) - target(i)))

    def left(time: int) -> Fraction:
        return (1 - rate) ** (time - 1) if time >= 1 else Fraction(0)

    return Model(
        variables={"gamma": rate, "L": 1, "T": 3, "d": size, "k": 2, "G": 1 + squares, **variables},
        functions={
            "F": lambda time: left(time) ** 2 * squares / 2,
            "a": lambda time, i: left(time) * gap(i),
            "x": lambda time, i: target(i) + left(time) * gap(i),
            "best": lambda time: Fraction(far) / 2,
            "y": y_at,
        },
        integers=range(1, 6),
    )


def models(rng: Random) -> Iterator[Model]:
    """Up to three coordinates; y is the minimum now and then."""
    while True:
        target, gap = table(rng, range(1, 4)), table(rng, range(1, 4))
        y_at = target if rng.random() < 0.5 else table(rng, range(1, 4))
        times = {"T": rng.randint(0, 4), "k": rng.randint(1, 4)}
        yield run(Fraction(rng.randint(1, 18), 9), rng.randint(0, 3), gap, target, y_at, **times)


def fixed(rate: Any, y_at: Any = 0, **changes: Any) -> Any:
    """From 1 towards 0, with other values."""
    functions, variables = ({n: v for n, v in changes.items() if callable(v) is kind} for kind in (True, False))

    def models(rng: Random) -> Iterator[Model]:
        one = run(Fraction(rate), 1, lambda i: Fraction(1), lambda i: Fraction(0), lambda i: Fraction(y_at))
        yield one.extended(variables=variables, functions=functions)

    return models


lemma = Lemma(
    slug="gradient-step",
    title="A step of gradient descent: how far F falls, how much nearer it comes, and the regret of all steps",
    source=Source.CLASSICAL,
    where="in every textbook of convex optimisation; wording and proof are ours",
    assumptions={**STEPS, **SMOOTH, **CONVEX, **BOUNDED, **TIME, **POSITIVE, **HORIZON},
    claims=[
        Claim("regret", regret(), summed, given=(STEPS, CONVEX, POSITIVE, HORIZON)),
        Claim("bounded regret", BOUNDED_REGRET, bounded, given=(STEPS, CONVEX, BOUNDED, POSITIVE, HORIZON)),
        Claim("distance", DISTANCE, distance, given=(STEPS, TIME)),
        Claim("descent", DESCENT, descent, given=(STEPS, SMOOTH, TIME)),
    ],
    models=models,
    mutants=[
        Mutant("without the start", regret(start=0), models=fixed(Fraction(1, 9))),
        Mutant("without the steps", regret(steps=0), models=fixed(2)),
        Mutant("y below a tangent", drop=tuple(CONVEX), models=fixed(1, best=lambda time: Fraction(-9))),
        Mutant("gradients of any size", drop=tuple(BOUNDED), claim="bounded regret", models=fixed(2, G=0)),
        Mutant("no last term", eq(DISTANCE.lhs, GAP.square - 2 * gamma * SLOPE), claim="distance"),
        Mutant("any curvature", drop=tuple(SMOOTH), claim="descent", models=fixed(1, L=0)),
    ],
)
