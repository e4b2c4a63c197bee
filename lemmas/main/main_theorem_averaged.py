"""Convergence of Adam on average with the mean square S^2 of the magnitudes in place of their bound R.

    mean_t E|u_t o a_t|_1 <= D/(gamma*T) + gamma*L0*d*S^2/2
        + 2*sqrt(d)*S*(b1*sqrt(E|a_1|^2)/sqrt((1 - b1^2)*T) + b1/(1 - b1)*L0*gamma*sqrt(d)*S
                       + sqrt((1 - b1)/(1 + b1))*sqrt(s0^2 + s1^2*G_p))

    S^2 = (1 - b1)/((1 - b1/b2)*(1 - b2))*(ln(1 + V/eps^2)/T - ln b2),    E v_{T,j} <= V for every coordinate j

R grows without bound where beta2 tends to 1 much faster than beta1; S does not.  The descent inequality for L-smooth F
is summed over time; by Cauchy-Schwarz over time, outcomes and coordinates (mean-square) the magnitudes and the momentum
error enter through their mean squares only.  The claim "any magnitudes" is for every method that moves along Sign(m)
with magnitudes whose mean square is at most S^2 a coordinate; average-magnitude-expected makes it Adam's.
"""

from dataclasses import replace

from adamproof.lemmas.foundations.mean_square import mean
from adamproof.lemmas.foundations.mean_square import total as total_mean
from adamproof.lemmas.main.main_theorem import MOVED, PLACE, WALK, interchanged, moves, total
from adamproof.lemmas.models import problems
from adamproof.lemmas.models.measured import measured
from adamproof.lemmas.update.average_magnitude import FACTOR

from ..vocabulary import *
from .setting import *

SLUG = "main-theorem-averaged"
S2, V = reals("S2 V")
S_squared = FACTOR * (log(1 + V / eps**2) / T - log(b2))
HALF = Rational(1, 2)
LIPSCHITZ = "the gradient is Lipschitz along the segments"
SMOOTH = {
    LIPSCHITZ: forall((k, w, s), le(norm(ga(k, j, s, w) - a(k, j, w)), L0 * (s * norm(MOVE))), [*RUNNING, *INSIDE]),
    **{name: A3[name] for name in ("segments end at the next gradient", *CITED, "L0 is not negative")},
}
BETAS = {"beta1 is not negative": le(0, b1), "beta1 < beta2": lt(b1, b2), "beta2 < 1": lt(b2, 1)}
BELOW = {"beta1 < 1": lt(b1, 1)}
SQUARES = total_mean(u(t, j, w) ** 2)
MEAN_SQUARES = {
    "E|u_t|^2 is finite": forall(k, Integrable(mean(u(k, j, w) ** 2)), RUNNING),
    "S^2 is not negative": le(0, S2),
    "the mean square of the magnitudes is at most d*S^2": le(SQUARES, T * d * S2),
}
SECOND_MOMENT = {
    "E[v_T] is finite": forall(j, Integrable(E(v(T, j, w), w))),
    "E[v_T] is at most V": forall(j, le(E(v(T, j, w), w), V)),
}
SQUARE_FINITE = {"E|a_1|^2 is finite": Integrable(mean(a(1, j, w) ** 2))}


def loss(time: Any) -> Any:
    return COORDINATES.of(u(time, j, w) * Abs(a(time, j, w) - m(time, j, w)))


def squares(time: Any) -> Any:
    """|u_t|^2."""
    return COORDINATES.of(u(time, j, w) ** 2)


def change(time: Any) -> Any:
    return a(time, j, w) - a(time + 1, j, w)


def right(upper: Any) -> Any:
    return 2 * gamma * total(loss, upper) + HALF * gamma**2 * L0 * total(squares, upper)


