"""The main bound, term by term, with R or S as a symbol or written out."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import Rational, log, sqrt

from adamproof.bounds import Scale, Schedule
from adamproof.lemmas.notation import R, T, b1, b2, d, eps, gamma
from adamproof.prover import reals

D, a1, L, sigma, V = reals("D a1 L sigma V")

S_SQUARED = (1 - b1) / ((1 - b1 / b2) * (1 - b2)) * (-log(b2) + log(1 + V / eps**2) / T)
S = sqrt(S_SQUARED)
R_SCALE, S_SCALE = Scale("R", R), Scale("S", S)

SOURCE = Schedule(Fraction(1, 2), Fraction(3, 4), Fraction(3, 4))
BEST = Schedule(Fraction(1, 2), Fraction(1, 2), Fraction(3, 4))


def bound(magnitude: Any) -> dict[str, Any]:
    """The terms of the bound on the mean of |u o grad F|_1, for a bound on the magnitude."""
    return {
        "initial gap": D / (gamma * T),
        "initial momentum": 2 * magnitude * sqrt(d) * b1 * a1 / ((1 - b1) * T),
        "drift": gamma * magnitude**2 * d * (Rational(1, 2) + 2 * b1 / (1 - b1)) * L,
        "noise": 2 * magnitude * sqrt(d) * sqrt((1 - b1) / (1 + b1)) * sigma,
    }


SYMBOLIC_R, SYMBOLIC_S = bound(reals("R")), bound(reals("S"))
