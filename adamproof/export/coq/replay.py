"""Every rule of the kernel as a step of Coq: one lemma a node of the proof.

Nothing is judged here: each lemma says what the file says of its step, and Coq is given the reason.  If a step is
wrong, Coq refuses its lemma.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ...kernel.facts import FACTS
from ...kernel.normal import difference
from ...kernel.rules import NEGATED_GOAL, Theorem
from ...kernel.terms import (
    BINDERS,
    INT,
    QUANTIFIERS,
    FunctionBody,
    Refusal,
    Term,
    make,
)
from ...kernel.text import show
from ..proof import Proof as StoredProof
from ..proof import Step, unlimited
from . import expressions, raw
from .algebra import Algebra
from .development import Development, Lemma, Module, together
from .normal_terms import UNIT, ZERO, term_of
from .scope import Scope
from .text import INTEGRABLE, SORTS, digits, function_text

Proof = tuple[str, Term]  # a Coq term, and the proposition that it proves
RECURSION = 10_000  # calls: for a term that the kernel takes, each level of which is a lemma of its own
TRIVIAL = ("assume", "cite")  # their one hypothesis is what they conclude: no lemma is needed


@dataclass(frozen=True)
class Node:
    """A step that has been written: what it states, and its lemma (none for an assumption)."""

    theorem: Theorem
    lemma: Lemma | None


def replay(development: Development, module: str, proofs: Mapping[str, StoredProof]) -> Module:
    """Write stored proofs, each under the name of its theorem, as one Coq module.

    Raises Refusal when a step is none that its rule could give, whatever its terms.
    """
    development.begin(module)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, RECURSION))
    try:
        return _replayed(development, proofs)
    except BaseException:
        development.forget()
        raise
    finally:
        sys.setrecursionlimit(limit)


def _replayed(development: Development, proofs: Mapping[str, StoredProof]) -> Module:
    cited: dict[str, None] = {}
    for number, (name, proof) in enumerate(proofs.items(), start=1):
        nodes: dict[int, Node] = {}
        prefix = "step" if len(proofs) == 1 else f"step_{number}"
        for step in proof.steps:
            nodes[step.number] = _written(development, prefix, step, [nodes[premise] for premise in step.premises])
        last = proof.steps[-1]
        lemma = nodes[last.number].lemma or _assumption(development, prefix, last)
        development.theorem(name, proof.title, lemma)
        cited.update(dict.fromkeys(proof.cited))
    return development.end(list(proofs), list(cited))


def _written(development: Development, prefix: str, step: Step, premises: Sequence[Node]) -> Node:
    theorem = step.theorem
    if step.rule in TRIVIAL and theorem.hypotheses == (theorem.conclusion,):
        return Node(theorem, None)
    mark = (
        "step",
        step.rule,
        step.args,
        theorem.hypotheses,
        theorem.conclusion,
        tuple(node.lemma and (node.lemma.module, node.lemma.name) for node in premises),
        tuple(node.theorem.conclusion for node in premises if node.lemma is None),
    )

    def write() -> Lemma:
        return development.lemma(
            f"{prefix}_{step.number}",
            f"step {step.number}: {step.rule}{f' {step.args[0]}' if step.rule == 'fact' else ''}",
            theorem.hypotheses,
            theorem.conclusion,
            lambda scope: Replay(development, scope, step, premises).script(),
        )

    try:
        return Node(theorem, development.once(mark, write))
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:  # terms of another shape
        raise Refusal(f"step {step.number}: {step.rule} cannot be applied to its premises") from error


def _assumption(development: Development, prefix: str, step: Step) -> Lemma:
    """A proof that only assumes is a lemma after all."""
    theorem = step.theorem
    return development.lemma(
        f"{prefix}_{step.number}",
        f"step {step.number}",
        theorem.hypotheses,
        theorem.conclusion,
        lambda scope: "exact h0.",
    )


class Replay:
    """The script of one step.  A method a rule gives a proof term and what it proves, before normalisation."""

    def __init__(self, development: Development, scope: Scope, step: Step, premises: Sequence[Node]) -> None:
        self.development, self.scope, self.step, self.premises = development, scope, step, premises

    def script(self) -> str:
        unlimited()
        if self.step.rule == "arith":
            return self.arith(*self.step.args)
        if self.step.rule == "convert":
            proof, found = self.use(0)
        else:
            proof, found = getattr(self, self.step.rule)(*self.step.args)
        return f"exact {self.convert(self.scope, proof, found, self.step.theorem.conclusion)}."

    def convert(self, scope: Scope, proof: str, found: Term, wanted: Term) -> str:
        return self.development.convert(scope, proof, found, wanted)

    def use(
        self,
        number: int,
        scope: Scope | None = None,
        values: Mapping[Term, Term] | None = None,
        functions: Mapping[Any, FunctionBody] | None = None,
    ) -> Proof:
        """A premise, its variables and symbols replaced, its hypotheses proved from those in sight."""
        scope, values, functions = scope or self.scope, dict(values or {}), dict(functions or {})
        if number >= len(self.premises):
            raise Refusal(f"step {self.step.number}: {self.step.rule} lacks a premise")
        node = self.premises[number]
        conclusion = raw.substituted(node.theorem.conclusion, values, functions)
        if node.lemma is None:
            return self.development.find(scope, conclusion), conclusion
        hypotheses = [raw.substituted(prop, values, functions) for prop in node.theorem.hypotheses]
        proofs = [self.development.find(scope, prop) for prop in hypotheses]
        given: dict[Any, str] = {variable: scope.show(value) for variable, value in values.items()}
        for symbol, (parameters, body) in functions.items():
            inner, names = scope, []
            for parameter in parameters:
                inner, name = inner.with_variable(parameter)
                names.append((name, SORTS[parameter.sort]))
            given[symbol] = function_text(names, inner.show(body, 0))
        return self.development.apply(node.lemma, scope, given, proofs), conclusion

    def wanted(self, number: int, prop: Term, scope: Scope | None = None) -> str:
        """A premise as a proof of this proposition, which should be the same."""
        return self.convert(scope or self.scope, *self.use(number, scope), prop)

    def under(self, prop: Term) -> tuple[Scope, str]:
        """The scope with one more hypothesis, and its name."""
        name = self.scope.new("q")
        return self.scope.with_hypotheses((prop, name)), name

    # --- logic -----------------------------------------------------------------------------------

    def assume(self, prop: Term) -> Proof:
        return self.development.find(self.scope, prop), prop

    def cite(self, name: str, source: str, prop: Term) -> Proof:
        return self.assume(prop)

    def cut(self) -> Proof:
        lemma, proved = self.use(0)
        return self.use(1, self.scope.with_hypotheses((proved, lemma)))

    def discharge(self, prop: Term) -> Proof:
        inner, name = self.under(prop)
        proof, found = self.use(0, inner)
        return f"(fun {name} => {proof})", make("implies", prop, found)

    def detach(self) -> Proof:
        proof, found = self.use(0)
        if found.op != "implies":
            raise Refusal(f"step {self.step.number}: detach needs an implication")
        return f"({proof} {self.wanted(1, found.args[0])})", found.args[1]

    def generalise(self, variable: Term) -> Proof:
        inner, name = self.scope.with_variable(variable)
        proof, found = self.use(0, inner)
        return f"(fun {name} => {proof})", raw.bound(f"forall_{variable.sort}", variable, found)

    def specialise(self, value: Term) -> Proof:
        proof, found = self.use(0)
        if found.op not in QUANTIFIERS:
            raise Refusal(f"step {self.step.number}: specialise needs a statement with forall")
        return f"({proof} {self.scope.show(value)})", raw.opened(found, value)

    def instantiate(
        self, variables: Sequence[tuple[Term, Term]], functions: Sequence[tuple[Any, tuple[Term, ...], Term]]
    ) -> Proof:
        return self.use(
            0, values=dict(variables), functions={symbol: (params, body) for symbol, params, body in functions}
        )

    def induction(self, variable: Term, low: Term, prop: Term) -> Proof:
        above = make("<=", raw.coerced(low), make("real", variable))
        base = self.wanted(0, raw.substituted(prop, {variable: low}))
        inner, name = self.scope.with_variable(variable)
        r, q = inner.new("r"), inner.new("q")
        inner = inner.with_hypotheses((above, r), (prop, q))
        successor = make("add", variable, make("int", 1))
        step = self.wanted(1, raw.substituted(prop, {variable: successor}), inner)
        motive = f"(fun {name} : Z => {inner.show(prop, 0)})"
        start = self.development.find(self.scope, above)
        proof = f"(Z_induction {motive} {self.scope.show(low)} {base} (fun {name} {r} {q} => {step}) "
        return f"{proof}{self.scope.show(variable)} {start})", prop

    def cases(self, a: Term, b: Term) -> Proof:
        goal = self.step.theorem.conclusion
        sides = []
        for number, prop in enumerate((make("<=", a, b), make("<", b, a))):
            inner, name = self.under(prop)
            sides.append(f"(fun {name} => {self.wanted(number, goal, inner)})")
        return f"(rule_cases _ {self.scope.show(a)} {self.scope.show(b)} {' '.join(sides)})", goal

    def rewrite(self, hole: Term, pattern: Term) -> Proof:
        equation, found = self.use(0)
        left, right = found.args
        if hole.sort == INT:
            left, right = _integer(left), _integer(right)
            equal = make("==", raw.coerced(left), raw.coerced(right))
            equation = f"(eq_IZR _ _ {self.convert(self.scope, equation, found, equal)})"
        target = self.wanted(1, raw.substituted(pattern, {hole: left}))
        inner, name = self.scope.with_variable(hole)
        motive = f"(fun {name} : {SORTS[hole.sort]} => {inner.show(pattern, 0)})"
        proof = f"(rule_rewrite _ {motive} {self.scope.show(left)} {self.scope.show(right)} {equation} {target})"
        return proof, raw.substituted(pattern, {hole: right})

    # --- arithmetic ------------------------------------------------------------------------------

    def arith(self, goal: Term, products: Sequence[Any], multipliers: Sequence[tuple[int, Term]]) -> str:
        goal = self.step.theorem.conclusion
        used = [self.use(number) for number in range(len(self.premises))]
        facts = [(prop, proof) for proof, prop in used]
        squares = [square for _, _, squares in products for square in squares]
        terms = [arg for prop in (goal, *(prop for prop, _ in facts)) for arg in prop.args]
        algebra = Algebra(self.development.to_normal, self.scope, [*terms, *squares, *(by for _, by in multipliers)])
        scale = math.lcm(*(coefficient.denominator for coefficient, _, _ in products))
        certificate = Certificate(algebra, [prop for prop, _ in facts], goal, scale)
        return algebra.script(facts, goal, certificate.steps(products, multipliers))

    def antisymmetry(self) -> Proof:
        proof, found = self.use(0)
        a, b = found.args
        return f"(Rle_antisym _ _ {proof} {self.wanted(1, make('<=', b, a))})", make("==", a, b)

    def integer_gap(self) -> Proof:
        proof, found = self.use(0)
        a, b = found.args
        gap = raw.coerced(term_of(difference(b, a), INT))
        whole = self.development.equal(self.scope, make("add", b, make("mul", make("rat", Fraction(-1)), a)), gap)
        return (
            f"(rule_integer_gap _ _ _ (eq_trans (ltac:(ring) : {self.scope.show(b)} - {self.scope.show(a)} = "
            f"{self.scope.show(b)} + -1 * {self.scope.show(a)}) {whole}) {proof})",
            make("<=", make("add", a, UNIT), b),
        )

    def fact(self, name: str, terms: Sequence[Term]) -> Proof:
        if name not in FACTS:  # a name is part of the text that is written
            raise Refusal(f"step {self.step.number}: there is no fact {name!r:.40}")
        conditions, conclusion = _fact(name, terms)
        proofs = [self.wanted(number, condition) for number, condition in enumerate(conditions)]
        if name in ("sum_empty", "sum_last", "sum_first"):
            (total,) = terms
            low, high = self.scope.show(total.args[0]), self.scope.show(total.args[1])
            return f"(fact_{name} {low} {high} {self._body(total)} {' '.join(proofs)})", conclusion
        values = [self.scope.show(term) for term in terms]
        if name == "integral_identity":
            values = ["I"]
        return f"({' '.join([f'fact_{name}', *values, *proofs])})", conclusion

    def _body(self, binder: Term) -> str:
        variable = self.development.variable(BINDERS[binder.op][1], [binder])
        inner, name = self.scope.with_variable(variable)
        return f"(fun {name} : {SORTS[variable.sort]} => {inner.show(raw.opened(binder, variable), 0)})"

    # --- binders ---------------------------------------------------------------------------------

    def _inside(self, op: str, variable: Term, bounds: Sequence[Term]) -> tuple[Scope, list[str]]:
        """The scope under a binder, and the names of its variable and of what its range says."""
        ranges: list[Term] = []
        if op == "Sum":
            low, k, high = map(raw.coerced, (bounds[0], variable, bounds[1]))
            ranges = [make("<=", low, k), make("<=", k, high)]
        elif op == "Integral01":
            ranges = [make("<=", ZERO, variable), make("<=", variable, UNIT)]
        inner, name = self.scope.with_variable(variable)
        names = [name]
        for prop in reversed(ranges):
            names.insert(1, inner.new("r"))
            inner = inner.with_hypotheses((prop, names[1]))
        return inner, names

    def binder(self, op: str, variable: Term, bounds: Sequence[Term]) -> Proof:
        inner, names = self._inside(op, variable, bounds)
        proof, found = self.use(0, inner)
        left, right = found.args
        head, space = op, {"Sum": [], "E": ["P"], "Integral01": ["I"]}[op]
        law = f"{head}_ext" if found.op == "==" else f"{head}_monotone"
        sides = [f"(fun {names[0]} : {SORTS[variable.sort]} => {inner.show(side, 0)})" for side in (left, right)]
        parts = [law, *space, *map(self.scope.show, bounds), *sides, f"(fun {' '.join(names)} => {proof})"]
        if found.op == "<=" and op != "Sum":
            gap = make("add", right, make("mul", make("rat", Fraction(-1)), left))
            parts.append(self.wanted(1, make("Integrable", raw.bound(op, variable, gap))))
        result = make(found.op, *(raw.bound(op, variable, *bounds, side) for side in (left, right)))
        return f"({' '.join(parts)})", result

    def dominated(self, op: str, variable: Term) -> Proof:
        inner, names = self._inside(op, variable, ())
        proof, found = self.use(0, inner)
        left, right = found.args
        head, space = INTEGRABLE[op].split()
        law, bound = (f"{head}_dominated", right.args[0]) if right.op == "abs" else (f"{head}_bounded", right)
        integrand = left.args[0]
        sides = [f"(fun {names[0]} : {SORTS[variable.sort]} => {inner.show(side, 0)})" for side in (integrand, bound)]
        known = self.wanted(1, make("Integrable", raw.bound(op, variable, bound)))
        parts = [law, space, *sides, f"(fun {' '.join(names)} => {proof})", known]
        return f"({' '.join(parts)})", make("Integrable", raw.bound(op, variable, integrand))

    def combination(self, op: str, variable: Term, body: Term, coefficients: Sequence[Term]) -> Proof:
        inner, (name, *_) = self._inside(op, variable, ())
        head, space = INTEGRABLE[op].split()
        kind = SORTS[variable.sort]
        proof, parts = f"({head}_constant {space} {self.scope.show(coefficients[0])})", [coefficients[0]]
        for number in range(len(self.premises)):
            known, found = self.use(number)
            integrand = raw.opened(found.args[0], variable)
            coefficient = coefficients[number + 1]
            before = together("add", parts)
            sides = [f"(fun {name} : {kind} => {inner.show(side, 0)})" for side in (integrand, before)]
            proof = f"({head}_linear {space} {self.scope.show(coefficient)} {' '.join(sides)} {known} {proof})"
            parts.append(make("mul", coefficient, integrand))
        return proof, make("Integrable", raw.bound(op, variable, together("add", parts)))


@dataclass(frozen=True)
class Part:
    """A part of a certificate: a proof that something is positive, or not negative, or zero; and what that is."""

    proof: str
    value: str  # as data (`Expressions`)
    positive: bool = False

    @property
    def not_negative(self) -> str:
        return f"(nonneg_of_pos _ {self.proof})" if self.positive else self.proof


class Certificate:
    """The certificate of an `arith` step as Coq steps: products are asserted, then one equation of polynomials is left.

    What is a sum or product here is so in Coq, in the same order: both sides of that equation are written as data.
    """

    def __init__(self, algebra: Algebra, facts: Sequence[Term], goal: Term, scale: int) -> None:
        self.algebra, self.facts, self.goal, self.scale = algebra, facts, goal, scale
        self.made = algebra.expressions()

    def steps(self, products: Sequence[Any], multipliers: Sequence[tuple[int, Term]]) -> list[str]:
        equations = [self._multiple(index, by) for index, by in multipliers]
        if self.goal.op == "==":
            left, right = map(self.made.of, self.goal.args)
            if not equations:
                return [self.algebra.equal(self.made, left, right)]
            zero = equations[0]
            for more in equations[1:]:
                zero = _combined("zero_plus", "add", zero, more)
            decided = self.algebra.equal(self.made, expressions.made("sub", left, right), zero.value)
            return [f"refine (eq_by _ _ _ _ {zero.proof}).", decided]
        start = {"<=": "apply Rnot_lt_le; intros n0.", "<": "apply Rnot_le_lt; intros n0.", "!=": "intros n0."}
        found = [self._product(*product) for product in products]
        first = next((number for number, part in enumerate(found) if part.positive), 0)
        total = found[first] if found else Part("pos_one", expressions.integer(1))
        others = [product for number, product in enumerate(found) if number != first]
        rest = [Part(part.not_negative, part.value) for part in others]
        for more in [*rest, *(replace(part, proof=f"(nonneg_zero _ {part.proof})") for part in equations)]:
            total = _combined("pos_plus", "add", total, more)
        decided = self.algebra.equal(self.made, total.value, expressions.integer(0))
        return [start[self.goal.op], f"refine (absurd_pos _ {total.proof} _).", decided]

    def _fact(self, index: int) -> tuple[str, Part]:
        """(what a fact is read as, its proof and its right side less its left)."""
        if index == NEGATED_GOAL:
            op = {"<=": "<", "<": "<=", "!=": "=="}[self.goal.op]
            left, right = map(self.made.of, self.goal.args)
            return op, Part("(eq_sym n0)" if self.goal.op == "!=" else "n0", expressions.made("sub", left, right))
        return self.facts[index].op, Part(f"p{index}", self.algebra.difference(self.made, self.facts[index]))

    def _multiple(self, index: int, by: Term) -> Part:
        factor, value = self.algebra.show(by), self.made.of(by)
        if self.scale != 1:
            factor = f"({digits(self.scale)} * {factor})"
            value = expressions.made("mul", expressions.integer(self.scale), value)
        _, fact = self._fact(index)
        zero = f"(zero_mult {factor} _ (zero_eq _ _ {fact.proof}))"
        return Part(zero, expressions.made("mul", value, fact.value))

    def _product(self, coefficient: Fraction, indices: Sequence[int], squares: Sequence[Term]) -> Part:
        """A product that is not negative, or positive."""
        whole = int(coefficient * self.scale)
        factors = []
        if whole != 1 or not (indices or squares):
            factors = [Part(f"(IZR_lt 0 {digits(whole)} eq_refl)", expressions.integer(whole), True)]
        for index in indices:
            op, fact = self._fact(index)
            law = {"<=": "nonneg_le", "<": "pos_lt", "!=": "pos_ne"}.get(op, "pos_ne")
            value = expressions.made("mul", fact.value, fact.value) if law == "pos_ne" else fact.value
            factors.append(Part(f"({law} _ _ {fact.proof})", value, op != "<="))
        for square in squares:
            value = expressions.made("mul", self.made.of(square), self.made.of(square))
            factors.append(Part(f"(nonneg_square {self.algebra.show(square)})", value))
        positive = all(factor.positive for factor in factors)
        if not positive:
            factors = [Part(factor.not_negative, factor.value) for factor in factors]
        product, *more = factors
        for factor in more:
            product = _combined("pos_mult" if positive else "nonneg_mult", "mul", product, factor)
        return product


def _combined(law: str, op: str, first: Part, second: Part) -> Part:
    """What a law says of two parts' sum or product."""
    value = expressions.made(op, first.value, second.value)
    return Part(f"({law} _ _ {first.proof} {second.proof})", value, first.positive)


