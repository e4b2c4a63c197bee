"""On average the update magnitude stays bounded where the worst case R grows: mean of u_t^2 <= S^2.

    S^2 = (1 - b1)/((1 - b1/b2)*(1 - b2)) * (-ln b2 + ln(1 + v_T/eps^2)/T)        (b1 < b2, eps > 0)

for one coordinate and every gradient sequence.  With w_t = v_t + eps^2 and Q_t the b1-average of g^2, u_t^2 <= Q_t/w_t;
summing the recursion of Q_t/w_t leaves the sum of g_t^2/w_t, which telescopes in ln w_t because ln x <= x - 1.
"""

from adamproof.lemmas.models.adam import LAWS, Hyper, adam_model

from ..notation import g, m, v
from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

FACTOR = (1 - b1) / ((1 - b1 / b2) * (1 - b2))
S_squared = FACTOR * (log(1 + v(T) / eps**2) / T - log(b2))
MEAN_SQUARE = Sum(magnitude(t) ** 2, (t, 1, T)) / T
BETAS = {"beta1 is not negative": le(0, b1), "beta1 < beta2": lt(b1, b2), "beta2 < 1": lt(b2, 1)}
GIVEN = {**BETAS, "epsilon is positive": lt(0, eps), "T is a horizon": le(1, T)}
V_MOVES = "v is a moving average of g^2"
RELATIVE = 1 + v(T) / eps**2  # w_T/eps^2
TIMES = Functional("Sum", t, (1, T))


def average(time: Any) -> Any:
    """Q_t, the moving average of g^2 with beta1."""
    return (1 - b1) * smoothed(lambda k: g(k) ** 2, time)


def weight(time: Any) -> Any:
    """w_t = v_t + eps^2."""
    return v(time) + eps**2


def relative(time: Any) -> Any:
    """Q_t/w_t."""
    return average(time) / weight(time)


def share(time: Any) -> Any:
    return g(time) ** 2 / weight(time)


def total(body: Any) -> Any:
    """The sum over t = 1..T."""
    return TIMES.of(body(t))


# --- proof -----------------------------------------------------------------------------------------


def mean_square(proof: Scope) -> Step:
    """The squares are at most the ratios Q_t/w_t, these on average a multiple of the shares g_t^2/w_t."""
    with proof.knowing(betas(proof)), proof.knowing(weights(proof)):
        momentum = proof.step("m_t^2 <= Q_t", always(proof, le(m(t) ** 2, average(t)), lambda: spread(proof)))
        squares = proof.each(TIMES, le(magnitude(t) ** 2, relative(t)), lambda: pointwise(proof, momentum))
        ratios, shares = summed_ratios(proof), telescoped(proof)
        chain = proof.calc(MEAN_SQUARE).le(total(relative) / T, squares)
        chain = chain.le((1 - b1) / (1 - b1 / b2) * (total(share) / T), ratios)
        return chain.le(S_squared, shares).done()


def always(proof: Scope, statement: Any, step: Any) -> Step:
    """A statement about t for all t >= 0, by induction."""
    found = proof.induction(statement, t, base=["m starts at 0", "v starts at 0"], step=step)
    return proof.every(t, statement, found, given=[le(0, t)])


def betas(proof: Scope) -> list[Step]:
    """0 < b2, b1 < 1, b1/b2 < 1."""
    positive = proof.have(lt(0, b2), BETAS)
    return [positive, proof.have(lt(b1, 1), BETAS), proof.have(lt(b1 / b2, 1), BETAS, positive)]


def weights(proof: Scope) -> list[Step]:
    """v_t >= 0 and w_t > 0."""
    moment = always(proof, le(0, v(t)), lambda: proof.at(V_MOVES, t))
    return [moment, proof.every(t, lt(0, weight(t)), moment, given=[le(0, t)])]


def spread(proof: Scope) -> list[Step]:
    """The square of an average is at most the average of the squares."""
    moved = proof.at("m is a moving average of g", t)
    return [moved, next_average(proof, t), proof.have(le(0, b1 * (1 - b1) * (m(t) - g(t + 1)) ** 2))]


def next_average(proof: Scope, time: Any) -> Step:
    """Q_{t+1} = b1*Q_t + (1 - b1)*g_{t+1}^2."""
    return proof.cite("averaging", "recursion", b=b1, c=(k, g(k) ** 2), t=time)


def pointwise(proof: Scope, momentum: Step) -> Step:
    """u_t^2 <= Q_t/w_t, since (sqrt(v_t) + eps)^2 >= w_t."""
    denominator = proof.have(le(weight(t), (sqrt(v(t)) + eps) ** 2))
    return proof.have(le(magnitude(t) ** 2, relative(t)), momentum, denominator, title="u_t^2 <= Q_t/w_t")


