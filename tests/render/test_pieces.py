"""Long formulas in pieces: where they are broken, that nothing is lost, and how wide the pieces are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from adamproof.kernel.terms import Term
from adamproof.prover import prop
from adamproof.render import mathml, side_by_side
from adamproof.render.pieces import ROW, WIDE, Piece, in_pieces, width
from adamproof.theory.library import get, lemmas
from tests.kernel.parser import parse
from tests.render.test_golden import TABLE

ADDED = "()·1\u2062"  # brackets, dots and the 1 of 1/x that appear where a fraction is taken apart
LONG = "a + b + c + x + y + eps + gamma + rho + delta + R + s0 + L0 + R2 + a + b + c + x + y"


def statements() -> Iterator[tuple[str, list[Term]]]:
    for lemma in lemmas():
        for claim in lemma.claims:
            terms = [*(prop(entry) for entry in lemma.stated(claim).values()), prop(claim.conclusion)]
            yield f"{lemma.slug} ({claim.name})", terms


def signs(text: str) -> Counter[str]:
    """What can be read, each sign as often as it stands there."""
    return Counter(mark for mark in re.sub("<[^>]*>|\\s", "", text) if mark not in ADDED)


def written(rows: list[list[Piece]]) -> list[str]:
    return [" | ".join(re.sub("<[^>]*>|\u2061|\u2062", "", piece.text) for piece in row) for row in rows]


def shape(text: str) -> list[str]:
    return written(in_pieces([parse(text, TABLE)])[0])


def test_nothing_is_lost_and_everything_is_well_formed() -> None:
    parted = 0
    for name, terms in statements():
        try:
            whole = side_by_side(terms, "mathml")
        except ValueError:
            continue
        for text, rows in zip(whole, in_pieces(terms), strict=True):
            found = [piece.text for row in rows for piece in row]
            assert signs("".join(found)) == signs(text), name
            for piece in found:
                ElementTree.fromstring(f"<math>{piece}</math>")
            assert found == [text] or len(found) > 1
            parted += len(found) > 1
    assert parted > 300


def test_pieces_are_narrow() -> None:
    """All but a few roots, which a narrow page shows at about half of their size."""
    widths = sorted(
        piece.width for _, terms in statements() for rows in in_pieces(terms) for row in rows for piece in row
    )
    assert widths[-1] < 2.3 * WIDE
    assert widths[round(0.95 * len(widths))] <= WIDE


def test_a_formula_that_is_not_wide_is_one_piece() -> None:
    assert shape("a + b <= c") == ["a + b ≤ c"]


def test_a_line_may_end_at_relations_and_signs() -> None:
    assert shape("a + b + c + x + y + eps + gamma <= rho + delta + R + s0 + L0") == [
        "a + b + c + x + y + ε + γ | ≤ρ + δ + R + s0 + L0"
    ]


def test_the_terms_of_a_long_sum_begin_rows() -> None:
    rows = shape(f"a - b <= {LONG}")
    assert rows[:4] == ["a − b", "≤a", "+b", "+c"]
    assert len(rows) == 1 + LONG.count("+") + 1
    assert width(side_by_side([parse(LONG, TABLE)], "mathml")[0]) > ROW


def test_quantifiers_and_premises_end_pieces() -> None:
    assert shape("forall k: int. forall i: int. 1 <= k -> xs(k, i)*xs(k, i + 1) <= a + b + c + xs(k + 1, i)") == [
        "∀k∈ℤ: | ∀i∈ℤ: | 1 ≤ k⇒ | xsk,ixsk,i + 1 | ≤a + b + c + xsk + 1,i"
    ]


def test_a_wide_numerator_stands_behind_its_fraction() -> None:
    sums = "(a + b + c + x + y + eps + gamma + rho + R)"
    assert shape(f"2*{sums}*{sums}/(c*x)") == [
        "2cx | ·(a + b + c + x + y + ε + γ + ρ + R) | ·(a + b + c + x + y + ε + γ + ρ + R)".replace(
            "a + b + c + x + y + ε + γ + ρ + R", "a | +b | +c | +x | +y | +ε | +γ | +ρ | +R"
        )
    ]


def test_a_negative_product_keeps_its_sign() -> None:
    sums = "(a + b + c + x + y + eps + gamma + rho + R)"
    assert shape(f"a - 3*b*{sums}")[0].startswith("a | −3b | ·(a | +b")
    assert shape(f"-b*{sums}")[0].startswith("−b | ·(a | +b")


def test_brackets_of_one_pair_are_equally_high() -> None:
    rows = in_pieces([prop(get("main-theorem").claim("Adam").conclusion)])[0]
    text = "".join(piece.text for row in rows for piece in row)
    heights = re.findall(r'<mo form="(prefix|postfix)"( minsize="[\d.]+em"| stretchy="false")>[()]</mo>', text)
    opening, closing = ([size for form, size in heights if form == side] for side in ("prefix", "postfix"))
    assert opening == closing != []


def test_the_main_theorem_has_a_row_for_each_term() -> None:
    rows = in_pieces([prop(get("main-theorem").claim("Adam").conclusion)])[0]
    assert len(rows) == 5
    assert [row[0].text.startswith('<mo form="infix">') for row in rows] == [False, True, True, True, True]


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [("x", 0.5, 1), ("a + b", 2.5, 4), ("a/b", 0.7, 1.5), ("a + b + c + x + y", 7, 11), ("sqrt(x)", 1.5, 2.5)],
)
def test_about_how_wide_a_formula_is(text: str, least: float, most: float) -> None:
    assert least < width(side_by_side([parse(text, TABLE)], "mathml")[0]) < most


def test_a_norm_is_written_as_one_where_the_style_has_norms() -> None:
    style = replace(mathml.STYLE, norm=lambda text: f"<mi>norm</mi>{text}")

    def norm(text: str) -> str:
        return written(in_pieces([parse(text, TABLE)], style)[0])[0]

    assert norm("sqrt(Sum(k, 1, n, xs(t, k)^2))") == "normxst"
    assert norm("E(w, sqrt(Sum(k, 1, n, g(t, k, w)^2)))") == "𝔼w[normgt(w)]"
    for other in (
        "sqrt(Sum(k, 0, n, xs(t, k)^2))",
        "sqrt(Sum(k, 1, n, xs(t, k)^3))",
        "sqrt(Sum(k, 1, n, xs(k, k)^2))",
        "sqrt(Sum(k, 1, n, xs(t, k + 1)^2))",
        "sqrt(Sum(k, 1, n, a^2))",
    ):
        assert "norm" not in norm(other)
