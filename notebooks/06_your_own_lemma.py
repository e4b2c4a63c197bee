# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 6. Your own lemma
#
# At the end of this notebook you will have
#
# - stated a lemma, seen it fail, read the counterexample, and repaired the statement;
# - told a *false* statement from one that is only *not proved yet*, and supplied the missing step;
# - proved an induction and a sum, the two shapes that convergence proofs are made of;
# - guarded a lemma with mutants, and met one that turned out to be true.
#
# Everything works the same in a file: declare `lemma = Lemma(...)` in `mine.py` and run `adamproof check mine.py`.

# %%
from fractions import Fraction

from sympy import Sum

import adamproof
from adamproof.numeric.models import Model
from adamproof.prover import (
    at,
    eq,
    forall,
    function,
    induction,
    integers,
    le,
    lt,
    power,
    prove,
    put,
    reals,
    sum_empty,
    sum_last,
)
from adamproof.report import notebook
from adamproof.theory.lemma import Claim, Lemma, Mutant, Source

# %% [markdown]
# ## State it
#
# A lemma is a set of named assumptions and one or more claims; a claim is a conclusion and a *script* that proves it. Relations are written
# `le`, `lt`, `eq` (not `<=`, which SymPy would try to decide on sight), and variables come from `reals` and `integers`.
#
# *If $x < y$ then $x^2 < y^2$*, right?

# %%
x, y = reals("x y")


def search(scope):
    """The shortest script: search a certificate of the goal from all assumptions."""
    return prove(scope.goal, scope.given())


def mine(slug, title, assumptions, claim, script, **more):
    """A lemma with one claim, called "it"."""
    return Lemma(slug, title, Source.OURS, "a notebook", assumptions, [Claim("it", claim, script)], **more)


squares = mine("squares", "Squares keep the order", {"x < y": lt(x, y)}, lt(x**2, y**2), search)
notebook.report(adamproof.check(squares))

# %% [markdown]
# ## Read the failure
#
# REFUTED, and the values that refute it are in the table: two negative numbers. ("Tried 5 products" is how far the search for a proof went
# before: of the assumptions with each other and with squares.) The counterexample is exact, satisfies every assumption and violates
# the conclusion; you can check it in your head.
#
# The repair is an assumption that excludes it. Which one? The smaller number must not be negative:

# %%
repaired = mine(
    "squares", "Squares keep the order of non-negative numbers",
    {"x is not negative": le(0, x), "x < y": lt(x, y)}, lt(x**2, y**2), search,
)  # fmt: skip
notebook.report(adamproof.check(repaired))

# %% [markdown]
# PROVED: `prove` has found a *certificate*, a combination of products of the assumptions that adds up to the goal, and the kernel has expanded it in exact
# arithmetic. Here it is $y^2 - x^2 = (y-x)^2 + 2x\,(y-x)$: a square, plus a product of the two assumptions.
#
# ## Not proved is not false
#
# *If $x \le y$ then $x^3 \le y^3$.* This one is true for all reals.

# %%
cubes = mine("cubes", "Cubes keep the order", {"x <= y": le(x, y)}, le(x**3, y**3), search)
notebook.report(adamproof.check(cubes))

# %% [markdown]
# UNDECIDED: no proof was found, and no counterexample either. The referee does not guess. What is missing is the idea:
# $y^3 - x^3 = (y-x)(x^2+xy+y^2)$, and the second factor is not negative. State that as a step and hand it over:


# %%
def with_the_idea(scope):
    factor = scope.step("x^2 + x*y + y^2 is not negative", prove(le(0, x**2 + x * y + y**2)))
    return prove(scope.goal, scope.given(), factor)


cubes = mine("cubes", "Cubes keep the order", {"x <= y": le(x, y)}, le(x**3, y**3), with_the_idea)
report = adamproof.check(cubes)
notebook.proof(report)

# %% [markdown]
# Steps named with `scope.step` are what readers see. If a step itself is false, the failure says so, with a counterexample to the step. (Try
# `le(0, x**2 + 3*x*y + y**2)`.)
#
# ## An induction
#
# The commonest lemma of optimisation: if the gap to the optimum shrinks by a factor $\rho$ in each step, it shrinks geometrically,
# $\mathrm{gap}_t \le \rho^t\,\mathrm{gap}_0$. Sequences are functions of an integer; symbolic powers are written `power(rho, t)`.

