"""The source's schedule makes R grow: through the bound R the drift term does not vanish, and there is no rate.

With 1 - beta1 = alpha*T^(-1/2), 1 - beta2 = beta*T^(-3/4) and T = tau^8, R^2 is alpha/(2*beta)*T^(1/4) up to a bounded
error, so that gamma = gamma0*T^(-3/4) leaves gamma*R^2/(1 - beta1) above a constant.  In exponents: A = 1/2 and
B = 3/4 give rho >= 1/8, so the noise alone leaves r <= 1/8 for every gamma, and the drift r <= 0 for the source's
(r <= C - B for every A).

Why: with x = 1/tau^2, 1 - beta1 = alpha*x^2 and 1 - beta2 = beta*x^3, so beta2 - beta1^2 = alpha*x^2*(2 - z) with
z = beta*x/alpha + alpha*x^2, which is at most 1, and R^2 = alpha*beta2/(beta*x*(2 - z)) where
1/2 <= 1/(2 - z) <= (1 + z)/2.
"""

from adamproof.theory.lemma import Proof

from ..vocabulary import *
from .schedule_exponents import MAGNITUDE, TERMS, A, B, C, from_all, model, r

# --- statements ------------------------------------------------------------------------------------

alpha, beta, gamma0, tau = reals("alpha beta gamma0 tau")  # T = tau^8
x, y = reals("x y")  # 1/tau^2 and tau^2
HALF, QUARTER = Rational(1, 2), Rational(1, 4)

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
GROWTH = (*CONSTANTS, *LATE, *BETAS)

LEADING = alpha / (2 * beta) * tau**2
MOMENTUM = HALF + 2 * b1 / (1 - b1)
DRIFT = gamma * R_squared * MOMENTUM

B1, B2 = eq(b1, 1 - alpha * x**2), eq(b2, 1 - beta * x**3)
IN_X = [lt(0, x), le(2 * x, 1), le(2 * beta * x, alpha), B1, B2]
FAR = [le(2, y), le(2 * beta, alpha * y)]
FACTOR = alpha / (beta * x)
RATE_IN_X = eq(gamma, gamma0 * x**3)
DRIFT_STAYS = le(gamma0 / (4 * beta), DRIFT)
AT_LEAST = le(FACTOR / 4, R_squared)
Z = beta * x / alpha + alpha * x**2


# --- proofs: for every small x, then at x = 1/tau^2 ------------------------------------------------


def at_tau(statement: Any, argument: Any, given: Any = ()) -> Proof:
    """The proof of what an argument shows for every small x, at x = 1/tau^2."""
    small = [*IN_X, *given]

    def script(proof: Scope) -> Step:
        with proof.assuming(*small), proof.knowing(about_z(proof)), proof.knowing(about_betas(proof)):
            found = proof.have(statement, argument(proof))
        far = [proof.every(y, condition.subs(x, 1 / y), given=FAR) for condition in IN_X[:3]]
        by = [*(proof.at(condition, tau**2) for condition in far), BETAS, RATE]
        return proof.conclude(proof.at(proof.every(x, statement, found, given=small), inverse(tau**2), by=by))

    return script


def about_z(proof: Scope) -> list[Step]:
    """0 <= z <= 1, and alpha*x^2 <= 1/4."""
    part = proof.have(le(alpha * x**2, QUARTER), le(x**2, QUARTER))
    rest = proof.have(le(beta * x / alpha, HALF))
    return [part, proof.have(le(0, Z)), proof.have(lt(0, 2 - Z), part, rest), proof.have(le(Z, 1), part, rest)]


def about_betas(proof: Scope) -> list[Step]:
    """1/2 <= b2 < 1, and beta2 - beta1^2 = alpha*x^2*(2 - z) is positive."""
    cube = proof.have(le(beta * x**3, HALF), le(x**3, HALF))
    second = [proof.have(lt(b2, 1), B2, lt(0, beta * x**3)), proof.have(le(HALF, b2), B2, cube)]
    gap = proof.have(eq(b2 - b1**2, alpha * x**2 * (2 - Z)))
    return [*second, gap, proof.have(lt(b1**2, b2), gap, lt(0, alpha * x**2 * (2 - Z)))]


def formula(proof: Scope) -> Step:
    exact = eq(R_squared, FACTOR * b2 / (2 - Z))
    return proof.have(exact, eq(b2 - b1**2, alpha * x**2 * (2 - Z)), B1, B2, title="R^2 in x = 1/tau^2")


