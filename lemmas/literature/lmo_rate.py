"""The rate of lmo-momentum: 1 - b1 = alpha*T^(-1/2) and gamma = gamma0*T^(-3/4) make its bound of the order T^(-1/4).

    D/(gamma*T) + L*gamma/2 + 2*(b1*S/((1 - b1)*T) + L*gamma*b1/(1 - b1) + N*sqrt((1 - b1)/(1 + b1)))
        <= (D/gamma0 + 2*L*gamma0/alpha + 2*N*sqrt(alpha))/tau + 2*S/(alpha*tau^2),      T = tau^4, N = rho*s

as 1/2 + 2*b1/(1 - b1) <= 2/(1 - b1) and (1 - b1)/(1 + b1) <= 1 - b1.  For alpha = K/N and gamma0^2 = D*K/(2*L*N), where
K^2 = 2*D*L, the first bracket is 4*sqrt(K*N), which is 4*(2*D*L*rho^2*s^2)^(1/4).
"""

from adamproof.lemmas.models import rates as runs

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

alpha, tau, gamma0, D, L, S, N, K = reals("alpha tau gamma0 D L S N K")
SCHEDULE = {
    "1 - beta1 = alpha/tau^2": eq(b1, 1 - alpha / tau**2),
    "gamma = gamma0/tau^3": eq(gamma, gamma0 / tau**3),
    "tau is positive": lt(0, tau),
    "alpha is positive": lt(0, alpha),
    "alpha <= tau^2": le(alpha, tau**2),
    "gamma0 is positive": lt(0, gamma0),
}
SIZES = {
    "D is not negative": le(0, D),
    "L is not negative": le(0, L),
    "S is not negative": le(0, S),
    "N is not negative": le(0, N),
}
BEST = {
    "K is positive": lt(0, K),
    "K^2 = 2*D*L": eq(K**2, 2 * D * L),
    "N is positive": lt(0, N),
    "L is positive": lt(0, L),
    "alpha = K/N": eq(alpha, K / N),
    "gamma0^2 = D*K/(2*L*N)": eq(gamma0**2, D * K / (2 * L * N)),
}
ERROR = b1 * S / ((1 - b1) * tau**4) + L * gamma * b1 / (1 - b1) + N * sqrt((1 - b1) / (1 + b1))
BOUND_OF_LMO = D / (gamma * tau**4) + L * gamma / 2 + 2 * ERROR
REST = 2 * S / (alpha * tau**2)


def rate(gap: Any = 1, drift: Any = 2, noise: Any = 2) -> Any:
    bracket = gap * D / gamma0 + drift * L * gamma0 / alpha + noise * N * sqrt(alpha)
    return le(BOUND_OF_LMO, bracket / tau + REST)


def best(factor: Any = 4) -> Any:
    return le(BOUND_OF_LMO, factor * sqrt(K * N) / tau + REST)


# --- proof -----------------------------------------------------------------------------------------


