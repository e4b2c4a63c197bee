"""The convergence theorem for Adam with bias correction, the default form of PyTorch and optax.

    m_t = b1*m_{t-1} + (1 - b1)*g_t          v_t = b2*v_{t-1} + (1 - b2)*g_t^2          m_0 = v_0 = 0
    mhat_t = m_t/(1 - b1^t)                  vhat_t = v_t/(1 - b2^t)
    u_t = |mhat_t|/(sqrt(vhat_t) + eps)      x_{t+1} = x_t - gamma*mhat_t/(sqrt(vhat_t) + eps)

    mean_t E|u_t o a_t|_1 <= D/(gamma*T) + 2*R*sqrt(d)*b1*E|a_1|/((1 - b1)*T)
                             + gamma*R^2*d*(1/2 + 2*b1/(1 - b1))*(L0 + L1*G_q)
                             + 2*R*sqrt(d)*sqrt((1 - b1)/(1 + b1))*sqrt(s0^2 + s1^2*G_p)

That is main-theorem's bound, unchanged.  Its claim "any magnitudes" is about steps along Sign(m) with magnitudes in
[0, R]: mhat_t has the sign of m_t, as 1 - b1^t > 0, and u_t <= R by the lemma bias-corrected.  The momentum error in
the proof is that of m_t, not of mhat_t.  Corollary 3.3 rests on this bound alone and holds likewise.
"""

from dataclasses import replace

from adamproof.lemmas.main import corollary_3_3, main_theorem
from adamproof.lemmas.main.main_theorem import terms
from adamproof.lemmas.models import problems

from ..notation import R
from ..vocabulary import *
from .setting import ADAM, CITED, COORDINATE, MEAN_GAIN, RUN, RUNNING, SIGN_STEP, g, m, u, v, x

SLUG = "bias-corrected-main"
mhat, vhat = (function(name, "int", "int", "point") for name in ("mhat", "vhat"))
UNCORRECTED = "u is |m|/(sqrt(v) + epsilon)"
FIRST_MOMENT, SECOND_MOMENT = "mhat is m/(1 - beta1^t)", "vhat is v/(1 - beta2^t)"
MAGNITUDE, STEP = "u is |mhat|/(sqrt(vhat) + epsilon)", "the step is -gamma*mhat/(sqrt(vhat) + epsilon)"


def stepping(rate: Any) -> Any:
    """x_{t+1} = x_t - rate*mhat_t/(sqrt(vhat_t) + eps)."""
    step = mhat(k, j, w) / (sqrt(vhat(k, j, w)) + eps)
    return forall((k, j, w), eq(x(k + 1, j, w), x(k, j, w) - rate * step), RUNNING)


CORRECTED = {
    **{name: statement for name, statement in ADAM.items() if name != UNCORRECTED},
    FIRST_MOMENT: forall((k, j, w), eq(mhat(k, j, w), m(k, j, w) / (1 - power(b1, k))), RUNNING),
    SECOND_MOMENT: forall((k, j, w), eq(vhat(k, j, w), v(k, j, w) / (1 - power(b2, k))), RUNNING),
    MAGNITUDE: forall((k, j, w), eq(u(k, j, w), Abs(mhat(k, j, w)) / (sqrt(vhat(k, j, w)) + eps)), RUNNING),
    STEP: stepping(gamma),
}


# --- steps along Sign(m) of magnitudes in [0, R] ------------------------------------------------------


def as_any_magnitudes(proof: Scope) -> tuple[Step, Step, Step]:
    """At time t: the step goes along Sign(m_t), 0 <= u_t and u_t <= R, as results for any magnitudes suppose."""
    with proof.assuming(le(1, t)):
        first, second = below_one(proof)
        return along_the_sign(proof, first), magnitude_nonneg(proof, second), at_most(proof, first)


def below_one(proof: Scope) -> list[Step]:
    """beta1^t < 1 and beta2^t < 1."""
    ranges = proof.have(lt(b1, 1), STABLE, "beta2 < 1"), proof.have(lt(0, b2), STABLE)
    below = []
    for base in (b1, b2):
        largest = proof.cite("powers", "at most the base", x=base, n=t, by=ranges)
        below.append(proof.have(lt(power(base, t), 1), largest, ranges, "beta2 < 1"))
    return below


def hat_size(proof: Scope, below: Step) -> Step:
    """|mhat_t| = |m_t|/(1 - b1^t)."""
    return proof.have(eq(Abs(mhat(t, j, w)), Abs(m(t, j, w)) / (1 - power(b1, t))), FIRST_MOMENT, below)


def along_the_sign(proof: Scope, below: Step) -> Step:
    """x_{t+1} = x_t - gamma*u_t*Sign(m_t), as mhat_t = |mhat_t|*Sign(m_t)."""
    signed = proof.have(eq(m(t, j, w), Abs(m(t, j, w)) * sign(m(t, j, w))))
    turned = eq(mhat(t, j, w), Abs(mhat(t, j, w)) * sign(m(t, j, w)))
    turned = proof.have(turned, FIRST_MOMENT, hat_size(proof, below), signed, below)
    proof.step("mhat_t = |mhat_t|*Sign(m_t), as 1 - beta1^t > 0", turned)
    along = eq(x(t + 1, j, w), x(t, j, w) - gamma * u(t, j, w) * sign(m(t, j, w)))
    return proof.have(along, STEP, MAGNITUDE, turned, title="the step goes along Sign(m_t)")