def terms(square: Any) -> dict[str, Any]:
    """The parts of the right side: two terms, and the three that are multiplied by 2*sqrt(d)*S."""
    return {
        "initial gap": GAP / (gamma * T),
        "curvature": HALF * gamma * L0 * d * square,
        "initial momentum": b1 * sqrt(mean(a(1, j, w) ** 2)) / sqrt((1 - b1**2) * T),
        "drift": b1 / (1 - b1) * L0 * gamma * sqrt(d) * sqrt(square),
        "noise": sqrt((1 - b1) / (1 + b1)) * sqrt(s0**2 + s1**2 * mean_power(p)),
    }


def bound(square: Any, left_out: str | None = None) -> Any:
    """The right side, one of its parts left out if named."""
    gap, curvature, *errors = (0 if name == left_out else term for name, term in terms(square).items())
    return gap + curvature + 2 * sqrt(d) * sqrt(square) * sum(errors)


def without(left_out: str) -> Any:
    return le(MEAN_GAIN, bound(S_squared, left_out))


MADE_U = "u is |m|/(sqrt(v) + epsilon)"
RECURSIONS = ("m starts at 0", "m is a moving average of g", "v starts at 0", "v is a moving average of g^2")
CHANGES = total_mean(change(t) ** 2)
ROOT_ERROR = sqrt(total_mean((a(t, j, w) - m(t, j, w)) ** 2))
MAGNITUDE = {"magnitudes are not negative": ANY_MAGNITUDE["magnitudes are not negative"]}
STEPPING = {**SIGN_STEP, **SMOOTH, "gamma is positive": RATE["gamma is positive"], **MAGNITUDE}
CHANGING = (*SIGN_STEP, LIPSCHITZ, "segments end at the next gradient")
METHOD = {**STEPPING, **MOMENTUM, **A1, **A2, **BETAS, **BELOW, **RATE, **FIRST, **SQUARE_FINITE, **HORIZON}
DESCENDING = tuple(name for name in STEPPING if name != "segments end at the next gradient")
U_FINITE = ("E|u_t|^2 is finite",)
ANY_RUN = (*STEPPING, *MOMENTUM, *A1, *A2, *BELOW, "beta1 is not negative", *FIRST, *SQUARE_FINITE, *HORIZON)
MADE = {name: ADAM[name] for name in (*RECURSIONS[2:], MADE_U)}
DIMENSION = "d is a dimension"
RANGES = ("magnitudes are not negative", "magnitudes are at most R")
EPSILON = {"epsilon is positive": lt(0, eps)}
ADAM_RUN = (*MOMENTUM, *MADE, *BETAS, *EPSILON, *SECOND_MOMENT, *HORIZON)
TIME = {"t is from 1 on": le(1, t)}
ONE_STEP = le(F(t + 1, w), F(t, w) - gamma * gain(t) + 2 * gamma * loss(t) + HALF * gamma**2 * L0 * squares(t))
CHANGED = le(COORDINATES.of(change(t) ** 2), L0**2 * gamma**2 * squares(t))
PATHWISE = le(gamma * total(gain, T), F(1, w) - Fmin + right(T))
EXPECTED = le(
    gamma * TIMES.of(E(gain(t), w)), GAP + 2 * gamma * TIMES.of(E(loss(t), w)) + HALF * gamma**2 * L0 * SQUARES
)


# --- one step ---------------------------------------------------------------------------------------


def one_step(proof: Scope) -> Step:
    return proof.cite("descent", "L-smooth", **WALK, **PLACE, by=[moves(proof)])


def gradients_change(proof: Scope) -> Step:
    """|a_t - a_{t+1}| <= L0*|x_{t+1} - x_t| at the segment's end, and |x_{t+1} - x_t| <= gamma*|u_t|."""
    ending = eq((ga(t, j, 1, w) - a(t, j, w)) ** 2, change(t) ** 2)
    end = proof.each(COORDINATES, ending, "segments end at the next gradient")
    smooth = proof.rewrite(proof.at(LIPSCHITZ, t, w, 1), end)
    short = proof.each(COORDINATES, le(MOVED**2, gamma**2 * u(t, j, w) ** 2), moves(proof))
    far = proof.have(le(COORDINATES.of(change(t) ** 2), L0**2 * COORDINATES.of(MOVED**2)), smooth)
    return proof.conclude(far, short)


