"""The triangle inequality: |L[a]| <= L[|a|] for finite sums, expectations and integrals."""

from adamproof.lemmas.foundations.functionals import PAIRS, SUM, Pair, models, smooth_models
from adamproof.theory.lemma import Proof

from ..vocabulary import *


def proof_of(pair: Pair) -> Proof:
    over, a = pair.over, pair.a

    def script(proof: Scope) -> Step:
        above = proof.each(over, le(a, Abs(a)), title="L[a] <= L[|a|], as a <= |a|")
        below = proof.each(over, le(-a, Abs(a)), title="-L[a] <= L[|a|], as -a <= |a|")
        return proof.conclude(above, below)

    return script


def claim(pair: Pair) -> Claim:
    goal = le(Abs(pair.over.of(pair.a)), pair.over.of(Abs(pair.a)))
    return Claim(pair.name, goal, proof_of(pair), given=assumptions(pair), models=smooth_models)


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
        Mutant("right side times 0.99", le(left, Rational(99, 100) * right)),
        Mutant("inequality reversed", le(right, left)),
        Mutant("strict inequality", lt(left, right)),
        Mutant("no absolute values on the right", le(left, SUM.over.of(SUM.a))),
    ],
)
