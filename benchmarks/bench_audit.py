"""The audit: what a recorder costs a training, how large a record is, how long `audit FILE` takes.

The trainings are those of the project's own networks (adamproof.networks) with its Adam, in float32 on one core, and
where PyTorch is installed, of the same CNN and Transformer with torch.optim.Adam.  Stretches of `every`
steps with a recorder and without take turns in one run; a round is the processor time of the ones over that of the
others, and what is printed is the median of the rounds.  The first records of a recorder are a round by themselves:
more of them are full than of the later ones.  Targets: at most 1.03 for the CNN and 1.02 for the Transformer at
every = 20; 100 kB for 1,000 records of ten layers; 5 s for a record of 100,000 lines.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import numpy
from common import machine, process_seconds

from adamproof.audit import watch, watch_arrays
from adamproof.audit.recorder import FIRST, FULL
from adamproof.audit.writing import Writer
from adamproof.networks import ARCHITECTURES, Adam, Trainable

EVERY, BATCH, ROUNDS, WARM, TURNS = 20, 32, 5, 40, 20
LINES, LAYERS = 100_000, 3
Training = tuple[Any, Any, Callable[[], None]]  # an optimizer, a model, and one step


def own(name: str, kind: Any = numpy.float32) -> Training:
    """The training of one of the project's networks."""
    make_network, make_data = ARCHITECTURES[name]
    network, data = make_network(), make_data()
    model, random = Trainable(network, dtype=kind), numpy.random.default_rng(0)
    optimizer = Adam(model.parameters())

    def step() -> None:
        which = random.integers(len(data.targets), size=BATCH)
        model.backward(data.inputs[which], data.targets[which])
        optimizer.step()

    return optimizer, model, step


