"""The sum of n ones is n."""

from ..vocabulary import *

ONES = Sum(Integer(1), (k, 1, n))


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
    claims=[Claim("count", eq(ONES, n), lambda proof: proof.induction(proof.goal, n))],
    models=models,
    mutants=[
        Mutant("one more", eq(ONES, n + 1)),
        Mutant("one less", eq(ONES, n - 1)),
        Mutant("n negative", drop=("n is a count",), models=negative_models),
        Mutant("at least n + 1", le(n + 1, ONES)),
    ],
)
