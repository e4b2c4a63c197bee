"""How much a question may take, in counted steps: a clock would give other answers on a slower machine.

A step is about a monomial computed, an entry of a programme looked at, or a node of a statement matched.  Answers are
remembered, each with the steps that it took; whoever uses one within a question counts them, once.  So what a question
takes, and whether it is answered, does not depend on what the process has been asked before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

MOST = 3_000_000  # of one question: some seconds; proofs of the library take a tenth at most, near misses a quarter


class OutOfEffort(Exception):
    """A question has taken as many steps as it may."""


@dataclass(eq=False)
class _Answer:
    """What is remembered: a value, its own steps, and the answers that were used for it."""

    value: Any = None
    steps: float = 0
    used: list[_Answer] = field(default_factory=list)


@dataclass(eq=False)
class Question:
    """What is being counted.  counted: the answers whose steps are in it."""

    limit: float = math.inf
    steps: float = 0
    counted: set[_Answer] = field(default_factory=set)
    open: list[_Answer] = field(default_factory=list)

    def spend(self, steps: float) -> None:
        if self.open:
            self.open[-1].steps += steps
        self._count(steps)

    def use(self, answer: _Answer) -> None:
        """Count an answer, and those that it rests on, unless they have been counted."""
        if self.open:
            self.open[-1].used.append(answer)
        left = [answer]
        while left:
            one = left.pop()
            if one not in self.counted:
                self.counted.add(one)
                left += one.used
                self._count(one.steps)

    def _count(self, steps: float) -> None:
        self.steps += steps
        if self.steps > self.limit:
            raise OutOfEffort


_now = Question()


def spend(steps: float) -> None:
    """Count steps.  Raises OutOfEffort where there are no more."""
    _now.spend(steps)


def taken() -> float:
    """The steps that have been counted."""
    return _now.steps


def left() -> float:
    """The steps that may still be taken."""
    return _now.limit - _now.steps


def stopped() -> str:
    """What is said of a question that has taken as many steps as it may."""
    return f"stopped after {MOST:,.0f} steps: name fewer facts, or split the step"


@contextmanager
def question(limit: float | None = None) -> Iterator[Question]:
    """Meanwhile steps are counted from 0, up to a limit; what is counted outside stands still.

    limit: of the steps; MOST if not given.
    """
    global _now
    before, _now = _now, Question(MOST if limit is None else limit)
    try:
        yield _now
    finally:
        _now = before


def once(store: dict[Any, _Answer], mark: Hashable, search: Callable[[], T], pending: bool = False) -> T:
    """What a search finds, remembered under a mark.

    pending: while it is looked for, it counts as not found (None), where the search leads back to it.
    """
    answer = store.get(mark)
    if answer is None:
        answer = _made(store, mark, search, pending)
    else:
        _now.use(answer)
    found: T = answer.value
    return found


def _made(store: dict[Any, _Answer], mark: Hashable, search: Callable[[], T], pending: bool) -> _Answer:
    asked, answer = _now, _Answer()
    if pending:
        store[mark] = answer
    if asked.open:
        asked.open[-1].used.append(answer)
    asked.counted.add(answer)
    asked.open.append(answer)
    try:
        answer.value = search()
    except BaseException:
        store.pop(mark, None)
        raise
    finally:
        asked.open.pop()
    store[mark] = answer
    return answer
