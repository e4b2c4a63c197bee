"""One million settings of the main bound: vectorised, beside naive sympy.lambdify and mpmath point by point.

Target: at most 2 s on two cores.
"""

from __future__ import annotations

from typing import Any

import mpmath
import numpy
import sympy
from common import machine, seconds

from adamproof.bounds.problem import Hyperparameters, Problem
from adamproof.bounds.ranges import FIELDS
from adamproof.bounds.theorems.from_lemmas import theorem
from adamproof.bounds.vectorised import bound

SETTINGS = 1_000_000
POINTS = 2_000  # for mpmath, scaled up


def settings(count: int) -> dict[str, Any]:
    """Random settings with beta1^2 < beta2."""
    rng = numpy.random.default_rng(1)
    beta1 = 1 - 10 ** rng.uniform(-4, -0.3, count)
    return {
        "gap": rng.uniform(0.1, 10, count),
        "grad1": rng.uniform(0.1, 10, count),
        "L0": rng.uniform(0.1, 10, count),
        "sigma0": rng.uniform(0.1, 10, count),
        "dim": rng.integers(1, 10**9, count).astype(float),
        "beta1": beta1,
        "beta2": 1 - (1 - beta1) * rng.uniform(0.01, 1, count),
        "lr": 10 ** rng.uniform(-6, -1, count),
        "steps": rng.integers(1, 10**7, count).astype(float),
    }


def made(values: dict[str, Any]) -> tuple[Problem, Hyperparameters]:
    hyper = {name: values[name] for name in ("beta1", "beta2", "lr", "steps")}
    return Problem(**{name: value for name, value in values.items() if name not in hyper}), Hyperparameters(**hyper)


def main() -> None:
    values = settings(SETTINGS)
    problem, hyper = made(values)
    found = theorem("main")
    zeros = {FIELDS[name].symbol: 0 for name in ("L1", "sigma1", "Gp", "Gq")}
    formulas = [formula.subs(zeros) for formula in (*found.terms.values(), found.bound)]
    symbols = [FIELDS[name].symbol for name in values]
    naive = sympy.lambdify(symbols, formulas, "numpy")
    precise = sympy.lambdify(symbols, formulas, "mpmath")

    def point_by_point() -> None:
        for index in range(POINTS):
            precise(*(mpmath.mpf(float(value[index])) for value in values.values()))

    ours = seconds(lambda: bound(problem, hyper), runs=5)
    single = seconds(lambda: bound(problem, hyper, threads=1), runs=5)
    plain = seconds(lambda: naive(*values.values()), runs=5)
    slow = seconds(point_by_point, runs=3) * SETTINGS / POINTS
    print(machine())
    print(f"{SETTINGS} settings of the main bound: four terms, total, R, hypotheses")
    print(f"vectorised, 2 threads      {ours:.3f} s (target 2)")
    print(f"vectorised, 1 thread       {single:.3f} s")
    print(f"naive lambdify to NumPy    {plain:.3f} s (terms and total alone), ratio {plain / ours:.1f}")
    print(f"mpmath point by point      {slow:.0f} s (from {POINTS} points), ratio {slow / ours:.0f}")


if __name__ == "__main__":
    main()
