"""How long Condition 2 can hold with one vbar: vbar*epsilon*sqrt(d) is at most the gradients plus the momentum errors.

    E u_t,j >= vbar for all t in 1..T and j in 1..d  implies  vbar*epsilon*sqrt(d) <= G + mean_t E|e_t|,

G = mean_t E|a_t|.  For epsilon > 0 a magnitude is at most |m|/epsilon, the coordinates of |m_t| add up to at most
sqrt(d)*|m_t|, and |m_t| <= |a_t| + |e_t|.

So where both means are at most A/tau and B/tau with T = tau^4 (the rate of the main theorem and its corollary), one
vbar serves only up to T = ((A + B)/(vbar*epsilon*sqrt(d)))^4.  Bounds that take vbar for a constant hold up to there.

C2 is used for E u_t,j itself, one coordinate at a time.  A and B may have any sign; d may be 0, except for T_max.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import mpmath
from sympy import Abs, Integer, sqrt

from adamproof.lemmas.descent.smooth_descent import inner_product
from adamproof.lemmas.main.setting import ADAM, COORDINATES, RUNNING, TIMES, a, error, length, m, over, u, v
from adamproof.lemmas.models import problems
from adamproof.lemmas.momentum import momentum_error
from adamproof.lemmas.momentum.momentum_error import MEAN_ERROR
from adamproof.lemmas.notation import HYPERPARAMETERS, T, b2, d, eps, j, k, norm, t, w
from adamproof.numeric.evaluate import Evaluator
from adamproof.numeric.models import Model
from adamproof.numeric.numbers import as_mpf
from adamproof.prover import (
    E,
    Integrable,
    Step,
    at,
    by_cases,
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
    term,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

vbar, A, B, tau = reals("vbar A B tau")
G = TIMES.of(E(length(t), w)) / T
START = [le(1, t)]
C2 = "C2: E u_t,j >= vbar"
ERROR_FINITE = "E|e_t| is finite"


def total_magnitude(time: Any) -> Any:
    """|u_t|_1."""
    return COORDINATES.of(u(time, j, w))


# --- at each time -----------------------------------------------------------------------------------


def one_magnitude(scope: Scope) -> tuple[Step, Step]:
    """epsilon*u <= |m| and 0 <= u, at time t."""
    symbols = {function(name): ((k,), function(name, "int", "int", "point")(k, j, w)) for name in ("v", "g")}
    square = cut(
        instantiate(scope.lemma("magnitude-range", "second moment"), symbols),
        *(at(scope.the(name), j, w) for name in ("v starts at 0", "v is a moving average of g^2")),
        prove(le(0, t), START),
    )
    x, y, z = reals("x y z")
    given = [eq(x, y / (sqrt(z) + eps)), le(0, y), le(0, z), lt(0, eps)]
    scale = prove(lt(0, sqrt(z) + eps), given[2:])
    above = prove(le(0, x), given[0], prove(le(0, y / (sqrt(z) + eps)), le(0, y), scale), degree=1)
    whole = prove(eq(x * (sqrt(z) + eps), y), given[0], scale)
    below = prove(le(eps * x, y), whole, prove(le(0, x * sqrt(z)), above, given[2]), degree=1)
    definition = at(scope.the("u is |m|/(sqrt(v) + epsilon)"), t, j, w, given=START)
    values = {x: u(t, j, w), y: Abs(m(t, j, w)), z: v(t, j, w)}
    size = prove(le(0, Abs(m(t, j, w))))
    facts = [definition, size, square, scope.the("epsilon is positive")]
    return cut(instantiate(below, values), facts), cut(instantiate(above, values), facts)


def summed(scope: Scope) -> Step:
    """epsilon*|u_t|_1 <= |m_t|_1 <= sqrt(d)*|m_t| <= sqrt(d)*(|a_t| + |e_t|), for every outcome."""
    size = Abs(m(t, j, w))
    magnitudes = COORDINATES.monotone(scope.lemma("condition-2-limits", "one magnitude"))
    cauchy = inner_product(scope, Integer(1), size)
    hole = reals("hole")
    one_norm = COORDINATES.of(size)
    same = COORDINATES.equal(prove(eq(product(size, size), m(t, j, w) ** 2)))
    cauchy = rewrite(cauchy, same, hole, le(one_norm, sqrt(COORDINATES.of(Integer(1))) * sqrt(hole)))
    count = cut(instantiate(scope.lemma("constant-sum"), {integers("n"): d}), scope.the("d is a dimension"))
    cauchy = rewrite(cauchy, count, hole, le(one_norm, sqrt(hole) * norm(m(t, j, w))))
    scope.step("|m_t|_1 <= sqrt(d)*|m_t|", cauchy)
    gap = m(t, j, w) - a(t, j, w)
    triangle = instantiate(
        scope.lemma("triangle-norm", "two vectors"), {function("y"): ((j,), a(t, j, w)), function("z"): ((j,), gap)}
    )
    x, y, z, f, s = reals("x y z f s")
    chain = prove(
        le(eps * s, f * y), le(eps * s, x), le(x, f * z), prove(le(f * z, f * y), le(z, y), le(0, f)), degree=1
    )
    values = {x: one_norm, y: length(t) + error(t), z: norm(m(t, j, w)), f: sqrt(d), s: total_magnitude(t)}
    triangle = prove(le(values[z], values[y]), triangle, degree=1)
    root = prove(le(0, sqrt(d)), scope.the("d is a dimension"))
    magnitudes = prove(le(eps * total_magnitude(t), one_norm), magnitudes, degree=1)
    return cut(instantiate(chain, values), magnitudes, cauchy, triangle, root)


def each_time(scope: Scope) -> Step:
    """vbar*epsilon*sqrt(d) <= E|a_t| + E|e_t|."""
    pathwise = scope.lemma("condition-2-limits", "all magnitudes")
    gradient = at(scope.the("E|a_t| is finite"), t, given=START)
    wrong = at(scope.the(ERROR_FINITE), t, given=START)
    right = sqrt(d) * (length(t) + error(t))
    whole = over.integrable(right, (sqrt(d), gradient), (sqrt(d), wrong))
    x, y, f = reals("x y f")
    nonneg = COORDINATES.monotone(scope.lemma("condition-2-limits", "not negative"))
    nonneg = prove(le(0, total_magnitude(t)), nonneg)
    sizes = prove(le(Abs(f * x), y), prove(le(0, f * x), le(0, x), lt(0, f)), le(f * x, y))
    sizes = instantiate(sizes, {x: total_magnitude(t), y: right, f: eps})
    sizes = cut(sizes, nonneg, pathwise, scope.the("epsilon is positive"))
    average = over.monotone(pathwise, (1, whole), (-1, over.dominated(sizes, whole)))
    scope.step("its expectation", average)
    interchange = instantiate(
        scope.lemma("expectation-of-sum", "interchange"),
        {function("X", "int", "point"): ((k, w), u(t, k, w)), integers("n"): d},
    )
    interchange = cut(interchange, scope.the("d is a dimension"))
    span = [*START, le(t, T), le(1, j), le(j, d)]
    least = COORDINATES.monotone(at(scope.the(C2), t, j, given=span))
    count = cut(instantiate(scope.lemma("constant-sum"), {integers("n"): d}), scope.the("d is a dimension"))
    s = reals("s")
    many = prove(le(vbar * d, s), eq(x, d), le(vbar * x, s))
    many = instantiate(many, {x: COORDINATES.of(Integer(1)), s: COORDINATES.of(E(u(t, j, w), w))})
    many = cut(many, prove(le(vbar * COORDINATES.of(Integer(1)), COORDINATES.of(E(u(t, j, w), w))), least), count)
    mean = E(total_magnitude(t), w)
    floor = prove(le(vbar * d, mean), interchange, many, degree=1)
    scope.step("vbar*d <= E|u_t|_1", floor)
    return _divided(scope, average, floor, mean)


def _divided(scope: Scope, average: Step, floor: Step, mean: Any) -> Step:
    """vbar*d <= x and epsilon*x <= sqrt(d)*y give vbar*epsilon*sqrt(d) <= y."""
    x, y, f, r = reals("x y f r")  # f = epsilon, r = sqrt(d)
    given = [le(vbar * r**2, x), le(f * x, r * y), le(0, y), lt(0, f), le(0, r)]
    scaled = prove(le(f * (vbar * r**2), f * x), given[0], given[3])
    both = prove(le(r * (vbar * f * r), r * y), scaled, given[1], degree=1)
    positive = prove(le(vbar * f * r, y), both, lt(0, r))
    none = prove(eq(r, 0), le(r, 0), given[4])
    zero = prove(le(vbar * f * r, y), prove(eq(vbar * f * r, 0), none), given[2], degree=1)
    found = by_cases(r, 0, zero, positive)
    values = {x: mean, y: E(length(t), w) + E(error(t), w), f: eps, r: sqrt(d)}
    square = prove(eq(product(sqrt(d), sqrt(d)), d), scope.the("d is a dimension"))
    hole = reals("hole")
    floor = rewrite(floor, prove(eq(d, product(sqrt(d), sqrt(d))), square), hole, le(vbar * hole, mean))
    average = prove(le(eps * mean, sqrt(d) * values[y]), average, degree=1)
    root = prove(le(0, sqrt(d)), scope.the("d is a dimension"))
    size = prove(le(0, values[y]), *_means(scope), degree=1)
    return cut(instantiate(found, values), floor, average, size, scope.the("epsilon is positive"), root)


def _means(scope: Scope) -> list[Step]:
    """0 <= E|a_t| and 0 <= E|e_t|."""
    found = []
    for name, of, vector in (("E|a_t| is finite", length, a(t, j, w)), (ERROR_FINITE, error, m(t, j, w) - a(t, j, w))):
        raw = prove(le(0, of(t)), COORDINATES.monotone(prove(le(0, vector**2))))
        found.append(prove(le(0, E(of(t), w)), over.monotone(raw, (1, at(scope.the(name), t, given=START)))))
    return found


# --- on average -------------------------------------------------------------------------------------


def on_average(scope: Scope) -> Step:
    each = scope.step("at each time", scope.lemma("condition-2-limits", "each time"))
    total = TIMES.monotone(each)
    horizon = scope.the("T is a horizon")
    count = cut(instantiate(scope.lemma("constant-sum"), {integers("n"): T}), prove(le(0, T), horizon))
    c, x, y, z, n = reals("c x y z n")
    divided = prove(le(c, y / n + z / n), prove(le(c * n, y + z), le(c * x, y + z), eq(x, n)), lt(0, n))
    values = {c: LEFT, x: TIMES.of(Integer(1)), y: TIMES.of(E(length(t), w)), z: TIMES.of(E(error(t), w)), n: T}
    total = prove(le(LEFT * values[x], values[y] + values[z]), total, degree=1)
    return cut(instantiate(divided, values), total, count, prove(lt(0, T), horizon))


def with_momentum_error(scope: Scope) -> Step:
    finite = generalise(instantiate(scope.lemma("momentum-error", "finite"), {t: k}), k, RUNNING)
    whole = cut(scope.lemma("condition-2-limits", "on average"), finite)
    return prove(scope.goal, whole, scope.lemma("momentum-error", "on average"), degree=1)


def last_root(scope: Scope) -> Step:
    whole = scope.lemma("condition-2-limits", "on average")
    y, z, c, n = reals("y z c n")
    found = prove(
        le(c * n, A + B), prove(le(c, (A + B) / n), le(c, y + z), le(y, A / n), le(z, B / n), degree=1), lt(0, n)
    )
    found = cut(instantiate(found, {y: G, z: MEAN_ERROR, c: LEFT, n: tau}), whole)
    return cut(found, *scope.given(*FALLING, "tau is positive"))


def last_horizon(scope: Scope) -> Step:
    root = scope.step("for tau, the fourth root of T", scope.lemma("condition-2-limits", "largest tau"))
    c, x, y, r = reals("c x y r")
    ratio = prove(le(tau, x / c), le(c * tau, x), lt(0, c))
    square = prove(le(tau**2, y**2), le(tau, y), lt(0, tau))
    fourth = prove(le(tau**4, y**4), prove(le(0, tau**2)), square)
    fourth = cut(instantiate(fourth, {y: x / c}), ratio)
    fourth = instantiate(fourth, {c: vbar * eps * r, x: A + B})
    positive = prove(
        lt(0, vbar * eps * sqrt(d)),
        prove(lt(0, vbar * eps), scope.given("vbar is positive", "epsilon is positive")),
        prove(lt(0, sqrt(d)), scope.the("d is positive")),
    )
    fourth = cut(instantiate(fourth, {r: sqrt(d)}), root, positive, scope.the("tau is positive"))
    return prove(scope.goal, fourth, scope.the("T = tau^4"), scope.the("d is positive"))


# --- the statements ---------------------------------------------------------------------------------

LEFT = vbar * eps * sqrt(d)
LIMIT = ((A + B) / LEFT) ** 4

SMALL = le(eps * u(t, j, w), Abs(m(t, j, w)))
NONNEG = le(0, u(t, j, w))
SUMMED = le(eps * total_magnitude(t), sqrt(d) * (length(t) + error(t)))
EACH_TIME = le(LEFT, E(length(t), w) + E(error(t), w))
ON_AVERAGE = le(LEFT, G + MEAN_ERROR)
PARTS = {"start": momentum_error.START_TERM, "drift": momentum_error.DRIFT_TERM, "noise": momentum_error.NOISE_TERM}


def with_error(*left_out: str) -> Any:
    """vbar*epsilon*sqrt(d) <= G + the bound of momentum-error, with parts left out."""
    return le(LEFT, G + sum(part for name, part in PARTS.items() if name not in left_out))


# --- models -----------------------------------------------------------------------------------------


@cache
def magnitude(time: int, i: int) -> Any:
    """The kernel term of an expected magnitude, made once for all models."""
    return term(E(u(Integer(time), Integer(i), w), w))


def extended(model: Model) -> Model:
    """A run with the largest vbar that C2 allows (rounded down), and A, B, tau as they turn out."""
    evaluator = Evaluator(model)
    horizon, dimension = model.variables["T"], model.variables["d"]

    def value(body: Any) -> Any:
        return as_mpf(evaluator.value(term(body)))

    with mpmath.workdps(80):
        least = min(value(magnitude(time, i)) for time in range(1, horizon + 1) for i in range(1, dimension + 1))
        fourth = mpmath.root(horizon, 4)
        means = [value(mean) * fourth for mean in (G, MEAN_ERROR)]
    above = dict(zip("AB", (Fraction(int(mean * 10**6) + 1, 10**6) for mean in means), strict=True))
    return model.extended(
        variables={"vbar": Fraction(int(least * 10**6), 10**6), "tau": Fraction(str(fourth)), "j": 1, **above}
    )


def models(rng: Random) -> Iterator[Model]:
    """Runs of up to three steps."""
    return (extended(model) for model in problems.runs(rng))


def fourth_powers(rng: Random) -> Iterator[Model]:
    """Runs of one step or sixteen, in which every magnitude is felt."""
    while True:
        dimension = rng.randint(1, 2)
        problem = problems.Problem(
            curvature=[Fraction(rng.randint(1, 9), 9) for _ in range(dimension)],
            start=[Fraction(rng.randint(1, 9), 3) for _ in range(dimension)],
            noise=[[Fraction(rng.randint(0, 3), 3)] * dimension for _ in range(rng.randint(0, 1))],
            horizon=rng.choice([1, 16]),
            beta1=Fraction(rng.randint(0, 9), 10),
            beta2=Fraction(9, 10),
            epsilon=Fraction(rng.randint(1, 30), 10),
            rate=Fraction(1, 100),
        )
        model = extended(problems.run(problem))
        if model.variables["vbar"]:
            yield model


def fixed(problem: problems.Problem, **changes: Any) -> Callable[[Random], Iterator[Model]]:
    """One run, with its vbar."""

    def generator(rng: Random) -> Iterator[Model]:
        yield extended(problems.run(problem)).extended(variables=changes)

    return generator


def first_alone(rng: Random) -> Iterator[Model]:
    """Many coordinates, of which all but the first have hardly any gradient."""
    start = [Fraction(1, 1000), *[Fraction(1, 10**9)] * 8]
    model = extended(problems.run(problems.Problem((Fraction(1),) * 9, start, (), 1, rate=problems.TINY)))
    yield model.extended(variables={"vbar": Fraction(5, 10000)})


ALL_SMALL = problems.Problem((Fraction(1),) * 4, (Fraction(1, 1000),) * 4, (), 1, rate=problems.TINY)

FALLING = {"G <= A/tau": le(G, A / tau), "mean_t E|e_t| <= B/tau": le(MEAN_ERROR, B / tau)}
LAST = {
    "tau is positive": lt(0, tau),
    "T = tau^4": eq(T, tau**4),
    "vbar is positive": lt(0, vbar),
    "d is positive": lt(0, d),
}
MAGNITUDES = {
    **{name: statement for name, statement in ADAM.items() if name[0] in "uv"},
    "beta2 is positive": HYPERPARAMETERS["beta2 is positive"],
    "beta2 < 1": lt(b2, 1),
    "epsilon is positive": lt(0, eps),
}
CONDITION = {
    C2: forall((t, j), le(vbar, E(u(t, j, w), w)), [*START, le(t, T), le(1, j), le(j, d)]),
    "d is a dimension": le(0, d),
}
FINITE = {**momentum_error.FINITE, ERROR_FINITE: forall(k, Integrable(E(error(k), w)), RUNNING)}
RUN = (*MAGNITUDES, *CONDITION, *FINITE, "T is a horizon")
MOMENTUM = {name: momentum_error.lemma.assumptions[name] for name in momentum_error.lemma.claims[0].given or ()}
FIRST, UPTO = "t is from 1 on", "t <= T"
WITH_ERROR = tuple(name for name in (*MAGNITUDES, *CONDITION, *MOMENTUM))
ROOT = (*RUN, *FALLING, "tau is positive")

lemma = Lemma(
    slug="condition-2-limits",
    title="Condition 2 with a fixed vbar can hold only up to a largest T, at the rate T^(-1/4)",
    source=Source.OURS,
    where="whether C2's vbar can be free of T",
    assumptions={**MAGNITUDES, **CONDITION, **FINITE, **MOMENTUM, **FALLING, **LAST, FIRST: le(1, t), UPTO: le(t, T)},
    claims=[
        Claim("on average", ON_AVERAGE, on_average, given=RUN),
        Claim("with the momentum error", with_error(), with_momentum_error, given=WITH_ERROR),
        Claim("largest tau", le(LEFT * tau, A + B), last_root, given=ROOT, models=fourth_powers),
        Claim("T_max", le(T, LIMIT), last_horizon, given=(*ROOT, *LAST), models=fourth_powers),
        Claim("each time", EACH_TIME, each_time, given=(*MAGNITUDES, *CONDITION, *FINITE, FIRST, UPTO)),
        Claim("all magnitudes", SUMMED, summed, given=(*MAGNITUDES, "d is a dimension", FIRST)),
        Claim("one magnitude", SMALL, lambda scope: one_magnitude(scope)[0], given=(*MAGNITUDES, FIRST)),
        Claim("not negative", NONNEG, lambda scope: one_magnitude(scope)[1], given=(*MAGNITUDES, FIRST)),
    ],
    models=models,
    mutants=[
        Mutant("without the momentum error", conclusion=le(LEFT, G), models=fixed(problems.NOISY)),
        Mutant("without the gradients", conclusion=le(LEFT, MEAN_ERROR), models=fixed(ALL_SMALL)),
        Mutant("d instead of sqrt(d)", conclusion=le(vbar * eps * d, G + MEAN_ERROR), models=fixed(ALL_SMALL)),
        Mutant("inequality reversed", conclusion=le(G + MEAN_ERROR, LEFT)),
        Mutant("C2 dropped", drop=(C2,), models=fixed(ALL_SMALL, vbar=10**9)),
        Mutant(
            "C2 for the first coordinate alone",
            change={C2: forall(t, le(vbar, E(u(t, 1, w), w)), [*START, le(t, T)])},
            models=first_alone,
        ),
        Mutant(
            "without the noise",
            conclusion=with_error("noise"),
            claim="with the momentum error",
            models=fixed(problems.NOISY),
        ),
        Mutant("a longer T", conclusion=le(2 * T, LIMIT), claim="T_max", models=fixed(ALL_SMALL)),
        Mutant("A alone", conclusion=le(T, (A / LEFT) ** 4), claim="T_max", models=fixed(problems.NOISY)),
    ],
    constants={"T_max": LIMIT},
)
