"""10,000 random forward derivations; what the kernel derives is true wherever its hypotheses are.

Random rules are applied to random theorems of a growing pool, half of the time with arguments that need
not fit.  Whatever the kernel accepts is evaluated in random models: a sequent whose hypotheses all hold
and whose conclusion fails would be a soundness bug.  Truth has three values: a quantifier over integers
or reals is never established by samples, and a comparison closer than the precision is not decided.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from fractions import Fraction
from math import isqrt
from typing import Any

import pytest

from adamproof.kernel.facts import FACTS
from adamproof.kernel.rules import RULES, Theorem, apply
from adamproof.kernel.terms import (
    BINDERS,
    QUANTIFIERS,
    RELATIONS,
    Function,
    Refusal,
    Term,
    as_real,
    bind,
    free,
    make,
    minus,
    substitute,
)
from adamproof.kernel.text import show

from .build import add, eq, forall, given, implies, integer, integrable, le, lt, mul, num, point, real, use, whole
from .evaluate import DOMAINS, Model, TooLarge, Value, compare
from .generate import FUNCTIONS, INTEGERS, POINTS, REALS, Generator

BATCHES = 10
DERIVATIONS_PER_BATCH = 1000  # 10 * 1000 = 10,000
POOL, LARGEST = 120, 60
PRECISION = Context(prec=60)
TOLERANCE = Fraction(1, 10**25)
LARGE = 10**12
ZERO, ONE = num(0), num(1)


class Undecided(Exception):
    """The value is known only approximately, and the answer depends on its last digits."""


def decimal(value: Fraction) -> Decimal:
    return PRECISION.divide(Decimal(value.numerator), Decimal(value.denominator))


class TrueModel(Model):
    """A model in which every fact of the kernel holds: roots, logarithms and powers are the real ones."""

    approximate = False

    def apply(self, symbol: Function, args: tuple[Value, ...]) -> Fraction:
        self.must_be_exact()
        return super().apply(symbol, args)

    def must_be_exact(self) -> None:
        if self.approximate:
            raise Undecided

    def rounded(self, value: Decimal) -> Fraction:
        self.approximate = True
        if abs(value) > LARGE:
            raise TooLarge
        return Fraction(value)

    def binder(self, op: str, bounds: tuple[Value, ...], body: Any) -> Value:
        if op == "Sum" and bounds[1] - bounds[0] > 60:
            raise TooLarge
        return super().binder(op, bounds, body)

    def head(self, op: str, x: Value, *rest: Value) -> Value:
        if self.approximate and op in ("inv", "sign") and abs(x) <= TOLERANCE:
            raise Undecided
        if op == "sqrt" and x >= 0:
            return self.root(Fraction(x))
        if op == "ln" and x > 0:
            return Fraction(0) if x == 1 else self.rounded(PRECISION.ln(decimal(Fraction(x))))
        if op == "rpow" and x >= 0:
            return self.real_power(Fraction(x), Fraction(rest[0]))
        if op not in ("inv", "sign", "abs") and (op != "pow" or rest[0] < 0):
            self.must_be_exact()
        return super().head(op, x, *rest)

    def root(self, x: Fraction) -> Fraction:
        top, bottom = isqrt(x.numerator), isqrt(x.denominator)
        if top * top == x.numerator and bottom * bottom == x.denominator:
            return Fraction(top, bottom)
        return self.rounded(PRECISION.sqrt(decimal(x)))

    def real_power(self, x: Fraction, r: Fraction) -> Fraction:
        if abs(r) > 60:
            raise TooLarge
        if r.denominator == 1 and (x or r >= 0):
            return x**r.numerator
        if x:
            return self.rounded(PRECISION.power(decimal(x), decimal(r)))
        if r > 0:
            return Fraction(0)
        self.must_be_exact()
        return super().head("rpow", x, r)

    def verdict(self, prop: Term, env: tuple[Value, ...] = ()) -> bool | None:
        """True, False, or None where it is not known."""
        op, args = prop.op, prop.args
        if op == "implies":
            first, second = self.verdict(args[0], env), self.verdict(args[1], env)
            if first is False or second is True:
                return True
            return False if first and second is False else None
        if op in QUANTIFIERS:
            sort = QUANTIFIERS[op]
            found = [self.verdict(args[0], (value, *env)) for value in DOMAINS[sort]]
            if False in found:
                return False
            return True if sort == "point" and None not in found else None
        if op == "Integrable":
            return True  # every function on a finite space is
        self.approximate = False
        try:
            gap = self.real(args[0], env) - self.real(args[1], env)
        except (Undecided, TooLarge):
            return None
        if self.approximate and (abs(gap) <= TOLERANCE or abs(gap) > LARGE):
            return None
        return compare(op, gap)


# --- random rule applications --------------------------------------------------------------------------

Move = Callable[[], tuple[Sequence[Theorem], tuple[Any, ...]]]


class Explorer:
    """Draws rules, premises from the pool, and arguments that often but not always fit."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.generator = Generator(seed)
        self.pool: list[Theorem] = [given(le(ZERO, REALS[0]))]
        self.moves: dict[str, Move] = {name: getattr(self, name) for name in RULES}

    def step(self) -> tuple[str, Theorem] | None:
        """One attempt: a rule and the theorem it gave, or None when the kernel refused."""
        name = self.random.choice(tuple(self.moves))
        try:
            premises, args = self.moves[name]()
            theorem = apply(name, premises, args)
        except Refusal:
            return None
        if theorem.conclusion.size <= LARGEST and len(theorem.hypotheses) <= 4:
            self.pool.append(theorem)
            if len(self.pool) > POOL:
                self.pool.pop(self.random.randrange(POOL))
        return name, theorem

    # --- drawing ---

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def theorem(self, *ops: str) -> Theorem:
        """A theorem of the pool, with one of these operators where there is one."""
        fitting = [theorem for theorem in self.pool if theorem.conclusion.op in ops]
        return self.random.choice(fitting or self.pool)

    def term(self, depth: int = 1) -> Term:
        return self.generator.real(depth)

    def relation(self) -> Term:
        return make(self.random.choice(RELATIONS), self.term(), self.term(self.random.randint(0, 2)))

    def prop(self) -> Term:
        return self.relation() if self.chance(0.8) else self.generator.proposition(2)

    def variable(self) -> Term:
        return self.random.choice((*REALS, *INTEGERS, *POINTS))

    def value(self, sort: str) -> Term:
        return {"real": self.term, "int": self.generator.integer, "point": self.generator.point}[sort]()

    def disturbed(self, prop: Term) -> Term:
        """The proposition, or now and then another one in its place."""
        if self.chance(0.85) or prop.op not in RELATIONS:
            return prop
        return self.random.choice((
            make(self.random.choice(RELATIONS), *prop.args), make(prop.op, *reversed(prop.args)),
            make(prop.op, prop.args[0], add(prop.args[1], ONE)), substitute(prop, {REALS[0]: REALS[1]}),
        ))

    def truth_of(self, prop: Term) -> Theorem:
        """The proposition proved, where it is about numbers; otherwise assumed."""
        if prop.op in ("<=", "<", "!=") and self.chance(0.9):
            for certificate in ([(Fraction(1), (-1,), ())], [(Fraction(1), (-1,), ()), (Fraction(1), (), ())]):
                try:
                    return use("arith", [], prop, certificate, [])
                except Refusal:
                    continue
        return given(self.disturbed(prop))

    # --- one move for each rule ---

    def assume(self) -> Any:
        return (), (self.prop(),)

    def cite(self) -> Any:
        return (), ("axiom", "book", self.prop())

    def cut(self) -> Any:
        target = self.theorem()
        if target.hypotheses and self.chance(0.6):
            hypothesis = self.random.choice(target.hypotheses)
            return (self.truth_of(hypothesis), target), ()
        return (self.theorem(), target), ()

    def convert(self) -> Any:
        theorem = self.theorem()
        prop = theorem.conclusion
        if prop.op in RELATIONS:
            prop = self.disturbed(make(prop.op, minus(*prop.args), ZERO))
        return (theorem,), (prop,)

    def discharge(self) -> Any:
        theorem = self.theorem()
        hypothesis = self.random.choice(theorem.hypotheses) if theorem.hypotheses else self.prop()
        return (theorem,), (self.disturbed(hypothesis),)

    def detach(self) -> Any:
        theorem = self.theorem("implies")
        if theorem.conclusion.op != "implies":
            theorem = given(implies(self.relation(), self.relation()))
        return (theorem, self.truth_of(theorem.conclusion.args[0])), ()

    def generalise(self) -> Any:
        theorem = self.theorem()
        inside = [symbol for symbol in free(theorem.conclusion) if type(symbol) is Term]
        inside.sort(key=lambda variable: variable.args)
        return (theorem,), (self.random.choice(inside) if inside and self.chance(0.8) else self.variable(),)

    def specialise(self) -> Any:
        theorem = self.theorem(*QUANTIFIERS)
        sort = QUANTIFIERS.get(theorem.conclusion.op, "real")
        return (theorem,), (self.value(sort),)

    def instantiate(self) -> Any:
        variables = [(variable, self.value(variable.sort)) for variable in (*REALS, *INTEGERS, *POINTS)
                     if self.chance(0.3)]
        draw = {"real": REALS[0], "int": INTEGERS[0], "point": POINTS[0]}
        functions = [(symbol, tuple(draw[sort] for sort in symbol.sorts), self.term(self.random.randint(0, 1)))
                     for symbol in FUNCTIONS if self.chance(0.2)]
        return (self.theorem(),), (variables, functions)

    def induction(self) -> Any:
        """0 <= (k - lo)*c with c >= 0 assumed, or k*(k + 1) == 2*Sum(j, 1, k, j), with possible mistakes."""
        k, low, scale = self.random.choice(INTEGERS), whole(self.random.randint(-1, 2)), self.term(1)
        scale = self.random.choice((mul(scale, scale), num(self.random.randint(-1, 2)), scale))

        def prop_at(value: Term) -> Term:
            return le(ZERO, mul(minus(as_real(value), as_real(low)), scale))

        base = self.truth_of(prop_at(low))
        growing = given(le(ZERO, scale))
        certificate = [(Fraction(1), (0,), ()), (Fraction(1), (1,), ()), (Fraction(1), (-1,), ())]
        step = use("arith", [given(prop_at(k)), growing], prop_at(add(k, whole(1))), certificate, [])
        return (base, step), (k, low if self.chance(0.9) else whole(5), self.disturbed(prop_at(k)))

    def cases(self) -> Any:
        first = self.theorem()
        compared = [prop.args for prop in first.hypotheses if prop.op in RELATIONS]
        ends = self.random.choice(compared) if compared else (self.term(), self.term())
        second = first if self.chance(0.4) else given(self.disturbed(first.conclusion))
        return (first, second) if self.chance(0.5) else (second, first), ends

    def rewrite(self) -> Any:
        equation = self.theorem("==") if self.chance(0.7) else given(eq(self.term(0), self.term()))
        hole = real("hole")
        pattern = substitute(self.prop(), {self.random.choice(REALS): hole})
        lhs = equation.conclusion.args[0]
        target = substitute(pattern, {hole: lhs}) if equation.conclusion.op == "==" else pattern
        return (equation, given(self.disturbed(target))), (hole, pattern)

    def arith(self) -> Any:
        """Premises, a random certificate, and the goal that it proves (or nearly)."""
        premises = [self.theorem("<=", "<", "==", "!=") for _ in range(self.random.randint(0, 2))]
        products, multipliers, parts = [], [], [ZERO]
        for index, premise in enumerate(premises):
            if premise.conclusion.op not in RELATIONS:
                continue
            gap = minus(*reversed(premise.conclusion.args))
            if premise.conclusion.op == "==":
                multiplier = self.term(0)
                multipliers.append((index, mul(num(-1), multiplier)))
                parts.append(mul(multiplier, gap))
            elif premise.conclusion.op == "!=":
                products.append((Fraction(1), (index,), ()))
                parts.append(mul(gap, gap))
            else:
                squares = (self.term(0),) if self.chance(0.3) else ()
                coefficient = Fraction(self.random.randint(0 if self.chance(0.1) else 1, 3))
                products.append((coefficient, (index,), squares))
                parts.append(mul(num(coefficient), gap, *(mul(square, square) for square in squares), ONE))
        if len(premises) == 2 and self.chance(0.4):
            products, multipliers = [(Fraction(1), (0, 1), ())], []
            parts = [mul(*(minus(*reversed(premise.conclusion.args)) for premise in premises))]
        side = self.term(0)
        goal_op = self.random.choice(("<=", "<=", "<", "=="))
        goal = make(goal_op, side, add(side, *parts))
        if goal_op == "==":
            return premises, (goal, products, multipliers)
        products.append((Fraction(1), (-1,), ()))
        return premises, (self.disturbed(goal), products, [(index, mul(num(-1), by)) for index, by in multipliers])

    def antisymmetry(self) -> Any:
        first = self.theorem("<=")
        if first.conclusion.op != "<=":
            first = given(le(self.term(), self.term()))
        return (first, given(self.disturbed(le(*reversed(first.conclusion.args))))), ()

    def integer_gap(self) -> Any:
        a, b = (as_real(self.generator.integer()) for _ in range(2))
        if self.chance(0.2):
            a = mul(a, self.random.choice((num("1/2"), self.term(0))))
        return (given(lt(a, b)) if self.chance(0.8) else self.theorem("<"),), ()

    def fact(self) -> Any:
        name = self.random.choice(tuple(FACTS))
        terms = [self.value(sort) for sort in FACTS[name].sorts]
        if terms and self.chance(0.5) and not name.startswith("sum"):
            terms[0] = num(self.random.choice(("1/4", "2", "-1", "0", "1")))
        if name.startswith("sum"):
            terms = [make("Sum", self.generator.integer(), self.generator.integer(), self.generator.real(1, ("int",)))]
        conditions, _ = FACTS[name].schema(*terms)
        return [self.truth_of(condition) for condition in conditions], (name, terms)

    def binder(self) -> Any:
        op = self.random.choice(tuple(BINDERS))
        sort = BINDERS[op][1]
        variable = self.random.choice({"int": INTEGERS, "point": POINTS, "real": REALS}[sort])
        bounds = [self.generator.integer() for _ in BINDERS[op][0]]
        inner = self.theorem("==", "<=")
        if self.chance(0.5):
            every = forall(variable, make(self.random.choice(("==", "<=")), self.term(), self.term()))
            inner = use("specialise", [given(every)], variable)
        if self.chance(0.2) and op != "E":
            inner = given(le(ZERO, variable) if op == "Integral01" else le(as_real(bounds[0]), as_real(variable)))
        premises = [inner]
        if inner.conclusion.op == "<=" and op != "Sum":
            gap = make("mul", ONE, minus(*reversed(inner.conclusion.args)))
            premises.append(given(integrable(bind(op, variable, gap))))
        return premises, (op, variable, bounds)

    def dominated(self) -> Any:
        op, variable = self.random.choice((("E", POINTS[0]), ("Integral01", REALS[0])))
        f, g = self.term(), self.term()
        every = given(forall(variable, le(make("abs", f), g)))
        inner = use("specialise", [every], variable)
        return (inner, given(integrable(bind(op, variable, g)))), (op, variable)

    def combination(self) -> Any:
        op, variable = self.random.choice((("E", POINTS[0]), ("Integral01", REALS[0])))
        f, c, d = self.term(), self.term(0), self.term(0)
        premise = given(integrable(bind(op, variable, f)))
        return (premise,), (op, variable, add(c, mul(d, f)), [c, d])


