"""Formulas as MathML: how they are written, shape by shape, and that all of them are well-formed."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from adamproof.kernel.terms import make
from adamproof.render import mathml, show, side_by_side, statement
from tests.kernel.parser import parse
from tests.render.test_golden import GOLDEN, TABLE

# The elements of MathML Core that are used, and no others.
ELEMENTS = {
    "math",
    "mrow",
    "mi",
    "mn",
    "mo",
    "mtext",
    "mspace",
    "mfrac",
    "msqrt",
    "msub",
    "msup",
    "msubsup",
    "munderover",
}
TIMES = mathml.INVISIBLE_TIMES
OPEN, CLOSE = '<mo stretchy="false">(</mo>', '<mo stretchy="false">)</mo>'

SHAPES = [
    ("-x", "<mrow><mo>−</mo><mi>x</mi></mrow>"),
    ("a - b", "<mi>a</mi> <mo>−</mo> <mi>b</mi>"),
    ("-3*x", f"<mrow><mo>−</mo><mn>3</mn>{TIMES}<mi>x</mi></mrow>"),
    ("2*3*x", f"<mn>2</mn><mo>·</mo><mn>3</mn>{TIMES}<mi>x</mi>"),
    ("2*(1/2)", "<mn>2</mn><mo>·</mo><mfrac><mn>1</mn><mn>2</mn></mfrac>"),
    ("a/b/c", f"<mfrac><mi>a</mi><mrow><mi>b</mi>{TIMES}<mi>c</mi></mrow></mfrac>"),
    ("x^(-2)", "<msup><mi>x</mi><mrow><mrow><mo>−</mo><mn>2</mn></mrow></mrow></msup>"),
    (
        "(-x)^2",
        f"<msup><mrow><mrow>{OPEN}<mrow><mrow><mo>−</mo><mi>x</mi></mrow></mrow>{CLOSE}</mrow></mrow><mn>2</mn></msup>",
    ),
    ("m(t)^2", "<msubsup><mi>m</mi><mi>t</mi><mn>2</mn></msubsup>"),
    ("b1^2", "<msubsup><mi>β</mi><mn>1</mn><mn>2</mn></msubsup>"),
    (
        "h1(t)^2",
        "<msup><mrow><msub><mrow><msub><mi>h</mi><mn>1</mn></msub></mrow><mi>t</mi></msub></mrow><mn>2</mn></msup>",
    ),
    ("a < b", "<mi>a</mi> <mo>&lt;</mo> <mi>b</mi>"),
    ("sqrt(eps)", "<msqrt><mi>ε</mi></msqrt>"),
    ("long_name", "<mi>long_name</mi>"),
    (
        "Sum(k, 1, t, m(k))",
        "<munderover><mo>∑</mo><mrow><mi>k</mi><mo>=</mo><mn>1</mn></mrow><mi>t</mi></munderover>"
        "<mrow><msub><mi>m</mi><mi>k</mi></msub></mrow>",
    ),
    (
        "forall k: int. 0 <= m(k)",
        "<mo>∀</mo><mi>k</mi><mo>∈</mo><mi>ℤ</mi><mo>:</mo>"
        "<mrow><mn>0</mn> <mo>≤</mo> <msub><mi>m</mi><mi>k</mi></msub></mrow>",
    ),
]


@pytest.mark.parametrize(("source", "written"), SHAPES, ids=[row[0] for row in SHAPES])
def test_shape(source: str, written: str) -> None:
    assert show(parse(source, TABLE), "mathml") == written


@pytest.mark.parametrize("source", [row[0] for row in GOLDEN])
def test_every_shape_is_well_formed(source: str) -> None:
    root = ElementTree.fromstring(f"<math>{show(parse(source, TABLE), 'mathml')}</math>")
    assert {element.tag for element in root.iter()} <= ELEMENTS
    for element in root.iter():
        takes = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "munderover": 3}.get(element.tag)
        assert takes is None or len(element) == takes, source
        if element.tag in ("mi", "mn", "mo", "mtext"):
            assert element.text


def test_brackets_are_stretched_around_what_is_tall_alone() -> None:
    assert "<mo>(</mo>" in show(parse("(a/b)^2", TABLE), "mathml")
    assert "<mo>(</mo>" not in show(parse("(a + b)^2", TABLE), "mathml")


def test_a_name_cannot_be_markup() -> None:
    assert mathml.STYLE.other_name("<script>") == "<mi>&lt;script&gt;</mi>"


def test_a_statement_is_a_table() -> None:
    hypotheses = [parse("0 <= b1", TABLE), parse("b1 < 1", TABLE)]
    root = ElementTree.fromstring(statement(hypotheses, parse("b1^2 < 1", TABLE), "mathml"))
    assert [row[0][0].text for row in root] == ["If", None, "then"]


def test_names_that_look_alike_are_refused_side_by_side() -> None:
    terms = [parse("b1", TABLE), make("var", "beta1", "real")]
    with pytest.raises(ValueError, match="b1, beta1 look alike in print"):
        side_by_side(terms, "mathml")
