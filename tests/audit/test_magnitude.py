"""R_t in floats, what rounding may add, and that the verdict on it accuses what it must and nothing else."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from adamproof.audit import AuditError, judge, watch_arrays
from adamproof.audit.magnitude import largest, least_second_moment, precision, tolerance
from adamproof.audit.record import Run, run_of
from adamproof.audit.verdicts import HOLDS, NOT_RECORDED, REJECTED, magnitudes
from adamproof.bounds.magnitude import magnitudes as certified
from tests.audit.stand_in import BFLOAT, Adam, Tensor, to_bfloat, torch  # noqa: F401
from tests.audit.trainings import model, recorded, watched

BETAS = ((0.9, 0.999), (0.0, 0.99), (0.9, 0.81), (0.95, 0.9), (0.5, 0.5), (0.99, 0.9999))


def word(run: Run) -> str:
    return next(each.word for each in judge(run) if each.subject == "u <= R_t")


def text(run: Run) -> str:
    return next(each.text for each in judge(run) if each.subject == "u <= R_t")


@pytest.mark.parametrize("betas", BETAS)
def test_it_is_the_certified_magnitude(betas: tuple[float, float]) -> None:
    steps = [1, 2, 3, 10, 100, 5000]
    found = largest(*betas, steps)
    for value, t in zip(found, steps, strict=True):
        exact = certified(str(betas[0]), str(betas[1]), t).corrected
        assert exact is not None
        assert value == pytest.approx(float(exact.high), rel=1e-11)


def worst(beta1: float, beta2: float, steps: int) -> Any:
    """Gradients that attain R_t at t = steps: g_k in proportion to (beta1/beta2)^(t-k)."""
    return (beta1 / beta2) ** np.arange(steps - 1, -1, -1.0)


@pytest.mark.parametrize(("betas", "steps"), list(itertools.product(((0.9, 0.999), (0.5, 0.9)), (1, 5, 40))))
def test_gradients_that_attain_it_hold_in_float64(betas: tuple[float, float], steps: int) -> None:
    gradients = worst(*betas, steps)
    run = recorded(lambda t: {"x": np.array([gradients[t - 1]])}, steps, *betas, every=1, epsilon=0.0)
    ratio = magnitudes(run).ratio[-1, 0]
    assert ratio == pytest.approx(1.0, abs=1e-8)
    assert word(run) == (HOLDS if steps > 1 else NOT_RECORDED)  # step 1 alone is no comparison


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize("kind", ["float32", BFLOAT])
def test_rounding_above_it_is_not_accused(kind: str) -> None:
    """The worst gradients with moments of the type: u comes out above R_t, within the tolerance of the type."""
    steps, store = 40, (to_bfloat if kind == BFLOAT else np.float32)
    gradients = worst(0.9, 0.999, steps)
    above = 0
    for scale in np.geomspace(1.0, 2.0, 30):
        parameter = Tensor(np.ones(8, dtype=np.float32), kind)
        optimizer = Adam([parameter], eps=1e-30)
        recorder = watch_recorder(optimizer)
        for t in range(steps):
            parameter.grad = Tensor(store(np.full(8, gradients[t] * scale, dtype=np.float32)), kind)
            optimizer.step()
        run = run_of(recorder.lines(), "")
        assert run.layers[0].v == kind
        above += bool((magnitudes(run).ratio > 1.0).any())
        assert word(run) == HOLDS
        if (magnitudes(run).ratio > 1.0).any():
            assert f"within the rounding of {kind}" in text(run)
    assert above  # else the tolerance was not needed, and this shows nothing


def watch_recorder(optimizer: Adam) -> Any:
    from adamproof.audit import watch

    return watch(optimizer, every=1, budget=None)


def test_the_tolerance_grows_with_t_and_with_the_roundoff() -> None:
    steps = np.array([1, 10, 1000])
    single, half = (tolerance(0.9, 0.999, steps, kind, kind) for kind in ("float32", BFLOAT))
    assert (np.diff(single) > 0).all() and (np.diff(half) > 0).all()
    assert (single < 1 + 1e-5).all() and 1.0046 < half[-1] < 1.2
    assert (tolerance(0.9, 0.999, steps, "float64", "float64") < 1 + 1e-6).all()


@pytest.mark.parametrize("excess", [1.00002, 1.5])
def test_what_is_above_it_is_rejected(excess: float) -> None:
    """A planted violation, of a size that no rounding of float32 explains."""
    recorder = watch_arrays(0.9, 0.999, epsilon=0.0, every=1, budget=None)
    r = float(largest(0.9, 0.999, 50))
    m, v = np.float32(excess * r * (1 - 0.9**50)), np.float32(1 - 0.999**50)
    recorder.record(50, {"guilty": {"m": np.full(3, m, np.float32), "v": np.full(3, v, np.float32)}})
    run = run_of(recorder.lines(), "")
    assert word(run) == REJECTED
    assert "guilty at t = 50" in text(run) and "rounding of float32 reaches 1.00000" in text(run)


def test_a_counter_that_was_not_loaded_is_rejected() -> None:
    """m and v of a long run with t = 1: the averages do not begin at 0."""
    recorder = watch_arrays(0.9, 0.999, every=1, budget=None)
    m, v = np.full(4, 1.0), np.full(4, 1.0)
    recorder.record(5, {"x": {"m": m, "v": 0.001 * v}})
    run = run_of(recorder.lines(), "")
    assert word(run) == REJECTED and "a state loaded without its counter" in text(run)


def test_other_betas_than_the_optimizers_are_rejected() -> None:
    gradients = worst(0.9, 0.999, 60)
    run = recorded(lambda t: {"x": np.array([gradients[t - 1]])}, 60, every=1)
    assert word(run) == HOLDS
    group = {**run.groups[0], "beta1": 0.99}
    assert word(Run(**{**vars_of(run), "header": {**run.header, "groups": [group]}})) == REJECTED


def vars_of(run: Run) -> dict[str, Any]:
    return {name: getattr(run, name) for name in Run.__dataclass_fields__}


def test_underflow_is_left_out_and_said() -> None:
    """Where v has underflown to 0 beside m, u is of any size, and says nothing of exact averages."""
    recorder = watch_arrays(0.9, 0.999, epsilon=0.0, every=1, budget=None)
    m = np.array([1e-30, 0.01], dtype=np.float32)
    v = np.array([1e-45, 0.001], dtype=np.float32)
    recorder.record(3, {"x": {"m": m, "v": v}})
    run = run_of(recorder.lines(), "")
    assert run.numbers["low"][0, 0] == 1 and word(run) == HOLDS and "50 % of v is 0 or underflows" in text(run)


def test_half_precision_states_cannot_be_accused_and_quantised_ones_are_refused() -> None:
    assert least_second_moment(0.999, "float16") > 0.1  # nothing is left to compare, and nothing is accused
    with pytest.raises(AuditError, match=r"of the type torch\.int8 are not audited"):
        precision("torch.int8")


@pytest.mark.usefixtures("torch")
@pytest.mark.parametrize(("kind", "seed"), list(itertools.product([None, BFLOAT], range(20))))
def test_trainings_are_not_accused(kind: str | None, seed: int) -> None:
    net = model(seed, kind)
    assert word(watched(net, Adam(net.parameters(), lr=0.01), 30, every=1)) == HOLDS


def test_a_key_bias_is_flagged() -> None:
    """Gradients of rounding only: sqrt(v) is below epsilon, so that u depends on epsilon."""
    random = np.random.default_rng(0)
    run = recorded(
        lambda t: {"key.bias": 1e-10 * random.normal(size=64), "weight": random.normal(size=(8, 8))}, 100
    )  # fmt: skip
    said = {each.subject: each for each in judge(run)}
    assert said["epsilon"].data["layers"] == ["key.bias"] and "u depends on epsilon" in said["epsilon"].text
    assert "50 %" in said["epsilon"].text


def test_copies_are_found() -> None:
    random = np.random.default_rng(0)

    def gradients(t: int) -> Any:
        g = random.normal(size=12)
        return {"bias_ih": g, "bias_hh": g, "weight": random.normal(size=12)}

    said = {each.subject: each.text for each in judge(recorded(gradients, 30))}
    assert said["copies"].startswith("bias_ih = bias_hh:")


def test_no_word_is_proved() -> None:
    random = np.random.default_rng(0)
    run = recorded(lambda t: {"PROVED": random.normal(size=5)}, 20)
    assert not any("PROVED" in f"{each.word}{each.text}{each.subject}" for each in judge(run))
