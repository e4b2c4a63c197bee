"""The theorems as the calculator uses them: their bounds term by term and the hypotheses that numbers decide.

Everything is read from the lemmas: a bound is the right side of a claim, its terms are the lemma's own, a hypothesis is
one of the claim's assumptions.  Only here are the expectations and means over time of a lemma replaced by plain
symbols; whatever is left over is an error, so that a lemma that changes is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import sympy
from sympy.core.function import AppliedUndef
from sympy.core.relational import LessThan, StrictLessThan

from ...lemmas.beyond import high_probability, unconditional
from ...lemmas.beyond import setting as beyond
from ...lemmas.main import bias_corrected_main, corollary_3_3, main_theorem, main_theorem_averaged
from ...lemmas.main import setting as main
from ...lemmas.notation import R, T, b1, d, gamma, p, q, t
from ...prover import E, Forall, Integral01, power, real_power
from ...theory.lemma import Claim, Lemma
from ..formulas.parameters import THEOREMS as NAMES
from ..formulas.statement import CORRECTED, Theorem, TheoremError, Trivial, refuse_unknown
from ..formulas.symbolic import NAME_OF, SYMBOLS
from ..orders.schedules import Scale

GAP, GRAD1, GP, GQ = (SYMBOLS[name] for name in ("gap", "grad1", "Gp", "Gq"))
OPAQUE = (AppliedUndef, E, Integral01, sympy.Sum, sympy.Integral, power, real_power)


# --- plain symbols ------------------------------------------------------------------------------


@cache
def replacements() -> Mapping[Any, Any]:
    """What the lemmas write, and the plain symbol for it.  x_1 is fixed, so that E|a_1| and |a_1| are the same."""
    w = main.w
    powers = {symbol: real_power(main.length(t), exponent) for symbol, exponent in ((GP, p), (GQ, q))}
    return {
        main.GAP: GAP,
        main.F(1, w) - main.Fmin: GAP,
        beyond.gradient(1): GRAD1**2,
        E(beyond.gradient(1), beyond.w): GRAD1**2,
        E(beyond.F(1, beyond.w), beyond.w) - beyond.Fmin: GAP,
        E(main.length(1), w): GRAD1,
        main.length(1): GRAD1,
        E(main.length(1) ** 2, w): GRAD1**2,
        **{sympy.Sum(E(body, w), (t, 1, T)): T * symbol for symbol, body in powers.items()},
        **{sympy.Sum(body, (t, 1, T)): T * symbol for symbol, body in powers.items()},
        main.R: R,
    }


def plain(expression: Any, *more: Any) -> Any:
    """The expression in plain symbols (and these). Raises TheoremError where something is left that has no number."""
    found = expression.xreplace(dict(replacements()))
    opaque = sorted(map(str, found.atoms(*OPAQUE)))
    strange = sorted(str(symbol) for symbol in found.free_symbols if symbol not in (*NAME_OF, *more))
    if opaque or strange:
        raise TheoremError(f"{', '.join(opaque or strange)} in {expression} has no plain symbol")
    return found


def _hypotheses(lemma: Lemma, claim: Claim) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The assumptions that numbers decide, in plain symbols, and the names of those that they do not."""
    decided, others = {}, []
    for name, statement in lemma.stated(claim).items():
        relation = _relation(statement)
        if relation is None:
            others.append(name)
        elif relation.args[0] != relation.args[1]:  # R <= R
            decided[name] = relation
    return decided, tuple(others)


def _relation(statement: Any) -> Any:
    if not isinstance(statement, LessThan | StrictLessThan):
        return None
    try:
        sides = [plain(side) for side in statement.args]
    except TheoremError:
        return None
    return statement.func(*sides, evaluate=False)


def _right(statement: Any) -> Any:
    """The right side of the inequality that a claim states."""
    while isinstance(statement, Forall):
        statement = statement.conclusion
    if not isinstance(statement, LessThan):
        raise TheoremError(f"{statement} does not state a bound")
    return statement.args[1]


