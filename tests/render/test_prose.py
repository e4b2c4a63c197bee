"""Formulas inside sentences, in Unicode."""

from __future__ import annotations

import pytest

from adamproof.render.prose import in_unicode


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("u_t <= R exactly if b1^2 < b2", "u_t ≤ R exactly if β₁² < β₂"),
        ("1 - beta1 = O(T^(-1/2))", "1 − β₁ = O(T^(−1/2))"),
        ("T^(-1/4) at 1-b2 = T^(-3/4)", "T^(−1/4) at 1−β₂ = T^(−3/4)"),
        ("E|u_t o a_t|_1 >= vbar*E|a_t|_1", "E|u_t ∘ a_t|₁ ≥ vbar·E|a_t|₁"),
        ("C3: |a_t|_1 >= C1*|a_t|_2", "C3: |a_t|₁ ≥ C₁·|a_t|₂"),
        ("gamma = gamma0/(sqrt(d)*tau^3)", "γ = γ₀/(√(d)·τ³)"),
        ("T = tau^4, L1 = s1 = 0", "T = τ^4, L₁ = s₁ = 0"),
        ("T^(-0.248 +- 0.003), Theta(1)", "T^(−0.248 ± 0.003), Θ(1)"),
        ("Conditions 1-3, F(x_1)-F*, the beta-boundary", "Conditions 1-3, F(x_1)-F*, the beta-boundary"),
    ],
)
def test_a_sentence_in_unicode(text: str, shown: str) -> None:
    assert in_unicode(text) == shown
