"""Proving and failing to prove: what is found holds, what is false is refuted with an exact witness."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, Integer, Rational, Sum, sign, sqrt

from adamproof.kernel import terms, verify
from adamproof.kernel.text import show
from adamproof.prover import (
    Functional,
    ProofFailure,
    Step,
    TranslationError,
    absolute,
    assume,
    at,
    by_cases,
    dump,
    eq,
    forall,
    function,
    generalise,
    induction,
    instantiate,
    integers,
    le,
    lt,
    ne,
    power,
    prove,
    reals,
    rewrite,
    root,
    settle,
    sum_last,
)

x, y, z, e = reals("x y z e")
k, n, t = integers("k n t")
f = function("f")


def verified(theorem: Step) -> str:
    """The conclusion that the verifier reads from the proof file."""
    found = verify(dump(theorem))
    assert found.theorem == theorem.theorem
    return found.states["conclusion"]


PROVABLE: list[tuple[Any, list[Any]]] = [
    (le(2 * x * y, x**2 + y**2), []),
    (eq(x, 0), [le(x**2, 0)]),
    (lt(x**2, y**2), [le(0, x), lt(x, y)]),
    (le(Abs(x + y), Abs(x) + Abs(y)), []),
    (eq(Abs(x) * sign(x), x), []),
    (le(sqrt(x) * sqrt(y), (x + y) / 2), [le(0, x), le(0, y)]),
    (lt(1, 1 / x), [lt(0, x), lt(x, 1)]),
    (eq(1 / (x * (x + 1)), 1 / x - 1 / (x + 1)), [lt(0, x)]),
    (ne(x, y), [lt(x, y)]),
    (ne(x, 1), [le(x, Rational(1, 2))]),
    (ne(x, 1), [le(x, 1 - y), lt(0, y)]),
    (ne(x + y, 0), [lt(0, x), le(0, y)]),
    (eq(x, y), [le(x, y), le(y, x)]),
    (le(n + 1, t), [lt(n, t)]),
    (eq(power(x, n + 1), x * power(x, n)), [le(0, n)]),
]


@pytest.mark.parametrize(("goal", "facts"), PROVABLE, ids=[str(goal) for goal, _ in PROVABLE])
def test_proves(goal: Any, facts: list[Any]) -> None:
    theorem = prove(goal, *facts)
    stated = {show(assume(fact).conclusion) for fact in facts}
    assert {show(hypothesis) for hypothesis in theorem.hypotheses} <= stated
    verified(theorem)


FALSE: list[tuple[Any, list[Any]]] = [
    (le(2 * x * y, Rational(99, 100) * (x**2 + y**2)), []),
    (lt(x**2, y**2), [lt(x, y)]),
    (eq(x * power(1 / x, Integer(1)), 1), []),
    (le(sqrt(x), x), [le(0, x)]),
    (lt(x, x), []),
    (lt(0, Abs(x)), []),
    (eq(power(x, n + 1), x * power(x, n)), [le(-1, n), eq(x, 0)]),
    (le(n + 1, t), [le(n, t)]),
]


@pytest.mark.parametrize(("goal", "facts"), FALSE, ids=[str(goal) for goal, _ in FALSE])
def test_false_statements_are_refused_and_refuted(goal: Any, facts: list[Any]) -> None:
    with pytest.raises(ProofFailure, match="tried") as caught:
        prove(goal, *facts)
    witness = caught.value.refute()
    if show(caught.value.goal).startswith("x^(n + 1)"):
        return  # at n = -1 the power is unspecified: refused, and nothing to show
    assert witness is not None
    assert witness.exact
    assert witness.hypotheses_exact


def test_facts_must_be_specialised() -> None:
    with pytest.raises(TranslationError, match="specialise the fact"):
        prove(le(0, x), assume(forall(k, le(0, f(k)))))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.integers(-4, 4), min_size=6, max_size=6))
def test_never_proves_what_an_integer_point_refutes(coefficients: list[int]) -> None:
    """Random quadratic statements: whatever is proved holds on a grid."""
    a, b, c, d, g, h = coefficients
    form = a * x**2 + b * x * y + c * y**2 + d * x + g * y + h
    try:
        prove(le(0, form) if form != 0 else le(0, Integer(0)))
    except ProofFailure:
        return
    for u in range(-6, 7):
        for v in range(-6, 7):
            assert a * u * u + b * u * v + c * v * v + d * u + g * v + h >= 0


def test_an_equation_about_denominators_counts_as_it_stands() -> None:
    """The sign of x + y is not known, so the equation says nothing about multiplying by it: it is one more summand."""
    equation = eq(x / (x + y), 1 - y / (x + y))
    goal, bound = le(y / (x + y) + z, 0), le(z, x / (x + y) - 1)
    assert verified(prove(goal, bound, equation)) == "y/(x + y) + z <= 0"
    assert verified(prove(goal, bound, equation, lt(0, x + y))) == "y/(x + y) + z <= 0"
    assert verified(prove(eq(2 * x / (x + y), 2 - 2 * y / (x + y)), equation, le(0, e))).startswith("2*x")


def test_what_was_computed_before_does_not_count() -> None:
    """The kernel counts the steps of one rule; a search begins its own count, and so does each of its products."""
    terms.reset_budget()
    terms.spend(terms.MAX_STEPS)
    verified(prove(le(2 * x * y, 3 * x**2 + y**2)))


def test_induction_sums_and_logic() -> None:
    total = Functional("Sum", k, (1, n)).of(f(k))
    bound = le(0, f(k))
    summed = Functional("Sum", k, (1, n)).monotone(prove(bound, at(assume(forall(k, bound)), k)))
    assert verified(prove(le(0, total), summed)) == "0 <= Sum(k, 1, n, f(k))"
    last = sum_last(Sum(f(k), (k, 1, n + 1)), le(0, n))
    assert verified(last).startswith("Sum(k, 1, n + 1, f(k)) ==")
    step = prove(le(0, f(t + 1)), le(0, f(t)), eq(f(t + 1), 2 * f(t)))
    base = prove(le(0, f(0)), eq(f(0), 0))
    with pytest.raises(Exception, match="induction"):
        induction(le(0, f(t)), t, base, step)  # the step's own fact about t + 1 is free in t
    general = generalise(prove(le(x, y), lt(x, y)), [x, y], given=[lt(x, y)])
    assert verified(settle(at(general, 0, 1, given=[]), lt(0, 1))) == "0 <= 1"
    either = by_cases(0, x, prove(le(0, x**2)), prove(le(0, x**2)))
    assert verified(instantiate(either, {x: y + 1})) == "0 <= (y + 1)^2"
    moved = rewrite(prove(le(0, x**2)), eq(x, y), z, le(0, z**2))
    assert verified(moved) == "0 <= y^2"


def test_output_does_not_depend_on_the_hash_seed() -> None:
    code = (
        "from adamproof.prover import *; from adamproof.theory.library import theorem_of; import hashlib;"
        "x, y, z = reals('x y z'); k = 10**9; facts = [le(0, k*x + y/k), eq(x/(x + y), 1 - y/(x + y)), lt(z/k, x)];"
        "goals = [le(2*k*x*y, k*k*x**2 + y**2), lt(z*y, 2*k*x*y + y**2/k), le(1 - x/(x + y), y/(x + y) + k*x + y/k)];"
        "steps = [theorem_of('update-magnitude'), *(prove(goal, facts, lt(0, y)) for goal in goals)];"
        "print(hashlib.sha256(''.join(map(dump, steps)).encode()).hexdigest())"
    )
    seen = set()
    for seed in ("0", "1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            env={**_environment(), "PYTHONHASHSEED": seed},
            check=True,
        )
        seen.add(done.stdout)
    assert len(seen) == 1


def _environment() -> dict[str, str]:
    import os
    from pathlib import Path

    root = str(Path(__file__).resolve().parents[2])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}


def test_two_facts_that_are_both_in_the_way_lose_no_proof() -> None:
    x, y, t, p, q = reals("x y t p q")
    mean = le(x * y / (x**2 + y**2), Rational(1, 2))
    prove(mean, lt(0, x), lt(0, y), eq(absolute(x - y), absolute(y - x)), eq(t * t, x * x + y * y))
    bound, square = le(Abs(x * y), (x**2 + y**2) / 2), eq(root(x) ** 2, x)
    prove(mean, lt(0, x), lt(0, y), bound, eq(root(x**2), absolute(x)), square)
    prove(le(sqrt(x * y), (x + y) / 2), le(0, x), le(0, y), eq(x - 10**20 * p, q), eq(t * t, x * x + y * y))


ABSURD = [[lt(z, 0), lt(1, z)], [eq(z, 0), eq(z, 1)], [lt(z**2, -z), le(0, z)], [le(1, absolute(z)), eq(z, 0)]]


@pytest.mark.parametrize("facts", ABSURD, ids=str)
def test_from_facts_that_contradict_each_other_anything_follows(facts: list[Any]) -> None:
    for goal in (le(5, 3), lt(z, z), le(y, 3), lt(y, x), eq(x, y), ne(x, x)):
        verified(prove(goal, *facts))
        with pytest.raises(ProofFailure):
            prove(goal, facts[-1], lt(0, e))


def test_an_impossible_case_closes() -> None:
    possible, impossible = prove(le(y, 3), le(y, 2), le(z, 1)), prove(le(y, 3), lt(1, z), lt(z, 0))
    assert verified(by_cases(z, 1, possible, impossible)) == "y <= 3"
