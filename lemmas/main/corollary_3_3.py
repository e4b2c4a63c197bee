"""Corollary 3.3: the gradient norm itself, under Conditions 1-3 (in the averaged forms that the proof uses).

    G <= 2/(vbar*C1) * [ D/(gamma*T) + 2*R*sqrt(d)*b1*E|a_1|/((1 - b1)*T) + gamma*R^2*d*k1*L0' + 2*R*sqrt(d)*rho*s0' ]

with G = mean_t E|a_t|_2, k1 = 1/2 + 2*b1/(1 - b1), rho = sqrt((1 - b1)/(1 + b1)), L0' = L0 + (1 - q)*L1,
s0' = s0 + s1*C0*(1 - p/2), if gamma*R^2*d*k1*q*L1 + 2*R*sqrt(d)*rho*s1*C0*p/2 <= vbar*C1/2.

C2 and C3 bound the left side of the main theorem from below by vbar*C1*G; Young's inequality and C1 bound the right
side by a multiple of G, half of which the condition on gamma and b1 takes to the left.  In Case 2, C1 = c*sqrt(d) and
gamma = gamma0/(sqrt(d)*h): every d cancels.
"""

from functools import cache

import mpmath

from adamproof.lemmas.main import main_theorem
from adamproof.lemmas.models import problems
from adamproof.numeric.evaluate import Evaluator
from adamproof.numeric.numbers import as_mpf

from ..notation import R
from ..vocabulary import *
from .setting import CITED, GAP, MEAN_GAIN, RUNNING, TIMES, a, gain, length, mean_power, over

vbar, C0, C1, c, gamma0, h = reals("vbar C0 C1 c gamma0 h")
G = TIMES.of(E(length(t), w)) / T
k1 = Rational(1, 2) + 2 * b1 / (1 - b1)
damping = sqrt((1 - b1) / (1 + b1))
L0_prime = L0 + (1 - q) * L1
s0_prime = s0 + s1 * C0 * (1 - p / 2)
s1_prime = s1 * C0 * p / 2


def one_norm(time: Any) -> Any:
    """|a_t|_1."""
    return COORDINATES.of(Abs(a(time, j, w)))


C2_NAME, C3_NAME = "C2: E|u_t o a_t|_1 >= vbar*E|a_t|_1", "C3: |a_t|_1 >= C1*|a_t|_2"
CONDITIONS = {
    "C1: mean of E|a_t|^p <= C0^2*G^p": le(mean_power(p), C0**2 * real_power(G, p)),
    C2_NAME: forall(k, le(vbar * E(one_norm(k), w), E(gain(k), w)), RUNNING),
    C3_NAME: forall((k, w), le(C1 * length(k), one_norm(k)), RUNNING),
    "vbar is positive": lt(0, vbar),
    "C1 is positive": lt(0, C1),
    "C0 is not negative": le(0, C0),
}
CONSTANTS = {
    "p is not negative": le(0, p),
    "p <= 2": le(p, 2),
    "s0 is not negative": le(0, s0),
    "s1 is not negative": le(0, s1),
}
NOISE = 2 * R * sqrt(d) * damping
CURVE = gamma * R**2 * d * k1
SMALL = {"gamma and 1 - beta1 are small": le(CURVE * q * L1 + NOISE * s1_prime, vbar * C1 / 2)}


BRACKET = GAP / (gamma * T) + main_theorem.terms(R)["initial momentum"] + CURVE * L0_prime + NOISE * s0_prime
BOUND = 2 / (vbar * C1) * BRACKET
GIVEN = main_theorem.lemma.claims[0].given or ()
FURTHER = {  # beside those of the main theorem
    **CONDITIONS,
    **CONSTANTS,
    **SMALL,
    "E|a_t|^p is finite": forall(k, Integrable(E(real_power(length(k), p), w)), RUNNING),
}
ASSUMPTIONS = {**{name: main_theorem.lemma.assumptions[name] for name in GIVEN}, **FURTHER}

# --- p <= 1: Condition 1 holds by itself ---------------------------------------------------------------

NO_C1 = ("C1: mean of E|a_t|^p <= C0^2*G^p", "C0 is not negative", "p <= 2", "gamma and 1 - beta1 are small")
AUTOMATIC = {
    "p <= 1": le(p, 1),
    "gamma and 1 - beta1 are small, with C0 = 1": le(CURVE * q * L1 + NOISE * s1_prime.subs(C0, 1), vbar * C1 / 2),
}


# --- Case 2: every d cancels ------------------------------------------------------------------------

