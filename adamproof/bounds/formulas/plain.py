"""Formulas without SymPy: rational numbers, symbols, sums, products, powers and a few functions, in canonical form.

Sums and products are combined as SymPy combines them on sight: like terms and powers of one base are collected, and a
number is multiplied into a sum.  What would need more than that raises Beyond, and `symbolic.by_sympy` then has SymPy
do it.  SymPy takes these objects wherever it takes its own (`_sympy_`); it is imported for that alone.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from typing import Any

from .spelling import Unspelled, order_key, text

LARGEST_RADICAND = 1 << 30  # whose square factors are found by trying divisors
HALF = Fraction(1, 2)
# How SymPy may take a symbol: what is assumed of it.
REAL, INTEGER, NONNEGATIVE, POSITIVE = "real", "integer", "nonnegative", "positive"


class Beyond(ArithmeticError):
    """An operation that is left to SymPy."""


class Expr:
    """A formula; equal formulas have equal keys, whatever the order of their arguments."""

    is_Rational = is_Symbol = is_Add = is_Mul = is_Pow = False
    args: tuple[Any, ...] = ()
    key: str

    @cached_property
    def free_symbols(self) -> frozenset[Symbol]:
        return frozenset().union(*(argument.free_symbols for argument in self.args))

    @cached_property
    def order_key(self) -> tuple[Any, ...]:
        return order_key(self)

    def xreplace(self, values: Mapping[Any, Any]) -> Any:
        """The formula with values in place of symbols; parts without them stay as they are.  Raises Beyond."""
        if self.free_symbols.isdisjoint(values):
            return self
        return self._made([argument.xreplace(values) for argument in self.args])

    def _made(self, args: list[Any]) -> Any:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Expr):
            return self.key == other.key
        return False if isinstance(other, int | Fraction) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        """As SymPy writes it."""
        try:
            return text(self)
        except Unspelled:
            return str(self._sympy_())

    def _sympy_(self) -> Any:
        raise NotImplementedError

    def __add__(self, other: Any) -> Any:
        return added(self, other) if isinstance(other, Expr | int | Fraction) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        return multiplied(self, other) if isinstance(other, Expr | int | Fraction) else NotImplemented

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Any:
        return multiplied(-1, self)

    def __sub__(self, other: Any) -> Any:
        return added(self, -other) if isinstance(other, Expr | int | Fraction) else NotImplemented

    def __rsub__(self, other: Any) -> Any:
        return added(other, -self) if isinstance(other, int | Fraction) else NotImplemented

    def __truediv__(self, other: Any) -> Any:
        return self * made(other) ** -1 if isinstance(other, Expr | int | Fraction) else NotImplemented

    def __rtruediv__(self, other: Any) -> Any:
        return other * self**-1 if isinstance(other, int | Fraction) else NotImplemented

    def __pow__(self, exponent: Any) -> Any:
        return powered(self, exponent) if isinstance(exponent, Expr | int | Fraction) else NotImplemented


class Rational(Expr):
    """An exact number."""

    is_Rational = True

    def __init__(self, value: Fraction | int) -> None:
        self.value = Fraction(value)
        self.key = f"{self.value.numerator:x}/{self.value.denominator:x}"  # Python limits decimal digits

    @property
    def numerator(self) -> int:
        return self.value.numerator

    @property
    def denominator(self) -> int:
        return self.value.denominator

    p, q = numerator, denominator

    def _sympy_(self) -> Any:
        import sympy

        return sympy.Rational(self.numerator, self.denominator)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __abs__(self) -> Rational:
        return Rational(abs(self.value))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int | Fraction | Rational):
            return self.value == (other.value if isinstance(other, Rational) else other)
        return False if isinstance(other, Expr) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.value)

    def __lt__(self, other: Any) -> bool:
        return self.value < other if isinstance(other, numbers.Rational) else NotImplemented

    def __le__(self, other: Any) -> bool:
        return self.value <= other if isinstance(other, numbers.Rational) else NotImplemented

    def __gt__(self, other: Any) -> bool:
        return self.value > other if isinstance(other, numbers.Rational) else NotImplemented

    def __ge__(self, other: Any) -> bool:
        return self.value >= other if isinstance(other, numbers.Rational) else NotImplemented


numbers.Rational.register(Rational)  # so that fractions can be made of these numbers and compared with them


class Symbol(Expr):
    """A symbol with the one assumption (REAL, INTEGER, NONNEGATIVE, POSITIVE) that is made of it."""

    is_Symbol = True

    def __init__(self, name: str, assumed: str = REAL) -> None:
        self.name, self.assumed, self.key = name, assumed, name

    @cached_property
    def free_symbols(self) -> frozenset[Symbol]:
        return frozenset((self,))

    @cached_property
    def order_key(self) -> tuple[Any, ...]:
        return order_key(self)

    def xreplace(self, values: Mapping[Any, Any]) -> Any:
        return values.get(self, self)

    def _sympy_(self) -> Any:
        import sympy

        return sympy.Symbol(self.name, **{self.assumed: True})


class _Node(Expr):
    def __init__(self, *args: Any) -> None:
        self.args = args
        self.key = self._key([argument.key for argument in args])

    def _key(self, keys: list[str]) -> str:
        return f"{type(self).__name__}({','.join(keys)})"


class Add(_Node):
    """A sum of two formulas or more."""

    is_Add = True

    def _key(self, keys: list[str]) -> str:
        return super()._key(sorted(keys))

    def _made(self, args: list[Any]) -> Any:
        return added(*args)

    def _sympy_(self) -> Any:
        import sympy

        # A sum within a sum is one that SymPy was told not to combine.
        combined = not any(argument.is_Add for argument in self.args)
        return sympy.Add(*(argument._sympy_() for argument in self.args), evaluate=combined)


class Mul(_Node):
    """A product of two formulas or more; its number, if it has one, is the first."""

    is_Mul = True

    def _key(self, keys: list[str]) -> str:
        return super()._key(sorted(keys))

    def _made(self, args: list[Any]) -> Any:
        return multiplied(*args)

    def _sympy_(self) -> Any:
        import sympy

        # A product within a product is one that SymPy was told not to combine.
        combined = not any(argument.is_Mul for argument in self.args)
        return sympy.Mul(*(argument._sympy_() for argument in self.args), evaluate=combined)


class Pow(_Node):
    """A power."""

    is_Pow = True

    @property
    def base(self) -> Any:
        return self.args[0]

    @property
    def exp(self) -> Any:
        return self.args[1]

    def _made(self, args: list[Any]) -> Any:
        return powered(*args)

    def _sympy_(self) -> Any:
        import sympy

        return sympy.Pow(*(argument._sympy_() for argument in self.args))


class Call(_Node):
    """A function: log, Abs, power, real_power, or "Sum" of a ratio and a number n: 1 + ratio + ... + ratio^(n-1)."""

    def __init__(self, head: str, *args: Any) -> None:
        self.head = head
        super().__init__(*args)

    def _key(self, keys: list[str]) -> str:
        return f"{self.head}({','.join(keys)})"

    def _made(self, args: list[Any]) -> Any:
        if self.head == "log" and not args[0].is_Add:
            raise Beyond(self.head)
        return Call(self.head, *args)

    def _sympy_(self) -> Any:
        import sympy

        from ...prover import power, real_power

        args = [argument._sympy_() for argument in self.args]
        if self.head == "Sum":
            index = sympy.Symbol("n", integer=True)
            return sympy.Sum(power(args[0], index), (index, 0, args[1] - 1))
        return {"log": sympy.log, "Abs": sympy.Abs, "power": power, "real_power": real_power}[self.head](*args)


class Opaque(Expr):
    """What has no value here, such as SymPy's zoo for 1/0: its text, and its type."""

    def __init__(self, text: str, kind: str) -> None:
        self.key, self.kind = text, kind

    def __str__(self) -> str:
        return self.key

    def _sympy_(self) -> Any:
        import sympy

        return sympy.sympify(self.key)


