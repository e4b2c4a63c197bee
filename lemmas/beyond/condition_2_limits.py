"""How long Condition 2 can hold with one vbar: vbar*epsilon*sqrt(d) is at most the gradients plus the momentum errors.

    E u_t,j >= vbar for all t in 1..T and j in 1..d  implies  vbar*epsilon*sqrt(d) <= G + mean_t E|e_t|,

G = mean_t E|a_t|.  For epsilon > 0 a magnitude is at most |m|/epsilon, the coordinates of |m_t| add up to at most
sqrt(d)*|m_t|, and |m_t| <= |a_t| + |e_t|.

So where both means are at most A/tau and B/tau with T = tau^4 (the rate of the main theorem and its corollary), one
vbar serves only up to T = ((A + B)/(vbar*epsilon*sqrt(d)))^4.  Bounds that take vbar for a constant hold up to there.

C2 is used for E u_t,j itself, one coordinate at a time.  A and B may have any sign; d may be 0, except for T_max.
"""

from functools import cache

import mpmath

from adamproof.lemmas.models import problems
from adamproof.lemmas.momentum import momentum_error
from adamproof.numeric.evaluate import Evaluator
from adamproof.numeric.numbers import as_mpf

from ..main.setting import *
from ..vocabulary import *

vbar, A, B, tau = reals("vbar A B tau")
G = TIMES.of(E(length(t), w)) / T
DURING = [le(1, t), le(t, T)]
C2 = "C2: E u_t,j >= vbar"
SLUG = "condition-2-limits"


# --- statements -------------------------------------------------------------------------------------


def total_magnitude(time: Any) -> Any:
    """|u_t|_1."""
    return COORDINATES.of(u(time, j, w))


LEFT = vbar * eps * sqrt(d)
LIMIT = ((A + B) / LEFT) ** 4

SMALL = le(eps * u(t, j, w), Abs(m(t, j, w)))
NONNEG = le(0, u(t, j, w))
SUMMED = le(eps * total_magnitude(t), sqrt(d) * (length(t) + error(t)))
EACH_TIME = le(LEFT, E(length(t), w) + E(error(t), w))
ON_AVERAGE = le(LEFT, G + MEAN_ERROR)
PARTS = {"start": START_TERM, "drift": momentum_error.DRIFT_TERM, "noise": NOISE_TERM}


def with_error(*left_out: str) -> Any:
    """vbar*epsilon*sqrt(d) <= G + the bound of momentum-error, with parts left out."""
    return le(LEFT, G + sum(part for name, part in PARTS.items() if name not in left_out))


FALLING = {"G <= A/tau": le(G, A / tau), "mean_t E|e_t| <= B/tau": le(MEAN_ERROR, B / tau)}
LAST = {
    "tau is positive": lt(0, tau),
    "T = tau^4": eq(T, tau**4),
    "vbar is positive": lt(0, vbar),
    "d is positive": lt(0, d),
}
MAGNITUDES = {
    **{name: statement for name, statement in ADAM.items() if name[0] in "uv"},
    "beta2 is positive": HYPERPARAMETERS["beta2 is positive"],
    "beta2 < 1": lt(b2, 1),
    "epsilon is positive": lt(0, eps),
}
CONDITION = {
    C2: forall((t, j), le(vbar, E(u(t, j, w), w)), [*DURING, le(1, j), le(j, d)]),
    "d is a dimension": le(0, d),
}
MEANS = {**FINITE, "E|e_t| is finite": forall(k, Integrable(E(error(k), w)), RUNNING)}
WITH_ERRORS = (*MAGNITUDES, *CONDITION, *MEANS, *HORIZON)
ERRORS = {name: momentum_error.lemma.assumptions[name] for name in momentum_error.lemma.claims[0].given or ()}
WITHIN = {**START, "t <= T": le(t, T)}
ROOT = (*WITH_ERRORS, *FALLING, "tau is positive")


# --- at each time -----------------------------------------------------------------------------------

DEFINITION = "u is |m|/(sqrt(v) + epsilon)"


def moment_nonneg(proof: Scope) -> Step:
    """0 <= v_t."""
    return proof.cite("magnitude-range", "second moment", v=(k, v(k, j, w)), g=(k, g(k, j, w)))


def not_negative(proof: Scope) -> Step:
    return proof.conclude(DEFINITION, moment_nonneg(proof))


