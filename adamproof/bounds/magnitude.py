"""How large an update can be: R of Lemma B.2, R_t at a time, with bias correction, and S on average.

All formulas are the lemmas': R and R - 1 (magnitude-identity), R_t (update-magnitude-tight), the corrected magnitude
(bias-corrected) at a run that attains R_t, and S (main-theorem-averaged).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from ..lemmas.main import main_theorem_averaged
from ..lemmas.notation import R, T, b1, b2, eps, m, t, v
from ..lemmas.update import bias_corrected, magnitude_identity, update_magnitude_tight
from .certified import DIGITS, Numbers
from .evaluation import Enclosure
from .problem import Hyperparameters, Problem, ProblemError
from .theorems import plain

R_T = update_magnitude_tight.lemma.constants["R_t"].xreplace({t: T})
# At v_t = 1 and epsilon = 0 a run that attains |m_t| = R_t*sqrt(v_t) has this corrected magnitude.
R_HAT_T = bias_corrected.MAGNITUDE.xreplace({m(t): R_T, v(t): sympy.Integer(1), eps: sympy.Integer(0), t: T})
EXCESS = magnitude_identity.EXCESS
S = sympy.sqrt(plain(main_theorem_averaged.lemma.constants["S_squared"]))
LONGEST = 10_000_000  # steps for which R_t is computed where it grows exponentially
EDGES = ("0", "0.5", "0.8", "0.9", "0.95", "0.98", "0.99", "0.999")
EDGES_2 = ("0.3", "0.5", "0.8", "0.85", "0.9", "0.95", "0.98", "0.99", "0.995", "0.999", "0.9999")


@dataclass(frozen=True)
class Magnitudes:
    """Bounds on u_t for a pair of betas; None where there is none (or where an input for it is missing).

    R: for every t, None if beta1^2 >= beta2 (R_t then grows without limit).  excess: R^2 - 1, exact.
    R_t, corrected: the sharp bounds at the time `steps` without and with bias correction.  S: root of the mean square
    over time, for beta1 < beta2, epsilon > 0 and a bound V on the second moment.
    """

    settings: dict[str, Any]
    R: Enclosure | None
    excess: Enclosure | None
    R_t: Enclosure | None
    corrected: Enclosure | None
    S: Enclosure | None
    digits: int


def magnitudes(
    beta1: Any,
    beta2: Any,
    steps: Any = None,
    epsilon: Any = None,
    V: Any = None,
    digits: int = DIGITS,
    dim: Any = None,
) -> Magnitudes:
    """The bounds for one pair of betas, certified to this many digits (dim: only for formulas in d).

    Raises ProblemError on bad input.
    """
    numbers = Numbers(Problem(V=V, dim=dim), Hyperparameters(beta1, beta2, None, epsilon, steps))
    numbers.need([b1, b2], "a magnitude")
    stable = bool(numbers.check("beta1^2 < beta2", sympy.Lt(b1**2, b2, evaluate=False)).holds)
    first = bool(numbers.check("beta1 < beta2", sympy.Lt(b1, b2, evaluate=False)).holds)
    used = {
        name: value for name, value in numbers.values.items() if name in ("beta1", "beta2", "epsilon", "steps", "V")
    }
    has_steps, has_s = "steps" in used, {"steps", "V"} <= set(used) and used["epsilon"] > 0

    def value(formula: Any, known: bool) -> Enclosure | None:
        """None where it is not known, or where it is too large to be written down (R_t at large t)."""
        if formula in (R_T, R_HAT_T) and known and not stable and numbers.values["steps"] > LONGEST:
            return None
        return numbers.enclose({"value": formula}, digits)["value"] if known else None

    excess = value(EXCESS, stable)
    least = excess is not None and excess.exact and excess.low == 0  # R = 1, by magnitude-identity
    return Magnitudes(
        used,
        Enclosure.of(1) if least else value(R, stable),
        excess,
        value(R_T, has_steps),
        value(R_HAT_T, has_steps),
        value(S, first and has_s),
        digits,
    )


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
