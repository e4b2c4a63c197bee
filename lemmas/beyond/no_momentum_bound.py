"""Without momentum the bound of the main theorem keeps a term that is free of T, whatever the learning rate.

At beta1 = 0 its right side is at least 2*R*sqrt(d)*s0 with R = 1/sqrt(1 - beta2) >= 1, hence at least 2*sqrt(d)*s0:
nothing averages the noise, and no T and no gamma make the bound smaller.  (The claim "the bound" says that this right
side, written without beta1, is the main theorem's.)

This is a property of the bound.  It does not say that the iterates stay away from a minimum; for beta1 = beta2 = 0
no-momentum-sign-descent shows that they do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Integer, Rational, sqrt

from adamproof.lemmas.main import main_theorem
from adamproof.lemmas.main.setting import (
    A1,
    CITED,
    COORDINATES,
    FINITE,
    FIRST,
    GAP,
    HORIZON,
    MEAN_GAIN,
    RUNNING,
    TIMES,
    R,
    a,
    length,
    mean_power,
    over,
)
from adamproof.lemmas.models import problems
from adamproof.lemmas.notation import L0, L1, T, b1, b2, d, gamma, j, k, p, q, s0, s1, t, w
from adamproof.lemmas.notation import R as BOUND
from adamproof.numeric.models import Model
from adamproof.prover import (
    E,
    Integrable,
    Step,
    at,
    cut,
    eq,
    forall,
    function,
    generalise,
    instantiate,
    le,
    lt,
    product,
    prove,
    real_power,
    reals,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

R0 = BOUND.subs(b1, 0)
TERMS = {name: term.subs(b1, 0) for name, term in main_theorem.terms(BOUND).items()}
RIGHT = sum(TERMS.values())
LEVEL = sqrt(s0**2 + s1**2 * mean_power(p))


def power_nonneg(scope: Scope, exponent: Any, name: str, finite: Step) -> Step:
    """0 <= G_r, the mean over time of E|a_t|^r."""
    raw = prove(le(0, length(t)), COORDINATES.monotone(prove(le(0, a(t, j, w) ** 2))))
    powered = instantiate(scope.lemma("real-powers"), dict(zip(reals("x r"), (length(t), exponent), strict=True)))
    mean = over.monotone(cut(powered, raw, scope.the(name)), (1, finite))
    each = prove(le(0, E(real_power(length(t), exponent), w)), mean)
    total = prove(le(0, TIMES.of(E(real_power(length(t), exponent), w))), TIMES.monotone(each))
    return prove(le(0, mean_power(exponent)), total, prove(lt(0, T), scope.the("T is a horizon")))


def gap(scope: Scope) -> Step:
    """0 <= D/(gamma*T)."""
    lowest = at(scope.the("A1: F is at least F*"), 1, w, given=[prove(le(1, Integer(1)))])
    mean = over.monotone(lowest, (1, scope.the("E F(x_1) is finite")), constant=-main_theorem.Fmin)
    positive = [prove(lt(0, T), scope.the("T is a horizon")), scope.the("gamma is positive")]
    x, n = reals("x n")
    found = prove(le(0, x / (gamma * n)), le(0, x), lt(0, n), lt(0, gamma))
    return cut(instantiate(found, {x: GAP, n: T}), prove(le(0, GAP), mean, degree=1), positive)


def drift(scope: Scope) -> Step:
    """0 <= gamma*R^2*d*(L0 + L1*G_q)/2."""
    finite = at(scope.lemma("momentum-error", "powers are finite"), t, given=[le(1, t)])
    nonneg = power_nonneg(scope, q, "q is not negative", finite)
    x, c, z = reals("x c z")
    modulus = prove(le(0, L0 + L1 * z), le(0, z), le(0, L0), le(0, L1))
    rate = prove(le(0, gamma * d), lt(0, gamma), le(0, d))
    found = prove(le(0, gamma * d * x / (2 * (1 - c))), prove(le(0, gamma * d * x), rate, le(0, x)), lt(c, 1))
    found = cut(instantiate(found, {x: L0 + L1 * z}), modulus, rate)
    found = cut(instantiate(found, {c: b2, z: mean_power(q)}), nonneg)
    names = ("gamma is positive", "d is a dimension", "L0 is not negative", "L1 is not negative", "beta2 < 1")
    return prove(le(0, TERMS["drift"]), cut(found, scope.given(*names)), degree=1)


def noise(scope: Scope) -> Step:
    """2*R*sqrt(d)*s0 <= 2*R*sqrt(d)*sqrt(s0^2 + s1^2*G_p)."""
    finite = at(scope.the("E|a_t|^p is finite"), t, given=[le(1, t)])
    nonneg = power_nonneg(scope, p, "p is not negative", finite)
    z, y, r, c = reals("z y r c")
    inside = prove(le(s0**2, s0**2 + s1**2 * z), prove(le(0, s1**2 * z), prove(le(0, s1**2)), le(0, z)), degree=1)
    total = prove(le(0, s0**2 + s1**2 * z), inside, prove(le(0, s0**2)), degree=1)
    level = prove(le(s0, sqrt(y)), le(s0**2, y), le(0, y), le(0, s0))
    level = cut(instantiate(level, {y: s0**2 + s1**2 * z}), inside, total)
    scaled = prove(le(2 * c * r * s0, 2 * c * r * y), prove(le(0, c * r), le(0, c), le(0, r)), le(s0, y))
    scaled = cut(instantiate(scaled, {y: sqrt(s0**2 + s1**2 * z)}), level)
    scaled = instantiate(scaled, {c: R0, r: sqrt(d), z: mean_power(p)})
    root = prove(le(0, sqrt(d)), scope.the("d is a dimension"))
    size = prove(le(0, R0), prove(lt(0, sqrt(1 - b2)), scope.the("beta2 < 1")))
    return cut(scaled, nonneg, root, size, scope.given("s0 is not negative"))


def free_of_T(scope: Scope) -> Step:
    noisy = scope.step("the noise", noise(scope))
    first = scope.step("the initial gap is not negative", gap(scope))
    curved = scope.step("the drift is not negative", drift(scope))
    return prove(scope.goal, noisy, first, curved, degree=1)


def at_least_one(scope: Scope) -> Step:
    root = prove(lt(0, sqrt(1 - b2)), scope.the("beta2 < 1"))
    small = prove(le(sqrt(1 - b2), 1), scope.given("beta2 is not negative", "beta2 < 1"))
    return prove(scope.goal, root, small)


def free_of_R(scope: Scope) -> Step:
    whole = scope.step("with R", scope.lemma("no-momentum-bound", "free of T"))
    one = scope.step("R is at least 1", scope.lemma("no-momentum-bound", "R >= 1"))
    x, r = reals("x r")
    scaled = prove(le(2 * x, 2 * r * x), le(1, r), le(0, x))
    scaled = instantiate(scaled, {r: R0, x: sqrt(d) * s0})
    root = prove(le(0, sqrt(d)), scope.the("d is a dimension"))
    scaled = cut(scaled, one, prove(le(0, sqrt(d) * s0), root, scope.the("s0 is not negative")))
    return prove(scope.goal, whole, scaled, degree=1)


def without_momentum() -> Step:
    """The main theorem's right side where beta1 = 0, for any R."""
    y, gap, r, sd, c, e, n, f, h, z, rt = reals("y gap r sd c e n f h z rt")
    nothing = prove(eq(c / (1 - c), 0), eq(c, 0))
    x = reals("x")
    vanishing = prove(eq(2 * r * sd * x * e / n, 0), eq(x, 0))
    start = cut(instantiate(vanishing, {x: c / (1 - c)}), nothing)
    half = Rational(1, 2)
    curve = prove(eq(f * (half + 2 * x) * h, f * h / 2), eq(x, 0))
    curve = cut(instantiate(curve, {x: c / (1 - c), f: f * r**2}), nothing)
    level = prove(eq(2 * r * sd * rt * z, 2 * r * sd * z), eq(rt, 1))
    whole = gap + 2 * r * sd * (c / (1 - c)) * e / n + f * r**2 * (half + 2 * (c / (1 - c))) * h + 2 * r * sd * rt * z
    found = prove(le(y, gap + f * r**2 * h / 2 + 2 * r * sd * z), le(y, whole), start, curve, level, degree=1)
    values = {
        y: MEAN_GAIN,
        gap: GAP / (gamma * T),
        r: R,
        sd: sqrt(d),
        c: b1,
        e: E(length(1), w),
        n: T,
        f: gamma * d,
        h: L0 + L1 * mean_power(q),
        z: LEVEL,
        rt: sqrt((1 - b1) / (1 + b1)),
    }
    ratio = prove(eq((1 - b1) / (1 + b1), 1), eq(b1, 0))
    one = prove(eq(sqrt(x), 1), eq(x, 1), squares=[sqrt(x) - 1])
    one = cut(instantiate(one, {x: (1 - b1) / (1 + b1)}), ratio)
    return cut(instantiate(found, values), one)


