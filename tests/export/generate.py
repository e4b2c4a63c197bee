"""Random proofs in which much vanishes: names that a premise or an argument mentions and the conclusion does not.

Every proof is accepted by the kernel.  `derivations` gives them by seed, one rule of the kernel after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from adamproof.export.coq.scope import symbol_key
from adamproof.kernel.facts import FACTS
from adamproof.kernel.rules import RULES
from adamproof.kernel.terms import (
    BINDERS,
    RELATIONS,
    Function,
    Refusal,
    Term,
    as_real,
    bind,
    free,
    function,
    make,
    minus,
    number,
    opened,
)
from adamproof.kernel.verify import verify
from adamproof.prover.record import Step, derive, dump

from ..kernel.generate import FUNCTIONS, INTEGERS, POINTS, REALS, Generator, Scope

ZERO, ONE = number(0), number(1)
UNIT = Fraction(1)
BY_SORT = {"real": REALS, "int": INTEGERS, "point": POINTS}
# Among them words that mean something in Coq, or in what is written for it.
LOST = {
    sort: tuple(make("var", name, sort) for name in (f"lost_{sort}", *words.split()))
    for sort, words in {"real": "R any0 h0", "int": "Z IZR in", "point": "Omega P origin"}.items()
}
WIDE = function("wide", ["real", "int", "point"] * 2 + ["int"])  # of more arguments than Coq's f_equal has
LOST_FUNCTIONS = (function("two", ["point", "point"]), function("mix", ["point", "real", "int"]), WIDE)
# These have the names of other symbols, of other sorts: in one theorem there must not be both.
ALIKE = {"real": make("var", "m", "real"), "int": make("var", "x", "int"), "point": make("var", "y", "point")}
ALIKE_FUNCTION = function("f", ["real"])
UNDER = {"Sum": "int", "E": "point", "Integral01": "real"}


class Proofs:
    """Proofs from a seed."""

    def __init__(self, seed: int) -> None:
        self.terms = Generator(seed)
        self.random = self.terms.random

    # --- terms ---------------------------------------------------------------------------------

    def value(self, sort: str, scope: Scope = ()) -> Term:
        """A term of this sort."""
        if sort == "real":
            return self.real(scope)
        return self.integer(scope) if sort == "int" else self.terms.point(scope)

    def integer(self, scope: Scope = (), depth: int = 2) -> Term:
        """Sums of products of sums: what Coq keeps under IZR, and the kernel does not."""
        if depth == 0 or self.random.random() < 0.5:
            return self.lost("int") if self.random.random() < 0.2 else self.terms.integer(scope)
        parts = (self.integer(scope, depth - 1) for _ in range(self.random.choice((2, 2, 3))))
        return make(self.random.choice(("add", "mul")), *parts)

    def real(self, scope: Scope = ()) -> Term:
        roll = self.random.random()
        if roll < 0.6:
            return self.terms.real(self.random.choice((0, 1, 1, 2)), scope)
        if roll < 0.8:
            sort = self.random.choice(("real", "int"))
            lost = self.lost(sort)
            return lost if sort == "real" else as_real(lost)
        symbol = ALIKE_FUNCTION if self.random.random() < 0.1 else self.random.choice(LOST_FUNCTIONS)
        args = {
            "int": lambda: self.integer(scope),
            "real": lambda: self.terms.real(0, scope),
            "point": lambda: self.lost("point"),
        }
        return make("app", symbol, *(args[sort]() for sort in symbol.sorts))

    def lost(self, sort: str) -> Term:
        return ALIKE[sort] if self.random.random() < 0.1 else self.random.choice((*LOST[sort], *BY_SORT[sort]))

    def variable(self, sort: str) -> Term:
        return self.random.choice((*BY_SORT[sort], *LOST[sort]))

    def nothing(self, scope: Scope = ()) -> Term:
        """A term that is 0 in normal form, and mentions something."""
        term = self.real(scope)
        roll = self.random.random()
        if roll < 0.4:
            return make("mul", ZERO, term)
        if roll < 0.6:
            return minus(term, term)
        if roll < 0.8:
            op = self.random.choice(("E", "Integral01"))
            return minus(make("mul", term, make(op, ONE)), term)
        body = make("mul", ZERO, self.real(("int", *scope)))
        return make("Sum", self.integer(scope), self.integer(scope), body)

    def same(self, term: Term, scope: Scope = ()) -> Term:
        """A term of the same normal form."""
        roll = self.random.random()
        if roll < 0.5:
            parts = [term, self.nothing(scope)]
            self.random.shuffle(parts)
            return make("add", *parts)
        if roll < 0.6:
            return make("mul", term, make(self.random.choice(("E", "Integral01")), ONE))
        if roll < 0.7:
            return make("pow", term, make("add", make("int", 3), make("int", -2)))
        if roll < 0.8:
            return make("mul", number(2), make("mul", number(Fraction(1, 2)), term))
        return term

    def proposition(self) -> Term:
        roll = self.random.random()
        if roll < 0.5:
            return make(self.random.choice(RELATIONS), self.real(), self.real())
        return self.terms.proposition(self.random.choice((1, 1, 2)))

    def alike(self, prop: Term, scope: Scope = ()) -> Term:
        """A proposition of the same normal form."""
        if prop.op in RELATIONS:
            left, right = prop.args
            if self.random.random() < 0.3:
                return make(prop.op, minus(self.same(left, scope), right), self.nothing(scope))
            return make(prop.op, self.same(left, scope), self.same(right, scope))
        if prop.op == "implies":
            return make("implies", *(self.alike(part, scope) for part in prop.args))
        if prop.op == "Integrable":
            op = prop.args[0].op
            return make("Integrable", make(op, self.same(prop.args[0].args[-1], (UNDER[op], *scope))))
        sort = prop.op.removeprefix("forall_")
        return make(prop.op, self.alike(prop.args[0], (sort, *scope)))

    def truth(self) -> Term:
        """A relation that holds by normal forms alone."""
        term = self.real()
        return make(self.random.choice(("==", "<=")), self.same(term), self.same(term))

    # --- proofs of a given proposition ---------------------------------------------------------

    def some(self, prop: Term, depth: int = 2) -> Step:
        """A proof of a proposition, by way of others."""
        ways: list[Callable[[Term, int], Step]] = [
            self._converted, self._specialised, self._unused_binder, self._detached, self._cut, self._cased,
            self._rewritten, self._instantiated, self._by_induction, self._by_arithmetic, self._from_nothing,
        ]  # fmt: skip
        if depth == 0 or self.random.random() < 0.3:
            return derive("assume", (), prop)
        return self.random.choice(ways)(prop, depth - 1)

    def _converted(self, prop: Term, depth: int) -> Step:
        return derive("convert", (self.some(self.alike(prop), depth),), prop)

    def _specialised(self, prop: Term, depth: int) -> Step:
        sort = self.random.choice(("real", "int", "point"))
        general = make(f"forall_{sort}", self.alike(prop, (sort,)))
        special = derive("specialise", (self.some(general, depth),), self.value(sort))
        return derive("convert", (special,), prop)

    def _unused_binder(self, prop: Term, depth: int) -> Step:
        step = self.some(prop, depth)
        variable = self.variable(self.random.choice(("real", "int", "point")))
        if any(variable in free(one) for one in (*step.hypotheses, prop)):
            return step
        return derive("specialise", (derive("generalise", (step,), variable),), self.value(variable.sort))

    def weakened(self, step: Step, prop: Term) -> Step:
        """The same conclusion under one more hypothesis."""
        return derive("detach", (derive("discharge", (step,), prop), derive("assume", (), prop)))

    def _detached(self, prop: Term, depth: int) -> Step:
        condition = self.truth()
        implied = derive("discharge", (self.some(prop, depth),), condition)
        return derive("detach", (implied, self.shown(self.alike(condition))))

    def _cut(self, prop: Term, depth: int) -> Step:
        lemma = self.truth()
        target = self.weakened(self.some(prop, depth), self.alike(lemma))
        return derive("cut", (self.shown(lemma), target))

    def _cased(self, prop: Term, depth: int) -> Step:
        a, b = self.real(), self.real()
        sides = (make("<=", a, b), make("<", b, a))
        first, second = (self.weakened(self.some(prop, depth), self.alike(side)) for side in sides)
        return derive("cases", (first, second), a, b)

    def _rewritten(self, prop: Term, depth: int) -> Step:
        hole = self.variable("real")
        if self.random.random() < 0.5:
            left, right = self.real(), self.real()
            equation = self.some(make("==", left, right), depth)
        else:
            left = self.real()
            right = self.same(left)
            equation = self.shown(make("==", left, right))
        if hole in free(prop):
            return self.some(prop, depth)
        return derive("rewrite", (equation, self.some(prop, depth)), hole, prop)

    def _instantiated(self, prop: Term, depth: int) -> Step:
        step = self.some(self.alike(prop), depth)
        mentioned = frozenset().union(*map(free, (*step.hypotheses, step.conclusion))) - free(prop)
        variables, functions = [], []
        for symbol in sorted(mentioned, key=symbol_key):
            if self.random.random() < 0.5:
                continue
            if type(symbol) is Function:
                parameters = tuple(make("var", f"t{place}", sort) for place, sort in enumerate(symbol.sorts))
                body = self.random.choice((ZERO, self.real(), *(p for p in parameters if p.sort == "real")))
                functions.append((symbol, parameters, body))
            else:
                variables.append((symbol, self.value(symbol.sort)))
        return derive("convert", (derive("instantiate", (step,), tuple(variables), tuple(functions)),), prop)

    def _by_induction(self, prop: Term, depth: int) -> Step:
        variable, low = self.lost("int"), self.integer()
        if variable in free(prop):
            return self.some(prop, depth)
        above = make("<=", as_real(low), as_real(variable))
        step = self.weakened(self.some(prop, depth), self.alike(above))
        return derive("induction", (self.some(prop, depth), step), variable, low, prop)

    def _by_arithmetic(self, prop: Term, depth: int) -> Step:
        if prop.op not in RELATIONS:
            return self.some(prop, depth)
        other = self.shown(self.truth())
        kept = self.some(prop, depth)
        by = self.real()
        if prop.op == "==":
            products: Any = ()
            multipliers: Any = ((0, number(-1)), (0, by), (0, make("mul", number(-1), by)))
        else:
            negated = {"<=": "<", "<": "<=", "!=": "=="}[prop.op]
            products = ((UNIT, (0,), (self.nothing(),)),)
            if negated == "==":
                minus_difference = make("mul", number(-1), minus(*prop.args))
                products += ((UNIT, (0,), ()),)
                multipliers = ((-1, minus_difference), (-1, by), (-1, make("mul", number(-1), by)))
            else:
                products += ((UNIT, (-1,), ()), (UNIT, (0,), ()))
                multipliers = ()
        if other.conclusion.op == "==":
            multipliers += ((1, by), (1, make("mul", number(-1), by)))
        return derive("arith", (kept, other), prop, products, multipliers)

    def _from_nothing(self, prop: Term, depth: int) -> Step:
        return self.shown(prop) if self.holds(prop) else self.some(prop, depth)

    @staticmethod
    def holds(prop: Term) -> bool:
        try:
            Proofs.shown(prop)
        except Refusal:
            return False
        return True

    @staticmethod
    def shown(prop: Term) -> Step:
        """A proof of a relation that holds by normal forms alone."""
        products = [(UNIT, (-1,), ())] if prop.op == "<=" else []
        return derive("arith", (), prop, tuple(products), ())

    # --- a proof that ends with a rule ---------------------------------------------------------

    def assume(self) -> Step:
        return self.some(self.proposition())

    def cite(self) -> Step:
        prop = self.proposition()
        return derive("cut", (derive("cite", (), "an axiom", "a book", prop), self.some(self.alike(prop))))

    def cut(self) -> Step:
        prop = self.proposition()
        return derive("cut", (self.some(prop), self.weakened(self.some(self.proposition()), self.alike(prop))))

    def convert(self) -> Step:
        prop = self.proposition()
        return self._converted(prop, 2)

    def discharge(self) -> Step:
        prop = self.proposition()
        return derive("discharge", (self.weakened(self.some(self.proposition()), self.alike(prop)),), prop)

    def detach(self) -> Step:
        return self._detached(self.proposition(), 2)

    def generalise(self) -> Step:
        step = self.some(self.truth())
        return derive("generalise", (step,), self.variable(self.random.choice(("real", "int", "point"))))

    def specialise(self) -> Step:
        return self._specialised(self.proposition(), 2)

    def instantiate(self) -> Step:
        step = self.some(self.proposition())
        variables = tuple((v, self.value(v.sort)) for v in (*REALS, *INTEGERS, *POINTS) if self.random.random() < 0.5)
        functions = []
        for symbol in FUNCTIONS:
            if self.random.random() < 0.5:
                parameters = tuple(make("var", f"t{place}", sort) for place, sort in enumerate(symbol.sorts))
                body = self.random.choice((ZERO, self.real(), *(p for p in parameters if p.sort == "real")))
                functions.append((symbol, parameters, body))
        return derive("instantiate", (step,), variables, tuple(functions))

    def induction(self) -> Step:
        variable, low = INTEGERS[1], make("int", self.random.randint(-1, 2))
        holds = self.truth()
        successor = make("add", variable, make("int", 1))
        base = derive("instantiate", (self.shown(self.alike(holds)),), ((variable, low),), ())
        step = derive("instantiate", (self.shown(holds),), ((variable, successor),), ())
        for prop in (holds, make("<=", as_real(low), as_real(variable))):
            step = self.weakened(step, self.alike(prop))
        return derive("induction", (base, step), variable, low, holds)

    def cases(self) -> Step:
        return self._cased(self.proposition(), 1)

    def rewrite(self) -> Step:
        if self.random.random() < 0.5:
            return self._rewritten(self.proposition(), 2)
        hole = self.random.choice((*REALS, *INTEGERS))
        pattern = self.proposition()
        left, right = self.value(hole.sort), self.value(hole.sort)
        equation = make("==", *(side if hole.sort == "real" else as_real(side) for side in (left, right)))
        target = derive("instantiate", (derive("assume", (), pattern),), ((hole, left),), ())
        return derive("rewrite", (self.some(equation), self.some(self.alike(target.conclusion))), hole, pattern)

    def arith(self) -> Step:
        """Sums of products of facts, of squares and of multiples of equations."""
        count = self.random.randint(0, 3)
        facts = [self.some(make(self.random.choice(RELATIONS), self.real(), self.real()), 1) for _ in range(count)]
        gap: list[Term] = [ZERO]
        products: list[Any] = [(UNIT, (-1,), ())]
        multipliers: list[Any] = []
        for place, fact in enumerate(facts):
            left, right = fact.conclusion.args
            difference = minus(right, left)
            if fact.conclusion.op == "==":
                by = self.random.choice((self.real(), self.nothing()))
                multipliers.append((place, by))
                gap.append(make("mul", by, difference))
            elif self.random.random() < 0.7:
                factor = Fraction(self.random.randint(1, 3), self.random.randint(1, 3))
                squares = self.random.choice(((), (self.nothing(),), (self.real(),)))
                products.append((factor, (place,), squares))
                power = 2 if fact.conclusion.op == "!=" else 1
                gap.append(make("mul", number(factor), *[difference] * power, *(s for s in squares for _ in range(2))))
        left = self.real()
        goal = make("<=", left, make("add", left, *gap))
        return derive("arith", tuple(facts), goal, tuple(products), tuple(multipliers))

    def antisymmetry(self) -> Step:
        a, b = self.real(), self.real()
        return derive("antisymmetry", (self.some(make("<=", a, b)), self.some(self.alike(make("<=", b, a)))))

    def integer_gap(self) -> Step:
        a, b = self.integer(), self.integer()
        return derive("integer_gap", (self.some(make("<", self.same(as_real(a)), self.same(as_real(b)))),))

    def fact(self, name: str) -> Step:
        if name.startswith("sum_"):
            terms = [make("Sum", self.integer(), self.integer(), self.real(("int",)))]
        else:
            terms = [self.value(sort) for sort in FACTS[name].sorts]
        conditions, _ = FACTS[name].schema(*terms)
        return derive("fact", tuple(self.some(self.alike(condition)) for condition in conditions), name, tuple(terms))

    def _under(self, op: str, variable: Term, prop: Term) -> Step:
        """A proof of a proposition from a forall, or from the range of a bound variable."""
        general = bind(f"forall_{variable.sort}", variable, prop)
        return derive("specialise", (self.some(self.alike(general)),), variable)

    def binder(self) -> Step:
        op = self.random.choice(sorted(BINDERS))
        variable = self.variable(UNDER[op])
        bounds = [self.integer(), self.integer()] if op == "Sum" else []
        left, right = (opened(make(op, *bounds, self.real((UNDER[op],))), variable) for _ in range(2))
        prop = make(self.random.choice(("==", "<=")), left, right)
        step = self._under(op, variable, prop)
        if op == "Sum":
            low, high = map(as_real, bounds)
            for side in (make("<=", low, as_real(variable)), make("<=", as_real(variable), high)):
                step = self.weakened(step, self.alike(side)) if self.random.random() < 0.5 else step
        elif op == "Integral01":
            for side in (make("<=", ZERO, variable), make("<=", variable, ONE)):
                step = self.weakened(step, self.alike(side)) if self.random.random() < 0.5 else step
        premises = [step]
        if step.conclusion.op == "<=" and op != "Sum":
            left, right = step.conclusion.args
            gap = make("Integrable", bind(op, variable, minus(right, left)))
            known = self.some(self.alike(gap))
            if op == "Integral01" and self.random.random() < 0.5:
                known = self.weakened(known, self.alike(make("<=", ZERO, variable)))
            premises.append(known)
        return derive("binder", tuple(premises), op, variable, tuple(bounds))

    def dominated(self) -> Step:
        op = self.random.choice(("E", "Integral01"))
        variable = self.variable(UNDER[op])
        f, g = (opened(make(op, self.real((UNDER[op],))), variable) for _ in range(2))
        bound = self.random.choice((g, make("abs", g)))
        inner = self._under(op, variable, make("<=", make("abs", f), bound))
        inner = derive("convert", (inner,), make("<=", make("abs", f), bound))
        known = make("Integrable", bind(op, variable, g if bound.op == "abs" else bound))
        return derive("dominated", (inner, self.some(self.alike(known))), op, variable)

    def combination(self) -> Step:
        op = self.random.choice(("E", "Integral01"))
        variable = self.variable(UNDER[op])
        coefficients, body, premises = [self.real()], [], []
        body.append(coefficients[0])
        for _ in range(self.random.randint(0, 2)):
            integral = make(op, self.real((UNDER[op],)))
            by = self.random.choice((self.nothing(), self.real()))
            premises.append(self.some(make("Integrable", integral)))
            coefficients.append(by)
            if not self.holds(make("==", by, ZERO)):
                body.append(make("mul", by, opened(integral, variable)))
        total = make("add", *body) if len(body) > 1 else body[0]
        if self.random.random() < 0.5:
            total = opened(make(op, self.same(bind(op, variable, total).args[0], (UNDER[op],))), variable)
        return derive("combination", tuple(premises), op, variable, total, tuple(coefficients))

    # --- ends ----------------------------------------------------------------------------------

    def ended(self, step: Step) -> Step:
        """The step, or one that follows from it and says less."""
        roll = self.random.random()
        if roll < 0.3:
            return step
        if roll < 0.5 and step.conclusion.op in RELATIONS:
            goal = self.truth()
            products = [(UNIT, (-1,), ())] if goal.op == "<=" else []
            return derive("arith", (step,), goal, tuple(products), ())
        if roll < 0.7:
            return derive("convert", (step,), self.alike(step.conclusion))
        for prop in step.hypotheses:
            step = derive("discharge", (step,), prop)
        if roll < 0.9:
            return step
        for symbol in sorted(free(step.conclusion), key=symbol_key):
            if type(symbol) is Term:
                step = derive("generalise", (step,), symbol)
        return step


KINDS = (*(rule for rule in RULES if rule != "fact"), *(f"fact {name}" for name in FACTS))


def derivations(seed: int, count: int) -> Iterator[tuple[str, str]]:
    """(the rule or fact that it is about, the proof file), as many as asked for; all of KINDS in turn."""
    proofs = Proofs(seed)
    made = 0
    while made < count:
        kind = KINDS[made % len(KINDS)]
        rule, *names = kind.split()
        try:
            step = getattr(proofs, rule)(*names)
            content = dump(proofs.ended(step), kind)
            verify(content)
        except Refusal:  # two symbols of one name, say
            continue
        made += 1
        yield kind, content
