"""The untrusted half: statements in SymPy, certificate search, and the tactics that proofs are written with.

language -> translation (SymPy <-> kernel terms) -> unevaluated; effort (counted steps) -> polynomials, elimination ->
linear, search (certificates) -> head_theorems, known -> proving -> tactics, functionals (what lemma files use);
nearest, ideas (what a failed goal falls short of, and what closes it); record writes proof files.
"""

from .functionals import Functional
from .language import (
    E,
    Forall,
    Integrable,
    Integral01,
    Point,
    Sum,
    forall,
    function,
    integers,
    power,
    real_power,
    reals,
)
from .proving import ProofFailure, assume, cite, prove
from .record import Step, derive, dump
from .tactics import (
    at,
    by_cases,
    convert,
    cut,
    generalise,
    head_fact,
    induction,
    instantiate,
    over,
    rewrite,
    settle,
    sum_empty,
    sum_first,
    sum_last,
)
from .translation import TranslationError, prop, put, term, to_sympy
from .unevaluated import absolute, eq, inverse, le, ln, lt, ne, product, ratio, root

__all__ = [
    "E",
    "Forall",
    "Functional",
    "Integrable",
    "Integral01",
    "Point",
    "ProofFailure",
    "Step",
    "Sum",
    "TranslationError",
    "absolute",
    "assume",
    "at",
    "by_cases",
    "cite",
    "convert",
    "cut",
    "derive",
    "dump",
    "eq",
    "forall",
    "function",
    "generalise",
    "head_fact",
    "induction",
    "instantiate",
    "integers",
    "inverse",
    "le",
    "ln",
    "lt",
    "ne",
    "over",
    "power",
    "product",
    "prop",
    "prove",
    "put",
    "ratio",
    "real_power",
    "reals",
    "rewrite",
    "root",
    "settle",
    "sum_empty",
    "sum_first",
    "sum_last",
    "term",
    "to_sympy",
]
