"""Stored proofs in Coq: writing them, and asking Coq about them."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..checking.verifier import FreshVerification
from ..crosscheck import coq, coqc, records
from ..crosscheck.coq import Stored, document, lemmas, module_of, reason
from ..crosscheck.records import ACCEPTED, REFUSED
from ..export.coq.development import Development, Module
from ..export.coq.handwritten import statements
from ..export.proof import read
from ..kernel.terms import Refusal
from ..kernel.text import show
from ..kernel.verify import MAX_BYTES
from . import files, json_output, kinds, terminal
from .errors import CliError, sentence
from .names import Target, resolve
from .tasks import Outcome, Settings, run_all, workers, worst

NOT_READ = "NOT READ"


def written(slug: str, proofs: Sequence[tuple[str, str]]) -> str:
    """One Coq file that needs no other, with a theorem for each of these claims.  Raises CliError."""
    try:
        return coq.written(slug, proofs)
    except Refusal as refusal:
        raise CliError(str(refusal)) from None


@dataclass
class Coq:
    """Coq, asked about files and results; the kernel is asked about files first."""

    as_json: bool
    quiet: bool
    jobs: int
    progress: terminal.Progress
    folder: Path | None = None  # where the Coq files stay
    save: Path | None = None  # the folder for a record
    cache: bool = True  # whether proofs may come from it
    codes: list[int] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)
    alone: bool = False  # one result, of which the axioms are
    says: dict[str, list[str]] = field(default_factory=dict)  # of files: what is proved, which no name tells

    def ask(self, words: Sequence[str]) -> int:
        """Print each answer as it comes, or all of them as one document; the exit status."""
        try:
            version = coqc.version()
        except coqc.CoqFailed as error:
            raise CliError(str(error)) from None
        if version is None:
            raise CliError(f"there is no coqc on this machine; {coqc.HOW_TO_GET_IT}")
        if not f"{version}.".startswith(f"{coqc.VERSION}."):
            terminal.warn(f"This is Coq {version}; the exported proofs are written for Coq {coqc.VERSION}.")
        development, names, proofs = Development(), dict[str, str](), dict[str, dict[str, str]]()
        together = set[str]()  # what is ours may share a file
        for one in stored(words, self.jobs, self.progress, self.cache, self.codes, self.documents):
            self.progress(f"{one.name}: writing it for Coq")
            try:
                module = module_of(development, one)
            except Refusal as refusal:
                failed = CliError(str(refusal))
                if not one.from_file:
                    raise failed from None
                not_read(one.name, failed, self.codes, self.documents)
                continue
            names[module.name], proofs[one.name] = one.name, dict(one.proofs)
            if one.from_file:
                self.says[one.name] = _statement(one)
            else:
                together.add(module.name)
        modules, pinned = list(development.modules), statements()
        if set(pinned.needs) <= names.keys():
            modules.append(pinned)
            names[pinned.name] = "Statements.v, in ordinary mathematics"
        self.alone = len(names) == 1
        if modules:
            with tempfile.TemporaryDirectory(prefix="adamproof-coq-") as temporary:
                self._check(modules, self.folder or Path(temporary), names, version, together)
        code = worst(self.codes)
        if self.save is not None:
            record(self.save, records.made("coq", version, records.of_results(self.documents, proofs)))
        if self.as_json:
            terminal.say(json_output.document("verify", code, checker={"coq": version}, results=self.documents))
        elif len(self.documents) > 1 and not self.quiet:
            good = sum(document["verdict"] == ACCEPTED for document in self.documents)
            terminal.say(f"\n{len(self.documents)} results: {good} {ACCEPTED} by Coq {version}")
            if good:
                terminal.say(_axioms({name for one in self.documents for name in one.get("axioms", ())}))
        return code

    def _check(
        self, modules: Sequence[Module], folder: Path, names: dict[str, str], version: str, together: Collection[str]
    ) -> None:
        try:
            for answer in coqc.check(modules, folder, self.jobs, self.progress, together):
                self._take(names[answer.module.name], answer, version)
        except coqc.CoqFailed as error:
            raise CliError(str(error)) from None

    def _take(self, name: str, answer: coqc.Answer, version: str) -> None:
        self.progress.clear()
        self.codes.append(0 if answer.accepted else 1)
        self.documents.append(document(name, answer))
        if not self.as_json:
            text = _text(name, answer, version, self.quiet, self.alone)
            terminal.say(text if self.quiet else "\n".join([text, *self.says.get(name, ())]))


def is_file(word: str) -> bool:
    """Whether a word on the command line is a proof file, and not the name of a result."""
    return word.lower().endswith(".json")


def record(folder: Path, found: records.Opinions) -> None:
    """Write a record of what was said into a folder."""
    path = folder / f"{found.checker}.json"
    found = records.with_earlier(found, path)
    files.write(path, found.text())
    terminal.warn(f"{path}: {found.name} on {records.number_of(len(found.results), 'result')}")


def not_read(name: str, error: CliError, codes: list[int], documents: list[dict[str, Any]]) -> None:
    """Tell of a file that cannot be read, and go on."""
    error.show()
    codes.append(error.exit_code)
    documents.append({"result": name, "verdict": NOT_READ, "reason": error.message})


def stored(
    words: Sequence[str],
    jobs: int,
    progress: terminal.Progress,
    cache: bool,
    codes: list[int],
    documents: list[dict[str, Any]],
) -> Iterator[Stored]:
    """The proofs that were named, files first; what has none leaves an exit status among the codes.

    The kernel is asked about each first, and what it rejects goes no further.
    """
    names = [word for word in words if not is_file(word)]
    for path in filter(is_file, words):
        try:
            text = _text_of(path)
            if not _accepted_by_the_kernel(path, text, codes, documents):
                continue
        except CliError as error:
            not_read(path, error, codes, documents)
        else:
            yield Stored(path, (("proof", text),), from_file=True)
    if not names:
        return
    with workers(jobs, progress) as processes:
        targets = resolve(names, processes)
        outcomes = run_all(targets, Settings("show", form="proofs", cache=cache), processes, jobs, progress)
        yield from _derived(zip(targets, outcomes, strict=True), progress, codes, documents)


def _derived(
    found: Iterable[tuple[Target, Outcome]],
    progress: terminal.Progress,
    codes: list[int],
    documents: list[dict[str, Any]],
) -> Iterator[Stored]:
    """The proofs of results, accepted by the kernel."""
    for target, outcome in found:
        progress.clear()
        if outcome.error and target.path is None:
            raise CliError(outcome.error, outcome.trace)
        if outcome.error:  # of a user's file, which says nothing about the others
            not_read(outcome.slug, CliError(outcome.error, outcome.trace), codes, documents)
        elif outcome.exit_code:
            terminal.warn(f"{outcome.slug}: {outcome.verdict} by the kernel, so there is no proof to replay")
            codes.append(outcome.exit_code)
        elif outcome.proofs:
            yield Stored(outcome.slug, outcome.proofs, from_file=target.path is not None)


def _text_of(path: str) -> str:
    """A file's text, read once: what is verified and what is replayed are the same.  Raises CliError."""
    try:
        kinds.refuse_pipe(path)
        kinds.refuse_other(path, kinds.PROOF.name)
        with Path(path).open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ValueError(f"a proof file must have at most {MAX_BYTES} bytes")
        return content.decode()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise CliError(f"cannot read {path}: {why}") from error