# --- summed over time -------------------------------------------------------------------------------


def telescoped(proof: Scope) -> Step:
    """gamma*sum of |u_t o a_t|_1 <= F(x_1) - F* + the losses and the curvature, for every outcome."""
    goal = le(gamma * total(gain, T), F(1, w) - F(T + 1, w) + right(T))
    whole = proof.induction(goal, T, step=lambda: [proof.cite(SLUG, "one step", t=T + 1)])
    return proof.conclude(whole, proof.at("A1: F is at least F*", T + 1, w))


def errors_of(proof: Scope, claim: str, **symbols: Any) -> Step:
    """A claim of momentum-mean-square."""
    return proof.cite("momentum-mean-square", claim, **symbols, by=[proof.lemma(SLUG, "changes are finite")])


def error_finite(proof: Scope) -> Step:
    with proof.assuming(le(1, k)):
        return proof.integrable(mean((a(k, j, w) - m(k, j, w)) ** 2), errors_of(proof, "finite", t=k))


def products(proof: Scope, claim: str) -> Step:
    """A claim of mean-square about the magnitudes and the momentum error."""
    vectors: Any = {"x": ((t, j, w), u(t, j, w)), "y": ((t, j, w), a(t, j, w) - m(t, j, w))}
    return proof.cite("mean-square", claim, **vectors, by=[error_finite(proof)])


def expected(proof: Scope) -> Step:
    """The expectation of the telescoped inequality, its sums taken out of E."""
    with proof.assuming(le(1, t)):
        finite = products(proof, "finite product of sizes")
    average = proof.each(over, proof.lemma(SLUG, "for every outcome"), finite, title="its expectation")
    return proof.conclude(average, interchanged(proof, gain, loss, squares))


def changes(proof: Scope) -> Step:
    """The sum of E|a_t - a_{t+1}|^2 is at most L0^2*gamma^2 times that of E|u_t|^2."""
    finite = proof.lemma(SLUG, "changes are finite")
    with proof.assuming(le(1, t)):
        each = proof.each(over, proof.lemma(SLUG, "gradients change"), finite)
    return proof.conclude(proof.each(TIMES, each))


# --- the theorem ------------------------------------------------------------------------------------


def any_magnitudes(proof: Scope) -> Step:
    average = proof.step("the descent inequality, summed and in expectation", proof.lemma(SLUG, "in expectation"))
    cauchy = proof.step("Cauchy-Schwarz for magnitudes and errors", products(proof, "sizes"))
    size = sqrt(d) * sqrt(S2)
    short = proof.by_squares(le(sqrt(SQUARES), sqrt(T) * size), MEAN_SQUARES, title="the root mean square of u")
    error, parts = errors_over_time(proof, short), sum(list(terms(S2).values())[2:])
    losses = TIMES.of(E(loss(t), w))
    chain = proof.calc(losses).le(sqrt(SQUARES) * ROOT_ERROR, cauchy)
    above = proof.have(le(0, ROOT_ERROR), error_finite(proof))
    chain = chain.le(sqrt(T) * size * ROOT_ERROR, short, above).le(product(sqrt(T) * size, sqrt(T) * parts), error)
    lost = proof.have(le(losses / T, size * parts), chain.done())
    curved = proof.have(le(HALF * gamma * L0 * (SQUARES / T), HALF * gamma * L0 * (d * S2)), MEAN_SQUARES)
    divided = le(MEAN_GAIN, GAP / (gamma * T) + 2 * (losses / T) + HALF * gamma * L0 * (SQUARES / T))
    return proof.conclude(proof.have(divided, average, title="divided by gamma*T"), lost, curved)


