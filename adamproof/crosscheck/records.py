"""What checkers other than the kernel have said about the proofs: records, made by `verify ... --with CHECKER --save`.

Coq takes minutes, so its answers are recorded.  A record names each proof by a digest of its file, and the code that
wrote the proofs out for the checker; it counts for a proof only where both are the same now.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from .._version import __version__
from ..support import package_data, records
from .coqc import ALLOWED

SCHEMA = 2
MOST = 10**9  # answers of one kind
VERSION = re.compile(r"[A-Za-z0-9.+-]{1,40}")
# What makes verdicts of the checkers' words.
VERDICTS = ("batches.py", "coq.py", "coqc.py", "smt.py", "smt_solvers.py", "solver_process.py")
DIGEST = re.compile(r"[0-9a-f]{64}")
CHECKERS = {"coq": "Coq", "z3": "z3", "cvc5": "cvc5"}  # and what they are called
ACCEPTED, REFUSED = "ACCEPTED", "REFUSED"  # by Coq
ALARM, OPEN, NO_ALARM = "ALARM", "OPEN", "NO ALARM"  # by a solver: some "sat"; else some "unknown"; else
NAMES = ("schema", "checker", "version", "adamproof", "code", "results")


@dataclass(frozen=True)
class CheckedProof:
    """A proof that the kernel accepts: the lemma, the claim, a digest of the proof file."""

    lemma: str
    claim: str
    digest: str


@dataclass(frozen=True)
class Opinions:
    """One checker's answers: for each result plain data as `verify --json` prints it, and its proofs' digests."""

    checker: str
    version: str
    adamproof: str
    code: str
    results: Mapping[str, Mapping[str, Any]]

    @property
    def name(self) -> str:
        return f"{CHECKERS[self.checker]} {self.version}"

    @property
    def command(self) -> str:
        """What repeats the run."""
        return f"adamproof verify all --with {self.checker}"

    def on(self, proof: CheckedProof) -> Mapping[str, Any] | None:
        """What was said about a proof: a verdict, and of a solver its answers about the steps of this proof alone.

        None if the checker has not seen this very proof.  Coq's verdict is on all proofs of the result.
        """
        said = self.results.get(proof.lemma)
        if said is None or self.code != fingerprint() or said["proofs"].get(proof.claim) != proof.digest:
            return None
        if self.checker == "coq":
            return {"verdict": said["verdict"]}
        questions = said["claims"][proof.claim]
        return {"verdict": verdict_of(questions), "questions": questions}

    def in_short(self, proof: CheckedProof) -> str:
        """The opinion on one proof, in a few words."""
        said = self.on(proof)
        if said is None:
            return f"{self.name}: no record for this proof"
        detail = f" ({counted(said['questions'])})" if "questions" in said else ""
        return f"{self.name}: {said['verdict']}{detail}, recorded"

    def verdicts(self, proofs: Iterable[CheckedProof]) -> str:
        """What was said about several proofs, counted."""
        said = Counter("without a record" if (o := self.on(proof)) is None else o["verdict"] for proof in proofs)
        return ", ".join(f"{count} {word}" for word, count in sorted(said.items())) or "none"

    def in_sum(self, proofs: Sequence[CheckedProof]) -> str:
        """The same, with the answers about arithmetic steps, and what repeats it."""
        found = [said for proof in proofs if (said := self.on(proof)) is not None]
        steps = sum((Counter(said.get("questions", {})) for said in found), Counter[str]())
        detail = f"; {counted(steps)}" if steps else ""
        of = f"of {number_of(len(proofs), 'proof')}"
        return f"{of}: {self.verdicts(proofs)}{detail} (recorded; repeat with: {self.command})"

    def text(self) -> str:
        """The record as JSON, with its checksum."""
        content = {name: getattr(self, name) for name in NAMES if name != "schema"}
        return records.text({"schema": SCHEMA, **content}, self.command)


def lines(proofs: Sequence[CheckedProof], opinions: Sequence[Opinions]) -> list[tuple[str, str]]:
    """The lines of evidence for these proofs: who checked them, and with what result."""
    kernel = f"of {number_of(len(proofs), 'proof')}: {len(proofs)} PROVED now, in fresh processes"
    return [("the kernel", kernel), *((opinion.name, opinion.in_sum(proofs)) for opinion in opinions)]


def counted(questions: Mapping[str, int]) -> str:
    """How many arithmetic steps got which answer."""
    words = ", ".join(f"{number} {word}" for word, number in sorted(questions.items()))
    return f"{number_of(sum(questions.values()), 'arithmetic step')}: {words or 'none'}"


def number_of(count: int, what: str) -> str:
    """So many things of a kind, in words."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def digest(proof: str) -> str:
    """Of a proof file's text."""
    return hashlib.sha256(proof.encode()).hexdigest()


def made(checker: str, version: str, results: Mapping[str, Mapping[str, Any]]) -> Opinions:
    """A record of what has just been said about proofs that this code wrote out."""
    return Opinions(checker, version, __version__, fingerprint(), results)


