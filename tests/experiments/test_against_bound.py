"""Runs beside their bounds: what is true holds, what is planted is found, and what is not comparable is refused."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from adamproof.cli import files
from adamproof.cli.app import main
from adamproof.cli.errors import CliError
from adamproof.experiments import against_bound
from adamproof.experiments.against_bound import NotApplicable, compare, refuse
from adamproof.simulator import (
    Algorithm,
    Constants,
    Noise,
    Sampled,
    Schedule,
    adam,
    cosh,
    estimate,
    function,
    logistic,
    quadratic,
    rmsprop,
    sign_descent,
    signum,
    simulate,
)
from tests.simulator.common import FAST

OURS = Schedule(0.5, 0.5, 0.75, epsilon=1e-8)
SOURCE = Schedule(0.5, 0.75, 0.75, epsilon=1e-3)
QUICK = ["simulate", "--dim", "4", "--steps", "200", "--replicates", "16", "--exponents", "0.5", "0.75", "0.75"]


def small(schedule: Any = OURS, problem: Any = None, steps: int = 256, replicates: int = 16) -> Any:
    return simulate(problem or quadratic(4), schedule, steps, replicates, seed=3, engine="numpy")


# --- what holds ---------------------------------------------------------------------------------


def test_a_run_is_below_its_bounds() -> None:
    found = compare(small(SOURCE))
    assert [line.said for line in found.lines] == ["holds"] * len(found.lines)
    names = [line.name for line in found.lines]
    assert names[:3] == ["mean over t of E|u_t o a_t|_1", "mean of E|e_t|_2", "the largest u, against R"]
    assert names[-1] == "mean of u^2, against S^2"
    assert all(line.slack is not None and line.slack > 1.0 for line in found.lines)


def test_the_terms_add_up_and_are_those_of_the_theorem() -> None:
    gain, error, *_ = compare(small()).lines
    assert list(gain.terms) == ["initial gap", "initial momentum", "drift", "noise"]
    assert list(error.terms) == ["start", "drift", "noise"]
    for line in (gain, error):
        assert float(sum(term.high for term in line.terms.values())) == pytest.approx(float(line.high.high), rel=1e-6)


def test_the_bound_is_the_calculators() -> None:
    """At constants that are short decimals, against the calculator asked by hand."""
    from adamproof.bounds import Hyperparameters, Problem, certify

    run = small(adam(0.001, 0.5, 0.75, 0.001))
    found = compare(run, "averaged")
    V = found.measured["V"].high
    by_hand = certify(
        Problem(gap=2, grad1=2, L0=1, sigma0=1, dim=4, V=V),
        Hyperparameters("1/2", "3/4", "1e-3", "1e-3", 256),
        "averaged",
    )
    assert float(found.lines[0].high.high) == pytest.approx(float(by_hand.total.high), rel=1e-8)


def test_the_first_step_attains_its_bound() -> None:
    """At t = 1 with epsilon = 0, u is (1 - beta1)/sqrt(1 - beta2) = R_1 exactly: rounding alone is no violation."""
    for betas in ((0.9, 0.999), (0.3, 0.7), (0.0, 0.9)):
        run = simulate(quadratic(3), adam(0.01, *betas), 1, 16, engine="numpy")
        line = next(line for line in compare(run).lines if "t = 1" in line.name)
        assert line.observed.mean == pytest.approx(float(line.high.high), rel=1e-7)
        assert line.said == "holds"


def test_a_large_gradient_rounds_the_momentum_error_and_is_no_violation() -> None:
    """e = m - a is rounded relative to a: 1e8 here, beside noise of 0.001 that attains its bound."""
    run = simulate(quadratic(1, start=1e8, noise=Noise("signs", s0=1e-3)), adam(1e-3, 0.0), 1, 16, engine="numpy")
    line = compare(run).lines[1]
    assert line.observed.mean > float(line.high.high) * (1 + 1e-6)
    assert line.said == "holds"
    assert 1e-9 < line.rounding < 1e-6


def test_a_small_rate_rounds_the_points_and_is_no_violation() -> None:
    """Steps of 1e-10 from 1e4 are rounded to multiples of 1.8e-12: a moves by up to 1e-12 more than gamma*R a step."""
    for rate in (1e-10, 1e-11, 1e-12, 1e-13):
        problem = quadratic(2, start=1e4, noise=Noise("none"))
        for against in ("main", "averaged"):
            run = simulate(problem, adam(rate, 0.9, 0.95, 1e-8), 200, 2, engine="numpy")
            assert [line.said for line in compare(run, against).lines] == ["holds"] * len(compare(run, against).lines)


def test_rounding_in_long_memories_is_allowed_for() -> None:
    """v of 1 - beta2 = 1e-9 is a sum of 10^4 roundings; the room is still far below any planted violation."""
    run = simulate(quadratic(1, noise=Noise("signs", s0=1.0)), adam(1e-6, 0.5, 1 - 1e-9), 10**4, 16, engine="numpy")
    lines = compare(run).lines
    assert not any(line.violated for line in lines)
    assert all(line.rounding < 1e-7 * float(line.high.high) for line in lines)


def test_what_underflows_is_not_compared() -> None:
    """g^2 of 3.5e-162 is rounded by 20%, and u with it: refused at the start, left out where it comes later."""
    problem = quadratic(1, start=3.507e-162, noise=Noise("none"))
    assert simulate(problem, adam(1e-3, 0.0, 0.4), 1, 2).statistics.maximum > 1.2 / 0.6**0.5
    with pytest.raises(NotApplicable, match="squares below the normal range of floats, where u is inexact"):
        refuse(problem, adam(1e-3, 0.0, 0.4), 1, 2, "main")
    # v falls to 1e-340, so 0, while m does not: u = 1e150 / epsilon.  After the last step v is normal again.
    still = quadratic(1, start=1e-150, noise=Noise("none"))
    found = compare(simulate(still, adam(1.0000000000000002e-150, 0.0, 1e-40, 1e-300), 3, 2))
    assert found.left_out == ("u against its bounds, because v comes below the normal range of floats in the run",)
    assert len(found.lines) == 2


def test_the_interval_of_tiny_numbers_does_not_underflow() -> None:
    """|e|^2 is 1e-168 here, the square of its deviation 1e-336: at a width of 0 every second run would be accused."""
    for seed in range(4):
        run = simulate(quadratic(1, start=1e-84, noise=Noise(s0=1e-84)), adam(1e-90, 0.0, 0.9, 1e-8), 1, 64, seed)
        found = compare(run, "averaged")
        assert not found.violated
        assert 0 < run.statistics.mean("error squared").half_width < 1e-168  # type: ignore[operator]


@pytest.mark.slow
@pytest.mark.parametrize("noise", [Noise("two-point", delta=0.45), Noise("signs")], ids=["two-point", "signs"])
def test_noise_of_two_values_on_its_bound_is_not_accused(noise: Noise) -> None:
    """With 2 replicates a quarter of these runs would be: both are alike, at the larger value."""
    for seed in range(100):
        run = simulate(quadratic(1, start=0.0, noise=noise), adam(0.001, 0.5, 0.5, 1e-8), 2, 16, seed, engine="numpy")
        assert not compare(run, "main").violated


def test_the_level_of_a_violation_for_two_equally_likely_values() -> None:
    """The exact chance that a mean of 0s and 1s is above 1/2 beyond its interval: less than 1 in 1000."""
    chances = {}
    for count in [*range(against_bound.REPLICATES, 40), *range(100, 160, 7)]:
        accused = 0
        for ones in range(count + 1):
            one = estimate(np.repeat([0.0, 1.0], [count - ones, ones]), against_bound.VIOLATION)
            accused += math.comb(count, ones) * (one.low > 0.5)
        chances[count] = accused / 2**count
    assert max(chances, key=chances.__getitem__) == 18
    assert chances[18] == pytest.approx(6.56e-4, rel=1e-3)
    assert max(chance for count, chance in chances.items() if count >= 100) < 1e-4


@pytest.mark.slow
def test_a_run_that_is_on_its_bound_is_not_accused() -> None:
    """Without momentum the mean of |e|^2 is the bound itself: at 95% a run in 40 would be taken for a violation, at
    99.99% one in 20,000."""
    above = accused = 0
    for seed in range(200):
        run = simulate(quadratic(1, noise=Noise()), adam(0.01, 0.0, 0.9, 1e-8), 4, 32, seed, engine="numpy")
        line = compare(run, "averaged").lines[1]
        above += line.observed.low > float(line.high.high)
        accused += line.violated
    assert above >= 1
    assert accused <= 1


def test_noise_that_a_problem_draws_itself_is_noise() -> None:
    """Its p is that of the constants, in the mean over time too, and it needs as many replicates as other noise."""

    def stochastic(x: Any, draws: Any) -> Any:  # E|xi|^2 = 100|a|^2
        return x + 10.0 * x * np.where(draws.choices(1, 2)[:, :1] == 1, 1.0, -1.0)

    def level(x: Any) -> Any:
        return 0.5 * x[:, 0] ** 2

    known = Constants(L0=1.0, L1=0.0, lower=0.0, s0=0.0, s1=10.0, p=2.0)
    problem = Sampled("own", lambda x: x, np.array([100.0]), Noise("none"), known, stochastic, level)
    algorithm = Algorithm(1e-3, 0.0, 0.9, 1e-3)
    with pytest.raises(NotApplicable, match="use --replicates 16 or more"):
        refuse(problem, algorithm, 50, 15, "main")
    for against in ("main", "averaged"):
        found = compare(simulate(problem, algorithm, 50, 64, 1), against)
        assert found.measured["Gp"].mean == pytest.approx(1e4, rel=0.1)
        assert not found.violated


def test_noise_of_unknown_kind_never_violates() -> None:
    """It is rarely 0, so that a sample without a 0 has no deviation and a mean above the bound."""
    scale = 0.99**-0.5

    def lazy(x: Any, draws: Any) -> Any:  # E xi = 0, E xi^2 = 1
        drawn = draws.choices(2, 1 << 20)
        return x + np.where(drawn[:, :1] >= 0.01 * (1 << 20), np.where(drawn[:, 1:] < 1 << 19, scale, -scale), 0.0)

    known = Constants(L0=1.0, L1=0.0, lower=0.0, s0=1.0, s1=0.0)
    problem = Sampled(
        "lazy", lambda x: x, np.ones(1), constants=known, stochastic=lazy, level=lambda x: 0.5 * x[:, 0] ** 2
    )
    found = [compare(simulate(problem, adam(1e-6, 0.0, 0.9, 1e-3), 1, 18, seed)) for seed in range(8)]
    words = {line.said for one in found for line in one.lines if line.above}
    assert words == {"above, if the means of this noise are nearly normal"}
    assert not any(one.violated for one in found)


def test_what_was_run_is_shown_where_it_cannot_be_compared() -> None:
    arguments = ["--dim", "1", "--start", "1e153", "--noise", "none", "--replicates", "2", "--steps", "1000"]
    done = CliRunner().invoke(main, ["simulate", *arguments, "--against", "main", "--json"])
    assert done.exit_code == 2
    document = json.loads(done.stdout)
    assert (document["exit_code"], document["against"]) == (2, None)
    assert document["reason"] in done.stderr
    assert document["statistics"]["steps"] == 1000


def test_a_reproducer_does_not_replace_what_came_in_between(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    hundredth(monkeypatch)
    wrong = against_bound.certify

    def late(*arguments: Any, **options: Any) -> Any:
        Path("mine.json").write_text("kept")
        return wrong(*arguments, **options)

    monkeypatch.setattr(against_bound, "certify", late)
    done = CliRunner().invoke(main, [*QUICK, "--against", "averaged", "--epsilon", "1e-3", "--reproducer", "mine.json"])
    assert done.exit_code == 1
    assert Path("mine.json").read_text() == "kept"
    (other,) = tmp_path.glob("violation-*.json")
    assert f"The reproducer is {other.name}." in done.stderr


def test_affine_noise_brings_its_mean_into_the_bound() -> None:
    run = small(problem=cosh(4, noise=Noise(s1=0.5, p=1.0)), schedule=replace(OURS, gamma=0.5))
    found = compare(run)
    assert found.measured["Gp"].mean == run.statistics.mean("l2^p").mean
    assert found.lines[0].low.low < found.lines[0].high.high  # the interval of G_p and G_q
    assert not found.violated


def test_the_second_moment_is_at_most_its_upper_end() -> None:
    """Without noise v_T is known; with noise the upper end is above the mean of every coordinate."""
    run = small()
    found = against_bound.second_moment(run)
    assert found.high >= run.state.v.mean(axis=0).max()
    still = small(problem=quadratic(4, noise=Noise("none")))
    assert against_bound.second_moment(still).high == pytest.approx(still.state.v[0].max())


# --- bias correction ----------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["sign", "textbook"])
@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.9, 0.9), (0.0, 0.5), (0.99, 0.995)])
@pytest.mark.parametrize("epsilon", [0.0, 1e-3])
def test_corrected_runs_are_not_accused(form: Any, betas: tuple[float, float], epsilon: float) -> None:
    for seed, noise in enumerate((Noise(), Noise("signs", s0=0.1), Noise("two-point", delta=0.3), Noise(s1=0.5))):
        algorithm = Algorithm(0.003, *betas, epsilon, bias_correction=True, form=form)
        found = compare(simulate(quadratic(3, noise=noise), algorithm, 64, 32, seed, engine="numpy"))
        assert not found.violated
        assert found.title == 'bias-corrected-main, claim "Adam with bias correction"'
        assert [line.why for line in found.lines][-1] == "bias-corrected"


def test_a_corrected_run_is_below_its_bounds_and_says_what_is_left_out() -> None:
    found = compare(small(replace(OURS, bias_correction=True)))
    assert [line.said for line in found.lines] == ["holds"] * 3
    assert [text.partition(",")[0] for text in found.left_out] == ["u against R_t", "the mean of u^2 against S^2"]
    uncorrected = compare(small(OURS))
    assert found.lines[0].high.high == pytest.approx(float(uncorrected.lines[0].high.high), rel=0.1)


def test_rounding_of_the_corrections_is_no_violation() -> None:
    """1 - beta^t loses 9 digits at 1 - beta = 1e-9, and u rises above 1 = R by more than the usual room of 1e-9."""
    for rest in (1e-9, 7e-10, 3e-10):
        algorithm = adam(1e-14, 1 - rest, 1 - rest, bias_correction=True)
        run = simulate(quadratic(1, noise=Noise("none")), algorithm, 50, 2, engine="numpy")
        found = compare(run)
        assert not found.violated
        line = next(line for line in found.lines if line.name == "the largest u, against R")
        assert 1.5e-9 < run.statistics.maximum - 1 < line.rounding < 1e-5


def test_what_is_planted_in_a_corrected_run_is_found() -> None:
    """Betas with a larger R than those it states; and 1000 times shorter steps than it states."""
    run = small(adam(0.001, 0.0, 0.999, bias_correction=True), quadratic(4, noise=Noise(s0=100.0)), steps=64)
    assert not compare(run).violated
    said = replace(run.task.algorithm, beta1=0.99, beta2=0.99)
    names = [line.name for line in compare(replace(run, task=replace(run.task, algorithm=said))).violated]
    assert "the largest u, against R" in names
    slow = small(adam(1e-6, 0.5, 0.5, 1e-8, True), quadratic(4, noise=Noise(s0=0.1)), steps=4096)
    assert not compare(slow).violated
    said = replace(slow.task.algorithm, learning_rate=1e-3)
    found = compare(replace(slow, task=replace(slow.task, algorithm=said)))
    assert [line.name for line in found.violated] == ["mean over t of E|u_t o a_t|_1"]


def test_the_command_compares_a_corrected_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    words = [*QUICK[:-3], "0.5", "0.5", "0.75", "--bias-correction", "--against", "main"]
    done = CliRunner().invoke(main, [*words, "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["against"]["claim"].startswith("bias-corrected-main")
    hundredth(monkeypatch)
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1
    assert "VIOLATED: mean over t of E|u_t o a_t|_1. The reproducer is violation-" in done.stderr
    (path,) = tmp_path.glob("violation-*.json")
    assert "--bias-correction" in json.loads(path.read_text())["command"]


# --- what is planted ----------------------------------------------------------------------------


def hundredth(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound that is 100 times too small."""
    certify = against_bound.certify

    def wrong(*arguments: Any, **options: Any) -> Any:
        found = certify(*arguments, **options)
        total = against_bound.Enclosure(found.total.low / 100, found.total.high / 100)
        return replace(found, total=total)

    monkeypatch.setattr(against_bound, "certify", wrong)


