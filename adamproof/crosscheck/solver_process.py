"""cvc5 in a process of its own, which the system ends where a question takes too much processor time.

cvc5 counts steps only at some places, and its time limits are looked at there, too: a question may keep it between two
of them without end, where no signal's handler of Python runs.  This file is run as it stands: it needs no package.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

SECONDS = 60  # of processor time, for one question: far more than any has taken that was answered
OUT_OF_TIME = "out of time"
ENDED = -int(getattr(signal, "SIGXCPU", 0))  # the exit status where the system has ended it


class SolverProcess:
    """Answers questions: "unsat", "sat", "unknown", or OUT_OF_TIME.  Begun with the first one, and anew where it ended.

    seconds: of processor time for one question; whole ones, as the system has it.
    """

    def __init__(self, seconds: int = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[str] | None = None

    def ask(self, text: str, logic: str, steps: int) -> str:
        """What cvc5 says.  Raises RuntimeError where it fails."""
        process = self._running()
        question = json.dumps({"text": text, "logic": logic, "steps": steps, "seconds": self._seconds})
        try:
            answer = _exchanged(process, question)
        except BaseException:  # an interrupt, say: what it is asked is not answered, and nobody waits for it
            self.close()
            raise
        if answer:
            said = json.loads(answer)
            if "error" in said:
                raise RuntimeError(said["error"])
            return str(said["said"])
        status = process.wait()
        self.close()
        if ENDED and status == ENDED:
            return OUT_OF_TIME
        raise RuntimeError(f"its process ended with status {status}")

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            _end(process)

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            # -P: the folder of this file is no place to import from.
            command = [sys.executable, "-P", str(Path(__file__).resolve())]
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")
            weakref.finalize(self, _end, self._process)
        return self._process


def _exchanged(process: subprocess.Popen[str], line: str) -> str:
    """The line that answers a line; empty where the process has ended."""
    if process.stdin is None or process.stdout is None:  # it is begun with both
        return ""
    try:
        process.stdin.write(f"{line}\n")
        process.stdin.flush()
    except OSError:
        return ""
    return process.stdout.readline()


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):  # a question that was not read any more is still in it
                stream.close()


# --- in the process ---------------------------------------------------------------------------------


def answers() -> Iterator[str]:
    """Answer each line of the standard input."""
    import cvc5

    for line in sys.stdin:
        question = json.loads(line)
        _limit(question["seconds"])
        try:
            yield json.dumps({"said": _said(cvc5, question["text"], question["logic"], question["steps"])})
        except Exception as error:  # noqa: BLE001 - the solver's may be anything, and are told to whoever asked
            yield json.dumps({"error": str(error) or type(error).__name__})


def _limit(seconds: int) -> None:
    """Let the system end this process after so many more seconds of processor time, where it can (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _said(cvc5: Any, text: str, logic: str, steps: int) -> str:
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("rlimit-per", str(steps // 100))  # its steps are coarser
    solver.setLogic(logic)
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, f"{text}\n(check-sat)\n", "step")
    symbols, answer = parser.getSymbolManager(), "unknown"
    while not (command := parser.nextCommand()).isNull():
        answer = command.invoke(solver, symbols).strip() or answer
    return str(answer.split()[0])  # without the reason for not knowing


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asked ends this process
    for found in answers():
        sys.stdout.write(f"{found}\n")
        sys.stdout.flush()
