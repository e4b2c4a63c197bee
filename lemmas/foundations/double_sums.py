"""The order of a double sum may be swapped, also where the inner range depends on the outer variable.

    sum_t sum_k f(t, k) = sum_k sum_t f(t, k),    sum_{t<=n} sum_{k<=t} f(t, k) = sum_{k<=n} sum_{k<=t<=n} f(t, k)

By induction on n: the terms of the new t are the last ones of the inner sums on the right.
"""

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

f = function("f", "int", "int")
lo, hi = integers("lo hi")


def rows(first: Any, last: Any, count: Any = n) -> Any:
    """sum_{t=1..count} sum_{k=first..last} f(t, k)."""
    return Sum(Sum(f(t, k), (k, first, last)), (t, 1, count))


def columns(first: Any, last: Any, start: Any = 1, count: Any = n) -> Any:
    """sum_{k=first..last} sum_{t=start..count} f(t, k)."""
    return Sum(Sum(f(t, k), (t, start, count)), (k, first, last))


SWAP = eq(rows(lo, hi), columns(lo, hi))
TRIANGLE = eq(rows(1, t), columns(1, n, k))
BELOW = eq(rows(1, t - 1), columns(1, n, k + 1))
COUNT = {"n is a count": le(0, n)}


# --- proof -----------------------------------------------------------------------------------------


def longer(proof: Scope, start: Any, last: Any) -> Step:
    """For k up to last, the inner sum up to n + 1 has the term f(n + 1, k) more than that up to n."""
    inner = Sum(f(t, k), (t, start, n + 1))
    first = lo if last is hi else 1
    split = eq(inner, Sum(f(t, k), (t, start, n)) + f(n + 1, k))
    return proof.each(Functional("Sum", k, (first, last)), split, inner)


def swap(proof: Scope) -> Step:
    empty = Sum(f(t, k), (t, 1, 0))
    nothing = proof.each(Functional("Sum", k, (lo, hi)), eq(empty, 0), empty)
    return proof.induction(SWAP, n, base=[nothing], step=lambda: [longer(proof, 1, hi)])


def triangle(proof: Scope) -> Step:
    def one_more() -> list[Any]:
        kept = columns(1, n + 1, k, n)  # its last inner sum, over t from n + 1 to n, is empty
        return [longer(proof, k, n + 1), kept, Sum(f(t, n + 1), (t, n + 1, n))]

    return proof.induction(TRIANGLE, n, step=one_more)


def below(proof: Scope) -> Step:
    return proof.induction(BELOW, n, step=lambda: [longer(proof, k + 1, n), Sum(f(t, n + 1), (t, n + 2, n + 1))])


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Up to six times; the inner range is empty now and then."""
    while True:
        low = rng.randint(-2, 3)
        values = {(row, place): rational(rng) for row in range(-1, 9) for place in range(-4, 9)}
        variables = {"n": rng.randint(0, 6), "lo": low, "hi": low + rng.randint(-2, 4)}
        yield Model(
            variables=variables, functions={"f": lambda row, place, v=values: v[row, place]}, integers=range(-2, 8)
        )


lemma = Lemma(
    slug="double-sums",
    title="The order of a double sum may be swapped, over a rectangle and over a triangle",
    source=Source.CLASSICAL,
    where="how sums over past and present times change places",
    assumptions=COUNT,
    claims=[
        Claim("triangle", TRIANGLE, triangle),
        Claim("below the diagonal", BELOW, below),
        Claim("rectangle", SWAP, swap),
    ],
    models=models,
    mutants=[
        Mutant("the whole square", eq(rows(1, t), columns(1, n))),
        Mutant("without the diagonal", eq(rows(1, t), columns(1, n, k + 1))),
        Mutant("with the diagonal", eq(rows(1, t - 1), columns(1, n, k)), claim="below the diagonal"),
        Mutant("one column less", eq(rows(lo, hi), columns(lo, hi - 1)), claim="rectangle"),
        Mutant("one row more", eq(rows(lo, hi), columns(lo, hi, 1, n + 1)), claim="rectangle"),
    ],
)
