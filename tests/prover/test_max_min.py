"""max, min and clip: what a step knows of them by itself, what it does not claim, and how they are printed."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Integer, Max

from adamproof.kernel.text import show
from adamproof.lemmas.notation import d, j, k, n, t
from adamproof.prover import (
    Functional,
    ProofFailure,
    Sum,
    TranslationError,
    absolute,
    clip,
    eq,
    forall,
    function,
    integers,
    le,
    lt,
    maximum,
    minimum,
    power,
    prop,
    prove,
    reals,
    term,
)
from adamproof.render import latex, mathml, unicode

from .test_surface import is_verified, proof_of

x, y, z, low, high, c = reals("x y z low high c")
f, g = function("f"), function("g")
CLIPPED = clip(x, low, high)


@pytest.mark.parametrize(
    ("goal", "assumed"),
    [
        (le(x, maximum(x, y)), []),
        (le(maximum(x, y), z), [le(x, z), le(y, z)]),
        (lt(maximum(x, y), z), [lt(x, z), lt(y, z)]),
        (le(z, minimum(x, y)), [le(z, x), le(z, y)]),
        (eq(maximum(x, y), maximum(y, x)), []),
        (eq(maximum(x, -x), absolute(x)), []),
        (eq(maximum(x, maximum(y, z)), maximum(maximum(x, y), z)), []),
        (le(c * maximum(x, y), c * z), [le(x, z), le(y, z), le(0, c)]),
        (le(0, maximum(x, 0)), []),
        (le(low, CLIPPED), [le(low, high)]),
        (eq(CLIPPED, x), [le(low, x), le(x, high)]),
        (le(absolute(CLIPPED - clip(y, low, high)), absolute(x - y)), [le(low, high)]),
        (le(Sum(maximum(f(k), 0), (k, 1, n)), c), [le(Sum(maximum(f(k), 0), (k, 1, n)), c)]),
    ],
    ids=lambda part: str(part)[:60],
)
def test_both_cases_are_looked_at(goal: Any, assumed: list[Any]) -> None:
    names = {f"a{i}": statement for i, statement in enumerate(assumed)}
    assert is_verified(proof_of(goal, **names).conclude(*names), goal)


@pytest.mark.parametrize(
    ("goal", "assumed"),
    [
        (le(maximum(x, y), x), []),
        (le(maximum(x, y), z), [le(x, z)]),
        (le(low, CLIPPED), []),
        (eq(CLIPPED, x), [le(low, x)]),
    ],
    ids=str,
)
def test_what_does_not_follow_is_not_proved(goal: Any, assumed: list[Any]) -> None:
    with pytest.raises(ProofFailure):
        proof_of(goal, **{f"a{i}": statement for i, statement in enumerate(assumed)}).conclude()


def test_under_a_sum_and_as_a_reason() -> None:
    """A cited lemma's hypotheses may be about a maximum, too."""
    above = forall(k, le(g(k), maximum(f(k), 0)), [le(1, k), le(k, n)])
    goal = le(Sum(g(k), (k, 1, n)), Sum(absolute(f(k)), (k, 1, n)))
    proof = proof_of(goal, above=above)
    assert is_verified(proof.each(Functional("Sum", k, (1, n)), le(g(k), absolute(f(k))), "above"), goal)
    clipped = proof_of(le(0, 1)).cite("square-of-sum", "weighted", c=(k, maximum(f(k), 0)), a=g, lo=1, hi=d)
    assert not clipped.hypotheses


def test_the_definition_is_what_the_kernel_sees() -> None:
    assert show(term(maximum(x, y))) == "1/2*(x + y + abs(x - y))"
    assert show(term(minimum(x, y))) == "1/2*(x + y - abs(x - y))"
    assert term(CLIPPED) is term(minimum(maximum(x, low), high))
    assert maximum(term(x), term(y)) is term(maximum(x, y))


def test_what_sympy_has_of_them_is_refused_with_what_to_write() -> None:
    with pytest.raises(TranslationError, match=r"Max\(x, y\) \(Max\) is not supported .*; write maximum\(x, y\) or "):
        term(Max(x, y))


def test_pages_print_max_and_min() -> None:
    assert unicode.show(term(CLIPPED - 2 * maximum(x, y) ** 2)) == "min(max(x, low), high) − 2·max(x, y)²"
    assert latex.show(term(maximum(x, 0))) == r"\mathrm{max}\left(x, 0\right)"
    assert "<mi>max</mi>" in mathml.show(prop(le(x, maximum(x, y))))
    with pytest.raises(ValueError, match="max or min could be read as the name of something else"):
        unicode.show(term(function("max")(j) + maximum(x, y)))


def test_one_to_a_power_is_one() -> None:
    goal = eq(power(Integer(1), t - k) * x, x)
    i = integers("i")
    assert is_verified(proof_of(goal, k=le(k, t)).conclude("k"), goal)
    assert is_verified(prove(eq(power(Integer(1), i), 1), le(0, i)), eq(power(Integer(1), i), 1))
    with pytest.raises(ProofFailure):
        proof_of(goal).conclude()
