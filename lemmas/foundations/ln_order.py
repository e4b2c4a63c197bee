"""The logarithm keeps the order: ln x <= ln y for 0 < x <= y; and 1 - 1/x <= ln x, ln(x/y) = ln x - ln y.

ln y = ln x + ln(y/x), and ln z >= 1 - 1/z, which is ln z' <= z' - 1 at z' = 1/z, as ln z + ln(1/z) = ln 1 = 0.
"""

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

x, y = reals("x y")
POSITIVE = {"x is positive": lt(0, x)}
BOTH = {**POSITIVE, "y is positive": lt(0, y)}
ORDER = {"x <= y": le(x, y)}
STRICT = {"x < y": lt(x, y)}


# --- proof -----------------------------------------------------------------------------------------


def one(proof: Scope) -> Step:
    return proof.conclude(proof.fact("ln_mul", 1, 1))


def inverted(proof: Scope) -> Step:
    """ln(x*(1/x)) = ln 1 = 0."""
    whole = proof.rewrite(proof.fact("ln_mul", x, 1 / x), proof.have(eq(product(x, inverse(x)), 1), POSITIVE))
    return proof.conclude(whole, proof.cite("ln-order", "of one"))


def quotient(proof: Scope) -> Step:
    return proof.conclude(proof.fact("ln_mul", x, 1 / y), proof.cite("ln-order", "inverse", x=y))


def from_below(proof: Scope) -> Step:
    return proof.conclude(proof.fact("ln_le", 1 / x), proof.cite("ln-order", "inverse"))


def increasing(proof: Scope) -> Step:
    """0 <= 1 - x/y <= ln(y/x) = ln y - ln x."""
    larger = proof.have(lt(0, y), BOTH)
    ratio_above = proof.have(lt(0, y / x), larger)
    tangent = proof.cite("ln-order", "from below", x=y / x, by=[ratio_above])
    split = proof.cite("ln-order", "quotient", x=y, y=x, by=[larger])
    return proof.conclude(tangent, split, proof.have(le(1, y / x)))


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """0 < x <= y, equal now and then; 1 now and then."""
    while True:
        low = rng.choice([Fraction(1), abs(rational(rng)) + Fraction(1, 50)])
        yield Model(variables={"x": low, "y": low + rng.choice([Fraction(0), abs(rational(rng))])})


def apart(rng: Random) -> Iterator[Model]:
    """x < y."""
    return (model.extended(variables={"y": model.variables["y"] + Fraction(1, 9)}) for model in models(rng))


def disordered(rng: Random) -> Iterator[Model]:
    return (model.extended(variables={"x": model.variables["y"] + 1}) for model in models(rng))


lemma = Lemma(
    slug="ln-order",
    title="ln keeps the order of positive numbers; ln(x/y) = ln x - ln y and 1 - 1/x <= ln x",
    source=Source.CLASSICAL,
    where="bounds under a logarithm",
    assumptions={**BOTH, **ORDER, **STRICT},
    claims=[
        Claim("increasing", le(log(x), log(y)), increasing, given=(POSITIVE, ORDER)),
        Claim("strictly increasing", lt(log(x), log(y)), increasing, given=(POSITIVE, STRICT)),
        Claim("quotient", eq(log(x / y), log(x) - log(y)), quotient, given=BOTH),
        Claim("inverse", eq(log(1 / x), -log(x)), inverted, given=POSITIVE),
        Claim("from below", le(1 - 1 / x, log(x)), from_below, given=POSITIVE),
        Claim("of one", eq(ln(1), 0), one, given=()),
    ],
    models=apart,
    mutants=[
        Mutant("strictly, for x <= y", lt(log(x), log(y)), models=models),
        Mutant("in any order", drop=("x <= y",), models=disordered),
        Mutant("quotient with a plus", eq(log(x / y), log(x) + log(y)), claim="quotient"),
        Mutant("inverse with a plus", eq(log(1 / x), log(x)), claim="inverse"),
        Mutant("x - 1 from below", le(x - 1, log(x)), claim="from below"),
        Mutant("ln 1 = 1", eq(ln(1), 1), claim="of one"),
    ],
)