def with_torch(name: str, kind: str = "float32") -> Training:
    """The same network with PyTorch, on random data.  Raises ImportError where it is not installed."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = torch_model(name, torch).to(getattr(torch, kind))
    if name == "cnn":
        inputs, classes = torch.randn(1797, 1, 8, 8).to(getattr(torch, kind)), 10
    else:
        inputs, classes = torch.randint(96, (1024, 32)), 96
    targets = torch.randint(classes, inputs.shape[:1] if name == "cnn" else inputs.shape)
    optimizer = torch.optim.Adam(model.parameters())

    def step() -> None:
        which = torch.randint(len(inputs), (BATCH,))
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy
        loss(model(inputs[which]).flatten(0, -2), targets[which].flatten()).backward()
        optimizer.step()

    return optimizer, model, step


def torch_model(name: str, torch: Any) -> Any:
    """A network of the sizes of `adamproof.networks` (the LSTM has a second bias)."""
    nn = torch.nn
    if name == "cnn":
        first, second = nn.Conv2d(1, 16, 3, padding=1), nn.Conv2d(16, 32, 3, padding=1)
        top = nn.MaxPool2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(512, 64), nn.ReLU(), nn.Linear(64, 10)
        return nn.Sequential(first, nn.ReLU(), second, *top)

    class Recurrent(nn.LSTM):  # type: ignore[misc, name-defined]
        def forward(self, x: Any) -> Any:
            return super().forward(x)[0]

    class Places(nn.Embedding):  # type: ignore[misc, name-defined]
        def forward(self, x: Any) -> Any:
            return x + self.weight

    class Causal(nn.TransformerEncoderLayer):  # type: ignore[misc, name-defined]
        def forward(self, x: Any) -> Any:
            mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=x.dtype)
            return super().forward(x, mask, is_causal=True)

    if name == "lstm":
        return nn.Sequential(nn.Embedding(96, 64), Recurrent(64, 96, batch_first=True), nn.Linear(96, 96))
    gelu = nn.GELU("tanh")
    block = Causal(88, 4, 352, 0.0, gelu, batch_first=True, norm_first=True)
    return nn.Sequential(nn.Embedding(96, 88), Places(32, 88), block, nn.LayerNorm(88), nn.Linear(88, 96))


def stretch(step: Callable[[], None], steps: int) -> float:
    """The processor time of some steps."""
    began = time.process_time()
    for _ in range(steps):
        step()
    return time.process_time() - began


def ratios(training: Training, every: int, rounds: int = ROUNDS) -> tuple[float, list[float]]:
    """Milliseconds of a step, and the ratio of each round: as many pairs of stretches as one full record is for."""
    optimizer, model, step = training
    stretch(step, WARM)
    recorder = watch(optimizer, model, every=every, budget=None)
    found, plain = [], 0.0
    for _ in range(1 + rounds):
        without = recorded = 0.0
        for _ in range(FULL):
            recorded += stretch(step, every)
            with hidden(recorder):
                without += stretch(step, every)
        found.append(recorded / without)
        plain += without
    recorder.close()
    if recorder.stopped:
        raise RuntimeError(recorder.stopped)
    return 1e3 * plain / (len(found) * FULL * every), found


class hidden:  # noqa: N801 - as a function
    """A recorder that is not called meanwhile: what is left in the hook is a comparison."""

    def __init__(self, recorder: Any) -> None:
        self.recorder, self.step = recorder, recorder.step

    def __enter__(self) -> None:
        self.recorder.step = lambda *_: None

    def __exit__(self, *_: object) -> None:
        self.recorder.step = self.step


def costs() -> None:
    targets = {"cnn": 1.03, "transformer": 1.02}
    for library, make in (("NumPy", own), ("PyTorch", with_torch)):
        for name, target in targets.items():
            with suppress(ImportError):
                training = make(name)
                size = sum(int(numpy.prod(each.shape)) for each in training[1].parameters())
                layers = len(list(training[1].parameters()))
                milliseconds, (first, *rest) = ratios(training, EVERY)
                print(
                    f"{library}, {name} with {size} parameters in {layers} layers, {milliseconds:.2f} ms a step: "
                    f"{statistics.median(rest):.4f} times at every = {EVERY} (target {target}; rounds {min(rest):.4f} "
                    f"to {max(rest):.4f}; the first {FULL} records, of which {FIRST} are full, {first:.4f})"
                )


def steps() -> None:
    """What the networks take, beside the same in PyTorch: stretches take turns, and medians are compared."""
    for name in ARCHITECTURES:
        for kind in (numpy.float32, numpy.float64):
            trainings = {"NumPy": own(name, kind)}
            with suppress(ImportError):
                trainings["PyTorch"] = with_torch(name, kind.__name__)
            taken: dict[str, list[float]] = {library: [] for library in trainings}
            for number in range(TURNS + 1):  # the first is not counted
                for library, (_, _, step) in trainings.items():
                    taken[library] += [stretch(step, 5) / 5][: min(number, 1)]
            found = {library: 1e3 * statistics.median(times) for library, times in taken.items()}
            shown = ", ".join(f"{value:.2f} ms in {library}" for library, value in found.items())
            ratio = f", {found['NumPy'] / found['PyTorch']:.2f} times PyTorch" if "PyTorch" in found else ""
            print(f"a step of {name} in {kind.__name__}, batches of {BATCH}: {shown}{ratio} (target at most 1)")


def record(path: Path, lines: int, layers: int) -> None:
    """A record with so many lines: what was recorded of noise, repeated with other numbers."""
    recorder = watch_arrays(0.9, 0.999, lr=1e-3, every=1, budget=None)
    random = numpy.random.default_rng(0)
    m, v = numpy.zeros((layers, 1000)), numpy.zeros((layers, 1000))
    for t in range(1, min(lines, 1000) + 1):
        for _ in range(EVERY):
            g = numpy.exp(2.0 * random.normal(size=(layers, 1))) * random.normal(size=m.shape)
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
        recorder.record(EVERY * t, {f"layer{n}": {"m": m[n], "v": v[n], "g": g[n], "w": g[n]} for n in range(layers)})
    header, *made = recorder.lines()
    writer = Writer(path)
    writer.line(header)
    for number in range(lines):
        writer.line({**made[number % len(made)], "at": EVERY * (number + 1), "t": EVERY * (number + 1)})
    writer.close()


def main() -> None:
    print(machine())
    steps()
    costs()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ten.audit"
        record(path, 1000, 10)
        print(f"1,000 records of ten layers: {path.stat().st_size / 1000:.0f} kB (target 100)")
        path = Path(folder) / "long.audit"
        record(path, LINES, LAYERS)
        seconds = process_seconds(["-m", "adamproof", "audit", str(path)], 3)
        print(f"`audit` on {LINES} lines of {LAYERS} layers: {seconds:.2f} s (target 5)")


if __name__ == "__main__":
    main()
