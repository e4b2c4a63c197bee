"""Values and truths: exact where they can be, honest where they cannot."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest

from adamproof.kernel.terms import make
from adamproof.kernel.text import show
from adamproof.numeric.evaluate import Evaluator, holds, slack, value
from adamproof.numeric.models import Model
from adamproof.numeric.numbers import DIGITS, Undetermined, shown, told_apart
from tests.kernel import evaluate as other
from tests.kernel.build import counted
from tests.kernel.generate import FUNCTIONS, VARIABLES, Generator

from .common import read

COIN = [("heads", Fraction(1, 3)), ("tails", Fraction(2, 3))]
MODEL = Model(
    variables={"a": Fraction(2, 3), "b": -5, "x": Fraction(9, 4), "z": 0, "n": 3, "t": 4, "j": -2, "u": "tails"},
    functions={
        "m": lambda k: Fraction(k, 2),
        "p": lambda i, k: 10 * i + k,
        "X": lambda w: 1 if w == "heads" else -2,
        "Y": lambda w, u: Fraction(3) if w == u else Fraction(0),
        "f": lambda s: s * s,
    },
    space=COIN,
)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a*b - 1/3", "-11/3"),
        ("inv(a)", "3/2"),
        ("inv(z)", 0),
        ("x/z", 0),
        ("abs(b)*sign(b) + sign(z)", -5),
        ("a^2", "4/9"),
        ("a^(-2)", "9/4"),
        ("a^j", "9/4"),
        ("z^0", 1),
        ("z^(-1)", 0),
        ("z^3", 0),
        ("n*a + t", 6),
        # rational roots, logarithms and powers stay exact
        ("sqrt(x)", "3/2"),
        ("sqrt(z)", 0),
        ("ln(1)", 0),
        ("rpow(x, 0)", 1),
        ("rpow(x, 2)", "81/16"),
        ("rpow(x, -1)", "4/9"),
        ("rpow(z, 1/2)", 0),
        ("sqrt(2)*z", 0),
        # sums
        ("Sum(k, 1, t, m(k))", 5),
        ("Sum(k, 3, 2, m(k))", 0),
        ("Sum(k, 3, -5, 1)", 0),
        ("Sum(k, -1, 1, k)", 0),
        ("Sum(k, 1, 3, Sum(i, 1, k, p(k, i)))", 150),
        ("Sum(k, 1, 3, Sum(i, k, 3, p(i, k)*a^(i - k)))", None),
        ("Sum(k, 1, n, k*Sum(i, 1, n, i)) - Sum(k, 1, n, k)^2", 0),
        # expectations
        ("E(w, X(w))", -1),
        ("E(w, X(w)^2) - E(w, X(w))^2", 2),
        ("E(w, E(w1, Y(w, w1)))", "5/3"),
        ("E(w, Y(w, u))", 2),
        ("E(w, Sum(k, 1, 2, m(k)*X(w)))", "-3/2"),
        ("E(w, a)", "2/3"),
        ("Integral01(s, a)", "2/3"),
    ],
)
def test_exact_values(source: str, expected: Any) -> None:
    found = value(read(source), MODEL)
    assert type(found) is Fraction
    if expected is None:
        a = Fraction(2, 3)
        expected = sum((10 * i + k) * a ** (i - k) for k in (1, 2, 3) for i in range(k, 4))
    assert found == Fraction(expected)


def test_integer_terms_have_int_values() -> None:
    assert value(make("add", make("var", "n", "int"), make("int", 2)), MODEL) == 5


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("sqrt(2)", lambda: mpmath.sqrt(2)),
        ("1/sqrt(2) + a", lambda: 1 / mpmath.sqrt(2) + mpmath.mpf(2) / 3),
        ("ln(x)", lambda: mpmath.log(mpmath.mpf(9) / 4)),
        ("rpow(a, a)", lambda: (mpmath.mpf(2) / 3) ** (mpmath.mpf(2) / 3)),
        ("sign(1 - sqrt(2))*abs(1 - sqrt(2))", lambda: 1 - mpmath.sqrt(2)),
        ("sqrt(2)^(-3)", lambda: mpmath.mpf(2) ** mpmath.mpf("-1.5")),
        ("Integral01(s, f(s))", lambda: mpmath.mpf(1) / 3),
        ("Integral01(s, 1/(1 + s))", lambda: mpmath.log(2)),
        ("Integral01(s, Integral01(s1, s*s1 + s1^5))", lambda: mpmath.mpf(1) / 4 + mpmath.mpf(1) / 6),
    ],
)
def test_values_to_fifty_digits(source: str, expected: Any) -> None:
    before = mpmath.mp.prec
    found = value(read(source), MODEL)
    assert isinstance(found, mpmath.mpf) and mpmath.mp.prec == before
    with mpmath.workdps(80):
        assert abs(found - expected()) < mpmath.mpf(10) ** -DIGITS


def test_precision_can_be_raised_but_not_lowered() -> None:
    with mpmath.workdps(120):
        assert abs(value(read("sqrt(2)"), MODEL, digits=100) - mpmath.sqrt(2)) < mpmath.mpf(10) ** -100
    with pytest.raises(ValueError, match="at least 50"):
        value(read("sqrt(2)"), MODEL, digits=15)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("sqrt(b)", r"sqrt\(-5\) is unspecified"),
        ("ln(z)", r"ln\(0\) is unspecified"),
        ("ln(b)", "unspecified"),
        ("rpow(b, 1/2)", "unspecified"),
        ("rpow(b, 0)", "unspecified"),
        ("rpow(z, -1)", "unspecified"),
        ("sqrt(1 - sqrt(2))", "unspecified"),
        ("inv(sqrt(2)^2 - 2)", "cannot be distinguished from 0 at 50 digits"),
        ("sign(sqrt(2)*sqrt(3) - sqrt(6))", "cannot be distinguished from 0"),
        ("Integral01(s, abs(s - 1/3))", "quadrature with 40 nodes does not reach 50 digits"),
        ("Sum(k, 1, 10000000, k)", "more than 200000 terms"),
    ],
)
def test_what_has_no_value_is_undetermined(source: str, message: str) -> None:
    with pytest.raises(Undetermined, match=message):
        value(read(source), MODEL)


def test_a_sum_that_cancels_is_zero_and_roots_of_it_are_too() -> None:
    for n in range(2, 30):
        assert value(read(f"sqrt({n})^2 - {n}"), MODEL) == 0
        assert value(read(f"sqrt({n})*sqrt({n + 1}) - sqrt({n * (n + 1)})"), MODEL) == 0
    assert value(read("sqrt(sqrt(2)*sqrt(3) - sqrt(6))"), MODEL) == 0


def test_random_terms_agree_with_an_independent_evaluator() -> None:
    """Against the exact evaluator of the kernel's tests, on terms without the heads that it makes up."""
    generator = Generator(3)
    compared = 0
    for seed in range(400):
        term = generator.real(generator.random.randint(1, 4))
        if any(head in show(term) for head in ("sqrt", "ln", "rpow", "Integral01", "^")):
            continue
        theirs = other.Model(seed)
        mine = Model(
            variables={leaf.args[0]: theirs.variable(leaf) for leaf in VARIABLES if leaf.args[0] not in ("u", "w")}
            | {"u": 1, "w": 2},
            functions={symbol.name: _call(theirs, symbol) for symbol in FUNCTIONS},
            space=list(enumerate(other.WEIGHTS)),
        )
        theirs.variables |= {leaf: mine.variables[leaf.args[0]] for leaf in VARIABLES if leaf.args[0] in ("u", "w")}
        assert value(term, mine) == theirs.real(term), term
        compared += 1
    assert compared > 100