# --- canonical forms ----------------------------------------------------------------------------


def made(value: Expr | Fraction | int) -> Any:
    """A number as a formula; a formula as it is."""
    return value if isinstance(value, Expr) else Rational(value)


def added(*values: Any) -> Any:
    """A sum, its like terms collected.  Raises Beyond."""
    number = Fraction(0)
    terms: dict[Any, Fraction] = {}
    for part in _flat(values, "is_Add"):
        factor, rest = _split(part)
        if rest is None:
            number += factor
        elif rest.is_Add or isinstance(rest, Opaque):
            raise Beyond("a number times a sum, within a sum")
        else:
            terms[rest] = terms.get(rest, Fraction(0)) + factor
    found = sorted((_times(factor, rest) for rest, factor in terms.items() if factor), key=_order)
    if number or not found:
        found.insert(0, Rational(number))
    return found[0] if len(found) == 1 else Add(*found)


def _order(part: Expr) -> tuple[Any, ...]:
    return part.order_key


def _flat(values: Iterable[Any], kind: str) -> Iterable[Any]:
    for value in map(made, values):
        if getattr(value, kind):
            yield from _flat(value.args, kind)
        else:
            yield value


def _split(part: Any) -> tuple[Fraction, Any]:
    """The number of a product, and the rest (None: nothing)."""
    if part.is_Rational:
        return part.value, None
    if part.is_Mul and part.args[0].is_Rational:
        rest = part.args[1:]
        return part.args[0].value, rest[0] if len(rest) == 1 else Mul(*rest)
    return Fraction(1), part


