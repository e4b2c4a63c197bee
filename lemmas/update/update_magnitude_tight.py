"""The bound R_t cannot be improved: g_k = (b2/b1)^k attains m_t^2 = R_t^2*v_t at every time.

With eps = 0 the largest possible u_t is therefore exactly R_t.  Where b1^2 >= b2, R_t^2 >= t*(1-b1)^2/(1-b2), so
u_t exceeds every bound M once t*(1-b1)^2 > M^2*(1-b2): u_t is bounded uniformly in t only if beta1^2 < beta2.
"""

from adamproof.lemmas.models.adam import Hyper, adam_model

from ..notation import g, m, v
from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

M = reals("M")
GROWTH = b2 / b1
EXTREMAL = {"g is extremal": forall(k, eq(g(k), power(GROWTH, k)), [le(1, k)])}
BETAS = {
    "beta1 is positive": lt(0, b1),
    "beta1 < 1": lt(b1, 1),
    "beta2 is positive": lt(0, b2),
    "beta2 < 1": lt(b2, 1),
}
BEYOND = {
    "t is positive": le(1, t),
    "epsilon is 0": eq(eps, 0),
    "beta2 <= beta1^2": le(b2, b1**2),
    "M is a bound": le(0, M),
    "t is late": lt(M**2 * (1 - b2), t * (1 - b1) ** 2),
}
BETA2 = ("beta2 is positive", "beta2 < 1")
MOVING = (*RECURSION, *EXTREMAL)
M_CLOSED = eq(m(t), (1 - b1) * power(GROWTH, t) * geometric(rho, t))
V_CLOSED = eq(v(t), (1 - b2) * power(GROWTH, t) ** 2 * geometric(rho, t))


def reached(factor: Any = 1, terms: Any = t) -> Any:
    """m_t^2 = R_t^2*v_t, of so many terms in R_t."""
    return eq(m(t) ** 2, factor * R_t_squared(terms) * v(t))


def growth(time: Any) -> Any:
    return le(time * (1 - b1) ** 2 / (1 - b2), R_t_squared(t))


# --- proofs ----------------------------------------------------------------------------------------


def closed_form(proof: Scope, statement: Any, recursion: str) -> Step:
    """By induction: one more step multiplies by b2/b1 and adds a term to 1 + rho + ... + rho^(t-1)."""

    def step() -> list[Step]:
        grown = proof.cite("geometric-sum", "recursion", b=rho, n=t)
        return [grown, proof.at(recursion, t), proof.at("g is extremal", t + 1)]

    return proof.induction(statement, t, base=[RECURSION], step=step)


def attained(proof: Scope) -> Step:
    momentum = proof.step("m_t in closed form", closed_form(proof, M_CLOSED, "m is a moving average of g"))
    moment = proof.step("v_t in closed form", closed_form(proof, V_CLOSED, "v is a moving average of g^2"))
    return proof.conclude(momentum, moment)


def supremum(proof: Scope) -> Step:
    """|m_t| = R_t*sqrt(v_t), and v_t > 0 from the first step on."""
    exact = proof.cite("update-magnitude-tight", "attained")
    more = proof.cite("geometric-sum", "recursion", b=rho, n=t - 1)
    first = proof.have(lt(0, geometric(rho, t)), more)
    positive = proof.have(lt(0, V_CLOSED.rhs), first)
    moment = closed_form(proof, V_CLOSED, "v is a moving average of g^2")
    moving = proof.have(lt(0, v(t)), moment, positive, title="v_t > 0")
    size = proof.have(eq(Abs(m(t)), R_t(t) * sqrt(v(t))), exact, moving, title="|m_t| = R_t*sqrt(v_t)")
    return proof.conclude(size, moving, "epsilon is 0")


def growing(proof: Scope) -> Step:
    """Each term of the geometric sum is at least 1 when rho >= 1."""
    large = proof.have(le(1, rho), "beta2 is positive", "beta2 <= beta1^2", title="rho >= 1")
    more = proof.cite("geometric-sum", "recursion", b=rho, n=t)
    many = proof.induction(le(t, geometric(rho, t)), t, step=[large, more])
    return proof.conclude(proof.step("1 + rho + ... + rho^(t-1) >= t", many))