def _call(model: other.Model, symbol: Any) -> Any:
    return lambda *args: model.apply(symbol, args)


# --- propositions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a <= 2/3", True),
        ("a < 2/3", False),
        ("a != 2/3", False),
        ("a == 2/3", True),
        ("b < 0 -> a < 0", False),
        ("a < 0 -> sqrt(b) == 0", True),  # the conclusion is not even looked at
        ("forall k: int. 0 <= k -> 0 <= m(k)", True),
        ("forall k: int. 0 <= m(k)", False),
        ("forall s: real. s^2 <= s^2 + 1", True),
        ("forall s: real. 0 <= s", False),
        ("forall w: point. X(w) <= 1", True),
        ("forall w: point. forall w1: point. Y(w, w1) == 0", False),
        ("forall s: real. 0 <= s -> sqrt(s)^2 == s", True),
        ("(forall k: int. 0 <= m(k)) -> 1 == 0", True),
        ("Integrable(E(w, X(w)))", True),
        ("sqrt(2)^2 == 2", True),
        ("sqrt(2)^2 <= 2", True),
        ("2 <= sqrt(2)^2", True),
        ("sqrt(2) != 3/2", True),
        ("sqrt(2) < 141421356237309504880168872421/10^29", True),
        ("sqrt(2) < 141421356237309504880168872420/10^29", False),
        ("sqrt(2) == sqrt(2) + 1/10^35", False),
        ("sqrt(2) <= sqrt(2) - 1/10^45", True),  # within the tolerance
    ],
)
def test_truth(source: str, expected: bool) -> None:
    assert holds(read(source), MODEL).holds is expected


