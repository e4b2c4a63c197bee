"""Young's inequality for convolutions: averaging with weights w >= 0 costs at most their sum.

    sum_t sum_{k<=t} w_{t-k}*c_k <= (sum w)*(sum c)          sum_t (sum_{k<=t} w_{t-k}*a_k)^2 <= (sum w)^2*(sum a^2)

The first by swapping the sums: c_k meets the weights w_0, ..., w_{T-k}.  In the second the square of each inner sum is
at most (sum w)*(sum of w_{t-k}*a_k^2), by Cauchy-Schwarz; what is left is the first, for c = a^2.
"""

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

a, c, weight = function("a"), function("c"), function("w")
TIMES = Functional("Sum", t, (1, T))
PAST, ALL = Functional("Sum", k, (1, t)), Functional("Sum", k, (1, T))
WEIGHTS = {"w is not negative": forall(k, le(0, weight(k)), [le(0, k)])}
TERMS = {"c is not negative": forall(k, le(0, c(k)), [le(1, k)])}
HORIZON = {"T is a count": le(0, T)}


def averaged(of: Any) -> Any:
    """sum_{k<=t} w_{t-k}*of(k)."""
    return PAST.of(weight(t - k) * of(k))


def total(count: Any) -> Any:
    """w_0 + ... + w_{count-1}."""
    return Sum(weight(k), (k, 0, count - 1))


FIRST = le(TIMES.of(averaged(c)), total(T) * ALL.of(c(k)))
SECOND = le(TIMES.of(averaged(a) ** 2), total(T) ** 2 * ALL.of(a(k) ** 2))


# --- proof -----------------------------------------------------------------------------------------


def first(proof: Scope) -> Step:
    swapped = proof.cite("double-sums", "triangle", f=((t, k), weight(t - k) * c(k)), n=T)
    later = Sum(weight(t - k), (t, k, T))  # the weights that c_k meets

    def few() -> list[Step]:
        shifted = proof.cite("reindexing", "shift", f=(t, weight(t - k)), lo=0, hi=T - k, c=k)
        return [shifted, proof.cite("reindexing", "a part", f=weight, lo=0, m=T - k, hi=T - 1)]

    small = proof.each(
        ALL, le(Sum(weight(t - k) * c(k), (t, k, T)), total(T) * c(k)), few, le(0, c(k)), eq(later, later, same=True)
    )
    return proof.conclude(swapped, small)


def second(proof: Scope) -> Step:
    def at_time() -> list[Step]:
        square = proof.cite("square-of-sum", "weighted", c=(k, weight(t - k)), a=a, lo=1, hi=t)
        turned = proof.cite("reindexing", "turned around", f=weight, n=t)
        few = proof.cite("reindexing", "a part", f=weight, lo=0, m=t - 1, hi=T - 1)
        return [square, turned, few]

    each = proof.each(TIMES, le(averaged(a) ** 2, total(T) * averaged(lambda k: a(k) ** 2)), at_time)
    whole = proof.cite("convolution", "sums", c=(k, a(k) ** 2))
    return proof.conclude(each, whole, le(0, total(T)))


# --- models, near misses ---------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Random weights; a single one and constant terms (near to equality) now and then."""
    while True:
        weights, terms = (table(rng, range(-1, 9), lambda r: abs(rational(r))) for _ in range(2))
        any_terms = table(rng, range(-1, 9))
        if rng.random() < 0.3:
            weights = table(rng, range(0, 1), lambda r: abs(rational(r)))
        functions = {"w": weights, "c": terms, "a": any_terms}
        yield Model(variables={"T": rng.randint(0, 6)}, functions=functions, integers=range(0, 8))


def of_any_sign(name: str) -> Any:
    """As models, with some that are negative."""
    return lambda rng: (model.extended(functions={name: table(rng, range(-1, 9))}) for model in models(rng))


lemma = Lemma(
    slug="convolution",
    title="Young's inequality for convolutions: sums and sums of squares of weighted sums over the past",
    source=Source.CLASSICAL,
    where="momentum with any weights; for the weights b^k the sums are those of averaging",
    assumptions={**WEIGHTS, **TERMS, **HORIZON},
    claims=[
        Claim("sums", FIRST, first),
        Claim("sums of squares", SECOND, second, given=(WEIGHTS, HORIZON)),
    ],
    models=models,
    mutants=[
        Mutant("bound times 0.99", le(FIRST.lhs, Rational(99, 100) * FIRST.rhs)),
        Mutant("the first weight alone", le(FIRST.lhs, weight(0) * ALL.of(c(k)))),
        Mutant("terms of any sign", drop=tuple(TERMS), models=of_any_sign("c")),
        Mutant("the sum of weights once", le(SECOND.lhs, total(T) * ALL.of(a(k) ** 2)), claim="sums of squares"),
        Mutant("weights of any sign", drop=tuple(WEIGHTS), claim="sums of squares", models=of_any_sign("w")),
    ],
)
