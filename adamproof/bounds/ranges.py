"""The range of each number that a bound is asked for, and the sentence for one outside it.

A value is an int, a Fraction, a decimal, text ("1e-3", "1/2", "T^-1/2") or a float, and is exact: a Python float stands
for its shortest decimal, so that 0.999 is 999/1000.  For sweeps a value may be a NumPy array; its elements then stand
for themselves, the binary fractions that they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .formulas.evaluation import Enclosure, NoEnclosure, bits_for, decimal, enclose
from .formulas.parameters import DEFAULTS, HYPERPARAMETERS, MEANINGS, PROBLEM
from .formulas.symbols import SYMBOLS
from .formulas.written import NumberError, exact

MOST_BITS = 8_000  # to decide a comparison


class ProblemError(ValueError):
    """A value that a calculation cannot use: one sentence with the value and the rule that it breaks."""


class MissingError(ProblemError):
    """A quantity of a theorem that was given no value."""


@dataclass(frozen=True)
class Rule:
    """least <= value <= most, strictly where open."""

    least: Fraction | None = None
    most: Fraction | None = None
    above: bool = False  # least < value
    below: bool = False  # value < most
    whole: bool = False

    def text(self, name: str) -> str:
        """What a value must do: "be positive", "be a whole number, at least 1", "satisfy 0 <= q <= 1"."""
        left = "" if self.least is None else f"{self.least} {'<' if self.above else '<='} "
        right = "" if self.most is None else f" {'<' if self.below else '<='} {self.most}"
        if left and right:
            return f"{'be a whole number and ' if self.whole else ''}satisfy {left}{name}{right}"
        limit = f"{'more than' if self.above else 'at least'} {self.least}"
        positive = self.above and self.least == 0
        return f"be {'a whole number, ' if self.whole else ''}{'positive' if positive else limit}"

    def allows(self, value: Enclosure) -> bool | None:
        """Whether every value of the enclosure keeps the rule; None if only some may."""
        found: bool | None = not self.whole or (value.exact and value.low.denominator == 1)
        for limit, strict, sign in ((self.least, self.above, 1), (self.most, self.below, -1)):
            if limit is None:
                continue
            gaps = sorted(((value.low - limit) * sign, (value.high - limit) * sign))
            if gaps[1] < 0 or (strict and gaps[1] == 0):
                return False
            if gaps[0] < 0 or (strict and gaps[0] == 0):
                found = None if found else found
        return found


@dataclass(frozen=True)
class Field:
    """One input: symbol in the formulas, rule, meaning for `--help`, and default (None: it must be given)."""

    symbol: Any
    rule: Rule
    meaning: str
    default: str | None = None


NONNEGATIVE, POSITIVE = Rule(Fraction(0)), Rule(Fraction(0), above=True)
ZERO, ONE = Fraction(0), Fraction(1)
_RULES: dict[str, Rule] = {
    "gap": NONNEGATIVE,
    "grad1": NONNEGATIVE,
    "L0": NONNEGATIVE,
    "L1": NONNEGATIVE,
    "q": Rule(ZERO, ONE),
    "sigma0": NONNEGATIVE,
    "sigma1": NONNEGATIVE,
    "p": Rule(ZERO, Fraction(2)),
    "dim": Rule(ONE, whole=True),
    "Gp": NONNEGATIVE,
    "Gq": NONNEGATIVE,
    "C0": NONNEGATIVE,
    "C1": Rule(ONE),
    "density": Rule(ZERO, ONE, above=True),
    "vbar": POSITIVE,
    "V": NONNEGATIVE,
    "B": NONNEGATIVE,
    "delta": Rule(ZERO, ONE, above=True, below=True),
    "beta1": Rule(ZERO, ONE, below=True),
    "beta2": Rule(ZERO, ONE, above=True, below=True),
    "lr": POSITIVE,
    "epsilon": NONNEGATIVE,
    "steps": Rule(ONE, whole=True),
}


def _fields(names: Iterable[str]) -> dict[str, Field]:
    return {name: Field(SYMBOLS[name], _RULES[name], MEANINGS[name], DEFAULTS.get(name)) for name in names}


INPUTS, HYPER = _fields(PROBLEM), _fields(HYPERPARAMETERS)
FIELDS: dict[str, Field] = {**INPUTS, **HYPER}


def is_array(value: Any) -> bool:
    return getattr(value, "ndim", 0) > 0


def checked(name: str, value: Any, rule: Rule) -> Any:
    if is_array(value) or (isinstance(value, Sequence) and not isinstance(value, str)):
        return checked_array(name, value, rule)
    try:
        number = exact(value)
    except NumberError as error:
        raise ProblemError(f"{name}: {error}") from error
    if not number.free_symbols:
        check_rule(name, number, rule, {})
    return number


def checked_array(name: str, value: Any, rule: Rule) -> Any:
    """An array of float64 whose elements all keep the rule.  Raises ProblemError, with the first that does not."""
    import numpy

    from ..support.arrays import ArrayError, real_array

    try:
        found = real_array(value)
    except ArrayError as error:
        raise ProblemError(f"{name} {error}") from error
    wrong = ~numpy.isfinite(found)
    if rule.least is not None:
        wrong |= (found <= float(rule.least)) if rule.above else (found < float(rule.least))
    if rule.most is not None:
        wrong |= (found >= float(rule.most)) if rule.below else (found > float(rule.most))
    if rule.whole:
        wrong |= found != numpy.floor(found)
    if wrong.any():
        place = tuple(int(index) for index in numpy.argwhere(wrong)[0])
        where = f"[{', '.join(map(str, place))}]" if place else ""
        raise ProblemError(f"{name}{where} must {rule.text(name)}, got {found[place]}")
    return found


def shown(number: Any) -> str:
    """A number for people: a formula as it is, a rational exactly where that is short, else about its value."""
    if not number.is_Rational:
        return str(number).replace("**", "^")
    value = Fraction(int(number.p), int(number.q))
    exact_text, short = decimal(value, 12, up=True), decimal(value, 12, up=False)
    if exact_text == short:
        return exact_text
    return str(value) if len(str(value)) <= 12 else f"about {decimal(value, 6, up=True)}"


def check_rule(name: str, number: Any, rule: Rule, values: Mapping[Any, Enclosure]) -> None:
    """Raise ProblemError unless the number surely keeps the rule."""
    bits, allowed = bits_for(20), None
    while allowed is None and bits <= MOST_BITS:
        try:
            allowed = rule.allows(enclose(number, values, bits))
        except NoEnclosure as error:
            raise ProblemError(f"{name} = {shown(number)} is undefined: {error}") from error
        bits *= 2
    if allowed is None:
        must = f"{name} must {rule.text(name)}"
        raise ProblemError(f"{must}, but {shown(number)} is too close to the end of this range to decide")
    if not allowed:
        raise ProblemError(f"{name} must {rule.text(name)}, got {shown(number)}")
