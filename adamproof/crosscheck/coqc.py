"""Running Coq on exported modules: what it says of each, and the axioms that its theorems rest on."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..export.coq.development import LIBRARY, Module
from ..export.coq.handwritten import axioms_question, prelude
from ..export.coq.together import batch_text, own_text
from ..support.signals import DeferredSignals
from ..support.tally import Tally
from .batches import Batch, batches

VERSION = "8.16"
HOW_TO_GET_IT = "install it with `apt-get install coq` (Debian 12 has Coq 8.16; about 1 GB)"
# The axioms of Coq's library of real numbers, in 8.16.  Nothing else may appear.
ALLOWED = frozenset(
    (
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "Classical_Prop.classic",
        "FunctionalExtensionality.functional_extensionality_dep",
    )
)
CLOSED = "Closed under the global context"
AXIOM = re.compile(r"([A-Za-z_][\w.']*)(?=\s*:|$)")
# Not of a warning, which says where it is in the same way.
ERROR = re.compile(r'^File "[^"]*", line (\d+), characters \d+-\d+:\n(Error\b.*)', re.MULTILINE | re.DOTALL)
# Errors that say nothing of the text: the machine, not the step, has failed.
FAILED = re.compile(
    r"Error:?\s*(Out of memory|Stack overflow|User interrupt|Timeout|System error|Cannot find a physical)"
)
PAUSE = 0.02  # seconds between two looks at the running processes
# With OCaml's own choice Coq takes a tenth more time on proofs of this size, and twice as long to begin.
MEMORY = {"OCAMLRUNPARAM": "s=2M,o=10000,i=4M"}


class CoqFailed(RuntimeError):
    """Coq has not answered, which is no refusal: one sentence."""


@dataclass(frozen=True)
class Answer:
    """What Coq said of a module: why it refuses it (nothing if it accepts it).

    seconds: of one that was read in a batch, its share by the length of its text.
    axioms: what its theorems and those of all modules that were read with it rest on, together.  Where one of these
    axioms is foreign, what its own theorems rest on.
    """

    module: Module
    seconds: float
    reason: str = ""
    step: str = ""  # where it refuses
    axioms: frozenset[str] = frozenset()

    @property
    def foreign(self) -> list[str]:
        """Axioms that are not those of the library of real numbers."""
        return sorted(self.axioms - ALLOWED)

    @property
    def accepted(self) -> bool:
        return not self.reason and not self.foreign


def version() -> str | None:
    """Coq's version, or None where there is no coqc.  Raises CoqFailed where it does not say."""
    if shutil.which("coqc") is None:
        return None
    said = subprocess.run(["coqc", "--print-version"], capture_output=True, text=True, errors="replace", check=False)
    found = re.match(r"\d+(\.\w+)*", said.stdout)
    if said.returncode or not found:
        words = " ".join((said.stderr or said.stdout).split())
        words = words[:200] or "nothing"
        raise CoqFailed(f"coqc --print-version failed with status {said.returncode} and printed: {words}")
    return found[0]


def check(
    modules: Sequence[Module],
    folder: Path,
    jobs: int,
    say: Callable[[str], None],
    together: Collection[str] = (),
) -> Iterator[Answer]:
    """Coq's answers in the order of the modules, when it has read them all and listed their axioms.

    Every module needs the prelude, and waits for those it needs; if one of them is refused, so is it.  ``together``
    names modules that may share a file; nothing else depends on that.  Raises CoqFailed where Coq crashes, or does not
    read the prelude.
    """
    names = {module.name for module in modules}
    if missing := {need for module in modules for need in module.needs} - names:
        raise CoqFailed(f"{', '.join(sorted(missing))} is needed but missing")  # it would be waited for
    reading = Reading(folder, jobs, say)
    if reason := reading.read([(Module("Prelude", prelude(), ()),)])["Prelude"].reason:
        raise CoqFailed(f"Coq rejects the prelude: {reason}")
    done = reading.read(batches(modules, together, jobs))
    good = [module for module in modules if module.theorems and not done[module.name].reason]
    listed = _axioms_of(good, reading)
    for module in modules:
        yield replace(done[module.name], axioms=listed.get(module.name, frozenset()))


@dataclass
class Running:
    """A file that Coq reads: its name, its modules, since when, and the process."""

    name: str
    batch: Batch
    start: float
    process: subprocess.Popen[str]


