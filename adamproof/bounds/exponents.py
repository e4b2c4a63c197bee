"""The report of `adamproof schedule`: orders, rate and best exponents of a theorem's bound, as text and as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy
from sympy import Rational

from ..kernel import verify
from ..lemmas.notation import T, d
from ..prover import dump
from .affine import exact
from .asymptotics import Order, Rate, order, rate
from .formulas import NumberError
from .formulas import exact as formula
from .power_law import OrderError, Schedule
from .schedules import Best, best_schedule, written_out
from .theorems import with_scale

HALF = Rational(1, 2)
MEANING = "1 - beta1 = Theta(T^-A), 1 - beta2 = Theta(T^-B), lr = Theta(T^-C/sqrt(d))"


@dataclass(frozen=True)
class Report:
    """What exponents give (found is None if only the best were asked for), and the best ones."""

    theorem: str
    scale: str
    schedule: Schedule | None
    growth: Order | None
    found: Rate | None
    best: Best
    certificate: str  # what the kernel has proved

    def text(self) -> str:
        lines = [f"The bound of the theorem {self.theorem}, where {MEANING}", ""]
        if self.found is not None:
            width = max(map(len, self.found.orders))
            lines += [f"At {self.schedule}:", f"  {self.scale} is Theta({self.growth})"]
            for name, term in self.found.orders.items():
                mark = "  <- binds" if name in self.found.binding else ""
                lines.append(f"  {name:<{width}}  {term}{mark}")
            lines += [f"  rate {self.found.rate}: {_says(self.found.rate)}"]
            lines += [f"  if {condition}" for condition in self.found.conditions]
            lines.append("")
        ranges = ", ".join(_extent(name, *ends) for name, ends in self.best.ranges.items() if name in "ABC")
        why = " + ".join(f"{value}*[{name}]" for name, value in self.best.multipliers.items())
        lines += [f"Best: rate {self.best.rate} at {ranges}"]
        lines += [f"  because {self.best.rate} - r = {why}, each bracket being at least 0"]
        lines += [f"  proved by the kernel: {self.certificate}"]
        return "\n".join(lines)

    def data(self) -> dict[str, Any]:
        found = self.found
        return {
            "theorem": self.theorem,
            "scale": self.scale,
            "growth": None if self.growth is None else str(self.growth),
            "terms": None if found is None else {name: str(term) for name, term in found.orders.items()},
            "exponents": None if found is None else {name: str(value) for name, value in found.exponents.items()},
            "rate": None if found is None else str(found.rate),
            "binding": None if found is None else list(found.binding),
            "conditions": None if found is None else list(found.conditions),
            "best": {
                "rate": str(self.best.rate),
                "ranges": {name: [str(end) for end in ends] for name, ends in self.best.ranges.items()},
                "multipliers": {name: str(value) for name, value in self.best.multipliers.items()},
                "certificate": self.certificate,
            },
        }


def _says(found: Fraction) -> str:
    if found > 0:
        return f"the bound is O(T^-{found}), up to its power of d"
    return "the bound does not fall with T"


def _extent(name: str, low: Fraction, high: Fraction) -> str:
    return f"{name} = {low}" if low == high else f"{low} <= {name} <= {high}"


def report(given: Mapping[str, Any], theorem: str = "main", best_only: bool = False) -> Report:
    """The report for exponents A, B, C (as fractions in text); with best_only those given are kept fixed.

    Raises OrderError or ProgramError, with a sentence, where there is no order or no schedule.
    """
    values = {name: _fraction(name, value) for name, value in given.items()}
    terms, scale = with_scale(theorem)
    best = best_schedule(terms, scale, values if best_only else None)
    proved = verify(dump(best.certificate())).states["conclusion"]
    if best_only:
        return Report(theorem, scale.symbol, None, None, None, best, proved)
    schedule = Schedule(values["A"], values["B"], values["C"])
    found = rate(written_out(terms, scale), schedule)
    return Report(theorem, scale.symbol, schedule, order(scale.formula, schedule), found, best, proved)


def _fraction(name: str, value: Any) -> Fraction:
    option = {"A": "beta1", "B": "beta2", "C": "lr"}[name]
    try:
        found = exponent(option, value) if isinstance(value, str) else exact(value)
    except (TypeError, ValueError) as error:
        raise OrderError(f"--{option} {value} is not an exponent; write a fraction such as 3/4") from error
    if found < 0 or max(found.numerator, found.denominator) > 10**6:
        rule = f"--{option}: the exponent {name} must be a short fraction, at least 0, got {value}"
        power = f"T^-{-found}" if option == "lr" else f"1-T^-{-found}"
        raise OrderError(f"{rule}{f'; the exponent of {power} is {-found}' if found < 0 else ''}")
    return found


def exponent(of: str, text: str) -> Fraction:
    """The exponent a in text: a fraction itself, 1-T^-a for a beta ("beta1", "beta2"), T^-a or T^-a/sqrt(d) for "lr".

    A positive constant before the power does not matter.  Raises NumberError.
    """
    if "T" not in text:
        return exact(text)
    whole = formula(text)
    power = whole if of == "lr" else 1 - whole
    factor, rest = sympy.expand(power, force=True).as_independent(T, d)
    found = Fraction(str(-rest.as_powers_dict().get(T, 0)))
    root = rest.as_powers_dict().get(d, 0)
    if factor <= 0 or rest != T ** -Rational(found) * d**root or root not in ((0, -HALF) if of == "lr" else (0,)):
        form = "T^-3/4 or T^-3/4/sqrt(d)" if of == "lr" else "1-T^-1/2"
        raise NumberError(f"{text!r:.60} is not a power of T of the form {form}")
    return found


def doubts_of_formulas(values: Mapping[str, Any]) -> list[str]:
    """What looks as if something else was meant in formulas in T, one sentence each: T^-1/2 for 1-T^-1/2, and back.

    Values are as `adamproof.bounds.parameters.doubts` takes them, by the names of the inputs; numbers are passed over.
    """
    found = [_doubt(name, values.get(name)) for name in ("beta1", "beta2", "lr")]
    return [sentence for sentence in found if sentence]


def _doubt(name: str, text: Any) -> str:
    """A sentence about a beta that tends to 0, or a learning rate that tends to 1 or grows; "" for others."""
    if not isinstance(text, str) or "T" not in text:
        return ""
    value = formula(text)
    grows, left = _power_of_T(value), _power_of_T(1 - value)
    if name == "lr":
        limit = "1" if left is not None and left < 0 else "infinity" if grows is not None and grows > 0 else ""
        meant = 1 - value if limit == "1" else 1 / value
    else:
        limit, meant = "0" if grows is not None and grows < 0 else "", 1 - value
    if not limit:
        return ""
    return f"{name} = {text.strip()} tends to {limit} as T grows; did you mean {_typed(name, text, meant)}?"


def _power_of_T(value: Any) -> Fraction | None:
    """The exponent of T in the order of an expression; None where it has none."""
    try:
        found = order(value).T
    except OrderError:
        return None
    return found if isinstance(found, Fraction) else None


def _typed(name: str, text: str, meant: Any) -> str:
    """What is meant as people type it: 1-T^-1/2, and T^-3/4 rather than SymPy's T**(-3/4)."""
    if name != "lr":
        return f"1-{text.strip()}" if formula(f"1-{text}") == meant else f"1-({text.strip()})"
    power = -Fraction(str(meant.as_powers_dict().get(T, 0)))
    simple = f"T^-{power}"
    return simple if formula(simple) == meant else str(meant).replace("**", "^")


__all__ = ["Report", "doubts_of_formulas", "exponent", "report"]
