"""Averaging moving averages: the sum over t of sum over k <= t of b^(t-k)*c_k is at most 1/(1 - b) times the sum of c.

With S_t the inner sum, S_{t+1} = b*S_t + c_{t+1}, and (1 - b)*(S_1 + ... + S_T) + b*S_T = c_1 + ... + c_T exactly.
"""

from ..vocabulary import *

b = reals("b")
t, k, T = integers("t k T")
c = function("c")


def inner(time: Any) -> Any:
    """S_t, the weighted sum of c_1 ... c_t."""
    return Sum(power(b, time - k) * c(k), (k, 1, time))


def outer(time: Any) -> Any:
    return Sum(inner(t), (t, 1, time))


def total(time: Any) -> Any:
    return Sum(c(k), (k, 1, time))


RATIO = {"b is not negative": le(0, b), "b < 1": lt(b, 1)}
COUNT = {"T is a count": le(0, T)}
STEP = eq(inner(t + 1), b * inner(t) + c(t + 1))
KEPT = eq((1 - b) * outer(T) + b * inner(T), total(T))
LIMIT = total(T) / (1 - b)


def identity(proof: Scope) -> Step:
    recursion = proof.step("S_{t+1} = b*S_t + c_{t+1}", proof.lemma("averaging", "recursion"))
    return proof.induction(KEPT, T, step=[recursion])


def bound(proof: Scope) -> Step:
    exact = proof.step("(1 - b)*sum of S_t + b*S_T = sum of c_k", proof.lemma("averaging", "identity"))
    rest = proof.have(le(0, b * inner(T)), title="S_T is not negative")
    return proof.conclude(exact, rest)


def models(rng: Random) -> Iterator[Model]:
    """Ratios 0 <= b < 1 and random non-negative c."""
    while True:
        size = rng.randint(0, 9)
        ratio = rng.choice([Fraction(0), abs(rational(rng)) % 1, Fraction(99, 100)])
        values = table(rng, range(1, 12), lambda r: abs(rational(r)))
        yield Model(variables={"b": ratio, "T": size, "t": size}, functions={"c": values}, integers=range(0, 12))


def models_of_any_sign(rng: Random) -> Iterator[Model]:
    """As models, with c of any sign."""
    for model in models(rng):
        yield model.extended(functions={"c": table(rng, range(1, 12))})


lemma = Lemma(
    slug="averaging",
    title="For c >= 0 and 0 <= b < 1, sums of c weighted by b^k add up to at most sum(c)/(1 - b)",
    source=Source.RECONSTRUCTED,
    where="how geometric weights disappear when the momentum error is averaged over time",
    assumptions={**RATIO, "c is not negative": forall(k, le(0, c(k)), [le(1, k)]), **COUNT, **TIME},
    claims=[
        Claim("bound", le(outer(T), LIMIT), bound, given=(RATIO, "c is not negative", COUNT)),
        Claim("recursion", STEP, lambda proof: proof.conclude(inner(t + 1)), given=TIME),
        Claim("identity", KEPT, identity, given=COUNT),
    ],
    models=models,
    mutants=[
        Mutant("bound times 0.5", le(outer(T), Rational(1, 2) * LIMIT)),
        Mutant("inequality reversed", le(LIMIT, outer(T))),
        Mutant("without 1/(1 - b)", le(outer(T), total(T))),
        Mutant("c of any sign", drop=("c is not negative",), models=models_of_any_sign),
        Mutant("recursion with weight 1 - b", eq(STEP.lhs, b * inner(t) + (1 - b) * c(t + 1)), claim="recursion"),
    ],
)
