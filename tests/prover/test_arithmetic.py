"""The search's own products and sums are the kernel's; what is read or searched once is reused for the same alone."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from sympy import Integer

from adamproof.kernel.normal import ONE, Poly, add_to, constant, normal, times
from adamproof.kernel.terms import Refusal
from adamproof.kernel.text import show
from adamproof.numeric.models import Model
from adamproof.prover import (
    E,
    Point,
    ProofFailure,
    assume,
    dump,
    function,
    integers,
    le,
    lt,
    prove,
    proving,
    reals,
    term,
)
from adamproof.prover.arithmetic import MAX_PRODUCTS, accumulate, degrees, product, split
from adamproof.prover.polynomials import Inverse, Rule, divided, reduce

a, b, c = reals("a b c")
ATOMS = [next(iter(next(iter(normal(term(symbol)))))) for symbol in (a, b, c)]


def random_poly(rng: Random, size: int = 6) -> Poly:
    found: Poly = {}
    for _ in range(size):
        powers = {atom: rng.randint(0, 2) for atom, _ in ATOMS}
        value = rng.choice([rng.randint(-3, 3), Fraction(rng.randint(-5, 5), rng.randint(1, 6)), 10**40])
        add_to(found, {frozenset((atom, n) for atom, n in powers.items() if n): value})
    return found


def test_products_and_sums_are_those_of_the_kernel_in_the_same_order() -> None:
    rng = Random(1)
    for _ in range(200):
        p, q = random_poly(rng), random_poly(rng)
        assert list(product(p, q).items()) == list(times(p, q).items())
        factor = rng.randint(-2, 2)
        quick, slow = dict(p), dict(p)
        accumulate(quick, q, factor)
        add_to(slow, q, factor)
        assert list(quick.items()) == list(slow.items())
    assert product({}, random_poly(rng)) == {} == product(random_poly(rng), {})


def test_a_product_that_is_too_large_is_refused() -> None:
    (atom, _), *_ = ATOMS
    long = {frozenset([(atom, n)]): 1 for n in range(1, 402)}
    with pytest.raises(Refusal, match=f"a product in a search has more than {MAX_PRODUCTS} monomials before"):
        product(long, long)


def test_splitting_by_an_atom_gives_the_polynomial_back() -> None:
    rng = Random(2)
    for _ in range(50):
        p = random_poly(rng)
        for atom, _ in ATOMS:
            back: Poly = {}
            for exponent, part in split(p, atom, degrees(p).get(atom, 0)).items():
                assert atom not in degrees(part)
                accumulate(back, product(part, {frozenset([(atom, exponent)]) if exponent else ONE: 1}))
            assert back == p


def test_rewriting_without_cofactors_is_rewriting() -> None:
    rng = Random(3)
    (lead, _), (other, _), _ = ATOMS
    rules = [Rule(0, lead, 2, {frozenset([(other, 1)]): Fraction(1, 2), ONE: -3}, 1)]
    for _ in range(50):
        p = random_poly(rng)
        assert list(reduce(p, rules).items()) == list(reduce(p, rules, {}).items())


def test_a_quotient_is_found_exactly_where_there_is_one() -> None:
    rng = Random(4)
    for _ in range(50):
        p, q = random_poly(rng, 3), random_poly(rng, 3)
        if p and q:
            assert divided(product(p, q), q) == p
            assert divided(add(product(p, q), constant(1)), q) is None or len(q) == 1


def add(p: Poly, q: Poly) -> Poly:
    total = dict(p)
    add_to(total, q)
    return total


def test_powers_of_a_base_are_those_of_the_kernel() -> None:
    base = add(normal(term(a)), normal(term(b)))
    inverse = Inverse(0, ATOMS[2][0], base, 1, None, None)
    assert inverse.power(0) == constant(1)
    assert inverse.power(3) == inverse.power(3) == times(base, base, base)


# --- what is remembered ---------------------------------------------------------------------------


def test_functions_of_one_name_and_other_sorts_are_told_apart_in_what_is_kept() -> None:
    k = integers("k")
    of_int, of_real = function("twin"), function("twin", "real")
    first, second = of_int(k), of_real(k)
    read = term(first)
    assert first != second and term(second).args[0] is not read.args[0]
    assert term(first) is read


def test_an_expression_means_the_same_inside_a_binder_and_outside() -> None:
    w, x = Point("w"), function("X", "point")
    inside = E(x(w) + a, w)
    assert show(term(inside)) == show(term(inside)) == "E(w, a + X(w))"
    body = inside.args[0]
    with pytest.raises(ValueError, match="cannot be used outside it"):
        term(body)
    assert show(term(E(inside + x(w), w))) == "E(w, X(w) + E(w1, a + X(w1)))"


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The questions that are searched, and not remembered."""
    found: list[Any] = []
    search = proving._searched

    def counted(*question: Any) -> Any:
        found.append(question)
        return search(*question)

    monkeypatch.setattr(proving, "_searched", counted)
    return found