def at_most(proof: Scope, below: Step) -> Step:
    """u_t <= R, by the lemma bias-corrected."""
    bound = proof.cite("bias-corrected", **COORDINATE, by=[proof.have(lt(b1, 1), STABLE, "beta2 < 1")])
    second = eq(v(t, j, w) / (1 - power(b2, t)), vhat(t, j, w))
    bound = proof.rewrite(bound, proof.have(second, SECOND_MOMENT))
    facts = bound, MAGNITUDE, hat_size(proof, below)
    return proof.have(le(u(t, j, w), R), facts, title="u_t <= R, by the lemma bias-corrected")


def magnitude_nonneg(proof: Scope, below: Step) -> Step:
    """0 <= |mhat_t|/(sqrt(vhat_t) + eps), as v_t is a moving average of squares."""
    moment = proof.cite("moving-average", "not negative", b=b2, x=(k, v(k, j, w)), y=(k, g(k, j, w) ** 2))
    second = proof.have(le(0, vhat(t, j, w)), SECOND_MOMENT, moment, below)
    size = proof.have(le(0, Abs(mhat(t, j, w)) / (sqrt(vhat(t, j, w)) + eps)), second)
    return proof.have(le(0, u(t, j, w)), MAGNITUDE, size)


def adam(proof: Scope) -> Step:
    """The claim "any magnitudes" of main-theorem, at the magnitudes of Adam with bias correction."""
    facts = as_any_magnitudes(proof)
    general = proof.cite("main-theorem", "any magnitudes", R=R, by=[*facts, proof.cite("magnitude-range", "bound")])
    return main_theorem.simplified(proof, general)


# --- the mutants ------------------------------------------------------------------------------------


def corrected_run(problem: problems.Problem, **variables: Any) -> Any:
    """One run with bias correction, as a generator."""
    return problems.fixed_run(replace(problem, divisors=problems.corrected), **variables)


def powered(problem: problems.Problem, time: int) -> tuple[Fraction, Fraction]:
    """(1 - beta1)^t in place of 1 - beta1^t."""
    return (1 - problem.beta1) ** time, 1 - problem.beta2**time


# Far too large a step, upwards.
CLIMBING = replace(problems.JUMPING, beta2=problems.TINY, rate=Fraction(-100), horizon=3)
POWERED = replace(problems.JUMPING, beta1=Fraction(1, 2), beta2=Fraction(1, 2), horizon=6, divisors=powered)


def models(rng: Random) -> Iterator[Model]:
    """Runs with bias correction in which every gradient is felt, with what the Conditions say."""
    return corollary_3_3.with_conditions(problems.corrected_runs(rng))


MAIN = {name: statement for name, statement in {**RUN, **CORRECTED}.items() if name not in SIGN_STEP}
MAIN = {name: statement for name, statement in {**MAIN, **main_theorem.ADAM_SHORT}.items() if name != "beta1 < 1"}


lemma = Lemma(
    slug=SLUG,
    title="Adam with bias correction: main-theorem's bound for short steps, Corollary 3.3's under Conditions 1-3",
    source=Source.OURS,
    where="the source's recursion has no bias correction; the default Adam of PyTorch and optax has",
    assumptions={**MAIN, **corollary_3_3.FURTHER},
    cited=CITED,
    claims=[
        Claim("Adam with bias correction", le(MEAN_GAIN, sum(terms(R).values())), adam, given=tuple(MAIN)),
        Claim(
            "gradient norm",
            le(corollary_3_3.G, corollary_3_3.BOUND),
            lambda scope: corollary_3_3.corollary(scope, SLUG),
            models=models,
        ),
    ],
    models=problems.corrected_runs,
    mutants=[
        Mutant("without the initial gap", main_theorem.without("initial gap"), models=corrected_run(problems.FAR)),
        Mutant("without the drift", main_theorem.without("drift"), models=corrected_run(problems.JUMPING)),
        Mutant("without the noise", main_theorem.without("noise"), models=corrected_run(problems.MISLED)),
        Mutant("inequality reversed", le(sum(terms(R).values()), MEAN_GAIN)),
        Mutant("the step goes up", change={STEP: stepping(-gamma)}, models=corrected_run(CLIMBING, gamma=100)),
        Mutant(
            "mhat is m/(1 - beta1)^t",
            change={FIRST_MOMENT: forall((k, j, w), eq(mhat(k, j, w), m(k, j, w) / power(1 - b1, k)), RUNNING)},
            models=problems.fixed_run(POWERED),
        ),
        Mutant(
            "beta1^2 < beta2 dropped (R is 0 at the boundary)",
            drop=("beta1^2 < beta2",),
            models=corrected_run(problems.EDGE),
        ),
        Mutant(
            "gradient norm: C2 dropped",
            drop=(corollary_3_3.C2_NAME,),
            claim="gradient norm",
            models=corollary_3_3.fixed(replace(problems.FAR, divisors=problems.corrected), vbar=10**9),
        ),
        Mutant("F below F*", drop=("A1: F is at least F*",), models=corrected_run(problems.FAR, Fmin=10**9)),
    ],
)
