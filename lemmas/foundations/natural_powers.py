"""Natural powers: 1^n = 1, 0^n = 0, x^(m+n) = x^m*x^n, their order, and Bernoulli's inequality 1 + n*x <= (1 + x)^n.

Each by induction on n.
"""

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

x, y = reals("x y")
m = integers("m")
COUNT, OTHER = {"n is a count": le(0, n)}, {"m is a count": le(0, m)}
ORDER = {"x is not negative": le(0, x), "x <= y": le(x, y)}
UNIT = {"x is not negative": le(0, x), "x <= 1": le(x, 1)}

SUMMED = eq(power(x, m + n), power(x, m) * power(x, n))
INCREASING = le(power(x, n), power(y, n))
DECREASING = le(power(x, n), power(x, m))
BERNOULLI = le(1 + n * x, power(1 + x, n))


# --- proof -----------------------------------------------------------------------------------------


def of_zero(proof: Scope) -> Step:
    goal = eq(power(Integer(0), m + 1), 0)
    every = proof.every(m, goal, proof.induction(goal, m), given=[le(0, m)])
    return proof.conclude(proof.at(every, n - 1))


def summed(proof: Scope) -> Step:
    return proof.induction(SUMMED, n, step=["m is a count"])


def increasing(proof: Scope) -> Step:
    """x*x^n <= y*x^n <= y*y^n."""
    return proof.induction(INCREASING, n, step=[ORDER, proof.have(le(0, y), ORDER)])


def decreasing(proof: Scope) -> Step:
    """x^n = x^m*x^(n-m), and x^(n-m) <= 1."""
    split = proof.cite("natural-powers", "sum of exponents", n=n - m)
    small = proof.cite("powers", "at most one", n=n - m)
    return proof.conclude(split, small, le(0, power(x, m)))


def bernoulli(proof: Scope) -> Step:
    """(1 + x)*(1 + n*x) = 1 + (n + 1)*x + n*x^2."""
    return proof.induction(BERNOULLI, n, step=["x >= -1", le(0, n * x**2)])


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """0 <= x <= y, x <= 1 and 1 <= m <= n."""
    while True:
        base = rng.choice([Fraction(0), Fraction(1), abs(rational(rng)) % 1])
        other, low = base + rng.choice([Fraction(0), abs(rational(rng))]), rng.randint(1, 5)
        variables = {"x": base, "y": other, "m": low, "n": low + rng.randint(0, 4)}
        yield Model(variables=variables, integers=range(0, 12))


lemma = Lemma(
    slug="natural-powers",
    title="Powers of 1, 0 and sums of exponents, the order of natural powers, and Bernoulli's inequality",
    source=Source.CLASSICAL,
    where="the weights of moving averages, and factors (1 - c)^n",
    assumptions={
        **COUNT,
        **OTHER,
        "n is positive": le(1, n),
        "m <= n": le(m, n),
        **ORDER,
        "x <= 1": le(x, 1),
        "x >= -1": le(-1, x),
    },
    claims=[
        Claim("of one", eq(power(Integer(1), n), 1), lambda proof: proof.induction(proof.goal, n), given=COUNT),
        Claim("of zero", eq(power(Integer(0), n), 0), of_zero, given=("n is positive",)),
        Claim("sum of exponents", SUMMED, summed, given=(COUNT, OTHER)),
        Claim("increasing", INCREASING, increasing, given=(COUNT, ORDER)),
        Claim("decreasing", DECREASING, decreasing, given=(OTHER, "m <= n", UNIT)),
        Claim("Bernoulli", BERNOULLI, bernoulli, given=(COUNT, "x >= -1")),
    ],
    models=models,
    mutants=[
        Mutant("1^n = n", eq(power(Integer(1), n), n)),
        Mutant("0^0", drop=("n is positive",), claim="of zero", models=changed(models, n=0)),
        Mutant("product of exponents", eq(power(x, m + n), power(x, m * n)), claim="sum of exponents"),
        Mutant("bases of any sign", drop=("x is not negative",), claim="increasing", models=changed(models, x=-2, n=2)),
        Mutant("bases above 1", drop=("x <= 1",), claim="decreasing", models=changed(models, x=2, n=3, m=1)),
        Mutant("(n + 1)*x", le(1 + (n + 1) * x, power(1 + x, n)), claim="Bernoulli"),
        Mutant("x below -1", drop=("x >= -1",), claim="Bernoulli", models=changed(models, x=-4, n=3)),
    ],
)
