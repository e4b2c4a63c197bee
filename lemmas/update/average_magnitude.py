"""On average the update magnitude stays bounded where the worst case R grows: mean of u_t^2 <= S^2.

    S^2 = (1 - b1)/((1 - b1/b2)*(1 - b2)) * (-ln b2 + ln(1 + v_T/eps^2)/T)        (b1 < b2, eps > 0)

for one coordinate and every gradient sequence.  With w_t = v_t + eps^2 and Q_t the b1-average of g^2, u_t^2 <= Q_t/w_t;
summing the recursion of Q_t/w_t leaves the sum of g_t^2/w_t, which telescopes in ln w_t because ln x <= x - 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Integer, Sum, log

from adamproof.lemmas.models.adam import LAWS, Hyper, adam_model
from adamproof.lemmas.notation import (
    RECURSION,
    T,
    b1,
    b2,
    eps,
    g,
    k,
    m,
    magnitude,
    sqrt,
    t,
    v,
)
from adamproof.numeric.models import Model
from adamproof.prover import (
    Functional,
    Step,
    at,
    cut,
    eq,
    function,
    head_fact,
    induction,
    instantiate,
    le,
    lt,
    power,
    product,
    prove,
    put,
    reals,
    rewrite,
    settle,
    sum_empty,
    sum_last,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

y, c = reals("y c")


def squares_average(time: Any) -> Any:
    """Q_t, the moving average of g^2 with beta1."""
    return (1 - b1) * Sum(power(b1, time - k) * g(k) ** 2, (k, 1, time))


def weight(time: Any) -> Any:
    """w_t = v_t + eps^2."""
    return v(time) + eps**2


def ratio(time: Any) -> Any:
    return squares_average(time) / weight(time)


def share(time: Any) -> Any:
    return g(time) ** 2 / weight(time)


def total(body: Any, upper: Any) -> Any:
    """The sum of body(t) over t = 1..upper."""
    return Sum(body(t), (t, 1, upper))


class Facts:
    """What the steps below share: the betas, v_t >= 0, w_t > 0 and the recursion of Q."""

    def __init__(self, scope: Scope) -> None:
        self.betas = scope.given("beta1 is not negative", "beta1 < beta2", "beta2 < 1")
        self.betas.append(prove(lt(0, b2), self.betas))
        self.epsilon = scope.given("epsilon is positive")
        moves = (at(scope.the(name), t) for name in ("m is a moving average of g", "v is a moving average of g^2"))
        self.m_next, self.v_next = moves
        self.v_nonneg = self._v_nonneg(scope)
        self.w_positive = prove(lt(0, weight(t)), self.v_nonneg, self.epsilon)
        self.w_next_positive = instantiate(self.w_positive, {t: t + 1})
        self.w_next_positive = settle(self.w_next_positive, le(0, t))
        recursion = instantiate(
            scope.lemma("averaging", "recursion"), {reals("b"): b1, function("c"): ((k,), g(k) ** 2)}
        )
        self.q_next = prove(eq(squares_average(t + 1), b1 * squares_average(t) + (1 - b1) * g(t + 1) ** 2), recursion)
        self.q_nonneg = self._q_nonneg(scope)

    def _v_nonneg(self, scope: Scope) -> Step:
        goal = le(0, v(t))
        step = prove(put(goal, t, t + 1), goal, self.v_next, self.betas)
        return induction(goal, t, prove(put(goal, t, 0), scope.given("v starts at 0")), step)

    def _q_nonneg(self, scope: Scope) -> Step:
        summand = prove(le(0, power(b1, t - k) * g(k) ** 2), prove(le(0, power(b1, t - k)), le(k, t), self.betas))
        summed = Functional("Sum", k, (1, t)).monotone(summand)
        return prove(le(0, squares_average(t)), summed, self.betas, prove(lt(b1, 1), self.betas))


def momentum_square(scope: Scope, facts: Facts) -> Step:
    """m_t^2 <= Q_t: the square of an average is at most the average of the squares."""
    goal = le(m(t) ** 2, squares_average(t))
    base = prove(le(m(0) ** 2, squares_average(0)), scope.given("m starts at 0"), sum_empty(squares_average(0).args[1]))
    small = prove(lt(b1, 1), facts.betas)
    weighted = prove(le(0, b1 * (1 - b1)), small, facts.betas)
    step = prove(
        put(goal, t, t + 1), goal, facts.m_next, facts.q_next, weighted, facts.betas, squares=[m(t) - g(t + 1)]
    )
    return induction(goal, t, base, step)


def pointwise(scope: Scope, facts: Facts) -> Step:
    """u_t^2 <= Q_t/w_t, since (sqrt(v_t) + eps)^2 >= w_t."""
    root = prove(le(0, sqrt(v(t))), facts.v_nonneg)
    denominator = prove(le(weight(t), (sqrt(v(t)) + eps) ** 2), root, facts.epsilon, facts.v_nonneg)
    positive = prove(lt(0, sqrt(v(t)) + eps), root, facts.epsilon)
    square = momentum_square(scope, facts)
    scope.step("m_t^2 <= Q_t", square)
    goal = le(magnitude(t) ** 2, ratio(t))
    return prove(goal, square, denominator, facts.w_positive, positive, facts.q_nonneg)


def ratio_step(facts: Facts) -> Step:
    """Q'/w' <= (b1/b2)*Q/w + (1 - b1)*g'^2/w', since w' >= b2*w."""
    old, new, q, gradient = reals("w w_next q g_next")
    growth = prove(le(b2 * weight(t), weight(t + 1)), facts.v_next, facts.betas)
    fraction = prove(
        le((b1 * q + (1 - b1) * gradient**2) / new, b1 / b2 * (q / old) + (1 - b1) * (gradient**2 / new)),
        prove(le(1 / new, 1 / (b2 * old)), le(b2 * old, new), lt(0, old), lt(0, new), lt(0, b2)),
        prove(le(0, b1 * q), le(0, b1), le(0, q)),
        lt(0, old),
        lt(0, b2),
    )
    values = {old: weight(t), new: weight(t + 1), q: squares_average(t), gradient: g(t + 1)}
    step = settle(
        instantiate(fraction, values), growth, facts.w_positive, facts.w_next_positive, facts.q_nonneg, facts.betas
    )
    return prove(le(ratio(t + 1), b1 / b2 * ratio(t) + (1 - b1) * share(t + 1)), step, facts.q_next)


