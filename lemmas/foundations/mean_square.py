"""Root mean squares over time, outcomes and coordinates: L[f] = the sum over t of E of the sum over j of f(t, j, w).

    |L[x*y]| <= sqrt(L[x^2])*sqrt(L[y^2]),    sqrt(L[(x + y)^2]) <= sqrt(L[x^2]) + sqrt(L[y^2])

L is linear and monotone, one functional after the other, so 0 <= L[(x - lam*y)^2] for every lam, whose best lam gives
the first claim; the second follows by multiplying out.  The mixed terms are integrable, as |x*y| <= x^2 + y^2.
"""

from adamproof.lemmas.foundations.cauchy_schwarz import discriminant
from adamproof.lemmas.foundations.functionals import space

from ..vocabulary import *

SLUG = "mean-square"
x, y = (function(name, "int", "int", "point") for name in ("x", "y"))  # time, coordinate, outcome
lam = reals("lam")
over = Functional("E", w)
TIMES = Functional("Sum", t, (1, T))
X, Y = x(t, j, w), y(t, j, w)


def mean(body: Any) -> Any:
    """E of the sum over the coordinates."""
    return E(COORDINATES.of(body), w)


def total(body: Any) -> Any:
    """L[body]."""
    return TIMES.of(mean(body))


FINITE = {
    f"E|{name}_t|^2 is finite": forall(k, Integrable(mean(of(k, j, w) ** 2)), [le(1, k)])
    for name, of in (("x", x), ("y", y))
}
FROM = {"t is from 1 on": le(1, t)}
XX, YY, XY = total(X**2), total(Y**2), total(X * Y)
ROOTS = sqrt(XX), sqrt(YY)
SUM = sqrt(total((X + Y) ** 2))


# --- what is integrable -----------------------------------------------------------------------------


def dominated(proof: Scope, body: Any) -> Step:
    """E of the sum of body is finite, as |body| <= x^2 + y^2."""
    size, squares = COORDINATES.of(body), COORDINATES.of(X**2) + COORDINATES.of(Y**2)
    same = proof.have(eq(absolute(Y) ** 2, Y**2))
    both = [proof.each(COORDINATES, le(way, X**2 + Y**2), same) for way in (body, -body)]
    return proof.conclude(proof.have(le(Abs(size), squares), both))


# --- Cauchy-Schwarz and Minkowski -------------------------------------------------------------------


def quadratic(proof: Scope) -> Step:
    """0 <= L[(x - lam*y)^2] for every lam, multiplied out."""
    with proof.assuming(FROM["t is from 1 on"]):
        finite = proof.lemma(SLUG, "finite product")
    square = proof.have(le(0, total((X - lam * Y) ** 2)), finite)
    return proof.every(lam, le(0, XX - 2 * lam * XY + lam**2 * YY), square, title="0 <= L[(x - lam*y)^2] for every lam")


def cauchy_schwarz(proof: Scope) -> Step:
    least = discriminant(proof, quadratic(proof), XX, YY, XY, names=("x", "y"))
    return proof.conclude(proof.by_squares(le(Abs(XY), ROOTS[0] * ROOTS[1]), least))


def sizes(proof: Scope) -> Step:
    """Cauchy-Schwarz for x and |y|."""
    same = proof.each(COORDINATES, eq(absolute(Y) ** 2, Y**2))
    found = proof.cite(SLUG, "cauchy-schwarz", y=((t, j, w), Abs(Y)), by=[same])
    return proof.conclude(proof.rewrite(found, proof.each(TIMES, proof.each(over, same))))


def minkowski(proof: Scope) -> Step:
    cauchy = proof.lemma(SLUG, "cauchy-schwarz")
    square = proof.have(le(total((X + Y) ** 2), sum(ROOTS) ** 2), cauchy)
    return proof.conclude(proof.by_squares(le(SUM, sum(ROOTS)), square, proof.lemma(SLUG, "finite sum")))


# --- models, near misses ----------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Random values on a finite probability space, parallel ones now and then."""
    while True:
        points = space(rng)
        places = [(time, i, point) for time in range(-1, 5) for i in range(-1, 5) for point, _ in points]
        values = {place: rational(rng) for place in places}
        others = {place: rational(rng) for place in places}
        if rng.random() < 0.4:
            factor = abs(rational(rng))
            others = {place: factor * value for place, value in values.items()}
        yield Model(
            variables={"T": rng.randint(0, 3), "d": rng.randint(0, 3), "t": rng.randint(1, 3)},
            functions={
                "x": lambda time, i, point, v=values: v[time, i, point],
                "y": lambda time, i, point, v=others: v[time, i, point],
            },
            space=points,
            integers=range(0, 4),
        )


lemma = Lemma(
    slug=SLUG,
    title="Cauchy-Schwarz and Minkowski over time, outcomes and coordinates",
    source=Source.CLASSICAL,
    where="how the mean square of the magnitudes meets that of the momentum error",
    assumptions={**FINITE, **FROM},
    claims=[
        Claim("cauchy-schwarz", le(Abs(XY), ROOTS[0] * ROOTS[1]), cauchy_schwarz, given=FINITE),
        Claim("minkowski", le(SUM, sum(ROOTS)), minkowski, given=FINITE),
        Claim("sizes", le(total(X * Abs(Y)), ROOTS[0] * ROOTS[1]), sizes, given=FINITE),
        Claim("finite product", Integrable(mean(X * Y)), lambda proof: dominated(proof, X * Y)),
        Claim("finite product of sizes", Integrable(mean(X * Abs(Y))), lambda proof: dominated(proof, X * Abs(Y))),
        Claim("finite sum", Integrable(mean((X + Y) ** 2)), lambda p: p.conclude(p.lemma(SLUG, "finite product"))),
    ],
    models=models,
    mutants=[
        Mutant("right side times 0.99", le(Abs(XY), Rational(99, 100) * ROOTS[0] * ROOTS[1])),
        Mutant("inequality reversed", le(ROOTS[0] * ROOTS[1], Abs(XY))),
        Mutant("strict inequality", lt(Abs(XY), ROOTS[0] * ROOTS[1])),
        Mutant("without the roots", le(Abs(XY), ROOTS[0])),
        Mutant("sum times 0.99", le(SUM, Rational(99, 100) * (ROOTS[0] + ROOTS[1])), claim="minkowski"),
        Mutant("sum, reversed", le(ROOTS[0] + ROOTS[1], SUM), claim="minkowski"),
        Mutant("sizes times 0.99", le(total(X * Abs(Y)), Rational(99, 100) * ROOTS[0] * ROOTS[1]), claim="sizes"),
    ],
)
