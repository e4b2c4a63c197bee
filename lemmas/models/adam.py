"""Random models built from Adam's own recursion, in exact rational arithmetic.

    m(0) = v(0) = 0,   m(k+1) = b1*m(k) + (1-b1)*g(k+1),   v(k+1) = b2*v(k) + (1-b2)*g(k+1)^2   for k >= 0

Gradients follow one of the LAWS for 1 <= k <= T and are arbitrary (but fixed) elsewhere; so are m and v at
negative integers, where the recursion says nothing and no statement may rely on them.
Everything is drawn from a random.Random, in integers, so a seed gives the same model on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from adamproof.numeric.models import Model

RationalSequence = Callable[[int], Fraction]


@dataclass(frozen=True)
class Hyper:
    """Exact hyperparameters with 0 <= beta1 < 1, 0 < beta2 < 1 and eps >= 0."""

    beta1: Fraction
    beta2: Fraction
    eps: Fraction


@dataclass(frozen=True)
class AdamSequences:
    """Exact sequences over all integers that obey the recursion at every k >= 0; T is the length of the law's part."""

    m: RationalSequence
    v: RationalSequence
    g: RationalSequence
    hyper: Hyper
    T: int


Law = Callable[[Random, int, Hyper], list[Fraction]]  # (rng, T, hyper) -> the gradients g(1), ..., g(T)


def _extremal(rng: Random, T: int, hyper: Hyper) -> list[Fraction]:
    """g(k) = (beta2/beta1)^k, which makes m(t)^2 = R_t^2 v(t) at every t; needs beta1 > 0."""
    if not hyper.beta1:
        raise ValueError("the extremal gradients (beta2/beta1)^k need beta1 > 0")
    return [(hyper.beta2 / hyper.beta1) ** k for k in range(1, T + 1)]


def _bell(rng: Random) -> Fraction:
    """A rational with mean 0 and variance about 1, shaped like a normal one: twelve uniform ones minus six."""
    return Fraction(sum(rng.randint(0, 1000) for _ in range(12)) - 6000, 1000)


def _alternating(rng: Random, T: int, hyper: Hyper) -> list[Fraction]:
    size = Fraction(rng.randint(1, 50), 10)
    return [(-1) ** k * size for k in range(T)]


LAWS: dict[str, Law] = {
    "normal": lambda rng, T, hyper: [_bell(rng) for _ in range(T)],
    "sparse": lambda rng, T, hyper: [_bell(rng) if rng.randrange(4) == 0 else Fraction(0) for _ in range(T)],
    # tails like 1/x: the inverse of a uniform number, with a random sign
    "heavy": lambda rng, T, hyper: [rng.choice((-1, 1)) * Fraction(1000, rng.randint(1, 1000)) for _ in range(T)],
    "alternating": _alternating,
    "constant": lambda rng, T, hyper: [Fraction(rng.choice((-1, 1)) * rng.randint(1, 50), 10)] * T,
    "zero": lambda rng, T, hyper: [Fraction(0)] * T,
    "extremal": _extremal,
}


def random_hyper(rng: Random) -> Hyper:
    """Random exact hyperparameters with beta1^2 < beta2, from the middle of their range and from its edges."""
    beta1 = rng.choice((Fraction(rng.randint(1, 99), 100), 1 - Fraction(1, rng.randint(2, 10_000)), Fraction(0)))
    low = beta1 * beta1
    beta2 = rng.choice(
        (
            low + (1 - low) * Fraction(rng.randint(1, 99), 100),
            low + (1 - low) / 10 ** rng.randint(1, 9),  # close to beta1^2, where R is large
            1 - (1 - low) / 10 ** rng.randint(1, 9),  # close to 1
            beta1 if beta1 else Fraction(1, 2),  # beta1 = beta2, where R = 1
        )
    )
    eps = rng.choice((Fraction(0), Fraction(1, 10**8), Fraction(rng.randint(1, 20), 10)))
    return Hyper(beta1, beta2, eps)


def adam_sequences(rng: Random, T: int, beta1: Fraction, beta2: Fraction, eps: Fraction, dist: str) -> AdamSequences:
    """Exact m, v, g for gradients drawn from the law called dist (see LAWS).

    beta1^2 < beta2 is not required.  Raises ValueError for an unknown law, T < 0, hyperparameters that are not
    exact or outside 0 <= beta1 < 1, 0 < beta2 < 1, 0 <= eps, and for "extremal" with beta1 = 0.
    """
    if dist not in LAWS:
        raise ValueError(f"there is no gradient law {dist!r}; there are {', '.join(LAWS)}")
    if any(type(value) not in (int, Fraction) for value in (beta1, beta2, eps)) or T < 0:
        raise ValueError("hyperparameters must be exact (int or Fraction) and T at least 0")
    if not (0 <= beta1 < 1 and 0 < beta2 < 1 and eps >= 0):
        raise ValueError(f"0 <= beta1 < 1, 0 < beta2 < 1, 0 <= eps fails for {beta1}, {beta2}, {eps}")
    hyper = Hyper(Fraction(beta1), Fraction(beta2), Fraction(eps))
    gradients = LAWS[dist](rng, T, hyper)
    salt = rng.randrange(1000)

    def g(k: int) -> Fraction:
        return gradients[k - 1] if 1 <= k <= T else _arbitrary(k, salt)

    return AdamSequences(
        m=_average(hyper.beta1, g, salt + 1),
        v=_average(hyper.beta2, lambda k: g(k) ** 2, salt + 2),
        g=g,
        hyper=hyper,
        T=T,
    )


def _average(beta: Fraction, source: RationalSequence, salt: int) -> RationalSequence:
    """The exponential average with x(0) = 0 and x(k+1) = beta*x(k) + (1-beta)*source(k+1) for k >= 0."""
    known = [Fraction(0)]

    def x(k: int) -> Fraction:
        if k < 0:
            return _arbitrary(k, salt)
        while len(known) <= k:
            known.append(beta * known[-1] + (1 - beta) * source(len(known)))
        return known[k]

    return x


def _arbitrary(k: int, salt: int) -> Fraction:
    """Some rational of either sign that depends on k and nothing else of interest."""
    return Fraction((k * k * 37 + k * 11 + salt) % 41 - 20, 7)


def adam_model(rng: Random, T: int, hyper: Hyper, dist: str) -> Model:
    """A model with the real variables b1, b2, eps, an integer variable t with 0 <= t <= T and functions m, v, g.

    Quantified integers range over -1, ..., T.
    """
    sequences = adam_sequences(rng, T, hyper.beta1, hyper.beta2, hyper.eps, dist)
    return Model(
        variables={"b1": hyper.beta1, "b2": hyper.beta2, "eps": hyper.eps, "t": rng.randint(0, T)},
        functions={"m": sequences.m, "v": sequences.v, "g": sequences.g},
        integers=range(-1, T + 1),
        label=f"Adam with {dist} gradients",
    )
