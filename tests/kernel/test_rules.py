"""Every rule and every fact: the exact theorem that it derives, what it refuses, and what it carries on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest

from adamproof.kernel.facts import FACTS
from adamproof.kernel.normal import key
from adamproof.kernel.rules import RULES, Theorem, apply
from adamproof.kernel.terms import Refusal, Term, as_real, function, make

from .build import (
    FALSE,
    TRUE,
    add,
    app,
    eq,
    forall,
    given,
    given_cited,
    implies,
    integer,
    integrable,
    integral,
    le,
    lt,
    mean,
    mul,
    ne,
    num,
    point,
    real,
    total,
    use,
    whole,
)

X, Y, Z, R, Q, S = (real(name) for name in "xyzrqs")
K, M, N = (integer(name) for name in "kmn")
V, W = point("v"), point("w")
F, G, H = function("f", ["int"]), function("g", ["real"]), function("h", ["int", "real"])
P, D = function("p", ["point"]), function("d", ["point"])
ZERO, ONE = num(0), num(1)
LOOSE = make("bound", 0, "real")
KR, MR, NR = as_real(K), as_real(M), as_real(N)
FK, PW, DW, GS = app(F, K), app(P, W), app(D, W), app(G, S)


@dataclass(frozen=True)
class Example:
    """A rule application and the theorem that it must give (citations: none)."""

    rule: str
    premises: tuple[Theorem, ...]
    args: tuple[Any, ...]
    hypotheses: tuple[Term, ...]
    conclusion: Term


def example(rule: str, premises: Sequence[Theorem], args: Sequence[Any], hyps: Sequence[Term], goal: Term) -> Example:
    return Example(rule, tuple(premises), tuple(args), tuple(hyps), goal)


def sequent(hypotheses: Sequence[Term], conclusion: Term) -> Theorem:
    """Any sequent, as if it had been derived."""
    return Theorem(tuple(hypotheses), conclusion)


A, B, C = le(X, Y), lt(Y, Z), ne(X, Z)
POSITIVE = lt(ZERO, X)
RANGE_K = (le(num(1), KR), le(KR, MR))
RANGE_S = (le(ZERO, S), le(S, ONE))
SUM_F = total(K, whole(1), M, FK)
K1 = add(K, whole(1))
INDUCTIVE = le(ZERO, FK)
STEP_HYPOTHESES = (le(num(2), KR), INDUCTIVE)
ABS_P = make("abs", PW)

EXAMPLES = [
    example("assume", [], [A], [A], A),
    example("cut", [given(A), sequent([A, B], C)], [], [A, B], C),
    example("cut", [sequent([B], A), sequent([A, C], C)], [], [B, C], C),
    example("convert", [given(A)], [le(add(X, mul(num(-1), Y)), ZERO)], [A], le(add(X, mul(num(-1), Y)), ZERO)),
    example("discharge", [sequent([A, B], C)], [A], [B], implies(A, C)),
    example("discharge", [sequent([B], C)], [A], [B], implies(A, C)),
    example("detach", [given(implies(A, B)), given(A)], [], [implies(A, B), A], B),
    example("generalise", [sequent([B], FALSE)], [X], [B], forall(X, FALSE)),
    example("generalise", [sequent([B], A)], [X], [B], forall(X, A)),
    example("generalise", [sequent([], le(ZERO, FK))], [K], [], forall(K, le(ZERO, FK))),
    example("generalise", [sequent([], le(ZERO, PW))], [W], [], forall(W, le(ZERO, PW))),
    example("specialise", [given(forall(X, A))], [add(Y, Z)], [forall(X, A)], le(add(Y, Z), Y)),
    example("specialise", [sequent([], forall(K, le(KR, app(F, K))))], [add(M, N)], [],
            le(add(MR, NR), app(F, add(M, N)))),
    example("specialise", [sequent([], forall(W, le(ZERO, PW)))], [V], [], le(ZERO, app(P, V))),
    example("instantiate", [given(le(X, app(G, Y)))], [[(X, Y), (Y, X)], [(G, (Z,), mul(Z, X))]],
            [le(Y, mul(X, X))], le(Y, mul(X, X))),
    example("instantiate", [given(le(ZERO, SUM_F))], [[(M, N)], [(F, (K,), total(N, whole(1), K, as_real(N)))]],
            [le(ZERO, total(K, whole(1), N, total(M, whole(1), K, MR)))],
            le(ZERO, total(K, whole(1), N, total(M, whole(1), K, MR)))),
    example("induction", [sequent([B], le(ZERO, app(F, whole(2)))),
                          sequent([*STEP_HYPOTHESES, C], le(ZERO, app(F, K1)))],
            [K, whole(2), INDUCTIVE], [B, C, le(num(2), KR)], INDUCTIVE),
    example("cases", [sequent([le(X, ZERO), B], C), sequent([lt(ZERO, X), A], C)], [X, ZERO], [B, A], C),
    example("rewrite", [given(eq(X, Y)), given(le(X, app(G, X)))], [Z, le(X, app(G, Z))],
            [eq(X, Y), le(X, app(G, X))], le(X, app(G, Y))),
    example("rewrite", [given(eq(KR, add(MR, num(1)))), given(le(ZERO, FK))], [N, le(ZERO, app(F, N))],
            [eq(KR, add(MR, num(1))), le(ZERO, FK)], le(ZERO, app(F, add(M, whole(1))))),
    example("arith", [given(A), given(B)], [lt(X, Z), [(Fraction(1), (0,), ()), (Fraction(1), (1,), ()),
                                                      (Fraction(1), (-1,), ())], []], [A, B], lt(X, Z)),
    example("arith", [], [le(mul(num(2), X, Y), add(mul(X, X), mul(Y, Y))),
                          [(Fraction(1), (-1,), ()), (Fraction(1), (), (add(X, mul(num(-1), Y)),))], []],
            [], le(mul(num(2), X, Y), add(mul(X, X), mul(Y, Y)))),
    example("arith", [given(eq(X, Y))], [eq(mul(X, X), mul(Y, Y)), [], [(0, mul(num(-1), add(X, Y)))]],
            [eq(X, Y)], eq(mul(X, X), mul(Y, Y))),
    example("arith", [given(POSITIVE)], [ne(X, ZERO), [(Fraction(1), (0,), ())], [(-1, num(-1))]],
            [POSITIVE], ne(X, ZERO)),
    example("arith", [given(C)], [lt(ZERO, mul(add(X, mul(num(-1), Z)), add(X, mul(num(-1), Z)))),
                                  [(Fraction(1), (0,), ()), (Fraction(1), (-1,), ())], []], [C],
            lt(ZERO, mul(add(X, mul(num(-1), Z)), add(X, mul(num(-1), Z))))),
    example("antisymmetry", [given(A), given(le(Y, X))], [], [A, le(Y, X)], eq(X, Y)),
    example("integer_gap", [given(lt(KR, mul(MR, NR)))], [], [lt(KR, mul(MR, NR))], le(add(KR, ONE), mul(MR, NR))),
    example("fact", [given(POSITIVE)], ["sign_pos", [X]], [POSITIVE], eq(make("sign", X), ONE)),
    example("binder", [sequent([*RANGE_K, A], eq(FK, KR))], ["Sum", K, [whole(1), M]], [A],
            eq(SUM_F, total(K, whole(1), M, KR))),
    example("binder", [sequent(RANGE_K, le(FK, KR))], ["Sum", K, [whole(1), M]], [],
            le(SUM_F, total(K, whole(1), M, KR))),
    example("binder", [sequent([A], eq(PW, DW))], ["E", W, []], [A], eq(mean(W, PW), mean(W, DW))),
    example("binder", [sequent([A], le(PW, DW)), sequent([B], integrable(mean(W, add(DW, mul(num(-1), PW)))))],
            ["E", W, []], [A, B], le(mean(W, PW), mean(W, DW))),
    example("binder", [sequent(RANGE_S, le(GS, ONE)), sequent([], integrable(integral(S, add(ONE, mul(num(-1), GS)))))],
            ["Integral01", S, []], [], le(integral(S, GS), integral(S, ONE))),
    example("dominated", [sequent([A], le(ABS_P, DW)), sequent([B], integrable(mean(W, DW)))], ["E", W], [A, B],
            integrable(mean(W, PW))),
    example("dominated", [sequent([A], le(ABS_P, make("abs", DW))), sequent([B], integrable(mean(W, DW)))],
            ["E", W], [A, B], integrable(mean(W, PW))),
    example("dominated", [sequent(RANGE_S, le(make("abs", GS), S)), sequent([B], integrable(integral(S, S)))],
            ["Integral01", S], [B], integrable(integral(S, GS))),
    example("combination", [sequent([A], integrable(mean(W, PW))), sequent([B], integrable(mean(W, DW)))],
            ["E", W, add(mul(X, PW), Y, mul(num(-2), DW)), [Y, X, num(-2)]], [A, B],
            integrable(mean(W, add(mul(X, PW), Y, mul(num(-2), DW))))),
    example("combination", [], ["Integral01", S, X, [X]], [], integrable(integral(S, X))),
]


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: case.rule)
def test_a_rule_derives_exactly_this(case: Example) -> None:
    assert apply(case.rule, case.premises, case.args) == Theorem(case.hypotheses, case.conclusion)


def test_cite_records_a_named_hypothesis() -> None:
    assert use("cite", [], "an axiom", "a book", A) == Theorem((A,), A, (("an axiom", "a book"),))


CARRIED = [(case, i) for case in EXAMPLES for i in range(len(case.premises))]


@pytest.mark.parametrize(("case", "position"), CARRIED, ids=[f"{case.rule}-{i}" for case, i in CARRIED])
def test_hypotheses_and_citations_are_carried_onward(case: Example, position: int) -> None:
    extra, citation = lt(real("extra"), num(7)), ("an axiom", "a book")
    premises = list(case.premises)
    old = premises[position]
    premises[position] = Theorem((*old.hypotheses, extra), old.conclusion, (citation,))
    found = apply(case.rule, premises, case.args)
    assert set(found.hypotheses) == {*case.hypotheses, extra}
    assert found.conclusion is case.conclusion
    assert found.citations == (citation,)


def test_citations_of_all_premises_are_merged_in_order() -> None:
    found = use("antisymmetry", [given_cited(A, "second"), given_cited(le(Y, X), "first")])
    assert found.citations == (("first", "a book"), ("second", "a book"))


def test_a_discharged_axiom_stays_cited() -> None:
    found = use("discharge", [given_cited(A)], A)
    assert found == Theorem((), implies(A, A), (("axiom", "a book"),))


def test_equal_hypotheses_are_kept_once() -> None:
    other_form = le(add(X, mul(num(-1), Y)), ZERO)
    found = use("detach", [sequent([A], implies(A, B)), given(other_form)])
    assert found.hypotheses == (A,)


def test_a_hypothesis_is_discharged_in_any_equal_form() -> None:
    assert use("discharge", [given(A)], le(add(X, mul(num(-1), Y)), ZERO)).hypotheses == ()


def refusal(rule: str, name: str, message: str, premises: Sequence[Theorem], *args: Any) -> Any:
    return pytest.param(rule, premises, args, message, id=f"{rule}-{name}")


HALF_TERM = mul(num("1/2"), KR)
INNER_INTEGRAL = integral(Z, mul(GS, app(G, Z), S))
REFUSALS = [
    refusal("assume", "term", "assume needs a closed argument of sort prop", [], X),
    refusal("assume", "loose", "assume needs a closed argument of sort prop", [], le(LOOSE, X)),
    refusal("assume", "premise", "assume takes 0 premises, not 1", [given(A)], A),
    refusal("cite", "unnamed", "cite needs an axiom's name and source", [], "", "book", A),
    refusal("cite", "no-source", "cite needs an axiom's name and source", [], "name", "", A),
    refusal("cite", "run-of-spaces", "cite needs an axiom's name and source", [], "name", "a  book", A),
    refusal("cite", "space-first", "cite needs an axiom's name and source", [], " name", "book", A),
    refusal("cite", "space-last", "cite needs an axiom's name and source", [], "name", "book ", A),
    refusal("cite", "long", "cite needs an axiom's name and source", [], "name", "b" * 201, A),
    refusal("cite", "name-no-text", "cite needs text, not int", [], 7, "book", A),
    refusal("cite", "source-no-text", "cite needs text, not int", [], "name", 7, A),
    refusal("cite", "loose", "cite needs a closed argument of sort prop", [], "name", "book", le(LOOSE, X)),
    refusal("cite", "premise", "cite takes 0 premises, not 1", [given(A)], "name", "book", A),
    refusal("cut", "one-premise", "cut takes 2 premises, not 1", [given(A)]),
    refusal("cut", "three-premises", "cut takes 2 premises, not 3", [given(A)] * 3),
    refusal("convert", "other", "convert: expected z < y, found y < z", [given(B)], lt(Z, Y)),
    refusal("convert", "scaled", "convert: expected", [given(A)], le(mul(num(2), X), mul(num(2), Y))),
    refusal("convert", "loose", "convert needs a closed argument of sort prop", [given(A)], le(LOOSE, Y)),
    refusal("convert", "two-premises", "convert takes 1 premises, not 2", [given(A)] * 2, A),
    refusal("discharge", "term", "discharge needs a closed argument of sort prop", [given(A)], X),
    refusal("discharge", "loose", "discharge needs a closed argument of sort prop", [given(A)], le(LOOSE, X)),
    refusal("discharge", "no-premise", "discharge takes 1 premises, not 0", [], A),
    refusal("detach", "no-implication", "detach needs an implication, found x <= y", [given(A), given(A)]),
    refusal("detach", "other-condition", "detach: expected x <= y, found y < z", [given(implies(A, B)), given(B)]),
    refusal("detach", "one-premise", "detach takes 2 premises, not 1", [given(implies(A, B))]),
    refusal("generalise", "free", "generalise: the variable x is free in x <= y", [given(A)], X),
    refusal("generalise", "no-variable", "generalise needs a variable", [given(A)], add(X, Y)),
    refusal("generalise", "two-premises", "generalise takes 1 premises, not 2", [given(B)] * 2, X),
    refusal("specialise", "no-forall", "specialise needs a statement with forall, found x <= y", [given(A)], X),
    refusal("specialise", "sort", "specialise needs a closed argument of sort real", [given(forall(X, A))], K),
    refusal("specialise", "loose", "specialise needs a closed argument", [given(forall(X, A))], LOOSE),
    refusal("specialise", "two-premises", "specialise takes 1 premises", [given(forall(X, A))] * 2, X),
    refusal("instantiate", "no-variable", "instantiate needs a variable", [given(A)], [(add(X, Y), X)], []),
    refusal("instantiate", "sort", "instantiate needs a closed argument of sort real", [given(A)], [(X, K)], []),
    refusal("instantiate", "loose", "instantiate needs a closed argument", [given(A)], [(X, LOOSE)], []),
    refusal("instantiate", "twice", "instantiate: x is replaced twice", [given(A)], [(X, Y), (X, Z)], []),
    refusal("instantiate", "two-premises", "instantiate takes 1 premises", [given(A)] * 2, [], []),
    refusal("instantiate", "no-function", "one parameter of each declared sort", [given(A)], [], [(X, (K,), X)]),
    refusal("instantiate", "arity", "one parameter of each declared sort", [given(A)], [], [(F, (K, M), X)]),
    refusal("instantiate", "parameter-sort", "one parameter of each declared sort", [given(A)], [], [(F, (X,), X)]),
    refusal("instantiate", "parameter", "instantiate needs a variable", [given(A)], [], [(F, (K1,), X)]),
    refusal("instantiate", "loose-body", "instantiate needs a closed argument", [given(A)], [], [(F, (K,), LOOSE)]),
    refusal("instantiate", "body-sort", "closed argument of sort real", [given(A)], [], [(F, (K,), K)]),
    refusal("instantiate", "function-twice", "replaced twice", [given(A)], [], [(F, (K,), X), (F, (K,), X)]),
    refusal("instantiate", "parameter-twice", "has the same parameter twice", [given(A)], [],
            [(function("two", ["real", "real"]), (X, X), X)]),
    refusal("instantiate", "measurable", "an integral in the parameter s, maybe not measurable", [given(A)], [],
            [(G, (S,), INNER_INTEGRAL)]),
    refusal("instantiate", "measurable-inside", "in the parameter s, maybe not measurable", [given(A)], [],
            [(G, (S,), add(ONE, make("sqrt", INNER_INTEGRAL)))]),
    refusal("induction", "base", "induction base: expected 0 <= f(2), found 0 <= f\\(3\\)".replace("f(2)", "f\\(2\\)"),
            [sequent([], le(ZERO, app(F, whole(3)))), sequent(STEP_HYPOTHESES, le(ZERO, app(F, K1)))],
            K, whole(2), INDUCTIVE),
    refusal("induction", "step", "induction step: expected",
            [sequent([], le(ZERO, app(F, whole(2)))), sequent(STEP_HYPOTHESES, INDUCTIVE)], K, whole(2), INDUCTIVE),
    refusal("induction", "hypothesis", "induction: the variable k is free in k <= 9",
            [sequent([], le(ZERO, app(F, whole(2)))), sequent([*STEP_HYPOTHESES, le(KR, num(9))],
                                                               le(ZERO, app(F, K1)))], K, whole(2), INDUCTIVE),
    refusal("induction", "base-hypothesis", "induction: the variable k is free in k <= 9",
            [sequent([le(KR, num(9))], le(ZERO, app(F, whole(2)))), sequent(STEP_HYPOTHESES, le(ZERO, app(F, K1)))],
            K, whole(2), INDUCTIVE),
    refusal("induction", "low", "induction: the lower end contains the variable",
            [sequent([], INDUCTIVE), sequent([INDUCTIVE], le(ZERO, app(F, K1)))], K, K, INDUCTIVE),
    refusal("induction", "real-variable", "induction needs a variable of sort int", [given(A)] * 2, X, whole(0), A),
    refusal("induction", "real-low", "induction needs a closed argument of sort int", [given(A), given(A)], K, ZERO, A),
    refusal("induction", "no-prop", "induction needs a closed argument of sort prop", [given(A)] * 2, K, whole(0), X),
    refusal("induction", "one-premise", "induction takes 2 premises, not 1", [given(A)], K, whole(0), A),
    refusal("cases", "other", "cases: expected x <= y, found y < z", [given(A), given(B)], X, Y),
    refusal("cases", "sort", "cases needs a closed argument of sort real", [given(A), given(A)], K, Y),
    refusal("cases", "sort-second", "cases needs a closed argument of sort real", [given(A), given(A)], X, M),
    refusal("cases", "loose", "cases needs a closed argument of sort real", [given(A), given(A)], X, LOOSE),
    refusal("cases", "one-premise", "cases takes 2 premises, not 1", [given(A)], X, Y),
    refusal("rewrite", "no-equation", "rewrite needs a statement with ==, found x <= y", [given(A), given(A)], Z, A),
    refusal("rewrite", "target", "rewrite: expected", [given(eq(X, Y)), given(le(Y, Z))], Z, le(Z, Z)),
    refusal("rewrite", "point-hole", "rewrite needs a variable of sort int or real", [given(eq(X, Y)), given(A)], W, A),
    refusal("rewrite", "no-hole", "rewrite needs a variable", [given(eq(X, Y)), given(A)], add(X, Y), A),
    refusal("rewrite", "loose", "rewrite needs a closed argument of sort prop", [given(eq(X, Y)), given(A)], Z,
            le(LOOSE, Z)),
    refusal("rewrite", "not-integer", "is not an integer term", [given(eq(KR, HALF_TERM)), given(le(ZERO, FK))], N,
            le(ZERO, app(F, N))),
    refusal("rewrite", "real-as-integer", "x is not an integer term", [given(eq(KR, X)), given(le(ZERO, FK))], N,
            le(ZERO, app(F, N))),
    refusal("rewrite", "one-premise", "rewrite takes 2 premises, not 1", [given(eq(X, Y))], Z, A),
    refusal("arith", "leaves", "the certificate for x < y leaves 2 monomials over", [], lt(X, Y),
            [(Fraction(1), (-1,), ())], []),
    refusal("arith", "not-strict", "has no strictly positive part", [], le(ZERO, ONE), [], []),
    refusal("arith", "square-not-strict", "has no strictly positive part", [], lt(X, X),
            [(Fraction(1), (-1,), ())], []),
    refusal("arith", "zero-coefficient", "a coefficient is not a positive fraction", [], le(X, Y),
            [(Fraction(0), (-1,), ())], []),
    refusal("arith", "int-coefficient", "a coefficient is not a positive fraction", [], le(X, Y),
            [(1, (-1,), ())], []),
    refusal("arith", "equation-product", "an equality is proved from equations alone", [], eq(X, X),
            [(Fraction(1), (), ())], []),
    refusal("arith", "equation-factor", "an equation takes a multiplier and cannot be a factor", [given(eq(X, Y))],
            le(X, Y), [(Fraction(1), (0,), ())], []),
    refusal("arith", "inequality-multiplied", "only an equation takes a multiplier", [given(A)],
            le(X, Y), [], [(0, ONE)]),
    refusal("arith", "no-fact", "arith: there is no fact 3", [given(A)], le(X, Y), [(Fraction(1), (3,), ())], []),
    refusal("arith", "negated-equality", "arith: there is no fact -1", [], eq(X, Y), [], [(-1, ONE)]),
    refusal("arith", "premise-relation", "arith needs a statement with", [given(implies(A, B))], A, [], []),
    refusal("arith", "goal-relation", "arith needs a statement with", [], implies(A, B), [], []),
    refusal("arith", "loose-goal", "arith needs a closed argument of sort prop", [], eq(LOOSE, LOOSE), [], []),
    refusal("arith", "loose-multiplier", "arith needs a closed argument of sort real", [given(eq(X, Y))], eq(X, Y),
            [], [(0, LOOSE)]),
    refusal("arith", "loose-square", "arith needs a closed argument of sort real", [], le(X, Y),
            [(Fraction(1), (), (LOOSE,))], []),
    refusal("antisymmetry", "other", "antisymmetry: expected y <= x, found x <= y", [given(A), given(A)]),
    refusal("antisymmetry", "strict", "antisymmetry needs a statement with <=, found y < z", [given(B), given(B)]),
    refusal("antisymmetry", "one-premise", "antisymmetry takes 2 premises, not 1", [given(A)]),
    refusal("integer_gap", "real", "integer_gap: y < z does not compare integers", [given(B)]),
    refusal("integer_gap", "half", "does not compare integers", [given(lt(HALF_TERM, MR))]),
    refusal("integer_gap", "half-constant", "does not compare integers", [given(lt(KR, add(MR, num("1/2"))))]),
    refusal("integer_gap", "function", "does not compare integers", [given(lt(FK, MR))]),
    refusal("integer_gap", "not-strict", "integer_gap needs a statement with <", [given(le(KR, MR))]),
    refusal("integer_gap", "two-premises", "integer_gap takes 1 premises", [given(lt(KR, MR))] * 2),
    refusal("fact", "unknown", "there is no fact 'sqrt_always'", [], "sqrt_always", [X]),
    refusal("fact", "terms", "the fact inv takes 1 terms, not 2", [], "inv", [X, Y]),
    refusal("fact", "no-premise", "the fact inv takes 1 premises, not 0", [], "inv", [X]),
    refusal("fact", "condition", "the fact inv: expected x != 0, found x <= y", [given(A)], "inv", [X]),
    refusal("fact", "sort", "the fact inv needs a closed argument of sort real", [given(A)], "inv", [K]),
    refusal("fact", "no-sum", "x is not a sum", [given(A)], "sum_last", [X]),
    refusal("binder", "no-premise", "binder needs a premise", [], "E", W, []),
    refusal("binder", "strict", "binder needs a statement with == or <=, found y < z", [given(B)], "E", W, []),
    refusal("binder", "quantifier", "'forall_int' is not a binder", [sequent([], eq(X, Y))], "forall_int", K, []),
    refusal("binder", "bounds", "'Sum' is not a binder with 1 bounds", [sequent([], eq(X, Y))], "Sum", K, [M]),
    refusal("binder", "variable-sort", "binder needs a variable of sort point", [sequent([], eq(X, Y))], "E", K, []),
    refusal("binder", "hypothesis", "binder: the variable k is free in 0 <= f\\(k\\)", [given(le(ZERO, FK))], "Sum", K,
            [whole(1), M]),
    refusal("binder", "bound-mentions", "binder: the variable k is free in k", [sequent([], eq(FK, KR))], "Sum", K,
            [whole(1), K]),
    refusal("binder", "low-mentions", "binder: the variable k is free in k", [sequent([], eq(FK, KR))], "Sum", K,
            [K, whole(1)]),
    refusal("binder", "loose-bound", "binder needs a closed argument of sort int", [sequent([], eq(FK, KR))], "Sum", K,
            [make("bound", 0, "int"), M]),
    refusal("binder", "real-bound", "binder needs a closed argument of sort int", [sequent([], eq(FK, KR))], "Sum", K,
            [ONE, M]),
    refusal("binder", "not-integrable", "binder E of <= takes 2 premises, not 1", [sequent([], le(PW, DW))], "E", W,
            []),
    refusal("binder", "superfluous", "binder Sum of <= takes 1 premises, not 2", [sequent([], le(FK, KR))] * 2,
            "Sum", K, [whole(1), M]),
    refusal("binder", "other-gap", "binder: expected Integrable",
            [sequent([], le(PW, DW)), sequent([], integrable(mean(W, DW)))], "E", W, []),
    refusal("dominated", "sum", "dominated needs E or Integral01", [given(le(make("abs", FK), ONE)), given(A)], "Sum",
            K),
    refusal("dominated", "no-abs", "dominated needs E or Integral01 and a statement abs",
            [sequent([], le(PW, DW)), sequent([], integrable(mean(W, DW)))], "E", W),
    refusal("dominated", "equation", "dominated needs a statement with <=", [given(eq(ABS_P, DW)), given(A)], "E", W),
    refusal("dominated", "hypothesis", "dominated: the variable w is free in abs\\(p\\(w\\)\\) <= 1",
            [given(le(ABS_P, ONE)), sequent([], integrable(mean(W, ONE)))], "E", W),
    refusal("dominated", "other-bound", "dominated: expected Integrable",
            [sequent([], le(ABS_P, DW)), sequent([], integrable(mean(W, ONE)))], "E", W),
    refusal("dominated", "parameter-integral", "in the parameter s, maybe not measurable",
            [sequent([], le(make("abs", INNER_INTEGRAL), ONE)), sequent([], integrable(integral(S, ONE)))],
            "Integral01", S),
    refusal("dominated", "variable-sort", "dominated needs a variable of sort point",
            [sequent([], le(ABS_P, ONE)), sequent([], integrable(mean(W, ONE)))], "E", S),
    refusal("dominated", "one-premise", "dominated takes 2 premises", [sequent([], le(ABS_P, ONE))], "E", W),
    refusal("combination", "sum", "combination: 'Sum' is not a binder with 0 bounds", [], "Sum", K, ONE, [ONE]),
    refusal("combination", "count", "combination needs a constant and one coefficient", [], "E", W,
            ONE, []),
    refusal("combination", "other-binder", "combination needs integrability under E",
            [sequent([], integrable(integral(S, S)))], "E", W, ONE, [ONE, ZERO]),
    refusal("combination", "no-integrability", "combination needs integrability under E, found x <= y",
            [given(A)], "E", W, ONE, [ONE, ZERO]),
    refusal("combination", "coefficient", "combination: the variable w is free in p\\(w\\)", [], "E", W, PW, [PW]),
    refusal("combination", "hypothesis", "combination: the variable w is free in 0 <= p\\(w\\)",
            [sequent([le(ZERO, PW)], integrable(mean(V, app(P, V))))], "E", W, PW, [ZERO, ONE]),
    refusal("combination", "not-that", "is not the stated linear combination",
            [sequent([], integrable(mean(W, PW)))], "E", W, mul(PW, PW), [ZERO, ONE]),
    refusal("combination", "loose-body", "combination needs a closed argument of sort real", [], "E", W, LOOSE, [ONE]),
    refusal("combination", "loose-coefficient", "combination needs a closed argument of sort real", [], "E", W, ONE,
            [LOOSE]),
    refusal("combination", "variable-sort", "combination needs a variable of sort point", [], "E", S, ONE, [ONE]),
]


@pytest.mark.parametrize(("rule", "premises", "args", "message"), REFUSALS)
def test_a_rule_refuses(rule: str, premises: Sequence[Theorem], args: Sequence[Any], message: str) -> None:
    with pytest.raises(Refusal, match=message):
        apply(rule, premises, args)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_refuses_another_number_of_arguments(rule: str) -> None:
    count = len(RULES[rule].kinds) + 1
    with pytest.raises(Refusal, match=f"{rule} takes {count - 1} arguments, not {count}"):
        apply(rule, [], [A] * count)


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(Refusal, match="there is no rule 'trust_me'"):
        apply("trust_me", [], [])


# --- facts ---------------------------------------------------------------------------------------


def head(op: str, *args: Term) -> Term:
    return make(op, *args)


def rpow(x: Term, r: Term) -> Term:
    return make("rpow", x, r)


def ln(x: Term) -> Term:
    return make("ln", x)


M_PLUS, N_MINUS = add(M, whole(1)), add(N, whole(-1))
TOTAL = total(K, M, N, FK)
NONNEGATIVE = le(ZERO, X)
FACT_TABLE: dict[str, tuple[list[Term], list[Term], Term]] = {
    "inv": ([X], [ne(X, ZERO)], eq(mul(X, head("inv", X)), ONE)),
    "sqrt_nonneg": ([X], [NONNEGATIVE], le(ZERO, head("sqrt", X))),
    "sqrt_square": ([X], [NONNEGATIVE], eq(mul(head("sqrt", X), head("sqrt", X)), X)),
    "abs_nonneg": ([X], [NONNEGATIVE], eq(head("abs", X), X)),
    "abs_nonpos": ([X], [le(X, ZERO)], eq(head("abs", X), mul(num(-1), X))),
    "sign_pos": ([X], [POSITIVE], eq(head("sign", X), ONE)),
    "sign_neg": ([X], [lt(X, ZERO)], eq(head("sign", X), num(-1))),
    "sign_zero": ([X], [eq(X, ZERO)], eq(head("sign", X), ZERO)),
    "pow_succ": ([X, N], [le(ZERO, NR)], eq(head("pow", X, add(N, whole(1))), mul(X, head("pow", X, N)))),
    "rpow_pos": ([X, R], [POSITIVE], lt(ZERO, rpow(X, R))),
    "rpow_zero": ([X], [NONNEGATIVE], eq(rpow(X, ZERO), ONE)),
    "rpow_one": ([X], [NONNEGATIVE], eq(rpow(X, ONE), X)),
    "rpow_of_zero": ([R], [lt(ZERO, R)], eq(rpow(ZERO, R), ZERO)),
    "rpow_add": ([X, R, S], [POSITIVE], eq(rpow(X, add(R, S)), mul(rpow(X, R), rpow(X, S)))),
    "rpow_mul": ([X, R, S], [POSITIVE], eq(rpow(X, mul(R, S)), rpow(rpow(X, R), S))),
    "rpow_base": ([X, Y, R], [POSITIVE, lt(ZERO, Y)], eq(rpow(mul(X, Y), R), mul(rpow(X, R), rpow(Y, R)))),
    "young": ([X, Q], [NONNEGATIVE, le(ZERO, Q), le(Q, ONE)],
              le(rpow(X, Q), add(add(ONE, mul(num(-1), Q)), mul(Q, X)))),
    "ln_mul": ([X, Y], [POSITIVE, lt(ZERO, Y)], eq(ln(mul(X, Y)), add(ln(X), ln(Y)))),
    "ln_rpow": ([X, R], [POSITIVE], eq(ln(rpow(X, R)), mul(R, ln(X)))),
    "ln_le": ([X], [POSITIVE], le(ln(X), add(X, num(-1)))),
    "integral_identity": ([], [], eq(integral(S, S), num("1/2"))),
    "sum_empty": ([TOTAL], [lt(NR, MR)], eq(TOTAL, ZERO)),
    "sum_last": ([TOTAL], [le(MR, NR)], eq(TOTAL, add(total(K, M, N_MINUS, FK), app(F, N)))),
    "sum_first": ([TOTAL], [le(MR, NR)], eq(TOTAL, add(app(F, M), total(K, M_PLUS, N, FK)))),
}
CONDITIONS = [(name, i) for name, (_, conditions, _) in FACT_TABLE.items() for i in range(len(conditions))]


@pytest.mark.parametrize("name", FACT_TABLE)
def test_a_fact_derives_exactly_this(name: str) -> None:
    terms, conditions, conclusion = FACT_TABLE[name]
    found = use("fact", [given_cited(condition, f"a{i}") for i, condition in enumerate(conditions)], name, terms)
    assert found.hypotheses == tuple(conditions)
    assert found.conclusion is conclusion
    assert found.citations == tuple((f"a{i}", "a book") for i in range(len(conditions)))


@pytest.mark.parametrize(("name", "position"), CONDITIONS, ids=[f"{name}-{i}" for name, i in CONDITIONS])
def test_a_fact_refuses_another_condition(name: str, position: int) -> None:
    terms, conditions, _ = FACT_TABLE[name]
    wanted = conditions[position]
    weaker = {"<": "<=", "<=": "!=", "==": "<=", "!=": "=="}[wanted.op]
    for wrong in (TRUE, make(weaker, *wanted.args), make(wanted.op, *reversed(wanted.args))):
        if key(wrong) == key(wanted):
            continue
        given_now = [wrong if i == position else condition for i, condition in enumerate(conditions)]
        with pytest.raises(Refusal, match=f"the fact {name}: expected"):
            use("fact", [given(prop) for prop in given_now], name, terms)


@pytest.mark.parametrize("name", FACT_TABLE)
def test_a_fact_refuses_missing_and_superfluous_premises(name: str) -> None:
    terms, conditions, _ = FACT_TABLE[name]
    premises = [given(condition) for condition in conditions]
    for wrong in (premises[:-1], [*premises, given(TRUE)]):
        if len(wrong) != len(premises):
            message = f"the fact {name} takes {len(premises)} premises, not {len(wrong)}"
            with pytest.raises(Refusal, match=message):
                use("fact", wrong, name, terms)


@pytest.mark.parametrize("name", FACT_TABLE)
def test_a_fact_refuses_other_terms(name: str) -> None:
    terms, conditions, _ = FACT_TABLE[name]
    premises = [given(condition) for condition in conditions]
    with pytest.raises(Refusal, match=f"the fact {name} takes {len(terms)} terms, not {len(terms) + 1}"):
        use("fact", premises, name, [*terms, X])
    for position, term in enumerate(terms):
        other = ONE if term.sort == "int" else whole(1)
        for wrong in (other, make("bound", 0, term.sort), A):
            changed = [wrong if i == position else kept for i, kept in enumerate(terms)]
            with pytest.raises(Refusal, match=f"the fact {name} needs a closed argument of sort {term.sort}"):
                use("fact", premises, name, changed)


@pytest.mark.parametrize("name", ["sum_empty", "sum_last", "sum_first"])
@pytest.mark.parametrize("term", [X, mean(W, PW), add(TOTAL, ZERO)], ids=["variable", "mean", "more"])
def test_a_sum_fact_refuses_what_is_no_sum(name: str, term: Term) -> None:
    with pytest.raises(Refusal, match="is not a sum"):
        use("fact", [given(TRUE)], name, [term])


# --- coverage ------------------------------------------------------------------------------------


def test_every_rule_and_fact_is_covered() -> None:
    assert {case.rule for case in EXAMPLES} | {"cite"} == set(RULES)
    for rule in RULES:
        assert sum(case.id.startswith(f"{rule}-") for case in REFUSALS) >= 2, rule
    assert set(FACT_TABLE) == set(FACTS)