# %%
t, k, n = integers("t k n")
rho = reals("rho")
gap = function("gap")
GOAL = le(gap(t), power(rho, t) * gap(0))
ASSUMED = {
    "one step": forall(k, le(gap(k + 1), rho * gap(k)), [le(0, k)]),
    "rho is not negative": le(0, rho),
    "t is a time": le(0, t),
}


def first_try(scope):
    base = prove(put(GOAL, t, 0))  # gap_0 <= rho^0*gap_0
    step = prove(put(GOAL, t, t + 1), GOAL, at(scope.the("one step"), t), scope.given("rho is not negative"))
    return induction(GOAL, t, base, step)


notebook.report(adamproof.check(mine("linear-rate", "Linear convergence", ASSUMED, GOAL, first_try)))

# %% [markdown]
# UNDECIDED, and the goal that was not reached is named: it is the step from $t$ to $t+1$. What did we forget? Two facts. The assumption "one step" holds for $t \ge 0$ only, and
# $\rho^{t+1} = \rho\cdot\rho^t$ is true only there, too. Inside an induction from $0$ the step may assume $0 \le t$; it has to be handed over. While we are at it,
# a named step for readers: the induction hypothesis is multiplied by $\rho$, which is allowed because $\rho \ge 0$.


# %%
def script(scope):
    base = prove(put(GOAL, t, 0))
    scaled = prove(le(rho * gap(t), rho * power(rho, t) * gap(0)), GOAL, scope.given("rho is not negative"))
    scope.step("the induction hypothesis, times rho", scaled)
    step = prove(put(GOAL, t, t + 1), scaled, at(scope.the("one step"), t), le(0, t))
    return induction(GOAL, t, base, step)


linear = mine("linear-rate", "Linear convergence", ASSUMED, GOAL, script)
report = adamproof.check(linear)
notebook.proof(report)

# %% [markdown]
# ## Models: is it about anything?
#
# A lemma with contradictory assumptions is always "proved". So declare *models*: a generator of random situations in which all assumptions hold. The referee evaluates
# the claim in them, exactly or at 50 digits. This shows that the lemma is not vacuous, and it is the source of counterexamples.


# %%
def models(rng):
    """Random sequences that shrink by rho, and now and then by a little more."""
    while True:
        ratio = Fraction(rng.randint(0, 12), 10)
        values = [Fraction(rng.randint(0, 9))]
        for _ in range(9):
            values.append(ratio * values[-1] - Fraction(rng.choice([0, 0, 1]), 10))
        yield Model(
            variables={"t": rng.randint(0, 5), "rho": ratio},
            functions={"gap": lambda i, values=tuple(values): values[i] if 0 <= i < len(values) else Fraction(0)},
        )


def oscillating(rng):
    """rho = -1 and gaps 0, -1, 1, -1, ..."""
    yield Model(
        variables={"t": 2, "rho": -1},
        functions={"gap": lambda i: Fraction((-1) ** i if i > 0 else 0)},
    )


# %% [markdown]
# ## Mutants: could the check have failed?
#
# A mutant is the lemma with something wrong in it. The same script must fail on it, and a model must show it false. Good mutants are the mistakes that you might have
# made: one step too good, a strict inequality, a forgotten assumption.

# %%
MUTANTS = [
    Mutant("one step too good", conclusion=le(gap(t), power(rho, t + 1) * gap(0))),
    Mutant("strictly below", conclusion=lt(gap(t), power(rho, t) * gap(0))),
    Mutant("rho of any sign", drop=("rho is not negative",), models=oscillating),
]
guarded = mine("linear-rate", "Linear convergence", ASSUMED, GOAL, script, models=models, mutants=MUTANTS)
report = adamproof.check(guarded)
notebook.report(report)

# %%
notebook.mutants(report)

# %% [markdown]
# ## A mutant that is true
#
# Gaps to an optimum are not negative, so a careful author adds that assumption, and a mutant that drops it:

# %%
careful = mine(
    "linear-rate", "Linear convergence, carefully",
    {**ASSUMED, "the first gap is not negative": le(0, gap(0))}, GOAL, script, models=models,
    mutants=[Mutant("the first gap of any sign", drop=("the first gap is not negative",))],
)  # fmt: skip
notebook.report(adamproof.check(careful))