def one_magnitude(proof: Scope) -> Step:
    """epsilon*u <= u*(sqrt(v) + epsilon) = |m|."""
    known = moment_nonneg(proof), proof.lemma(SLUG, "not negative")
    whole = proof.have(eq(u(t, j, w) * (sqrt(v(t, j, w)) + eps), Abs(m(t, j, w))), DEFINITION, known)
    return proof.conclude(whole, known)


def summed(proof: Scope) -> Step:
    """epsilon*|u_t|_1 <= |m_t|_1 <= sqrt(d)*|m_t| <= sqrt(d)*(|a_t| + |e_t|), for every outcome."""
    size = absolute(m(t, j, w))
    magnitudes = proof.each(COORDINATES, proof.lemma(SLUG, "one magnitude"))
    cauchy = proof.cite("cauchy-schwarz", "norms", a=(j, Integer(1)), b=(j, size), lo=1, hi=d)
    cauchy = proof.rewrite(cauchy, proof.each(COORDINATES, eq(size**2, m(t, j, w) ** 2)))
    cauchy = proof.rewrite(cauchy, proof.cite("constant-sum", n=d))
    proof.step("|m_t|_1 <= sqrt(d)*|m_t|", cauchy)
    triangle = proof.cite("triangle-norm", "two vectors", y=(j, a(t, j, w)), z=(j, m(t, j, w) - a(t, j, w)))
    chain = proof.calc(eps * total_magnitude(t)).le(COORDINATES.of(size), magnitudes)
    chain = chain.le(sqrt(d) * norm(m(t, j, w)), cauchy)
    return chain.le(sqrt(d) * (length(t) + error(t)), triangle).done()


def each_time(proof: Scope) -> Step:
    """vbar*epsilon*sqrt(d) <= E|a_t| + E|e_t|."""
    pathwise, mean = proof.lemma(SLUG, "all magnitudes"), E(total_magnitude(t), w)
    finite = proof.have(le(total_magnitude(t), sqrt(d) * (length(t) + error(t)) / eps), pathwise)
    average = proof.each(over, pathwise, finite, proof.lemma(SLUG, "not negative"), title="its expectation")
    least = proof.each(COORDINATES, le(vbar, E(u(t, j, w), w)), C2)
    terms = proof.cite("expectation-of-sum", "interchange", X=((k, w), u(t, k, w)), n=d)
    floor = proof.have(le(vbar * d, mean), terms, least, proof.cite("constant-sum", n=d), title="vbar*d <= E|u_t|_1")
    right = E(length(t), w) + E(error(t), w)
    scaled = proof.have(le(product(sqrt(d), LEFT), product(sqrt(d), right)), average, floor)
    return proof.cases(sqrt(d), 0, lambda: proof.conclude(eq(sqrt(d), 0)), lambda: proof.conclude(scaled))


# --- on average -------------------------------------------------------------------------------------


def on_average(proof: Scope) -> Step:
    total = proof.each(TIMES, proof.lemma(SLUG, "each time"))
    return proof.conclude(total, proof.cite("constant-sum", n=T))


def with_momentum_error(proof: Scope) -> Step:
    whole = proof.cite(SLUG, "on average", by=[proof.lemma("momentum-error", "finite")])
    return proof.conclude(whole, proof.lemma("momentum-error", "on average"))


def last_root(proof: Scope) -> Step:
    return proof.conclude(proof.lemma(SLUG, "on average"), FALLING)


def last_horizon(proof: Scope) -> Step:
    root = proof.step("for tau, the fourth root of T", proof.lemma(SLUG, "largest tau"))
    most = proof.let(most=(A + B) / LEFT)
    square = proof.have(le(tau**2, product(most, most)), proof.have(le(tau, most), root))
    return proof.conclude(proof.have(le(tau**4, product(most, most, most, most)), square), "T = tau^4")


# --- models -----------------------------------------------------------------------------------------


@cache
def expected_magnitude(time: int, i: int) -> Any:
    """The kernel term of an expected magnitude, made once for all models."""
    return term(E(u(Integer(time), Integer(i), w), w))


written = cache(term)  # likewise


def extended(model: Model) -> Model:
    """A run with the largest vbar that C2 allows (rounded down), and A, B, tau as they turn out."""
    evaluator = Evaluator(model)
    horizon, dimension = model.variables["T"], model.variables["d"]

    def value(body: Any) -> Any:
        return as_mpf(evaluator.value(written(body)))

    with mpmath.workdps(80):
        least = min(
            value(expected_magnitude(time, i)) for time in range(1, horizon + 1) for i in range(1, dimension + 1)
        )
        fourth = mpmath.root(horizon, 4)
        means = [value(mean) * fourth for mean in (G, MEAN_ERROR)]
    above = dict(zip("AB", (Fraction(int(mean * 10**6) + 1, 10**6) for mean in means), strict=True))
    return model.extended(
        variables={"vbar": Fraction(int(least * 10**6), 10**6), "tau": Fraction(str(fourth)), "j": 1, **above}
    )


