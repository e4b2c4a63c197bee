"""The source's schedule makes R grow: through the bound R the drift term does not vanish, and there is no rate.

With 1 - beta1 = alpha*T^(-1/2), 1 - beta2 = beta*T^(-3/4) and T = tau^8, R^2 is alpha/(2*beta)*T^(1/4) up to a bounded
error, so that gamma = gamma0*T^(-3/4) leaves gamma*R^2/(1 - beta1) above a constant.  In exponents: A = 1/2 and
B = 3/4 give rho >= 1/8, so the noise alone leaves r <= 1/8 for every gamma, and the drift r <= 0 for the source's
(r <= C - B for every A).

Why: with x = 1/tau^2, 1 - beta1 = alpha*x^2 and 1 - beta2 = beta*x^3, so beta2 - beta1^2 = alpha*x^2*(2 - z) with
z = beta*x/alpha + alpha*x^2, which is at most 1, and R^2 = alpha*beta2/(beta*x*(2 - z)) where
1/2 <= 1/(2 - z) <= (1 + z)/2.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Rational

from adamproof.lemmas.notation import R_squared, b1, b2, gamma
from adamproof.lemmas.schedules.schedule_exponents import MAGNITUDE, TERMS, A, B, C, model, r
from adamproof.numeric.models import Model
from adamproof.prover import Step, cut, eq, instantiate, le, lt, prove, reals, settle
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

alpha, beta, gamma0, tau = reals("alpha beta gamma0 tau")  # T = tau^8
x, z = reals("x z")  # x = 1/tau^2

SCHEDULE = {"A = 1/2": eq(A, Rational(1, 2)), "B = 3/4": eq(B, Rational(3, 4))}
CONSTANTS = {
    "alpha is positive": lt(0, alpha),
    "alpha <= 1": le(alpha, 1),
    "beta is positive": lt(0, beta),
    "beta <= 1": le(beta, 1),
}
LATE = {"tau^2 >= 2": le(2, tau**2), "tau^2 >= 2*beta/alpha": le(2 * beta, alpha * tau**2)}
BETAS = {"1 - beta1 = alpha/tau^4": eq(1 - b1, alpha / tau**4), "1 - beta2 = beta/tau^6": eq(1 - b2, beta / tau**6)}
RATE = {"gamma = gamma0/tau^6": eq(gamma, gamma0 / tau**6), "gamma0 is not negative": le(0, gamma0)}

LEADING = alpha / (2 * beta) * tau**2
DRIFT = gamma * R_squared * (Rational(1, 2) + 2 * b1 / (1 - b1))


def from_all(scope: Scope) -> Step:
    return prove(scope.goal, scope.given(), degree=1)


class InX:
    """The steps in x = 1/tau^2, under hypotheses on x; `put` brings a theorem back to tau."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.constants = scope.given(*CONSTANTS)
        self.small = [lt(0, x), le(2 * x, 1), le(2 * beta * x, alpha)]
        self.betas = [eq(b1, 1 - alpha * x**2), eq(b2, 1 - beta * x**3)]
        self.size = beta * x / alpha + alpha * x**2  # z
        self._about_z()
        self._about_betas()

    def _about_z(self) -> None:
        square = prove(le(x**2, Rational(1, 4)), self.small)
        self.part = prove(le(alpha * x**2, Rational(1, 4)), square, self.constants, prove(le(0, x**2)))
        rest = prove(le(beta * x / alpha, Rational(1, 2)), self.small, self.constants)
        self.most = prove(le(self.size, 1), self.part, rest)
        first = prove(le(0, beta * x / alpha), self.small, self.constants)
        self.least = prove(le(0, self.size), first, prove(le(0, alpha * x**2), self.constants))
        self.below = prove(lt(0, 2 - self.size), self.most)

    def _about_betas(self) -> None:
        square = prove(lt(0, x**2), self.small)
        self.cube = cube = prove(lt(0, x**3), square, self.small)
        half = prove(le(x**3, Rational(1, 2)), prove(le(x**2, Rational(1, 4)), self.small), self.small)
        self.b2_most = prove(le(b2, 1), self.betas, self.constants, prove(le(0, beta * x**3), cube, self.constants))
        self.b2_least = prove(le(Rational(1, 2), b2), self.betas, self.constants, half, cube)
        self.v_positive = prove(lt(0, 1 - b2), self.betas, prove(lt(0, beta * x**3), cube, self.constants))
        gap = prove(eq(b2 - b1**2, alpha * x**2 * (2 - self.size)), self.betas, self.constants)
        self.scaled = scaled = prove(lt(0, alpha * x**2), square, self.constants)
        self.defined = prove(lt(b1**2, b2), gap, prove(lt(0, alpha * x**2 * (2 - self.size)), scaled, self.below))
        self.gap = gap

    def formula(self) -> Step:
        """R^2 == alpha*b2/(beta*x*(2 - z)), first with z a variable."""
        gap = eq(b2 - b1**2, alpha * x**2 * (2 - z))
        positive = [lt(0, 1 - b2), lt(0, b2 - b1**2), lt(0, 2 - z)]
        goal = eq(R_squared, alpha * b2 / (beta * x * (2 - z)))
        found = prove(goal, gap, self.betas, positive, self.small[0], self.constants)
        found = instantiate(found, {z: self.size})
        gap_positive = prove(lt(0, b2 - b1**2), self.defined)
        found = cut(found, self.gap, self.v_positive, gap_positive, self.below)
        return self.scope.step("R^2 in x = 1/tau^2", found)

    def factor(self) -> Step:
        """0 <= alpha*b2/(beta*x)."""
        return prove(le(0, alpha * b2 / (beta * x)), self.b2_least, self.constants, self.small[0])

    def lower(self) -> Step:
        """alpha*b2/(2*beta*x) <= R^2."""
        half = prove(le(Rational(1, 2), 1 / (2 - z)), lt(0, 2 - z), le(0, z))
        half = cut(instantiate(half, {z: self.size}), self.below, self.least)
        return prove(le(alpha * b2 / (2 * beta * x), R_squared), self.formula(), half, self.factor())

    def upper(self) -> Step:
        """R^2 <= alpha*b2*(1 + z)/(2*beta*x)."""
        most = prove(le(2, (2 - z) * (1 + z)), le(0, z), le(z, 1))
        inverse = prove(le(1 / (2 - z), (1 + z) / 2), most, lt(0, 2 - z))
        inverse = cut(instantiate(inverse, {z: self.size}), self.below, self.least, self.most)
        goal = le(R_squared, alpha * b2 / (beta * x) * (1 + self.size) / 2)
        return prove(goal, self.formula(), inverse, self.factor())

    def put(self, theorem: Step) -> Step:
        """The theorem at x = 1/tau^2, its hypotheses on x from those on tau."""
        y = reals("y")  # tau^2
        late = [le(2, y), le(2 * beta, alpha * y)]
        inverse = prove(lt(0, 1 / y), late)
        facts = [inverse, prove(le(2 / y, 1), late), prove(le(2 * beta / y, alpha), late)]
        in_y = cut(instantiate(theorem, {x: 1 / y}), *facts)
        first = prove(eq(b1, 1 - alpha / tau**4), self.scope.given("1 - beta1 = alpha/tau^4"))
        second = prove(eq(b2, 1 - beta / tau**6), self.scope.given("1 - beta2 = beta/tau^6"))
        return settle(instantiate(in_y, {y: tau**2}), self.scope.given(*LATE), first, second)


