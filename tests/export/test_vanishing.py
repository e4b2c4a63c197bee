"""Whatever the kernel accepts, Coq accepts: names that vanish, names that clash, numbers of every size."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from adamproof.crosscheck import coqc
from adamproof.crosscheck.smt_solvers import asker
from adamproof.export.coq import normal_terms, text
from adamproof.export.coq.development import Development, Module
from adamproof.export.coq.replay import replay
from adamproof.export.coq.scope import names_of
from adamproof.export.coq.text import coq_name
from adamproof.export.proof import read
from adamproof.export.smt import obligations
from adamproof.kernel import terms
from adamproof.kernel.rules import RULES
from adamproof.kernel.terms import NAME, Term, as_real, function, make
from adamproof.kernel.verify import verify
from adamproof.prover.record import Step, derive, dump

from ..kernel.build import (
    add,
    app,
    eq,
    forall,
    implies,
    integer,
    integrable,
    integral,
    le,
    lt,
    mean,
    mul,
    num,
    point,
    real,
    total,
    whole,
)
from .common import needs_coq
from .generate import KINDS, Proofs, derivations

GENERATED = 2 * len(KINDS)
X, Y, S = real("x"), real("y"), real("s")
K, N = integer("k"), integer("n")
V, W = point("v"), point("w")
F, G, Q = function("f", ["int"]), function("g", ["real"]), function("q", ["point"])
TWO = function("two", ["point", "point"])
LONG = function("long", ["int"] * 7)
ZERO, ONE = num(0), num(1)
# The words of the scripts that are no names of things: commands and scopes, and tactics.
COMMANDS = "Coq From Import Lemma Open Proof Prelude Qed Reals Require Scope Theorem ZArith Adamproof list"
TACTICS = "apply assert by_polynomials exact field intros refine repeat rewrite ring subst"


def given(prop: Term) -> Step:
    return derive("assume", (), prop)


def shown(prop: Term) -> Step:
    return Proofs.shown(prop)


def power(base: Term, exponent: int | Term) -> Term:
    return make("pow", base, exponent if isinstance(exponent, Term) else whole(exponent))


def bounded_magnitude() -> Step:
    """forall w |q(w)| <= x gives 0 <= x: of the point at which that is read nothing is left."""
    value = app(Q, W)
    below = derive("specialise", (given(forall(W, le(make("abs", value), X))),), W)
    certificate = tuple((Fraction(1), indices, ()) for indices in ((-1,), (0,), (2,)))
    sides = []
    for fact, prop in (("abs_nonneg", le(ZERO, value)), ("abs_nonpos", le(value, ZERO))):
        size = derive("fact", (given(prop),), fact, (value,))
        sides.append(derive("arith", (below, size, given(prop)), le(ZERO, X), certificate, ((1, num(-1)),)))
    strict = given(lt(value, ZERO))
    weak = derive("arith", (strict,), le(value, ZERO), certificate[:2], ())
    return derive("cases", (sides[0], derive("cut", (weak, sides[1]))), ZERO, value)


def bound_and_free() -> Step:
    """0 <= s of the bound s is discharged; the same about a free s stays, and says nothing of the bound one."""
    low = le(ZERO, mul(ONE, S))
    inside = derive("specialise", (given(forall(S, implies(low, le(app(G, S), ONE)))),), S)
    inside = derive("detach", (inside, given(low)))
    gap = make("Integrable", integral(S, add(ONE, mul(num(-1), app(G, S)))))
    finite = derive("detach", (given(implies(low, gap)), given(low)))
    return derive("binder", (inside, finite), "Integral01", S, ())


def hypothesis_out_of_sight() -> Step:
    """Under `forall k` a hypothesis about a free k is out of sight; its name is still in use."""
    body = implies(le(as_real(K), X), le(as_real(K), Y))
    other = implies(le(as_real(K), add(X, ZERO)), le(as_real(K), mul(ONE, Y)))
    sides = []
    for prop, said in ((le(as_real(K), ZERO), body), (lt(ZERO, as_real(K)), other)):
        sides.append(derive("detach", (given(implies(prop, forall(K, said))), given(prop))))
    return derive("cases", tuple(sides), as_real(K), ZERO)


def symbol_out_of_sight() -> Step:
    """Under two binders that are called w' and w'', for the free w is still in use."""
    low = le(ZERO, app(Q, W))
    nested = derive("detach", (given(implies(low, forall(V, forall(V, le(X, Y))))), given(low)))
    return derive("convert", (nested,), forall(V, forall(V, le(X, add(Y, ZERO)))))


def one_name_twice() -> Step:
    """An equation of terms that mention two symbols named m."""
    first, second = mul(ZERO, real("m")), mul(ZERO, as_real(integer("m")))
    return derive("convert", (shown(eq(first, ZERO)),), eq(second, ZERO))


