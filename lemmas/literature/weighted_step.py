"""One coordinate of a step c/sqrt(V) of length h, measured with the weight sqrt(V), where V is at least (1 - b2)*c^2.

    sqrt(V)*(y - h*c/sqrt(V))^2 = sqrt(V)*y^2 - 2*h*c*y + h^2*c^2/sqrt(V),    c^2/sqrt(V) <= |c|/sqrt(1 - b2)

The square is not negative, which bounds the mixed term; and c^2/sqrt(V) is less if V is more.  V may be 0: then c is,
too, and 0/0 = 0.
"""

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

c, h, y, V, W = reals("c h y V W")
SIZE = root(V)
COST = c**2 / SIZE
FRESH = {"(1 - b2)*c^2 <= V": le((1 - b2) * c**2, V), "beta2 < 1": lt(b2, 1)}
MORE = {"V <= W": le(V, W)}
MOVED = SIZE * (y - h * (c / SIZE)) ** 2


def square(mixed: Any = 2) -> Any:
    return eq(MOVED, SIZE * y**2 - mixed * h * c * y + h**2 * COST)


# --- proof -----------------------------------------------------------------------------------------


def by_size(proof: Scope, statement: Any, *by: Step) -> Step:
    """By cases: V = 0 and c = 0, or V > 0."""
    positive = proof.have(lt(0, 1 - b2), FRESH)
    top = proof.have(le(0, V), FRESH, positive)
    whole = proof.have(eq(product(SIZE, SIZE), V), top)

    def nothing() -> Step:
        zero = proof.have(eq(SIZE, 0), le(SIZE, 0), top)
        none = proof.have(le((1 - b2) * c**2, 0), FRESH, whole, zero)
        none = proof.have(le(c**2, 0), none, positive)
        return proof.have(statement, zero, proof.have(eq(c, 0), none))

    return proof.cases(SIZE, 0, nothing, lambda: proof.have(statement, lt(0, SIZE), whole, *by))


def moved(proof: Scope) -> Step:
    return proof.conclude(by_size(proof, eq(product(SIZE, inverse(SIZE), c), c)))


def young(proof: Scope) -> Step:
    top = proof.have(le(0, V), FRESH, lt(0, 1 - b2))
    return proof.conclude(proof.cite("weighted-step", "square"), proof.have(le(0, MOVED), top))


def cost(proof: Scope) -> Step:
    """|c|*sqrt(1 - b2) <= sqrt(V)."""
    positive = proof.have(lt(0, 1 - b2), FRESH)
    limit = proof.have(lt(0, root(1 - b2)), positive)
    longest = proof.by_squares(le(absolute(c) * root(1 - b2), SIZE), FRESH, positive)
    once = by_size(proof, le(product(SIZE, inverse(SIZE)), 1))
    scaled = le(absolute(c) * root(1 - b2) * inverse(SIZE), product(SIZE, inverse(SIZE)))
    scaled = proof.have(scaled, longest, proof.have(le(0, V), FRESH, positive))
    share = proof.have(le(absolute(c) * inverse(SIZE), 1 / root(1 - b2)), scaled, once, limit)
    share = proof.have(le(absolute(c) * (absolute(c) * inverse(SIZE)), absolute(c) * (1 / root(1 - b2))), share)
    return proof.conclude(share, eq(absolute(c) ** 2, c**2))


def lighter(proof: Scope) -> Step:
    top = proof.have(le(0, V), FRESH, lt(0, 1 - b2))
    longer = proof.by_squares(le(SIZE, root(W)), MORE, top)
    return proof.conclude(by_size(proof, proof.goal, longer))


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """V a square at least (1 - b2)*c^2, and 1 - b2 a square; now and then all is 0."""
    while True:
        value = rng.choice([Fraction(0), rational(rng)])
        share = Fraction(rng.randint(1, 9), 9)
        size, wider = (rng.choice([Fraction(0), abs(rational(rng))]) for _ in range(2))
        size += abs(share * value)
        yield Model(
            variables={
                "c": value,
                "h": rational(rng),
                "y": rational(rng),
                "b2": 1 - share**2,
                "V": size**2,
                "W": (size + wider) ** 2,
            },
        )


def stale(rng: Random) -> Iterator[Model]:
    """V = 0, and c is not."""
    yield Model(variables={"c": 1, "h": 1, "y": 1, "b2": Fraction(3, 4), "V": 0, "W": 1})


def tiny(rng: Random) -> Iterator[Model]:
    """V far below (1 - b2)*c^2."""
    yield Model(variables={"c": 1, "h": 1, "y": 1, "b2": Fraction(3, 4), "V": Fraction(1, 100), "W": Fraction(1, 400)})


lemma = Lemma(
    slug="weighted-step",
    title="A step c/sqrt(V) in a coordinate with the weight sqrt(V): the new distance, and c^2/sqrt(V)",
    source=Source.CLASSICAL,
    where="in every analysis of AdaGrad; with V at least (1 - b2)*c^2, and with 0/0 = 0, wording and proof are ours",
    assumptions={**FRESH, **MORE},
    claims=[
        Claim("square", square(), moved, given=FRESH),
        Claim("mixed term", le(2 * h * c * y, SIZE * y**2 + h**2 * COST), young, given=FRESH),
        Claim("cost", le(COST, absolute(c) / root(1 - b2)), cost, given=FRESH),
        Claim("more weight", le(c**2 / root(W), COST), lighter),
    ],
    models=models,
    mutants=[
        Mutant("half of the mixed term", square(1)),
        Mutant("mixed term without its cost", le(2 * h * c * y, SIZE * y**2), claim="mixed term"),
        Mutant("mixed term, V of any size", drop=("(1 - b2)*c^2 <= V",), claim="mixed term", models=stale),
        Mutant("V of any size", drop=("(1 - b2)*c^2 <= V",), models=stale),
        Mutant("cost at most |c|", le(COST, absolute(c)), claim="cost"),
        Mutant("cost, V of any size", drop=("(1 - b2)*c^2 <= V",), claim="cost", models=tiny),
        Mutant("more weight than 0, of V = 0", drop=("(1 - b2)*c^2 <= V",), claim="more weight", models=stale),
        Mutant("less weight", drop=("V <= W",), claim="more weight", models=tiny),
    ],
)
