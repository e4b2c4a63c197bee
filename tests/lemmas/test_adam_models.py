"""Models from Adam's own recursion: exact, reproducible, and tight where they should be."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import mpmath
import pytest

from adamproof.lemmas.models.adam import LAWS, adam_model, adam_sequences, random_hyper
from adamproof.numeric.check import check_sequent, counterexample
from adamproof.numeric.evaluate import slack, value
from tests.numeric.common import FINITE_SQUARE, INVARIANT, RANGES, RECURSION, SQUARE, adam_models, read

B1, B2 = Fraction(9, 10), Fraction(95, 100)


@pytest.mark.parametrize("dist", LAWS)
def test_sequences_obey_the_recursion_exactly(dist: str) -> None:
    found = adam_sequences(Random(5), 12, B1, B2, Fraction(0), dist)
    assert found.m(0) == found.v(0) == 0
    for k in range(20):  # also beyond T
        assert found.m(k + 1) == B1 * found.m(k) + (1 - B1) * found.g(k + 1)
        assert found.v(k + 1) == B2 * found.v(k) + (1 - B2) * found.g(k + 1) ** 2
    assert all(type(s(k)) is Fraction for s in (found.m, found.v, found.g) for k in range(-3, 20))


def test_gradient_laws() -> None:
    def gradients(dist: str) -> list[Fraction]:
        found = adam_sequences(Random(6), 40, B1, B2, Fraction(0), dist)
        return [found.g(k) for k in range(1, 41)]

    assert gradients("extremal") == [(B2 / B1) ** k for k in range(1, 41)]
    assert gradients("zero") == [0] * 40
    assert len(set(gradients("constant"))) == 1
    assert all(a == -b != 0 for a, b in zip(gradients("alternating"), gradients("alternating")[1:], strict=False))
    assert 20 < gradients("sparse").count(Fraction(0)) < 40
    assert max(map(abs, gradients("heavy"))) > 10 > 6 >= max(map(abs, gradients("normal")))


def test_the_extremal_sequence_attains_the_finite_bound_exactly() -> None:
    """m(t)^2 = R_t^2 v(t): exactly in fractions, and to 45 digits through square roots."""
    hyper = random_hyper(Random(0))
    for seed in range(5):
        rng = Random(seed)
        while not hyper.beta1:
            hyper = random_hyper(rng)
        for t in (1, 2, 7, 12):
            model = adam_model(rng, 12, hyper, "extremal").extended({"t": t})
            exact = slack(read(f"m(t)^2 == {FINITE_SQUARE}*v(t)"), model)
            assert exact.exact and exact.absolute == 0
            ratio = slack(read(f"abs(m(t)) <= sqrt({FINITE_SQUARE})*sqrt(v(t))"), model)
            with mpmath.workdps(60):
                assert abs(mpmath.mpf(1) - (ratio.tightness + mpmath.mpf(0))) < mpmath.mpf(10) ** -45
        hyper = random_hyper(rng)


def test_the_bound_is_approached_as_t_grows() -> None:
    report = check_sequent([*RANGES, *RECURSION], INVARIANT, adam_models(1, 14, T=40))
    assert report.largest_tightness is not None and report.largest_tightness > Fraction(99, 100)


def test_random_hyperparameters_are_exact_and_reach_the_edges() -> None:
    rng = Random(1)
    drawn = [random_hyper(rng) for _ in range(500)]
    for hyper in drawn:
        assert all(type(part) is Fraction for part in (hyper.beta1, hyper.beta2, hyper.eps))
        assert 0 <= hyper.beta1 < 1 and 0 < hyper.beta2 < 1 and hyper.beta1**2 < hyper.beta2 and hyper.eps >= 0
    assert any(not hyper.beta1 for hyper in drawn) and any(not hyper.eps for hyper in drawn)
    assert any(hyper.beta1 == hyper.beta2 for hyper in drawn)
    assert any(hyper.beta2 - hyper.beta1**2 < Fraction(1, 10**8) for hyper in drawn)
    assert any(1 - hyper.beta2 < Fraction(1, 10**9) for hyper in drawn)


def test_models_are_the_same_for_the_same_seed() -> None:
    def described(seed: int) -> list[object]:
        return [
            (model.label, dict(model.variables), [model.functions["m"](k) for k in range(-2, 14)])
            for model in adam_models(seed, 14)
        ]

    assert described(3) == described(3) != described(4)


def test_negative_times_are_arbitrary() -> None:
    """A statement that relies on m or v before time 0 is found out."""
    false = read("forall k: int. 0 <= v(k)")
    witness = counterexample([], false, adam_models(2, 14))
    assert witness is not None and witness.instance == (-1,)


def test_refusals() -> None:
    rng = Random(1)
    with pytest.raises(ValueError, match="no gradient law 'cauchy'; there are normal, sparse"):
        adam_sequences(rng, 5, B1, B2, Fraction(0), "cauchy")
    with pytest.raises(ValueError, match="must be exact"):
        adam_sequences(rng, 5, 0.9, B2, Fraction(0), "zero")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="0 <= beta1 < 1"):
        adam_sequences(rng, 5, Fraction(1), B2, Fraction(0), "zero")
    with pytest.raises(ValueError, match="need beta1 > 0"):
        adam_sequences(rng, 5, Fraction(0), B2, Fraction(0), "extremal")


def test_outside_the_condition_the_bound_grows_without_limit() -> None:
    """b1^2 >= b2: R_t^2 >= t (1-b1)^2/(1-b2), so no constant bounds m^2/v."""
    sequences = adam_sequences(Random(1), 30, B1, B1**2, Fraction(0), "extremal")
    ratios = [sequences.m(t) ** 2 / sequences.v(t) for t in range(1, 31)]
    assert ratios == [t * (1 - B1) ** 2 / (1 - B1**2) for t in range(1, 31)]


def test_reference_value_of_the_constant() -> None:
    model = adam_model(Random(1), 3, random_hyper(Random(1)), "zero").extended(
        {"b1": Fraction(9, 10), "b2": Fraction(999, 1000)}
    )
    assert mpmath.nstr(value(read(f"sqrt({SQUARE})"), model), 6) == "7.27029"