def test_a_wrong_bound_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    hundredth(monkeypatch)
    found = compare(small())
    assert [line.name for line in found.violated] == ["mean over t of E|u_t o a_t|_1"]


def test_a_wrong_learning_rate_in_the_run_is_found() -> None:
    """The run moves 1000 times less than it says, so that the gradient stays where it was."""
    run = small(adam(1e-6, 0.5, 0.5, 1e-8), quadratic(4, noise=Noise(s0=0.1)), steps=4096)
    assert not compare(run).violated
    said = replace(run.task, algorithm=replace(run.task.algorithm, learning_rate=1e-3))
    assert [line.name for line in compare(replace(run, task=said)).violated] == ["mean over t of E|u_t o a_t|_1"]


def test_wrong_betas_in_the_run_are_found() -> None:
    """R for (0.9, 0.999) is 7.27; said to be (0.99, 0.99), u may be 1 at most."""
    run = small(adam(0.001), steps=64)
    said = replace(run.task.algorithm, beta1=0.99, beta2=0.99)
    names = [line.name for line in compare(replace(run, task=replace(run.task, algorithm=said))).violated]
    assert "the largest u, against R" in names
    assert any("R_t" in name for name in names)


def test_a_violation_has_exit_status_1_and_a_reproducer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hundredth(monkeypatch)
    path = tmp_path / "violation.json"
    done = CliRunner().invoke(main, [*QUICK, "--against", "main", "--reproducer", str(path)])
    assert done.exit_code == 1
    assert f"VIOLATED: mean over t of E|u_t o a_t|_1. The reproducer is {path}." in done.stderr
    content = json.loads(path.read_text())
    assert content["violated"] == ["mean over t of E|u_t o a_t|_1"]
    assert content["run"]["seed"] == 0
    # The command in it gives the same violation again.
    words = content["command"].split()
    assert words[:2] == ["adamproof", "simulate"]
    monkeypatch.chdir(tmp_path)
    again = CliRunner().invoke(main, [*words[1:], "--json"])
    assert again.exit_code == 1
    document = json.loads(again.stdout)
    assert document["against"] == content["against"]
    assert json.loads((tmp_path / document["reproducer"]).read_text()) == content