def _times(factor: Fraction, rest: Any) -> Any:
    if factor == 1:
        return rest
    return Mul(Rational(factor), *(rest.args if rest.is_Mul else (rest,)))


def multiplied(*values: Any) -> Any:
    """A product, the powers of each base collected, a number multiplied into a sum.  Raises Beyond."""
    number, radicand = Fraction(1), 1  # the product of the numbers, and of what is under their square roots
    powers: dict[Any, Fraction] = {}
    alone: dict[Any, Any] = {}  # the parts whose base no other part has: they stay as they are
    for part in _flat(values, "is_Mul"):
        base, exponent = (part.base, part.exp) if part.is_Pow else (part, Rational(1))
        if part.is_Rational:
            number *= part.value
        elif not exponent.is_Rational or isinstance(base, Opaque):
            raise Beyond("an exponent that is not a number, or what has no value")
        elif base.is_Rational:
            if exponent.value != HALF:
                raise Beyond("a root of a number that is not a square root")
            radicand *= base.numerator
        else:
            alone[base] = part if base not in powers else None
            powers[base] = powers.get(base, Fraction(0)) + exponent.value
    if not number:
        return Rational(0)
    outside, inside = _square_root(Fraction(radicand))
    number *= outside
    parts = [found for base in powers if (found := alone[base] or powered(base, powers[base])) != 1]
    if any(part.is_Mul or part.is_Rational for part in parts):
        raise Beyond("a power that falls apart")
    if inside != 1:
        parts.append(Pow(Rational(inside), Rational(HALF)))
    parts.sort(key=_order)
    if not parts:
        return Rational(number)
    if len(parts) == 1 and parts[0].is_Add:
        return parts[0] if number == 1 else added(*(multiplied(number, term) for term in parts[0].args))
    return _times(number, parts[0] if len(parts) == 1 else Mul(*parts))