def _integer(term: Term) -> Term:
    """The integer term whose coercion this real term is."""
    if term.op == "real":
        integer: Term = term.args[0]
        return integer
    if term.op == "rat":
        return make("int", int(term.args[0]))
    if term.op not in ("add", "mul"):
        raise Refusal(f"{show(term)} is not an integer term")
    return make(term.op, *map(_integer, term.args))


def _fact(name: str, terms: Sequence[Term]) -> tuple[list[Term], Term]:
    """The conditions and the conclusion of a fact, as the lemma of the prelude states them."""
    minus_one = make("int", -1)
    if name.startswith("sum_"):
        (total,) = terms
        low, high, body = total.args
        below = make("<=", raw.coerced(low), raw.coerced(high))
        if name == "sum_empty":
            return [make("<", raw.coerced(high), raw.coerced(low))], make("==", total, ZERO)
        if name == "sum_last":
            rest = make("Sum", low, make("add", high, minus_one), body)
            return [below], make("==", total, make("add", rest, raw.opened(total, high)))
        rest = make("Sum", make("add", low, make("int", 1)), high, body)
        return [below], make("==", total, make("add", raw.opened(total, low), rest))
    if name == "pow_succ":
        x, n = terms
        left = make("pow", x, make("add", n, make("int", 1)))
        return [make("<=", ZERO, raw.coerced(n))], make("==", left, make("mul", x, make("pow", x, n)))
    if name == "young":
        x, q = terms
        conditions = [make("<=", ZERO, x), make("<=", ZERO, q), make("<=", q, UNIT)]
        bound = make("add", UNIT, make("mul", make("rat", Fraction(-1)), q), make("mul", q, x))
        return conditions, make("<=", make("rpow", x, q), bound)
    return FACTS[name].schema(*terms)
