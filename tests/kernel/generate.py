"""Random terms and propositions: seeded, small, and heavy with binders."""

from __future__ import annotations

import random
from fractions import Fraction

from adamproof.kernel.terms import Function, Term, as_real, function, make, number

REALS = tuple(make("var", name, "real") for name in ("x", "y", "s"))
INTEGERS = tuple(make("var", name, "int") for name in ("m", "k"))
POINTS = tuple(make("var", name, "point") for name in ("u", "w"))
FUNCTIONS = (
    function("f", ["int"]),
    function("g", ["real"]),
    function("h", ["int", "real"]),
    function("p", ["point"]),
    function("q", ["point", "int"]),
    function("r", ["real", "point"]),
)
VARIABLES = (*REALS, *INTEGERS, *POINTS)
TABLE: dict[str, str | Function] = {
    **{variable.args[0]: variable.sort for variable in VARIABLES},
    **{symbol.name: symbol for symbol in FUNCTIONS},
}
NUMBERS = tuple(number(Fraction(value)) for value in ("-2", "-1", "-1/2", "0", "1/3", "1", "2", "3/2", "3"))
Scope = tuple[str, ...]  # the sorts of the open binders, innermost first


class Generator:
    """Terms and propositions from a seed; ``scope`` lists the binders that are open around them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def _leaf(self, sort: str, free: tuple[Term, ...], scope: Scope) -> Term:
        bound = [make("bound", index, found) for index, found in enumerate(scope) if found == sort]
        if bound and self.random.random() < 0.65:
            return self.random.choice(bound)
        return self.random.choice(free)

    def point(self, scope: Scope = ()) -> Term:
        return self._leaf("point", POINTS, scope)

    def integer(self, scope: Scope = (), depth: int = 1) -> Term:
        """A small integer term: it bounds sums and stands in exponents."""
        roll = self.random.random()
        if depth == 0 or roll < 0.6:
            if roll < 0.25:
                return make("int", self.random.randint(-1, 2))
            return self._leaf("int", INTEGERS, scope)
        other = make("int", self.random.choice((-2, -1, 1, 2)))
        if roll < 0.9:
            return make("add", self.integer(scope, depth - 1), other)
        return make("mul", self.integer(scope, depth - 1), self.integer(scope, 0))

    def real(self, depth: int, scope: Scope = ()) -> Term:
        roll = self.random.random()
        if depth == 0 or roll < 0.08:
            kind = self.random.random()
            if kind < 0.2:
                return self.random.choice(NUMBERS)
            if kind < 0.4:
                return as_real(self._leaf("int", INTEGERS, scope))
            if kind < 0.7:
                return self.application(0, scope)
            return self._leaf("real", REALS, scope)
        if roll < 0.40:
            return self.binder(depth - 1, scope)
        if roll < 0.60:
            return make("mul", self.real(depth - 1, scope), self.real(depth - 1, scope))
        if roll < 0.76:
            return make("add", *(self.real(depth - 1, scope) for _ in range(self.random.choice((2, 2, 3)))))
        if roll < 0.88:
            return self.application(depth - 1, scope)
        head = self.random.choice(("inv", "inv", "inv", "sqrt", "abs", "sign", "ln", "pow", "pow", "rpow"))
        if head == "rpow":
            return make(head, self.real(depth - 1, scope), self.real(0, scope))
        if head == "pow":
            return make(head, self.real(depth - 1, scope), self.integer(scope, 0))
        return make(head, self.real(depth - 1, scope))

    def binder(self, depth: int, scope: Scope) -> Term:
        op = self.random.choice(("Sum", "Sum", "E", "Integral01"))
        if op == "Sum":
            low, high = self.integer(scope), self.integer(scope)
            return make("Sum", low, high, self.real(depth, ("int", *scope)))
        return make(op, self.real(depth, ("point" if op == "E" else "real", *scope)))

    def application(self, depth: int, scope: Scope) -> Term:
        symbol = self.random.choice(FUNCTIONS)
        args = {"int": self.integer, "point": self.point, "real": lambda inner: self.real(depth, inner)}
        return make("app", symbol, *(args[sort](scope) for sort in symbol.sorts))

    def proposition(self, depth: int, scope: Scope = ()) -> Term:
        roll = self.random.random()
        if depth == 0 or roll < 0.5:
            op = self.random.choice(("==", "<=", "<", "!="))
            return make(op, self.real(depth, scope), self.real(max(depth - 1, 0), scope))
        if roll < 0.6:
            op = self.random.choice(("E", "Integral01"))
            return make("Integrable", make(op, self.real(depth - 1, ("point" if op == "E" else "real", *scope))))
        if roll < 0.75:
            return make("implies", self.proposition(depth - 1, scope), self.proposition(depth - 1, scope))
        sort = self.random.choice(("int", "real", "point"))
        return make(f"forall_{sort}", self.proposition(depth - 1, (sort, *scope)))
