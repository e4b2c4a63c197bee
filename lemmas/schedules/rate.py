"""The rate with an explicit constant: mean_t E|u_t o a_t|_1 <= K*sqrt(d)/T^(1/4), if gamma*R*sqrt(d)*L1 <= 1.

The schedule is 1 - b1 = alpha/tau^2, 1 - b2 = beta/tau^2, gamma = gamma0/(sqrt(d)*tau^3) with T = tau^4, alpha and
beta in (0, 1] and kappa = 2*alpha - beta - alpha^2 > 0.  Then b2 - b1^2 >= kappa/tau^2, so R <= alpha/sqrt(beta*kappa)
for every tau >= 1, and each term of the main theorem is at most its share of

    K = D/gamma0 + 2*Rbar*E|a_1|/alpha + gamma0*Rbar^2*(1/2 + 2/alpha)*(L0 + L1*G_q)
        + 2*Rbar*sqrt(alpha)*sqrt(s0^2 + s1^2*G_p)

times sqrt(d)/tau.  With alpha = beta < 1, kappa = alpha - alpha^2; there R = 1 for every T (magnitude-identity).
"""

from dataclasses import replace

from adamproof.lemmas.main import main_theorem
from adamproof.lemmas.models import problems

from ..main.setting import CITED, GAP, MEAN_GAIN, TIMES, length, mean_power, variance, variance_nonneg
from ..notation import R
from ..vocabulary import *

alpha, beta, tau, gamma0 = reals("alpha beta tau gamma0")
kappa = 2 * alpha - beta - alpha**2
SQUARE = alpha**2 / (beta * kappa)  # Rbar^2
R_bar = alpha / sqrt(beta * kappa)
START = E(length(1), w)
CURVE = L0 + L1 * mean_power(q)
NOISE = sqrt(s0**2 + s1**2 * mean_power(p))
SHARES = {
    "initial gap": GAP / gamma0,
    "initial momentum": 2 * R_bar * START / alpha,
    "drift": gamma0 * R_bar**2 * (Rational(1, 2) + 2 / alpha) * CURVE,
    "noise": 2 * R_bar * sqrt(alpha) * NOISE,
}
K = sum(SHARES.values())

SCHEDULE = {
    "1 - beta1 = alpha/tau^2": eq(b1, 1 - alpha / tau**2),
    "1 - beta2 = beta/tau^2": eq(b2, 1 - beta / tau**2),
    "gamma = gamma0/(sqrt(d)*tau^3)": eq(gamma, gamma0 / (sqrt(d) * tau**3)),
    "T = tau^4": eq(T, tau**4),
    "tau >= 1": le(1, tau),
    "alpha is positive": lt(0, alpha),
    "alpha <= 1": le(alpha, 1),
    "beta is positive": lt(0, beta),
    "beta <= 1": le(beta, 1),
    "2*alpha - beta - alpha^2 is positive": lt(0, kappa),
    "gamma0 is positive": lt(0, gamma0),
    "d is positive": lt(0, d),
}


GAMMA = "gamma = gamma0/(sqrt(d)*tau^3)"
BETAS = ("1 - beta1 = alpha/tau^2", "1 - beta2 = beta/tau^2")


# --- the magnitudes -----------------------------------------------------------------------------------

x = 1 / tau**2


def below(proof: Scope) -> Step:
    """1/tau^2 <= 1."""
    return proof.have(le(x, 1))


def gap(proof: Scope) -> Step:
    """kappa/tau^2 <= b2 - b1^2."""
    square = proof.have(le(alpha**2 * x**2, alpha**2 * x), below(proof))
    return proof.have(le(kappa * x, b2 - b1**2), square, *BETAS, title="b2 - b1^2 >= kappa/tau^2")


def betas(proof: Scope) -> list[Step]:
    """0 <= b1, b1^2 < b2 and b2 < 1 under the schedule."""
    stable = proof.have(lt(b1**2, b2), gap(proof), lt(0, kappa * x))
    small = proof.have(le(alpha * x, x), "alpha <= 1")
    return [
        proof.have(le(0, b1), small, below(proof), BETAS[0]),
        stable,
        proof.have(lt(b2, 1), lt(0, beta * x), BETAS[1]),
    ]


def magnitude_squared(proof: Scope) -> Step:
    """R^2 = alpha^2*b2*x/(beta*(b2 - b1^2)) with x = 1/tau^2, and b2*kappa*x <= kappa*x <= b2 - b1^2."""
    wide = gap(proof)
    proof.let(kappa=kappa, gap=b2 - b1**2)
    positive = proof.have(lt(0, b2 - b1**2), wide, lt(0, kappa * x))
    weighted = proof.have(le(b2 * (kappa * x), b2 - b1**2), wide, le(0, beta * x * (kappa * x)), *BETAS)
    exact = proof.have(eq(R_squared, (alpha * x) ** 2 * b2 / (beta * x * (b2 - b1**2))), *BETAS)
    ratio = b2 * (kappa * x) / (b2 - b1**2)
    chain = proof.calc(R_squared * (beta * kappa)).eq(alpha**2 * ratio, exact, "beta is positive")
    return proof.conclude(chain.le(alpha**2 * 1, proof.have(le(ratio, 1), weighted, positive)).done())