def summed_ratios(proof: Scope) -> Step:
    """(1 - b1/b2)*(sum of Q_t/w_t) <= (1 - b1)*(sum of g_t^2/w_t), by induction with the last ratio kept."""
    kept = le((1 - b1 / b2) * total(relative) + b1 / b2 * relative(T), (1 - b1) * total(share))
    kept = proof.induction(kept, T, step=lambda: next_ratio(proof))
    goal = le((1 - b1 / b2) * total(relative), (1 - b1) * total(share))
    return proof.have(goal, kept, le(0, b1 / b2 * relative(T)), title="the ratios Q_t/w_t, summed")


def next_ratio(proof: Scope) -> Step:
    """Q'/w' <= (b1/b2)*Q/w + (1 - b1)*g'^2/w', since w' >= b2*w."""
    grown = proof.have(le(b2 * weight(T), weight(T + 1)), proof.at(V_MOVES, T))
    inverse = proof.have(le(1 / weight(T + 1), 1 / (b2 * weight(T))), grown)
    older = proof.have(le(b1 * (average(T) / weight(T + 1)), b1 / b2 * relative(T)), inverse)
    bound = b1 / b2 * relative(T) + (1 - b1) * share(T + 1)
    return proof.have(le(relative(T + 1), bound), older, next_average(proof, T))


def telescoped(proof: Scope) -> Step:
    """(1 - b2)*(sum of g_t^2/w_t) <= ln w_T - ln w_0 - T*ln b2 = ln(1 + v_T/eps^2) - T*ln b2."""
    goal = le((1 - b2) * total(share), log(weight(T)) - log(weight(0)) - T * log(b2))
    shares = proof.induction(goal, T, step=lambda: next_logarithm(proof))
    proof.step("the shares g_t^2/w_t, summed, telescope", shares)
    start = proof.have(eq(product(weight(0), RELATIVE), weight(T)), "v starts at 0")
    ends = proof.rewrite(proof.fact("ln_mul", weight(0), RELATIVE), start)
    proof.step("ln w_T = ln w_0 + ln(1 + v_T/eps^2)", ends)
    return proof.have(le((1 - b2) * total(share), log(RELATIVE) - T * log(b2)), shares, ends)


def next_logarithm(proof: Scope) -> Step:
    """(1 - b2)*g'^2/w' <= ln w' - ln w - ln b2: the tangent of ln at w', taken at b2*w."""
    tangent = proof.cite("jensen-ln", "tangent", y=b2 * weight(T), c=weight(T + 1))
    split = proof.fact("ln_mul", b2, weight(T))
    part = le((1 - b2) * share(T + 1), 1 - b2 * weight(T) / weight(T + 1))
    part = proof.have(part, proof.at(V_MOVES, T))
    goal = le((1 - b2) * share(T + 1), log(weight(T + 1)) - log(weight(T)) - log(b2))
    return proof.have(goal, tangent, split, part)


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """beta1 < beta2, eps > 0, every gradient law in turn, T from 1 on."""
    while True:
        for law in LAWS:
            beta2 = rng.choice([Fraction(rng.randint(2, 99), 100), Fraction(999, 1000)])
            beta1 = beta2 * Fraction(rng.randint(1, 95), 100)
            yield run(rng, Hyper(beta1, beta2, Fraction(rng.randint(1, 30), 10)), law)


def run(rng: Random, hyper: Hyper, law: str) -> Model:
    model = adam_model(rng, 9, hyper, law)
    return model.extended(variables={"T": rng.randint(1, 9)}, integers=range(-1, 10))


lemma = Lemma(
    slug="average-magnitude",
    title="A bound on the mean of u_t^2 over time, for beta1 < beta2 and epsilon > 0",
    source=Source.OURS,
    where="where the source's schedule makes R grow, this bound does not",
    assumptions={**RECURSION, **GIVEN},
    claims=[Claim("mean square", le(MEAN_SQUARE, S_squared), mean_square)],
    models=models,
    mutants=[
        Mutant("bound times 0.1", le(MEAN_SQUARE, S_squared / 10)),
        Mutant("inequality reversed", le(S_squared, MEAN_SQUARE)),
        Mutant("without 1/(1 - b2)", le(MEAN_SQUARE, (1 - b2) * S_squared)),
        Mutant("ln(1 + v_T) without epsilon", le(MEAN_SQUARE, S_squared.subs(eps**2, 1 / eps**2))),
        Mutant("sign of ln b2 flipped", le(MEAN_SQUARE, FACTOR * (log(1 + v(T) / eps**2) / T + log(b2)))),
    ],
    constants={"S_squared": S_squared},
)
