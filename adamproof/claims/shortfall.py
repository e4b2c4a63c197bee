"""Why a bound does not give the rate that is claimed, and what would: plain data, all of it computed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

OK, TOO_SLOW, STAYS = "ok", "too slow", "does not shrink"  # what becomes of a term


@dataclass(frozen=True)
class TermOrder:
    """A term of a bound that falls short: the exponent of T that it has, and the one that is claimed."""

    name: str
    power: Fraction
    wanted: Fraction

    @property
    def fate(self) -> str:
        if self.power <= self.wanted:
            return OK
        return STAYS if self.power >= 0 else TOO_SLOW


@dataclass(frozen=True)
class WayOut:
    """Another way to the rate: by what, the order of its bound, under which conditions, and whether the schedule of the
    claim is kept."""

    what: str
    order: str
    conditions: tuple[str, ...]
    same_schedule: bool


@dataclass(frozen=True)
class Shortfall:
    """Why a bound does not give what is claimed, all computed.

    cause: what grows; terms: of the bound, with gamma like this power of T; best: the order of the bound at best, as
    the free exponent is chosen.
    """

    cause: str
    gamma: str
    terms: tuple[TermOrder, ...]
    best: str
    ways: tuple[WayOut, ...]
