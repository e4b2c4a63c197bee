"""Running Coq on exported modules: what it says of each, and the axioms that its theorems rest on."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ..export.coq.development import LIBRARY, Module
from ..export.coq.handwritten import axioms_question, prelude
from ..support.signals import DeferredSignals
from ..support.tally import Tally

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


class CoqFailed(RuntimeError):
    """Coq has not answered, which is no refusal: one sentence."""


@dataclass(frozen=True)
class Answer:
    """What Coq said of a module: why it refuses it (nothing if it accepts it).

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


def check(modules: Sequence[Module], folder: Path, jobs: int, say: Callable[[str], None]) -> Iterator[Answer]:
    """Coq's answers in the order of the modules, when it has read them all and listed their axioms.

    Every module needs the prelude, and waits for those it needs; if one of them is refused, so is it.  Raises
    CoqFailed where Coq crashes, or does not read the prelude.
    """
    waiting = [Module("Prelude", prelude(), ()), *modules]
    names = {module.name for module in waiting}
    if missing := {need for module in waiting for need in module.needs} - names:
        raise CoqFailed(f"{', '.join(sorted(missing))} is needed but missing")  # it would be waited for
    done = _read(waiting, folder, jobs, say)
    good = [module for module in modules if module.theorems and not done[module.name].reason]
    listed = _axioms_of(good, folder, say)
    for module in modules:
        yield replace(done[module.name], axioms=listed.get(module.name, frozenset()))


def _read(
    modules: Sequence[Module], folder: Path, jobs: int, say: Callable[[str], None], before: Sequence[str] = ()
) -> dict[str, Answer]:
    """Coq's answers about modules, by name, without the axioms; ``before`` are those that it has read already."""
    for module in modules:
        (folder / f"{module.name}.v").write_text(module.text, encoding="utf-8")
        (folder / f"{module.name}.vo").unlink(missing_ok=True)  # what an earlier run has left says nothing
    waiting, done = list(modules), dict[str, Answer]()
    running: dict[str, tuple[Module, float, subprocess.Popen[str]]] = {}
    tally = Tally({module.name: len(module.text) for module in modules if module.name != "Prelude"})
    try:
        while waiting or running:
            for module in list(waiting):
                needs = [need for need in ("Prelude", *module.needs) if need not in (module.name, *before)]
                if len(running) < jobs and all(need in done for need in needs):
                    waiting.remove(module)
                    bad = next((need for need in needs if done[need].reason), None)
                    if bad is not None:
                        done[module.name] = Answer(module, 0.0, f"it uses steps of {bad}, which Coq refused")
                        tally.end(module.name)
                    else:
                        tally.begin(module.name)
                        say(f"{module.name}: Coq reads it; {tally}")
                        with DeferredSignals(every=True):  # or a process that has just begun would be nobody's
                            running[module.name] = (module, time.perf_counter(), _start(module.name, folder))
            for name, (module, start, process) in list(running.items()):
                if process.poll() is not None:
                    del running[name]
                    tally.end(name)
                    done[name] = _answer(module, time.perf_counter() - start, process.returncode, folder)
                    if name == "Prelude" and done[name].reason:
                        raise CoqFailed(f"Coq rejects the prelude: {done[name].reason}")
            time.sleep(PAUSE)
    finally:
        with DeferredSignals(every=True):  # a second request to stop must not leave a process behind
            for _, _, process in running.values():
                with suppress(OSError):  # it has ended
                    os.killpg(process.pid, signal.SIGKILL)  # coqc may have begun others
                process.wait()
    return done


def _axioms_of(modules: Sequence[Module], folder: Path, say: Callable[[str], None]) -> dict[str, frozenset[str]]:
    """The axioms that the theorems of modules rest on, by name: those of all together, if they may all appear.

    Each time Coq goes through the whole of its library of real numbers.  So it is asked once for all modules; only
    if it names an axiom that may not appear is it asked about each, whose that is.
    """
    if not modules:
        return {}
    question = axioms_question([module.name for module in modules])
    answer = _read([question], folder, 1, say, ("Prelude", *question.needs))[question.name]
    if answer.reason:
        raise CoqFailed(f"Coq does not list the axioms: {answer.reason}")
    said = (folder / f"{question.name}.out").read_text(encoding="utf-8", errors="replace")
    try:
        together = axioms(said)
    except ValueError as error:
        raise CoqFailed(f"coqc succeeded on {question.name}, but {error}") from error
    if together <= ALLOWED or len(modules) == 1:
        return dict.fromkeys((module.name for module in modules), together)
    return {name: found for module in modules for name, found in _axioms_of([module], folder, say).items()}


def _command(name: str) -> list[str]:
    return ["coqc", "-q", "-R", ".", LIBRARY, f"{name}.v"]


def _start(name: str, folder: Path) -> subprocess.Popen[str]:
    with (folder / f"{name}.out").open("w") as out, (folder / f"{name}.err").open("w") as err:
        return subprocess.Popen(
            _command(name), cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err, text=True,
            start_new_session=True,
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
