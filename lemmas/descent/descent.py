"""The descent inequality: one step along Sign(m) with magnitudes u_j in [0, R].

    F(y) <= F(x) - gamma*|u o a|_1 + 2*gamma*R*sqrt(d)*|a - m|_2 + 1/2*gamma^2*R^2*d*(L0 + L1*|a|^q)

for y = x + h, h_j = -gamma*u_j*Sign(m_j) and gamma*R*sqrt(d)*L1 <= 1.  It is the descent lemma along h: moving against
Sign(m) instead of the gradient a costs 2*u_j*|a_j - m_j| (sign alignment), and |h| is at most gamma*|u|.  The forms
that keep u, "any magnitudes" and "L-smooth", are what the averaged theorem needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

import mpmath
from sympy import Abs, Rational, sign, sqrt

from adamproof.lemmas.descent import smooth_descent
from adamproof.lemmas.descent.smooth_descent import LENGTH, Fx, Fy, a, h
from adamproof.lemmas.foundations.functionals import rational
from adamproof.lemmas.models.adam import LAWS, adam_model, random_hyper
from adamproof.lemmas.notation import (
    COORDINATES,
    EPSILON,
    L0,
    L1,
    STABLE,
    TIME,
    b1,
    b2,
    d,
    eps,
    gamma,
    j,
    k,
    modulus,
    norm,
    q,
    t,
)
from adamproof.lemmas.notation import R as BOUND
from adamproof.numeric.models import Model
from adamproof.prover import (
    Step,
    at,
    cut,
    eq,
    forall,
    function,
    generalise,
    instantiate,
    integers,
    le,
    lt,
    product,
    prove,
    reals,
    rewrite,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

R = reals("R")
m, u = function("m"), function("u")
RANGE = [le(1, j), le(j, d)]
MODULUS = modulus(norm(a(j)))
GAIN = COORDINATES.of(u(j) * Abs(a(j)))  # |u o a|_1
LOSS = COORDINATES.of(u(j) * Abs(a(j) - m(j)))
SQUARES = COORDINATES.of(u(j) ** 2)
ERROR = norm(a(j) - m(j))


def bound(factor: Any, loss: Any, squares: Any) -> Any:
    return le(Fy, Fx - gamma * GAIN + 2 * gamma * loss + Rational(1, 2) * gamma**2 * squares * factor)


def move(scope: Scope) -> Step:
    """h_j, for a coordinate j in range."""
    return at(scope.the("the step goes along Sign(m)"), j, given=RANGE)


def along_sign(scope: Scope) -> Step:
    """<a, h> <= -gamma*|u o a|_1 + 2*gamma*sum of u_j*|a_j - m_j|."""
    x, y, c, size = reals("x y c size")
    aligned = scope.lemma("sign-alignment", "one coordinate")
    one = prove(
        le(-c * size * x * sign(y), -c * size * Abs(x) + 2 * c * size * Abs(x - y)),
        aligned,
        prove(le(0, c * size), le(0, c), le(0, size)),
    )
    one = instantiate(one, {x: a(j), y: m(j), c: gamma, size: u(j)})
    nonneg = at(scope.the("magnitudes are not negative"), j, given=RANGE)
    one = cut(one, nonneg, scope.given("gamma is not negative"))
    goal = le(a(j) * h(j), -gamma * u(j) * Abs(a(j)) + 2 * gamma * u(j) * Abs(a(j) - m(j)))
    return COORDINATES.monotone(prove(goal, one, move(scope)))


def squares(scope: Scope) -> Step:
    """|h|^2 <= gamma^2*|u|^2."""
    y, z = reals("y z")
    small = prove(le((y * sign(z)) ** 2, y**2), prove(le(Abs(sign(z)), 1)), prove(le(sign(z) ** 2, 1)))
    one = prove(le(h(j) ** 2, gamma**2 * u(j) ** 2), instantiate(small, {y: gamma * u(j), z: m(j)}), move(scope))
    return COORDINATES.monotone(one)


def lengths(scope: Scope, square: Step) -> Step:
    """|h| <= gamma*|u|."""
    nonneg = [COORDINATES.monotone(prove(le(0, vector**2))) for vector in (h(j), u(j))]
    x, y, c = reals("x y c")
    above = prove(le(0, c * sqrt(y)), le(0, y), le(0, c))
    root = prove(le(sqrt(x), c * sqrt(y)), le(x, c**2 * y), le(0, x), le(0, y), above)
    root = instantiate(root, {x: COORDINATES.of(h(j) ** 2), y: SQUARES, c: gamma})
    return cut(root, square, *nonneg, *scope.given("gamma is not negative"))


def modulus_nonneg(scope: Scope) -> Step:
    """0 <= L0 + L1*|a|^q."""
    length = prove(le(0, norm(a(j))), COORDINATES.monotone(prove(le(0, a(j) ** 2))))
    power = instantiate(scope.lemma("real-powers"), dict(zip(reals("x r"), (norm(a(j)), q), strict=True)))
    power = cut(power, length, *scope.given("q is not negative"))
    return prove(le(0, MODULUS), power, scope.given("L0 is not negative", "L1 is not negative"))


def stepped(scope: Scope, factor: Any, descent: Step, factor_nonneg: Step) -> Step:
    """From the descent lemma along h to the magnitudes."""
    along = scope.step("<a, h> <= -gamma*|u o a|_1 + 2*gamma*sum of u_j*|a_j - m_j|", along_sign(scope))
    square = scope.step("|h|^2 <= gamma^2*|u|^2", squares(scope))
    x, y, f = reals("x y f")
    scaled = instantiate(
        prove(le(f * x, f * y), le(x, y), le(0, f)),
        {x: COORDINATES.of(h(j) ** 2), y: gamma**2 * SQUARES, f: factor},
    )
    return prove(bound(factor, LOSS, SQUARES), descent, along, cut(scaled, square, factor_nonneg), degree=1)


def any_magnitudes(scope: Scope) -> Step:
    short = lengths(scope, squares(scope))
    scope.step("|h| <= gamma*|u|", short)
    close = prove(le(L1 * LENGTH, 1), short, scope.given("L1 is not negative", "gamma*|u|*L1 <= 1"))
    descent = cut(scope.lemma("smooth-descent", "A3"), close)
    return stepped(scope, MODULUS, descent, modulus_nonneg(scope))


def l_smooth(scope: Scope) -> Step:
    return stepped(scope, L0, scope.lemma("smooth-descent", "L-smooth"), scope.the("L0 is not negative"))


def total_squares(scope: Scope) -> Step:
    """|u|^2 <= R^2*d."""
    inside = [
        at(scope.the(name), j, given=RANGE) for name in ("magnitudes are not negative", "magnitudes are at most R")
    ]
    one = COORDINATES.monotone(prove(le(u(j) ** 2, R**2), inside))
    count = cut(instantiate(scope.lemma("constant-sum"), {integers("n"): d}), *scope.given("d is a dimension"))
    return prove(le(SQUARES, R**2 * d), one, count)


def step_length(scope: Scope) -> Step:
    """|h| <= gamma*|u| <= gamma*R*sqrt(d)."""
    short = lengths(scope, squares(scope))
    total = total_squares(scope)
    x, r, n = reals("x r n")
    above = prove(le(0, r * sqrt(n)), le(0, r), le(0, n))
    root = prove(le(sqrt(x), r * sqrt(n)), le(x, r**2 * n), le(0, x), le(0, n), above)
    root = prove(le(gamma * sqrt(x), gamma * (r * sqrt(n))), root, le(0, gamma))
    root = instantiate(root, {x: SQUARES, r: R, n: d})
    nonneg = COORDINATES.monotone(prove(le(0, u(j) ** 2)))
    given = scope.given("R is not negative", "d is a dimension", "gamma is not negative")
    return prove(scope.goal, short, cut(root, total, nonneg, *given), degree=1)


def bounded(scope: Scope) -> Step:
    total = scope.step("|u|^2 <= R^2*d", total_squares(scope))
    nonneg = COORDINATES.monotone(prove(le(0, u(j) ** 2)))
    x, r, n = reals("x r n")
    above = prove(le(0, r * sqrt(n)), le(0, r), le(0, n))
    root = prove(le(sqrt(x), r * sqrt(n)), le(x, r**2 * n), le(0, x), le(0, n), above)
    root = instantiate(root, {x: SQUARES, r: R, n: d})
    length = cut(root, total, nonneg, *scope.given("R is not negative", "d is a dimension"))
    scope.step("|u| <= R*sqrt(d)", length)
    f, y = reals("f y")
    weight = prove(le(0, gamma * f), le(0, gamma), le(0, f))
    close = prove(le(f * (gamma * x), 1), le(x, y), le(gamma * y * f, 1), weight)
    close = instantiate(close, {x: norm(u(j)), y: R * sqrt(d), f: L1})
    close = cut(close, length, *scope.given("gamma*R*sqrt(d)*L1 <= 1", "L1 is not negative", "gamma is not negative"))
    descent = cut(scope.lemma("descent", "any magnitudes"), close)
    loss = _loss(scope, length)
    scaled = instantiate(
        prove(le(gamma**2 * x * f, gamma**2 * y * f), le(x, y), le(0, f), prove(le(0, gamma**2 * f), le(0, f))),
        {x: SQUARES, y: R**2 * d, f: MODULUS},
    )
    scaled = cut(scaled, total, modulus_nonneg(scope))
    return prove(scope.goal, descent, loss, scaled, degree=1)


def _loss(scope: Scope, length: Step) -> Step:
    """gamma*sum of u_j*|a_j - m_j| <= gamma*R*sqrt(d)*|a - m|, by Cauchy-Schwarz."""
    one = prove(eq(product(Abs(a(j) - m(j)), Abs(a(j) - m(j))), (a(j) - m(j)) ** 2))
    cauchy = smooth_descent.inner_product(scope, u(j), Abs(a(j) - m(j)))
    hole = reals("hole")
    inner = rewrite(cauchy, COORDINATES.equal(one), hole, le(LOSS, norm(u(j)) * sqrt(hole)))
    nonneg = COORDINATES.monotone(prove(le(0, (a(j) - m(j)) ** 2)))
    x, y, e, loss = reals("x y e loss")
    scaled = prove(
        le(gamma * loss, gamma * y * e),
        prove(le(loss, y * e), le(loss, x * e), le(x, y), le(0, e)),
        le(0, gamma),
    )
    scaled = instantiate(scaled, {x: norm(u(j)), y: R * sqrt(d), e: ERROR, loss: LOSS})
    return cut(scaled, inner, length, prove(le(0, ERROR), nonneg), *scope.given("gamma is not negative"))



# --- Adam ------------------------------------------------------------------------------------------

m_t, v_t, g_t = (function(name, "int", "int") for name in ("m", "v", "g"))  # of time and coordinate
U = Abs(m_t(t, j)) / (sqrt(v_t(t, j)) + eps)
ADAM = {
    "m starts at 0": forall(j, eq(m_t(0, j), 0)),
    "v starts at 0": forall(j, eq(v_t(0, j), 0)),
    "m is a moving average of g": forall(
        (j, k), eq(m_t(k + 1, j), b1 * m_t(k, j) + (1 - b1) * g_t(k + 1, j)), [le(0, k)]
    ),
    "v is a moving average of g^2": forall(
        (j, k), eq(v_t(k + 1, j), b2 * v_t(k, j) + (1 - b2) * g_t(k + 1, j) ** 2), [le(0, k)]
    ),
}


def adam(scope: Scope) -> Step:
    """Lemma B.2 puts the magnitudes into [0, R]."""
    symbols = {function(name): ((k,), function(name, "int", "int")(k, j)) for name in ("m", "v", "g")}
    recursion = [at(scope.the(name), j) for name in ADAM]
    at_most = cut(instantiate(scope.lemma("update-magnitude"), symbols), *recursion)
    scope.step("u_j <= R, by Lemma B.2", at_most)
    at_least = cut(instantiate(scope.lemma("magnitude-range", "magnitude"), symbols), *recursion)
    at_least = cut(at_least, prove(lt(0, b2), scope.given("beta1^2 < beta2")))
    descent = instantiate(
        scope.lemma("descent", "magnitudes at most R"),
        {function("m"): ((j,), m_t(t, j)), function("u"): ((j,), U), R: BOUND},
    )
    ranges = [generalise(step, j, RANGE) for step in (at_most, at_least)]
    descent = cut(descent, *ranges, scope.lemma("magnitude-range", "bound"))
    x, y, f, r = reals("x y f r")
    squared = instantiate(
        prove(le(Fy, x + f * y), le(Fy, x + f * r**2), eq(r**2, y)),
        {x: adam_start(), f: Rational(1, 2) * gamma**2 * d * MODULUS, r: BOUND, y: BOUND**2},
    )
    return cut(squared, descent, scope.lemma("magnitude-range", "square"))


# --- models ----------------------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Steps of sign descent on quadratics, short enough for L1."""
    for base in smooth_descent.models(rng):
        size = rng.randint(0, 3)
        rate = Fraction(rng.randint(0, 4), 40)
        magnitudes = [size * rng.choice([Fraction(1), abs(rational(rng)) % 1]) for _ in range(9)]
        momenta = [rng.choice([Fraction(0), rational(rng)]) for _ in range(9)]
        yield stepping(base, rate, size, magnitudes.__getitem__, momenta.__getitem__)


