"""The simulator on a noisy quadratic of 10^7 coordinates in float64, beside what one would write by hand.

Every contender draws Gaussian noise, takes the gradient h x, updates and gathers seven sums a step (|a|, a^2, u|a|,
e^2, u^2, u, max u).  Each runs in a process of its own on one core, in ROUNDS rounds in turn; the figure is the least
processor time, which other work on the machine disturbs little.  Two cores are compared with one by wall time.

The floor is a division and a square root on random numbers in the first cache, plus the generator alone, both compiled
as in the engine.  (Random, because some processors divide by 1 faster.)

    python benchmarks/bench_simulator.py            (peers: pip install jax optax)
    python benchmarks/bench_simulator.py --memory   (10^8 coordinate-replicates, and the memory that takes)
    python benchmarks/bench_simulator.py --coordinates 200000 --rounds 1   (a first look, in a minute)

"in float32" is the engine with x, m and v in float32; the peers stay in float64.

Targets: 14 times the hand-written JAX scan and optax.adam under jit, 8 times naive and 4 times in-place NumPy; at most
1.2 times the floor; two cores 1.8 times one; at most 4 GiB of memory.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from common import ENVIRONMENT, machine

D = 10**7
ROUNDS = 3
BETA1, BETA2, RATE, EPSILON, S0 = 0.9, 0.999, 1e-3, 1e-8, 1.0
TARGETS = {"jax": 14.0, "optax": 14.0, "naive": 8.0, "in-place": 4.0}
FLOOR, CORES = 1.2, 1.8


def least(
    action: Callable[[int], object], steps: int, clock: Callable[[], float] = time.process_time, runs: int = 2
) -> float:
    """The least time of an action, in nanoseconds per coordinate and step, after a short one that is not counted."""
    action(4)
    times = []
    for _ in range(runs):
        began = clock()
        action(steps)
        times.append(clock() - began)
    return min(times) / (D * steps) * 1e9


# --- contenders: each prints nanoseconds per coordinate-step ------------------------------------


def engine(threads: int, clock: Callable[[], float], dtype: str = "float64") -> float:
    from adamproof.simulator import Noise, adam, quadratic
    from adamproof.simulator.numba_engine import NumbaEngine
    from adamproof.simulator.run import CHUNK
    from adamproof.simulator.task import State, Task

    problem = quadratic(D, noise=Noise(s0=S0))
    task = Task(problem, adam(RATE, BETA1, BETA2, EPSILON), 10**6, 1, 1, dtype=dtype)
    state, numba = State.start(task), NumbaEngine(threads)

    def run(steps: int) -> None:
        for _ in range(0, steps, CHUNK):
            numba.advance(task, state, min(steps, CHUNK))
            state.step += min(steps, CHUNK)

    return least(run, CHUNK, clock)


def floor() -> float:
    import math

    import numba

    from adamproof.simulator import compiled
    from adamproof.simulator import numba_engine as parts

    lanes = parts.LANES
    compile: Callable[[Any], Any] = numba.njit(**compiled.KERNEL)

    @compile
    def divide(repeats: int, row: Any) -> Any:
        for _ in range(repeats):
            for lane in range(lanes):
                row[parts.ROW + lane] = row[lane] / (math.sqrt(row[parts.ROW + lane]) + EPSILON)
        return row[0]

    @compile
    def generate(repeats: int, codes: Any, settings: Any) -> Any:
        z, zero = np.zeros(4 * parts.ROW), np.uint64(0)
        for repeat in range(repeats):
            parts._draw(z, codes, settings, zero, zero, zero, np.uint64(repeat), zero, zero, zero)
        return z[0]

    codes, settings = np.array([1, 0, 0]), np.zeros(8)
    numbers = np.random.default_rng(1).uniform(0.5, 2.0, 2 * parts.ROW)
    division = least(lambda steps: divide(steps * D // lanes, numbers), 16)
    generator = least(lambda steps: generate(steps * D // lanes // 4, codes, settings), 16)
    print(f"division and square root {division:.2f}, generator {generator:.2f}", file=sys.stderr)
    return division + generator


def naive() -> float:
    h = np.ones(D)
    random = np.random.default_rng(1)

    def run(steps: int) -> list[Any]:
        x, m, v, sums = np.ones(D), np.zeros(D), np.zeros(D), []
        for _ in range(steps):
            a = h * x
            g = a + S0 / np.sqrt(D) * random.standard_normal(D)
            m = BETA1 * m + (1 - BETA1) * g
            v = BETA2 * v + (1 - BETA2) * g**2
            u = np.abs(m) / (np.sqrt(v) + EPSILON)
            x = x - RATE * u * np.sign(m)
            e = m - a
            size = np.abs(a)
            sums.append(
                (size.sum(), (a**2).sum(), (u * size).sum(), (e**2).sum(), (u**2).sum(), u.sum(), u.max())
            )  # fmt: skip
        return sums

    return least(run, 4)


def in_place() -> float:
    h = np.ones(D)
    random = np.random.default_rng(1)
    a, g, u, w = (np.empty(D) for _ in range(4))

    def run(steps: int) -> list[Any]:
        x, m, v, sums = np.ones(D), np.zeros(D), np.zeros(D), []
        for _ in range(steps):
            np.multiply(h, x, out=a)
            random.standard_normal(out=g)
            g.__imul__(S0 / np.sqrt(D))
            g.__iadd__(a)
            np.multiply(m, BETA1, out=m)
            np.multiply(g, 1 - BETA1, out=w)
            np.add(m, w, out=m)
            np.multiply(g, g, out=w)
            np.multiply(w, 1 - BETA2, out=w)
            np.multiply(v, BETA2, out=v)
            np.add(v, w, out=v)
            np.sqrt(v, out=w)
            np.add(w, EPSILON, out=w)
            np.divide(m, w, out=u)  # with m's sign
            np.multiply(u, RATE, out=w)
            np.subtract(x, w, out=x)
            np.abs(u, out=u)
            np.subtract(m, a, out=w)
            np.abs(a, out=g)
            sums.append(
                (g.sum(), np.dot(a, a), np.dot(u, g), np.dot(w, w), np.dot(u, u), u.sum(), u.max())
            )  # fmt: skip
        return sums

    return least(run, 4)


def _jax_sums(a: Any, m: Any, u: Any) -> Any:
    import jax.numpy as jnp

    size, e = jnp.abs(a), m - a
    return jnp.array(
        [size.sum(), (a * a).sum(), (u * size).sum(), (e * e).sum(), (u * u).sum(), u.sum(), u.max()]
    )  # fmt: skip


def jax_scan() -> float:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    h = jnp.ones(D)

    def step(carry: Any, key: Any) -> Any:
        x, m, v = carry
        a = h * x
        g = a + S0 / D**0.5 * jax.random.normal(key, (D,), dtype=jnp.float64)
        m = BETA1 * m + (1 - BETA1) * g
        v = BETA2 * v + (1 - BETA2) * g * g
        u = jnp.abs(m) / (jnp.sqrt(v) + EPSILON)
        return (x - RATE * u * jnp.sign(m), m, v), _jax_sums(a, m, u)

    scan = jax.jit(lambda carry, keys: jax.lax.scan(step, carry, keys))

    def run(steps: int) -> None:
        zero = jnp.zeros(D)
        jax.block_until_ready(scan((jnp.ones(D), zero, zero), jax.random.split(jax.random.key(1), steps)))

    return least(run, 4)


def optax_adam() -> float:
    import jax
    import jax.numpy as jnp
    import optax

    jax.config.update("jax_enable_x64", True)
    h = jnp.ones(D)
    optimizer = optax.adam(RATE, BETA1, BETA2, EPSILON)

    def step(carry: Any, key: Any) -> Any:
        x, state = carry
        a = h * x
        g = a + S0 / D**0.5 * jax.random.normal(key, (D,), dtype=jnp.float64)
        updates, state = optimizer.update(g, state)
        return (optax.apply_updates(x, updates), state), _jax_sums(a, state[0].mu, jnp.abs(updates) / RATE)

    scan = jax.jit(lambda carry, keys: jax.lax.scan(step, carry, keys))

    def run(steps: int) -> None:
        x = jnp.ones(D)
        jax.block_until_ready(scan((x, optimizer.init(x)), jax.random.split(jax.random.key(1), steps)))

    return least(run, 4)


CONTENDERS: dict[str, Callable[[], float]] = {
    "engine": lambda: engine(1, time.process_time),
    "in float32": lambda: engine(1, time.process_time, "float32"),
    "floor": floor,
    "in-place": in_place,
    "naive": naive,
    "jax": jax_scan,
    "optax": optax_adam,
    "one core": lambda: engine(1, time.perf_counter),
    "two cores": lambda: engine(2, time.perf_counter),
}


def measured(name: str) -> float:
    """A contender's figure, from a process of its own on one core (or two)."""
    cores = 2 if name == "two cores" else 1
    allowed = sorted(os.sched_getaffinity(0))
    command = [sys.executable, __file__, "--coordinates", str(D), "--one", name]
    environment = {**ENVIRONMENT, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        command,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=lambda: os.sched_setaffinity(0, allowed[:cores]),
    )
    return float(done.stdout)


