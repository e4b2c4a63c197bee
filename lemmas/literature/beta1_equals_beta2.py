"""Adam with beta1 = beta2 = b is a sign method that shrinks where the gradients disagree.

    v_{t+1} - m_{t+1}^2 = b*(v_t - m_t^2) + b*(1 - b)*(m_t - g_{t+1})^2

So s_t^2 = v_t - m_t^2, a running variance of the gradients, is not negative: u_t <= 1, and with epsilon = 0

    u_t = 1/sqrt(1 + s_t^2/m_t^2),    s_t^2/m_t^2 being noise over signal.
"""

from adamproof.lemmas.models import update_runs as runs
from adamproof.lemmas.models.adam import Hyper, adam_model

from ..notation import g, m, v
from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

EQUAL = {"beta1 = beta2": eq(b1, b2)}
BETAS = {name: HYPERPARAMETERS[name] for name in ("beta1 is not negative", "beta1 < 1")}
AVERAGES = {name: RECURSION[name] for name in ("m is a moving average of g", "v is a moving average of g^2")}
START = {name: RECURSION[name] for name in ("m starts at 0", "v starts at 0")}
SIGNAL = {"m_t is not 0": ne(m(t), 0), "epsilon is 0": eq(eps, 0)}
VARIANCE = v(t) - m(t) ** 2  # s_t^2
LATER = VARIANCE.subs(t, t + 1)
SPREAD = (m(t) - g(t + 1)) ** 2


def recursion(fresh: Any = 1) -> Any:
    return eq(LATER, b1 * VARIANCE + fresh * b1 * (1 - b1) * SPREAD)


def ratio_of(noise: Any = 1) -> Any:
    return eq(magnitude(t), 1 / sqrt(1 + noise * VARIANCE / m(t) ** 2))


# --- proof -----------------------------------------------------------------------------------------


def variance(proof: Scope) -> Step:
    moved = [proof.at(name, t) for name in AVERAGES]
    return proof.conclude(proof.rewrite(moved[1], proof.have(eq(b2, b1), EQUAL)), moved[0])


def positive(proof: Scope) -> Step:
    with proof.assuming(le(0, t)):
        step = proof.cite("beta1-equals-beta2", "variance")
    spread = proof.have(le(0, b1 * (1 - b1) * SPREAD), BETAS)
    return proof.induction(le(0, VARIANCE), t, base=[START], step=[step, spread, "beta1 is not negative"])


def at_most_one(proof: Scope) -> Step:
    square = proof.lemma("beta1-equals-beta2", "the variance is not negative")
    square = proof.have(le(m(t) ** 2, 1**2 * v(t)), square)
    return proof.cite("ratio-bound", x=m(t), y=v(t), r=1, e=eps, by=[square, proof.have(le(0, v(t)), square)])


def signal_to_noise(proof: Scope) -> Step:
    """m^2*(1 + s^2/m^2) = v, and roots."""
    square = proof.lemma("beta1-equals-beta2", "the variance is not negative")
    top = proof.have(lt(0, v(t)), square, SIGNAL)
    inside = 1 + VARIANCE / m(t) ** 2
    whole = proof.have(eq(m(t) ** 2 * inside, v(t)), SIGNAL)
    above = proof.have(lt(0, inside), whole, top, SIGNAL)
    size, spread = Abs(m(t)) * root(inside), sqrt(v(t))
    same = [proof.by_squares(way, whole, above, top) for way in (le(size, spread), le(spread, size))]
    return proof.conclude(same, proof.have(lt(0, Abs(m(t))), SIGNAL), top, above, SIGNAL)


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    for model in runs.models(rng):
        beta = model.variables["b2"]
        law = rng.choice(["normal", "sparse", "heavy", "alternating", "constant", "zero"])
        yield adam_model(rng, runs.STEPS, Hyper(beta, beta, model.variables["eps"]), law)


def moving(rng: Random) -> Iterator[Model]:
    """epsilon = 0, at a time when m is not 0."""
    for model in models(rng):
        if model.functions["m"](model.variables["t"]):
            yield model.extended(variables={"eps": 0})


def apart(rng: Random) -> Iterator[Model]:
    """beta1 and beta2 such that u_t comes close to R."""
    return (model.extended(variables={"b1": model.variables["b1"]}) for model in runs.extremal(rng))


lemma = Lemma(
    slug="beta1-equals-beta2",
    title="With beta1 = beta2 Adam's magnitudes are at most 1, and 1/sqrt(1 + noise/signal)",
    source=Source.OURS,
    where="or classical: v_t - m_t^2 is a weighted variance",
    assumptions={**RECURSION, **BETAS, **EQUAL, **EPSILON, **SIGNAL, **TIME},
    claims=[
        Claim("at most one", le(magnitude(t), 1), at_most_one, given=(RECURSION, BETAS, EQUAL, EPSILON, TIME)),
        Claim("variance", recursion(), variance, given=(AVERAGES, EQUAL, TIME)),
        Claim("the variance is not negative", le(0, VARIANCE), positive, given=(RECURSION, BETAS, EQUAL, TIME)),
        Claim(
            "signal to noise", ratio_of(), signal_to_noise, given=(RECURSION, BETAS, EQUAL, SIGNAL, TIME), models=moving
        ),
    ],
    models=models,
    mutants=[
        Mutant("below 0.99", le(magnitude(t), Rational(99, 100)), models=runs.tight),
        Mutant("any betas", drop=("beta1 = beta2",), models=apart),
        Mutant("a variance without spread", recursion(fresh=0), claim="variance"),
        Mutant("a positive variance", lt(0, VARIANCE), claim="the variance is not negative"),
        Mutant("twice the noise", ratio_of(2), claim="signal to noise", models=moving),
    ],
)
