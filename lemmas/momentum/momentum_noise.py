"""Momentum averages the noise.

    E|(1 - b1)*sum of b1^(t-k)*xi_k| <= (1 - b1)*sqrt(sum of b1^(2(t-k))*(s0^2 + s1^2*E|a_k|^p))

The average N_t obeys N_{t+1} = b1*N_t + (1 - b1)*xi_{t+1}.  New noise is uncorrelated with old noise, hence with N_t,
so E|N_{t+1}|^2 = b1^2*E|N_t|^2 + (1 - b1)^2*E|xi_{t+1}|^2; Jensen's inequality for the square root takes the root.

A2 enters through two consequences of the tower property: noises of different times are uncorrelated, and
E|xi_k|^2 <= s0^2 + s1^2*E|a_k|^p.
"""

from collections.abc import Callable
from functools import cache
from itertools import product as tuples

from ..vocabulary import *

# --- statements -------------------------------------------------------------------------------------

xi, a, N = (function(name, "int", "int", "point") for name in ("xi", "a", "N"))  # time, coordinate, outcome
variance = function("variance")
over = Functional("E", w)
i = integers("i")
old, new, following = N(t, j, w), xi(t + 1, j, w), N(t + 1, j, w)


def averaged(decay: Any, noise: Callable[[Any], Any], time: Any) -> Any:
    """A moving average of the noise."""
    return (1 - decay) * smoothed(noise, time, decay)


def unrolled(time: Any) -> Any:
    return averaged(b1, lambda k: xi(k, j, w), time)


def a2_variance(time: Any) -> Any:
    return s0**2 + s1**2 * E(real_power(norm(a(time, j, w)), p), w)


def weights(of: Any, time: Any) -> Any:
    """The sum of b1^(2(t-k))*of(k)."""
    return smoothed(of, time, b1**2)


def mean_of(x: Any, y: Any) -> Any:
    """E<x, y>."""
    return E(COORDINATES.of(x * y), w)


def moment(x: Any) -> Any:
    """E|x|^2."""
    return mean_of(x, x)


RECURSION = {
    "N starts at 0": forall((j, w), eq(N(0, j, w), 0)),
    "N is a moving average of the noise": forall(
        (j, w, k), eq(N(k + 1, j, w), b1 * N(k, j, w) + (1 - b1) * xi(k + 1, j, w)), [le(0, k)]
    ),
}
STARTS, MOVES = RECURSION


def a2(noise: Callable[[Any], Any]) -> dict[str, Any]:
    """A2 for a noise given by its coordinate j at a time: what it gives without conditioning on the past."""
    return {
        "A2: noises of different times are uncorrelated": forall(
            (i, k), eq(mean_of(noise(i), noise(k)), 0), [le(1, i), lt(i, k)]
        ),
        "A2: the variance of the noise": forall(k, le(moment(noise(k)), a2_variance(k)), [le(1, k)]),
        "A2: the noise has finite variance": forall(k, Integrable(moment(noise(k))), [le(1, k)]),
    }


A2 = a2(lambda time: xi(time, j, w))
UNCORRELATED, _, FINITE = A2
VARIANCE = {"the variance of the noise": forall(k, le(moment(xi(k, j, w)), variance(k)), [le(1, k)])}
TIME = {"t is a time": le(0, t)}
BETA = {"beta1 <= 1": le(b1, 1)}

SECOND_MOMENT = le(moment(old), (1 - b1) ** 2 * weights(variance, t))
ROOT = (1 - b1) * sqrt(weights(variance, t))
LEFT, RIGHT = E(norm(unrolled(t)), w), (1 - b1) * sqrt(weights(a2_variance, t))


# --- proofs -----------------------------------------------------------------------------------------


def nothing(proof: Scope, body: Any) -> Step:
    """What has a factor N_0 is 0, summed over the coordinates."""
    return proof.each(COORDINATES, eq(body, 0), STARTS)


def finite(proof: Scope) -> Step:
    """|N_{t+1}|^2 <= 2*b1^2*|N_t|^2 + 2*(1 - b1)^2*|xi_{t+1}|^2."""
    young = le(following**2, 2 * b1**2 * old**2 + 2 * (1 - b1) ** 2 * new**2)

    def step() -> list[Step]:
        return [proof.each(COORDINATES, young, MOVES, squares=[b1 * old - (1 - b1) * new])]

    return proof.induction(proof.goal, t, base=[nothing(proof, N(0, j, w) ** 2)], step=step)


