"""The descent inequality: one step along Sign(m) with magnitudes u_j in [0, R].

    F(y) <= F(x) - gamma*|u o a|_1 + 2*gamma*R*sqrt(d)*|a - m|_2 + 1/2*gamma^2*R^2*d*(L0 + L1*|a|^q)

for y = x + h, h_j = -gamma*u_j*Sign(m_j) and gamma*R*sqrt(d)*L1 <= 1.  It is the descent lemma along h: moving against
Sign(m) instead of the gradient a costs 2*u_j*|a_j - m_j| (sign alignment), and |h| is at most gamma*|u|.  The forms
that keep u, "any magnitudes" and "L-smooth", are what the averaged theorem needs.
"""

from functools import cache

import mpmath

from adamproof.lemmas.models.adam import LAWS, adam_model, random_hyper

from ..vocabulary import *
from . import smooth_descent
from .smooth_descent import INTEGRAL as SEGMENT
from .smooth_descent import LENGTH, LIPSCHITZ, MODULUS, START, Fx, Fy, a, h
from .smooth_descent import SQUARE as STEP_SQUARED

R = reals("R")
m, u = function("m"), function("u")
RANGE = [le(1, j), le(j, d)]
GAIN = COORDINATES.of(u(j) * Abs(a(j)))  # |u o a|_1
LOSS = COORDINATES.of(u(j) * Abs(a(j) - m(j)))
SQUARES = COORDINATES.of(u(j) ** 2)
ERROR = norm(a(j) - m(j))
HALF = Rational(1, 2)


# --- statements ------------------------------------------------------------------------------------


def bound(factor: Any, loss: Any, squares: Any) -> Any:
    return le(Fy, Fx - gamma * GAIN + 2 * gamma * loss + HALF * gamma**2 * squares * factor)


BOUNDED = bound(MODULUS, R * sqrt(d) * ERROR, R**2 * d)

m_t, v_t, g_t = (function(name, "int", "int") for name in ("m", "v", "g"))  # of time and coordinate
U = Abs(m_t(t, j)) / (sqrt(v_t(t, j)) + eps)
GAIN_OF_ADAM = COORDINATES.of(U * Abs(a(j)))
BOUND_OF_ADAM = 2 * gamma * BOUND * sqrt(d) * norm(a(j) - m_t(t, j))
FOR_ADAM = le(Fy, Fx - gamma * GAIN_OF_ADAM + BOUND_OF_ADAM + HALF * gamma**2 * BOUND**2 * d * MODULUS)

ADAM = {**adam_recursion(j), **STABLE, "beta2 < 1": lt(b2, 1), **EPSILON, **TIME}
GAMMA = {"gamma is not negative": le(0, gamma)}
SIGNED = {
    "the step goes along Sign(m)": forall(j, eq(h(j), -gamma * u(j) * sign(m(j))), RANGE),
    "magnitudes are not negative": forall(j, le(0, u(j)), RANGE),
    **GAMMA,
}
MAGNITUDES = {"magnitudes are at most R": forall(j, le(u(j), R), RANGE), "R is not negative": le(0, R)}
DIMENSION = {"d is a dimension": le(0, d)}
CURVED = {"L0 is not negative": le(0, L0), "q is not negative": le(0, q)}
SHORT = {"gamma*|u|*L1 <= 1": le(L1 * (gamma * norm(u(j))), 1)}
SHORT_STEPS = {"gamma*R*sqrt(d)*L1 <= 1": le(gamma * R * sqrt(d) * L1, 1)}
ADAM_STEP = {
    "the step is Adam's": forall(j, eq(h(j), -gamma * U * sign(m_t(t, j))), RANGE),
    "gamma*R*sqrt(d)*L1 <= 1 with the R of B.2": le(gamma * BOUND * sqrt(d) * L1, 1),
}
A3 = ("A3 along the segment", "L1 is not negative", CURVED, SEGMENT)


# --- proofs ----------------------------------------------------------------------------------------


def stepped(proof: Scope, factor: Any, descent: Step) -> Step:
    """From the descent lemma along h to the magnitudes."""
    aligned = proof.cite("sign-alignment", "one coordinate", x=a(j), y=m(j))
    one = le(a(j) * h(j), -gamma * u(j) * Abs(a(j)) + 2 * gamma * u(j) * Abs(a(j) - m(j)))
    along = proof.each(COORDINATES, one, "the step goes along Sign(m)", aligned)
    along = proof.have(le(START, -gamma * GAIN + 2 * gamma * LOSS), along, title=f"<a, h> <= -gamma*|u o a|_1 + {LOST}")
    square = proof.step("|h|^2 <= gamma^2*|u|^2", squares(proof))
    scaled = proof.have(le(factor * STEP_SQUARED, factor * gamma**2 * SQUARES), square)
    return proof.have(bound(factor, LOSS, SQUARES), descent, along, scaled, degree=1)


