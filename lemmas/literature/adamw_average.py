"""On average AdamW's iterates are smaller than the box: lambda*mean |x_t| <= |x_1|/(gamma*T) + S.

S is the bound on the root of the mean of u_t^2 (average-magnitude), which stays near 1 where R grows.  Summing
|x_{t+1}| <= (1 - gamma*lambda)*|x_t| + gamma*u_t leaves gamma*lambda*(sum of |x_t|) <= |x_1| + gamma*(sum of u_t), and
a mean is at most the root of the mean square.
"""

from adamproof.lemmas.models import decayed as runs
from adamproof.lemmas.update import average_magnitude

from ..notation import m, v
from ..vocabulary import *
from .adamw_box import ADAMW, DECAY, lam, x

# --- statement -------------------------------------------------------------------------------------

TIMES = Functional("Sum", t, (1, T))
AVERAGE = average_magnitude.lemma.assumptions  # Adam's recursion, beta1 < beta2, epsilon > 0, 1 <= T
MAGNITUDES = average_magnitude.MEAN_SQUARE  # mean of u_t^2
S_SQUARED = average_magnitude.S_squared
MEAN_SIZE = TIMES.of(Abs(x(t))) / T
SMALL = {name: DECAY[name] for name in ("lambda is positive", "gamma*lambda <= 1")} | {
    "gamma is positive": lt(0, gamma)
}


def bounded(limit: Any) -> Any:
    return le(lam * MEAN_SIZE, Abs(x(1)) / (gamma * T) + limit)


# --- proof -----------------------------------------------------------------------------------------


def moment(proof: Scope, time: Any) -> Step:
    """0 <= v_t."""
    betas = proof.have(lt(0, b2), "beta1 is not negative", "beta1 < beta2")
    return proof.cite("magnitude-range", "second moment", t=time, by=[betas])


def one_step(proof: Scope, time: Any) -> Step:
    """|x_{t+1}| <= (1 - gamma*lambda)*|x_t| + gamma*u_t."""
    update = m(time) / (sqrt(v(time)) + eps)
    size = proof.have(le(Abs(update), magnitude(time)), moment(proof, time))
    shorter = le(Abs(x(time + 1)), (1 - gamma * lam) * Abs(x(time)) + gamma * magnitude(time))
    return proof.have(shorter, size, proof.at("x is AdamW's", time), SMALL, title="one step")


def mean_magnitude(proof: Scope) -> Step:
    left = gamma * lam * TIMES.of(Abs(x(t))) + Abs(x(T + 1))
    goal = le(left, Abs(x(1)) + gamma * TIMES.of(magnitude(t)))
    with proof.assuming(le(0, T)):
        later = one_step(proof, T + 1)
    whole = proof.step("summed over time", proof.induction(goal, T, step=[later]))
    return proof.conclude(whole, "gamma is positive", "T is a horizon")


def root_mean_square(proof: Scope) -> Step:
    """The mean of u_t is at most the root of the mean of u_t^2 (Jensen), and that at most S."""
    linear = proof.lemma("adamw-average", "mean magnitude")
    jensen = proof.cite("jensen-sqrt", "means", c=(t, magnitude(t) ** 2), n=T)
    with proof.assuming(le(1, t)):
        sign_of = proof.have(le(0, magnitude(t)), moment(proof, t))
        size = proof.have(eq(root(magnitude(t) ** 2), magnitude(t)), sign_of)
    mean = proof.have(le(TIMES.of(magnitude(t)) / T, sqrt(MAGNITUDES)), jensen, proof.each(TIMES, size))
    root_of = proof.have(le(sqrt(MAGNITUDES), sqrt(S_SQUARED)), proof.cite("average-magnitude"))
    return proof.conclude(linear, mean, root_of)


lemma = Lemma(
    slug="adamw-average",
    title="On average over time AdamW's iterates are at most S/lambda",
    source=Source.OURS,
    where="for every gradient sequence; as S tends to 1, the limit 1/lambda",
    assumptions={**AVERAGE, **ADAMW, **SMALL},
    claims=[
        Claim("S", bounded(sqrt(S_SQUARED)), root_mean_square),
        Claim("mean magnitude", bounded(TIMES.of(magnitude(t)) / T), mean_magnitude),
    ],
    models=runs.averaged,
    mutants=[
        Mutant("without the start", le(lam * MEAN_SIZE, sqrt(S_SQUARED)), models=runs.far),
        Mutant("a tenth of S", bounded(sqrt(S_SQUARED) / 10)),
        Mutant("epsilon = 0", change={"epsilon is positive": eq(eps, 0)}, models=runs.first_step),
        Mutant("gamma*lambda = 3", drop=("gamma*lambda <= 1",), claim="mean magnitude", models=runs.leaping),
        Mutant(
            "the start twice as fast forgotten",
            le(lam * MEAN_SIZE, Abs(x(1)) / (2 * gamma * T) + TIMES.of(magnitude(t)) / T),
            claim="mean magnitude",
            models=runs.far,
        ),
    ],
)
