"""Statistics that can fail: levels over planted nulls, violations that are found, and words that say neither."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adamproof.audit import AuditError, judge
from adamproof.audit.record import Run
from adamproof.audit.replicates import LEVEL as SHARED
from adamproof.audit.replicates import TIMES, UNTESTED, Questions, closest, compared, kept, least_correlation
from adamproof.audit.statistics import distance, effective_number, fit
from adamproof.audit.verdicts import CANNOT_TELL, NOT_REJECTED, REJECTED, UNIDENTIFIED
from adamproof.experiments.statistics import identical, independent
from adamproof.simulator import SimulationError
from tests.audit.trainings import recorded
from tests.experiments.test_statistics import most

pytest.importorskip("scipy")
NULLS, LEVEL = 500, 0.1
FEW = Questions(identical, lambda table, _, seed, level: independent(table, 199, seed, level), SimulationError)
Gradients = Callable[[np.random.Generator, int], Any]


def alike(random: np.random.Generator, t: int) -> Any:
    return {"one": random.normal(size=3), "two": random.normal(size=3)}


def rare(random: np.random.Generator, t: int) -> Any:
    """Gradients that are mostly 0, as those of an embedding: alike and independent all the same."""
    return {name: random.normal(size=3) * (random.random(3) < 0.3) for name in ("one", "two")}


def different(random: np.random.Generator, t: int) -> Any:
    """One layer without a mean, one with: its u is near 1."""
    return {"one": random.normal(size=3), "two": random.normal(size=3) + 3.0}


def within(random: np.random.Generator, t: int) -> Any:
    return {"one": random.normal(size=6) + np.array([0, 0, 0, 3.0, 3.0, 3.0])}


def shared(random: np.random.Generator, t: int) -> Any:
    """Coordinates of one distribution that share most of their noise."""
    common = random.normal()
    return {"one": common + 0.2 * random.normal(size=3), "two": common + 0.2 * random.normal(size=3)}


def runs(gradients: Gradients, replicates: int, seed: int, steps: int = 12) -> list[Run]:
    found = []
    for replicate in range(replicates):
        random = np.random.default_rng([seed, replicate])
        found.append(recorded(lambda t, r=random: gradients(r, t), steps, 0.5, 0.9, every=2, keep=3))
    return found


def said(found: Any, what: str) -> list[Any]:
    return [each for each in found if each.subject.startswith(f"u {what}") and "(" in each.subject]


# --- levels -------------------------------------------------------------------------------------


def last_u(gradients: Gradients, replicates: int, random: np.random.Generator) -> Any:
    """u after 12 steps in replicates of 6 coordinates, all at once: the same numbers as in records, but fast."""
    m = v = 0.0
    for t in range(1, 13):
        g = np.stack([np.concatenate(list(gradients(random, t).values())) for _ in range(replicates)])
        m, v = 0.5 * m + 0.5 * g, 0.9 * v + 0.1 * g * g
    return np.abs(m) / (np.sqrt(v) + 1e-8)


@pytest.fixture(scope="module", params=[alike, rare], ids=["i.i.d.", "rare gradients"])
def nulls(request: pytest.FixtureRequest) -> list[Any]:
    return [last_u(request.param, 24, np.random.default_rng([7, seed])) for seed in range(NULLS)]


def test_replicates_of_a_null_are_rejected_at_the_level_at_most(nulls: list[Any]) -> None:
    found = sum(identical(table, LEVEL).rejected > 0 for table in nulls)
    assert found <= most(NULLS, LEVEL)


def test_independence_of_a_null_is_rejected_at_the_level_at_most(nulls: list[Any]) -> None:
    found = sum(independent(table, 99, seed, LEVEL).rejected for seed, table in enumerate(nulls))
    assert found <= most(NULLS, LEVEL)


def test_effective_numbers_of_a_null_are_all_of_them(nulls: list[Any]) -> None:
    assert np.mean([effective_number(table) for table in nulls]) == pytest.approx(6.0, abs=0.3)


def test_one_run_over_time_would_be_no_sample() -> None:
    """Why one run is not tested: u early and late in a run of a null, taken for samples, is rejected far too often."""
    from scipy.stats import ks_2samp

    count = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        m, v, kept_u = np.zeros(1), np.zeros(1), []
        for _ in range(400):
            g = random.normal(size=1) * (random.random(1) < 0.3)
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            kept_u.append(float(np.abs(m[0]) / (np.sqrt(v[0]) + 1e-8)))
        count += ks_2samp(kept_u[100:250], kept_u[250:]).pvalue <= LEVEL
    assert count > 3 * LEVEL * 100


# --- words --------------------------------------------------------------------------------------


def test_one_run_cannot_tell() -> None:
    words = {each.subject: each.word for each in judge(runs(alike, 1, 0)[0])}
    assert words["u identically distributed"] == CANNOT_TELL == words["u independent across coordinates"]


def test_a_null_is_not_rejected_and_the_least_detectable_distance_is_named() -> None:
    found = compared(runs(alike, 40, 1), FEW)
    for what in ("identically", "independent"):
        verdicts = said(found, what)
        assert len(verdicts) == len(TIMES) and {each.word for each in verdicts} == {NOT_REJECTED}
    first = said(found, "identically")[0]
    assert 0.3 < first.data["least detectable D"] < 1.0 and "least detectable D" in first.text
    assert first.text.startswith("D up to ") and "effective n 10 a pair" in first.text
    assert "level 0.0083; least detectable D" in first.text
    assert all(0.3 < each.data["least detectable"] < 1.0 for each in said(found, "independent"))


@pytest.mark.parametrize("planted", [different, within])
def test_different_distributions_are_rejected_with_their_distance(planted: Gradients) -> None:
    late = said(compared(runs(planted, 40, 2), FEW), "identically")[-1]
    assert late.word == REJECTED and late.data["D"] > 0.5
    if planted is within:
        assert late.data["D within a layer"] > 0.5
        assert late.data["layers"] == ["one", "one"] and "(two coordinates of one)" in late.text
    else:
        assert set(late.data["layers"]) == {"one", "two"} and "within a layer)" in late.text
    assert f"; {late.data['pairs rejected']} of " in late.text and late.data["pairs rejected"] > 0


def test_a_pair_is_counted_as_rejected_at_the_level_of_the_verdict() -> None:
    """Six tests share the level: a pair at 0.02 is none that a verdict NOT REJECTED counts."""
    for seed in range(6):
        for each in said(compared(runs(different, 24, seed), FEW), "identically"):
            assert (each.word == REJECTED) == (each.data["pairs rejected"] > 0), each.text


def test_dependence_is_rejected_and_the_coordinates_count_as_few() -> None:
    found = compared(runs(shared, 40, 3), FEW)
    apart = said(found, "independent")
    assert {each.word for each in apart} == {REJECTED} and all(each.data["effective number"] < 2.0 for each in apart)
    assert {each.word for each in said(found, "identically")} == {NOT_REJECTED}


def test_too_few_runs_are_not_called_accepted() -> None:
    found = said(compared(runs(different, 4, 4), FEW), "identically")
    assert {each.word for each in found} == {UNTESTED} and all("use at least" in each.text for each in found)
    (only,) = found  # the same for all times
    assert only.subject.endswith("(early, middle, late)") and only.data == {"runs": 4, "coordinates": 6}
    assert only.text.startswith("4 runs cannot reject it for even two of the 6 coordinates")


@pytest.mark.parametrize(("test", "least", "coordinates"), [("alike", 10, 2), ("apart", 6, 2), ("alike", 21, 40)])
def test_the_numbers_of_runs_that_the_page_names(test: str, least: int, coordinates: int) -> None:
    """docs/howto/audit.md and `audit compare --help`; the level is that of one of six tests."""

    def asked(replicates: int) -> None:
        table = np.random.default_rng(0).normal(size=(replicates, coordinates))
        if test == "alike":
            identical(table, SHARED / 6)
        else:
            independent(table, 199, 0, SHARED / 6)

    asked(least)
    with pytest.raises(SimulationError, match=f"use at least {least} replicates"):
        asked(least - 1)


def test_the_closest_pair_and_the_least_correlation() -> None:
    random = np.random.default_rng(0)
    table = random.normal(size=(20, 5)).round(1)  # with equal values
    table[:, 3] = -table[:, 1] + 0.1 * random.normal(size=20)
    assert closest(table) == (1, 3)
    null = [random.normal(size=(20, 5)) for _ in range(200)]
    least = least_correlation(null[0], LEVEL)
    above = sum(independent(each, 19, 0, LEVEL).largest > least for each in null)
    assert above <= most(200, LEVEL) and above >= 1


def test_records_without_kept_coordinates_say_so() -> None:
    made = [
        recorded(lambda t, s=seed: alike(np.random.default_rng([s, t]), t), 12, every=2) for seed in range(4)
    ]  # fmt: skip
    assert any("record replicates with keep=8" in each.text for each in compared(made, FEW))


def test_records_that_are_no_replicates_are_refused() -> None:
    first, second = runs(alike, 2, 5)
    with pytest.raises(AuditError, match="at least two"):
        compared([first], FEW)
    with pytest.raises(AuditError, match="have the same numbers"):
        compared([first, first], FEW)
    other = recorded(lambda t: alike(np.random.default_rng(t), t), 12, 0.6, 0.9, every=2, keep=3)
    with pytest.raises(AuditError, match="another beta1"):
        compared([first, other], FEW)
    third = recorded(lambda t: {"one": np.ones(3)}, 12, 0.5, 0.9, every=2, keep=3)
    with pytest.raises(AuditError, match="other layers"):
        compared([first, third], FEW)
    late = recorded(lambda t: alike(np.random.default_rng(t), t), 12, 0.5, 0.9, every=7, keep=3)
    with pytest.raises(AuditError, match="share 0 times after step 1"):
        compared([first, late], FEW)
    assert second.at.size


def test_a_coordinate_that_is_a_copy_counts_once() -> None:
    def copied(random: np.random.Generator, t: int) -> Any:
        g = random.normal(size=3)
        return {"one": g, "copy": g}

    made = runs(copied, 12, 6)
    table, places = kept(made, made[0].at[-1])
    assert table.shape == (12, 3) and set(places) == {"one"}


# --- numbers ------------------------------------------------------------------------------------


def test_the_distance_is_scipys() -> None:
    from scipy.stats import ks_2samp

    random = np.random.default_rng(0)
    for _ in range(20):
        one, other = random.integers(0, 9, 30), random.integers(2, 11, 20)
        assert distance(one, other) == pytest.approx(ks_2samp(one, other).statistic)


@pytest.mark.parametrize(("blocks", "size"), [(34, 44), (5, 4), (1, 50), (200, 1)])
def test_coordinates_that_are_copies_count_as_one(blocks: int, size: int) -> None:
    random = np.random.default_rng(0)
    found = [
        effective_number(np.repeat(random.normal(size=(64, blocks)), size, axis=1)
                         + 1e-6 * random.normal(size=(64, blocks * size)))
        for _ in range(10)
    ]  # fmt: skip
    assert np.mean(found) == pytest.approx(blocks, rel=0.1)


# --- fits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("power", [0.5, 1.0, 1.5, 2.0])
def test_a_planted_exponent_is_in_the_interval(power: float) -> None:
    inside, named = 0, 0
    for seed in range(NULLS):
        random = np.random.default_rng(seed)
        x = np.geomspace(1e-2, 1e2, 12)
        found = fit(x, (0.01 + x**power) * np.exp(0.1 * random.normal(size=12)), 2.0)
        assert found is not None
        inside += found.low - 1e-9 <= power <= found.high + 1e-9
        named += found.identified
        assert ((found.constant + found.factor * x**found.exponent) * found.envelope > 0).all()
    assert inside >= 0.93 * NULLS and named >= 0.98 * NULLS


def test_two_quantities_that_drift_apart_from_each_other_have_no_exponent() -> None:
    """Over time both wander, and each alone: what they seem to have in common is chance."""
    named = 0
    for seed in range(100):
        random = np.random.default_rng(seed)
        x, y = (np.exp(np.cumsum(step * random.normal(size=60))) for step in (1.5, 0.5))
        found = fit(x, y, 2.0)
        assert found is not None
        named += found.identified
    assert named <= 6  # of 100; points that counted as independent gave 34


def test_a_short_span_and_a_constant_identify_nothing() -> None:
    random = np.random.default_rng(0)
    for seed in range(100):
        random = np.random.default_rng(seed)
        short = np.geomspace(1.0, 30.0, 12)
        found = fit(short, short * np.exp(0.1 * random.normal(size=12)), 2.0)
        assert found is not None and not found.identified and "spans a factor of 30" in found.why
    wide = np.geomspace(1e-2, 1e2, 12)
    named = sum(
        getattr(fit(wide, np.exp(0.1 * np.random.default_rng(seed).normal(size=12)), 2.0), "identified")  # noqa: B009
        for seed in range(NULLS)
    )
    assert named <= most(NULLS, 0.05)


def test_few_probes_identify_nothing() -> None:
    found = fit([1, 10, 1e4], [1, 10, 1e4], 2.0)
    assert found is not None and found.why == "3 probes are too few, at least 6 are needed"
    only = fit([1], [1], 2.0)
    assert only is not None and only.why.startswith("1 probe is too few")
    assert fit([0.0, np.nan], [1.0, 1.0], 2.0) is None


def test_the_words_of_a_run_without_a_span() -> None:
    assert UNIDENTIFIED == "UNIDENTIFIED"
