"""What holds in place of three statements in the first analysis of Adam's regret (Kingma and Ba 2015).

Lemma 10.3 says that the sum of |g_t|/sqrt(t) is at most 2*G*|g_{1:T}|_2.  The two sides scale differently, and it is
false: take g_1 = G = 1/4, or G = 1 and g_t = 1/sqrt(t) up to T = 31.  What its induction shows has g_t^2 for |g_t|; of
|g_t| a bound holds that has sqrt(1 + ln T) for 2*G, by Cauchy-Schwarz.  And sqrt(vhat_t)*sqrt(t)/alpha, which the
analysis takes for monotone, does not decrease where vhat_t does not, as in AMSGrad, but not in general.
"""

from adamproof.lemmas.models import regret_runs as runs

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

g, vhat = function("g"), function("vhat")
G, alpha = reals("G alpha")
TIMES = Functional("Sum", t, (1, T))
HORIZON = {"T is a horizon": le(1, T)}
BOUNDED = {"gradients are bounded": forall(t, le(absolute(g(t)), G), [le(1, t)])}
MONOTONE = {
    "vhat_t is not negative": le(0, vhat(t)),
    "vhat_t <= vhat_{t+1}": le(vhat(t), vhat(t + 1)),
    "alpha is positive": lt(0, alpha),
    "t is from 1 on": le(1, t),
}


def length(time: Any) -> Any:
    """|g_{1:time}|_2."""
    return root(Sum(g(t) ** 2, (t, 1, time)))


SIZES = Sum(absolute(g(t)) / root(t), (t, 1, T))
SQUARES = Sum(g(t) ** 2 / root(t), (t, 1, T))
HARMONIC = Sum(1 / t, (t, 1, T))


def slowed(time: Any) -> Any:
    """sqrt(vhat_t)/alpha_t, where alpha_t = alpha/sqrt(t)."""
    return root(vhat(time)) / (alpha / root(time))


def repaired(logarithm: Any = 1) -> Any:
    return le(SIZES, root(1 + logarithm * ln(T)) * length(T))


# --- proof -----------------------------------------------------------------------------------------


def harmonic(proof: Scope) -> Step:
    """1/(T + 1) <= ln(T + 1) - ln T, by the tangent at T + 1."""
    with proof.assuming(le(1, T)):
        tangent = proof.cite("jensen-ln", "tangent", y=T, c=T + 1)
        one = proof.have(le(1 / (T + 1), ln(T + 1) - ln(T)), tangent)
    start = proof.fact("ln_mul", 1, 1)
    return proof.induction(le(HARMONIC, 1 + ln(T)), T, low=1, base=[start], step=[one])


def by_cauchy_schwarz(proof: Scope) -> Step:
    inner = proof.cite("cauchy-schwarz", "norms", a=(t, absolute(g(t))), b=(t, 1 / root(t)), lo=1, hi=T)
    squares = proof.each(TIMES, eq(absolute(g(t)) ** 2, g(t) ** 2)), proof.each(TIMES, eq((1 / root(t)) ** 2, 1 / t))
    for square in squares:
        inner = proof.rewrite(inner, square)
    few = proof.lemma("kingma-ba", "harmonic sum")
    few = proof.by_squares(le(root(HARMONIC), root(1 + ln(T))), few)
    return proof.conclude(inner, few)


def by_induction(proof: Scope) -> Step:
    """With A = |g_{1:T+1}| and B = |g_{1:T}|: g^2 = (A - B)*(A + B), and A + B <= 2*A <= 2*sqrt(T + 1)*G."""

    def one_more() -> list[Step]:
        new, old, late = length(T + 1), length(T), root(T + 1)
        grown = proof.have(eq(new**2, old**2 + g(T + 1) ** 2), Sum(g(t) ** 2, (t, 1, T + 1)))
        times = Functional("Sum", t, (1, T + 1))
        bound = proof.each(times, le(g(t) ** 2, G**2), BOUNDED)
        bound = proof.have(le(new**2, (T + 1) * G**2), bound, proof.cite("constant-sum", n=T + 1))
        positive = proof.have(le(0, G), proof.at("gradients are bounded", 1))
        longest = proof.by_squares(le(new, late * G), bound, positive)
        longer = proof.by_squares(le(old, new), grown)
        share = proof.have(le(g(T + 1) ** 2, (new - old) * (2 * late * G)), grown, longest, longer)
        return [proof.have(le(g(T + 1) ** 2 / late, 2 * G * (new - old)), share)]

    return proof.induction(le(SQUARES, 2 * G * length(T)), T, step=one_more)


def monotone(proof: Scope) -> Step:
    roots = proof.by_squares(le(root(vhat(t)), root(vhat(t + 1))), MONOTONE)
    times = proof.by_squares(le(root(t), root(t + 1)), MONOTONE)
    return proof.conclude(roots, times, MONOTONE)


lemma = Lemma(
    slug="kingma-ba",
    title="Sums of |g_t|/sqrt(t) and of g_t^2/sqrt(t), and a monotone sqrt(vhat_t)/alpha_t: three repairs",
    source=Source.OURS,
    where="in place of Lemma 10.3 and a step of the regret proof of Kingma and Ba (2015), stated from memory",
    assumptions={**HORIZON, **BOUNDED, **MONOTONE},
    claims=[
        Claim("Lemma 10.3, repaired", repaired(), by_cauchy_schwarz, given=HORIZON),
        Claim("what its induction shows", le(SQUARES, 2 * G * length(T)), by_induction, given=(HORIZON, BOUNDED)),
        Claim("harmonic sum", le(HARMONIC, 1 + ln(T)), harmonic, given=HORIZON),
        Claim("monotone", le(slowed(t), slowed(t + 1)), monotone, given=MONOTONE),
    ],
    models=runs.gradients,
    mutants=[
        Mutant("no logarithm", repaired(0), models=runs.SLOW),
        Mutant("half of the logarithm", repaired(Rational(1, 2)), models=runs.SLOW),
        Mutant(
            "Lemma 10.3 as printed, T = 1",
            le(SIZES, 2 * G * length(T)),
            claim="what its induction shows",
            models=runs.SMALL,
        ),
        Mutant(
            "Lemma 10.3 as printed, G = 1",
            le(SIZES, 2 * G * length(T)),
            claim="what its induction shows",
            models=runs.SLOW,
        ),
        Mutant(
            "gradients of any size",
            drop=("gradients are bounded",),
            claim="what its induction shows",
            models=runs.BEYOND,
        ),
        Mutant("ln T alone", le(HARMONIC, ln(T)), claim="harmonic sum"),
        Mutant("monotone as printed", drop=("vhat_t <= vhat_{t+1}",), claim="monotone", models=runs.SMALL),
    ],
    notes="docs/howto/refute.md has the statements as printed, which are refuted.",
)
