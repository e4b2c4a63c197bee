"""Adam's steps in the example of Reddi, Kale and Kumar (2018): one for C is at most as long as two for -1 together.

The gradients are C, -1, -1, C, -1, -1, ... with C >= 2, beta2 = 1/(1 + C^2) and v_0 = 0.  By reddi-moments, at the time
t = 3*i + 1 the step for C is alpha/sqrt((1 - beta2)*t) at most, and the two for -1 that follow are no shorter than
alpha/sqrt(2*(1 - beta2)*(t + 2)), half of it if t + 2 <= 2*t.  For i = 0 all is exact (reddi-block, "first block").
"""

from collections.abc import Sequence

from adamproof.lemmas.models import regret_runs as runs

from ..vocabulary import *
from .reddi_block import SECOND, THIRD, b
from .reddi_moments import COUNT, GRADIENTS, MOMENT, C, beta, moments, v

# --- statement -------------------------------------------------------------------------------------

alpha = reals("alpha")
STEPS = {"alpha is positive": lt(0, alpha), "alpha^2 < 1 - beta2": lt(alpha**2, 1 - b2)}
SPREAD = root(1 - b2)


def step(time: Any, size: Any = 1) -> Any:
    """The length of a step for a gradient of this size."""
    return alpha / root(time) * (size / root(v(time)))


def down(block: Any) -> Any:
    return step(3 * block + 1, C)


def up(block: Any) -> Any:
    return step(3 * block + 2) + step(3 * block + 3)


def longest(block: Any) -> Any:
    """The denominator sqrt(3*i + 1)*sqrt(1 - b2)."""
    return root(3 * block + 1) * SPREAD


# --- proof -----------------------------------------------------------------------------------------


def sizes(proof: Scope, block: Any, count: int = 3) -> list[Step]:
    """Of v at the first times of a block (after C, -1, -1), from below, with signs; if all three, from above, too."""
    known = [proof.have(lt(0, 1 - b2), *beta(proof)), proof.have(lt(0, C**2), "C >= 2")]
    known.append(proof.have(lt(0, (1 - b2) * C**2), *known))
    for after, name, square in list(zip((1, 2, 3), GRADIENTS, (C**2, 1, 1), strict=True))[:count]:
        fresh = proof.cite("reddi-moments", "at any time", k=3 * block + after)
        fresh = proof.have(le((1 - b2) * square, v(3 * block + after)), fresh, proof.at(name, block))
        known += [fresh, proof.have(lt(0, v(3 * block + after)), fresh, *known)]
    high = ("after -1", "after -1 twice") if count == 3 else ()
    return [*known, *(proof.cite("reddi-moments", claim, n=block) for claim in high)]


def bounded_step(proof: Scope, time: Any, limit: Any, size: Step, known: Sequence[Any], rises: bool = True) -> Step:
    """A step for -1 is alpha/limit at least, as sqrt(t)*sqrt(v) <= limit; that for C, alpha/limit at most."""
    parts = {"s": root(time), "y": root(v(time)), "L": limit}
    by = [size, *(proof.have(lt(0, part), *known) for part in parts.values())]
    if rises:
        share = proof.cite("reddi-block", "at least", **parts, by=by)
        return proof.have(le(alpha * inverse(limit), step(time)), share, "alpha is positive")
    share = proof.cite("reddi-block", "at most", **parts, c=C, by=by)
    return proof.have(le(step(time, C), alpha * inverse(limit)), share, "alpha is positive")


