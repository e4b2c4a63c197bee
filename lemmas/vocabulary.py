"""What a lemma file is written with, in one line: `from adamproof.lemmas.vocabulary import *` (`..vocabulary` here).

The symbols of `notation` (Lemma B.2's bound R as BOUND, since many files call a number R), the statements and tactics
of `adamproof.prover`, the parts of a lemma, what models are drawn with, and assumptions that many lemmas share.
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

from .assumptions import *
from .foundations.functionals import alone, changed, rational, table
from .notation import *
from .notation import R as BOUND

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
    "alone",
    "assume",
    "at",
    "b1",
    "b2",
    "bounded_below",
    "bounded_gradients",
    "by_cases",
    "changed",
    "cite",
    "clip",
    "convert",
    "convex_along",
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
    "gradient_steps",
    "head_fact",
    "induction",
    "integers",
    "inverse",
    "j",
    "k",
    "le",
    "lipschitz_gradients",
    "ln",
    "log",
    "lt",
    "magnitude",
    "maximum",
    "minimum",
    "modulus",
    "n",
    "ne",
    "noise_along",
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
    "smooth_along",
    "smoothed",
    "sqrt",
    "strongly_convex_along",
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
