"""The momentum error e = m - a, for one coordinate: e_t = b1*e_{t-1} + b1*(a_{t-1} - a_t) + (1 - b1)*xi_t, xi = g - a.

Unrolled from m_0 = 0 it has three parts, the start, the drift and the noise:

    e_t = -b1^t*a_1 + sum over k < t of b1^(t-k)*(a_k - a_{k+1}) + (1 - b1)*sum over k <= t of b1^(t-k)*xi_k.
"""

from adamproof.lemmas.models import update_runs as runs

from ..notation import g, m
from ..vocabulary import *

a = function("a")  # one coordinate of the gradient
xi = g(k) - a(k)
START = le(1, t)
DRIFT = Sum(power(b1, t - k) * (a(k) - a(k + 1)), (k, 1, t - 1))
NOISE = (1 - b1) * Sum(power(b1, t - k) * xi, (k, 1, t))


def unrolled(start: Any = 1, drift: Any = 1, noise: Any = 1) -> Any:
    """The error as its three parts, each of them with a factor."""
    return eq(m(t) - a(t), -start * power(b1, t) * a(1) + drift * DRIFT + noise * NOISE)


def recursion(drift: Any = b1) -> Any:
    """The error at t + 1, with the weight of the drift."""
    return eq(m(t + 1) - a(t + 1), b1 * (m(t) - a(t)) + drift * (a(t) - a(t + 1)) + (1 - b1) * (g(t + 1) - a(t + 1)))


def all_steps(proof: Scope) -> Step:
    one_more = proof.lemma("momentum-recursion", "recursion")
    first = proof.at("m is a moving average of g", 0)
    return proof.induction(unrolled(), t, base=[first, "m starts at 0"], step=[one_more], low=1)


def models(rng: Random) -> Iterator[Model]:
    """Runs of Adam with a random gradient beside them, from the first step on."""
    for model in runs.models(rng):
        yield model.extended(
            variables={"t": rng.randint(1, 7)}, functions={"a": table(rng, range(-1, 12))}, integers=range(-1, 10)
        )


def started(rng: Random) -> Iterator[Model]:
    """m_0 = 5 instead of 0."""
    for model in models(rng):
        beta1, m_0 = model.variables["b1"], model.functions["m"]
        if beta1:
            yield model.extended(functions={"m": lambda i, m_0=m_0, b=beta1: m_0(i) + 5 * b**i if i >= 0 else m_0(i)})


lemma = Lemma(
    slug="momentum-recursion",
    title="The momentum error, step by step and unrolled",
    source=Source.RECONSTRUCTED,
    where="the summary says that momentum averages the noise; this is the identity behind it",
    assumptions={
        "m starts at 0": RECURSION["m starts at 0"],
        "m is a moving average of g": RECURSION["m is a moving average of g"],
        "t is from 1 on": START,
    },
    claims=[
        Claim("unrolled", unrolled(), all_steps),
        Claim(
            "recursion",
            recursion(),
            lambda proof: proof.conclude("m is a moving average of g"),
            given=("m is a moving average of g", "t is from 1 on"),
        ),
    ],
    models=models,
    mutants=[
        Mutant("without the start", unrolled(start=0)),
        Mutant("without the drift", unrolled(drift=0)),
        Mutant("noise times 0.99", unrolled(noise=Rational(99, 100))),
        Mutant("m starts anywhere", drop=("m starts at 0",), models=started),
        Mutant("drift with the other sign", recursion(drift=-b1), claim="recursion"),
    ],
)
