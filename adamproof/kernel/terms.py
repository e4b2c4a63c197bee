"""Terms and propositions: immutable, interned, nameless under binders.

Every term is made by :func:`make`, the one gate, which checks it; equal terms are the same
object, so equality is identity and no ``__eq__`` of a user is ever consulted.  Propositions are
terms of sort ``prop``.  Every term has a value in every model (docs/proof-format.md says which).
"""

from __future__ import annotations

import functools
import itertools
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, NoReturn, final

REAL, INT, POINT, PROP = "real", "int", "point", "prop"
VARIABLE_SORTS = (REAL, INT, POINT)

MAX_DEPTH = 100  # keeps every recursion in the kernel far from Python's limit
MAX_SIZE = 100_000  # nodes, counted as a tree
MAX_BITS = 13_000  # of one numerator or denominator
MAX_STEPS = 1_000_000  # elementary steps of one rule application

# Operators with a fixed signature: (sorts of the arguments, sort of the result).
SIGNATURES: dict[str, tuple[tuple[str, ...], str]] = {
    "inv": ((REAL,), REAL),
    "sqrt": ((REAL,), REAL),
    "abs": ((REAL,), REAL),
    "sign": ((REAL,), REAL),
    "ln": ((REAL,), REAL),
    "pow": ((REAL, INT), REAL),
    "rpow": ((REAL, REAL), REAL),
    "==": ((REAL, REAL), PROP),
    "<=": ((REAL, REAL), PROP),
    "<": ((REAL, REAL), PROP),
    "!=": ((REAL, REAL), PROP),
    "implies": ((PROP, PROP), PROP),
    "real": ((INT,), REAL),  # an integer variable seen as a real; `as_real` pushes it to the leaves
    "Integrable": ((REAL,), PROP),
}
RELATIONS = ("==", "<=", "<", "!=")
LITERALS: dict[str, tuple[type[Fraction | int], str]] = {"rat": (Fraction, REAL), "int": (int, INT)}
# Binders: (sorts of the arguments before the body, sort of the bound variable).
BINDERS: dict[str, tuple[tuple[str, ...], str]] = {
    "Sum": ((INT, INT), INT),  # Sum(lo, hi, body); 0 when hi < lo
    "E": ((), POINT),  # expectation over a sample point
    "Integral01": ((), REAL),  # integral over 0 <= s <= 1
}
QUANTIFIERS = {f"forall_{sort}": sort for sort in VARIABLE_SORTS}
RESERVED = {*SIGNATURES, *BINDERS, "forall", "int", "point", "prop"}
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")


class Refusal(Exception):
    """The kernel's answer to anything it does not accept; the message says what and why."""


def refuse(message: str) -> NoReturn:
    raise Refusal(message)


_steps = 0


def reset_budget(steps: int = 0) -> int:
    """Count steps anew, from so many; the steps counted until now.  Steps, unlike seconds, are the same everywhere."""
    global _steps
    spent, _steps = _steps, steps
    return spent


def spend(steps: int) -> None:
    global _steps
    _steps += steps
    if _steps > MAX_STEPS:
        refuse(f"a rule application takes more than {MAX_STEPS} steps; split it into smaller ones")


