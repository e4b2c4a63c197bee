"""Sums with another index: shifted, turned around, cut in two; and what a part is against the whole.

By induction on the number of terms.
"""

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

f = function("f")
lo, hi, m, c = integers("lo hi m c")


def total(first: Any, last: Any, shift: Any = 0) -> Any:
    return Sum(f(k + shift), (k, first, last))


def turned(count: Any) -> Any:
    return Sum(f(count - k), (k, 1, count))


WHOLE = total(lo, hi)
SHIFT = eq(total(lo, hi, c), total(lo + c, hi + c))
TURNED = eq(turned(n), total(0, n - 1))
IN_TWO = eq(WHOLE, total(lo, m) + total(m + 1, hi))
WITHIN = {"m is from lo - 1 on": le(lo, m + 1), "m <= hi": le(m, hi)}
COUNT = {"n is a count": le(0, n)}
NONNEG = {"f is not negative": forall(k, le(0, f(k)), [le(lo, k), le(k, hi)])}


# --- proof -----------------------------------------------------------------------------------------


def for_every_count(proof: Scope, goal: Any, count: Any, step: Any = ()) -> Step:
    """By induction on n, then for n = count."""
    found = proof.induction(goal, n, step=step)
    return proof.at(proof.every(n, goal, found, given=[le(0, n)]), count)


def shift(proof: Scope) -> Step:
    goal = eq(total(lo, lo + n - 1, c), total(lo + c, lo + c + n - 1))

    def some() -> Step:
        return proof.conclude(for_every_count(proof, goal, hi - lo + 1))

    return proof.cases(lo, hi + 1, some, lambda: proof.conclude(total(lo, hi, c), total(lo + c, hi + c)))


def turned_around(proof: Scope) -> Step:
    """The first term of the sum for n + 1 is f(n); the others are those for n, shifted."""
    longer = turned(n + 1)

    def one_more() -> list[Any]:
        rest = proof.cite("reindexing", "shift", f=(k, f(n + 1 - k)), lo=1, hi=n, c=1)
        return [sum_first(longer, le(0, n)), rest]

    return proof.induction(TURNED, n, step=one_more)


def in_two(proof: Scope) -> Step:
    goal = eq(total(lo, m + n), total(lo, m) + total(m + 1, m + n))
    return proof.conclude(for_every_count(proof, goal, hi - m))


def nonneg(proof: Scope, first: Any, last: Any, *by: Any) -> Step:
    """A part of the sum is not negative."""
    return proof.each(Functional("Sum", k, (first, last)), le(0, f(k)), lambda: proof.at("f is not negative", k, by=by))


def part(proof: Scope) -> Step:
    return proof.conclude(proof.cite("reindexing", "in two parts"), nonneg(proof, m + 1, hi, "m is from lo - 1 on"))


def term_of(proof: Scope) -> Step:
    before, after = nonneg(proof, lo, m - 1, "m <= hi"), nonneg(proof, m + 1, hi, "m is from lo on")
    return proof.conclude(proof.cite("reindexing", "in two parts"), total(lo, m), before, after)


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """lo <= m <= hi, and terms that are not negative."""
    while True:
        low, first, second = rng.randint(-3, 3), rng.randint(0, 3), rng.randint(0, 3)
        variables = {"lo": low, "m": low + first, "hi": low + first + second}
        values = table(rng, range(-20, 20), lambda r: abs(rational(r)))
        more = {"c": rng.randint(-4, 4), "n": rng.randint(0, 6)}
        yield Model(variables={**variables, **more}, functions={"f": values}, integers=range(-4, 10))


def of_any_sign(rng: Random) -> Iterator[Model]:
    """Terms that are negative from m + 1 on, and before m."""
    for model in models(rng):
        at_m, f_m = model.variables["m"], model.functions["f"]
        yield model.extended(functions={"f": lambda i, at=at_m, f=f_m: f(i) if i == at else Fraction(-1)})


def beyond(rng: Random) -> Iterator[Model]:
    """m after the end."""
    return (model.extended(variables={"m": model.variables["hi"] + 2}) for model in models(rng))


lemma = Lemma(
    slug="reindexing",
    title="Finite sums shifted, turned around and cut in two; a term or a part of non-negative ones against all",
    source=Source.CLASSICAL,
    where="the weights b^(t-k) of a moving average as b^k, and sums over longer ranges",
    assumptions={**COUNT, **WITHIN, "m is from lo on": le(lo, m), **NONNEG},
    claims=[
        Claim("shift", SHIFT, shift, given=()),
        Claim("turned around", TURNED, turned_around, given=COUNT),
        Claim("in two parts", IN_TWO, in_two, given=WITHIN),
        Claim("a part", le(total(lo, m), WHOLE), part, given=(WITHIN, NONNEG)),
        Claim("a term", le(f(m), WHOLE), term_of, given=("m is from lo on", "m <= hi", NONNEG)),
    ],
    models=models,
    mutants=[
        Mutant("only one end shifted", eq(total(lo, hi, c), total(lo + c, hi))),
        Mutant("turned around, one term more", eq(turned(n), total(0, n)), claim="turned around"),
        Mutant("m counted twice", eq(WHOLE, total(lo, m) + total(m, hi)), claim="in two parts"),
        Mutant("m after the end", drop=("m <= hi",), claim="in two parts", models=beyond),
        Mutant("a part of any sign", drop=tuple(NONNEG), claim="a part", models=of_any_sign),
        Mutant("a term among any", drop=tuple(NONNEG), claim="a term", models=of_any_sign),
    ],
)
