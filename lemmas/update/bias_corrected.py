"""Bias correction keeps the bound: with mhat = m_t/(1 - b1^t), vhat = v_t/(1 - b2^t), |mhat|/(sqrt(vhat) + eps) <= R.

Because (1 - b1^t)^2 - (1 - rho^t)*(1 - b2^t) = rho^t + b2^t - 2*b1^t >= 0, as rho^t*b2^t = (b1^t)^2.  At t = 1 the
bound is exactly 1.
"""

from adamproof.lemmas.models import update_runs as runs

from ..notation import g, m, v
from ..vocabulary import *
from .update_magnitude import betas, second_moment
from .update_magnitude_finite import powers

# --- statement -------------------------------------------------------------------------------------

P, Q, Z = power(b1, t), power(b2, t), power(rho, t)
size, vhat = Abs(m(t)) / (1 - P), v(t) / (1 - Q)  # |mhat_t| and vhat_t
MAGNITUDE = size / (sqrt(vhat) + eps)
SIZE_1, VHAT_1 = Abs(m(1)) / (1 - b1), v(1) / (1 - b2)
FIRST = SIZE_1 / (sqrt(VHAT_1) + eps)
STARTED = {"t is positive": le(1, t)}
CORRECTION = le((1 - Z) * (1 - Q), (1 - P) ** 2)


# --- proofs ----------------------------------------------------------------------------------------


def correction(proof: Scope) -> Step:
    """The mean of rho^t and b2^t is at least their geometric mean b1^t."""
    joint = proof.have(eq(Z * Q, P**2), powers(proof, t), title="rho^t*b2^t = (b1^t)^2")
    return proof.conclude(joint, proof.have(le(2 * P, Z + Q), joint, squares=[Z - Q], title="2*b1^t <= rho^t + b2^t"))


def bound(proof: Scope) -> Step:
    stated = (RECURSION, "beta1 is not negative", "beta1 < 1", "beta2 < 1", STABLE, EPSILON, STARTED)
    with proof.using(*stated), proof.knowing(betas(proof)), proof.knowing(second_moment(proof)):
        finite = [proof.cite("update-magnitude-finite"), proof.cite("update-magnitude-finite", "closed form")]
        sharp = proof.have(le(m(t) ** 2, R_squared * (1 - Z) * v(t)), finite, title="m_t^2 <= R^2*(1 - rho^t)*v_t")
        better = proof.step("(1 - rho^t)*(1 - b2^t) <= (1 - b1^t)^2", proof.cite("bias-corrected", "correction"))
        below = [proof.have(lt(P, 1), below_base(proof, b1)), proof.have(lt(Q, 1), below_base(proof, b2))]
        with proof.knowing(below):
            exact = proof.have(eq(R_squared, product(BOUND, BOUND)))
            square = proof.rewrite(corrected(proof, sharp, better), exact)
            ratio = proof.cite("ratio-bound", x=size, y=vhat, r=BOUND, e=eps, by=[square])
            return proof.conclude(ratio, le(0, size))


def below_base(proof: Scope, base: Any) -> Step:
    """base^t <= base for t >= 1."""
    return proof.cite("powers", "at most the base", x=base, n=t)


def corrected(proof: Scope, sharp: Step, better: Step) -> Step:
    """m^2 <= R^2*(1 - Z)*v and (1 - Z)*(1 - Q) <= (1 - P)^2 give (m/(1 - P))^2 <= R^2*v/(1 - Q)."""
    chain = proof.calc(m(t) ** 2 * (1 - Q)).le(R_squared * v(t) * ((1 - Z) * (1 - Q)), sharp)
    scaled = chain.le(R_squared * v(t) * (1 - P) ** 2, better).done()
    return proof.have(le(size**2, product(R_squared, vhat)), scaled, title="mhat^2 <= R^2*vhat")


def first_step(proof: Scope) -> Step:
    """One step: mhat_1 = g_1 and vhat_1 = g_1^2."""
    momentum = proof.have(eq(m(1) / (1 - b1), g(1)), proof.at("m is a moving average of g", 0), title="mhat_1 = g_1")
    moment = proof.have(eq(VHAT_1, g(1) ** 2), proof.at("v is a moving average of g^2", 0), title="vhat_1 = g_1^2")
    hat = proof.have(le(0, VHAT_1), moment)
    square = proof.have(le(SIZE_1**2, VHAT_1), momentum, moment)
    return proof.conclude(proof.cite("ratio-bound", x=SIZE_1, y=VHAT_1, r=1, e=eps, by=[square, hat]))


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """As the runs of the update, from the first step on."""
    return (model.extended(variables={"t": max(1, model.variables["t"])}) for model in runs.models(rng))


FIRST_STEPS = changed(runs.tight, t=1, eps=0)  # where the corrected magnitude is 1

lemma = Lemma(
    slug="bias-corrected",
    title="The bias-corrected update magnitude is at most R if beta1^2 < beta2",
    source=Source.OURS,
    where="the source's recursion has no bias correction; Adam as it is run has",
    assumptions={**RECURSION, **HYPERPARAMETERS, **STABLE, **EPSILON, **STARTED},
    claims=[
        Claim("bound", le(MAGNITUDE, BOUND), bound),
        Claim("correction", CORRECTION, correction, given=("beta2 is positive", STARTED)),
        Claim("first step", le(FIRST, 1), first_step, given=(RECURSION, "beta1 < 1", "beta2 < 1", EPSILON)),
    ],
    models=models,
    mutants=[
        Mutant("bound times 0.99", le(MAGNITUDE, Rational(99, 100) * BOUND), models=FIRST_STEPS),
        Mutant("inequality reversed", le(BOUND, MAGNITUDE)),
        Mutant("correction reversed", le((1 - P) ** 2, (1 - Z) * (1 - Q)), claim="correction"),
        Mutant("first step below 0.99", le(FIRST, Rational(99, 100)), claim="first step", models=FIRST_STEPS),
        Mutant("beta1^2 < beta2 dropped", drop=("beta1^2 < beta2",), models=runs.boundary),
    ],
)