def powered(base: Any, exponent: Any) -> Any:
    """A power.  Raises Beyond."""
    base, exponent = made(base), made(exponent)
    if not exponent.is_Rational:
        raise Beyond("an exponent that is not a number")
    power = exponent.value
    if power == 0 or base == 1:
        return Rational(1)
    if power == 1:
        return base
    if base.is_Rational:
        return _of_number(base.value, power)
    if power.denominator != 1 and not base.free_symbols:
        raise Beyond("a root of a sum of roots")
    if base.is_Pow:
        return _of_power(base, power)
    if isinstance(base, Opaque) or (isinstance(base, Call) and base.head == "Abs" and power.numerator % 2 == 0):
        raise Beyond("a power of an absolute value, or of what has no value")
    if not base.is_Mul:
        return Pow(base, Rational(power))
    if power.denominator == 1:
        return multiplied(*(powered(factor, power) for factor in base.args))
    return _root_of_product(base, power)


def _of_number(base: Fraction, power: Fraction) -> Any:
    if power.denominator == 1:
        if not base and power < 0:
            raise Beyond("a division by 0")
        return Rational(base**power.numerator)
    if base == 0 and power > 0:
        return Rational(0)
    if base <= 0 or power.denominator != 2:
        raise Beyond("a root of a number that is not a square root")
    outside, inside = _square_root(base**power.numerator)
    return _times(outside, Pow(Rational(inside), Rational(HALF))) if inside != 1 else Rational(outside)


def _square_root(value: Fraction) -> tuple[Fraction, int]:
    """A rational and a whole number without square factors, whose root times the rational is the root."""
    radicand = value.numerator * value.denominator
    root = math.isqrt(radicand)
    if root * root == radicand:
        return Fraction(root, value.denominator), 1
    if radicand > LARGEST_RADICAND:
        raise Beyond("a root of a long number")
    outside, divisor = 1, 2
    while divisor * divisor <= radicand:
        while radicand % (divisor * divisor) == 0:
            radicand //= divisor * divisor
            outside *= divisor
        divisor += 1
    return Fraction(outside, value.denominator), radicand


def _of_power(inner: Any, power: Fraction) -> Any:
    """A power of a power: for real numbers the exponents are multiplied where that is so for negative ones too."""
    base, exponent = inner.base, inner.exp
    if not exponent.is_Rational:
        raise Beyond("an exponent that is not a number")
    first = exponent.value
    if power.denominator == 1 or abs(first) < 1:
        return powered(base, first * power)
    if first == -1 and power.denominator == 2 and not _signed(base):
        return Pow(inner, Rational(power))
    if first.denominator == 1 and first.numerator % 2 == 0 and base.is_Symbol:
        return powered(base if base.assumed in (NONNEGATIVE, POSITIVE) else Call("Abs", base), first * power)
    raise Beyond("a root of a power")


def _root_of_product(base: Any, power: Fraction) -> Any:
    """A root of a product: a positive number comes out."""
    factor, rest = _split(base)
    if power.denominator != 2 or factor < 0 or any(map(_signed, rest.args if rest.is_Mul else (rest,))):
        raise Beyond("a root of a product")
    if factor == 1:
        return Pow(base, Rational(power))
    return multiplied(_of_number(factor, power), powered(rest, power))


def _signed(part: Any) -> bool:
    """Whether SymPy may know the sign of a real formula, by its form."""
    if part.is_Symbol:
        return bool(part.assumed in (NONNEGATIVE, POSITIVE))
    if part.is_Pow:
        exponent = part.exp.value
        return bool(exponent.denominator == 1 and exponent.numerator % 2 == 0) or _signed(part.base)
    if isinstance(part, Call):
        return part.head == "Abs" or not part.free_symbols
    return all(map(_signed, part.args))


__all__ = [
    "INTEGER",
    "NONNEGATIVE",
    "POSITIVE",
    "REAL",
    "Add",
    "Beyond",
    "Call",
    "Expr",
    "Mul",
    "Opaque",
    "Pow",
    "Rational",
    "Symbol",
    "added",
    "made",
    "multiplied",
    "powered",
]
