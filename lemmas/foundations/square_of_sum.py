"""Cauchy-Schwarz with ones and with weights: the square of a sum or a mean against the sum or mean of the squares.

    (a_1 + ... + a_n)^2 <= n*(a_1^2 + ... + a_n^2),    (sum of c*a)^2 <= (sum of c)*(sum of c*a^2)

The first is Cauchy-Schwarz for a and 1, the second for sqrt(c)*a and sqrt(c).
"""

from ..vocabulary import *
from . import functionals

# --- statement -------------------------------------------------------------------------------------

a, c, x = function("a"), function("c"), function("x")
v = function("v", "int", "int")  # coordinate, number
X = function("X", "point")
lo, hi = integers("lo hi")
TIMES = Functional("Sum", k, (1, n))
OVER = Functional("Sum", k, (lo, hi))
MEAN = Functional("E", w)
COUNT = {"n is a count": le(0, n)}
DIMENSION = {"d is a dimension": le(0, d)}
WEIGHTS = {"c is not negative": forall(k, le(0, c(k)), [le(lo, k), le(k, hi)])}
FINITE = {"E[X^2] is finite": Integrable(MEAN.of(X(w) ** 2))}

SUMS = le(TIMES.of(a(k)) ** 2, n * TIMES.of(a(k) ** 2))
WEIGHTED = le(OVER.of(c(k) * a(k)) ** 2, OVER.of(c(k)) * OVER.of(c(k) * a(k) ** 2))
VECTORS = le(COORDINATES.of(TIMES.of(v(j, k)) ** 2), n * TIMES.of(COORDINATES.of(v(j, k) ** 2)))
SIZES = le(COORDINATES.of(Abs(x(j))), sqrt(d) * norm(x(j)))
MEANS = le(MEAN.of(X(w)) ** 2, MEAN.of(X(w) ** 2))
ROOT = le(MEAN.of(Abs(X(w))), sqrt(MEAN.of(X(w) ** 2)))


# --- proof -----------------------------------------------------------------------------------------


def sums(proof: Scope) -> Step:
    return proof.conclude(
        proof.cite("cauchy-schwarz", a=a, b=(k, Integer(1)), lo=1, hi=n), proof.cite("constant-sum", n=n)
    )


def weighted(proof: Scope) -> Step:
    weight = root(c(k))
    cauchy = proof.cite("cauchy-schwarz", a=(k, weight * a(k)), b=(k, weight))
    square = proof.each(OVER, eq(product(weight, weight), c(k)), "c is not negative")
    mixed = proof.each(OVER, eq(product(weight, a(k), weight), c(k) * a(k)), "c is not negative")
    large = proof.each(OVER, eq(product(weight, a(k), weight, a(k)), c(k) * a(k) ** 2), "c is not negative")
    return proof.conclude(cauchy, square, mixed, large)


def vectors(proof: Scope) -> Step:
    one = proof.each(COORDINATES, proof.cite("square-of-sum", "sums", a=(k, v(j, k))))
    swapped = proof.cite("double-sums", "rectangle", f=((k, j), v(j, k) ** 2), lo=1, hi=d)
    return proof.conclude(one, swapped)


def sizes(proof: Scope) -> Step:
    square = proof.cite("square-of-sum", "sums", a=(j, Abs(x(j))), n=d)
    same = proof.each(COORDINATES, eq(absolute(x(j)) ** 2, x(j) ** 2))
    return proof.by_squares(SIZES, square, same)


def means(proof: Scope) -> Step:
    return proof.conclude(proof.cite("cauchy-schwarz", "expectations", X=X, Y=(w, Integer(1))))


def root_of(proof: Scope) -> Step:
    same = proof.have(eq(absolute(X(w)) ** 2, X(w) ** 2))
    finite = proof.integrable(MEAN.of(absolute(X(w)) ** 2), proof.have(le(absolute(X(w)) ** 2, X(w) ** 2)))
    square = proof.cite("square-of-sum", "expectations", X=(w, Abs(X(w))), by=[finite])
    return proof.by_squares(ROOT, square, proof.each(MEAN, same))


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Those of the foundations, with a second index; all terms are equal now and then."""
    for model in functionals.models(rng):
        values = {(row, place): rational(rng) for row in range(-1, 6) for place in range(-1, 10)}
        if rng.random() < 0.4:
            same = rational(rng)
            model = model.extended(functions={name: lambda i, s=same: s for name in ("a", "X")})
            values = {place: Fraction(place[0]) for place in values}
        yield model.extended(
            variables={"d": rng.randint(0, 4)},
            functions={"v": lambda row, place, v=values: v[row, place], "x": lambda i, v=values: v[i, 1]},
        )


def of_any_sign(rng: Random) -> Iterator[Model]:
    """Weights 1 and -1 for values 1 and 2."""
    for model in models(rng):
        functions = {"c": lambda i: Fraction(1 if i == 1 else -1), "a": lambda i: Fraction(i)}
        yield model.extended(variables={"lo": 1, "hi": 2}, functions=functions)


lemma = Lemma(
    slug="square-of-sum",
    title="The square of a sum or mean against the sum or mean of squares; |x|_1 <= sqrt(d)*|x|_2",
    source=Source.CLASSICAL,
    where="Cauchy-Schwarz in the forms in which it is used most",
    assumptions={**COUNT, **DIMENSION, **WEIGHTS, **FINITE},
    claims=[
        Claim("sums", SUMS, sums, given=COUNT),
        Claim("weighted", WEIGHTED, weighted, given=WEIGHTS),
        Claim("vectors", VECTORS, vectors, given=COUNT),
        Claim("sizes", SIZES, sizes, given=DIMENSION),
        Claim("expectations", MEANS, means, given=FINITE),
        Claim("root mean square", ROOT, root_of, given=FINITE),
    ],
    models=models,
    mutants=[
        Mutant("n times 0.99", le(SUMS.lhs, Rational(99, 100) * SUMS.rhs)),
        Mutant("without n", le(SUMS.lhs, TIMES.of(a(k) ** 2))),
        Mutant("weights of any sign", drop=tuple(WEIGHTS), claim="weighted", models=of_any_sign),
        Mutant("vectors, without n", le(VECTORS.lhs, VECTORS.rhs / n), claim="vectors"),
        Mutant("sizes without sqrt(d)", le(SIZES.lhs, norm(x(j))), claim="sizes"),
        Mutant("strictly below the mean square", lt(MEANS.lhs, MEANS.rhs), claim="expectations"),
        Mutant("half the root", le(ROOT.lhs, ROOT.rhs / 2), claim="root mean square"),
    ],
)
