"""Moving along Sign(m) instead of the gradient a costs twice the error: a*Sign(m) >= |a| - 2*|a - m|.

Summed over coordinates with magnitudes 0 <= u_j <= R: the weighted alignment loses at most 2*R*sqrt(d)*|a - m|_2.
Without the factor R it holds for magnitudes of any sign, since a*Sign(m) is never more than |a|.  The constant 2
cannot be lowered: let m tend to 0 with the wrong sign.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from sympy import Abs, Rational, sign, sqrt

from adamproof.lemmas.foundations.functionals import rational
from adamproof.numeric.models import Model
from adamproof.prover import (
    Functional,
    Step,
    at,
    by_cases,
    cut,
    eq,
    forall,
    function,
    instantiate,
    integers,
    le,
    lt,
    product,
    prove,
    reals,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

x, y, R = reals("x y R")  # one coordinate of the gradient and of the momentum
j, d = integers("j d")
a, m, u = function("a"), function("m"), function("u")
COORDINATES = Functional("Sum", j, (1, d))
ONE = le(Abs(x) - 2 * Abs(x - y), x * sign(y))

ALIGNED = COORDINATES.of(u(j) * a(j) * sign(m(j)))
SIZE = COORDINATES.of(u(j) * Abs(a(j)))
ERROR = sqrt(COORDINATES.of((a(j) - m(j)) ** 2))
LENGTH = sqrt(COORDINATES.of(u(j) ** 2))


def prove_one(scope: Scope) -> Step:
    """By the sign of y; only opposite signs cost anything."""
    positive, negative, zero = (prove(scope.goal, case) for case in (lt(0, y), lt(y, 0), eq(y, 0)))
    scope.step("m > 0", positive)
    scope.step("m < 0", negative)
    scope.step("m = 0", zero)
    zero = cut(zero, prove(eq(y, 0), le(y, 0), le(0, y)))
    return by_cases(0, y, by_cases(y, 0, zero, positive), negative)


def prove_at_most(scope: Scope) -> Step:
    """No sign does better than the right one."""
    return prove(scope.goal, prove(le(Abs(sign(y)), 1)))


def prove_weighted(scope: Scope) -> Step:
    """The sum over coordinates, then Cauchy-Schwarz on the magnitudes and the errors."""
    one = instantiate(scope.lemma("sign-alignment", "one coordinate"), {x: a(j), y: m(j)})
    at_most = instantiate(scope.lemma("sign-alignment", "at most the size"), {x: a(j), y: m(j)})
    size, loss = Abs(a(j) - m(j)), Abs(u(j)) * Abs(a(j) - m(j))
    goal = le(u(j) * Abs(a(j)) - 2 * loss, u(j) * a(j) * sign(m(j)))
    term = by_cases(0, u(j), prove(goal, one, le(0, u(j))), prove(goal, at_most, lt(u(j), 0)))
    total = scope.step("every coordinate, weighted and summed", COORDINATES.monotone(term))
    cauchy = instantiate(
        scope.lemma("cauchy-schwarz"),
        {function("a"): ((j,), Abs(u(j))), function("b"): ((j,), size), integers("lo"): 1, integers("hi"): d},
    )
    squares = [
        COORDINATES.equal(prove(eq(product(root, root), square**2)))
        for root, square in ((size, a(j) - m(j)), (Abs(u(j)), u(j)))
    ]
    nonneg = [COORDINATES.monotone(prove(le(0, square**2))) for square in (u(j), a(j) - m(j))]
    lengths = prove(le(0, LENGTH * ERROR), nonneg)
    bound = prove(le(COORDINATES.of(loss), LENGTH * ERROR), cauchy, squares, nonneg, lengths)
    scope.step("the loss is at most |u|_2*|a - m|_2, by Cauchy-Schwarz", bound)
    return prove(scope.goal, total, bound)


def prove_bounded(scope: Scope) -> Step:
    """|u|_2 <= R*sqrt(d) when every magnitude is at most R."""
    weighted = scope.lemma("sign-alignment", "any magnitudes")
    inside = [at(scope.the(name), j) for name in ("magnitudes are not negative", "magnitudes are at most R")]
    squares = COORDINATES.monotone(prove(le(u(j) ** 2, R**2), inside))
    count = instantiate(scope.lemma("constant-sum"), {integers("n"): d})
    total = prove(le(COORDINATES.of(u(j) ** 2), R**2 * d), squares, count)
    scope.step("|u|_2^2 <= R^2*d", total)
    given = scope.given("R is not negative", "d is a dimension")
    nonneg = [COORDINATES.monotone(prove(le(0, square**2))) for square in (u(j), a(j) - m(j))]
    length = prove(le(LENGTH, R * sqrt(d)), total, nonneg, given, prove(le(0, R * sqrt(d)), given))
    scope.step("|u|_2 <= R*sqrt(d)", length)
    return prove(scope.goal, weighted, length, prove(le(0, ERROR), nonneg))


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


def large_magnitudes(rng: Random) -> Iterator[Model]:
    """As models, with R = 0."""
    return (model.extended(variables={"R": 0}) for model in models(rng))


def wrong_sign(rng: Random) -> Iterator[Model]:
    """m close to 0 with the sign opposite to a: nothing less than 2 will do."""
    while True:
        value = 1 + abs(rational(rng))
        yield Model(variables={"x": value, "y": -value / 10**6})


WEIGHTED = le(SIZE - 2 * LENGTH * ERROR, ALIGNED)
BOUNDED = le(SIZE - 2 * R * sqrt(d) * ERROR, ALIGNED)
RANGE = [le(1, j), le(j, d)]

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
        Claim("bounded magnitudes", BOUNDED, prove_bounded),
        Claim("any magnitudes", WEIGHTED, prove_weighted, given=()),
        Claim("one coordinate", ONE, prove_one, given=()),
        Claim("at most the size", le(x * sign(y), Abs(x)), prove_at_most, given=()),
    ],
    models=models,
    mutants=[
        Mutant(
            "2 replaced by 1.99",
            conclusion=le(Abs(x) - Rational(199, 100) * Abs(x - y), x * sign(y)),
            claim="one coordinate",
            models=wrong_sign,
        ),
        Mutant("sign flipped", conclusion=le(Abs(x) - 2 * Abs(x - y), -x * sign(y)), claim="one coordinate"),
        Mutant("no loss at all", conclusion=le(SIZE, ALIGNED)),
        Mutant("without sqrt(d)", conclusion=le(SIZE - 2 * R * ERROR / 10, ALIGNED)),
        Mutant("magnitudes beyond R", drop=("magnitudes are at most R",), models=large_magnitudes),
        Mutant("strict inequality", conclusion=lt(SIZE - 2 * R * sqrt(d) * ERROR, ALIGNED)),
    ],
)