def errors_over_time(proof: Scope, short: Step) -> Step:
    """The root of the sum of E|a_t - m_t|^2 is at most sqrt(T) times start, drift and noise."""
    errors = proof.step("the mean square of the momentum error", errors_of(proof, "on average"))
    moved = proof.step("gradients change", proof.lemma(SLUG, "changes"))
    start, drift, noise = list(terms(S2).values())[2:]
    started = b1 * sqrt(mean(a(1, j, w) ** 2)) / sqrt(1 - b1**2)
    begins = proof.have(eq(started, sqrt(T) * start), root_of_product(proof))
    moves, moments = sqrt(CHANGES), sqrt(SQUARES)
    far = proof.by_squares(le(moves, L0 * gamma * moments), moved, proof.lemma(SLUG, "changes are finite"))
    far = proof.have(le(moves, L0 * gamma * (sqrt(T) * sqrt(d) * sqrt(S2))), far, short)
    drifts = proof.have(le(b1 / (1 - b1) * moves, sqrt(T) * drift), far)
    sigma, level = TIMES.of(variance(t)), s0**2 + s1**2 * mean_power(p)
    even = proof.have(eq(sigma, T * level), proof.cite("constant-sum", n=T))
    above = proof.have(le(0, level), even, proof.have(le(0, sigma), variance_nonneg(proof)))
    noises = proof.by_squares(le(sqrt(sigma), sqrt(T) * sqrt(level)), even, above)
    noises = proof.have(le(sqrt((1 - b1) / (1 + b1)) * sqrt(sigma), sqrt(T) * noise), noises)
    return proof.have(le(ROOT_ERROR, sqrt(T) * (start + drift + noise)), errors, begins, drifts, noises)


def root_of_product(proof: Scope) -> Step:
    """1/sqrt(1 - b1^2) is sqrt(T)/sqrt((1 - b1^2)*T)."""
    whole, split = sqrt((1 - b1**2) * T), sqrt(1 - b1**2) * sqrt(T)
    small = proof.have(lt(0, 1 - b1**2), "beta1 is not negative", BELOW)
    squares = [proof.have(eq(product(side, side), (1 - b1**2) * T), small) for side in (whole, split)]
    both = [proof.by_squares(way, squares) for way in (le(whole, split), le(split, whole))]
    same = proof.have(eq(whole, split), both)
    positive = [proof.have(lt(0, root), small) for root in (sqrt(1 - b1**2), sqrt(T))]
    return proof.have(eq(1 / sqrt(1 - b1**2), sqrt(T) / whole), same, positive)


# --- Adam ---------------------------------------------------------------------------------------------


def bounded(proof: Scope) -> Step:
    """Magnitudes in [0, R] have |u_t|^2 <= R^2*d."""
    each = proof.each(COORDINATES, le(u(t, j, w) ** 2, R**2), ANY_MAGNITUDE)
    return proof.conclude(proof.have(le(squares(t), R**2 * d), each, proof.cite("constant-sum", n=d)))


def relative(proof: Scope) -> Step:
    """0 <= V/eps^2."""
    return proof.have(le(0, V / eps**2), proof.have(le(0, V), second_moment_mean(proof), "E[v_T] is at most V"))


def second_moment_mean(proof: Scope) -> Step:
    """0 <= E[v_T] for coordinate j."""
    positive = proof.have(lt(0, b2), BETAS)
    moment = proof.cite("magnitude-range", "second moment", v=COORDINATE["v"], g=COORDINATE["g"], t=T, by=[positive])
    return proof.each(over, moment)


def factor_nonneg(proof: Scope) -> list[Step]:
    """What makes (1 - b1)/((1 - b1/b2)*(1 - b2)) not negative."""
    return [proof.have(lt(b1, 1), BETAS), proof.have(lt(b1 / b2, 1), BETAS)]


