"""The best schedule: exact optimum, certificate through the kernel, ranges; scaling witnesses; linear programs."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import lambdify, log, sqrt, symbols

from adamproof.bounds import (
    Affine,
    Constraint,
    Infeasible,
    OrderError,
    ProgramError,
    Scale,
    Schedule,
    Unbounded,
    best_schedule,
    cells,
    constraints,
    maximise,
    scaling_witness,
)
from adamproof.bounds.orders.linear_program import Optimum, checked
from adamproof.kernel import verify
from adamproof.kernel.normal import difference
from adamproof.lemmas.notation import R_squared, T, b1, b2
from adamproof.lemmas.schedules import schedule_exponents
from adamproof.prover import dump, prop, reals
from tests.bounds.common import BEST, R_SCALE, S_SCALE, SOURCE, SYMBOLIC_R, SYMBOLIC_S, D, S, bound, gamma, sigma
from tests.bounds.common import R as WRITTEN_R

Q = Fraction
HALF = Q(1, 2)
A, B, C, RHO, RATE = (Affine.of(name) for name in ("A", "B", "C", "rho", "r"))


def by_name(found: list[Constraint]) -> dict[str, str]:
    return {constraint.name: str(constraint.form) for constraint in found}


# --- where the exponents change -----------------------------------------------------------------


def test_the_cells_of_r() -> None:
    above, equal, below = cells(WRITTEN_R)
    assert above.where == ((B - A, 1),) and above.order is not None and above.order.T == (B - A) * HALF
    assert equal.order is not None and equal.order.T == 0 and equal.order.conditions == ("beta < 2*alpha",)
    assert below.order is None and "R needs beta1^2 < beta2" in below.reason
    assert str(above) == "B - A > 0: T^(B/2 - A/2)"


def test_the_cells_of_s_split_at_the_horizon() -> None:
    found = {str(cell).partition(":")[0]: cell.order for cell in cells(S)}
    assert [str(order) for order in found.values() if order] == ["T^(B/2 - 1/2)", "1", "1", "T^(A/2 - 1/2)", "1", "1"]
    assert found["B - A > 0, B - 1 < 0"] is not None and found["B - A < 0"] is None


def test_the_exponents_are_those_of_the_lemma() -> None:
    """What the lemma states term by term is computed here from the terms."""
    computed = {
        name: form for name, form in ((c.name, c.form) for c in constraints(SYMBOLIC_R, R_SCALE)) if name in SYMBOLIC_R
    }
    assert {name: str(form) for name, form in computed.items()} == {
        "initial gap": "1 - C - r",
        "initial momentum": "1 - A - r - rho",
        "drift": "C - A - r - 2*rho",
        "noise": "A/2 - r - rho",
    }
    for name, form in computed.items():
        assert difference(*reversed(prop(schedule_exponents.TERMS[name]).args)) == polynomial(form), name


def test_the_scale_is_that_of_the_lemma() -> None:
    found = by_name(constraints(SYMBOLIC_R, R_SCALE))
    assert (found["B/2 - A/2 <= rho"], found["0 <= rho"], found["0 <= B - A"]) == ("A/2 + rho - B/2", "rho", "B - A")
    forms = [c.form for c in constraints(SYMBOLIC_R, R_SCALE)]
    for statement in schedule_exponents.MAGNITUDE.values():
        assert difference(*reversed(prop(statement).args)) in [polynomial(form) for form in forms]


def polynomial(form: Affine) -> Any:
    """The form as the kernel sees it."""
    from adamproof.bounds.orders.schedules import _real
    from adamproof.prover import term

    return difference(term(_real(form)), term(0))


# --- the best schedule --------------------------------------------------------------------------


def test_a_quarter_is_best_and_only_there() -> None:
    found = best_schedule(SYMBOLIC_R, R_SCALE)
    assert found.rate == Q(1, 4) and found.is_unique
    assert (found.schedule.A, found.schedule.B, found.schedule.C) == (HALF, HALF, Q(3, 4)) == (BEST.A, BEST.B, BEST.C)
    assert found.multipliers == {"0 <= rho": 1, "initial gap": Q(1, 4), "drift": Q(1, 4), "noise": HALF}
    assert found.found.conditions == ("beta < 2*alpha",)
    assert str(found) == (
        "rate 1/4 at A = 1/2, B = 1/2, C = 3/4, rho = 0, "
        "by 1*[0 <= rho] + 1/4*[initial gap] + 1/4*[drift] + 1/2*[noise]"
    )


def test_the_source_betas_allow_an_eighth() -> None:
    found = best_schedule(SYMBOLIC_R, R_SCALE, fixed={"A": HALF, "B": Q(3, 4)})
    assert found.rate == Q(1, 8) and found.schedule.C == Q(7, 8)
    assert best_schedule(SYMBOLIC_R, R_SCALE, fixed={"A": HALF, "B": Q(3, 4), "C": Q(3, 4)}).rate == 0


def test_on_average_any_beta2_up_to_one_over_t_will_do() -> None:
    found = best_schedule(SYMBOLIC_S, S_SCALE)
    assert found.rate == Q(1, 4) and not found.is_unique
    assert found.ranges == {"A": (HALF, HALF), "B": (HALF, 1), "C": (Q(3, 4), Q(3, 4)), "rho": (0, 0)}
    assert best_schedule(SYMBOLIC_S, S_SCALE, fixed={"A": HALF, "B": Q(3, 4), "C": Q(3, 4)}).rate == Q(1, 4)


@pytest.mark.parametrize("terms, scale", [(SYMBOLIC_R, R_SCALE), (SYMBOLIC_S, S_SCALE)])
def test_the_kernel_proves_that_none_is_better(terms: Any, scale: Scale) -> None:
    theorem = best_schedule(terms, scale).certificate()
    verified = verify(dump(theorem))
    assert verified.states["hypotheses"] == [] and verified.states["citations"] == []
    assert verified.states["conclusion"].endswith("<= 1/4")
    assert theorem.conclusion is prop(best_schedule(terms, scale).statement())


def test_the_multipliers_prove_the_rate() -> None:
    found = best_schedule(SYMBOLIC_R, R_SCALE)
    total = RATE
    for constraint in found.constraints:
        total += constraint.form * found.multipliers.get(constraint.name, Q(0))
    assert total == Affine(Q(1, 4))


@given(st.fractions(0, 2, max_denominator=12), st.fractions(0, 2, max_denominator=12))
@settings(max_examples=15, deadline=None)
def test_the_best_gamma_by_hand(a: Fraction, gap: Fraction) -> None:
    """Gap and drift meet at C = (1 + B)/2; the noise and the initial momentum do not depend on C."""
    found = best_schedule(SYMBOLIC_R, R_SCALE, fixed={"A": a, "B": a + gap})
    assert found.rate == min((1 - a - gap) / 2, (a - gap) / 2, 1 - a - gap / 2)


def test_refusals_of_best_schedule() -> None:
    with pytest.raises(Infeasible, match="no point satisfies all constraints"):
        best_schedule(SYMBOLIC_R, R_SCALE, fixed={"A": HALF, "B": Q(1, 4)})
    with pytest.raises(Unbounded, match="r has no largest value under the constraints"):
        best_schedule({"drift": gamma * D})
    with pytest.raises(OrderError, match=r"the term gap, .*, is negative for large T; a bound needs positive terms"):
        best_schedule({"gap": -D / (gamma * T)})
    with pytest.raises(OrderError, match="is not convex"):
        best_schedule({"drift": gamma * reals("M")}, Scale("M", 1 / (b2 - b1**2 + 1 / T)))
    with pytest.raises(OrderError, match="a range that one inequality does not describe"):
        best_schedule({"drift": gamma * reals("M")}, Scale("M", sqrt(R_squared - 1 - T ** Q(1, 2))))


# --- witnesses ----------------------------------------------------------------------------------

X = symbols("X", positive=True)


def test_along_the_source_schedule_the_drift_stays() -> None:
    found = scaling_witness(bound(WRITTEN_R), SOURCE, wanted=Q(1, 4))
    alpha, beta, gamma0, size = symbols("alpha beta gamma0 d", positive=True)
    assert found.power == 8
    assert found.substitution == {
        "T": X**8,
        "b1": 1 - alpha / X**4,
        "b2": 1 - beta / X**6,
        "gamma": gamma0 / (sqrt(size) * X**6),
    }
    assert found.exponents == {"initial gap": -2, "initial momentum": -3, "drift": 0, "noise": -1}
    assert found.failing(Q(1, 4)) == ("drift", "noise") and found.failing(Q(1, 8)) == ("drift",)
    assert found.coefficients["drift"] == symbols("L", positive=True) * gamma0 / beta
    assert str(found).endswith("initial gap ~ X^(-2), initial momentum ~ X^(-3), drift ~ X^0, noise ~ X^(-1)")


@pytest.mark.parametrize("schedule", [SOURCE, BEST, Schedule(Q(1, 3), HALF, Q(2, 3))])
def test_a_witness_is_true_in_numbers(schedule: Schedule) -> None:
    found = scaling_witness(bound(WRITTEN_R), schedule)
    with mpmath.workdps(200):
        values = {"X": mpmath.mpf(10) ** 20, "d": mpmath.mpf(4), "beta": mpmath.mpf(1) / 3, "alpha": mpmath.mpf(1) / 2}
        for name, term in found.terms.items():
            size = number(found.coefficients[name], values) * values["X"] ** found.exponents[name] * 2
            assert abs(number(term, values) / size - 1) < mpmath.mpf(10) ** -15


def number(expression: Any, values: dict[str, Any]) -> Any:
    free = sorted(expression.free_symbols, key=str)
    return lambdify(free, expression, "mpmath")(*(values.get(symbol.name, mpmath.mpf(2)) for symbol in free))


def test_refusals_of_witnesses() -> None:
    with pytest.raises(OrderError, match="has rate 1/4 at A = 1/2, B = 1/2, C = 3/4, so there is no witness against"):
        scaling_witness(bound(WRITTEN_R), BEST, wanted=Q(1, 4))
    with pytest.raises(OrderError, match="a term has a power of ln T"):
        scaling_witness({"noise": sigma * log(T)}, BEST)


# --- linear programs ----------------------------------------------------------------------------


def test_a_small_program() -> None:
    x, y = Affine.of("x"), Affine.of("y")
    found = maximise(x + y, [Constraint("a", 4 - x - 2 * y), Constraint("b", 6 - 3 * x - y)])
    assert found == Optimum(Q(14, 5), {"x": Q(8, 5), "y": Q(6, 5)}, {"a": Q(2, 5), "b": Q(1, 5)})


def test_programs_without_an_optimum() -> None:
    x = Affine.of("x")
    with pytest.raises(Unbounded, match="x has no largest value"):
        maximise(x, [Constraint("a", x)])
    with pytest.raises(Infeasible):
        maximise(x, [Constraint("a", x - 1), Constraint("b", -x)])
    with pytest.raises(Infeasible):
        maximise(Affine(Q(1)), [Constraint("a", Affine(Q(-1)))])
    with pytest.raises(ProgramError, match="two constraints have the same name: a"):
        maximise(x, [Constraint("a", x), Constraint("a", -x)])


def test_a_false_optimum_is_refused() -> None:
    x = Affine.of("x")
    limits = [Constraint("a", 1 - x)]
    with pytest.raises(ProgramError, match="the point found violates a >= 0"):
        checked(x, limits, Optimum(Q(2), {"x": Q(2)}, {"a": Q(1)}))
    with pytest.raises(ProgramError, match="do not prove the value 1/2"):
        checked(x, limits, Optimum(HALF, {"x": HALF}, {"a": Q(1)}))
    with pytest.raises(ProgramError, match="do not prove the value 1;"):
        checked(-x, [Constraint("a", x - 1)], Optimum(Q(1), {"x": Q(1)}, {"a": Q(-1)}))


rationals = st.fractions(-5, 5, max_denominator=6)


@given(st.lists(st.tuples(rationals, rationals, rationals), min_size=1, max_size=5), rationals, rationals)
@settings(max_examples=60, deadline=None)
def test_an_optimum_is_exact_or_there_is_none(rows: list[tuple[Fraction, ...]], p: Fraction, q: Fraction) -> None:
    x, y = Affine.of("x"), Affine.of("y")
    box = [Constraint(f"{v} {s}", 3 + v * s) for v in (x, y) for s in (1, -1)]
    limits = [Constraint(str(i), x * a + y * b + c) for i, (a, b, c) in enumerate(rows)] + box
    try:
        found = maximise(x * p + y * q, limits)
    except Infeasible:
        return
    assert all(limit.form.at({"x": Q(0), "y": Q(0), **found.point}) >= 0 for limit in limits)
    assert (x * p + y * q).at({"x": Q(0), "y": Q(0), **found.point}) == found.value


# --- affine forms -------------------------------------------------------------------------------


def test_forms_read_as_written() -> None:
    shown = {B - A: "B - A", (B - A) * HALF: "B/2 - A/2", 1 - C: "1 - C", -RHO - 1: "-rho - 1", A * Q(3, 2): "3*A/2"}
    assert {form: str(form) for form in shown} == shown
    assert str(Affine()) == "0" and (A - A) == Affine() and (A - A + HALF).simple() == HALF
    assert (A + 2 * B - 1).solved_for("B") == (1 - A) * HALF
    with pytest.raises(TypeError, match=r"0.5 \(float\) is not an exact number; write it as a Fraction"):
        Affine.of(0.5)
    with pytest.raises(TypeError, match=r"True \(bool\)"):
        Affine.of(True)
