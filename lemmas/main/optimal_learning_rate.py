"""The learning rate that minimises the bound of Corollary 3.3 is exactly proportional to 1/sqrt(d).

Only two terms of the bound depend on gamma: A/gamma + B*d*gamma with A = D/T and B = R^2*k1*L0'.  For every gamma > 0
they add up to at least 2*sqrt(A*B*d), with equality at gamma* = sqrt(A/(B*d)); gamma*^2*d = A/B does not depend on d.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from sympy import Rational, sqrt

from adamproof.lemmas.foundations.functionals import rational
from adamproof.numeric.models import Model
from adamproof.prover import Step, cut, eq, instantiate, le, lt, product, prove, reals
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

A, B, d, gamma = reals("A B d gamma")
SIGNS = {"A is positive": lt(0, A), "B is positive": lt(0, B), "d is positive": lt(0, d)}
best = sqrt(A / (B * d))
least = 2 * sqrt(A * (B * d))


def at_least(scope: Scope) -> Step:
    """A/gamma + C*gamma - 2*sqrt(A*C) = (sqrt(A/gamma) - sqrt(C*gamma))^2, here without the roots of gamma."""
    a, c, r, g = reals("a c r g")
    square = prove(le(2 * r * g, a + c * g**2), eq(r**2, a * c), lt(0, c), lt(0, a), squares=[c * g - r])
    bound = prove(le(2 * r, a / g + c * g), square, lt(0, g))
    curve = prove(lt(0, B * d), scope.given("B is positive", "d is positive"))
    inside = prove(lt(0, A * (B * d)), curve, scope.the("A is positive"))
    root = prove(eq(product(sqrt(A * (B * d)), sqrt(A * (B * d))), A * (B * d)), inside)
    bound = instantiate(bound, {a: A, c: B * d, r: sqrt(A * (B * d)), g: gamma})
    return cut(bound, root, curve, *scope.given("A is positive", "gamma is positive"))


def scaling(scope: Scope) -> Step:
    a, c = reals("a c")
    positive = [lt(0, a), lt(0, c), lt(0, d)]
    ratio = prove(lt(0, a / (c * d)), prove(lt(0, a / c), positive[:2]), prove(lt(0, 1 / d), positive[2]))
    square = prove(eq(product(sqrt(a / (c * d)), sqrt(a / (c * d)), d), a / c), ratio, positive)
    return cut(instantiate(square, {a: A, c: B}), *scope.given())


def attained(scope: Scope) -> Step:
    """At gamma*, B*d*gamma*^2 = A, so both terms are A/gamma*; and 4*A^2/gamma*^2 = 4*A*B*d."""
    same = scope.lemma("optimal-learning-rate", "proportional to 1/sqrt(d)")
    g, c = reals("g c")
    balanced = prove(eq(A / g + c * g, 2 * (c * g)), eq(c * g**2, A), lt(0, g))
    positive = scope.given()
    curve = prove(lt(0, B * d), scope.given("B is positive", "d is positive"))
    ratio = prove(lt(0, A / (B * d)), prove(lt(0, A / B), positive), prove(lt(0, 1 / d), positive))
    rate = prove(lt(0, best), ratio)
    level = prove(eq(product(B, d, best, best), A), same, positive)
    balanced = cut(instantiate(balanced, {g: best, c: B * d}), level, rate)
    inside = prove(lt(0, A * (B * d)), curve, scope.the("A is positive"))
    u, v = reals("u v")
    equal = prove(eq(u, v), eq(u**2, v**2), lt(0, u), lt(0, v))
    size = prove(lt(0, product(B, d, best)), prove(lt(0, product(B * d, best)), curve, rate))
    left = prove(
        eq(product(B, d, best, B, d, best), product(sqrt(A * (B * d)), sqrt(A * (B * d)))),
        prove(eq(product(B, d, best, B, d, best), A * (B * d)), level),
        prove(eq(product(sqrt(A * (B * d)), sqrt(A * (B * d))), A * (B * d)), inside),
    )
    root = cut(
        instantiate(equal, {u: product(B, d, best), v: sqrt(A * (B * d))}),
        left,
        size,
        prove(lt(0, sqrt(A * (B * d))), inside),
    )
    return prove(scope.goal, balanced, root, degree=1)


def models(rng: Random) -> Iterator[Model]:
    """Positive constants; gamma at its best now and then."""
    while True:
        values = {name: abs(rational(rng)) + Fraction(1, 9) for name in ("A", "B", "d", "gamma")}
        if rng.random() < 0.4:
            values |= {"A": Fraction(4), "B": Fraction(1), "d": Fraction(1), "gamma": Fraction(2)}
        yield Model(variables=values)


def equality(rng: Random) -> Iterator[Model]:
    """gamma = sqrt(A/(B*d))."""
    while True:
        yield Model(variables={"A": Fraction(4), "B": Fraction(1), "d": Fraction(1), "gamma": Fraction(2)})


def many(rng: Random) -> Iterator[Model]:
    """d = 4."""
    while True:
        yield Model(variables={"A": Fraction(1), "B": Fraction(1), "d": Fraction(4), "gamma": Fraction(1)})


lemma = Lemma(
    slug="optimal-learning-rate",
    title="The gamma that minimises A/gamma + B*d*gamma is proportional to 1/sqrt(d)",
    source=Source.RECONSTRUCTED,
    where="Case 2 of Corollary 3.3: the summary says that the learning rate should scale as 1/sqrt(d)",
    assumptions={**SIGNS, "gamma is positive": lt(0, gamma)},
    claims=[
        Claim("proportional to 1/sqrt(d)", eq(product(best, best, d), A / B), scaling, given=tuple(SIGNS)),
        Claim("at least", le(least, A / gamma + B * d * gamma), at_least),
        Claim("attained", eq(A / best + B * d * best, least), attained, given=tuple(SIGNS)),
    ],
    models=models,
    mutants=[
        Mutant(
            "at least 1.01 times that",
            conclusion=le(Rational(101, 100) * least, A / gamma + B * d * gamma),
            claim="at least",
            models=equality,
        ),
        Mutant("strictly more", conclusion=lt(least, A / gamma + B * d * gamma), claim="at least", models=equality),
        Mutant("independent of d", conclusion=eq(product(best, best), A / B), models=many),
        Mutant("proportional to 1/d", conclusion=eq(product(best, best, d, d), A / B), models=many),
        Mutant("half the least value is attained", conclusion=eq(A / best + B * d * best, least / 2), claim="attained"),
    ],
    constants={"gamma": best},
)