LOST = "2*gamma*sum of u_j*|a_j - m_j|"


def squares(proof: Scope) -> Step:
    """|h|^2 <= gamma^2*|u|^2."""
    return proof.each(COORDINATES, le(h(j) ** 2, gamma**2 * u(j) ** 2), "the step goes along Sign(m)")


def any_magnitudes(proof: Scope) -> Step:
    length = proof.have(le(LENGTH, gamma * norm(u(j))), squares(proof), title="|h| <= gamma*|u|")
    return stepped(proof, MODULUS, proof.cite("smooth-descent", "A3", by=[length]))


def l_smooth(proof: Scope) -> Step:
    return stepped(proof, L0, proof.cite("smooth-descent", "L-smooth"))


def total_squares(proof: Scope) -> Step:
    """|u|^2 <= R^2*d."""
    each = proof.each(COORDINATES, le(u(j) ** 2, R**2), "magnitudes are not negative", "magnitudes are at most R")
    return proof.have(le(SQUARES, R**2 * d), each, proof.cite("constant-sum", n=d))


def step_length(proof: Scope) -> Step:
    """|h| <= gamma*|u| <= gamma*R*sqrt(d)."""
    chain = proof.calc(LENGTH).le(gamma * norm(u(j)), squares(proof))
    return chain.le(gamma * R * sqrt(d), proof.have(le(norm(u(j)), R * sqrt(d)), total_squares(proof))).done()


def bounded(proof: Scope) -> Step:
    total = proof.step("|u|^2 <= R^2*d", total_squares(proof))
    length = proof.have(le(norm(u(j)), R * sqrt(d)), total, title="|u| <= R*sqrt(d)")
    descent = proof.cite("descent", "any magnitudes", by=[length])
    sizes = proof.cite("cauchy-schwarz", "norms", a=u, b=(j, Abs(a(j) - m(j))), lo=1, hi=d)
    inner = proof.rewrite(sizes, proof.each(COORDINATES, eq(absolute(a(j) - m(j)) ** 2, (a(j) - m(j)) ** 2)))
    loss = proof.calc(LOSS).le(norm(u(j)) * ERROR, inner).le(R * sqrt(d) * ERROR, length).done()
    scaled = proof.have(le(SQUARES * MODULUS, R**2 * d * MODULUS), total)
    return proof.conclude(descent, loss, scaled)


def adam(proof: Scope) -> Step:
    """Lemma B.2 puts the magnitudes into [0, R]."""
    recursion: Any = {"m": (k, m_t(k, j)), "v": (k, v_t(k, j)), "g": (k, g_t(k, j))}
    at_most = proof.step("u_j <= R, by Lemma B.2", proof.cite("update-magnitude", **recursion))
    at_least = proof.cite("magnitude-range", "magnitude", **recursion)
    ranges = [at_most, at_least, proof.cite("magnitude-range", "bound")]
    descent = proof.cite("descent", "magnitudes at most R", by=ranges, m=(j, m_t(t, j)), u=(j, U), R=BOUND)
    return proof.rewrite(descent, proof.cite("magnitude-range", "square"))


# --- models ----------------------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Steps of sign descent on quadratics, short enough for L1."""
    for base in smooth_descent.models(rng):
        size = rng.randint(0, 3)
        rate = Fraction(rng.randint(0, 4), 40)
        magnitudes = [size * rng.choice([Fraction(1), abs(rational(rng)) % 1]) for _ in range(9)]
        momenta = [rng.choice([Fraction(0), rational(rng)]) for _ in range(9)]
        yield stepping(base, rate, size, magnitudes.__getitem__, momenta.__getitem__)


def stepping(base: Model, rate: Fraction, size: Any, u: Any, m: Any) -> Model:
    """The model of smooth-descent with h_j = -rate*u_j*Sign(m_j) as its step."""
    gradient, dimension = base.functions["a"], base.variables["d"]
    old = base.functions["h"], base.functions["ga"]

    def h(k: int) -> Fraction:
        return -rate * u(k) * ((m(k) > 0) - (m(k) < 0))

    def curvature(k: int) -> Fraction:
        return (old[1](k, 1) - gradient(k)) / old[0](k) if old[0](k) else Fraction(0)

    @cache
    def bend(k: int, bits: int) -> Any:
        return curvature(k) * h(k)

    gains = (gradient(k) * h(k) + curvature(k) * h(k) ** 2 / 2 for k in range(1, dimension + 1))
    return base.extended(
        variables={"Fy": base.variables["Fx"] + sum(gains, Fraction(0)), "gamma": rate, "R": size},
        functions={"h": h, "u": u, "m": m, "ga": lambda k, s: gradient(k) + bend(k, mpmath.mp.prec) * s},
        integers=range(0, 6),
    )