def _linear(of: Callable[[Iterable[Any]], Any], pieces: Mapping[str, Any]) -> dict[str, Any]:
    """The terms of a bound that is linear in its pieces: each piece with the factor that it has."""
    stand_ins = [sympy.Dummy(name) for name in pieces]
    whole = of(stand_ins)
    return {
        name: whole.diff(stand_in) * piece for stand_in, (name, piece) in zip(stand_ins, pieces.items(), strict=True)
    }


def _made(
    name: str, lemma: Lemma, claim_name: str, left: str, terms: Mapping[str, Any], scale: Any, *trivial: Trivial
) -> Theorem:
    claim = lemma.claim(claim_name)
    hypotheses, assumed = _hypotheses(lemma, claim)
    return Theorem(
        name,
        lemma,
        claim,
        left,
        {part: plain(term) for part, term in terms.items()},
        plain(_right(claim.conclusion)),
        {symbol: plain(formula) for symbol, formula in scale.items()},
        hypotheses,
        assumed,
        trivial,
    )


# --- the theorems -------------------------------------------------------------------------------

GAIN = "mean over t of E|u_t o a_t|_1"
NEVER_SHRANK = "what gradients as long as the first could give"
BY_R = Trivial(R * sympy.sqrt(d) * GRAD1, "R*sqrt(d)*|a_1|", NEVER_SHRANK)


def _main(corrected: bool = False) -> Theorem:
    lemma, claim = main_theorem.lemma, "Adam"
    if corrected:
        lemma, claim = bias_corrected_main.lemma, "Adam with bias correction"
    return _made("main", lemma, claim, GAIN, main_theorem.terms(R), {"R": R}, BY_R)


def _averaged_terms(square: Any) -> dict[str, Any]:
    """The errors come with a factor, which is read off the bound: it is one product there."""
    parts = main_theorem_averaged.terms(square)
    gap, curvature, *errors = parts
    total = sympy.Add(*(parts[name] for name in errors))
    products = sympy.Add.make_args(main_theorem_averaged.bound(square))
    factor = next(part / total for part in products if total in sympy.Mul.make_args(part))
    return {gap: parts[gap], curvature: parts[curvature], **{name: factor * parts[name] for name in errors}}


def _averaged() -> Theorem:
    module = main_theorem_averaged
    scale = sympy.sqrt(module.S_squared)
    reached = Trivial(plain(scale) * sympy.sqrt(d) * GRAD1, "S*sqrt(d)*|a_1|", NEVER_SHRANK)
    return _made("averaged", module.lemma, "Adam", GAIN, _averaged_terms(module.S_squared), {"S": scale}, reached)


# Without these no run whose gradients are not all 0 has Conditions 2 and 3.
POSSIBLE = {
    "C2 is possible: u_t is at most R": sympy.Le(corollary_3_3.vbar, R, evaluate=False),
    "C3 is possible: |a|_1 is at most sqrt(d)*|a|_2": sympy.Le(corollary_3_3.C1, sympy.sqrt(d), evaluate=False),
}


def _corollary(corrected: bool = False) -> Theorem:
    module = corollary_3_3
    lemma = bias_corrected_main.lemma if corrected else module.lemma
    four = main_theorem.terms(R)
    pieces = {
        "initial gap": four["initial gap"],
        "initial momentum": four["initial momentum"],
        "drift": module.CURVE * module.L0_prime,
        "noise": module.NOISE * module.s0_prime,
    }
    factor = module.BOUND / module.BRACKET
    terms = {name: factor * piece for name, piece in pieces.items()}
    first = Trivial(GRAD1, "|a_1|", "the first gradient norm")
    found = _made("corollary", lemma, "gradient norm", "mean over t of E|a_t|_2", terms, {"R": R}, first)
    return replace(found, hypotheses={**found.hypotheses, **POSSIBLE})


