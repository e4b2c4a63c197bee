"""The audit: what a recorder costs a training, how large a record is, how long `audit FILE` takes.

The training is NumPy alone: four layers of the sizes of a small CNN, random gradients of a batch by one matrix product
a layer, Adam's update.  Targets: at most 1.03 times the training without a recorder at every = 20; 5 s for a record of
100,000 lines.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy
from common import machine, process_seconds

from adamproof.audit import watch_arrays
from adamproof.audit.writing import Writer

SHAPES = {"conv1": (16, 9), "conv2": (32, 144), "dense": (64, 512), "bias": (64,), "head": (64, 10)}
BATCH, STEPS, ROUNDS = 512, 400, 5
LINES, LAYERS = 100_000, 3


def train(recorder: Any, steps: int) -> float:
    """The time of a training with its recorder, over that without what the recorder took in the same run."""
    random = numpy.random.default_rng(0)
    w = {name: random.normal(size=shape).astype(numpy.float32) for name, shape in SHAPES.items()}
    m, v = ({name: numpy.zeros_like(value) for name, value in w.items()} for _ in range(2))
    inputs = {name: random.normal(size=(BATCH, shape[0])).astype(numpy.float32) for name, shape in SHAPES.items()}
    one = numpy.float32
    began, spent = time.perf_counter(), 0.0
    for t in range(1, steps + 1):
        layers = {}
        for name, value in w.items():
            x = inputs[name]
            g = (x.T @ numpy.tanh(x @ value)) / one(BATCH)  # forward and backward of one layer
            m[name] += one(0.1) * (g - m[name])
            v[name] += one(0.001) * (g * g - v[name])
            u = m[name] / one(1 - 0.9**t) / (numpy.sqrt(v[name] / one(1 - 0.999**t)) + one(1e-8))
            value -= one(1e-3) * u
            layers[name] = {"m": m[name], "v": v[name], "g": g, "w": value}
        at = time.perf_counter()
        recorder.record(t, layers)
        spent += time.perf_counter() - at if t > 1 else 0.0  # the first one imports
    total = time.perf_counter() - began
    return total / (total - spent)


def cost(every: int, budget: float | None) -> float:
    """The median ratio of some trainings."""
    recorders = (watch_arrays(0.9, 0.999, every=every, budget=budget) for _ in range(ROUNDS))
    return statistics.median(train(recorder, STEPS) for recorder in recorders)


def record(path: Path, lines: int, layers: int) -> None:
    """A record with so many lines: one that was recorded, repeated with other numbers."""
    recorder = watch_arrays(0.9, 0.999, every=1, budget=None)
    random = numpy.random.default_rng(0)
    m, v = numpy.zeros((layers, 1000)), numpy.zeros((layers, 1000))
    for t in range(1, 101):
        g = random.normal(size=m.shape)
        m += 0.1 * (g - m)
        v += 0.001 * (g * g - v)
        recorder.record(t, {f"layer{n}": {"m": m[n], "v": v[n], "g": g[n], "w": g[n]} for n in range(layers)})
    header, *made = recorder.lines()
    writer = Writer(path)
    writer.line(header)
    for number in range(1, lines + 1):
        writer.line({**made[(number - 1) % 100], "at": number, "t": number})
    writer.close()


def main() -> None:
    print(machine())
    print(f"a NumPy training of {sum(numpy.prod(shape) for shape in SHAPES.values())} parameters, {STEPS} steps")
    for every, budget in ((1, None), (20, None), (20, 0.02)):
        print(f"every = {every:2}, budget = {budget}: {cost(every, budget):.3f} times (target 1.03 at 20)")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ten.audit"
        record(path, 1000, 10)
        print(f"1,000 records of ten layers: {path.stat().st_size / 1000:.0f} kB")
        path = Path(folder) / "long.audit"
        record(path, LINES, LAYERS)
        seconds = process_seconds(["-m", "adamproof", "audit", str(path)], 3)
        print(f"`audit` on {LINES} lines of {LAYERS} layers: {seconds:.2f} s (target 5)")


if __name__ == "__main__":
    main()
