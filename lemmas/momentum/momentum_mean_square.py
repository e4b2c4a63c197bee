"""The mean square of the momentum error over time: start, drift and noise in the root mean square.

    sqrt(sum_t E|e_t|^2) <= b1*sqrt(E|a_1|^2)/sqrt(1 - b1^2) + b1/(1 - b1)*sqrt(sum_t E|a_t - a_{t+1}|^2)
                            + sqrt((1 - b1)/(1 + b1))*sqrt(sum_t (s0^2 + s1^2*E|a_t|^p))

The error is the sum of three vectors (momentum-recursion), so Minkowski's inequality (mean-square) leaves three sums
of squares.  The start is geometric.  The drift obeys Q_{t+1} = b1*(Q_t + delta_t), so |Q_{t+1}|^2 is at most
b1*|Q_t|^2 + b1^2/(1 - b1)*|delta_t|^2, and telescopes.  The noise is momentum-noise, averaged over time.
"""

from adamproof.lemmas.foundations.mean_square import mean, total
from adamproof.lemmas.models import problems

from ..vocabulary import *
from . import momentum_noise
from .setting import *

SLUG = "momentum-mean-square"
Q, delta = (function(name, "int", "int", "point") for name in ("Q", "delta"))


# --- statements -------------------------------------------------------------------------------------


def change(time: Any) -> Any:
    return a(time, j, w) - a(time + 1, j, w)


def drifted(time: Any) -> Any:
    """Coordinate j of the drift."""
    return drift(time, change)


BETA = {"beta1 is not negative": le(0, b1), "beta1 < 1": lt(b1, 1)}
DRIFT = {
    "Q_1 = 0": forall((j, w), eq(Q(1, j, w), 0)),
    "Q_{t+1} = b1*(Q_t + delta_t)": forall((j, w, k), eq(Q(k + 1, j, w), b1 * (Q(k, j, w) + delta(k, j, w))), RUNNING),
    "E|delta_t|^2 is finite": forall(k, Integrable(mean(delta(k, j, w) ** 2)), RUNNING),
}
BEGINS, MOVES, _ = DRIFT
FIRST = {"E|a_1|^2 is finite": Integrable(mean(a(1, j, w) ** 2))}
CHANGES = {"E|a_t - a_{t+1}|^2 is finite": forall(k, Integrable(mean(change(k) ** 2)), RUNNING)}

started = -power(b1, t) * a(1, j, w)  # coordinate j of the start
GAP = m(t, j, w) - a(t, j, w)  # coordinate j of the error
PARTS = started, drifted(t), noise(t)
ROOT_ERROR = sqrt(total(GAP**2))
ROOTS = [sqrt(total(part**2)) for part in PARTS]
START_TERM = b1 * sqrt(mean(a(1, j, w) ** 2)) / sqrt(1 - b1**2)
DRIFT_TERM = b1 / (1 - b1) * sqrt(total(change(t) ** 2))
NOISE_TERM = sqrt((1 - b1) / (1 + b1)) * sqrt(TIMES.of(variance(t)))
ON_AVERAGE = le(ROOT_ERROR, START_TERM + DRIFT_TERM + NOISE_TERM)

RATIO = b1**2 / (1 - b1)
Q_SQUARE, DELTA_SQUARE = Q(t, j, w) ** 2, delta(t, j, w) ** 2
YOUNG = le(COORDINATES.of(Q(t + 1, j, w) ** 2), b1 * COORDINATES.of(Q_SQUARE) + RATIO * COORDINATES.of(DELTA_SQUARE))
EXPECTED = le(mean(Q(t + 1, j, w) ** 2), b1 * mean(Q_SQUARE) + RATIO * mean(DELTA_SQUARE))
START_BOUND = le((1 - b1**2) * total(started**2), b1**2 * mean(a(1, j, w) ** 2))
NOISE_BOUND = (1 - b1) / (1 + b1) * TIMES.of(variance(t))
DRIFT_BOUND = (b1 / (1 - b1)) ** 2 * total(DELTA_SQUARE)


# --- the drift --------------------------------------------------------------------------------------


def young(proof: Scope) -> Step:
    """b1*x^2 + b1^2/(1 - b1)*y^2 - (b1*(x + y))^2 = b1/(1 - b1)*((1 - b1)*x - b1*y)^2."""
    x, y = Q(t, j, w), delta(t, j, w)
    one = le(Q(t + 1, j, w) ** 2, b1 * x**2 + RATIO * y**2)
    square = le(0, b1 / (1 - b1) * ((1 - b1) * x - b1 * y) ** 2)
    return proof.conclude(proof.each(COORDINATES, one, MOVES, square, "beta1 < 1"))


def drift_finite(proof: Scope) -> Step:
    first = proof.each(COORDINATES, eq(Q(1, j, w) ** 2, 0), BEGINS)
    return proof.induction(proof.goal, t, base=[first], step=lambda: [proof.lemma(SLUG, "drift, one step")], low=1)


