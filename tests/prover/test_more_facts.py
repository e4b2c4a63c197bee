"""One fact more loses no proof: every question that the lemmas ask, asked again with a fact added."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from random import Random

import pytest
from sympy import Abs

from adamproof.kernel.normal import difference
from adamproof.kernel.terms import REAL, Term, make, number
from adamproof.kernel.text import show
from adamproof.prover import ProofFailure, le, lt, prove, proving, reals
from adamproof.prover.polynomials import all_atoms, atom_term
from adamproof.prover.record import Step, derive
from adamproof.prover.surface import knowledge, solving
from adamproof.theory import library
from adamproof.theory.lemma import Lemma
from adamproof.theory.library import lemmas

Question = tuple[Term, tuple[Step, ...], tuple[Term, ...], tuple[int, ...], int]

MEMORY = [(proving, "_answers"), (solving, "_answers"), (solving, "_searched"), (knowledge, "_remembered")]
NEW = make("var", "fresh", REAL)  # no lemma has a variable of this name
ZERO, ONE, HUGE, TINY = number(0), number(1), number(10**18), number(Fraction(1, 10**20))


def plus(*terms: Term) -> Term:
    return make("add", *terms)


def by(*terms: Term) -> Term:
    return make("mul", *terms)


def over(a: Term, b: Term) -> Term:
    return by(a, make("inv", b))


def minus(a: Term) -> Term:
    return by(number(-1), a)


def square(a: Term) -> Term:
    return by(a, a)


def additions(question: Question, rng: Random) -> dict[str, tuple[str, Term, Term]]:
    """True relations of every kind: about a new variable, and about terms a and b that the question is about."""
    target, given = question[:2]
    sides = [side for prop in (target, *(step.conclusion for step in given)) for side in prop.args]
    atoms = [atom_term(atom) for atom in all_atoms([difference(*target.args)])]
    a, b = rng.choice([*sides, *atoms]), rng.choice(atoms or sides)
    bounded = plus(ONE, square(b))
    op, low, high = rng.choice([(step.conclusion.op, *step.conclusion.args) for step in given] or [("<=", a, a)])
    return {
        "irrelevant": ("<=", ZERO, NEW),
        "irrelevant, with a root and a denominator": ("<", ZERO, over(make("sqrt", NEW), plus(ONE, NEW))),
        "a new name": ("==", NEW, a),
        "a new name of a sum": ("==", NEW, plus(a, b)),
        "equation of an absolute value": ("==", by(make("abs", b), make("abs", b)), square(b)),
        "equation with denominators": ("==", over(b, bounded), plus(b, minus(over(by(b, b, b), bounded)))),
        "equation with an open denominator": ("==", over(b, plus(b, NEW)), plus(ONE, minus(over(NEW, plus(b, NEW))))),
        "duplicate": (op, low, high),
        "duplicate, scaled": (op, by(number(3), low), by(number(3), high)),
        "huge and tiny": ("<=", by(HUGE, b), plus(by(HUGE, b), by(TINY, square(b)))),
        "square": ("<=", ZERO, square(plus(a, minus(b)))),
        "known to be positive": ("<", ZERO, bounded),
    }


def asked(chosen: list[Lemma]) -> list[Question]:
    """What the scripts of these lemmas, and of those that they cite, ask the search, and what it answers.

    By `prove`, or for a step on paper.
    """
    with pytest.MonkeyPatch.context() as patch:
        # Else what is asked would depend on what the process has proved before.
        patch.setattr(library, "_derivation", cache(library._derivation.__wrapped__))
        for module, name in MEMORY:
            patch.setattr(module, name, {})
        for lemma in chosen:
            for claim in lemma.claims:
                library.derivation_of(lemma, claim)
        found = [question for question, answer in proving._answers.items() if isinstance(answer, Step)]
        for (kind, degree, given, goal, hints), answer in solving._searched.items():
            if kind in ("linear", "products") and answer.value and answer.value[0] is not None:
                found.append((goal, given, hints, 1 if kind == "linear" else degree))
        return found


def lost(questions: list[Question], rng: Random, kinds: int) -> Iterator[str]:
    """Which of the questions are not answered any more, with which kinds of additions."""
    for question in questions:
        target, given, hints, degree = question
        every = additions(question, rng)
        for kind in rng.sample(sorted(every), min(kinds, len(every))):
            fact = derive("assume", [], make(*every[kind]))
            facts = [*given, fact] if rng.random() < 0.5 else [fact, *given]
            try:
                proving._searched(target, facts, hints, degree)
            except ProofFailure:
                yield f"{show(target)} from {given} with {kind}: {fact}"


def test_a_sample_of_the_lemmas() -> None:
    rng = Random(12)
    chosen = [lemma for lemma in lemmas() if not lemma.slug.startswith(("main", "corollary"))]
    questions = asked(rng.sample(chosen, 8))
    assert list(lost(rng.sample(questions, min(120, len(questions))), rng, 3)) == []


@pytest.mark.slow
def test_all_lemmas() -> None:
    rng = Random(120)
    assert list(lost(asked(list(lemmas())), rng, 3)) == []


def test_two_equations_and_a_long_inequality_lose_no_proof() -> None:
    """Not even together, first in the list, where each of them would be used before the facts that are needed."""
    rng = Random(5)
    chosen = [lemma for lemma in lemmas() if not lemma.slug.startswith(("main", "corollary"))]
    questions = asked(rng.sample(chosen, 10))
    sides = [make("var", f"z{i}", REAL) for i in range(9)]
    long = derive("assume", [], make("<=", ZERO, square(plus(NEW, *map(square, sides)))))
    for question in rng.sample(questions, 40):
        target, given, hints, degree = question
        every = additions(question, rng)
        equations = [every["equation with denominators"], every["equation with an open denominator"]]
        more = [*(derive("assume", [], make(*equation)) for equation in equations), long]
        proving._searched(target, [*more, *given], hints, degree)
        proving._searched(target, [long, *given], hints, degree)


def test_two_triangle_inequalities_lose_no_proof() -> None:
    a, x, y = reals("a x y")
    facts = [le(0, a), lt(a, 1), le(Abs(x + y), Abs(x) + Abs(y)), le(Abs(a + x), Abs(a) + Abs(x))]
    for order in (facts, facts[::-1]):
        prove(le((1 - a) / (1 - a**2), 1), *order)
