"""Stored exponents: they are what is computed now, they are never old, and they count for their statement alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adamproof.bounds import OrderError
from adamproof.claims import compiled
from adamproof.claims.calculations import calculated
from adamproof.claims.evidence import Evidence, State
from adamproof.kernel.terms import REAL, make
from adamproof.support import package_data


@pytest.fixture
def content(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """The file's content, which a test may change before it is read."""
    kept = json.loads(package_data.text(package_data.folder("claims", compiled.FILE)))
    monkeypatch.setattr(package_data, "text", lambda file, read=package_data.text: (
        json.dumps(kept) if file.name == compiled.FILE and Path(str(file)).parent.name == "claims" else read(file)
    ))  # fmt: skip
    compiled.answers.cache_clear()
    yield kept
    compiled.answers.cache_clear()


def test_the_answers_are_what_is_computed_now() -> None:
    """All that the rows ask for: `test_gathering` sees that nothing more is asked for."""
    answers = compiled.answers()
    assert len(answers) > 10, "python -m adamproof.claims.compiling"
    for asked, said in answers.items():
        assert calculated(asked) == said, asked
        assert said.of is not None and calculated(asked).of is said.of
    assert compiled.written(answers) == package_data.text(package_data.folder("claims", compiled.FILE))


@pytest.mark.parametrize("change", [{"digest": "0" * 64}, {"format": 0}, {"answers": [1]}, {"answers": [[[], {}]]}])
def test_what_is_old_or_damaged_is_not_taken(content: dict[str, Any], change: dict[str, Any]) -> None:
    content |= change
    assert compiled.answers() == {}


def test_an_answer_counts_for_its_own_statement_alone() -> None:
    asked, said = next(iter(compiled.answers().items()))
    other = make("<=", make("var", "x", REAL), make("var", "x", REAL))
    proof = Evidence("it", State.PROVED, lemma=asked.slug, claim=asked.claim, term=said.of)
    assert said.on(asked, proof) == said.values
    with pytest.raises(OrderError, match=r"was computed from another statement|do not add up"):
        said.on(asked, replace(proof, term=other))
