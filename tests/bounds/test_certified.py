"""The calculator's bounds: figures, independent values at 60 digits, floats, hypotheses, refusals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import mpmath
import numpy
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adamproof.bounds import vectorised
from adamproof.bounds.certified import certify
from adamproof.bounds.problem import Hyperparameters, Problem, from_mapping, read
from adamproof.bounds.ranges import ProblemError
from adamproof.bounds.theorems import from_lemmas
from adamproof.bounds.theorems.from_lemmas import NAMES, TheoremError, plain, theorem
from adamproof.lemmas.main import setting
from adamproof.lemmas.notation import T, d, gamma, w
from adamproof.prover import E
from tests.bounds.test_evaluation import contains

Q = Fraction
PROBLEM = Problem(gap=8, grad1=4, L0=1, sigma0=1, dim=16, vbar="1/2", V="0.07", B=3, delta="0.05", C0=1, density="1/2")
HYPER = Hyperparameters("0.9", "0.999", "1e-3", steps=10_000)
SOURCE = Hyperparameters("1-T^-1/2", "1-T^-3/4", "T^-3/4/sqrt(d)", "1e-3", 131_072)


# --- independent formulas -----------------------------------------------------------------------


def by_hand(name: str, **v: Any) -> mpmath.mpf:
    """The right sides as they stand in the docstrings of the lemmas, in mpmath."""
    sqrt, log = mpmath.sqrt, mpmath.log
    b1, b2, lr, T, d = v["beta1"], v["beta2"], v["lr"], v["steps"], v["dim"]
    root = sqrt((1 - b1) / (1 + b1))
    noise = sqrt(v["sigma0"] ** 2 + v["sigma1"] ** 2 * v["Gp"])
    gap, ratio = v["gap"] / (lr * T), b1 / (1 - b1)
    if name == "unconditional":
        start = b1**2 * v["grad1"] ** 2 / ((1 - b1) * T)
        eps = v["epsilon"]
        return 2 * (v["B"] + eps) * (gap + (start + (1 - b1) * v["sigma0"] ** 2) / (2 * eps))
    if name == "averaged":
        long = log(1 + v["V"] / v["epsilon"] ** 2) / T - log(b2)
        S = sqrt((1 - b1) / ((1 - b1 / b2) * (1 - b2)) * long)
        inner = b1 * v["grad1"] / sqrt((1 - b1**2) * T) + ratio * v["L0"] * lr * sqrt(d) * S + root * noise
        return gap + lr * v["L0"] * d * S**2 / 2 + 2 * sqrt(d) * S * inner
    R = (1 - b1) / (sqrt(1 - b2) * sqrt(1 - b1**2 / b2))
    start = 2 * R * sqrt(d) * b1 * v["grad1"] / ((1 - b1) * T)
    curve, spread = lr * R**2 * d * (mpmath.mpf(1) / 2 + 2 * ratio), 2 * R * sqrt(d) * root
    if name == "corollary":
        L, s = v["L0"] + (1 - v["q"]) * v["L1"], v["sigma0"] + v["sigma1"] * v["C0"] * (1 - v["p"] / 2)
        return 2 / (v["vbar"] * v["C1"]) * (gap + start + curve * L + spread * s)
    if name == "high-probability":
        noise = v["sigma0"] * sqrt(2 * log(2 * T / v["delta"]))
    return gap + start + curve * (v["L0"] + v["L1"] * v["Gq"]) + spread * noise


sizes = st.floats(1e-3, 1e3)


@st.composite
def a_setting(draw: Callable[[Any], Any]) -> tuple[str, dict[str, float]]:
    """A theorem and floats for all of its inputs, within the range of its betas."""
    name = draw(st.sampled_from(NAMES))
    values = {key: draw(sizes) for key in ("gap", "grad1", "L0", "sigma0", "Gp", "Gq", "C0", "vbar", "V", "B")}
    values |= {key: draw(st.just(0.0) | st.floats(1e-50, 1)) for key in ("L1", "q", "sigma1")}
    values |= {"p": draw(st.floats(0, 2)), "C1": draw(st.floats(1, 9)), "delta": draw(st.floats(1e-9, 0.99))}
    if name in ("averaged", "unconditional"):
        values["L1"] = 0.0
    if name in ("high-probability", "unconditional"):
        values["sigma1"] = 0.0
    values["dim"] = float(draw(st.integers(1, 10**13)))
    values["steps"] = float(draw(st.integers(1, 10**30)))
    values["lr"] = 10.0 ** draw(st.floats(-12, 0))
    values["epsilon"] = 10.0 ** draw(st.floats(-300, 0))
    values["beta1"] = draw(st.sampled_from((0.0, 0.9)) | st.floats(1e-50, 1 - 1e-9, exclude_max=True))
    values["beta2"] = draw(st.sampled_from((0.999, values["beta1"])) | st.floats(1e-9, 1 - 1e-9))
    first, second = Q(values["beta1"]), Q(values["beta2"])
    assume(0 < second and (first < second if name == "averaged" else first**2 < second))
    return name, values


def agree(name: str, values: dict[str, float]) -> None:
    problem, hyper = from_mapping({key: Q(value) for key, value in values.items()})
    found = certify(problem, hyper, name, digits=15)
    with mpmath.workdps(400):  # so that 60 digits are left where beta1^2 is next to beta2, or 1 + V/eps^2 to 1
        true = by_hand(name, **{key: mpmath.mpf(value) for key, value in values.items()})
    with mpmath.workdps(60):
        assert contains(found.total, +true)
    width = found.total.relative_width
    assert width is not None and width * 10**15 <= 1
    low, high = (sum((getattr(term, end) for term in found.terms.values()), Q(0)) for end in ("low", "high"))
    assert low <= found.total.high and found.total.low <= high
    arrays = from_mapping({key: numpy.array([value]) for key, value in values.items()})
    (fast,) = vectorised.bound(*arrays, name).total
    assert abs(Q(float(fast)) - found.total.low) <= found.total.low / 10**12


@settings(max_examples=60, deadline=None)
@given(a_setting())
def test_enclosures_contain_what_is_computed_independently_and_floats_agree(setting: Any) -> None:
    agree(*setting)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@given(a_setting())
def test_a_thousand_settings(setting: Any) -> None:
    agree(*setting)


def test_exact_where_there_are_no_roots() -> None:
    found = certify(PROBLEM, replace(HYPER, steps=100, lr="1e-6", epsilon="1/10"), "unconditional")
    values = {"B": Q(3), "eps": Q(1, 10), "b1": Q(9, 10), "lr": Q(1, 10**6), "T": 100}
    price = 2 * (values["B"] + values["eps"])
    start = values["b1"] ** 2 * 16 / ((1 - values["b1"]) * 100)
    noise = 1 - values["b1"]
    assert found.total.exact
    assert found.total.low == price * (8 / (values["lr"] * 100) + (start + noise) / (2 * values["eps"]))
    assert certify(PROBLEM, HYPER).terms["initial gap"].low == Q(8, 10)


@pytest.mark.parametrize("name", NAMES)
def test_the_terms_add_up_to_the_bound_as_formulas(name: str) -> None:
    found = theorem(name)
    values = {
        symbol: sympy.Rational(3 + n, 20 + n) for n, symbol in enumerate(sorted(found.bound.free_symbols, key=str))
    }
    values |= {symbol: sympy.Integer(7 + n) for n, symbol in enumerate((T, d))}
    values |= {symbol: sympy.Rational(9, 10) for symbol in values if symbol.name == "b2"}
    gap = sympy.Add(*found.terms.values()).subs(values) - found.bound.subs(values)
    assert abs(sympy.N(gap, 50)) < sympy.Rational(1, 10**40)


# --- the figures of the runs --------------------------------------------------------------------


def simulated(gradient: Any, p: int, lr: float) -> dict[int, str]:
    """The mean over time and 64 replicates of |a|^r, as decimals: Adam on d = 16, T = 10^4, sigma = (1, 1/2)."""
    rng, steps, dim = numpy.random.default_rng(0), 10_000, 16
    beta = 1 - steps**-0.5
    x = numpy.ones((64, dim))
    m, v = numpy.zeros_like(x), numpy.zeros_like(x)
    powers = {1: 0.0, 2: 0.0}
    for _ in range(steps):
        a = gradient(x)
        length = numpy.linalg.norm(a, axis=1)
        g = a + numpy.sqrt((1 + length**p / 4) / dim)[:, None] * rng.standard_normal(x.shape)
        m, v = beta * m + (1 - beta) * g, beta * v + (1 - beta) * g * g
        powers = {r: total + (length**r).mean() / steps for r, total in powers.items()}
        x = x - lr * numpy.abs(m) / (numpy.sqrt(v) + 1e-8) * numpy.sign(m)
    return {r: repr(float(total)) for r, total in powers.items()}


def test_the_bound_of_the_quadratic_run() -> None:
    """5.04, within what another seed changes."""
    steps = 10_000
    powers = simulated(lambda x: x, 2, steps**-0.75 / 4)
    problem = Problem(gap=8, grad1=4, L0=1, sigma0=1, sigma1="1/2", p=2, dim=16, Gp=powers[2])
    total = certify(problem, Hyperparameters("1-T^-1/2", "1-T^-1/2", "T^-3/4/sqrt(d)", steps=steps)).total
    assert abs(total.low - Q("5.04")) < Q("0.02")


def test_the_bound_of_the_cosh_run() -> None:
    """10.42, within what another seed changes."""
    steps = 10_000
    powers = simulated(numpy.sinh, 1, steps**-0.75 / 8)
    problem = Problem(
        gap=repr(16 * (numpy.cosh(1.0).item() - 1)),
        grad1=repr(4 * numpy.sinh(1.0).item()),
        L0=2,
        L1=2,
        sigma0=1,
        sigma1="1/2",
        p=1,
        dim=16,
        Gp=powers[1],
        Gq=powers[1],
    )
    found = certify(problem, Hyperparameters("1-T^-1/2", "1-T^-1/2", "T^-3/4/sqrt(d)/2", steps=steps))
    assert found.holds
    assert abs(found.total.low - Q("10.42")) < Q("0.04")


def test_the_bounds_of_the_source_schedule() -> None:
    """6.99 with R; 4.30 with S, where E v_T is at most 0.07 (its noise alone has 1/16)."""
    assert abs(certify(PROBLEM, SOURCE).total.low - Q("6.99")) < Q("0.005")
    assert abs(certify(PROBLEM, SOURCE, "averaged").total.low - Q("4.30")) < Q("0.005")


# --- case 2, extremes, verdicts -----------------------------------------------------------------


def test_no_d_is_left_in_case_2() -> None:
    for term in theorem("corollary", 2).terms.values():
        assert d not in term.xreplace({gamma: gamma / sympy.sqrt(d)}).free_symbols
    few, many = (
        certify(replace(PROBLEM, dim=dim), replace(HYPER, lr="1e-4/sqrt(d)"), "corollary", 2).total
        for dim in (16, 10**12)
    )
    assert few == many


def test_case_2_is_case_1_with_dense_gradients() -> None:
    dense = replace(PROBLEM, C1=2)  # density 1/2, d = 16
    first, second = certify(dense, HYPER, "corollary").total, certify(PROBLEM, HYPER, "corollary", 2).total
    assert max(first.low, second.low) <= min(first.high, second.high)


@pytest.mark.parametrize("name", NAMES)
def test_extremes_keep_their_certificate(name: str) -> None:
    problem = replace(PROBLEM, dim=10**13)
    found = certify(problem, replace(HYPER, steps=10**30, epsilon="1e-300"), name, digits=30)
    width = found.total.relative_width
    assert width is not None and width * 10**30 <= 1


def test_a_vacuous_bound_and_one_that_is_not() -> None:
    assert certify(replace(PROBLEM, dim=124_000_000), HYPER).vacuous is True
    found = certify(PROBLEM, SOURCE)
    assert found.vacuous is False and found.binding == "drift"
    (each,) = found.compared
    R = found.scale["R"]
    assert each.text == "R*sqrt(d)*|a_1|" and R.low * 16 <= each.value.high and each.value.low <= R.high * 16


def test_hypotheses_are_checked_on_the_numbers() -> None:
    steep = replace(PROBLEM, L1=10, Gq=1)
    assert certify(steep, HYPER).holds
    found = certify(steep, replace(HYPER, lr="1e-1"))
    (failing,) = [check for check in found.checks if not check.holds]
    assert failing.name.startswith("gamma*R*sqrt(d)*L1 <= 1") and failing.left.low > 29
    assert not certify(PROBLEM, HYPER, "unconditional").holds
    assert [c.name for c in certify(steep, HYPER, "averaged").checks if not c.holds] == [
        "L1 = 0, because the theorem covers only this case"
    ]


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"beta1": 1}, "beta1 must satisfy 0 <= beta1 < 1, got 1"),
        ({"beta2": "1.5"}, "beta2 must satisfy 0 < beta2 < 1, got 1.5"),
        ({"beta1": "0.99", "beta2": "0.9"}, "the theorem main needs beta1^2 < beta2, but beta1 = 0.99, beta2 = 0.9"),
        ({"beta1": "0.9", "beta2": "0.81"}, "the theorem main needs beta1^2 < beta2, but beta1 = 0.9, beta2 = 0.81"),
        ({"steps": 0}, "steps must be a whole number, at least 1, got 0"),
        ({"steps": "1.5"}, "steps must be a whole number, at least 1, got 1.5"),
        ({"lr": float("nan")}, "lr: nan is not finite"),
        ({"lr": "inf"}, "lr: 'inf' is not finite"),
        ({"lr": "1-T"}, "lr must be positive, got 1 - T"),
        ({"beta1": "T^-1/2", "steps": 1}, "beta1 must satisfy 0 <= beta1 < 1, got 1/sqrt(T)"),
        ({"sigma0": -1}, "sigma0 must be at least 0, got -1"),
        ({"q": 2}, "q must satisfy 0 <= q <= 1, got 2"),
        ({"dim": "T"}, "dim must be a whole number, at least 1, got T"),
        ({"sigma1": 1}, "the theorem main needs Gp, mean over time of E|a_t|^p"),
        ({"grad1": None}, "the theorem main needs grad1, |a_1|_2"),
        ({"gap": "8x"}, "gap: '8x' is not a number"),
    ],
)
def test_refusals(changes: dict[str, Any], sentence: str) -> None:
    values: dict[str, Any] = {"gap": 8, "grad1": 4, "L0": 1, "sigma0": 1, "dim": 16}
    values |= {"beta1": "0.9", "beta2": "0.999", "lr": "1e-3", "steps": "10000"} | changes
    if changes == {"dim": "T"}:
        values["steps"] = "T"  # a formula in itself has no value
        sentence = "dim = T needs steps"
    with pytest.raises(ProblemError) as caught:
        certify(*from_mapping(values))
    assert str(caught.value).startswith(sentence)


def test_averaged_needs_its_own_order_of_betas() -> None:
    with pytest.raises(ProblemError, match=r"needs beta1 < beta2, but beta1 = 0\.95, beta2 = 0\.95"):
        certify(PROBLEM, replace(HYPER, beta1="0.95", beta2="0.95"), "averaged")
    with pytest.raises(ProblemError, match="needs 0 < epsilon, but epsilon = 0"):
        certify(PROBLEM, replace(HYPER, epsilon=0), "averaged")


def test_unknown_theorems_and_cases() -> None:
    with pytest.raises(ValueError, match="there is no theorem 'mean'"):
        theorem("mean")
    with pytest.raises(ValueError, match="only the corollary has a case 2"):
        theorem("main", 2)


def test_an_expression_that_is_left_over_is_an_error() -> None:
    with pytest.raises(TheoremError, match="has no plain symbol"):
        plain(E(setting.F(2, w), w))
    with pytest.raises(TheoremError, match="stray"):
        plain(sympy.Symbol("stray", real=True) + 1)


def test_terms_that_do_not_add_up_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    found = theorem("main")
    wrong = replace(found, terms={name: 2 * term for name, term in found.terms.items()})
    monkeypatch.setattr("adamproof.bounds.certified.theorem", lambda name, case: wrong)
    with pytest.raises(TheoremError, match="do not add up"):
        certify(PROBLEM, HYPER)


# --- files --------------------------------------------------------------------------------------


def test_problem_files(tmp_path: Any) -> None:
    toml = tmp_path / "a.toml"
    toml.write_text('[problem]\ngap = 8.1\ndim = 16\n[hyperparameters]\nbeta2 = 0.999\nlr = "T^-3/4"\n')
    assert read(str(toml)) == {"gap": "8.1", "dim": 16, "beta2": "0.999", "lr": "T^-3/4"}
    plain_json = tmp_path / "a.json"
    plain_json.write_text('{"beta2": 0.999, "steps": 100000}')
    assert read(str(plain_json)) == {"beta2": "0.999", "steps": 100000}


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("a.toml", "gop = 8", "'gop' is not a parameter of a bound; did you mean 'gap'?"),
        ("a.json", '{"problem": {"zzzz": 1}}', "'zzzz' is not a parameter of a bound; the parameters are gap, grad1"),
        ("a.json", '{"gap": 1, "gap": 2}', "is not valid JSON (a key occurs twice); a file whose name ends in .json"),
        ("a.toml", "gap = [1]", "gap must be a number or text, not [1]"),
        ("a.toml", "gap = ", "is not valid TOML"),
        ("a.json", "[]", "a problem file must be a table"),
        ("a.toml", "gap = 1\n[problem]\ngap = 2", "gap is given twice"),
        ("a.toml", "gap = true", "must be a number or text"),
    ],
)
def test_bad_problem_files(tmp_path: Any, name: str, text: str, sentence: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ProblemError) as caught:
        read(str(path))
    assert sentence in str(caught.value) and str(path) in str(caught.value)


def test_a_file_that_is_not_there() -> None:
    with pytest.raises(ProblemError, match=r"cannot read nowhere\.toml: No such file"):
        read("nowhere.toml")


def test_the_theorems_are_those_of_the_lemmas() -> None:
    assert [theorem(name).lemma.slug for name in NAMES] == [
        "main-theorem",
        "main-theorem-averaged",
        "corollary-3-3",
        "unconditional",
        "high-probability",
    ]
    assert set(from_lemmas._MADE) == set(NAMES)
