"""Squares of sums and inner products: |x + y|^2 written out, and Young's inequality with a weight c > 0.

    2*<x, y> <= c*|x|^2 + |y|^2/c,    |x + y|^2 <= (1 + c)*|x|^2 + (1 + 1/c)*|y|^2

The first is (c*x - y)^2/c >= 0, coordinate by coordinate; the second is the first, written out.
"""

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

x, y, c, r, s = reals("x y c r s")
X, Y = vector(function("x")(j)), vector(function("y")(j))
WEIGHT = {"c is positive": lt(0, c)}
YOUNG = le(2 * X.dot(Y), c * X.square + Y.square / c)
WEIGHTED = le((X + Y).square, (1 + c) * X.square + (1 + 1 / c) * Y.square)
TWICE = le((X + Y).square, 2 * X.square + 2 * Y.square)


# --- proof -----------------------------------------------------------------------------------------


def numbers(proof: Scope) -> Step:
    """0 <= (c*x - y)^2/c, and c*(1/c) = 1."""
    return proof.conclude(le(0, (c * x - y) ** 2 / c))


def young(proof: Scope) -> Step:
    one = proof.cite("vector-squares", "numbers", x=X.body, y=Y.body)
    return proof.conclude(proof.each(COORDINATES, one))


def weighted(proof: Scope) -> Step:
    return proof.conclude(proof.cite("vector-squares", "expansion"), proof.cite("vector-squares", "young"))


def twice(proof: Scope) -> Step:
    return proof.conclude(proof.cite("vector-squares", "weighted", c=1))


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Up to four coordinates; y is c*x (equality in Young) now and then."""
    while True:
        weight, first = abs(rational(rng)) + Fraction(1, 9), table(rng, range(-1, 8))
        second = (lambda i, f=first, c=weight: c * f(i)) if rng.random() < 0.4 else table(rng, range(-1, 8))
        variables = {"c": weight, "d": rng.randint(0, 4), "x": first(1), "y": second(1)}
        yield Model(variables=variables, functions={"x": first, "y": second}, integers=range(-1, 7))


def negative(rng: Random) -> Iterator[Model]:
    return (model.extended(variables={"c": -model.variables["c"]}) for model in models(rng))


def equal(rng: Random) -> Iterator[Model]:
    """x = y, one coordinate."""
    return (
        model.extended(variables={"d": 1}, functions={"x": lambda i: Fraction(1), "y": lambda i: Fraction(1)})
        for model in models(rng)
    )


lemma = Lemma(
    slug="vector-squares",
    title="|x + y|^2 written out, and Young's inequality 2*<x, y> <= c*|x|^2 + |y|^2/c for c > 0",
    source=Source.CLASSICAL,
    where="how inner products become squares",
    assumptions=WEIGHT,
    claims=[
        Claim("young", YOUNG, young),
        Claim("numbers", le(2 * x * y, c * x**2 + y**2 / c), numbers),
        Claim("weighted", WEIGHTED, weighted),
        Claim("twice", TWICE, twice, given=()),
        Claim(
            "expansion",
            eq((X + Y).square, X.square + 2 * X.dot(Y) + Y.square),
            lambda proof: proof.conclude(),
            given=(),
        ),
        Claim(
            "difference",
            eq((X - Y).square, X.square - 2 * X.dot(Y) + Y.square),
            lambda proof: proof.conclude(),
            given=(),
        ),
    ],
    models=models,
    mutants=[
        Mutant("right side times 0.99", le(YOUNG.lhs, Rational(99, 100) * YOUNG.rhs)),
        Mutant("c of any sign", drop=tuple(WEIGHT), models=negative),
        Mutant("without the inverse", le(WEIGHTED.lhs, (1 + c) * X.square + Y.square), claim="weighted"),
        Mutant("3/2 for 2", le(TWICE.lhs, Rational(3, 4) * TWICE.rhs), claim="twice", models=equal),
        Mutant("the inner product once", eq((X + Y).square, X.square + X.dot(Y) + Y.square), claim="expansion"),
    ],
)