def test_only_the_very_same_question_is_answered_from_memory(searched: list[Any]) -> None:
    x, y = reals("only_x only_y")
    facts = [assume(lt(0, x)), assume(lt(0, y))]
    first = prove(lt(0, x * y + x), *facts)
    assert prove(lt(0, x * y + x), *facts) is first and len(searched) == 1
    other: list[Callable[[], Any]] = [
        lambda: prove(lt(0, x * y + y), *facts),
        lambda: prove(lt(0, x * y + x), *facts, le(0, y)),
        lambda: prove(lt(0, x * y + x), *reversed(facts)),
        lambda: prove(lt(0, x * y + x), *facts, squares=[x]),
        lambda: prove(lt(0, x * y + x), *facts, degree=3),
    ]
    for number, question in enumerate(other, 2):
        question()
        assert len(searched) == number


def test_a_failure_is_remembered_for_its_question_alone(searched: list[Any]) -> None:
    x = reals("failing_x")
    for _ in range(2):
        with pytest.raises(ProofFailure):
            prove(lt(1, x), lt(0, x))
    assert len(searched) == 1
    prove(lt(1, x), lt(2, x))
    assert len(searched) == 2


# --- models at hand ---------------------------------------------------------------------------------


@pytest.fixture
def further(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The goals for which a search goes on when the first one has found nothing."""
    found: list[Any] = []
    monkeypatch.setattr(proving, "_refuted", lambda target, given: False)
    monkeypatch.setattr(proving, "otherwise", lambda question, given, known: found.append(question.target))
    monkeypatch.setattr(proving, "_answers", {})
    return found


GOAL, FACT = le(a, 1), le(0, a)


def failure() -> str:
    proving._answers.clear()
    with pytest.raises(ProofFailure) as caught:
        prove(GOAL, FACT)
    return str(caught.value)


def test_a_goal_that_fails_in_a_model_at_hand_is_given_up_with_the_same_words(further: list[Any]) -> None:
    plain = failure()
    assert len(further) == 1
    with proving.at_hand(Model({"a": 2})):
        assert failure() == plain and len(further) == 1
    assert failure() == plain and len(further) == 2  # the model is no longer at hand


@pytest.mark.parametrize(
    "model",
    [
        Model({"a": 1}),  # the goal holds
        Model({"a": Fraction(1) + Fraction(1, 10**60)}),  # fails, but only exactly so: see below
        Model({"a": -1}),  # the fact does not hold
        Model({"b": 2}),  # it does not know the name
    ],
)
def test_other_models_stop_no_search(model: Model, further: list[Any]) -> None:
    with proving.at_hand(model):
        failure()
    assert len(further) == (0 if model.variables.get("a", 0) > 1 else 1)


def test_a_model_that_cannot_be_computed_stops_no_search(further: list[Any]) -> None:
    def broken(k: int) -> Fraction:
        raise RuntimeError("not there")

    g = function("g")
    with proving.at_hand(Model(functions={"g": broken})), pytest.raises(ProofFailure):
        prove(le(g(Integer(1)), 1), le(0, g(Integer(1))))
    assert len(further) == 1


def test_what_is_true_is_proved_as_ever_whatever_is_at_hand() -> None:
    x, y = reals("at_hand_x at_hand_y")
    goal, facts = le(2 * x * y, x**2 + y**2), [le(0, x)]
    proving._answers.clear()
    plain = dump(prove(goal, *facts))
    proving._answers.clear()
    with proving.at_hand(Model({"at_hand_x": 1, "at_hand_y": 3})):
        assert dump(prove(goal, *facts)) == plain