def small_factors() -> Step:
    """Coefficients with a long common denominator."""
    small = (Fraction(1, 2**6000 + 1), Fraction(1, 3**4000))
    goal = le(ZERO, add(mul(num(small[0]), X), mul(num(small[1]), Y)))
    products = ((Fraction(1), (-1,), ()), *((by, (place,), ()) for place, by in enumerate(small)))
    return derive("arith", (given(le(ZERO, X)), given(le(ZERO, Y))), goal, products, ())


def powers() -> Step:
    """Powers that Coq does not compute with by itself, where the largest is that of `module`, and their inverses."""
    half = power(make("inv", X), 18)
    known = shown(eq(make("inv", power(X, 36)), mul(half, half)))
    return derive("convert", (known,), eq(mul(half, half), make("inv", power(X, add(whole(37), whole(-1))))))


def wide(count: int) -> Step:
    """A function of so many arguments, none of which is in normal form."""
    symbol = function("wide", [("real", "int", "point")[place % 3] for place in range(count)])
    arguments = {
        "real": (add(X, Y, ZERO), add(Y, X)),
        "int": (mul(add(K, N), whole(2)), add(mul(whole(2), N), K, K)),
        "point": (W, W),
    }
    left, right = (app(symbol, *(arguments[sort][side] for sort in symbol.sorts)) for side in (0, 1))
    return shown(eq(left, right))


def integers(value: Term) -> Step:
    """A product of integer terms in the place of an integer that is seen as a real."""
    seen = as_real(K)
    below = given(forall(K, le(mul(seen, seen, X), app(G, mul(num(2), seen)))))
    return derive("specialise", (below,), value)


def integer_steps() -> Step:
    """The same in `rewrite`, `integer_gap` and `induction`."""
    product, long = mul(add(K, N), N, N), add(mul(K, N, N), mul(N, N, N), whole(-2))
    equal = given(eq(as_real(product), add(as_real(long), num(2))))
    below = given(le(app(F, product), as_real(product)))
    hole = integer("m")
    replaced = derive("rewrite", (equal, below), hole, le(app(F, hole), as_real(hole)))
    gap = derive("integer_gap", (given(lt(as_real(product), as_real(mul(long, add(K, whole(1)))))),))
    kept = derive("detach", (derive("discharge", (replaced,), gap.conclusion), gap))
    claim = le(mul(ZERO, as_real(hole)), ZERO)
    low = derive("instantiate", (shown(claim),), ((hole, product),), ())
    up = derive("instantiate", (shown(claim),), ((hole, add(hole, whole(1))),), ())
    every = derive("induction", (low, up), hole, product, claim)
    return derive("detach", (derive("discharge", (every,), kept.conclusion), kept))


def many_summands() -> Step:
    """More under a sum than a nested term could hold."""
    powers_of_x = add(*(power(X, exponent) for exponent in range(100)))
    body = mul(app(F, K), powers_of_x)
    return shown(eq(total(K, whole(1), N, body), mul(powers_of_x, total(K, whole(1), N, app(F, K)))))


def many_factors() -> Step:
    names = [real(f"b_{number}") for number in range(110)]
    return shown(eq(make("inv", mul(*names)), mul(*(make("inv", name) for name in names))))


def many_integrals() -> Step:
    """A combination of as many."""
    values = [app(function(f"f_{number}", ["point"]), W) for number in range(110)]
    known = tuple(given(integrable(mean(W, value))) for value in values)
    return derive("combination", known, "E", W, add(*values), (ZERO, *(ONE for _ in values)))


def deep() -> Step:
    """As deep as the kernel takes it, and nowhere in normal form."""
    left, right = add(X, ZERO), X
    for level in range(97):
        head = ("sqrt", "inv")[level % 2]
        left, right = make(head, left), make(head, right)
    return derive("convert", (given(le(left, Y)),), le(right, Y))