def main_theorem_at_zero(scope: Scope) -> Step:
    none = scope.the("beta1 = 0")
    symbols = {function(name): ((k,), function(name, "int", "int", "point")(k, j, w)) for name in ("m", "v", "g")}
    recursion = [
        at(scope.the(name), j, w)
        for name in ("m starts at 0", "m is a moving average of g", "v starts at 0", "v is a moving average of g^2")
    ]
    stable = prove(lt(b1**2, b2), none, scope.the("beta2 is positive"))
    recursion += [prove(le(0, t), le(1, t)), stable]
    at_most, at_least = (
        cut(instantiate(scope.lemma(*name), symbols), *recursion)
        for name in (("update-magnitude",), ("magnitude-range", "magnitude"))
    )
    definition = at(scope.the("u is |m|/(sqrt(v) + epsilon)"), t, j, w, given=[le(1, t)])
    same = bound_at_zero(scope)
    ranges = [
        prove(le(main_theorem.u(t, j, w), BOUND), at_most, definition, degree=1),
        prove(le(0, main_theorem.u(t, j, w)), at_least, definition, degree=1),
    ]
    ranges[0] = prove(le(main_theorem.u(t, j, w), R0), ranges[0], same, degree=1)
    scope.step("u <= 1/sqrt(1 - beta2), by Lemma B.2", ranges[0])
    general = cut(without_momentum(), scope.lemma("main-theorem", "any magnitudes"))
    general = instantiate(general, {R: R0})
    general = cut(general, *(generalise(fact, (t, j, w), [le(1, t)]) for fact in ranges), none)
    general = cut(general, prove(le(0, R0), prove(lt(0, sqrt(1 - b2)), scope.the("beta2 < 1"))))
    general = cut(general, prove(lt(b1, 1), none), prove(le(0, b1), none))
    x, y, f, g, h, r0 = reals("x y f g h r0")
    square = prove(eq(product(R0, R0), 1 / (1 - b2)), scope.the("beta2 < 1"))
    final = prove(le(y, g + f * x * h / 2), le(y, g + f * r0**2 * h / 2), eq(r0**2, x))
    values = {y: MEAN_GAIN, r0: R0, x: 1 / (1 - b2), f: gamma * d, h: L0 + L1 * mean_power(q)}
    final = instantiate(final, {**values, g: TERMS["initial gap"] + TERMS["noise"]})
    return prove(scope.goal, cut(final, general, square), degree=1)


