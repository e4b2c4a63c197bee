"""Text of unknown origin, made fit to be shown: one line, characters that can be told apart, no words of verdicts.

Titles, names and messages come from lemma files and what they send.  Standard library only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_TEXT = 20_000  # characters of a text that is shown
MAX_LABEL = 40  # characters of a label
MAX_KEPT = 200  # characters of a text that is looked at only once
# Everything else becomes an escape: what cannot be seen (zero width, fillers, tags, variation selectors), what moves
# other characters (marks, text from right to left), and scripts with letters that look like Latin ones and are not
# in the table below.
SHOWN = re.compile(
    "[ -~\u00a1-\u00ac\u00ae-\u017f"  # Latin
    "\u0370-\u03ff\u0400-\u045f\u0490\u0491"  # Greek, Cyrillic
    "\u2010-\u2027\u2030-\u205e\u2070-\u209c\u20a0-\u20bf\u2100-\u27ff\u2900-\u2aff"  # signs
    "\u3001-\u3029\u3041-\u3096\u30a1-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e"  # East Asia
    "\U0001d400-\U0001d7ff]"  # letters of mathematics
)
# Letters that look like Latin ones, by the letter; what decomposes into one (accents, bold, double-struck) is not here.
ALIKE = {
    look: letter
    for letter, looks in {
        "a": "ΑАаα",
        "b": "ΒВЬвьßẞ₿",
        "c": "СсςΣϹ",
        "d": "ĐđÐðДԀ",
        "e": "ΕЕеεЄєЭэƐ℮∈∊∑",
        "f": "Ϝ",
        "h": "ΗНнĦħ",
        "i": "ΙІіιıӀ",
        "j": "Јј",
        "k": "ΚКкκĸ",
        "l": "Łł",
        "m": "ΜМм",
        "n": "ΝηИиПпŊŋ",
        "o": "ΟОоοØøΘθσ∅○◯●",
        "p": "ΡРрρÞþ℗",
        "r": "ЯяГг®",
        "s": "Ѕѕ",
        "t": "ΤТтτŦŧ",
        "u": "υЦц∪⋃",
        "v": "ν∨⋁⋎√",
        "x": "ΧХхχ",
        "y": "ΥУуγ",
        "z": "Ζ",
    }.items()
    for look in looks
}
WORDS = (
    "proved", "proven", "refuted", "rejected", "undecided", "verified", "accepted", "refused", "survived",
    "undetermined", "derivable", "alarm",
)  # fmt: skip
DIGITS_ALIKE = {"a": "4@", "e": "3", "i": "l1|!", "o": "0", "s": "5$", "t": "7"}
GAP = r"[\W_]{0,5}"  # "P R O V E D" is one, too
ODD = "\x00"  # stands for a character that is not ASCII, which may look like any letter
MAX_ODD = 2  # letters of a word: with more, text in other scripts would read as one


def _pattern(word: str) -> str:
    return GAP.join(f"[{re.escape(letter + DIGITS_ALIKE.get(letter, '') + ODD)}]" for letter in word)


VERDICT = re.compile("|".join([*map(_pattern, WORDS), r"(?<![^\W\d_])open(?![^\W\d_])"]))
LABEL_LIKE = re.compile(r"[a-z]\d")


def visible(text: str) -> str:
    """A text that is shown on one line: a character that may not be seen, or moves others, becomes an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible, unicodedata.normalize("NFC", text)))


def _visible(character: str) -> str:
    shown = SHOWN.fullmatch(character) and character.isprintable() and not unicodedata.combining(character)
    return character if shown else character.encode("unicode_escape").decode("ascii")


def printed(text: str) -> str:
    """A line that a program has printed: fit to be shown, shortened, the words of verdicts in small letters."""
    return _small(visible(text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]} ..."))


def foreign(text: str) -> str:
    """A title, name or message: as `printed`, and without spaces that would line it up with something else."""
    return _short(text) if len(text) <= MAX_KEPT else re.sub(" {2,}", " ", printed(text))


@lru_cache(10_000)  # data name the same symbols thousands of times
def _short(text: str) -> str:
    return re.sub(" {2,}", " ", printed(text))


def _small(text: str) -> str:
    """The words of verdicts written small, whatever letters they are written in: the tool's own are in capitals."""
    plain = latin(text)
    odd = "" if text.isascii() else "".join(letter.lower() if letter.isascii() else ODD for letter in text)
    for seen in filter(None, (plain, odd)):
        start = 0
        while found := VERDICT.search(seen, start):
            start = found.end()
            if found.group().count(ODD) > MAX_ODD:
                start = found.start() + 1
                continue
            text = text[: found.start()] + plain[found.start() : start] + text[start:]
    return text


def latin(text: str) -> str:
    """Each character as the Latin letter in lower case that it looks like, if it does; of the same length."""
    return text.lower() if text.isascii() else "".join(map(_latin, text))


def _latin(character: str) -> str:
    base = unicodedata.normalize("NFKD", ALIKE.get(character, character))[0]
    small = ALIKE.get(base, base).lower()
    return small if len(small) == 1 else character


def label_problem(text: str) -> str:
    """What is wrong with a label (of a lemma, or that a name begins with), as the end of a sentence; or ""."""
    if text.isascii() and text.isprintable() and len(text) <= MAX_LABEL:
        return ""
    return f"must be at most {MAX_LABEL} printable ASCII characters, not {text!a:.60}"


def label_within(name: str) -> str:
    """What reads as the label of a name: all before a colon, or a capital letter and a digit ("A3 along ...")."""
    head, colon, _ = name.partition(":")
    if colon:
        return head
    return name[:2] if name[:1].isupper() and LABEL_LIKE.match(latin(name)) else ""


__all__ = ["MAX_LABEL", "MAX_TEXT", "foreign", "label_problem", "label_within", "latin", "printed", "visible"]
