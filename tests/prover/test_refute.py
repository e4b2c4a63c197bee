"""Counterexamples whose functions are data: what is false is refuted, and nothing that is true.

The attacks are true statements near which the search finds values that look like a counterexample, and data that are
made to look like one.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from adamproof.kernel.terms import Term, function, make, number
from adamproof.numeric.certifying import Question, recomputed
from adamproof.numeric.definitions import Definition, Rules
from adamproof.prover import (
    E,
    Integral01,
    Point,
    Sum,
    absolute,
    eq,
    forall,
    integers,
    le,
    ln,
    lt,
    ne,
    power,
    prop,
    ratio,
    reals,
    root,
)
from adamproof.prover import function as symbol
from adamproof.prover.refute import STEPS, again, certified, refute

T, i, j, k, n = integers("T i j k n")
G, a, b, s, x, y = reals("G a b s x y")
w = Point("w")
f, X = symbol("f", "real"), symbol("X", "point")
g, h, u, v = (symbol(name) for name in ("g", "h", "u", "v"))
p = symbol("p", "int", "int")
ANYTHING = le(x, 0)  # what follows from hypotheses that contradict each other, and from nothing else
HALF = Fraction(1, 2)


def found(hypotheses: list[Any], goal: Any, steps: int = STEPS) -> Any:
    return refute([prop(hypothesis) for hypothesis in hypotheses], prop(goal), steps=steps)


def recursion(right: Any, left: Any = None, *given: Any) -> Any:
    """For k >= 0, the left side (v(k + 1)) is the right one."""
    return forall(k, eq(v(k + 1) if left is None else left, right), [le(0, k), *given])


# --- what is false ------------------------------------------------------------------------------

FALSE: dict[str, tuple[list[Any], Any]] = {
    "a bound of a sequence": ([forall(k, le(absolute(g(k)), 1))], le(Sum(g(k), (k, 1, 3)), 2)),
    "a recursion": ([eq(v(0), 0), recursion(b * v(k) + g(k + 1) ** 2), lt(0, b), lt(b, 1)], le(v(1), v(2))),
    "a quantified goal": ([forall(k, le(0, g(k)))], forall(k, le(g(k), g(k + 1)), [le(0, k)])),
    "two sequences that rest on each other": ([recursion(u(k) / 2), recursion(v(k) / 2, u(k + 1))], le(v(3), 1)),
    "one after the other": ([recursion(u(k + 1) + v(k)), recursion(v(k) + 1, u(k + 1))], le(v(2), u(2))),
    "only roots": ([le(1, T)], le(Sum(1 / root(k), (k, 1, T)), root(2 * T))),
    "a logarithm": ([lt(0, x)], le(x - 1, ln(x))),
    "a variable with an equation": ([eq(y, root(x)), lt(0, x)], le(y, x)),
    "points": ([forall(w, le(0, X(w)))], le(E(X(w) ** 2, w), E(X(w), w) ** 2)),
    "a function on the line": ([forall(x, le(f(x), 1))], le(0, f(2))),
    "a recursion that decays": (
        [eq(v(0), 1), recursion(v(k) / 2), forall(k, lt(0, v(k)), [le(0, k)])],
        le(HALF, v(2)),
    ),
    "Gronwall's lemma, strictly": (
        [forall(k, le(u(k + 1), (1 + g(k)) * u(k)), [le(0, k)]), forall(k, le(0, g(k))), le(0, T)],
        lt(u(T), u(0) * power(1 + b, T)),
    ),
    "a recursion, strictly": ([recursion(b * v(k) + g(k + 1)), le(1, T)], lt(v(T), absolute(b * v(T - 1)) + g(T))),
    "equal sides, strictly": ([le(1, T)], lt(Sum(g(k), (k, 1, T)) ** 2, T * Sum(g(k) ** 2, (k, 1, T)))),
    "a mean, strictly": ([], lt(E(X(w), w) ** 2, E(X(w) ** 2, w))),
    "a quantified goal, strictly": ([forall(k, le(0, g(k)))], forall(k, lt(0, g(k)))),
    "unequal": ([forall(k, le(0, g(k)))], forall(k, ne(g(k), g(k + 1)), [le(0, k)])),
    "a long sum": ([forall(k, le(absolute(g(k)), 1))], le(Sum(g(k), (k, 1, T)), 30)),
}


@pytest.mark.parametrize(("hypotheses", "goal"), FALSE.values(), ids=FALSE)
def test_what_is_false_is_refuted(hypotheses: list[Any], goal: Any) -> None:
    witness = found(hypotheses, goal)
    assert witness is not None and witness.certain, witness
    again = recomputed(witness, [prop(hypothesis) for hypothesis in hypotheses], prop(goal))
    assert again is not None and str(again) == str(witness)


def test_a_counterexample_is_tried_against_another_statement() -> None:
    hypotheses = [prop(statement) for statement in (eq(v(0), 1), recursion(v(k) / 2), le(0, T))]
    witness = refute(hypotheses, prop(lt(v(T), v(0))), steps=STEPS)
    assert witness is not None
    for goal, fails in ((ne(v(T), v(0)), True), (le(v(T), v(0)), False)):
        shared = again(witness, hypotheses, prop(goal))
        assert (shared is not None and shared.certain and shared.variables == witness.variables) == fails
    assert again(witness, [*hypotheses, prop(le(1, T))], prop(ne(v(T), v(0)))) is None  # T = 0 is none of its values
    without = again(witness, hypotheses[2:], prop(lt(v(T), v(0))))  # v has no equations there
    assert without is None or without.certain


def test_the_values_are_shown() -> None:
    witness = found(*FALSE["a recursion that decays"])
    assert str(witness).splitlines()[1:] == [
        "  v: computed from its equations",
        "  k     0  1    2",
        "  v(k)  1  1/2  1/4",
        "  left side 1/2, right side 1/4",
        "  the claim is: left side <= right side",
    ]
    assert "(both sides exact; all hypotheses hold)" in str(witness)


def test_the_outcomes_are_shown_with_their_probabilities() -> None:
    witness = found(*FALSE["points"])
    lines = str(witness).splitlines()
    places = [line.strip() for line in lines if "X(" in line]
    assert "  outcomes 0 with probability 1/2, 1 with probability 1/2" in lines, lines
    assert {"X(0) = 1", "X(1) = 0"} <= set(places) or {"X(0) = 0", "X(1) = 1"} <= set(places)
    assert "outcomes 0 with probability 1/2" in witness.values
    many = replace(witness, space=tuple((number, Fraction(1, 32)) for number in range(32)))
    assert "7 with probability 1/32, and 24 more" in str(many)
    alone = replace(witness, space=((0, Fraction(1)),))
    assert "outcome 0 with probability 1\n" in str(alone)


# --- what is true -------------------------------------------------------------------------------

LATE = "fails only at large k"
TRUE: dict[str, tuple[list[Any], Any]] = {
    # quantifiers over infinitely many k
    "x*k <= 100, which 1/100 satisfies for long": ([forall(k, le(x * k, 100), [le(0, k)])], ANYTHING),
    "x <= 1/k, which small x satisfy for long": ([forall(k, le(x, 1 / k), [le(1, k)])], ANYTHING),
    "bounded powers of 2": ([eq(v(0), x), recursion(2 * v(k)), forall(k, le(v(k), 1000), [le(0, k)])], ANYTHING),
    "no integer is the largest": ([forall(k, le(k, 1000))], ANYTHING),
    "no integer is the smallest": ([forall(k, le(-1000, k))], ANYTHING),
    "in the condition": ([forall(k, le(g(k), k - 500), [le(0, k)])], le(g(0), 0)),
    "of two variables": ([forall((k, j), le(x * k, 100 + j), [le(0, k), le(0, j)])], ANYTHING),
    "a line below a constant": ([forall(y, le(x * y, 1))], eq(x, 0)),
    # equations that are no definitions
    "two recursions of one sequence": ([recursion(v(k) + 1), recursion(v(k))], ANYTHING),
    "no first time": ([forall(k, eq(v(k + 1), v(k) ** 2 + 1))], ANYTHING),
    "a circle": ([forall(k, eq(u(k), v(k) + 1)), forall(k, eq(v(k), u(k)))], ANYTHING),
    "from the future": ([recursion(v(k + 1) + 1, v(k)), forall(k, le(0, v(k)))], ANYTHING),
    "from the whole future": ([recursion(Sum(v(i), (i, k, k + 2)) + 1, v(k)), forall(k, le(0, v(k)))], ANYTHING),
    "a start that the recursion denies": ([eq(v(1), 5), recursion(v(k) * 0)], ANYTHING),
    "two starts": ([eq(v(0), 0), eq(v(0), 1)], ANYTHING),
    "a circle of variables": ([eq(a, b + 1), eq(b, a)], ANYTHING),
    "itself": ([forall(x, eq(f(x), f(x) + 1))], ANYTHING),
    "of points": ([forall(w, eq(X(w), X(w) + 1))], ANYTHING),
    "at the same place twice": ([forall(k, eq(p(k, k), 1)), eq(p(1, 1), 2)], ANYTHING),
    "where a condition holds": ([recursion(1, None, lt(0, h(k))), recursion(2, None, lt(0, h(k)))], le(h(0), 0)),
    "with a variable that its left side has not": ([forall((k, j), eq(g(k), j))], ANYTHING),
    "a start through a circle": ([eq(v(0), u(0) + 1), recursion(v(k) + 1, u(k))], ANYTHING),
    # hypotheses that hold only nearly
    "a root": ([eq(x**2, 2), lt(0, x)], lt(x, Fraction(3, 2))),
    "a sequence that is nearly one": ([forall(k, eq(g(k) ** 2, 2))], eq(g(1) ** 2 + g(2) ** 2, 4)),
    "a logarithm": ([eq(ln(x) / 10**45, 0), lt(0, x)], eq(x, 1)),
    # places where there is no value, conventions
    "the square of the root of anything": ([], le(0, root(x) ** 2)),
    "the square of the logarithm of anything": ([], le(0, ln(x) ** 2)),
    "x/x": ([ne(x, 0)], eq(ratio(x, x), 1)),
    "an empty sum": ([lt(n, 1)], eq(Sum(g(k), (k, 1, n)), 0)),
    "as many terms": ([le(0, n)], eq(Sum(1 + 0 * k, (k, 1, n)), n)),
    "0^0": ([], eq(power(x, 0), 1)),
    # expectations and integrals
    "Jensen's inequality": ([], le(E(X(w), w) ** 2, E(X(w) ** 2, w))),
    "the integral of s": ([], eq(Integral01(s, s), HALF)),
    "an integral is not its largest value": ([], lt(Integral01(s, s), 1)),
    "an integral with a function": ([forall(x, le(f(x), x))], le(Integral01(f(s), s), HALF)),
    "an expectation of a constant": ([forall(w, eq(X(w), x))], eq(E(X(w), w), x)),
}


@pytest.mark.parametrize(("hypotheses", "goal"), TRUE.values(), ids=TRUE)
def test_nothing_that_is_true_is_refuted(hypotheses: list[Any], goal: Any) -> None:
    witness = found(hypotheses, goal, STEPS // 4)
    assert witness is None or not witness.certain, witness


def constant(value: Any, name: str = "v") -> Definition:
    return Definition(name, ("int",), (), number(Fraction(value)))


# (hypotheses, goal, variables, definitions): no counterexample, though it looks like one for long
NEARLY: dict[str, tuple[list[Any], Any, dict[str, Any], list[Definition]]] = {
    "10^-9 k <= 100": (*TRUE["x*k <= 100, which 1/100 satisfies for long"], {"x": Fraction(1, 10**9)}, []),
    "10^-9 <= 1/k": (*TRUE["x <= 1/k, which small x satisfy for long"], {"x": Fraction(1, 10**9)}, []),
    "10^-90 2^k <= 1000": (*TRUE["bounded powers of 2"], {"x": Fraction(1, 10**90)}, [constant(0)]),
    "two recursions": (*TRUE["two recursions of one sequence"], {"x": Fraction(1)}, [constant(1)]),
    "no first time": (*TRUE["no first time"], {"x": Fraction(1)}, [constant(1)]),
    "1.41...^2 = 2": (*TRUE["a root"], {"x": Fraction(1414213562373095048801688724209698078569671875377, 10**48)}, []),
    "nothing is said of u": (
        [recursion(u(k)), forall(k, le(u(k), 0))],
        le(v(1), 0),
        {},
        [constant(0)],
    ),
}


@pytest.mark.parametrize(("hypotheses", "goal", "variables", "definitions"), NEARLY.values(), ids=NEARLY)
def test_what_is_nearly_a_counterexample_is_none(
    hypotheses: list[Any], goal: Any, variables: dict[str, Any], definitions: list[Definition]
) -> None:
    question = Question([prop(hypothesis) for hypothesis in hypotheses], prop(goal))
    assert question.witness(variables, definitions) is None


# --- forged data --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def witness() -> Any:
    return found(*FALSE["a bound of a sequence"])


def bodies() -> dict[str, Term]:
    of_g = make("app", function("g", ["int"]), make("bound", 0, "int"))
    return {
        "its own": of_g,
        "a variable": make("var", "y", "real"),
        "another argument": make("real", make("bound", 1, "int")),
        "an argument of another sort": make("bound", 0, "real"),
        "a proposition": make("<=", number(0), number(1)),
    }


def test_data_that_are_none_refute_nothing(witness: Any) -> None:
    hypotheses, goal = [prop(FALSE["a bound of a sequence"][0][0])], prop(FALSE["a bound of a sequence"][1])
    assert recomputed(witness, hypotheses, goal) is not None
    (definition,) = witness.definitions
    changed = [
        *({"definitions": (replace(definition, body=body),)} for body in bodies().values()),
        {"definitions": ()},
        {"definitions": (replace(definition, name="h"),)},
        {"definitions": (replace(definition, sorts=("real",)),)},
        {"definitions": (replace(definition, sorts=()),)},
        {"definitions": (replace(definition, body=None),)},
        {"definitions": (replace(definition, table=((("a",), Fraction(1)),)),)},
        {"definitions": (replace(definition, table=(((1,), 0.5),)),)},
        {"instance": (1,)},
        {"space": ((0, Fraction(3)),)},
        {"space": ((0, Fraction(2)), (1, Fraction(-1)))},
        {"space": (([], Fraction(1)),)},
        {"certified": False},
    ]
    for change in changed:
        assert recomputed(replace(witness, **change), hypotheses, goal) is None, change
    for true in (le(Sum(g(k), (k, 1, 3)), 3), le(0, 1)):
        assert recomputed(witness, hypotheses, prop(true)) is None
    assert recomputed(witness, [*hypotheses, prop(le(1, 0))], goal) is None


def test_a_point_must_be_one_of_the_space() -> None:
    """Of a point outside of it no hypothesis speaks."""
    hypotheses, goal = [prop(forall(w, le(X(w), 1)))], prop(forall(w, le(X(w), 0)))
    witness = refute(hypotheses, goal, steps=STEPS)
    assert witness is not None and witness.certain and recomputed(witness, hypotheses, goal) is not None
    outside = Definition("X", ("point",), ((("elsewhere",), Fraction(2)),), number(0))
    forged = replace(witness, instance=("elsewhere",), definitions=(outside,))
    assert recomputed(forged, hypotheses, goal) is None
    assert recomputed(replace(forged, instance=witness.instance), hypotheses, goal) is None


def test_what_a_witness_says_of_its_sides_is_computed_again(witness: Any) -> None:
    hypotheses, goal = [prop(FALSE["a bound of a sequence"][0][0])], prop(FALSE["a bound of a sequence"][1])
    told = replace(witness, slack=replace(witness.slack, lhs=Fraction(7)), calls=(), computed=("g",), exact=False)
    assert str(recomputed(told, hypotheses, goal)) == str(witness)


def test_a_model_of_samples_becomes_one_of_data() -> None:
    """A user's model is a program; what it says at a few places, and 0 elsewhere, may be a counterexample."""
    from adamproof.numeric.check import counterexample
    from adamproof.numeric.models import Model

    hypotheses, goal = [prop(forall(k, le(g(k), 1)))], prop(le(g(3), HALF))
    sampled = counterexample(hypotheses, goal, [Model(functions={"g": lambda at: Fraction(int(at == 3))})])
    assert sampled is not None and not sampled.certain
    made, doubt = certified(sampled, hypotheses, goal)
    assert doubt is None
    assert made is not None and made.certain
    made, doubt = certified(sampled, [*hypotheses, prop(forall(k, lt(0, g(k))))], goal)
    assert made is None and doubt == (len(hypotheses), (0,), True)


def test_the_same_search_gives_the_same_counterexample() -> None:
    assert str(found(*FALSE["only roots"])) == str(found(*FALSE["only roots"]))


# --- definitions --------------------------------------------------------------------------------


def test_which_equations_define() -> None:
    rules = Rules([prop(entry) for entry in (eq(v(0), 0), recursion(v(k) + g(k + 1)), forall(k, eq(u(k), v(k))))])
    assert set(rules.general) == {"v", "u"} and set(rules.ground) == {"v"}
    assert rules.circle("v") == {"v"} and not rules.circle("u")
    for number_, entry in enumerate(name for name in TRUE if name in ("no first time", "itself", "of points")):
        assert not Rules([prop(TRUE[entry][0][0])]).general, number_
