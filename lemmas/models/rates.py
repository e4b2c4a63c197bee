"""Models of schedules: 1 - b1 = alpha/tau^2, gamma = gamma0/tau^3, and sizes D, L, S, N."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from random import Random
from typing import Any

from adamproof.lemmas.foundations.functionals import rational
from adamproof.numeric.models import Model


def scheduled(alpha_: Fraction, tau_: Fraction, rate_: Fraction, **sizes: Any) -> Model:
    values = {"alpha": alpha_, "tau": tau_, "gamma0": rate_, "b1": 1 - alpha_ / tau_**2, "gamma": rate_ / tau_**3}
    return Model(variables={**values, "K": 1, **sizes})


def models(rng: Random) -> Iterator[Model]:
    while True:
        tau_ = 1 + abs(rational(rng))
        alpha_ = tau_**2 * Fraction(rng.randint(1, 9), 9)
        sizes = {name: abs(rational(rng)) for name in "DLSN"}
        yield scheduled(alpha_, tau_, abs(rational(rng)) + Fraction(1, 9), **sizes)


def balancing(rng: Random) -> Iterator[Model]:
    """K, N and L squares of rationals, so that gamma0 is one: gamma0 = K/(2*L)*sqrt(K/N)."""
    while True:
        x, y, size = (abs(rational(rng)) + Fraction(1, 9) for _ in range(3))
        K_, N_, L_ = x**2, y**2, size
        tau_ = 1 + x / y + abs(rational(rng))
        yield scheduled(
            K_ / N_, tau_, K_ / (2 * L_) * x / y, K=K_, N=N_, L=L_, D=K_**2 / (2 * L_), S=abs(rational(rng))
        )


def late(rng: Random) -> Iterator[Model]:
    """alpha = 1, tau = 99: nothing but the order of T is left."""
    yield scheduled(Fraction(1), Fraction(99), Fraction(1, 2), K=1, N=1, L=1, D=Fraction(1, 2), S=0)


def still(**sizes: Any) -> Callable[[Random], Iterator[Model]]:
    """The same with one part alone."""

    def models(rng: Random) -> Iterator[Model]:
        yield scheduled(Fraction(1), Fraction(99), Fraction(1, 2), **{"N": 0, "L": 0, "D": 0, "S": 0, **sizes})

    return models
