"""The rate with an explicit constant: mean_t E|u_t o a_t|_1 <= K*sqrt(d)/T^(1/4), if gamma*R*sqrt(d)*L1 <= 1.

The schedule is 1 - b1 = alpha/tau^2, 1 - b2 = beta/tau^2, gamma = gamma0/(sqrt(d)*tau^3) with T = tau^4, alpha and
beta in (0, 1] and kappa = 2*alpha - beta - alpha^2 > 0.  Then b2 - b1^2 >= kappa/tau^2, so R <= alpha/sqrt(beta*kappa)
for every tau >= 1, and each term of the main theorem is at most its share of

    K = D/gamma0 + 2*Rbar*E|a_1|/alpha + gamma0*Rbar^2*(1/2 + 2/alpha)*(L0 + L1*G_q)
        + 2*Rbar*sqrt(alpha)*sqrt(s0^2 + s1^2*G_p)

times sqrt(d)/tau.  With alpha = beta < 1, kappa = alpha - alpha^2; there R = 1 for every T (magnitude-identity).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Rational, sqrt

from adamproof.lemmas.foundations.functionals import rational
from adamproof.lemmas.main import main_theorem
from adamproof.lemmas.main.setting import CITED, GAP, MEAN_GAIN, TIMES, a, length, mean_power, over
from adamproof.lemmas.models import problems
from adamproof.lemmas.momentum import momentum_error
from adamproof.lemmas.notation import COORDINATES, L0, L1, R, R_squared, T, b1, b2, d, gamma, j, p, q, s0, s1, t, w
from adamproof.lemmas.notation import k as index
from adamproof.numeric.models import Model
from adamproof.prover import (
    E,
    Step,
    at,
    cut,
    eq,
    instantiate,
    integers,
    le,
    lt,
    product,
    prove,
    put,
    real_power,
    reals,
    rewrite,
    term,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

alpha, beta, tau, gamma0 = reals("alpha beta tau gamma0")
kappa = 2 * alpha - beta - alpha**2
R_bar = alpha / sqrt(beta * kappa)
START = E(length(1), w)
CURVE = L0 + L1 * mean_power(q)
NOISE = sqrt(s0**2 + s1**2 * mean_power(p))
SHARES = {
    "initial gap": GAP / gamma0,
    "initial momentum": 2 * R_bar * START / alpha,
    "drift": gamma0 * R_bar**2 * (Rational(1, 2) + 2 / alpha) * CURVE,
    "noise": 2 * R_bar * sqrt(alpha) * NOISE,
}
K = sum(SHARES.values())

SCHEDULE = {
    "1 - beta1 = alpha/tau^2": eq(b1, 1 - alpha / tau**2),
    "1 - beta2 = beta/tau^2": eq(b2, 1 - beta / tau**2),
    "gamma = gamma0/(sqrt(d)*tau^3)": eq(gamma, gamma0 / (sqrt(d) * tau**3)),
    "T = tau^4": eq(T, tau**4),
    "tau >= 1": le(1, tau),
    "alpha is positive": lt(0, alpha),
    "alpha <= 1": le(alpha, 1),
    "beta is positive": lt(0, beta),
    "beta <= 1": le(beta, 1),
    "2*alpha - beta - alpha^2 is positive": lt(0, kappa),
    "gamma0 is positive": lt(0, gamma0),
    "d is positive": lt(0, d),
}


def magnitude(scope: Scope) -> Step:
    """R^2 = alpha^2*b2*x/(beta*(b2 - b1^2)) with x = 1/tau^2, and b2*kappa*x <= kappa*x <= b2 - b1^2."""
    x, gap, k_ = reals("x gap kappa")
    signs = [lt(0, x), lt(0, beta), lt(0, k_)]
    both = prove(lt(0, beta * x), signs[:2]), prove(lt(0, k_ * x), signs[0], signs[2])
    weighted = prove(
        le((1 - beta * x) * (k_ * x), gap), le(k_ * x, gap), prove(le(0, beta * x * (k_ * x)), both), degree=1
    )
    weight = prove(le(0, alpha**2 * x), prove(le(0, alpha**2)), signs[0])
    scaled = prove(le(alpha**2 * x * ((1 - beta * x) * (k_ * x)), alpha**2 * x * gap), weighted, weight)
    ratio = prove(
        le((alpha * x) ** 2 * (1 - beta * x) / (beta * x * gap), alpha**2 / (beta * k_)), scaled, signs, lt(0, gap)
    )
    scope.step("the ratio, for any gap b2 - b1^2 >= kappa*x", ratio)
    inverse = 1 / tau**2
    positive, below = _inverse_facts(scope)
    wide = prove(
        le(kappa * x, 1 - beta * x - (1 - alpha * x) ** 2),
        prove(le(alpha**2 * x**2, alpha**2 * x), prove(le(x**2, x), lt(0, x), le(x, 1)), prove(le(0, alpha**2))),
        degree=1,
    )
    gap_value = 1 - beta * x - (1 - alpha * x) ** 2
    narrow = prove(lt(0, gap_value), wide, prove(lt(0, kappa * x), lt(0, kappa), lt(0, x)), degree=1)
    whole = cut(instantiate(ratio, {gap: gap_value, k_: kappa}), wide, narrow)
    whole = cut(instantiate(whole, {x: inverse}), positive, below)
    whole = cut(whole, *scope.given("beta is positive", "2*alpha - beta - alpha^2 is positive"))
    b1_value, b2_value = 1 - alpha * inverse, 1 - beta * inverse
    hole1, hole2 = reals("hole1 hole2")
    pattern = le((1 - hole1) ** 2 * hole2 / ((1 - hole2) * (hole2 - hole1**2)), alpha**2 / (beta * kappa))
    goal = put(put(pattern, hole1, b1_value), hole2, b2_value)
    tau_positive = prove(lt(0, tau), scope.the("tau >= 1"))
    same = prove(eq(goal.args[0], whole.conclusion.args[0]), tau_positive)
    start = prove(goal, whole, same, degree=1)
    first, second = (scope.the(name) for name in ("1 - beta1 = alpha/tau^2", "1 - beta2 = beta/tau^2"))
    turned = [prove(eq(value, symbol), fact) for value, symbol, fact in ((b1_value, b1, first), (b2_value, b2, second))]
    start = rewrite(start, turned[0], hole1, put(pattern, hole2, b2_value))
    return prove(scope.goal, rewrite(start, turned[1], hole2, put(pattern, hole1, b1)), degree=1)


def _inverse_facts(scope: Scope) -> tuple[Step, Step]:
    """0 < 1/tau^2 <= 1."""
    one = scope.the("tau >= 1")
    inverse = prove(lt(0, 1 / tau), one)
    return prove(lt(0, 1 / tau**2), inverse), prove(le(1 / tau**2, 1), prove(le(1 / tau, 1), one), inverse)


def stable(scope: Scope) -> list[Step]:
    """0 <= b1, b1^2 < b2 and b2 < 1 under the schedule."""
    x = reals("x")
    positive, below = _inverse_facts(scope)
    inside = [lt(0, x), le(x, 1)]
    wide = prove(
        lt((1 - alpha * x) ** 2, 1 - beta * x),
        prove(le(alpha**2 * x**2, alpha**2 * x), prove(le(x**2, x), *inside), prove(le(0, alpha**2))),
        prove(lt(0, kappa * x), lt(0, kappa), lt(0, x)),
        degree=1,
    )
    small = prove(
        le(0, 1 - alpha * x), prove(le(alpha * x, 1), prove(le(alpha * x, x), le(alpha, 1), lt(0, x)), le(x, 1))
    )
    less = prove(lt(1 - beta * x, 1), prove(lt(0, beta * x), lt(0, beta), lt(0, x)), degree=1)
    first, second = (scope.the(name) for name in ("1 - beta1 = alpha/tau^2", "1 - beta2 = beta/tau^2"))
    given = scope.given("alpha <= 1", "beta is positive", "2*alpha - beta - alpha^2 is positive")
    facts = [cut(instantiate(fact, {x: 1 / tau**2}), positive, below, *given) for fact in (wide, small, less)]
    return [
        prove(lt(b1**2, b2), facts[0], first, second),
        prove(le(0, b1), facts[1], first),
        prove(lt(b2, 1), facts[2], second),
    ]


def _bar_squared(scope: Scope) -> Step:
    """Rbar^2 = alpha^2/(beta*kappa)."""
    k_ = reals("kappa")
    positive = prove(lt(0, beta * k_), lt(0, beta), lt(0, k_))
    bar = alpha / sqrt(beta * k_)
    root_positive = prove(lt(0, sqrt(beta * k_)), positive)
    square = prove(eq(product(bar, bar), alpha**2 / (beta * k_)), positive, root_positive, lt(0, beta), lt(0, k_))
    return cut(
        instantiate(square, {k_: kappa}), *scope.given("beta is positive", "2*alpha - beta - alpha^2 is positive")
    )


def root(scope: Scope) -> Step:
    """R <= Rbar."""
    square = scope.lemma("rate", "magnitude squared")
    betas = stable(scope)
    same = cut(scope.lemma("magnitude-identity", "square of R"), betas[0], betas[2])
    x, y, z = reals("x y z")
    compare = prove(le(x, y), le(x**2, z), eq(y**2, z), le(0, y))
    signs = scope.given("alpha is positive", "beta is positive", "2*alpha - beta - alpha^2 is positive")
    inner = prove(lt(0, beta * kappa), signs)
    above = prove(le(0, R_bar), signs[0], prove(lt(0, sqrt(beta * kappa)), inner))
    exact = _bar_squared(scope)
    below = prove(le(product(R, R), alpha**2 / (beta * kappa)), same, square, degree=1)
    return cut(instantiate(compare, {x: R, y: R_bar, z: alpha**2 / (beta * kappa)}), below, exact, above)


def adam(scope: Scope) -> Step:
    betas = stable(scope)
    gamma_value = scope.the("gamma = gamma0/(sqrt(d)*tau^3)")
    sd = prove(lt(0, sqrt(d)), scope.the("d is positive"))
    cube = prove(lt(0, 1 / tau**3), prove(lt(0, 1 / tau), scope.the("tau >= 1")), degree=3)
    root_positive = prove(lt(0, 1 / sqrt(d)), sd)
    rate = prove(lt(0, gamma0 / sqrt(d)), scope.the("gamma0 is positive"), root_positive)
    rate = prove(lt(0, gamma0 / (sqrt(d) * tau**3)), rate, cube)
    rate = prove(lt(0, gamma), gamma_value, rate, degree=1)
    dimension = prove(le(0, d), scope.the("d is positive"))
    whole = cut(scope.lemma("main-theorem"), *betas, rate, dimension)
    scope.step("the main theorem", whole)
    bound = scope.step("R <= Rbar", scope.lemma("rate", "magnitude"))
    return _shares(scope, whole, bound, betas, sd, rate)


def _shares(scope: Scope, whole: Step, bound: Step, betas: list[Step], sd: Step, rate: Step) -> Step:
    """The four terms of the main theorem, each at most its share."""
    total, values = _plain()
    magnitude_nonneg = cut(scope.lemma("magnitude-range", "bound"), betas[0], betas[2])
    facts = [whole, bound, magnitude_nonneg, prove(le(0, R_bar), bound, magnitude_nonneg, degree=1), sd]
    facts += [prove(eq(d, product(sqrt(d), sqrt(d))), scope.the("d is positive")), rate]
    facts += [prove(lt(0, T), scope.the("T is a horizon"))]
    facts += scope.given("gamma = gamma0/(sqrt(d)*tau^3)", "T = tau^4", "tau >= 1", "gamma0 is positive")
    facts += scope.given("alpha is positive")
    facts += [_square(scope, betas), *_betas(scope, betas), *_signs(scope)]
    facts += _simplified(scope)
    return prove(scope.goal, cut(instantiate(total, values), *facts), degree=1)


def _simplified(scope: Scope) -> list[Step]:
    """Rbar^2, Rbar/alpha and Rbar*sqrt(alpha) as SymPy writes them."""
    positive = scope.the("alpha is positive")
    over_ = prove(eq(product(R_bar, 1 / alpha), R_bar / alpha), positive)
    times = prove(eq(product(R_bar, sqrt(alpha)), R_bar * sqrt(alpha)), positive)
    return [_bar_squared(scope), over_, times]


m_square, m_over, m_times = reals("m_square m_over m_times")
y, top, start, curve, sigma = reals("y top start curve sigma")
r, m, n, f, g0, c, e, k, o, r2, t4, dd, ra = reals("r m n f g0 c e k o r2 t4 dd ra")
SIZE = le(1, tau)


def _plain() -> tuple[Step, dict[Any, Any]]:
    """The sum of the shares, over plain variables: n = sqrt(d), m = Rbar, r = R, c = b1; and their values."""
    shares = top / g0 + 2 * m * start / alpha + g0 * m**2 * CURVED * curve + 2 * m * ra * sigma
    total = prove(
        le(y, shares * n / tau),
        le(y, top / (f * t4) + 2 * o * n * c * start / t4 + f * r2 * dd * k * curve + 2 * r * n * e * sigma),
        _gap(),
        _momentum(),
        _drift(),
        _noise(),
        degree=1,
    )
    simple = top / g0 + 2 * m_over * start + g0 * m_square * CURVED * curve + 2 * m_times * sigma
    same = prove(
        eq(shares, simple),
        prove(eq(2 * m * start / alpha, 2 * m_over * start), eq(m / alpha, m_over)),
        prove(eq(g0 * m**2 * CURVED * curve, g0 * m_square * CURVED * curve), eq(m**2, m_square)),
        prove(eq(2 * m * ra * sigma, 2 * m_times * sigma), eq(m * ra, m_times)),
    )
    total = prove(le(y, simple * n / tau), total, prove(eq(shares * n / tau, simple * n / tau), same), degree=1)
    values = {
        y: MEAN_GAIN,
        top: GAP,
        start: START,
        curve: CURVE,
        sigma: NOISE,
        r: R,
        m: R_bar,
        n: sqrt(d),
        f: gamma,
        g0: gamma0,
        c: b1,
        e: sqrt((1 - b1) / (1 + b1)),
        k: Rational(1, 2) + 2 * b1 / (1 - b1),
        o: OVER_R,
        r2: R**2,
        t4: T,
        dd: d,
        ra: sqrt(alpha),
        m_square: R_bar**2,
        m_over: R_bar / alpha,
        m_times: R_bar * sqrt(alpha),
    }
    return total, values


CURVED = Rational(1, 2) + 2 / alpha
OVER_R = 1 / (sqrt(1 - b2) * sqrt(1 - b1**2 / b2))  # R/(1 - b1)
RATE, HORIZON = eq(f, g0 / (n * tau**3)), eq(t4, tau**4)


def _tau() -> list[Step]:
    return [prove(lt(0, tau**power), SIZE) for power in (1, 2, 3)]


def _gap() -> Step:
    """1/f = n*tau^3/g0 and 1/t4 = 1/tau^4."""
    first = _tau()[0]
    rate = prove(eq(1 / f, n * tau**3 / g0), prove(eq(f * n * tau**3, g0), RATE, lt(0, n), first), lt(0, f), lt(0, g0))
    horizon = prove(eq(1 / t4, 1 / tau**4), HORIZON, lt(0, t4), first)
    return prove(eq(top / (f * t4), top / g0 * n / tau), rate, horizon, first, degree=1)


def _momentum() -> Step:
    """2*o*n*c*start/t4 = (2*n*start/alpha)*(r*c/tau^2), and r*c <= m, 1/tau^2 <= 1/tau."""
    first = _tau()[0]
    inside = prove(le(r * c, m), le(r, m), prove(le(r * c, r), le(0, r), le(c, 1)), degree=1)
    shorter = prove(
        le(r * c * (1 / tau**2), m * (1 / tau**2)), inside, prove(lt(0, 1 / tau**2), prove(lt(0, 1 / tau), first))
    )
    longer = prove(le(m * (1 / tau**2), m * (1 / tau)), prove(le(1 / tau**2, 1 / tau), SIZE), le(0, m))
    both = prove(le(r * c * (1 / tau**2), m * (1 / tau)), shorter, longer, degree=1)
    weight = prove(le(0, 2 * n * start / alpha), lt(0, n), lt(0, alpha), le(0, start))
    scaled = prove(
        le(2 * n * start / alpha * (r * c * (1 / tau**2)), 2 * n * start / alpha * (m * (1 / tau))), both, weight
    )
    over_ = prove(eq(r * tau**2, alpha * o), eq(r, alpha / tau**2 * o), first)
    over_ = prove(eq(o, r * tau**2 / alpha), over_, lt(0, alpha))
    horizon = prove(eq(1 / t4, 1 / tau**4), HORIZON, lt(0, t4), first)
    same = prove(eq(2 * o * n * c * start / t4, 2 * n * start / alpha * (r * c * (1 / tau**2))), over_, horizon, first)
    return prove(le(2 * o * n * c * start / t4, 2 * m * start / alpha * n / tau), same, scaled, degree=1)


def _drift() -> Step:
    """f*r2*dd*k*curve = (g0*n*curve/tau^3)*(r2*k), and r2 <= m^2, k <= tau^2*(1/2 + 2/alpha)."""
    wide, weight = reals("wide weight")
    scaled = prove(
        le(r2 * k, m**2 * wide),
        prove(le(r2 * k, m**2 * k), le(r2, m**2), le(0, k)),
        prove(le(m**2 * k, m**2 * wide), le(k, wide), prove(le(0, m**2))),
        degree=1,
    )
    scaled = prove(le(weight * (r2 * k), weight * (m**2 * wide)), scaled, le(0, weight))
    front = g0 * n * curve / tau**3
    scaled = instantiate(scaled, {weight: front, wide: tau**2 * CURVED})
    first = _tau()[0]
    cube = prove(lt(0, 1 / tau**3), prove(lt(0, 1 / tau), first), degree=3)
    size = prove(le(0, g0 * n * curve), prove(lt(0, g0 * n), lt(0, g0), lt(0, n)), le(0, curve))
    scaled = cut(scaled, prove(le(0, front), size, cube))
    left = prove(eq(f * dd, g0 * n / tau**3), RATE, eq(dd, n**2), lt(0, n))
    left = prove(eq(f * r2 * dd * k * curve, front * (r2 * k)), left)
    right = g0 * m**2 * CURVED * curve * n / tau
    same = prove(eq(scaled.conclusion.args[1], term(right)), first)
    return prove(le(f * r2 * dd * k * curve, right), left, scaled, same, degree=1)


def _noise() -> Step:
    """r*e <= m*sqrt(alpha)/tau."""
    small = prove(
        le(r * e, m * (ra / tau)),
        prove(le(r * e, m * e), le(r, m), le(0, e)),
        prove(le(m * e, m * (ra / tau)), le(e, ra / tau), le(0, m)),
        degree=1,
    )
    weight = prove(le(0, 2 * n * sigma), lt(0, n), le(0, sigma))
    return prove(le(2 * n * sigma * (r * e), 2 * n * sigma * (m * (ra / tau))), small, weight)


def _square(scope: Scope, betas: list[Step]) -> Step:
    """R^2 <= Rbar^2, in the form that SymPy gives them."""
    square = scope.lemma("rate", "magnitude squared")
    rooted = cut(scope.lemma("magnitude-identity", "square of R"), betas[0], betas[2])
    plain = cut(scope.lemma("magnitude-range", "square"), betas[0], betas[2])
    exact = _bar_squared(scope)
    return prove(le(R**2, product(R_bar, R_bar)), rooted, plain, square, exact, degree=1)


def _one_less(scope: Scope) -> Step:
    """0 < alpha/tau^2 = 1 - b1."""
    return prove(lt(0, alpha / tau**2), scope.the("alpha is positive"), _inverse_facts(scope)[0])


def _betas(scope: Scope, betas: list[Step]) -> list[Step]:
    """What the plain c, e, k and o have to satisfy."""
    ratio, alpha_positive = scope.given("1 - beta1 = alpha/tau^2", "alpha is positive")
    square = prove(lt(0, tau**2), scope.the("tau >= 1"))
    below = prove(lt(b1, 1), ratio, _one_less(scope), degree=1)
    cancelled = prove(eq((1 - b1) * OVER_R, alpha / tau**2 * OVER_R), prove(eq(1 - b1, alpha / tau**2), ratio))
    cancelled = prove(eq(R, alpha / tau**2 * OVER_R), prove(eq(R, (1 - b1) * OVER_R, same=True)), cancelled, degree=1)
    first = prove(lt(0, tau), SIZE)
    exact = prove(eq((1 - c) * tau**2, alpha), eq(c, 1 - alpha / tau**2), first)
    exact = prove(eq(1 / (1 - c), tau**2 / alpha), exact, lt(c, 1), lt(0, alpha))
    grown = prove(
        le(2 * c * tau**2 / alpha, 2 * tau**2 / alpha),
        prove(le(c * tau**2, tau**2), le(c, 1), lt(0, tau**2)),
        lt(0, alpha),
    )
    wide = prove(
        le(Rational(1, 2) + 2 * c / (1 - c), tau**2 * CURVED), exact, grown, prove(le(1, tau**2), SIZE), degree=1
    )
    not_above = prove(le(b1, 1), below)
    wide = cut(instantiate(wide, {c: b1}), ratio, not_above, below, square, alpha_positive, scope.the("tau >= 1"))
    nonneg = prove(le(0, Rational(1, 2) + 2 * b1 / (1 - b1)), betas[1], below)
    inner = prove(le(0, (1 - b1) / (1 + b1)), betas[1], below)
    return [
        betas[1],
        not_above,
        cancelled,
        wide,
        nonneg,
        prove(le(0, sqrt((1 - b1) / (1 + b1))), inner),
        _root(scope, betas, inner),
    ]


def _root(scope: Scope, betas: list[Step], inner: Step) -> Step:
    """sqrt((1 - b1)/(1 + b1)) <= sqrt(alpha)/tau, as 1 - b1 = alpha/tau^2."""
    x, z = reals("x z")
    compare = prove(le(sqrt(x), z), le(x, z**2), le(0, x), le(0, z))
    ratio, alpha_positive, size = scope.given("1 - beta1 = alpha/tau^2", "alpha is positive", "tau >= 1")
    above = prove(le(0, sqrt(alpha) / tau), prove(le(0, sqrt(alpha)), alpha_positive), size)
    square = prove(eq(product(sqrt(alpha) / tau, sqrt(alpha) / tau), alpha / tau**2), alpha_positive, size)
    less = prove(le((1 - c) / (1 + c), 1 - c), le(0, c), le(c, 1))
    less = cut(instantiate(less, {c: b1}), betas[1], prove(le(b1, 1), _one_less(scope), ratio, degree=1))
    inside = prove(
        le((1 - b1) / (1 + b1), product(sqrt(alpha) / tau, sqrt(alpha) / tau)), less, square, ratio, degree=1
    )
    return cut(instantiate(compare, {x: (1 - b1) / (1 + b1), z: sqrt(alpha) / tau}), inside, inner, above)


def _signs(scope: Scope) -> list[Step]:
    """E|a_1|, L0 + L1*G_q and sqrt(s0^2 + s1^2*G_p) are not negative."""
    first = prove(le(0, length(1)), COORDINATES.monotone(prove(le(0, a(1, j, w) ** 2))))
    first = over.monotone(first, (1, at(scope.the("E|a_t| is finite"), 1, given=[prove(le(1, 1))])))
    horizon = prove(lt(0, T), scope.the("T is a horizon"))
    count = cut(instantiate(scope.lemma("constant-sum"), {integers("n"): T}), prove(le(0, T), horizon))
    u, v, x, n_ = reals("u v x n_")
    divided = prove(le(0, u + v * (x / n_)), le(0, u * n_ + v * x), lt(0, n_))
    found = [prove(le(0, START), first)]
    for each, fixed, factor, exponent in (
        (momentum_error.modulus_nonneg(scope), L0, L1, q),
        (momentum_error.variance_nonneg(scope), s0**2, s1**2, p),
    ):
        summed = TIMES.monotone(instantiate(each, {index: t}))
        powers = TIMES.of(E(real_power(length(t), exponent), w))
        total = prove(le(0, fixed * T + factor * powers), summed, main_theorem.times(fixed, count), degree=1)
        found.append(cut(instantiate(divided, {u: fixed, v: factor, x: powers, n_: T}), total, horizon))
    return [*found[:2], prove(le(0, NOISE), found[2])]


# --- models -----------------------------------------------------------------------------------------


def scheduled(rng: Random) -> Iterator[Model]:
    """Runs of Adam with T = 1 = tau, where the schedule's constants are the hyperparameters themselves."""
    while True:
        first = Fraction(rng.randint(1, 9), 10)
        second = (2 * first - first**2) * Fraction(rng.randint(1, 9), 10)
        dimension = rng.choice([1, 4])  # whose square roots are exact
        problem = problems.Problem(
            curvature=[abs(rational(rng)) + Fraction(1, 9) for _ in range(dimension)],
            start=[rational(rng) for _ in range(dimension)],
            noise=[[rational(rng) for _ in range(dimension)] for _ in range(rng.randint(0, 1))],
            horizon=1,
            beta1=1 - first,
            beta2=1 - second,
            epsilon=Fraction(rng.randint(1, 30), 10),
            rate=Fraction(1, rng.choice([1, 10, 100])),
        )
        model = problems.run(problem, s1=Fraction(rng.randint(0, 2)))
        if problems.decided(model):
            yield constants(model)