def sources() -> list[Traversable]:
    """The code that an answer depends on beside the proof: the exporter, the kernel's terms, and what makes verdicts of
    the words of Coq and of solvers."""
    folders = (package_data.folder(*names) for names in (("export",), ("export", "coq"), ("kernel",)))
    found = [file for folder in folders for file in package_data.entries(folder, ".py", ".v")]
    return [*found, *(package_data.folder("crosscheck", name) for name in VERDICTS)]


@cache
def fingerprint() -> str:
    """A digest of the sources."""
    return records.digest_of(sources())


def read(path: str | Traversable) -> Opinions:
    """The record in a file.  Raises RecordError where it is no record, or not the one that was written."""
    content = records.read(path, NAMES, SCHEMA, "record of a checker", "run `adamproof verify all --save` again")
    content.pop("schema")
    if not isinstance(content["checker"], str) or content["checker"] not in CHECKERS:
        raise records.RecordError(f"{path} is a record of {content['checker']!r}, not of {', '.join(CHECKERS)}")
    if not _is_well_formed(content):
        why = "its versions or results are malformed"
        raise records.RecordError(f"{path} is not a record of a checker: {why}")
    return Opinions(**content)


def _is_well_formed(content: Mapping[str, Any]) -> bool:
    """Whether everything that is shown is what it should be, and everything that is counted a number."""
    shown = ((VERSION, content["version"]), (VERSION, content["adamproof"]), (DIGEST, content["code"]))
    if not all(isinstance(text, str) and form.fullmatch(text) for form, text in shown):
        return False
    results = content["results"].values() if isinstance(content["results"], dict) else [None]
    for said in results:
        if not isinstance(said, dict) or not isinstance(said.get("proofs"), dict):
            return False
        if not all(isinstance(one, str) and DIGEST.fullmatch(one) for one in said["proofs"].values()):
            return False
        if not (_is_coqs(said) if content["checker"] == "coq" else _is_a_solvers(said)):
            return False
    return True


def _is_coqs(said: Mapping[str, Any]) -> bool:
    """Whether a verdict is one of Coq's, and ACCEPTED goes with no reason against it and with known axioms."""
    axioms = said.get("axioms")
    if said.get("verdict") == ACCEPTED:
        return not said.get("reason") and isinstance(axioms, list) and set(map(str, axioms)) <= ALLOWED
    return said.get("verdict") == REFUSED


def _is_a_solvers(said: Mapping[str, Any]) -> bool:
    """Whether there are answers for each proof, which come to the counts and the verdict."""
    claims = said.get("claims")
    if not isinstance(claims, dict) or set(claims) != set(said["proofs"]):
        return False
    if not all(isinstance(questions, dict) and _are_counts(questions) for questions in claims.values()):
        return False
    total = sum(map(Counter, claims.values()), Counter[str]())
    return said.get("questions") == dict(total) and said.get("verdict") == verdict_of(total) is not None


def _are_counts(questions: Mapping[str, Any]) -> bool:
    return verdict_of(questions) is not None and all(type(n) is int and 0 < n <= MOST for n in questions.values())


def found_in(folder: str | Traversable) -> tuple[list[Opinions], list[str]]:
    """The records in a folder, in the order of CHECKERS, and a sentence for each file of that name that is none."""
    return records.read_all(folder, CHECKERS, _read_of)


def _read_of(path: Traversable, checker: str) -> Opinions:
    opinions = read(path)
    if opinions.checker != checker:
        raise records.RecordError(f"{path} is a record of {opinions.checker}, not of {checker}")
    return opinions


def verdict_of(questions: Mapping[str, int]) -> str | None:
    """What a solver's answers come to; None where they are none."""
    if not set(questions) <= {"sat", "unknown", "unsat"}:
        return None
    return ALARM if questions.get("sat") else OPEN if questions.get("unknown") else NO_ALARM


def with_earlier(found: Opinions, path: Path) -> Opinions:
    """The record with the results of an earlier one in this file that the same checker gave to the same code."""
    try:
        earlier = read(path)
    except records.RecordError:
        return found
    same = all(getattr(earlier, name) == getattr(found, name) for name in ("checker", "version", "adamproof", "code"))
    return replace(found, results={**earlier.results, **found.results}) if same else found


def shipped() -> Traversable:
    """The folder of the records that come with the package."""
    return package_data.folder("crosscheck", "records")


def of_results(documents: Sequence[Mapping[str, Any]], proofs: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """A record's results, from the documents that `verify` prints and the proofs' texts (by result and claim)."""
    return {
        document["result"]: {
            "proofs": {claim: digest(text) for claim, text in proofs.get(document["result"], {}).items()},
            **{name: value for name, value in document.items() if name not in ("result", "seconds")},
        }
        for document in documents
        if document["verdict"] in (ACCEPTED, REFUSED, ALARM, OPEN, NO_ALARM)  # not of what was rejected or not read
    }