def test_a_violation_is_told_even_if_it_cannot_be_saved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hundredth(monkeypatch)
    there = tmp_path / "there.json"
    there.write_text("mine")
    for path, message in ((there, "already exists"), (tmp_path / "no" / "v.json", "there is no folder")):
        done = CliRunner().invoke(main, [*QUICK, "--against", "main", "--reproducer", str(path)])
        assert done.exit_code == 2
        assert message in done.stderr
    assert there.read_text() == "mine"

    def full(path: Any, text: str) -> None:
        raise CliError(f"cannot write {path}: No space left on device")

    monkeypatch.setattr(files, "write", full)
    done = CliRunner().invoke(main, [*QUICK, "--against", "main", "--reproducer", str(tmp_path / "v.json")])
    assert done.exit_code == 1
    assert "observed <= proved" in done.stdout
    assert "VIOLATED: mean over t" in done.stderr
    assert "No space left on device; run this again: adamproof simulate --problem quadratic" in done.stderr


def test_a_run_without_violation_leaves_no_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for theorem in ("main", "averaged"):
        done = CliRunner().invoke(main, [*QUICK, "--against", theorem])
        assert done.exit_code == 0, done.output
        assert "observed <= proved" in done.stdout
        assert "VIOLATED" not in done.output
    document = json.loads(CliRunner().invoke(main, [*QUICK, "--against", "main", "--json"]).stdout)
    assert document["reproducer"] is None
    assert {line["says"] for line in document["against"]["lines"]} == {"holds"}
    assert list(tmp_path.iterdir()) == []


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("problem", "algorithm", "against", "message"),
    [
        (quadratic(2), signum(0.1), "main", "cover Adam, not Signum"),
        (quadratic(2), replace(signum(0.1), bias_correction=True), "main", "cover Adam, not Signum"),
        (
            quadratic(2),
            adam(0.1, 0.5, 0.9, 1e-3, bias_correction=True),
            "averaged",
            "averaged is not proved here for Adam with bias correction: compare the run with main",
        ),
        (quadratic(2), adam(0.1, 0.99, 0.9, bias_correction=True), "main", r"needs beta1\^2 < beta2"),
        (quadratic(2), sign_descent(0.1), "main", "beta2 must satisfy 0 < beta2 < 1, got 0"),
        (quadratic(2), adam(0.1, 0.99, 0.9), "main", r"needs beta1\^2 < beta2"),
        (quadratic(2), adam(0.1, 0.9, 0.9, 1e-8), "averaged", "needs beta1 < beta2"),
        (quadratic(2), rmsprop(0.1), "averaged", "needs 0 < epsilon"),
        (cosh(2), adam(10.0, epsilon=1e-8), "main", r"its hypothesis gamma\*R\*sqrt\(d\)\*L1 <= 1"),
        (cosh(2), adam(0.1, epsilon=1e-8), "averaged", "its hypothesis L1 = 0"),
        (function(lambda x: x, 2), adam(0.1), "main", "its constants L0, L1, lower are unknown"),
        (quadratic(2), adam(0.1), "corollary", "with the theorems main and averaged, not with 'corollary'"),
    ],
)
def test_what_the_theorems_say_nothing_about(problem: Any, algorithm: Algorithm, against: str, message: str) -> None:
    with pytest.raises(NotApplicable, match=message):
        refuse(problem, algorithm, 100, 16, against)


