"""Gradients that decay like a power of t satisfy our form of Condition 1, which compares means over time.

Let M_t stand for E|a_t| and P_t for E|a_t|^p.  If c*t^(-alpha) <= M_t and P_t <= K^p*t^(-alpha*p) for t = 1 ... T,
where alpha*p < 1, then

    mean of P_t <= C0^2*(mean of M_t)^p,   C0^2 = (K/c)^p/(1 - alpha*p).

With r = alpha*p, the sum of t^(-r) is at most T^(1-r)/(1 - r), so the mean of P_t is at most K^p*T^(-r)/(1 - r).
The mean of M_t is at least c*T^(-alpha), as T^(-alpha) <= t^(-alpha), and its p-th power at least c^p*T^(-r).

The sum goes by induction: T^(1-r) = (T/(T+1))^(1-r)*(T+1)^(1-r), where by Young's inequality the first factor is at
most r + (1 - r)*T/(T+1) = 1 - (1 - r)/(T+1).  So T^(1-r) + (1 - r)*(T+1)^(-r) <= (T+1)^(1-r).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from adamproof.numeric.numbers import as_mpf

from ..vocabulary import *

SLUG = "condition-1-from-decay"
c, K, alpha, r = reals("c K alpha r")
M, P = function("M"), function("P")  # E|a_t| and E|a_t|^p
TIMES = Functional("Sum", t, (1, T))
RANGE = [le(1, t), le(t, T)]
ONE = Integer(1)


def powers(time: Any) -> Any:
    """The sum of t^(-r)."""
    return Sum(real_power(t, -r), (t, 1, time))


def power_sum(time: Any, factor: Any = ONE) -> Any:
    return le(powers(time), factor * real_power(time, 1 - r) / (1 - r))


RATE = alpha * p
MEAN, MEAN_POWER = TIMES.of(M(t)) / T, TIMES.of(P(t)) / T
C0_squared = real_power(K / c, p) / (1 - RATE)
LEAST, MOST = "E|a_t| is at least c*t^(-alpha)", "E|a_t|^p is at most K^p*t^(-alpha*p)"
DECAY = {
    "c is positive": lt(0, c),
    "K is positive": lt(0, K),
    "alpha is not negative": le(0, alpha),
    "p is not negative": le(0, p),
    "alpha*p < 1": lt(RATE, 1),
}
HORIZON = {"T is a horizon": le(1, T)}
BOUNDS = {
    LEAST: forall(t, le(c * real_power(t, -alpha), M(t)), RANGE),
    MOST: forall(t, le(P(t), real_power(K, p) * real_power(t, -RATE)), RANGE),
}
EXPONENT = {"r is not negative": le(0, r), "r < 1": lt(r, 1)}


# --- the sum of t^(-r) ------------------------------------------------------------------------------


def times_base(proof: Scope, base: Any, exponent: Any) -> Step:
    """base^(1-r) = base*base^(-r), for a base > 0."""
    laws = proof.fact("rpow_add", base, 1, -exponent), proof.fact("rpow_one", base)
    return proof.have(eq(real_power(base, 1 - exponent), base * real_power(base, -exponent)), *laws)


def first_power(proof: Scope) -> Step:
    """1 <= 1/(1 - r), all powers of 1 being 1."""
    power = real_power(ONE, -r)
    squared = proof.have(eq(power, product(power, power)), proof.fact("rpow_base", ONE, ONE, -r))
    one = proof.have(eq(power, 1), squared, lt(0, power))
    first = proof.have(eq(powers(ONE), 1), powers(ONE), powers(Integer(0)), one)
    whole = proof.have(eq(real_power(ONE, 1 - r), 1), times_base(proof, ONE, r), one)
    large = proof.have(le(1, 1 / (1 - r)), "r is not negative", "r < 1")
    return proof.have(power_sum(ONE), first, whole, large)


def next_power(proof: Scope) -> Step:
    """T^(1-r) + (1 - r)*(T+1)^(-r) <= (T+1)^(1-r)."""
    ratio, larger = T / (T + 1), proof.have(lt(0, T + 1))
    split = proof.fact("rpow_base", ratio, T + 1, 1 - r)
    split = proof.rewrite(split, proof.have(eq(product(ratio, T + 1), T), larger))
    young = proof.cite("young-power", "numbers", a=ratio, q=1 - r)
    proof.step("Young's inequality at T/(T + 1)", young)
    times, power = times_base(proof, T + 1, r), real_power(T + 1, -r)
    below = proof.have(le(real_power(ratio, 1 - r), 1 - (1 - r) / (T + 1)), young, larger)
    scaled = product(real_power(ratio, 1 - r), T + 1, power)
    chain = proof.calc(real_power(T, 1 - r)).eq(scaled, split, times)
    chain = chain.le(product(1 - (1 - r) / (T + 1), T + 1, power), below).eq((T + r) * power, larger)
    return proof.have(le(real_power(T, 1 - r) + (1 - r) * power, real_power(T + 1, 1 - r)), chain.done(), times)


def prove_power_sum(proof: Scope) -> Step:
    def longer() -> list[Step]:
        step = proof.step("one more term", next_power(proof))
        ends = real_power(T, 1 - r) / (1 - r) + real_power(T + 1, -r), real_power(T + 1, 1 - r) / (1 - r)
        return [proof.have(le(*ends), step, proof.have(lt(0, 1 - r)))]

    return proof.induction(power_sum(T), T, base=[first_power(proof)], step=longer, low=1)


# --- the means --------------------------------------------------------------------------------------


def mean_power(proof: Scope) -> Step:
    """mean of P_t <= K^p*T^(-r)/(1 - r)."""
    summed = proof.each(TIMES, le(P(t), real_power(K, p) * real_power(t, -RATE)), MOST)
    total = proof.cite(SLUG, "power sum", r=RATE)
    proof.step("the sum of t^(-alpha*p)", total)
    times, last = times_base(proof, T, RATE), real_power(T, -RATE) / (1 - RATE)
    total = proof.have(le(TIMES.of(real_power(t, -RATE)), T * last), total, times)
    scaled = real_power(K, p) * (T * last)
    chain = proof.calc(TIMES.of(P(t))).le(real_power(K, p) * TIMES.of(real_power(t, -RATE)), summed).le(scaled, total)
    return proof.have(le(MEAN_POWER, real_power(K, p) * real_power(T, -RATE) / (1 - RATE)), chain.done())


def mean_gradient(proof: Scope) -> Step:
    """c*T^(-alpha) <= mean of M_t."""
    with proof.assuming(*RANGE):
        order = proof.cite("power-order", "decreasing", x=t, y=T, r=alpha, by=[proof.have(lt(0, t), RANGE[0])])
        each = proof.have(le(c * real_power(T, -alpha), M(t)), order, LEAST)
    return proof.have(le(c * real_power(T, -alpha), MEAN), proof.each(TIMES, each), proof.cite("constant-sum", n=T))


def prove_condition(proof: Scope) -> Step:
    upper = proof.step("the mean of E|a_t|^p", mean_power(proof))
    lower = proof.step("the mean of E|a_t|", mean_gradient(proof))
    larger = proof.cite("power-order", "increasing", x=c * real_power(T, -alpha), y=MEAN, r=p, by=[lower])
    proof.step("its p-th power", larger)
    laws = proof.fact("rpow_base", c, real_power(T, -alpha), p), proof.fact("rpow_mul", T, -alpha, p)
    split = proof.have(le(real_power(c, p) * real_power(T, -RATE), real_power(MEAN, p)), *laws, larger)
    ratio = proof.rewrite(proof.fact("rpow_base", K / c, c, p), proof.have(eq(product(K / c, c), K)))
    scale = real_power(K / c, p) / (1 - RATE)
    chain = proof.calc(MEAN_POWER).le(scale * (real_power(c, p) * real_power(T, -RATE)), upper, ratio)
    return chain.le(scale * real_power(MEAN, p), split).done()


# --- models -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Decay:
    """M_t = c*t^(-alpha)*above_t and P_t = K^p*t^(-alpha*p)*below_t."""

    alpha: Any
    p: Any
    T: int
    c: Any = 1
    K: Any = 1
    above: Sequence[Any] = ()  # 1 where it ends
    below: Sequence[Any] = ()


def model(decay: Decay) -> Model:
    def M_value(time: int) -> Any:
        factor = decay.above[time - 1] if 1 <= time <= len(decay.above) else Fraction(1)
        return factor * decay.c * to(time, -decay.alpha)

    def P_value(time: int) -> Any:
        factor = decay.below[time - 1] if 1 <= time <= len(decay.below) else Fraction(1)
        return factor * (to(decay.K, decay.p) * to(time, -decay.alpha * decay.p))

    values = {name: getattr(decay, name) for name in ("alpha", "p", "T", "c", "K")}
    return Model(
        variables={**values, "r": decay.alpha * decay.p},
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


@alone
def fixed(decay: Decay) -> Model:
    """One model, as a generator."""
    return model(decay)


def unlike(name: str, value: Fraction) -> Any:
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
    assumptions={**DECAY, **HORIZON, **BOUNDS, **EXPONENT},
    claims=[
        Claim("condition 1", condition(C0_squared), prove_condition, given=(DECAY, HORIZON, BOUNDS)),
        Claim("power sum", power_sum(T), prove_power_sum, given=(EXPONENT, HORIZON), models=sums),
    ],
    models=models,
    mutants=[
        Mutant("without 1/(1 - alpha*p)", condition(real_power(K / c, p)), models=fixed(QUADRATIC)),
        Mutant("C0^2 times 0.99", condition(Rational(99, 100) * C0_squared)),
        Mutant("without K/c", condition(1 / (1 - RATE))),
        Mutant("alpha*p < 1 dropped", drop=("alpha*p < 1",), models=fixed(FAST)),
        Mutant("alpha of any sign", drop=("alpha is not negative",), models=fixed(GROWING)),
        Mutant("p of any sign", drop=("p is not negative",), models=fixed(INVERSE)),
        Mutant("E|a_t| of any size", drop=(LEAST,), models=unlike("M", Fraction(1, 10**9))),
        Mutant("E|a_t|^p of any size", drop=(MOST,), models=unlike("P", Fraction(10**9))),
        Mutant("power sum without 1/(1 - r)", le(powers(T), real_power(T, 1 - r)), claim="power sum"),
        Mutant("power sum times 0.99", power_sum(T, Rational(99, 100)), claim="power sum"),
        Mutant("power sum for any r", drop=("r < 1",), claim="power sum", models=steep_sums),
    ],
    constants={"C0_squared": C0_squared},
)