def summed_ratios(facts: Facts) -> Step:
    """(1 - b1/b2)*(sum of Q_t/w_t) <= (1 - b1)*(sum of g_t^2/w_t), by induction with the last ratio kept."""
    shrink = b1 / b2

    def goal(time: Any) -> Any:
        return le((1 - shrink) * total(ratio, time) + shrink * ratio(time), (1 - b1) * total(share, time))

    zero = Integer(0)
    empty = [sum_empty(total(ratio, zero)), sum_empty(total(share, zero)), sum_empty(squares_average(zero).args[1])]
    base = prove(goal(zero), empty)
    step = instantiate(ratio_step(facts), {t: T})
    last = [sum_last(total(body, T + 1), le(0, T)) for body in (ratio, share)]
    following = prove(goal(T + 1), goal(T), step, last, degree=1)
    kept = induction(goal(T), T, base, following)
    nonneg = prove(le(0, ratio(t)), facts.q_nonneg, facts.w_positive)
    rest = prove(le(0, shrink * ratio(T)), instantiate(nonneg, {t: T}), prove(le(0, shrink), facts.betas))
    return prove(le((1 - shrink) * total(ratio, T), (1 - b1) * total(share, T)), kept, rest, degree=1)


def logarithmic_step(scope: Scope, facts: Facts) -> Step:
    """(1 - b2)*g'^2/w' <= ln w' - ln w - ln b2: the tangent of ln at w', taken at b2*w."""
    positive = prove(lt(0, b2 * weight(t)), facts.w_positive, facts.betas)
    tangent = instantiate(scope.lemma("jensen-ln", "tangent"), {y: b2 * weight(t), c: weight(t + 1)})
    tangent = settle(tangent, positive, facts.w_next_positive)
    split = head_fact("ln_mul", b2, weight(t), given=[*facts.betas, facts.w_positive])
    share_bound = prove(
        le((1 - b2) * share(t + 1), 1 - b2 * weight(t) / weight(t + 1)),
        facts.v_next,
        facts.w_next_positive,
        facts.betas,
        facts.epsilon,
        squares=[eps],
    )
    goal = le((1 - b2) * share(t + 1), log(weight(t + 1)) - log(weight(t)) - log(b2))
    return prove(goal, tangent, split, share_bound)


def telescoped(scope: Scope, facts: Facts) -> Step:
    """(1 - b2)*(sum of g_t^2/w_t) <= ln w_T - ln w_0 - T*ln b2."""

    def goal(time: Any) -> Any:
        return le((1 - b2) * total(share, time), log(weight(time)) - log(weight(0)) - time * log(b2))

    base = prove(goal(Integer(0)), sum_empty(total(share, Integer(0))))
    step = instantiate(logarithmic_step(scope, facts), {t: T})
    following = prove(goal(T + 1), goal(T), step, sum_last(total(share, T + 1), le(0, T)))
    return induction(goal(T), T, base, following)


def starting_weight(scope: Scope, facts: Facts) -> Step:
    """ln w_T - ln w_0 = ln(1 + v_T/eps^2)."""
    relative = 1 + v(T) / eps**2
    square = prove(lt(0, eps**2), facts.epsilon)
    nonneg = instantiate(facts.v_nonneg, {t: T})
    positive = prove(lt(0, relative), nonneg, square)
    split = head_fact("ln_mul", eps**2, relative, given=[square, positive])
    hole = reals("hole")
    inside = prove(eq(product(eps**2, relative), weight(T)), facts.epsilon)
    whole = rewrite(split, inside, hole, eq(log(hole), log(eps**2) + log(relative)))
    start = prove(eq(weight(0), eps**2), scope.given("v starts at 0"))
    itself = prove(eq(log(weight(0)), log(weight(0)), same=True))
    base = rewrite(itself, start, hole, eq(log(weight(0)), log(hole)))
    return prove(eq(log(weight(T)) - log(weight(0)), log(relative)), whole, base)


