"""Facts about max, min and clip(x, low, high) = min(max(x, low), high), and that clipping moves no two points apart.

max(x, y) is (x + y + |x - y|)/2 and min(x, y) is (x + y - |x - y|)/2, so each claim follows from the cases x <= y and
y < x.  A step of a proof looks at these cases by itself; the claims are here to be cited, with vectors.
"""

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

x, y, z, low, high = reals("x y z low high")
X, Y, Z = (function(name) for name in ("x", "y", "z"))
RANGE = {"low <= high": le(low, high)}
INSIDE = {"low <= z": le(low, z), "z <= high": le(z, high)}
BOX = {
    "z is in the box": forall(j, le(low, Z(j)), [le(1, j), le(j, d)]),
    "z is in the box, from above": forall(j, le(Z(j), high), [le(1, j), le(j, d)]),
}
CLIPPED, OTHER = clip(x, low, high), clip(y, low, high)
NEAREST = le((CLIPPED - z) ** 2, (x - z) ** 2)
OBTUSE = le((x - CLIPPED) * (z - CLIPPED), 0)
NEARER = le(norm(clip(X(j), low, high) - Z(j)), norm(X(j) - Z(j)))
CONTRACTS = le(absolute(CLIPPED - OTHER), absolute(x - y))


# --- proof -----------------------------------------------------------------------------------------


def nearer(proof: Scope) -> Step:
    one = proof.each(COORDINATES, le((clip(X(j), low, high) - Z(j)) ** 2, (X(j) - Z(j)) ** 2), BOX)
    return proof.by_squares(NEARER, one)


def plainly(proof: Scope) -> Step:
    return proof.conclude()


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """low <= z <= high, and x and y anywhere."""
    while True:
        least, first, second = rational(rng), abs(rational(rng)), abs(rational(rng))
        x_and_y = {"x": rational(rng), "y": rational(rng)}
        variables = {"low": least, "z": least + first, "high": least + first + second, "d": rng.randint(0, 4)}
        within = {i: least + (first + second) * Fraction(rng.randint(0, 9), 9) for i in range(-1, 7)}
        functions = {"x": table(rng, range(-1, 7)), "z": within.__getitem__}
        yield Model(variables={**variables, **x_and_y}, functions=functions, integers=range(-1, 6))


def moved(**variables: Any) -> Any:
    return changed(models, **variables)


def outside(rng: Random) -> Iterator[Model]:
    """z far from the box, in x."""
    return (model.extended(functions={"z": model.functions["x"]}, variables={"d": 3}) for model in models(rng))


lemma = Lemma(
    slug="max-min-clip",
    title="max, min and clip: which bounds they keep, and that clipping is the nearest point of an interval",
    source=Source.CLASSICAL,
    where="clipped steps, projections onto a box, and maxima of second moments",
    assumptions={**RANGE, **INSIDE, "x <= z": le(x, z), "y <= z": le(y, z), **BOX},
    claims=[
        Claim("max is above", le(x, maximum(x, y)), plainly, given=()),
        Claim("max is least", le(maximum(x, y), z), plainly, given=("x <= z", "y <= z"), models=moved(x=-99, y=-98)),
        Claim("max and min", eq(maximum(x, y) + minimum(x, y), x + y), plainly, given=()),
        Claim("clip is above low", le(low, CLIPPED), plainly, given=RANGE),
        Claim("clip is below high", le(CLIPPED, high), plainly, given=()),
        Claim("clip moves nothing apart", CONTRACTS, plainly, given=()),
        Claim("clip is nearest", NEAREST, plainly, given=INSIDE),
        Claim("obtuse angle", OBTUSE, plainly, given=INSIDE),
        Claim("box", NEARER, nearer, given=BOX),
    ],
    models=models,
    mutants=[
        Mutant("strictly above", lt(x, maximum(x, y))),
        Mutant("min for max", le(x, minimum(x, y))),
        Mutant("x anywhere", drop=("x <= z",), claim="max is least", models=moved(x=99, y=-99)),
        Mutant("low above high", drop=tuple(RANGE), claim="clip is above low", models=moved(low=3, high=1)),
        Mutant("twice as near", le(2 * absolute(CLIPPED - OTHER), CONTRACTS.rhs), claim="clip moves nothing apart"),
        Mutant("z above high", drop=("z <= high",), claim="clip is nearest", models=moved(x=5, z=5, low=0, high=1)),
        Mutant("z anywhere", drop=tuple(INSIDE), claim="obtuse angle", models=moved(x=5, z=9, low=0, high=1)),
        Mutant("z outside of the box", drop=tuple(BOX), claim="box", models=outside),
    ],
)
