"""Moving along Sign(m) instead of the gradient a costs twice the error: a*Sign(m) >= |a| - 2*|a - m|.

Summed over coordinates with magnitudes 0 <= u_j <= R: the weighted alignment loses at most 2*R*sqrt(d)*|a - m|_2.
Without the factor R it holds for magnitudes of any sign, since a*Sign(m) is never more than |a|.  The constant 2
cannot be lowered: let m tend to 0 with the wrong sign.
"""

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

x, y, R = reals("x y R")  # one coordinate of the gradient and of the momentum
a, m, u = function("a"), function("m"), function("u")
RANGE = [le(1, j), le(j, d)]
ONE = le(Abs(x) - 2 * Abs(x - y), x * sign(y))

ALIGNED = COORDINATES.of(u(j) * a(j) * sign(m(j)))
SIZE = COORDINATES.of(u(j) * Abs(a(j)))
ERROR, LENGTH = norm(a(j) - m(j)), norm(u(j))
WEIGHTED = le(SIZE - 2 * LENGTH * ERROR, ALIGNED)
BOUNDED = le(SIZE - 2 * R * sqrt(d) * ERROR, ALIGNED)


# --- proofs ----------------------------------------------------------------------------------------


def one_coordinate(proof: Scope) -> Step:
    """By the sign of m; only opposite signs cost anything."""
    return proof.cases(0, y, lambda: proof.cases(y, 0, lambda: zero(proof), proof.conclude), proof.conclude)


def zero(proof: Scope) -> Step:
    return proof.conclude(proof.have(eq(y, 0), le(y, 0), le(0, y)))


def at_most(proof: Scope) -> Step:
    """No sign does better than the right one."""
    return proof.conclude(le(Abs(sign(y)), 1))


def any_magnitudes(proof: Scope) -> Step:
    """Summed over the coordinates, then Cauchy-Schwarz on the magnitudes and the errors."""
    loss = Abs(u(j)) * Abs(a(j) - m(j))
    one = le(u(j) * Abs(a(j)) - 2 * loss, u(j) * a(j) * sign(m(j)))
    total = proof.each(COORDINATES, one, lambda: weighted(proof, one), title="every coordinate, weighted and summed")
    cauchy = proof.cite("cauchy-schwarz", a=(j, Abs(u(j))), b=(j, Abs(a(j) - m(j))), lo=1, hi=d)
    squares = [proof.each(COORDINATES, eq(absolute(x) ** 2, x**2)) for x in (u(j), a(j) - m(j))]
    inner = le(COORDINATES.of(loss), LENGTH * ERROR)
    inner = proof.by_squares(inner, cauchy, squares, title="the loss is at most |u|_2*|a - m|_2, by Cauchy-Schwarz")
    return proof.conclude(total, inner)


def weighted(proof: Scope, one: Any) -> Step:
    """A magnitude that is not negative loses at most twice the error, a negative one nothing."""
    aligned = proof.cite("sign-alignment", "one coordinate", x=a(j), y=m(j))
    best = proof.cite("sign-alignment", "at most the size", x=a(j), y=m(j))
    return proof.cases(0, u(j), lambda: proof.have(one, aligned), lambda: proof.have(one, best))


def bounded(proof: Scope) -> Step:
    """|u|_2 <= R*sqrt(d) when every magnitude is at most R."""
    each = proof.each(COORDINATES, le(u(j) ** 2, R**2), "magnitudes are not negative", "magnitudes are at most R")
    total = le(COORDINATES.of(u(j) ** 2), R**2 * d)
    total = proof.have(total, each, proof.cite("constant-sum", n=d), title="|u|_2^2 <= R^2*d")
    length = proof.have(le(LENGTH, R * sqrt(d)), total, title="|u|_2 <= R*sqrt(d)")
    return proof.conclude(proof.lemma("sign-alignment", "any magnitudes"), length)


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Random vectors of dimension 0 to 6, magnitudes in [0, R], momenta now and then tiny with the wrong sign."""
    while True:
        dimension = rng.randint(0, 6)
        bound = abs(rational(rng))
        gradient = [rational(rng) for _ in range(10)]
        momentum = [-value / 1000 if rng.random() < 0.4 else rational(rng) for value in gradient]
        magnitude = [bound * rng.choice([Fraction(1), abs(rational(rng)) % 1]) for _ in range(10)]
        yield Model(
            variables={"x": gradient[1], "y": momentum[1], "R": bound, "d": dimension},
            functions={
                "a": lambda k, values=gradient: values[k % 10],
                "m": lambda k, values=momentum: values[k % 10],
                "u": lambda k, values=magnitude: values[k % 10],
            },
            integers=range(0, 9),
        )


def wrong_sign(rng: Random) -> Iterator[Model]:
    """m close to 0 with the sign opposite to a: nothing less than 2 will do."""
    while True:
        value = 1 + abs(rational(rng))
        yield Model(variables={"x": value, "y": -value / 10**6})


lemma = Lemma(
    slug="sign-alignment",
    title="What moving along Sign(m) instead of the gradient costs",
    source=Source.RECONSTRUCTED,
    where="the step that turns a bounded magnitude into descent; the summary only names sign descent",
    assumptions={
        "magnitudes are not negative": forall(j, le(0, u(j)), RANGE),
        "magnitudes are at most R": forall(j, le(u(j), R), RANGE),
        "R is not negative": le(0, R),
        "d is a dimension": le(0, d),
    },
    claims=[
        Claim("bounded magnitudes", BOUNDED, bounded),
        Claim("any magnitudes", WEIGHTED, any_magnitudes, given=()),
        Claim("one coordinate", ONE, one_coordinate, given=()),
        Claim("at most the size", le(x * sign(y), Abs(x)), at_most, given=()),
    ],
    models=models,
    mutants=[
        Mutant(
            "2 replaced by 1.99",
            le(Abs(x) - Rational(199, 100) * Abs(x - y), x * sign(y)),
            claim="one coordinate",
            models=wrong_sign,
        ),
        Mutant("sign flipped", le(Abs(x) - 2 * Abs(x - y), -x * sign(y)), claim="one coordinate"),
        Mutant("no loss at all", le(SIZE, ALIGNED)),
        Mutant("without sqrt(d)", le(SIZE - 2 * R * ERROR / 10, ALIGNED)),
        Mutant("magnitudes beyond R", drop=("magnitudes are at most R",), models=changed(models, R=0)),
        Mutant("strict inequality", lt(SIZE - 2 * R * sqrt(d) * ERROR, ALIGNED)),
    ],
)
