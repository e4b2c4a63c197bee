"""Formulas in one line of Unicode text."""

from __future__ import annotations

from collections.abc import Mapping

from ..kernel.terms import Term
from .layout import FRACTION, POWER, PRODUCT, TIGHT, Style, layout
from .names import GREEK, split_name

NAMES: Mapping[str, str] = {"b1": "β₁", "b2": "β₂", "eps": "ε", "gamma": "γ", "rho": "ρ", "delta": "δ"}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def show(term: Term, names: Mapping[str, str] | None = None) -> str:
    """A term or proposition in Unicode.  names replaces the table NAMES.

    Raises ValueError when two names in sight would look alike.
    """
    return layout([term], STYLE, names)[0]


def _name(name: str) -> str:
    stem, digits = split_name(name)
    return GREEK.get(stem, stem) + digits.translate(_SUBSCRIPTS)


def _compact(text: str) -> str:
    """Without the spaces around signs, as in an index or an exponent."""
    return text.replace(" + ", "+").replace(" − ", "−")


def _power(base: str, exponent: str | int) -> str:
    if isinstance(exponent, int):
        return base + str(exponent).translate(_SUPERSCRIPTS)
    return f"{base}^{_compact(exponent)}"


def _index(name: str, indices: list[str]) -> str:
    text = ",".join(_compact(index) for index in indices)
    return f"{name}_{text}" if text.isalnum() and (len(text) == 1 or text.isdigit()) else f"{name}_{{{text}}}"


def _summation(variable: str, low: str, high: str, body: str) -> str:
    return f"Σ_{{{variable}={_compact(low)}}}^{{{_compact(high)}}} {body}"


STYLE = Style(
    symbols={
        "==": "=",
        "<=": "≤",
        "<": "<",
        "!=": "≠",
        "implies": "⇒",
        "plus": "+",
        "minus": "−",
        "int": "ℤ",
        "real": "ℝ",
        "point": "Ω",
    },
    number=str,
    negative=lambda text: f"−{text}",
    names=NAMES,
    other_name=_name,
    group=lambda text: f"({text})",
    fraction=lambda top, bottom: f"{top}/{bottom}",
    fraction_strength=FRACTION,
    fraction_parts=(PRODUCT, POWER),
    collect=False,
    times=lambda left, right: f"{left}·{right}",
    power=_power,
    exponent_strength=TIGHT,
    index=_index,
    call=lambda name, arguments: f"{name}({', '.join(arguments)})",
    root=lambda text: f"√({text})",
    absolute=lambda text: f"|{text}|",
    sign=lambda text: f"sign({text})",
    logarithm=lambda text: f"ln({text})",
    summation=_summation,
    expectation=lambda variable, body: f"E_{variable}[{body}]",
    integral=lambda variable, body: f"∫₀¹ {body} d{variable}",
    integrable=lambda binder: f"{binder} is integrable",
    forall=lambda variable, domain, body: f"∀ {variable} ∈ {domain}: {body}",
)