@pytest.mark.parametrize("source", ["sqrt(2)^2 < 2", "sqrt(2)^2 != 2", "sqrt(2)^2 < 2 -> 1 == 0", "sqrt(b) == 0"])
def test_a_truth_that_rounding_hides_is_undetermined(source: str) -> None:
    with pytest.raises(Undetermined):
        holds(read(source), MODEL)


def test_one_false_instance_outweighs_undetermined_ones() -> None:
    answer = holds(read("forall s: real. sqrt(s) <= 1"), MODEL)  # unspecified at s < 0, false at s = 3/2
    assert not answer.holds and answer.failed is not None and answer.failed.instance == (Fraction(3, 2),)


@pytest.mark.parametrize(
    "source",
    [
        "forall k: int. forall s: real. 1 <= k -> s <= 1 -> s <= m(k)",  # conditions on either variable
        "forall k: int. forall j: int. forall w: point. 0 <= k -> k < j -> X(w) <= p(k, j)",
        "forall k: int. forall w: point. 1 <= k + 1 -> forall j: int. k == 2*j -> X(w) <= m(k)",
        "forall k: int. forall w: point. 99 <= k -> 1 == 0",
        "forall k: int. forall j: int. 3 <= k -> sqrt(2) < 2 -> j <= k + 5",
        "sqrt(2) < 2 -> forall k: int. forall j: int. 3 <= k -> 0 <= m(k)",  # an inexact condition counts everywhere
        "sqrt(2) < 2 -> forall k: int. forall j: int. 99 <= k -> 0 <= m(k)",
        "forall k: int. forall s: real. 0 <= k -> 1/4 <= s -> sqrt(s) <= 1",
        "forall k: int. (forall s: real. 0 <= s -> k <= 3) -> forall w: point. X(w) <= m(k) - k",
    ],
)
def test_judged_alike_whether_slacks_are_asked_for_or_not(source: str) -> None:
    prop = read(source)
    long, short = (Evaluator(MODEL).truth(prop, slacks=slacks) for slacks in (True, False))
    assert (short.holds, short.exact, short.sampled) == (long.holds, long.exact, long.sampled)
    assert short.failed == long.failed
    assert len(long.leaves) > len(short.leaves)


def test_truth_says_how_it_was_judged() -> None:
    assert holds(read("a < 1"), MODEL).exact
    assert not holds(read("sqrt(2) < 3/2"), MODEL).exact
    assert not holds(read("sqrt(2) < 1 -> a == a"), MODEL).exact
    assert not holds(read("sqrt(2) < 3/2 -> a == a"), MODEL).exact
    assert holds(read("forall k: int. k == k"), MODEL).sampled
    assert holds(read("(forall k: int. k == k) -> a == a"), MODEL).sampled
    assert not holds(read("forall w: point. X(w) <= 1"), MODEL).sampled


def test_a_wider_tolerance_does_not_loosen_conditions() -> None:
    statement = read("2 <= sqrt(2)^2 - 1/10^35 -> 1 == 0")
    assert holds(statement, MODEL, tolerance=Fraction(1, 10**30)).holds


