"""The report of `adamproof schedule`: orders, rate and best exponents of a theorem's bound, as text and as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..kernel import Refusal, verify
from .orders.affine import exact
from .orders.order import Order, Rate, rate_of
from .orders.power_law import OrderError, Schedule
from .powers import exponent
from .theorems.schedule_table import BestRate, table

# How the rate is said.
FALLS, STAYS = "the bound is O(T^-{}), up to its power of d", "the bound does not fall with T"
MEANING = "1 - beta1 = Theta(T^-A), 1 - beta2 = Theta(T^-B), lr = Theta(T^-C/sqrt(d))"


@dataclass(frozen=True)
class Report:
    """What exponents give (found is None if only the best were asked for), and the best ones."""

    theorem: str
    scale: str
    schedule: Schedule | None
    growth: Order | None
    found: Rate | None
    best: BestRate
    certificate: str  # what the kernel has proved

    def text(self, verbose: bool = False) -> str:
        """In lines; verbose: with what the kernel has proved of the best rate, and why it is the best."""
        lines = [f"The bound of the theorem {self.theorem}, where", f"{MEANING}", ""]
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
        lines += [f"Best: rate {self.best.rate} at {ranges}"]
        if not verbose:
            return "\n".join([*lines, "  no schedule has a larger rate: proved by the kernel (-v shows why)"])
        why = " + ".join(f"{value}*[{name}]" for name, value in self.best.multipliers.items())
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
    return FALLS.format(found) if found > 0 else STAYS


def _extent(name: str, low: Fraction, high: Fraction) -> str:
    return f"{name} = {low}" if low == high else f"{low} <= {name} <= {high}"


def report(given: Mapping[str, Any], theorem: str = "main", best_only: bool = False) -> Report:
    """The report for exponents A, B, C (as fractions in text); with best_only those given are kept fixed.

    Raises OrderError or ProgramError, with a sentence, where there is no order or no schedule.
    """
    values = {name: _fraction(name, value) for name, value in given.items()}
    return _looked_up(values, theorem, best_only) or _computed(values, theorem, best_only)


def _looked_up(values: Mapping[str, Fraction], theorem: str, best_only: bool) -> Report | None:
    """The report from the table of orders; None where that has no answer."""
    known = table(theorem)
    if known is None or (best_only and values):
        return None
    at = None if best_only else known.orders(values)
    if at is None and not best_only:
        return None
    proved = _proved(known.proof, known.best)
    if at is None:
        return Report(theorem, known.scale, None, None, None, known.best, proved)
    growth, orders = at
    schedule = Schedule(values["A"], values["B"], values["C"])
    return Report(theorem, known.scale, schedule, growth, rate_of(orders), known.best, proved)


def _proved(proof: str, best: BestRate) -> str:
    """The statement that no rate is larger than the best one, as the kernel has proved it.  Raises OrderError."""
    try:
        states = verify(proof).states
    except Refusal as refusal:
        raise OrderError(f"the kernel rejects the proof that no rate is larger than {best.rate}: {refusal}") from None
    conclusion: str = states["conclusion"]
    if states["hypotheses"] or states["citations"] or not conclusion.endswith(f" <= {best.rate}"):
        raise OrderError(f"the proof that no rate is larger than {best.rate} proves something else: {conclusion:.200}")
    return conclusion


def _computed(values: Mapping[str, Fraction], theorem: str, best_only: bool) -> Report:
    """The report from the lemmas themselves, by SymPy and the linear program."""
    from ..prover import dump
    from .orders.asymptotics import order, rate
    from .orders.schedules import best_schedule, written_out
    from .theorems.from_lemmas import with_scale

    terms, scale = with_scale(theorem)
    found = best_schedule(terms, scale, values if best_only else None)
    best = BestRate(found.rate, found.ranges, found.multipliers)
    proved = _proved(dump(found.certificate()), best)
    if best_only:
        return Report(theorem, scale.symbol, None, None, None, best, proved)
    schedule = Schedule(values["A"], values["B"], values["C"])
    return Report(
        theorem,
        scale.symbol,
        schedule,
        order(scale.formula, schedule),
        rate(written_out(terms, scale), schedule),
        best,
        proved,
    )


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


__all__ = ["FALLS", "MEANING", "STAYS", "Report", "report"]
