"""signSGD with mini-batches: steps along Sign(g_t) of a mean g_t of n stochastic gradients, no momentum.

    mean_t E|a_t|_1 <= D/(gamma*T) + gamma*|L|_1/2 + 2*|sigma|_1/sqrt(n)

for F smooth coordinate by coordinate (L_j) and E|g_{t,j} - a_{t,j}| <= sigma_j/sqrt(n).  One step costs at most
2*|g - a|_1 (sign-alignment).  With n = T and gamma = 1/sqrt(|L|_1*T) all of it is of the order T^(-1/2); with n = 1 the
last term stays, and no better can be had: pure sign descent need not converge (no-momentum-sign-descent).
"""

from adamproof.lemmas.models import linear_forms as runs

from ..vocabulary import *
from .lmo_descent import FROM_1, HORIZON, F, Fmin

# --- statement -------------------------------------------------------------------------------------

a, g, x = (function(name, "int", "int", "point") for name in ("a", "g", "x"))
Lj, sigma = function("Lj"), function("sigma")
TIMES = Functional("Sum", t, (1, T))
MOVE = x(k + 1, j, w) - x(k, j, w)
SMOOTHNESS, DEVIATION = COORDINATES.of(Lj(j)), COORDINATES.of(sigma(j))  # |L|_1 and |sigma|_1
CURVE = COORDINATES.of(Lj(j) * MOVE**2)


def size(vector: Any) -> Any:
    return COORDINATES.of(absolute(vector))


RUN = {
    "x moves along -Sign(g)": forall((k, j, w), eq(x(k + 1, j, w), x(k, j, w) - gamma * sign(g(k, j, w))), FROM_1),
    "F is smooth, coordinate by coordinate": forall(
        (k, w), le(F(k + 1, w), F(k, w) + COORDINATES.of(a(k, j, w) * MOVE) + CURVE / 2), FROM_1
    ),
    "d is a dimension": le(0, d),
    "L_j is not negative": forall(j, le(0, Lj(j)), [le(1, j), le(j, d)]),
    "E|g_j - a_j| <= sigma_j/sqrt(n)": forall(
        (k, j), le(E(absolute(g(k, j, w) - a(k, j, w)), w), sigma(j) / sqrt(n)), [*FROM_1, le(1, j), le(j, d)]
    ),
    "E|g_j - a_j| is finite": forall((k, j), Integrable(E(absolute(g(k, j, w) - a(k, j, w)), w)), [*FROM_1, le(1, j)]),
    "A1: F is at least F*": forall((k, w), le(Fmin, F(k, w)), FROM_1),
    "E F(x_1) is finite": Integrable(E(F(1, w), w)),
    "E|a_t|_1 is finite": forall(k, Integrable(E(size(a(k, j, w)), w)), FROM_1),
}
LARGE = {
    "n = T": eq(n, T),
    "gamma = 1/sqrt(|L|_1*T)": eq(gamma, 1 / (sqrt(SMOOTHNESS) * sqrt(T))),
    "|L|_1 is positive": lt(0, SMOOTHNESS),
}
MEAN = TIMES.of(E(size(a(t, j, w)), w)) / T
GAP = E(F(1, w), w) - Fmin


def limited(gap: Any = 1, curvature: Any = 1, twice: Any = 2) -> Any:
    return le(MEAN, gap * GAP / (gamma * T) + curvature * gamma * SMOOTHNESS / 2 + twice * DEVIATION / sqrt(n))


TUNED = le(MEAN, (sqrt(SMOOTHNESS) * (GAP + Rational(1, 2)) + 2 * DEVIATION) / sqrt(T))


# --- proof -----------------------------------------------------------------------------------------


def one_step(proof: Scope) -> Step:
    """F(x_{k+1}) <= F(x_k) - gamma*|a_k|_1 + 2*gamma*|g_k - a_k|_1 + gamma^2*|L|_1/2."""
    gradient, sample = a(k, j, w), g(k, j, w)
    with proof.assuming(*FROM_1):
        moved = proof.at("x moves along -Sign(g)", k, j, w)
        cost = proof.cite("sign-alignment", "one coordinate", x=gradient, y=sample)
        along = le(gradient * MOVE, -gamma * absolute(gradient) + 2 * gamma * absolute(sample - gradient))
        along = proof.each(COORDINATES, along, moved, cost)
        start = COORDINATES.of(gradient * MOVE)
        along = proof.have(le(start, -gamma * size(gradient) + 2 * gamma * size(sample - gradient)), along)
        curve = proof.each(COORDINATES, le(Lj(j) * MOVE**2, gamma**2 * Lj(j)), moved, "L_j is not negative")
        curve = proof.have(le(CURVE, gamma**2 * SMOOTHNESS), curve)
        return proof.have(
            le(
                F(k + 1, w),
                F(k, w) - gamma * size(gradient) + 2 * gamma * size(sample - gradient) + SMOOTHNESS * gamma**2 / 2,
            ),
            proof.at("F is smooth, coordinate by coordinate", k, w),
            along,
            curve,
        )