def first_block(proof: Scope) -> Step:
    """Exactly: v_1 = (1 - b2)*C^2, v_2 = (1 - b2)*(2 - b2) and v_3 = (1 - b2)*(1 + 2*b2 - b2^2)."""
    known = beta(proof)
    first, second, third = moments(proof, Integer(0))
    first = proof.have(eq(v(1), (1 - b2) * C**2), first, "v starts at 0")
    second = proof.have(eq(v(2), (1 - b2) * (2 - b2)), second, first, *known)
    third = proof.have(eq(v(3), (1 - b2) * (1 + 2 * b2 - b2**2)), third, second)
    positive = [proof.have(lt(0, 1 - b2), *known)]
    positive += [proof.have(lt(0, part), *known) for part in (C**2, 2 - b2, 1 + 2 * b2 - b2**2)]
    positive += [proof.have(lt(0, v(time)), exact, *positive) for time, exact in ((1, first), (2, second), (3, third))]
    size = proof.by_squares(le(SPREAD * C, root(1) * root(v(1))), first, *positive, "C >= 2")
    fall = bounded_step(proof, Integer(1), SPREAD, size, positive, rises=False)
    rises = []
    for time, exact, part in ((2, second, SECOND.subs(b, b2)), (3, third, THIRD.subs(b, b2))):
        limit = SPREAD * part
        size = proof.by_squares(le(root(time) * root(v(time)), limit), exact, *positive)
        rise = bounded_step(proof, Integer(time), limit, size, positive)
        roots = [proof.have(lt(0, each), *positive) for each in (SPREAD, part)]
        split = proof.have(eq(inverse(limit), inverse(SPREAD) * inverse(part)), *roots)
        rises.append(proof.have(le(alpha * inverse(SPREAD) * inverse(part), step(time)), rise, split))
    shares = proof.cite("reddi-block", "first block", b=b2, by=known)
    unit, both = alpha * inverse(SPREAD), (inverse(SECOND) + inverse(THIRD)).subs(b, b2)
    shares = proof.have(le(unit, unit * both), shares, "alpha is positive", *positive)
    return proof.have(le(down(0), up(0)), fall, *rises, shares)


def down_in_block(proof: Scope, block: Any, known: Sequence[Any]) -> Step:
    """alpha*C/(sqrt(t)*sqrt(v)) <= alpha/(sqrt(t)*sqrt(1 - b2)), t = 3*i + 1."""
    late, moment = root(3 * block + 1), root(v(3 * block + 1))
    size = proof.by_squares(le(SPREAD * C, moment), *known, "C >= 2")
    size = proof.have(le(longest(block) * C, late * moment), size)
    return bounded_step(proof, 3 * block + 1, longest(block), size, known, rises=False)


def later_block(proof: Scope, block: Any) -> Step:
    """3*i + 3 <= 2*(3*i + 1), so both steps up are half of alpha/sqrt((1 - b2)*(3*i + 1)) or more."""
    known, limit = sizes(proof, block), longest(block)
    rises = []
    for time in (3 * block + 2, 3 * block + 3):
        whole = le(time * v(time), 2 * (3 * block + 1) * (2 * (1 - b2)))
        whole = proof.have(whole, *known)
        size = proof.by_squares(le(root(time) * root(v(time)), 2 * limit), whole, *known, lt(0, time))
        rises.append(bounded_step(proof, time, 2 * limit, size, known))
    halves = proof.have(eq(2 * inverse(2 * limit), inverse(limit)), proof.have(lt(0, limit), *known))
    return proof.have(le(down(block), up(block)), down_in_block(proof, block, known), *rises, halves)


def at_most_one(proof: Scope) -> Step:
    known = sizes(proof, n, count=1)
    short = proof.by_squares(le(alpha, SPREAD), "alpha^2 < 1 - beta2", *known)
    late = proof.by_squares(le(1, root(3 * n + 1)))
    short = proof.have(le(alpha, longest(n)), short, proof.have(le(SPREAD, longest(n)), late, *known))
    return proof.conclude(down_in_block(proof, n, known), short, proof.have(lt(0, longest(n)), *known), *known)


def long_enough(proof: Scope) -> Step:
    return proof.induction(proof.goal, n, base=[first_block(proof)], step=lambda: [later_block(proof, n + 1)])


lemma = Lemma(
    slug="reddi-steps",
    title="In the example of Reddi, Kale and Kumar one step down is at most two steps up",
    source=Source.LITERATURE,
    where="for the example of Reddi, Kale and Kumar 2018; wording and proof are ours",
    assumptions={**GRADIENTS, **MOMENT, **STEPS, **COUNT},
    claims=[
        Claim("two steps up", le(down(n), up(n)), long_enough, given=(GRADIENTS, MOMENT, COUNT, "alpha is positive")),
        Claim("a step down", le(down(n), 1), at_most_one, given=("g is C at first", MOMENT, STEPS, COUNT)),
    ],
    models=runs.reddi_runs,
    mutants=[
        Mutant("one step up", le(down(n), step(3 * n + 2))),
        Mutant("any beta2", drop=("beta2 = 1/(1 + C^2)",), models=runs.SLOW_AVERAGE),
        Mutant("a step down of 1/2", le(down(n), Rational(1, 2)), claim="a step down", models=runs.LONGEST),
        Mutant("any alpha", drop=("alpha^2 < 1 - beta2",), claim="a step down", models=runs.TOO_LONG),
    ],
)
