"""The rate of lmo-momentum: 1 - b1 = alpha*T^(-1/2) and gamma = gamma0*T^(-3/4) make its bound of the order T^(-1/4).

    D/(gamma*T) + L*gamma/2 + 2*(b1*S/((1 - b1)*T) + L*gamma*b1/(1 - b1) + N*sqrt((1 - b1)/(1 + b1)))
        <= (D/gamma0 + 2*L*gamma0/alpha + 2*N*sqrt(alpha))/tau + 2*S/(alpha*tau^2),      T = tau^4, N = rho*s

as 1/2 + 2*b1/(1 - b1) <= 2/(1 - b1) and (1 - b1)/(1 + b1) <= 1 - b1.  For alpha = K/N and gamma0^2 = D*K/(2*L*N), where
K^2 = 2*D*L, the first bracket is 4*sqrt(K*N), which is 4*(2*D*L*rho^2*s^2)^(1/4).
"""

from __future__ import annotations

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
    beta = proof.have(le(0, b1), "1 - beta1 = alpha/tau^2", "alpha <= tau^2", "tau is positive")
    lag = proof.have(eq(1 / (1 - b1), tau**2 / alpha), SCHEDULE)
    gap = proof.have(eq(D / (gamma * tau**4), D / gamma0 / tau), SCHEDULE)
    start = proof.have(le(2 * b1 * S / ((1 - b1) * tau**4), REST), lag, SCHEDULE, beta)
    return start


lemma = Lemma(
    slug="lmo-rate",
    title="The least linear form on a ball with momentum reaches the order T^(-1/4)",
    source=Source.OURS,
    where="the constants are ours; the order is that of the literature on stochastic gradients",
    assumptions={**SCHEDULE, **SIZES, **BEST},
    claims=[Claim("rate", rate(), in_tau, given=(SCHEDULE, SIZES))],
)