CASE_2 = {gamma: gamma0 / (sqrt(d) * h), C1: c * sqrt(d)}
START = E(length(1), w)
BEGINS = GAP * h / (gamma0 * T) + 2 * R * b1 * START / ((1 - b1) * T)
FREE = 2 / (vbar * c) * (BEGINS + gamma0 * R**2 * k1 * L0_prime / h + 2 * R * damping * s0_prime)
CASE_2_GIVEN = {
    "gamma0 is positive": lt(0, gamma0),
    "h is positive": lt(0, h),
    "c is positive": lt(0, c),
    "d is positive": lt(0, d),
}


# --- proofs ------------------------------------------------------------------------------------------


def dense(proof: Scope) -> Step:
    """vbar*C1*G <= mean_t E|u_t o a_t|_1."""
    bound = proof.cite("cauchy-schwarz", "norms", a=(j, Integer(1)), b=(j, Abs(a(t, j, w))), lo=1, hi=d)
    bound = proof.rewrite(bound, proof.each(COORDINATES, eq(absolute(a(t, j, w)) ** 2, a(t, j, w) ** 2)))
    with proof.assuming(le(1, t)):
        sizes = proof.each(over, le(C1 * length(t), one_norm(t)), C3_NAME, bound)
        felt = proof.have(le(vbar * C1 * E(length(t), w), E(gain(t), w)), sizes, C2_NAME)
    return proof.have(le(vbar * C1 * G, MEAN_GAIN), proof.each(TIMES, felt))


def young_mean(proof: Scope) -> Step:
    """G_q <= 1 - q + q*G."""
    with proof.assuming(le(1, t)):
        young = proof.cite("young-power", "expectations", Z=(w, length(t)))
    return proof.have(le(mean_power(q), 1 - q + q * G), proof.each(TIMES, young), proof.cite("constant-sum", n=T))


def noise_level(proof: Scope) -> Step:
    """sqrt(s0^2 + s1^2*G_p) <= s0' + s1'*G."""
    half = proof.cite("real-powers", "halved", x=G, r=p)
    young = proof.cite("young-power", "numbers", a=G, q=p / 2)
    powered, inside = real_power(G, p / 2), s0**2 + s1**2 * mean_power(p)
    power = proof.have(le(mean_power(p), C0**2 * powered**2), "C1: mean of E|a_t|^p <= C0^2*G^p", half)
    cross = proof.have(le(0, s0 * (s1 * C0 * powered)))
    squares = proof.have(le(inside, (s0 + s1 * C0 * powered) ** 2), power, cross)
    below = proof.by_squares(le(sqrt(inside), s0 + s1 * C0 * powered), squares, proof.have(le(0, inside)))
    return proof.have(le(sqrt(inside), s0_prime + s1_prime * G), below, young)


def corollary(proof: Scope, main: str = "main-theorem") -> Step:
    """From a main theorem: the lemma with this slug."""
    whole = proof.step("the main theorem", proof.lemma(main))
    left = proof.step("vbar*C1*G is at most its left side", dense(proof))
    curve = proof.step("Young's inequality for G_q", young_mean(proof))
    level = proof.step("C1 and Young's inequality for G_p", noise_level(proof))
    below = [proof.have(lt(x, 1), STABLE, "beta2 < 1") for x in (b1, b1**2 / b2)]
    curved = proof.have(le(CURVE * (L0 + L1 * mean_power(q)), CURVE * (L0_prime + q * L1 * G)), curve, below)
    noise = sqrt(s0**2 + s1**2 * mean_power(p))
    noisy = proof.have(le(NOISE * noise, NOISE * (s0_prime + s1_prime * G)), level, below)
    absorbed = proof.have(le((CURVE * q * L1 + NOISE * s1_prime) * G, vbar * C1 / 2 * G), SMALL)
    half = proof.have(le(vbar * C1 / 2 * G, BRACKET), whole, left, curved, noisy, absorbed)
    scaled = proof.calc(G).eq(product(2 / (vbar * C1), vbar * C1 / 2 * G), "vbar is positive", "C1 is positive")
    return scaled.le(product(2 / (vbar * C1), BRACKET), half).done()


def without_condition_1(proof: Scope) -> Step:
    facts = proof.lemma("condition-1-automatic"), proof.have(le(p, 2), "p <= 1")
    return proof.cite("corollary-3-3", "gradient norm", C0=Integer(1), by=facts)


# --- models -----------------------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Runs in which every gradient is felt, with vbar, C1 and C0 as they turn out."""
    return with_conditions(problems.runs(rng))


def gentle(rng: Random) -> Iterator[Model]:
    """Runs with p <= 1."""
    return (model for model in models(rng) if model.variables["p"] <= 1)


