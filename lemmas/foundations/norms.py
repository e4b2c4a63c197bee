"""Norms of scaled vectors and of sums of three: |c*y| <= c*|y| for c >= 0, |x + y + z| <= |x| + |y| + |z|."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from sympy import Rational, sqrt

from adamproof.lemmas.foundations import triangle_norm
from adamproof.lemmas.foundations.functionals import rational
from adamproof.lemmas.notation import COORDINATES, j, norm
from adamproof.numeric.models import Model
from adamproof.prover import Step, cut, eq, function, instantiate, le, lt, product, prove, reals
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

c = reals("c")
x, y, z = function("x"), function("y"), function("z")


def scaled(scope: Scope) -> Step:
    s, r = reals("s r")  # the two sums of squares
    above = prove(le(0, c * sqrt(r)), le(0, c), le(0, r))
    root = prove(le(sqrt(s), c * sqrt(r)), le(s, c**2 * r), le(0, s), le(0, r), above)
    squares = {s: COORDINATES.of((c * y(j)) ** 2), r: COORDINATES.of(y(j) ** 2)}
    inside = prove(le(squares[s], product(c, c, squares[r])), prove(eq(squares[s], product(c, c, squares[r]))))
    nonneg = [COORDINATES.monotone(prove(le(0, vector**2))) for vector in (c * y(j), y(j))]
    return cut(instantiate(root, squares), inside, *nonneg, *scope.given("c is not negative"))


def three_vectors(scope: Scope) -> Step:
    two = scope.lemma("triangle-norm", "two vectors")
    first = instantiate(two, {function("y"): ((j,), x(j) + y(j)), function("z"): ((j,), z(j))})
    second = instantiate(two, {function("y"): ((j,), x(j)), function("z"): ((j,), y(j))})
    return prove(scope.goal, first, second, degree=1)


def models(rng: Random) -> Iterator[Model]:
    """Random vectors, parallel ones now and then."""
    for model in triangle_norm.models(rng):
        coordinate = model.functions["x"]
        yield model.extended(
            variables={"c": abs(rational(rng))},
            functions={name: lambda r, n=n, f=coordinate: f(r, n) for n, name in enumerate("xyz")},
        )


def negative(rng: Random) -> Iterator[Model]:
    return (model.extended(variables={"c": -2}) for model in models(rng))


SCALED, THREE = norm(c * y(j)), norm(x(j) + y(j) + z(j))
SUM = norm(x(j)) + norm(y(j)) + norm(z(j))

lemma = Lemma(
    slug="norms",
    title="The norm of a vector times c >= 0, and of a sum of three vectors",
    source=Source.CLASSICAL,
    where="the momentum error is a sum of three vectors, one of them scaled",
    assumptions={"c is not negative": le(0, c)},
    claims=[
        Claim("three vectors", le(THREE, SUM), three_vectors, given=()),
        Claim("scaled", le(SCALED, c * norm(y(j))), scaled),
    ],
    models=models,
    mutants=[
        Mutant("three vectors, times 0.99", conclusion=le(THREE, Rational(99, 100) * SUM)),
        Mutant("strict inequality", conclusion=lt(THREE, SUM)),
        Mutant("scaled, times 0.99", conclusion=le(SCALED, Rational(99, 100) * c * norm(y(j))), claim="scaled"),
        Mutant("scaled by a negative number", drop=("c is not negative",), claim="scaled", models=negative),
    ],
)
