"""Formulas that can be read without their tags, and look the same with them."""

from __future__ import annotations

import re
from html import unescape

import pytest

import adamproof
from adamproof.lemmas.notation import b1, b2
from adamproof.prover import prop, term
from adamproof.render import mathml
from adamproof.render.legible import legible, plain

HIDDEN = re.compile(r'<mtext style="display:none">[^<]*</mtext>')


def math(body: str) -> str:
    return f"<math>{body}</math>"


@pytest.mark.parametrize(
    "body, text",
    [
        ("<msup><mi>x</mi><mn>2</mn></msup>", "x^2"),
        ("<msub><mi>x</mi><mrow><mi>t</mi><mo>+</mo><mn>1</mn></mrow></msub>", "x_(t + 1)"),
        ("<mfrac><mn>1</mn><mrow><mi>a</mi><mo>−</mo><mi>b</mi></mrow></mfrac>", "1/(a − b)"),
        ("<mfrac><mrow><mo>(</mo><mi>a</mi><mo>)</mo></mrow><mi>b</mi></mfrac>", "(a)/b"),
        ("<mfrac><mfrac><mn>1</mn><mn>2</mn></mfrac><mn>3</mn></mfrac>", "(1/2)/3"),
        ("<msqrt><mi>a</mi><mo>+</mo><mi>b</mi></msqrt>", "√(a + b)"),
        ("<msqrt><mi>a</mi></msqrt>", "√a"),
        ('<mover accent="true"><mi>v</mi><mo>¯</mo></mover>', "v¯"),
        ("<munderover><mo>∑</mo><mn>1</mn><mi>n</mi></munderover><mi>k</mi>", "∑_1^n k"),
        ("<mo>−</mo><mi>x</mi>", "−x"),
        ("<mi>a</mi><mo>&lt;</mo><mi>b</mi>", "a < b"),
    ],
)
def test_the_text_of_a_formula(body: str, text: str) -> None:
    assert plain(math(body)) == text
    without_tags = unescape(re.sub("<[^>]*>", "", legible(math(body))))
    assert " ".join(without_tags.split()) == text


def test_what_is_seen_stays() -> None:
    """Without the hidden signs, the rows that hold them and the spaces between elements it is the formula of before."""
    before = math(mathml.show(prop(adamproof.get("B.2").claim(None).conclusion)))
    after = HIDDEN.sub("", legible(before))
    assert "display:none" in legible(before) and "display:none" not in after
    leaves = [re.findall(r"<(m[ino]|mtext)[^>]*>([^<]*)<", text) for text in (before, after)]
    assert leaves[0] == leaves[1]


def test_the_rest_of_the_page_stays() -> None:
    formula = math(mathml.show(term(b1 / b2)))
    page = legible(f"<p>a &lt; b<br>{formula} and {formula}</p>")
    assert page.startswith("<p>a &lt; b<br><math>") and page.endswith("</math></p>")
    assert page.count("<math>") == page.count("</math>") == 2
