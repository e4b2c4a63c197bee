"""The momentum error on average over time, for any bound S on how far gradients change in a step.

    mean_t E|e_t| <= b1*E|a_1|/((1 - b1)*T) + S*b1/(1 - b1)*(L0 + L1*G_q)
                     + sqrt((1 - b1)/(1 + b1))*sqrt(s0^2 + s1^2*G_p),       G_r = mean_t E|a_t|^r

At each time the error is the sum of three vectors (momentum-recursion), bounded by momentum-drift and momentum-noise.
Averaged over time the weights b1^(t-k) add up to at most b1/(1 - b1) (averaging), and the mean of roots is at most the
root of the mean (Jensen).  S is the length of a step: gamma for normalised steps, gamma*R*sqrt(d) for Adam
(momentum-error).
"""

from adamproof.lemmas.models import problems

from ..vocabulary import *
from .setting import *

S = reals("S")


# --- statements -------------------------------------------------------------------------------------


def changes(step: Any) -> Any:
    """|a_k - a_{k+1}| <= step*(L0 + L1*|a_k|^q)."""
    return forall((k, w), le(norm(a(k, j, w) - a(k + 1, j, w)), step * local_modulus(k)), RUNNING)


SMOOTH = {"gradients change by at most S*(L0 + L1*|a|^q)": changes(S)}
MODULI = {"L0 is not negative": le(0, L0), "L1 is not negative": le(0, L1)}
NONNEG = {**MODULI, "S is not negative": le(0, S)}
STARTS = TIMES.of(power(b1, t))
DRIFTS = TIMES.of(drift(t, expected_modulus))
ROOTS = TIMES.of(sqrt(WEIGHTED))
NOISE_FACTOR = sqrt((1 - b1) / (1 + b1))


def drift_term(step: Any) -> Any:
    return step * (b1 / (1 - b1)) * (L0 + L1 * mean_power(q))


def on_average(step: Any, start: Any = 1, drifting: Any = 1, noisy: Any = 1) -> Any:
    """The bound on the mean, with factors of its three parts."""
    return le(MEAN_ERROR, start * START_TERM + drifting * drift_term(step) + noisy * NOISE_TERM)


def at_time(step: Any) -> Any:
    moduli = step * drift(t, expected_modulus)
    return le(E(error(t), w), power(b1, t) * E(length(1), w) + moduli + (1 - b1) * sqrt(WEIGHTED))


def for_every_outcome(step: Any) -> Any:
    return le(error(t), power(b1, t) * length(1) + step * drift(t, local_modulus) + norm(noise(t)))


# --- at each time -----------------------------------------------------------------------------------


def pathwise(proof: Scope) -> Step:
    """|e_t| <= b1^t*|a_1| + S*sum over k < t of b1^(t-k)*(L0 + L1*|a_k|^q) + |N_t|, for every outcome."""
    first, second = -power(b1, t) * a(1, j, w), drift(t, lambda k: a(k, j, w) - a(k + 1, j, w))
    parts = proof.cite("momentum-recursion", m=(k, m(k, j, w)), g=(k, g(k, j, w)), a=(k, a(k, j, w)))
    squares = proof.each(COORDINATES, eq((first + second + noise(t)) ** 2, (m(t, j, w) - a(t, j, w)) ** 2), parts)
    triangle = proof.cite("norms", x=(j, first), y=(j, second), z=(j, noise(t)))
    whole = proof.step("three parts", proof.rewrite(triangle, squares))
    start = proof.cite("norms", "scaled", y=(j, -a(1, j, w)), c=power(b1, t))
    drifting = proof.cite("momentum-drift", "smooth, any step", a=((k, j), a(k, j, w)))
    return proof.conclude(whole, start, drifting)


def finite_noise(proof: Scope) -> Step:
    return proof.cite("momentum-noise", "A2, finite", xi=((k, j, w), xi(k)))


def finite(proof: Scope) -> Step:
    return proof.conclude(proof.lemma("momentum-error-any-step", "for every outcome"), finite_noise(proof))


def each_time(proof: Scope) -> Step:
    known = finite_noise(proof), proof.lemma("momentum-error-any-step", "finite")
    average = proof.each(
        over, proof.lemma("momentum-error-any-step", "for every outcome"), known, title="the expectation"
    )
    weighted_modulus = power(b1, t - k) * local_modulus(k)
    moduli = proof.cite("expectation-of-sum", "interchange", X=((k, w), weighted_modulus), n=t - 1)
    noisy = proof.cite("momentum-noise", "A2", xi=((k, j, w), xi(k)), a=((k, j, w), a(k, j, w)))
    return proof.conclude(average, moduli, noisy)


# --- on average -------------------------------------------------------------------------------------


def starts(proof: Scope) -> Step:
    """(1 - b1)*sum of b1^t <= b1."""
    exact = proof.induction(eq((1 - b1) * Sum(power(b1, t) * 1, (t, 1, T)) + b1 * power(b1, T), b1), T)
    return proof.have(le((1 - b1) * STARTS, b1), exact, title="the start, summed")