def adam_models(rng: Random) -> Iterator[Model]:
    """One step of Adam at a random time, every coordinate with gradients of its own."""
    laws = [law for law in LAWS if law != "extremal"]
    for base in smooth_descent.models(rng):
        hyper = random_hyper(rng)
        runs = [adam_model(rng, 5, hyper, rng.choice(laws)) for _ in range(6)]
        time = rng.randint(0, 5)
        symbols = {name: coordinates(runs, name) for name in ("m", "v", "g")}
        momenta = [symbols["m"](time, i) for i in range(6)]
        moments = [symbols["v"](time, i) for i in range(6)]
        magnitudes = [size(*pair, hyper.eps) for pair in zip(momenta, moments, strict=True)]
        with mpmath.workdps(70):
            model = stepping(base, Fraction(1, 10**6), 1, magnitudes.__getitem__, momenta.__getitem__)
        hypers = {"b1": hyper.beta1, "b2": hyper.beta2, "eps": hyper.eps, "t": time}
        yield model.extended(variables=hypers, functions=symbols)


def coordinates(runs: list[Model], name: str) -> Any:
    """A function of time and coordinate, coordinate i being that of the i-th run."""
    return lambda k, i: runs[i % 6].functions[name](k)


def size(momentum: Fraction, moment: Fraction, epsilon: Fraction) -> Any:
    """|m|/(sqrt(v) + epsilon), and 0 where m = 0."""
    if not momentum:
        return Fraction(0)
    with mpmath.workdps(70):
        return abs(_float(momentum)) / (mpmath.sqrt(_float(moment)) + _float(epsilon))


def _float(value: Fraction) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator


def aligned(rng: Random) -> Iterator[Model]:
    """One coordinate, momentum and gradient of tiny opposite values: the constant 2 is needed."""
    for model in models(rng):
        if model.variables["d"] == 1:
            yield model.extended(
                variables={"Fx": 0, "Fy": 1, "L0": 0, "L1": 0, "gamma": 1, "R": 1},
                functions={
                    "a": lambda _: Fraction(1),
                    "m": lambda _: Fraction(-1, 10**6),
                    "u": lambda _: Fraction(1),
                    "h": lambda _: Fraction(1),
                    "ga": lambda _, s: Fraction(1),
                },
            )


def curved(rng: Random) -> Iterator[Model]:
    """One coordinate at a minimum of 1/2*x^2, left by a full step: the constant 1/2 is needed."""
    for model in aligned(rng):
        yield model.extended(
            variables={"Fy": Fraction(1, 2), "L0": 1},
            functions={"a": lambda _: Fraction(0), "m": lambda _: Fraction(-1, 10**6), "ga": lambda _, s: s * 1},
        )


lemma = Lemma(
    slug="descent",
    title="The descent inequality for one short step along Sign(m)",
    source=Source.RECONSTRUCTED,
    where="the summary speaks of the descent inequality without stating it",
    assumptions={
        **smooth_descent.lemma.assumptions,
        **CURVED,
        **SIGNED,
        **MAGNITUDES,
        **DIMENSION,
        **SHORT,
        **SHORT_STEPS,
        **ADAM,
        **ADAM_STEP,
    },
    cited=smooth_descent.lemma.cited,
    claims=[
        Claim("Adam", FOR_ADAM, adam, given=(*A3, GAMMA, DIMENSION, ADAM, ADAM_STEP), models=adam_models),
        Claim("magnitudes at most R", BOUNDED, bounded, given=(*A3, SIGNED, MAGNITUDES, DIMENSION, SHORT_STEPS)),
        Claim("step length", le(LENGTH, gamma * R * sqrt(d)), step_length, given=(SIGNED, MAGNITUDES, DIMENSION)),
        Claim("any magnitudes", bound(MODULUS, LOSS, SQUARES), any_magnitudes, given=(*A3, SIGNED, SHORT)),
        Claim("L-smooth", bound(L0, LOSS, SQUARES), l_smooth, given=(LIPSCHITZ, "L0 is not negative", SEGMENT, SIGNED)),
    ],
    models=models,
    mutants=[
        Mutant(
            "2 replaced by 1.9",
            bound(MODULUS, Rational(95, 100) * R * sqrt(d) * ERROR, R**2 * d),
            claim="magnitudes at most R",
            models=aligned,
        ),
        Mutant(
            "1/2 replaced by 0.49",
            bound(MODULUS, R * sqrt(d) * ERROR, Rational(98, 100) * R**2 * d),
            claim="magnitudes at most R",
            models=curved,
        ),
        Mutant("no loss from wrong signs", bound(MODULUS, 0, SQUARES), claim="any magnitudes", models=aligned),
        Mutant("no curvature", bound(0, LOSS, SQUARES), claim="L-smooth", models=curved),
        Mutant(
            "the full gain twice",
            le(Fy, Fx - 2 * gamma * GAIN + 2 * gamma * LOSS + gamma**2 * SQUARES * L0 / 2),
            claim="L-smooth",
        ),
    ],
)