def drift_step(proof: Scope) -> Step:
    """The expectation of one step."""
    finite = [proof.cite(SLUG, "drift is finite", t=time) for time in (t, t + 1)]
    return proof.conclude(proof.each(over, proof.lemma(SLUG, "drift, one step"), finite))


def drift_sum(proof: Scope) -> Step:
    """(1 - b1)*sum of E|Q_t|^2 + E|Q_{T+1}|^2 <= b1^2/(1 - b1)*sum of E|delta_t|^2."""
    last = mean(Q(T + 1, j, w) ** 2)
    goal = le((1 - b1) * total(Q_SQUARE) + last, RATIO * total(DELTA_SQUARE))
    first = proof.each(over, proof.each(COORDINATES, eq(Q(1, j, w) ** 2, 0), BEGINS))
    summed = proof.induction(goal, T, base=[first], step=lambda: [proof.cite(SLUG, "drift, expected step", t=T + 1)])
    rest = proof.have(le(0, last), proof.cite(SLUG, "drift is finite", t=T + 1))
    less = proof.have(le((1 - b1) * total(Q_SQUARE), RATIO * total(DELTA_SQUARE)), summed, rest)
    return proof.conclude(proof.have(le(total(Q_SQUARE), DRIFT_BOUND), less, "beta1 < 1"), degree=1)


# --- the start and the noise ------------------------------------------------------------------------


def start_sum(proof: Scope) -> Step:
    """(1 - b1^2)*sum of b1^(2t) + b1^2*b1^(2T) = b1^2."""
    weights = Sum(power(b1, t) ** 2, (t, 1, T))
    exact = proof.induction(eq((1 - b1**2) * weights + b1**2 * power(b1, T) ** 2, b1**2), T)
    less = proof.have(le((1 - b1**2) * weights, b1**2), exact, le(0, b1**2 * power(b1, T) ** 2))
    first = mean(a(1, j, w) ** 2)
    return proof.conclude(proof.have(le((1 - b1**2) * weights * first, b1**2 * first), less))


def about_noise(proof: Scope, claim: str, time: Any, **symbols: Any) -> Step:
    """A claim of momentum-noise about the average that it unrolls to."""
    moving = momentum_noise.moving(proof, b1, xi)
    symbols |= {"N": ((t, j, w), noise(t)), "xi": ((k, j, w), xi(k))}
    return proof.cite("momentum-noise", claim, t=time, **symbols, by=moving)


def noise_sum(proof: Scope) -> Step:
    """The sum of E|N_t|^2 is at most (1 - b1)/(1 + b1) times the sum of the variances."""
    with proof.assuming(le(1, t)):
        moment = about_noise(proof, "second moment", t, variance=(k, variance(k)))
    squares = proof.have(le(total(noise(t) ** 2), (1 - b1) ** 2 * TIMES.of(WEIGHTED)), proof.each(TIMES, moment))
    whole = proof.cite("averaging", b=b1**2, c=(k, variance(k)), by=[variance_nonneg(proof)])
    sigma = TIMES.of(variance(t))
    chain = proof.calc(total(noise(t) ** 2)).le((1 - b1) ** 2 * TIMES.of(WEIGHTED), squares)
    chain = chain.le((1 - b1) ** 2 * (sigma / (1 - b1**2)), whole)
    return chain.eq((1 - b1) / (1 + b1) * sigma).done()


# --- all three --------------------------------------------------------------------------------------


def about_drift(proof: Scope, claim: str, **symbols: Any) -> Step:
    """A claim about Q, for the sum that the drift is."""
    first = proof.have(eq(drifted(1), 0), drifted(1))
    with proof.assuming(le(1, n)):
        moves = proof.have(eq(drifted(n + 1), b1 * (drifted(n) + change(n))), drifted(n + 1))
    symbols |= {"Q": ((t, j, w), drifted(t)), "delta": ((k, j, w), change(k))}
    return proof.cite(SLUG, claim, **symbols, by=[first, moves])


def three_parts(proof: Scope) -> Step:
    """|start + drift + noise|^2 = |e|^2, for every outcome."""
    with proof.assuming(le(1, t)):
        parts = proof.cite("momentum-recursion", m=(k, m(k, j, w)), g=(k, g(k, j, w)), a=(k, a(k, j, w)))
        return proof.each(COORDINATES, eq(sum(PARTS) ** 2, GAP**2), parts)


def two(proof: Scope, claim: str, x: Any, y: Any, *finite: Step, **symbols: Any) -> Step:
    """A claim of mean-square about two vectors."""
    return proof.cite("mean-square", claim, x=((t, j, w), x), y=((t, j, w), y), **symbols, by=finite)


def finite_parts(proof: Scope) -> list[Step]:
    """E|drift|^2, E|noise|^2 and E|start + drift|^2 are finite at all times."""
    with proof.assuming(le(1, i)):
        parts = [about_drift(proof, "drift is finite", t=i), about_noise(proof, "finite", i)]
    with proof.assuming(*RUNNING):
        return [*parts, two(proof, "finite sum", *PARTS[:2], *parts, t=k)]


