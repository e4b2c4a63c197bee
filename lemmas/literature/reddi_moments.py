"""Adam's second moments for the gradients C, -1, -1, C, -1, -1, ... of the example of Reddi, Kale and Kumar (2018).

With v_0 = 0 and beta2 = 1/(1 + C^2), which is beta2*C^2 = 1 - beta2, no v is above C^2.  So after a gradient -1 it is
beta2*C^2 + 1 - beta2 = 2*(1 - beta2) at most; and, as any moving average, it is at least (1 - beta2)*g^2.
"""

from adamproof.lemmas.models import regret_runs as runs

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

g, v = function("g"), function("v")
C = reals("C")
i = integers("i")
BLOCKS = [le(0, i)]
GRADIENTS = {
    "g is C at first": forall(i, eq(g(3 * i + 1), C), BLOCKS),
    "then -1": forall(i, eq(g(3 * i + 2), -1), BLOCKS),
    "and -1 again": forall(i, eq(g(3 * i + 3), -1), BLOCKS),
}
MOMENT = {
    "v starts at 0": eq(v(0), 0),
    "v is a moving average of g^2": forall(k, eq(v(k + 1), b2 * v(k) + (1 - b2) * g(k + 1) ** 2), [le(0, k)]),
    "C >= 2": le(2, C),
    "beta2 = 1/(1 + C^2)": eq(b2, 1 / (1 + C**2)),
}
COUNT = {"n is a count": le(0, n)}
TIME = {"k is from 1 on": le(1, k)}
FRESH = le((1 - b2) * g(k) ** 2, v(k))


def limited(time: Any, factor: Any = 2) -> Any:
    return le(v(time), factor * (1 - b2))


# --- proof -----------------------------------------------------------------------------------------


def beta(proof: Scope) -> list[Step]:
    """beta2*C^2 = 1 - beta2, 0 < beta2 <= 1/5."""
    exact = proof.have(eq(b2 * (1 + C**2), 1), "beta2 = 1/(1 + C^2)", lt(0, 1 + C**2))
    large = proof.have(le(4, C**2), "C >= 2")
    positive = proof.have(lt(0, b2), "beta2 = 1/(1 + C^2)", lt(0, 1 + C**2))
    return [exact, positive, proof.have(le(5 * b2, 1), exact, large, positive), large]


def moments(proof: Scope, block: Any) -> list[Step]:
    """v of the three times of a block, from the last one before it."""
    times = 3 * block + 1, 3 * block + 2, 3 * block + 3
    gradients = [proof.at(name, block) for name in GRADIENTS]
    averages = [proof.at("v is a moving average of g^2", time - 1) for time in times]
    fresh = C**2, 1, 1
    return [
        proof.have(eq(v(time), b2 * v(time - 1) + (1 - b2) * square), average, gradient)
        for time, square, average, gradient in zip(times, fresh, averages, gradients, strict=True)
    ]


def fresh(proof: Scope) -> Step:
    square = proof.every(k, le(0, g(k) ** 2), given=[le(1, k)])
    old = proof.cite("moving-average", "not negative", x=v, y=(k, g(k) ** 2), b=b2, t=k - 1, by=[square, *beta(proof)])
    return proof.conclude(proof.at("v is a moving average of g^2", k - 1), old, *beta(proof))


def after_block(proof: Scope) -> Step:
    """v_{3*n} <= C^2, by induction."""
    known = beta(proof)

    def block() -> list[Step]:
        first, second, third = moments(proof, n)
        high = proof.have(le(v(3 * n + 1), C**2), first, le(v(3 * n), C**2), *known)
        high = proof.have(le(v(3 * n + 2), C**2), second, high, *known)
        return [proof.have(le(v(3 * n + 3), C**2), third, high, *known)]

    return proof.induction(le(v(3 * n), C**2), n, base=["v starts at 0", *known], step=block)


def after_one(proof: Scope) -> Step:
    first, second, _ = moments(proof, n)
    high = proof.have(le(v(3 * n + 1), C**2), first, proof.lemma("reddi-moments", "after a block"), *beta(proof))
    return proof.conclude(second, high, *beta(proof))


def after_two(proof: Scope) -> Step:
    *_, third = moments(proof, n)
    high = proof.have(le(v(3 * n + 2), C**2), proof.lemma("reddi-moments", "after -1"), *beta(proof))
    return proof.conclude(third, high, *beta(proof))


lemma = Lemma(
    slug="reddi-moments",
    title="Second moments for the gradients C, -1, -1, again and again: at most 2*(1 - beta2) after -1",
    source=Source.LITERATURE,
    where="for the example of Reddi, Kale and Kumar 2018; wording and proof are ours",
    assumptions={**GRADIENTS, **MOMENT, **COUNT, **TIME},
    claims=[
        Claim("after -1", limited(3 * n + 2), after_one, given=(GRADIENTS, MOMENT, COUNT)),
        Claim("after -1 twice", limited(3 * n + 3), after_two, given=(GRADIENTS, MOMENT, COUNT)),
        Claim("after a block", le(v(3 * n), C**2), after_block, given=(GRADIENTS, MOMENT, COUNT)),
        Claim("at any time", FRESH, fresh, given=(MOMENT, TIME)),
    ],
    models=runs.reddi_runs,
    mutants=[
        Mutant("any beta2", drop=("beta2 = 1/(1 + C^2)",), models=runs.SLOW_AVERAGE),
        Mutant("1 for 2", limited(3 * n + 2, 1)),
        Mutant("another first gradient", drop=("g is C at first",), models=runs.LARGER),
        Mutant("v_0 of any size", drop=("v starts at 0",), claim="after a block", models=runs.STARTED),
        Mutant("all of g^2", le(g(k) ** 2, v(k)), claim="at any time"),
    ],
)