def with_conditions(runs: Iterator[Model]) -> Iterator[Model]:
    """Those of the runs in which every gradient is felt, with vbar, C1 and C0 as they turn out."""
    for model in runs:
        found = conditions(model)
        if found is not None:
            yield model.extended(variables=found)


def powered_length(time: Any) -> Any:
    return real_power(length(time), p)


@cache
def expected(body: Any, time: int) -> Any:
    """The kernel term of an expectation at a time, made once for all models."""
    return term(E(body(Integer(time)), w))


def conditions(model: Model) -> dict[str, Any] | None:
    """vbar, C1 = 1 and C0 of a run, just on the safe side; None where a gradient or a magnitude vanishes."""
    evaluator = Evaluator(model)
    times = [time for time in model.integers if time >= 1]
    horizon = model.variables["T"]

    def mean(body: Any, time: int) -> Any:
        return evaluator.value(expected(body, time))

    felt = [(mean(gain, time), mean(one_norm, time)) for time in times]
    if any(not size or not magnitude for magnitude, size in felt):
        return None
    with mpmath.workdps(80):
        vbar_value = min(as_mpf(magnitude) / as_mpf(size) for magnitude, size in felt)
        average = sum(as_mpf(mean(length, time)) for time in range(1, horizon + 1)) / horizon
        exponent = as_mpf(model.variables["p"])
        powers = sum(as_mpf(mean(powered_length, time)) for time in range(1, horizon + 1)) / horizon
        ratio = mpmath.sqrt(powers / average**exponent)
    floor = Fraction(int(vbar_value * 10**6), 10**6)
    ceiling = Fraction(int(ratio * 10**6) + 1, 10**6)
    if not floor:
        return None
    extra = {"gamma0": Fraction(1, 2), "h": Fraction(3, 2), "c": Fraction(2, 3)}
    return {"vbar": floor, "C1": 1, "C0": ceiling, "s1": 0, **extra}


@alone
def fixed(problem: problems.Problem, **changes: Any) -> Model:
    """One run, with its constants."""
    model = problems.run(problem)
    return model.extended(variables={**(conditions(model) or {}), **changes})


def without(name: str) -> Any:
    """The bound with one of its four terms left out."""
    parts = {
        "gap": GAP / (gamma * T),
        "momentum": main_theorem.terms(R)["initial momentum"],
        "drift": CURVE * L0_prime,
        "noise": NOISE * s0_prime,
    }
    return le(G, 2 / (vbar * C1) * sum(part for title, part in parts.items() if title != name))


lemma = Lemma(
    slug="corollary-3-3",
    label="3.3",
    title="A bound on the mean gradient norm under Conditions 1-3, for small gamma and 1 - beta1",
    source=Source.RECONSTRUCTED,
    where="Corollary 3.3 and its Case 2; the summary states the rate and the scaling of gamma, not this bound",
    assumptions={**ASSUMPTIONS, **AUTOMATIC, **CASE_2_GIVEN},
    cited=CITED,
    claims=[
        Claim("gradient norm", le(G, BOUND), corollary, given=tuple(ASSUMPTIONS)),
        Claim(
            "without Condition 1",
            le(G, BOUND.subs(C0, 1)),
            without_condition_1,
            given=(*(name for name in ASSUMPTIONS if name not in NO_C1), *AUTOMATIC),
            models=gentle,
        ),
        Claim(
            "Case 2",
            eq(BOUND.subs(CASE_2, simultaneous=True), FREE),
            lambda proof: proof.conclude(CASE_2_GIVEN),  # gamma = gamma0/(sqrt(d)*h) and C1 = c*sqrt(d)
            given=("vbar is positive", "T is a horizon", *CASE_2_GIVEN),
        ),
    ],
    models=models,
    mutants=[
        Mutant("without the initial gap", without("gap"), models=fixed(problems.FAR)),
        Mutant("without the drift", without("drift"), models=fixed(problems.JUMPING)),
        Mutant("inequality reversed", le(BOUND, G)),
        Mutant("C2 dropped", drop=(C2_NAME,), models=fixed(problems.FAR, vbar=10**9)),
        Mutant("C3 dropped", drop=(C3_NAME,), models=fixed(problems.FAR, C1=10**9)),
        Mutant(
            "Case 2 with gamma free of d",
            eq(BOUND.subs({gamma: gamma0 / h, C1: c * sqrt(d)}, simultaneous=True), FREE),
            claim="Case 2",
        ),
    ],
    constants={"bound": BOUND, "case 2": FREE},
)
