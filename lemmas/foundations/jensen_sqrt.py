"""Jensen for the square root: L[sqrt(x)] <= sqrt(L[x]) for means, expectations and integrals of x >= 0.

Cauchy-Schwarz with the constant 1 gives L[sqrt(x)]^2 <= L[x] * L[1]; for a finite sum L[1] is the number of
terms, so the mean of n roots is at most the root of the mean.
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, Integer, Rational, sqrt

from adamproof.lemmas.foundations.functionals import PAIRS, SUM, Pair, k, models, smooth_models
from adamproof.prover import (
    Functional,
    Step,
    at,
    cut,
    forall,
    head_fact,
    instantiate,
    integers,
    le,
    lt,
    power,
    prove,
    settle,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Proof, Scope, Source

n = integers("n")
MEAN = Functional("Sum", k, (1, n))  # 1/n times this sum is the mean


def assumptions(pair: Pair) -> dict[str, Any]:
    """Non-negative values, and for E and the integral a finite functional."""
    over, x = pair.over, pair.nonneg
    if over.is_sum:
        return {"c is not negative": forall(k, le(0, x), [le(1, k), le(k, n)]), "n is positive": le(1, n)}
    given = [le(0, over.variable), le(over.variable, 1)] if over.op == "Integral01" else []
    name = f"{over.op}: the integrand is not negative"
    return {name: forall(over.variable, le(0, x), given), **pair.finite(x, "x")}


def goal(pair: Pair) -> Any:
    x = pair.nonneg
    if pair.over.is_sum:
        return le(MEAN.of(sqrt(x)) / n, sqrt(MEAN.of(x) / n))
    return le(pair.over.of(sqrt(x)), sqrt(pair.over.of(x)))


def mean_proof(scope: Scope) -> Step:
    x = SUM.nonneg
    nonneg = at(scope.the("c is not negative"), k)
    cauchy = instantiate(
        scope.lemma("cauchy-schwarz", SUM.name),
        {type(SUM.a): ((k,), sqrt(x)), type(SUM.b): ((k,), Integer(1)), SUM.over.bounds[0]: 1, SUM.over.bounds[1]: n},
    )
    roots = MEAN.equal(head_fact("sqrt_square", x, given=[nonneg]))
    positive = scope.the("n is positive")
    square = prove(
        le(MEAN.of(sqrt(x)) ** 2, n * MEAN.of(x)), cauchy, roots, settle(scope.lemma("constant-sum"), positive)
    )
    scope.step("(sum of roots)^2 <= n * sum, by Cauchy-Schwarz with 1", square)
    total = prove(le(0, MEAN.of(x)), MEAN.monotone(nonneg))
    mean_square = prove(le((MEAN.of(sqrt(x)) / n) ** 2, MEAN.of(x) / n), square, positive)
    return prove(scope.goal, mean_square, prove(le(0, MEAN.of(x) / n), total, positive))


def functional_proof(pair: Pair) -> Proof:
    def script(scope: Scope) -> Step:
        over, x = pair.over, pair.nonneg
        nonneg = at(scope.the(f"{over.op}: the integrand is not negative"), over.variable)
        finite = scope.the(f"{over.op}[x] is finite")
        square = over.dominated(prove(le(Abs(power(sqrt(x), 2)), x), nonneg), finite)
        cauchy = instantiate(
            scope.lemma("cauchy-schwarz", pair.name),
            {type(pair.a): ((over.variable,), sqrt(x)), type(pair.b): ((over.variable,), Integer(1))},
        )
        cauchy = cut(cauchy, square, over.integrable(Integer(1), constant=1))
        roots = over.equal(head_fact("sqrt_square", x, given=[nonneg]))
        bound = prove(le(over.of(sqrt(x)) ** 2, over.of(x)), cauchy, roots)
        scope.step("L[sqrt(x)]^2 <= L[x], by Cauchy-Schwarz with 1", bound)
        total = prove(le(0, over.of(x)), over.monotone(nonneg, (1, finite)))
        return prove(scope.goal, bound, total)

    return script


def claim(pair: Pair) -> Claim:
    name, script = ("means", mean_proof) if pair.over.is_sum else (pair.name, functional_proof(pair))
    return Claim(name, goal(pair), script, given=tuple(assumptions(pair)), models=smooth_models)


mean, root = MEAN.of(sqrt(SUM.nonneg)) / n, sqrt(MEAN.of(SUM.nonneg) / n)

lemma = Lemma(
    slug="jensen-sqrt",
    title="Jensen's inequality for the square root",
    source=Source.CLASSICAL,
    where="used to average the bounds on the momentum error over time and over the noise",
    assumptions={name: statement for pair in PAIRS for name, statement in assumptions(pair).items()},
    claims=[claim(pair) for pair in PAIRS],
    models=models,
    mutants=[
        Mutant("right side times 0.99", conclusion=le(mean, Rational(99, 100) * root)),
        Mutant("inequality reversed", conclusion=le(root, mean)),
        Mutant("sum instead of mean", conclusion=le(n * mean, root)),
        Mutant("strict inequality", conclusion=lt(mean, root)),
    ],
)