def stepping(base: Model, rate: Fraction, size: Any, u: Any, m: Any) -> Model:
    """The model of smooth-descent with h_j = -rate*u_j*Sign(m_j) as its step."""
    gradient, dimension = base.functions["a"], base.variables["d"]
    old = base.functions["h"], base.functions["ga"]

    def h(k: int) -> Fraction:
        return -rate * u(k) * ((m(k) > 0) - (m(k) < 0))

    def curvature(k: int) -> Fraction:
        return (old[1](k, 1) - gradient(k)) / old[0](k) if old[0](k) else Fraction(0)

    gains = (gradient(k) * h(k) + curvature(k) * h(k) ** 2 / 2 for k in range(1, dimension + 1))
    return base.extended(
        variables={"Fy": base.variables["Fx"] + sum(gains, Fraction(0)), "gamma": rate, "R": size},
        functions={"h": h, "u": u, "m": m, "ga": lambda k, s: gradient(k) + curvature(k) * h(k) * s},
        integers=range(0, 6),
    )


def adam_models(rng: Random) -> Iterator[Model]:
    """One step of Adam at a random time, every coordinate with gradients of its own."""
    laws = [law for law in LAWS if law != "extremal"]
    for base in smooth_descent.models(rng):
        hyper = random_hyper(rng)
        runs = [adam_model(rng, 5, hyper, rng.choice(laws)) for _ in range(6)]
        time = rng.randint(0, 5)
        symbols = {name: coordinates(runs, name) for name in ("m", "v", "g")}
        momenta = [symbols["m"](time, i) for i in range(6)]
        moments = [symbols["v"](time, i) for i in range(6)]
        magnitudes = [size(*pair, hyper.eps) for pair in zip(momenta, moments, strict=True)]
        with mpmath.workdps(70):
            model = stepping(base, Fraction(1, 10**6), 1, magnitudes.__getitem__, momenta.__getitem__)
        hypers = {"b1": hyper.beta1, "b2": hyper.beta2, "eps": hyper.eps, "t": time}
        yield model.extended(variables=hypers, functions=symbols)