def test_few_replicates_have_no_interval_that_can_be_trusted() -> None:
    """All replicates of noise of two values can be alike, and then their spread is 0."""
    for replicates in (1, 2, 15):
        with pytest.raises(NotApplicable, match=f"^{replicates} replicates are too few .* use --replicates 16"):
            refuse(quadratic(2), adam(0.1), 100, replicates, "main")
    refuse(quadratic(2, noise=Noise("none")), adam(0.1), 100, 2, "main")
    done = CliRunner().invoke(main, ["simulate", "--replicates", "1", "--against", "main"])
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: 1 replicates are too few")


@pytest.mark.parametrize(
    ("problem", "algorithm"),
    [
        (quadratic(1, start=1e200), adam(0.1)),  # F overflows
        (quadratic(2, start=1e160), adam(0.1)),  # |a|_2 does
        (cosh(1, start=800.0), adam(0.1)),
    ],
    ids=["F", "the gradient", "cosh"],
)
def test_what_overflows_is_not_compared(problem: Any, algorithm: Algorithm) -> None:
    with pytest.raises(NotApplicable, match="overflows a float: scale the problem down"):
        refuse(problem, algorithm, 10, 16, "main")


def test_a_run_that_was_stopped_is_not_compared() -> None:
    run = small(steps=64)
    with pytest.raises(NotApplicable, match="stopped after 64 of its 128 steps: resume it first"):
        compare(replace(run, task=replace(run.task, steps=128)))


