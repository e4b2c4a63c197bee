"""Sums of differences, and sequences that a contraction bounds.

    sum (f(k+1) - f(k)) = f(hi+1) - f(lo);    f(k+1) <= b*f(k) + c(k+1)  gives  f(n) <= b^n*f(0) + sum b^(n-k)*c(k)

By induction on the number of terms.
"""

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

f, c = function("f"), function("c")
lo, hi = integers("lo hi")
b, e = reals("b e")
OVER = Functional("Sum", k, (lo, hi))
RANGE = {"hi is from lo - 1 on": le(lo, hi + 1)}
DECREASES = {"f falls by c": forall(k, le(c(k), f(k) - f(k + 1)), [le(lo, k), le(k, hi)])}
COUNT = {"n is a count": le(0, n)}
RATIO = {"b is not negative": le(0, b)}
CONTRACTED = {"f(k + 1) <= b*f(k) + c(k + 1)": forall(k, le(f(k + 1), b * f(k) + c(k + 1)), [le(0, k)])}
STEADILY = {"f(k + 1) <= b*f(k) + e": forall(k, le(f(k + 1), b * f(k) + e), [le(0, k)])}
BELOW_ONE = {"b < 1": lt(b, 1)}
PERTURBED = {"e is not negative": le(0, e)}

DIFFERENCES = eq(OVER.of(f(k + 1) - f(k)), f(hi + 1) - f(lo))
FALL = le(OVER.of(c(k)), f(lo) - f(hi + 1))
UNROLLED = le(f(n), power(b, n) * f(0) + Sum(power(b, n - k) * c(k), (k, 1, n)))


def steady(limit: Any) -> Any:
    return le(f(n), power(b, n) * f(0) + limit)


# --- proof -----------------------------------------------------------------------------------------


def differences(proof: Scope) -> Step:
    goal = eq(Sum(f(k + 1) - f(k), (k, lo, lo + n - 1)), f(lo + n) - f(lo))
    every = proof.every(n, goal, proof.induction(goal, n), given=[le(0, n)])
    return proof.conclude(proof.at(every, hi - lo + 1))


def fall(proof: Scope) -> Step:
    each = proof.each(OVER, le(c(k), f(k) - f(k + 1)), "f falls by c")
    return proof.conclude(each, proof.cite("telescoping", "differences"))


def unrolled(proof: Scope) -> Step:
    one = proof.at("f(k + 1) <= b*f(k) + c(k + 1)", n)
    return proof.induction(UNROLLED, n, step=[one])


def settled(proof: Scope) -> Step:
    """e/(1 - b) is what b*x + e leaves where it is."""
    limit = proof.have(le(0, e / (1 - b)), PERTURBED, BELOW_ONE)
    return proof.induction(
        steady(e / (1 - b)), n, base=[limit], step=[proof.at("f(k + 1) <= b*f(k) + e", n), BELOW_ONE]
    )


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """f falls as fast as said, or faster."""
    while True:
        low = rng.randint(-2, 3)
        falls, values = table(rng, range(-5, 12)), {-5: rational(rng)}
        for i in range(-5, 12):
            values[i + 1] = values[i] - falls(i) - rng.choice([Fraction(0), abs(rational(rng))])
        yield Model(
            variables={"lo": low, "hi": low + rng.randint(-1, 6)},
            functions={"f": lambda i, v=values: v.get(i, Fraction(0)), "c": falls},
            integers=range(-3, 10),
        )


def contractions(rng: Random) -> Iterator[Model]:
    """f as large as its recursion allows, or smaller; at a fixed point now and then."""
    while True:
        ratio, more = Fraction(rng.randint(0, 9), 10), abs(rational(rng))
        terms = {i: more if rng.random() < 0.5 else more - abs(rational(rng)) for i in range(-1, 14)}
        values = {0: rng.choice([rational(rng), more / (1 - ratio)])}
        for i in range(0, 12):
            values[i + 1] = ratio * values[i] + terms[i + 1]
        functions = {"f": lambda i, v=values: v.get(i, Fraction(0)), "c": lambda i, v=terms: v.get(i, Fraction(0))}
        yield Model(
            variables={"b": ratio, "e": more, "n": rng.randint(0, 8)}, functions=functions, integers=range(0, 10)
        )


def expanding(rng: Random) -> Iterator[Model]:
    """b = 2, e = 1, f(n) = 2^(n+1) - 1."""
    for size in range(1, 9):
        yield Model(
            variables={"b": 2, "e": 1, "n": size},
            functions={"f": lambda i: Fraction(2) ** (i + 1) - 1},
            integers=range(9),
        )


def alternating(rng: Random) -> Iterator[Model]:
    """b = -1: f below its bound at one time is above it at the next."""
    values = {0: 0, 1: -9, 2: 9}
    yield Model(
        variables={"b": -1, "n": 2},
        functions={"f": lambda i: Fraction(values.get(i, 0)), "c": lambda i: Fraction(9 if i > 2 else 0)},
        integers=range(0, 4),
    )


lemma = Lemma(
    slug="telescoping",
    title="Sums of differences, and the bound on a sequence that a contraction gives",
    source=Source.CLASSICAL,
    where="how bounds on single steps add up",
    assumptions={**RANGE, **DECREASES, **COUNT, **RATIO, **CONTRACTED, **STEADILY, **BELOW_ONE, **PERTURBED},
    claims=[
        Claim("decreases", FALL, fall, given=(RANGE, DECREASES)),
        Claim("differences", DIFFERENCES, differences, given=RANGE),
        Claim("contraction", UNROLLED, unrolled, given=(COUNT, RATIO, CONTRACTED), models=contractions),
        Claim(
            "steady contraction",
            steady(e / (1 - b)),
            settled,
            given=(COUNT, RATIO, STEADILY, BELOW_ONE, PERTURBED),
            models=contractions,
        ),
    ],
    models=models,
    mutants=[
        Mutant("without the last value", le(OVER.of(c(k)), f(lo))),
        Mutant("one value early", eq(OVER.of(f(k + 1) - f(k)), f(hi) - f(lo)), claim="differences"),
        Mutant("without the start", le(f(n), UNROLLED.rhs - power(b, n) * f(0)), claim="contraction"),
        Mutant("b of any sign", drop=tuple(RATIO), claim="contraction", models=alternating),
        Mutant("a single e", steady(e), claim="steady contraction"),
        Mutant("b beyond 1", drop=tuple(BELOW_ONE), claim="steady contraction", models=expanding),
    ],
)
