"""Structured proofs: each construct proves what it should, and refuses with a message what does not follow."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Abs, Rational, sqrt

from adamproof.kernel.text import show
from adamproof.kernel.verify import verify
from adamproof.lemmas.notation import COORDINATES, d, j, k, n, norm, t, w
from adamproof.numeric.models import Model
from adamproof.prover import (
    E,
    Functional,
    Integrable,
    Integral01,
    ProofFailure,
    Step,
    Sum,
    TranslationError,
    absolute,
    assume,
    dump,
    eq,
    forall,
    function,
    le,
    ln,
    lt,
    power,
    product,
    prop,
    real_power,
    reals,
)
from adamproof.prover.proving import at_hand
from adamproof.prover.surface import Vector
from adamproof.prover.surface.knowledge import Knowledge
from adamproof.prover.surface.solving import Attempt
from adamproof.theory.lemma import LemmaError, Scope
from adamproof.theory.library import theorem_of

a, b, c, x, y, z, R, q = reals("a b c x y z R q")
f, u, v = function("f"), function("u"), function("v")
X, Y = function("X", "point"), function("Y", "point")
f_of, g_of = function("f", "real"), function("g", "real")
over = Functional("E", w)
RANGE = [le(1, j), le(j, d)]


def proof_of(goal: Any, **assumptions: Any) -> Scope:
    """A proof with these assumptions, their names with spaces for underscores."""
    return Scope(goal, {name.replace("_", " "): s for name, s in assumptions.items()}, theorem_of)


def is_verified(step: Step, statement: Any) -> bool:
    """Whether the kernel reads the proof file, and it states this."""
    return verify(dump(step)).states["conclusion"] == show(prop(statement))


# --- have ---------------------------------------------------------------------------------------


def test_large_terms_become_variables_and_are_put_back() -> None:
    low, high = Sum(f(k), (k, 1, n)), E(X(w), w)
    goal = le(c * low, c * high)
    proof = proof_of(goal, less=le(low, high), c=le(0, c))
    found = proof.have(goal, "less")
    assert is_verified(found, goal)
    assert {show(h) for h in found.hypotheses} == {show(prop(le(low, high))), "0 <= c"}


@pytest.mark.parametrize(
    "term",
    [
        x**2,
        Abs(x) * y**2,
        norm(u(j)) * sqrt(a),
        1 / (1 + a),
        power(a, n),
        Sum(f(k) ** 2, (k, 1, n)),
        real_power(norm(u(j)), q),
        (1 - b) / (1 + b),
        E(norm(u(j) + 0 * x), w),
        COORDINATES.of(v(j)),
    ],
    ids=str,
)
def test_signs_by_form(term: Any) -> None:
    proof = proof_of(
        le(0, 1), a=le(0, a), n=le(0, n), q=le(0, q), b=le(0, b), b1=lt(b, 1), v=forall(j, le(0, v(j)), RANGE)
    )
    assert is_verified(proof.have(le(0, term)), le(0, term))


@pytest.mark.parametrize("term", [x, x**3, x * y**2, f(n), Sum(f(k), (k, 1, n)), real_power(norm(u(j)), q)], ids=str)
def test_no_sign_without_a_reason(term: Any) -> None:
    with pytest.raises(ProofFailure, match="no proof of 0 <= "):
        proof_of(le(0, 1)).have(le(0, term))


def test_a_step_that_does_not_follow_says_what_is_short() -> None:
    total = Sum(f(k) ** 2, (k, 1, n))
    proof = proof_of(le(0, 1), bound=le(total, 2 * R), R=le(0, R))
    with pytest.raises(ProofFailure, match=r"no proof of Sum\(k, 1, n, f\(k\)\^2\) <= R found") as caught:
        proof.have(le(total, R), "bound")
    shown = {show(step.conclusion) for step in caught.value.facts}
    assert {"Sum(k, 1, n, f(k)^2) <= 2*R", "0 <= R"} <= shown  # in the author's terms, not in those of the search
    assert caught.value.refute() is None or caught.value.goal is prop(le(total, R))


def test_roots_are_compared_by_their_squares() -> None:
    goal = le(norm(u(j)), R * sqrt(d))
    proof = proof_of(goal, total=le(COORDINATES.of(u(j) ** 2), R**2 * d), R=le(0, R), d=le(0, d))
    assert is_verified(proof.conclude("total"), goal)
    without = proof_of(goal, total=le(COORDINATES.of(u(j) ** 2), R**2 * d), d=le(0, d))
    with pytest.raises(ProofFailure):
        without.conclude("total")


def test_sums_are_linear_where_that_is_needed() -> None:
    goal = eq(Sum(2 * f(k) + u(k), (k, 1, n)), 2 * Sum(f(k), (k, 1, n)) + Sum(u(k), (k, 1, n)))
    assert is_verified(proof_of(goal).conclude(), goal)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(LemmaError, match="no assumption 'bond'; did you mean 'bound'"):
        proof_of(le(0, 1), bound=le(x, 1)).have(le(x, 1), "bond")


# --- each, integrability ------------------------------------------------------------------------


def test_under_a_sum_the_range_is_known() -> None:
    goal = le(COORDINATES.of(u(j) ** 2), COORDINATES.of(R**2))
    assumed = {"low": forall(j, le(0, u(j)), RANGE), "high": forall(j, le(u(j), R), RANGE)}
    proof = proof_of(goal, **assumed)
    assert is_verified(proof.each(COORDINATES, le(u(j) ** 2, R**2), "low", "high"), goal)
    with pytest.raises(ProofFailure, match=r"no proof of u\(j\)\^2 <= R\^2"):
        proof_of(goal, high=assumed["high"]).each(COORDINATES, le(u(j) ** 2, R**2), "high")


@pytest.mark.parametrize(
    "body",
    [
        2 * X(w) - 3,
        absolute(X(w)),
        X(w) * Y(w),
        sqrt(X(w) ** 2),
        real_power(absolute(X(w)), q),
        Sum(k * X(w), (k, 1, n)),
    ],
    ids=str,
)
def test_integrability_is_found(body: Any) -> None:
    assumed = {"X": X(w), "X2": X(w) ** 2, "Y2": Y(w) ** 2}
    finite = {name: Integrable(E(term, w)) for name, term in assumed.items()}
    proof = proof_of(le(0, 1), **finite, n=le(0, n), q=le(0, q), q1=le(q, 1))
    assert is_verified(proof.integrable(E(body, w)), Integrable(E(body, w)))


def test_integrability_of_a_multiple_is_that_of_what_stands_there() -> None:
    """An instance of a statement for all is found beside other terms, too: nothing is multiplied out inside."""
    finite = forall(k, Integrable(E(sqrt((X(w) - f(k)) ** 2), w)))
    proof = proof_of(le(0, 1), finite=finite)
    body = 2 * sqrt((X(w) - f(n)) ** 2) + c
    assert is_verified(proof.integrable(E(body, w)), Integrable(E(body, w)))


def test_both_sides_of_a_step_may_be_integrable_for_reasons_of_their_own() -> None:
    proof = proof_of(le(0, 1), finite=Integrable(E(Y(w), w)), above=forall(w, le(c * X(w) ** 2, Y(w))), c=le(0, c))
    goal = le(E(c * X(w) ** 2 + 1, w), E(Y(w) + 1, w))
    assert is_verified(proof.each(over, le(c * X(w) ** 2 + 1, Y(w) + 1), "above"), goal)


def test_domination_by_a_reason() -> None:
    proof = proof_of(le(0, 1), above=forall(w, le(X(w) ** 2, Y(w))), finite=Integrable(E(Y(w), w)))
    assert is_verified(proof.integrable(E(X(w) ** 2, w), "above"), Integrable(E(X(w) ** 2, w)))


def test_domination_by_a_size() -> None:
    proof = proof_of(le(0, 1), above=forall(w, le(absolute(X(w)), absolute(Y(w)))), finite=Integrable(E(Y(w), w)))
    assert is_verified(proof.integrable(E(X(w), w), "above"), Integrable(E(X(w), w)))


def test_domination_where_the_variable_is() -> None:
    """A bound that holds on [0, 1] is enough under an integral over [0, 1]."""
    s = reals("s")
    bounds = forall(s, le(absolute(f_of(s)), g_of(s)), [le(0, s), le(s, 1)])
    proof = proof_of(le(0, 1), above=bounds, finite=Integrable(Integral01(g_of(s), s)))
    assert is_verified(proof.integrable(Integral01(f_of(s), s), "above"), Integrable(Integral01(f_of(s), s)))


def test_domination_of_the_variable_itself() -> None:
    s = reals("s")
    proof = proof_of(le(0, 1))
    with proof.assuming(le(0, s), le(s, 1)):
        size = proof.have(le(Abs(s), 1), le(0, s), le(s, 1))
    assert is_verified(proof.integrable(Integral01(a * s, s), size), Integrable(Integral01(a * s, s)))
    with pytest.raises(ProofFailure):
        proof.integrable(Integral01(a * s, s))


def test_integrability_of_parts_as_they_are_written() -> None:
    """A norm inside of a product is known as it stands, not multiplied out."""
    g, m = (function(name, "int", "int", "point") for name in "gm")
    gap, size = (lambda time: norm(m(time, j, w) - g(time, j, w))), (lambda time: norm(g(time, j, w)))
    assumed = {name: forall(k, Integrable(E(of(k), w))) for name, of in (("gap", gap), ("size", size))}
    proof = proof_of(le(0, 1), **assumed)
    body = sqrt(d) * (gap(t) + size(t))
    assert is_verified(proof.integrable(E(body, w)), Integrable(E(body, w)))


def test_several_known_bodies_are_taken_out_of_one() -> None:
    """X^2 of the difference and of X itself come together, with different factors."""
    gap = (X(w) - Y(w)) ** 2
    proof = proof_of(le(0, 1), gap=Integrable(E(gap, w)), X=Integrable(E(X(w) ** 2, w)))
    body = a * gap - b * X(w) ** 2
    assert is_verified(proof.integrable(E(body, w)), Integrable(E(body, w)))
    with pytest.raises(ProofFailure):
        proof.integrable(E(a * gap - b * X(w) * Y(w), w))


@pytest.mark.parametrize("sides", [(0, 1), (1, 0)], ids=["as it stands", "turned around"])
def test_a_sum_is_integrable_where_a_reason_says_what_it_is_equal_to(sides: tuple[int, int]) -> None:
    z = function("z", "int", "point")
    body, pair = COORDINATES.of(z(j, w) ** 2), (z(j, w) ** 2, 4 * Y(w) ** 2)
    assumed = {"z": forall((j, w), eq(z(j, w), 2 * Y(w))), "Y": Integrable(E(Y(w) ** 2, w))}
    proof = proof_of(le(0, 1), **assumed)
    same = proof.each(COORDINATES, eq(*(pair[side] for side in sides)), "z")
    assert is_verified(proof.integrable(E(body, w), same), Integrable(E(body, w)))
    with pytest.raises(ProofFailure):
        proof.integrable(E(body, w))


def test_a_known_body_with_a_coefficient_is_taken_out() -> None:
    """(1 - b)^2*X is known, X alone is not: b may be 1."""
    square = (1 - b) ** 2 * X(w)
    proof = proof_of(le(0, 1), square=Integrable(E(square, w)))
    assert is_verified(proof.integrable(E(square + 1, w)), Integrable(E(square + 1, w)))
    with pytest.raises(ProofFailure):
        proof.integrable(E(X(w) + 1, w))


def test_an_instance_of_what_is_integrable_may_be_multiplied_out_otherwise() -> None:
    z = function("z", "int", "point")
    finite = forall(k, Integrable(E(((1 - b) * z(k, w) + c) ** 2, w)))
    body = (1 - b) ** 2 * z(n, w) ** 2 + 2 * (1 - b) * c * z(n, w) + c**2
    assert is_verified(proof_of(le(0, 1), finite=finite).integrable(E(body, w)), Integrable(E(body, w)))


def test_an_assumption_that_is_dropped_fails_the_step_that_asks_for_it() -> None:
    proof = Scope(le(0, 1), {}, theorem_of, known=["gone"])
    for step in (lambda: proof.at("gone", x), lambda: proof.rewrite(eq(x, x, same=True), "gone")):
        with pytest.raises(ProofFailure, match="gone is 0 theorems here, not one"):
            step()


def test_what_is_not_integrable_is_named() -> None:
    proof = proof_of(le(0, 1), X=Integrable(E(X(w), w)))
    with pytest.raises(ProofFailure, match=r"no proof of Integrable\(E\(w, Y\(w\)\)\) found .*domination"):
        proof.integrable(E(Y(w), w))
    with pytest.raises(ProofFailure, match=r"Integrable\(E\(w, Y\(w\)\^2\)\)"):
        proof.each(over, le(0, Y(w) ** 2))


# --- citing -------------------------------------------------------------------------------------


def test_a_lemma_is_cited_with_its_symbols() -> None:
    goal = le(COORDINATES.of(u(j) * v(j)), norm(u(j)) * norm(v(j)))
    proof = proof_of(goal)
    for symbols in ({"a": u, "b": v}, {"a": (k, u(k)), "b": lambda i: v(i)}):
        assert is_verified(proof.conclude(proof.cite("cauchy-schwarz", "norms", lo=1, hi=d, **symbols)), goal)


def test_symbols_are_matched_in_what_is_to_be_shown() -> None:
    goal = le(COORDINATES.of(u(j) * v(j)), sqrt(COORDINATES.of(u(j) ** 2)) * sqrt(COORDINATES.of(v(j) ** 2)))
    proof = proof_of(goal)
    assert is_verified(proof.conclude(proof.cite("cauchy-schwarz", "norms", shows=goal)), goal)
    with pytest.raises(ProofFailure, match=r"cauchy-schwarz .norms. concludes .* which does not match"):
        proof.cite("cauchy-schwarz", "norms", shows=le(COORDINATES.of(u(j)), d))


def test_a_hypothesis_that_cannot_be_discharged_is_named() -> None:
    proof = proof_of(le(0, 1))
    expected = r"no proof of 0 <= k found \(tried this hypothesis of constant-sum is neither assumed nor follows"
    with pytest.raises(ProofFailure, match=expected):
        proof.cite("constant-sum", n=k)
    assert is_verified(proof_of(le(0, 1), k=le(2, k)).cite("constant-sum", n=k - 1), eq(Sum(1, (k, 1, n)), n)) is False


def test_a_symbol_that_the_lemma_does_not_have() -> None:
    with pytest.raises(TranslationError, match="constant-sum has no symbol 'm'; it has n"):
        proof_of(le(0, 1)).cite("constant-sum", m=k)
    with pytest.raises(TranslationError, match=r"a of cauchy-schwarz \(norms\) is a function of \(int\); give"):
        proof_of(le(0, 1)).cite("cauchy-schwarz", "norms", a=x)
    with pytest.raises(TranslationError, match="n of constant-sum is a variable; give an expression"):
        proof_of(le(0, 1)).cite("constant-sum", n=u)


def test_a_body_about_another_point_is_refused() -> None:
    with pytest.raises(TranslationError, match="its body depends on w and not on its own point"):
        proof_of(le(0, 1)).cite("expectation-of-sum", "interchange", X=lambda i, o: X(w), n=n)


# --- chains, names, cases, induction --------------------------------------------------------------


def test_a_chain_goes_one_way() -> None:
    proof = proof_of(le(0, 1), xy=le(x, y), yz=lt(y, z), same=eq(a, x))
    up = proof.calc(a).eq(x, "same").le(y, "xy").lt(z, "yz").done()
    assert is_verified(up, lt(a, z))
    down = proof.calc(z).gt(y, "yz").ge(x, "xy").eq(a, "same").done()
    assert is_verified(down, lt(a, z))
    with pytest.raises(TranslationError, match="a chain that has <= cannot go on with >"):
        proof.calc(x).le(y, "xy").gt(a)
    with pytest.raises(TranslationError, match="a chain needs a link"):
        proof.calc(x).done()
    with pytest.raises(ProofFailure, match="no proof of y <= x"):
        proof.calc(y).le(x, "xy")


def test_equations_alone_give_an_equation() -> None:
    proof = proof_of(le(0, 1), one=eq(a, b), two=eq(b, c))
    assert is_verified(proof.calc(a).eq(b, "one").eq(c, "two").done(), eq(a, c))


def test_a_name_is_given_once() -> None:
    proof = proof_of(le(0, 1))
    proof.let(size=x + y)
    with pytest.raises(TranslationError, match=r"let: size is already x \+ y; choose a different name"):
        proof.let(size=x)


def test_cases_assume_their_case() -> None:
    goal = le(0, Abs(x) + x)
    proof = proof_of(goal)
    found = proof.cases(0, x, lambda: proof.have(goal, le(0, x)), lambda: proof.have(goal, lt(x, 0)))
    assert is_verified(found, goal)
    assert not found.hypotheses
    with pytest.raises(ProofFailure):
        proof.have(lt(x, 0))


def test_an_induction_splits_its_sums() -> None:
    goal = eq((1 - b) * Sum(power(b, k), (k, 1, n)) + b * power(b, n), b)
    proof = proof_of(goal, n=le(0, n))
    assert is_verified(proof.induction(goal, n), goal)
    wrong = eq((1 - b) * Sum(power(b, k), (k, 1, n)) + power(b, n), b)
    with pytest.raises(ProofFailure):
        proof.induction(wrong, n)


def test_weights_of_a_moving_average() -> None:
    goal = eq((1 - b) * Sum(power(b, n - k), (k, 1, n)), 1 - power(b, n))
    assert is_verified(proof_of(goal, n=le(0, n)).induction(goal, n), goal)


def test_a_sum_that_may_be_empty_is_not_split() -> None:
    with pytest.raises(ProofFailure, match="neither that the sum is empty nor that it is not is known"):
        proof_of(le(0, 1)).split(Sum(f(k), (k, 1, n)))


def test_rewriting_needs_what_it_replaces() -> None:
    proof = proof_of(le(0, 1), root=le(sqrt(x + y), z), same=eq(x + y, c), other=eq(a, c), less=le(a, b))
    assert is_verified(proof.rewrite("root", "same"), le(sqrt(c), z))
    with pytest.raises(TranslationError, match="rewrite: a does not stand in"):
        proof.rewrite("root", "other")
    with pytest.raises(TranslationError, match="rewrite needs an equation, not a <= b"):
        proof.rewrite("root", "less")


def test_an_unknown_keyword_is_refused_by_the_step_that_was_called() -> None:
    proof = proof_of(le(0, x))
    has = "title=, squares=, degree="
    ours = f"base=, step=, low=, {has}"
    for call, said in (
        (lambda: proof.induction(proof.goal, n, lo=1), f"induction has no keyword lo=; it has {ours}"),
        (lambda: proof.by_squares(le(0, x), square=[x]), f"by_squares has no keyword square=; it has {has}"),
        (lambda: proof.every(k, le(0, x), when=[]), f"every has no keyword when=; it has given=, {has}"),
    ):
        with pytest.raises(TypeError, match=f"^proof.{said}$"):
            call()


def test_by_squares() -> None:
    goal = le((1 - b) * sqrt(x), sqrt(y))
    assumed = {"squares": le((1 - b) ** 2 * x, y), "x": le(0, x), "y": le(0, y)}
    assert is_verified(proof_of(goal, **assumed).by_squares(goal, "squares"), goal)
    strict = lt((1 - b) * sqrt(x), sqrt(y))
    less = proof_of(strict, squares=lt((1 - b) ** 2 * x, y), x=le(0, x), y=le(0, y))
    assert is_verified(less.by_squares(strict, "squares"), strict)
    with pytest.raises(TranslationError, match="by_squares needs a <= b or a < b, not"):
        proof_of(goal).by_squares(eq(x, y))


# --- vectors, contexts ----------------------------------------------------------------------------


def test_vectors() -> None:
    first, second = Vector(u(j), COORDINATES), Vector(v(j), COORDINATES)
    assert (first - 2 * second).norm == norm(u(j) - 2 * v(j))
    assert first.dot(second) == COORDINATES.of(u(j) * v(j))
    assert (-first + second).square == COORDINATES.of((v(j) - u(j)) ** 2)
    with pytest.raises(TranslationError, match="is a number; a vector and a number"):
        first + x  # type: ignore[operator]
    with pytest.raises(TranslationError, match="these vectors have different coordinates"):
        first.dot(Vector(u(k), Functional("Sum", k, (1, n))))
    with pytest.raises(TranslationError, match="depends on the coordinate j and is not a number"):
        u(j) * first


def test_a_context_is_a_reason() -> None:
    context = {"low": le(0, x), "high": le(x, y)}
    proof = Scope(le(0, y), context, theorem_of)
    assert is_verified(proof.conclude(context), le(0, y))


def test_what_is_assumed_ends_with_its_block() -> None:
    proof = proof_of(le(0, 1))
    with proof.assuming(le(1, x)):
        found = proof.have(le(0, x))
    assert [show(h) for h in found.hypotheses] == ["1 <= x"]
    with pytest.raises(ProofFailure):
        proof.have(le(0, x))


def test_what_is_known_needs_no_name() -> None:
    """A sign that takes a search of its own is at hand within the block."""
    proof = proof_of(le(0, x / (1 - b)), small=lt(b, a), a=lt(a, 1), x=le(0, x))
    with pytest.raises(ProofFailure):
        proof.conclude()
    with proof.knowing(proof.have(lt(b, 1), "small", "a")):
        found = proof.conclude()
    assert is_verified(found, le(0, x / (1 - b)))
    assert [show(h) for h in found.hypotheses] == ["0 <= x", "b < a", "a < 1"]


def test_a_law_is_cited_with_its_conditions() -> None:
    proof = proof_of(le(0, 1), x=lt(0, x), y=lt(0, y))
    assert is_verified(proof.fact("ln_mul", x, y**2), eq(ln(product(x, y**2)), ln(x) + ln(y**2)))
    with pytest.raises(ProofFailure, match="this condition of ln_mul is not known"):
        proof.fact("ln_mul", x, z)
    with pytest.raises(TranslationError, match="there is no law 'ln_add'; there are inv, "):
        proof.fact("ln_add", x, y)
    with pytest.raises(TranslationError, match="the law ln_mul is about 2 terms, not 1"):
        proof.fact("ln_mul", x)


def test_a_part_of_a_proof_may_use_some_assumptions_only() -> None:
    proof = proof_of(le(0, 1), less=lt(x**2, y), positive=lt(0, y), above=le(0, x))
    assert [show(h) for h in proof.have(lt(0, y)).hypotheses] == ["0 < y"]
    with proof.using("less", "above"):
        found = proof.have(lt(0, y))
        with pytest.raises(LemmaError, match="no assumption"):
            proof.have(lt(0, y), "nothing of this name")
    assert [show(h) for h in found.hypotheses] == [show(prop(lt(x**2, y)))]
    assert [show(h) for h in proof.have(lt(0, y)).hypotheses] == ["0 < y"]


def test_a_statement_for_all_at_a_value() -> None:
    proof = proof_of(le(0, 1), all=forall(k, le(0, f(k)), [le(1, k)]), t=le(3, t))
    assert is_verified(proof.at("all", t), le(0, f(t)))
    with pytest.raises(TranslationError, match="is for all of 1 variables and cannot be taken at 2"):
        proof.at("all", t, t)
    with pytest.raises(ProofFailure, match="its conditions could not be established"):
        proof.at("all", n)


def test_no_certificate_is_believed_without_the_kernel() -> None:
    """A half is not a third: the search refuses, and so would the kernel."""
    proof = proof_of(le(0, 1), x=le(x, Rational(1, 2)))
    with pytest.raises(ProofFailure):
        proof.have(le(x, Rational(1, 3)), "x")


# --- what a search looks into, what an induction assumes -----------------------------------------


def test_sizes_are_opened_where_they_share_what_is_inside() -> None:
    for statement, given in ((le(Abs(x * y), Abs(x) * y), {"y": le(0, y)}), (le(Abs(x), Abs(y) + Abs(x - y)), {})):
        assert is_verified(proof_of(statement, **given).conclude(), statement)


def test_an_induction_assumes_nothing_else_about_its_variable() -> None:
    """With 1 <= n among the assumptions, the kernel would refuse a step that takes it up."""
    goal = le(n, n * n)
    assert is_verified(proof_of(goal, n_is_positive=le(1, n)).induction(goal, n), goal)


# --- when a search ends ---------------------------------------------------------------------------


def test_a_combination_is_not_looked_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    monkeypatch.setattr(Attempt, "longer", lambda attempt: tried.append(attempt.degree))
    proof = proof_of(le(0, 1), less=le(a * E(X(w), w), b))
    for degree in (1, 2):
        with pytest.raises(ProofFailure):
            proof.have(le(a * E(X(w), w), b - 1), "less", degree=degree)
    assert set(tried) == {2}


def test_what_fails_in_a_model_at_hand_is_given_up_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """But not where an assumption does not hold in the model: x <= 2 follows from x <= 1."""
    proof = proof_of(le(0, 1), x=le(x, 1), y=lt(0, y))
    tried: list[int] = []
    search = Attempt.linear
    monkeypatch.setattr(Attempt, "linear", lambda attempt: tried.append(1) or search(attempt))
    with at_hand(Model({"x": 1, "y": 1})), pytest.raises(ProofFailure):
        proof.have(le(x, y / 2), "x")
    assert not tried
    with at_hand(Model({"x": 3, "y": 1})):
        assert is_verified(proof.have(le(x, 2)), le(x, 2)) and tried


def test_a_lemma_is_not_cited_again_for_its_own_proof() -> None:
    """Its script may know the same as the proof that cites it, and takes over what that cites."""
    known = (assume(le(0, x)),)
    asked: list[str] = []

    def lemma(slug: str, claim: str | None) -> Step:
        asked.append(slug)
        Knowledge(known, lemma)  # as its own script does
        return known[0]

    Knowledge(known, lemma).lemma("real-powers", None)
    assert asked == ["real-powers"]


def test_a_reason_for_all_of_which_there_is_no_instance_is_named() -> None:
    proof = proof_of(le(0, x), f_is_large=forall(k, le(1, f(k)), [le(0, k)]), others=forall(k, le(0, u(k))))
    with pytest.raises(ProofFailure) as failed:
        proof.have(le(0, f(2) + x), "f is large", "others")
    (idle,) = [text for text in failed.value.tried if "no instance" in text]
    assert idle.startswith("no instance of forall k: int. 0 <= u(k): its terms are not in sight")


def test_sums_under_a_mean_are_split_in_an_induction() -> None:
    """The empty one at its start, and the last term after that."""
    X2 = function("X", "int", "point")
    total = eq(E(Sum(X2(k, w), (k, 1, n)), w), Sum(E(X2(k, w), w), (k, 1, n)))
    found = proof_of(total).induction(total, n)
    assert is_verified(found, total)
    far = eq(E(Sum(X2(k, w), (k, 1, n)), w), Sum(E(X2(k, w), w), (k, 0, n)))
    with pytest.raises(ProofFailure):
        proof_of(far).induction(far, n)


def test_empty_sums_are_left_out_wherever_they_stand() -> None:
    """Under a mean, in another sum, in a norm; one that need not be empty stays."""
    X2, X3 = function("X", "int", "point"), function("X", "int", "int", "point")

    def none(*at: Any) -> Any:
        return Sum(X3(k, *at, w), (k, 1, 0))

    proof = proof_of(le(0, 1))
    for goal in (
        eq(Sum(X2(k, w), (k, n + 1, n)), 0),
        eq(E(Sum(X2(k, w), (k, 1, 0)), w), 0),
        eq(E(Sum(X2(k, w), (k, 1, 0)) + 3, w), 3),
        le(Sum(E(Abs(Sum(X2(k, w), (k, 3, 1))), w), (t, 1, n)), 0),
        eq(E(COORDINATES.of(none(j)), w), 0),
        eq(norm(none(j)), 0),
    ):
        assert is_verified(proof.have(goal), goal)
    for goal in (eq(E(Sum(X2(k, w), (k, 1, n)), w), 0), eq(E(Sum(X2(k, w), (k, 1, 0)) + 3, w), 2)):
        with pytest.raises(ProofFailure):
            proof.have(goal)


@pytest.mark.parametrize("body", [Y(w), 3 * Y(w) + 1, Y(w) ** 2, absolute(Y(w))])
def test_what_equals_something_integrable_is_integrable(body: Any) -> None:
    finite = {"square": Integrable(E(X(w) ** 2, w)), "mean": Integrable(E(X(w), w))}
    proof = proof_of(le(0, x), **finite, same=forall(w, eq(Y(w), 2 * X(w) + x)))
    assert is_verified(proof.integrable(E(body, w), "same"), Integrable(E(body, w)))
    circle = {"same": forall(w, eq(Y(w), X(w))), "back": forall(w, eq(X(w), Y(w)))}
    with pytest.raises(ProofFailure):
        proof_of(le(0, x), **circle).integrable(E(body, w), *circle)