BY_HAND: dict[str, Callable[[], Step]] = {
    "six_arguments": lambda: wide(6),
    "many_arguments": lambda: wide(32),
    "a_product_of_integers": lambda: integers(mul(N, add(N, whole(-3)), integer("m"))),
    "integers_nested": lambda: integers(
        add(mul(add(K, N), add(mul(whole(2), N), mul(N, K, whole(-1)))), whole(10**40), mul(add(mul(K, K), K), N))
    ),
    "integer_steps": integer_steps,
    "a_lost_function": lambda: derive(
        "convert", (shown(le(ZERO, mul(ZERO, app(TWO, V, W), app(LONG, *[K] * 7)))),), le(ZERO, ZERO)
    ),
    "deep": deep,
    "bounded_magnitude": bounded_magnitude,
    "bound_and_free": bound_and_free,
    "hypothesis_out_of_sight": hypothesis_out_of_sight,
    "symbol_out_of_sight": symbol_out_of_sight,
    "one_name_twice": one_name_twice,
    "powers": powers,
    "a_literal_power": lambda: derive("specialise", (given(forall(N, le(power(X, N), Y))),), whole(3)),
    "a_large_literal_power": lambda: derive("specialise", (given(forall(N, le(power(X, N), Y))),), whole(10**30)),
    "a_large_integer": lambda: derive("specialise", (given(forall(K, le(app(F, K), Y))),), whole(-(10**3000))),
    "two_points": lambda: derive("specialise", (given(forall(V, le(ZERO, mul(ZERO, app(TWO, V, W))))),), W),
    "no_free_names": lambda: derive("generalise", (shown(eq(mean(V, mul(ZERO, app(Q, W))), ZERO)),), W),
    "no_hypotheses": lambda: derive(
        "arith", (), le(ZERO, ONE), ((Fraction(1), (-1,), ()), (Fraction(1), (), (mul(ZERO, app(Q, W)),)),
                                     (Fraction(1), (), ())), ()
    ),
    "constant": lambda: derive("combination", (given(integrable(mean(W, app(Q, W)))),), "E", V, X, (X, mul(ZERO, Y))),
    "until": lambda: derive("convert", (given(le(ZERO, real("until"))),), le(ZERO, add(real("until"), ZERO))),
    "plus_IZR": lambda: shown(eq(mean(W, as_real(add(integer("plus_IZR"), whole(0)))), as_real(integer("plus_IZR")))),
}  # fmt: skip


POWERS = dump(powers())


@pytest.fixture(scope="session")
def module() -> Module:
    """Everything as one Coq file: Coq is started once."""
    proofs = {f"by_hand_{name}": dump(make_it(), name) for name, make_it in BY_HAND.items()}
    for content in proofs.values():
        verify(content)
    proofs |= {f"case_{number}": content for number, (_, content) in enumerate(derivations(5, GENERATED))}
    with pytest.MonkeyPatch.context() as patch:
        for where in (normal_terms, text):  # Coq takes a while for powers above the true one
            patch.setattr(where, "LARGEST_POWER", 20)
        return replay(Development(), "Vanishing", {name: read(content) for name, content in proofs.items()})


@pytest.mark.parametrize("make_it", [many_summands, many_factors, many_integrals])
def test_terms_of_any_length_are_written(make_it: Callable[[], Step]) -> None:
    """Coq takes some seconds to accept these."""
    content = dump(make_it())
    verify(content)
    assert "Theorem it" in replay(Development(), "Long", {"it": read(content)}).text


def test_the_steps_of_writing_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """They may be more than those of checking, which are limited; so many that the kernel refuses a step or two."""
    monkeypatch.setattr(terms, "MAX_STEPS", 40)
    replay(Development(), "Steps", {"it": read(POWERS)})
    assert [*obligations(POWERS)]


def test_coefficients_of_any_size_are_written() -> None:
    """Coq takes some seconds to accept this one."""
    written = replay(Development(), "Small", {"it": read(dump(small_factors()))})
    assert re.search(r"IZR_lt 0 0x[0-9a-f]{2000}", written.text)


def test_what_is_generated() -> None:
    """Every rule is there, and much vanishes."""
    proofs = [read(content) for _, content in derivations(5, GENERATED)]
    assert {step.rule for proof in proofs for step in proof.steps} == set(RULES)


@needs_coq
@pytest.mark.usefixtures("compiled_prelude")
def test_coq_accepts_what_the_kernel_accepts(module: Module, tmp_path: Path) -> None:
    (answer,) = coqc.check([module], tmp_path, 1, lambda _: None)
    assert answer.accepted, (answer.step, answer.reason)


def test_symbols_that_vanish_are_given_values(module: Module) -> None:
    for kind in ("R", "Z", "Omega", "Omega -> Omega -> R", "(Z -> ){7}R"):
        assert re.search(rf"assert \(any\d+ : {kind}\) by exact \(", module.text), kind


def test_no_symbol_takes_the_name_of_something_in_a_script(module: Module) -> None:
    """Every word of a script that a symbol could have as its name is reserved, so that a symbol gets another."""
    written = {name for _, lemma in module.lines for name in names_of(lemma.symbols).values()}
    theorems = {part for name in module.theorems for part in name.split()}
    known = {*COMMANDS.split(), *TACTICS.split(), "all_theorems", "probability", "integral01", *written, *theorems}
    code = re.sub(r"\(\*.*?\*\)", "", module.text, flags=re.DOTALL)
    known.update(re.findall(r"(?:fun|forall) \(?([A-Za-z]\w*)", code))
    words = {word for word in re.findall(r"(?<![\w'.])[A-Za-z]\w*(?![\w'])", code) if NAME.fullmatch(word)}
    assert {word for word in words - known if coq_name(word) == word} == set()


def test_solvers_find_no_fault() -> None:
    """Also where nothing but numbers is left of a question."""
    pytest.importorskip("z3")
    ask = asker("z3", steps=100_000)
    asked = [step for _, content in derivations(5, GENERATED) for step in obligations(content)]
    assert len(asked) > GENERATED // 5
    assert not [step.question for step in asked if ask(step).alarm]
