"""Orders of magnitude: exact values, agreement with numbers far out, refusals."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, Float, Integer, Rational, Symbol, cos, exp, lambdify, log, pi, sin, sqrt, symbols

from adamproof.bounds import Affine, Order, OrderError, Schedule, UndecidedOrder, order, rate
from adamproof.lemmas.notation import R, R_squared, T, b1, b2, d, gamma, m
from adamproof.prover import real_power, reals
from adamproof.testing import assert_order, assert_rate
from tests.bounds.common import BEST, S_SQUARED, SOURCE, D, S, bound, sigma

Q = Fraction
HALF = Q(1, 2)
alpha, beta = symbols("alpha beta", positive=True)
c, e = reals("c e")


def scaled(T: Any = 0, d: Any = 0, log: Any = 0) -> Order:
    return Order(Q(T), Q(d), Q(log))


# --- exact values -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "source", "best"),
    [
        (1 - b1, Q(-1, 2), Q(-1, 2)),
        (1 - b2, Q(-3, 4), Q(-1, 2)),
        (b2 - b1**2, Q(-1, 2), Q(-1, 2)),
        (1 - b1**2 / b2, Q(-1, 2), Q(-1, 2)),
        (1 - b1 / b2, Q(-1, 2), Q(-1, 2)),
        (b1 / (1 - b1), HALF, HALF),
        ((1 - b1) / (1 + b1), Q(-1, 2), Q(-1, 2)),
        (Rational(1, 2) + 2 * b1 / (1 - b1), HALF, HALF),
        (log(b2), Q(-3, 4), Q(-1, 2)),
        (R, Q(1, 8), Q(0)),
        (R_squared, Q(1, 4), Q(0)),
        (S_SQUARED, Q(0), Q(0)),
        (1 - sqrt(b2) * sqrt(b2), Q(-3, 4), Q(-1, 2)),
        ((1 - b1**2) * T, HALF, HALF),
    ],
)
def test_what_occurs_in_r(expression: Any, source: Fraction, best: Fraction) -> None:
    assert order(expression, SOURCE) == scaled(source)
    assert order(expression, BEST) == scaled(best)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (Integer(3), scaled()),
        (7, scaled()),
        (Q(1, 3), scaled()),
        (pi * c, scaled()),
        (c * T ** Rational(-1, 4), scaled(Q(-1, 4))),
        (sqrt(T) + T ** Rational(1, 3), scaled(HALF)),
        (1 / T + c, scaled()),
        ((T + 1) ** 3 / (T - 1), scaled(2)),
        ((T + 1) ** 2 - T**2, scaled(1)),
        (sqrt(d / T) + 1 / T, scaled(Q(-1, 2), HALF)),
        (d + sqrt(d), scaled(0, 1)),
        (d + T, scaled(1)),  # T grows first
        (log(T), scaled(0, 0, 1)),
        (log(c * T**2) / T, scaled(-1, 0, 1)),
        (sqrt(log(T) / T), scaled(Q(-1, 2), 0, HALF)),
        (T * log(T) + T, scaled(1, 0, 1)),
        (log(1 + 1 / T), scaled(-1)),
        (log(1 + c / e**2), scaled()),
        (log(2), scaled()),
        (Abs(1 / T - 1), scaled()),
        (1 - 1 / T - sqrt(1 / T), scaled()),
        (c**e, scaled()),
        (real_power(c, e) * T, scaled(1)),
        (2 - sqrt(1 + 1 / T), scaled()),
    ],
)
def test_without_a_schedule(expression: Any, expected: Order) -> None:
    assert order(expression) == expected


def test_the_leading_coefficient() -> None:
    assert order(R_squared, SOURCE).coefficient == alpha / (2 * beta)
    assert order(S_SQUARED, SOURCE).coefficient == 1
    assert order(Rational(1, 2) + 2 * b1 / (1 - b1), SOURCE).coefficient == 2 / alpha
    assert (
        order(bound(R)["drift"], SOURCE).coefficient
        == symbols("L gamma0", positive=True)[0] * symbols("gamma0", positive=True) / beta
    )
    assert order(log(T**3)).coefficient == 3
    assert order(3 * T**2 + T).coefficient == 3


def test_a_sign_is_told() -> None:
    assert order(log(b2), SOURCE).sign == -1
    assert order(1 - T).sign == -1
    assert order(1 / (1 - T)) == scaled(-1) and order(1 / (1 - T)).sign == -1
    assert order(log(1 / T)).sign == -1
    assert order((1 - T) ** 2).sign == 1
    assert order(1 / (1 - 1 / b2), SOURCE) == scaled(Q(3, 4)) and order(1 / (1 - 1 / b2), SOURCE).sign == -1


@pytest.mark.parametrize(
    ("expression", "schedule", "conditions"),
    [
        (R, BEST, ("beta < 2*alpha",)),
        (R_squared, BEST, ("beta < 2*alpha",)),
        (1 - b1 / b2, BEST, ("beta < alpha",)),
        (R, SOURCE, ()),
        (b2 - b1**2, Schedule(0, 0, 0), ("alpha**2 + beta < 2*alpha",)),
        (b1, Schedule(0, HALF, 0), ("alpha < 1",)),
        (3 * c * T - 6 * e * T, None, ("2*e < c",)),
        (log(c), None, ("1 < c",)),
    ],
)
def test_a_difference_of_constants_is_a_condition(expression: Any, schedule: Any, conditions: tuple[str, ...]) -> None:
    assert order(expression, schedule).conditions == conditions


def test_symbolic_exponents() -> None:
    gap = Affine.of("B") - Affine.of("A")
    schedule = Schedule("A", "B", "C", positive=[gap])
    assert order(R, schedule).T == gap * HALF
    assert order(gamma, schedule) == Order(-Affine.of("C"), Q(-1, 2))
    assert order(b1 / (1 - b1), schedule).T == Affine.of("A")
    assert str(order(R_squared, schedule)) == "T^(B - A)"
    assert order(R, Schedule("A", "A", "C")) == scaled()
    assert order(R, Schedule("A", "A", "C")).conditions == ("beta < 2*alpha",)


def test_symbolic_and_numeric_orders_agree_on_the_range() -> None:
    gap = Affine.of("B") - Affine.of("A")
    symbolic = order(R, Schedule("A", "B", "C", positive=[gap])).T
    assert isinstance(symbolic, Affine)
    for a, b in ((Q(1, 3), HALF), (Q(1, 5), Q(9, 10)), (Q(2), Q(7))):
        assert order(R, Schedule(a, b, 0)).T == symbolic.at({"A": a, "B": b})


# --- rates --------------------------------------------------------------------------------------


def test_the_source_schedule_has_no_rate_through_r() -> None:
    found = rate(bound(R), SOURCE)
    assert found.rate == 0 and found.binding == ("drift",)
    assert found.exponents == {
        "initial gap": Q(-1, 4),
        "initial momentum": Q(-3, 8),
        "drift": Q(0),
        "noise": Q(-1, 8),
    }


def test_the_source_schedule_has_its_rate_on_average() -> None:
    found = rate(bound(S), SOURCE)
    assert (found.rate, found.d, found.conditions) == (Q(1, 4), HALF, ())
    assert found.binding == ("initial gap", "drift", "noise")


def test_equal_exponents_have_the_rate_with_a_condition() -> None:
    found = rate(bound(R), BEST)
    assert (found.rate, found.d, found.conditions) == (Q(1, 4), HALF, ("beta < 2*alpha",))
    assert str(found).startswith("rate 1/4 because of initial gap, drift, noise (initial gap T^(-1/4)*d^(1/2), ")


def test_every_d_is_a_root() -> None:
    assert {found.d for found in rate(bound(R), BEST).orders.values()} == {HALF}
    without = Schedule(HALF, HALF, Q(3, 4), gamma_d=0)
    assert [found.d for found in rate(bound(R), without).orders.values()] == [0, HALF, 1, HALF]


# --- properties ---------------------------------------------------------------------------------

exponents = st.fractions(min_value=Q(1, 8), max_value=2, max_denominator=8)
betas_ordered = st.tuples(exponents, exponents).map(sorted)


@given(betas_ordered, exponents)
@settings(max_examples=25, deadline=None)
def test_r_grows_as_half_the_difference(ab: list[Fraction], c_: Fraction) -> None:
    a, b = ab
    assert order(R, Schedule(a, b, c_)).T == (b - a) / 2
    assert order(R**2, Schedule(a, b, c_)) == order(R_squared, Schedule(a, b, c_))


@given(betas_ordered, exponents)
@settings(max_examples=25, deadline=None)
def test_the_rate_is_the_minimum_worked_out_by_hand(ab: list[Fraction], c_: Fraction) -> None:
    (a, b), growth = ab, (ab[1] - ab[0]) / 2
    found = rate(bound(R), Schedule(a, b, c_))
    assert found.rate == min(1 - c_, 1 - a - growth, c_ - a - 2 * growth, a / 2 - growth)


PARTS = [1 - b1, 1 + b1, b2 - b1**2, b1 / (1 - b1), R, S_SQUARED, sigma, 1 / T, gamma, sqrt(d), -log(b2), T + sqrt(T)]


@given(st.sampled_from(PARTS), st.sampled_from(PARTS), st.sampled_from([SOURCE, BEST]))
@settings(max_examples=40, deadline=None)
def test_products_and_sums(left: Any, right: Any, schedule: Schedule) -> None:
    a, b = order(left, schedule), order(right, schedule)
    assert order(left * right, schedule) == a.times(b)
    assert order(left / right, schedule) == a.times(b.to_the(Q(-1)))
    assert order(sqrt(left), schedule) == a.to_the(HALF)
    assert order(left + right, schedule) == max(a, b, key=lambda found: (found.T, found.log, found.d))


def limit(expression: Any, schedule: Schedule, found: Order) -> Any:
    """The expression over its order and coefficient, at T = 10^200, alpha = 1/2, beta = 1/3 and other constants 2."""
    horizon = mpmath.mpf(10) ** 200
    with mpmath.workdps(1500):
        a, b = mpmath.mpf(1) / 2, mpmath.mpf(1) / 3
        values = {
            "T": horizon,
            "b1": 1 - a * horizon ** -real(schedule.A),
            "b2": 1 - b * horizon ** -real(schedule.B),
            "gamma": 2 * horizon ** -real(schedule.C),
            "alpha": a,
            "beta": b,
        }
        scale = horizon ** real(found.T) * mpmath.log(horizon) ** real(found.log)
        return number(expression, values) / (number(found.coefficient, values) * scale * found.sign)


def real(value: Any) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


def number(expression: Any, values: dict[str, Any]) -> Any:
    free = sorted(expression.free_symbols, key=str)
    return lambdify(free, expression, "mpmath")(*(values.get(symbol.name, mpmath.mpf(2)) for symbol in free))


of_t = st.sampled_from([part for part in PARTS if d not in part.free_symbols])
eighths = st.integers(1, 16).map(lambda n: Q(n, 8))  # far enough from each other for T = 10^200


@given(of_t, of_t, of_t, st.tuples(eighths, eighths).map(sorted), eighths)
@settings(max_examples=40, deadline=None)
def test_far_out_the_numbers_agree(x: Any, y: Any, z: Any, ab: list[Fraction], c_: Fraction) -> None:
    schedule = Schedule(*ab, c_, gamma_d=0)
    expression = (x + y) * sqrt(z) + z
    found = order(expression, schedule)
    assert abs(limit(expression, schedule, found) - 1) < mpmath.mpf("1e-3")


# --- refusals -----------------------------------------------------------------------------------

LATE_MOMENTUM = Schedule(Q(3, 4), HALF, 1)


@pytest.mark.parametrize(
    ("expression", "schedule", "message"),
    [
        (R, LATE_MOMENTUM, r"negative for large T \(schedule A = 3/4, B = 1/2, C = 1\), so its root is not defined; R"),
        (R_squared, LATE_MOMENTUM, r"^-beta1\^2 \+ beta2 is negative .* divided by it is not defined; R needs beta1"),
        (1 + R_squared, LATE_MOMENTUM, r"divided by it is not defined; R needs beta1\^2 < beta2"),
        (S, LATE_MOMENTUM, r"divided by it is not defined; S needs beta1 < beta2"),
        (log(b2 - b1**2), LATE_MOMENTUM, r"its logarithm is not defined"),
        (sqrt(1 - T), None, r"1 - T is negative for large T .*, so its root is not defined$"),
        (Integer(0), None, "0 has no order of magnitude"),
        (T - T, None, "0 has no order of magnitude"),
        (sqrt(-1 + 0 * T), None, "I has no order of magnitude"),
        (1 - sqrt(b1), SOURCE, r"the leading terms of 1 - sqrt\(beta1\) cancel; expand it by hand"),
        (m(T), None, r"m\(T\) \(m\) has no known order; use a symbol for it"),
        (exp(T), None, "has no known order"),
        (c**T, None, "exponent that is not a rational number"),
        (T**c, None, "exponent that is not a rational number"),
        (log(d), None, r"ln\(d\) grows, but not as a power of T or ln T"),
        (log(log(T)), None, r"grows, but not as a power"),
        (Float("0.5") * T, None, "contains a floating point number; write it as a fraction"),
        (Symbol("c") + c, None, "two different symbols are called c; rename one"),
        (0.5, None, r"0.5 \(float\) is not an expression"),
        (True, None, r"True \(bool\) is not an expression"),
        (T < 3, None, "is not an expression"),
    ],
)
def test_refusals(expression: Any, schedule: Any, message: str) -> None:
    with pytest.raises(OrderError, match=message):
        order(expression, schedule)


def test_bad_schedules() -> None:
    with pytest.raises(OrderError, match=r"the schedule's A must be exact.*0.5 \(float\) is not an exact number"):
        Schedule(0.5, HALF, 1)
    with pytest.raises(OrderError, match=r"B = -1/2 is negative: 1 - beta = Theta\(T\^-B\) below 1 needs B >= 0"):
        Schedule(HALF, Q(-1, 2), 1)
    with pytest.raises(OrderError, match="the schedule's C must be exact"):
        Schedule(HALF, HALF, "3/x")
    with pytest.raises(OrderError, match="contradict each other"):
        order(R, Schedule("A", "B", "C", positive=[-Affine.of("A") - 1]))


def test_open_comparisons_name_the_form() -> None:
    with pytest.raises(UndecidedOrder, match="does not decide whether B - A is positive; assume"):
        order(R, Schedule("A", "B", "C"))


def test_rates_need_positive_terms_and_numbers() -> None:
    with pytest.raises(OrderError, match="a bound without terms has no rate"):
        rate({})
    with pytest.raises(OrderError, match=r"the term floor, log\(b2\), is negative for large T; a bound needs positive"):
        rate({"floor": log(b2)}, SOURCE)
    with pytest.raises(OrderError, match="the exponent C - 1 is not a number; a rate needs a schedule with numbers"):
        rate({"gap": D / (gamma * T)}, Schedule("A", "B", "C"))


# --- for other people's tests -------------------------------------------------------------------


def test_assertions_hold() -> None:
    n = Symbol("n", positive=True)
    assert_rate(c / sqrt(n) + log(n) / n, n, Q(-1, 2))
    assert_rate(c / sqrt(n), "n", Rational(-1, 2))
    assert_rate(sqrt(log(T) / T), T, "-1/2")
    assert_rate(R, T, Q(1, 8), SOURCE)
    assert_rate(bound(R), T, 0, SOURCE)
    assert_rate(bound(S), T, Q(-1, 4), SOURCE)
    assert_order(sqrt(log(T) / T), T, Q(-1, 2), log=HALF)
    assert_order(bound(S), T, Q(-1, 4), d=HALF, schedule=SOURCE)
    assert_order(3, T, 0)


def test_assertions_fail_with_the_reason() -> None:
    with pytest.raises(AssertionError) as failure:
        assert_rate(bound(R), T, Q(-1, 4), SOURCE)
    assert str(failure.value) == (
        "initial gap + initial momentum + drift + noise is Theta(d^(1/2)): "
        "the exponent of T is 0, not -1/4; because of drift"
    )
    with pytest.raises(AssertionError, match=r"is T\^\(-1/4\)|not 1/4 \(the sign is the other way round\)"):
        assert_rate(T ** Rational(-1, 4), T, Q(1, 4))
    with pytest.raises(AssertionError, match=r"is Theta\(T\^\(-1/2\)\*ln\(T\)\^\(1/2\)\), not Theta\(T\^\(-1/2\)\)$"):
        assert_order(sqrt(log(T) / T), T, Q(-1, 2))
    with pytest.raises(AssertionError, match=r"has no order of magnitude: .* is negative for large T"):
        assert_rate(R, T, 0, LATE_MOMENTUM)
    with pytest.raises(AssertionError, match=r"because of c/sqrt\(T\)"):
        assert_rate(c / sqrt(T) + 1 / T, T, -1)


X, Y = symbols("a b", positive=True)


@pytest.mark.parametrize(
    ("factor", "message"),
    [
        (sin(1) ** 2 + cos(1) ** 2 - 1, "cannot be distinguished from 0"),
        (sqrt(5 + 2 * sqrt(6)) - sqrt(2) - sqrt(3), "cannot be distinguished from 0"),
        (log(6) - log(2) - log(3), "cannot be distinguished from 0"),
        (log(X * Y) - log(X) - log(Y), "0 or negative at every point tried"),
        (X + Y - sqrt(X**2 + 2 * X * Y + Y**2), "0 or negative at every point tried"),
        (1 + Symbol("c", negative=True), "the symbol c is assumed not to be positive"),
    ],
)
def test_a_factor_that_is_0_in_disguise_has_no_order(factor: Any, message: str) -> None:
    """T*0 + 1 = Theta(1): that it is Theta(T) must not pass."""
    time = symbols("T", positive=True)
    with pytest.raises(OrderError, match=f"{message}|has no order of magnitude"):
        order(factor)
    with pytest.raises(AssertionError, match=message):
        assert_rate(time * factor + 1, time, 1)


def test_a_root_that_does_not_lead_keeps_its_condition() -> None:
    """sqrt(a - b) is defined for a >= b only, however small it is beside T."""
    time = symbols("T", positive=True)
    for smaller in (sqrt(X - Y), sqrt(log(X / Y)), log(X - Y)):
        assert any("b < a" in condition for condition in order(time + smaller).conditions), smaller


def test_assertions_are_used_rightly() -> None:
    with pytest.raises(TypeError, match="is not an exact number; write it as a Fraction"):
        assert_rate(1 / T, T, -0.5)
    with pytest.raises(TypeError, match=r"'1/T' \(str\) is not an expression"):
        assert_rate("1/T", T, -1)
    with pytest.raises(TypeError, match="the horizon must be a symbol or its name, not 3"):
        assert_rate(1 / T, 3, -1)
