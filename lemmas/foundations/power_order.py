"""Real powers keep the order of their bases: x^r <= y^r and y^(-r) <= x^(-r) for 0 < x <= y and r >= 0.

For a base x >= 1, x^r >= 1 + ln(x^r) = 1 + r*ln(x) >= 1.  So y^r = x^r*(y/x)^r >= x^r, and the negative powers are the
inverses.
"""

from ..vocabulary import *

# --- statements ------------------------------------------------------------------------------------

x, y, r = reals("x y r")
ORDERED = ("x is positive", "x <= y", "r is not negative")
INCREASING = le(real_power(x, r), real_power(y, r))
DECREASING = le(real_power(y, -r), real_power(x, -r))
AT_LEAST_ONE = le(1, real_power(x, r))


# --- proofs ----------------------------------------------------------------------------------------


def at_least_one(proof: Scope) -> Step:
    """1 + r*ln(x) <= x^r."""
    with proof.knowing(proof.have(lt(0, x), "1 <= x")):
        known = proof.cite("jensen-ln", "not negative", y=x - 1)
        positive = proof.have(le(0, r * ln(x)), proof.have(le(0, ln(x)), known, title="ln(x) is not negative"))
        return proof.conclude(proof.fact("ln_le", real_power(x, r)), proof.fact("ln_rpow", x, r), positive)


def increasing(proof: Scope) -> Step:
    """y^r = x^r*(y/x)^r."""
    with proof.knowing(proof.have(le(1, y / x), "x <= y")):
        above = proof.step("(y/x)^r is at least 1", proof.cite("power-order", "at least 1", x=y / x))
        split = proof.fact("rpow_base", x, y / x, r)
        return proof.conclude(proof.rewrite(split, eq(product(x, y / x), y)), above)


def decreasing(proof: Scope) -> Step:
    """y^(-r) = y^(-r)*x^(-r)*x^r <= y^(-r)*x^(-r)*y^r = x^(-r)."""
    powers = proof.step("x^r <= y^r", proof.lemma("power-order", "increasing"))
    with proof.knowing(proof.have(lt(0, y), ORDERED)):
        both = real_power(x, -r) * real_power(y, -r)
        scaled = proof.have(le(product(real_power(x, r), both), product(real_power(y, r), both)), powers)
        return proof.conclude(scaled, product_one(proof, x), product_one(proof, y))


def product_one(proof: Scope, base: Any) -> Step:
    """base^(-r)*base^r = 1."""
    one = eq(product(real_power(base, -r), real_power(base, r)), 1)
    return proof.have(one, proof.fact("rpow_add", base, -r, r), proof.fact("rpow_zero", base))


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """1 <= x <= y (equal now and then) and exponents from 0 on."""
    while True:
        base = 1 + rng.choice([Fraction(0), abs(rational(rng))])
        other = base + rng.choice([Fraction(0), abs(rational(rng))])
        exponent = rng.choice([Fraction(0), abs(rational(rng)), Fraction(rng.randint(1, 3))])
        yield Model(variables={"x": base, "y": other, "r": exponent})


def small_models(rng: Random) -> Iterator[Model]:
    """As models, with bases from 1/100 on."""
    for model in models(rng):
        scale = rng.choice([Fraction(1), Fraction(1, 10), Fraction(1, 100)])
        yield model.extended(variables={name: model.variables[name] * scale for name in ("x", "y")})


def negative_exponents(rng: Random) -> Iterator[Model]:
    """As models, with negative exponents."""
    for model in models(rng):
        yield model.extended(variables={"y": model.variables["y"] + 1, "r": -rng.randint(1, 3)})


def below_one(rng: Random) -> Iterator[Model]:
    """Bases in (0, 1)."""
    for model in models(rng):
        yield model.extended(variables={"x": Fraction(1, rng.randint(2, 9)), "r": 1 + abs(rational(rng))})


def disordered(rng: Random) -> Iterator[Model]:
    """As models, x and y exchanged."""
    for model in models(rng):
        yield model.extended(variables={"x": model.variables["y"], "y": model.variables["x"]})


lemma = Lemma(
    slug="power-order",
    title="For r >= 0, x^r keeps the order of positive numbers and x^(-r) reverses it",
    source=Source.CLASSICAL,
    where="t^(-alpha) against T^(-alpha), and the p-th power of a mean",
    assumptions={"x is positive": lt(0, x), "x <= y": le(x, y), "1 <= x": le(1, x), "r is not negative": le(0, r)},
    claims=[
        Claim("increasing", INCREASING, increasing, given=ORDERED, models=small_models),
        Claim("decreasing", DECREASING, decreasing, given=ORDERED, models=small_models),
        Claim("at least 1", AT_LEAST_ONE, at_least_one, given=("1 <= x", "r is not negative")),
    ],
    models=models,
    mutants=[
        Mutant("strictly increasing", lt(real_power(x, r), real_power(y, r))),
        Mutant("r of any sign", drop=("r is not negative",), models=negative_exponents),
        Mutant("x and y in any order", drop=("x <= y",), models=disordered),
        Mutant("negative powers increasing", le(real_power(x, -r), real_power(y, -r)), claim="decreasing"),
        Mutant("bases below 1", drop=("1 <= x",), claim="at least 1", models=below_one),
        Mutant("at least 1 + r", le(1 + r, real_power(x, r)), claim="at least 1"),
        Mutant("above 1", lt(Integer(1), real_power(x, r)), claim="at least 1"),
    ],
)