def coordinates(runs: list[Model], name: str) -> Any:
    """A function of time and coordinate, coordinate i being that of the i-th run."""
    return lambda k, i: runs[i % 6].functions[name](k)


def size(momentum: Fraction, moment: Fraction, epsilon: Fraction) -> Any:
    """|m|/(sqrt(v) + epsilon), and 0 where m = 0."""
    if not momentum:
        return Fraction(0)
    with mpmath.workdps(70):
        return abs(_float(momentum)) / (mpmath.sqrt(_float(moment)) + _float(epsilon))


def _float(value: Fraction) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


def aligned(rng: Random) -> Iterator[Model]:
    """One coordinate, momentum and gradient of tiny opposite values: the constant 2 is needed."""
    for model in models(rng):
        if model.variables["d"] == 1:
            yield model.extended(
                variables={"Fx": 0, "Fy": 1, "L0": 0, "L1": 0, "gamma": 1, "R": 1},
                functions={
                    "a": lambda _: Fraction(1),
                    "m": lambda _: Fraction(-1, 10**6),
                    "u": lambda _: Fraction(1),
                    "h": lambda _: Fraction(1),
                    "ga": lambda _, s: Fraction(1),
                },
            )


def curved(rng: Random) -> Iterator[Model]:
    """One coordinate at a minimum of 1/2*x^2, left by a full step: the constant 1/2 is needed."""
    for model in aligned(rng):
        yield model.extended(
            variables={"Fy": Fraction(1, 2), "L0": 1},
            functions={"a": lambda _: Fraction(0), "m": lambda _: Fraction(-1, 10**6), "ga": lambda _, s: s * 1},
        )


