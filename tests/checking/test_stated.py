"""Stored digests of statements: they are of what the lemmas state now, never old, and all it takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adamproof.checking import recall, stated, stating
from adamproof.checking.cache import PLACE, Cache, Question
from adamproof.checking.flow import Flow
from adamproof.checking.pipeline import outline
from adamproof.checking.pool import Workers
from adamproof.checking.request import MODELS, Request
from adamproof.support import package_data
from adamproof.theory.library import get
from tests.here import run_here

LEMMA = "geometric-sum"


@pytest.fixture
def content(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The file's content, which a test may change before it is read."""
    kept = json.loads(package_data.text(package_data.folder("checking", stated.FILE)))
    monkeypatch.setattr(package_data, "text", lambda file, read=package_data.text: (
        json.dumps(kept) if file.name == stated.FILE else read(file)
    ))  # fmt: skip
    stated.digests.cache_clear()
    yield kept
    stated.digests.cache_clear()


def test_they_are_of_what_the_lemmas_state_now() -> None:
    kept = package_data.text(package_data.folder("checking", stated.FILE))
    assert stated.written(stating.computed()) == kept, "python -m adamproof.checking.stating"


@pytest.mark.parametrize("change", [{"sources": "0" * 64}, {"format": 0}, {"stated": 1}, {"stated": None}])
def test_what_is_old_or_damaged_is_not_taken(content: dict[str, Any], change: dict[str, Any]) -> None:
    content |= change
    assert stated.digests() == {}


def test_each_part_of_what_is_stated_counts() -> None:
    found = outline(get(LEMMA), True)
    claim, mutant = found.claims[0], found.mutants[0]
    others = [
        replace(found, about=replace(found.about, title="it")),
        replace(found, claims=(replace(claim, conclusion=claim.conclusion.args[0]), *found.claims[1:])),
        replace(found, claims=(replace(claim, hypotheses={}, has_models=not claim.has_models), *found.claims[1:])),
        replace(found, mutants=(replace(mutant, name="it"), *found.mutants[1:])),
        replace(found, mutants=()),
    ]
    assert stated.digests()[stated.key(LEMMA, mutants=True)] == stated.digest(found)
    assert len({stated.digest(each) for each in (found, *others)}) == 1 + len(others)


def asked(workers: Workers) -> list[bool]:
    """Whether the answer about the lemma comes from the cache."""
    flow = Flow(workers, 1, True, lambda text: None)
    return [*flow.checked([Request("check", LEMMA)], lambda checked: checked.recalled, lambda *failure: False)]


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Workers, list[str]]]:
    """Processes that have proved the lemma, with an empty cache before that; and the tasks that they are given then."""
    monkeypatch.setenv(PLACE, str(tmp_path))
    tasks: list[str] = []
    begin = Workers._begin
    monkeypatch.setattr(Workers, "_begin", lambda self, request, busy: (
        tasks.append(request.task), begin(self, request, busy))[1])  # fmt: skip
    with Workers(1, lambda path, line: None, lambda text: None) as workers:
        assert asked(workers) == [False]
        tasks.clear()
        yield workers, tasks


def test_no_lemma_file_is_run_for_what_is_kept(sent: tuple[Workers, list[str]]) -> None:
    workers, tasks = sent
    assert asked(workers) == [True]
    assert tasks == []


def test_where_the_digest_is_another_the_lemma_file_is_asked(
    sent: tuple[Workers, list[str]], content: dict[str, Any]
) -> None:
    workers, tasks = sent
    content["stated"][stated.key(LEMMA)] = "0" * 64
    assert asked(workers) == [True]
    assert tasks == ["outline"]


def test_what_is_kept_about_another_statement_does_not_stand(
    sent: tuple[Workers, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the digest nor the lemma file is of that statement: it is proved anew."""
    workers, tasks = sent
    said = recall._said

    def forged(kept: Any) -> Any:
        found = said(kept)
        return found and replace(found, about=replace(found.about, title="it"))

    monkeypatch.setattr(recall, "_said", forged)
    assert asked(workers) == [False]
    assert tasks == ["outline", "check"]


def swapped(data: Any) -> Any:
    """Each proof file in the place of another."""
    return {**data, "proofs": [*data["proofs"][1:], data["proofs"][0]]}


def weakened(data: Any) -> Any:
    """Equations, where there are any, read as bounds."""
    return json.loads(json.dumps(data).replace('"=="', '"<="'))


@pytest.mark.parametrize("change", [swapped, weakened])
def test_an_entry_that_somebody_has_edited_and_sealed_is_not_shown(
    change: Callable[[Any], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lemma is proved anew, and what is shown is what it states."""
    honest = run_here("show", LEMMA, "--no-cache").stdout
    monkeypatch.setenv(PLACE, str(tmp_path))
    assert run_here("check", LEMMA, "-q").returncode == 0
    question = Question(LEMMA, MODELS, True)
    kept = Cache().read(question)
    assert change(kept) != kept
    Cache().write(question, change(kept))
    assert json.loads(run_here("check", LEMMA, "--json").stdout)["lemmas"][0]["recalled"] is False
    Cache().write(question, change(kept))
    assert run_here("show", LEMMA).stdout == honest


def test_a_claim_has_the_proof_file_that_stands_beside_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The names by which proof files are found, before all else is read, are compared with the claims' own."""
    monkeypatch.setenv(PLACE, str(tmp_path))
    assert run_here("check", LEMMA, "-q").returncode == 0
    whole, claims = Question(LEMMA, MODELS, True), [claim.name for claim in get(LEMMA).claims]
    asked = [Question(LEMMA, 0, False, claim) for claim in claims]
    content = Cache().read(whole)
    assert len(claims) > 1
    for each, proof in zip(asked, content["proofs"], strict=True):
        kept = recall._read([each])[each]
        found = recall._said(kept)
        assert found is not None and found.proofs == list(kept.proofs) == [proof]
    for names in ([*claims[1:], claims[0]], [], [1], None):
        Cache().write(whole, {**content, "names": names})
        assert not any(recall._said(kept) for kept in recall._read(asked).values())


@pytest.mark.parametrize("words", [["show", LEMMA], ["export", LEMMA], ["show", "jensen-sqrt"], ["export", "B.2"]])
def test_what_is_shown_and_exported_comes_from_the_entry_of_a_check(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same text as when it is proved anew."""
    anew = run_here(*words, "--no-cache")
    monkeypatch.setenv(PLACE, str(tmp_path))
    assert run_here("check", words[1], "-q").returncode == 0
    monkeypatch.setattr(Workers, "_begin", lambda *asked: pytest.fail("a lemma file was run"))
    kept = run_here(*words)
    assert (kept.stdout, kept.returncode) == (anew.stdout, 0)
