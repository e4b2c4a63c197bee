"""Orders of magnitude in T and d, and the rate of a bound whose terms have them; `asymptotics` computes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from .affine import Affine
from .power_law import OrderError

Exponent = Fraction | Affine  # a plain fraction wherever there are no variables in it


@dataclass(frozen=True)
class Order:
    """Theta(T^T * d^d * ln(T)^log); two orders are equal when these three are.

    The expression is sign*coefficient times this, up to a factor that tends to 1, if the `conditions` hold.
    """

    T: Exponent = Fraction(0)
    d: Fraction = Fraction(0)
    log: Fraction = Fraction(0)
    conditions: tuple[str, ...] = field(default=(), compare=False)
    coefficient: Any = field(default=1, compare=False)  # positive, in the constants; SymPy's
    sign: int = field(default=1, compare=False)
    exact: bool = field(default=True, compare=False)  # whether the factor that tends to 1 is 1

    def times(self, other: Order) -> Order:
        return Order(
            (Affine.of(self.T) + Affine.of(other.T)).simple(),
            self.d + other.d,
            self.log + other.log,
            tuple(dict.fromkeys((*self.conditions, *other.conditions))),
            self.coefficient * other.coefficient,
            self.sign * other.sign,
            self.exact and other.exact,
        )

    def to_the(self, power: Fraction) -> Order:
        """The order of a power; the sign is that of an integer power."""
        import sympy

        return replace(
            self,
            T=(Affine.of(self.T) * power).simple(),
            d=self.d * power,
            log=self.log * power,
            coefficient=self.coefficient ** sympy.Rational(power.numerator, power.denominator),
            sign=self.sign if power.numerator % 2 else 1,
        )

    def __str__(self) -> str:
        parts = [("T", self.T), ("d", self.d), ("ln(T)", self.log)]
        shown = [name if exponent == 1 else f"{name}^{_in_power(exponent)}" for name, exponent in parts if exponent]
        return "*".join(shown) or "1"


def _in_power(exponent: Exponent) -> str:
    text = str(exponent)
    return text if text.isalnum() else f"({text})"


@dataclass(frozen=True)
class Rate:
    """The orders of the terms of a bound: their sum is Theta(T^-rate), up to logarithms, by the binding terms."""

    orders: Mapping[str, Order]
    binding: tuple[str, ...]
    rate: Fraction

    @property
    def exponents(self) -> dict[str, Fraction]:
        """The exponent of T of each term."""
        return {name: plain_exponent(found) for name, found in self.orders.items()}

    @property
    def d(self) -> Fraction:
        """The largest exponent of d among the binding terms."""
        return max(self.orders[name].d for name in self.binding)

    @property
    def conditions(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(text for found in self.orders.values() for text in found.conditions))

    def __str__(self) -> str:
        terms = ", ".join(f"{name} {found}" for name, found in self.orders.items())
        return f"rate {self.rate} because of {', '.join(self.binding)} ({terms})"


def plain_exponent(found: Order) -> Fraction:
    if not isinstance(found.T, Fraction):
        raise OrderError(f"the exponent {found.T} is not a number; a rate needs a schedule with numbers")
    return found.T


def rate_of(orders: Mapping[str, Order]) -> Rate:
    """The rate of a sum of terms with these orders."""
    largest = max(plain_exponent(found) for found in orders.values())
    return Rate(orders, tuple(name for name, found in orders.items() if found.T == largest), -largest)


__all__ = ["Exponent", "Order", "Rate", "plain_exponent", "rate_of"]
