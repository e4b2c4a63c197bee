"""Stored proofs in Coq: writing them, and asking Coq about them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import opinions
from ..export import coqc
from ..export.development import TOGETHER, Development, Module
from ..export.proof import Proof, read
from ..export.replay import replay
from ..export.text import coq_name
from ..kernel.terms import Refusal
from . import as_json, files, fresh, terminal
from .checking import Settings, run_all, worst
from .errors import CliError
from .targets import resolve

ACCEPTED, REFUSED = "ACCEPTED", "REFUSED"
HAND_WRITTEN = ("Prelude", "Statements")


@dataclass(frozen=True)
class Stored:
    """Proofs of one result: its name, and each claim's name and proof file."""

    name: str
    proofs: tuple[tuple[str, str], ...]


def written(slug: str, proofs: Sequence[tuple[str, str]]) -> str:
    """One Coq file that needs no other, with a theorem for each of these claims."""
    return coqc.standalone(_module(Development(), Stored(slug, tuple(proofs))))


@dataclass
class Coq:
    """Coq, asked about files and results; with ``kernel``, the kernel is asked about files first."""

    as_json: bool
    quiet: bool
    jobs: int
    progress: terminal.Progress
    folder: Path | None = None  # where the Coq files stay
    kernel: bool = False
    save: Path | None = None  # the folder for a record
    codes: list[int] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, words: Sequence[str]) -> int:
        """Print each answer as it comes, or all of them as one document; the exit status."""
        version = coqc.version()
        if version is None:
            raise CliError(f"there is no coqc on this machine; {coqc.HOW_TO_GET_IT}")
        if not version.startswith(coqc.VERSION):
            terminal.warn(f"This is Coq {version}; the exported proofs are written for Coq {coqc.VERSION}.")
        development, names, proofs = Development(), dict[str, str](), dict[str, dict[str, str]]()
        for one in stored(words, self.jobs, self.progress, self.codes, self.kernel):
            self.progress(f"{one.name}: being written for Coq")
            names[_module(development, one).name] = one.name
            proofs[one.name] = dict(one.proofs)
        modules, pinned = list(development.modules), coqc.statements()
        if set(pinned.needs) <= names.keys():
            modules.append(pinned)
            names[pinned.name] = "Statements.v, in ordinary mathematics"
        with tempfile.TemporaryDirectory(prefix="adamproof-coq-") as temporary:
            for answer in coqc.check(modules, self.folder or Path(temporary), self.jobs, self.progress):
                self._take(names[answer.module.name], answer, version)
        code = worst(self.codes)
        if self.save is not None:
            record(self.save, opinions.made("coq", version, opinions.of_results(self.documents, proofs)))
        if self.as_json:
            terminal.say(as_json.document("verify", code, checker={"coq": version}, results=self.documents))
        elif len(self.documents) > 1 and not self.quiet:
            good = sum(document["verdict"] == ACCEPTED for document in self.documents)
            terminal.say(f"\n{len(self.documents)} results: {good} {ACCEPTED} by Coq {version}")
        return code

    def _take(self, name: str, answer: coqc.Answer, version: str) -> None:
        self.progress.clear()
        self.codes.append(0 if answer.accepted else 1)
        self.documents.append(_data(name, answer))
        if not self.as_json:
            terminal.say(_text(name, answer, version, self.quiet))


def record(folder: Path, found: opinions.Opinions) -> None:
    """Write a record of what was said into a folder."""
    path = folder / f"{found.checker}.json"
    files.write(path, found.text())
    terminal.warn(f"{path}: what {found.name} said about {len(found.results)} results")


def stored(
    words: Sequence[str], jobs: int, progress: terminal.Progress, codes: list[int], kernel: bool = False
) -> Iterator[Stored]:
    """The proofs that were named, files first; what has none leaves an exit status among the codes."""
    names = [word for word in words if not word.endswith(".json")]
    for path in (word for word in words if word.endswith(".json")):
        if kernel:
            said = fresh.ask(path)
            terminal.warn(f"{path}: {said.said['verdict']} by the kernel")
            codes.append(said.exit_code)
        try:
            yield Stored(path, (("proof", Path(path).read_text(encoding="utf-8")),))
        except (OSError, UnicodeDecodeError) as error:
            raise CliError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from None
    for outcome in run_all(resolve(names), Settings("show"), jobs, progress) if names else ():
        progress.clear()
        if outcome.error:
            raise CliError(outcome.error, outcome.trace)
        if outcome.exit_code:
            terminal.warn(f"{outcome.slug}: {outcome.verdict} by the kernel, so there is no proof to replay")
            codes.append(outcome.exit_code)
        elif outcome.proofs:
            yield Stored(outcome.slug, outcome.proofs)


def _module(development: Development, stored: Stored) -> Module:
    """The result as the development's next module: theorems are named after claims."""
    name = _distinct(_identifier(Path(stored.name).stem).capitalize(), {*HAND_WRITTEN, *_names(development)})
    theorems: dict[str, Proof] = {}
    try:
        for claim, proof in stored.proofs:
            theorem = _identifier(claim).lower()
            if coq_name(theorem) != theorem or theorem in coqc.defined():  # the word has a meaning already
                theorem = f"claim_{theorem}"
            theorems[_distinct(theorem, {name, TOGETHER, *theorems})] = read(proof)
        return replay(development, name, theorems)
    except Refusal as refusal:
        raise CliError(f"{stored.name} cannot be written for Coq: {refusal}") from None


def _names(development: Development) -> list[str]:
    return [module.name for module in development.modules]


def _identifier(text: str) -> str:
    """The text as a Coq name."""
    stem = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")
    return stem if stem[:1].isalpha() else f"claim_{stem}"


def _distinct(stem: str, taken: set[str]) -> str:
    return next(name for name in (stem, *(f"{stem}_{n}" for n in range(2, len(taken) + 3))) if name not in taken)


def _data(name: str, answer: coqc.Answer) -> dict[str, Any]:
    theorems = answer.module.theorems
    return {
        "result": name,
        "verdict": ACCEPTED if answer.accepted else REFUSED,
        "reason": _reason(answer),
        "step": answer.step,
        "lemmas": _lemmas(answer.module),
        "theorems": list(theorems),
        "axioms": sorted(answer.axioms),
        "citations": list(answer.module.citations),
        "seconds": round(answer.seconds, 3),
    }


def _lemmas(module: Module) -> int:
    """The number of steps that have a lemma; a text that is written by hand has none."""
    return max(0, len(module.lines) - len(module.theorems))


def _reason(answer: coqc.Answer) -> str:
    if answer.foreign and not answer.reason:
        return f"it rests on axioms that are not those of the real numbers: {', '.join(answer.foreign)}"
    return answer.reason


def _text(name: str, answer: coqc.Answer, version: str, quiet: bool) -> str:
    if not answer.accepted:
        where = f" at {answer.step}" if answer.step else ""
        return f"{name}: {terminal.coloured(REFUSED)} by Coq {version}{where}: {_reason(answer)}"
    line = f"{name}: {terminal.coloured(ACCEPTED)} by Coq {version}"
    if quiet:
        return line
    found = sorted(axiom.rpartition(".")[2] for axiom in answer.axioms)
    cited = "".join(f"\n  cited, and a hypothesis: {axiom}" for axiom in answer.module.citations)
    size = f"{_lemmas(answer.module)} lemmas, {len(answer.module.theorems)} theorems, {answer.seconds:.1f} s"
    return f"{line} ({size})\n  axioms of the reals: {', '.join(found) or 'none'}{cited}"
