"""The constant K of `rate`: the main theorem's bound is at most K*sqrt(d)/T^(1/4) for every T, on one schedule.

    1 - beta1 = alpha*T^(-1/2),  1 - beta2 = beta*T^(-1/2),  lr = gamma0*T^(-3/4)/sqrt(d)

K, its four shares and the conditions on alpha, beta and gamma0 are the lemma's; beside K*sqrt(d)/T^(1/4) stands the
main theorem's own bound, certified, for any T.  With L1 > 0 the theorem applies from some T on (lr must be small).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy

from ..lemmas.notation import T, d
from ..lemmas.schedules import rate
from .certified import DIGITS, Numbers, certify
from .formulas.evaluation import Enclosure
from .formulas.symbolic import NAME_OF
from .formulas.written import NumberError, exact
from .problem import Hyperparameters, Problem
from .ranges import ProblemError, shown
from .theorems.from_lemmas import plain

STEPS = (1, 2, 10, 10**3, 10**6, 10**12)
MEANING = "1 - beta1 = alpha*T^-1/2, 1 - beta2 = beta*T^-1/2, lr = gamma0*T^-3/4/sqrt(d)"
FACTORS = {"alpha": rate.alpha, "beta": rate.beta, "gamma0": rate.gamma0}
CONDITIONS = (
    "alpha is positive",
    "alpha <= 1",
    "beta is positive",
    "beta <= 1",
    "gamma0 is positive",
    "2*alpha - beta - alpha^2 is positive",
)


@dataclass(frozen=True)
class Row:
    """At T steps: the right side of the main theorem, and K*sqrt(d)/T^(1/4), which is not smaller.

    holds: whether all hypotheses of the theorem hold there; the bound is a number without meaning otherwise.
    """

    steps: int
    bound: Enclosure
    limit: Enclosure
    holds: bool
    failing: tuple[str, ...]  # the formulas of the hypotheses that fail


@dataclass(frozen=True)
class RateConstant:
    """K in numbers and as a formula, its shares by name, and what it says at some T.

    settings: the inputs by name.  K: an enclosure, in units of a gradient norm.  shares: of its terms, by name.
    formulas: of the terms, by name.  rows: one for each T.  digits: significant ones.
    """

    settings: Mapping[str, Any]
    K: Enclosure
    shares: Mapping[str, Enclosure]
    formulas: Mapping[str, str]
    rows: tuple[Row, ...]
    digits: int

    @property
    def holds(self) -> bool:
        """Whether the theorem applies at every T of the table."""
        return all(row.holds for row in self.rows)


def rate_constant(
    problem: Problem,
    alpha: Any = "1/2",
    beta: Any = "1/2",
    gamma0: Any = 1,
    steps: Sequence[int] = STEPS,
    digits: int = DIGITS,
) -> RateConstant:
    """K for a problem (gap, grad1, L0, sigma0, dim; L1, Gq, sigma1, Gp) and a schedule, certified to this many digits.

    alpha, beta: 1 - beta1 = alpha T^(-1/2) and 1 - beta2 = beta T^(-1/2), as the lemma `rate` allows.
    gamma0: learning rate = gamma0 T^(-3/4)/sqrt(d), in units of a parameter.  steps: the T of a table.
    digits: significant ones.

    Raises ProblemError where an input is missing or breaks its rule.
    """
    factors = {
        "alpha": _rational("alpha", alpha),
        "beta": _rational("beta", beta),
        "gamma0": _rational("gamma0", gamma0),
    }
    _check(factors)
    put = {FACTORS[name]: value for name, value in factors.items()}
    formulas = {name: plain(share, *FACTORS.values()) for name, share in rate.SHARES.items()}
    whole = plain(rate.K, *FACTORS.values())
    numbers = Numbers(problem, Hyperparameters())
    numbers.need([whole.xreplace(put), d], "the constant K")
    used = {NAME_OF[symbol] for symbol in (whole.free_symbols | {d}) if symbol in NAME_OF}
    values = numbers.enclose({"K": whole.xreplace(put), **{n: f.xreplace(put) for n, f in formulas.items()}}, digits)
    return RateConstant(
        {**factors, **{name: value for name, value in numbers.values.items() if name in used}},
        values.pop("K"),
        values,
        {name: _written(formula) for name, formula in formulas.items()},
        tuple(_row(problem, factors, whole.xreplace(put), count, digits) for count in steps),
        digits,
    )


def _row(problem: Problem, factors: Mapping[str, Any], constant: Any, steps: int, digits: int) -> Row:
    root = T ** sympy.Rational(-1, 2)
    hyper = Hyperparameters(
        beta1=1 - factors["alpha"] * root,
        beta2=1 - factors["beta"] * root,
        lr=factors["gamma0"] * T ** sympy.Rational(-3, 4) / sympy.sqrt(d),
        epsilon=0,
        steps=steps,
    )
    numbers = Numbers(problem, hyper)
    limit = constant * sympy.sqrt(d) / T ** sympy.Rational(1, 4)
    found = certify(problem, hyper, digits=digits)
    failing = tuple(check.formula for check in found.checks if not check.holds)
    return Row(steps, found.total, numbers.enclose({"limit": limit}, digits)["limit"], found.holds, failing)


def _rational(name: str, value: Any) -> Any:
    try:
        number = exact(value)
    except NumberError as error:
        raise ProblemError(f"{name}: {error}") from error
    if not number.is_Rational:
        raise ProblemError(f"{name} = {shown(number)} must be a rational number")
    return number


def _check(factors: Mapping[str, Any]) -> None:
    """The lemma's own conditions on the schedule."""
    for name in CONDITIONS:
        relation = rate.SCHEDULE[name]
        if not relation.subs({FACTORS[factor]: value for factor, value in factors.items()}):
            values = ", ".join(
                f"{factor} = {shown(value)}" for factor, value in factors.items() if relation.has(FACTORS[factor])
            )
            rule = f"the factors must satisfy {str(relation).replace('**', '^')}, got {values}"
            raise ProblemError(f"{rule}; they are not the betas or the learning rate themselves, but {MEANING}")


def _written(formula: Any) -> str:
    names = {symbol: sympy.Symbol(name) for symbol, name in NAME_OF.items()}
    return str(formula.xreplace(names)).replace("**", "^")


__all__ = ["STEPS", "RateConstant", "Row", "rate_constant"]