def test_what_overflows_during_a_run_is_said_after_it() -> None:
    """Sums of squares of 1e154 are too large after ten steps; the run's own numbers are shown."""
    done = CliRunner().invoke(
        main, ["simulate", "--dim", "1", "--start", "1e154", "--steps", "10", "--against", "main"]
    )
    assert done.exit_code == 2
    assert "observed: means over steps" in done.stdout
    assert done.stderr.endswith("overflows a float: scale the problem down to compare it\n")


def test_bounds_beyond_floats_are_compared() -> None:
    """A learning rate of 1e-308 makes the bound larger than any float; the comparison is of fractions."""
    found = compare(simulate(quadratic(2, start=1e10), adam(1e-308, epsilon=1e-8), 1, 16, engine="numpy"))
    assert found.lines[0].said == "holds"
    assert found.lines[0].slack is None
    json.dumps(found.to_json(), allow_nan=False)


# --- the theorems on runs -----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("problem", "gamma", "left", "right", "share"),
    [
        (quadratic(16, noise=Noise(s1=0.5, p=2.0)), 1.0, 3.20, 5.04, 0.92),
        (cosh(16, noise=Noise(s1=0.5, p=1.0)), 0.5, 6.92, 10.42, 0.97),
    ],
    ids=["quadratic", "cosh"],
)
def test_figures_of_the_main_theorem(problem: Any, gamma: float, left: float, right: float, share: float) -> None:
    """Left and right side, and the largest u where R = 1: T = 10^4, beta1 = beta2 = 1 - T^-1/2."""
    run = simulate(problem, replace(OURS, gamma=gamma), 10**4, 64, seed=1, engine=FAST)
    found = compare(run)
    gain, _, largest, *_ = found.lines
    assert gain.observed.mean == pytest.approx(left, abs=0.005)
    assert float(gain.high.high) == pytest.approx(right, abs=0.005)
    assert largest.observed.mean == pytest.approx(share, abs=0.02)
    assert largest.high.high == 1
    assert all(line.clear for line in found.lines)


