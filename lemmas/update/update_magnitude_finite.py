"""The sharp bound at a time: m_t^2 <= R_t^2*v_t.

    R_t^2 = (1 - b1)^2/(1 - b2) * (1 + rho + ... + rho^(t-1)),    rho = b1^2/b2

The source's way: unroll both moving averages, apply Cauchy-Schwarz with the weights b2^(t-k), sum rho^(t-k).
It holds for all beta1 and beta2, whether or not beta1^2 < beta2; if so, R_t^2 = R^2*(1 - rho^t).
"""

from adamproof.lemmas.models import update_runs as runs

from ..notation import g, m, v
from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

SHARP = le(m(t) ** 2, R_t_squared(t) * v(t))
CLOSED = eq(R_t_squared(t), R_squared * (1 - power(rho, t)))
BETA2 = ("beta2 is positive", "beta2 < 1")

PAST = Functional("Sum", k, (1, t))
AGE = t - k


# --- proof -----------------------------------------------------------------------------------------


def bound(proof: Scope) -> Step:
    m_sum = proof.step("m_t unrolled", proof.cite("moving-average", "unrolled", x=m, y=g, b=b1))
    v_sum = proof.step("v_t unrolled", proof.cite("moving-average", "unrolled", x=v, y=(k, g(k) ** 2), b=b2))
    turned = proof.cite("geometric-sum", "turned around", b=rho, n=t)
    proof.step("the sum of rho^(t-k) is a geometric sum", turned)
    return proof.conclude(weighted(proof), turned, m_sum, v_sum, BETA2, squares=[1 - b1])


def weighted(proof: Scope) -> Step:
    """Cauchy-Schwarz with the weights b2^(t-k)."""
    weights = {"c": (k, power(b1, AGE)), "y": g, "weight": (k, power(b2, AGE)), "lo": 1, "hi": t}
    cauchy = proof.cite("cauchy-schwarz", "weighted sums", **weights)
    ratio = eq(power(b1, AGE) ** 2 / power(b2, AGE), power(rho, AGE))
    ratios = proof.each(PAST, ratio, lambda: powers(proof, AGE), BETA2)
    goal = le(PAST.of(power(b1, AGE) * g(k)) ** 2, PAST.of(power(rho, AGE)) * PAST.of(power(b2, AGE) * g(k) ** 2))
    return proof.have(goal, cauchy, ratios, title="Cauchy-Schwarz with the weights b2^(t-k)")


def powers(proof: Scope, n: Any) -> list[Step]:
    """rho^n*b2^n = (rho*b2)^n = (b1^2)^n = (b1^n)^2."""
    product_ = proof.cite("powers", "product", x=rho, y=b2, n=n)
    base = proof.have(eq(product(rho, b2), b1**2), "beta2 is positive")
    return [proof.rewrite(product_, base), proof.cite("powers", "square", x=b1, n=n)]


def closed_form(proof: Scope) -> Step:
    total = proof.cite("geometric-sum", "forwards", b=rho, n=t)
    return proof.conclude(proof.step("(1 - rho)*(1 + ... + rho^(t-1)) = 1 - rho^t", total))


# --- near misses -----------------------------------------------------------------------------------

lemma = Lemma(
    slug="update-magnitude-finite",
    title="The bound m_t^2 <= R_t^2*v_t at a finite time t",
    source=Source.RECONSTRUCTED,
    where="the proof of Lemma B.2 before its geometric sum is replaced by its limit",
    assumptions={**RECURSION, **HYPERPARAMETERS, **STABLE, **TIME},
    claims=[
        Claim("bound", SHARP, bound, given=(RECURSION, HYPERPARAMETERS, TIME)),
        Claim("closed form", CLOSED, closed_form, given=(*BETA2, STABLE, TIME)),
    ],
    models=runs.models,
    mutants=[
        Mutant("bound times 0.99", le(m(t) ** 2, Rational(99, 100) * R_t_squared(t) * v(t))),
        Mutant("one term less", le(m(t) ** 2, R_t_squared(t - 1) * v(t))),
        Mutant("inequality reversed", le(R_t_squared(t) * v(t), m(t) ** 2)),
        Mutant("closed form without rho^t", eq(R_t_squared(t), R_squared), claim="closed form"),
        Mutant("strict inequality", lt(m(t) ** 2, R_t_squared(t) * v(t))),
    ],
    constants={"R_t_squared": R_t_squared(t)},
)