class _Frozen:
    """Immutable: attributes are set once, by this module."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__.lower()} is immutable")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__.lower()} is immutable")

    def __init_subclass__(cls) -> None:
        if cls.__base__ is not _Frozen:
            raise TypeError("terms and function symbols cannot be subclassed")


@final
class Function(_Frozen):
    """A function symbol with declared argument sorts and a real value, such as g(k) or x(t, j)."""

    __slots__ = ("name", "sorts")
    name: str
    sorts: tuple[str, ...]

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(self.sorts)})"


@final
class Term(_Frozen):
    """A term or a proposition.  ``mask`` has a bit for each bound variable that is not bound inside."""

    __slots__ = ("args", "depth", "mask", "op", "size", "sort")
    op: str
    args: tuple[Any, ...]
    sort: str
    mask: int
    depth: int
    size: int

    @property
    def loose(self) -> frozenset[tuple[int, str]]:
        """The (index, sort) of the bound variables that are not bound inside."""
        places = range(self.mask.bit_length())
        return frozenset((bit // 3, VARIABLE_SORTS[bit % 3]) for bit in places if self.mask >> bit & 1)

    def __bool__(self) -> NoReturn:
        raise TypeError("a term or proposition has no truth value; was `a <= b <= c` meant as two statements?")

    def __repr__(self) -> str:
        """The raw tree, cut short: for debugging.  What people read is written by `text.show`."""
        return f"{self.op}({', '.join(f'{arg!r:.60}' for arg in self.args[:4])}{', ...' * (len(self.args) > 4)})"


_functions: dict[tuple[str, tuple[str, ...]], Function] = {}
_terms: dict[tuple[Any, ...], Term] = {}
_free: dict[Term, frozenset[Any]] = {}
_fresh = itertools.count()


def _set(made: object, **values: object) -> None:
    for name, value in values.items():
        object.__setattr__(made, name, value)


def _check_name(name: object) -> None:
    if type(name) is not str or not NAME.fullmatch(name):
        refuse(f"{name!r:.80} is not a name (letters, digits and underscores, at most 64)")
    if name in RESERVED:
        refuse(f"the name {name} is reserved")


def function(name: str, sorts: Iterable[str]) -> Function:
    """The function symbol of this name and these argument sorts."""
    sorts = tuple(sorts)
    _check_name(name)
    if not sorts or any(type(s) is not str or s not in VARIABLE_SORTS for s in sorts):
        refuse(f"function {name} needs argument sorts among {', '.join(VARIABLE_SORTS)}")
    if (name, sorts) not in _functions:
        symbol = _functions[name, sorts] = object.__new__(Function)
        _set(symbol, name=name, sorts=sorts)
    return _functions[name, sorts]


def is_term(value: object, sort: str | None = None) -> bool:
    """Whether value is a genuine term (no subclass, no look-alike), of the given sort if one is named."""
    return type(value) is Term and sort in (None, value.sort)


def make(op: str, *args: Any) -> Term:
    """The term op(args), checked; the only way to make one.  Raises Refusal when it is not well formed."""
    if type(op) is not str:
        refuse(f"there is no operator {op!r:.40}")
    if op in LITERALS:
        kind, sort = LITERALS[op]
        if len(args) != 1 or type(args[0]) is not kind:
            refuse(f"a literal {op} must be one exact {kind.__name__}")
        check_bits(args[0])
    elif op in ("var", "bound"):
        if len(args) != 2 or type(args[1]) is not str or args[1] not in VARIABLE_SORTS:
            refuse(f"{op} needs a sort among {', '.join(VARIABLE_SORTS)}")
        if op == "var":
            _check_name(args[0])
        elif type(args[0]) is not int or not 0 <= args[0] < MAX_DEPTH:
            refuse("a bound variable needs an index")
        sort = args[1]
    elif op in ("add", "mul"):
        if len(args) < 2 or type(args[0]) is not Term or args[0].sort not in (REAL, INT):
            refuse(f"{op} needs at least two real or two integer terms")
        sort = args[0].sort
        _need(op, args, (sort,) * len(args))
    elif op == "app":
        sort = REAL
        if not args or type(args[0]) is not Function:
            refuse("an application needs a function symbol")
        _need(args[0].name, args[1:], args[0].sorts)
    elif op in SIGNATURES:
        wanted, sort = SIGNATURES[op]
        _need(op, args, wanted)
        if op == "real" and args[0].op not in ("var", "bound"):
            refuse("real takes only an integer variable")
        if op == "Integrable" and args[0].op not in ("E", "Integral01"):
            refuse("Integrable takes an expectation or an integral")
    elif is_binder(op):
        outer, bound_sort = BINDERS.get(op) or ((), QUANTIFIERS[op])
        sort = PROP if op in QUANTIFIERS else REAL
        _need(op, args, (*outer, sort))
        if args[-1].mask & 0b111 & ~_bit(0, bound_sort):
            refuse(f"{op} binds a variable of sort {bound_sort}")
    else:
        refuse(f"there is no operator {op!r:.40}")
    mark = (op, str(args[0])) if op in LITERALS else (op, args)  # numbers can be made to share a hash, texts cannot
    if mark not in _terms:
        _terms[mark] = unchecked(op, args, sort)
    return _terms[mark]


def _need(where: str, args: tuple[Any, ...], sorts: tuple[str, ...]) -> None:
    if len(args) != len(sorts):
        refuse(f"{where} takes {len(sorts)} arguments, not {len(args)}")
    for arg, sort in zip(args, sorts, strict=True):
        if type(arg) is not Term:
            refuse(f"{where} needs terms, not {type(arg).__name__}")
        if arg.sort != sort:
            refuse(f"{where} needs an argument of sort {sort}, not {arg.sort}")


def bits(number: Fraction | int) -> int:
    if type(number) is int:
        return number.bit_length()
    return max(number.numerator.bit_length(), number.denominator.bit_length())


def work(*numbers: Fraction | int) -> int:
    """A measure of the work with long numbers: that of texts, products and common divisors grows like a square."""
    words = sum(map(bits, numbers)) // 64
    return words + words * words // 64


def check_bits(number: Fraction | int) -> None:
    if bits(number) > MAX_BITS:
        refuse(f"a number has more than {MAX_BITS} bits")


def _bit(index: int, sort: str) -> int:
    return 1 << 3 * index + VARIABLE_SORTS.index(sort)


def unchecked(op: str, args: tuple[Any, ...], sort: str) -> Term:
    """A new term, of which only the size is checked: for `make` and `fresh`, and terms that no rule gets to see."""
    children = [arg for arg in args if type(arg) is Term]
    masks = [child.mask for child in children]
    if is_binder(op):
        masks[-1] >>= 3
    mask = _bit(*args) if op == "bound" else functools.reduce(operator.or_, masks, 0)
    depth = 1 + max((child.depth for child in children), default=0)
    size = 1 + sum(child.size for child in children)
    if depth > MAX_DEPTH:
        refuse(f"a term is nested more than {MAX_DEPTH} levels deep")
    if size > MAX_SIZE:
        refuse(f"a term has more than {MAX_SIZE} nodes")
    term = object.__new__(Term)
    _set(term, op=op, args=args, sort=sort, mask=mask, depth=depth, size=size)
    return term


def forget() -> None:
    """Forget what has been computed about terms: what a file costs must not depend on what was read before it."""
    _free.clear()


def is_binder(op: str) -> bool:
    return op in BINDERS or op in QUANTIFIERS


def number(value: Fraction | int) -> Term:
    """The real literal of an exact rational."""
    if type(value) not in (int, Fraction):
        refuse(f"{value!r:.40} is not an exact number")
    return make("rat", Fraction(value))


def as_real(term: Term) -> Term:
    """An integer term as a real one: the hidden coercion, pushed to the leaves."""
    spend(1 + (work(term.args[0]) if term.op == "int" else 0))
    if term.op == "int":
        return make("rat", Fraction(term.args[0]))
    if term.op in ("var", "bound"):
        return make("real", term)
    return make(term.op, *(as_real(arg) for arg in term.args))


def minus(a: Term, b: Term) -> Term:
    """a - b, for two real or two integer terms."""
    if b.op in ("rat", "int"):
        return make("add", a, make(b.op, -b.args[0]))
    return make("add", a, make("mul", number(-1) if b.sort == REAL else make("int", -1), b))


def free(term: Term) -> frozenset[Any]:
    """The free variables (terms) and function symbols of a term."""
    found = _free.get(term)
    if found is None:
        parts = [free(arg) for arg in term.args if type(arg) is Term]
        own = {term} if term.op == "var" else {term.args[0]} if term.op == "app" else set()
        union = frozenset(own).union(*parts)
        spend(1 + sum(map(len, parts)))
        found = _free[term] = next((part for part in parts if len(part) == len(union)), union)  # shared: less memory
    return found


def fresh(sort: str) -> Term:
    """A globally new variable with a name that users cannot write: what binders are opened with."""
    return unchecked("var", (f"#{next(_fresh)}", sort), sort)


def _map_bound(term: Term, change: Callable[[Term, int], Term], same: Any, level: int = 0) -> Term:
    """Rebuild term; change(leaf, level) may replace leaves, level counting the binders above them.

    Where same(part, level), no leaf of a part is replaced, and it is kept as it is.
    """
    spend(1)
    if same(term, level):
        return term
    if term.op in ("var", "bound"):
        return change(term, level)
    args = []
    for position, arg in enumerate(term.args):
        if type(arg) is not Term:
            args.append(arg)
        else:
            inside = is_binder(term.op) and position == len(term.args) - 1
            args.append(_map_bound(arg, change, same, level + inside))
    return as_real(args[0]) if term.op == "real" else make(term.op, *args)


def opened(binder: Term, value: Term) -> Term:
    """The body of a binder at a value: a closed term of the bound variable's sort."""

    def change(leaf: Term, level: int) -> Term:
        return value if leaf.op == "bound" and leaf.args[0] == level else leaf

    return _map_bound(binder.args[-1], change, lambda part, level: not part.mask >> 3 * level & 0b111)


