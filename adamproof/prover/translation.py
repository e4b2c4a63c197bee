"""SymPy expressions to kernel terms and back.

SymPy is where statements are written; the kernel's terms are what is proved and printed.  The
translation is strict: floats, booleans, statements that SymPy has already decided and objects it does
not know are refused with a message, never guessed at.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy
from sympy.core.function import AppliedUndef
from sympy.core.relational import Equality, GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan
from sympy.core.relational import Unequality as Inequality

from ..kernel.terms import (
    BINDERS,
    INT,
    POINT,
    QUANTIFIERS,
    REAL,
    Term,
    as_real,
    bind,
    bound_sort_of,
    free,
    make,
    number,
    opened,
    substitute,
)
from ..kernel.terms import function as kernel_function
from ..kernel.text import show
from .language import (
    E,
    Forall,
    Integrable,
    Integral01,
    Point,
    Sum,
    forall,
    function,
    integers,
    power,
    real_power,
    reals,
    stands_for,
)


class TranslationError(ValueError):
    """An expression that cannot be translated faithfully; the message says which and why."""


class Kept(sympy.Function):  # type: ignore[misc]
    """A head of the kernel as a function that SymPy does not evaluate; of kernel terms it is a kernel term.

    args: as many SymPy expressions, or kernel terms, as the head takes.
    """

    is_real = True
    head = ""  # the kernel's name of it

    def __new__(cls, *args: Any, **options: Any) -> Any:
        if any(type(arg) is Term for arg in args):
            return cls.kernel(*map(term, args))
        return super().__new__(cls, *args, **options)

    @classmethod
    def kernel(cls, *args: Term) -> Term:
        """The kernel term of this head.

        args: kernel terms.
        """
        return make(cls.head, *args)


# --- SymPy to kernel ----------------------------------------------------------------------------


def sort_of(expression: Any) -> str:
    """The sort that a SymPy expression is read at: a sample point, an integer or a real."""
    if _is_point(expression):
        return POINT
    return INT if expression.is_integer and _is_integer_term(expression) else REAL


def _is_point(expression: Any) -> bool:
    return isinstance(stands_for(expression), Point)


def _is_integer_term(expression: Any) -> bool:
    if expression.is_Integer or expression.is_Symbol:
        return bool(expression.is_integer)
    return (expression.is_Add or expression.is_Mul) and all(_is_integer_term(arg) for arg in expression.args)


def term(expression: Any, sort: str = REAL) -> Term:
    """The kernel term of a SymPy expression (or of an exact number, or a kernel term itself).

    sort: "real", "int" or "point": what it is to be.
    Raises TranslationError where that is not certain, as for a float.
    """
    if type(expression) is Term:
        return as_real(expression) if sort == REAL and expression.sort == INT else expression
    if sort == REAL and not _open and (found := _read.get((_read_real, id(expression)))):
        return found[1]
    if isinstance(expression, (bool, sympy.logic.boolalg.BooleanAtom)):
        raise TranslationError(f"{expression} is a truth value, not a number")
    if isinstance(expression, float) or (isinstance(expression, sympy.Basic) and expression.has(sympy.Float)):
        instead = "write it as a fraction (x/2 or Rational(1, 2): Python's 1/2 is such a number)"
        raise TranslationError(f"{expression} contains a floating point number; {instead}")
    if isinstance(expression, (int, Fraction)):
        expression = sympy.Rational(expression)
    if not isinstance(expression, sympy.Basic):
        raise TranslationError(f"{expression!r:.80} ({type(expression).__name__}) is not a SymPy expression")
    if sort == POINT:
        if not _is_point(expression):
            raise TranslationError(f"{expression} is not a sample point, which is needed there")
        return _variable(expression)
    return _integer(expression) if sort == INT else _real(expression)


# What has been read, and as what, by the identity of the expression, which is kept alive here: expressions that are
# equal to SymPy may be different statements (functions of one name whose arguments have different sorts).
# A script that runs again, on a mutant, says most things again.
_read: dict[tuple[Callable[[Any], Term], int], tuple[Any, Term]] = {}
MAX_READ = 20_000  # then all are forgotten


def _kept(read: Callable[[Any], Term], expression: Any, made: Term) -> Term:
    if not _open:  # otherwise it depends on the binders around it
        if len(_read) >= MAX_READ:
            _read.clear()
        _read[read, id(expression)] = expression, made
    return made


def _ordered(expression: Any) -> list[Any]:
    """The terms of a sum as SymPy orders them, those with a minus sign last."""
    parts: list[Any] = sorted(expression.as_ordered_terms(), key=lambda part: bool(part.as_coeff_Mul()[0].is_negative))
    return parts


def _variable(symbol: Any) -> Term:
    """The variable of a symbol made by reals(), integers() or Point(): others may hide assumptions or share a name."""
    if stands_for(symbol) is not symbol:
        if symbol not in _open:
            raise TranslationError(f"{symbol} is bound by an E, Integral01 or Sum and cannot be used outside it")
        return _open[symbol]
    if type(symbol) is Point:
        return make("var", symbol.name, POINT)
    if type(symbol) is sympy.Symbol:
        if symbol == sympy.Symbol(symbol.name, integer=True):
            return make("var", symbol.name, INT)
        if symbol == sympy.Symbol(symbol.name, real=True):
            return make("var", symbol.name, REAL)
    raise TranslationError(f"the symbol {symbol} was not made by reals(), integers() or Point(); use one of them")


_open: dict[Any, Term] = {}  # the binders that the translation is inside of: their variables, as fresh kernel variables


def _binder(op: str, symbol: Any, sort: str, body: Any, *bounds: Term) -> Term:
    """The kernel term of a binder over a SymPy expression."""
    plain = stands_for(symbol)
    if not isinstance(plain, sympy.Symbol) or _variable(plain).sort != sort:
        raise TranslationError(f"{plain} cannot be bound here: a variable of sort {sort} is needed")
    if plain is symbol:
        variable = _variable(symbol)
        return bind(op, variable, *bounds, _real(body))
    taken = {used.name for used in body.free_symbols}
    name = next(name for number in itertools.count(len(_open)) if (name := f"bound_{number}") not in taken)
    before = dict(_open)
    _open[symbol] = make("var", name, sort)
    try:
        return bind(op, _open[symbol], *bounds, _real(body))
    finally:
        _open.clear()
        _open.update(before)


def _integer(expression: Any) -> Term:
    if expression.is_Integer:
        return make("int", int(expression))
    if expression.is_Symbol and _variable(expression).sort == INT:
        return _variable(expression)
    if expression.is_Add or expression.is_Mul:
        parts = _ordered(expression) if expression.is_Add else expression.as_ordered_factors()
        return make("add" if expression.is_Add else "mul", *(_integer(part) for part in parts))
    raise TranslationError(f"{expression} is not an integer, which is needed there")


def _real(expression: Any) -> Term:
    found = None if _open else _read.get((_read_real, id(expression)))
    return found[1] if found else _kept(_read_real, expression, _read_real(expression))


def _read_real(expression: Any) -> Term:
    if expression.is_Rational:
        return number(Fraction(int(expression.p), int(expression.q)))
    if _is_point(expression):
        raise TranslationError(f"the sample point {expression} is not a number, which is needed there")
    if expression.is_Symbol:
        variable = _variable(expression)
        return as_real(variable) if variable.sort == INT else variable
    if expression.is_Add:
        return make("add", *(_real(part) for part in _ordered(expression)))
    if expression.is_Mul:
        return _product(expression)
    if expression.is_Pow:
        return _power(expression.base, expression.exp)
    if isinstance(expression, power):
        return make("pow", _real(expression.args[0]), _integer(expression.args[1]))
    if isinstance(expression, real_power):
        return make("rpow", *map(_real, expression.args))
    if isinstance(expression, AppliedUndef):
        return _application(expression)
    if isinstance(expression, (E, Integral01)):
        sort = POINT if isinstance(expression, E) else REAL
        return _binder(type(expression).__name__, expression.args[1], sort, expression.args[0])
    if isinstance(expression, sympy.Sum):
        return _sum(expression)
    if isinstance(expression, Kept):
        return expression.kernel(*map(_real, expression.args))
    for kind, head in _HEADS.items():
        if isinstance(expression, kind):
            return make(head, _real(expression.args[0]))
    instead = (
        "; supported functions are powers, sqrt, Abs, sign and log; declare any other one with function(NAME) and "
        "assume the properties you need"
    )
    said = f"{expression} ({type(expression).__name__}) is not supported in proofs"
    if isinstance(expression, (sympy.Max, sympy.Min)):
        raise TranslationError(f"{said}; write maximum(x, y) or minimum(x, y), which SymPy does not rearrange")
    raise TranslationError(f"{said}{instead if isinstance(expression, sympy.Function) else ''}")


_HEADS = {sympy.Abs: "abs", sympy.sign: "sign", sympy.log: "ln"}


def _product(expression: Any) -> Term:
    coefficient, factors = expression.as_coeff_mul()
    ordered = sorted(factors, key=lambda f: (bool(f.is_Pow and _is_negative(f.exp)), sympy.default_sort_key(f)))
    parts = [_real(factor) for factor in ordered]
    if coefficient < 0:
        parts = [number(-1), *([] if coefficient == -1 else [_real(-coefficient)]), *parts]
    elif coefficient != 1:
        parts = [_real(coefficient), *parts]
    return make("mul", *parts) if len(parts) > 1 else parts[0]


def _is_negative(exponent: Any) -> bool:
    """Whether every term of an exponent has a negative coefficient, as in b**(-t - 1)."""
    return all(part.as_coeff_Mul()[0].is_negative for part in sympy.Add.make_args(exponent))


def _power(base: Any, exponent: Any) -> Term:
    if _is_negative(exponent):
        if exponent.is_Integer and exponent != -1:  # 1/x^2 as (1/x)^2: the inverse of a power would be expanded
            return make("pow", make("inv", _real(base)), make("int", int(-exponent)))
        return make("inv", _power(base, -exponent))
    if exponent == 1:
        return _real(base)
    if exponent == sympy.Rational(1, 2):
        return make("sqrt", _real(base))
    if exponent.is_Rational and exponent.q == 2:
        return make("pow", make("sqrt", _real(base)), make("int", int(exponent.p)))
    if sort_of(exponent) == INT:
        return make("pow", _real(base), _integer(exponent))
    return make("rpow", _real(base), _real(exponent))


def _application(expression: Any) -> Term:
    symbol = type(expression)
    sorts = getattr(symbol, "argument_sorts", None)
    if sorts is None:
        raise TranslationError(f"the function {symbol} has no declared argument sorts; use function()")
    if len(sorts) != len(expression.args):
        raise TranslationError(f"{symbol} takes {len(sorts)} arguments, not {len(expression.args)}")
    args = (term(arg, sort) for arg, sort in zip(expression.args, sorts, strict=True))
    return make("app", kernel_function(symbol.__name__, sorts), *args)


def _sum(expression: Any) -> Term:
    """A sum with its last limit outermost, as SymPy reads them."""
    *inner, limit = expression.limits
    if len(limit) != 3:
        raise TranslationError(f"the sum {expression} needs a variable with a lower and an upper end")
    variable, low, high = limit
    if variable in low.free_symbols | high.free_symbols:
        raise TranslationError(
            f"the sum {expression} has its own variable {variable} in its range; rename one of them"
        )
    if variable in {other for other, *_ in inner}:
        raise TranslationError(f"the sum {expression} has two variables {variable}; rename one of them")
    body = expression.func(expression.function, *inner) if inner else expression.function
    return _binder("Sum", variable, INT, body, term(low, INT), term(high, INT))


_RELATIONS: dict[Any, tuple[str, bool]] = {
    Equality: ("==", False),
    Inequality: ("!=", False),
    LessThan: ("<=", False),
    StrictLessThan: ("<", False),
    GreaterThan: ("<=", True),
    StrictGreaterThan: ("<", True),
}


def prop(statement: Any) -> Term:
    """The kernel proposition of a SymPy relation, a Forall, an Integrable or a kernel proposition itself.

    statement: of one of these kinds.  Raises TranslationError for anything else, and for True and False, which are
    what SymPy
    makes of a relation that it decides.
    """
    if type(statement) is Term:
        if statement.sort != "prop":
            raise TranslationError(f"{show(statement)} is a term, not a statement")
        return statement
    found = None if _open else _read.get((_read_prop, id(statement)))
    return found[1] if found else _kept(_read_prop, statement, _read_prop(statement))


def _read_prop(statement: Any) -> Term:
    if isinstance(statement, Forall):
        result = prop(statement.conclusion)
        for condition in reversed(statement.given):
            result = make("implies", prop(condition), result)
        for symbol in reversed(statement.variables):
            if not isinstance(symbol, sympy.Symbol):
                raise TranslationError(f"forall needs variables, not {symbol}")
            variable = _variable(symbol)
            result = bind(f"forall_{variable.sort}", variable, result)
        return result
    if isinstance(statement, Integrable):
        return make("Integrable", term(statement.functional))
    if isinstance(statement, (bool, sympy.logic.boolalg.BooleanAtom)):
        raise TranslationError(
            f"SymPy or Python has already evaluated the statement to {statement}; "
            "write it with le, lt, eq or ne, which keep it as it is"
        )
    if isinstance(statement, Relational) and type(statement) in _RELATIONS:
        op, swapped = _RELATIONS[type(statement)]
        lhs, rhs = term(statement.args[0]), term(statement.args[1])
        return make(op, rhs, lhs) if swapped else make(op, lhs, rhs)
    if not isinstance(statement, (sympy.Basic, str, int, float)):
        raise TranslationError(
            f"a {type(statement).__name__} is not a statement; write one with le, lt, eq, ne or forall "
            "(in a script, scope.goal is one)"
        )
    raise TranslationError(f"{statement!r:.80} ({type(statement).__name__}) is not a statement: {_instead(statement)}")


def _instead(thing: Any) -> str:
    """What to write in place of something that is not a statement."""
    logic = sympy.logic.boolalg
    if isinstance(thing, str):
        return "write it in SymPy with le, lt, eq, ne or forall, not as text"
    if isinstance(thing, logic.And):
        return "write each part as a separate claim or assumption"
    if isinstance(thing, logic.Implies):
        return "write forall((), conclusion, [condition])"
    if isinstance(thing, logic.Boolean):
        return "statements are relations (le, lt, eq, ne), combined only by forall"
    return "write a relation of two expressions with le, lt, eq or ne"


def put(statement: Any, variable: Any, value: Any) -> Term:
    """The statement with a value in place of a variable, as a kernel proposition (SymPy's subs may decide it)."""
    sort = sort_of(variable)
    return substitute(prop(statement), {term(variable, sort): term(value, sort)})


# --- kernel to SymPy ----------------------------------------------------------------------------


def to_sympy(expression: Term) -> Any:
    """The SymPy expression or statement of a kernel term; translating it back gives an equal normal form."""
    op, args = expression.op, expression.args
    if op in ("rat", "int"):
        return sympy.Rational(args[0].numerator, args[0].denominator)
    if op == "var":
        return _symbol(expression)
    if op == "real":
        return to_sympy(args[0])
    if op in QUANTIFIERS:
        variable = _open_variable(expression)
        return forall(to_sympy(variable), to_sympy(opened(expression, variable)))
    if op == "implies":
        return forall((), to_sympy(args[1]), [to_sympy(args[0])])
    if op == "Integrable":
        return Integrable(to_sympy(args[0]))
    if op in BINDERS:
        return _binder_to_sympy(expression)
    if op == "app":
        return function(args[0].name, *args[0].sorts)(*map(to_sympy, args[1:]))
    build: Callable[..., Any] = _BUILDERS[op]
    return build(*map(to_sympy, args))


def _power_to_sympy(x: Any, n: Any) -> Any:
    return sympy.Pow(x, n, evaluate=False) if n.is_Integer and n >= 0 else power(x, n)


# Unevaluated: SymPy would cancel sqrt(x)*(1/sqrt(x)), which is not the same where sqrt is unspecified.
_BUILDERS: dict[str, Callable[..., Any]] = {
    "add": lambda *args: sympy.Add(*args, evaluate=False),
    "mul": lambda *args: sympy.Mul(*args, evaluate=False),
    "inv": lambda x: sympy.Pow(x, -1, evaluate=False),
    "sqrt": lambda x: sympy.Pow(x, sympy.Rational(1, 2), evaluate=False),
    "abs": lambda x: sympy.Abs(x, evaluate=False),
    "sign": lambda x: sympy.sign(x, evaluate=False),
    "ln": lambda x: sympy.log(x, evaluate=False),
    "pow": _power_to_sympy,
    "rpow": real_power,
    "==": lambda a, b: Equality(a, b, evaluate=False),
    "<=": lambda a, b: LessThan(a, b, evaluate=False),
    "<": lambda a, b: StrictLessThan(a, b, evaluate=False),
    "!=": lambda a, b: Inequality(a, b, evaluate=False),
}


def _symbol(variable: Term) -> Any:
    name, sort = variable.args
    return Point(name) if sort == POINT else integers(name) if sort == INT else reals(name)


def _open_variable(binder: Term) -> Term:
    """A variable to open a binder with for display in SymPy, apart from every free name."""
    sort = bound_sort_of(binder.op)
    names = {item.args[0] if type(item) is Term else item.name for item in free(binder)}
    stem = {INT: "k", POINT: "w", REAL: "s"}[sort]
    index = 0
    while (name := stem + (str(index) if index else "")) in names or _mentions(binder.args[-1], name):
        index += 1
    return make("var", name, sort)


def _mentions(body: Term, name: str) -> bool:
    return any(type(arg) is Term and _mentions(arg, name) for arg in body.args) or (
        body.op == "var" and body.args[0] == name
    )


def _binder_to_sympy(expression: Term) -> Any:
    variable = _open_variable(expression)
    body = to_sympy(opened(expression, variable))
    symbol = to_sympy(variable)
    if expression.op == "Sum":
        return Sum(body, (symbol, to_sympy(expression.args[0]), to_sympy(expression.args[1])))
    return (E if expression.op == "E" else Integral01)(body, symbol)
