"""What the explorer is about: the theorem, its inputs, the setting that it begins with, and the schedule tables.

Formulas, orders and rules are read from the lemmas and from the calculator; the page's words stand in `page`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from ...bounds import verdict_words
from ...bounds.certified import Bound, certify
from ...bounds.formulas.parameters import DEFAULTS, THEOREMS
from ...bounds.formulas.plain import Beyond, Expr
from ...bounds.formulas.statement import Relation
from ...bounds.formulas.statement import Theorem as Statement
from ...bounds.formulas.symbols import NAME_OF, SYMBOLS
from ...bounds.formulas.written import exact
from ...bounds.presets import PRESETS
from ...bounds.problem import from_mapping
from ...bounds.ranges import FIELDS, Rule
from ...bounds.schedule_report import FALLS, STAYS, Report, report
from ...bounds.theorems import schedule_table
from ...bounds.theorems.compiled import theorem
from ...bounds.theorems.formula_table import stored

THEOREM, ROUTES = "main", THEOREMS[:2]  # of the bound; of the exponents: by R, and by S
START = "gpt2-small"  # the preset with which the page begins
SCHEDULE = {"A": Fraction(1, 2), "B": Fraction(3, 4), "C": Fraction(3, 4)}  # the source's own, with which it begins
UNIT = 24  # exponents are multiples of 1/24: halves, thirds, quarters, eighths
BANDS = (1.1, 1.5, 2, 3, 5, 10, 30, 100)  # of the picture of R: where one colour ends
MOST = {"A": 2, "B": 2, "C": 2}  # the largest exponents
# What is said of a route at a schedule; {} is the scale, an order, a rate or a list.
SAID = {
    "GROWTH": "{} is of order {}.",
    "FALLS": f"Rate {{}}: {FALLS}.",
    "STAYS": f"Rate {{}}: {STAYS}.",
    "IF": "It holds if {}.",
    "NONE": "{} is not defined for large T at these exponents; the command says why.",
    "BINDS": "binds",
    "ZERO": "to its right a term grows with T",
}
DECIMAL = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?")
# What the page takes: 1 - beta keeps more digits than a comparison of the betas needs, and nothing overflows.
BETA_DECIMALS, LARGEST, LONGEST = 12, 60, 40  # digits behind the point; the power of 10; characters


@dataclass(frozen=True)
class Slider:
    """An input with the range of its slider: of log10(value), or of -log10(1 - beta) for betas, the number of nines."""

    name: str
    low: float
    high: float
    nines: bool = False

    @property
    def rule(self) -> Rule:
        return FIELDS[self.name].rule

    def data(self) -> dict[str, Any]:
        """For the script: the range, and the rule with the words that refuse what breaks it."""
        rule = self.rule
        return {
            "name": self.name,
            "low": self.low,
            "high": self.high,
            "nines": self.nines,
            "least": None if rule.least is None else str(rule.least),
            "most": None if rule.most is None else str(rule.most),
            "above": rule.above,
            "below": rule.below,
            "whole": rule.whole,
            "rule": f"{self.name} must {rule.text(self.name)}",
        }


SLIDERS = (
    Slider("beta1", 0, 6, nines=True),
    Slider("beta2", 0.05, 8, nines=True),
    Slider("lr", -10, 1),
    Slider("steps", 0, 12),
    Slider("dim", 0, 12),
    Slider("gap", -4, 4),
    Slider("grad1", -4, 4),
    Slider("L0", -4, 4),
    Slider("sigma0", -4, 4),
)
STEP = 0.05  # of the sliders, which are rounded to 2 digits
INPUTS = tuple(slider.name for slider in SLIDERS)


@dataclass(frozen=True)
class Formulas:
    """The theorem's formulas in the symbols of the sliders; the other inputs have their defaults."""

    terms: Mapping[str, Expr]
    total: Expr
    scale: tuple[str, Expr]  # R and its formula
    compared: tuple[tuple[str, str, Expr], ...]  # text, why, value
    hypotheses: tuple[tuple[str, Expr, Expr, bool], ...]  # name, left, right, whether strictly

    def data(self) -> dict[str, Any]:
        """What the page's script computes."""
        return {
            "terms": self.terms,
            "total": self.total,
            "scale": self.scale[1],
            "compared": [value for _, _, value in self.compared],
            "hypotheses": [[left, right] for _, left, right, _ in self.hypotheses],
        }