def constants(model: Model) -> Model:
    """The schedule's constants, at tau = 1."""
    values = model.variables
    root = 2 if values["d"] == 4 else 1
    return model.extended(
        variables={"alpha": 1 - values["b1"], "beta": 1 - values["b2"], "tau": 1, "gamma0": values["gamma"] * root}
    )


def only(problem: problems.Problem, **changes: Any) -> Any:
    """One run, with the schedule's constants."""

    def generator(rng: Random) -> Iterator[Model]:
        yield constants(problems.run(problem)).extended(variables=changes)

    return generator


FAR = replace(problems.FAR, horizon=1, beta1=Fraction(1, 10), beta2=Fraction(1, 2))
NEAR = replace(problems.FIRST, beta1=Fraction(1, 2), beta2=Fraction(1, 2), epsilon=problems.TINY, rate=Fraction(2, 5))
EQUAL = replace(problems.FAR, horizon=1, beta1=Fraction(1, 2), beta2=Fraction(1, 2))
GIVEN = tuple(
    name
    for name in main_theorem.lemma.claims[0].given or ()
    if name not in ("beta1 is not negative", "beta1^2 < beta2", "beta2 < 1", "gamma is positive", "d is a dimension")
)
MAGNITUDES = (
    "1 - beta1 = alpha/tau^2",
    "1 - beta2 = beta/tau^2",
    "tau >= 1",
    "alpha is positive",
    "alpha <= 1",
    "beta is positive",
    "2*alpha - beta - alpha^2 is positive",
)
BOUND = le(MEAN_GAIN, K * sqrt(d) / tau)

