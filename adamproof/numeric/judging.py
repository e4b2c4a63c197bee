"""Whether propositions hold in a model: each is compiled once, as terms are, into a program that judges instances."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from ..kernel.terms import POINT, QUANTIFIERS, RELATIONS, Term
from .answers import Slack
from .compiling import Bound, Code, State, compile_term, whole_relation
from .numbers import TOLERANCE, Undetermined
from .slack import decided, measured, satisfied


class Leaf(NamedTuple):
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
    leaves: its instances; where slacks were not asked for, only those that do not plainly hold.
    """

    holds: bool
    exact: bool
    sampled: bool
    leaves: tuple[Leaf, ...]

    @property
    def failed(self) -> Leaf | None:
        """The first instance that fails, if any."""
        return next((leaf for leaf in self.leaves if leaf.holds is False), None)


class _Found:
    """What is known of a proposition so far.  exact: of the instances that are not among the leaves."""

    __slots__ = ("exact", "leaves", "slacks", "tolerance")

    def __init__(self, tolerance: Fraction, slacks: bool) -> None:
        self.tolerance, self.slacks = tolerance, slacks
        self.leaves: list[Leaf] = []
        self.exact = True

    def held(self, bound: Bound, exact: bool, slack: Slack | None = None) -> None:
        """An instance holds."""
        if self.slacks:
            self.leaves.append(Leaf(bound[::-1], True, exact, slack))
        elif not exact:
            self.exact = False


# A judge gets the values of the open binders, and whether the conditions of an instance have been judged exactly.
Judge = Callable[[State, Bound, bool, _Found], None]


def judged(prop: Term, state: State, bound: Bound, tolerance: Fraction, slacks: bool) -> Truth:
    """Whether a proposition holds at these values of its open binders, at the working precision of mpmath.

    slacks: measure how far each instance is from failing, not only one that fails.
    """
    found = _Found(tolerance, slacks)
    _judge(prop)(state, bound, True, found)
    if not found.leaves:
        return Truth(True, found.exact, is_sampled(prop), ())
    leaves = tuple(found.leaves)
    failed = next((leaf for leaf in leaves if leaf.holds is False), None)
    doubtful = next((leaf for leaf in leaves if leaf.holds is None), None)
    if failed is None and doubtful is not None:
        raise Undetermined(doubtful.doubt)
    exact = failed.exact if failed is not None else found.exact and all(leaf.exact for leaf in leaves)
    return Truth(failed is None, exact, is_sampled(prop), leaves)


@functools.cache
def is_sampled(prop: Term) -> bool:
    """Whether a quantifier over integers or reals is tested on samples only."""
    own = prop.op in QUANTIFIERS and QUANTIFIERS[prop.op] != POINT
    return own or any(type(arg) is Term and arg.sort == "prop" and is_sampled(arg) for arg in prop.args)


@functools.cache
def _judge(prop: Term) -> Judge:
    if prop.op in RELATIONS:
        return _relation(prop)
    if prop.op in QUANTIFIERS:
        return _every(prop)
    if prop.op == "implies":
        return _implication(prop)
    if prop.op == "Integrable":  # everything is integrable on a finite space
        return lambda state, bound, exact, found: found.held(bound, exact)
    raise TypeError(f"{prop.op} is not a proposition")


def _relation(prop: Term) -> Judge:
    op = prop.op
    left, right = compile_term(prop.args[0]), compile_term(prop.args[1])

    def judge(state: State, bound: Bound, exact: bool, found: _Found) -> None:
        try:
            lhs, rhs = left(state, bound), right(state, bound)
            if not found.slacks and decided(op, lhs, rhs, found.tolerance):
                if not (exact and type(lhs) is Fraction and type(rhs) is Fraction):
                    found.exact = False
                return
            slack = measured(op, lhs, rhs)
            found.leaves.append(Leaf(bound[::-1], satisfied(slack, found.tolerance), exact and slack.exact, slack))
        except Undetermined as reason:
            found.leaves.append(Leaf(bound[::-1], None, False, None, str(reason)))

    return judge


def _every(prop: Term) -> Judge:
    inner = _judge(prop.args[0])
    samples = {POINT: _points, "int": _integers}.get(QUANTIFIERS[prop.op], _reals)
    guards = _guards(prop.args[0])

    def judge(state: State, bound: Bound, exact: bool, found: _Found) -> None:
        skips = guards if exact and not found.slacks else ()
        for value in samples(state):
            here = (value, *bound)
            if not skips or all(guard(state, here) for guard in skips):
                inner(state, here, exact, found)

    return judge


def _points(state: State) -> Any:
    return [point for point, _ in state.model.space]


def _integers(state: State) -> Any:
    return state.model.integers


def _reals(state: State) -> Any:
    return state.model.reals


def _guards(prop: Term) -> list[Code]:
    """Conditions on the variable just outside, which fail for all values of those further inside or for none."""
    depth, found = 0, list[Code]()
    while prop.op in QUANTIFIERS or prop.op == "implies":
        if prop.op in QUANTIFIERS:
            depth += 1
        else:
            holds = _whole(prop.args[0])
            if holds is None:
                break
            if depth and min((index for index, _ in prop.args[0].loose), default=None) == depth:
                found.append(_outside(holds, (None,) * depth))
        prop = prop.args[-1]
    return found


def _outside(holds: Code, inside: Bound) -> Code:
    """A condition as one on the variables outside of some that it does not depend on."""
    return lambda state, bound: holds(state, inside + bound)


def _whole(condition: Term) -> Code | None:
    return whole_relation(condition) if condition.op in RELATIONS else None


def _implication(prop: Term) -> Judge:
    """An instance whose condition fails is vacuously true."""
    condition, then = prop.args[0], _judge(prop.args[1])
    whole = _whole(condition)
    if whole is not None:

        def simply(state: State, bound: Bound, exact: bool, found: _Found) -> None:
            if whole(state, bound):
                then(state, bound, exact, found)
            else:
                found.held(bound, exact)

        return simply
    met = _condition(condition)

    def judge(state: State, bound: Bound, exact: bool, found: _Found) -> None:
        try:
            holds, surely = met(state, bound, found.tolerance)
        except Undetermined as reason:
            found.leaves.append(Leaf(bound[::-1], None, False, None, str(reason)))
            return
        if holds:
            then(state, bound, exact and surely, found)
        else:
            found.held(bound, exact and surely)

    return judge


def _condition(prop: Term) -> Callable[[State, Bound, Fraction], tuple[bool, bool]]:
    """Whether a condition holds, and whether that is exact, as a program.  It raises Undetermined.

    It is judged as strictly as ever: a wider tolerance would make it true too easily.
    """
    if prop.op not in RELATIONS:

        def met(state: State, bound: Bound, tolerance: Fraction) -> tuple[bool, bool]:
            truth = judged(prop, state, bound, _strict(tolerance), False)
            return truth.holds, truth.exact

        return met
    op = prop.op
    left, right = compile_term(prop.args[0]), compile_term(prop.args[1])

    def compared(state: State, bound: Bound, tolerance: Fraction) -> tuple[bool, bool]:
        lhs, rhs = left(state, bound), right(state, bound)
        tolerance = _strict(tolerance)
        holds = decided(op, lhs, rhs, tolerance)
        if holds is None:
            holds = satisfied(measured(op, lhs, rhs), tolerance)
        return holds, type(lhs) is Fraction and type(rhs) is Fraction

    return compared


def _strict(tolerance: Fraction) -> Fraction:
    return TOLERANCE if tolerance is TOLERANCE else min(tolerance, TOLERANCE)
