"""Long formulas in MathML as pieces between which a line may end: at relations, signs of sums, factors, brackets.

A page puts pieces beside each other as far as they fit, so that one text serves every width.  The terms of a sum that
is longer than ROW begin a row each.  A piece is as wide as WIDE or less where the formula can be taken apart at all;
what cannot (a root, an index) stays whole, and whoever shows it makes it smaller.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from ..kernel.terms import BINDERS, QUANTIFIERS, RELATIONS, Term, bound_sort_of
from .layout import IMPLIES, POWER, PREFIXED, PRODUCT, RELATION, SUM, TIGHT, Layout, Style, extreme, flat, is_negative
from .mathml import STYLE, TALL

WIDE, ROW = 18.0, 42.0  # em
FEW, MANY = 14, 60  # signs: a formula of no more is never as wide as WIDE, one of more is taken to be as wide as ROW
DOT = '<mo form="infix">·</mo>'  # at the beginning of a piece


@dataclass(frozen=True)
class Piece:
    """A part of a formula: its MathML, and whether it begins a row."""

    text: str
    begins: bool = False

    @property
    def width(self) -> float:
        return width(self.text)

    def is_wider(self, limit: float) -> bool:
        return _wider(self.text, limit)


def in_pieces(terms: Sequence[Term], style: Style = STYLE) -> list[list[list[Piece]]]:
    """Of each of several terms that are read together the rows, and in these the pieces.

    Raises ValueError as `show` does.
    """
    whole = _Pieces(terms, style)
    return [_in_rows(whole.pieces(term, IMPLIES, ())) for term in terms]


def _in_rows(pieces: Sequence[Piece]) -> list[list[Piece]]:
    rows: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.begins and rows[-1]:
            rows.append([])
        rows[-1].append(piece)
    return rows


class _Pieces(Layout):
    def __init__(self, terms: Sequence[Term], style: Style) -> None:
        super().__init__(terms, style, style.names)
        self._known: dict[tuple[Term, tuple[str, ...]], tuple[str, int]] = {}

    def piece(self, term: Term, bound: tuple[str, ...]) -> tuple[str, int]:
        known = self._known.get((term, bound))
        if known is None:
            known = self._known[term, bound] = super().piece(term, bound)
        return known

    def pieces(self, term: Term, least: int, bound: tuple[str, ...]) -> list[Piece]:
        """A term in pieces, in parentheses when it binds less tightly than that."""
        whole = self.piece(term, bound)
        if not _is_wide(whole[0]):
            return [Piece(self.grouped(whole, least))]
        found = self._parted(term, bound)
        if found is None:
            return [Piece(self.grouped(whole, least))]
        return found if whole[1] >= least else _fenced("(", found, ")")

    def _parted(self, term: Term, bound: tuple[str, ...]) -> list[Piece] | None:
        """The pieces of a term that is too wide; None if it cannot be taken apart."""
        op, args = term.op, term.args
        if op in RELATIONS:
            left, right = self.pieces(args[0], SUM, bound), self.pieces(args[1], SUM, bound)
            first, *rest = _led(_infix(self.style.symbols[op]), right)
            return [*left, replace(first, begins=first.begins or any(piece.begins for piece in left)), *rest]
        if op == "implies":
            left, right = self.pieces(args[0], RELATION, bound), self.pieces(args[1], IMPLIES, bound)
            return [*_ended(left, _infix(self.style.symbols[op])), *right]
        if op == "Integrable":
            return [*self.pieces(args[0], SUM, bound), Piece(self.style.integrable(""))]
        if op == "add":
            return self._sum_parted(term, bound)
        if op == "mul":
            return None if extreme(term) else self._product_parted(term, bound)
        if op in QUANTIFIERS or op in BINDERS:
            return self._binder_parted(term, bound)
        if op == "abs":
            return _fenced("|", self.pieces(args[0], SUM, bound), "|")
        if op in ("pow", "rpow") and self.piece(args[0], bound)[1] < TIGHT:
            power = self.style.power("", self._exponent(args[1], bound))
            return _fenced("(", self.pieces(args[0], SUM, bound), ")", power)
        return None

    def _sum_parted(self, term: Term, bound: tuple[str, ...]) -> list[Piece]:
        """Each term with its sign before it; in a row of its own if the whole is long."""
        found: list[Piece] = []
        begins = _wider(self.piece(term, bound)[0], ROW)
        for part in flat(term, "add"):
            negative, pieces = self._term_parted(part, bound)
            if found:
                pieces = _led(_infix(self.style.symbols["minus" if negative else "plus"]), pieces)
            elif negative:
                pieces = _led(self.style.negative(""), pieces)
            found += [replace(pieces[0], begins=begins), *pieces[1:]]
        return found

    def _term_parted(self, part: Term, bound: tuple[str, ...]) -> tuple[bool, list[Piece]]:
        """Whether a term of a sum is written with a minus, and what stands behind the sign."""
        negative, piece = self._signed(part, bound)
        if not _is_wide(piece[0]):
            return negative, [Piece(self.grouped(piece, PREFIXED))]
        if not negative:
            return False, self.pieces(part, PREFIXED, bound)
        return True, self._factors_parted(*self._unsigned(part), bound)

    def _unsigned(self, term: Term) -> tuple[list[tuple[str, int]], list[Term]]:
        """A product without its minus: the number before it (unless 1), and its factors."""
        first, *rest = flat(term, "mul")
        if not is_negative(first):
            return [], [first, *rest]
        size = -Fraction(first.args[0])
        return ([] if size == 1 and rest else [self.number(size)]), rest

    def _product_parted(self, term: Term, bound: tuple[str, ...]) -> list[Piece]:
        leading, factors = self._unsigned(term)
        found = self._factors_parted(leading, factors, bound)
        negative = is_negative(next(flat(term, "mul")))
        return _led(self.style.negative(""), found) if negative else found

    def _factors_parted(
        self, leading: list[tuple[str, int]], factors: Sequence[Term], bound: tuple[str, ...]
    ) -> list[Piece]:
        """What is narrow as one product or fraction, then the wide factors, what takes in all behind it at the end."""
        narrow, below, wide = list(leading), list[tuple[str, int]](), list[Term]()
        for factor in factors:
            if factor.op == "inv":
                below += self.denominators(factor.args[0], bound)
            elif _wider(self.piece(factor, bound)[0], WIDE / 2):
                wide.append(factor)
            else:
                narrow.append(self.piece(factor, bound))
        narrow.sort(key=lambda piece: piece[1] == PREFIXED)
        wide.sort(key=lambda factor: self.piece(factor, bound)[1] == PREFIXED)
        found: list[Piece] = []
        for group in _groups(narrow) or ([[]] if below else []):
            whole = self.times(group) if found or not below else self.fraction(group, below)
            text = self.grouped(whole, PRODUCT if wide or len(group) < len(narrow) else PREFIXED)
            found.append(Piece(f"{DOT}{text}" if found else text))
        for place, factor in enumerate(wide):
            last = place == len(wide) - 1 and self.piece(factor, bound)[1] == PREFIXED
            pieces = self.pieces(factor, PREFIXED if last else POWER, bound)
            found += _led(DOT, pieces) if found else pieces
        return found

    def _binder_parted(self, term: Term, bound: tuple[str, ...]) -> list[Piece]:
        style, name, body = self.style, self.bound_name(term, bound), term.args[-1]
        inner = (name, *bound)
        if term.op in QUANTIFIERS:
            head = style.forall(name, style.symbols[bound_sort_of(term.op)], "")
            return [Piece(head), *self.pieces(body, IMPLIES, inner)]
        if term.op == "Sum":
            low, high = (self.text(arg, SUM, bound) for arg in term.args[:2])
            return _led(style.summation(name, low, high, ""), self.pieces(body, PREFIXED, inner))
        if term.op == "E":
            head, _, _ = style.expectation(name, "").partition('<mrow><mo stretchy="false">[')
            return _led(head, _fenced("[", self.pieces(body, SUM, inner), "]"))
        head, _, end = style.integral(name, "\0").partition("\0")
        return _ended(
            _led(head.removesuffix("<mrow>"), self.pieces(body, PREFIXED, inner)), end.removeprefix("</mrow>")
        )


def _groups(factors: Sequence[tuple[str, int]]) -> list[list[tuple[str, int]]]:
    """Factors in groups that are not wide."""
    groups: list[list[tuple[str, int]]] = []
    room = 0.0
    for factor in factors:
        size = width(factor[0])
        if not groups or size > room:
            groups.append([])
            room = WIDE
        groups[-1].append(factor)
        room -= size
    return groups


# --- putting pieces together --------------------------------------------------------------------


def _infix(sign: str) -> str:
    """An operator at the end of a piece, with the space of one between two operands."""
    return sign.replace("<mo>", '<mo form="infix">')


def _led(head: str, pieces: Sequence[Piece]) -> list[Piece]:
    first, *rest = pieces
    return [replace(first, text=head + first.text), *rest]


def _ended(pieces: Sequence[Piece], end: str) -> list[Piece]:
    *front, last = pieces
    return [*front, replace(last, text=last.text + end)]


def _fenced(left: str, pieces: Sequence[Piece], right: str, power: str = "") -> list[Piece]:
    """Pieces in brackets, which are as high at both ends; power: an exponent on an empty base."""
    size = ' minsize="2.4em"' if any(mark in piece.text for piece in pieces for mark in TALL) else ' stretchy="false"'
    opening, closing = (f'<mo form="{form}"{size}>{mark}</mo>' for form, mark in (("prefix", left), ("postfix", right)))
    return _ended(_led(opening, pieces), power.replace("<mrow></mrow>", closing, 1) if power else closing)


# --- how wide a formula is ----------------------------------------------------------------------

TOKEN = re.compile(r"<(/?)(m\w+)[^>]*>([^<]*)")
LETTER, OPERATOR, SCRIPT, MARGIN = 0.66, 1.5, 0.75, 1.1  # em, in the widest of the fonts
NARROW = {
    "\u2061": 0.0,
    "\u2062": 0.17,
    ",": 0.6,
    "·": 0.8,
    **dict.fromkeys("()|‖", 0.5),
    **dict.fromkeys("[]", 0.8),
    ":": 0.9,
}


def _is_wide(text: str) -> bool:
    return _wider(text, WIDE)


def _wider(text: str, limit: float) -> bool:
    signs = sum(map(text.count, ("<mi", "<mn", "<mo>", "<mo ")))
    return signs > MANY or (signs > FEW * limit / WIDE and width(text) > limit)


@lru_cache(maxsize=50_000)
def width(text: str) -> float:
    """About how wide a text in MathML is, in em: rather more than less."""
    open_: list[list[float]] = [[]]
    fractions = 0
    for found in TOKEN.finditer(text):
        closing, name, inside = found.groups()
        fractions += (name == "mfrac") * (-1 if closing else 1)
        if not closing:
            open_.append([])
            if name in ("mi", "mn", "mtext"):
                open_[-1].append(len(inside) * LETTER)
            elif name == "mo":
                open_[-1].append(NARROW.get(inside, OPERATOR))
            elif name == "mspace":
                open_[-1].append(0.17)
        else:
            parts = open_.pop()
            open_[-1].append(_joined("msubsup" if name == "munderover" and fractions else name, parts))
    return sum(open_[0]) * MARGIN


def _joined(name: str, parts: Sequence[float]) -> float:
    if name == "mfrac":
        return max(parts) + 0.3
    if name == "msqrt":
        return sum(parts) + 1.2
    if name in ("msub", "msup"):
        return parts[0] + SCRIPT * sum(parts[1:])
    if name == "msubsup":
        return parts[0] + SCRIPT * max(parts[1:])
    if name == "munderover":
        return max(parts[0], SCRIPT * max(parts[1:]))
    return sum(parts)


__all__ = ["Piece", "in_pieces", "width"]