FACTOR = (1 - b1) / ((1 - b1 / b2) * (1 - b2))
S_squared = FACTOR * (log(1 + v(T) / eps**2) / T - log(b2))
MEAN_SQUARE = Sum(magnitude(t) ** 2, (t, 1, T)) / T


def proof(scope: Scope) -> Step:
    facts = Facts(scope)
    horizon = scope.given("T is a horizon")
    point = scope.step("u_t^2 <= Q_t/w_t", pointwise(scope, facts))
    squares = settle(Functional("Sum", t, (1, T)).monotone(settle(point, le(1, t))), horizon)
    ratios = scope.step("the ratios Q_t/w_t, summed", settle(summed_ratios(facts), horizon))
    shares = scope.step("the shares g_t^2/w_t, summed, telescope", settle(telescoped(scope, facts), horizon))
    start = scope.step("ln w_T - ln w_0 = ln(1 + v_T/eps^2)", settle(starting_weight(scope, facts), horizon))
    logarithm = prove(le((1 - b2) * total(share, T), log(1 + v(T) / eps**2) - T * log(b2)), shares, start, degree=1)
    return prove(scope.goal, *together(squares, ratios, logarithm, facts, horizon))


def together(squares: Step, ratios: Step, logarithm: Step, facts: Facts, horizon: list[Step]) -> list[Step]:
    """U <= Z, (1 - r)*Z <= (1 - b1)*H and (1 - b2)*H <= L give U/n <= (1 - b1)/((1 - r)*(1 - b2))*L/n."""
    u, z, h, last, r, n = reals("U Z H L r n")
    below = [lt(r, 1), lt(b2, 1), lt(b1, 1), lt(0, n)]
    scaled = prove(le(z, (1 - b1) / (1 - r) * h), le((1 - r) * z, (1 - b1) * h), below)
    weight_ = prove(le(0, (1 - b1) / (1 - r)), below)
    bounded = prove(le(h, last / (1 - b2)), le((1 - b2) * h, last), below)
    factor = reals("factor")
    chained = prove(le(z, factor * (last / (1 - b2))), le(z, factor * h), bounded, le(0, factor))
    chained = cut(instantiate(chained, {factor: (1 - b1) / (1 - r)}), scaled, weight_)
    mean = prove(le(u / n, (1 - b1) / (1 - r) * (last / (1 - b2)) / n), le(u, z), chained, below)
    values = {
        u: Sum(magnitude(t) ** 2, (t, 1, T)),
        z: total(ratio, T),
        h: total(share, T),
        last: log(1 + v(T) / eps**2) - T * log(b2),
        r: b1 / b2,
        n: T,
    }
    small = [prove(lt(b1 / b2, 1), facts.betas), prove(lt(b1, 1), facts.betas), prove(lt(0, T), horizon)]
    return [settle(cut(instantiate(mean, values), squares, ratios, logarithm), small, facts.betas), *horizon]


def models(rng: Random) -> Iterator[Model]:
    """beta1 < beta2, eps > 0, every gradient law in turn, T from 1 on."""
    while True:
        for law in LAWS:
            beta2 = rng.choice([Fraction(rng.randint(2, 99), 100), Fraction(999, 1000)])
            beta1 = beta2 * Fraction(rng.randint(1, 95), 100)
            yield run(rng, Hyper(beta1, beta2, Fraction(rng.randint(1, 30), 10)), law)


def run(rng: Random, hyper: Hyper, law: str) -> Model:
    model = adam_model(rng, 9, hyper, law)
    return model.extended(variables={"T": rng.randint(1, 9)}, integers=range(-1, 10))


lemma = Lemma(
    slug="average-magnitude",
    title="A bound on the mean of u_t^2 over time, for beta1 < beta2 and epsilon > 0",
    source=Source.OURS,
    where="where the source's schedule makes R grow, this bound does not",
    assumptions={
        **RECURSION,
        "beta1 is not negative": le(0, b1),
        "beta1 < beta2": lt(b1, b2),
        "beta2 < 1": lt(b2, 1),
        "epsilon is positive": lt(0, eps),
        "T is a horizon": le(1, T),
    },
    claims=[Claim("mean square", le(MEAN_SQUARE, S_squared), proof)],
    models=models,
    mutants=[
        Mutant("bound times 0.1", conclusion=le(MEAN_SQUARE, S_squared / 10)),
        Mutant("inequality reversed", conclusion=le(S_squared, MEAN_SQUARE)),
        Mutant("without 1/(1 - b2)", conclusion=le(MEAN_SQUARE, (1 - b2) * S_squared)),
        Mutant("ln(1 + v_T) without epsilon", conclusion=le(MEAN_SQUARE, S_squared.subs(eps**2, 1 / eps**2))),
        Mutant("sign of ln b2 flipped", conclusion=le(MEAN_SQUARE, FACTOR * (log(1 + v(T) / eps**2) / T + log(b2)))),
    ],
    constants={"S_squared": S_squared},
)
