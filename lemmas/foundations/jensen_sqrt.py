"""Jensen for the square root: L[sqrt(x)] <= sqrt(L[x]) for means, expectations and integrals of x >= 0.

Cauchy-Schwarz with the constant 1 gives L[sqrt(x)]^2 <= L[x] * L[1]; for a finite sum L[1] is the number of
terms, so the mean of n roots is at most the root of the mean.
"""

from adamproof.lemmas.foundations.functionals import PAIRS, SUM, Pair, k, models, smooth_models
from adamproof.theory.lemma import Proof

from ..vocabulary import *

MEAN = Functional("Sum", k, (1, n))  # 1/n times this sum is the mean


def inside(pair: Pair) -> list[Any]:
    """The range of the variable."""
    ends = {"Sum": [le(1, k), le(k, n)], "Integral01": [le(0, pair.over.variable), le(pair.over.variable, 1)]}
    return ends.get(pair.over.op, [])


def assumptions(pair: Pair) -> dict[str, Any]:
    """Non-negative values, and for E and the integral a finite functional."""
    over, x = pair.over, pair.nonneg
    if over.is_sum:
        return {"c is not negative": forall(k, le(0, x), inside(pair)), "n is positive": le(1, n)}
    name = f"{over.op}: the integrand is not negative"
    return {name: forall(over.variable, le(0, x), inside(pair)), **pair.finite(x, "x")}


def goal(pair: Pair) -> Any:
    x = pair.nonneg
    if pair.over.is_sum:
        return le(MEAN.of(sqrt(x)) / n, sqrt(MEAN.of(x) / n))
    return le(pair.over.of(sqrt(x)), sqrt(pair.over.of(x)))


def cauchy_schwarz(proof: Scope, pair: Pair, **ends: Any) -> Step:
    """L[sqrt(x)*1]^2 <= L[sqrt(x)^2]*L[1^2]; L[sqrt(x)^2] is finite, as sqrt(x)^2 <= x."""
    with proof.assuming(*inside(pair)):
        size = proof.have(le(absolute(root(pair.nonneg) ** 2), pair.nonneg))
    a, b = (str(type(of)) for of in (pair.a, pair.b))
    functions: Any = {a: (pair.over.variable, sqrt(pair.nonneg)), b: (pair.over.variable, Integer(1))}
    return proof.cite("cauchy-schwarz", pair.name, **functions, **ends, by=[size])


def means(proof: Scope) -> Step:
    x, roots, total = SUM.nonneg, MEAN.of(sqrt(SUM.nonneg)), MEAN.of(SUM.nonneg)
    reasons = cauchy_schwarz(proof, SUM, lo=1, hi=n), proof.each(MEAN, eq(root(x) ** 2, x)), proof.cite("constant-sum")
    square = proof.have(le(roots**2, n * total), reasons, title="(sum of roots)^2 <= n * sum, by Cauchy-Schwarz with 1")
    return proof.conclude(proof.have(le((roots / n) ** 2, total / n), square))


def functional_proof(pair: Pair) -> Proof:
    def script(proof: Scope) -> Step:
        over, x = pair.over, pair.nonneg
        reasons = cauchy_schwarz(proof, pair), proof.each(over, eq(root(x) ** 2, x))
        goal, title = le(over.of(sqrt(x)) ** 2, over.of(x)), "L[sqrt(x)]^2 <= L[x], by Cauchy-Schwarz with 1"
        return proof.conclude(proof.have(goal, reasons, title=title))

    return script


def claim(pair: Pair) -> Claim:
    name, script = ("means", means) if pair.over.is_sum else (pair.name, functional_proof(pair))
    return Claim(name, goal(pair), script, given=tuple(assumptions(pair)), models=smooth_models)


LEFT, RIGHT = MEAN.of(sqrt(SUM.nonneg)) / n, sqrt(MEAN.of(SUM.nonneg) / n)

lemma = Lemma(
    slug="jensen-sqrt",
    title="Jensen's inequality for the square root",
    source=Source.CLASSICAL,
    where="used to average the bounds on the momentum error over time and over the noise",
    assumptions={name: statement for pair in PAIRS for name, statement in assumptions(pair).items()},
    claims=[claim(pair) for pair in PAIRS],
    models=models,
    mutants=[
        Mutant("right side times 0.99", le(LEFT, Rational(99, 100) * RIGHT)),
        Mutant("inequality reversed", le(RIGHT, LEFT)),
        Mutant("sum instead of mean", le(n * LEFT, RIGHT)),
        Mutant("strict inequality", lt(LEFT, RIGHT)),
    ],
)
