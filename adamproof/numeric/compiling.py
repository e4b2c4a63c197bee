"""Terms as programs: a term becomes nested closures once, which are then run in as many models as there are.

Arithmetic is exact (fractions) through + * inv abs sign pow Sum E, and through sqrt, ln and rpow where the
result is plainly rational; elsewhere it is mpmath at `digits` plus guard digits, which is evidence and not
proof.  The kernel leaves sqrt, ln and rpow unspecified outside their domains: there is no value to give, and
`Undetermined` is raised; likewise when rounding hides on which side of a jump (inv, sign, <, !=) a value lies.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
from mpmath.libmp import mpf_mul, mpf_neg, mpf_pow_int, mpf_rdiv_int

from ..kernel.terms import Term, is_binder
from .answers import Number
from .models import Model, gauss_legendre
from .numbers import COMPARED, GUARD, TOLERANCE, Undetermined, added, as_mpf, multiplied, plus, raw, root, shown, times

MAX_SUMMANDS = 200_000
WORTH_KEEPING = 6  # nodes of a term that is met again for each value of a variable on which it does not depend
MAX_EXACT_BITS = 1_000_000  # of an exact power; larger ones are taken at working precision

Bound = tuple[Any, ...]  # values of the open binders, innermost first
Call = tuple[str, tuple[Any, ...]]


class State:
    """An evaluation in one model, with the closed subterms, binders and function values that it remembers.

    calls: every function value met so far, by (name, arguments), in the order in which they were met.
    most: so many summands are evaluated in all; what needs more is undetermined.
    """

    def __init__(self, model: Model, digits: int, most: float) -> None:
        self.model = model
        self.digits = digits
        self.most = most
        self.summands = 0  # evaluated so far
        self.calls: dict[Call, Number] = {}
        self.memo: dict[Any, Any] = {}

    def call(self, key: Call) -> Number:
        """A function value that has not been met so far."""
        found = self.calls[key] = self.model.call(*key)
        return found


Code = Callable[[State, Bound], Any]


@functools.cache
def compile_term(term: Term) -> Code:
    """The term as a function of a State and the values of its open binders (innermost first)."""
    whole = _whole(term) if term.op != "rat" else None
    if whole is not None:
        return lambda state, bound: _real(whole(state, bound))
    code = _COMPILERS[term.op](term)
    if term.op in ("rat", "int", "bound", "app"):
        return code
    indices = sorted({index for index, _ in term.loose})
    # What depends on every binder around it is cheaper to evaluate again than to look up.
    if indices and not is_binder(term.op) and (len(indices) == indices[-1] + 1 or term.size < WORTH_KEEPING):
        return code
    where = operator.itemgetter(*indices) if indices else None

    def remembered(state: State, bound: Bound) -> Any:
        key = term if where is None else (term, where(bound))
        found = state.memo.get(key)
        if found is None:
            found = state.memo[key] = code(state, bound)
        return found

    return remembered


@functools.cache
def _whole(term: Term) -> Code | None:
    """A real term as a program for an integer, where it is written with integers alone."""
    if term.op == "real":
        return compile_term(term.args[0])
    if term.op == "rat" and term.args[0].denominator == 1:
        constant = term.args[0].numerator
        return lambda state, bound: constant
    if term.op in ("add", "mul") and term.sort == "real":
        codes = [code for arg in term.args if (code := _whole(arg)) is not None]
        return _combined(codes, *_INTEGERS[term.op]) if len(codes) == len(term.args) else None
    return None


def whole_relation(prop: Term) -> Code | None:
    """Whether a relation holds, as a program, where both sides are written with integers alone."""
    left, right = _whole(prop.args[0]), _whole(prop.args[1])
    compared = COMPARED[prop.op]
    if left is None or right is None:
        return None
    return lambda state, bound: compared(left(state, bound), right(state, bound))


@functools.lru_cache(1000)
def _real(number: int) -> Fraction:
    return Fraction(number)


def _combined(codes: list[Code], two: Callable[[Any, Any], Any], more: Callable[[list[Any]], Any]) -> Code:
    """What an operation makes of the values of several programs."""
    if len(codes) != 2:
        return lambda state, bound: more([code(state, bound) for code in codes])
    first, second = codes
    if first is second:  # a square

        def doubled(state: State, bound: Bound) -> Any:
            value = first(state, bound)
            return two(value, value)

        return doubled
    return lambda state, bound: two(first(state, bound), second(state, bound))


_INTEGERS: dict[str, Any] = {"add": (operator.add, sum), "mul": (operator.mul, math.prod)}


def _literal(term: Term) -> Code:
    constant = term.args[0]
    return lambda state, bound: constant


def _variable(term: Term) -> Code:
    name, sort = term.args
    return lambda state, bound: state.model.variable(name, sort)


def _bound_variable(term: Term) -> Code:
    index = term.args[0]
    return lambda state, bound: bound[index]


def _application(term: Term) -> Code:
    name, places = term.args[0].name, _places(term.args[1:])

    def code(state: State, bound: Bound) -> Number:
        key = name, places(state, bound)
        found = state.calls.get(key)
        return state.call(key) if found is None else found

    return code


def _places(args: tuple[Term, ...]) -> Code:
    """The arguments of a function, as a program for a tuple."""
    codes = [compile_term(arg) for arg in args]
    if len(codes) == 1:
        (only,) = codes
        return lambda state, bound: (only(state, bound),)
    if all(arg.op == "bound" for arg in args):
        where = operator.itemgetter(*(arg.args[0] for arg in args))
        return lambda state, bound: where(bound)
    if len(codes) == 2:
        first, second = codes
        return lambda state, bound: (first(state, bound), second(state, bound))
    if len(codes) == 3:
        first, second, third = codes
        return lambda state, bound: (first(state, bound), second(state, bound), third(state, bound))
    return lambda state, bound: tuple([code(state, bound) for code in codes])


def _add(term: Term) -> Code:
    codes = [compile_term(arg) for arg in term.args]
    if term.sort == "int":
        return _combined(codes, *_INTEGERS["add"])
    if len(codes) != 2:
        return lambda state, bound: added([code(state, bound) for code in codes], state.digits)
    first, second = codes
    return lambda state, bound: plus(first(state, bound), second(state, bound), state.digits)


def _mul(term: Term) -> Code:
    codes = [compile_term(arg) for arg in term.args]
    if term.sort == "int":
        return _combined(codes, *_INTEGERS["mul"])
    if len(codes) == 2 and term.args[0].op == "rat" and term.args[0].args[0] == -1:
        negative = codes[1]
        return lambda state, bound: _negated(negative(state, bound))
    return _combined(codes, times, multiplied)


def _negated(x: Number) -> Number:
    return -x if type(x) is Fraction else _made(mpf_neg(x._mpf_, *mpmath.mp._prec_rounding))


def _head(function: Callable[..., Any], precision: bool = False) -> Callable[[Term], Code]:
    """A compiler for a head with a fixed number of arguments; precision says whether it must know the digits."""

    def compiler(term: Term) -> Code:
        codes = [compile_term(arg) for arg in term.args]
        first = codes[0]
        if precision and len(codes) == 1:
            return lambda state, bound: function(first(state, bound), state.digits)
        if precision:
            return lambda state, bound: function(*[code(state, bound) for code in codes], state.digits)
        return lambda state, bound: function(first(state, bound))

    return compiler


def _sum(term: Term) -> Code:
    low, high, body = (compile_term(arg) for arg in term.args)

    def code(state: State, bound: Bound) -> Number:
        first, last = low(state, bound), high(state, bound)
        if last - first >= MAX_SUMMANDS:
            raise Undetermined(f"a sum has more than {MAX_SUMMANDS} terms")
        state.summands += max(0, last - first + 1)
        if state.summands > state.most:
            raise Undetermined(f"the sums have more than {state.most} terms")
        return added([body(state, (k, *bound)) for k in range(first, last + 1)], state.digits)

    return code


def _expectation(term: Term) -> Code:
    body = compile_term(term.args[0])

    def code(state: State, bound: Bound) -> Number:
        space = state.model.space
        return added([times(weight, body(state, (point, *bound))) for point, weight in space], state.digits)

    return code


def _integral(term: Term) -> Code:
    body = compile_term(term.args[0])
    depends = any(index == 0 for index, _ in term.args[0].loose)

    def weighted(state: State, bound: Bound, nodes: int) -> Number:
        rule = gauss_legendre(nodes, state.digits + GUARD)
        precision = mpmath.mp._prec_rounding
        values = [(weight._mpf_, raw(body(state, (node, *bound)))) for node, weight in rule]
        return added([_made(mpf_mul(weight, value, *precision)) for weight, value in values], state.digits)

    def code(state: State, bound: Bound) -> Number:
        if not depends:
            return body(state, (Fraction(0), *bound))
        fine, coarse = (weighted(state, bound, state.model.nodes + extra) for extra in (0, -8))
        # Two rules that agree have converged; an integrand with a kink or a pole nearby makes them differ.
        if abs(fine - coarse) > as_mpf(TOLERANCE) * max(1, abs(fine)):
            raise Undetermined(f"quadrature with {state.model.nodes} nodes does not reach {state.digits} digits")
        return fine

    return code


# --- heads ----------------------------------------------------------------------------------------


_made = mpmath.mp.make_mpf


def _inverse(x: Number, digits: int) -> Number:
    if type(x) is Fraction:
        return 1 / x if x else x
    if not x:
        raise Undetermined(f"a denominator cannot be distinguished from 0 at {digits} digits")
    return _made(mpf_rdiv_int(1, x._mpf_, *mpmath.mp._prec_rounding))


def _sign(x: Number, digits: int) -> Fraction:
    if type(x) is not Fraction and not x:
        raise Undetermined(f"the sign of a value cannot be distinguished from 0 at {digits} digits")
    return Fraction((x > 0) - (x < 0))


def _sqrt(x: Number) -> Number:
    if x.numerator < 0 if type(x) is Fraction else x._mpf_[0]:
        raise Undetermined(f"sqrt({shown(x)}) is unspecified")
    if type(x) is Fraction:
        top, bottom = math.isqrt(x.numerator), math.isqrt(x.denominator)
        if top * top == x.numerator and bottom * bottom == x.denominator:
            return Fraction(top, bottom)
    return root(x)


def _ln(x: Number) -> Number:
    if x <= 0:
        raise Undetermined(f"ln({shown(x)}) is unspecified")
    return Fraction(0) if type(x) is Fraction and x == 1 else mpmath.log(as_mpf(x))


def _pow(x: Number, exponent: int, digits: int) -> Number:
    if exponent < 0:
        return _pow(_inverse(x, digits), -exponent, digits)
    if exponent == 0:
        return Fraction(1)  # also 0^0
    if type(x) is Fraction:
        bits = max(x.numerator.bit_length(), x.denominator.bit_length())
        if bits <= 1 or bits * exponent <= MAX_EXACT_BITS:
            return x**exponent
    return _made(mpf_pow_int(raw(x), exponent, *mpmath.mp._prec_rounding))


def _rpow(x: Number, exponent: Number, digits: int) -> Number:
    if x < 0 or (x == 0 and exponent < 0):
        raise Undetermined(f"rpow({shown(x)}, {shown(exponent)}) is unspecified")
    if type(exponent) is Fraction and exponent.denominator == 1:
        return _pow(x, exponent.numerator, digits)
    if x == 0:
        if not exponent:
            raise Undetermined(f"0 to a power that cannot be distinguished from 0 at {digits} digits")
        return x
    return as_mpf(x) ** as_mpf(exponent)


_COMPILERS: dict[str, Callable[[Term], Code]] = {
    "rat": _literal,
    "int": _literal,
    "var": _variable,
    "bound": _bound_variable,
    "app": _application,
    "add": _add,
    "mul": _mul,
    "inv": _head(_inverse, precision=True),
    "sqrt": _head(_sqrt),
    "abs": _head(abs),
    "sign": _head(_sign, precision=True),
    "ln": _head(_ln),
    "pow": _head(_pow, precision=True),
    "rpow": _head(_rpow, precision=True),
    "Sum": _sum,
    "E": _expectation,
    "Integral01": _integral,
}