def above_half(proof: Scope) -> Step:
    """1/2 <= 1/(2 - z)."""
    half = proof.have(le(HALF, 1 / (2 - Z)))
    chain = proof.calc(FACTOR * b2 * HALF).le(FACTOR * b2 * (1 / (2 - Z)), half).eq(R_squared, formula(proof))
    return chain.done(title="alpha*b2/(2*beta*x) <= R^2")


def below_half(proof: Scope) -> Step:
    """1/(2 - z) <= (1 + z)/2, and b2 <= 1."""
    mean = (1 + Z) / 2
    whole = proof.have(le(1, (2 - Z) * mean), le(0, Z * (1 - Z)))
    less = proof.have(le(1 / (2 - Z), mean), whole)
    chain = proof.calc(R_squared).eq(FACTOR * b2 * (1 / (2 - Z)), formula(proof)).le(FACTOR * b2 * mean, less)
    above = chain.done(title="R^2 <= alpha*b2*(1 + z)/(2*beta*x)")
    return proof.have(le(R_squared, FACTOR * mean), above, le(FACTOR * b2 * mean, FACTOR * mean))


FROM_BELOW = le(FACTOR / 2 - alpha * x**2 / 2, R_squared)
FROM_ABOVE = le(R_squared, FACTOR / 2 + HALF + alpha**2 * x / (2 * beta))


def quarter(proof: Scope) -> Step:
    """b2 >= 1/2 in the lower bound."""
    return proof.have(AT_LEAST, above_half(proof), le(FACTOR / 2 * HALF, FACTOR / 2 * b2))


def whole(proof: Scope) -> list[Step]:
    """z <= 1 in the upper bound."""
    return [below_half(proof), proof.have(le(FACTOR * ((1 + Z) / 2), FACTOR * 1))]


def drift(proof: Scope) -> Step:
    """R^2 >= alpha/(4*beta*x), and 1/2 + 2*b1/(1 - b1) = 2/(alpha*x^2) - 3/2 >= 1/(alpha*x^2)."""
    small, positive = proof.have(le(1 - b1, QUARTER), B1), proof.have(lt(0, 1 - b1), B1, lt(0, alpha * x**2))
    large = proof.have(le(1 / (1 - b1), MOMENTUM), small, positive, title="1/2 + 2*b1/(1 - b1) >= 1/(1 - b1)")
    chain = proof.calc(gamma0 / (4 * beta)).le(gamma0 * x / alpha * R_squared, quarter(proof))
    chain = chain.eq(gamma0 * x**3 * R_squared * (1 / (1 - b1)), B1)
    return chain.le(gamma0 * x**3 * R_squared * MOMENTUM, large, positive).eq(DRIFT, RATE_IN_X).done()


# --- models, near misses ---------------------------------------------------------------------------


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
        Claim("defined", lt(b1**2, b2), at_tau(lt(b1**2, b2), lambda proof: []), given=GROWTH),
        Claim("R^2 at least", le(alpha / (4 * beta) * tau**2, R_squared), at_tau(AT_LEAST, quarter), given=GROWTH),
        Claim("R^2 at most", le(R_squared, alpha / beta * tau**2), at_tau(le(R_squared, FACTOR), whole), given=GROWTH),
        Claim(
            "R^2 from below",
            le(LEADING - alpha / (2 * tau**4), R_squared),
            at_tau(FROM_BELOW, lambda proof: [above_half(proof), B2]),
            given=GROWTH,
        ),
        Claim(
            "R^2 from above",
            le(R_squared, LEADING + Rational(1, 2) + alpha**2 / (2 * beta * tau**2)),
            at_tau(FROM_ABOVE, below_half),
            given=GROWTH,
        ),
        Claim("the drift stays", DRIFT_STAYS, at_tau(DRIFT_STAYS, drift, given=[RATE_IN_X]), given=(*GROWTH, *RATE)),
    ],
    models=models,
    mutants=[
        Mutant("at most 3/25", le(r, Rational(3, 25)), models=at_rate(Fraction(7, 8))),
        Mutant(
            "no rate for another gamma",
            change={"C = 3/4": eq(C, Rational(7, 8))},
            claim="no rate",
            models=at_rate(Fraction(7, 8)),
        ),
        Mutant("R^2 at most 4", le(R_squared, 4), claim="R^2 at most"),
        Mutant("R^2 at most its leading term", le(R_squared, LEADING), claim="R^2 from above"),
        Mutant(
            "R^2 at least its leading term times 1.01",
            le(Rational(101, 100) * LEADING, R_squared),
            claim="R^2 from below",
        ),
        Mutant("defined at once", drop=tuple(LATE), claim="defined", models=early),
        Mutant("the drift at least 2/beta", le(2 * gamma0 / beta, DRIFT), claim="the drift stays"),
    ],
    constants={"R_squared_leading": LEADING},
)
