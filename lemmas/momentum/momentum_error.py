"""The momentum error on average over time: start, drift and noise, for Adam's steps of length at most gamma*R*sqrt(d).

    mean_t E|e_t| <= b1*E|a_1|/((1 - b1)*T) + gamma*R*sqrt(d)*b1/(1 - b1)*(L0 + L1*G_q)
                     + sqrt((1 - b1)/(1 + b1))*sqrt(s0^2 + s1^2*G_p),       G_r = mean_t E|a_t|^r

It is momentum-error-any-step with S = gamma*R*sqrt(d).
"""

from adamproof.lemmas.models import problems

from ..vocabulary import *
from . import momentum_error_any_step as any_step
from .setting import *

R = reals("R")
STEP = gamma * R * sqrt(d)


# --- statements -------------------------------------------------------------------------------------

SMOOTH = {"gradients change by at most gamma*R*sqrt(d)*(L0 + L1*|a|^q)": any_step.changes(STEP)}
NONNEG = {**any_step.MODULI, "gamma*R*sqrt(d) is not negative": le(0, STEP)}
DRIFT_TERM = any_step.drift_term(STEP)
ON_AVERAGE = any_step.on_average(STEP)
AT_TIME = any_step.at_time(STEP)
PATHWISE = any_step.for_every_outcome(STEP)


# --- proof ------------------------------------------------------------------------------------------


def cited(claim: str) -> Any:
    """The claim of the same name, for S = gamma*R*sqrt(d)."""
    return lambda proof: proof.conclude(proof.cite("momentum-error-any-step", claim, S=STEP))


ALL_TIMES = (MOMENTUM, SMOOTH, A2, CONSTANTS, FINITE)
only = problems.fixed_run

lemma = Lemma(
    slug="momentum-error",
    title="A bound on the mean momentum error, for uncorrelated noise and gradients that change little in a step",
    source=Source.RECONSTRUCTED,
    where="start, drift and noise of the momentum; the summary speaks of an update error that momentum averages",
    assumptions={**MOMENTUM, **SMOOTH, **A2, **CONSTANTS, **FINITE, **NONNEG, **START, **HORIZON},
    claims=[
        Claim("on average", ON_AVERAGE, cited("on average"), given=(*ALL_TIMES, NONNEG, HORIZON)),
        Claim("each time", AT_TIME, cited("each time"), given=(*ALL_TIMES, START)),
        Claim(
            "for every outcome",
            PATHWISE,
            cited("for every outcome"),
            given=(MOMENTUM, SMOOTH, "beta1 is not negative", START),
        ),
        Claim("finite", Integrable(E(error(t), w)), cited("finite"), given=(*ALL_TIMES, START)),
        Claim(
            "powers are finite",
            forall(k, Integrable(E(real_power(length(k), q), w)), RUNNING),
            lambda proof: proof.cite("momentum-error-any-step", "powers are finite"),
            given=("E|a_t| is finite", "q is not negative", "q <= 1"),
        ),
    ],
    models=problems.runs,
    mutants=[
        Mutant("without the start", le(MEAN_ERROR, DRIFT_TERM + NOISE_TERM), models=only(problems.FIRST)),
        Mutant("without the drift", le(MEAN_ERROR, START_TERM + NOISE_TERM), models=only(problems.TURNING)),
        Mutant("without the noise", le(MEAN_ERROR, START_TERM + DRIFT_TERM), models=only(problems.NOISY)),
        Mutant("inequality reversed", le(START_TERM + DRIFT_TERM + NOISE_TERM, MEAN_ERROR)),
        Mutant(
            "noise of different times correlated",
            drop=("A2: noises of different times are uncorrelated",),
            models=only(problems.ALIKE),
        ),
        Mutant(
            "each time, without the start",
            le(E(error(t), w), AT_TIME.rhs - power(b1, t) * E(length(1), w)),
            claim="each time",
            models=only(problems.FIRST),
        ),
    ],
)