@dataclass
class Reading:
    """Coq's reading of modules into a folder.

    homes: in which batches it has read modules.  A batch that it does not read to its end says nothing: then each of
    its modules is read in a file of its own, and what Coq says of that is the answer.
    """

    folder: Path
    jobs: int
    say: Callable[[str], None]
    homes: dict[str, str] = field(default_factory=dict)
    done: dict[str, Answer] = field(default_factory=dict)  # without the axioms
    _running: list[Running] = field(default_factory=list)
    _count: int = 0

    def read(self, batches: Sequence[Batch]) -> dict[str, Answer]:
        """Coq's answers about these modules, and those before, by name."""
        waiting = list(batches)
        tally = Tally({module.name: len(module.text) for batch in batches for module in batch})
        try:
            while waiting or self._running:
                for batch in list(waiting):
                    if len(self._running) < self.jobs and self._is_ready(batch):
                        waiting.remove(batch)
                        self._begin(self._without_refused(batch, tally), tally)
                for one in [one for one in self._running if one.process.poll() is not None]:
                    self._running.remove(one)
                    waiting[:0] = self._end(one, tally)
                if self._running:
                    time.sleep(PAUSE)
        finally:
            self._kill()
        return self.done

    def _is_ready(self, batch: Batch) -> bool:
        names = {module.name for module in batch}
        return all(need in self.done or need in names for module in batch for need in module.needs)

    def _without_refused(self, batch: Batch, tally: Tally) -> Batch:
        """The modules that use no steps of one that Coq has refused."""
        good = []
        for module in batch:
            bad = next((need for need in module.needs if need in self.done and self.done[need].reason), None)
            if bad is None:
                good.append(module)
            else:
                self.done[module.name] = Answer(module, 0.0, f"it uses steps of {bad}, which Coq refused")
                tally.end(module.name)
        return tuple(good)

    def _begin(self, batch: Batch, tally: Tally) -> None:
        if not batch:
            return
        for module in batch:
            tally.begin(module.name)
        if len(batch) == 1:
            (module,) = batch
            name, text, what = module.name, own_text(module, self.homes), f"{module.name}: Coq reads it"
        else:
            self._count += 1
            name, text = f"Batch_{self._count}", batch_text(batch, self.homes)
            what = f"{batch[0].name} and {len(batch) - 1} more: Coq reads them"
        (self.folder / f"{name}.v").write_text(text, encoding="utf-8")
        for old in (name, *(module.name for module in batch)):
            (self.folder / f"{old}.vo").unlink(missing_ok=True)  # what an earlier run has left says nothing
        self.say(f"{what}; {tally}")
        with DeferredSignals(every=True):  # or a process that has just begun would be nobody's
            self._running.append(Running(name, batch, time.perf_counter(), _start(name, self.folder)))

    def _end(self, one: Running, tally: Tally) -> list[Batch]:
        """Take the answer; of a batch that was not read to its end, the modules are to be read one by one."""
        seconds = time.perf_counter() - one.start
        if len(one.batch) == 1:
            (module,) = one.batch
            self.done[module.name] = _answer(module, seconds, one.process.returncode, self.folder)
        elif one.process.returncode or not (self.folder / f"{one.name}.vo").is_file():
            self.say(f"{one.name}: Coq does not read it to its end; now its {len(one.batch)} results, one by one")
            return [(module,) for module in one.batch]
        else:
            size = sum(len(module.text) for module in one.batch)
            for module in one.batch:
                self.homes[module.name] = one.name
                self.done[module.name] = Answer(module, seconds * len(module.text) / size)
        for module in one.batch:
            tally.end(module.name)
        return []

    def _kill(self) -> None:
        """End what runs.  A second request to stop must not leave a process behind."""
        with DeferredSignals(every=True):
            for one in self._running:
                with suppress(OSError):  # it has ended
                    os.killpg(one.process.pid, signal.SIGKILL)  # coqc may have begun others
                one.process.wait()


def _axioms_of(modules: Sequence[Module], reading: Reading) -> dict[str, frozenset[str]]:
    """The axioms that the theorems of modules rest on, by name: those of all together, if they may all appear.

    Each time Coq goes through the whole of its library of real numbers.  So it is asked once for all modules; only
    if it names an axiom that may not appear is it asked about each, whose that is.
    """
    if not modules:
        return {}
    question = axioms_question([module.name for module in modules], reading.homes)
    answer = reading.read([(question,)])[question.name]
    if answer.reason:
        raise CoqFailed(f"Coq does not list the axioms: {answer.reason}")
    said = (reading.folder / f"{question.name}.out").read_text(encoding="utf-8", errors="replace")
    try:
        together = axioms(said)
    except ValueError as error:
        raise CoqFailed(f"coqc succeeded on {question.name}, but {error}") from error
    if together <= ALLOWED or len(modules) == 1:
        return dict.fromkeys((module.name for module in modules), together)
    return {name: found for module in modules for name, found in _axioms_of([module], reading).items()}


def _command(name: str) -> list[str]:
    return ["coqc", "-q", "-noglob", "-R", ".", LIBRARY, f"{name}.v"]


def _start(name: str, folder: Path) -> subprocess.Popen[str]:
    with (folder / f"{name}.out").open("w") as out, (folder / f"{name}.err").open("w") as err:
        return subprocess.Popen(
            _command(name), cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err, text=True,
            start_new_session=True, env={**MEMORY, **os.environ},
        )  # fmt: skip


def _answer(module: Module, seconds: float, code: int, folder: Path) -> Answer:
    said = (folder / f"{module.name}.err").read_text(encoding="utf-8", errors="replace")
    if code == 0 and not (folder / f"{module.name}.vo").is_file():
        raise CoqFailed(f"coqc succeeded on {module.name} but wrote no compiled file")
    if code == 0:
        return Answer(module, seconds)
    found = ERROR.search(said)
    if code < 0 or not found or FAILED.match(found[2]):
        words = " ".join(said.split())[-300:] or "nothing"
        raise CoqFailed(f"coqc failed on {module.name} with status {code} without refusing a step; it printed: {words}")
    lemma = module.at(int(found[1]))
    where = f"{lemma.name} ({lemma.origin})" if lemma else f"line {found[1]}"
    return Answer(module, seconds, " ".join(found[2].split())[:300], where)


def axioms(said: str) -> frozenset[str]:
    """The axioms that `Print Assumptions` lists.  Raises ValueError when it has said nothing."""
    if said.strip() == CLOSED:
        return frozenset()
    first, *lines = said.splitlines() or [""]
    if first != "Axioms:":
        raise ValueError(f"Print Assumptions printed {first!r:.80}")
    heads = [line for line in lines if line and not line[0].isspace()]
    if not heads:
        raise ValueError("Print Assumptions announced axioms but listed none")
    return frozenset(found[0] if (found := AXIOM.match(line)) else line for line in heads)