SEGMENT_FACTS = ("F(y) - F(x) is the integral of the slope", "the slope along the segment is integrable")
A3 = ("A3 along the segment", "L1 is not negative", "L0 is not negative", "q is not negative", *SEGMENT_FACTS)
SIGNED = ("the step goes along Sign(m)", "magnitudes are not negative", "gamma is not negative")
BETAS = ("beta1^2 < beta2", "beta2 < 1", "epsilon is not negative", "t is a time")
BOUNDED = bound(MODULUS, R * sqrt(d) * ERROR, R**2 * d)


def adam_start() -> Any:
    """The inequality for Adam but for its last term: R is the bound of Lemma B.2, u_j the magnitude at time t."""
    gain, error = COORDINATES.of(U * Abs(a(j))), norm(a(j) - m_t(t, j))
    return Fx - gamma * gain + 2 * gamma * BOUND * sqrt(d) * error


lemma = Lemma(
    slug="descent",
    title="The descent inequality for one short step along Sign(m)",
    source=Source.RECONSTRUCTED,
    where="the summary speaks of the descent inequality without stating it",
    assumptions={
        **smooth_descent.lemma.assumptions,
        "L0 is not negative": le(0, L0),
        "q is not negative": le(0, q),
        "the step goes along Sign(m)": forall(j, eq(h(j), -gamma * u(j) * sign(m(j))), RANGE),
        "magnitudes are not negative": forall(j, le(0, u(j)), RANGE),
        "magnitudes are at most R": forall(j, le(u(j), R), RANGE),
        "gamma is not negative": le(0, gamma),
        "R is not negative": le(0, R),
        "d is a dimension": le(0, d),
        "gamma*|u|*L1 <= 1": le(L1 * (gamma * norm(u(j))), 1),
        "gamma*R*sqrt(d)*L1 <= 1": le(gamma * R * sqrt(d) * L1, 1),
        **ADAM,
        **STABLE,
        "beta2 < 1": lt(b2, 1),
        **EPSILON,
        **TIME,
        "the step is Adam's": forall(j, eq(h(j), -gamma * U * sign(m_t(t, j))), RANGE),
        "gamma*R*sqrt(d)*L1 <= 1 with the R of B.2": le(gamma * BOUND * sqrt(d) * L1, 1),
    },
    cited=smooth_descent.lemma.cited,
    claims=[
        Claim(
            "Adam",
            le(Fy, adam_start() + Rational(1, 2) * gamma**2 * BOUND**2 * d * MODULUS),
            adam,
            given=(
                *A3,
                "gamma is not negative",
                "d is a dimension",
                *ADAM,
                *BETAS,
                "the step is Adam's",
                "gamma*R*sqrt(d)*L1 <= 1 with the R of B.2",
            ),
            models=adam_models,
        ),
        Claim(
            "magnitudes at most R",
            BOUNDED,
            bounded,
            given=(
                *A3,
                *SIGNED,
                "magnitudes are at most R",
                "R is not negative",
                "d is a dimension",
                "gamma*R*sqrt(d)*L1 <= 1",
            ),
        ),
        Claim(
            "step length",
            le(LENGTH, gamma * R * sqrt(d)),
            step_length,
            given=(*SIGNED, "magnitudes are at most R", "R is not negative", "d is a dimension"),
        ),
        Claim(
            "any magnitudes",
            bound(MODULUS, LOSS, SQUARES),
            any_magnitudes,
            given=(*A3, *SIGNED, "gamma*|u|*L1 <= 1"),
        ),
        Claim(
            "L-smooth",
            bound(L0, LOSS, SQUARES),
            l_smooth,
            given=(
                "the gradient is Lipschitz along the segment",
                "L0 is not negative",
                *SEGMENT_FACTS,
                *SIGNED,
            ),
        ),
    ],
    models=models,
    mutants=[
        Mutant(
            "2 replaced by 1.9",
            conclusion=bound(MODULUS, Rational(95, 100) * R * sqrt(d) * ERROR, R**2 * d),
            claim="magnitudes at most R",
            models=aligned,
        ),
        Mutant(
            "1/2 replaced by 0.49",
            conclusion=bound(MODULUS, R * sqrt(d) * ERROR, Rational(98, 100) * R**2 * d),
            claim="magnitudes at most R",
            models=curved,
        ),
        Mutant(
            "no loss from wrong signs", conclusion=bound(MODULUS, 0, SQUARES), claim="any magnitudes", models=aligned
        ),
        Mutant("no curvature", conclusion=bound(0, LOSS, SQUARES), claim="L-smooth", models=curved),
        Mutant(
            "the full gain twice",
            conclusion=le(Fy, Fx - 2 * gamma * GAIN + 2 * gamma * LOSS + gamma**2 * SQUARES * L0 / 2),
            claim="L-smooth",
        ),
    ],
)
