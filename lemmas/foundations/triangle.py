"""The triangle inequality: |L[a]| <= L[|a|] for finite sums, expectations and integrals."""

from __future__ import annotations

from typing import Any

from sympy import Abs, Rational

from adamproof.lemmas.foundations.functionals import PAIRS, SUM, Pair, models, smooth_models
from adamproof.prover import Step, le, lt, prove
from adamproof.theory.lemma import Claim, Lemma, Mutant, Proof, Scope, Source


def proof(pair: Pair) -> Proof:
    def script(scope: Scope) -> Step:
        over, a = pair.over, pair.a
        finite = None if over.is_sum else scope.the(f"{over.op}[a] is finite")
        size = over.absolute(a, finite)
        above = over.monotone(prove(le(a, Abs(a))), (1, size), (-1, finite))
        below = over.monotone(prove(le(-a, Abs(a))), (1, size), (1, finite))
        scope.step("L[a] <= L[|a|], as a <= |a|", above)
        scope.step("-L[a] <= L[|a|], as -a <= |a|", below)
        return prove(scope.goal, above, below)

    return script


def claim(pair: Pair) -> Claim:
    goal = le(Abs(pair.over.of(pair.a)), pair.over.of(Abs(pair.a)))
    return Claim(pair.name, goal, proof(pair), given=tuple(assumptions(pair)), models=smooth_models)


def assumptions(pair: Pair) -> dict[str, Any]:
    return pair.finite(pair.a, "a")


left, right = Abs(SUM.over.of(SUM.a)), SUM.over.of(Abs(SUM.a))

lemma = Lemma(
    slug="triangle",
    title="Triangle inequality for finite sums, expectations and integrals",
    source=Source.CLASSICAL,
    where="used to bound the drift and the averages of absolute values",
    assumptions={name: statement for pair in PAIRS for name, statement in assumptions(pair).items()},
    claims=[claim(pair) for pair in PAIRS],
    models=models,
    mutants=[
        Mutant("right side times 0.99", conclusion=le(left, Rational(99, 100) * right)),
        Mutant("inequality reversed", conclusion=le(right, left)),
        Mutant("strict inequality", conclusion=lt(left, right)),
        Mutant("no absolute values on the right", conclusion=le(left, SUM.over.of(SUM.a))),
    ],
)
