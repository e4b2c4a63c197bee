"""SymPy to kernel and back: strict, and faithful."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
import sympy
from sympy import Abs, Rational, Sum, log, sign, sqrt

from adamproof.kernel.normal import key
from adamproof.kernel.text import show
from adamproof.lemmas import notation
from adamproof.prover import (
    E,
    Integrable,
    Integral01,
    Point,
    TranslationError,
    absolute,
    eq,
    forall,
    function,
    integers,
    inverse,
    le,
    ln,
    lt,
    ne,
    power,
    product,
    prop,
    prove,
    put,
    ratio,
    reals,
    root,
    term,
    to_sympy,
)
from adamproof.prover import Sum as KeptSum
from adamproof.theory.library import lemmas

x, y = reals("x y")
k, t = integers("k t")
f, X, h = function("f"), function("X", "int", "point"), function("h", "real")
w, s = Point("w"), reals("s")

STATEMENTS: list[Any] = [
    le(f(t) ** 2, x * f(t + 1)),
    lt(x / y, sqrt(x) / (1 - y)),
    eq(Sum(power(x, t - k) * f(k), (k, 1, t)), 1 / x**2),
    ne(Abs(x) * sign(y), log(x)),
    le(E(X(k, w) ** 2, w), 1),
    le(Integral01(h(s) * x, s), Rational(1, 2)),
    forall(k, le(0, f(k)), [le(1, k), le(k, t)]),
    Integrable(E(X(k, w), w)),
    eq(x**y, x ** Rational(3, 2)),
]


@pytest.mark.parametrize("statement", STATEMENTS, ids=str)
def test_round_trip(statement: Any) -> None:
    made = prop(statement)
    assert key(prop(to_sympy(made))) == key(made)


def test_round_trip_of_every_assumption_and_claim_of_the_lemmas() -> None:
    for lemma in lemmas():
        for statement in [*lemma.assumptions.values(), *(claim.conclusion for claim in lemma.claims)]:
            made = prop(statement)
            assert key(prop(to_sympy(made))) == key(made), show(made)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: prop(sympy.true), "already evaluated the statement"),
        (lambda: prop(x**2 >= 0), "already evaluated the statement"),
        (lambda: prop(True), "already evaluated the statement"),
        (lambda: prop(x + 1), "is not a statement"),
        (lambda: prop(object()), "^a object is not a statement; write one with le"),
        (lambda: term(0.5), "floating point"),
        (lambda: term(x + sympy.Float("0.5")), "floating point"),
        (lambda: term(True), "truth value"),
        (lambda: term(sympy.true), "truth value"),
        (lambda: term("x"), "not a SymPy expression"),
        (lambda: term(sympy.Symbol("z")), "was not made by reals"),
        (lambda: term(sympy.exp(x)), "not supported in proofs"),
        (lambda: term(sympy.oo), "not supported in proofs"),
        (lambda: term(sympy.nan), "not supported in proofs"),
        (lambda: term(sympy.I), "not supported in proofs"),
        (lambda: term(sympy.Function("q")(x)), "no declared argument sorts"),
        (lambda: term(f(x)), "is not an integer"),
        (lambda: term(f(t, t)), "takes 1 arguments"),
        (lambda: term(w), "is not a number"),
        (lambda: term(X(k, x)), "is not a sample point"),
        (lambda: prop(term(x)), "is a term, not a statement"),
    ],
)
def test_refusals(make: Any, message: str) -> None:
    with pytest.raises(TranslationError, match=message):
        make()


def test_functions_of_one_name_and_other_sorts_are_not_confused() -> None:
    term(function("f", "real")(x))  # SymPy keeps the application, and compares functions by what it knows of them
    with pytest.raises(TranslationError, match="is not an integer"):
        term(f(x))
    assert function("f", "real") != f
    assert function("f") == f


def test_truthiness_is_refused() -> None:
    with pytest.raises(TypeError):
        bool(prop(le(x, y)))
    with pytest.raises(TypeError):
        assert 0 <= x <= y


def test_display_keeps_what_was_meant() -> None:
    assert show(term(1 / x**2)) == "inv(x)^2"
    assert show(term(1 - x)) == "1 - x"
    assert show(put(le(0, f(t)), t, t + 1)) == "0 <= f(t + 1)"


def test_formulas_are_written_once() -> None:
    b1, b2 = notation.b1, notation.b2
    assert sympy.simplify(notation.R**2 - notation.R_squared) == 0
    assert sympy.simplify(notation.R_squared - 1 - (b1 - b2) ** 2 / ((1 - b2) * (b2 - b1**2))) == 0


def test_symbols_that_hide_something_are_refused() -> None:
    positive, dummy = sympy.Symbol("k", integer=True, positive=True), sympy.Dummy("k", integer=True)
    for symbol in (positive, dummy, sympy.Symbol("x", positive=True)):
        with pytest.raises(TranslationError, match="was not made by reals"):
            term(symbol + 0)
        with pytest.raises(TranslationError, match="was not made by reals"):
            term(sympy.Sum(sympy.Symbol("k", integer=True), (symbol, 0, 1)))


def test_only_variables_of_the_right_sort_are_bound() -> None:
    k, x = integers("k"), reals("x")
    with pytest.raises(TranslationError, match="k cannot be bound here: a variable of sort real"):
        term(Integral01(k * x, k))
    with pytest.raises(TranslationError, match="cannot be bound here"):
        term(Integral01(x, x + 1))
    with pytest.raises(TranslationError, match="forall needs variables, not"):
        prop(forall(x + 1, le(x, 0)))
    with pytest.raises(TranslationError, match="forall needs variables, not 3"):
        prop(forall(3, le(x, 0)))


# --- substitution into binders ---------------------------------------------------------------------

v = Point("v")
Z = function("Z", "point")
CORRELATION = E(Z(w) * Z(v), w)  # binds w; v is free


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.subs(v, w),
        lambda e: e.subs({v: w}, simultaneous=True),
        lambda e: e.subs(Z(v), Z(w)),
        lambda e: e.xreplace({v: w}),
        lambda e: e.xreplace({Z(v): Z(w)}),
        lambda e: e.replace(v, w),
        lambda e: (1 + e).replace(Z(v), Z(w)) - 1,
        lambda e: e.func(*(arg.xreplace({v: w}) for arg in e.args)),
        lambda e: e.rewrite(Abs).subs(v, w),
        lambda e: sympy.lambdify([v], e.args[0]) and e.subs(v, w),
    ],
)
def test_an_expectation_captures_nothing(change: Any) -> None:
    """The sample point that is put in stays free: the variance of Z at one point is not what comes out."""
    changed = change(CORRELATION)
    assert changed.free_symbols == {w}
    assert show(term(changed)) == "E(w1, Z(w)*Z(w1))"
    assert show(term(E(changed, w))) == "E(w, E(w1, Z(w)*Z(w1)))"
    assert show(term(CORRELATION)) == "E(w, Z(v)*Z(w))"


def test_integrals_and_sums_capture_nothing() -> None:
    assert show(term(Integral01(h(s) * x, s).subs(x, s))) == "Integral01(y, s*h(y))"
    assert show(term(Integral01(h(s) * x, s).xreplace({x: h(s)}))) == "Integral01(y, h(s)*h(y))"
    total = KeptSum(f(k) * f(t) * x, (k, 1, t))
    assert show(term(total.subs(t, k))) == "Sum(i, 1, k, x*f(k)*f(i))"
    assert show(term(total.xreplace({x: f(k)}).replace(t, k))) == "Sum(i, 1, k, f(i)*f(k)^2)"
    double = (f(k) * f(t), (k, 1, t), (t, 1, 3))
    assert term(KeptSum(*double)) is term(Sum(*double))
    nested = E(KeptSum(X(k, w) * Z(v), (k, 1, t)), w)
    assert show(term(nested.subs({t: k, v: w}))) == "E(w1, Sum(i, 1, k, X(i, w1)*Z(w)))"
    assert show(term(E(E(Z(w), w) * Z(w), w))) == "E(w, Z(w)*E(w1, Z(w1)))"


def test_quantifiers_capture_nothing() -> None:
    """Values go into a statement in the kernel, under its quantifiers too."""
    assert show(put(forall(k, le(0, f(k) * x), [le(0, k)]), x, f(k))) == "forall i: int. 0 <= i -> 0 <= f(k)*f(i)"


def test_what_is_bound_is_kept_as_written() -> None:
    """The variable is put in place without evaluating anything anew."""
    written = sympy.Mul(s, 1 / s, evaluate=False)
    assert show(term(Integral01(written, s))) == "Integral01(s, s/s)"
    assert str(E(Z(w) ** 2, w)) == "E(Z(w)**2, w)"
    assert E(Z(w), w) == E(Z(w), w) and E(Z(w), w) - E(Z(w), w) == 0
    assert pickle.loads(pickle.dumps(CORRELATION)) == CORRELATION


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: term(Sum(f(k) * f(t), (k, 1, t)).subs(t, k)), r"has its own variable k in its range"),
        (lambda: term(Sum(f(k), (k, 1, 2), (k, 1, 3))), "has two variables k; rename one of them"),
        (lambda: term(CORRELATION.args[0]), "w is bound by an E, Integral01 or Sum and cannot be used outside it"),
    ],
)
def test_what_is_ambiguous_about_a_binder_is_refused(make: Any, message: str) -> None:
    with pytest.raises(TranslationError, match=message):
        make()


# --- what SymPy rewrites on sight ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "text"),
    [
        (absolute(y - x), "abs(y - x)"),
        (absolute(x**2), "abs(x^2)"),
        (root(x) ** 2, "sqrt(x)^2"),
        (root(4 * x), "sqrt(4*x)"),
        (ln(1), "ln(1)"),
        (inverse(x) * x, "x/x"),
        (inverse(inverse(x)), "inv(inv(x))"),
        (1 / root(x) ** 2, "inv(sqrt(x))^2"),
        (ratio(x, x + 1) * (x + 1), "(x + 1)*(x/(x + 1))"),
        (product(sqrt(x), 1 / sqrt(x)), "sqrt(x)/sqrt(x)"),
        (2 + absolute(x) * product(x, x), "(x*x)*abs(x) + 2"),
        (absolute(term(x)), "abs(x)"),
    ],
)
def test_own_constructors_keep_what_is_written(kept: Any, text: str) -> None:
    assert show(term(kept)) == text


@pytest.mark.parametrize(
    "state",
    [
        lambda: eq(log(1), 0),
        lambda: eq(x / (x + 1) * (x + 1), x),
        lambda: eq(Abs(x - y), Abs(y - x)),
        lambda: eq(sqrt(x) ** 2, x),
        lambda: eq(Abs(x**2), x**2),
        lambda: eq(x / x, 1),
    ],
)
def test_an_equation_that_sympy_has_emptied_is_refused_where_it_is_made(state: Any) -> None:
    message = r"^test_language.py, line \d+: both sides are the same after .*write absolute, root"
    with pytest.raises(TranslationError, match=message):
        state()


def test_equations_with_equal_sides_can_be_meant() -> None:
    assert show(prop(eq(x, x, same=True))) == "x == x"
    assert show(prop(eq(term(x), x))) == "x == x"
    assert show(prop(eq(absolute(x - y), absolute(y - x)))) == "abs(x - y) == abs(y - x)"
    assert show(prop(eq(ln(1), 0))) == "ln(1) == 0"
    assert show(prop(lt(x, x))) == "x < x"  # only equations can become true unnoticed and say nothing
    made = prop(eq(x, x, same=True))
    assert prop(to_sympy(made)) is made


def test_the_orientation_of_a_difference_is_no_obstacle() -> None:
    """SymPy orients Abs(y - x); a fact from the kernel may have the other orientation."""
    assert show(prove(eq(absolute(x - y), absolute(y - x))).conclusion) == "abs(x - y) == abs(y - x)"
    prove(le(Abs(x - y), s), le(absolute(y - x), s))
    prove(le(absolute(x - y), s), le(absolute(y - x), s))


def test_a_binder_prints_apart_from_free_symbols_of_its_name() -> None:
    """What is substituted is not captured, and does not look so."""
    w, X = Point("w"), function("X", "int", "point")
    k, n = integers("k n")
    f, s = function("f", "real", "real"), reals("s")
    for expression, text in (
        (E(X(k, w) * x, w).subs(x, X(n, w)), "E(X(k, w_1)*X(n, w), w_1)"),
        (Integral01(f(s, x), s).subs(x, s), "Integral01(f(s_1, s), s_1)"),
        (KeptSum(X(k, w) * x, (k, 1, n)).xreplace({n: k}), "Sum(x*X(k_1, w), (k_1, 1, k))"),
        (KeptSum(KeptSum(X(k, w), (k, 1, n)).subs(n, k), (k, 1, n)), "Sum(X(k_1, w), (k_1, 1, k), (k, 1, n))"),
        (E(X(k, w), w), "E(X(k, w), w)"),
        (KeptSum(X(k, w), (k, 1, n)), "Sum(X(k, w), (k, 1, n))"),
        (E(X(1, w) * E(X(2, w), w), w), "E(X(1, w)*E(X(2, w), w), w)"),
    ):
        assert str(expression) == text
