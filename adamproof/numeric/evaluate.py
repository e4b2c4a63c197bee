"""The value of a kernel term, and the truth of a proposition, in a model.

Arithmetic is exact (fractions) through + * inv abs sign pow Sum E, and through sqrt, ln and rpow where the
result is plainly rational; elsewhere it is mpmath at `digits` plus guard digits, which is evidence and not
proof.  The kernel leaves sqrt, ln and rpow unspecified outside their domains: there is no value to give, and
`Undetermined` is raised; likewise when rounding hides on which side of a jump (inv, sign, <, !=) a value lies.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath

from ..kernel.terms import POINT, QUANTIFIERS, RELATIONS, Term, is_binder
from .models import Model, Number, gauss_legendre

DIGITS = 50
GUARD = 15  # beyond DIGITS; they absorb the rounding of a few thousand operations
# An equality at 50 digits holds when |lhs - rhs| <= TOLERANCE * max(1, |lhs|, |rhs|), and <= may be violated by
# that much.  Ten digits short of DIGITS: a formula may lose that many to cancellation and still be judged rightly.
TOLERANCE = Fraction(1, 10**40)
# A counterexample must violate by more than this: ten digits beyond what its hypotheses were allowed to be off,
# so that an error in the hypotheses, amplified by the statement, is not taken for a violation.
MARGIN = Fraction(1, 10**30)
SHOWN_DIGITS = 15  # of a number in a message, where these suffice
MAX_SHOWN_DIGITS = 60
MAX_SUMMANDS = 200_000
MAX_EXACT_BITS = 1_000_000  # of an exact power; larger ones are taken at working precision

Bound = tuple[Any, ...]  # values of the open binders, innermost first
Code = Callable[["Evaluator", Bound], Any]
Call = tuple[str, tuple[Any, ...]]


class Undetermined(ArithmeticError):
    """The logic gives this term no value, or the precision does not suffice to tell; the message says which."""


class Evaluator:
    """Evaluates terms in one model, remembering closed subterms, binders and function values.

    calls: every function value met so far, by (name, arguments), in the order in which they were met.
    """

    def __init__(self, model: Model, digits: int = DIGITS) -> None:
        if digits < DIGITS:
            raise ValueError(f"the tolerances are made for at least {DIGITS} digits, not {digits}")
        self.model = model
        self.digits = digits
        self.summands = 0  # evaluated so far
        self.calls: dict[Call, Number] = {}
        self.memo: dict[Any, Any] = {}

    def value(self, term: Term) -> Any:
        """The value of a closed real term (Fraction if exact, else mpf) or integer term (int).

        Raises Undetermined, or ModelError when the model lacks a name.
        """
        with mpmath.workdps(self.digits + GUARD):
            return compile_term(term)(self, ())

    def truth(self, prop: Term, tolerance: Fraction = TOLERANCE) -> Truth:
        """Whether a closed proposition holds; at 50 digits, up to the tolerance.  Raises Undetermined, ModelError."""
        with mpmath.workdps(self.digits + GUARD):
            return self._truth(prop, (), tolerance)

    def _truth(self, prop: Term, bound: Bound, tolerance: Fraction) -> Truth:
        leaves = tuple(self._leaves(prop, bound, (), tolerance))
        failed = next((leaf for leaf in leaves if leaf.holds is False), None)
        doubtful = next((leaf for leaf in leaves if leaf.holds is None), None)
        if failed is None and doubtful is not None:
            raise Undetermined(doubtful.doubt)
        exact = failed.exact if failed is not None else all(leaf.exact for leaf in leaves)
        return Truth(failed is None, exact, _is_sampled(prop), leaves)

    def _leaves(self, prop: Term, bound: Bound, instance: Bound, tolerance: Fraction) -> Iterator[Leaf]:
        """The instances of a proposition, one leaf each; an instance whose condition fails is vacuously true."""
        if prop.op in QUANTIFIERS:
            for value in self._samples(QUANTIFIERS[prop.op]):
                yield from self._leaves(prop.args[0], (value, *bound), (*instance, value), tolerance)
        elif prop.op == "implies":
            try:
                # A condition is judged as strictly as ever: a wider tolerance would make it true too easily.
                condition = self._truth(prop.args[0], bound, min(tolerance, TOLERANCE))
            except Undetermined as reason:
                yield Leaf(instance, None, False, None, str(reason))
                return
            if not condition.holds:
                yield Leaf(instance, True, condition.exact, None)
                return
            for leaf in self._leaves(prop.args[1], bound, instance, tolerance):
                yield Leaf(leaf.instance, leaf.holds, leaf.exact and condition.exact, leaf.slack, leaf.doubt)
        elif prop.op == "Integrable":
            yield Leaf(instance, True, True, None)  # everything is integrable on a finite space
        elif prop.op in RELATIONS:
            yield self._relation(prop, bound, instance, tolerance)
        else:
            raise TypeError(f"{prop.op} is not a proposition")

    def _relation(self, prop: Term, bound: Bound, instance: Bound, tolerance: Fraction) -> Leaf:
        try:
            lhs, rhs = (compile_term(side)(self, bound) for side in prop.args)
            measured = _measured(prop.op, lhs, rhs)
            return Leaf(instance, _satisfied(measured, tolerance), measured.exact, measured)
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
        """The sum of the parts.  One that cancels to within rounding becomes mpf 0: nothing is known of it but that.

        (An exact 0 stays a Fraction, so inv and sign can tell the two zeros apart.)
        """
        exact = sum((part for part in parts if type(part) is Fraction), Fraction(0))
        rounded = [part for part in parts if type(part) is not Fraction]
        if not rounded:
            return exact
        rounded.append(as_mpf(exact))
        result = mpmath.fsum(rounded)
        known = mpmath.mpf(10) ** -(self.digits + 5)
        return result if abs(result) > known * max(abs(part) for part in rounded) else mpmath.mpf(0)


@dataclass(frozen=True)
class Slack:
    """How far a relation is from failing.  Numbers are Fractions where exact, else mpf.

    absolute: rhs - lhs for <= and <, -|lhs - rhs| for ==, |lhs - rhs| for !=; negative means violated.
    relative: absolute over max(|lhs|, |rhs|), and 0 when both sides are 0.
    tightness: lhs / rhs for an inequality between lhs >= 0 and rhs > 0 (1 means attained), else None.
    exact: both sides are exact.
    """

    op: str
    lhs: Number
    rhs: Number
    absolute: Number
    relative: Number
    tightness: Number | None
    exact: bool

    def __str__(self) -> str:
        left, right = told_apart([self.lhs, self.rhs])
        return f"{left} {self.op} {right}"

    @property
    def closeness(self) -> str:
        """By how much the sides differ, in brackets, where 15 digits do not show it; empty otherwise."""
        gap = _gap(self.lhs, self.rhs)
        alike = _decimal(self.lhs, SHOWN_DIGITS) == _decimal(self.rhs, SHOWN_DIGITS)
        return f" (they differ by ~{_decimal(gap, 3)})" if gap and alike else ""


def _measured(op: str, lhs: Number, rhs: Number) -> Slack:
    """The slack of a relation between these sides, at the current working precision."""
    absolute = subtract(rhs, lhs) if op in ("<=", "<") else abs(subtract(rhs, lhs))
    if op == "==":
        absolute = -absolute
    scale = larger(abs(lhs), abs(rhs))
    relative = quotient(absolute, scale) if scale else Fraction(0)
    tightness = quotient(lhs, rhs) if op in ("<=", "<") and lhs >= 0 and rhs > 0 else None
    return Slack(op, lhs, rhs, absolute, relative, tightness, type(lhs) is Fraction and type(rhs) is Fraction)


def _satisfied(slack: Slack, tolerance: Fraction) -> bool:
    """Whether the relation holds: exactly for exact sides, else up to tolerance * max(1, |lhs|, |rhs|).

    Raises Undetermined when < or != hangs on less than that.
    """
    if slack.exact:
        strict = slack.op in ("<", "!=")
        return bool(slack.absolute > 0 if strict else slack.absolute >= 0)
    off = as_mpf(tolerance) * max(1, abs(as_mpf(slack.lhs)), abs(as_mpf(slack.rhs)))
    if slack.op in ("<", "!=") and abs(slack.absolute) <= off:
        raise Undetermined(f"rounding hides whether {slack}: they are too close{slack.closeness}")
    return bool(slack.absolute >= -off)


@dataclass(frozen=True)
class Leaf:
    """One instance of a proposition: the values of its quantified variables (outermost first), and its relation.

    holds is None, with a doubt, where it is undetermined; slack is None where the instance is vacuous.
    """

    instance: Bound
    holds: bool | None
    exact: bool
    slack: Slack | None
    doubt: str = ""


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
        raise TypeError(f"only a relation has a slack, not {prop}")
    evaluator = Evaluator(model, digits)
    with mpmath.workdps(digits + GUARD):
        return _measured(prop.op, *(evaluator.value(side) for side in prop.args))


def holds(prop: Term, model: Model, tolerance: Fraction = TOLERANCE, digits: int = DIGITS) -> Truth:
    """Whether a closed proposition holds in a model.  Raises Undetermined and ModelError as `value` does."""
    return Evaluator(model, digits).truth(prop, tolerance)


def _is_sampled(prop: Term) -> bool:
    own = prop.op in QUANTIFIERS and QUANTIFIERS[prop.op] != POINT
    return own or any(type(arg) is Term and arg.sort == "prop" and _is_sampled(arg) for arg in prop.args)


# --- numbers: exact where both are, else mpf -----------------------------------------------------


def as_mpf(number: Number) -> mpmath.mpf:
    """The number at the current working precision."""
    return mpmath.mpf(number.numerator) / number.denominator if type(number) is Fraction else number


def subtract(a: Number, b: Number) -> Number:
    """a - b."""
    return a - b if type(a) is type(b) else as_mpf(a) - as_mpf(b)


def quotient(a: Number, b: Number) -> Number:
    """a / b, for b != 0."""
    return a / b if type(a) is type(b) else as_mpf(a) / as_mpf(b)


def larger(a: Number, b: Number) -> Number:
    """The larger of two numbers."""
    return a if subtract(a, b) >= 0 else b


def shown(value: Any, digits: int = SHOWN_DIGITS) -> str:
    """A value as text: exact in full while short, otherwise this many digits marked with ~."""
    if isinstance(value, mpmath.mpf):
        return f"~{mpmath.nstr(value, digits)}"
    if type(value) is not Fraction or max(abs(value.numerator), value.denominator) < 10**20:
        return str(value)
    return f"~{_decimal(value, digits)}"


def told_apart(values: Sequence[Any]) -> list[str]:
    """The values as text, each with as many digits as set it apart from the others (at most MAX_SHOWN_DIGITS).

    Numbers that agree to within rounding (TOLERANCE) are taken to be the same, unless both are exact.
    """
    numbers = sorted({value for value in values if _is_number(value)}, key=functools.cmp_to_key(_order))
    digits = dict.fromkeys(numbers, SHOWN_DIGITS)
    for low, high in itertools.pairwise(numbers):
        needed = _digits_between(low, high)
        digits[low], digits[high] = max(digits[low], needed), max(digits[high], needed)
    return [shown(value, digits[value] if _is_number(value) else SHOWN_DIGITS) for value in values]


def _is_number(value: Any) -> bool:
    return type(value) in (int, Fraction) or isinstance(value, mpmath.mpf)


def _rational(value: Any) -> Number:
    """The value of an integer as a real number; other numbers as they are."""
    return Fraction(value) if type(value) is int else value


def _order(a: Number, b: Number) -> int:
    """-1, 0 or 1: how the numbers compare (mpmath does not order a Fraction and an mpf reliably)."""
    with mpmath.workdps(MAX_SHOWN_DIGITS + GUARD):
        difference = subtract(_rational(a), _rational(b))
        return int(difference > 0) - int(difference < 0)


def _gap(a: Number, b: Number) -> Number:
    """|b - a|; exact for exact numbers, else to more digits than are ever shown."""
    with mpmath.workdps(MAX_SHOWN_DIGITS + GUARD):
        return abs(subtract(_rational(b), _rational(a)))


def _digits_between(low: Number, high: Number) -> int:
    """How many digits tell two different numbers apart; MAX_SHOWN_DIGITS if more would be needed."""
    if isinstance(low, mpmath.mpf) or isinstance(high, mpmath.mpf):
        with mpmath.workdps(DIGITS + GUARD):
            largest = max(1, *(abs(as_mpf(_rational(end))) for end in (low, high)))
            if as_mpf(_gap(low, high)) <= as_mpf(TOLERANCE) * largest:
                return SHOWN_DIGITS
    steps = range(SHOWN_DIGITS, MAX_SHOWN_DIGITS, 5)
    return next((count for count in steps if _decimal(low, count) != _decimal(high, count)), MAX_SHOWN_DIGITS)


def _decimal(number: Number, digits: int) -> str:
    with mpmath.workdps(digits + GUARD):
        return str(mpmath.nstr(as_mpf(_rational(number)), digits))


def _product(parts: list[Number]) -> Number:
    exact = Fraction(1)
    rounded = mpmath.mpf(1)
    for part in parts:
        if type(part) is Fraction:
            exact *= part
        else:
            rounded *= part
    # An exact 0 annihilates whatever the other factors are, so the result is exact again.
    return exact if exact == 0 or all(type(part) is Fraction for part in parts) else as_mpf(exact) * rounded


def _inverse(x: Number, digits: int) -> Number:
    if type(x) is Fraction:
        return 1 / x if x else x
    if not x:
        raise Undetermined(f"a denominator cannot be told from 0 at {digits} digits")
    return 1 / x


def _sign(x: Number, digits: int) -> Fraction:
    if type(x) is not Fraction and not x:
        raise Undetermined(f"the sign of a value cannot be told from 0 at {digits} digits")
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
            raise Undetermined(f"0 to a power that cannot be told from 0 at {digits} digits")
        return x
    return as_mpf(x) ** as_mpf(exponent)


# --- compilation: a term becomes nested closures, once --------------------------------------------


@functools.cache
def compile_term(term: Term) -> Code:
    """The term as a function of an Evaluator and the values of its open binders (innermost first)."""
    code = _COMPILERS[term.op](term)
    if term.op in ("rat", "int", "real", "bound", "app"):
        return code
    if term.loose and not is_binder(term.op):
        return code  # cheaper to evaluate again than to look up
    indices = sorted({index for index, _ in term.loose})

    def remembered(evaluator: Evaluator, bound: Bound) -> Any:
        key = (term, *(bound[index] for index in indices))
        if key not in evaluator.memo:
            evaluator.memo[key] = code(evaluator, bound)
        return evaluator.memo[key]

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
    return lambda evaluator, bound: Fraction(inner(evaluator, bound))


def _application(term: Term) -> Code:
    name, codes = term.args[0].name, [compile_term(arg) for arg in term.args[1:]]
    return lambda evaluator, bound: evaluator.call(name, tuple(code(evaluator, bound) for code in codes))


def _add(term: Term) -> Code:
    codes = [compile_term(arg) for arg in term.args]
    if term.sort == "int":
        return lambda evaluator, bound: sum(code(evaluator, bound) for code in codes)
    return lambda evaluator, bound: evaluator.total([code(evaluator, bound) for code in codes])


def _mul(term: Term) -> Code:
    codes = [compile_term(arg) for arg in term.args]
    if term.sort == "int":
        return lambda evaluator, bound: math.prod(code(evaluator, bound) for code in codes)
    return lambda evaluator, bound: _product([code(evaluator, bound) for code in codes])


def _head(function: Callable[..., Any], precision: bool = False) -> Callable[[Term], Code]:
    """A compiler for a head with a fixed number of arguments; precision says whether it must know the digits."""

    def compiler(term: Term) -> Code:
        codes = [compile_term(arg) for arg in term.args]
        if precision:
            return lambda evaluator, bound: function(*(code(evaluator, bound) for code in codes), evaluator.digits)
        return lambda evaluator, bound: function(*(code(evaluator, bound) for code in codes))

    return compiler


def _sum(term: Term) -> Code:
    low, high, body = (compile_term(arg) for arg in term.args)

    def code(evaluator: Evaluator, bound: Bound) -> Number:
        first, last = low(evaluator, bound), high(evaluator, bound)
        if last - first >= MAX_SUMMANDS:
            raise Undetermined(f"a sum has more than {MAX_SUMMANDS} terms")
        evaluator.summands += max(0, last - first + 1)
        return evaluator.total([body(evaluator, (k, *bound)) for k in range(first, last + 1)])

    return code


def _expectation(term: Term) -> Code:
    body = compile_term(term.args[0])

    def code(evaluator: Evaluator, bound: Bound) -> Number:
        space = evaluator.model.space
        return evaluator.total([_product([weight, body(evaluator, (point, *bound))]) for point, weight in space])

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
