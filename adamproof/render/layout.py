"""The one traversal behind every notation; a Style says how the pieces look.

A piece of text carries how tightly it binds, and whoever uses it says how tightly it must; parentheses
appear where it does not suffice.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from ..kernel.terms import (
    BINDERS,
    INT,
    QUANTIFIERS,
    RELATIONS,
    Function,
    Term,
    bound_sort_of,
    free,
    make,
    minus,
    number,
)
from ..kernel.text import POOLS

# Binding strength, loosest first.  PREFIXED is an operator such as a summation sign, which takes in the whole
# product to its right: it needs parentheses as a factor unless it is the last one.  FRACTION is a/b in one line.
IMPLIES, RELATION, SUM, PREFIXED, FRACTION, PRODUCT, POWER, TIGHT = range(8)
Piece = tuple[str, int]
EXTREMES = ("max", "min")
HALF, MINUS = number(Fraction(1, 2)), number(-1)


@dataclass(frozen=True)
class Style:
    """How the pieces of a formula look.  The callables take finished text.

    symbols: the operators "==", "<=", "<", "!=", "implies", "plus", "minus", and the sets that the sorts "int",
        "real", "point" stand for.
    number: a literal, from its digits; negative: a text with the sign minus before it.
    names: how particular names are written; other_name writes the rest.
    fraction(numerator, denominator), how tightly it binds, and how tightly its two parts must.
    collect: whether all inverses of a product go into one fraction (else each where it stands).
    times(left, right): a product.
    power(base, exponent): exponent is text, or an int when it is a literal; exponent_strength for the text.
    index(name, indices), call(name, arguments), root, absolute, sign, logarithm (of a text).
    summation(variable, low, high, body), expectation(variable, body), integral(variable, body),
        integrable(binder), forall(variable, set, body).
    norm: of a vector, from the text of one; None where the root of a sum of squares is written as that.
    """

    symbols: Mapping[str, str]
    number: Callable[[str], str]
    negative: Callable[[str], str]
    names: Mapping[str, str]
    other_name: Callable[[str], str]
    group: Callable[[str], str]
    fraction: Callable[[str, str], str]
    fraction_strength: int
    fraction_parts: tuple[int, int]
    collect: bool
    times: Callable[[str, str], str]
    power: Callable[[str, str | int], str]
    exponent_strength: int
    index: Callable[[str, list[str]], str]
    call: Callable[[str, list[str]], str]
    root: Callable[[str], str]
    absolute: Callable[[str], str]
    sign: Callable[[str], str]
    logarithm: Callable[[str], str]
    summation: Callable[[str, str, str, str], str]
    expectation: Callable[[str, str], str]
    integral: Callable[[str, str], str]
    integrable: Callable[[str], str]
    forall: Callable[[str, str, str], str]
    norm: Callable[[str], str] | None = None


def layout(terms: Sequence[Term], style: Style, names: Mapping[str, str] | None = None) -> list[str]:
    """The texts of terms or propositions that are read side by side.  names, if given, replaces the style's own table.

    Raises ValueError when two names in sight would be written alike.
    """
    whole = Layout(terms, style, style.names if names is None else names)
    return [whole.piece(term, ())[0] for term in terms]


def told_apart(terms: Sequence[Term], style: Style) -> bool:
    """Whether all names in terms that are read side by side are written differently in a style."""
    try:
        Layout(terms, style, style.names)
    except ValueError:
        return False
    return True


class Layout:
    """The texts of terms that are read side by side."""

    def __init__(self, terms: Sequence[Term], style: Style, names: Mapping[str, str]) -> None:
        self.style = style
        symbols = {symbol for term in terms for symbol in free(term)}
        self.used = {symbol.name if type(symbol) is Function else symbol.args[0] for symbol in symbols}
        self.written = {name: names.get(name) or style.other_name(name) for name in sorted(self.used)}
        if len(set(self.written.values())) < len(self.written):
            raise ValueError(f"two of the names {', '.join(self.written)} look alike in print")
        if self.used.intersection(EXTREMES) and any(map(_has_extreme, terms)):
            raise ValueError("max or min could be read as the name of something else")
        if any(type(symbol) is Function for symbol in symbols) or any(map(_binds, terms)):
            for name in self.used:
                if "_" in name and style.other_name(name) == name:
                    raise ValueError(f"{name} could be read as a name with an index")
        # x(1) is written with an index, except beside a variable x1, from which it could not be told.
        self.stems = {re.sub(r"\d+$", "", name) for name in self.used if name[-1].isdigit()}

    def piece(self, term: Term, bound: tuple[str, ...]) -> Piece:
        """The text of a term and how tightly it binds; bound holds the open binders' names, innermost first."""
        op, args, style = term.op, term.args, self.style
        if op in ("rat", "int"):
            return self.number(Fraction(args[0]))
        if op == "var":
            return self.written[args[0]], TIGHT
        if op == "bound":
            return bound[args[0]], TIGHT
        if op == "real":
            return self.piece(args[0], bound)
        if op == "add":
            return self._sum(term, bound), SUM
        if op == "mul":
            found = extreme(term)
            return self._product(term, bound) if found is None else (self._extreme(*found, bound), TIGHT)
        if op == "inv":
            return self._factors([], [term], bound)
        if op in ("pow", "rpow"):
            return style.power(self.text(args[0], TIGHT, bound), self._exponent(args[1], bound)), POWER
        if op == "app":
            return self._application(term, bound), TIGHT
        if op in RELATIONS:
            left, right = (self.text(arg, SUM, bound) for arg in args)
            return f"{left} {style.symbols[op]} {right}", RELATION
        if op == "implies":
            left, right = self.text(args[0], RELATION, bound), self.text(args[1], IMPLIES, bound)
            return f"{left} {style.symbols[op]} {right}", IMPLIES
        if op == "sqrt" and style.norm is not None and (vector := _vector(args[0])) is not None:
            return style.norm(self._application(vector, ("", *bound))), TIGHT
        if op == "Integrable":
            return style.integrable(self.text(args[0], SUM, bound)), RELATION
        if op in BINDERS or op in QUANTIFIERS:
            return self._binder(term, bound)
        # a head written like a function; sqrt(x)^2 needs parentheses, |x|^2 does not
        write = {"sqrt": style.root, "abs": style.absolute, "sign": style.sign, "ln": style.logarithm}[op]
        return write(self.text(args[0], SUM, bound)), TIGHT if op == "abs" else POWER

    def text(self, term: Term, least: int, bound: tuple[str, ...]) -> str:
        """The text of a term, in parentheses when it binds less tightly than that."""
        return self.grouped(self.piece(term, bound), least)

    def grouped(self, piece: Piece, least: int) -> str:
        return piece[0] if piece[1] >= least else self.style.group(piece[0])

    def number(self, value: Fraction) -> Piece:
        top, bottom = self.style.number(str(abs(value.numerator))), self.style.number(str(value.denominator))
        text, strength = top, TIGHT
        if value.denominator != 1:
            text, strength = self.style.fraction(top, bottom), self.style.fraction_strength
        return (self.style.negative(text), SUM) if value < 0 else (text, strength)

    def _sum(self, term: Term, bound: tuple[str, ...]) -> str:
        text = ""
        for part in flat(term, "add"):
            negative, (summand, strength) = self._signed(part, bound)
            summand = self.grouped((summand, strength), PREFIXED)
            if text:
                text += f" {self.style.symbols['minus' if negative else 'plus']} {summand}"
            else:
                text = self.style.negative(summand) if negative else summand
        return text

    def _signed(self, term: Term, bound: tuple[str, ...]) -> tuple[bool, Piece]:
        """A summand without its sign: -3, -1*x and -3*x are written with a minus in front."""
        factors = list(flat(term, "mul"))
        if is_negative(factors[0]):
            size = -Fraction(factors[0].args[0])
            leading = [] if size == 1 and len(factors) > 1 else [self.number(size)]
            return True, self._factors(leading, factors[1:], bound)
        return False, self.piece(term, bound) if len(factors) == 1 else self._factors([], factors, bound)

    def _product(self, term: Term, bound: tuple[str, ...]) -> Piece:
        negative, piece = self._signed(term, bound)
        return (self.style.negative(self.grouped(piece, PREFIXED)), SUM) if negative else piece

    def _extreme(self, name: str, x: Term, y: Term, bound: tuple[str, ...]) -> str:
        return self.style.call(self.style.other_name(name), [self.text(arg, SUM, bound) for arg in (x, y)])

    def _factors(self, leading: list[Piece], factors: list[Term], bound: tuple[str, ...]) -> Piece:
        """A product of pieces and terms, inverses as denominators of what stands to their left (or of all)."""
        above, below = list(leading), list[Piece]()
        for factor in factors:
            if factor.op == "inv":
                below += self.denominators(factor.args[0], bound)
                continue
            if below and not self.style.collect:
                above, below = [self.fraction(above, below)], []
            above.append(self.piece(factor, bound))
        return self.fraction(above, below) if below else self.times(above)

    def denominators(self, term: Term, bound: tuple[str, ...]) -> list[Piece]:
        """The factors of a denominator; one that has a sign or denominators of its own is kept in one piece."""
        factors = list(flat(term, "mul"))
        whole = is_negative(factors[0]) or any(factor.op == "inv" for factor in factors)
        return [self.piece(part, bound) for part in ([term] if whole else factors)]

    def fraction(self, above: list[Piece], below: list[Piece]) -> Piece:
        top_strength, bottom_strength = self.style.fraction_parts
        top = self.grouped(self.times(above) if above else (self.style.number("1"), TIGHT), top_strength)
        bottom = self.grouped(self.times(below), bottom_strength)
        return self.style.fraction(top, bottom), self.style.fraction_strength

    def times(self, pieces: list[Piece]) -> Piece:
        if len(pieces) == 1:
            return pieces[0]
        *front, last = pieces
        text = self.grouped(front[0], POWER)
        for piece in front[1:]:
            text = self.style.times(text, self.grouped(piece, POWER))
        if last[1] == PREFIXED:
            return self.style.times(text, last[0]), PREFIXED
        return self.style.times(text, self.grouped(last, POWER)), PRODUCT

    def _exponent(self, exponent: Term, bound: tuple[str, ...]) -> str | int:
        if exponent.op in ("rat", "int") and exponent.args[0].denominator == 1:
            return int(exponent.args[0])
        return self.text(exponent, self.style.exponent_strength, bound)

    def _application(self, term: Term, bound: tuple[str, ...]) -> str:
        """Leading integer arguments as indices, the others in parentheses: g_{t,j}(w)."""
        symbol: Function = term.args[0]
        name, split = self.written[symbol.name], 0
        if symbol.name not in self.stems:
            split = next((i for i, sort in enumerate(symbol.sorts) if sort != INT), len(symbol.sorts))
        arguments = [self.text(arg, SUM, bound) for arg in term.args[1:]]
        if "" in arguments:  # the coordinate of a vector, which is not written
            split -= arguments.index("") < split
            arguments.remove("")
        text = self.style.index(name, arguments[:split]) if split else name
        return self.style.call(text, arguments[split:]) if arguments[split:] else text

    def _binder(self, term: Term, bound: tuple[str, ...]) -> Piece:
        style, name, body = self.style, self.bound_name(term, bound), term.args[-1]
        inner = (name, *bound)
        if term.op in QUANTIFIERS:
            domain = style.symbols[bound_sort_of(term.op)]
            return style.forall(name, domain, self.text(body, IMPLIES, inner)), IMPLIES
        if term.op == "Sum":
            low, high = (self.text(arg, SUM, bound) for arg in term.args[:2])
            return style.summation(name, low, high, self.text(body, PREFIXED, inner)), PREFIXED
        if term.op == "E":
            return style.expectation(name, self.text(body, SUM, inner)), TIGHT
        return style.integral(name, self.text(body, PREFIXED, inner)), PREFIXED

    def bound_name(self, term: Term, bound: tuple[str, ...]) -> str:
        """How the variable that a binder binds is written."""
        other_name = self.style.other_name
        taken = {*self.used, *self.written.values(), *bound}
        return next(
            other_name(name) for name in _pool(bound_sort_of(term.op)) if taken.isdisjoint((name, other_name(name)))
        )


