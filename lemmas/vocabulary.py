"""What a lemma file is written with, in one line: `from adamproof.lemmas.vocabulary import *` (`..vocabulary` here).

The symbols of `notation` (Lemma B.2's bound R as BOUND, since many files call a number R), the statements and tactics
of `adamproof.prover`, the parts of a lemma, and what models are drawn with.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Abs, Integer, Rational, log, sign, sqrt

from adamproof.numeric.models import Model
from adamproof.prover import *
from adamproof.prover.surface import Vector
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

from .foundations.functionals import rational, table
from .notation import *
from .notation import COORDINATES
from .notation import R as BOUND


def vector(coordinate: Any) -> Vector:
    """The vector of the coordinates j = 1..d."""
    return Vector(coordinate, COORDINATES)


__all__ = [
    "BOUND",
    "COORDINATES",
    "EPSILON",
    "HYPERPARAMETERS",
    "L0",
    "L1",
    "RECURSION",
    "STABLE",
    "TIME",
    "Abs",
    "Any",
    "Claim",
    "E",
    "Forall",
    "Fraction",
    "Functional",
    "Integer",
    "Integrable",
    "Integral01",
    "Iterator",
    "Lemma",
    "Model",
    "Mutant",
    "Point",
    "ProofFailure",
    "R_squared",
    "R_t",
    "R_t_squared",
    "Random",
    "Rational",
    "Scope",
    "Source",
    "Step",
    "Sum",
    "T",
    "TranslationError",
    "Vector",
    "absolute",
    "assume",
    "at",
    "b1",
    "b2",
    "by_cases",
    "cite",
    "clip",
    "convert",
    "d",
    "derive",
    "dump",
    "eps",
    "eq",
    "forall",
    "function",
    "gamma",
    "generalise",
    "geometric",
    "head_fact",
    "induction",
    "integers",
    "inverse",
    "j",
    "k",
    "le",
    "ln",
    "log",
    "lt",
    "magnitude",
    "maximum",
    "minimum",
    "modulus",
    "n",
    "ne",
    "norm",
    "p",
    "power",
    "product",
    "prop",
    "prove",
    "put",
    "q",
    "ratio",
    "rational",
    "real_power",
    "reals",
    "rewrite",
    "rho",
    "root",
    "s0",
    "s1",
    "sign",
    "smoothed",
    "sqrt",
    "sum_empty",
    "sum_first",
    "sum_last",
    "t",
    "table",
    "term",
    "to_sympy",
    "vector",
    "w",
]
