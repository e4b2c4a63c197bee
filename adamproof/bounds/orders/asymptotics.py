"""Orders of magnitude in T and d, computed from the expression itself in exact rational arithmetic.

An expression is rewritten in U = 1 - b1 and V = 1 - b2, so that what cancels cancels exactly, and every sum is
brought over one denominator and expanded into monomials; those with the largest exponent of T lead.  T grows first,
with d fixed; then d.  Every other symbol is a positive constant.  Where the leading coefficient is a difference of
constants, such as 2*alpha - beta for b2 - b1^2 at A = B, its being positive is a condition of the result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import sympy

from ...prover import real_power
from .affine import Affine, exact
from .order import Exponent, Order, Rate, rate_of
from .power_law import OrderError, Schedule, UndecidedOrder

ALPHA, BETA, GAMMA0 = sympy.symbols("alpha beta gamma0", positive=True)
T, D, B1, B2, GAMMA = (sympy.Symbol(name, positive=True) for name in ("T", "d", "b1", "b2", "gamma"))
TRIES = 40  # points at which a coefficient is evaluated, to see that it can be positive
U, V = sympy.Dummy("1 - b1", positive=True), sympy.Dummy("1 - b2", positive=True)
SPELT = {symbol: sympy.Symbol(name) for symbol, name in ((B1, "beta1"), (B2, "beta2"), (GAMMA, "lr"))}
IN_BETAS = {U: 1 - B1, V: 1 - B2}
HINTS = [  # what must be positive, and who asks for it
    (sympy.expand(1 - V - (1 - U) ** 2), "R needs beta1^2 < beta2"),
    (U - V, "S needs beta1 < beta2"),
]


def order(expression: Any, schedule: Schedule | None = None) -> Order:
    """The order of magnitude of an expression in T and d (and b1, b2, gamma under a schedule).

    Without a schedule, every symbol but T and d is a positive constant.  Raises OrderError, with the part of the
    expression that has no order: not defined for large T, outside the language, or undecided.
    """
    calculation = _Calculation(schedule)
    found = calculation.order(_with_positive_symbols(expression))
    conditions = tuple(dict.fromkeys((*found.conditions, *calculation.defined)))
    return replace(found, coefficient=sympy.sympify(found.coefficient), conditions=conditions)


def _with_positive_symbols(expression: Any) -> Any:
    """The expression in positive symbols of the same names, with U and V in place of 1 - b1 and 1 - b2."""
    if isinstance(expression, (int, Fraction)) and not isinstance(expression, bool):
        expression = sympy.Rational(expression)
    if not isinstance(expression, sympy.Expr):
        raise OrderError(f"{expression!r:.60} ({type(expression).__name__}) is not an expression")
    if expression.has(sympy.Float):
        raise OrderError(f"{expression} contains a floating point number; write it as a fraction")
    names: dict[str, Any] = {}
    for symbol in sorted(expression.free_symbols, key=str):
        if symbol.is_extended_positive is False or not symbol.is_commutative:
            raise OrderError(
                f"the symbol {symbol.name} is assumed not to be positive, but every symbol must be a positive constant"
            )
        if names.setdefault(symbol.name, symbol) != symbol:
            raise OrderError(f"two different symbols are called {symbol.name}; rename one")
    return expression.xreplace({symbol: sympy.Symbol(name, positive=True) for name, symbol in names.items()})


class _Calculation:
    """The orders of all parts of one expression."""

    def __init__(self, schedule: Schedule | None) -> None:
        self.schedule = schedule or Schedule(0, 0, 0)
        self.scales: dict[Any, Order] = {T: Order(T=Fraction(1)), D: Order(d=Fraction(1))}
        self.betas: dict[Any, Any] = {}
        self.atoms: dict[Any, Any] = {}  # part -> the symbol that stands for it
        self.defined: dict[str, None] = {}  # conditions on which roots and logarithms are defined, leading or not
        if schedule is not None:
            self._take(schedule)

    def _take(self, schedule: Schedule) -> None:
        self.betas = {B1: 1 - U, B2: 1 - V}
        self.scales[U] = Order(T=_minus(schedule.A), coefficient=ALPHA)
        self.scales[V] = Order(T=_minus(schedule.B), coefficient=BETA)
        self.scales[GAMMA] = Order(T=_minus(schedule.C), d=schedule.gamma_d, coefficient=GAMMA0)
        for name, exponent in schedule.scales.items():
            symbol = sympy.Symbol(name, positive=True)
            self.scales[symbol] = Order(T=exponent, coefficient=symbol)

    def order(self, expression: Any) -> Order:
        return self._of(expression.xreplace(self.betas))

    # --- one part at a time ---

    def _of(self, part: Any) -> Order:
        if part.is_Symbol:
            return self.scales.get(part) or Order(coefficient=part)
        if part.is_number:
            return self._number(part)
        if part.is_Mul:
            return self._product(part.args)
        if part.is_Add:
            return self._sum(part)
        if part.is_Pow or isinstance(part, real_power):
            return self._power(part)
        if isinstance(part, sympy.log):
            return self._logarithm(part.args[0])
        if isinstance(part, sympy.Abs):
            return replace(self._of(part.args[0]), sign=1)
        raise OrderError(f"{self._shown(part)} ({type(part).__name__}) has no known order; use a symbol for it")

    def _number(self, part: Any) -> Order:
        if part.is_zero or not part.is_extended_real or not part.is_finite:
            raise OrderError(f"{part} has no order of magnitude")
        sign = _sign_of_number(part)
        return Order(coefficient=sign * part, sign=sign)

    def _product(self, parts: Sequence[Any]) -> Order:
        result = Order()
        for part in parts:
            result = result.times(self._of(part))
        return result

    def _power(self, part: Any) -> Order:
        base, exponent = part.args
        found = self._of(base)
        if not exponent.is_Rational:
            return self._constant_power(part, found, exponent)
        power = exact(exponent)
        if found.sign < 0 and power.denominator != 1:
            raise OrderError(self._negative(base, "its root"))
        if found.sign < 0 and power < 0 and self._depends_on_schedule(base):
            raise OrderError(self._negative(base, "what is divided by it"))
        if power.denominator != 1:
            self.defined.update(dict.fromkeys(found.conditions))
        return found.to_the(power)

    def _constant_power(self, part: Any, base: Order, exponent: Any) -> Order:
        if base != Order() or base.sign < 0 or exponent.free_symbols & set(self.scales):
            raise OrderError(f"{self._shown(part)} has an exponent that is not a rational number")
        self.defined.update(dict.fromkeys(base.conditions))
        return replace(base, coefficient=base.coefficient**exponent)

    def _logarithm(self, inner: Any) -> Order:
        """ln x: x - 1 where x tends to 1, a constant where x is one, a multiple of ln T where x is a power of T."""
        found = self._of(inner)
        if found.sign < 0:
            raise OrderError(self._negative(inner, "its logarithm"))
        self.defined.update(dict.fromkeys(found.conditions))
        direction = self.schedule.sign(Affine.of(found.T))
        if direction:
            size = _sympy(Affine.of(found.T) * direction)
            return Order(log=Fraction(1), conditions=found.conditions, coefficient=size, sign=direction, exact=False)
        if found.d or found.log:
            raise OrderError(f"ln({self._shown(inner)}) grows, but not as a power of T or ln T")
        excess = self._of(inner - 1)
        if self.schedule.sign(Affine.of(excess.T)) < 0:
            return replace(excess, exact=False)
        size = sympy.log(found.coefficient)
        return Order(conditions=excess.conditions, coefficient=abs(size), sign=excess.sign, exact=found.exact)

    # --- sums ---

    def _sum(self, total: Any) -> Order:
        top, bottom = sympy.fraction(sympy.together(self._polynomial(total)))
        above, below = self._leading(_expanded(top)), self._leading(_expanded(bottom))
        if below.sign < 0:
            above, below = replace(above, sign=-above.sign), replace(below, sign=1)
        return above.times(below.to_the(Fraction(-1)))

    def _polynomial(self, part: Any) -> Any:
        """The expression with a symbol for every part that is not a sum, product or power of symbols."""
        if part.is_Rational or part.is_Symbol:
            return part
        if part.is_Add or part.is_Mul:
            return part.func(*map(self._polynomial, part.args))
        if part.is_Pow and (part.exp.is_Integer or (part.base.is_Symbol and part.exp.is_Rational)):
            if part.exp.is_negative:
                self._of(part)  # refuses a denominator that is not defined, before it is cleared
            return self._polynomial(part.base) ** part.exp
        if part not in self.atoms:
            found = self._of(part)
            self.atoms[part] = sympy.Dummy(positive=True)
            self.scales[self.atoms[part]] = replace(found, sign=1)
            self.atoms[part] *= found.sign
        return self.atoms[part]

    def _leading(self, expanded: Any) -> Order:
        """The order of a sum of monomials: that of the monomials with the largest exponent whose sum is not 0."""
        monomials = [self._monomial(part) for part in sympy.Add.make_args(expanded)]
        while monomials:
            first = self._largest(monomials)
            group = [monomial for monomial in monomials if monomial == first]
            total = _expanded(sum(monomial.sign * monomial.coefficient for monomial in group))
            if total != 0:
                return self._together(group, total, len(group) == len(monomials))
            if not all(monomial.exact for monomial in group):
                break
            monomials = [monomial for monomial in monomials if monomial not in group]
        raise OrderError(f"the leading terms of {self._shown(expanded)} cancel; expand it by hand")

    def _largest(self, monomials: Sequence[Order]) -> Order:
        """A monomial that none exceeds; how the smaller ones compare with each other does not matter."""
        left = [m for m in monomials if not any(self._surely_below(m, other) for other in monomials)]
        for monomial in left[1:]:
            self._compare(monomial, left[0])
        return left[0]

    def _surely_below(self, a: Order, b: Order) -> bool:
        try:
            return self._compare(a, b) < 0
        except UndecidedOrder:
            return False

    def _monomial(self, part: Any) -> Order:
        return self._product(sympy.Mul.make_args(part))

    def _together(self, group: Sequence[Order], total: Any, whole: bool) -> Order:
        sign, condition = _sign(total)
        conditions = [text for monomial in group for text in monomial.conditions]
        return replace(
            group[0],
            conditions=tuple(dict.fromkeys([*conditions, *condition])),
            coefficient=sign * total,
            sign=sign,
            exact=whole and all(monomial.exact for monomial in group),
        )

    def _compare(self, a: Order, b: Order) -> int:
        """Which is larger for large T, then for large d."""
        sign = self.schedule.sign(Affine.of(a.T) - Affine.of(b.T))
        return sign or (a.log > b.log) - (a.log < b.log) or (a.d > b.d) - (a.d < b.d)

    # --- what to say ---

    def _depends_on_schedule(self, base: Any) -> bool:
        """Whether what makes a sum negative has terms of both signs in 1 - b1 and 1 - b2: as at another schedule."""
        if not base.is_Add or not base.free_symbols & {U, V}:
            return False
        halves = map(_expanded, sympy.fraction(sympy.together(self._polynomial(base))))
        negative = [half for half in halves if self._leading(half).sign < 0]
        return any(self._monomial(part).sign > 0 for half in negative for part in sympy.Add.make_args(half))

    def _negative(self, part: Any, what: str) -> str:
        text = f"{self._shown(part)} is negative for large T (schedule {self.schedule}), so {what} is not defined"
        top, bottom = sympy.fraction(sympy.together(self._polynomial(part)))
        hints = [hint for positive, hint in HINTS if positive in (_expanded(top), _expanded(bottom))]
        return "; ".join([text, *hints[:1]])

    def _shown(self, part: Any) -> str:
        """As it was written."""
        signed = [(inner, *stand.as_coeff_Mul()) for inner, stand in self.atoms.items()]
        written = part.subs({stand: sign * inner for inner, sign, stand in signed}).subs(IN_BETAS)
        return str(written.subs(SPELT)).replace("**", "^")


def _minus(exponent: Exponent) -> Exponent:
    return (-Affine.of(exponent)).simple()


def _sympy(form: Affine) -> Any:
    parts = (
        sympy.Rational(value.numerator, value.denominator) * sympy.Symbol(n, real=True)
        for n, value in form.coefficients
    )
    return sympy.Rational(form.constant.numerator, form.constant.denominator) + sympy.Add(*parts)


def _expanded(expression: Any) -> Any:
    return sympy.expand(expression, log=False, power_base=False, power_exp=False)


def _sign(total: Any) -> tuple[int, tuple[str, ...]]:
    """The sign of a sum of positive constants with coefficients; if they have both signs, it is required to be 1."""
    if total.is_number:
        return _sign_of_number(total), ()
    parts = [(part, bool(part.as_coeff_Mul()[0].is_negative)) for part in sympy.Add.make_args(total)]
    if len({negative for _, negative in parts}) == 1:
        return (-1 if parts[0][1] else 1), ()
    if not _can_be_positive(total):
        raise OrderError(f"the leading coefficient {total} is 0 or negative at every point tried; simplify it by hand")
    condition = _primitive(total)
    negatives = [-part for part in sympy.Add.make_args(condition) if part.as_coeff_Mul()[0].is_negative]
    return 1, (f"{sympy.Add(*negatives)} < {condition + sympy.Add(*negatives)}",)


def _sign_of_number(number: Any) -> int:
    """1 or -1.  Refuses what SymPy cannot tell from 0, such as sin(1)^2 + cos(1)^2 - 1."""
    if number.is_positive or number.is_negative:
        return 1 if number.is_positive else -1
    raise OrderError(f"{number} is 0, or cannot be distinguished from 0; simplify it by hand")


def _can_be_positive(total: Any) -> bool:
    """Whether a sum of constants is positive somewhere: one that is always 0 has no sign, whatever is required."""
    names = sorted(total.free_symbols, key=str)
    draw = Random(0)
    points = (
        {name: sympy.Rational(draw.randint(1, 99)) ** draw.choice([-3, -1, 1, 3]) for name in names}
        for _ in range(TRIES)
    )
    return any(total.xreplace(point).is_positive for point in points)


def _primitive(total: Any) -> Any:
    """The sum without the positive factor that all of its parts share."""
    rest = sympy.factor_terms(total)
    factors = [factor for factor in sympy.Mul.make_args(rest) if factor.is_Add]
    sign = -1 if rest.as_coeff_Mul()[0].is_negative else 1
    return _expanded(sign * factors[0]) if len(factors) == 1 else total


# --- several terms ------------------------------------------------------------------------------


def rate(terms: Mapping[str, Any], schedule: Schedule | None = None) -> Rate:
    """The order of each term of a bound and the rate of their sum.  Refuses a term that is negative for large T."""
    if not terms:
        raise OrderError("a bound without terms has no rate")
    orders = {}
    for name, expression in terms.items():
        orders[name] = order(expression, schedule)
        if orders[name].sign < 0:
            raise OrderError(f"the term {name}, {expression}, is negative for large T; a bound needs positive terms")
    return rate_of(orders)


__all__ = ["Order", "Rate", "order", "rate"]