def in_tau(proof: Scope) -> Step:
    """Each part of the bound against its share."""
    positive = proof.have(lt(0, 1 / tau), "tau is positive")
    square = proof.have(lt(0, 1 / tau**2), positive)
    share = proof.have(lt(0, alpha / tau**2), square, "alpha is positive")
    small = proof.have(lt(0, 1 - b1), "1 - beta1 = alpha/tau^2", share, title="beta1 < 1")
    below = proof.have(le(alpha / tau**2, 1), "alpha <= tau^2", "tau is positive", square)
    beta = proof.have(le(0, b1), "1 - beta1 = alpha/tau^2", below, title="0 <= beta1")
    lag = proof.have(
        eq(1 / (1 - b1), tau**2 / alpha), "1 - beta1 = alpha/tau^2", "alpha is positive", "tau is positive"
    )
    cube = proof.have(lt(0, 1 / tau**3), positive, square)
    step = proof.have(
        lt(0, gamma), proof.have(lt(0, gamma0 / tau**3), cube, "gamma0 is positive"), "gamma = gamma0/tau^3"
    )
    scaled = proof.have(eq(gamma * tau**3, gamma0), "gamma = gamma0/tau^3", "tau is positive")
    inverse_of = proof.have(eq(1 / gamma, tau**3 / gamma0), scaled, step, "gamma0 is positive")
    gap = proof.have(eq(D / (gamma * tau**4), D / gamma0 / tau), inverse_of, "tau is positive", title="the gap")
    start = proof.have(eq(S / ((1 - b1) * tau**4), S / (alpha * tau**2)), lag, "tau is positive")
    less = proof.have(le(b1 * (S / (alpha * tau**2)), S / (alpha * tau**2)), small, "alpha is positive", square)
    moving = proof.have(
        eq(L * gamma / (1 - b1), L * gamma0 / alpha / tau), lag, "gamma = gamma0/tau^3", "tau is positive"
    )
    drift = proof.have(eq(L * gamma * b1 / (1 - b1), L * gamma / (1 - b1) - L * gamma), small)
    inside = proof.have(le((1 - b1) / (1 + b1), 1 - b1), small, beta)
    squares = proof.have(le((1 - b1) / (1 + b1), alpha / tau**2), inside, "1 - beta1 = alpha/tau^2")
    root_of = proof.by_squares(
        le(sqrt((1 - b1) / (1 + b1)), sqrt(alpha) / tau), squares, small, beta, "alpha is positive"
    )
    noise = proof.have(le(N * sqrt((1 - b1) / (1 + b1)), N * (sqrt(alpha) / tau)), root_of, title="the noise")
    curved = proof.have(le(0, L * gamma), step)
    return proof.conclude(gap, start, less, moving, drift, noise, curved)


def balanced(proof: Scope) -> Step:
    """Each of the three terms of the bracket is sqrt(K*N), or twice that."""
    whole = proof.lemma("lmo-rate", "rate")
    inside = proof.have(lt(0, K * N), "K is positive", "N is positive")
    square = proof.have(eq(product(root(K * N), root(K * N)), K * N), inside)
    gap = proof.have(eq(D**2, K * N * gamma0**2), BEST)
    gap = proof.by_squares(le(D, sqrt(K * N) * gamma0), gap, square, inside, "gamma0 is positive")
    drift = proof.have(eq((2 * L * gamma0 * N) ** 2, K * N * K**2), BEST)
    drift = proof.by_squares(le(2 * L * gamma0 * N, sqrt(K * N) * K), drift, square, inside, "K is positive")
    noise = proof.have(eq(N**2 * alpha, K * N), "alpha = K/N", "N is positive")
    noise = proof.by_squares(le(N * sqrt(alpha), sqrt(K * N)), noise, square, inside, "alpha is positive")
    gap = proof.have(le(D / gamma0, sqrt(K * N)), gap, "gamma0 is positive")
    drift = proof.have(le(L * gamma0 / alpha * 2, sqrt(K * N)), drift, "alpha = K/N", "K is positive", "N is positive")
    bracket = proof.have(
        le(D / gamma0 + 2 * L * gamma0 / alpha + 2 * N * sqrt(alpha), 4 * sqrt(K * N)), gap, drift, noise
    )
    return proof.conclude(whole, bracket, proof.have(lt(0, 1 / tau), "tau is positive"))


lemma = Lemma(
    slug="lmo-rate",
    title="The least linear form on a ball with momentum reaches the order T^(-1/4)",
    source=Source.OURS,
    where="the constants; T^(-1/4) is the order of SGD",
    assumptions={**SCHEDULE, **SIZES, **BEST},
    claims=[
        Claim("rate", rate(), in_tau, given=(SCHEDULE, SIZES)),
        Claim("best constant", best(), balanced, given=(SCHEDULE, SIZES, BEST), models=runs.balancing),
    ],
    models=runs.models,
    mutants=[
        Mutant("no gap", rate(gap=0), models=runs.still(D=1)),
        Mutant("drift 1.9", rate(drift=Rational(19, 10)), models=runs.still(L=1)),
        Mutant("noise 1.4", rate(noise=Rational(7, 5)), models=runs.still(N=1)),
        Mutant("alpha of any size", drop=("alpha <= tau^2",)),
        Mutant("order T^(-1/2)", le(BOUND_OF_LMO, best().rhs / tau), claim="best constant", models=runs.late),
        Mutant("3.3 for 4", best(Rational(33, 10)), claim="best constant", models=runs.late),
    ],
)
