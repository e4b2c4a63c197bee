"""Checking certificates by exact normalisation, beside deciding the same identities with sympy.simplify.

The identities are those of the `arith` steps in the proof of Lemma B.2: a combination of facts that must vanish.
Target: at least 10 times faster.
"""

from __future__ import annotations

from typing import Any

import sympy
from common import machine, seconds

from adamproof.kernel import normal
from adamproof.kernel.rules import NEGATED_GOAL, apply
from adamproof.kernel.terms import Term, make, minus, number
from adamproof.prover import to_sympy
from adamproof.prover.record import Step, in_order
from adamproof.theory.library import theorem_of


def identity(step: Step) -> Term:
    """The sum that the certificate claims to be zero, as one term."""
    goal, products, multipliers = step.args
    facts = {i: minus(p.conclusion.args[1], p.conclusion.args[0]) for i, p in enumerate(step.premises)}
    facts[NEGATED_GOAL] = minus(goal.args[0], goal.args[1])
    parts = [number(0), minus(goal.args[1], goal.args[0]) if goal.op == "==" else number(0)]
    for coefficient, indices, squares in products:
        factors = [number(coefficient), number(1)]
        for index in indices:
            nonzero = index >= 0 and step.premises[index].conclusion.op == "!="
            factors += [facts[index]] * (2 if nonzero else 1)
        factors += [square for square in squares for _ in range(2)]
        parts.append(make("mul", *factors))
    parts += [make("mul", multiplier, facts[index]) for index, multiplier in multipliers]
    return make("add", *parts)


def check_all(steps: list[Step]) -> None:
    normal._normal.clear()  # from cold: nothing remembered
    for step in steps:
        apply("arith", [premise.theorem for premise in step.premises], step.args)


def simplify_all(identities: list[Any]) -> int:
    sympy.core.cache.clear_cache()
    return sum(sympy.simplify(expression) == 0 for expression in identities)


def main() -> None:
    steps = [step for step in in_order(theorem_of("update-magnitude")) if step.rule == "arith"]
    identities = [to_sympy(identity(step)) for step in steps]
    ours = seconds(lambda: check_all(steps), runs=5)
    theirs = seconds(lambda: simplify_all(identities), runs=3)
    decided = simplify_all(identities)
    print(machine())
    print(f"{len(steps)} certificates of the proof of B.2")
    print(f"kernel, exact normalisation  {ours:.4f} s")
    print(f"sympy.simplify               {theirs:.3f} s ({decided} of {len(steps)} decided to be 0)")
    print(f"ratio {theirs / ours:.0f} (target 10)")


if __name__ == "__main__":
    main()
