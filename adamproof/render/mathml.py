"""Formulas as presentation MathML, to stand inside a <math> element; only elements of MathML Core are used."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

from ..kernel.terms import Term
from .layout import IMPLIES, POWER, Style, layout
from .names import GREEK, split_name

# Products without a dot get the same narrow space as in LaTeX.
INVISIBLE_TIMES = '<mo lspace="0" rspace="0.17em">\u2062</mo>'
TALL = ("<mfrac>", "<munderover>", "∫")
APPLY = "<mo>\u2061</mo>"
SINGLE = re.compile(r"<(m[ion])>[^<]*</\1>")
INDEXED = re.compile(r"<msub>(<mi>[^<]*</mi>)((?:(?!</?msub>).)*)</msub>")  # a letter with an index
STARTS_WITH_BAR = re.compile(r"(<msup>)?<mrow><mo[^>]*>\|")
STARTS_WITH_NUMBER = re.compile(r"(<(mrow|msup)>)*<mn>")


def show(term: Term, names: Mapping[str, str] | None = None) -> str:
    """A term or proposition in MathML.  names replaces the table NAMES (its values are MathML).

    Raises ValueError when two names in sight would look alike.
    """
    return layout([term], STYLE, names)[0]


def table(rows: Sequence[tuple[str, str]]) -> str:
    """Formulas below each other, each with the word that introduces it."""
    cell = '<mtd style="text-align: left">'
    lines = (f"<mtr>{cell}<mtext>{word}</mtext></mtd>{cell}{text}</mtd></mtr>" for word, text in rows)
    return f'<mtable displaystyle="true">{"".join(lines)}</mtable>'


def _name(name: str) -> str:
    stem, digits = split_name(name)
    letter = f"<mi>{escape(GREEK.get(stem, stem))}</mi>"
    return f"<msub>{letter}<mn>{digits}</mn></msub>" if digits else letter


NAMES: Mapping[str, str] = {
    "b1": _name("beta1"),
    "b2": _name("beta2"),
    "eps": "<mi>ε</mi>",
    "gamma": "<mi>γ</mi>",
    "rho": "<mi>ρ</mi>",
    "delta": "<mi>δ</mi>",
}


def _one(text: str) -> str:
    """The text as one element, for places that take one."""
    return text if SINGLE.fullmatch(text) else f"<mrow>{text}</mrow>"


def _fenced(left: str, text: str, right: str) -> str:
    # Stretched where that is needed alone: some fonts' larger brackets leave gaps.  The inner row makes a minus at
    # its start a prefix.
    fence = "<mo>" if any(mark in text for mark in TALL) else '<mo stretchy="false">'
    return f"<mrow>{fence}{left}</mo><mrow>{text}</mrow>{fence}{right}</mo></mrow>"


def _times(left: str, right: str) -> str:
    # Juxtaposed, 2 3 would be read as 23, 2 1/2 as a mixed number, and |a| b |c| as the absolute value of a |b| c.
    numeric = STARTS_WITH_NUMBER.match(right) or (left.endswith("</mn>") and right.startswith("<mfrac>"))
    bar = left.endswith("|</mo></mrow>") or STARTS_WITH_BAR.match(right)
    return f"{left}<mo>·</mo>{right}" if numeric or bar else f"{left}{INVISIBLE_TIMES}{right}"


def _power(base: str, exponent: str | int) -> str:
    if isinstance(exponent, int):
        exponent = f"<mn>{exponent}</mn>" if exponent >= 0 else STYLE.negative(f"<mn>{-exponent}</mn>")
    indexed = INDEXED.fullmatch(base)
    if indexed:  # the exponent stands above the index
        return f"<msubsup>{indexed[1]}{indexed[2]}{_one(exponent)}</msubsup>"
    return f"<msup>{_one(base)}{_one(exponent)}</msup>"


def _listed(texts: Sequence[str]) -> str:
    return "<mo>,</mo>".join(texts)


def _function(name: str, text: str) -> str:
    return f"<mi>{name}</mi>{APPLY}{_fenced('(', text, ')')}"


STYLE = Style(
    symbols={
        "==": "<mo>=</mo>",
        "<=": "<mo>≤</mo>",
        "<": "<mo>&lt;</mo>",
        "!=": "<mo>≠</mo>",
        "implies": "<mo>⇒</mo>",
        "plus": "<mo>+</mo>",
        "minus": "<mo>−</mo>",
        "int": "<mi>ℤ</mi>",
        "real": "<mi>ℝ</mi>",
        "point": "<mi>Ω</mi>",
    },
    number=lambda digits: f"<mn>{digits}</mn>",
    negative=lambda text: f"<mrow><mo>−</mo>{text}</mrow>",
    names=NAMES,
    other_name=_name,
    group=lambda text: _fenced("(", text, ")"),
    fraction=lambda top, bottom: f"<mfrac>{_one(top)}{_one(bottom)}</mfrac>",
    fraction_strength=POWER,
    fraction_parts=(IMPLIES, IMPLIES),
    collect=True,
    times=_times,
    power=_power,
    exponent_strength=IMPLIES,
    index=lambda name, indices: f"<msub>{_one(name)}{_one(_listed(indices))}</msub>",
    call=lambda name, arguments: f"{name}{APPLY}{_fenced('(', _listed(arguments), ')')}",
    root=lambda text: f"<msqrt>{text}</msqrt>",
    absolute=lambda text: _fenced("|", text, "|"),
    sign=lambda text: _function("sign", text),
    logarithm=lambda text: _function("ln", text),
    summation=lambda variable, low, high, body: (
        f"<munderover><mo>∑</mo><mrow>{variable}<mo>=</mo>{low}</mrow>{_one(high)}</munderover><mrow>{body}</mrow>"
    ),
    expectation=lambda variable, body: f"<msub><mi>𝔼</mi>{_one(variable)}</msub>{_fenced('[', body, ']')}",
    integral=lambda variable, body: (
        f"<msubsup><mo>∫</mo><mn>0</mn><mn>1</mn></msubsup><mrow>{body}</mrow>"
        f'<mspace width="0.17em"></mspace><mi mathvariant="normal">d</mi>{variable}'
    ),
    integrable=lambda binder: f"{binder}<mtext>\u00a0is integrable</mtext>",
    forall=lambda variable, domain, body: f"<mo>∀</mo>{variable}<mo>∈</mo>{domain}<mo>:</mo><mrow>{body}</mrow>",
)
