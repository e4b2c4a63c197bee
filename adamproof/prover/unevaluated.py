"""Functions and relations that SymPy does not evaluate: absolute, root, ..., maximum, clip, le, lt, eq, ne.

Given a kernel term, each makes a kernel term.
"""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from types import FrameType
from typing import Any

import sympy
from sympy.core.relational import Equality, LessThan, StrictLessThan
from sympy.core.relational import Unequality as Inequality

from ..kernel.terms import Term, make, minus, number
from .translation import Kept, TranslationError, term


class absolute(Kept):  # noqa: N801 - written like a function, as are those below
    """|x|, kept as written: SymPy turns Abs(y - x) into Abs(x - y), and Abs(x**2) into x**2.

    args: x, a real expression.
    """

    nargs = 1
    head = "abs"


class root(Kept):  # noqa: N801
    """The square root, kept as written: SymPy turns sqrt(x)**2 into x, and sqrt(4*x) into 2*sqrt(x).

    args: x, a real expression; where x < 0 the value is one that nothing is known of.
    """

    nargs = 1
    head = "sqrt"


class ln(Kept):  # noqa: N801
    """The natural logarithm, kept as written: SymPy turns log(1) into 0.

    args: x, a real expression.
    """

    nargs = 1
    head = "ln"


class inverse(Kept):  # noqa: N801
    """1/x, kept as written: SymPy turns x*(1/x) into 1, and 1/(1/x) into x.

    args: x, a real expression; 1/0 is 0, by the convention of the kernel.
    """

    nargs = 1
    head = "inv"


class ratio(Kept):  # noqa: N801
    """x/y, kept as written: SymPy cancels y*(x/y).

    args: x and y, real expressions.
    """

    nargs = 2

    @classmethod
    def kernel(cls, *args: Term) -> Term:
        """x*inv(y), the kernel term of args, x and y."""
        return make("mul", args[0], make("inv", args[1]))


class product(Kept):  # noqa: N801
    """A product of two factors or more, kept as written: SymPy cancels sqrt(w)*(1/sqrt(w)).

    args: the factors, real expressions.
    """

    head = "mul"


class maximum(Kept):  # noqa: N801
    """max(x, y), defined as (x + y + |x - y|)/2; the steps of a proof know what follows.

    args: x and y, real expressions.
    """

    nargs = 2

    @classmethod
    def kernel(cls, *args: Term) -> Term:
        """The kernel term of args, x and y."""
        return _half(*args, make("abs", minus(*args)))


class minimum(Kept):  # noqa: N801
    """min(x, y), defined as (x + y - |x - y|)/2; the steps of a proof know what follows.

    args: x and y, real expressions.
    """

    nargs = 2

    @classmethod
    def kernel(cls, *args: Term) -> Term:
        """The kernel term of args, x and y."""
        return _half(*args, make("mul", number(-1), make("abs", minus(*args))))


class clip(Kept):  # noqa: N801
    """min(max(x, low), high): the number nearest to x in [low, high].

    args: x, low and high, real expressions; where high < low the value is high.
    """

    nargs = 3

    @classmethod
    def kernel(cls, *args: Term) -> Term:
        """The kernel term of args, x, low and high."""
        return minimum.kernel(maximum.kernel(*args[:2]), args[2])


def _half(*parts: Term) -> Term:
    return make("mul", number(Fraction(1, 2)), make("add", *parts))


def le(a: Any, b: Any) -> Any:
    """a <= b, kept even where SymPy would decide it."""
    return _kept(LessThan, "<=", a, b)


def lt(a: Any, b: Any) -> Any:
    """a < b, kept even where SymPy would decide it."""
    return _kept(StrictLessThan, "<", a, b)


def eq(a: Any, b: Any, same: bool = False) -> Any:
    """a == b as a statement.

    Raises TranslationError if SymPy has made both sides the same, unless that is meant (same=True): such an equation
    says nothing, and what fails for want of it is a later step.
    """
    if not same and type(a) is not Term and type(b) is not Term and sympy.sympify(a) == sympy.sympify(b):
        raise TranslationError(
            f"{_place(sys._getframe(1))}both sides are the same after SymPy evaluates them: {a} == {b}; write "
            "absolute, root, ln, inverse, ratio, product or power for what SymPy rewrites, or eq(..., same=True) "
            "if this is meant"
        )
    return _kept(Equality, "==", a, b)


def ne(a: Any, b: Any) -> Any:
    """a != b as a statement."""
    return _kept(Inequality, "!=", a, b)


def _place(frame: FrameType) -> str:
    """The line of a script that states something; of a line outside of functions, whoever reads the file tells."""
    code = frame.f_code
    return "" if code.co_name == "<module>" else f"{Path(code.co_filename).name}, line {frame.f_lineno}: "


def _kept(relation: Any, op: str, a: Any, b: Any) -> Any:
    """The relation unevaluated; in the kernel's own terms if one side is given so."""
    if type(a) is Term or type(b) is Term:
        return make(op, term(a), term(b))
    return relation(a, b, evaluate=False)
