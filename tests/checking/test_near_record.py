"""The record of near misses of the library: what is found now, complete, never old, and summed up honestly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adamproof.checking import near_record, near_recording, stated
from adamproof.checking.near_record import Kept
from adamproof.checking.twins import DROPPED, KINDS
from adamproof.support import package_data
from adamproof.theory.index import chapters
from adamproof.theory.library import lemmas

SMALL = ("geometric-sum", "sign-form")


@pytest.fixture
def content(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The file's content, which a test may change before it is read."""
    kept = json.loads(package_data.text(package_data.folder("checking", near_record.FILE)))
    monkeypatch.setattr(package_data, "text", lambda file, read=package_data.text: (
        json.dumps(kept) if file.name == near_record.FILE and Path(str(file)).parent.name == "checking" else read(file)
    ))  # fmt: skip
    near_record.kept.cache_clear()
    yield kept
    near_record.kept.cache_clear()


def test_it_is_of_the_lemmas_as_they_are() -> None:
    kept = near_record.kept()
    assert set(kept) == set(chapters()), "python -m adamproof.checking.near_recording"
    text = package_data.text(package_data.folder("checking", near_record.FILE))
    assert near_record.written(kept) == text


def test_it_is_what_is_found_now() -> None:
    """Of two lemmas; of the others the digests say so."""
    kept = near_record.kept()
    assert dict(near_recording.computed(SMALL)) == {slug: kept[slug] for slug in SMALL}


def test_every_claim_has_one_and_every_assumption_is_dropped_in_one() -> None:
    kept = near_record.kept()
    for lemma in lemmas():
        for claim in lemma.claims:
            mine = [each for each in kept[lemma.slug] if each.claim == claim.name]
            dropped = {each.assumption for each in mine if each.kind == DROPPED}
            assert mine, f"{lemma.slug}: {claim.name} has no near miss"
            assert dropped == set(lemma.stated(claim)), f"{lemma.slug}: {claim.name}"
            assert all(each.status in near_record.STATUSES and each.kind in KINDS for each in mine)


@pytest.mark.parametrize("change", [{"sources": "0" * 64}, {"format": 0}, {"lemmas": 1}, {"lemmas": {"sign-form": []}}])
def test_what_is_old_or_damaged_is_not_taken(content: dict[str, Any], change: dict[str, Any]) -> None:
    content |= change
    assert near_record.kept() == {}
    assert near_record.line() == ("near misses", "none recorded for the lemmas as they are")


def test_a_lemma_that_has_changed_is_left_out(content: dict[str, Any]) -> None:
    content["lemmas"]["sign-form"]["digest"] = "0" * 64
    assert set(near_record.kept()) == set(chapters()) - {"sign-form"}
    count = len(chapters())
    assert f"(of {count - 1} of {count} lemmas; the others have changed since)" in str(near_record.summary())


def test_what_a_lemma_states_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = near_record.digest("sign-form")
    assert before and near_record.digest("geometric-sum") != before
    key = stated.key("sign-form", mutants=True)
    monkeypatch.setattr(stated, "digests", lambda: {key: "another"})
    assert near_record.digest("sign-form") != before
    assert near_record.digest("geometric-sum") == ""


def test_the_summary_counts() -> None:
    kept = Kept("it", "strict", "< for <=", "", "proved", True)
    rows = [
        kept,
        replace(kept, status="rejected"),
        replace(kept, kind=DROPPED, assumption="a", status="rejected"),
        replace(kept, kind=DROPPED, assumption="b", status="open"),
        replace(kept, claim="other", kind=DROPPED, assumption="b", status="proved"),
    ]
    said = str(near_record.summary({slug: rows if slug == "sign-form" else [] for slug in chapters()}))
    assert said == (
        "5 made of 2 claims: 2 rejected with a counterexample, 2 still proved, 1 open; 1 claims have a rejected one. "
        "Of 3 assumptions, 1 cannot be dropped (the claim is then false), 1 are not needed, 1 are open (recorded)"
    )
