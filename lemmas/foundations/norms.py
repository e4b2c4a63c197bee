"""Norms of scaled vectors and of sums of three: |c*y| <= c*|y| for c >= 0, |x + y + z| <= |x| + |y| + |z|."""

from adamproof.lemmas.foundations import triangle_norm

from ..vocabulary import *

c = reals("c")
x, y, z = function("x"), function("y"), function("z")
SCALED, THREE = norm(c * y(j)), norm(x(j) + y(j) + z(j))
SUM = norm(x(j)) + norm(y(j)) + norm(z(j))


def three_vectors(proof: Scope) -> Step:
    first = proof.cite("triangle-norm", "two vectors", y=(j, x(j) + y(j)), z=z)
    return proof.conclude(first, proof.cite("triangle-norm", "two vectors", y=x, z=y))


def models(rng: Random) -> Iterator[Model]:
    """Random vectors, parallel ones now and then."""
    for model in triangle_norm.models(rng):
        coordinate = model.functions["x"]
        yield model.extended(
            variables={"c": abs(rational(rng))},
            functions={name: lambda r, n=n, f=coordinate: f(r, n) for n, name in enumerate("xyz")},
        )


NEGATIVE = changed(models, c=-2)
lemma = Lemma(
    slug="norms",
    title="The norm of a vector times c >= 0, and of a sum of three vectors",
    source=Source.CLASSICAL,
    where="the momentum error is a sum of three vectors, one of them scaled",
    assumptions={"c is not negative": le(0, c)},
    claims=[
        Claim("three vectors", le(THREE, SUM), three_vectors, given=()),
        Claim("scaled", le(SCALED, c * norm(y(j))), lambda proof: proof.by_squares(proof.goal)),
    ],
    models=models,
    mutants=[
        Mutant("three vectors, times 0.99", le(THREE, Rational(99, 100) * SUM)),
        Mutant("strict inequality", lt(THREE, SUM)),
        Mutant("scaled, times 0.99", le(SCALED, Rational(99, 100) * c * norm(y(j))), claim="scaled"),
        Mutant("scaled by a negative number", drop=("c is not negative",), claim="scaled", models=NEGATIVE),
    ],
)