def bound_at_zero(scope: Scope) -> Step:
    """The R of Lemma B.2 at beta1 = 0."""
    x, c, s = reals("x c s")
    one = prove(eq(sqrt(x), 1), eq(x, 1), squares=[sqrt(x) - 1])
    one = instantiate(one, {x: 1 - b1**2 / b2})
    one = cut(one, prove(eq(1 - b1**2 / b2, 1), prove(eq(b1**2 / b2, 0), scope.the("beta1 = 0"))))
    same = prove(eq((1 - c) / (s * x), 1 / s), prove(eq(1 / x, 1), eq(x, 1)), eq(c, 0))
    same = cut(instantiate(same, {c: b1, s: sqrt(1 - b2), x: sqrt(1 - b1**2 / b2)}), one)
    return prove(eq(BOUND, R0), cut(same, scope.the("beta1 = 0")), degree=1)


# --- models -----------------------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Runs without momentum."""
    return (model for model in problems.runs(rng) if not model.variables["b1"])


def quiet(**variables: Any) -> Callable[[Random], Iterator[Model]]:
    """Two late steps of a run without noise that starts at the minimum: every term but the noise's is small."""
    problem = problems.Problem(problems.ONE, (problems.TINY,), (), 2, rate=problems.TINY)
    return problems.fixed_run(problem, **{"s0": 1, **variables})


