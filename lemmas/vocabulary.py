"""What a lemma file is written with, in one line: `from adamproof.lemmas.vocabulary import *`.

The symbols of `notation` (Lemma B.2's bound R as BOUND, since many files call a number R), the statements and tactics
of `adamproof.prover`, the parts of a lemma, and what models are drawn with.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Abs, Integer, Rational, log, sign, sqrt

from adamproof import prover
from adamproof.lemmas import notation
from adamproof.lemmas.foundations.functionals import rational, table
from adamproof.lemmas.notation import *  # noqa: F403
from adamproof.lemmas.notation import COORDINATES
from adamproof.lemmas.notation import R as BOUND
from adamproof.numeric.models import Model
from adamproof.prover import *  # noqa: F403
from adamproof.prover.surface import Vector
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source


def vector(coordinate: Any) -> Vector:
    """The vector of the coordinates j = 1..d."""
    return Vector(coordinate, COORDINATES)


__all__ = [  # noqa: PLE0604
    *(name for name in notation.__all__ if name != "R"),
    *prover.__all__,
    "BOUND",
    "Abs",
    "Any",
    "Claim",
    "Fraction",
    "Integer",
    "Iterator",
    "Lemma",
    "Model",
    "Mutant",
    "Random",
    "Rational",
    "Scope",
    "Source",
    "Vector",
    "log",
    "rational",
    "sign",
    "sqrt",
    "table",
    "vector",
]
