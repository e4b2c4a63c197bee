"""The learning rates at which a bound would say something, all else equal.

Every bound here is c + A/lr + B*lr, with parts that are not negative, and is compared with values in which lr does not
occur.  So the rates at which it is below these are those between two roots, and no others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from .certified import Bound, Numbers, certify
from .formulas.evaluation import Enclosure, decimal
from .formulas.monotone import never_shrinks
from .formulas.symbols import SYMBOLS
from .problem import Hyperparameters, Problem

LR = SYMBOLS["lr"]
SHORT, LONG = 2, 12  # digits of a rate: as few as will do
ROOT_BITS = 64


@dataclass(frozen=True)
class Rates:
    """Rates (exact decimals) at which a bound is below all that it is compared with, and its hypotheses hold.

    They are all rates from `least` to `most`; an end that is None is open.  none: there is certainly no such rate.
    """

    least: str | None = None
    most: str | None = None
    none: bool = False


@dataclass(frozen=True)
class _Parts:
    """c, A, B of a bound c + A/lr + B*lr, and the least of the values that it is compared with."""

    fixed: Enclosure
    falling: Enclosure
    rising: Enclosure
    line: Enclosure

    def below(self, rate: Fraction) -> bool:
        """Whether the bound is surely below the line at this rate."""
        return self.fixed.high + self.falling.high / rate + self.rising.high * rate < self.line.low

    def roots(self, inner: bool) -> tuple[Fraction, Fraction | None] | None:
        """Two rates: between them, or inside of them (inner), the bound is below the line; None where it is nowhere.

        The first is 0 if the bound has no part that falls with lr, the second None if none grows with it.
        """
        room = self.line.low - self.fixed.high if inner else self.line.high - self.fixed.low
        falling, rising = (part.high if inner else part.low for part in (self.falling, self.rising))
        square = room**2 - 4 * falling * rising
        if room <= 0 or square <= 0:
            return None
        twice = room + _root(square, up=not inner)
        return 2 * falling / twice, twice / (2 * rising) if rising else None


def informative_rates(problem: Problem, hyper: Hyperparameters, found: Bound) -> Rates | None:
    """The rates at which a vacuous bound, with this problem and these hyperparameters, would not be vacuous.

    None where that is not decided, and for a bound that is not vacuous or whose hypotheses fail.

    hyper: those of the bound.  found: the bound, of `certify`.
    """
    if not (found.vacuous and found.holds):
        return None
    parts = _parts(problem, hyper, found)
    if parts is None:
        return None
    outer = parts.roots(inner=False)
    if outer is None or _forbidden(problem, hyper, found, outer[0]):
        return Rates(none=True)
    inner = parts.roots(inner=True)
    if inner is None:
        return None
    for digits in range(SHORT, LONG + 1):
        least = decimal(inner[0], digits, up=True) if inner[0] else None
        most = decimal(inner[1], digits, up=False) if inner[1] is not None else None
        ends = [Fraction(end) for end in (least, most) if end is not None]
        if ends == sorted(ends) and all(parts.below(end) for end in ends):
            return _allowed(problem, hyper, found, Rates(least, most))
    return None


def _parts(problem: Problem, hyper: Hyperparameters, found: Bound) -> _Parts | None:
    """The parts of the bound: its terms at lr = 1, by the power of lr in each."""
    trivial = {each.text: each.value for each in found.theorem.trivial}
    values = [each.value for each in found.compared if each.value.high > 0]
    if any(LR in trivial[each.text].free_symbols for each in found.compared):
        return None
    case = found.theorem.case
    at_one = certify(problem, replace(hyper, lr=1), found.theorem.name, case, found.digits)
    sums = {-1: Enclosure.of(0), 0: Enclosure.of(0), 1: Enclosure.of(0)}
    for name, term in found.theorem.terms.items():
        power, value = _power(term), at_one.terms[name]
        if power not in sums or value.low < 0:
            return None
        sums[power] = Enclosure(sums[power].low + value.low, sums[power].high + value.high)
    line = Enclosure(min(value.low for value in values), min(value.high for value in values))
    return _Parts(sums[0], sums[-1], sums[1], line)


def _power(term: Any) -> int | None:
    """The power of lr in a product: -1, 0 or 1; None for other forms."""
    having = [part for part in (term.args if term.is_Mul else (term,)) if LR in part.free_symbols]
    if not having:
        return 0
    if len(having) > 1:
        return None
    return 1 if having[0] == LR else -1 if having[0] == LR**-1 else None


def _root(square: Fraction, up: bool) -> Fraction:
    """A square root, rounded down or up."""
    shift = max(0, ROOT_BITS + (square.denominator.bit_length() - square.numerator.bit_length()) // 2)
    scaled = Fraction(square.numerator << (2 * shift), square.denominator)
    whole = math.isqrt(math.floor(scaled))
    return Fraction(whole + up, 1 << shift)


def _limits(found: Bound, numbers: Numbers) -> dict[str, Any]:
    """The hypotheses in which lr occurs with these numbers (not with L1 = 0, say), but for that it is positive."""
    return {
        name: each
        for name, each in found.theorem.hypotheses.items()
        if each.args[1] != LR and any(LR in numbers.put(side).free_symbols for side in each.args)
    }


def _is_upper(relation: Any) -> bool:
    """Whether a hypothesis that holds at one lr holds at every smaller one, judged by its form."""
    left, right = relation.args
    return LR not in right.free_symbols and never_shrinks(left, LR)


def _forbidden(problem: Problem, hyper: Hyperparameters, found: Bound, least: Fraction) -> bool:
    """Whether a hypothesis surely fails at this rate, and so at every larger one."""
    if not least:
        return False
    numbers = Numbers(problem, replace(hyper, lr=least))
    limits = _limits(found, numbers).items()
    return any(numbers.check(name, each).holds is False for name, each in limits if _is_upper(each))


def _allowed(problem: Problem, hyper: Hyperparameters, found: Bound, rates: Rates) -> Rates | None:
    """Those of the rates at which the hypotheses hold: all, or else the least alone."""
    limits = _limits(found, Numbers(problem, replace(hyper, lr=1)))

    def fine(rate: str) -> bool:
        numbers = Numbers(problem, replace(hyper, lr=rate))
        return all(numbers.check(name, each).holds for name, each in limits.items())

    upper = all(_is_upper(each) for each in limits.values())
    if not limits or (rates.most is not None and upper and fine(rates.most)):
        return rates
    return Rates(rates.least, rates.least) if rates.least is not None and fine(rates.least) else None


__all__ = ["Rates", "informative_rates"]