def bounded_magnitude(proof: Scope) -> Step:
    """R <= Rbar, as R^2 <= Rbar^2."""
    same = proof.cite("magnitude-identity", "square of R", by=betas(proof))
    inside = proof.let(inside=beta * kappa)
    exact = proof.have(eq(product(R_bar, R_bar), alpha**2 * inverse(inside)))
    exact = proof.have(eq(product(R_bar, R_bar), SQUARE), exact)
    return proof.by_squares(le(R, R_bar), proof.lemma("rate", "magnitude squared"), same, exact)


# --- the terms of the main theorem, each at most its share --------------------------------------------

TERMS = main_theorem.terms(R)


def share(name: str) -> Any:
    return le(TERMS[name], SHARES[name] * sqrt(d) / tau)


def positive_rate(proof: Scope) -> Step:
    return proof.have(lt(0, gamma), GAMMA, lt(0, gamma0 / (sqrt(d) * tau**3)))


def time(proof: Scope) -> Step:
    return proof.have(eq(1 / T, 1 / tau**4), "T = tau^4")


def initial_gap(proof: Scope) -> Step:
    rate = proof.have(eq(gamma * sqrt(d) * tau**3, gamma0), GAMMA)
    rate = proof.have(eq(1 / gamma, sqrt(d) * tau**3 / gamma0), rate, positive_rate(proof))
    return proof.have(share("initial gap"), rate, time(proof))


def initial_momentum(proof: Scope, bound: Step, below_one: Step) -> Step:
    """R/(1 - b1) = R*tau^2/alpha, R*b1 <= R <= Rbar and 1/tau^2 <= 1/tau."""
    ratio = proof.have(eq(OVER_R, R * tau**2 / alpha), BETAS[0])
    size = proof.cite("magnitude-range", "bound", by=betas(proof))
    inside = proof.calc(R * b1).le(R, below_one, size).le(R_bar, bound).done()
    front = 2 * sqrt(d) * START / alpha
    chain = proof.calc(TERMS["initial momentum"]).eq(front * (R * b1 / tau**2), ratio, time(proof))
    chain = chain.le(front * (R_bar / tau**2), inside)
    return chain.le(share("initial momentum").args[1], le(1 / tau**2, 1 / tau)).done()


def drift(proof: Scope, below_one: Step) -> Step:
    """R^2 <= Rbar^2 and 1/2 + 2*b1/(1 - b1) <= tau^2*(1/2 + 2/alpha)."""
    factor, most = HALF + 2 * b1 / (1 - b1), tau**2 * (HALF + 2 / alpha)
    wide, known = proof.have(le(factor, most), BETAS[0]), betas(proof)
    squares = ("magnitude-range", "square"), ("magnitude-identity", "square of R")
    same = [proof.cite(*claim, by=known) for claim in squares]
    square = proof.have(le(R**2, SQUARE), proof.lemma("rate", "magnitude squared"), same)
    both = proof.calc(R**2 * factor).le(SQUARE * factor, square, known, below_one).le(SQUARE * most, wide).done()
    front = gamma0 * sqrt(d) / tau**3 * CURVE
    rate = proof.have(eq(gamma * d, gamma0 * sqrt(d) / tau**3), GAMMA)
    chain = proof.calc(TERMS["drift"]).eq(front * (R**2 * factor), rate).le(front * (SQUARE * most), both)
    return chain.eq(share("drift").args[1]).done()


def noise(proof: Scope, bound: Step, below_one: Step) -> Step:
    """sqrt((1 - b1)/(1 + b1)) <= sqrt(1 - b1) = sqrt(alpha)/tau."""
    known = betas(proof)[0], below_one
    inside = proof.have(le((1 - b1) / (1 + b1), 1 - b1), known)
    level, most = sqrt((1 - b1) / (1 + b1)), sqrt(alpha) / tau
    less = proof.by_squares(le(level, most), BETAS[0], inside, known)
    chain = proof.calc(R * level).le(R_bar * level, bound, known).le(product(R_bar, most), less)
    scaled = chain.eq(R_bar * sqrt(alpha) / tau).done()
    level = proof.each(TIMES, le(0, variance(t)), variance_nonneg(proof))
    level = proof.have(le(0, s0**2 + s1**2 * mean_power(p)), level, proof.cite("constant-sum", n=T))
    return proof.have(share("noise"), scaled, proof.have(le(0, NOISE), level))


