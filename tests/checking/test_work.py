"""The work on a lemma: mutants fail whatever is at hand, findings are the same everywhere, long ones begin early."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from adamproof.checking import pipeline, pool
from adamproof.checking.pipeline import mutant_report
from adamproof.checking.pool import WorkerFailed, Workers
from adamproof.checking.request import Request
from adamproof.checking.serialize import unpacked_about
from adamproof.numeric.models import Model
from adamproof.prover import le, prove, proving, reals
from adamproof.theory.index import lengths
from adamproof.theory.lemma import Claim, Lemma, Mutant, Source
from adamproof.theory.library import get

ROOT = Path(__file__).resolve().parents[2]
x, y = reals("work_x work_y")


def models(rng: Random) -> Iterator[Model]:
    while True:
        yield Model({"work_x": rng.randint(0, 9), "work_y": rng.randint(-9, 9)})


LEMMA = Lemma(
    slug="for-the-test-of-work",
    title="x >= 0 gives 2xy <= x^2 + y^2 + x",
    source=Source.OURS,
    where="nowhere",
    assumptions={"x is not negative": le(0, x)},
    claims=[Claim("bound", le(2 * x * y, x**2 + y**2 + x), lambda scope: prove(scope.goal, scope.given()))],
    models=models,
    mutants=[
        Mutant("too small", conclusion=le(2 * x * y, x**2 + y**2 - 1)),
        Mutant("dropped", drop=("x is not negative",), models=lambda rng: iter([Model({"work_x": -1, "work_y": -1})])),
        Mutant("true", conclusion=le(2 * x * y, x**2 + y**2)),
    ],
)


@pytest.fixture
def afresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process in which nothing has been searched yet."""
    monkeypatch.setattr(proving, "_answers", {})


@pytest.mark.usefixtures("afresh")
def test_a_mutant_fails_with_a_counterexample_and_a_true_one_is_proved() -> None:
    reports = [mutant_report(LEMMA, mutant) for mutant in LEMMA.mutants]
    assert [report.refused for report in reports] == [True, True, False]
    assert all(report.witness is not None and report.witness.certain for report in reports[:2])
    assert reports[2].witness is None and reports[2].reason == "the script proved it"


@pytest.mark.usefixtures("afresh")
def test_what_is_said_of_a_mutant_does_not_depend_on_the_model_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    lemma = get("triangle-norm")
    helped = [mutant_report(lemma, mutant) for mutant in lemma.mutants]
    proving._answers.clear()
    monkeypatch.setattr(proving, "fails_at_hand", lambda target, given: False)
    assert [mutant_report(lemma, mutant) for mutant in lemma.mutants] == helped
    assert all(report.refused and report.witness is not None for report in helped)


@pytest.mark.usefixtures("afresh")
def test_the_model_that_refutes_a_mutant_is_at_hand_for_its_script_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    attempt = pipeline.attempt

    def watched(lemma: Lemma, claim: Claim) -> Any:
        seen.append([evaluator.model.variables["work_x"] for evaluator in proving._at_hand])
        return attempt(lemma, claim)

    monkeypatch.setattr(pipeline, "attempt", watched)
    for mutant in LEMMA.mutants:
        mutant_report(LEMMA, mutant)
    assert len(seen[0]) == 1 and seen[1:] == [[-1], []]
    assert proving._at_hand == []


def test_findings_do_not_depend_on_the_hash_seed() -> None:
    code = (
        "import json; from adamproof.checking.pipeline import work; from adamproof.checking.serialize import packed;"
        "from adamproof.theory.library import get; nothing = lambda text: None;"
        "print(json.dumps(packed(work(get('triangle-norm'), 10, True, nothing, nothing))))"
    )
    texts = set()
    for seed in ("0", "1"):
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
        )
        texts.add(done.stdout)
    assert len(texts) == 1 and "the script proved it" not in texts.pop()


# --- which lemma begins when --------------------------------------------------------------------------


def test_the_longest_file_is_the_longest_lemma() -> None:
    slugs = ["norms", "main-theorem-averaged", "triangle"]
    waiting = {number: Request("check", slug) for number, slug in enumerate(slugs)}
    assert lengths()["main-theorem-averaged"] > lengths()["triangle"] > 0
    assert pool._longest(waiting) == 1
    users = {number: replace(request, path="mine.py") for number, request in waiting.items()}
    assert pool._longest(users) == 0  # nothing is known of a user's: the first one


def test_one_process_takes_lemmas_in_order_the_other_the_longest_and_answers_come_in_order() -> None:
    slugs = ["norms", "constant-sum", "triangle", "main-theorem-averaged"]
    said: list[str] = []
    with Workers(2, lambda path, line: None, said.append) as workers:
        answers = list(workers.run([Request("outline", slug) for slug in slugs]))
    assert [answer.request.slug for answer in answers] == slugs
    begun = [text.partition(":")[0] for text in said if "checking; " in text]
    assert said[0] == "norms: checking; 0 of 4 done; longest running: norms, 0 s"
    assert begun[:2] == ["norms", "main-theorem-averaged"] and sorted(begun) == sorted(slugs)


def test_what_was_asked_is_answered_beside_other_work() -> None:
    """The answer is kept until it is waited for; another process does what is asked meanwhile."""
    with Workers(2, lambda path, line: None, lambda text: None) as workers:
        waits = workers.begin(None, "about", slugs=["sign-form"])
        (answer,) = workers.run([Request("outline", "geometric-sum")])
        assert answer.findings().about.slug == "geometric-sum"
        (about,) = waits()["about"]
        assert unpacked_about(about).slug == "sign-form"


def test_what_goes_wrong_is_told_whoever_waits_for_it() -> None:
    with Workers(2, lambda path, line: None, lambda text: None) as workers:
        waits = workers.begin(None, "nothing of that name")
        list(workers.run([Request("outline", "geometric-sum")]))
        with pytest.raises(WorkerFailed, match="KeyError"):
            waits()
