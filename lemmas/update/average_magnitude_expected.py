"""The bound on the mean of u_t^2 for random gradients: E[v_T] takes the place of v_T.

    E[mean of u_t^2] <= (1 - b1)/((1 - b1/b2)*(1 - b2)) * (-ln b2 + ln(1 + E[v_T]/eps^2)/T)

The bound of `average-magnitude` holds for every outcome; its expectation is at most this by Jensen's inequality
for the logarithm.
"""

from adamproof.lemmas.update import average_magnitude
from adamproof.lemmas.update.average_magnitude import FACTOR

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

random_m, random_v, random_g = (function(name, "int", "point") for name in ("m", "v", "g"))
over = Functional("E", w)

MEAN_SQUARE = Sum((Abs(random_m(t, w)) / (sqrt(random_v(t, w)) + eps)) ** 2, (t, 1, T)) / T
RELATIVE = random_v(T, w) / eps**2
EXPECTED_S_squared = FACTOR * (log(1 + E(random_v(T, w), w) / eps**2) / T - log(b2))


# --- proof -----------------------------------------------------------------------------------------


def expectation(proof: Scope) -> Step:
    """Jensen's inequality for ln(1 + v_T/eps^2)."""
    run: Any = {"m": (k, random_m(k, w)), "v": (k, random_v(k, w)), "g": (k, random_g(k, w))}
    pathwise = proof.step("the bound for every outcome", proof.cite("average-magnitude", **run))
    with proof.knowing(average_magnitude.betas(proof)), proof.knowing(second_moment(proof)):
        jensen = proof.step("Jensen's inequality", proof.cite("jensen-ln", "expectations", Z=(w, RELATIVE)))
        finite = proof.cite("jensen-ln", "finite", Z=(w, RELATIVE))
        average = proof.each(over, pathwise, finite, title="the expectation of the bound")
        scaled = FACTOR / T * E(log(1 + RELATIVE), w)
        return proof.conclude(average, proof.have(le(scaled, FACTOR / T * log(1 + E(RELATIVE, w))), jensen))


def second_moment(proof: Scope) -> Step:
    """v_T >= 0 for every outcome."""
    start, following = proof.at("v starts at 0", w), lambda: proof.at("v is a moving average of g^2", w, t)
    moment = proof.induction(le(0, random_v(t, w)), t, base=[start], step=following)
    return proof.every(w, le(0, random_v(T, w)), moment)


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """One to three outcomes, each with gradients of its own, under the same hyperparameters."""
    for first in average_magnitude.models(rng):
        b1_value, b2_value, eps_value = (first.variables[name] for name in ("b1", "b2", "eps"))
        hyper = average_magnitude.Hyper(b1_value, b2_value, eps_value)
        laws = [rng.choice(list(average_magnitude.LAWS)) for _ in range(rng.randint(1, 3))]
        runs = [average_magnitude.run(rng, hyper, law) for law in laws]
        weights = [rng.randint(1, 9) for _ in runs]
        yield first.extended(
            functions={name: outcome(runs, name) for name in ("m", "v", "g")},
            space=[(point, Fraction(weight, sum(weights))) for point, weight in enumerate(weights)],
        )


def outcome(runs: list[Model], name: str) -> Any:
    return lambda k, point: runs[point].functions[name](k)


lemma = Lemma(
    slug="average-magnitude-expected",
    title="A bound on the expected mean of u_t^2, for beta1 < beta2 and epsilon > 0",
    source=Source.OURS,
    where="the S^2 that takes the place of R^2 where R grows",
    assumptions={
        **adam_recursion(w),
        **average_magnitude.GIVEN,
        "E[v_T] is finite": Integrable(E(random_v(T, w), w)),
    },
    claims=[Claim("expectation", le(E(MEAN_SQUARE, w), EXPECTED_S_squared), expectation)],
    models=models,
    mutants=[
        Mutant("bound times 0.1", le(E(MEAN_SQUARE, w), EXPECTED_S_squared / 10)),
        Mutant("inequality reversed", le(EXPECTED_S_squared, E(MEAN_SQUARE, w))),
        Mutant("without 1/(1 - b2)", le(E(MEAN_SQUARE, w), (1 - b2) * EXPECTED_S_squared)),
        Mutant("without the logarithm of E[v_T]", le(E(MEAN_SQUARE, w), -FACTOR * log(b2))),
    ],
    constants={"S_squared": EXPECTED_S_squared},
)