def mean_gradient(proof: Scope) -> Step:
    errors = size(g(k, j, w) - a(k, j, w))
    with proof.assuming(*FROM_1):
        one = absolute(g(k, j, w) - a(k, j, w))
        each = proof.every(j, Integrable(E(one, w)), "E|g_j - a_j| is finite", given=[le(1, j)])
        finite = proof.cite("expectation-of-sum", "finite", X=((j, w), one), n=d, by=[each])
        swapped = proof.cite("expectation-of-sum", "interchange", X=((j, w), one), n=d, by=[each])
        small = proof.each(COORDINATES, le(E(one, w), sigma(j) / sqrt(n)), "E|g_j - a_j| <= sigma_j/sqrt(n)")
        error = proof.have(le(E(errors, w), DEVIATION / sqrt(n)), swapped, small, title="E|g - a|_1")
    symbols: Any = {"A": ((k, w), size(a(k, j, w))), "G": ((k, w), errors), "L": SMOOTHNESS}
    average = proof.cite("lmo-descent", "on average", **symbols, by=[one_step(proof), finite])
    at_all_times = proof.every(k, le(E(errors, w), DEVIATION / sqrt(n)), error, given=FROM_1)
    total = proof.each(TIMES, le(E(errors.subs(k, t), w), DEVIATION / sqrt(n)), at_all_times)
    mean = le(TIMES.of(E(errors.subs(k, t), w)) / T, DEVIATION / sqrt(n))
    mean = proof.have(mean, total, proof.cite("constant-sum", n=T), HORIZON)
    return proof.conclude(average, mean, degree=1)


def tuned(proof: Scope) -> Step:
    """1/(gamma*T) = sqrt(|L|_1)/sqrt(T), and gamma*|L|_1 is the same."""
    whole = proof.rewrite(proof.lemma("signsgd", "mean gradient"), "n = T")
    smooth, times = sqrt(SMOOTHNESS), sqrt(T)
    positive = proof.have(lt(0, smooth), "|L|_1 is positive"), proof.have(lt(0, times), "T is a horizon")
    squares = proof.have(eq(product(root(T), root(T)), T), "T is a horizon")
    square = proof.have(eq(product(root(SMOOTHNESS), root(SMOOTHNESS)), SMOOTHNESS), "|L|_1 is positive")
    rate = proof.have(eq(gamma * smooth * times, 1), "gamma = 1/sqrt(|L|_1*T)", *positive)
    long = proof.have(eq(1 / (gamma * T), smooth / times), rate, squares, *positive, "T is a horizon")
    curve = proof.have(eq(gamma * SMOOTHNESS, smooth / times), rate, square, *positive)
    return proof.conclude(whole, long, curve)


lemma = Lemma(
    slug="signsgd",
    title="signSGD with mini-batches: of the order T^(-1/2) for batches of T",
    source=Source.LITERATURE,
    where="Theorem 1 of Bernstein et al. 2018, reconstructed with the same constant",
    assumptions={**RUN, **HORIZON, **LARGE},
    claims=[
        Claim("mean gradient", limited(), mean_gradient, given=(RUN, HORIZON)),
        Claim("batches of T", TUNED, tuned, models=runs.tuned_batches),
    ],
    models=runs.mini_batches,
    mutants=[
        Mutant("no gap", limited(gap=0), models=runs.one_batch(runs.WALKING)),
        Mutant("no curvature", limited(curvature=0), models=runs.one_batch(runs.RESTING)),
        Mutant("no noise", limited(twice=0), models=runs.one_batch(runs.STUCK)),
        Mutant("batches of one", change={"n = T": eq(n, 1)}, claim="batches of T", models=runs.one_batch(runs.STUCK)),
        Mutant("order T^(-1)", le(MEAN, TUNED.rhs / sqrt(T)), claim="batches of T", models=runs.tuned_batches),
    ],
)
