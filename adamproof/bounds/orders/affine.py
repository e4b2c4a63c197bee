"""Exponents: exact affine forms such as (B - A)/2, a plain fraction being the constant ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...support.parsing import rational


@dataclass(frozen=True)
class Affine:
    """constant + the sum of coefficient*variable, the variables in alphabetical order and none with coefficient 0."""

    constant: Fraction = Fraction(0)
    coefficients: tuple[tuple[str, Fraction], ...] = ()

    @classmethod
    def make(cls, constant: Fraction, coefficients: Mapping[str, Fraction]) -> Affine:
        """In canonical form, so that equal forms are equal objects."""
        return cls(constant, tuple((name, value) for name, value in sorted(coefficients.items()) if value))

    @classmethod
    def of(cls, value: Any) -> Affine:
        """A form from an exact number, the name of a variable ("A"), a fraction as text ("3/4") or a form itself."""
        if isinstance(value, Affine):
            return value
        if isinstance(value, str) and value.isidentifier():
            return cls.make(Fraction(0), {value: Fraction(1)})
        return cls(exact(value))

    @property
    def variables(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.coefficients)

    def coefficient(self, name: str) -> Fraction:
        return dict(self.coefficients).get(name, Fraction(0))

    def simple(self) -> Fraction | Affine:
        """The plain fraction, if it is one."""
        return self if self.coefficients else self.constant

    def __add__(self, other: Affine | Fraction | int) -> Affine:
        right = Affine.of(other)
        total = dict(self.coefficients)
        for name, value in right.coefficients:
            total[name] = total.get(name, Fraction(0)) + value
        return Affine.make(self.constant + right.constant, total)

    def __mul__(self, factor: Fraction | int) -> Affine:
        return Affine.make(self.constant * factor, {name: value * factor for name, value in self.coefficients})

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Affine:
        return self * -1

    def __sub__(self, other: Affine | Fraction | int) -> Affine:
        return self + -Affine.of(other)

    def __rsub__(self, other: Affine | Fraction | int) -> Affine:
        return Affine.of(other) - self

    def at(self, values: Mapping[str, Fraction]) -> Fraction:
        """The value where every variable has one."""
        return self.constant + sum((value * values[name] for name, value in self.coefficients), Fraction(0))

    def put(self, name: str, form: Affine) -> Affine:
        """The form with another one in place of a variable."""
        rest = Affine.make(self.constant, {other: value for other, value in self.coefficients if other != name})
        return rest + form * self.coefficient(name)

    def solved_for(self, name: str) -> Affine:
        """The value of the variable where the form is 0."""
        return self.put(name, Affine()) * (-1 / self.coefficient(name))

    def __str__(self) -> str:
        """Positive parts first: B/2 - A/2."""
        parts = sorted(self.coefficients, key=lambda part: part[1] < 0)
        texts = [_signed(value, name) for name, value in parts]
        if self.constant or not texts:
            texts.insert(0 if self.constant > 0 else len(texts), _signed(self.constant, ""))
        text = " ".join(texts)
        return text[2:] if text.startswith("+ ") else "-" + text[2:]


def _signed(value: Fraction, name: str) -> str:
    size = abs(value)
    if not name:
        body = str(size)
    else:
        top = name if size.numerator == 1 else f"{size.numerator}*{name}"
        body = top if size.denominator == 1 else f"{top}/{size.denominator}"
    return f"{'-' if value < 0 else '+'} {body}"


def exact(value: Any) -> Fraction:
    """An exact fraction.  Refuses floats, whose decimal text is not their value, and truth values.

    Raises TypeError, or NumberError (a ValueError) for text that is not a fraction.
    """
    if isinstance(value, Fraction) or type(value) is int:
        return Fraction(value)
    if isinstance(value, str):
        return rational(value)
    if getattr(value, "is_Rational", False):
        return Fraction(int(value.p), int(value.q))
    raise TypeError(f"{value!r:.60} ({type(value).__name__}) is not an exact number; write it as a Fraction")


def variables_of(forms: Iterable[Affine]) -> tuple[str, ...]:
    """All variables of some forms, in alphabetical order."""
    return tuple(sorted({name for form in forms for name in form.variables}))