PLAIN = {
    "E|a_t|^p is finite": forall(k, Integrable(E(real_power(length(k), p), w)), RUNNING),
    "p is not negative": le(0, p),
    "s0 is not negative": le(0, s0),
    "beta2 is not negative": le(0, b2),
}
# The main theorem's assumptions, with beta1 = 0.
OF_BETA1 = ("beta1 is not negative", "beta1^2 < beta2", *main_theorem.ADAM_SHORT)
THEOREM = {
    **{
        name: main_theorem.lemma.assumptions[name]
        for name in main_theorem.lemma.claims[0].given or ()
        if name not in OF_BETA1
    },
    "beta1 = 0": eq(b1, 0),
    "beta2 is positive": lt(0, b2),
    "gamma*sqrt(d)*L1 <= sqrt(1 - beta2)": le(gamma * R0 * sqrt(d) * L1, 1),
}
BASIC = (
    *A1,
    *FIRST,
    *FINITE,
    *HORIZON,
    "gamma is positive",
    "d is a dimension",
    "L0 is not negative",
    "L1 is not negative",
    "q is not negative",
    "q <= 1",
    "beta2 < 1",
)
FREE = (*BASIC, "E|a_t|^p is finite", "p is not negative", "s0 is not negative")
FLOOR = 2 * R0 * sqrt(d) * s0
slow = problems.Problem(
    problems.ONE, (problems.TINY,), (), 2, beta1=Fraction(9, 10), beta2=Fraction(9, 10), rate=problems.TINY
)

lemma = Lemma(
    slug="no-momentum-bound",
    title="Without momentum the main theorem's bound is at least 2*sqrt(d)*sigma_0",
    source=Source.RECONSTRUCTED,
    where="the summary's neighbourhood of size O(sigma_0) without momentum: a property of the bound",
    assumptions={**THEOREM, **PLAIN},
    cited=CITED,
    claims=[
        Claim("free of T", le(FLOOR, RIGHT), free_of_T, given=FREE),
        Claim("free of R", le(2 * sqrt(d) * s0, RIGHT), free_of_R, given=(*FREE, "beta2 is not negative")),
        Claim("R >= 1", le(1, R0), at_least_one, given=("beta2 is not negative", "beta2 < 1")),
        Claim("the bound", le(MEAN_GAIN, RIGHT), main_theorem_at_zero, given=tuple(THEOREM)),
    ],
    models=models,
    mutants=[
        Mutant("twice the floor", conclusion=le(2 * FLOOR, RIGHT), models=quiet()),
        Mutant("a floor that grows with T", conclusion=le(T * FLOOR, RIGHT), models=quiet()),
        Mutant("inequality reversed", conclusion=le(RIGHT, FLOOR)),
        Mutant(
            "with momentum",
            conclusion=le(2 * BOUND * sqrt(d) * s0, sum(main_theorem.terms(BOUND).values())),
            models=problems.fixed_run(slow, s0=1),
        ),
        Mutant("F below F*", drop=tuple(A1), models=quiet(Fmin=10**9)),
        Mutant("gamma of any sign", drop=("gamma is positive",), models=quiet(gamma=-(10**6))),
        Mutant("free of R, twice", conclusion=le(4 * sqrt(d) * s0, RIGHT), claim="free of R", models=quiet()),
        Mutant("beta2 of any sign", drop=("beta2 is not negative",), claim="R >= 1", models=quiet(b2=-1)),
        Mutant(
            "the bound without its noise",
            conclusion=le(MEAN_GAIN, TERMS["initial gap"] + TERMS["drift"]),
            claim="the bound",
            models=problems.fixed_run(problems.MISLED),
        ),
    ],
    constants={"floor": FLOOR, **{f"term: {name}": value for name, value in TERMS.items()}},
)