class Explorer:
    """Everything on the page.  Raises what the calculator raises."""

    @cached_property
    def theorem(self) -> Statement:
        return theorem(THEOREM)

    @cached_property
    def formulas(self) -> Formulas:
        about = self.theorem
        ((symbol, scale),) = about.scale.items()
        relations = {name: self._relation(relation) for name, relation in about.hypotheses.items()}
        return Formulas(
            {name: self._put(term) for name, term in about.terms.items()},
            self._put(about.bound),
            (symbol, self._put(scale)),
            tuple((each.text, each.why, self._put(each.value)) for each in about.trivial),
            tuple((name, *relation) for name, relation in relations.items()),
        )

    def _relation(self, relation: Relation) -> tuple[Expr, Expr, bool]:
        left, right = map(self._put, relation.args)
        return left, right, relation.strict

    def _put(self, formula: Expr) -> Expr:
        """The formula at the defaults of the inputs that have no slider."""
        names = {NAME_OF[symbol] for symbol in formula.free_symbols} - set(INPUTS)
        values = {SYMBOLS[name]: exact(DEFAULTS[name]) for name in names if name in DEFAULTS}
        try:
            found: Expr = formula.xreplace(values)
        except Beyond:
            from ...bounds.formulas.symbolic import by_sympy

            found = by_sympy(formula, values)
        return found

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of the formulas, in the order of the sliders."""
        return tuple(SYMBOLS[name].name for name in INPUTS)

    @cached_property
    def start(self) -> dict[str, str]:
        """The values with which the page begins."""
        return settings()[START]

    @cached_property
    def bound(self) -> Bound:
        """The certified bound at the start."""
        return certify(*from_mapping(self.start), THEOREM, digits=6)

    @cached_property
    def schedules(self) -> dict[str, Report]:
        """The orders at the schedule with which the page begins, by route, with the best rate."""
        return {name: report(SCHEDULE, name) for name in ROUTES}

    def data(self) -> dict[str, Any]:
        """For the script: all but the formulas."""
        formulas = self.formulas
        return {
            "inputs": [slider.data() for slider in SLIDERS],
            "step": STEP,
            "limits": {"decimals": BETA_DECIMALS, "largest": LARGEST, "longest": LONGEST},
            "start": self.start,
            "settings": settings(),
            "terms": list(formulas.terms),
            "scale": formulas.scale[0],
            "compared": [{"text": text, "why": why} for text, why, _ in formulas.compared],
            "hypotheses": [{"name": name, "strict": strict} for name, _, _, strict in formulas.hypotheses],
            "words": words(),
            "SCHEDULE": SAID,
            "unit": UNIT,
            "bands": BANDS,
            "schedule": {name: int(value * UNIT) for name, value in SCHEDULE.items()},
            "most": {name: most * UNIT for name, most in MOST.items()},
            "routes": [route(name) for name in ROUTES],
        }


def settings() -> dict[str, dict[str, str]]:
    """The presets whose values are all decimals, which alone the page can take."""
    known = {name: {each: preset.values[each] for each in INPUTS} for name, preset in PRESETS.items()}
    return {name: values for name, values in known.items() if all(map(DECIMAL.fullmatch, values.values()))}


def command(values: Mapping[str, str]) -> str:
    """The command that certifies the numbers of a setting."""
    return f"adamproof bound {' '.join(f'--{name} {values[name]}' for name in INPUTS)}"


def schedule_command(values: Mapping[str, Fraction], name: str) -> str:
    """The command that computes the orders of a route."""
    options = {"beta1": values["A"], "beta2": values["B"], "lr": values["C"]}
    chosen = "" if name == THEOREM else f" --theorem {name}"
    return f"adamproof schedule {' '.join(f'--{option} {value}' for option, value in options.items())}{chosen}"


def words() -> dict[str, Any]:
    """The words of a verdict, and the numbers at which they change, as `bound` has them."""
    names = [name for name in verdict_words.__all__ if name != "UNCOVERED"]
    found = {name: getattr(verdict_words, name) for name in names}
    return {name: float(value) if isinstance(value, Fraction) else value for name, value in found.items()}


def route(name: str) -> dict[str, Any]:
    """The orders of a theorem's terms at every schedule.  Exponents are whole numbers: `over` times what they are."""
    known = _orders(name)
    every = [cell for cells in (known["growth"], *known["terms"].values()) for cell in cells]
    forms = [form for cell in every for form, _ in cell["where"]]
    forms += [cell["order"]["T"] for cell in every if cell["order"] is not None]
    over = math.lcm(*(Fraction(part).denominator for constant, rest in forms for part in (constant, *rest.values())))
    return {
        "theorem": name,
        "scale": known["scale"],
        "over": over,
        "growth": [_cell(cell, over) for cell in known["growth"]],
        "terms": {term: [_cell(cell, over) for cell in cells] for term, cells in known["terms"].items()},
    }


def _orders(name: str) -> Any:
    """The stored table of a theorem's orders, or the same made anew where the lemmas have changed."""
    found = stored(schedule_table.FILE)
    if found is None:
        from ...bounds.theorems.compiling_schedules import compiled

        found = compiled()
    return found["schedules"][name]


def _cell(cell: Mapping[str, Any], over: int) -> dict[str, Any]:
    order = cell["order"]
    return {
        "zero": cell["zero"],
        "where": [[_whole(form, over), sign] for form, sign in cell["where"]],
        "order": order and {**order, "T": _whole(order["T"], over)},
    }


def _whole(form: Any, over: int) -> list[int]:
    """An affine form times `over`: its constant and the coefficients of A, B, C."""
    constant, rest = form
    return [int(Fraction(part) * over) for part in (constant, *(rest.get(letter, 0) for letter in "ABC"))]


__all__ = [
    "BANDS",
    "INPUTS",
    "MOST",
    "ROUTES",
    "SAID",
    "SCHEDULE",
    "SLIDERS",
    "START",
    "STEP",
    "THEOREM",
    "UNIT",
    "Explorer",
    "Slider",
    "command",
    "schedule_command",
    "settings",
]
