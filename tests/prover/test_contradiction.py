"""Whether assumptions contradict each other: found where they do, and never said where a model satisfies them."""

from __future__ import annotations

from typing import Any

import pytest

from adamproof.prover import absolute, eq, forall, function, integers, le, lt, prop, reals
from adamproof.prover.contradiction import contradicting
from adamproof.theory.library import lemmas

x, y, z = reals("x y z")
k, t = integers("k t")
f = function("f")


def found(*statements: Any) -> tuple[str, ...]:
    return contradicting({str(number): prop(statement) for number, statement in enumerate(statements)})


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        ([lt(z, 0), le(y, 3), lt(1, z)], ("0", "2")),
        ([le(1, absolute(z)), eq(z, 0), lt(x, y)], ("0", "1")),
        ([le(x, y), forall(k, eq(f(k), f(k) + 1))], ("1",)),
        ([forall(k, eq(f(k), f(k) + 1), [le(3, k)]), le(5, t)], ("0", "1")),
        ([forall(k, le(f(k), 1)), lt(2, f(t))], ("0", "1")),
        ([forall(x, lt(x * x, y)), le(y, 0)], ("0", "1")),
        ([lt(z, 0), lt(-1, z)], ()),
        ([forall(k, eq(f(k), f(k) + 1), [le(3, k)]), le(t, 2)], ()),
    ],
    ids=str,
)
def test_assumptions_that_contradict_each_other_are_named(statements: list[Any], named: tuple[str, ...]) -> None:
    assert found(*statements) == named


def test_no_claim_of_the_library_has_such_assumptions() -> None:
    stated = {
        (lemma.slug, claim.name): {name: prop(statement) for name, statement in lemma.stated(claim).items()}
        for lemma in lemmas()
        for claim in lemma.claims
    }
    assert len(stated) > 100
    assert {name: absurd for name, assumptions in stated.items() if (absurd := contradicting(assumptions))} == {}