def models(rng: Random) -> Iterator[Model]:
    """Runs of up to three steps."""
    return (extended(model) for model in problems.runs(rng))


def fourth_powers(rng: Random) -> Iterator[Model]:
    """Runs of one step or sixteen, in which every magnitude is felt."""
    while True:
        dimension = rng.randint(1, 2)
        problem = problems.Problem(
            curvature=[Fraction(rng.randint(1, 9), 9) for _ in range(dimension)],
            start=[Fraction(rng.randint(1, 9), 3) for _ in range(dimension)],
            noise=[[Fraction(rng.randint(0, 3), 3)] * dimension for _ in range(rng.randint(0, 1))],
            horizon=rng.choice([1, 16]),
            beta1=Fraction(rng.randint(0, 9), 10),
            beta2=Fraction(9, 10),
            epsilon=Fraction(rng.randint(1, 30), 10),
            rate=Fraction(1, 100),
        )
        model = extended(problems.run(problem))
        if model.variables["vbar"]:
            yield model


@alone
def fixed(problem: problems.Problem, **changes: Any) -> Model:
    """One run, with its vbar."""
    return extended(problems.run(problem)).extended(variables=changes)


def first_alone(rng: Random) -> Iterator[Model]:
    """Many coordinates, of which all but the first have hardly any gradient."""
    start = [Fraction(1, 1000), *[Fraction(1, 10**9)] * 8]
    model = extended(problems.run(problems.Problem((Fraction(1),) * 9, start, (), 1, rate=problems.TINY)))
    yield model.extended(variables={"vbar": Fraction(5, 10000)})


ALL_SMALL = problems.Problem((Fraction(1),) * 4, (Fraction(1, 1000),) * 4, (), 1, rate=problems.TINY)

lemma = Lemma(
    slug="condition-2-limits",
    title="Condition 2 with a fixed vbar can hold only up to a largest T, at the rate T^(-1/4)",
    source=Source.OURS,
    where="whether C2's vbar can be free of T",
    assumptions={**MAGNITUDES, **CONDITION, **MEANS, **ERRORS, **FALLING, **LAST, **WITHIN},
    claims=[
        Claim("on average", ON_AVERAGE, on_average, given=WITH_ERRORS),
        Claim("with the momentum error", with_error(), with_momentum_error, given=(*MAGNITUDES, *CONDITION, *ERRORS)),
        Claim("largest tau", le(LEFT * tau, A + B), last_root, given=ROOT, models=fourth_powers),
        Claim("T_max", le(T, LIMIT), last_horizon, given=(*ROOT, *LAST), models=fourth_powers),
        Claim("each time", EACH_TIME, each_time, given=(*MAGNITUDES, *CONDITION, *MEANS, *WITHIN)),
        Claim("all magnitudes", SUMMED, summed, given=(*MAGNITUDES, "d is a dimension", *START)),
        Claim("one magnitude", SMALL, one_magnitude, given=(*MAGNITUDES, *START)),
        Claim("not negative", NONNEG, not_negative, given=(*MAGNITUDES, *START)),
    ],
    models=models,
    mutants=[
        Mutant("without the momentum error", le(LEFT, G), models=fixed(problems.NOISY)),
        Mutant("without the gradients", le(LEFT, MEAN_ERROR), models=fixed(ALL_SMALL)),
        Mutant("d instead of sqrt(d)", le(vbar * eps * d, G + MEAN_ERROR), models=fixed(ALL_SMALL)),
        Mutant("inequality reversed", le(G + MEAN_ERROR, LEFT)),
        Mutant("C2 dropped", drop=(C2,), models=fixed(ALL_SMALL, vbar=10**9)),
        Mutant(
            "C2 for the first coordinate alone",
            change={C2: forall(t, le(vbar, E(u(t, 1, w), w)), DURING)},
            models=first_alone,
        ),
        Mutant("without the noise", with_error("noise"), claim="with the momentum error", models=fixed(problems.NOISY)),
        Mutant("a longer T", le(2 * T, LIMIT), claim="T_max", models=fixed(ALL_SMALL)),
        Mutant("A alone", le(T, (A / LEFT) ** 4), claim="T_max", models=fixed(problems.NOISY)),
    ],
    constants={"T_max": LIMIT},
)