def prove_defined(scope: Scope) -> Step:
    steps = InX(scope)
    return steps.put(steps.defined)


def prove_lower(scope: Scope) -> Step:
    """b2 = 1 - beta*x^3 in alpha*b2/(2*beta*x)."""
    steps = InX(scope)
    below = scope.step("alpha*b2/(2*beta*x) <= R^2", steps.lower())
    goal = le(alpha / (2 * beta) / x - alpha * x**2 / 2, R_squared)
    return steps.put(prove(goal, below, steps.betas, steps.constants, steps.small[0]))


def prove_upper(scope: Scope) -> Step:
    """b2 <= 1 in alpha*b2*(1 + z)/(2*beta*x)."""
    steps = InX(scope)
    above = scope.step("R^2 <= alpha*b2*(1 + z)/(2*beta*x)", steps.upper())
    factor = prove(le(0, alpha / (beta * x) * (1 + z) / 2), le(0, z), steps.constants, steps.small[0])
    factor = cut(instantiate(factor, {z: steps.size}), steps.least)
    found = prove(le(R_squared, alpha / (beta * x) * (1 + steps.size) / 2), above, factor, steps.b2_most)
    goal = le(R_squared, alpha / (2 * beta * x) + Rational(1, 2) + alpha**2 * x / (2 * beta))
    return steps.put(prove(goal, found, steps.constants, steps.small[0]))