def drifts(proof: Scope, of: Any = expected_modulus) -> Step:
    """The sum over t of the drifts is at most b1/(1 - b1) times the sum of the moduli."""
    full = smoothed(of, t)
    whole = proof.cite("averaging", b=b1, c=(k, of(k)))
    last = proof.each(TIMES, eq(full, drift(t, of) + of(t)), full)
    goal = le(TIMES.of(drift(t, of)), b1 / (1 - b1) * TIMES.of(of(t)))
    return proof.have(goal, whole, last, title="the drift, summed")


def roots(proof: Scope) -> Step:
    """(1 - b1)*mean of sqrt(V_t) <= sqrt((1 - b1)/(1 + b1))*sqrt(mean of s0^2 + s1^2*E|a_t|^p)."""
    positive = variance_nonneg(proof)
    whole = proof.cite("averaging", b=b1**2, c=(k, variance(k)), by=[positive])
    proof.step("the sum over t of the weighted variances", whole)
    jensen = proof.cite("jensen-sqrt", c=(t, WEIGHTED), n=T, by=[positive])
    proof.step("the mean of roots is at most the root of the mean", jensen)
    total, mean = TIMES.of(WEIGHTED) / T, TIMES.of(variance(t)) / T
    longer = proof.have(le((1 - b1) * (ROOTS / T), (1 - b1) * sqrt(total)), jensen)
    less = proof.have(le(total, mean / (1 - b1**2)), whole)
    chain = proof.calc((1 - b1) ** 2 * total).le((1 - b1) ** 2 * (mean / (1 - b1**2)), less)
    ratio = chain.eq((1 - b1) / (1 + b1) * mean).done()
    root = proof.by_squares(le((1 - b1) * sqrt(total), NOISE_FACTOR * sqrt(mean)), ratio, positive)
    return proof.have(le((1 - b1) * (ROOTS / T), NOISE_FACTOR * sqrt(mean)), longer, root, title="the noise, averaged")


def averaged(proof: Scope) -> Step:
    each = proof.each(TIMES, proof.lemma("momentum-error-any-step", "each time"))
    first = E(length(1), w)
    summed = le(TIMES.of(E(error(t), w)), first * STARTS + S * DRIFTS + (1 - b1) * ROOTS)
    total = proof.have(summed, each, title="summed over time")
    mean = proof.have(le(MEAN_ERROR, first * STARTS / T + S * DRIFTS / T + (1 - b1) * (ROOTS / T)), total)
    start = proof.have(le(first * STARTS / T, START_TERM), proof.have(le(STARTS, b1 / (1 - b1)), starts(proof)))
    count = proof.cite("constant-sum", n=T)
    drifting = proof.have(le(S * DRIFTS / T, drift_term(S)), drifts(proof), count)
    sigma = proof.have(eq(TIMES.of(variance(t)) / T, s0**2 + s1**2 * mean_power(p)), count)
    return proof.conclude(mean, start, drifting, proof.rewrite(roots(proof), sigma))


# --- the lemma --------------------------------------------------------------------------------------

PATH = (MOMENTUM, SMOOTH, "beta1 is not negative", START)
ALL_TIMES = (MOMENTUM, SMOOTH, A2, CONSTANTS, FINITE)


def models(rng: Random) -> Iterator[Model]:
    """Runs of Adam, S at least gamma*R*sqrt(d)."""
    return map(with_step, problems.runs(rng))


def with_step(model: Model) -> Model:
    return model.extended(variables={"S": model.variables["gamma"] * model.variables["R"] * model.variables["d"]})


def only(problem: problems.Problem) -> Any:
    return lambda rng: map(with_step, problems.fixed_run(problem)(rng))


STILL = changed(only(problems.TURNING), S=0)  # though gradients change
lemma = Lemma(
    slug="momentum-error-any-step",
    title="A bound on the mean momentum error, for gradients that change by at most S*(L0 + L1*|a|^q) in a step",
    source=Source.RECONSTRUCTED,
    where="start, drift and noise of the momentum, whatever bounds the length of a step",
    assumptions={**MOMENTUM, **SMOOTH, **A2, **CONSTANTS, **FINITE, **NONNEG, **START, **HORIZON},
    claims=[
        Claim("on average", on_average(S), averaged, given=(*ALL_TIMES, NONNEG, HORIZON)),
        Claim("each time", at_time(S), each_time, given=(*ALL_TIMES, START)),
        Claim("for every outcome", for_every_outcome(S), pathwise, given=PATH),
        Claim("finite", Integrable(E(error(t), w)), finite, given=(*ALL_TIMES, START)),
        Claim(
            "powers are finite",
            forall(k, Integrable(E(real_power(length(k), q), w)), RUNNING),
            lambda proof: proof.conclude(),  # |a|^q <= 1 - q + q*|a|
            given=("E|a_t| is finite", "q is not negative", "q <= 1"),
        ),
    ],
    models=models,
    mutants=[
        Mutant("without the start", on_average(S, start=0), models=only(problems.FIRST)),
        Mutant("without the drift", on_average(S, drifting=0), models=only(problems.TURNING)),
        Mutant("without the noise", on_average(S, noisy=0), models=only(problems.NOISY)),
        Mutant(
            "noise of different times correlated",
            drop=("A2: noises of different times are uncorrelated",),
            models=only(problems.ALIKE),
        ),
        Mutant("gradients that change by any amount", drop=tuple(SMOOTH), claim="for every outcome", models=STILL),
    ],
)
