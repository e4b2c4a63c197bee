"""The momentum error e = m - a, for one coordinate: e_t = b1*e_{t-1} + b1*(a_{t-1} - a_t) + (1 - b1)*xi_t, xi = g - a.

Unrolled from m_0 = 0 it has three parts, the start, the drift and the noise:

    e_t = -b1^t*a_1 + sum over k < t of b1^(t-k)*(a_k - a_{k+1}) + (1 - b1)*sum over k <= t of b1^(t-k)*xi_k.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from sympy import Integer, Rational, Sum

from adamproof.lemmas.foundations.functionals import table
from adamproof.lemmas.models import update_runs as runs
from adamproof.lemmas.notation import RECURSION, b1, g, k, m, t
from adamproof.numeric.models import Model
from adamproof.prover import (
    Functional,
    Step,
    at,
    eq,
    function,
    induction,
    le,
    power,
    prove,
    sum_empty,
    sum_last,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

a = function("a")  # one coordinate of the gradient
xi = g(k) - a(k)
START = le(1, t)


def drift(time: Any) -> Any:
    return Sum(power(b1, time - k) * (a(k) - a(k + 1)), (k, 1, time - 1))


def noise(time: Any) -> Any:
    return (1 - b1) * Sum(power(b1, time - k) * xi, (k, 1, time))


def unrolled(time: Any) -> Any:
    return eq(m(time) - a(time), -power(b1, time) * a(1) + drift(time) + noise(time))


def prove_recursion(scope: Scope) -> Step:
    return prove(scope.goal, at(scope.the("m is a moving average of g"), t, given=[le(1, t)]))


def prove_unrolled(scope: Scope) -> Step:
    one = Integer(1)
    first = at(scope.the("m is a moving average of g"), 0, given=[prove(le(0, 0))])
    inner = noise(one).args[1]
    empty = [sum_empty(drift(one)), sum_last(inner, prove(le(1, 1))), sum_empty(Sum(power(b1, 1 - k) * xi, (k, 1, 0)))]
    base = prove(unrolled(one), first, scope.given("m starts at 0"), empty)
    scope.step("at the first step", base)
    step = prove(unrolled(t + 1), unrolled(t), scope.lemma("momentum-recursion", "recursion"), *_longer(), degree=1)
    scope.step("one more step", step)
    return induction(unrolled(t), t, base, step, low=1)


def _longer() -> list[Step]:
    """How the weights change from t to t + 1: one more factor b1, and a last term."""
    found = [prove(eq(power(b1, t + 1), b1 * power(b1, t)), START)]
    for body, upper in ((a(k) - a(k + 1), t), (xi, t)):
        shifted = prove(eq(power(b1, t + 1 - k) * body, b1 * power(b1, t - k) * body), le(k, upper))
        found.append(Functional("Sum", k, (1, upper)).equal(shifted))
    # the drift over k <= t is that over k <= t - 1 and a last term
    found.append(sum_last(Sum(power(b1, t - k) * (a(k) - a(k + 1)), (k, 1, t)), START))
    found.append(sum_last(noise(t + 1).args[1], prove(le(1, t + 1), START)))
    return found


def models(rng: Random) -> Iterator[Model]:
    """Runs of Adam with a random gradient beside them, from the first step on."""
    for model in runs.models(rng):
        yield model.extended(
            variables={"t": rng.randint(1, 7)}, functions={"a": table(rng, range(-1, 12))}, integers=range(-1, 10)
        )


def started(rng: Random) -> Iterator[Model]:
    """m_0 = 5 instead of 0."""
    for model in models(rng):
        beta1, m_0 = model.variables["b1"], model.functions["m"]
        if beta1:
            yield model.extended(functions={"m": lambda i, m_0=m_0, b=beta1: m_0(i) + 5 * b**i if i >= 0 else m_0(i)})


lemma = Lemma(
    slug="momentum-recursion",
    title="The momentum error, step by step and unrolled",
    source=Source.RECONSTRUCTED,
    where="the summary says that momentum averages the noise; this is the identity behind it",
    assumptions={
        "m starts at 0": RECURSION["m starts at 0"],
        "m is a moving average of g": RECURSION["m is a moving average of g"],
        "t is from 1 on": START,
    },
    claims=[
        Claim("unrolled", unrolled(t), prove_unrolled),
        Claim(
            "recursion",
            eq(
                m(t + 1) - a(t + 1),
                b1 * (m(t) - a(t)) + b1 * (a(t) - a(t + 1)) + (1 - b1) * (g(t + 1) - a(t + 1)),
            ),
            prove_recursion,
            given=("m is a moving average of g", "t is from 1 on"),
        ),
    ],
    models=models,
    mutants=[
        Mutant("without the start", conclusion=eq(m(t) - a(t), drift(t) + noise(t))),
        Mutant("without the drift", conclusion=eq(m(t) - a(t), -power(b1, t) * a(1) + noise(t))),
        Mutant(
            "noise times 0.99",
            conclusion=eq(m(t) - a(t), -power(b1, t) * a(1) + drift(t) + Rational(99, 100) * noise(t)),
        ),
        Mutant("m starts anywhere", drop=("m starts at 0",), models=started),
        Mutant(
            "drift with the other sign",
            conclusion=eq(
                m(t + 1) - a(t + 1),
                b1 * (m(t) - a(t)) - b1 * (a(t) - a(t + 1)) + (1 - b1) * (g(t + 1) - a(t + 1)),
            ),
            claim="recursion",
        ),
    ],
)
