"""What the simulator's tests share."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from adamproof.simulator import Algorithm, Noise, Run, Separable, State, cosh, quadratic
from adamproof.simulator.numpy_engine import NumPyEngine
from adamproof.simulator.task import Engine, Task

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
SEED = 2**63 + 12345
NOISES = [
    Noise("none"),
    Noise("gaussian", s0=0.7),
    Noise("gaussian", s1=0.5, p=1.0),
    Noise("gaussian", s1=0.5, p=1.3),
    Noise("gaussian", s0=0.0, s1=0.5, p=2.0),
    Noise("two-point", delta=0.1),
    Noise("signs"),
    Noise("sphere", s0=0.5, s1=0.1, p=2.0),
]
FAST = "numba"  # for long runs: every engine gives the same bits (test_engines.py); without Numba NumPy takes its place
STANDARD = Algorithm(0.01, 0.9, 0.99, 1e-8)


def varied(d: int, noise: Noise, name: str = "cosh") -> Separable:
    """A problem whose coordinates differ."""
    start = np.linspace(-2.0, 2.5, d) if d > 1 else 1.0
    if name == "cosh":
        return cosh(d, start, noise)
    return quadratic(d, np.linspace(0.5, 2.0, d), start, noise)


def advance(engine: Engine, task: Task, cuts: list[int]) -> tuple[State, Any]:
    """The state and all sums after calls for these numbers of steps."""
    state, sums = State.start(task), []
    for count in cuts:
        sums.append(engine.advance(task, state, count))
        state.step += count
    return state, np.concatenate(sums)


def same(one: tuple[State, Any], other: tuple[State, Any]) -> bool:
    """Whether two answers of `advance` agree bit for bit (a zero's sign apart)."""
    arrays = [(getattr(one[0], name), getattr(other[0], name)) for name in "xmv"] + [(one[1], other[1])]
    return all(np.array_equal(a, b) for a, b in arrays)


def same_runs(one: Run, other: Run) -> bool:
    """Whether two runs ended in the same state with the same statistics."""
    states = all(np.array_equal(getattr(one.state, name), getattr(other.state, name)) for name in "xmv")
    return states and one.statistics.to_json() == other.statistics.to_json()


def reference(task: Task, steps: int) -> tuple[State, Any]:
    return advance(NumPyEngine(), task, [steps])


def killed_after(step: int, command: Sequence[str]) -> None:
    """Run a command that prints steps, each first in its line, and kill it as soon as one is at least this."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line.split()[0]) >= step:
                process.send_signal(signal.SIGKILL)
                break
    assert process.returncode == -signal.SIGKILL
