"""What `show` prints parses back to the same object."""

from __future__ import annotations

from fractions import Fraction

import pytest

from adamproof.kernel.terms import Term, as_real, function, make
from adamproof.kernel.text import show

from .build import (
    add,
    app,
    eq,
    forall,
    implies,
    integer,
    integrable,
    integral,
    le,
    mean,
    mul,
    num,
    point,
    real,
    total,
    whole,
)
from .generate import TABLE, Generator
from .parser import ParseError, parse

X, Y, K, M, W = real("x"), real("y"), integer("k"), integer("m"), point("w")
F, G, P = (TABLE[name] for name in ("f", "g", "p"))
HALF = num("1/2")


def power(base: Term, exponent: int | Term) -> Term:
    return make("pow", base, whole(exponent) if type(exponent) is int else exponent)


def inv(term: Term) -> Term:
    return make("inv", term)


@pytest.mark.parametrize("seed", range(8))
def test_random_terms_parse_back_to_the_same_object(seed: int) -> None:
    generator = Generator(seed)
    for _ in range(500):
        term = generator.real(generator.random.randint(0, 5))
        assert parse(show(term), TABLE) is term


@pytest.mark.parametrize("seed", range(8))
def test_random_propositions_parse_back_to_the_same_object(seed: int) -> None:
    generator = Generator(100 + seed)
    for _ in range(400):
        prop = generator.proposition(generator.random.randint(0, 4))
        assert parse(show(prop), TABLE) is prop


NUMERIC = (num(-3), num(-1), num("-1/2"), num(0), num(1), HALF, num(3))


SECOND = (*NUMERIC, X, inv(num(3)), inv(X), power(num(2), 3), inv(power(num(2), 3)))
THIRD = (None, num(-1), num(2), X, inv(power(X, 2)))


@pytest.mark.parametrize("first", NUMERIC, ids=show)
@pytest.mark.parametrize("second", SECOND, ids=show)
@pytest.mark.parametrize("third", THIRD, ids=lambda term: "none" if term is None else show(term))
def test_signs_fractions_and_divisions_are_unambiguous(first: Term, second: Term, third: Term | None) -> None:
    parts = [first, second] if third is None else [first, second, third]
    for op in ("add", "mul"):
        term = make(op, *parts)
        assert parse(show(term), TABLE) is term
        for nested in (make("add", X, term), make("mul", term, Y), make("mul", num(-1), term), power(term, 2)):
            assert parse(show(nested), TABLE) is nested


PRINTED = [
    (add(X, num(-3)), "x - 3"),
    (add(X, mul(num(-1), num(3))), "x + (-1)*3"),
    (add(X, mul(num(-3), Y)), "x + (-3)*y"),
    (add(X, mul(num(-1), num(3), Y)), "x - 3*y"),
    (mul(num(-1), mul(X, Y)), "-(x*y)"),
    (mul(num(-1), X, Y), "-x*y"),
    (mul(num(-1), num(-1), X), "-(-1)*x"),
    (mul(X, inv(add(Y, num(1)))), "x/(y + 1)"),
    (mul(num(1), inv(power(num(2), 3))), "1/2^3"),
    (power(HALF, 3), "(1/2)^3"),
    (power(num(-2), -1), "(-2)^(-1)"),
    (power(power(X, 2), K), "(x^2)^k"),
    (mul(X, inv(HALF)), "x*inv(1/2)"),
    (add(add(X, Y), X), "(x + y) + x"),
    (add(X, add(Y, X)), "x + (y + x)"),
    (implies(implies(le(X, Y), le(Y, X)), le(X, X)), "(x <= y -> y <= x) -> x <= x"),
    (implies(le(X, Y), implies(le(Y, X), le(X, X))), "x <= y -> y <= x -> x <= x"),
    (implies(forall(K, le(X, as_real(K))), le(X, Y)), "(forall k: int. x <= k) -> x <= y"),
    (forall(K, implies(le(X, as_real(K)), le(X, Y))), "forall k: int. x <= k -> x <= y"),
    (total(K, whole(0), M, app(F, K)), "Sum(k, 0, m, f(k))"),
    (mean(W, app(P, W)), "E(w, p(w))"),
    (integrable(integral(X, X)), "Integrable(Integral01(s, s))"),
]


