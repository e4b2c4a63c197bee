"""How large an update can be: R of Lemma B.2, R_t at a time, with bias correction, S on average, and AdamW's box.

All formulas are the lemmas' (adamproof.bounds.theorems.magnitude_formulas).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .certified import DIGITS, Numbers
from .formulas.evaluation import Enclosure
from .formulas.statement import Relation
from .formulas.symbols import SYMBOLS, WEIGHT_DECAY
from .problem import Hyperparameters, Problem
from .ranges import ProblemError
from .theorems.compiled import magnitude
from .training import Training

B1, B2 = SYMBOLS["beta1"], SYMBOLS["beta2"]
STABLE = Relation(B1**2, B2, True, "beta1^2 < beta2")
POSITIVE = Relation(0, SYMBOLS["epsilon"], True, "0 < epsilon")
FIRST = Relation(B1, B2, True, "beta1 < beta2")
LONGEST = 10_000_000  # steps for which R_t is computed where it grows exponentially
EDGES = ("0", "0.5", "0.8", "0.9", "0.95", "0.98", "0.99", "0.999")
EDGES_2 = ("0.3", "0.5", "0.8", "0.85", "0.9", "0.95", "0.98", "0.99", "0.995", "0.999", "0.9999")


@dataclass(frozen=True)
class Magnitudes:
    """Bounds on u_t for a pair of betas; None where there is none (or where an input for it is missing).

    R: for every t, None if beta1^2 >= beta2 (R_t then grows without limit).  excess: R^2 - 1, exact.
    R_t, corrected: the sharp bounds at the time `steps` without and with bias correction.  S: root of the mean square
    over time, for beta1 < beta2, epsilon > 0 and a bound V on the second moment.  box: R/weight_decay, which bounds
    every coordinate of AdamW's iterates unless it starts farther away.

    settings: the inputs by name.  digits: significant ones.
    """

    settings: dict[str, Any]
    R: Enclosure | None
    excess: Enclosure | None
    R_t: Enclosure | None
    corrected: Enclosure | None
    S: Enclosure | None
    digits: int
    box: Enclosure | None = None


def magnitudes(
    beta1: Any,
    beta2: Any,
    steps: Any = None,
    epsilon: Any = None,
    V: Any = None,
    digits: int = DIGITS,
    dim: Any = None,
    weight_decay: Any = None,
) -> Magnitudes:
    """The bounds for one pair of betas, certified to this many digits (dim: only for formulas in d).

    beta1, beta2: numbers, or formulas in T and d, where T is `steps`.  steps: a whole number, at least 1.
    epsilon: at least 0, in the unit of a gradient.  V: at least E[v_T] in each coordinate, a gradient squared.
    digits: significant ones.  weight_decay: decoupled, per step and learning rate; above 0 for a box.

    Raises ProblemError on bad input.
    """
    numbers = Numbers(Problem(V=V, dim=dim), Hyperparameters(beta1, beta2, None, epsilon, steps))
    numbers.need([B1, B2], "a magnitude")
    stable = bool(numbers.check(STABLE.text, STABLE).holds)
    first = bool(numbers.check(FIRST.text, FIRST).holds)
    used = {
        name: value for name, value in numbers.values.items() if name in ("beta1", "beta2", "epsilon", "steps", "V")
    }
    has_steps = "steps" in used
    has_s = {"steps", "V"} <= set(used) and bool(numbers.check(POSITIVE.text, POSITIVE).holds)

    decay = Training(weight_decay=weight_decay).weight_decay
    if decay is not None:
        used["weight_decay"] = decay
    decays = decay is not None and not (decay.is_Rational and decay.p == 0)

    def at_decay(formula: Any) -> Any:
        return formula if decay is None else formula.xreplace({WEIGHT_DECAY: decay})

    def value(name: str, known: bool) -> Enclosure | None:
        """None where it is not known, or where it is too large to be written down (R_t at large t)."""
        if name in ("R_T", "R_HAT_T") and known and not stable and numbers.values["steps"] > LONGEST:
            return None
        try:
            return numbers.enclose({"value": at_decay(magnitude(name))}, digits)["value"] if known else None
        except ProblemError:
            if name in ("R_T", "R_HAT_T") and not stable:
                return None
            raise

    excess = value("EXCESS", stable)
    least = excess is not None and excess.exact and excess.low == 0  # R = 1, by magnitude-identity
    return Magnitudes(
        used,
        Enclosure.of(1) if least else value("R", stable),
        excess,
        value("R_T", has_steps),
        value("R_HAT_T", has_steps),
        value("S", first and has_s),
        digits,
        _box(decay) if least and decays and decay.is_Rational else value("BOX", stable and decays),
    )


def _box(decay: Any) -> Enclosure:
    """1/decay, where R is exactly 1."""
    return Enclosure.of(Fraction(int(decay.q), int(decay.p)))


@dataclass(frozen=True)
class Map:
    """R over pairs of betas: rows by beta2, from the largest down, columns by beta1; None where beta1^2 >= beta2."""

    beta1: tuple[Fraction, ...]
    beta2: tuple[Fraction, ...]
    rows: tuple[tuple[Enclosure | None, ...], ...]

    def valley(self, row: int, column: int) -> bool:
        """Whether beta1 = beta2 there, where R is 1, its least."""
        return self.beta1[column] == self.beta2[row]


def magnitude_map(first: Sequence[Any] = EDGES, second: Sequence[Any] = EDGES_2, digits: int = DIGITS) -> Map:
    """R over all pairs of these betas.  Raises ProblemError on a beta outside its range."""
    columns = sorted({_rational("beta1", value) for value in first})
    lines = sorted({_rational("beta2", value) for value in second}, reverse=True)
    rows = tuple(tuple(magnitudes(x, y, digits=digits).R for x in columns) for y in lines)
    return Map(tuple(columns), tuple(lines), rows)


def _rational(name: str, value: Any) -> Fraction:
    made = Hyperparameters(**{name: value})
    number = getattr(made, name)
    if not number.is_Rational:
        raise ProblemError(f"{name} = {number} is not rational, but a table needs rational numbers")
    return Fraction(int(number.p), int(number.q))


__all__ = ["Magnitudes", "Map", "magnitude_map", "magnitudes"]
