"""Tuned learning rates of networks: the numbers, grids that are extended, and what two experiments make of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adamproof import networks
from adamproof.experiments.architectures import betas, learning_rates, tuning
from adamproof.experiments.architectures.tuning import APART, Training, tune
from adamproof.experiments.runner import Runner
from adamproof.simulator import Algorithm, NotFinite, SimulationError, State, quadratic, simulate
from tests.experiments.test_experiments import SMALL

NETWORK, DATA = networks.lstm(2, 3), networks.topics(6, 32)


BETAS = 0.9, 0.999, 1e-8
TRAINING = Training("lstm", NETWORK, DATA, 4, 16, BETAS)


def test_f_is_the_mean_over_the_later_half_of_a_run_of_the_seed() -> None:
    value, largest = TRAINING.run(Runner(seed=3), -4.0, 2)
    seed = 3 + (2 << APART)
    problem = networks.problem(NETWORK, DATA, 4, start=seed)
    run = simulate(problem, Algorithm(2.0**-4, *BETAS), 16, 1, seed, snapshots=[8, 12, 16])
    losses = [NETWORK.loss(state.x[0], DATA.inputs, DATA.targets) for state in run.snapshots.values()]
    assert value == pytest.approx(np.mean(losses), rel=1e-12)
    assert largest == run.statistics.maximum
    assert TRAINING.run(Runner(seed=3), -4.0, 1)[0] != value


def planted(monkeypatch: pytest.MonkeyPatch, best: float, unlike: float = 0.0) -> list[tuple[float, int]]:
    """Runs whose F is least at a power of 2, which differs between the seeds; what was run."""
    ran = []

    def run(self: Training, lab: Runner, power: float, seed: int) -> tuple[float, float]:
        ran.append((power, seed))
        return float(np.exp(0.1 * (power - best - unlike * seed) ** 2)), 1.0

    monkeypatch.setattr(Training, "run", run)
    return ran


def test_a_grid_that_an_optimum_ends_is_extended(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = planted(monkeypatch, -2.7, unlike=5.0)
    found = tune(Runner(), TRAINING, 2, [-1.0, 1.0, 1.0])
    assert found.vertices == pytest.approx([-2.7, 2.3])
    assert list(found.powers) == [-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]
    assert len(ran) == len(set(ran)) == 2 * 8  # nothing is run twice
    assert found.best == 4  # of both seeds together: at -0.2


def test_a_grid_is_not_extended_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    planted(monkeypatch, 40.0)
    with pytest.raises(SimulationError, match=r"lstm: no learning rate from 2\^-1 to 2\^11 is the best for every seed"):
        tune(Runner(), TRAINING, 1, [-1.0, 1.0, 1.0])


def test_a_run_that_leaves_the_numbers_has_no_f(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any, **__: Any) -> Any:
        state = State(*(np.zeros((1, 2)) for _ in range(3)))
        raise NotFinite("u is not finite", 3, 0, 1, None, state)

    monkeypatch.setattr(tuning, "problem", lambda *_: quadratic(2))
    monkeypatch.setattr(Runner, "run", run)
    assert TRAINING.run(Runner(), 0.0, 0) == (float("inf"), float("inf"))


def test_the_bounds_exponent_is_that_of_the_theorem() -> None:
    """With all other constants fixed the bound falls apart into A/gamma + B d gamma, up to what momentum adds."""
    found = learning_rates._of_the_bound([100, 10_000, 1_000_000], learning_rates.DEFAULT)
    assert np.diff(np.log10(found)) == pytest.approx([-1.0, -1.0], abs=0.02)


def test_what_is_said_of_claims_8_and_11() -> None:
    rates = learning_rates.run(Runner(), SMALL["architectures-lr"])
    (words,) = learning_rates.observed(rates).values()
    by_width, by_depth = rates["settings"].values()
    assert f"d^({by_width['1/width']:.3f}) for 1/width" in words and "a width that stays" in words
    assert by_depth["1/width"] is None is by_depth["fitted to the width"]
    assert by_width["the bound"] == pytest.approx(-0.5, abs=0.01)
    seen = betas.run(Runner(), SMALL["architectures-betas"])
    (words,) = betas.observed(seen).values()
    inside, past = seen["networks"]["lstm"]["rows"]
    assert (inside["stable"], past["stable"], past["R"]) == (True, False, None)
    assert all(row["max u"] <= row["R_T"] for row in (inside, past))
    assert f"{past['loss']['mean']:.3g} at beta1 = 0.9999 (the same memory inside the boundary: " in words
