"""Where a record speaks against its own settings, or its training diverged: what stands first, and what a bound is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from adamproof.audit import judge, read, watch_arrays
from adamproof.audit.record import Run, run_of
from adamproof.audit.verdicts import HOLDS, NOT_RECORDED, REJECTED, UNIDENTIFIED
from adamproof.cli import main

GIVEN = ("--gap", "1", "--grad1", "1", "--L0", "1", "--sigma0", "1", "--lr", "0.01")


def ask(*words: Any) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def flat(found: Result) -> str:
    return " ".join(found.output.split())


def training(steps: int = 60, beta2: float = 0.999, broken: int = 0, start: float = 0.0, **more: Any) -> Any:
    """A recorder that was told beta2 = 0.999 of Adam on random gradients.

    beta2: the true one.  broken: the call from which on a gradient is nan.  start: of m and v, as if they were loaded.
    """
    recorder = watch_arrays(0.9, 0.999, lr=0.01, every=5, budget=None, clipping=0.0, **more)
    random, m, v = np.random.default_rng(0), np.full(40, start), np.full(40, 50 * start)
    for t in range(1, steps + 1):
        g = random.normal(size=40)
        g[0] = np.nan if broken and t >= broken else g[0]
        m, v = 0.9 * m + 0.1 * g, beta2 * v + (1 - beta2) * g**2
        recorder.record(t, {"x": {"m": m, "v": v, "g": g}})
    return recorder


def run(**more: Any) -> Run:
    return run_of(training(**more).lines(), "a training")


def said(found: Run, subject: str) -> str:
    return next(each.text for each in judge(found) if each.subject == subject)


@pytest.mark.parametrize("more", [{"beta2": 0.95}, {"start": 1.0}])
def test_what_step_1_contradicts_does_not_hold(more: dict[str, Any]) -> None:
    first, second = judge(run(**more))[:2]
    assert (first.subject, first.word) == ("u at step 1", REJECTED)
    assert "the moments were loaded without their counter" in first.text
    assert (second.subject, second.word) == ("u <= R_t", UNIDENTIFIED)
    assert "step 1 contradicts the betas or the counter" in second.text
    assert judge(run())[0].word == HOLDS


@pytest.mark.parametrize("more", [(), ("--target", "1e9"), ("--optimise", "lr")])
def test_a_bound_from_a_record_that_contradicts_its_betas_is_none(more: tuple[str, ...], tmp_path: Path) -> None:
    training(beta2=0.95).save(path := tmp_path / "run.audit")
    found = ask("bound", "--from", path, *GIVEN, *more)
    assert found.exit_code == 1
    assert flat(found).startswith(
        "The record contradicts its betas: the theorem is not about this optimiser. u at step 1: 0.14"
    )
    assert "In any case u_t" not in flat(found) and "none that is known" not in flat(found)
    document = json.loads(ask("bound", "--from", path, *GIVEN, *more, "--json").stdout)
    assert document["exit_code"] == 1 and document["contradicted"][0].startswith("u at step 1")
    bound = document if not more else document.get("bound")
    assert bound is None or bound["applies"] is False
    own = ask("bound", "--from", path, *GIVEN, "--beta2", "0.95")
    assert own.exit_code == 0 and "yours are not checked" in flat(own) and "In any case u_t" in flat(own)


def test_the_page_says_so_beside_the_bound(tmp_path: Path) -> None:
    from adamproof.report.audit_page import page
    from tests.cli.test_audit import write

    assert "contradicts its betas" not in page(read(write(tmp_path / "right.audit")), [])
    wrong = read(write(tmp_path / "wrong.audit", beta2=0.95))
    assert "The record contradicts its betas: the theorem is not about this optimizer" in page(wrong, [])


def test_a_bound_of_a_training_that_diverged_is_that_of_its_beginning(tmp_path: Path) -> None:
    training(broken=41, steps=100).save(path := tmp_path / "run.audit")
    found = ask("bound", "--from", path, *GIVEN)
    assert flat(found).startswith(
        "The training diverged: numbers are not finite (NaN or infinity) from call 45 on (at call 40 they were)"
    )
    document = json.loads(ask("bound", "--from", path, *GIVEN, "--json").stdout)
    assert document["settings"]["steps"] == "40" and "call 45" in document["diverged"]
    assert document["contradicted"] == []


def test_what_is_not_finite_is_not_counted() -> None:
    diverged = run(broken=41, steps=100)
    assert said(diverged, "epsilon").endswith("at 2 calls from 15 to 20 (of the full records with finite numbers)")
    assert said(diverged, "mean of u").endswith("at call 40, the last with finite numbers")
    never = judge(run(broken=1))
    assert (never[0].word, never[0].text) == (NOT_RECORDED, "u is not finite in any record")
    assert "from call 1 on, first in x" in never[1].text
    assert not [each for each in never if each.subject in ("epsilon", "dead coordinates")]
