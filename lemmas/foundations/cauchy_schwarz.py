"""Cauchy-Schwarz: L[a*b]^2 <= L[a^2] * L[b^2] for finite sums, expectations and integrals.

One proof for all three: L[(a - lam*b)^2] >= 0 for every real lam; the best lam gives the claim, and where
L[b^2] = 0 a large lam shows that L[a*b] = 0.
"""

from adamproof.lemmas.foundations.functionals import PAIRS, SUM, Pair, models
from adamproof.theory.lemma import Proof

from ..vocabulary import *

# --- statements ------------------------------------------------------------------------------------

lam = reals("lam")
k = SUM.over.variable
c, y, weight = (function(name)(k) for name in ("c", "y", "weight"))
WEIGHTED = le(SUM.over.of(c * y) ** 2, SUM.over.of(c**2 / weight) * SUM.over.of(weight * y**2))
NORMS = le(SUM.over.of(SUM.a * SUM.b), sqrt(SUM.over.of(SUM.a**2)) * sqrt(SUM.over.of(SUM.b**2)))
POSITIVE = forall(k, lt(0, weight), [le(SUM.over.bounds[0], k), le(k, SUM.over.bounds[1])])


def claim(pair: Pair) -> Claim:
    over, a, b = pair.over, pair.a, pair.b
    return Claim(pair.name, le(over.of(a * b) ** 2, over.of(a**2) * over.of(b**2)), proof_of(pair), assumptions(pair))


def assumptions(pair: Pair) -> dict[str, Any]:
    return pair.finite(pair.a**2, "a^2") | pair.finite(pair.b**2, "b^2")


# --- proofs ----------------------------------------------------------------------------------------


def proof_of(pair: Pair) -> Proof:
    """The proof for one functional."""
    over, a, b = pair.over, pair.a, pair.b
    A, B, C = over.of(a**2), over.of(b**2), over.of(a * b)

    def script(proof: Scope) -> Step:
        square = proof.each(over, le(0, (a - lam * b) ** 2))
        quadratic = proof.every(lam, le(0, A - 2 * lam * C + lam**2 * B), square)
        proof.step("0 <= L[(a - lam*b)^2] for every lam, multiplied out", quadratic)
        return proof.conclude(discriminant(proof, quadratic, A, B, C))

    return script


def discriminant(proof: Scope, quadratic: Step, A: Any, B: Any, C: Any, names: tuple[str, str] = ("a", "b")) -> Step:
    """C^2 <= A*B, where 0 <= A - 2*lam*C + lam^2*B for every lam.

    names: what the parts are called in steps, as A = L[a^2].
    """
    goal, (a, b) = le(C**2, A * B), names

    def positive() -> Step:
        best = proof.have(goal, proof.at(quadratic, C / B), lt(0, B))
        return proof.step(f"if 0 < L[{b}^2], take lam = L[{a}*{b}]/L[{b}^2]", best)

    def vanishing() -> Step:
        zero = proof.have(eq(B, 0), le(B, 0), le(0, B))
        return proof.cases(C**2, 0, lambda: proof.have(goal, le(C**2, 0), zero), lambda: absurd(zero))

    def absurd(zero: Step) -> Step:
        large = proof.at(quadratic, (A + 1) / (2 * C))
        title = f"if L[{b}^2] = 0 but L[{a}*{b}] is not, lam = (L[{a}^2] + 1)/(2*L[{a}*{b}]) is absurd"
        return proof.step(title, proof.have(goal, large, ne(C, 0), zero))

    return proof.cases(B, 0, vanishing, positive)


def weighted(proof: Scope) -> Step:
    """Cauchy-Schwarz for c/sqrt(w) and sqrt(w)*y."""
    left, right = c / sqrt(weight), sqrt(weight) * y
    products = (left, right, c * y), (left, left, c**2 / weight), (right, right, weight * y**2)
    same = [proof.each(SUM.over, eq(product(x, z), both), "weights are positive") for x, z, both in products]
    return proof.conclude(proof.cite("cauchy-schwarz", SUM.name, a=(k, left), b=(k, right)), same)


def norms(proof: Scope) -> Step:
    """The root of Cauchy-Schwarz."""
    return proof.by_squares(NORMS, proof.lemma("cauchy-schwarz", SUM.name))


# --- models, near misses ---------------------------------------------------------------------------


def weighted_models(rng: Random) -> Iterator[Model]:
    """Random sequences with positive weights."""
    for model in models(rng):
        weights = {key: Fraction(rng.randint(1, 9), rng.randint(1, 9)) for key in range(-6, 14)}
        yield model.extended(
            functions={"y": model.functions["b"], "c": model.functions["a"], "weight": weights.__getitem__}
        )


def weights_of_any_sign(rng: Random) -> Iterator[Model]:
    for model in weighted_models(rng):
        positive = model.functions["weight"]
        yield model.extended(
            functions={"weight": lambda key, positive=positive: -positive(key) if key % 2 else positive(key)}
        )


left, right = SUM.over.of(SUM.a * SUM.b) ** 2, SUM.over.of(SUM.a**2) * SUM.over.of(SUM.b**2)

lemma = Lemma(
    slug="cauchy-schwarz",
    title="Cauchy-Schwarz for finite sums, expectations and integrals",
    source=Source.CLASSICAL,
    where="used for the unrolled momentum in the proof of Lemma B.2, and for sums over coordinates",
    assumptions={
        **{name: statement for pair in PAIRS for name, statement in assumptions(pair).items()},
        "weights are positive": POSITIVE,
    },
    claims=[
        *(claim(pair) for pair in PAIRS),
        Claim("norms", NORMS, norms, given=()),
        Claim("weighted sums", WEIGHTED, weighted, given=("weights are positive",), models=weighted_models),
    ],
    models=models,
    mutants=[
        Mutant("right side times 0.99", le(left, Rational(99, 100) * right)),
        Mutant("inequality reversed", le(right, left)),
        Mutant("strict inequality", lt(left, right)),
        Mutant(
            "weights of any sign", drop=("weights are positive",), claim="weighted sums", models=weights_of_any_sign
        ),
        Mutant("first power on the left", le(SUM.over.of(SUM.a * SUM.b), right)),
    ],
)
