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
from dataclasses import dataclass
from pathlib import Path

from ..export.coq.development import LIBRARY, Module
from ..export.coq.handwritten import prelude
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
    """What Coq said of a module: why it refuses it (nothing if it accepts it), and the axioms of its theorems."""

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
    """Coq's answers in the order of the modules, each as soon as it and those before it are there.

    Every module needs the prelude, and waits for those it needs; if one of them is refused, so is it.  Raises
    CoqFailed where Coq crashes, or does not read the prelude.
    """
    waiting = [Module("Prelude", prelude(), ()), *modules]
    for module in waiting:
        (folder / f"{module.name}.v").write_text(module.text, encoding="utf-8")
        (folder / f"{module.name}.vo").unlink(missing_ok=True)  # what an earlier run has left says nothing
    names = {module.name for module in waiting}
    if missing := {need for module in waiting for need in module.needs} - names:
        raise CoqFailed(f"{', '.join(sorted(missing))} is needed but missing")  # it would be waited for
    done: dict[str, Answer] = {}
    running: dict[str, tuple[Module, float, subprocess.Popen[str]]] = {}
    left = list(modules)
    tally = Tally({module.name: len(module.text) for module in modules})
    try:
        while left:
            for module in list(waiting):
                needs = [need for need in ("Prelude", *module.needs) if need != module.name]
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
            while left and left[0].name in done:
                yield done[left.pop(0).name]
            time.sleep(PAUSE)
    finally:
        with DeferredSignals(every=True):  # a second request to stop must not leave a process behind
            for _, _, process in running.values():
                with suppress(OSError):  # it has ended
                    os.killpg(process.pid, signal.SIGKILL)  # coqc may have begun others
                process.wait()


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
        out = (folder / f"{module.name}.out").read_text(encoding="utf-8", errors="replace")
        try:
            return Answer(module, seconds, axioms=axioms(out) if module.theorems else frozenset())
        except ValueError as error:
            raise CoqFailed(f"coqc succeeded on {module.name}, but {error}") from error
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
