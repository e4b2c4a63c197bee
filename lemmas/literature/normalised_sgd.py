"""Normalised SGD with momentum, x_{t+1} = x_t - gamma*m_t/|m_t|: the mean of E|a_t| in the Euclidean norm.

It is lmo-momentum for the Euclidean norm, which is its own dual: lmo(m) = -m/|m|, and the vector of the unit ball for
the error e is e/|e|, so that rho = 1.  Where m_t = 0, nothing moves (0/0 = 0).
"""

from adamproof.lemmas.models import linear_forms as runs

from ..vocabulary import *
from .lmo_descent import FROM_1, HORIZON, F, L
from .lmo_momentum import BETA, MOMENTUM
from .lmo_setting import A2, a, m
from .signum import MOVE, limited, smooth, x

# --- statement -------------------------------------------------------------------------------------


def unit(vector: Any) -> Any:
    """v/|v|, kept as it is: SymPy would write the square of it without the root."""
    return product(vector, inverse(norm(vector)))


STEP = {"x moves along -m/|m|": forall((k, j, w), eq(x(k + 1, j, w), x(k, j, w) - gamma * unit(m(k, j, w))), FROM_1)}

# --- proof -----------------------------------------------------------------------------------------


def inner(proof: Scope, first: Any, second: Any) -> Step:
    """<first, second> <= |first|*|second|."""
    return proof.cite("cauchy-schwarz", "norms", a=(j, first), b=(j, second), lo=1, hi=d)


def of_unit(proof: Scope, vector: Any) -> list[Step]:
    """<v, v/|v|> = |v| and |v/|v|| <= 1, also where v = 0."""
    square = COORDINATES.of(vector**2)
    length, share = root(square), inverse(root(square))
    whole = proof.have(eq(product(length, length), square))

    def by_length(statement: Any) -> Step:
        vanishing = lambda: proof.have(statement, eq(length, 0), whole)  # noqa: E731
        return proof.cases(length, 0, vanishing, lambda: proof.have(statement, lt(0, length), whole))

    form = proof.each(COORDINATES, eq(vector * unit(vector), product(vector**2, share)))
    form = proof.have(
        eq(COORDINATES.of(vector * unit(vector)), length), form, by_length(eq(product(square, share), length))
    )
    squares = proof.each(COORDINATES, eq(unit(vector) ** 2, product(vector**2, share, share)))
    one = by_length(le(product(square, share, share), 1))
    return [form, proof.have(le(norm(unit(vector)), 1), squares, one)]


def along(proof: Scope, turn: Any, short: Step, vector: Any) -> Step:
    """<vector, turn> <= |vector| for |turn| <= 1."""
    longer = proof.have(le(norm(vector) * norm(turn), norm(vector)), short)
    return proof.have(le(COORDINATES.of(vector * turn), norm(vector)), inner(proof, vector, turn), longer)


def mean_gradient(proof: Scope) -> Step:
    i = integers("i")
    gradient, momentum = a(k, j, w), m(k, j, w)
    error = momentum - gradient
    with proof.assuming(*FROM_1):
        moved = proof.at("x moves along -m/|m|", k, j, w)
        change = proof.each(COORDINATES, eq(gradient * MOVE, gamma * (gradient * -unit(momentum))), moved)
        descent = proof.have(
            le(F(k + 1, w), F(k, w) + gamma * COORDINATES.of(gradient * -unit(momentum)) + L / 2 * gamma**2),
            proof.at("F is L-smooth along the steps", k, w),
            change,
        )
        form, short = of_unit(proof, momentum)
        form = proof.have(eq(COORDINATES.of(momentum * -unit(momentum)), -norm(momentum)), form)
        turned = proof.each(COORDINATES, eq((gradient - momentum) * -unit(momentum), error * unit(momentum)))
        dual = le(COORDINATES.of((gradient - momentum) * -unit(momentum)), norm(error))
        dual = proof.have(dual, turned, along(proof, unit(momentum), short, error))
        triangle = proof.cite("triangle-norm", "two vectors", y=(j, momentum), z=(j, gradient - momentum))
        triangle = proof.have(le(norm(gradient), norm(momentum) + norm(error)), triangle)
        attained, ball = of_unit(proof, error)
        attained = proof.have(le(norm(error), COORDINATES.of(error * unit(error))), attained)
        start = along(proof, unit(error), ball, -a(1, j, w))
    with proof.assuming(*FROM_1, le(1, i)):
        drift = along(proof, unit(error), ball, a(i, j, w) - a(i + 1, j, w))
        drift = proof.have(
            le(drift.conclusion.args[0], L * gamma), drift, proof.at("|a_t - a_{t+1}|_* <= L*gamma", i, w)
        )
    norms: Any = {
        "A": ((k, w), norm(gradient)),
        "C": ((k, w), norm(momentum)),
        "G": ((k, w), norm(error)),
        "h": ((k, j, w), -unit(momentum)),
        "y": ((k, j, w), unit(error)),
    }
    known = descent, form, dual, triangle, attained, ball, start, drift
    return proof.cite("lmo-momentum", **norms, rho=1, by=known)


lemma = Lemma(
    slug="normalised-sgd",
    title="Normalised SGD with momentum reaches small gradients in the Euclidean norm",
    source=Source.OURS,
    where="for normalised SGD, which is known; the statement and its constants are ours",
    assumptions={**MOMENTUM, **STEP, **smooth(norm), **A2, **BETA, **HORIZON},
    claims=[Claim("mean gradient", limited(norm, 1), mean_gradient)],
    models=runs.drawn(runs.EUCLIDEAN, momentum=True),
    mutants=[
        Mutant("no gap", limited(norm, 1, gap=0), models=runs.euclidean(runs.WALKING)),
        Mutant("no curvature", limited(norm, 1, curvature=0), models=runs.euclidean(runs.RESTING)),
        Mutant("no start, no gap", limited(norm, 1, start=0, gap=0), models=runs.euclidean(runs.STARTED)),
        Mutant("no noise", limited(norm, 1, noise=0), models=runs.euclidean(runs.LOST)),
    ],
)