# %% [markdown]
# REJECTED, although the claim is PROVED: the script goes through on the mutant. That is not a nuisance but a discovery: **the assumption is not needed**, and the column "assumptions not
# used" says so too. You have found a stronger lemma; delete the assumption.
#
# ## A sum
#
# The other common shape is the telescope. If every step descends, $F_{k+1} \le F_k - c\,s_k$, then $c\sum_{k=1}^n s_k \le F_1 - F_{n+1}$. Sums are taken apart with
# `sum_empty` and `sum_last`:

# %%
F, s = function("F"), function("s")
c = reals("c")
TELESCOPED = le(c * Sum(s(k), (k, 1, n)), F(1) - F(n + 1))


def telescope(scope):
    empty = sum_empty(Sum(s(k), (k, 1, 0)))
    base = prove(put(TELESCOPED, n, 0), empty)
    last = sum_last(Sum(s(k), (k, 1, n + 1)), le(0, n))  # the sum up to n + 1, its last summand split off
    one = at(scope.the("each step descends"), n + 1, given=[le(0, n)])
    return induction(TELESCOPED, n, base, prove(put(TELESCOPED, n, n + 1), TELESCOPED, last, one))


def descending(rng):
    """Random s of any sign, and an F that falls by c*s and a little more."""
    while True:
        speed, sizes = Fraction(rng.randint(-5, 5)), [Fraction(rng.randint(-4, 9)) for _ in range(12)]
        values = [Fraction(0), Fraction(rng.randint(-9, 9))]
        for size in sizes[1:]:
            values.append(values[-1] - speed * size - rng.randint(0, 1))
        yield Model(
            variables={"n": rng.randint(0, 8), "c": speed},
            functions={
                "F": lambda i, values=tuple(values): values[i] if 0 <= i < len(values) else Fraction(0),
                "s": lambda i, sizes=tuple(sizes): sizes[i] if 0 <= i < len(sizes) else Fraction(0),
            },
        )


DESCENT = {
    "each step descends": forall(k, le(F(k + 1), F(k) - c * s(k)), [le(1, k)]),
    "n is a number of steps": le(0, n),
}
telescoped = mine(
    "telescope", "Descent, summed", DESCENT, TELESCOPED, telescope, models=descending,
    mutants=[
        Mutant("one index off", conclusion=le(c * Sum(s(k), (k, 1, n)), F(1) - F(n))),
        Mutant("one summand more", conclusion=le(c * Sum(s(k), (k, 1, n + 1)), F(1) - F(n + 1))),
        Mutant("an equation", conclusion=eq(c * Sum(s(k), (k, 1, n)), F(1) - F(n + 1))),
    ],
)  # fmt: skip
report = adamproof.check(telescoped)
notebook.report(report)

# %%
notebook.mutants(report)

# %% [markdown]
# Off-by-one errors in telescopes are the classic mistake of convergence proofs. Here they cost one line to exclude. Note what the lemma does *not* assume: neither $c$ nor $s_k$ need be
# positive.
#
# ## What is trusted?
#
# Not your script, not `prove`, not SymPy: they only *find* a proof. It is written to a file, and a kernel of about 1,200 lines, standard library only, reads that file in a process of its own and
# recomputes every step. What you must read yourself is the statement as it is printed, since a true lemma about the wrong thing is still proved.

# %%
notebook.claim(telescoped)

# %% [markdown]
# ## Exercises
#
# 1. Prove *inexact* linear convergence: from $\mathrm{gap}_{k+1} \le \rho\,\mathrm{gap}_k + b$ and $0 \le \rho$, conclude
#    $\mathrm{gap}_t \le \rho^t\,\mathrm{gap}_0 + b\sum_{k<t}\rho^k$. (The lemma `geometric-sum` has the recursion of the sum; cite it with
#    `scope.lemma("geometric-sum", "recursion")`.)
# 2. Break `telescoped`: change `F(k) - c * s(k)` to `F(k) + c * s(k)` in `DESCENT`. Is the answer REFUTED or UNDECIDED, and what would `descending` have to
#    generate to turn one into the other?
# 3. Write a file `mine.py` with the repaired `squares`, run `adamproof check mine.py`, and export the proof with
#    `adamproof export mine.py --to json -o mine.json`. Verify it with `python -m adamproof.kernel mine.json`.
