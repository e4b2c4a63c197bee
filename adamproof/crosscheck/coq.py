"""Stored proofs as Coq modules, and what Coq's answer about one comes to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from ..export.coq.development import TOGETHER, Development, Module
from ..export.coq.handwritten import NAMES, defined, standalone
from ..export.coq.replay import replay
from ..export.coq.text import coq_name
from ..export.coq.together import BATCH
from ..export.proof import Proof, read
from ..kernel.terms import Refusal
from .coqc import Answer
from .records import ACCEPTED, REFUSED

LONGEST = 100  # characters of a name that becomes a file's: systems take 255, with what Coq adds


@dataclass(frozen=True)
class Stored:
    """Proofs of one result: its name, and each claim's name and proof file.  from_file: of a user's file, not ours."""

    name: str
    proofs: tuple[tuple[str, str], ...]
    from_file: bool = False


def written(slug: str, proofs: Sequence[tuple[str, str]]) -> str:
    """One Coq file that needs no other, with a theorem for each of these claims.  Raises Refusal."""
    return standalone(module_of(Development(), Stored(slug, tuple(proofs))))


def module_of(development: Development, stored: Stored) -> Module:
    """The result as the development's next module: theorems are named after claims.  Raises Refusal."""
    stem = _identifier(Path(stored.name).stem)[:LONGEST].capitalize()
    if stored.from_file:  # so that no file takes the name of a result, which Statements.v knows it by
        stem = f"File_{stem}"
    taken = {*NAMES, *_names(development)}
    name = next(name for name in _numbered(stem) if name not in taken and not BATCH.fullmatch(name))
    theorems: dict[str, Proof] = {}
    try:
        for claim, proof in stored.proofs:
            word, taken = _identifier(claim).lower(), {name, TOGETHER, *theorems}
            names = (one for one in _numbered(word, f"claim_{word}") if _is_free(one) and one not in taken)
            theorems[next(names)] = read(proof)
        module = replay(development, name, theorems)
    except Refusal as refusal:
        raise Refusal(f"{stored.name} cannot be written for Coq: {refusal}") from None
    if stored.from_file:
        development.forget()  # a result must not be refused for what a file says
    return module


def _names(development: Development) -> list[str]:
    return [module.name for module in development.modules]


def _identifier(text: str) -> str:
    """The text as a Coq name."""
    stem = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")
    return stem if stem[:1].isalpha() else f"claim_{stem}"


def _numbered(*stems: str) -> Iterator[str]:
    """The stems, and then with numbers, without end."""
    yield from stems
    yield from (f"{stem}_{number}" for number in count(2) for stem in stems)


def _is_free(name: str) -> bool:
    """Whether a name has no meaning yet in the texts that are written for Coq."""
    return coq_name(name) == name and name not in defined()


def document(name: str, answer: Answer) -> dict[str, Any]:
    """Coq's answer about a result, as it is printed and recorded."""
    theorems = answer.module.theorems
    return {
        "result": name,
        "verdict": ACCEPTED if answer.accepted else REFUSED,
        "reason": reason(answer),
        "step": answer.step,
        "lemmas": lemmas(answer.module),
        "theorems": list(theorems),
        "axioms": sorted(answer.axioms),
        "citations": list(answer.module.citations),
        "seconds": round(answer.seconds, 3),
    }


def lemmas(module: Module) -> int:
    """The number of steps that have a lemma; a text that is written by hand has none."""
    return max(0, len(module.lines) - len(module.theorems))


def reason(answer: Answer) -> str:
    """Why Coq's answer is not ACCEPTED; empty if it is."""
    if answer.foreign and not answer.reason:
        return f"it depends on axioms other than those of the real numbers: {', '.join(answer.foreign)}"
    return answer.reason
