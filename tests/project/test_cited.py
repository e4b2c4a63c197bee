"""The tables of docs/lemmas.md of what there is to cite and to assume: each call is made, and gives what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from adamproof.lemmas import vocabulary
from adamproof.prover import eq, forall, function, integers, le, prop, reals
from adamproof.prover.surface.citing import instantiated
from adamproof.render import unicode
from adamproof.theory.lemma import Scope
from adamproof.theory.library import get, theorem_of

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "lemmas.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip().strip("`").replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in PAGE.partition("\n## What there is to cite")[2].partition("\n## ")[0].splitlines()
    if line.startswith("| ")
]
CITED = [tuple(row) for row in ROWS if len(row) == 3 and row[0].startswith('"')]
PAIRS = [row for row in ROWS if len(row) == 2]
METHODS = [row[0] for row in PAIRS if re.match(r"[a-z]+-[a-z-]+(`|$)", row[0])]
ASSUMED = [tuple(row) for row in PAIRS if re.match(r"\w+\(", row[0])]

# What the calls are written with, beside the vocabulary.
SYMBOLS: dict[str, Any] = {name: getattr(vocabulary, name) for name in vocabulary.__all__}
SYMBOLS |= {name: function(name) for name in ("F", "c", "g", "x", "y", "z")}
SYMBOLS |= {"a": function("a", "int", "int"), "X": function("X", "int", "point")}
SYMBOLS |= {name: function(name, "point") for name in ("Y", "Z")}
SYMBOLS |= {name: reals(name) for name in ("G", "L", "b", "best", "mu", "s", "u", "v")}
SYMBOLS |= {name: integers(name) for name in ("i", "m")}


def cited(call: str) -> tuple[str, str]:
    """What `proof.cite` of these arguments says, and what it needs: each hypothesis is assumed, and discharged.

    call: such as '"constant-sum", n=T'.
    """
    slug, claim, symbols = eval(f"arguments({call})", {**SYMBOLS, "arguments": _arguments})
    needs = instantiated(theorem_of(slug, claim), slug, symbols).hypotheses
    proof = Scope(le(0, 1), {f"need {number}": need for number, need in enumerate(needs)}, theorem_of)
    found = proof.cite(slug, claim, **symbols)
    return unicode.show(found.conclusion), "; ".join(sorted(map(unicode.show, found.hypotheses)))


def _arguments(slug: str, claim: str | None = None, **symbols: Any) -> tuple[str, str | None, dict[str, Any]]:
    return slug, claim, symbols


def assumed(call: str) -> str:
    """What a context of assumptions states: x is a sequence of vectors here."""
    symbols = {**SYMBOLS, "x": function("x", "int", "int"), "xi": function("xi", "int", "int", "point")}
    return "; ".join(unicode.show(prop(statement)) for statement in eval(call, symbols).values())


@pytest.mark.parametrize(("call", "says", "needs"), CITED, ids=[call for call, *_ in CITED])
def test_a_citation_gives_what_the_table_says(call: str, says: str, needs: str) -> None:
    assert cited(call) == (says, needs)


@pytest.mark.parametrize(("call", "says"), ASSUMED, ids=[call for call, _ in ASSUMED])
def test_a_context_states_what_the_table_says(call: str, says: str) -> None:
    assert assumed(call) == says


def test_the_tables_are_read() -> None:
    assert len(CITED) > 60
    assert len(ASSUMED) == len([name for name in vocabulary.__all__ if name.endswith(("_along", "_gradients"))]) + 2
    slugs = [slug for names in METHODS for slug in re.findall(r"[a-z-]+", names)]
    assert len(slugs) > 10
    for slug in slugs:
        assert get(slug).slug == slug


def test_a_context_for_all_outcomes_from_another_time_on() -> None:
    x, a, rate = (function(name, "int", "int", "point") for name in ("x", "a", "rate"))
    k, j, w = vocabulary.k, vocabulary.j, vocabulary.w
    steps = vocabulary.gradient_steps(
        lambda k: x(k, j, w), lambda k: a(k, j, w), lambda k: rate(k, 1, w), points=[w], first=0
    )
    moved = eq(x(k + 1, j, w), x(k, j, w) - rate(k, 1, w) * a(k, j, w))
    assert prop(steps["x moves along -a"]) is prop(forall((j, w, k), moved, [le(0, k)]))
    below = vocabulary.bounded_below(function("F"), reals("best"), first=0)
    assert prop(below["A1: F is at least F*"]) is prop(forall(k, le(reals("best"), function("F")(k)), [le(0, k)]))
