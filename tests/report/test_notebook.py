"""What notebooks show: pages with formulas and text, both sides of a claim, sliders that may be missing."""

from __future__ import annotations

import builtins
import re
from html import unescape
from typing import Any

import pytest

import adamproof
from adamproof.claims.gathering import claim_table
from adamproof.prover import le, lt, prove, reals
from adamproof.report import notebook
from adamproof.theory.lemma import Claim, Lemma, LemmaError, Mutant, Source

X, Y = reals("x y")


def squares(**more: Any) -> Lemma:
    claim = Claim("it", lt(X**2, Y**2), lambda scope: prove(scope.goal, scope.given()))
    return Lemma("squares", "Squares", Source.OURS, "a test", {"x < y": lt(X, Y), **more}, [claim])


def without_tags(html: str) -> str:
    """What a program shows that takes MathML away."""
    return " ".join(unescape(re.sub("<[^>]*>", "", html)).replace("\u2062", " ").split())


def test_a_report_is_a_page() -> None:
    report = adamproof.check("sign-form")
    assert notebook.report(report).text.startswith("sign-form: PROVED\n  sign form: PROVED (24 kernel steps")
    assert str(notebook.report(report)).endswith("Mutants: 4 of 4 correctly rejected")
    assert str(report) == "sign-form: PROVED"


def test_a_refuted_claim_is_shown_with_its_counterexample() -> None:
    report = adamproof.check(squares())
    shown = notebook.report(report)
    assert str(report).startswith("squares: REFUTED; it: ")  # what a failing test of one's own prints
    assert "it: REFUTED" in shown.text
    assert "counterexample: at x = -1/2, y = -1/4, where 1/4 < 1/16 is false" in shown.text
    assert "1/4 &lt; 1/16" in shown.html


def test_a_surviving_mutant_is_named() -> None:
    careful = squares(**{"x is not negative": le(0, X), "y <= 9": le(Y, 9)})
    mutant = Mutant("y of any size", drop=("y <= 9",))
    lemma = Lemma("squares", "Squares", Source.OURS, "a test", careful.assumptions, careful.claims, mutants=[mutant])
    report = adamproof.check(lemma)
    assert str(report.verdict) == "REJECTED"
    assert str(report) == 'squares: REJECTED; the near miss "y of any size" is not rejected'
    assert "0 of 1 correctly rejected; not: y of any size" in notebook.report(report).text
    assert "the proof goes through; no counterexample found" in notebook.mutants(report).text


def test_names_are_text_and_not_html() -> None:
    careful = squares(**{"x is not negative": le(0, X), "y <= 9": le(Y, 9)})
    mutants = [Mutant("<b>", drop=("y <= 9",))]
    lemma = Lemma("squares", "Squares", Source.OURS, "a test", careful.assumptions, careful.claims, mutants=mutants)
    assert "not: &lt;b&gt;" in notebook.report(adamproof.check(lemma)).html
    assert "<b>" not in notebook.formula(**{"<b>": X}).html


def test_a_proof_shows_its_steps_and_what_they_rest_on() -> None:
    report = adamproof.check("B.2", models=0, mutants=False)
    shown = notebook.proof(report, "by an invariant")
    assert "1. m_t^2 <= R^2*v_t for every t" in shown.text
    assert "from beta1^2 < beta2, beta2 < 1, step 1" in shown.text
    assert shown.html.count('<math display="block">') == 2 and "$" not in shown.html
    with pytest.raises(LemmaError, match="did you mean 'by an invariant'"):
        notebook.proof(report, "by invariant")


def test_a_claim_and_a_formula() -> None:
    lemma = adamproof.get("B.2")
    shown = notebook.claim(lemma)
    assert shown.text.count("assuming") == len(lemma.assumptions)
    assert "<details><summary>under 11 assumptions</summary>" in shown.html
    formula = notebook.formula(R=lemma.constants["R"])
    assert formula.text == "R = (1 − β₁)/(√(1 − β₂)·√(1 − β₁²/β₂))"
    assert "<msqrt>" in formula.html and "\\" not in formula.html
    assert without_tags(formula.html) == "R = (1 − β_1)/(√(1 − β_2) √(1 − β_1^2/β_2))"
    names = without_tags(notebook.formula(R_t=X, T_max=X, drift=X, **{"initial gap": X}).html)
    assert names == "R_t = xT_max = xdrift = xinitial gap = x"


def test_two_names_that_would_look_alike_are_shown_as_they_are() -> None:
    b1, beta1 = reals("b1 beta1")
    claim = Claim("it", le(beta1, b1**2 + beta1), lambda scope: prove(scope.goal))
    shown = notebook.claim(Lemma("mine", "Mine", Source.OURS, "a test", {}, [claim]))
    assert "<code>beta1 &lt;= b1^2 + beta1</code>" in shown.html and "<math" not in shown.html


def test_the_claims_are_a_table() -> None:
    shown = notebook.claim_table(claim_table([1, 9]))
    assert "1. u_t is bounded, by R, if and only if beta1^2 &lt; beta2" not in shown.text
    assert "NOT BY THIS PROOF: the drift is Theta(1)" in shown.text
    assert shown.html.count("<tr>") == 3


def test_both_sides_of_a_claim() -> None:
    lemma = adamproof.get("sign-alignment")
    assert notebook.sides(lemma, "one coordinate", {"x": 1, "y": -0.25}, {}) == (-1.5, -1.0)


def test_a_table_is_text_too() -> None:
    shown = notebook.table(("T", "value"), [(10, 1 / 3), (2000, 1e-9)])
    assert shown.text == "T     value\n10    0.3333\n2000  1e-09"


def test_without_sliders_there_is_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[dict[str, float]] = []
    load = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name == "ipywidgets":
            raise ImportError(name)
        return load(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    notebook.explore(lambda **values: drawn.append(values), beta1=(0.5, 0.9, 0.1, 0.7))
    assert drawn == [{"beta1": 0.7}]
