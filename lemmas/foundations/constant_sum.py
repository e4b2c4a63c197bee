"""The sum of n ones is n."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from sympy import Integer, Sum

from adamproof.numeric.models import Model
from adamproof.prover import Step, eq, induction, integers, le, prove, sum_empty, sum_last
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

k, n = integers("k n")


def ones(count: Any) -> Any:
    return Sum(Integer(1), (k, 1, count))


def proof(scope: Scope) -> Step:
    base = prove(eq(ones(Integer(0)), 0), sum_empty(ones(Integer(0))))
    step = prove(eq(ones(n + 1), n + 1), sum_last(ones(n + 1), le(0, n)), eq(ones(n), n))
    scope.step("one more", step)
    return induction(eq(ones(n), n), n, base, step)


def models(rng: Random) -> Iterator[Model]:
    while True:
        yield Model(variables={"n": rng.randint(0, 20)})


def negative_models(rng: Random) -> Iterator[Model]:
    """n < 0, where the sum is empty and 0."""
    while True:
        yield Model(variables={"n": -rng.randint(1, 20)})


lemma = Lemma(
    slug="constant-sum",
    title="The sum of n ones is n",
    source=Source.CLASSICAL,
    where="how the dimension d and the horizon T enter the bounds",
    assumptions={"n is a count": le(0, n)},
    claims=[Claim("count", eq(ones(n), n), proof)],
    models=models,
    mutants=[
        Mutant("one more", conclusion=eq(ones(n), n + 1)),
        Mutant("one less", conclusion=eq(ones(n), n - 1)),
        Mutant("n negative", drop=("n is a count",), models=negative_models),
        Mutant("at least n + 1", conclusion=le(n + 1, ones(n))),
    ],
)