def one_coordinate(proof: Scope) -> Step:
    """The sum over time of E[u_{t,j}^2] is at most T*S^2."""
    runs: Any = {name: ((k, w), of) for name, (_, of) in COORDINATE.items()}
    bound = proof.cite("average-magnitude-expected", **runs)
    moment, share = second_moment_mean(proof), E(v(T, j, w), w) / eps**2
    tangent = proof.cite("jensen-ln", "tangent", y=1 + share, c=1 + V / eps**2, by=[moment, relative(proof)])
    ratio = proof.have(le((1 + share) / (1 + V / eps**2), 1), "E[v_T] is at most V", relative(proof))
    longer = proof.have(le(log(1 + share), log(1 + V / eps**2)), tangent, ratio, title="E[v_T] <= V in the logarithm")
    body = (Abs(m(t, j, w)) / (sqrt(v(t, j, w)) + eps)) ** 2
    longer = proof.have(le(log(1 + share) / T, log(1 + V / eps**2) / T), longer)
    scaled = proof.have(le(FACTOR * (log(1 + share) / T - log(b2)), S_squared), longer, factor_nonneg(proof))
    below = proof.have(le(E(TIMES.of(body) / T, w), S_squared), bound, scaled)
    same = proof.each(over, proof.each(TIMES, eq(u(t, j, w) ** 2, body), MADE_U))
    interchange = proof.cite("expectation-of-sum", "interchange", X=((k, w), u(k, j, w) ** 2), n=T)
    return proof.conclude(interchange, same, below)


def magnitudes(proof: Scope) -> Step:
    """The sum over the coordinates, by induction on their number."""
    first, longer = (Sum(u(t, j, w) ** 2, (j, 1, upper)) for upper in (Integer(0), d + 1))

    def following() -> list[Step]:
        split = eq(E(longer, w), E(squares(t), w) + E(u(t, d + 1, w) ** 2, w))
        split = proof.each(TIMES, split, proof.each(over, proof.split(longer)))
        return [split, proof.cite(SLUG, "one coordinate", j=d + 1)]

    empty = proof.each(TIMES, proof.each(over, proof.split(first)))
    return proof.induction(le(TIMES.of(E(squares(t), w)), T * d * S_squared), d, base=[empty], step=following)


def square_nonneg(proof: Scope) -> Step:
    """0 <= S^2."""
    longer = proof.cite("jensen-ln", "not negative", y=V / eps**2, by=[relative(proof)])
    small = proof.have(le(log(b2), 0), proof.fact("ln_le", b2, by=[proof.have(lt(0, b2), BETAS)]), BETAS)
    inner = proof.have(le(0, log(1 + V / eps**2) / T - log(b2)), longer, small)
    return proof.conclude(inner, factor_nonneg(proof))


def adam(proof: Scope) -> Step:
    """Lemma B.2 puts Adam's magnitudes into [0, R], and average-magnitude-expected bounds their mean square."""
    at_least, at_most = in_range(proof, proof.have(lt(0, b2), BETAS), proof.have(lt(b1**2, b2), BETAS))
    with proof.assuming(le(1, k)):
        finite = proof.cite(SLUG, "bounded", R=BOUND, t=k, by=[at_least, at_most])
    moments = proof.step("the mean square of the magnitudes", proof.lemma(SLUG, "magnitudes"))
    facts = at_least, finite, moments, proof.lemma(SLUG, "S^2")
    return proof.cite(SLUG, "any magnitudes", S2=S_squared, by=facts)


# --- models -------------------------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Runs with beta1 < beta2."""
    return (measured(model) for model in problems.runs(rng) if model.variables["b1"] < model.variables["b2"])


@alone
def only(problem: problems.Problem, **variables: Any) -> Model:
    return measured(problems.run(problem)).extended(variables=variables)


