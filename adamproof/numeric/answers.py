"""What tests on numbers answer: plain data.  mpmath is imported only where a number is to be written.

Whoever reads such an answer from the cache has no other use for mpmath, which takes a while to import.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from typing import Any, TypeAlias

from ..kernel.terms import POINT, Term
from ..kernel.text import show
from .definitions import Definition

Number: TypeAlias = Any  # the value of a real term: an exact Fraction or an mpf (mpmath has no type hints)
Box = dict[str, tuple[Fraction, Fraction]]  # exact end points of each variable
MAX_SHOWN_CALLS = 40
MAX_SHOWN_OUTCOMES = 8


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
        left, right = _numbers().told_apart([self.lhs, self.rhs])
        return f"{left} {self.op} {right}"

    @property
    def closeness(self) -> str:
        """By how much the sides differ, in brackets, where 15 digits do not show it; empty otherwise."""
        numbers = _numbers()
        difference = numbers.gap(self.lhs, self.rhs)
        left, right = (numbers.decimal(side, numbers.SHOWN_DIGITS) for side in (self.lhs, self.rhs))
        return f" (they differ by ~{numbers.decimal(difference, 3)})" if difference and left == right else ""


@dataclass(frozen=True)
class Witness:
    """A model in which the conclusion fails, as values to print.

    variables: (name, value) of the free variables, by name.
    calls: ((function, arguments), value), those the conclusion used first, in order of use.
    instance: the values of the conclusion's quantified variables, outermost first (empty without quantifiers).
    slack: both sides of the relation that fails, at that instance.
    exact: the conclusion fails in exact arithmetic; otherwise to `digits` digits.
    hypotheses_exact, hypotheses_sampled: whether the hypotheses hold in exact arithmetic, and whether some
        were tested on samples of a quantifier's range only.
    space: the points of the model's probability space with their weights, if the statement speaks of points.
    definitions: what the function symbols are, as data, so that hypotheses can be decided for all of their arguments;
        without them, only the values in `calls` are known.
    computed: the symbols that have their values from equations among the hypotheses.
    certified: every hypothesis is decided for all values of its variables, and the conclusion by enclosures.
    doubt: what is in doubt, if it is not certain and that is known; in words.
    divides_by_zero: a number is divided by 0 in the conclusion, where the convention makes it 0.
    """

    label: str
    conclusion: Term
    variables: tuple[tuple[str, Any], ...]
    calls: tuple[tuple[tuple[str, tuple[Any, ...]], Number], ...]
    instance: tuple[Any, ...]
    slack: Slack
    exact: bool
    hypotheses_exact: bool
    hypotheses_sampled: bool
    digits: int
    space: tuple[tuple[Any, Fraction], ...] = ()
    definitions: tuple[Definition, ...] = ()
    computed: tuple[str, ...] = ()
    certified: bool = False
    divides_by_zero: bool = False
    doubt: str = ""

    @property
    def certain(self) -> bool:
        """Whether it refutes beyond doubt: all comparisons exact or between enclosures, no quantifier sampled."""
        return self.certified or (self.exact and self.hypotheses_exact and not self.hypotheses_sampled)

    @property
    def values(self) -> str:
        """The free variables with their values, and what the sequences are, in one line."""
        texts = _numbers().told_apart([value for _, value in self.variables])
        parts = [f"{name} = {text}" for (name, _), text in zip(self.variables, texts, strict=True)]
        return ", ".join([*parts, *self._outcomes(), *map(_written().described, self.definitions)])

    def __str__(self) -> str:
        lines = [f"in {self.label}, {show(self.conclusion)} fails ({self._manner()})"]
        calls = () if self.certified else self.calls[:MAX_SHOWN_CALLS]
        values = iter(_numbers().told_apart([value for _, value in (*self.variables, *calls)]))
        lines += [f"  {name} = {value}" for (name, _), value in zip(self.variables, values, strict=False)]
        lines += [f"  {line}" for line in self._outcomes()]
        for ((name, arguments), _), value in zip(calls, values, strict=True):
            lines.append(f"  {name}({', '.join(_numbers().shown(argument) for argument in arguments)}) = {value}")
        if not self.certified and len(self.calls) > MAX_SHOWN_CALLS:
            lines.append(f"  ... and {len(self.calls) - MAX_SHOWN_CALLS} more function values")
        if self.certified:
            lines += [f"  {line}" for line in self._data()]
        if self.instance:
            lines.append(f"  quantified variables: {', '.join(_numbers().told_apart(self.instance))}")
        left, right = _numbers().told_apart([self.slack.lhs, self.slack.rhs])
        lines.append(f"  left side {left}, right side {right}{self.slack.closeness}")
        lines.append(f"  the claim is: left side {self.slack.op} right side")
        if self.divides_by_zero:
            lines.append("  a number is divided by 0 here, which is 0 by convention")
        return "\n".join(lines)

    def _manner(self) -> str:
        if self.certified:
            sides = "both sides exact" if self.exact else "both sides enclosed by intervals"
            return f"{sides}; all hypotheses hold"
        conclusion = "exactly" if self.exact else f"at {self.digits} digits"
        hypotheses = "exactly" if self.hypotheses_exact else f"at {self.digits} digits"
        where = ", quantifiers sampled" if self.hypotheses_sampled else ""
        return f"{conclusion}; hypotheses hold {hypotheses}{where}"

    def _outcomes(self) -> list[str]:
        """The outcomes of the probability space with their probabilities, in a line, where there are any."""
        numbers = _numbers()
        texts = [f"{numbers.shown(at)} with probability {numbers.shown(weight)}" for at, weight in self.space]
        if len(texts) > MAX_SHOWN_OUTCOMES:
            texts = [*texts[:MAX_SHOWN_OUTCOMES], f"and {len(texts) - MAX_SHOWN_OUTCOMES} more"]
        return [f"outcome{'s' if len(texts) > 1 else ''} {', '.join(texts)}"] if texts else []

    def _data(self) -> Iterator[str]:
        """What the sequences are, and tables of the values that the conclusion uses."""
        yield from map(_written().described, self.definitions)
        names = {name for (name, _), _ in self.calls}
        if found := [name for name in self.computed if name in names]:
            yield f"{', '.join(found)}: computed from {'its' if len(found) == 1 else 'their'} equations"
        yield from _written().tables(self.calls, {one.name for one in self.definitions if one.sorts == (POINT,)})


@dataclass(frozen=True)
class Report:
    """What testing a sequent showed.

    models: in how many models the conclusion was decided (in all of them every hypothesis held).
    exact: every comparison was between exact numbers; otherwise they were made to `digits` digits.
    sampled: some quantifier over integers or reals was tested on samples only.
    smallest_absolute, smallest_relative, largest_tightness: over all instances of the conclusion; see Slack.
        None when there is no such instance (every one vacuous, or no relation at all).
    instances: how many instances of the conclusion were compared; 0 means that nothing was tested.
    undetermined: (model, reason) where the conclusion has no value or precision did not suffice.
    violation: the first model in which the conclusion fails.
    """

    models: int
    instances: int
    exact: bool
    sampled: bool
    digits: int
    smallest_absolute: Number | None
    smallest_relative: Number | None
    largest_tightness: Number | None
    undetermined: tuple[tuple[str, str], ...]
    violation: Witness | None

    @property
    def holds(self) -> bool:
        """The conclusion was decided in every model, at least one instance of it compared, and it never failed."""
        return self.violation is None and not self.undetermined and self.instances > 0

    def __str__(self) -> str:
        manner = "exact arithmetic" if self.exact else f"{self.digits} digits"
        sampled = ", quantifiers sampled" if self.sampled else ""
        lines = [f"{self.models} models, {self.instances} comparisons, {manner}{sampled}"]
        if self.smallest_absolute is not None and self.smallest_relative is not None:
            slack, relative = (_or_zero(value) for value in (self.smallest_absolute, self.smallest_relative))
            lines.append(f"smallest slack {slack}, relative {relative}")
        if self.largest_tightness is not None:
            ratio, _ = _numbers().told_apart([self.largest_tightness, Fraction(1)])  # attained, or not quite
            lines.append(f"largest left/right {ratio}")
        lines += [f"undetermined in {label}: {reason}" for label, reason in self.undetermined]
        return "\n".join([*lines, str(self.violation)] if self.violation else lines)


@dataclass(frozen=True)
class BoxAnswer:
    """What intervals say of a statement on a box.

    verdict: "proved" on the whole box, "vacuous" (a condition fails everywhere), "refuted", or "undecided"
        within the budget.
    boxes: how many boxes were examined.
    box: where it fails at every point (refuted), or the worst box left (undecided), else None.
    lower: for <= and <, when proved, a guaranteed exact lower bound of rhs - lhs on the box (where the
        conditions hold), else None.
    """

    verdict: str
    boxes: int
    box: Box | None
    lower: Fraction | None

    def __str__(self) -> str:
        if self.box is None:
            return f"{self.verdict} on the whole box ({self.boxes} boxes)"
        ends = {name: ", ".join(_numbers().told_apart(ends)) for name, ends in self.box.items()}
        ranges = ", ".join(f"{name} in [{low_high}]" for name, low_high in ends.items())
        what = "fails for" if self.verdict == "refuted" else "undecided, worst for"
        return f"{what} {ranges} ({self.boxes} boxes)"


def _or_zero(value: Number) -> str:
    """A slack as text; one that rounding cannot tell from 0 is not shown as a violation."""
    tiny = type(value) is not Fraction and value < 0 and abs(value) < _numbers().as_mpf(_numbers().TOLERANCE)
    return "~0" if tiny else _numbers().shown(value)


def _written() -> Any:
    """The module that writes what function symbols are."""
    return import_module(".witness", __package__)


def _numbers() -> Any:
    """The module that writes numbers."""
    return import_module(".numbers", __package__)
