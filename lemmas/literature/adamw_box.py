"""AdamW keeps every coordinate in the box |x_t| <= max(|x_1|, R/lambda), whatever the gradients are.

    x_{t+1} = (1 - gamma*lambda)*x_t - gamma*u_t   with 0 < gamma*lambda <= 1 and |u_t| <= R (Lemma B.2)

By induction |x_t| <= P*|x_1| + (1 - P)*R/lambda with P = (1 - gamma*lambda)^(t-1), a mean of the two.  The maximum is
written as any X that is at least |x_1| and R/lambda.  Here u_t has a sign: it is m_t/(sqrt(v_t) + epsilon).
"""

from adamproof.lemmas.models import decayed as runs

from ..notation import m, v
from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

x, u = function("x"), function("u")  # one coordinate of the iterate and of the update
lam, B, X = reals("lambda B X")

PLAIN = m(k) / (sqrt(v(k)) + eps)
CORRECTED = m(k) / (1 - power(b1, k)) / (sqrt(v(k) / (1 - power(b2, k))) + eps)
FROM_1 = [le(1, k)]


def moved(update: Any) -> Any:
    """x_{k+1} = (1 - gamma*lambda)*x_k - gamma*update."""
    return forall(k, eq(x(k + 1), (1 - gamma * lam) * x(k) - gamma * update), FROM_1)


def mean(limit: Any) -> Any:
    """P*|x_1| + (1 - P)*limit."""
    kept = power(1 - gamma * lam, t - 1)
    return kept * Abs(x(1)) + (1 - kept) * limit


DECAY = {
    "gamma is not negative": le(0, gamma),
    "lambda is positive": lt(0, lam),
    "gamma*lambda <= 1": le(gamma * lam, 1),
    "t is from 1 on": le(1, t),
}
ANY = {"x moves by u": moved(u(k)), "|u| is at most B": forall(k, le(Abs(u(k)), B), FROM_1)}
ADAM = {**RECURSION, **HYPERPARAMETERS, **STABLE, **EPSILON}
ADAMW = {"x is AdamW's": moved(PLAIN)}
ADAMW_CORRECTED = {"x is AdamW's, with bias correction": moved(CORRECTED)}
START = {"|x_1| <= X": le(Abs(x(1)), X)}
BOX = BOUND / lam
IN_BOX = le(Abs(x(t)), X)


# --- proof -----------------------------------------------------------------------------------------


def decaying(proof: Scope) -> Step:
    """|x_{t+1}| <= (1 - gamma*lambda)*|x_t| + gamma*B, and gamma*B = gamma*lambda*(B/lambda)."""
    size = le(Abs(x(t + 1)), (1 - gamma * lam) * Abs(x(t)) + gamma * B)
    one = proof.have(size, "x moves by u", "|u| is at most B", DECAY, title="one step")
    return proof.induction(le(Abs(x(t)), mean(B / lam)), t, low=1, step=[one, DECAY])


def in_box(proof: Scope) -> Step:
    """A mean of two numbers that are at most X."""
    kept = proof.cite("adamw-box", "any magnitudes, decaying")
    most = proof.cite("powers", "at most one", x=1 - gamma * lam, n=t - 1)
    return proof.conclude(kept, most, "|x_1| <= X", "B/lambda <= X")


def plain(proof: Scope) -> Step:
    """|u_k| <= R for k >= 1, by Lemma B.2."""
    with proof.assuming(*FROM_1):
        moment = proof.cite("magnitude-range", "second moment", t=k)
        size = proof.have(le(Abs(PLAIN), magnitude(k)), moment)
        return proof.calc(Abs(PLAIN)).le(magnitude(k), size).le(BOUND, proof.cite("update-magnitude", t=k)).done()


def corrected(proof: Scope) -> Step:
    """The same with bias correction."""
    with proof.assuming(*FROM_1):
        below = [proof.cite("powers", "at most the base", x=beta, n=k) for beta in (b1, b2)]
        second, scale = v(k) / (1 - power(b2, k)), proof.let(scale=sqrt(v(k) / (1 - power(b2, k))) + eps)
        moment = proof.have(le(0, second), proof.cite("magnitude-range", "second moment", t=k), below)
        signs = proof.have(le(0, scale), moment), proof.have(lt(0, 1 - power(b1, k)), below)
        bound = proof.cite("bias-corrected", t=k)
        size = proof.have(le(absolute(CORRECTED), bound.conclusion.args[0]), signs)
        return proof.have(le(absolute(CORRECTED), BOUND), size, bound)


def adamw(proof: Scope) -> Step:
    return proof.cite("adamw-box", "any magnitudes", u=(k, PLAIN), B=BOUND, by=[plain(proof)])


def adamw_decaying(proof: Scope) -> Step:
    return proof.cite("adamw-box", "any magnitudes, decaying", u=(k, PLAIN), B=BOUND, by=[plain(proof)])


def adamw_corrected(proof: Scope) -> Step:
    return proof.cite("adamw-box", "any magnitudes", u=(k, CORRECTED), B=BOUND, by=[corrected(proof)])


lemma = Lemma(
    slug="adamw-box",
    title="AdamW stays in the box max(|x_1|, R/lambda)",
    source=Source.OURS,
    where="in this form; it needs Lemma B.2 and an induction",
    assumptions={
        **ADAM,
        **ADAMW,
        **ADAMW_CORRECTED,
        **ANY,
        **DECAY,
        **START,
        "R/lambda <= X": le(BOX, X),
        "B/lambda <= X": le(B / lam, X),
    },
    claims=[
        Claim("AdamW", IN_BOX, adamw, given=(ADAM, ADAMW, DECAY, START, "R/lambda <= X")),
        Claim("AdamW, decaying", le(Abs(x(t)), mean(BOX)), adamw_decaying, given=(ADAM, ADAMW, DECAY)),
        Claim(
            "AdamW, bias corrected",
            IN_BOX,
            adamw_corrected,
            given=(ADAM, ADAMW_CORRECTED, DECAY, START, "R/lambda <= X"),
            models=runs.corrected,
        ),
        Claim("any magnitudes", IN_BOX, in_box, given=(ANY, DECAY, START, "B/lambda <= X")),
        Claim("any magnitudes, decaying", le(Abs(x(t)), mean(B / lam)), decaying, given=(ANY, DECAY)),
    ],
    models=runs.plain,
    mutants=[
        Mutant("1/lambda for R/lambda", change={"R/lambda <= X": le(1 / lam, X)}, models=runs.beyond_one),
        Mutant("a start outside of the box", drop=("|x_1| <= X",), models=runs.outside),
        Mutant("beta1^2 < beta2 dropped", drop=("beta1^2 < beta2",), models=runs.boundary),
        Mutant("x decays faster", le(Abs(x(t)), mean(Rational(9, 10) * BOX)), claim="AdamW, decaying"),
        Mutant("gamma*lambda = 2", drop=("gamma*lambda <= 1",), claim="any magnitudes", models=runs.overshooting),
        Mutant("only the limit", le(Abs(x(t)), B / lam), claim="any magnitudes", models=runs.started),
        Mutant("only the start", le(Abs(x(t)), Abs(x(1))), claim="any magnitudes, decaying"),
    ],
    constants={"box": BOX},
)