@pytest.mark.slow
def test_figures_of_the_averaged_theorem() -> None:
    """T = 131072, the source's own betas: observed 1.68, by S 4.30, by R 6.99."""
    run = simulate(quadratic(16), SOURCE, 131072, 16, seed=1, engine=FAST)
    averaged, through_r = compare(run, "averaged"), compare(run)
    assert averaged.lines[0].observed.mean == pytest.approx(1.68, abs=0.005)
    assert float(averaged.lines[0].high.high) == pytest.approx(4.30, abs=0.005)
    assert float(through_r.lines[0].high.high) == pytest.approx(6.99, abs=0.005)
    assert all(line.clear for line in (*averaged.lines, *through_r.lines))


RUNS = [
    (quadratic(1, noise=Noise("two-point", delta=0.2)), OURS),
    (quadratic(16, h=np.geomspace(0.01, 1.0, 16), noise=Noise(s0=3.0)), OURS),
    (quadratic(64, noise=Noise("signs", s0=2.0)), Schedule(0.5, 0.75, 0.75, epsilon=1e-2)),
    (quadratic(8, start=10.0, noise=Noise("sphere", s0=0.5)), Schedule(0.25, 0.5, 0.5, gamma=0.3, epsilon=1e-3)),
    (quadratic(8, noise=Noise("none")), adam(0.01, 0.9, 0.999, 1e-8)),
    (quadratic(8, noise=Noise(s0=0.1, s1=1.0, p=2.0)), adam(0.003, 0.5, 0.9, 1e-6)),
    (quadratic(8, noise=Noise(s0=0.1, s1=1.0, p=0.5)), rmsprop(0.003, 0.99, 1e-6)),
    (cosh(8, start=2.0, noise=Noise(s0=1.0, s1=0.5, p=1.5)), Schedule(0.5, 0.5, 0.75, gamma=0.2, epsilon=1e-8)),
    (cosh(2, noise=Noise("signs")), adam(0.002, 0.9, 0.99, 1e-8)),
]


