"""The descent lemma under (L0, L1, q)-smoothness: F(y) <= F(x) + <a, h> + 1/2*(L0 + L1*|a|^q)*|h|^2 for y = x + h.

Here a is the gradient at x, and ga(j, s) coordinate j of the gradient at x + s*h.  Along the segment the gradient
differs from a by at most (L0 + L1*|a|^q)*s*|h| (A3); so its slope along h exceeds <a, h> by at most that times |h|
(Cauchy-Schwarz), and the integral of s over [0, 1] is 1/2.  That F(y) - F(x) is the integral of the slope is the
fundamental theorem of calculus, which is cited.
"""

from ..foundations.functionals import beside
from ..vocabulary import *

# --- statements ------------------------------------------------------------------------------------

s, Fx, Fy = reals("s Fx Fy")
a, h, ga = function("a"), function("h"), function("ga", "int", "real")
SEGMENT = Functional("Integral01", s)
INSIDE = [le(0, s), le(s, 1)]

SLOPE = COORDINATES.of(ga(j, s) * h(j))  # of F at x + s*h along h
START = COORDINATES.of(a(j) * h(j))
LENGTH = norm(h(j))
SQUARE = COORDINATES.of(h(j) ** 2)
MODULUS = modulus(norm(a(j)))
CHANGE = ga(j, s) - a(j)
CALCULUS = "any textbook of analysis, for F with a continuous gradient along the segment"
HALF = Rational(1, 2)


def bound(factor: Any, half: Any = HALF) -> Any:
    return le(Fy, Fx + START + half * factor * SQUARE)


INTEGRAL = {
    "F(y) - F(x) is the integral of the slope": eq(Fy - Fx, SEGMENT.of(SLOPE)),
    "the slope along the segment is integrable": Integrable(SEGMENT.of(SLOPE)),
}
LIPSCHITZ = {"the gradient is Lipschitz along the segment": forall(s, le(norm(CHANGE), L0 * (s * LENGTH)), INSIDE)}
A3 = {"A3 along the segment": forall(s, le(norm(CHANGE), MODULUS * (s * LENGTH)), [*INSIDE, le(L1 * (s * LENGTH), 1)])}
SHORT = {"L1 is not negative": le(0, L1), "the step is short": le(L1 * LENGTH, 1)}


# --- proof -----------------------------------------------------------------------------------------


def descent(proof: Scope, factor: Any, near: Step) -> Step:
    """From |ga - a| <= factor*s*|h| at s: the slope is at most <a, h> + factor*s*|h|^2, and is integrated."""
    inner = proof.cite("cauchy-schwarz", "norms", a=(j, CHANGE), b=h, lo=1, hi=d)
    chain = proof.calc(SLOPE).le(START + norm(CHANGE) * LENGTH, inner)
    chain = chain.le(START + factor * (s * LENGTH) * LENGTH, near).eq(START + factor * s * SQUARE)
    slope = chain.done(title="the slope at s")
    with proof.assuming(*INSIDE):
        identity = proof.have(le(Abs(s), 1), INSIDE)
    whole = proof.each(SEGMENT, slope, identity, title="the integral over the segment")
    return proof.conclude(whole, proof.fact("integral_identity"), INTEGRAL)


def generalised(proof: Scope) -> Step:
    with proof.assuming(*INSIDE):
        close = proof.have(le(L1 * (s * LENGTH), 1), proof.have(le(s * LENGTH, LENGTH)), SHORT)
        near = proof.at("A3 along the segment", s, by=[close])
    return descent(proof, MODULUS, near)


def l_smooth(proof: Scope) -> Step:
    with proof.assuming(*INSIDE):
        near = proof.at("the gradient is Lipschitz along the segment", s)
    return descent(proof, L0, near)


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Quadratics F = 1/2*sum of curvature_j*x_j^2, L0 the largest curvature (now and then all are equal)."""
    while True:
        dimension = rng.randint(0, 4)
        curvature = [abs(rational(rng)) for _ in range(9)] if rng.random() < 0.6 else [abs(rational(rng))] * 9
        gradient, step = ([rational(rng) for _ in range(9)] for _ in range(2))
        start = rational(rng)
        gains = (gradient[i] * step[i] + curvature[i] * step[i] ** 2 / 2 for i in range(1, dimension + 1))
        gain = sum(gains, Fraction(0))
        slopes, bends = beside(gradient), beside([c * y for c, y in zip(curvature, step, strict=True)])
        # L1 = 0, or so small that the step is short, as the square of |h| is at most 4*81
        yield Model(
            variables={
                "d": dimension,
                "Fx": start,
                "Fy": start + gain,
                "L0": max(curvature),
                "L1": Fraction(rng.randint(0, 5), 100),
                "q": Fraction(rng.randint(0, 4), 4),
            },
            functions={
                "a": lambda k, gradient=gradient: gradient[k],
                "h": lambda k, step=step: step[k],
                "ga": lambda k, at, slopes=slopes, bends=bends: slopes(at)[k] + bends(at)[k] * at,
            },
            reals=[Fraction(i, 4) for i in range(5)],
        )


def steep(rng: Random) -> Iterator[Model]:
    """One coordinate, curvature L0 and no more: equality."""
    for model in models(rng):
        if model.variables["d"] == 1:
            yield model.extended(
                variables={"L0": 2, "L1": 0, "Fx": 0, "Fy": 9},
                functions={"a": lambda _: Fraction(0), "h": lambda _: Fraction(3), "ga": lambda _, at: 6 * at},
            )


lemma = Lemma(
    slug="smooth-descent",
    title="The descent lemma for short steps under (L0, L1, q)-smoothness",
    source=Source.RECONSTRUCTED,
    where="the summary names (L0, L1, q)-smoothness; this is what descent proofs use of it",
    assumptions={**SHORT, **A3, **LIPSCHITZ, **INTEGRAL},
    cited=dict.fromkeys(INTEGRAL, ("fundamental theorem of calculus", CALCULUS)),
    claims=[
        Claim("A3", bound(MODULUS), generalised, given=(SHORT, A3, INTEGRAL)),
        Claim("L-smooth", bound(L0), l_smooth, given=(LIPSCHITZ, INTEGRAL)),
    ],
    models=models,
    mutants=[
        Mutant("1/2 replaced by 0.49", bound(MODULUS, Rational(49, 100)), models=steep),
        Mutant("L-smooth with 0.49", bound(L0, Rational(49, 100)), claim="L-smooth", models=steep),
        Mutant("without the gradient's part", le(Fy, Fx + MODULUS * SQUARE / 2)),
        Mutant("inequality reversed", le(Fx + START + MODULUS * SQUARE / 2, Fy)),
        Mutant("A3 dropped", drop=("A3 along the segment",), models=changed(models, L0=0, L1=0)),
    ],
)