def uncorrelated(proof: Scope) -> Step:
    """<N_{t+1}, xi_n> = b1*<N_t, xi_n> + (1 - b1)*<xi_{t+1}, xi_n>, of expectation 0 where t + 1 < n."""
    late = xi(n, j, w)
    parts = eq(following * late, b1 * (old * late) + (1 - b1) * (new * late))
    nowhere = proof.each(over, nothing(proof, N(0, j, w) * late))

    def step() -> list[Step]:
        mean = proof.each(over, proof.each(COORDINATES, parts, MOVES))
        two = proof.have(eq(mean_of(following, late), b1 * mean_of(old, late) + (1 - b1) * mean_of(new, late)), mean)
        return [proof.every(n, eq(mean_of(following, late), 0), two, proof.goal, UNCORRELATED, given=[lt(t + 1, n)])]

    base = [proof.every(n, nowhere.conclusion, nowhere, given=[lt(0, n)])]
    return proof.induction(proof.goal, t, base=base, step=step)


def second_moment(proof: Scope) -> Step:
    parts = eq(following**2, b1**2 * old**2 + 2 * b1 * (1 - b1) * (old * new) + (1 - b1) ** 2 * new**2)

    def step() -> list[Step]:
        mean = proof.each(over, proof.each(COORDINATES, parts, MOVES))
        cross = proof.at(proof.lemma("momentum-noise", "uncorrelated"), t + 1)
        two = eq(moment(following), b1**2 * moment(old) + (1 - b1) ** 2 * moment(new))
        two = proof.have(two, mean, cross, title="E|N_{t+1}|^2 = b1^2*E|N_t|^2 + (1 - b1)^2*E|xi_{t+1}|^2")
        before = proof.have(le(b1**2 * moment(old), b1**2 * ((1 - b1) ** 2 * weights(variance, t))), SECOND_MOMENT)
        return [two, before, proof.have(le((1 - b1) ** 2 * moment(new), (1 - b1) ** 2 * variance(t + 1)), VARIANCE)]

    return proof.induction(SECOND_MOMENT, t, base=[proof.each(over, nothing(proof, N(0, j, w) ** 2))], step=step)


def any_variance(proof: Scope) -> Step:
    """Jensen's inequality for the square root."""
    square = proof.step("E|N_t|^2", proof.lemma("momentum-noise", "second moment"))
    known = proof.lemma("momentum-noise", "finite")
    jensen = proof.cite("jensen-sqrt", "expectations", Z=(w, COORDINATES.of(old**2)), by=[known])
    with proof.assuming(le(1, k)):
        positive = proof.have(le(0, variance(k)), VARIANCE)
    return proof.conclude(jensen, proof.by_squares(le(sqrt(moment(old)), ROOT), square, known, positive))


def moving(proof: Scope, decay: Any, noise: Callable[[Any], Any]) -> list[Step]:
    """The averaged noise starts at 0, and is a moving average of the noise."""
    start = proof.have(eq(averaged(decay, noise, 0), 0), smoothed(noise, 0, decay))
    with proof.assuming(le(0, n)):
        longer = proof.cite("averaging", "recursion", b=decay, c=(k, noise(k)), t=n)
        following = eq(averaged(decay, noise, n + 1), decay * averaged(decay, noise, n) + (1 - decay) * noise(n + 1))
        return [start, proof.have(following, longer)]


def about_unrolled(proof: Scope, claim: str, **symbols: Any) -> Step:
    """A claim about N, for the sum that N is."""
    by = moving(proof, b1, lambda k: xi(k, j, w))
    return proof.cite("momentum-noise", claim, N=((t, j, w), unrolled(t)), **symbols, by=by)


def with_a2(proof: Scope) -> Step:
    """N unrolled, and the variance that A2 allows."""
    return proof.conclude(about_unrolled(proof, "any variance", variance=(k, a2_variance(k))))


def finite_norm(proof: Scope) -> Step:
    """|N_t| <= 1 + |N_t|^2 is finite."""
    return proof.conclude(about_unrolled(proof, "finite"))


