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

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Abs, sign, sqrt

from adamproof.lemmas.main import corollary_3_3, main_theorem
from adamproof.lemmas.main.main_theorem import START, at_time, terms
from adamproof.lemmas.main.setting import (
    ADAM,
    CITED,
    MEAN_GAIN,
    RUN,
    RUNNING,
    SIGN_STEP,
    g,
    m,
    u,
    v,
    x,
)
from adamproof.lemmas.main.setting import R as ANY_R
from adamproof.lemmas.models import problems
from adamproof.lemmas.notation import R, b1, b2, eps, gamma, j, k, t, w
from adamproof.numeric.models import Model
from adamproof.prover import (
    Step,
    at,
    cut,
    eq,
    forall,
    function,
    generalise,
    instantiate,
    integers,
    le,
    lt,
    power,
    prove,
    reals,
    rewrite,
    settle,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

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


def below_one(scope: Scope, base: Any, range_: list[Step]) -> Step:
    """base^t < 1, as 0 <= base < 1."""
    largest = instantiate(scope.lemma("powers", "at most the base"), {reals("x"): base, integers("n"): t})
    return prove(lt(power(base, t), 1), settle(largest, range_, START), range_)


def ranges(scope: Scope) -> tuple[list[Step], list[Step]]:
    """0 <= beta1 < 1 and 0 < beta2 < 1."""
    stable, below = scope.given("beta1^2 < beta2"), scope.given("beta2 < 1")
    first = [*scope.given("beta1 is not negative"), prove(lt(b1, 1), stable, below)]
    return first, [prove(lt(0, b2), stable), *below]


def hat_size(scope: Scope, below: Step) -> Step:
    """|mhat_t| = |m_t|/(1 - b1^t)."""
    p, y, z = reals("p y z")
    size = prove(eq(Abs(y), Abs(z) / (1 - p)), eq(y, z / (1 - p)), lt(p, 1))
    size = instantiate(size, {p: power(b1, t), y: mhat(t, j, w), z: m(t, j, w)})
    return cut(size, at_time(scope, FIRST_MOMENT, j, w), below)


def along_the_sign(scope: Scope, below: Step, size: Step) -> Step:
    """x_{t+1} = x_t - gamma*u_t*Sign(m_t), as mhat_t = |mhat_t|*Sign(m_t)."""
    p, y, z, h, s = reals("p y z h s")
    turned = prove(eq(y, h * s), eq(y, z / (1 - p)), eq(h, Abs(z) / (1 - p)), eq(z, Abs(z) * s), lt(p, 1))
    momentum = m(t, j, w)
    values = {p: power(b1, t), y: mhat(t, j, w), z: momentum, h: Abs(mhat(t, j, w)), s: sign(momentum)}
    signed = prove(eq(momentum, Abs(momentum) * sign(momentum)))
    turned = cut(instantiate(turned, values), at_time(scope, FIRST_MOMENT, j, w), size, signed, below)
    scope.step("mhat_t = |mhat_t|*Sign(m_t), as 1 - beta1^t > 0", turned)
    following, here, c, f, most = reals("following here c f most")
    step = prove(eq(following, here - c * most * s), eq(following, here - c * (y / f)), eq(y, h * s), eq(most, h / f))
    scale = sqrt(vhat(t, j, w)) + eps
    values |= {following: x(t + 1, j, w), here: x(t, j, w), c: gamma, f: scale, most: u(t, j, w)}
    facts = at_time(scope, STEP, j, w), at_time(scope, MAGNITUDE, j, w), turned
    return scope.step("the step goes along Sign(m_t)", cut(instantiate(step, values), *facts))


def at_most(scope: Scope, size: Step) -> Step:
    """u_t <= R, by the lemma bias-corrected."""
    symbols = {function(name): ((k,), function(name, "int", "int", "point")(k, j, w)) for name in ("m", "v", "g")}
    recursion = [
        at(scope.the(name), j, w)
        for name in ("m starts at 0", "m is a moving average of g", "v starts at 0", "v is a moving average of g^2")
    ]
    bound = cut(instantiate(scope.lemma("bias-corrected"), symbols), *recursion)
    hole = reals("hole")
    corrected = Abs(m(t, j, w)) / (1 - power(b1, t))
    second = reversed_(at_time(scope, SECOND_MOMENT, j, w))
    bound = rewrite(bound, second, hole, le(corrected / (sqrt(hole) + eps), R))
    bound = rewrite(bound, reversed_(size), hole, le(hole / (sqrt(vhat(t, j, w)) + eps), R))
    below_one_too = prove(lt(b1, 1), scope.given("beta1^2 < beta2", "beta2 < 1"))
    found = cut(prove(le(u(t, j, w), R), bound, at_time(scope, MAGNITUDE, j, w), degree=1), below_one_too)
    return scope.step("u_t <= R, by the lemma bias-corrected", found)


def reversed_(equation: Step) -> Step:
    """b = a from a = b."""
    left, right = equation.conclusion.args
    y, z = reals("y z")
    return cut(instantiate(prove(eq(z, y), eq(y, z)), {y: left, z: right}), equation)


def as_any_magnitudes(scope: Scope) -> tuple[Step, Step, Step]:
    """At time t: the step goes along Sign(m_t), 0 <= u_t and u_t <= R, as results for any magnitudes suppose."""
    first, second = ranges(scope)
    below = below_one(scope, b1, first)
    size = hat_size(scope, below)
    along = along_the_sign(scope, below, size)
    most = at_most(scope, size)
    least = prove(le(0, u(t, j, w)), at_time(scope, MAGNITUDE, j, w), magnitude_nonneg(scope, second), degree=1)
    return along, least, most


def adam(scope: Scope) -> Step:
    """The claim "any magnitudes" of main-theorem, at the magnitudes of Adam with bias correction."""
    facts = as_any_magnitudes(scope)
    general = instantiate(scope.lemma("main-theorem", "any magnitudes"), {ANY_R: R})
    general = cut(general, *(generalise(fact, (t, j, w), START) for fact in facts))
    general = cut(general, scope.lemma("magnitude-range", "bound"))
    general = cut(general, prove(lt(b1, 1), scope.given("beta1^2 < beta2", "beta2 < 1")))
    return cut(main_theorem.simplified(scope), general, scope.lemma("magnitude-range", "square"))


def magnitude_nonneg(scope: Scope, betas: list[Step]) -> Step:
    """0 <= |mhat_t|/(sqrt(vhat_t) + eps), as v_t is a moving average of squares."""
    symbols = {
        reals("b"): b2,
        function("x"): ((k,), v(k, j, w)),
        function("y"): ((k,), g(k, j, w) ** 2),
    }
    average = instantiate(scope.lemma("moving-average", "not negative"), symbols)
    recursion = [at(scope.the(name), j, w) for name in ("v starts at 0", "v is a moving average of g^2")]
    square = generalise(prove(le(0, g(k, j, w) ** 2)), k, RUNNING)
    moment = cut(average, *recursion, square, prove(le(0, t), START), prove(le(0, b2), betas), prove(le(b2, 1), betas))
    y, z, zhat, q = reals("y z zhat q")
    hat = prove(le(0, zhat), eq(zhat, z / (1 - q)), le(0, z), lt(q, 1))
    scale = prove(le(0, sqrt(zhat) + eps), prove(le(0, sqrt(zhat)), hat), scope.given("epsilon is not negative"))
    found = prove(le(0, Abs(y) / (sqrt(zhat) + eps)), scale)
    values = {y: mhat(t, j, w), z: v(t, j, w), zhat: vhat(t, j, w), q: power(b2, t)}
    facts = moment, below_one(scope, b2, betas), at_time(scope, SECOND_MOMENT, j, w)
    return cut(instantiate(found, values), *facts)


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
        Mutant(
            "without the initial gap",
            conclusion=main_theorem.without("initial gap"),
            models=corrected_run(problems.FAR),
        ),
        Mutant("without the drift", conclusion=main_theorem.without("drift"), models=corrected_run(problems.JUMPING)),
        Mutant("without the noise", conclusion=main_theorem.without("noise"), models=corrected_run(problems.MISLED)),
        Mutant("inequality reversed", conclusion=le(sum(terms(R).values()), MEAN_GAIN)),
        Mutant("the step goes up", change={STEP: stepping(-gamma)}, models=corrected_run(CLIMBING, gamma=100)),
        Mutant(
            "mhat is m/(1 - beta1)^t",
            change={
                FIRST_MOMENT: forall((k, j, w), eq(mhat(k, j, w), m(k, j, w) / power(1 - b1, k)), RUNNING),
            },
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
