"""Attempts to prove something false or to crash the kernel.  Every one must be refused, with a reason.

No bare ``assert`` decides anything here, so the file means the same under ``python -O``.
"""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import pytest

from adamproof.kernel.rules import Theorem, apply
from adamproof.kernel.terms import Function, Refusal, Term, as_real, bind, function, make, number, reset_budget
from adamproof.kernel.text import show

from .build import (
    FALSE,
    TRUE,
    add,
    app,
    budget,
    check,
    eq,
    forall,
    given,
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

X, Y, Z, S, T = (real(name) for name in "xyzst")
K, M, N = (integer(name) for name in "kmn")
U, W = point("u"), point("w")
F, G = function("f", ["int"]), function("g", ["real"])
P, D = function("p", ["point"]), function("d", ["point"])
ZERO, ONE = num(0), num(1)
KR, MR, NR = as_real(K), as_real(M), as_real(N)
FK, PW, DW, GS = app(F, K), app(P, W), app(D, W), app(G, S)
GUARD = (AttributeError, TypeError)


def proved(conclusion: Term, *hypotheses: Term) -> Theorem:
    """A sequent that an attacker may have derived."""
    return Theorem(hypotheses, conclusion)


def inv(x: Term) -> Term:
    return make("inv", x)


def power(x: Term, n: int | Term) -> Term:
    return make("pow", x, whole(n) if type(n) is int else n)


ATTACKS: list[Any] = []


def attack(
    name: str, message: str, attempt: Callable[[], object], errors: type[Exception] | tuple[Any, ...] = Refusal
) -> None:
    ATTACKS.append(pytest.param(attempt, message, errors, id=name))


def attack_rule(name: str, message: str, rule: str, premises: Sequence[Theorem], *args: Any) -> None:
    attack(name, message, lambda: apply(rule, premises, args))


def attack_convert(name: str, true: Term, false: Term) -> None:
    """From a theorem, its false variant by normalisation alone."""
    attack_rule(name, "convert: expected", "convert", [proved(true)], false)


@pytest.mark.parametrize(("attempt", "message", "errors"), ATTACKS)
def test_an_attack_is_refused(attempt: Callable[[], object], message: str, errors: Any) -> None:
    reset_budget()
    with pytest.raises(errors, match=message):
        attempt()


# --- variable capture ------------------------------------------------------------------------------

CAPTURE: dict[str, tuple[Term, Term]] = {  # op -> (bound variable, free variable of the same sort)
    "Sum": (K, M),
    "E": (W, U),
    "Integral01": (S, T),
    "forall_int": (K, M),
    "forall_real": (S, T),
    "forall_point": (W, U),
}


def closed_by(op: str, variable: Term, body: Term) -> Term:
    """A statement about the body under a binder or a quantifier."""
    if op.startswith("forall"):
        return bind(op, variable, le(body, X))
    return le(bind(op, variable, *((whole(0), whole(5)) if op == "Sum" else ()), body), X)


def wrapped(op: str, variable: Term, body: Term) -> Term:
    """A real term with the body under the binder that goes with a quantifier's sort."""
    name = {"forall_int": "Sum", "forall_real": "Integral01", "forall_point": "E"}.get(op, op)
    return bind(name, variable, *((whole(0), whole(5)) if name == "Sum" else ()), body)


for binder_op, (inside, outside) in CAPTURE.items():
    two = function("two", [inside.sort, inside.sort])
    one = function("one", [inside.sort])
    apart, caught = app(two, inside, outside), app(two, inside, inside)
    stated = closed_by(binder_op, inside, apart)
    captured = closed_by(binder_op, inside, caught)

    def by_variable(stated: Term = stated, caught: Term = captured, v: Term = outside, b: Term = inside) -> object:
        return use("convert", [use("instantiate", [proved(stated)], [(v, b)], [])], caught)

    def by_specialising(stated: Term = stated, caught: Term = captured, v: Term = outside, b: Term = inside) -> object:
        return use("convert", [use("specialise", [proved(forall(v, stated))], b)], caught)

    def by_body(op: str = binder_op, b: Term = inside, two: Function = two, one: Function = one) -> object:
        """one(t) := B b. two(b, t), inside B b. one(b): the two b must stay apart."""
        parameter = make("var", "parameter", b.sort)
        body = wrapped(op, b, app(two, b, parameter)) if b.sort == "int" else app(two, parameter, b)
        theorem = use("instantiate", [proved(closed_by(op, b, app(one, b)))], [], [(one, (parameter,), body)])
        wrong = wrapped(op, b, app(two, b, b)) if b.sort == "int" else app(two, b, b)
        return use("convert", [theorem], closed_by(op, b, wrong))

    def by_nesting(op: str = binder_op, b: Term = inside, v: Term = outside, two: Function = two) -> object:
        """B b. B v. two(b, v) is not B b. B v. two(v, v)."""
        right, wrong = (closed_by(op, b, wrapped(op, v, app(two, x, v))) for x in (b, v))
        return use("convert", [proved(right)], wrong)

    def by_hypothesis(op: str = binder_op, b: Term = inside, stated: Term = stated) -> object:
        """Binding a variable that a hypothesis speaks of."""
        speaks = {"int": as_real, "real": lambda v: v, "point": lambda v: app(P, v)}[b.sort]
        hypothesis = le(speaks(b), num(9))
        if op.startswith("forall"):
            return use("generalise", [proved(hypothesis, hypothesis)], b)
        bounds = [whole(0), whole(5)] if op == "Sum" else []
        return use("binder", [proved(eq(app(P, W), ONE), hypothesis)], op, b, bounds)

    attack(f"capture-variable-{binder_op}", "convert: expected", by_variable)
    attack(f"capture-specialise-{binder_op}", "convert: expected", by_specialising)
    attack(f"capture-function-body-{binder_op}", "convert: expected", by_body)
    attack(f"capture-nested-{binder_op}", "convert: expected", by_nesting)
    attack(f"capture-hypothesis-{binder_op}", "is free in", by_hypothesis)

attack("capture-rewrite-under-sum", "convert: expected", lambda: use(
    "convert", [use("rewrite", [given(eq(KR, ONE)), proved(le(total(M, whole(0), K, as_real(M)), X))], N,
                    le(total(K, whole(0), N, KR), X))], le(total(K, whole(0), whole(1), ONE), X)))
attack("capture-rewrite-bound-variable", "rewrite: expected", lambda: use(
    "rewrite", [given(eq(KR, ONE)), proved(le(total(K, whole(0), whole(5), KR), X))], T,
    le(total(K, whole(0), whole(5), T), X)))
attack("capture-bound-of-sum", "binder: the variable k is free in k", lambda: use(
    "binder", [proved(eq(FK, ONE))], "Sum", K, [whole(0), K]))
attack("capture-loose-body", "the same parameter|closed argument", lambda: use(
    "instantiate", [proved(le(integral(S, app(G, S)), X))], [], [(G, (T,), make("bound", 0, "real"))]))
attack("capture-loose-value", "closed argument of sort real", lambda: use(
    "instantiate", [proved(le(integral(S, mul(S, T)), X))], [(T, make("bound", 0, "real"))], []))
attack("capture-loose-special-value", "closed argument of sort real", lambda: use(
    "specialise", [proved(forall(T, le(integral(S, mul(S, T)), X)))], make("bound", 0, "real")))
attack("capture-wrong-sort-of-bound", "binds a variable of sort int", lambda: make(
    "Sum", whole(0), whole(1), make("bound", 0, "real")))
attack("capture-sort-change-in-forall", "binds a variable of sort point", lambda: make(
    "forall_point", le(make("bound", 0, "real"), ONE)))
attack("capture-swap-of-nested-sums", "convert: expected", lambda: use(
    "convert", [proved(le(total(K, whole(0), whole(3), total(M, whole(0), K, MR)), X))],
    le(total(K, whole(0), whole(3), total(M, whole(0), K, KR)), X)))

# --- division by zero, roots, logarithms, powers ---------------------------------------------------

attack_convert("division-cancel", TRUE, eq(mul(X, inv(X)), ONE))
attack_convert("division-zero-by-zero", TRUE, eq(mul(ZERO, inv(ZERO)), ONE))
attack_convert("division-zero-is-one", TRUE, eq(inv(ZERO), ONE))
attack_convert("division-cancel-square", TRUE, eq(mul(X, X, inv(X)), X))
attack_convert("division-cancel-difference", TRUE, eq(mul(add(X, Y), inv(add(X, Y))), ONE))
attack_convert("division-distribute", TRUE, eq(inv(add(X, Y)), add(inv(X), inv(Y))))
attack_convert("division-sign-of-content", TRUE, eq(inv(add(X, mul(num(-1), Y))), inv(add(Y, mul(num(-1), X)))))
attack_rule("division-unconditional", "the fact inv: expected x - x != 0", "fact", [proved(TRUE)], "inv",
            [add(X, mul(num(-1), X))])
attack_rule("division-of-zero", "the fact inv: expected 0 != 0", "fact", [proved(ne(ONE, ZERO))], "inv", [ZERO])
attack_rule("division-condition-elsewhere", "the fact inv: expected", "fact", [proved(ne(Y, ZERO))], "inv", [X])
attack_rule("division-by-nonnegative", "the fact inv: expected", "fact", [proved(le(ZERO, X))], "inv", [X])
attack_rule("division-zero-differs-from-zero", "no strictly positive part", "arith", [], ne(ZERO, ZERO), [], [(-1, X)])
for op in ("sqrt", "abs", "sign", "ln"):
    attack_convert(f"head-additive-{op}", TRUE, eq(make(op, add(X, Y)), add(make(op, X), make(op, Y))))
    attack_convert(f"head-homogeneous-{op}", TRUE, eq(make(op, mul(num(2), X)), mul(num(2), make(op, X))))
    attack_convert(f"head-of-zero-{op}", TRUE, eq(make(op, ZERO), ONE))
attack_convert("root-of-square", TRUE, eq(make("sqrt", mul(X, X)), X))
attack_rule("root-of-negative", "expected 0 <= -1", "fact", [proved(le(ZERO, ONE))], "sqrt_square", [num(-1)])
attack_rule("root-negative-nonneg", "expected 0 <= -1", "fact", [proved(TRUE)], "sqrt_nonneg", [num(-1)])
attack_rule("root-of-any", "expected 0 <= x", "fact", [proved(le(ZERO, mul(X, X)))], "sqrt_square", [X])
attack_rule("root-negative-is-nonnegative", "no strictly positive part|leaves", "arith", [], le(ZERO, num(-1)),
            [(Fraction(1), (-1,), ())], [])
attack_rule("ln-of-zero", "expected 0 < 0", "fact", [proved(le(ZERO, ZERO))], "ln_le", [ZERO])
attack_rule("ln-of-negative", "expected 0 < -1", "fact", [proved(lt(num(-1), ZERO))], "ln_le", [num(-1)])
attack_rule("ln-of-negative-product", "expected 0 < -1", "fact", [proved(lt(ZERO, ONE))] * 2, "ln_mul",
            [num(-1), num(-1)])
attack_rule("ln-of-power-of-zero", "expected 0 < 0", "fact", [proved(le(ZERO, ZERO))], "ln_rpow", [ZERO, X])
attack_rule("rpow-of-zero-to-zero", "expected 0 < 0", "fact", [proved(le(ZERO, ZERO))], "rpow_of_zero", [ZERO])
attack_rule("rpow-of-zero-to-negative", "expected 0 < -1", "fact", [proved(TRUE)], "rpow_of_zero", [num(-1)])
attack_rule("rpow-negative-base", "expected 0 < -1", "fact", [proved(lt(ZERO, ONE))], "rpow_pos", [num(-1), X])
attack_rule("rpow-add-at-zero", "expected 0 < 0", "fact", [proved(TRUE)], "rpow_add", [ZERO, ONE, num(-1)])
attack_rule("rpow-mul-negative", "expected 0 < -1", "fact", [proved(lt(ZERO, ONE))], "rpow_mul",
            [num(-1), num(2), num("1/2")])
attack_rule("rpow-base-negative", "expected 0 < -1", "fact", [proved(lt(ZERO, ONE))] * 2, "rpow_base",
            [num(-1), num(-1), num("1/2")])
attack_rule("rpow-one-negative", "expected 0 <= -1", "fact", [proved(TRUE)], "rpow_one", [num(-1)])
attack_rule("young-large-exponent", "expected 2 <= 1", "fact",
            [proved(le(ZERO, X)), proved(le(ZERO, num(2))), proved(TRUE)], "young", [X, num(2)])
attack_rule("young-negative-exponent", "expected 0 <= -1", "fact",
            [proved(le(ZERO, X)), proved(TRUE), proved(le(num(-1), ONE))], "young", [X, num(-1)])
attack_convert("power-zero-of-zero-is-zero", TRUE, eq(power(ZERO, 0), ZERO))
attack_convert("power-negative-is-inverse", TRUE, eq(power(X, -1), inv(X)))
attack_convert("power-negative-cancels", TRUE, eq(mul(X, power(X, -1)), ONE))
attack_convert("power-negative-is-one", TRUE, eq(power(X, -1), ONE))
attack_convert("power-hidden-negative", TRUE, eq(power(X, add(M, mul(whole(-1), M), whole(-1))), ONE))
attack_convert("power-symbolic-zero-base", TRUE, eq(power(ZERO, N), ZERO))
attack_convert("power-symbolic-one-base", TRUE, eq(power(ONE, N), ONE))
attack_convert("power-symbolic-sum", TRUE, eq(power(X, add(M, N)), mul(power(X, M), power(X, N))))
attack_rule("power-succ-negative", "expected 0 <= -1", "fact", [proved(TRUE)], "pow_succ", [X, whole(-1)])
attack_rule("power-succ-any", "expected 0 <= n", "fact", [proved(le(num(-1), NR))], "pow_succ", [X, N])
attack("power-real-exponent", "pow needs an argument of sort int", lambda: make("pow", X, num("1/2")))
attack("power-of-integer-base", "pow needs an argument of sort real", lambda: make("pow", K, whole(2)))

# --- sums ------------------------------------------------------------------------------------------

EMPTY = total(K, whole(1), whole(0), FK)
REVERSED = total(K, whole(3), whole(1), FK)
attack_convert("sum-counts-symbolically", TRUE, eq(total(K, whole(1), N, ONE), NR))
attack_convert("sum-empty-is-body", TRUE, eq(EMPTY, app(F, whole(1))))
attack_convert("sum-reversed-is-negative", TRUE, eq(REVERSED, mul(num(-1), app(F, whole(2)))))
attack_convert("sum-of-constant-comes-out", TRUE, eq(total(K, M, N, X), X))
attack_convert("sum-of-products", TRUE, eq(total(K, M, N, mul(FK, FK)), mul(total(K, M, N, FK), total(K, M, N, FK))))
attack_convert("sum-factor-with-variable", TRUE, eq(total(K, M, N, mul(KR, FK)), mul(KR, total(K, M, N, FK))))
attack_convert("sum-swapped-ends", TRUE, eq(total(K, M, N, FK), total(K, N, M, FK)))
attack_convert("sum-shifted", TRUE, eq(total(K, M, N, FK), total(K, add(M, whole(1)), add(N, whole(1)), FK)))
attack_rule("sum-last-of-empty", "expected 1 <= 0", "fact", [proved(le(ZERO, ONE))], "sum_last", [EMPTY])
attack_rule("sum-first-of-empty", "expected 1 <= 0", "fact", [proved(le(ZERO, ONE))], "sum_first", [EMPTY])
attack_rule("sum-last-of-reversed", "expected 3 <= 1", "fact", [proved(le(ONE, num(3)))], "sum_last", [REVERSED])
attack_rule("sum-full-is-empty", "expected n < m", "fact", [proved(le(NR, MR))], "sum_empty", [total(K, M, N, FK)])
attack_rule("sum-empty-backwards", "expected n < m", "fact", [proved(lt(MR, NR))], "sum_empty", [total(K, M, N, FK)])
attack_rule("sum-of-mean", "is not a sum", "fact", [proved(TRUE)], "sum_empty", [mean(W, PW)])
attack_rule("sum-of-integral", "is not a sum", "fact", [proved(TRUE)], "sum_last", [integral(S, GS)])
attack("sum-real-ends", "Sum needs an argument of sort int", lambda: make("Sum", ZERO, ONE, ONE))
attack_rule("sum-range-of-another", "binder: the variable k is free in k <= 9", "binder",
            [proved(le(FK, ONE), le(KR, num(9)))], "Sum", K, [whole(0), whole(8)])
attack_rule("sum-strict-monotone", "binder needs a statement with == or <=", "binder", [proved(lt(FK, ONE))],
            "Sum", K, [whole(1), whole(0)])
attack_rule("sum-differs-everywhere", "binder needs a statement with == or <=", "binder", [proved(ne(FK, ONE))],
            "Sum", K, [whole(1), whole(2)])

# --- quantifiers, hypotheses, induction --------------------------------------------------------------

CONDITIONAL = forall(K, implies(le(ZERO, KR), le(ZERO, FK)))
attack_convert("forall-drop-condition", CONDITIONAL, forall(K, le(ZERO, FK)))
attack_convert("forall-drop-quantifier", forall(K, le(ZERO, FK)), le(ZERO, FK))
attack_convert("forall-real-from-integer", forall(K, le(KR, X)), forall(S, le(S, X)))
attack_convert("forall-swap", forall(S, forall(T, le(S, T))), forall(S, forall(T, le(T, S))))
attack_convert("forall-other-sort-same-text", forall(K, le(ZERO, ONE)), forall(S, le(ZERO, ONE)))
attack_convert("implication-reversed", implies(TRUE, FALSE), implies(FALSE, TRUE))
attack_convert("implication-dropped", implies(FALSE, FALSE), FALSE)
attack_convert("relation-weakened", le(X, Y), lt(X, Y))
attack_convert("relation-negated", ne(X, Y), eq(X, Y))
attack_convert("relation-reversed", le(X, Y), le(Y, X))
attack_convert("relation-scaled-by-zero", le(mul(ZERO, X), mul(ZERO, Y)), le(X, Y))
attack_convert("relation-scaled-by-minus", lt(X, Y), lt(mul(num(-1), X), mul(num(-1), Y)))
attack_convert("integrable-of-another", integrable(mean(W, PW)), integrable(mean(W, DW)))
attack_convert("integrable-other-binder", integrable(mean(W, ONE)), integrable(integral(S, ONE)))
attack_convert("integrable-inverse", integrable(integral(S, S)), integrable(integral(S, inv(S))))
attack_rule("forall-integer-at-real", "closed argument of sort int", "specialise", [proved(CONDITIONAL)], X)
attack_rule("forall-integer-at-half", "closed argument of sort int", "specialise", [proved(CONDITIONAL)], num("1/2"))
attack("forall-point-at-term", "a sample point is a variable|sort point",
       lambda: use("specialise", [proved(forall(W, le(PW, ONE)))], PW))
attack_rule("detach-unproved-condition", "detach: expected 0 <= k", "detach",
            [proved(implies(le(ZERO, KR), le(ZERO, FK))), proved(le(ZERO, MR))])
attack_rule("detach-forall", "detach needs an implication", "detach", [proved(CONDITIONAL), proved(le(ZERO, KR))])
attack_rule("generalise-assumed", "the variable x is free in x <= 0", "generalise", [given(le(X, ZERO))], X)
attack_rule("generalise-under-sum", "the variable m is free in", "generalise",
            [given(le(total(K, whole(0), M, FK), ONE))], M)
attack_rule("generalise-in-forall", "the variable x is free in", "generalise", [given(forall(Y, le(Y, X)))], X)
attack_rule("generalise-in-implication", "the variable x is free in", "generalise",
            [given(implies(TRUE, le(X, ZERO)))], X)
attack_rule("generalise-cited", "the variable x is free in", "generalise",
            [use("cite", [], "axiom", "book", le(X, ZERO))], X)
attack_rule("generalise-number", "generalise needs a variable", "generalise", [proved(le(ZERO, ONE))], ZERO)
attack_rule("generalise-bound", "generalise needs a variable", "generalise", [proved(TRUE)], make("bound", 0, "real"))

BELOW = le(KR, num(5))
BASE, STEP_GOAL = le(ZERO, num(5)), le(add(KR, ONE), num(5))
LOW = le(ZERO, KR)


def induct(base: Theorem, step: Theorem, low: Term = whole(0), variable: Term = K, prop: Term = BELOW) -> object:
    return use("induction", [base, step], variable, low, prop)


attack("induction-hypothesis-on-variable", "the variable k is free in k < 5",
       lambda: induct(proved(BASE), proved(STEP_GOAL, BELOW, lt(KR, num(5)))))
attack("induction-base-on-variable", "the variable k is free in k <= 0",
       lambda: induct(proved(BASE, le(KR, ZERO)), proved(STEP_GOAL, BELOW, LOW)))
attack("induction-wrong-base", "induction base: expected 0 <= 5", lambda: induct(proved(BELOW), proved(STEP_GOAL)))
attack("induction-later-base", "induction base: expected", lambda: induct(proved(le(ONE, num(5))), proved(STEP_GOAL)))
attack("induction-same-step", "induction step: expected", lambda: induct(proved(BASE), proved(BELOW, BELOW)))
attack("induction-wide-step", "induction step: expected",
       lambda: induct(proved(BASE), proved(le(add(KR, num(2)), num(5)), BELOW)))
attack("induction-lower-bound-of-another", "the variable k is free in 1 <= k",
       lambda: induct(proved(BASE), proved(STEP_GOAL, BELOW, le(ONE, KR))))
attack("induction-strengthened-hypothesis", "the variable k is free in k \\+ 1 <= 5",
       lambda: induct(proved(BASE), proved(STEP_GOAL, STEP_GOAL)))
attack("induction-from-itself", "the lower end contains the variable",
       lambda: induct(proved(BELOW), proved(STEP_GOAL), low=K))
attack("induction-low-above-itself", "the lower end contains the variable",
       lambda: induct(proved(le(add(KR, ONE), num(5))), proved(STEP_GOAL), low=add(K, whole(1))))
attack("induction-on-reals", "needs a variable of sort int",
       lambda: induct(proved(le(ZERO, X)), proved(le(ZERO, add(X, ONE)), le(ZERO, X)), variable=X, prop=le(ZERO, X)))
attack("induction-loose-prop", "closed argument of sort prop",
       lambda: induct(proved(BASE), proved(STEP_GOAL), prop=le(make("bound", 0, "real"), ONE)))
attack("induction-loose-low", "closed argument of sort int",
       lambda: induct(proved(BASE), proved(STEP_GOAL), low=make("bound", 0, "int")))
attack_rule("cases-other-goals", "cases: expected", "cases", [proved(FALSE, le(X, Y)), proved(TRUE, lt(Y, X))], X, Y)
attack_rule("cut-nothing", "cut takes 2 premises", "cut", [proved(TRUE)])
attack_rule("rewrite-inequality", "rewrite needs a statement with ==", "rewrite",
            [proved(le(X, Y)), proved(le(X, Z))], T, le(T, Z))
attack_rule("rewrite-backwards", "rewrite: expected", "rewrite", [proved(eq(X, Y)), proved(le(Y, Z))], T, le(T, Z))
attack_rule("rewrite-halves-as-integers", "is not an integer term", "rewrite",
            [proved(eq(MR, mul(num("1/2"), NR))), proved(le(ZERO, app(F, M)))], K, le(ZERO, FK))
attack_rule("rewrite-inverse-as-integer", "is not an integer term", "rewrite",
            [proved(eq(MR, inv(NR))), proved(le(ZERO, app(F, M)))], K, le(ZERO, FK))
attack_rule("rewrite-points", "rewrite needs a variable of sort int or real", "rewrite",
            [proved(eq(ZERO, ZERO)), proved(le(PW, ONE))], W, le(PW, ONE))

# --- integer gap and certificates --------------------------------------------------------------------

for gap_name, a, b in (
    ("reals", X, Y), ("half-slope", mul(num("1/2"), KR), MR), ("half-constant", KR, num("1/2")),
    ("inverse", inv(KR), MR), ("function", FK, MR), ("root", make("sqrt", KR), MR), ("sum", total(K, M, N, KR), MR),
    ("negative-power", power(KR, -1), MR), ("real-factor", mul(KR, X), MR), ("absolute", make("abs", KR), MR),
    ("mean", mean(W, PW), MR),
):
    attack_rule(f"gap-{gap_name}", "does not compare integers", "integer_gap", [proved(lt(a, b))])
attack_rule("gap-not-strict", "integer_gap needs a statement with <", "integer_gap", [proved(le(KR, MR))])
attack_rule("gap-different", "integer_gap needs a statement with <", "integer_gap", [proved(ne(KR, MR))])


def certify(goal: Term, products: Any = (), multipliers: Any = (), premises: Sequence[Theorem] = ()) -> object:
    return use("arith", premises, goal, products, multipliers)


UNIT_PRODUCT = (Fraction(1), (), ())
attack("arith-nothing", "leaves 1 monomials", lambda: certify(FALSE))
attack("arith-false-by-unit", "an equality is proved from equations alone", lambda: certify(FALSE, [UNIT_PRODUCT]))
attack("arith-zero-coefficient", "not a positive fraction", lambda: certify(lt(X, X), [(Fraction(0), (), ())]))
attack("arith-negative-coefficient", "not a positive fraction",
       lambda: certify(lt(X, X), [UNIT_PRODUCT, (Fraction(-1), (), ())]))
attack("arith-integer-coefficient", "not a positive fraction", lambda: certify(lt(X, X), [(1, (), ())]))
attack("arith-bool-coefficient", "not a positive fraction", lambda: certify(lt(X, X), [(True, (), ())]))
attack("arith-float-coefficient", "not a positive fraction", lambda: certify(lt(X, X), [(1e-300, (), ())]))
attack("arith-not-strict", "no strictly positive part", lambda: certify(lt(X, X), [(Fraction(1), (-1,), ())]))
attack("arith-square-is-not-positive", "no strictly positive part",
       lambda: certify(lt(X, X), [(Fraction(1), (), (ZERO,))]))
attack("arith-strict-times-weak", "no strictly positive part",
       lambda: certify(lt(ONE, ONE), [(Fraction(1), (0, 1), ())], premises=[
           proved(lt(ZERO, ONE)), proved(le(ZERO, ZERO))]))
attack("arith-strict-times-square", "no strictly positive part",
       lambda: certify(lt(ONE, ONE), [(Fraction(1), (0,), (ZERO,))], premises=[proved(lt(ZERO, ONE))]))
attack("arith-equation-as-factor", "an equation takes a multiplier",
       lambda: certify(lt(X, X), [(Fraction(1), (0,), ())], premises=[proved(eq(X, X))]))
attack("arith-negated-inequation-as-factor", "an equation takes a multiplier",
       lambda: certify(ne(X, X), [(Fraction(1), (-1,), ())]))
attack("arith-inequality-multiplied", "only an equation takes a multiplier",
       lambda: certify(FALSE, [], [(0, num(-1))], [proved(le(ZERO, ONE))]))
attack("arith-negation-multiplied", "only an equation takes a multiplier",
       lambda: certify(le(ONE, ZERO), [UNIT_PRODUCT], [(-1, num(-1))]))
attack("arith-inequation-multiplied", "only an equation takes a multiplier",
       lambda: certify(FALSE, [], [(0, ONE)], [proved(ne(ONE, ZERO))]))
for bad_index in (1, -2, 10**30, True, False, 0.0, "0", None, Fraction(0), [0]):
    attack(f"arith-index-{bad_index!r}", "arith: there is no fact",
           lambda i=bad_index: certify(lt(X, X), [(Fraction(1), (i,), ())], premises=[proved(lt(ZERO, ONE))]))
attack("arith-negation-of-equality", "there is no fact -1", lambda: certify(FALSE, [], [(-1, ONE)]))
attack("arith-integrable", "arith needs a statement with",
       lambda: certify(TRUE, premises=[proved(integrable(mean(W, PW)))]))
attack("arith-quantified", "arith needs a statement with", lambda: certify(forall(X, TRUE)))
attack("arith-loose-goal", "closed argument of sort prop",
       lambda: certify(le(make("bound", 0, "real"), make("bound", 0, "real"))))
attack("arith-loose-square", "closed argument of sort real",
       lambda: certify(le(X, X), [UNIT_PRODUCT, (Fraction(1), (), (make("bound", 0, "real"),))]))
attack("arith-integer-square", "closed argument of sort real",
       lambda: certify(le(X, X), [UNIT_PRODUCT, (Fraction(1), (), (K,))]))

# --- integrability -------------------------------------------------------------------------------------

TWO = function("two", ["real", "real"])
SLICES = forall(T, integrable(integral(S, app(TWO, S, T))))
PARAMETER = integral(T, app(TWO, S, T))
attack("integrable-diagonal", "combination: the variable t is free in", lambda: use(
    "combination", [use("specialise", [given(SLICES)], T)], "Integral01", T, app(TWO, T, T), [ZERO, ONE]))
attack("integrable-diagonal-of-mean", "combination: the variable w is free in", lambda: use(
    "combination", [proved(integrable(mean(U, app(function("pp", ["point", "point"]), U, W))))], "E", W,
    app(function("pp", ["point", "point"]), W, W), [ZERO, ONE]))
attack_rule("integrable-monotone-without", "takes 2 premises, not 1", "binder", [proved(le(PW, DW))], "E", W, [])
attack_rule("integrable-monotone-integral", "takes 2 premises, not 1", "binder", [proved(le(GS, ONE))], "Integral01",
            S, [])
attack_rule("integrable-gap-of-upper-only", "binder: expected Integrable", "binder",
            [proved(le(PW, DW)), proved(integrable(mean(W, DW)))], "E", W, [])
attack_rule("integrable-gap-under-other-binder", "binder: expected Integrable", "binder",
            [proved(le(ZERO, ONE)), proved(integrable(integral(S, ONE)))], "E", W, [])
attack_rule("integrable-sum", "dominated needs E or Integral01", "dominated",
            [proved(le(make("abs", FK), ONE)), proved(TRUE)], "Sum", K)
attack_rule("integrable-dominated-without-abs", "dominated needs E or Integral01 and a statement abs", "dominated",
            [proved(le(PW, ONE)), proved(integrable(mean(W, ONE)))], "E", W)
attack_rule("integrable-dominated-by-non-integrable", "dominated: expected Integrable", "dominated",
            [proved(le(make("abs", GS), inv(S))), proved(integrable(integral(S, S)))], "Integral01", S)
attack_rule("integrable-parameter-integral", "maybe not measurable", "dominated",
            [proved(le(make("abs", PARAMETER), ONE)), proved(integrable(integral(S, ONE)))], "Integral01", S)
attack_rule("integrable-parameter-inside-head", "maybe not measurable", "dominated",
            [proved(le(make("abs", add(ONE, make("sqrt", PARAMETER))), ONE)), proved(integrable(integral(S, ONE)))],
            "Integral01", S)
attack_rule("integrable-parameter-mean", "maybe not measurable", "dominated",
            [proved(le(make("abs", mean(W, mul(PW, S))), ONE)), proved(integrable(integral(S, ONE)))], "Integral01", S)
attack_rule("integrable-outside-range", "the variable s is free in s <= 2", "dominated",
            [proved(le(make("abs", GS), ONE), le(S, num(2))), proved(integrable(integral(S, ONE)))], "Integral01", S)
attack_rule("integrable-variable-coefficient", "the variable s is free in 1/s|free in inv", "combination",
            [proved(integrable(integral(S, S)))], "Integral01", S, ONE, [ZERO, inv(S)])
attack_rule("integrable-nonlinear", "is not the stated linear combination", "combination",
            [proved(integrable(integral(S, GS)))], "Integral01", S, mul(GS, GS), [ZERO, ONE])
attack_rule("integrable-constant-coefficient-with-variable", "the variable s is free in", "combination", [],
            "Integral01", S, GS, [GS])
attack_rule("integrable-from-nothing", "a constant and one coefficient", "combination", [], "E", W, PW, [])
attack_rule("integrable-function-by-parameter-integral", "maybe not measurable", "instantiate",
            [proved(integrable(integral(S, GS)))], [], [(G, (S,), PARAMETER)])
attack_rule("integrable-point-function-by-mean", "maybe not measurable", "instantiate",
            [proved(integrable(mean(W, PW)))], [], [(P, (W,), mean(U, mul(app(P, U), app(D, W))))])
attack("integrable-of-sum", "Integrable takes an expectation or an integral",
       lambda: integrable(total(K, whole(0), N, FK)))
attack("integrable-of-product", "Integrable takes an expectation or an integral",
       lambda: integrable(mul(mean(W, PW), X)))
attack_convert("integral-of-square", TRUE, eq(integral(S, mul(S, S)), mul(integral(S, S), integral(S, S))))
attack_convert("mean-of-product", TRUE, eq(mean(W, mul(PW, DW)), mul(mean(W, PW), mean(W, DW))))
attack_convert("mean-of-inverse", TRUE, eq(mean(W, inv(PW)), inv(mean(W, PW))))
attack_convert("fubini", TRUE, eq(integral(S, mean(W, app(function("r", ["real", "point"]), S, W))),
                                  mean(W, integral(S, app(function("r", ["real", "point"]), S, W)))))

# --- look-alikes ---------------------------------------------------------------------------------------


class FakeFraction(Fraction):
    """Equal to whatever it is compared with, and positive."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


class FakeInt(int):
    """An int that is equal to everything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


class FakeText(str):
    """A str that is equal to everything and hashes like another."""

    like = ""

    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return hash(self.like or "Sum")


class Liar:
    """Looks like a term, and says that it is equal to everything."""

    op, sort, loose, depth, size = "var", "real", frozenset(), 1, 1
    args = ("x", "real")

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash(X)


class LyingList(list[Any]):
    """A list that claims to be empty, but yields its entries."""

    def __bool__(self) -> bool:
        return False

    def __len__(self) -> int:
        return 0


def subclass(base: type) -> Callable[[], type]:
    return lambda: type("Impostor", (base,), {})


attack("fake-term-subclass", "terms and function symbols cannot be subclassed", subclass(Term), GUARD)
attack("fake-function-subclass", "function symbols cannot be subclassed", subclass(Function), GUARD)
attack("fake-term-set", "a term is immutable", lambda: setattr(X, "op", "rat"), GUARD)
attack("fake-term-delete", "a term is immutable", lambda: delattr(add(real("deleted"), X), "args"), GUARD)
attack("fake-function-set", "a function is immutable", lambda: setattr(F, "name", "g"), GUARD)
attack("fake-function-delete", "a function is immutable",
       lambda: delattr(function("deleted", ["int"]), "sorts"), GUARD)
attack("fake-term-new-attribute", "a term is immutable", lambda: setattr(X, "note", 1), GUARD)
attack("fake-term-truth", "a term or proposition has no truth value", lambda: bool(le(X, Y)), GUARD)
attack("fake-chained-comparison", "has no truth value", lambda: le(X, Y) and le(Y, Z), GUARD)
attack("fake-term-copy", "immutable|cannot be copied", lambda: copy.copy(add(X, Y)), GUARD)
attack("fake-term-deepcopy", "immutable|cannot be copied", lambda: copy.deepcopy(add(X, Y)), GUARD)
attack("fake-term-pickle", "immutable|cannot be copied", lambda: pickle.loads(pickle.dumps(add(X, Y))), GUARD)
attack("fake-liar-in-make", "needs terms, not Liar", lambda: make("inv", Liar()))
attack("fake-mean-as-integrable", "combination needs integrability under E", lambda: use(
    "combination", [proved(le(mean(W, PW), ONE))], "E", W, PW, [ZERO, ONE]))
attack("fake-sum-of-points", "add needs at least two real", lambda: make("add", W, W))
attack("fake-sum-of-one", "add needs at least two real", lambda: make("add", X))
attack("fake-argument-sort", "f needs an argument of sort int, not real", lambda: make("app", F, X))
attack("fake-argument-point", "f needs an argument of sort int, not point", lambda: make("app", F, W))
attack("fake-integrable-number", "Integrable needs terms, not int", lambda: make("Integrable", 3))
attack("fake-integrable-sum", "Integrable takes", lambda: make("Integrable", total(K, K, K, ONE)))
attack("fake-liar-in-sum", "add needs at least two real", lambda: make("add", Liar(), Liar()))
attack("fake-liar-second", "add needs terms, not Liar", lambda: make("add", X, Liar()))
attack("fake-fraction", "one exact Fraction", lambda: make("rat", FakeFraction(1, 2)))
attack("fake-fraction-number", "is not an exact number", lambda: number(FakeFraction(1, 2)))
attack("fake-int", "one exact int", lambda: make("int", FakeInt(3)))
attack("fake-int-bool", "one exact int", lambda: make("int", True))
attack("fake-rat-int", "one exact Fraction", lambda: make("rat", 1))
attack("fake-rat-float", "one exact Fraction", lambda: make("rat", 0.1))
attack("fake-number-float", "is not an exact number", lambda: number(0.1))
attack("fake-number-bool", "is not an exact number", lambda: number(True))
attack("fake-index-bool", "a bound variable needs an index", lambda: make("bound", True, "real"))
attack("fake-index-negative", "a bound variable needs an index", lambda: make("bound", -1, "real"))
attack("fake-index-huge", "a bound variable needs an index", lambda: make("bound", 10**9, "real"))
attack("fake-index-float", "a bound variable needs an index", lambda: make("bound", 0.0, "real"))
attack("fake-name", "is not a name", lambda: make("var", FakeText("x"), "real"))
attack("fake-sort", "needs a sort among", lambda: make("var", "x", FakeText("real")))
attack("fake-operator", "there is no operator", lambda: make(FakeText("Sum"), X))
attack("fake-operator-relation", "there is no operator", lambda: make(FakeText("<="), X, Y))
attack("fake-operator-kind", "there is no operator", lambda: make(["Sum"], X))  # type: ignore[arg-type]
attack("fake-function-name", "is not a name", lambda: function(FakeText("f"), ["int"]))
attack("fake-function-sorts", "needs argument sorts among", lambda: function("f", [FakeText("int")]))
attack("fake-function-in-app", "an application needs a function symbol", lambda: make("app", Liar(), X))
attack("fake-coefficient", "not a positive fraction", lambda: certify(lt(X, X), [(FakeFraction(1), (), ())]))
attack("fake-fact-index", "there is no fact",
       lambda: certify(lt(X, X), [(Fraction(1), (FakeInt(5),), ())], premises=[proved(lt(ZERO, ONE))]))
attack("fake-empty-products", "an equality is proved from equations alone",
       lambda: certify(FALSE, LyingList([UNIT_PRODUCT])))
attack("fake-empty-squares", "no strictly positive part",
       lambda: certify(lt(ONE, ONE), [(Fraction(1), (), LyingList([ZERO]))]))
attack("fake-citation", "cite needs text, not FakeText", lambda: use("cite", [], FakeText("axiom"), "book", TRUE))
for rule_name, args in {
    "assume": [Liar()], "convert": [Liar()], "discharge": [Liar()], "generalise": [Liar()],
    "instantiate": [[(Liar(), X)], []], "cases": [Liar(), Liar()], "rewrite": [Liar(), TRUE],
    "induction": [Liar(), whole(0), TRUE], "arith": [Liar(), [], []], "combination": ["E", Liar(), X, [X]],
    "binder": ["E", Liar(), []], "dominated": ["E", Liar()],
}.items():
    count = {"assume": 0, "combination": 0, "convert": 1, "discharge": 1, "generalise": 1, "instantiate": 1,
             "binder": 1, "arith": 0}.get(rule_name, 2)
    liar_premises = [proved(eq(make("abs", X), X) if rule_name != "dominated" else le(make("abs", X), X))] * count
    attack_rule(f"fake-argument-{rule_name}", f"{rule_name} needs", rule_name, liar_premises, *args)
attack_rule("fake-special-value", "specialise needs a closed argument", "specialise", [proved(forall(X, TRUE))], Liar())
attack_rule("fake-replacement", "instantiate needs a closed argument", "instantiate", [proved(TRUE)], [(X, Liar())], [])
attack_rule("fake-function", "one parameter of each declared sort", "instantiate", [proved(TRUE)], [],
            [(Liar(), (X,), X)])
attack_rule("fake-fact-term", "the fact inv needs a closed argument", "fact", [proved(TRUE)], "inv", [Liar()])
attack_rule("fake-coefficient-term", "combination needs a closed argument", "combination", [], "E", W, ONE, [Liar()])
for reserved in ("Sum", "E", "forall", "inv", "Integrable", "real", "int", "prop"):
    attack(f"name-reserved-{reserved}", f"the name {reserved} is reserved",
           lambda name=reserved: make("var", name, "real"))
for number_of, bad_name in enumerate(("", "1x", "x y", "x\n", "#1", "é", "_x", "x" * 65, "x-y", "?0")):
    attack(f"name-bad-{number_of}", "is not a name", lambda name=bad_name: make("var", name, "real"))

# --- size ----------------------------------------------------------------------------------------------


def nested(op: str, depth: int, start: Term = X) -> Term:
    for _ in range(depth):
        start = make(op, start)
    return start


def doubled(levels: int, op: str = "add") -> Term:
    """A term with 2**levels leaves, written with few nodes."""
    term = X
    for _ in range(levels):
        term = make(op, term, term)
    return term


def normalised(term: Term) -> object:
    return use("convert", [proved(le(ZERO, term))], le(ZERO, add(term, ZERO)))


def many(prefix: str, count: int) -> list[Term]:
    return [real(f"{prefix}{i}") for i in range(count)]


BIG = number(Fraction(3**7500 + 2, 2**11900 + 1))
TRINOMIAL = add(X, Y, Z)
LIMIT = "(steps|monomials|bits|exponent|nodes|deep)"
attack("size-exponent", "an exponent is larger than", lambda: normalised(power(X, 10**6)))
attack("size-exponent-huge", "an exponent is larger than", lambda: normalised(power(X, 10**3000)))
attack("size-exponent-of-zero", "an exponent is larger than", lambda: normalised(power(ZERO, 10**9)))
attack("size-exponent-of-one", "an exponent is larger than", lambda: normalised(power(ONE, 10**9)))
attack("size-exponent-tower", "an exponent larger than", lambda: normalised(power(power(X, 9999), 9999)))
attack("size-exponent-product", "an exponent larger than", lambda: normalised(mul(power(X, 9999), power(X, 9999))))
attack("size-power-of-number", "a number has more than", lambda: normalised(power(num(10**300), 9999)))
attack("size-power-of-fraction", "a number has more than", lambda: normalised(power(num(Fraction(1, 7)), 9999)))
attack("size-number", "a number has more than", lambda: num(2**30000))
attack("size-denominator", "a number has more than", lambda: num(Fraction(1, 2**30000)))
attack("size-integer", "a number has more than", lambda: whole(-(2**30000)))
attack("size-monomials", LIMIT, lambda: normalised(power(TRINOMIAL, 9999)))
attack("size-monomials-product", LIMIT, lambda: normalised(mul(*[add(x, ONE) for x in many("p", 40)])))
attack("size-monomials-square", LIMIT, lambda: normalised(power(add(*many("q", 300)), 2)))
attack("size-wide-product", LIMIT, lambda: normalised(mul(add(*many("a", 1700)), add(*many("b", 1700)))))
attack("size-big-coefficients", LIMIT,
       lambda: normalised(power(add(*[mul(BIG, x) for x in many("c", 600)]), 2)))
attack("size-sum-of-fractions", LIMIT, lambda: normalised(
    add(*[number(Fraction(1, 3**7000 + 2 * i + 1)) for i in range(400)])))
attack("size-repeated-polynomial", LIMIT, lambda: normalised(add(*[power(TRINOMIAL, 30)] * 15000)))
attack("size-inverse-tower", LIMIT, lambda: normalised(power(inv(power(inv(TRINOMIAL), 100)), 200)))
attack("size-depth", "nested more than 100 levels deep", lambda: nested("inv", 200))
attack("size-depth-of-forall", "nested more than 100 levels deep", lambda: _quantified(200))
attack("size-depth-of-implications", "nested more than 100 levels deep", lambda: _implications(200))
attack("size-depth-of-sums", "nested more than 100 levels deep", lambda: _summed(200))
attack("size-tree", "more than 100000 nodes", lambda: doubled(60))
attack("size-tree-product", "more than 100000 nodes", lambda: doubled(60, "mul"))
attack("size-depth-by-substitution", "nested more than 100 levels deep", lambda: use(
    "instantiate", [proved(le(nested("sqrt", 60), ONE))], [(X, nested("sqrt", 60))], []))
attack("size-tree-by-substitution", "more than 100000 nodes", lambda: use(
    "instantiate", [proved(le(doubled(12), ONE))], [(X, doubled(12))], []))
attack("size-bodies-of-bodies", "nested more than 100 levels deep", lambda: use(
    "instantiate", [proved(le(_applied(80), ONE))], [], [(G, (X,), nested("sqrt", 80))]))
attack("size-depth-by-specialising", "nested more than 100 levels deep", lambda: use(
    "specialise", [proved(forall(X, le(nested("sqrt", 60), ONE)))], nested("sqrt", 60)))
attack("size-depth-by-rewriting", "nested more than 100 levels deep", lambda: use(
    "rewrite", [proved(eq(X, nested("sqrt", 60, Y))), proved(le(nested("sqrt", 60), ONE))], Z,
    le(nested("sqrt", 60, Z), ONE)))
attack("size-power-of-power", "a number has more than", lambda: normalised(power(power(num(10**300), 9999), 16)))
attack("size-lowering", "more than 100000 steps", lambda: _leaving_a_sum())


def _quantified(depth: int) -> Term:
    prop = TRUE
    for _ in range(depth):
        prop = forall(X, prop)
    return prop


def _implications(depth: int) -> Term:
    prop = TRUE
    for _ in range(depth):
        prop = implies(prop, TRUE)
    return prop


def _summed(depth: int) -> Term:
    term = ONE
    for _ in range(depth):
        term = total(K, whole(0), whole(1), term)
    return term


def _applied(depth: int) -> Term:
    term = X
    for _ in range(depth):
        term = app(G, term)
    return term


def _leaving_a_sum() -> None:
    """A factor of many monomials leaves a sum, again and again: with each of the many monomials of another factor."""
    factor = make("abs", power(add(KR, Y, ONE), 20))  # 231 monomials; leaves the inner sum and stays in the outer one
    inner = total(M, whole(0), whole(3), mul(MR, power(TRINOMIAL, 20), factor))  # with each of 231 monomials
    with budget(100_000):  # the sum without the factor, and the factor alone, take less
        normalised(factor)
        normalised(total(K, whole(0), whole(3), total(M, whole(0), whole(3), mul(MR, power(TRINOMIAL, 20)))))
        normalised(total(K, whole(0), whole(3), inner))


# --- what is large but allowed, or must not fall over ---------------------------------------------------


@pytest.mark.parametrize("op", ["inv", "sqrt", "abs", "ln"])
def test_the_deepest_terms_are_handled_without_recursion_errors(op: str) -> None:
    term = nested(op, 95)
    normalised(term)
    check(len(show(term)) > 95, "the text is complete")
    use("instantiate", [proved(le(term, ONE))], [(X, Y)], [])


def test_the_deepest_binders_are_handled_without_recursion_errors() -> None:
    term = FK
    for i in range(94):
        variable = real(f"v{i}")
        term = integral(variable, make("sqrt", mul(variable, term))) if term.depth < 92 else term
    normalised(term)
    theorem = use("instantiate", [proved(le(term, ONE))], [(K, M)], [])
    check("m" in show(theorem.conclusion), "the variable is replaced")
    for _ in range(2):
        normalised(total(K, whole(0), whole(3), total(M, whole(0), whole(3), term)))


def test_the_longest_numbers_are_printed() -> None:
    """Every number that the kernel makes can be written in decimal digits."""
    largest = 1
    while True:
        try:
            whole(2**largest - 1)
        except Refusal:
            break
        largest += 500
    text = show(whole(2 ** (largest - 500) - 1))
    check(text.isdigit(), "the number is written out")


def test_capture_is_avoided_by_renaming() -> None:
    two = function("two", ["int", "int"])
    found = use("instantiate", [proved(le(total(K, whole(0), whole(5), app(two, K, M)), X))], [(M, K)], [])
    check(show(found.conclusion) == "Sum(i, 0, 5, two(i, k)) <= x", f"found {show(found.conclusion)}")


def test_there_are_at_least_150_attacks_with_different_names() -> None:
    names = [case.id for case in ATTACKS]
    check(len(names) >= 150, f"only {len(names)} attacks")
    check(len(set(names)) == len(names), "two attacks have the same name")
    check({case.id.split("-")[0] for case in ATTACKS} >= {"capture", "division", "induction", "arith", "size", "fake"},
          "a family of attacks is missing")
