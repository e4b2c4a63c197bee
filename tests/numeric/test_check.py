"""Sequents in models: what holds is reported, what fails is refuted with a witness, bad models are named."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from random import Random

import mpmath
import pytest

from adamproof.kernel.terms import function, make
from adamproof.lemmas.models.adam import Hyper, adam_model
from adamproof.numeric import check
from adamproof.numeric.check import HypothesisViolated, check_sequent, counterexample, refuted
from adamproof.numeric.models import Model, ModelError

from .common import BOUND, INVARIANT, RANGES, RECURSION, SQUARE, adam_models, read

HYPOTHESES = [*RANGES, *RECURSION]


def test_the_invariant_of_adam_holds_exactly() -> None:
    report = check_sequent(HYPOTHESES, INVARIANT, adam_models(1, 21))
    assert report.holds and report.exact and report.sampled and report.models == 21
    assert report.instances == 21 * 13
    assert report.smallest_absolute == 0 and report.largest_tightness == 1  # b1 = 0, k = 1
    assert str(report).startswith("21 models, 273 comparisons, exact arithmetic, quantifiers sampled\n")


def test_the_update_bound_holds_at_fifty_digits() -> None:
    report = check_sequent(HYPOTHESES, BOUND, adam_models(2, 21))
    assert report.holds and not report.exact and "50 digits" in str(report)


def test_a_smaller_constant_is_refuted_with_a_printable_witness() -> None:
    false = read(f"forall k: int. 0 <= k -> m(k)^2 <= 1/2*{SQUARE}*v(k)")
    witness = counterexample(HYPOTHESES, false, adam_models(3, 40))
    assert witness is not None and witness.exact and witness.hypotheses_exact and witness.hypotheses_sampled
    assert witness.slack.lhs > witness.slack.rhs
    assert dict(witness.variables).keys() == {"b1", "b2", "eps"}
    assert witness.calls[0][0][0] in ("m", "v")
    written = str(witness)
    for piece in (witness.label, "fails (exactly; hypotheses hold exactly, quantifiers sampled)", "b1 = ", "m("):
        assert piece in written
    report = check_sequent(HYPOTHESES, false, adam_models(3, 40))
    assert not report.holds and str(report.violation) == written


def test_a_true_statement_has_no_counterexample() -> None:
    assert counterexample(HYPOTHESES, INVARIANT, adam_models(4, 21)) is None


def test_dropping_the_condition_on_the_hyperparameters_is_refuted() -> None:
    hypotheses = [prop for prop in HYPOTHESES if prop is not read("b1^2 < b2")]
    outside = Hyper(Fraction(9, 10), Fraction(1, 2), Fraction(0))
    model = adam_model(Random(1), 6, outside, "normal")
    witness = counterexample(hypotheses, INVARIANT, [model])
    assert witness is not None and witness.exact
    assert counterexample(HYPOTHESES, INVARIANT, [model]) is None


def test_a_model_that_violates_a_hypothesis_is_no_counterexample() -> None:
    model = next(adam_models(5, 1)).extended({"b1": Fraction(9, 10), "b2": Fraction(1, 2)})
    hypotheses = [prop for prop in HYPOTHESES if prop is not read("b1^2 < b2")]
    assert counterexample(hypotheses, read("1 == 0"), [model]) is None  # m and v do not fit these b1 and b2


def test_a_violated_hypothesis_is_named() -> None:
    model = Model(variables={"a": 2, "b": 3}, label="the second model")
    with pytest.raises(HypothesisViolated, match=r"the second model violates the hypothesis b < a: 3 < 2 is false"):
        check_sequent([read("b < a")], read("0 <= a"), [model])
    with pytest.raises(
        HypothesisViolated, match=r"violates the hypothesis forall k: int. 0 <= k at -1: 0 <= -1 is false"
    ):
        check_sequent([read("forall k: int. 0 <= k")], read("0 <= a"), [model])
    with pytest.raises(HypothesisViolated, match=r"sqrt\(-a\) == 0 is undetermined: sqrt\(-2\) is unspecified"):
        check_sequent([read("sqrt(-a) == 0")], read("0 <= a"), [model])


def test_a_missing_name_is_an_error_not_a_counterexample() -> None:
    for search in (check_sequent, counterexample):
        with pytest.raises(ModelError, match="no value for the variable a"):
            search([], read("0 <= a"), [Model()])


def test_an_undetermined_conclusion_does_not_count_as_holding() -> None:
    models = [Model(variables={"a": 4}), Model(variables={"a": -1}, label="bad")]
    report = check_sequent([], read("0 <= sqrt(a)"), models)
    assert not report.holds and report.violation is None and report.models == 1
    assert report.undetermined == (("bad", "sqrt(-1) is unspecified"),)
    assert "undetermined in bad: sqrt(-1) is unspecified" in str(report)
    assert counterexample([], read("0 <= sqrt(a)"), models) is None


def test_vacuous_statements_and_no_models_do_not_count_as_holding() -> None:
    report = check_sequent([], read("1 <= 0 -> a == 0"), [Model(variables={"a": 4})])
    assert report.models == 1 and report.instances == 0 and not report.holds
    with pytest.raises(ValueError, match="at least one model"):
        check_sequent([], read("a == a"), [])


def test_a_violation_within_the_margin_is_no_counterexample() -> None:
    model = Model(variables={"a": 2})
    assert counterexample([], read("sqrt(a) <= sqrt(a) - 1/10^33"), [model]) is None
    assert counterexample([], read("sqrt(a) <= sqrt(a) - 1/10^25"), [model]) is not None
    assert counterexample([], read("a <= a - 1/10^60"), [model]) is not None  # exact: no margin is needed
    assert counterexample([], read("sqrt(a)^2 != 2"), [model]) is None
    assert not check_sequent([], read("sqrt(a) <= sqrt(a) - 1/10^33"), [model]).holds


def test_the_first_witness_is_reported_with_the_instance_that_fails() -> None:
    models = [Model(variables={"a": value}, label=f"a = {value}") for value in (9, 2, 1)]
    witness = counterexample([read("0 < a")], read("forall k: int. 0 <= k -> k <= a"), models)
    assert witness is not None and witness.label == "a = 2" and witness.instance == (3,)
    assert "quantified variables: 3" in str(witness)


def test_two_symbols_with_one_name_are_refused() -> None:
    clash = make("app", function("a", ["int"]), make("int", 0))
    with pytest.raises(ValueError, match="two different symbols called a"):
        check_sequent([make("<=", clash, clash)], read("a <= a"), [Model(variables={"a": 1})])


def rooted(rng: Random) -> Iterator[Model]:
    """A model that computes with mpmath at whatever precision it finds, at once and when it is evaluated."""
    x = Fraction(rng.randint(2, 9), 10)
    while True:
        yield Model(
            variables={"a": mpmath.sqrt(mpmath.mpf(x.numerator) / x.denominator), "b": x},
            functions={"f": lambda s: mpmath.log(1 + mpmath.sqrt(mpmath.mpf(2) + s.numerator))},
        )


def test_generators_of_models_run_at_the_precision_of_the_test() -> None:
    statement, root = read("a^2 == b"), read("f(1) == ln(1 + sqrt(3))")
    with mpmath.workdps(15):
        report = check_sequent([statement], root, islice(rooted(Random(0)), 3))
        assert report.holds and report.models == 3
        assert counterexample([], statement, islice(rooted(Random(0)), 3)) is None
        assert mpmath.mp.dps == 15


def test_numbers_that_differ_are_printed_so_that_they_differ() -> None:
    with mpmath.workdps(15):
        model = next(rooted(Random(0)))
    with pytest.raises(HypothesisViolated) as caught:
        check_sequent([read("a^2 == b")], read("0 <= a"), [model])
    said = str(caught.value)
    sides = re.search(r"(\S+) == (\S+) is false \(they differ by ~(\S+)\); compute the model's numbers inside", said)
    assert sides is not None and Fraction(sides[2]) != Fraction(sides[1].removeprefix("~")), said
    assert 0 < float(sides[3]) < 1e-15
    near = Model(variables={"a": 1, "b": 1 + Fraction(1, 10**30)})
    witness = counterexample([], read("b <= a"), [near])
    assert witness is not None
    assert "b = ~1.000000000000000000000000000001" in witness.values
    assert "left side ~1.000000000000000000000000000001, right side 1 (they differ by ~1.0e-30)" in str(witness)
    report = check_sequent([], read("a <= b"), [near])
    assert "largest left/right ~0.999999999999999999999999999999" in str(report)


SCRIPT = """
from adamproof.numeric.check import check_sequent, counterexample
from tests.numeric.common import BOUND, RANGES, RECURSION, SQUARE, adam_models, read
hypotheses = [*RANGES, *RECURSION]
print(check_sequent(hypotheses, BOUND, adam_models(8, 14)))
print(counterexample(hypotheses, read(f"m(t)^2 <= 1/3*{SQUARE}*v(t)"), adam_models(8, 40)))
"""


def test_the_output_does_not_depend_on_the_hash_seed() -> None:
    outputs = set()
    for seed in ("0", "1", "77"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        outputs.add(run.stdout)
    assert len(outputs) == 1 and "the claim is: left side <= right side" in outputs.pop()


def expectations() -> Iterator[Model]:
    """A coin, and values of X on its sides."""
    for high in (1, 2, 3):
        values = {0: Fraction(-1), 1: Fraction(high)}
        yield Model({"a": 1}, {"X": values.__getitem__}, space=((0, Fraction(1, 4)), (1, Fraction(3, 4))))


REFUTED: dict[str, tuple[list[str], str, Callable[[], Iterable[Model]]]] = {
    "numbers": (["0 < a"], "1 < a", lambda: [Model({"a": 3}), Model({"a": Fraction(1, 2)})]),
    "a quantifier": ([], "forall k: int. f(k) <= 3", lambda: [Model({}, {"f": lambda k: k})]),
    "two quantifiers": (
        ["0 < a"],
        "forall k: int. 0 <= k -> forall s: real. f(k)*s <= a",
        lambda: [Model({"a": 1}, {"f": lambda k: k})],
    ),
    "a sum": (["0 <= f(1)"], "Sum(k, 1, n, f(k)) <= 5", lambda: [Model({"n": 4}, {"f": lambda k: k})]),
    "an expectation": (["0 <= E(w, X(w))"], "E(w, X(w)^2) <= a", expectations),
}


@pytest.mark.parametrize("hypotheses, conclusion, models", REFUTED.values(), ids=REFUTED)
def test_a_counterexample_is_one_when_it_is_computed_again(
    hypotheses: list[str], conclusion: str, models: Callable[[], Iterable[Model]]
) -> None:
    given, false = [read(text) for text in hypotheses], read(conclusion)
    witness = counterexample(given, false, models())
    assert witness is not None and witness.certain
    assert refuted(witness, given, false)
    # What it says of itself does not matter, nor is it one to something else.
    assert not refuted(witness, given, read("0 <= 1"))
    assert not refuted(witness, [*given, read("1 <= 0")], false)
    assert not refuted(replace(witness, variables=(), calls=()), given, false)
    assert not refuted(replace(witness, instance=(*witness.instance, 0)), given, false)
    changed = replace(witness, variables=tuple((name, 1000) for name, _ in witness.variables))
    if witness.variables:
        assert not refuted(changed, given, false)


def test_a_counterexample_on_samples_or_with_rounding_is_none_beyond_doubt() -> None:
    models = [Model({"a": Fraction(2)}, {"f": lambda k: 2})]
    sampled, false = [read("forall k: int. f(k) == 2")], read("a <= 1")
    witness = counterexample(sampled, false, models)
    assert witness is not None and not witness.certain and not refuted(witness, sampled, false)
    rounded = read("ln(a) <= 0")
    witness = counterexample([], rounded, models)
    assert witness is not None and not refuted(witness, [], rounded)


def test_a_counterexample_that_takes_too_long_to_compute_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "MAX_SEARCH", 1000)
    for count, found in ((10, True), (100, False)):
        long = read(f"Sum(k, 1, {count}, Sum(i, 1, {count}, a + k + i)) <= 0")
        witness = counterexample([], long, [Model({"a": 1})])
        assert witness is not None and (refuted(witness, [], long) is not None) is found