def unbounded(proof: Scope) -> Step:
    exact = proof.step("u_t = R_t", proof.lemma("update-magnitude-tight", "supremum"))
    many = proof.step("R_t^2 >= t*(1 - b1)^2/(1 - b2)", proof.cite("update-magnitude-tight", "growth"))
    late = proof.have(lt(M**2, t * (1 - b1) ** 2 / (1 - b2)), "t is late")
    beyond = proof.have(lt(M**2, R_t_squared(t)), late, many, title="M^2 < R_t^2")
    return proof.conclude(exact, proof.by_squares(lt(M, R_t(t)), beyond))


# --- models ----------------------------------------------------------------------------------------


def extremal(rng: Random) -> Iterator[Model]:
    """The extremal gradients themselves, for any beta1 and beta2, with eps = 0 and t >= 1."""
    while True:
        hyper = Hyper(Fraction(rng.randint(1, 99), 100), Fraction(rng.randint(1, 99), 100), Fraction(0))
        yield run(rng, hyper, 12)


def run(rng: Random, hyper: Hyper, steps: int) -> Model:
    model = adam_model(rng, steps, hyper, "extremal")
    growth = hyper.beta2 / hyper.beta1
    return model.extended(
        variables={"t": rng.randint(1, steps), "M": 0},
        functions={"g": lambda k: growth**k},
        integers=range(-1, steps),
    )


def unstable(rng: Random) -> Iterator[Model]:
    """beta2 <= beta1^2, and M just below what the time allows."""
    while True:
        beta1 = Fraction(rng.randint(20, 95), 100)
        beta2 = beta1**2 * rng.choice([Fraction(1), Fraction(rng.randint(50, 99), 100)])
        model = run(rng, Hyper(beta1, beta2, Fraction(0)), 12)
        limit = model.variables["t"] * (1 - beta1) ** 2 / (1 - beta2)
        bound = Fraction(rng.randint(0, 99), 100) * min(limit, 1)  # below its root, since it is below 1
        yield model.extended(variables={"M": bound if bound**2 < limit else Fraction(0)})


def other_gradients(rng: Random) -> Iterator[Model]:
    """Gradients that are not extremal."""
    while True:
        hyper = Hyper(Fraction(rng.randint(10, 90), 100), Fraction(rng.randint(10, 90), 100), Fraction(0))
        yield adam_model(rng, 12, hyper, "alternating").extended(variables={"t": rng.randint(2, 12)})


def stable(rng: Random) -> Iterator[Model]:
    """beta1^2 < beta2 and a bound M above R: the claim of unboundedness fails."""
    while True:
        model = run(rng, Hyper(Fraction(1, 2), Fraction(3, 4), Fraction(0)), 12)
        yield model.extended(variables={"t": 12, "M": Fraction(3, 2)})


lemma = Lemma(
    slug="update-magnitude-tight",
    title="R_t is attained at every time, and unbounded in t if beta1^2 >= beta2",
    source=Source.OURS,
    where="the converse of Lemma B.2; the summary says only that the bound loosens",
    assumptions={**RECURSION, **EXTREMAL, **BETAS, **TIME, **BEYOND},
    claims=[
        Claim("attained", reached(), attained, given=(*MOVING, "beta1 is positive", *BETA2, TIME)),
        Claim("supremum", eq(magnitude(t), R_t(t)), supremum, given=(*MOVING, BETAS, "t is positive", "epsilon is 0")),
        Claim("growth", growth(t), growing, given=(*BETA2, "beta2 <= beta1^2", TIME), models=unstable),
        Claim("unbounded", lt(M, magnitude(t)), unbounded, given=(*MOVING, BETAS, BEYOND), models=unstable),
    ],
    models=extremal,
    mutants=[
        Mutant("attained times 0.99", reached(Rational(99, 100))),
        Mutant("any gradients", drop=("g is extremal",), models=other_gradients),
        Mutant("one term more", reached(terms=t + 1)),
        Mutant("growth by t + 1", growth(t + 1), claim="growth"),
        Mutant("unbounded for stable betas", drop=("beta2 <= beta1^2",), claim="unbounded", models=stable),
    ],
    constants={"R_t": R_t(t)},
)
