"""Numbers as people write them, exact: 0.9, 1e-3, 10^-3, 1/3, 2^14, 100_000, 3*10^-4, 1/sqrt(16).

    sum     = product {("+" | "-") product}          product = factor {("*" | "/") factor}
    factor  = ["-"] atom ["^" exponent]              atom = decimal | name | "sqrt" "(" sum ")" | "(" sum ")"
    exponent = a signed integer or fraction, in brackets or not: 4^-1/2 is 4^(-1/2)

An underscore may stand between two digits.  A fraction right behind "^" belongs to the exponent ("**" means "^");
4^-1/2.0 and 4^-1 / 2 are refused.  Nothing is handed to an evaluator, and what would be too long to write down is
refused before it is computed.  This module needs the standard library alone; `bounds.formulas.written` reads
formulas in T and d by the same grammar.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

LONGEST = 300  # characters of a number
LARGEST_EXPONENT = 1_000  # of ten, of a value that is not 0
LARGEST_POWER = 64  # numerator and denominator of an exponent, but for a whole power of a plain number
LONGEST_POWER = 40_000  # bits
DEEPEST = 20  # brackets
ROOT_BITS = 300  # to which a root is computed that is not rational; a float has 53

DIGITS = r"[0-9]+(?:_[0-9]+)*"
DECIMAL = rf"(?:{DIGITS}\.?(?:{DIGITS})?|\.{DIGITS})(?:[eE][+-]?{DIGITS})?"
TOKEN = re.compile(rf"\s*({DECIMAL}|[A-Za-z_]\w*|\*\*|[-+*/^()])")
EXPONENT = re.compile(r"\s*\(\s*([+-]?[0-9]+(?:\s*/\s*[0-9]+)?)\s*\)|\s*([+-]?[0-9]+(?:/[0-9]+)?)(?![0-9_.eE])")
DIVISION, NEVER = re.compile(r"\s*/\s*[0-9.]"), re.compile(r"(?!)")
NOT_FINITE = ("nan", "inf", "infinity")

SUFFIX = re.compile(rf"([+-]?{DECIMAL})\s*(k|K|M|G|B|bn|thousand|million|billion)")
ZEROS = {"k": 3, "K": 3, "M": 6, "G": 9, "B": 9, "bn": 9, "thousand": 3, "million": 6, "billion": 9}
PERCENT = re.compile(rf"([+-]?{DECIMAL})\s*%")
THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:([, '])[0-9]{3})(?:\1[0-9]{3})*")
COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?")
SIGNS = str.maketrans({"−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "⁄": "/", "÷": "/"})


class NumberError(ValueError):
    """Text or an object that is not a number; the message says why, and what to write.

    It is head + examples + tail; or, where a number in another spelling was meant, `said` and the hints: pairs of a
    number and when it is meant ("" for always).
    """

    def __init__(
        self,
        head: str,
        examples: str = "",
        tail: str = "",
        said: str = "",
        hints: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.head, self.examples, self.tail, self.said, self.hints = head, examples, tail, said, hints
        super().__init__(self.fitted(lambda _: True))

    def fitted(self, allows: Callable[[str], bool], examples: str = "") -> str:
        """The message for who takes only some numbers: with the hints that these are, or with examples of these."""
        left = [hint for hint in self.hints if allows(hint[0])]
        if not left:
            return f"{self.head}{(examples or self.examples) if self.examples else ''}{self.tail}"
        (first, _), *others = left
        return f"{self.said}; write {first}" + "".join(
            f", or {number} {when}" if when else f" or {number}" for number, when in others
        )


def rational(text: str) -> Fraction:
    """The exact value of a number that is a fraction.  Raises NumberError."""
    return _in_range(Parser(text).whole(), text)


def integer(text: str) -> int:
    """The exact value of a whole number: 1e5 is 100000, and 1.5e0 is refused.  Raises NumberError."""
    value = _in_range(WholeParser(text).whole(), text)
    if value.denominator != 1:
        raise NumberError(f"{text.strip()!r:.60} is not a whole number; examples: ", WholeParser.accepted)
    return int(value)


def real(text: str) -> float:
    """The float next to a number, which may have roots that are not rational.

    Raises NumberError, also for a value beyond the floats, or for one other than 0 that would become 0.
    """
    value = _in_range(RealParser(text).whole(), text)
    try:
        found = float(value)
    except OverflowError as error:
        raise NumberError(f"{text.strip()!r:.60} is too large for a float (at most about 1.8e308)") from error
    if value and not found:
        raise NumberError(f"{text.strip()!r:.60} is too small for a float (at least about 5e-324)")
    return found


def in_range(value: Any) -> bool:
    """Whether a fraction is 0 or of a size between 10^-LARGEST_EXPONENT and 10^LARGEST_EXPONENT."""
    return bool(value == 0 or 1 <= abs(value) * 10**LARGEST_EXPONENT <= 10 ** (2 * LARGEST_EXPONENT))


def out_of_range(what: str) -> NumberError:
    return NumberError(f"{what} is not between 10^-{LARGEST_EXPONENT} and 10^{LARGEST_EXPONENT}")


def decimal(text: str) -> Fraction:
    """The value of a decimal.  Raises NumberError if it is not finite, too large or too small."""
    mantissa, _, power = text.lower().partition("e")
    if len(power.replace("_", "").lstrip("+-0")) > 6 and any(digit in "123456789" for digit in mantissa):
        raise out_of_range(text)  # Decimal itself refuses exponents of twenty digits, in words of its own
    number = Decimal(mantissa if set(mantissa) <= set("+-0_.") else text)
    if not number.is_finite():
        raise NumberError(f"{text} is not finite")
    if number and abs(number.adjusted()) > LARGEST_EXPONENT:
        raise out_of_range(text)
    return Fraction(number)


def _in_range(value: Fraction, text: str) -> Fraction:
    if not in_range(value):
        raise out_of_range(repr(text.strip())[:60])
    return value


def meant(text: str) -> list[tuple[str, str]]:
    """What to write in place of a spelling from elsewhere: 124M, 90%, 0,9, 1,000, 1 000, or a typographic minus.

    Each number comes with the condition on which it is meant, "" if there is none.
    """
    if found := SUFFIX.fullmatch(text):
        number, zeros = found.group(1), ZEROS[found.group(2)]
        short = f"{number}e{zeros}"
        if "e" in number.lower():
            return [(f"{number}*10^{zeros}", "")]
        value = decimal(short)
        long = [(f"{int(value):_}", "")] if value.denominator == 1 and len(short) <= 12 else []
        return [(short, ""), *long]
    if found := PERCENT.fullmatch(text):
        number = found.group(1)
        simple = len(number) <= 12 and "e" not in number.lower()
        return [(format(Decimal(number).scaleb(-2).normalize(), "f") if simple else f"{number}/100", "")]
    if found := THOUSANDS.fullmatch(text):
        separator = found.group(1)
        whole = text.replace(separator, "_")
        decimal_comma = separator == "," and text.count(",") == 1
        other = [(text.replace(",", "."), "if the comma is a decimal point")] if decimal_comma else []
        return [(whole, ""), *other]
    if COMMA.fullmatch(text):
        point = text.replace(",", ".")
        return [(point.replace(".", "0.", 1) if point.lstrip("+-").startswith(".") else point, "")]
    plain = text.translate(SIGNS)
    return [(plain, "")] if plain != text and plain.isascii() else []


def bits(value: Any) -> int:
    """The length of the longer part of a fraction (a Fraction, or SymPy's Rational)."""
    return max(int(value.numerator).bit_length(), int(value.denominator).bit_length())


class Parser:
    """Recursive descent over one text; it is short, so that nesting is not deep.

    Values are Fractions here; a subclass may have others, by other constants, names, powers and roots.
    """

    accepted = "0.9, 1e-3, 10^-3 or 1/3"
    known = "letters are not allowed here"

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.place = 0
        self.ambiguous = NEVER  # what must not come behind the exponent that was read last
        if len(self.text) > LONGEST:
            raise NumberError(f"{self.text[:40]!r}... has more than {LONGEST} characters")
        if self.text.count("(") > DEEPEST:
            raise NumberError(f"{self.text[:40]!r} has more than {DEEPEST} brackets")
        if self.text.lower().lstrip("+-") in NOT_FINITE:
            raise NumberError(f"{self.text!r} is not finite; write a number such as ", self.accepted)

    # --- what values are ---

    def constant(self, value: Fraction) -> Any:
        return value

    def named(self, name: str) -> Any:
        """The value of a name; None if it has none."""
        return None

    def fixed(self, value: Any) -> bool:
        """Whether a value is a plain fraction."""
        return True

    def power(self, value: Any, exponent: Fraction) -> Any:
        """A power whose base is not 0 if the exponent is negative, and of a length that can be written down."""
        whole: Fraction = value**exponent.numerator
        return whole if exponent.denominator == 1 else self.root(whole, exponent.denominator)

    def root(self, value: Any, degree: int) -> Any:
        """Raises NumberError if the root is not a real number of this kind."""
        if value < 0:
            raise self.refused("a root of a negative number is not real")
        top, bottom = whole_root(value.numerator, degree), whole_root(value.denominator, degree)
        if top**degree == value.numerator and bottom**degree == value.denominator:
            return Fraction(top, bottom)
        return self.irrational(value, degree)

    def irrational(self, value: Fraction, degree: int) -> Any:
        raise self.refused("its root is not a fraction, which is needed here")

    # --- the grammar ---

    def whole(self) -> Any:
        if not self.text:
            raise NumberError("a number is missing; examples: ", self.accepted)
        value = self._sum()
        if self.place < len(self.text):
            raise self._unexpected(self.text[self.place :].strip()[:20])
        return value

    def refused(self, why: str) -> NumberError:
        said = f"{self.text[:60]!r} is not a number"
        return NumberError(f"{said}: {why}; examples: ", self.accepted, "", said, meant(self.text))

    def _unexpected(self, rest: str) -> NumberError:
        return self.refused(f"{rest!r} is unexpected there" if rest else "its end is missing")

    def _next(self) -> str:
        found = TOKEN.match(self.text, self.place)
        return found.group(1) if found else ""

    def _taken(self, *tokens: str) -> str:
        token = self._next()
        if token not in tokens:
            return ""
        return self._advance()

    def _advance(self) -> str:
        found = TOKEN.match(self.text, self.place)
        if found is None:
            raise self._unexpected(self.text[self.place :].strip()[:20])
        self.place = found.end()
        return found.group(1)

    def _sum(self) -> Any:
        value = self._product()
        while sign := self._taken("+", "-"):
            part = self._product()
            value = value + part if sign == "+" else value - part
        return value

    def _product(self) -> Any:
        value = self._factor()
        while sign := self._taken("*", "/"):
            part = self._factor()
            if sign == "/" and part == 0:
                raise self.refused("it divides by 0")
            value = value * part if sign == "*" else value / part
        return value

    def _factor(self) -> Any:
        if sign := self._taken("-", "+"):
            return -self._factor() if sign == "-" else self._factor()
        value = self._atom()
        if self._taken("^", "**"):
            exponent = self._exponent()
            if value == 0 and exponent < 0:
                raise self.refused("it divides by 0")
            fixed = self.fixed(value)
            if fixed and bits(value) * abs(exponent.numerator) > LONGEST_POWER:
                raise self.refused("the power has too many digits")
            largest = max(abs(exponent.numerator), exponent.denominator)
            if largest > LARGEST_POWER and not (fixed and exponent.denominator == 1):
                raise self.refused(f"the exponent {exponent} is beyond {LARGEST_POWER}")
            value = self.power(value, exponent)
            if self._next() in ("^", "**"):
                raise self.refused("a power of a power needs brackets")
            if self.ambiguous.match(self.text, self.place):
                raise self.refused(
                    "the exponent is ambiguous because of the division; put it in brackets"
                )
        return value

    def _exponent(self) -> Fraction:
        found = EXPONENT.match(self.text, self.place)
        if found is None:
            raise self.refused("an exponent must be a fraction such as -1/2")
        self.place = found.end()
        self.ambiguous = DIVISION if found.group(2) and "/" not in found.group(2) else NEVER
        digits = (found.group(1) or found.group(2)).replace(" ", "")
        top, _, bottom = digits.partition("/")
        if any(len(part.lstrip("+-0")) > 4 for part in (top, bottom)) or (bottom and not int(bottom)):
            raise self.refused(f"the exponent {digits[:20]} is out of range")
        return Fraction(int(top), int(bottom or 1))

    def _atom(self) -> Any:
        token = self._advance()
        if token[0].isdigit() or token[0] == ".":
            return self.constant(decimal(token))
        if token in ("(", "sqrt"):
            if token == "sqrt" and not self._taken("("):
                raise self.refused("sqrt needs brackets")
            value = self._sum()
            if not self._taken(")"):
                raise self.refused("a bracket is not closed")
            return self.root(value, 2) if token == "sqrt" else value
        if not token.isidentifier():
            raise self._unexpected(token)
        value = self.named(token)
        if value is None:
            raise self.refused(self.known)
        return value


class WholeParser(Parser):
    """For options that take whole numbers; the value is a fraction all the same."""

    accepted = "100000, 100_000, 1e5 or 10^5"


class RealParser(Parser):
    """For what becomes a float: a root that is not rational is computed to far more bits than a float has."""

    def irrational(self, value: Fraction, degree: int) -> Fraction:
        shift = max(0, value.denominator.bit_length() - value.numerator.bit_length()) // degree + ROOT_BITS
        scaled = (value.numerator << shift * degree) // value.denominator
        return Fraction(whole_root(scaled, degree), 1 << shift)


def whole_root(value: int, degree: int) -> int:
    """The largest whole number whose power is at most this, by Newton's method from above."""
    if degree == 2:
        return math.isqrt(value)
    found = 1 << -(-value.bit_length() // degree)
    while True:
        nearer = ((degree - 1) * found + value // found ** (degree - 1)) // degree
        if nearer >= found:
            return found
        found = nearer


__all__ = ["NumberError", "Parser", "integer", "rational", "real"]