@pytest.mark.slow
@pytest.mark.parametrize("steps", [100, 4000])
@pytest.mark.parametrize("number", range(len(RUNS)))
def test_the_theorems_hold_on_runs(number: int, steps: int) -> None:
    """The upper ends of the intervals are below the certified bounds, on many problems and schedules."""
    problem, algorithm = RUNS[number]
    run = simulate(problem, algorithm, steps, 32, seed=number, engine=FAST)
    compared = 0
    for against in ("main", "averaged"):
        try:
            found = compare(run, against)
        except NotApplicable:
            continue
        compared += 1
        # Without momentum e is the noise itself: its mean square is the bound, and neither is clear.
        equal = {"root of the mean of E|e_t|^2"} if run.task.algorithm.beta1 == 0.0 else set()
        assert {line.name for line in found.lines if not line.clear} <= equal
        assert not found.violated
    assert compared


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_corollary_3_3_holds_on_runs(number: int) -> None:
    """With the vbar and C1 that the run itself has: E|u o a|_1 >= vbar*E|a|_1 in every window, |a|_1 >= |a|_2."""
    from fractions import Fraction

    from adamproof.bounds import Hyperparameters, certify

    problem, algorithm = RUNS[number]
    steps = 4000
    run = simulate(problem, algorithm, steps, 32, seed=number, engine=FAST)
    statistics = run.statistics
    pairs = zip(statistics.series("u.a"), statistics.series("l1"), strict=True)
    vbar = min(gain.low / length.high for (_, gain), (_, length) in pairs)
    assert vbar > 0
    made = against_bound._problem(problem, {"Gp": 0.0, "Gq": 0.0, "vbar": vbar, "C0": 1.0})
    hyper: Hyperparameters = against_bound._hyper(run.task.algorithm, steps)
    bound = certify(made, hyper, "corollary")
    assert bound.holds
    assert Fraction(statistics.mean("l2").high) <= bound.total.low


def test_a_run_without_the_exact_gradient_of_every_step_is_refused() -> None:
    """The theorem's means are over all steps; those over some of them are estimates with another error."""
    features = np.random.default_rng(2).normal(size=(30, 3))
    problem = logistic(features, np.where(features[:, 0] > 0.0, 1.0, -1.0), batch=4)
    run = simulate(problem, Algorithm(0.01, 0.9, 0.999, 1e-8), 20, 16, exact_every=2)
    with pytest.raises(NotApplicable, match="the theorem's means are over all steps"):
        compare(run)
