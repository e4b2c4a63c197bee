"""Formulas as LaTeX, for math mode; needs amsmath and amssymb."""

from __future__ import annotations

from collections.abc import Mapping

from ..kernel.terms import Term
from .layout import IMPLIES, POWER, Style, layout
from .names import GREEK, split_name

NAMES: Mapping[str, str] = {
    "b1": r"\beta_{1}",
    "b2": r"\beta_{2}",
    "eps": r"\varepsilon",
    "gamma": r"\gamma",
    "rho": r"\rho",
    "delta": r"\delta",
}


def show(term: Term, names: Mapping[str, str] | None = None) -> str:
    """A term or proposition in LaTeX.  names replaces the table NAMES.

    Raises ValueError when two names in sight would look alike.
    """
    return layout([term], STYLE, names)[0]


def _name(name: str) -> str:
    stem, digits = split_name(name)
    if stem in GREEK:
        text = f"\\{stem}"
    else:
        text = stem if len(stem) == 1 else rf"\mathrm{{{stem.replace('_', chr(92) + '_')}}}"
    return f"{text}_{{{digits}}}" if digits else text


def _times(left: str, right: str) -> str:
    # Juxtaposed, 2 3 would be read as 23, 2 1/2 as a mixed number, and |a| b |c| as the absolute value of a |b| c.
    numeric = right[0].isdigit() or (left[-1].isdigit() and right.startswith(r"\frac"))
    bar = left.endswith(r"\right|") or right.startswith(r"\left|")
    return rf"{left} \cdot {right}" if numeric or bar else rf"{left} \, {right}"


def _index(name: str, indices: list[str]) -> str:
    base = f"{{{name}}}" if "_" in name else name  # a second index on the same letter is an error in TeX
    return f"{base}_{{{','.join(indices)}}}"


STYLE = Style(
    symbols={
        "==": "=",
        "<=": r"\le",
        "<": "<",
        "!=": r"\ne",
        "implies": r"\implies",
        "plus": "+",
        "minus": "-",
        "int": r"\mathbb{Z}",
        "real": r"\mathbb{R}",
        "point": r"\Omega",
    },
    number=str,
    negative=lambda text: f"-{text}",
    names=NAMES,
    other_name=_name,
    group=lambda text: rf"\left({text}\right)",
    fraction=lambda top, bottom: rf"\frac{{{top}}}{{{bottom}}}",
    fraction_strength=POWER,
    fraction_parts=(IMPLIES, IMPLIES),
    collect=True,
    times=_times,
    power=lambda base, exponent: f"{base}^{{{exponent}}}",
    exponent_strength=IMPLIES,
    index=_index,
    call=lambda name, arguments: rf"{name}\left({', '.join(arguments)}\right)",
    root=lambda text: rf"\sqrt{{{text}}}",
    absolute=lambda text: rf"\left|{text}\right|",
    sign=lambda text: rf"\operatorname{{sign}}\left({text}\right)",
    logarithm=lambda text: rf"\ln\left({text}\right)",
    summation=lambda variable, low, high, body: rf"\sum_{{{variable}={low}}}^{{{high}}} {body}",
    expectation=lambda variable, body: rf"\mathbb{{E}}_{{{variable}}}\left[{body}\right]",
    integral=lambda variable, body: rf"\int_{{0}}^{{1}} {body} \, \mathrm{{d}}{variable}",
    integrable=lambda binder: rf"{binder} \text{{ is integrable}}",
    forall=lambda variable, domain, body: rf"\forall {variable} \in {domain} \colon {body}",
)
