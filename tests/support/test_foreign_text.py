"""Text of unknown origin: nothing that cannot be seen or told apart, and no words of verdicts."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from adamproof.checking.report import Verdict
from adamproof.claims.verdicts import Status
from adamproof.support.foreign_text import (
    MAX_LABEL,
    MAX_TEXT,
    SHOWN,
    foreign,
    label_problem,
    label_within,
    latin,
    printed,
    visible,
)

UNSEEN = {
    "zero width": "\u200b\u200c\u200d\u2060\ufeff",
    "from right to left": "\u202e\u202a\u2066\u2067\u2069\u200f",
    "letters from right to left": "\u05d0\u0627",
    "a mark alone": "\u0301\u20e0\u0336",
    "fillers": "\u115f\u1160\u3164\uffa0\u2800\u00ad\u034f",
    "private use": "\ue000\uf8ff\U000f0000",
    "tags": "\U000e0001\U000e0041",
    "variation selectors": "\ufe0f\ufe00\U000e0100",
    "spaces that are none": "\u00a0\u2003\u3000\u2028\u2029",
    "control": "\x00\x1b\r\n\t\x7f\x9b",
    "unassigned": "\u0378\U0010ffff",
    "half a pair": "\ud800",
    "letters that look like Latin ones": "\u13e2\u13a1\ua4d1\U0001f17f\u1d18\ufb01",
}


@pytest.mark.parametrize("text", UNSEEN.values(), ids=UNSEEN)
def test_what_cannot_be_seen_is_an_escape(text: str) -> None:
    for character in text:
        shown = foreign(f"a{character}b")
        if unicodedata.normalize("NFC", f"a{character}") != f"a{character}":  # an accent on its letter
            shown = foreign(f" {character}b")
        assert shown.isascii() and shown.isprintable() and "\\" in shown, ascii(shown)


def test_what_can_be_seen_is_left_as_it_is() -> None:
    for text in ("x is positive", "Satz über ‖x‖² ≤ Σ α_k", "Лемма о шаге", "补题 あア 한", "𝔼[x] → ∞", "e\u0301"):
        assert visible(text) == unicodedata.normalize("NFC", text)
    assert not visible("e\u0301").isascii() and len(visible("e\u0301")) == 1


def test_no_character_that_is_shown_is_a_mark_or_a_control() -> None:
    for code in range(sys.maxunicode + 1):
        if SHOWN.fullmatch(chr(code)) and visible(chr(code)) == chr(code):
            assert unicodedata.category(chr(code))[0] not in "CM" and chr(code).isprintable(), hex(code)
            assert unicodedata.bidirectional(chr(code)) not in ("R", "AL", "AN", "RLE", "RLO", "LRO"), hex(code)


DISGUISED = [
    *("PROVED", "Proved", "P R O V E D", "P-R-O-V-E-D", "P.R.O.V.E.D", "P__R__O__V__E__D", "P|R|O|V|E|D", "PR0VED"),
    *("\u0420R\u041eV\u0415D", "\u03a1R\u039fV\u0395D", "\uff30\uff32\uff2f\uff36\uff25\uff24", "PR\u00d3VED"),
    *("\U0001d40f\U0001d411\U0001d40e\U0001d415\U0001d404\U0001d403", "\u24c5\u24c7\u24c4\u24cb\u24ba\u24b9"),
    *("PRO\u2164E\u216e", "\u2119\u211d\u2205VED", "DISPROVED", "PROVED\u2003(0.3 s)", "PRO\u2228ED"),
    *("VERlFlED", "UNDEC1DED", "ACCEPTED", "SURVIVED", "R E F U T E D", "REJECTED", "NOT DERIVABLE", "ALARM", "OPEN"),
]


@pytest.mark.parametrize("text", DISGUISED)
def test_words_of_verdicts_are_written_small(text: str) -> None:
    shown = foreign(f"it: {text}!")
    word = shown.removeprefix("it: ").replace("NOT ", "").replace("DIS", "").replace("\\u2003(0.3 s)", "")
    assert word == word.lower() and word[0].isascii(), shown


@pytest.mark.parametrize("word", [str(verdict) for verdict in Verdict] + [status.value for status in Status])
def test_every_verdict_that_is_printed_in_capitals_is_covered(word: str) -> None:
    """What is left of NOT DERIVABLE and PROVED UNDER is no verdict."""
    left = foreign(word).split()
    assert {part for part in left if part.isupper()} <= {"NOT", "UNDER"}
    assert any(part.islower() for part in left)


def test_other_words_are_left_as_they_are() -> None:
    for text in ("PRO V", "IMPROVES", "Opening", "a proof of B.2", "is proved in [1]", "the open set", "SUP, INF"):
        assert foreign(text) == text


def test_a_line_has_no_layout_of_its_own() -> None:
    assert foreign("a" + " " * 80 + "mine: PROVED") == "a mine: proved"
    assert printed("  File") == "  File"


def test_a_long_text_is_cut_and_read_in_time() -> None:
    assert len(foreign("x" * (2 * MAX_TEXT))) == MAX_TEXT + len(" ...")
    for part in ("undec|", "P ", "|", "p-r-o-v-e-", "\u0420"):
        assert foreign(part * MAX_TEXT)


def test_a_letter_is_one_letter() -> None:
    for code in range(0x110000):
        assert len(latin(chr(code))) == 1


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("A1: F is at least F*", "A1"),
        ("A3 along the segments", "A3"),
        ("\u03911 \u2264 x", "\u03911"),  # a capital alpha
        ("\u0410\u0661: x", "\u0410\u0661"),
        ("a1 is positive", ""),
        ("\u03b1\u2081 is positive", ""),
        ("x is positive", ""),
        ("", ""),
    ],
)
def test_the_label_of_a_name(name: str, label: str) -> None:
    assert label_within(name) == label


def test_labels_are_short_and_in_ascii() -> None:
    assert label_problem("C2") == label_problem("x" * MAX_LABEL) == ""
    for text in ("x" * (MAX_LABEL + 1), "\u0410\u0032", "A\t1", "B\u200b.2"):
        assert label_problem(text).startswith("must be at most 40 printable ASCII characters, not '")


@pytest.mark.parametrize(
    "text", ["PR〇VED", "PR口VED", "PR⊙VED", "PR°VED", "PRΦVED", "PROVΣD", "PROV乇D", "¶ROVED", "P R 〇 V E D"]
)
def test_an_odd_character_in_a_word_of_verdicts_is_no_way_out(text: str) -> None:
    """Any character may look like a letter in some font."""
    assert not any(letter.isupper() and letter.isascii() for letter in foreign(f"so it is {text}!"))


def test_a_word_of_other_scripts_is_left_as_it_is() -> None:
    for text in ("〇〇〇〇〇〇", "ΣΦΣΦΣΦ ABC", "‖a‖ ≤ R·M"):
        assert foreign(text) == text