# --- models, near misses ----------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Independent signs: the outcomes are the sequences of signs, and noise k is its sign times a fixed vector."""
    while True:
        steps, dimension = rng.randint(1, 4), rng.randint(1, 2)
        vectors = {(i, j): rational(rng, 4) for i in range(8) for j in range(4)}
        if rng.random() < 0.3:
            vectors = {place: Fraction(1) for place in vectors}
        yield signs(steps, dimension, vectors, Fraction(rng.randint(0, 9), 10), rng.randint(0, steps))


Vectors = dict[tuple[int, int], Fraction]  # by time and coordinate, both taken modulo


def signs(steps: int, dimension: int, vectors: Vectors, beta1: Fraction, time: int, alike: bool = False) -> Model:
    """alike: one sign for all times."""
    outcomes = list(tuples((-1, 1), repeat=1 if alike else steps))

    def noise(i: int, j: int, outcome: tuple[int, ...]) -> Fraction:
        return outcome[0 if alike else i - 1] * vectors[i % 8, j % 4] if 1 <= i <= steps else Fraction(0)

    @cache
    def average(i: int, j: int, outcome: tuple[int, ...]) -> Fraction:
        if i < 1:
            return Fraction(0)
        return beta1 * average(i - 1, j, outcome) + (1 - beta1) * noise(i, j, outcome)

    sizes = (sum(vectors[i % 8, j % 4] ** 2 for j in range(1, dimension + 1)) for i in range(1, steps + 1))
    largest = Fraction(max(sizes))
    return Model(
        variables={"b1": beta1, "t": time, "d": dimension, "s0": 1 + largest, "s1": 0, "p": 1, "n": steps},
        functions={"xi": noise, "N": average, "a": noise, "variance": lambda i: largest},
        space=[(outcome, Fraction(1, len(outcomes))) for outcome in outcomes],
        integers=range(0, steps + 1),
    )


ONES = {(i, j): Fraction(1) for i in range(8) for j in range(4)}


def one_step(rng: Random) -> Iterator[Model]:
    """One noise of size 1, seen at once: equality."""
    while True:
        yield signs(1, 1, ONES, Fraction(0), 1).extended(variables={"s0": 1})


def correlated(rng: Random) -> Iterator[Model]:
    """The same noise again and again: nothing is averaged away."""
    while True:
        yield signs(4, 1, ONES, Fraction(1, 2), 4, alike=True).extended(variables={"s0": 1})


GIVEN = (RECURSION, UNCORRELATED, TIME)

lemma = Lemma(
    slug="momentum-noise",
    title="A bound on the expected norm of the noise in the momentum, for uncorrelated noise",
    source=Source.RECONSTRUCTED,
    where="the summary says that noise averaging lets the gradient norm shrink",
    assumptions={**RECURSION, **A2, **VARIANCE, **BETA, **TIME},
    claims=[
        Claim("A2", le(LEFT, RIGHT), with_a2, given=(A2, BETA, TIME)),
        Claim("A2, finite", Integrable(LEFT), finite_norm, given=(FINITE, TIME)),
        Claim("any variance", le(E(norm(old), w), ROOT), any_variance, given=(*GIVEN, FINITE, VARIANCE, BETA)),
        Claim("second moment", SECOND_MOMENT, second_moment, given=(*GIVEN, VARIANCE)),
        Claim("uncorrelated", forall(n, eq(mean_of(old, xi(n, j, w)), 0), [lt(t, n)]), uncorrelated, given=GIVEN),
        Claim("finite", Integrable(moment(old)), finite, given=(RECURSION, FINITE, TIME)),
    ],
    models=models,
    mutants=[
        Mutant("right side times 0.99", le(LEFT, Rational(99, 100) * RIGHT), models=one_step),
        Mutant("1 - b1 twice", le(LEFT, (1 - b1) * RIGHT), models=correlated, drop=(UNCORRELATED,)),
        Mutant("correlated noise", drop=(UNCORRELATED,), models=correlated),
        Mutant("correlated noise, second moment", drop=(UNCORRELATED,), claim="second moment", models=correlated),
        Mutant("inequality reversed", le(RIGHT, LEFT)),
    ],
)