def memory() -> None:
    """A run over 10^8 coordinate-replicates."""
    from adamproof.simulator import Schedule, quadratic, simulate

    began = time.perf_counter()
    run = simulate(quadratic(10**4), Schedule(0.5, 0.5, 0.75, epsilon=1e-8), 64, 10**4, engine="numba")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"10^8 coordinate-replicates, 64 steps, {run.engine}: "
        f"{time.perf_counter() - began:.0f} s, {peak:.2f} GiB (target 4)"
    )


def main(rounds: int) -> None:
    print(f"{machine()}; {D} coordinates")
    names = [name for name in CONTENDERS if name not in ("jax", "optax") or find_spec(name)]
    for name in CONTENDERS:
        if name not in names:
            print(f"{name} is not installed: not compared")
    figures = dict.fromkeys(names, float("inf"))
    for _ in range(rounds):
        for name in names:
            figures[name] = min(figures[name], measured(name))
    for name in names:
        print(f"{name:10} {figures[name]:7.2f} ns per coordinate-step")
    for name, target in TARGETS.items():
        if name in figures:
            print(f"{name} / engine: {figures[name] / figures['engine']:.1f} (target {target:g})")
    print(f"engine / floor: {figures['engine'] / figures['floor']:.2f} (target at most {FLOOR})")
    print(f"one core / two cores: {figures['one core'] / figures['two cores']:.2f} (target {CORES})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--coordinates", type=int, default=D, help="the targets are for 10^7, the default")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--memory", action="store_true", help="only a run over 10^8 coordinate-replicates")
    parser.add_argument("--one", choices=CONTENDERS, help="only this one, in this process")
    asked = parser.parse_args()
    D = asked.coordinates
    if asked.one:
        print(CONTENDERS[asked.one]())
    elif asked.memory:
        memory()
    else:
        main(asked.rounds)
