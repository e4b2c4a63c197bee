"""The value of a kernel term, and the truth of a proposition, in a model.

Arithmetic is exact (fractions) through + * inv abs sign pow Sum E, and through sqrt, ln and rpow where the
result is plainly rational; elsewhere it is mpmath at `digits` plus guard digits, which is evidence and not
proof.  The kernel leaves sqrt, ln and rpow unspecified outside their domains: there is no value to give, and
`Undetermined` is raised; likewise when rounding hides on which side of a jump (inv, sign, <, !=) a value lies.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath

from ..kernel.terms import POINT, QUANTIFIERS, RELATIONS, Term, is_binder
from ..kernel.text import show
from .answers import Number, Slack
from .models import Model, gauss_legendre
from .numbers import DIGITS, GUARD, TOLERANCE, Undetermined, added, as_mpf, multiplied, shown
from .slack import decided, measured, satisfied

MAX_SUMMANDS = 200_000
WORTH_KEEPING = 6  # nodes of a term that is met again for each value of a variable on which it does not depend
MAX_EXACT_BITS = 1_000_000  # of an exact power; larger ones are taken at working precision

Bound = tuple[Any, ...]  # values of the open binders, innermost first
Code = Callable[["Evaluator", Bound], Any]
Call = tuple[str, tuple[Any, ...]]


class Evaluator:
    """Evaluates terms in one model, remembering closed subterms, binders and function values.

    calls: every function value met so far, by (name, arguments), in the order in which they were met.
    most: so many summands are evaluated in all; what needs more is undetermined.
    """

    def __init__(self, model: Model, digits: int = DIGITS, most: float = math.inf) -> None:
        if digits < DIGITS:
            raise ValueError(f"digits must be at least {DIGITS}, because of the tolerances, not {digits}")
        self.model = model
        self.digits = digits
        self.most = most
        self.summands = 0  # evaluated so far
        self.calls: dict[Call, Number] = {}
        self.memo: dict[Any, Any] = {}

    def value(self, term: Term) -> Any:
        """The value of a closed real term (Fraction if exact, else mpf) or integer term (int).

        Raises Undetermined, or ModelError when the model lacks a name.
        """
        with mpmath.workdps(self.digits + GUARD):
            return compile_term(term)(self, ())

    def truth(self, prop: Term, tolerance: Fraction = TOLERANCE, slacks: bool = True) -> Truth:
        """Whether a closed proposition holds; at 50 digits, up to the tolerance.  Raises Undetermined, ModelError.

        slacks: measure how far each instance is from failing, not only one that fails.
        """
        with mpmath.workdps(self.digits + GUARD):
            return self._truth(prop, (), tolerance, slacks)

    def _truth(self, prop: Term, bound: Bound, tolerance: Fraction, slacks: bool = True) -> Truth:
        found: list[Leaf] = []
        self._instances(prop, bound, _Place((), tolerance, True, slacks), found)
        leaves = tuple(found)
        failed = next((leaf for leaf in leaves if leaf.holds is False), None)
        doubtful = next((leaf for leaf in leaves if leaf.holds is None), None)
        if failed is None and doubtful is not None:
            raise Undetermined(doubtful.doubt)
        exact = failed.exact if failed is not None else all(leaf.exact for leaf in leaves)
        return Truth(failed is None, exact, _is_sampled(prop), leaves)

    def _instances(self, prop: Term, bound: Bound, place: _Place, found: list[Leaf]) -> None:
        """The instances of a proposition, one leaf each; an instance whose condition fails is vacuously true."""
        if prop.op in RELATIONS:
            found.append(self._relation(prop, bound, place))
        elif prop.op in QUANTIFIERS:
            instance, tolerance, exact, slacks = place
            for value in self._samples(QUANTIFIERS[prop.op]):
                self._instances(
                    prop.args[0], (value, *bound), _Place((*instance, value), tolerance, exact, slacks), found
                )
        elif prop.op == "implies":
            try:
                holds, exact = self._condition(prop.args[0], bound, place.tolerance)
            except Undetermined as reason:
                found.append(Leaf(place.instance, None, False, None, str(reason)))
                return
            if not holds:
                found.append(Leaf(place.instance, True, exact and place.exact, None))
                return
            inner = place if exact else _Place(place.instance, place.tolerance, False, place.slacks)
            self._instances(prop.args[1], bound, inner, found)
        elif prop.op == "Integrable":  # everything is integrable on a finite space
            found.append(Leaf(place.instance, True, place.exact, None))
        else:
            raise TypeError(f"{prop.op} is not a proposition")

    def _condition(self, prop: Term, bound: Bound, tolerance: Fraction) -> tuple[bool, bool]:
        """Whether a condition holds, and whether that is exact.  Raises Undetermined.

        It is judged as strictly as ever: a wider tolerance would make it true too easily.
        """
        tolerance = TOLERANCE if tolerance is TOLERANCE else min(tolerance, TOLERANCE)
        if prop.op not in RELATIONS:
            truth = self._truth(prop, bound, tolerance)
            return truth.holds, truth.exact
        lhs, rhs = compile_term(prop.args[0])(self, bound), compile_term(prop.args[1])(self, bound)
        holds = decided(prop.op, lhs, rhs, tolerance)
        if holds is None:
            holds = satisfied(measured(prop.op, lhs, rhs), tolerance)
        return holds, type(lhs) is Fraction and type(rhs) is Fraction

    def _relation(self, prop: Term, bound: Bound, place: _Place) -> Leaf:
        instance, tolerance, given_exact, slacks = place
        try:
            lhs, rhs = compile_term(prop.args[0])(self, bound), compile_term(prop.args[1])(self, bound)
            if not slacks and decided(prop.op, lhs, rhs, tolerance):
                return Leaf(instance, True, given_exact and type(lhs) is Fraction and type(rhs) is Fraction, None)
            slack = measured(prop.op, lhs, rhs)
            return Leaf(instance, satisfied(slack, tolerance), given_exact and slack.exact, slack)
        except Undetermined as reason:
            return Leaf(instance, None, False, None, str(reason))

    def _samples(self, sort: str) -> Any:
        if sort == POINT:
            return [point for point, _ in self.model.space]
        return self.model.integers if sort == "int" else self.model.reals

    def call(self, name: str, arguments: tuple[Any, ...]) -> Number:
        """A function value, asked of the model once."""
        key = (name, arguments)
        if key not in self.calls:
            self.calls[key] = self.model.call(name, arguments)
        return self.calls[key]

    def total(self, parts: list[Number]) -> Number:
        """The sum of the parts; see `added`."""
        return added(parts, self.digits)


class Leaf(NamedTuple):
    """One instance of a proposition: the values of its quantified variables (outermost first), and its relation.

    holds is None, with a doubt, where it is undetermined; slack is None where the instance is vacuous (and, where
    slacks were not asked for, where it plainly holds).
    """

    instance: Bound
    holds: bool | None
    exact: bool
    slack: Slack | None
    doubt: str = ""


class _Place(NamedTuple):
    """Where an instance stands: the values so far, how it is judged, and whether its conditions were exact."""

    instance: Bound
    tolerance: Fraction
    exact: bool
    slacks: bool


@dataclass(frozen=True)
class Truth:
    """Whether a proposition holds in a model, and how it was judged.

    exact: every comparison behind the answer was between exact numbers.
    sampled: a quantifier over integers or reals was tested on the model's samples only.
    """

    holds: bool
    exact: bool
    sampled: bool
    leaves: tuple[Leaf, ...]

    @property
    def failed(self) -> Leaf | None:
        """The first instance that fails, if any."""
        return next((leaf for leaf in self.leaves if leaf.holds is False), None)


def value(term: Term, model: Model, digits: int = DIGITS) -> Any:
    """The value of a closed term in a model: Fraction if exact, mpf otherwise, int for an integer term.

    Raises Undetermined where the logic leaves it open, ModelError where the model lacks a name.
    """
    return Evaluator(model, digits).value(term)


def slack(prop: Term, model: Model, digits: int = DIGITS) -> Slack:
    """Both sides of a relation in a model.  Raises TypeError when prop is not a relation; else as `value`."""
    if prop.op not in RELATIONS:
        raise TypeError(f"only a relation has a slack, not {show(prop)}")
    evaluator = Evaluator(model, digits)
    with mpmath.workdps(digits + GUARD):
        return measured(prop.op, *(evaluator.value(side) for side in prop.args))


def holds(prop: Term, model: Model, tolerance: Fraction = TOLERANCE, digits: int = DIGITS) -> Truth:
    """Whether a closed proposition holds in a model.  Raises Undetermined and ModelError as `value` does."""
    return Evaluator(model, digits).truth(prop, tolerance)


@functools.cache
def _is_sampled(prop: Term) -> bool:
    own = prop.op in QUANTIFIERS and QUANTIFIERS[prop.op] != POINT
    return own or any(type(arg) is Term and arg.sort == "prop" and _is_sampled(arg) for arg in prop.args)


# --- heads ----------------------------------------------------------------------------------------


def _inverse(x: Number, digits: int) -> Number:
    if type(x) is Fraction:
        return 1 / x if x else x
    if not x:
        raise Undetermined(f"a denominator cannot be distinguished from 0 at {digits} digits")
    return 1 / x


def _sign(x: Number, digits: int) -> Fraction:
    if type(x) is not Fraction and not x:
        raise Undetermined(f"the sign of a value cannot be distinguished from 0 at {digits} digits")
    return Fraction((x > 0) - (x < 0))


def _sqrt(x: Number) -> Number:
    if x < 0:
        raise Undetermined(f"sqrt({shown(x)}) is unspecified")
    if type(x) is Fraction:
        top, bottom = math.isqrt(x.numerator), math.isqrt(x.denominator)
        if top * top == x.numerator and bottom * bottom == x.denominator:
            return Fraction(top, bottom)
    return mpmath.sqrt(as_mpf(x))


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
    return as_mpf(x) ** exponent


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


# --- compilation: a term becomes nested closures, once --------------------------------------------


@functools.cache
def compile_term(term: Term) -> Code:
    """The term as a function of an Evaluator and the values of its open binders (innermost first)."""
    code = _COMPILERS[term.op](term)
    if term.op in ("rat", "int", "real", "bound", "app"):
        return code
    indices = sorted({index for index, _ in term.loose})
    # What depends on every binder around it is cheaper to evaluate again than to look up.
    if indices and not is_binder(term.op) and (len(indices) == indices[-1] + 1 or term.size < WORTH_KEEPING):
        return code
    first = indices[0] if len(indices) == 1 else None

    def remembered(evaluator: Evaluator, bound: Bound) -> Any:
        key: Any = term
        if first is not None:
            key = term, bound[first]
        elif indices:
            key = (term, *(bound[index] for index in indices))
        memo = evaluator.memo
        if key not in memo:
            memo[key] = code(evaluator, bound)
        return memo[key]

    return remembered


def _literal(term: Term) -> Code:
    constant = term.args[0]
    return lambda evaluator, bound: constant


def _variable(term: Term) -> Code:
    name, sort = term.args
    return lambda evaluator, bound: evaluator.model.variable(name, sort)


def _bound_variable(term: Term) -> Code:
    index = term.args[0]
    return lambda evaluator, bound: bound[index]


def _coercion(term: Term) -> Code:
    inner = compile_term(term.args[0])
    return lambda evaluator, bound: _real(inner(evaluator, bound))


@functools.lru_cache(1000)
def _real(number: int) -> Fraction:
    return Fraction(number)


def _application(term: Term) -> Code:
    name, codes = term.args[0].name, [compile_term(arg) for arg in term.args[1:]]
    return lambda evaluator, bound: evaluator.call(name, tuple([code(evaluator, bound) for code in codes]))


def _add(term: Term) -> Code:
    codes = [compile_term(arg) for arg in term.args]
    if term.sort == "int":
        return lambda evaluator, bound: sum(code(evaluator, bound) for code in codes)
    return lambda evaluator, bound: evaluator.total([code(evaluator, bound) for code in codes])


def _mul(term: Term) -> Code:
    codes = [compile_term(arg) for arg in term.args]
    if term.sort == "int":
        return lambda evaluator, bound: math.prod(code(evaluator, bound) for code in codes)
    return lambda evaluator, bound: multiplied([code(evaluator, bound) for code in codes])


def _head(function: Callable[..., Any], precision: bool = False) -> Callable[[Term], Code]:
    """A compiler for a head with a fixed number of arguments; precision says whether it must know the digits."""

    def compiler(term: Term) -> Code:
        codes = [compile_term(arg) for arg in term.args]
        if precision:
            return lambda evaluator, bound: function(*[code(evaluator, bound) for code in codes], evaluator.digits)
        return lambda evaluator, bound: function(*[code(evaluator, bound) for code in codes])

    return compiler


def _sum(term: Term) -> Code:
    low, high, body = (compile_term(arg) for arg in term.args)

    def code(evaluator: Evaluator, bound: Bound) -> Number:
        first, last = low(evaluator, bound), high(evaluator, bound)
        if last - first >= MAX_SUMMANDS:
            raise Undetermined(f"a sum has more than {MAX_SUMMANDS} terms")
        evaluator.summands += max(0, last - first + 1)
        if evaluator.summands > evaluator.most:
            raise Undetermined(f"the sums have more than {evaluator.most} terms")
        return evaluator.total([body(evaluator, (k, *bound)) for k in range(first, last + 1)])

    return code


def _expectation(term: Term) -> Code:
    body = compile_term(term.args[0])

    def code(evaluator: Evaluator, bound: Bound) -> Number:
        space = evaluator.model.space
        return evaluator.total([multiplied([weight, body(evaluator, (point, *bound))]) for point, weight in space])

    return code


def _integral(term: Term) -> Code:
    body = compile_term(term.args[0])
    depends = any(index == 0 for index, _ in term.args[0].loose)

    def code(evaluator: Evaluator, bound: Bound) -> Number:
        if not depends:
            return body(evaluator, (Fraction(0), *bound))
        digits = evaluator.digits
        fine, coarse = (
            evaluator.total([weight * as_mpf(body(evaluator, (node, *bound))) for node, weight in rule])
            for rule in (gauss_legendre(evaluator.model.nodes + extra, digits + GUARD) for extra in (0, -8))
        )
        # Two rules that agree have converged; an integrand with a kink or a pole nearby makes them differ.
        if abs(fine - coarse) > as_mpf(TOLERANCE) * max(1, abs(fine)):
            raise Undetermined(f"quadrature with {evaluator.model.nodes} nodes does not reach {digits} digits")
        return fine

    return code


_COMPILERS: dict[str, Callable[[Term], Code]] = {
    "rat": _literal,
    "int": _literal,
    "var": _variable,
    "bound": _bound_variable,
    "real": _coercion,
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