def adam(proof: Scope) -> Step:
    known = betas(proof)
    whole = proof.step("the main theorem", proof.cite("main-theorem", by=[*known, positive_rate(proof)]))
    bound = proof.step("R <= Rbar", proof.lemma("rate", "magnitude"))
    below_one = proof.have(lt(b1, 1), BETAS[0], lt(0, alpha * x))
    shares = initial_momentum(proof, bound, below_one), drift(proof, below_one), noise(proof, bound, below_one)
    chain = proof.calc(MEAN_GAIN).le(sum(TERMS.values()), whole)
    chain = chain.le(sum(share * sqrt(d) / tau for share in SHARES.values()), initial_gap(proof), *shares)
    return proof.conclude(chain.eq(K * sqrt(d) / tau).done(), degree=1)


OVER_R = 1 / (sqrt(1 - b2) * sqrt(1 - b1**2 / b2))  # R/(1 - b1)
HALF = Rational(1, 2)


# --- models -----------------------------------------------------------------------------------------


def scheduled(rng: Random) -> Iterator[Model]:
    """Runs of Adam with T = 1 = tau, where the schedule's constants are the hyperparameters themselves."""
    while True:
        first = Fraction(rng.randint(1, 9), 10)
        second = (2 * first - first**2) * Fraction(rng.randint(1, 9), 10)
        dimension = rng.choice([1, 4])  # whose square roots are exact
        problem = problems.Problem(
            curvature=[abs(rational(rng)) + Fraction(1, 9) for _ in range(dimension)],
            start=[rational(rng) for _ in range(dimension)],
            noise=[[rational(rng) for _ in range(dimension)] for _ in range(rng.randint(0, 1))],
            horizon=1,
            beta1=1 - first,
            beta2=1 - second,
            epsilon=Fraction(rng.randint(1, 30), 10),
            rate=Fraction(1, rng.choice([1, 10, 100])),
        )
        model = problems.run(problem, s1=Fraction(rng.randint(0, 2)))
        if problems.decided(model):
            yield constants(model)


def constants(model: Model) -> Model:
    """The schedule's constants, at tau = 1."""
    values = model.variables
    root = 2 if values["d"] == 4 else 1
    return model.extended(
        variables={"alpha": 1 - values["b1"], "beta": 1 - values["b2"], "tau": 1, "gamma0": values["gamma"] * root}
    )


@alone
def only(problem: problems.Problem, **changes: Any) -> Model:
    """One run, with the schedule's constants."""
    return constants(problems.run(problem)).extended(variables=changes)


FAR = replace(problems.FAR, horizon=1, beta1=Fraction(1, 10), beta2=Fraction(1, 2))
NEAR = replace(problems.FIRST, beta1=Fraction(1, 2), beta2=Fraction(1, 2), epsilon=problems.TINY, rate=Fraction(2, 5))
EQUAL = replace(problems.FAR, horizon=1, beta1=Fraction(1, 2), beta2=Fraction(1, 2))
GIVEN = tuple(
    name
    for name in main_theorem.lemma.claims[0].given or ()
    if name not in ("beta1 is not negative", "beta1^2 < beta2", "beta2 < 1", "gamma is positive", "d is a dimension")
)
MAGNITUDES = (
    "1 - beta1 = alpha/tau^2",
    "1 - beta2 = beta/tau^2",
    "tau >= 1",
    "alpha is positive",
    "alpha <= 1",
    "beta is positive",
    "2*alpha - beta - alpha^2 is positive",
)

lemma = Lemma(
    slug="rate",
    title="The rate T^(-1/4) of the weighted gradient norm for short steps, with time means in K",
    source=Source.RECONSTRUCTED,
    where="the summary states the rate T^(-1/4), with 1 - beta2 ~ T^(-3/4); the schedule T^(-1/2) here is ours; "
    "T = tau^4, and K holds the means over time of E|a_t|^p and E|a_t|^q",
    assumptions={**{name: main_theorem.lemma.assumptions[name] for name in GIVEN}, **SCHEDULE},
    cited=CITED,
    claims=[
        Claim(
            "Adam",
            le(MEAN_GAIN, K * sqrt(d) / tau),
            adam,
            given=tuple(name for name in (*GIVEN, *SCHEDULE) if name != "beta <= 1"),
        ),
        Claim("magnitude", le(R, R_bar), bounded_magnitude, given=MAGNITUDES),
        Claim(
            "magnitude squared",
            le(R_squared, SQUARE),
            magnitude_squared,
            given=tuple(name for name in MAGNITUDES if not name.startswith("alpha")),
        ),
    ],
    models=scheduled,
    mutants=[
        Mutant("K times 1/20", le(MEAN_GAIN, K * sqrt(d) / tau / 20), models=only(NEAR)),
        Mutant("R^2 times 0.4", le(R_squared, Rational(2, 5) * SQUARE), claim="magnitude squared", models=only(EQUAL)),
        Mutant("inequality reversed", le(K * sqrt(d) / tau, MEAN_GAIN)),
        Mutant("R half as large", le(R, R_bar / 2), claim="magnitude", models=only(EQUAL)),
        Mutant("F below F*", drop=("A1: F is at least F*",), models=only(FAR, Fmin=10**9)),
    ],
    constants={"K": K, "R_bar": R_bar, **{f"share: {name}": share for name, share in SHARES.items()}},
)