def counterexample(theorem: Theorem, seed: int, models: int = 5) -> tuple[bool, int]:
    """Whether a model satisfies the hypotheses but not the conclusion; and in how many both were decided."""
    decided = 0
    for number in range(models):
        model = TrueModel(seed * 31 + number)
        if all(model.verdict(prop) for prop in theorem.hypotheses):
            verdict = model.verdict(theorem.conclusion)
            if verdict is False:
                return True, decided
            decided += verdict is not None
    return False, decided


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_derivations_are_true_in_random_models(batch: int) -> None:
    explorer = Explorer(batch)
    accepted: Counter[str] = Counter()
    tested = 0
    while accepted.total() < DERIVATIONS_PER_BATCH:
        result = explorer.step()
        if result is None:
            continue
        name, theorem = result
        accepted[name] += 1
        wrong, decided = counterexample(theorem, batch * 100_003 + accepted.total())
        assert not wrong, f"{name} derived {show(theorem.conclusion)}, which has a counterexample"
        tested += decided > 0
    assert tested > DERIVATIONS_PER_BATCH // 4
    assert set(accepted) == set(RULES), f"never accepted: {set(RULES) - set(accepted)}"


def test_a_false_sequent_would_be_noticed() -> None:
    x, k, w = real("x"), integer("k"), point("w")
    root = make("sqrt", x)
    wrong = [
        Theorem((), eq(mul(x, make("inv", x)), ONE)),
        Theorem((), eq(mul(root, root), x)),
        Theorem((le(ZERO, x),), le(ONE, x)),
        Theorem((le(ZERO, x),), eq(root, x)),
        Theorem((), forall(k, le(as_real(k), ONE))),
        Theorem((), forall(w, le(make("app", FUNCTIONS[3], w), ZERO))),
        Theorem((lt(ZERO, x),), eq(make("ln", mul(x, x)), make("ln", x))),
        Theorem((), implies(le(x, ONE), lt(x, ONE))),
    ]
    for theorem in wrong:
        assert any(counterexample(theorem, seed)[0] for seed in range(40)), theorem


def test_every_fact_holds_in_the_models() -> None:
    """The models satisfy the kernel's facts, so a counterexample speaks against a rule, not against a model."""
    generator = Generator(5)
    for name, found in FACTS.items():
        for seed in range(60):
            draw = {"real": lambda: generator.real(1), "int": generator.integer}
            terms = [draw[sort]() for sort in found.sorts]
            if name.startswith("sum"):
                terms = [make("Sum", generator.integer(), generator.integer(), generator.real(1, ("int",)))]
            conditions, conclusion = found.schema(*terms)
            assert not counterexample(Theorem(tuple(conditions), conclusion), seed)[0], (name, terms)
