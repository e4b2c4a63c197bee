"""The near misses that the tool makes of a claim: one thing of it moved, the rest as it is.

They follow from the claim as it is stated, so that the process that prints makes them anew: what they state is never
what a lemma file says.  Nothing here imports SymPy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..kernel.normal import key
from ..kernel.terms import QUANTIFIERS, RELATIONS, Refusal, Term, as_real, make, reset_budget

CONSTANT, EXPONENT, STRICT, DROPPED, CLOSED = "constant", "exponent", "strict", "dropped", "closed"
KINDS = (CONSTANT, EXPONENT, STRICT, DROPPED, CLOSED)
PERCENT, SIGNS = Fraction(1, 100), ((-1, "lowered"), (1, "raised"))
MAX_CONSTANTS, MAX_EXPONENTS = 12, 8  # of a claim that are moved, the first ones
Path = tuple[int, ...]


@dataclass(frozen=True)
class Twin:
    """A claim with one thing moved.

    kind: of KINDS.  name: what is moved, and to what.  conclusion: None if it stays.  assumption: the name of the one
    that is dropped, or replaced by `instead`.
    """

    kind: str
    name: str
    conclusion: Term | None = None
    assumption: str = ""
    instead: Term | None = None

    def hypotheses(self, stated: Mapping[str, Term]) -> dict[str, Term]:
        """The assumptions of the claim with this twin's change."""
        if self.instead is not None:
            return {name: self.instead if name == self.assumption else prop for name, prop in stated.items()}
        return {name: prop for name, prop in stated.items() if name != self.assumption}


def twins(hypotheses: Mapping[str, Term], conclusion: Term) -> tuple[Twin, ...]:
    """All of them: of the conclusion, then of each assumption."""
    reset_budget()
    try:
        return (*_of_conclusion(conclusion), *_of_assumptions(hypotheses))
    except Refusal:  # too large
        return tuple(Twin(DROPPED, f'without "{name}"', assumption=name) for name in hypotheses)


def _of_conclusion(conclusion: Term) -> Iterator[Twin]:
    at, relation = _relation(conclusion)
    if relation is None:
        return
    if relation.op == "<=":
        yield Twin(STRICT, "< for <=", _replaced(conclusion, at, make("<", *relation.args)))
    moved = list(_moved(relation))
    seen, times = {key(conclusion)}, Counter[str]()
    for kind, most in ((CONSTANT, MAX_CONSTANTS), (EXPONENT, MAX_EXPONENTS)):
        for name, path, part in [entry[1:] for entry in moved if entry[0] == kind][: 2 * most]:
            made = _replaced(conclusion, (*at, *path), part)
            if key(made) not in seen:
                seen.add(key(made))
                times[name] += 1
                yield Twin(kind, f"{name} (place {times[name]})" if times[name] > 1 else name, made)


def _of_assumptions(hypotheses: Mapping[str, Term]) -> Iterator[Twin]:
    for name, prop in hypotheses.items():
        yield Twin(DROPPED, f'without "{name}"', assumption=name)
        at, relation = _relation(prop)
        if relation is not None and relation.op == "<":
            closed = _replaced(prop, at, make("<=", *relation.args))
            yield Twin(CLOSED, f'<= for < in "{name}"', assumption=name, instead=closed)


def _relation(prop: Term) -> tuple[Path, Term | None]:
    """Where the relation of a statement is, behind its quantifiers and conditions."""
    path: list[int] = []
    while prop.op in QUANTIFIERS or prop.op == "implies":
        path.append(len(prop.args) - 1)
        prop = prop.args[-1]
    return tuple(path), prop if prop.op in RELATIONS else None


def _moved(relation: Term) -> Iterator[tuple[str, str, Path, Term]]:
    """Each constant and exponent, moved up and down: (kind, name, where, what instead)."""
    for place, side in enumerate(relation.args):
        if side.op != "rat" and not _is_zero(relation.args[1 - place]):  # 0 <= x says no more than 0 <= 2 x
            for sign, word in SIGNS:
                scaled = make("mul", make("rat", 1 + sign * PERCENT), side)
                yield CONSTANT, f"the {('left', 'right')[place]} side {word} by 1 %", (place,), scaled
    for path, part, parent in _literals(relation):
        if part.op == "rat" and part.args[0] and not (part.args[0] == -1 and parent == "mul"):
            for sign, word in SIGNS:
                value = part.args[0] * (1 + sign * PERCENT)
                yield CONSTANT, f"the constant {part.args[0]} {word} to {value}", path, make("rat", value)
        elif part.op == "int" and parent == "pow" and part.args[0] > 1:
            for by in (-1, 1):
                value = part.args[0] + by
                yield EXPONENT, f"the exponent {part.args[0]} moved to {value}", path, make("int", value)


def _is_zero(term: Term) -> bool:
    return term.op == "rat" and not term.args[0]


def _literals(term: Term, path: Path = (), parent: str = "") -> Iterator[tuple[Path, Term, str]]:
    """The numbers in a term: where they are, and the operator above them."""
    if term.op in ("rat", "int"):
        yield path, term, parent
    for place, part in enumerate(term.args):
        if type(part) is Term:
            yield from _literals(part, (*path, place), term.op)


def _replaced(term: Term, path: Sequence[int], part: Term) -> Term:
    """The term with another part at a place."""
    if not path:
        return part
    args = list(term.args)
    args[path[0]] = _replaced(args[path[0]], path[1:], part)
    return as_real(args[0]) if term.op == "real" else make(term.op, *args)
