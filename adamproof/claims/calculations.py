"""Exponents of the bounds that lemma files state, computed in a process that imports them (`exponents` asks).

Each answer comes with the statement that it was computed from, as the kernel has it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from sympy import Add, Mul, Sum, expand_mul, sqrt
from sympy.core.relational import Relational

from ..bounds import OrderError, ProgramError, Scale, best_schedule, order, rate
from ..checking.failures import described
from ..lemmas.main import main_theorem
from ..lemmas.main.setting import GAP, length
from ..lemmas.notation import L1, R, T, b1, gamma, s1, w
from ..prover import E, prop, reals
from ..theory import library
from ..theory.lemma import LemmaError
from .exponents import BEST, BEST_GAMMA, MEANS, NO_MOMENTUM, ORDER, RATE, Calculated, Calculation, Value

Found = dict[str, Value]


def calculated(question: Calculation) -> Calculated:
    """The answer to a question, or why there is none."""
    try:
        conclusion = library.get(question.slug).claim(question.claim).conclusion
    except (library.UnknownLemma, LemmaError) as error:
        return Calculated(None, {}, str(error))
    try:
        if question.kind in OF_TERMS:
            terms = main_theorem.terms(R)
            # What these terms are the terms of: whoever uses the answer compares it with what the kernel has proved.
            stated = conclusion.func(conclusion.args[0], Add(*terms.values()), evaluate=False)
            return Calculated(prop(stated), OF_TERMS[question.kind](terms, question))
        return Calculated(prop(conclusion), OF_BOUND[question.kind](bound_of(conclusion), question))
    except (OrderError, ProgramError) as error:
        return Calculated(prop(conclusion), {}, str(error))
    except Exception as error:  # noqa: BLE001 - one that goes wrong in any other way must not take the others with it
        return Calculated(prop(conclusion), {}, described(error, None, question.kind).message)


def bound_of(conclusion: Any) -> Any:
    """The bound that a claim states, its opaque parts named.  Raises OrderError if it states none."""
    if not isinstance(conclusion, Relational):
        raise OrderError("its claim is not a bound")
    return named(conclusion.args[1])


def named(expression: Any) -> Any:
    """A bound with a symbol for each of its opaque parts, which are taken to be constant in T and d.

    These are D and the other expectations, and the means over t of the powers of E|a_t|.
    """
    plain = expression.xreplace({GAP: reals("D"), E(length(1), w): reals("a1")})
    over_time = _ordered(part for part in plain.atoms(Sum) if part.limits[0][2] == T)
    plain = plain.xreplace({part: T * reals(f"G{number}") for number, part in enumerate(over_time, start=1)})
    means = _ordered(plain.atoms(E))
    return plain.xreplace({part: reals(f"M{number}") for number, part in enumerate(means, start=1)})


def _ordered(parts: Any) -> list[Any]:
    """The largest first, in an order that does not depend on hashes."""
    return sorted(parts, key=lambda part: (-part.count_ops(), str(part)))


# --- of a bound ---------------------------------------------------------------------------------


def _order(bound: Any, question: Calculation) -> Found:
    found = order(bound, question.schedule)
    if not isinstance(found.T, Fraction):
        raise OrderError(f"the exponent {found.T} is not a number")
    return {"order": str(found), "T": found.T, "d": found.d}


def _means(bound: Any, question: Calculation) -> Found:
    return {"occur": _has_means(bound), "occur where L1 = s1 = 0": _has_means(bound.subs({L1: 0, s1: 0}))}


def _has_means(bound: Any) -> bool:
    return any(re.fullmatch(r"G\d+", symbol.name) for symbol in bound.free_symbols)


def _best_gamma(bound: Any, question: Calculation) -> Found:
    parts: dict[Any, Any] = {}
    for part in Add.make_args(expand_mul(bound, deep=False)):  # deeper, it would only be longer
        power = next((f.as_base_exp()[1] for f in Mul.make_args(part) if f.as_base_exp()[0] == gamma), 0)
        parts[power] = parts.get(power, 0) + part / gamma**power
    if set(parts) != {-1, 0, 1} or any(part.has(gamma) for part in parts.values()):
        raise OrderError("as its bound is not of the form c0 + c1/gamma + c2*gamma")
    found = order(sqrt(parts[-1] / parts[1]), question.schedule)
    return {"order": str(found), "d": found.d}


# --- of the main theorem's terms ----------------------------------------------------------------


def _rate(terms: Mapping[str, Any], question: Calculation) -> Found:
    found = rate({name: named(term) for name, term in terms.items()}, question.schedule)
    return {"rate": found.rate, "exponents": dict(found.exponents), "R": _order(R, question)["T"]}


def _best(terms: Mapping[str, Any], question: Calculation) -> Found:
    symbolic = {name: named(term) for name, term in main_theorem.terms(reals("R")).items()}
    best = best_schedule(symbolic, Scale("R", R), question.fixed)
    schedule = best.schedule
    return {"rate": best.rate, "schedule": str(schedule), "B": schedule.B, "C": schedule.C, "is unique": best.is_unique}


def _no_momentum(terms: Mapping[str, Any], question: Calculation) -> Found:
    without = {name: named(term).subs(b1, 0) for name, term in terms.items()}
    # The start and drift terms vanish or shrink at beta1 = 0; those left are compared in a schedule of beta2 alone.
    found = rate({name: term for name, term in without.items() if term != 0}, question.schedule)
    return {"rate": found.rate, "binding": ", ".join(found.binding)}


OF_BOUND: dict[str, Callable[[Any, Calculation], Found]] = {ORDER: _order, MEANS: _means, BEST_GAMMA: _best_gamma}
OF_TERMS: dict[str, Callable[[Mapping[str, Any], Calculation], Found]] = {
    RATE: _rate,
    BEST: _best,
    NO_MOMENTUM: _no_momentum,
}