def extreme(term: Term) -> tuple[str, Term, Term] | None:
    """("max", x, y) where a term is (x + y + |x - y|)/2, ("min", x, y) where it is (x + y - |x - y|)/2."""
    if term.op != "mul" or len(term.args) != 2 or term.args[0] is not HALF:
        return None
    whole = term.args[1]
    if whole.op != "add" or len(whole.args) != 3:
        return None
    x, y, size = whole.args
    gap = make("abs", minus(x, y))
    name = "max" if size is gap else "min" if size is make("mul", MINUS, gap) else ""
    return (name, x, y) if name else None


def _has_extreme(term: Term) -> bool:
    return extreme(term) is not None or any(type(arg) is Term and _has_extreme(arg) for arg in term.args)


def _vector(term: Term) -> Term | None:
    """A coordinate of f where a term is the sum of the squares of f's coordinates 1, ..., d: of f(t, i), say."""
    if term.op != "Sum" or term.args[0].args[0] != 1 or term.args[1].op not in ("var", "bound"):
        return None
    body, coordinate = term.args[2], make("bound", 0, INT)
    if body.op != "pow" or body.args[1].args[0] != 2 or body.args[0].op != "app":
        return None
    inner: Term = body.args[0]
    others = [arg for arg in inner.args[1:] if arg is not coordinate]
    return inner if len(others) == len(inner.args) - 2 and not any(arg.mask & 0b111 for arg in others) else None


def _binds(term: Term) -> bool:
    """Whether there is a binder in a term: its variable may turn up as an index."""
    bound = term.op in BINDERS or term.op in QUANTIFIERS
    return bound or any(type(arg) is Term and _binds(arg) for arg in term.args)


def flat(term: Term, op: str) -> Iterator[Term]:
    """The operands of nested sums or products, in order; a*(-b) keeps its second factor, sign and all.

    max and min are one operand each.
    """
    if term.op != op or (op == "mul" and extreme(term)):
        yield term
        return
    for position, arg in enumerate(term.args):
        if position and arg.op == op == "mul" and is_negative(next(flat(arg, op))):
            yield arg
        else:
            yield from flat(arg, op)


def is_negative(term: Term) -> bool:
    return term.op in ("rat", "int") and bool(term.args[0] < 0)


def _pool(sort: str) -> Iterator[str]:
    """Names for a bound variable, the same ones in the same order as the kernel's text: k, i, ..., k1, i1, ..."""
    for round_number in count():
        for name in POOLS[sort]:
            yield f"{name}{round_number}" if round_number else name
