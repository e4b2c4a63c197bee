"""Root mean squares over time, outcomes and coordinates: L[f] = the sum over t of E of the sum over j of f(t, j, w).

    |L[x*y]| <= sqrt(L[x^2])*sqrt(L[y^2]),    sqrt(L[(x + y)^2]) <= sqrt(L[x^2]) + sqrt(L[y^2])

L is linear and monotone, one functional after the other, so 0 <= L[(x - lam*y)^2] for every lam, whose best lam gives
the first claim; the second follows by multiplying out.  The mixed terms are integrable, as |x*y| <= x^2 + y^2.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from sympy import Abs, Rational, sqrt

from adamproof.lemmas.foundations.functionals import rational, space
from adamproof.lemmas.notation import COORDINATES, T, j, k, t, w
from adamproof.numeric.models import Model
from adamproof.prover import (
    E,
    Functional,
    Integrable,
    Step,
    at,
    by_cases,
    cut,
    eq,
    forall,
    function,
    generalise,
    instantiate,
    le,
    lt,
    ne,
    product,
    prove,
    reals,
    rewrite,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

x, y = (function(name, "int", "int", "point") for name in ("x", "y"))  # time, coordinate, outcome
lam = reals("lam")
over = Functional("E", w)
TIMES = Functional("Sum", t, (1, T))
START = le(1, t)
X, Y = x(t, j, w), y(t, j, w)


def mean(body: Any) -> Any:
    """E of the sum over the coordinates."""
    return E(COORDINATES.of(body), w)


def total(body: Any) -> Any:
    """L[body]."""
    return TIMES.of(mean(body))


def finite_squares(scope: Scope) -> list[Step]:
    """E|x_t|^2 and E|y_t|^2 are finite."""
    return [at(scope.the(f"E|{name}_t|^2 is finite"), t, given=[START]) for name in "xy"]


def dominated(scope: Scope, body: Any, *facts: Step) -> Step:
    """E of the sum of body is finite, if |body| <= x^2 + y^2."""
    squares = [COORDINATES.of(X**2), COORDINATES.of(Y**2)]
    both = over.integrable(sum(squares), *((1, step) for step in finite_squares(scope)))
    above = COORDINATES.monotone(prove(le(body, X**2 + Y**2), *facts))
    below = COORDINATES.monotone(prove(le(-body, X**2 + Y**2), *facts))
    z, bound = reals("z bound")
    size = instantiate(
        prove(le(Abs(z), bound), le(z, bound), le(-z, bound)), {z: COORDINATES.of(body), bound: sum(squares)}
    )
    size = cut(size, prove(le(COORDINATES.of(body), sum(squares)), above, degree=1))
    return over.dominated(cut(size, prove(le(-COORDINATES.of(body), sum(squares)), below, degree=1)), both)


def finite_product(scope: Scope) -> Step:
    return dominated(scope, X * Y)


def finite_size(scope: Scope) -> Step:
    return dominated(scope, X * Abs(Y), prove(eq(product(Abs(Y), Abs(Y)), Y**2)))


def finite_sum(scope: Scope) -> Step:
    """(x + y)^2 = x^2 + 2*x*y + y^2."""
    parts = zip((1, 1, 2), (*finite_squares(scope), scope.lemma("mean-square", "finite product")), strict=True)
    return over.integrable(COORDINATES.of((X + Y) ** 2), *parts)


def quadratic(scope: Scope) -> Step:
    """0 <= L[(x - lam*y)^2] for every lam, multiplied out."""
    one = COORDINATES.monotone(prove(le(0, (X - lam * Y) ** 2)))
    xx, yy, xy = (COORDINATES.of(body) for body in (X**2, Y**2, X * Y))
    one = prove(le(0, xx - 2 * lam * xy + lam**2 * yy), one, degree=1)
    first, second = finite_squares(scope)
    cross = scope.lemma("mean-square", "finite product")
    each = over.monotone(one, (1, first), (lam**2, second), (-2 * lam, cross))
    each = prove(le(0, mean(X**2) - 2 * lam * mean(X * Y) + lam**2 * mean(Y**2)), each, degree=1)
    return prove(le(0, total(X**2) - 2 * lam * total(X * Y) + lam**2 * total(Y**2)), TIMES.monotone(each), degree=1)


def nonneg(scope: Scope, name: str) -> Step:
    """0 <= L[x^2], or L[y^2]."""
    body = (X if name == "x" else Y) ** 2
    finite = at(scope.the(f"E|{name}_t|^2 is finite"), t, given=[START])
    each = over.monotone(prove(le(0, COORDINATES.of(body)), COORDINATES.monotone(prove(le(0, body)))), (1, finite))
    return prove(le(0, total(body)), TIMES.monotone(prove(le(0, mean(body)), each)))


def discriminant() -> Step:
    """If 0 <= a - 2*lam*c + lam^2*b for every lam, then c^2 <= a*b; and the roots."""
    a, b, c = reals("a b c")
    every = forall(lam, le(0, a - 2 * lam * c + lam**2 * b))
    goal = le(c**2, a * b)
    positive = prove(goal, at(every, c / b), lt(0, b))
    vanishes = prove(eq(b, 0), le(b, 0), le(0, b))
    nonzero = prove(ne(c, 0), lt(0, c**2))
    absurd = prove(goal, at(every, (a + 1) / (2 * c)), nonzero, vanishes)
    square = by_cases(b, 0, by_cases(c**2, 0, prove(goal, le(c**2, 0), vanishes), absurd), positive)
    above = prove(le(0, sqrt(a) * sqrt(b)), le(0, a), le(0, b))
    z = reals("z")
    root = prove(le(z, sqrt(a) * sqrt(b)), le(z**2, a * b), le(0, a), le(0, b), above)
    bounds = [cut(instantiate(root, {z: sign * c}), prove(le((sign * c) ** 2, a * b), square)) for sign in (1, -1)]
    return prove(le(Abs(c), sqrt(a) * sqrt(b)), bounds)


def cauchy_schwarz(scope: Scope) -> Step:
    a, b, c = reals("a b c")
    every = generalise(scope.step("0 <= L[(x - lam*y)^2], multiplied out", quadratic(scope)), lam)
    values = {a: total(X**2), b: total(Y**2), c: total(X * Y)}
    return cut(instantiate(discriminant(), values), every, nonneg(scope, "x"), nonneg(scope, "y"))


def sizes(scope: Scope) -> Step:
    """Cauchy-Schwarz for x and |y|."""
    size = Abs(Y)
    found = instantiate(scope.lemma("mean-square", "cauchy-schwarz"), {y: ((t, j, w), size)})
    same = COORDINATES.equal(prove(eq(product(size, size), Y**2)))
    hole, z = reals("hole z")
    finite = at(scope.the("E|y_t|^2 is finite"), k, given=[le(1, k)])
    there = instantiate(same, {t: k})
    left, right = there.conclusion.args
    back = instantiate(prove(le(Abs(z), Abs(hole)), eq(z, hole)), {z: left, hole: right})
    finite = over.dominated(cut(back, there), finite)
    found = cut(found, generalise(finite, k, [le(1, k)]))
    alike = TIMES.equal(over.equal(same))
    found = rewrite(found, alike, hole, le(Abs(total(X * size)), sqrt(total(X**2)) * sqrt(hole)))
    return prove(scope.goal, found)


def minkowski(scope: Scope) -> Step:
    cauchy = scope.lemma("mean-square", "cauchy-schwarz")
    each = prove(
        eq(mean((X + Y) ** 2), mean(X**2) + 2 * mean(X * Y) + mean(Y**2)),
        over.equal(prove(eq(COORDINATES.of((X + Y) ** 2), COORDINATES.of(X**2 + 2 * X * Y + Y**2)))),
    )
    whole = prove(eq(total((X + Y) ** 2), total(X**2) + 2 * total(X * Y) + total(Y**2)), TIMES.equal(each))
    a, b, c, e = reals("a b c e")
    inner = prove(le(c, sqrt(a) * sqrt(b)), le(Abs(c), sqrt(a) * sqrt(b)))
    roots = [prove(le(0, sqrt(a) + sqrt(b)), le(0, a), le(0, b)), le(0, a), le(0, b)]
    squared = prove(le(e, (sqrt(a) + sqrt(b)) ** 2), eq(e, a + 2 * c + b), inner, roots[1:])
    z = reals("z")
    root = prove(le(sqrt(e), z), le(e, z**2), le(0, e), le(0, z))
    root = cut(instantiate(root, {z: sqrt(a) + sqrt(b)}), squared, roots[0])
    positive = over.monotone(
        prove(le(0, COORDINATES.of((X + Y) ** 2)), COORDINATES.monotone(prove(le(0, (X + Y) ** 2)))),
        (1, scope.lemma("mean-square", "finite sum")),
    )
    positive = prove(le(0, total((X + Y) ** 2)), TIMES.monotone(prove(le(0, mean((X + Y) ** 2)), positive)))
    values = {a: total(X**2), b: total(Y**2), c: total(X * Y), e: total((X + Y) ** 2)}
    return cut(instantiate(root, values), cauchy, whole, positive, nonneg(scope, "x"), nonneg(scope, "y"))


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


ROOTS = sqrt(total(X**2)), sqrt(total(Y**2))
SUM = sqrt(total((X + Y) ** 2))
FINITE = {
    f"E|{name}_t|^2 is finite": forall(k, Integrable(mean(of(k, j, w) ** 2)), [le(1, k)])
    for name, of in (("x", x), ("y", y))
}
FROM = {"t is from 1 on": START}

lemma = Lemma(
    slug="mean-square",
    title="Cauchy-Schwarz and Minkowski over time, outcomes and coordinates",
    source=Source.CLASSICAL,
    where="how the mean square of the magnitudes meets that of the momentum error",
    assumptions={**FINITE, **FROM},
    claims=[
        Claim("cauchy-schwarz", le(Abs(total(X * Y)), ROOTS[0] * ROOTS[1]), cauchy_schwarz, given=tuple(FINITE)),
        Claim("minkowski", le(SUM, ROOTS[0] + ROOTS[1]), minkowski, given=tuple(FINITE)),
        Claim("sizes", le(total(X * Abs(Y)), ROOTS[0] * ROOTS[1]), sizes, given=tuple(FINITE)),
        Claim("finite product", Integrable(mean(X * Y)), finite_product),
        Claim("finite product of sizes", Integrable(mean(X * Abs(Y))), finite_size),
        Claim("finite sum", Integrable(mean((X + Y) ** 2)), finite_sum),
    ],
    models=models,
    mutants=[
        Mutant("right side times 0.99", conclusion=le(Abs(total(X * Y)), Rational(99, 100) * ROOTS[0] * ROOTS[1])),
        Mutant("inequality reversed", conclusion=le(ROOTS[0] * ROOTS[1], Abs(total(X * Y)))),
        Mutant("strict inequality", conclusion=lt(Abs(total(X * Y)), ROOTS[0] * ROOTS[1])),
        Mutant("without the roots", conclusion=le(Abs(total(X * Y)), ROOTS[0])),
        Mutant("sum times 0.99", conclusion=le(SUM, Rational(99, 100) * (ROOTS[0] + ROOTS[1])), claim="minkowski"),
        Mutant("sum, reversed", conclusion=le(ROOTS[0] + ROOTS[1], SUM), claim="minkowski"),
        Mutant(
            "sizes times 0.99", conclusion=le(total(X * Abs(Y)), Rational(99, 100) * ROOTS[0] * ROOTS[1]), claim="sizes"
        ),
    ],
)
