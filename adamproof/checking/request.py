"""What a process that runs lemma files is asked.  Standard library only."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

MODELS = 40  # random models a claim, where nobody asks for another number
FIRST = 0  # in place of a claim's name: the first claim, whatever its name


@dataclass(frozen=True)
class Request:
    """A task about a lemma, of the library or of a user's file.

    task: "check" (derive, test, refute the mutants), "outline" (only what is stated), "mutants", "without" (check
    without the assumptions that the text `without` means), "near" (the near misses that the tool makes).
    claim: the one claim that is wanted, by name, or FIRST; all of them if None.  models: random models a claim.
    """

    task: str
    slug: str
    path: str | None = None
    claim: str | int | None = None
    models: int = 0
    mutants: bool = False
    without: str = ""

    def data(self) -> dict[str, Any]:
        return asdict(self)