lemma = Lemma(
    slug="rate",
    title="The rate T^(-1/4) of the weighted gradient norm for short steps, with time means in K",
    source=Source.RECONSTRUCTED,
    where="the summary states the rate T^(-1/4), with 1 - beta2 ~ T^(-3/4); the schedule T^(-1/2) here is ours; "
    "T = tau^4, and K holds the means over time of E|a_t|^p and E|a_t|^q",
    assumptions={**{name: main_theorem.lemma.assumptions[name] for name in GIVEN}, **SCHEDULE},
    cited=CITED,
    claims=[
        Claim("Adam", BOUND, adam, given=tuple(name for name in (*GIVEN, *SCHEDULE) if name != "beta <= 1")),
        Claim("magnitude", le(R, R_bar), root, given=MAGNITUDES),
        Claim(
            "magnitude squared",
            le(R_squared, alpha**2 / (beta * kappa)),
            magnitude,
            given=tuple(name for name in MAGNITUDES if not name.startswith("alpha")),
        ),
    ],
    models=scheduled,
    mutants=[
        Mutant("K times 1/20", conclusion=le(MEAN_GAIN, K * sqrt(d) / tau / 20), models=only(NEAR)),
        Mutant(
            "R^2 times 0.4",
            conclusion=le(R_squared, Rational(2, 5) * alpha**2 / (beta * kappa)),
            claim="magnitude squared",
            models=only(EQUAL),
        ),
        Mutant("inequality reversed", conclusion=le(K * sqrt(d) / tau, MEAN_GAIN)),
        Mutant("R half as large", conclusion=le(R, R_bar / 2), claim="magnitude", models=only(EQUAL)),
        Mutant("F below F*", drop=("A1: F is at least F*",), models=only(FAR, Fmin=10**9)),
    ],
    constants={"K": K, "R_bar": R_bar, **{f"share: {name}": share for name, share in SHARES.items()}},
)
