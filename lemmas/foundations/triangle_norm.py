"""The triangle inequality for the Euclidean norm: of two vectors, and of a finite sum of vectors.

|x + y| <= |x| + |y| follows from Cauchy-Schwarz; the sum of n vectors by induction on n.  Vectors are
coordinate functions, x(i, k) being coordinate i of the k-th vector; d is the number of coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Integer, Rational, Sum, sqrt

from adamproof.lemmas.foundations.functionals import rational
from adamproof.numeric.models import Model
from adamproof.prover import (
    Functional,
    Step,
    eq,
    function,
    induction,
    instantiate,
    integers,
    le,
    lt,
    prove,
    reals,
    rewrite,
    sum_empty,
    sum_last,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

i, k, n, d = integers("i k n d")
x = function("x", "int", "int")
y, z = function("y"), function("z")
COORDINATES = Functional("Sum", i, (1, d))


def norm(vector: Any) -> Any:
    """The Euclidean norm of a vector given by its coordinate i."""
    return sqrt(COORDINATES.of(vector**2))


def total(count: Any) -> Any:
    """Coordinate i of the sum of the first `count` vectors."""
    return Sum(x(i, k), (k, 1, count))


def goal(count: Any) -> Any:
    return le(norm(total(count)), Sum(norm(x(i, k)), (k, 1, count)))


def two_vectors(scope: Scope) -> Step:
    a, b = y(i), z(i)
    A, B, C = COORDINATES.of(a**2), COORDINATES.of(b**2), COORDINATES.of(a * b)
    cauchy = instantiate(
        scope.lemma("cauchy-schwarz"),
        {function("a"): ((i,), a), function("b"): ((i,), b), integers("lo"): Integer(1), integers("hi"): d},
    )
    nonneg = [COORDINATES.monotone(prove(le(0, vector**2))) for vector in (a, b, a + b)]
    lengths = prove(le(0, sqrt(A) * sqrt(B)), nonneg)
    inner = prove(le(C, sqrt(A) * sqrt(B)), cauchy, nonneg, lengths)
    scope.step("the inner product is at most |y|*|z|, by Cauchy-Schwarz", inner)
    square = prove(le(COORDINATES.of((a + b) ** 2), (sqrt(A) + sqrt(B)) ** 2), inner, nonneg)
    scope.step("|y + z|^2 <= (|y| + |z|)^2", square)
    return prove(scope.goal, square, nonneg)


def many_vectors(scope: Scope) -> Step:
    zero = prove(
        le(COORDINATES.of(total(0) ** 2), 0), COORDINATES.equal(prove(le(total(0) ** 2, 0), sum_empty(total(0))))
    )
    nonneg = COORDINATES.monotone(prove(le(0, total(0) ** 2)))
    base = prove(goal(Integer(0)), zero, nonneg, sum_empty(Sum(norm(x(i, k)), (k, 1, 0))))
    scope.step("no vectors: both sides are 0", base)
    pair = instantiate(
        scope.lemma("triangle-norm", "two vectors"),
        {function("y"): ((i,), total(n)), function("z"): ((i,), x(i, n + 1))},
    )
    split = COORDINATES.equal(prove_square_split())
    last = sum_last(Sum(norm(x(i, k)), (k, 1, n + 1)), le(0, n))
    joined = _rooted(split, pair)
    step = prove(goal(n + 1), joined, last, goal(n))
    scope.step("one more vector, by the triangle inequality for two", step)
    return induction(goal(n), n, base, step)


def prove_square_split() -> Step:
    """The square of the (n+1)-fold sum is that of (n-fold sum + the last vector), coordinate by coordinate."""
    return prove(eq((total(n) + x(i, n + 1)) ** 2, total(n + 1) ** 2), sum_last(total(n + 1), le(0, n)))


def _rooted(split: Step, pair: Step) -> Step:
    """Replace the square under the norm of the sum in the triangle inequality for two vectors."""
    hole = reals("hole")
    pattern = le(sqrt(hole), norm(total(n)) + norm(x(i, n + 1)))
    return rewrite(pair, split, hole, pattern)


def models(rng: Random) -> Iterator[Model]:
    """Random vectors of dimension 0 to 5; now and then all are parallel, where equality holds."""
    while True:
        dimension, count = rng.randint(0, 5), rng.randint(0, 5)
        direction = [abs(rational(rng)) for _ in range(8)]
        parallel = rng.random() < 0.3
        values: dict[tuple[int, int], Fraction] = {}

        def coordinate(
            row: int,
            column: int,
            values: Any = values,
            direction: Any = direction,
            parallel: Any = parallel,
            rng: Random = rng,
        ) -> Fraction:
            key = (row, column)
            if key not in values:
                values[key] = direction[row % 8] * (column % 5) if parallel else rational(rng)
            return values[key]

        yield Model(
            variables={"d": dimension, "n": count},
            functions={"x": coordinate, "y": lambda r, c=coordinate: c(r, 1), "z": lambda r, c=coordinate: c(r, 2)},
            integers=range(0, 8),
        )


TWO = le(norm(y(i) + z(i)), norm(y(i)) + norm(z(i)))

lemma = Lemma(
    slug="triangle-norm",
    title="Triangle inequality for the Euclidean norm",
    source=Source.CLASSICAL,
    where="used to split the momentum error into start, drift and noise",
    assumptions={"n is a count": le(0, n)},
    claims=[Claim("sums of vectors", goal(n), many_vectors), Claim("two vectors", TWO, two_vectors, given=())],
    models=models,
    mutants=[
        Mutant(
            "right side times 0.99", conclusion=le(norm(total(n)), Rational(99, 100) * Sum(norm(x(i, k)), (k, 1, n)))
        ),
        Mutant("inequality reversed", conclusion=le(Sum(norm(x(i, k)), (k, 1, n)), norm(total(n)))),
        Mutant("strict inequality", conclusion=lt(norm(total(n)), Sum(norm(x(i, k)), (k, 1, n)))),
        Mutant(
            "difference on the right", conclusion=le(norm(y(i) + z(i)), norm(y(i)) - norm(z(i))), claim="two vectors"
        ),
    ],
)