def bound_sort_of(op: str) -> str:
    return BINDERS[op][1] if op in BINDERS else QUANTIFIERS[op]


def bind(op: str, variable: Term, *args: Term) -> Term:
    """The binder op over the last argument, with the variable made nameless in it."""

    def change(leaf: Term, level: int) -> Term:
        return make("bound", level, variable.sort) if leaf is variable else leaf

    return make(op, *args[:-1], _map_bound(args[-1], change, lambda part, _: variable not in free(part)))


FunctionBody = tuple[tuple[Term, ...], Term]


def substitute(
    term: Term, variables: Mapping[Term, Term], functions: Mapping[Function, FunctionBody] | None = None
) -> Term:
    """Replace free variables and function symbols, all at once and without capture.

    A binder is entered only by opening it with a fresh variable, so an argument that mentions a bound
    variable can never be caught by a binder inside a function's body.
    """
    functions = functions or {}
    touched = {*variables, *functions}
    spend(len(touched))

    def go(node: Term) -> Term:
        spend(1 + min(len(touched), len(free(node))))
        if touched.isdisjoint(free(node)):
            return node
        if node.op == "var":
            return variables[node]
        if is_binder(node.op):
            variable = fresh(bound_sort_of(node.op))
            return bind(node.op, variable, *(go(arg) for arg in node.args[:-1]), go(opened(node, variable)))
        args = [go(arg) if type(arg) is Term else arg for arg in node.args]
        if node.op == "app" and node.args[0] in functions:
            parameters, body = functions[node.args[0]]
            return substitute(body, dict(zip(parameters, args[1:], strict=True)))
        return as_real(args[0]) if node.op == "real" else make(node.op, *args)

    return go(term)
