"""The triangle inequality for the Euclidean norm: of two vectors, and of a finite sum of vectors.

|x + y| <= |x| + |y| follows from Cauchy-Schwarz; the sum of n vectors by induction on n.  Vectors are
coordinate functions, x(j, k) being coordinate j of the k-th vector; d is the number of coordinates.
"""

from ..vocabulary import *

# --- statements ------------------------------------------------------------------------------------

x = function("x", "int", "int")
y, z = function("y"), function("z")


def total(count: Any) -> Any:
    """Coordinate j of the sum of the first `count` vectors."""
    return Sum(x(j, k), (k, 1, count))


TWO = le(norm(y(j) + z(j)), norm(y(j)) + norm(z(j)))
MANY = le(norm(total(n)), Sum(norm(x(j, k)), (k, 1, n)))


# --- proofs ----------------------------------------------------------------------------------------


def two_vectors(proof: Scope) -> Step:
    a, b = vector(y(j)), vector(z(j))
    cauchy = proof.cite("cauchy-schwarz", "norms", a=y, b=z, lo=1, hi=d)
    inner = proof.step("the inner product is at most |y|*|z|, by Cauchy-Schwarz", cauchy)
    square = proof.have(le((a + b).square, (a.norm + b.norm) ** 2), inner, title="|y + z|^2 <= (|y| + |z|)^2")
    return proof.by_squares(TWO, square)


def many_vectors(proof: Scope) -> Step:
    """One more vector, by the triangle inequality for two."""
    return proof.induction(MANY, n, base=[lambda: no_vectors(proof)], step=lambda: one_more(proof))


def no_vectors(proof: Scope) -> Step:
    return proof.each(COORDINATES, eq(total(0) ** 2, 0), total(0), title="no vectors: both sides are 0")


def one_more(proof: Scope) -> Step:
    pair = proof.cite("triangle-norm", "two vectors", y=(j, total(n)), z=(j, x(j, n + 1)))
    split = proof.each(COORDINATES, eq((total(n) + x(j, n + 1)) ** 2, total(n + 1) ** 2), total(n + 1))
    return proof.rewrite(pair, split)


# --- models, near misses ---------------------------------------------------------------------------


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


lemma = Lemma(
    slug="triangle-norm",
    title="Triangle inequality for the Euclidean norm",
    source=Source.CLASSICAL,
    where="used to split the momentum error into start, drift and noise",
    assumptions={"n is a count": le(0, n)},
    claims=[Claim("sums of vectors", MANY, many_vectors), Claim("two vectors", TWO, two_vectors, given=())],
    models=models,
    mutants=[
        Mutant("right side times 0.99", le(norm(total(n)), Rational(99, 100) * Sum(norm(x(j, k)), (k, 1, n)))),
        Mutant("inequality reversed", le(Sum(norm(x(j, k)), (k, 1, n)), norm(total(n)))),
        Mutant("strict inequality", lt(norm(total(n)), Sum(norm(x(j, k)), (k, 1, n)))),
        Mutant("difference on the right", le(norm(y(j) + z(j)), norm(y(j)) - norm(z(j))), claim="two vectors"),
    ],
)