def prove_at_least(scope: Scope) -> Step:
    """b2 >= 1/2 in the lower bound."""
    steps = InX(scope)
    return steps.put(at_least(scope, steps))


def at_least(scope: Scope, steps: InX) -> Step:
    below = scope.step("alpha*b2/(2*beta*x) <= R^2", steps.lower())
    factor = prove(le(0, alpha / (2 * beta * x)), steps.constants, steps.small[0])
    return prove(le(alpha / (4 * beta * x), R_squared), below, factor, steps.b2_least)


def prove_at_most(scope: Scope) -> Step:
    """z <= 1 in the upper bound."""
    steps = InX(scope)
    above = scope.step("R^2 <= alpha*b2*(1 + z)/(2*beta*x)", steps.upper())
    factor = steps.factor()
    middle = prove(le(R_squared, alpha * b2 / (beta * x)), above, factor, steps.most)
    scale = prove(le(0, alpha / (beta * x)), steps.constants, steps.small[0])
    return steps.put(prove(le(R_squared, alpha / (beta * x)), middle, scale, steps.b2_most))


def prove_drift(scope: Scope) -> Step:
    """R^2 >= alpha/(4*beta*x), and 1/2 + 2*b1/(1 - b1) = 2/(alpha*x^2) - 3/2 >= 1/(alpha*x^2)."""
    steps = InX(scope)
    low = alpha / (4 * beta * x)
    high, y, factor = reals("high y factor")
    momentum = Rational(1, 2) + 2 * b1 / (1 - b1)
    large = scope.step("1/2 + 2*b1/(1 - b1) >= 1/(alpha*x^2)", momentum_factor(steps))
    magnitude = at_least(scope, steps)
    positive = prove(le(0, low), steps.constants, steps.small[0])
    product = prove(le(low / y, high * factor), le(low, high), le(1 / y, factor), le(0, low), lt(0, y))
    values = {high: R_squared, y: alpha * x**2, factor: momentum}
    product = cut(instantiate(product, values), magnitude, large, positive, steps.scaled)
    cube = prove(le(0, gamma0 * x**3), scope.given("gamma0 is not negative"), steps.cube)
    found = prove(
        le(gamma0 / (4 * beta), DRIFT), product, cube, eq(gamma, gamma0 * x**3), steps.small[0], steps.constants
    )
    return cut(steps.put(found), scope.given("gamma = gamma0/tau^6"))


def momentum_factor(steps: InX) -> Step:
    """With y = 1 - beta1 = alpha*x^2 <= 1/4."""
    y, factor = reals("y factor")
    momentum = Rational(1, 2) + 2 * b1 / (1 - b1)
    near = prove(le(1, y * momentum), eq(b1, 1 - y), lt(0, 1 - b1), le(y, Rational(1, 4)), lt(0, y))
    divided = prove(le(1 / y, factor), le(1, y * factor), lt(0, y))
    large = cut(instantiate(divided, {factor: momentum}), near)
    positive = prove(lt(0, 1 - b1), steps.betas, steps.scaled)
    return cut(instantiate(large, {y: alpha * x**2}), steps.betas[0], positive, steps.part, steps.scaled)


def hyperparameters(a: Fraction, b: Fraction, t: Fraction) -> dict[str, Any]:
    """The source's schedule at T = t^8."""
    return {"alpha": a, "beta": b, "tau": t, "b1": 1 - a / t**4, "b2": 1 - b / t**6}


