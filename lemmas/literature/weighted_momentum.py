"""One coordinate of a step along the momentum m = beta*a + (1 - beta)*c, measured with the weight sqrt(V).

c is the gradient, a the momentum before.  With P = h/2*m^2/sqrt(V) for a step of length h, A and Q so for a and c,

    c*y = m*y + beta*(c - a)*y,    (c - a)*y <= D^2*sqrt(V)/(2*h) + h/2*(c - a)^2/sqrt(V)    if |y| <= D,
    P = beta*A + (1 - beta)*Q - beta*(1 - beta)*h/2*(c - a)^2/sqrt(V).

So P/(1 - b1) pays for (c - a)^2 where beta <= b1, and nothing is divided by 1 - beta.
"""

from collections.abc import Callable

from ..vocabulary import *
from .weighted_step import FRESH, SIZE, V, c, h, y

# --- statement -------------------------------------------------------------------------------------

a, m, beta, D = reals("a m beta D")
MORE = 1 / (1 - b1)
MOMENTUM = {
    "m = beta*a + (1 - beta)*c": eq(m, beta * a + (1 - beta) * c),
    "beta is not negative": le(0, beta),
    "beta <= beta1": le(beta, b1),
    "beta1 < 1": lt(b1, 1),
}
OLD = {"(1 - b2)*a^2 <= V": le((1 - b2) * a**2, V)}
STEP = {"|y| <= D": le(absolute(y), D), "h is positive": lt(0, h)}
SQUARE = eq(m**2, beta * a**2 + (1 - beta) * c**2 - beta * (1 - beta) * (a - c) ** 2)


def spent(direction: Any) -> Any:
    return h / 2 * (direction**2 / SIZE)


def carried(mixed: Any = 1, kept: Any = MORE - 1, new: Any = MORE) -> Any:
    apart = mixed * beta * (SIZE * D**2 / (2 * h))
    return le(c * y + MORE * spent(m), m * y + apart + kept * spent(a) + new * spent(c))


# --- proof -----------------------------------------------------------------------------------------


def share(proof: Scope) -> Step:
    return proof.have(le(0, 1 - beta), MOMENTUM)


def square(proof: Scope) -> Step:
    return proof.conclude(MOMENTUM)


def weight(proof: Scope) -> Step:
    spread = proof.have(le(0, (1 - b2) * (beta * (1 - beta) * (a - c) ** 2)), share(proof), lt(0, 1 - b2))
    return proof.conclude(proof.cite("weighted-momentum", "square"), spread, share(proof), FRESH, OLD, MOMENTUM)


def paid(proof: Scope) -> Step:
    top = proof.have(le(0, V), FRESH, lt(0, 1 - b2))
    near = proof.have(le(SIZE * y**2, SIZE * D**2), proof.have(le(y**2, D**2), "|y| <= D"), top)
    wide = proof.have(le((1 - b2) / 4 * (c - a) ** 2, V), FRESH, OLD, le(0, (1 - b2) * (c + a) ** 2))
    mixed = proof.cite("weighted-step", "mixed term", c=c - a, b2=1 - (1 - b2) / 4, by=[wide, FRESH])
    apart = proof.have(le((c - a) * y, SIZE * D**2 / (2 * h) + spent(c - a)), mixed, near, "h is positive")
    apart = proof.have(le(beta * (c - a) * y, beta * (SIZE * D**2 / (2 * h) + spent(c - a))), apart, MOMENTUM)
    enough = proof.have(le(1, MORE * (1 - beta)), MOMENTUM)
    signs = [proof.have(le(0, part), top, MOMENTUM) for part in (spent(a), MORE * beta * spent(c), beta * spent(c - a))]
    less = le(MORE * spent(m), (MORE - 1) * spent(a) + MORE * spent(c) - beta * spent(c - a))
    less = proof.have(less, proof.cite("weighted-momentum", "square"), enough, *signs)
    return proof.conclude(apart, less, "m = beta*a + (1 - beta)*c")


# --- models, near misses ---------------------------------------------------------------------------


def steps(**fixed: Any) -> Callable[[Random], Iterator[Model]]:
    """V a square, and 1 - b2 a square, too; now and then no gradient."""

    def drawn(rng: Random) -> Iterator[Model]:
        while True:
            at = {name: rng.choice([Fraction(0), rational(rng)]) for name in ("a", "c")}
            at |= {"y": rational(rng), "h": abs(rational(rng)) + Fraction(1, 9), "b1": Fraction(rng.randint(0, 9), 10)}
            at |= {"beta": at["b1"] * Fraction(rng.randint(0, 9), 9), "D": abs(at["y"]), **fixed}
            share = Fraction(rng.randint(1, 9), 9)
            size = share * max(abs(at["a"]), abs(at["c"])) + rng.choice([Fraction(0), abs(rational(rng))])
            at |= {"m": at["beta"] * at["a"] + (1 - at["beta"]) * at["c"], "b2": 1 - share**2, "V": size**2}
            yield Model(variables={**at, **fixed})

    return drawn


LATE = Fraction(9, 10)
MIXED = steps(a=-3, c=0, beta=LATE, b1=LATE, b2=0, V=36, y=2, h=2)
lemma = Lemma(
    slug="weighted-momentum",
    title="A step along a momentum in a coordinate with the weight sqrt(V): what is paid for the gradient",
    source=Source.OURS,
    where="a step of AMSGrad's regret with momentum",
    assumptions={**FRESH, **OLD, **MOMENTUM, **STEP},
    claims=[
        Claim("paid", carried(), paid),
        Claim("square", SQUARE, square, given="m = beta*a + (1 - beta)*c"),
        Claim("weight", le((1 - b2) * m**2, V), weight, given=(FRESH, OLD, MOMENTUM)),
    ],
    models=steps(),
    mutants=[
        Mutant("half of what beta costs", carried(mixed=Rational(1, 2)), models=MIXED),
        Mutant("the cost of the gradient once", carried(new=1), models=steps(a=0, c=-3, b1=LATE, h=9)),
        Mutant("nothing of a", carried(kept=0), models=steps(a=-3, c=0, beta=LATE, b1=LATE, h=9)),
        Mutant("beta above beta1", drop=("beta <= beta1",), models=steps(a=3, c=0, beta=LATE, b1=0, h=9)),
        Mutant("y far away", drop=("|y| <= D",), models=steps(a=-3, c=3, beta=LATE, b1=LATE, y=9, D=0)),
        Mutant("a of any size", drop=("(1 - b2)*a^2 <= V",), claim="weight", models=steps(a=3, c=0, beta=LATE, V=0)),
    ],
)
