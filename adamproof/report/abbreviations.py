"""Statements in fewer signs: R, sigma and L for what the theorem has in their place, norms as such.

What the letters stand for is read off the theorem that the kernel has verified; nothing is abbreviated without it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..bounds.theorems.compiled import theorem
from ..claims.evidence import State
from ..claims.verdicts import ClaimVerdict
from ..kernel.terms import Function, Term, free, make
from ..kernel.text import POOLS
from ..render.layout import flat
from ..render.mathml import STYLE

THEOREM, MAGNITUDE = ("main-theorem", "Adam"), ("update-magnitude", "by an invariant")
NOISE, SMOOTH = {"s0", "s1"}, {"L0", "L1"}  # the constants that stand in sigma and in L
COUNTS = {"T"}  # it is in every mean, whatever the term
OUTCOMES = {STYLE.other_name(name) for name in POOLS["point"]}
WITHOUT_INDEX = ("<msub><mi>𝔼</mi><mrow></mrow></msub>", "<mi>𝔼</mi>")


def _call(name: str, arguments: Sequence[str]) -> str:
    """An application without the sample point, which is the same everywhere."""
    rest = [argument for argument in arguments if argument not in OUTCOMES]
    return STYLE.call(name, rest) if rest else name


SHORT = replace(
    STYLE,
    call=_call,
    expectation=lambda _, body: STYLE.expectation("", body).replace(*WITHOUT_INDEX, 1),
    norm=lambda text: STYLE.absolute(text).replace(">|<", ">‖<"),
)
NORM = "‖a‖ is the square root of the sum of a_i^2 over the coordinates i; expectations are over all outcomes"


@dataclass(frozen=True)
class Abbreviations:
    """proved: what the kernel has accepted, by lemma and claim."""

    proved: Mapping[tuple[str, str], Term] = field(default_factory=dict)

    @classmethod
    def of(cls, claims: Iterable[ClaimVerdict]) -> Abbreviations:
        """From the evidence for the claims."""
        pieces = (piece for entry in claims for piece in entry.verdict.evidence)
        return cls(
            {
                (piece.lemma, piece.claim): piece.term
                for piece in pieces
                if piece.state is State.PROVED and piece.term is not None
            }
        )

    @cached_property
    def theorem(self) -> tuple[Term, dict[str, Term]] | None:
        """The left side of the theorem and the terms of its bound by name; None without the theorem, or without R."""
        proved = self.proved.get(THEOREM)
        if proved is None or MAGNITUDE not in self.proved or proved.op != "<=":
            return None
        names = _named(list(flat(proved.args[1], "add")))
        return None if names is None else (proved.args[0], names)

    @cached_property
    def letters(self) -> dict[str, Term]:
        """What R, sigma and L stand for."""
        if self.theorem is None:
            return {}
        factors = [factor for term in self.theorem[1].values() for factor in flat(term, "mul")]
        found = {"R": self.proved[MAGNITUDE].args[1]}
        for letter, head, constants in (("sigma", "sqrt", NOISE), ("L", "add", SMOOTH)):
            fitting = [factor for factor in factors if factor.op == head and constants <= _variables(factor)]
            found |= {letter: fitting[0]} if len(fitting) == 1 else {}
        return found

    def shortened(self, term: Term) -> Term:
        """A statement with the letters; one that has them for something else stays as it is."""
        letters = {} if _variables(term) & {*self.letters} else self.letters
        return _Shortening(letters).of(term)


def _named(terms: Sequence[Term]) -> dict[str, Term] | None:
    """The terms by the names that the calculator has for them; its terms have the same constants."""
    symbols = {name: {symbol.name for symbol in term.free_symbols} for name, term in theorem("main").terms.items()}
    shared = set().union(*map(_variables, terms)) & set().union(*symbols.values()) - COUNTS
    by_constants = {frozenset(_variables(term) & shared): term for term in terms}
    names = {name: by_constants.get(frozenset(own & shared)) for name, own in symbols.items()}
    found = {name: term for name, term in names.items() if term is not None}
    return found if len(found) == len(symbols) == len(terms) == len(by_constants) else None


def _variables(term: Term) -> set[str]:
    return {symbol.args[0] for symbol in free(term) if type(symbol) is not Function}


class _Shortening:
    def __init__(self, letters: Mapping[str, Term]) -> None:
        self.whole = {term: _letter(name) for name, term in letters.items() if name != "R"}
        factors = list(flat(letters["R"], "mul")) if "R" in letters else []
        self.roots = [factor for factor in factors if factor.op == "inv"]  # 1/sqrt(...)
        self.others = [factor for factor in factors if factor.op != "inv"]
        self.known: dict[Term, Term] = {}

    def of(self, term: Term) -> Term:
        if term in self.whole:
            return self.whole[term]
        if term not in self.known:
            self.known[term] = self._made(term)
        return self.known[term]

    def _made(self, term: Term) -> Term:
        if term.op == "mul":
            factors = self._with_scale(list(flat(term, "mul")))
            return make("mul", *map(self.of, factors)) if len(factors) > 1 else self.of(factors[0])
        args = [self.of(arg) if type(arg) is Term else arg for arg in term.args]
        return term if all(new is old for new, old in zip(args, term.args, strict=True)) else make(term.op, *args)

    def _with_scale(self, factors: list[Term]) -> list[Term]:
        """The factors with R or its square, where all the roots of its denominator or their squares are there."""
        for power, below in ((2, [make("inv", root.args[0].args[0]) for root in self.roots]), (1, self.roots)):
            if below and all(factor in factors for factor in below):
                return self._replaced(factors, below, power)
        return factors

    def _replaced(self, factors: list[Term], below: Sequence[Term], power: int) -> list[Term]:
        rest = [factor for factor in factors if factor not in below]
        for other in (_power(other, power) for other in self.others):
            if other in rest:
                rest.remove(other)
            else:
                rest.append(make("inv", other))
        return [*rest, _power(_letter("R"), power)]


def _letter(name: str) -> Term:
    return make("var", name, "real")


def _power(term: Term, power: int) -> Term:
    return term if power == 1 else make("pow", term, make("int", power))


__all__ = ["NORM", "SHORT", "Abbreviations"]
