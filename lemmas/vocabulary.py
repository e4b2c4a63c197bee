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

# In this order: SymPy and Python; a lemma and its models; adamproof.prover; symbols; assumptions.
__all__ = ["Abs", "Any", "Integer", "Rational", "log", "sign", "sqrt"]
__all__ += ["Claim", "Fraction", "Iterator", "Lemma", "Model", "Mutant", "Random", "Scope", "Source", "Vector", "alone"]
__all__ += ["changed", "rational", "table"]
__all__ += ["E", "Forall", "Functional", "Integrable", "Integral01", "Point", "ProofFailure", "Step", "Sum"]
__all__ += ["TranslationError", "absolute", "assume", "at", "by_cases", "cite", "clip", "convert", "derive", "dump"]
__all__ += ["eq", "forall", "function", "generalise", "head_fact", "induction", "integers", "inverse", "le", "ln", "lt"]
__all__ += ["maximum", "minimum", "ne", "power", "product", "prop", "prove", "put", "ratio", "real_power", "reals"]
__all__ += ["rewrite", "root", "sum_empty", "sum_first", "sum_last", "term", "to_sympy"]
__all__ += ["BOUND", "COORDINATES", "EPSILON", "HYPERPARAMETERS", "L0", "L1", "RECURSION", "STABLE", "TIME"]
__all__ += [
    "R_squared",
    "R_t",
    "R_t_squared",
    "T",
    "adam_recursion",
    "b1",
    "b2",
    "d",
    "eps",
    "gamma",
    "geometric",
    "j",
    "k",
]
__all__ += ["magnitude", "modulus", "n", "norm", "p", "q", "rho", "s0", "s1", "smoothed", "t", "vector", "w"]
__all__ += ["bounded_below", "bounded_gradients", "convex_along", "gradient_steps", "lipschitz_gradients"]
__all__ += ["noise_along", "smooth_along", "strongly_convex_along"]