def error_finite(proof: Scope) -> Step:
    whole = two(proof, "finite sum", PARTS[0] + PARTS[1], PARTS[2], *finite_parts(proof))
    return proof.conclude(whole, three_parts(proof))


def root_sum(proof: Scope) -> Step:
    """Minkowski's inequality, twice."""
    finite = finite_parts(proof)
    inner = two(proof, "minkowski", *PARTS[:2], *finite)
    outer = two(proof, "minkowski", PARTS[0] + PARTS[1], PARTS[2], *finite)
    same = proof.each(TIMES, proof.each(over, three_parts(proof)))
    return proof.conclude(inner, proof.rewrite(outer, same))


def root_of_start(proof: Scope) -> Step:
    """sqrt(1 - b1^2)*sqrt(sum of E|b1^t*a_1|^2) <= b1*sqrt(E|a_1|^2)."""
    square = proof.step("the start, summed", proof.lemma(SLUG, "start"))
    below = sqrt(1 - b1**2)
    small = proof.have(lt(0, 1 - b1**2), BETA)
    scaled = le(below * ROOTS[0], b1 * sqrt(mean(a(1, j, w) ** 2)))
    return proof.have(le(ROOTS[0], START_TERM), proof.by_squares(scaled, square, small), lt(0, below))


def on_average(proof: Scope) -> Step:
    parts = proof.step("start, drift and noise", proof.lemma(SLUG, "three parts"))
    start = root_of_start(proof)
    drifts = proof.step("the drift, summed", about_drift(proof, "drift"))
    noises = proof.step("the noise, summed", proof.lemma(SLUG, "noise"))
    far, loud, _ = finite_parts(proof)
    drifts = proof.by_squares(le(ROOTS[1], DRIFT_TERM), drifts, far, BETA)
    noises = proof.by_squares(le(ROOTS[2], NOISE_TERM), noises, loud, BETA, variance_nonneg(proof))
    return proof.conclude(parts, start, drifts, noises, degree=1)


# --- models, near misses ----------------------------------------------------------------------------


def with_drift(model: Model) -> Model:
    """The model with Q and delta: the drift of its gradients."""
    gradient, beta1 = model.functions["a"], model.variables["b1"]

    def moved(time: int, i: int, point: Any) -> Any:
        return gradient(time, i, point) - gradient(time + 1, i, point)

    def summed(time: int, i: int, point: Any) -> Any:
        value = 0
        for step in range(1, time):
            value = beta1 * (value + moved(step, i, point))
        return value

    return model.extended(functions={"Q": summed, "delta": moved})


def models(rng: Random) -> Iterator[Model]:
    return map(with_drift, problems.runs(rng))


def only(problem: problems.Problem) -> Any:
    return lambda rng: map(with_drift, problems.fixed_run(problem)(rng))


THREE = (MOMENTUM, "A2: the noise has finite variance", FIRST, CHANGES, BETA)
ALONG = (DRIFT, BETA, START)

lemma = Lemma(
    slug=SLUG,
    title="A bound on the sum over time of the mean square momentum error, for uncorrelated noise",
    source=Source.OURS,
    where="what the averaged bound on the magnitudes needs of momentum-error: squares instead of norms",
    assumptions={**MOMENTUM, **A2, **BETA, **FIRST, **CHANGES, **DRIFT, **START, **HORIZON},
    claims=[
        Claim("on average", ON_AVERAGE, on_average, given=(A2, *THREE, HORIZON)),
        Claim("finite", Integrable(mean(GAP**2)), error_finite, given=(*THREE, START)),
        Claim("three parts", le(ROOT_ERROR, sum(ROOTS)), root_sum, given=THREE),
        Claim("noise", le(total(noise(t) ** 2), NOISE_BOUND), noise_sum, given=(A2, BETA, HORIZON)),
        Claim("start", START_BOUND, start_sum, given=(FIRST, HORIZON)),
        Claim("drift", le(total(Q_SQUARE), DRIFT_BOUND), drift_sum, given=(DRIFT, BETA, HORIZON)),
        Claim("drift, expected step", EXPECTED, drift_step, given=ALONG),
        Claim("drift is finite", Integrable(mean(Q_SQUARE)), drift_finite, given=ALONG),
        Claim("drift, one step", YOUNG, young, given=(MOVES, BETA, START)),
    ],
    models=models,
    mutants=[
        Mutant("without the start", le(ROOT_ERROR, DRIFT_TERM + NOISE_TERM), models=only(problems.FIRST)),
        Mutant("without the drift", le(ROOT_ERROR, START_TERM + NOISE_TERM), models=only(problems.TURNING)),
        Mutant("without the noise", le(ROOT_ERROR, START_TERM + DRIFT_TERM), models=only(problems.NOISY)),
        Mutant("inequality reversed", le(START_TERM + DRIFT_TERM + NOISE_TERM, ROOT_ERROR)),
        Mutant(
            "noise of different times correlated",
            drop=("A2: noises of different times are uncorrelated",),
            models=only(problems.ALIKE),
        ),
        Mutant("drift times b1^4", le(total(Q_SQUARE), b1**4 * DRIFT_BOUND), claim="drift"),
    ],
)
