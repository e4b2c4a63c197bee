"""Which results share a Coq file: batches of about the same length, none of which needs a later one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from heapq import heappop, heappush

from ..export.coq.development import Module
from ..export.coq.together import is_harmless

FEW = 8  # results, up to which each has a file of its own
LARGEST = 1_000_000  # characters of a batch of several, of which Coq takes half a gigabyte
START = 90_000  # characters that Coq reads in the time that it takes to begin

Batch = tuple[Module, ...]  # none needs one that comes after it


def batches(modules: Sequence[Module], together: Collection[str], jobs: int) -> list[Batch]:
    """Each module is in one of them; those that may share a file are ``together``.

    They are those that so many processes would take if a character took each the same time: one that is free takes all
    modules that it can read by then, in their order, up to the length of a batch.  What Statements.v and others that
    stand alone need is not mixed with the rest: whoever checks them again, with what they need, checks no more.
    """
    sharing = {module.name for module in modules if module.name in together and is_harmless(module)}
    if len(sharing) <= FEW:
        return [(module,) for module in modules]
    wanted = _needed(modules, sharing)
    kinds = {name: str(name in wanted) if name in sharing else name for name in (module.name for module in modules)}
    length = min(LARGEST, max(START, sum(len(module.text) for module in modules) // (2 * jobs)))
    waiting, unread = list(modules), set(kinds)
    made: list[Batch] = []
    running: list[tuple[int, int]] = []  # when each ends, and which it is
    now = 0
    while waiting:
        while len(running) < jobs and (batch := _next(waiting, unread, kinds, length)):
            size = sum(len(module.text) for module in batch)
            if running and size < START:  # more can be read with it later
                break
            heappush(running, (now + START + size, len(made)))
            made.append(batch)
            waiting = [module for module in waiting if module not in batch]
        now, ended = heappop(running)
        unread -= {module.name for module in made[ended]}
    return made


def _needed(modules: Sequence[Module], sharing: Collection[str]) -> set[str]:
    """What those that share no file need, and what that needs."""
    needs = {module.name: module.needs for module in modules}
    found: set[str] = set()
    left = [need for module in modules if module.name not in sharing for need in module.needs]
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += needs.get(name, ())
    return found


def _next(waiting: Sequence[Module], unread: Collection[str], kinds: Mapping[str, str], length: int) -> Batch:
    """The next batch: modules of one kind that need nothing unread but what is in it."""
    batch: list[Module] = []
    names: set[str] = set()
    size = 0
    for module in waiting:
        fits = not batch or (kinds[module.name] == kinds[batch[0].name] and size + len(module.text) <= length)
        if fits and names.issuperset(need for need in module.needs if need in unread):
            batch.append(module)
            names.add(module.name)
            size += len(module.text)
    return tuple(batch)
