"""Verdicts on whole records, from the recorder to the word: how often they are wrong on planted nulls, and that each
word comes of what was planted for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adamproof.audit import judge, watch_arrays
from adamproof.audit.magnitude import largest
from adamproof.audit.record import Run, run_of
from adamproof.audit.replicates import ALIKE, APART, UNTESTED, Questions, compared
from adamproof.audit.verdicts import (
    CANNOT_TELL,
    HOLDS,
    NOT_RECORDED,
    NOT_REJECTED,
    REJECTED,
    SEEN,
    UNIDENTIFIED,
    Verdict,
)
from adamproof.experiments.statistics import identical, independent
from adamproof.simulator import SimulationError
from tests.audit.test_statistics import FEW, Gradients, alike, different, rare, shared
from tests.audit.trainings import recorded
from tests.experiments.test_statistics import most

pytest.importorskip("scipy")
NULLS, LEVEL = 500, 0.05
BETAS = ((0.9, 0.999), (0.5, 0.9), (0.0, 0.99), (0.95, 0.95))


def words(found: list[Verdict], *subjects: str) -> list[str]:
    return [each.word for each in found if each.subject.startswith(subjects)]


def about(run: Run, subject: str) -> Verdict:
    (found,) = (each for each in judge(run) if each.subject == subject)
    return found


# --- u <= R_t -----------------------------------------------------------------------------------


def gradients(seed: int) -> Callable[[int], Any]:
    """Of many kinds: normal, rare, heavy-tailed, growing as those that attain R_t, constant."""
    random = np.random.default_rng(seed)
    growth = 1.0 + 0.3 * random.random()
    kinds: list[Callable[[int], Any]] = [
        lambda t: random.normal(size=8),
        lambda t: random.normal(size=8) * (random.random(8) < 0.2),
        lambda t: random.standard_cauchy(size=8),
        lambda t: growth**t * np.ones(8),
        lambda t: np.ones(8),
    ]
    kind = kinds[seed % len(kinds)]
    return lambda t: {"x": np.asarray(kind(t), dtype=np.float32)}


@pytest.mark.parametrize("excess", [1.0, 1.0001])
def test_no_training_is_accused_and_a_planted_excess_always_is(excess: float) -> None:
    """The null: any gradients, in float32.  The violation: in the last record, a coordinate just above R_t."""
    accused = 0
    for seed in range(NULLS):
        betas = BETAS[seed % len(BETAS)]
        run = recorded(gradients(seed), 20, *betas, every=4)
        if excess > 1.0:
            recorder = watch_arrays(*betas, epsilon=0.0, every=1, budget=None)
            bound = excess * float(largest(*betas, 20))
            m = np.array([bound * (1 - betas[0] ** 20), 0.0], dtype=np.float32)
            recorder.record(20, {"x": {"m": m, "v": np.full(2, 1 - betas[1] ** 20, dtype=np.float32)}})
            run = run_of(recorder.lines(), "")
        accused += words(judge(run), "u <= R_t") == [REJECTED]
    assert accused == (NULLS if excess > 1.0 else 0)


# --- replicates ---------------------------------------------------------------------------------


def replicates(planted: Gradients, count: int, seed: int) -> list[Run]:
    """Records of an Adam at t = 4, 8 and 12, as many as there are to be.  All run at once, and are recorded each."""
    random = np.random.default_rng([seed, 11])
    m = v = 0.0
    recorders = [watch_arrays(0.5, 0.9, every=1, budget=None, keep=3) for _ in range(count)]
    for t in range(1, 13):
        drawn = [planted(random, t) for _ in range(count)]
        g = np.stack([np.concatenate(list(each.values())) for each in drawn])
        m, v = 0.5 * m + 0.5 * g, 0.9 * v + 0.1 * g * g
        if t % 4 == 0:
            for recorder, first, second in zip(recorders, m, v, strict=True):
                parts = {name: slice(3 * n, 3 * n + 3) for n, name in enumerate(drawn[0])}
                recorder.record(t, {name: {"m": first[part], "v": second[part]} for name, part in parts.items()})
    return [run_of(recorder.lines(), f"run {number}") for number, recorder in enumerate(recorders)]


@pytest.mark.slow
def test_the_words_on_replicates_of_a_null_are_wrong_at_the_level_at_most() -> None:
    """Six tests on each set of 16 records, at the level of all together.  Every other null has rare gradients: where
    half of u are 0, they are not compared."""

    def apart(table: Any, _: int, seed: int, level: float) -> Any:
        return independent(table, 127, seed, level)

    tests = Questions(identical, apart, SimulationError)
    wrong, tested = 0, 0
    for seed in range(NULLS):
        found = words(compared(replicates((alike, rare)[seed % 2], 16, seed), tests), ALIKE, APART)
        assert len(found) == 6
        wrong += REJECTED in found
        tested += found.count(REJECTED) + found.count(NOT_REJECTED)
    assert wrong <= most(NULLS, LEVEL) and tested > 0.75 * 6 * NULLS


@pytest.mark.parametrize(("planted", "subject"), [(different, ALIKE), (shared, APART)])
def test_the_words_on_replicates_of_a_violation_are_right(planted: Gradients, subject: str) -> None:
    for seed in range(10):
        found = compared(replicates(planted, 30, seed), FEW)
        assert words(found, subject)[-1] == REJECTED


def test_few_replicates_and_coordinates_that_do_not_differ_have_their_words() -> None:
    assert set(words(compared(replicates(alike, 4, 0), FEW), ALIKE)) == {UNTESTED}

    def constant(random: np.random.Generator, t: int) -> Any:
        return {"x": np.ones(3) + (random.normal(size=3) if t > 6 else 0.0)}

    found = compared(replicates(constant, 24, 0), FEW)
    early = [each for each in found if "early" in each.subject]
    assert {each.word for each in early} == {UNIDENTIFIED} and "no two coordinates" in early[0].text
    assert words([each for each in found if "late" in each.subject], ALIKE) == [NOT_REJECTED]


# --- probes -------------------------------------------------------------------------------------


def probed(seed: int, noise: Callable[[float], float], curve: float = 0.0, span: float = 1e4, count: int = 12) -> Run:
    """A record with probes at points x of many lengths.  The gradient is |x|^curve x, its noise of the size that
    noise(|a|^2) says."""
    random = np.random.default_rng(seed)
    recorder = watch_arrays(0.9, 0.999, lr=1e-6, every=1, budget=None)

    def loss(batch: int, weights: Any) -> Any:
        x = weights["x"]
        a = np.linalg.norm(x) ** curve * x
        draw = np.random.default_rng([seed, batch])
        size = np.sqrt(noise(float(a @ a)) / x.size / (64 if batch < 1000 else 1))  # large batches below 1000
        return 1.0, {"x": a + size * draw.normal(size=x.size)}

    for t, length in enumerate(np.geomspace(np.sqrt(span), 1 / np.sqrt(span), count), 1):
        x = random.normal(size=50)
        x *= length / np.linalg.norm(x)
        recorder.record(t, {"x": {"m": 0.1 * x, "v": 0.001 * x * x, "g": x, "w": x}})
        recorder.probe(loss, large=range(100 * t, 100 * t + 6), small=range(10**4 * t, 10**4 * t + 8))
    assert not recorder.stopped, recorder.stopped
    return run_of(recorder.lines(), "")


P, Q = "noise exponent p", "smoothness exponent q"


@pytest.mark.slow
def test_an_exponent_of_a_null_is_named_at_the_level_at_most() -> None:
    """Noise of one size, and curvature 1 everywhere: there is no exponent, whatever |a| spans."""
    found = [judge(probed(seed, lambda square: 1e-6, count=8)) for seed in range(NULLS)]
    for subject in (P, Q):
        named = sum(words(each, subject) == [SEEN] for each in found)
        assert named <= most(NULLS, LEVEL), subject


@pytest.mark.parametrize("power", [1.0, 2.0])
def test_a_planted_noise_exponent_is_seen_in_its_interval(power: float) -> None:
    inside = 0
    for seed in range(40):
        found = about(probed(seed, lambda square: 1e-9 + 0.01 * square ** (power / 2)), P)
        assert found.word == SEEN, found.text
        inside += found.data["low"] - 1e-9 <= power <= found.data["high"] + 1e-9
    assert inside >= 34  # of 95 %: fewer have a chance of 1 in 10,000


def test_a_planted_smoothness_exponent_is_seen_in_its_interval() -> None:
    """The gradient |x| x has the length |x|^2 and changes by about |x|, its root."""
    for seed in range(10):
        found = about(probed(seed, lambda square: 1e-12 * square, curve=1.0), Q)
        assert found.word == SEEN and found.data["low"] - 0.05 <= 0.5 <= found.data["high"] + 0.05, found.text


def test_what_a_record_lacks_has_its_words() -> None:
    short = probed(0, lambda square: 0.01 * square, span=30.0)
    assert about(short, P).word == UNIDENTIFIED and "spans a factor of" in about(short, P).text
    few = probed(0, lambda square: 0.01 * square, count=4)
    assert about(few, P).word == UNIDENTIFIED and "4 probes are too few" in about(few, P).text
    drowned = probed(0, lambda square: 1e6 * square + 1e6)
    for subject in ("noise sigma/|a|", "momentum error |m - a|/|a|"):
        found = about(drowned, subject)
        assert found.word == UNIDENTIFIED and found.text.startswith("at least "), found.text
        assert found.text.endswith("of 12 probes, whose |a|^2 is not above its own error")
    assert "12 of 12 probes have an |a|^2 not above its own error" in about(drowned, P).text
    noisy = [{**probe, "l1_low": -1.0, "a2": 1.0, "a2_half": 2.0} for probe in drowned.probes]
    void = about(replace(drowned, probes=noisy), "|a|_1/(sqrt(d) |a|_2)")
    assert void.word == UNIDENTIFIED and "no value outside it is possible" in void.text
    without = recorded(gradients(0), 20)
    assert {HOLDS, SEEN, CANNOT_TELL, NOT_RECORDED} == set(words(judge(without), ""))
