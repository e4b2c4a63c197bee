"""What the kernel knows about the heads and about splitting a sum: a table of schematic facts.

Each entry gives, for its parameters, the conditions that must be theorems and the conclusion that
then is one.  Heads are total functions; a value that no fact speaks of is simply unspecified.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from .terms import INT, REAL, Term, as_real, bind, fresh, make, minus, number, opened, refuse
from .text import show

ZERO, UNIT = number(0), number(1)
ONE_INT = make("int", 1)
Schema = tuple[list[Term], Term]


@dataclass(frozen=True)
class Fact:
    """The parameters' sorts, and a function from parameters to (conditions, conclusion)."""

    sorts: tuple[str, ...]
    schema: Callable[..., Schema]


_eq, _le, _lt, _add, _mul, _rpow, _ln = (partial(make, op) for op in ("==", "<=", "<", "add", "mul", "rpow", "ln"))


def _integral_identity() -> Schema:
    s = fresh(REAL)
    return [], _eq(bind("Integral01", s, s), number(Fraction(1, 2)))


def _bounds(total: Term) -> tuple[Term, Term]:
    if total.op != "Sum":
        refuse(f"{show(total)} is not a sum")
    return total.args[0], total.args[1]


def _sum_empty(total: Term) -> Schema:
    low, high = _bounds(total)
    return [_lt(as_real(high), as_real(low))], _eq(total, ZERO)


def _sum_last(total: Term) -> Schema:
    low, high = _bounds(total)
    rest = make("Sum", low, minus(high, ONE_INT), total.args[2])
    return [_le(as_real(low), as_real(high))], _eq(total, _add(rest, opened(total, high)))


def _sum_first(total: Term) -> Schema:
    low, high = _bounds(total)
    rest = make("Sum", _add(low, ONE_INT), high, total.args[2])
    return [_le(as_real(low), as_real(high))], _eq(total, _add(opened(total, low), rest))


def _young(x: Term, q: Term) -> Schema:  # weighted arithmetic-geometric means
    return [_le(ZERO, x), _le(ZERO, q), _le(q, UNIT)], _le(_rpow(x, q), _add(minus(UNIT, q), _mul(q, x)))


def _pow_succ(x: Term, n: Term) -> Schema:
    return [_le(ZERO, as_real(n))], _eq(make("pow", x, _add(n, ONE_INT)), _mul(x, make("pow", x, n)))


R1, R2, R3 = (REAL,), (REAL, REAL), (REAL, REAL, REAL)
FACTS: dict[str, Fact] = {
    "inv": Fact(R1, lambda x: ([make("!=", x, ZERO)], _eq(_mul(x, make("inv", x)), UNIT))),
    "sqrt_nonneg": Fact(R1, lambda x: ([_le(ZERO, x)], _le(ZERO, make("sqrt", x)))),
    "sqrt_square": Fact(R1, lambda x: ([_le(ZERO, x)], _eq(_mul(make("sqrt", x), make("sqrt", x)), x))),
    "abs_nonneg": Fact(R1, lambda x: ([_le(ZERO, x)], _eq(make("abs", x), x))),
    "abs_nonpos": Fact(R1, lambda x: ([_le(x, ZERO)], _eq(make("abs", x), _mul(number(-1), x)))),
    "sign_pos": Fact(R1, lambda x: ([_lt(ZERO, x)], _eq(make("sign", x), UNIT))),
    "sign_neg": Fact(R1, lambda x: ([_lt(x, ZERO)], _eq(make("sign", x), number(-1)))),
    "sign_zero": Fact(R1, lambda x: ([_eq(x, ZERO)], _eq(make("sign", x), ZERO))),
    "pow_succ": Fact((REAL, INT), _pow_succ),
    # real powers: a base of 0 is covered by rpow_zero, rpow_one, rpow_of_zero; a negative base by nothing
    "rpow_pos": Fact(R2, lambda x, r: ([_lt(ZERO, x)], _lt(ZERO, _rpow(x, r)))),
    "rpow_zero": Fact(R1, lambda x: ([_le(ZERO, x)], _eq(_rpow(x, ZERO), UNIT))),
    "rpow_one": Fact(R1, lambda x: ([_le(ZERO, x)], _eq(_rpow(x, UNIT), x))),
    "rpow_of_zero": Fact(R1, lambda r: ([_lt(ZERO, r)], _eq(_rpow(ZERO, r), ZERO))),
    "rpow_add": Fact(R3, lambda x, r, s: ([_lt(ZERO, x)], _eq(_rpow(x, _add(r, s)), _mul(_rpow(x, r), _rpow(x, s))))),
    "rpow_mul": Fact(R3, lambda x, r, s: ([_lt(ZERO, x)], _eq(_rpow(x, _mul(r, s)), _rpow(_rpow(x, r), s)))),
    "rpow_base": Fact(
        R3, lambda x, y, r: ([_lt(ZERO, x), _lt(ZERO, y)], _eq(_rpow(_mul(x, y), r), _mul(_rpow(x, r), _rpow(y, r))))
    ),
    "young": Fact(R2, _young),
    "ln_mul": Fact(R2, lambda x, y: ([_lt(ZERO, x), _lt(ZERO, y)], _eq(_ln(_mul(x, y)), _add(_ln(x), _ln(y))))),
    "ln_rpow": Fact(R2, lambda x, r: ([_lt(ZERO, x)], _eq(_ln(_rpow(x, r)), _mul(r, _ln(x))))),
    "ln_le": Fact(R1, lambda x: ([_lt(ZERO, x)], _le(_ln(x), minus(x, UNIT)))),
    "integral_identity": Fact((), _integral_identity),
    "sum_empty": Fact(R1, _sum_empty),
    "sum_last": Fact(R1, _sum_last),
    "sum_first": Fact(R1, _sum_first),
}