def _case_2(corrected: bool = False) -> Theorem:
    """Corollary 3.3 where C1 = c*sqrt(d), written with gamma0 = gamma*sqrt(d) (and h = 1): no d is left but in it."""
    module, one = corollary_3_3, _corollary(corrected)
    dense = {module.C1: module.c * sympy.sqrt(d)}
    own = {module.gamma0: gamma * sympy.sqrt(d), module.h: 1}
    bracket = next(factor for factor in sympy.Mul.make_args(module.FREE) if factor.is_Add)
    marks = {"initial gap": module.GAP, "initial momentum": module.START, "drift": module.L0, "noise": module.s0}
    terms = {}
    for name, mark in marks.items():
        (piece,) = (part for part in bracket.args if part.has(mark))
        terms[name] = plain((module.FREE / bracket * piece).xreplace(own))
    return Theorem(
        one.name,
        one.lemma,
        one.claim,
        one.left,
        terms,
        plain(module.FREE.xreplace(own)),
        one.scale,
        {
            name: relation.func(*(side.xreplace(dense) for side in relation.args), evaluate=False)
            for name, relation in one.hypotheses.items()
        },
        one.assumed,
        one.trivial,
        case=2,
    )


def _unconditional() -> Theorem:
    module = unconditional
    fresh = module.FRESH / (1 - b1)
    pieces = {"initial gap": GAP, "initial momentum": module.START, "noise": fresh}
    gap = E(beyond.F(1, beyond.w), beyond.w) - beyond.Fmin

    def of(stand_ins: Iterable[Any]) -> Any:
        gap_, start, new = stand_ins
        return module.bound(start=start, fresh=new).xreplace({gap: gap_})

    return _made(
        "unconditional",
        module.lemma,
        "mean square",
        "mean over t of E|a_t|_2^2",
        _linear(of, pieces),
        {},
        Trivial(GRAD1**2, "|a_1|^2", "the first gradient norm, squared"),
        Trivial(d * beyond.B**2, "d*B^2", "the trivial bound from |g_t| <= B in every coordinate"),
    )


def _high_probability(corrected: bool = False) -> Theorem:
    module = high_probability
    terms = {name: term.xreplace({main.R: R}) for name, term in module.terms(module.LEVEL).items()}
    claim = module.lemma.claim("on the event")
    left = "with probability at least 1 - delta, the mean over t of |u_t o a_t|_1"
    found = _made("high-probability", module.lemma, "on the event", left, terms, {"R": R}, BY_R)
    # The bound is that of "on the event"; what Adam has to satisfy for its probability is said by "Adam".
    adam = module.lemma.claim("Adam with bias correction" if corrected else "Adam")
    hypotheses, assumed = _hypotheses(module.lemma, adam)
    return Theorem(
        found.name, module.lemma, adam, left, found.terms, plain(_right(claim.conclusion)), found.scale, hypotheses,
        assumed, found.trivial,
    )  # fmt: skip


_MADE: Mapping[str, Callable[..., Theorem]] = {  # those of CORRECTED take whether they are about bias correction
    "main": _main,
    "averaged": _averaged,
    "corollary": _corollary,
    "unconditional": _unconditional,
    "high-probability": _high_probability,
}


@cache
def theorem(name: str = "main", case: int = 1, bias_correction: bool = False) -> Theorem:
    """A theorem by its name (NAMES); case 2 is for the corollary alone.

    With bias_correction it is the theorem about Adam with bias correction, which only those in CORRECTED have.  Raises
    ValueError.
    """
    refuse_unknown(name, case, bias_correction)
    if case == 2:
        return _case_2(bias_correction)
    return _MADE[name](True) if bias_correction else _MADE[name]()


def with_scale(name: str) -> tuple[dict[str, Any], Scale]:
    """The terms of the theorem "main" or "averaged" with a symbol for R or S, and its formula: for exponents."""
    if name == "main":
        symbol, formula = sympy.Symbol("R", positive=True), R
        terms = main_theorem.terms(symbol)
    elif name == "averaged":
        symbol, formula = sympy.Symbol("S", positive=True), sympy.sqrt(main_theorem_averaged.S_squared)
        terms = _averaged_terms(symbol**2)
    else:
        raise ValueError(f"exponents are for the theorems main and averaged, not {name}")
    return {part: plain(term, symbol) for part, term in terms.items()}, Scale(symbol.name, plain(formula))


__all__ = ["CORRECTED", "NAMES", "Theorem", "TheoremError", "Trivial", "plain", "theorem", "with_scale"]