def models(rng: Random) -> Iterator[Model]:
    """Constants in (0, 1], tau from where the bounds hold, far out and close; exponents at the source's schedule."""
    while True:
        a, b = (Fraction(rng.randint(1, 20), 20) for _ in range(2))
        t = Fraction(3, 2)
        while a * t**2 < 2 * b:
            t += Fraction(1, 4)
        t += rng.choice([Fraction(0), Fraction(rng.randint(0, 40), 4)])
        start = Fraction(rng.randint(1, 30), 10)
        exponents = model(Fraction(1, 2), Fraction(3, 4), Fraction(rng.randint(0, 60), 40), Fraction(1, 8))
        yield exponents.extended(variables={**hyperparameters(a, b, t), "gamma0": start, "gamma": start / t**6})


def at_rate(c: Fraction) -> Any:
    """Models with this exponent of gamma."""

    def found(rng: Random) -> Iterator[Model]:
        growth = Fraction(1, 8)
        while True:
            best = model(Fraction(1, 2), Fraction(3, 4), c, growth)
            yield best
            yield best.extended(variables={"r": best.variables["r"] - Fraction(rng.randint(1, 9), 9)})

    return found


def early(rng: Random) -> Iterator[Model]:
    """tau just above where beta1 and beta2 are defined."""
    for model_ in models(rng):
        values = hyperparameters(Fraction(rng.randint(1, 4), 20), Fraction(1), Fraction(rng.randint(101, 150), 100))
        yield model_.extended(variables=values)


GROWTH = (*CONSTANTS, *LATE, *BETAS)

lemma = Lemma(
    slug="source-schedule",
    title="Under the source's schedule R grows like T^(1/8), and the bound through R has no rate",
    source=Source.OURS,
    where="1 - beta1 = O(T^(-1/2)), 1 - beta2 = O(T^(-3/4)) are the source's; what the bound R makes of them is ours",
    assumptions={
        "drift": TERMS["drift"],
        "noise": TERMS["noise"],
        "R grows where B > A": MAGNITUDE["R grows where B > A"],
        **SCHEDULE,
        "C = 3/4": eq(C, Rational(3, 4)),
        **CONSTANTS,
        **LATE,
        **BETAS,
        **RATE,
    },
    claims=[
        Claim("at most 1/8", le(r, Rational(1, 8)), from_all, given=("noise", "R grows where B > A", *SCHEDULE)),
        Claim(
            "no rate",
            le(r, 0),
            from_all,
            given=("drift", "R grows where B > A", "B = 3/4", "C = 3/4"),
            models=at_rate(Fraction(3, 4)),
        ),
        Claim("defined", lt(b1**2, b2), prove_defined, given=GROWTH),
        Claim("R^2 at least", le(alpha / (4 * beta) * tau**2, R_squared), prove_at_least, given=GROWTH),
        Claim("R^2 at most", le(R_squared, alpha / beta * tau**2), prove_at_most, given=GROWTH),
        Claim("R^2 from below", le(LEADING - alpha / (2 * tau**4), R_squared), prove_lower, given=GROWTH),
        Claim(
            "R^2 from above",
            le(R_squared, LEADING + Rational(1, 2) + alpha**2 / (2 * beta * tau**2)),
            prove_upper,
            given=GROWTH,
        ),
        Claim("the drift stays", le(gamma0 / (4 * beta), DRIFT), prove_drift, given=(*GROWTH, *RATE)),
    ],
    models=models,
    mutants=[
        Mutant("at most 3/25", conclusion=le(r, Rational(3, 25)), models=at_rate(Fraction(7, 8))),
        Mutant(
            "no rate for another gamma",
            change={"C = 3/4": eq(C, Rational(7, 8))},
            claim="no rate",
            models=at_rate(Fraction(7, 8)),
        ),
        Mutant("R^2 at most 4", conclusion=le(R_squared, 4), claim="R^2 at most"),
        Mutant("R^2 at most its leading term", conclusion=le(R_squared, LEADING), claim="R^2 from above"),
        Mutant(
            "R^2 at least its leading term times 1.01",
            conclusion=le(Rational(101, 100) * LEADING, R_squared),
            claim="R^2 from below",
        ),
        Mutant("defined at once", drop=tuple(LATE), claim="defined", models=early),
        Mutant("the drift at least 2/beta", conclusion=le(2 * gamma0 / beta, DRIFT), claim="the drift stays"),
    ],
    constants={"R_squared_leading": LEADING},
)