def test_slack() -> None:
    found = slack(read("a <= x"), MODEL)
    assert (found.absolute, found.relative, found.tightness) == (Fraction(19, 12), Fraction(19, 27), Fraction(8, 27))
    assert found.exact and slack(read("a == x"), MODEL).absolute == Fraction(-19, 12)
    assert slack(read("a != x"), MODEL).absolute == Fraction(19, 12)
    assert slack(read("x < a"), MODEL).absolute == Fraction(-19, 12)
    assert slack(read("b <= a"), MODEL).tightness is None
    assert slack(read("z <= z"), MODEL).relative == 0
    with pytest.raises(TypeError, match="only a relation"):
        slack(read("a <= x -> a <= x"), MODEL)


def test_slack_at_fifty_digits_is_not_rounded_further() -> None:
    found = slack(read("sqrt(2) <= x"), MODEL)
    with mpmath.workdps(70):
        assert abs(found.absolute - (mpmath.mpf(9) / 4 - mpmath.sqrt(2))) < mpmath.mpf(10) ** -60
        assert abs(found.tightness - mpmath.sqrt(2) * 4 / 9) < mpmath.mpf(10) ** -60


def test_functions_are_called_once_per_argument() -> None:
    calls: list[int] = []

    def m(k: int) -> Fraction:
        calls.append(k)
        return Fraction(k)

    evaluator = Evaluator(Model(functions={"m": m}))
    assert evaluator.value(read("Sum(k, 1, 5, m(k)*Sum(i, 1, 5, m(i)))")) == 225
    assert calls == [1, 2, 3, 4, 5]
    assert list(evaluator.calls) == [("m", (k,)) for k in range(1, 6)]


def test_nested_sums_take_few_calls() -> None:
    source = "Sum(k, 1, 30, Sum(i, 1, 30, b1^(30 - i)*m(i))*Sum(i, 1, k, b1^(k - i)*m(i)^2))"
    model = Model(variables={"b1": Fraction(9, 10)}, functions={"m": lambda k: Fraction(k, 7)})
    found, calls = counted(lambda: value(read(source), model))
    assert calls < 200_000
    b = Fraction(9, 10)
    outer = sum(b ** (30 - i) * Fraction(i, 7) for i in range(1, 31))
    inner = (sum(b ** (k - i) * Fraction(i, 7) ** 2 for i in range(1, k + 1)) for k in range(1, 31))
    assert found == outer * sum(inner)


def test_shown_marks_what_is_not_exact() -> None:
    assert shown(Fraction(22, 7)) == "22/7"
    assert shown(mpmath.mpf("0.5")) == "~0.5"
    assert shown(Fraction(10**30 + 1, 3)) == "~3.33333333333333e+29"
    assert shown("heads") == "heads"


def test_numbers_get_as_many_digits_as_tell_them_apart() -> None:
    with mpmath.workdps(65):
        root = mpmath.sqrt(2)
        close, rounded = root + mpmath.mpf(10) ** -17, root + mpmath.mpf(10) ** -60
    assert told_apart([root, close]) == ["~1.4142135623730950488", "~1.4142135623730950588"]
    assert told_apart([root, rounded]) == ["~1.4142135623731"] * 2  # the same, to within rounding
    assert told_apart([1, "heads", Fraction(1, 3), root]) == ["1", "heads", "1/3", "~1.4142135623731"]
    huge = [Fraction(10**30 + step, 3) for step in (1, 2, 2)]
    below, above = "~333333333333333333333333333333.66667", "~333333333333333333333333333334.0"
    assert told_apart(huge) == [below, above, above]
    assert told_apart([mpmath.mpf(10) ** (10**9), Fraction(1, 10**500)])[1] == "~1.0e-500"


def test_huge_powers_do_not_hang() -> None:
    huge = read("(999999/1000000)^100000000")
    found, calls = counted(lambda: value(huge, MODEL))
    assert isinstance(found, mpmath.mpf) and calls < 10_000
    assert value(read("(-1)^100000001"), MODEL) == -1
    assert value(read("0^100000000"), MODEL) == 0
