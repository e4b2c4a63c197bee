"""Adam without momentum need not converge: the example of Reddi, Kale and Kumar (2018), for any C >= 2.

On [-1, 1] the losses are f_t(x) = g_t*x with g_t = C, -1, -1, C, -1, -1, ...; if C > 2, no point is better than x = -1.
With beta2 = 1/(1 + C^2), beta1 = epsilon = v_0 = 0 and steps alpha/sqrt(t), alpha^2 < 1 - beta2, the run from x_1 = 1
is at 1 again after every block of three: the step for C goes down by at most 1, the two for -1 go up by as much or more
(reddi-steps).  So every block costs 2*C - 4 or more against x = -1: for C > 2 the regret is linear in time.
"""

from adamproof.lemmas.models import regret_runs as runs

from ..vocabulary import *
from .reddi_moments import COUNT, GRADIENTS, MOMENT, C, beta, g, v
from .reddi_steps import STEPS, alpha, down, step

# --- statement -------------------------------------------------------------------------------------

x = function("x")
MOVED = x(k) - alpha / root(k) * (g(k) / root(v(k)))
RUN = {
    "x starts at 1": eq(x(1), 1),
    "x moves by Adam's step, projected": forall(k, eq(x(k + 1), clip(MOVED, -1, 1)), [le(1, k)]),
}
FREE = {"x moves by Adam's step, projected": forall(k, eq(x(k + 1), MOVED), [le(1, k)])}
REGRET = Sum(g(t) * (x(t) + 1), (t, 1, 3 * n))  # against x = -1
AGAIN = eq(x(3 * n + 1), 1)


def at_least(each: Any) -> Any:
    return le(n * each, REGRET)


# --- proof -----------------------------------------------------------------------------------------


def times(block: Any) -> tuple[Any, Any, Any]:
    return 3 * block + 1, 3 * block + 2, 3 * block + 3


def returns(proof: Scope) -> Step:
    """By induction; the steps of a block are A, B and D of reddi-block."""

    def block() -> list[Step]:
        first, second, third = (3 * n + after for after in (1, 2, 3))
        moves = [
            proof.rewrite(proof.at("x moves by Adam's step, projected", time), proof.at(name, n))
            for time, name in zip((first, second, third), GRADIENTS, strict=True)
        ]
        one = proof.rewrite(moves[0], eq(x(first), 1))
        one = proof.have(eq(x(second), clip(1 - down(n), -1, 1)), one)
        two = proof.have(eq(x(third), clip(x(second) + step(second), -1, 1)), moves[1])
        three = proof.have(eq(x(third + 1), clip(x(third) + step(third), -1, 1)), moves[2])
        lengths = {"A": down(n), "B": step(second), "D": step(third)}
        places = {"P": x(second), "Q": x(third), "R": x(third + 1)}
        moments = [proof.cite("reddi-moments", "at any time", k=time) for time in (first, second, third)]
        share = proof.have(lt(0, 1 - b2), *beta(proof))
        signs = [
            proof.have(le(0, v(time)), moment, proof.have(le(0, (1 - b2) * g(time) ** 2), share))
            for time, moment in zip((first, second, third), moments, strict=True)
        ]
        signs += [proof.have(le(0, length), *signs, "C >= 2", "alpha is positive") for length in lengths.values()]
        enough = [proof.cite("reddi-steps", claim) for claim in ("two steps up", "a step down")]
        by = [one, two, three, *enough, *signs]
        return [proof.cite("reddi-block", "back at 1", **lengths, **places, by=by)]

    return proof.induction(eq(x(3 * n + 1), 1), n, base=["x starts at 1"], step=block)


def regret(proof: Scope) -> Step:
    """Each block costs 2*C - (x_{3*n+2} + 1) - (x_{3*n+3} + 1), and no x is above 1."""

    def block() -> list[Any]:
        first, second, third = times(n)
        costs = [proof.split(Sum(g(t) * (x(t) + 1), (t, 1, time))) for time in (third, second, first)]
        below = []
        for time in (second, third):
            moved = proof.at("x moves by Adam's step, projected", time - 1)
            below.append(proof.have(le(x(time), 1), moved))
        again = proof.lemma("reddi", "at 1 again")
        return [*costs, *(proof.at(name, n) for name in GRADIENTS), *below, again]

    return proof.induction(at_least(2 * C - 4), n, step=block)


lemma = Lemma(
    slug="reddi",
    title="Adam without momentum on [-1, 1]: an example whose regret grows by 2*C - 4 in every three steps",
    source=Source.LITERATURE,
    where="the example of Reddi, Kale and Kumar 2018, for any C >= 2; wording and proof are ours",
    assumptions={**GRADIENTS, **MOMENT, **STEPS, **RUN, **COUNT},
    claims=[Claim("regret", at_least(2 * C - 4), regret), Claim("at 1 again", AGAIN, returns)],
    models=runs.reddi_runs,
    mutants=[
        Mutant("linear for C = 2", at_least(2 * C - 4 + Rational(1, 10)), models=runs.CREEPING),
        Mutant("without projection", change=FREE, claim="at 1 again", models=runs.UNBOUNDED),
        Mutant("any beta2", drop=("beta2 = 1/(1 + C^2)",), claim="at 1 again", models=runs.SLOW_AVERAGE),
        Mutant("any start", drop=("x starts at 1",), claim="at 1 again", models=runs.FROM_0),
        Mutant("always at 1", eq(x(3 * n + 2), 1), claim="at 1 again"),
    ],
    notes="For C = 2 the claims hold, but say nothing: there the regret is not linear in time.",
)
