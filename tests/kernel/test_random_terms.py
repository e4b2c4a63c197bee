"""50,000 random binder-heavy terms: normal forms, substitution, binding and keys keep the value.

Every check compares exact values in random models (evaluate.py), so a captured variable, a wrong index
or a wrong law of the normal form shows as two different numbers.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adamproof.kernel.normal import key, normal
from adamproof.kernel.terms import (
    BINDERS,
    RELATIONS,
    Function,
    FunctionBody,
    Term,
    bind,
    free,
    is_binder,
    make,
    opened,
    reset_budget,
    substitute,
)
from adamproof.kernel.text import show

from .build import add, integer, mul, num, point, real, whole
from .evaluate import Model, TooLarge
from .generate import FUNCTIONS, INTEGERS, POINTS, REALS, Generator

BATCHES = 20
TERMS_PER_BATCH = 2500  # 20 * 2500 = 50,000
CHANGES_PER_BATCH = 400
PAIRS_PER_BATCH = 300
PARAMETERS = {"real": real("x"), "int": integer("m"), "point": point("u")}
BINDER_OF = {"real": "Integral01", "int": "Sum", "point": "E"}


def terms(seed: int, count: int, depth: int = 4) -> Iterator[tuple[Generator, Model, Term]]:
    """Random terms, with a random model each."""
    generator = Generator(seed)
    for number in range(count):
        reset_budget()
        yield generator, Model(seed * 1_000_003 + number), generator.real(depth)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_normal_form_has_the_value_of_its_term(batch: int) -> None:
    evaluated = 0
    for _, model, term in terms(batch, TERMS_PER_BATCH):
        try:
            value = model.real(term)
        except TooLarge:
            continue
        assert model.poly(normal(term)) == value, term
        evaluated += 1
    assert evaluated > 0.95 * TERMS_PER_BATCH


def random_change(generator: Generator) -> tuple[dict[Term, Term], dict[Function, FunctionBody]]:
    """Values for some variables, and bodies with binders and free variables for some symbols."""
    variables: dict[Term, Term] = {}
    for variable in (*REALS, *INTEGERS, *POINTS):
        if generator.random.random() < 0.4:
            value = {"real": lambda: generator.real(2), "int": generator.integer, "point": generator.point}
            variables[variable] = value[variable.sort]()
    bodies: dict[Function, FunctionBody] = {}
    for symbol in FUNCTIONS:
        if generator.random.random() < 0.4:
            bodies[symbol] = (tuple(PARAMETERS[sort] for sort in symbol.sorts), generator.real(2))
    return variables, bodies


@pytest.mark.parametrize("batch", range(BATCHES))
def test_substitution_is_evaluation_in_the_changed_model(batch: int) -> None:
    evaluated = 0
    for generator, model, term in terms(100 + batch, CHANGES_PER_BATCH, depth=3):
        variables, bodies = random_change(generator)
        changed = model.changed({variable: model.real(value) for variable, value in variables.items()}, bodies)
        try:
            expected = changed.real(term)
            found = model.real(substitute(term, variables, bodies))
        except TooLarge:
            continue
        assert found == expected, (term, variables, bodies)
        evaluated += 1
    assert evaluated > 0.9 * CHANGES_PER_BATCH


@pytest.mark.parametrize("batch", range(4))
def test_binding_and_opening_are_inverse(batch: int) -> None:
    for generator, _, term in terms(200 + batch, 1000):
        variable = generator.random.choice((*REALS, *INTEGERS, *POINTS))
        bounds = (whole(0), integer("n")) if variable.sort == "int" else ()
        bound = bind(BINDER_OF[variable.sort], variable, *bounds, term)
        assert opened(bound, variable) is term
        assert variable not in free(bound)
        renamed = make("var", "unused", variable.sort)
        assert bind(bound.op, renamed, *bounds, opened(bound, renamed)) is bound
        assert opened(bound, renamed) is substitute(term, {variable: renamed})


def subterm_variant(generator: Generator, term: Term, scope: tuple[str, ...] = ()) -> Term:
    """The term with a few local changes: laws that the normal form knows, and mistakes."""
    args = list(term.args)
    for position, arg in enumerate(args):
        if type(arg) is Term:
            bound = is_binder(term.op) and position == len(args) - 1
            sort = {"Sum": "int", "E": "point", "Integral01": "real"}.get(term.op, term.op.removeprefix("forall_"))
            args[position] = subterm_variant(generator, arg, (sort, *scope) if bound else scope)
    if term.op == "Integrable" and args[0].op not in ("E", "Integral01"):
        return term
    changed = make(term.op, *args)
    if generator.random.random() > 0.25 or changed.sort != "real":
        return changed
    roll = generator.random.random()
    if roll < 0.08:
        return generator.real(0, scope)  # a mistake
    if changed.op in ("add", "mul") and roll < 0.6:
        if changed.op == "mul" and args[1].op == "add":
            return add(*(mul(args[0], part) for part in args[1].args))
        return make(changed.op, *generator.random.sample(args, len(args)))
    if changed.op in BINDERS and args[-1].op == "add":
        return add(*(make(changed.op, *args[:-1], part) for part in args[-1].args))
    if changed.op == "inv" and args[0].op == "inv":
        return args[0].args[0]
    return add(mul(num("1/3"), changed), mul(changed, num("2/3"))) if roll < 0.8 else add(changed, num(0))


def prop_variant(generator: Generator, prop: Term) -> Term:
    changed = subterm_variant(generator, prop)
    if changed.op in RELATIONS and generator.random.random() < 0.5:
        a, b = changed.args
        return make(changed.op, add(a, mul(num(-1), b)), num(0))
    return changed


@pytest.mark.parametrize("batch", range(BATCHES))
def test_propositions_with_equal_keys_have_equal_truth(batch: int) -> None:
    generator, equal, unequal = Generator(300 + batch), 0, 0
    for number in range(PAIRS_PER_BATCH):
        reset_budget()
        prop = generator.proposition(3)
        other = prop_variant(generator, prop)
        same = key(prop) == key(other)
        for seed in range(3):
            model = Model(batch * 1_000_003 + 3 * number + seed)
            try:
                agree = model.truth(prop) == model.truth(other)
            except TooLarge:
                continue
            assert agree or not same, (prop, other)
        if same and prop is not other:
            equal += 1
        elif not same:
            unequal += 1
    assert equal > PAIRS_PER_BATCH // 8
    assert unequal > PAIRS_PER_BATCH // 20


def test_a_false_law_would_be_noticed() -> None:
    """The evaluator tells x/x from 1, a sum over nothing from its body, and one bound variable from another."""
    x, k = real("x"), integer("k")
    pairs = [
        (mul(x, make("inv", x)), num(1)),
        (bind("Sum", k, whole(0), integer("n"), num(1)), num(1)),
        (make("pow", make("inv", x), whole(-1)), x),
        (make("sqrt", mul(x, x)), x),
    ]
    for a, b in pairs:
        assert any(Model(seed).real(a) != Model(seed).real(b) for seed in range(20))
        assert key(make("==", a, b)) != key(make("==", b, b))


def sample_values() -> list[str]:
    return [f"{show(term)}: {model.poly(normal(term))}" for _, model, term in terms(7, 60, depth=3)]


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_values_do_not_depend_on_the_process(hash_seed: str) -> None:
    """The generator, the evaluator and the normal forms are the same under every hash seed."""
    program = "from tests.kernel.test_random_terms import sample_values; print(*sample_values(), sep='\\n')"
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root, env=environment)
    assert result.stdout.splitlines() == sample_values()


def loose(term: Term, above: int = 0) -> set[tuple[int, str]]:
    """The bound variables that no binder inside binds, found by walking the term."""
    if term.op == "bound":
        return {(term.args[0] - above, term.sort)} if term.args[0] >= above else set()
    found: set[tuple[int, str]] = set()
    for position, arg in enumerate(term.args):
        if isinstance(arg, Term):
            found |= loose(arg, above + (is_binder(term.op) and position == len(term.args) - 1))
    return found


def test_what_is_loose() -> None:
    generator = Generator(1)
    sorts = ("int", "real", "point", "real", "int")
    for _ in range(300):
        term = generator.real(4, sorts)
        assert term.loose == loose(term)
        assert (term.mask == 0) == (not term.loose)