@pytest.mark.parametrize(("term", "text"), PRINTED, ids=[text for _, text in PRINTED])
def test_printed_text_is_exact(term: Term, text: str) -> None:
    assert show(term) == text
    assert parse(text, TABLE) is term


def test_the_repr_is_the_raw_tree_cut_short() -> None:
    assert repr(mul(num(-1), X)) == "mul(rat(Fraction(-1, 1)), var('x', 'real'))"
    assert repr(total(K, whole(0), M, app(F, K))) == "Sum(int(0), var('m', 'int'), app(f(int), bound(0, 'int')))"
    deep = X
    for _ in range(90):
        deep = add(deep, deep) if deep.size < 1000 else make("abs", deep)
    wide = make("mul", *[num(10**3000)] * 1000)
    assert max(len(repr(deep)), len(repr(wide))) < 400


@pytest.mark.parametrize("taken", ["k", "i", "n", "l", "k1", "s", "y", "z", "w", "w1"])
@pytest.mark.parametrize("sort", ["int", "real"])
def test_bound_names_avoid_free_names(taken: str, sort: str) -> None:
    free = make("var", taken, sort)
    seen = as_real(free) if sort == "int" else free
    table = {taken: sort, "f": F, "g": G, "p": P}
    bound, inner, sample, at = integer("b1"), integer("b2"), point("b3"), real("b4")
    body = mul(seen, app(F, bound), app(F, inner), app(P, sample), app(G, at))
    term = total(bound, whole(0), whole(2), mean(sample, integral(at, total(inner, bound, whole(3), body))))
    for prop in (eq(term, seen), forall(integer("b5"), forall(real("b6"), eq(term, mul(real("b6"), seen))))):
        assert parse(show(prop), table) is prop


def test_bound_names_avoid_function_names() -> None:
    named_like_a_bound_variable = function("k", ["int"])
    term = total(integer("j"), whole(0), whole(1), app(named_like_a_bound_variable, integer("j")))
    assert show(term) == "Sum(i, 0, 1, k(i))"
    assert parse(show(term), {"k": named_like_a_bound_variable}) is term


def test_bound_names_run_on_when_the_pool_is_used_up() -> None:
    term: Term = num(1)
    for level in range(9):
        term = total(integer(f"v{level}"), whole(0), integer(f"v{level + 1}"), mul(term, as_real(integer(f"v{level}"))))
    table = {"v9": "int"}
    assert "k1" in show(term) and "k2" in show(term)
    assert parse(show(term), table) is term


def test_a_loose_bound_variable_is_printed_as_no_name() -> None:
    loose = make("bound", 0, "real")
    assert show(loose) == "?0"
    with pytest.raises(ParseError):
        parse(show(loose), TABLE)


def test_literals_of_both_sorts_print_alike_and_are_told_apart_by_position() -> None:
    term = add(power(num(2), 2), app(F, whole(2)))
    assert show(term) == "2^2 + f(2)"
    assert parse(show(term), TABLE) is term


def test_fraction_values_survive() -> None:
    for value in (Fraction(0), Fraction(-7, 3), Fraction(10**30, 3)):
        assert parse(show(eq(num(value), X)), TABLE).args[0].args[0] == value


@pytest.mark.parametrize("text", ["", "x +", "x <= y <= s", "x ^ 2 ^ 3", "Sum(j, 0, 1)", "f()", "zzz", "x $ y"])
def test_the_parser_refuses_what_the_printer_never_writes(text: str) -> None:
    with pytest.raises(ParseError):
        parse(text, TABLE)