# Noise far beyond the gradients, of either sign in every step: what is gained in one is lost in another.
NINE = [(Fraction(9),)] * 3
LOUD = replace(
    problems.JUMPING, noise=NINE, horizon=3, beta2=Fraction(999, 1000), epsilon=Fraction(3), rate=Fraction(1, 5)
)

lemma = Lemma(
    slug="main-theorem-averaged",
    title="A bound on the mean weighted gradient norm through S^2, for L-smooth F, beta1 < beta2 and epsilon > 0",
    source=Source.OURS,
    where="the repair: the summary's own schedule makes R grow, but not S",
    assumptions={**METHOD, **MADE, **EPSILON, **SECOND_MOMENT, **MEAN_SQUARES, **ANY_MAGNITUDE, **TIME},
    cited=CITED,
    claims=[
        Claim(
            "Adam",
            le(MEAN_GAIN, bound(S_squared)),
            adam,
            given=tuple(name for name in (*ANY_RUN, *ADAM_RUN, DIMENSION) if name not in (*BELOW, *MAGNITUDE)),
        ),
        Claim("any magnitudes", le(MEAN_GAIN, bound(S2)), any_magnitudes, given=(*ANY_RUN, MEAN_SQUARES, DIMENSION)),
        Claim("magnitudes", le(SQUARES, T * d * S_squared), magnitudes, given=(*ADAM_RUN, DIMENSION)),
        Claim("one coordinate", le(TIMES.of(E(u(t, j, w) ** 2, w)), T * S_squared), one_coordinate, given=ADAM_RUN),
        Claim("S^2", le(0, S_squared), square_nonneg, given=(*RECURSIONS[2:], *BETAS, *SECOND_MOMENT, *HORIZON)),
        Claim("bounded", Integrable(mean(u(t, j, w) ** 2)), bounded, given=(*RANGES, DIMENSION, *TIME)),
        Claim("in expectation", EXPECTED, expected, given=(*ANY_RUN, *U_FINITE)),
        Claim("changes", le(CHANGES, L0**2 * gamma**2 * SQUARES), changes, given=(*CHANGING, *U_FINITE)),
        Claim(
            "changes are finite",
            forall(k, Integrable(mean(change(k) ** 2)), RUNNING),
            lambda proof: proof.conclude(proof.lemma(SLUG, "gradients change")),  # at most L0^2*gamma^2*E|u_t|^2
            given=(*CHANGING, *U_FINITE),
        ),
        Claim("for every outcome", PATHWISE, telescoped, given=(*DESCENDING, *A1, *HORIZON)),
        Claim("gradients change", CHANGED, gradients_change, given=(*CHANGING, *TIME)),
        Claim("one step", ONE_STEP, one_step, given=(*DESCENDING, *TIME)),
    ],
    models=models,
    mutants=[
        Mutant("without the initial gap", without("initial gap"), models=only(problems.FAR)),
        Mutant("without the curvature", without("curvature"), models=only(problems.JUMPING)),
        Mutant("without the noise", without("noise"), models=only(LOUD)),
        Mutant("inequality reversed", le(bound(S_squared), MEAN_GAIN)),
        Mutant(
            "beta1 < beta2 dropped (S is 0 at the boundary)",
            drop=("beta1 < beta2",),
            models=only(replace(problems.JUMPING, beta1=Fraction(1, 2))),
        ),
        Mutant("F below F*", drop=("A1: F is at least F*",), models=only(problems.FAR, Fmin=10**9)),
        Mutant(
            "any magnitudes: S^2 ten thousand times too small",
            change={"the mean square of the magnitudes is at most d*S^2": le(SQUARES, 10**4 * T * d * S2)},
            claim="any magnitudes",
            models=only(problems.JUMPING, S2=Fraction(1, 1000)),
        ),
    ],
    constants={"S_squared": S_squared, **{f"part: {name}": value for name, value in terms(S_squared).items()}},
)
