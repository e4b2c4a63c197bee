"""Logistic regression in the simulator, beside what one would write by hand in JAX and in NumPy.

d = 64, 10^4 samples, batches of 32, 50 steps, float64; the seven sums of statistics in every step, those of the exact
gradient where that is computed: in every step, or in the first alone.  Each contender runs in a process of its own on
one core, in rounds in turn; the figure is the least processor time of a run after one that is not counted (which
compiles).  JAX is a vmap over replicates of a scan over steps, once with the gradient written by hand and once with
`jax.grad` of the loss.

    PYTHONPATH=. python benchmarks/bench_regression.py      (peers: pip install jax)

Target: at least 2 times as fast as JAX (aim: 3) at 8 and at 256 replicates.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from common import ENVIRONMENT, machine

SAMPLES, D, BATCH, STEPS = 10**4, 64, 32, 50
BETA1, BETA2, RATE, EPSILON = 0.9, 0.999, 1e-3, 1e-8
SIZES = ((8, 1), (8, STEPS), (256, 1), (256, STEPS))  # replicates, exact gradient every so many steps
ROUNDS = 3
ENOUGH = 1.0  # seconds for the runs of one process


def data() -> tuple[Any, Any]:
    random = np.random.default_rng(1)
    features = random.normal(size=(SAMPLES, D))
    noisy = features @ random.normal(size=D) + random.normal(size=SAMPLES)
    return features, np.where(noisy > 0.0, 1.0, -1.0)


# --- contenders: each makes a run ---------------------------------------------------------------


def simulated(engine: str, replicates: int, every: int) -> Callable[[], object]:
    from adamproof.simulator import adam, logistic, simulate

    problem, algorithm = logistic(*data(), BATCH), adam(RATE, BETA1, BETA2, EPSILON)
    if engine == "numpy":
        return lambda: simulate(problem, algorithm, STEPS, replicates, 1, engine="numpy", exact_every=every)
    from adamproof.simulator.data_engine import RegressionEngine

    made = RegressionEngine(1)  # as a program with many runs has it: `simulate` alone lays the features out each time
    return lambda: simulate(problem, algorithm, STEPS, replicates, 1, engine=made, exact_every=every)


def in_numpy(replicates: int, every: int) -> Callable[[], object]:
    """Twenty lines with matrix products of NumPy's library."""
    features, labels = data()
    signed = features * labels[:, None]
    random = np.random.default_rng(1)

    def run() -> list[Any]:
        x, m, v, sums = (*np.zeros((3, replicates, D)), [])
        for step in range(STEPS):
            rows = signed[random.integers(0, SAMPLES, (replicates, BATCH))]
            weights = 1.0 / (1.0 + np.exp(np.einsum("rbd,rd->rb", rows, x)))
            g = -np.einsum("rbd,rb->rd", rows, weights) / BATCH
            m = BETA1 * m + (1 - BETA1) * g
            v = BETA2 * v + (1 - BETA2) * g * g
            u = np.abs(m) / (np.sqrt(v) + EPSILON)
            sums.append([(u * u).sum(1), u.sum(1), u.max(1)])
            if step % every == 0:
                a = -(1.0 / (1.0 + np.exp(x @ signed.T))) @ signed / SAMPLES
                size, e = np.abs(a), m - a
                sums.append([size.sum(1), (a * a).sum(1), (u * size).sum(1), (e * e).sum(1)])
            x = x - RATE * u * np.sign(m)
        return sums

    return run


def in_jax(derived: bool, replicates: int, every: int) -> Callable[[], object]:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    features, labels = data()
    signed = jnp.asarray(features * labels[:, None])

    def by_hand(x: Any, rows: Any) -> Any:
        return -(jax.nn.sigmoid(-(rows @ x)) @ rows) / rows.shape[0]

    gradient = jax.grad(lambda x, rows: jnp.mean(jnp.logaddexp(0.0, -(rows @ x)))) if derived else by_hand

    def step(carry: Any, given: Any) -> Any:
        (x, m, v), (number, key) = carry, given
        if every == 1:
            a = gradient(x, signed)
        else:  # under vmap the number is one for all replicates, so that one branch alone is taken
            a = jax.lax.cond(number % every == 0, lambda x: gradient(x, signed), jnp.zeros_like, x)
        g = gradient(x, signed[jax.random.randint(key, (BATCH,), 0, SAMPLES)])
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g * g
        u = jnp.abs(m) / (jnp.sqrt(v) + EPSILON)
        size, e = jnp.abs(a), m - a
        sums = [size.sum(), (a * a).sum(), (u * size).sum(), (e * e).sum(), (u * u).sum(), u.sum(), u.max()]
        return (x - RATE * u * jnp.sign(m), m, v), jnp.array(sums)

    def path(key: Any) -> Any:
        zero = jnp.zeros(D)
        return jax.lax.scan(step, (zero, zero, zero), (jnp.arange(STEPS), jax.random.split(key, STEPS)))

    paths = jax.jit(jax.vmap(path))
    return lambda: jax.block_until_ready(paths(jax.random.split(jax.random.key(1), replicates)))


CONTENDERS: dict[str, Callable[[int, int], Callable[[], object]]] = {
    "numba": lambda *size: simulated("numba", *size),
    "numpy": lambda *size: simulated("numpy", *size),
    "plain NumPy": in_numpy,
    "jax": lambda *size: in_jax(False, *size),
    "jax.grad": lambda *size: in_jax(True, *size),
}


def least(run: Callable[[], object]) -> float:
    """The least processor time of a run, in seconds, of as many as fit into the time."""
    run()
    times: list[float] = []
    while sum(times) < ENOUGH:
        began = time.process_time()
        run()
        times.append(time.process_time() - began)
    return min(times)


def measured(name: str, size: tuple[int, int]) -> float:
    """A contender's figure, from a process of its own on one core."""
    allowed = sorted(os.sched_getaffinity(0))
    command = [sys.executable, __file__, "--one", name, "--size", *map(str, size)]
    environment = {**ENVIRONMENT, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=environment,
        preexec_fn=lambda: os.sched_setaffinity(0, allowed[-1:]),
    )  # fmt: skip
    return float(done.stdout)


def main(rounds: int) -> None:
    print(
        f"{machine()}; {SAMPLES} samples, d = {D}, batch {BATCH}, {STEPS} steps; milliseconds of processor time a run"
    )
    names = [name for name in CONTENDERS if not name.startswith("jax") or find_spec("jax")]
    if len(names) < len(CONTENDERS):
        print("jax is not installed: not compared")
    for size in SIZES:
        figures = dict.fromkeys(names, float("inf"))
        for _ in range(rounds):
            for name in names:
                figures[name] = min(figures[name], measured(name, size))
        print(f"{size[0]} replicates, exact gradient every {size[1]} step{'s' if size[1] > 1 else ''}:")
        for name in names:
            target = " (target 2)" if name.startswith("jax") else ""
            print(
                f"  {name:12} {figures[name] * 1e3:9.2f}   {figures[name] / figures['numba']:7.2f} times numba{target}"
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--one", choices=CONTENDERS, help="only this one, in this process")
    parser.add_argument(
        "--size", type=int, nargs=2, default=SIZES[0], help="replicates, and how often the exact gradient"
    )
    asked = parser.parse_args()
    if asked.one:
        print(least(CONTENDERS[asked.one](*asked.size)))
    else:
        main(asked.rounds)
