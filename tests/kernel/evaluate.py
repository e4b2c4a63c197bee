"""An exact evaluator of terms, propositions and normal forms in small random models.

A model gives integers and rationals to the variables, a finite probability space to the points, and a
deterministic table to each function symbol.  Integral01 is the mean over two nodes, which is linear and
right on 1 and on s.  What the kernel leaves unspecified is a deterministic function of the exact values.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from adamproof.kernel.normal import Atom, Poly
from adamproof.kernel.terms import BINDERS, QUANTIFIERS, Function, FunctionBody, Term

Value = Any  # an int for integers and points, a Fraction (or int) for reals, a bool for propositions
NODES = (Fraction(1, 4), Fraction(3, 4))
WEIGHTS = (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6))
DOMAINS: dict[str, tuple[Value, ...]] = {
    "int": (-1, 0, 2),
    "real": (Fraction(-1), Fraction(0), Fraction(2, 3)),
    "point": (0, 1, 2),
}
MAX_EXPONENT = 40
TABLE_VALUES = tuple(Fraction(n, d) for n in range(-3, 4) for d in (1, 1, 2))


class TooLarge(Exception):
    """A value that is not worth computing in a test."""


def pseudo_random(*parts: object) -> Fraction:
    """A small rational that depends on the parts' text alone."""
    text = "|".join(map(str, parts))
    return TABLE_VALUES[zlib.crc32(text.encode()) % len(TABLE_VALUES)]


class Model:
    """Values of the free variables and function symbols; further ones are drawn from the seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.variables: dict[Term, Value] = {}
        self.bodies: Mapping[Function, FunctionBody] = {}
        self.outer = self  # the model in which the bodies are read

    def variable(self, term: Term) -> Value:
        if term not in self.variables:
            name, sort = term.args
            draw = zlib.crc32(f"{self.seed}|{name}|{sort}".encode())
            if sort == "int":
                value: Value = draw % 4 - 1
            elif sort == "point":
                value = draw % 3
            else:
                value = Fraction(draw % 7 - 3, 1 + draw // 7 % 2)
            self.variables[term] = value
        return self.variables[term]

    def apply(self, symbol: Function, args: tuple[Value, ...]) -> Fraction:
        if symbol in self.bodies:
            parameters, body = self.bodies[symbol]
            return self.outer.changed(dict(zip(parameters, args, strict=False)), {}).real(body)
        return pseudo_random(self.seed, symbol.name, *args)

    def changed(self, variables: Mapping[Term, Value], bodies: Mapping[Function, FunctionBody]) -> Model:
        """The same model with other values for these variables and functions (bodies are read in this model)."""
        other = type(self)(self.seed)
        other.variables = {**self.variables, **variables}
        other.bodies, other.outer = bodies, self
        return other

    # --- terms ---

    def real(self, term: Term, env: tuple[Value, ...] = ()) -> Value:
        """The value of a real, integer or point term; env holds the bound values, innermost first."""
        op, args = term.op, term.args
        if op in ("rat", "int"):
            return args[0]
        if op == "var":
            return self.variable(term)
        if op == "bound":
            return env[args[0]]
        if op == "real":
            return self.real(args[0], env)
        if op == "add":
            return sum(self.real(arg, env) for arg in args)
        if op == "mul":
            product: Value = 1
            for arg in args:
                product *= self.real(arg, env)
            return product
        if op == "app":
            return self.apply(args[0], tuple(self.real(arg, env) for arg in args[1:]))
        if op in BINDERS:
            bounds = tuple(self.real(arg, env) for arg in args[:-1])
            body = args[-1]
            return self.binder(op, bounds, lambda value: self.real(body, (value, *env)))
        return self.head(op, *(self.real(arg, env) for arg in args))

    def binder(self, op: str, bounds: tuple[Value, ...], body: Any) -> Value:
        if op == "Sum":
            return sum((body(index) for index in range(bounds[0], bounds[1] + 1)), Fraction(0))
        if op == "E":
            return sum(weight * body(index) for index, weight in enumerate(WEIGHTS))
        return sum(body(node) for node in NODES) * Fraction(1, len(NODES))

    def head(self, op: str, x: Value, *rest: Value) -> Value:
        if op == "inv":
            return 1 / Fraction(x) if x else Fraction(0)
        if op == "abs":
            return abs(x)
        if op == "sign":
            return (x > 0) - (x < 0)
        if op == "pow" and rest[0] >= 0:
            if rest[0] > MAX_EXPONENT:
                raise TooLarge
            return x ** rest[0]
        return pseudo_random(self.seed, op, x, *rest)

    # --- propositions ---

    def truth(self, prop: Term, env: tuple[Value, ...] = ()) -> bool:
        """Truth with every quantifier read over a small domain (good enough to tell two readings apart)."""
        op, args = prop.op, prop.args
        if op == "implies":
            return not self.truth(args[0], env) or self.truth(args[1], env)
        if op in QUANTIFIERS:
            return all(self.truth(args[0], (value, *env)) for value in DOMAINS[QUANTIFIERS[op]])
        if op == "Integrable":
            body = args[0].args[0]
            values = NODES if args[0].op == "Integral01" else DOMAINS["point"]
            return pseudo_random(self.seed, args[0].op, *(self.real(body, (v, *env)) for v in values)) > 0
        return compare(op, self.real(args[0], env) - self.real(args[1], env))

    # --- normal forms ---

    def poly(self, poly: Poly | Any, env: tuple[Value, ...] = ()) -> Value:
        """The value of a normal form (a dict, or its key)."""
        rows = poly.items() if isinstance(poly, dict) else poly
        return sum((coefficient * self.monomial(monomial, env) for monomial, coefficient in rows), Fraction(0))

    def monomial(self, monomial: Any, env: tuple[Value, ...]) -> Value:
        product: Value = 1
        for atom, exponent in monomial:
            product *= self.atom(atom, env) ** exponent
        return product

    def atom(self, atom: Atom, env: tuple[Value, ...]) -> Value:
        head, args = atom.head, atom.args
        if head == "var":
            return self.variable(args[0])
        if head == "bound":
            return env[args[0]]
        if head == "app":
            values = (self.atom(arg, env) if type(arg) is Atom else _whole(self.poly(arg, env)) for arg in args[1:])
            return self.apply(args[0], tuple(values))
        if head in BINDERS:
            bounds = tuple(int(self.poly(arg, env)) for arg in args[:-1])
            return self.binder(head, bounds, lambda value: self.monomial(args[-1], (value, *env)))
        return self.head(head, *(_whole(self.poly(arg, env)) for arg in args))


def _whole(value: Value) -> Value:
    """A rational that is an integer, as one (they print alike either way)."""
    return int(value) if value.denominator == 1 else value


def compare(op: str, difference: Value) -> bool:
    return {"==": difference == 0, "<=": difference <= 0, "<": difference < 0, "!=": difference != 0}[op]