def _accepted_by_the_kernel(path: str, text: str, codes: list[int], documents: list[dict[str, Any]]) -> bool:
    """The kernel's verdict on a file's text, as it goes into what is printed."""
    try:
        with FreshVerification([text]) as verification:
            said = verification.answer(0)
    except OSError as error:  # a full disk
        raise CliError(f"{path} cannot be verified: {sentence(error)}") from error
    except RuntimeError as error:  # a verifier that does not answer
        raise CliError(f"{path} cannot be verified: {error}") from error
    verdict, reason = str(said["verdict"]), said.get("reason", "")
    accepted = verdict == "PROVED"
    terminal.warn(f"{path}: {verdict} by the kernel{f' ({reason})' if reason else ''}")
    codes.append(0 if accepted else 1)
    if not accepted:
        documents.append({"result": path, "verdict": verdict, "reason": f"by the kernel: {reason}"})
    return accepted


def _statement(stored: Stored) -> list[str]:
    """What the last step of each of a file's proofs says."""
    theorems = [read(proof).steps[-1].theorem for _, proof in stored.proofs]
    return [
        line
        for theorem in theorems
        for line in (f"  it states: {show(theorem.conclusion)}", *(f"    if {show(one)}" for one in theorem.hypotheses))
    ]


def _text(name: str, answer: coqc.Answer, version: str, quiet: bool, alone: bool) -> str:
    if not answer.accepted:
        where = f" at {answer.step}" if answer.step else ""
        return f"{name}: {terminal.coloured(REFUSED)} by Coq {version}{where}: {reason(answer)}"
    line = f"{name}: {terminal.coloured(ACCEPTED)} by Coq {version}"
    if quiet:
        return line
    axioms = f"\n{_axioms(answer.axioms)}" if alone else ""
    cited = "".join("\n" + terminal.labelled("  cited: ", axiom) for axiom in answer.module.citations)
    counts = {"lemma": lemmas(answer.module), "theorem": len(answer.module.theorems)}
    size = ", ".join(records.number_of(count, what) for what, count in counts.items())
    return f"{line} ({size}, {answer.seconds:.1f} s){axioms}{cited}"


def _axioms(names: Iterable[str]) -> str:
    found = sorted(axiom.rpartition(".")[2] for axiom in names)
    return f"  axioms of the reals: {', '.join(found) or 'none'}"
