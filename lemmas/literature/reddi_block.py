"""One block of Reddi, Kale and Kumar's example, over plain numbers: a step of A down from 1, then steps of B and D up.

If A <= B + D and A <= 1, the projection onto [-1, 1] ends at 1 again.  In the first block B + D is
A*(1/sqrt(2*(2 - b)) + 1/sqrt(3*(1 + 2*b - b^2))), and the tangent 1/sqrt(y) >= (3 - y/4)/4 shows that this is at least
A for b <= 1/3.
"""

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

A, B, D, P, Q, R = reals("A B D P Q R")
b, c, s, y, L = reals("b c s y L")
STEPS = {"A is not negative": le(0, A), "B is not negative": le(0, B), "D is not negative": le(0, D)}
MOVES = {
    "P = clip(1 - A)": eq(P, clip(1 - A, -1, 1)),
    "Q = clip(P + B)": eq(Q, clip(P + B, -1, 1)),
    "R = clip(Q + D)": eq(R, clip(Q + D, -1, 1)),
}
SMALL = {"A <= 1": le(A, 1), "A <= B + D": le(A, B + D)}
SIGNS = {"y is positive": lt(0, y), "s is positive": lt(0, s), "L is positive": lt(0, L)}
BELOW, ABOVE = {"s*y <= L": le(s * y, L)}, {"L*c <= s*y": le(L * c, s * y)}
BETA = {"b is not negative": le(0, b), "b <= 1/3": le(b, Rational(1, 3))}
SECOND, THIRD = root(2 * (2 - b)), root(3 * (1 + 2 * b - b**2))


# --- proof -----------------------------------------------------------------------------------------


def back(proof: Scope) -> Step:
    low = proof.have(eq(P, 1 - A), "P = clip(1 - A)", "A is not negative", "A <= 1")

    def below() -> Step:
        middle = proof.have(eq(Q, P + B), "Q = clip(P + B)", le(P + B, 1), low, STEPS, "A <= 1")
        return proof.conclude("R = clip(Q + D)", proof.have(le(1, Q + D), middle, low, "A <= B + D"))

    def above() -> Step:
        middle = proof.have(eq(Q, 1), "Q = clip(P + B)", lt(1, P + B))
        return proof.conclude("R = clip(Q + D)", middle, "D is not negative")

    return proof.cases(P + B, 1, below, above)


def tangent(proof: Scope) -> Step:
    """(3 - y/4)/4*sqrt(y) <= 1, with r = sqrt(y) that is (r - 2)^2*(r + 4) >= 0."""
    size = root(y)
    whole = proof.have(eq(product(size, size), y), "y is positive")
    cube = proof.have(le(0, (size - 2) ** 2 * (size + 4)), lt(0, size))
    cube = proof.have(le((3 - y / 4) / 4 * size, 1), cube, whole)
    return proof.conclude(cube, lt(0, size))


def first_block(proof: Scope) -> Step:
    """The sum of the two tangents is 1 + (1 - b)*(1 - 3*b)/16."""
    shares = []
    for inside in (2 * (2 - b), 3 * (1 + 2 * b - b**2)):
        positive = proof.have(lt(0, inside), BETA)
        shares.append(proof.cite("reddi-block", "tangent", y=inside, by=[positive]))
    more = proof.have(le(0, (1 - b) * (1 - 3 * b)), BETA)
    return proof.conclude(*shares, more)


def divided(proof: Scope) -> Step:
    return proof.conclude(SIGNS, BELOW, ABOVE)


# --- models, near misses ---------------------------------------------------------------------------


def clipping(value: Fraction) -> Fraction:
    return max(Fraction(-1), min(Fraction(1), value))


def model(down: Fraction, up: Fraction, more: Fraction, **variables: Any) -> Model:
    after = clipping(1 - down)
    then = clipping(after + up)
    values = {"A": down, "B": up, "D": more, "P": after, "Q": then, "R": clipping(then + more)}
    return Model(variables={**values, "b": Fraction(1, 5), "y": 1, "s": 1, "L": 1, "c": 1, **variables})


def models(rng: Random) -> Iterator[Model]:
    while True:
        down, up = (Fraction(rng.randint(0, 9), 9) for _ in range(2))
        more = max(Fraction(0), down - up) + rng.choice([Fraction(0), abs(rational(rng))])
        y_value, s_value, factor = (abs(rational(rng)) + Fraction(1, 9) for _ in range(3))
        y_value = rng.choice([y_value, Fraction(4)])
        whole = {"y": y_value, "s": s_value, "L": y_value * s_value * (1 + factor), "c": 1 / (1 + factor)}
        yield model(down, up, more, b=Fraction(rng.randint(0, 9), 27), **whole)


def one(down: Any, up: Any, more: Any, **variables: Any) -> Any:
    return lambda rng: iter([model(Fraction(down), Fraction(up), Fraction(more), **variables)])


FIRST = 1 / SECOND + 1 / THIRD

lemma = Lemma(
    slug="reddi-block",
    title="A step down from 1 and two steps up, clipped: back at 1 if these are as long",
    source=Source.OURS,
    where="for the example of Reddi, Kale and Kumar 2018",
    assumptions={**STEPS, **SMALL, **MOVES, **BETA, **SIGNS, **BELOW, **ABOVE},
    claims=[
        Claim("back at 1", eq(R, 1), back, given=(STEPS, SMALL, MOVES)),
        Claim("tangent", le((3 - y / 4) / 4, 1 / root(y)), tangent, given=("y is positive",)),
        Claim("first block", le(1, FIRST), first_block, given=BETA),
        Claim("at least", le(1 / L, 1 / s * (1 / y)), divided, given=(SIGNS, BELOW)),
        Claim("at most", le(c * (1 / s * (1 / y)), 1 / L), divided, given=(SIGNS, ABOVE)),
    ],
    models=models,
    mutants=[
        Mutant("steps up too short", drop=("A <= B + D",), models=one(1, 0, Fraction(1, 2))),
        Mutant("a step below -1", drop=("A <= 1", "A <= B + D"), models=one(3, 1, Fraction(1, 2))),
        Mutant("a step up that is down", drop=("D is not negative",), models=one(Fraction(1, 2), 1, Fraction(-1, 2))),
        Mutant("a lower tangent", le((3 - y / 5) / 4, 1 / root(y)), claim="tangent", models=one(1, 1, 1, y=4)),
        Mutant("any b", drop=("b <= 1/3",), claim="first block", models=one(1, 1, 1, b=2)),
        Mutant("first block, strictly more", le(Rational(11, 10), FIRST), claim="first block"),
        Mutant("L too small", drop=("s*y <= L",), claim="at least", models=one(1, 1, 1, L=Fraction(1, 2))),
        Mutant("c too large", drop=("L*c <= s*y",), claim="at most", models=one(1, 1, 1, c=2)),
    ],
)
