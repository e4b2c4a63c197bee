"""Gradients that decay like a power of t satisfy our form of Condition 1, which compares means over time.

Let M_t stand for E|a_t| and P_t for E|a_t|^p.  If c*t^(-alpha) <= M_t and P_t <= K^p*t^(-alpha*p) for t = 1 ... T,
where alpha*p < 1, then

    mean of P_t <= C0^2*(mean of M_t)^p,   C0^2 = (K/c)^p/(1 - alpha*p).

With r = alpha*p, the sum of t^(-r) is at most T^(1-r)/(1 - r), so the mean of P_t is at most K^p*T^(-r)/(1 - r).
The mean of M_t is at least c*T^(-alpha), as T^(-alpha) <= t^(-alpha), and its p-th power at least c^p*T^(-r).

The sum goes by induction: T^(1-r) = (T/(T+1))^(1-r)*(T+1)^(1-r), where by Young's inequality the first factor is at
most r + (1 - r)*T/(T+1) = 1 - (1 - r)/(T+1).  So T^(1-r) + (1 - r)*(T+1)^(-r) <= (T+1)^(1-r).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Integer, Rational, Sum

from adamproof.lemmas.foundations import constant_sum, power_order, young_power
from adamproof.lemmas.foundations.functionals import rational
from adamproof.lemmas.notation import T, p, q, t
from adamproof.numeric.models import Model
from adamproof.numeric.numbers import as_mpf
from adamproof.prover import (
    Functional,
    Step,
    at,
    cut,
    eq,
    forall,
    function,
    head_fact,
    induction,
    instantiate,
    le,
    lt,
    product,
    prove,
    real_power,
    reals,
    rewrite,
    settle,
    sum_empty,
    sum_last,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

c, K, alpha, r, hole = reals("c K alpha r hole")
M, P = function("M"), function("P")  # E|a_t| and E|a_t|^p
TIMES = Functional("Sum", t, (1, T))
RANGE = [le(1, t), le(t, T)]
ONE = Integer(1)


def powers(time: Any) -> Any:
    """The sum of t^(-r)."""
    return Sum(real_power(t, -r), (t, 1, time))


def power_sum(time: Any, factor: Any = ONE) -> Any:
    return le(powers(time), factor * real_power(time, 1 - r) / (1 - r))


def times_base(base: Any, given: Step) -> Step:
    """base^(1-r) = base*base^(-r)."""
    added = head_fact("rpow_add", base, 1, -r, given=[given])
    one = head_fact("rpow_one", base, given=[prove(le(0, base), given)])
    return prove(eq(real_power(base, 1 - r), base * real_power(base, -r)), added, one)


def first_power(scope: Scope, below_one: Step) -> Step:
    """1 <= 1/(1 - r), all powers of 1 being 1."""
    exponent = scope.the("r is not negative")
    positive = prove(lt(0, ONE))
    z = reals("z")
    squared = head_fact("rpow_base", ONE, ONE, -r, given=[positive, positive])
    idempotent = prove(eq(z, 1), eq(z, z**2), lt(0, z))
    one = cut(
        instantiate(idempotent, {z: real_power(ONE, -r)}), squared, head_fact("rpow_pos", ONE, -r, given=[positive])
    )
    empty = sum_empty(powers(Integer(0)))
    first = prove(eq(powers(ONE), 1), sum_last(powers(ONE), prove(le(1, ONE))), empty, one)
    power = prove(eq(real_power(ONE, 1 - r), 1), times_base(ONE, positive), one)
    large = prove(le(1, 1 / (1 - r)), exponent, below_one)
    return prove(power_sum(ONE), first, power, large)


def next_power(scope: Scope, below_one: Step) -> Step:
    """T^(1-r) + (1 - r)*(T+1)^(-r) <= (T+1)^(1-r)."""
    running = [le(1, T)]
    exponent = scope.the("r is not negative")
    positive, larger = prove(lt(0, T), running), prove(lt(0, T + 1), running)
    ratio = T / (T + 1)
    quotient = prove(lt(0, ratio), positive, larger)
    split = head_fact("rpow_base", ratio, T + 1, 1 - r, given=[quotient, larger])
    whole = prove(eq(product(ratio, T + 1), T), larger)
    split = rewrite(
        split, whole, hole, eq(real_power(hole, 1 - r), real_power(ratio, 1 - r) * real_power(T + 1, 1 - r))
    )
    young = instantiate(scope.lemma("young-power", "numbers"), {young_power.a: ratio, q: 1 - r})
    young = cut(young, prove(le(0, ratio), quotient), prove(le(0, 1 - r), below_one), prove(le(1 - r, 1), exponent))
    scope.step("Young's inequality at T/(T + 1)", young)
    times = times_base(T + 1, larger)
    x, y, z, s, n = reals("x y z s n")  # T^(1-r), (T/(T+1))^(1-r), (T+1)^(-r), 1 - r, T + 1
    scaled = prove(le(y * (n * z), (1 - s + s * (n - 1) / n) * (n * z)), le(y, 1 - s + s * (n - 1) / n), le(0, n * z))
    simple = prove(eq((1 - s + s * (n - 1) / n) * (n * z), n * z - s * z), lt(0, n))
    nonneg = prove(le(0, n * z), lt(0, n), lt(0, z))
    found = cut(prove(le(x + s * z, n * z), eq(x, y * (n * z)), scaled, simple, degree=1), nonneg)
    values = {x: real_power(T, 1 - r), y: real_power(ratio, 1 - r), z: real_power(T + 1, -r), s: 1 - r, n: T + 1}
    split = prove(eq(values[x], product(values[y], T + 1, values[z])), split, times)
    found = cut(instantiate(found, values), split, young, larger, head_fact("rpow_pos", T + 1, -r, given=[larger]))
    return prove(le(values[x] + (1 - r) * values[z], real_power(T + 1, 1 - r)), found, times, degree=1)


def prove_power_sum(scope: Scope) -> Step:
    below_one = prove(lt(0, 1 - r), scope.given("r < 1"))
    base = first_power(scope, below_one)
    longer = scope.step("one more term", next_power(scope, below_one))
    x, y, z, s = reals("x y z s")
    divided = prove(le(x / s + z, y / s), le(x + s * z, y), lt(0, s))
    values = {x: real_power(T, 1 - r), y: real_power(T + 1, 1 - r), z: real_power(T + 1, -r), s: 1 - r}
    divided = cut(instantiate(divided, values), longer, below_one)
    last = sum_last(powers(T + 1), prove(le(1, T + 1), le(1, T)))
    step = prove(power_sum(T + 1), divided, last, power_sum(T), degree=1)
    kept = induction(power_sum(T), T, base, step, 1)
    return prove(scope.goal, kept, degree=1)


RATE = alpha * p
MEAN, MEAN_POWER = TIMES.of(M(t)) / T, TIMES.of(P(t)) / T
C0_squared = real_power(K / c, p) / (1 - RATE)
POSITIVE = ("c is positive", "K is positive")
EXPONENTS = ("alpha is not negative", "p is not negative", "alpha*p < 1")


def sum_of_powers(scope: Scope) -> Step:
    """The sum of t^(-r) is at most T*T^(-r)/(1 - r), r = alpha*p."""
    positive = prove(lt(0, T), scope.given("T is a horizon"))
    nonneg = prove(le(0, RATE), scope.given("alpha is not negative", "p is not negative"))
    total = instantiate(scope.lemma("condition-1-from-decay", "power sum"), {r: RATE})
    total = cut(total, nonneg, scope.given("alpha*p < 1"))
    scope.step("the sum of t^(-alpha*p)", total)
    times = instantiate(times_base(T, positive), {r: RATE})
    return prove(le(TIMES.of(real_power(t, -RATE)), T * real_power(T, -RATE) / (1 - RATE)), total, times, degree=1)


def mean_power(scope: Scope) -> Step:
    """mean of P_t <= K^p*T^(-r)/(1 - r)."""
    positive = prove(lt(0, T), scope.given("T is a horizon"))
    summed = TIMES.monotone(settle(at(scope.the("E|a_t|^p is at most K^p*t^(-alpha*p)"), t), RANGE))
    x, y, z, s, n, k = reals("x y z s n k")
    scaled = prove(le(k * y, k * (n * z / s)), le(y, n * z / s), le(0, k))
    mean = prove(le(x / n, k * z / s), prove(le(x, k * n * z / s), scaled, le(x, k * y), degree=1), lt(0, n))
    values = {
        x: TIMES.of(P(t)),
        y: TIMES.of(real_power(t, -RATE)),
        z: real_power(T, -RATE),
        s: 1 - RATE,
        n: T,
        k: real_power(K, p),
    }
    weight = prove(le(0, values[k]), head_fact("rpow_pos", K, p, given=scope.given("K is positive")))
    return cut(instantiate(mean, values), summed, sum_of_powers(scope), weight, positive)


def mean_gradient(scope: Scope) -> Step:
    """c*T^(-alpha) <= mean of M_t."""
    positive = prove(lt(0, T), scope.given("T is a horizon"))
    names = {power_order.x: t, power_order.y: T, power_order.r: alpha}
    order = instantiate(scope.lemma("power-order", "decreasing"), names)
    order = cut(order, prove(lt(0, t), RANGE), scope.given("alpha is not negative"))
    x, y, z = reals("x y z")
    scaled = prove(le(c * x, z), le(x, y), le(c * y, z), lt(0, c))
    scaled = instantiate(scaled, {x: real_power(T, -alpha), y: real_power(t, -alpha), z: M(t)})
    each = cut(scaled, order, at(scope.the("E|a_t| is at least c*t^(-alpha)"), t), scope.given("c is positive"))
    summed = TIMES.monotone(settle(each, RANGE))
    count = instantiate(scope.lemma("constant-sum"), {constant_sum.n: T})
    count = cut(count, prove(le(0, T), positive))
    mean = prove(le(y, z / x), le(x * y, z), lt(0, x))
    mean = instantiate(mean, {x: T, y: c * real_power(T, -alpha), z: TIMES.of(M(t))})
    return cut(mean, prove(mean.hypotheses[0], summed, count), positive)


def prove_condition(scope: Scope) -> Step:
    positive = prove(lt(0, T), scope.given("T is a horizon"))
    c_, K_ = scope.given("c is positive"), scope.given("K is positive")
    upper = scope.step("the mean of E|a_t|^p", mean_power(scope))
    lower = scope.step("the mean of E|a_t|", mean_gradient(scope))
    lowest = c * real_power(T, -alpha)
    decayed = head_fact("rpow_pos", T, -alpha, given=[positive])
    larger = instantiate(
        scope.lemma("power-order", "increasing"), {power_order.x: lowest, power_order.y: MEAN, power_order.r: p}
    )
    larger = cut(larger, prove(lt(0, lowest), c_, decayed), lower, scope.given("p is not negative"))
    scope.step("its p-th power", larger)
    split = head_fact("rpow_base", c, real_power(T, -alpha), p, given=[c_, decayed])
    power = head_fact("rpow_mul", T, -alpha, p, given=[positive])
    quotient = prove(lt(0, K / c), c_, K_)
    ratio = head_fact("rpow_base", K / c, c, p, given=[quotient, c_])
    whole = prove(eq(product(K / c, c), K), c_)
    ratio = rewrite(ratio, whole, hole, eq(real_power(hole, p), real_power(K / c, p) * real_power(c, p)))

    a, b, k, s, x, y, z, mean = reals("a b k s x y z mean")
    scaled = prove(le(a / s * (b * z), a / s * y), le(b * z, y), prove(le(0, a / s), lt(0, a), lt(0, s)))
    found = prove(le(mean, a / s * y), scaled, le(mean, k * z / s), eq(k, a * b), degree=1)
    found = cut(found, prove(le(b * z, y), eq(x, b * z), le(x, y)))
    values = {
        a: real_power(K / c, p),
        b: real_power(c, p),
        k: real_power(K, p),
        s: 1 - RATE,
        x: real_power(lowest, p),
        y: real_power(MEAN, p),
        z: real_power(T, -RATE),
        mean: MEAN_POWER,
    }
    split = prove(eq(values[x], values[b] * values[z]), split, power)
    below = prove(lt(0, 1 - RATE), scope.given("alpha*p < 1"))
    found = instantiate(found, values)
    return cut(found, upper, larger, split, ratio, below, head_fact("rpow_pos", K / c, p, given=[quotient]))


@dataclass(frozen=True)
class Decay:
    """M_t = c*t^(-alpha)*above_t and P_t = K^p*t^(-alpha*p)*below_t."""

    alpha: Any
    p: Any
    T: int
    c: Any = Fraction(1)
    K: Any = Fraction(1)
    above: Sequence[Any] = ()  # 1 where it ends
    below: Sequence[Any] = ()


def model(decay: Decay) -> Model:
    def M_value(time: int) -> Any:
        factor = decay.above[time - 1] if 1 <= time <= len(decay.above) else Fraction(1)
        return factor * decay.c * to(time, -decay.alpha)

    def P_value(time: int) -> Any:
        factor = decay.below[time - 1] if 1 <= time <= len(decay.below) else Fraction(1)
        return factor * (to(decay.K, decay.p) * to(time, -decay.alpha * decay.p))

    return Model(
        variables={
            "alpha": decay.alpha,
            "p": decay.p,
            "T": decay.T,
            "c": decay.c,
            "K": decay.K,
            "r": decay.alpha * decay.p,
        },
        functions={"M": M_value, "P": P_value},
        integers=range(0, decay.T + 2),
    )


def to(base: Any, exponent: Any) -> Any:
    """base^exponent, exact where the exponent is an integer."""
    if exponent.denominator == 1:
        return Fraction(base) ** int(exponent)
    return as_mpf(Fraction(base)) ** as_mpf(exponent)


def models(rng: Random) -> Iterator[Model]:
    """Rates alpha*p < 1, the bounds being attained now and then."""
    while True:
        horizon = rng.randint(1, 6)
        power = Fraction(rng.randint(0, 8), 4)
        rate = Fraction(rng.randint(0, 9), 10)
        attained = rng.random() < 0.3
        yield model(
            Decay(
                alpha=rate / power if power else rate,
                p=power,
                T=horizon,
                c=abs(rational(rng)) + Fraction(1, 9),
                K=abs(rational(rng)) + Fraction(1, 9),
                above=[] if attained else [1 + abs(rational(rng)) for _ in range(horizon)],
                below=[] if attained else [abs(rational(rng)) % 1 for _ in range(horizon)],
            )
        )


def sums(rng: Random) -> Iterator[Model]:
    """Horizons and exponents for the sum of t^(-r)."""
    while True:
        yield Model(variables={"T": rng.randint(1, 20), "r": Fraction(rng.randint(0, 9), 10)})


def steep_sums(rng: Random) -> Iterator[Model]:
    """r > 1."""
    while True:
        yield Model(variables={"T": rng.randint(1, 20), "r": Fraction(rng.randint(2, 4))})


def fixed(decay: Decay) -> Callable[[Random], Iterator[Model]]:
    """One model, as a generator."""

    def generator(rng: Random) -> Iterator[Model]:
        yield model(decay)

    return generator


def unlike(name: str, value: Fraction) -> Callable[[Random], Iterator[Model]]:
    """As models, with M or P constant."""

    def generator(rng: Random) -> Iterator[Model]:
        return (found.extended(functions={name: lambda _: value}) for found in models(rng))

    return generator


def condition(factor: Any) -> Any:
    return le(MEAN_POWER, factor * real_power(MEAN, p))


QUADRATIC = Decay(alpha=Fraction(2, 5), p=Fraction(2), T=6)  # alpha*p = 4/5
FAST = Decay(alpha=Fraction(1), p=Fraction(2), T=6)
GROWING = Decay(alpha=Fraction(-1), p=Fraction(1), T=6)
INVERSE = Decay(alpha=Fraction(1), p=Fraction(-1), T=2, above=[Fraction(9)] * 2)

lemma = Lemma(
    slug="condition-1-from-decay",
    title="Our averaged form of Condition 1 holds if gradients decay like t^(-alpha), alpha*p < 1",
    source=Source.OURS,
    where="the summary only names Condition 1; mean of E|a_t|^p <= C0^2*(mean of E|a_t|)^p is our form of it",
    assumptions={
        "c is positive": lt(0, c),
        "K is positive": lt(0, K),
        "alpha is not negative": le(0, alpha),
        "p is not negative": le(0, p),
        "alpha*p < 1": lt(RATE, 1),
        "T is a horizon": le(1, T),
        "E|a_t| is at least c*t^(-alpha)": forall(t, le(c * real_power(t, -alpha), M(t)), RANGE),
        "E|a_t|^p is at most K^p*t^(-alpha*p)": forall(t, le(P(t), real_power(K, p) * real_power(t, -RATE)), RANGE),
        "r is not negative": le(0, r),
        "r < 1": lt(r, 1),
    },
    claims=[
        Claim(
            "condition 1",
            condition(C0_squared),
            prove_condition,
            given=(
                *POSITIVE,
                *EXPONENTS,
                "T is a horizon",
                "E|a_t| is at least c*t^(-alpha)",
                "E|a_t|^p is at most K^p*t^(-alpha*p)",
            ),
        ),
        Claim(
            "power sum",
            power_sum(T),
            prove_power_sum,
            given=("r is not negative", "r < 1", "T is a horizon"),
            models=sums,
        ),
    ],
    models=models,
    mutants=[
        Mutant("without 1/(1 - alpha*p)", conclusion=condition(real_power(K / c, p)), models=fixed(QUADRATIC)),
        Mutant("C0^2 times 0.99", conclusion=condition(Rational(99, 100) * C0_squared)),
        Mutant("without K/c", conclusion=condition(1 / (1 - RATE))),
        Mutant("alpha*p < 1 dropped", drop=("alpha*p < 1",), models=fixed(FAST)),
        Mutant("alpha of any sign", drop=("alpha is not negative",), models=fixed(GROWING)),
        Mutant("p of any sign", drop=("p is not negative",), models=fixed(INVERSE)),
        Mutant("E|a_t| of any size", drop=("E|a_t| is at least c*t^(-alpha)",), models=unlike("M", Fraction(1, 10**9))),
        Mutant(
            "E|a_t|^p of any size", drop=("E|a_t|^p is at most K^p*t^(-alpha*p)",), models=unlike("P", Fraction(10**9))
        ),
        Mutant("power sum without 1/(1 - r)", conclusion=le(powers(T), real_power(T, 1 - r)), claim="power sum"),
        Mutant("power sum times 0.99", conclusion=power_sum(T, Rational(99, 100)), claim="power sum"),
        Mutant("power sum for any r", drop=("r < 1",), claim="power sum", models=steep_sums),
    ],
    constants={"C0_squared": C0_squared},
)
