"""Integrability, found by search: of combinations of what is integrable, of what is dominated by it, of finite sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cached_property

from ...kernel.normal import ONE, Monomial, Poly, add_to, normal, times
from ...kernel.terms import BINDERS, INT, REAL, Term, bind, free, function, make, opened
from ..effort import once
from ..polynomials import atom_term, ordered, poly_term
from ..proving import prove
from ..record import Step, derive
from ..search import Search
from .knowledge import ONE as UNIT
from .knowledge import ZERO, Knowledge, nonneg, ranges
from .matching import in_sight, instances, same, swapped, unfolded

DEPTH = 30


def integrable(known: Knowledge, statement: Term) -> Step | None:
    """The theorem of Integrable(E(...)) or Integrable(Integral01(...)), or None."""
    if found := known.find(statement):
        return found
    mark = ("integrable", statement)
    return once(known.answers, mark, lambda: known.deeper(DEPTH, lambda: _found(known, statement)), True)


def _found(known: Knowledge, statement: Term) -> Step | None:
    return _Search(known, statement.args[0]).found()


class _Search:
    def __init__(self, known: Knowledge, total: Term) -> None:
        self.known, self.total, self.op = known, total, total.op
        self.variable = known.fresh(BINDERS[total.op][1], total)
        self.body = opened(total, self.variable)

    def found(self) -> Step | None:
        whole = make("Integrable", self.total)
        return (
            self.known.instance(whole)
            or self.combination()
            or self.equal_by_a_fact(self.body)
            or self.of_one(self.body)
            or self.dominated_by_a_fact(self.body)
            or self.rewritten(self.body)
        )

    def of(self, body: Term) -> Step | None:
        """Integrability of another body."""
        return integrable(self.known, make("Integrable", bind(self.op, self.variable, body)))

    def inside(self) -> Knowledge:
        return self.known.plus(*ranges(self.op, self.variable, ()))

    # --- linear combinations ---

    def combination(self) -> Step | None:
        """The body as a combination of integrable parts, with coefficients in which the variable does not occur."""
        groups = self.grouped(normal(self.body))
        constant = groups.pop(ONE, {})
        parts: list[tuple[Poly, Step]] = []
        if sum(map(len, groups.values())) > 1 or not groups:
            for part, step in self.whole_parts(groups):
                parts.append((part, step))
        for monomial, coefficient in ordered_groups(groups):
            term = self.written(monomial)
            if len(groups) == 1 and not constant and coefficient == {ONE: 1}:
                return None  # this one body: nothing to combine
            found = self.of(term)
            if found is None:
                return None
            parts.append((coefficient, found))
        coefficients = (poly_term(constant), *(poly_term(part) for part, _ in parts))
        return derive("combination", [step for _, step in parts], self.op, self.variable, self.body, coefficients)

    def written(self, monomial: Monomial) -> Term:
        """What depends on the variable, as it is written in the body if it stands there: so it is known, if it is."""
        for part in self.parts:
            if normal(part) == {monomial: 1}:
                return part
        return poly_term({monomial: 1})

    @cached_property
    def parts(self) -> list[Term]:
        """The terms and factors of the body."""
        found, left = [], [self.body]
        while left:
            part = left.pop()
            if part.op in ("add", "mul"):
                left += part.args
            else:
                found.append(part)
        return found

    def grouped(self, poly: Poly) -> dict[Monomial, Poly]:
        """By what depends on the variable: its coefficient."""
        found: dict[Monomial, Poly] = {}
        for monomial, value in poly.items():
            inside = frozenset((a, e) for a, e in monomial if self.variable in free(atom_term(a)))
            found.setdefault(inside, {})[monomial - inside] = value
        return found

    def whole_parts(self, groups: dict[Monomial, Poly]) -> Iterator[tuple[Poly, Step]]:
        """Known integrable bodies of several terms, or with a coefficient, that the body contains, taken out.

        The multiple is that of a term which no other known body has, or else the one that they all have.
        """
        known = []
        for step in self.known.finite:
            other = step.conclusion.args[0]
            theirs = self.grouped(normal(opened(other, self.variable))) if other.op == self.op else {ONE: {}}
            if ONE not in theirs:
                known.append((theirs, step))
        for theirs, step in known:
            is_one_term = len(theirs) < 2 and all(len(part) < 2 for part in theirs.values())
            if is_one_term or not theirs.keys() <= groups.keys():
                continue
            own = [m for m in theirs if all(m not in others for others, _ in known if others != theirs)]
            factor = _quotient(groups[own[0]], theirs[own[0]]) if own else _common(groups, theirs)
            if factor is None:
                continue
            for monomial, coefficient in theirs.items():
                add_to(groups[monomial], times(factor, coefficient), -1)
                if not groups[monomial]:
                    del groups[monomial]
            yield factor, step

    # --- one body ---

    def of_one(self, body: Term) -> Step | None:
        op, args = body.op, body.args
        if op == "abs":
            inner = self.of(args[0])
            return inner and self.dominated(self.reflexive(body), inner)
        if op == "Sum":
            return self.of_sum(body)
        if op == "rpow":
            return self.of_power(body)
        if op == "sqrt":
            return self.of_root(body)
        if op == "mul" or (op == "pow" and args[1].op == "int" and args[1].args[0] > 1):
            return self.of_product(body)
        return None

    def reflexive(self, size: Term) -> Step:
        """| |x| | <= |x|, from which integrability of |x| follows."""
        x = make("var", "x", REAL)
        inner = make("abs", x)
        step = prove(make("<=", make("abs", inner), inner))
        return derive("instantiate", [step], ((x, size.args[0]),), ())

    def dominated(self, bound: Step, whole: Step) -> Step:
        return derive("dominated", [bound, whole], self.op, self.variable)

    def of_sum(self, body: Term) -> Step | None:
        """A finite sum from 1 on of integrable terms (the lemma expectation-of-sum)."""
        low, high, _ = body.args
        if self.op != "E" or low is not make("int", 1):
            return None
        index = self.known.fresh(INT, self.total, self.variable)
        step = self.known.lemma("expectation-of-sum", "finite")
        symbol, n = function("X", (INT, "point")), make("var", "n", INT)
        step = derive("instantiate", [step], ((n, high),), ((symbol, (index, self.variable), opened(body, index)),))
        return discharged(self.known, step)

    def of_power(self, body: Term) -> Step | None:
        """X^q for 0 <= X and 0 <= q <= 1 (the lemma young-power)."""
        base, exponent = body.args
        if self.op != "E" or self.variable in free(exponent):
            return None
        if exponent.op not in ("var", "rat"):
            return None
        step = self.known.lemma("young-power", "finite")
        q = make("var", "q", REAL)
        symbol = function("Z", ("point",))
        step = derive("instantiate", [step], ((q, exponent),), ((symbol, (self.variable,), base),))
        return discharged(self.known, step)

    def of_root(self, body: Term) -> Step | None:
        """sqrt(X) <= 1 + X for 0 <= X."""
        inside = nonneg(self.inside(), body.args[0])
        whole = self.of(make("add", body.args[0], UNIT)) if inside else None
        if inside is None or whole is None:
            return None
        x = make("var", "x", REAL)
        root = make("sqrt", x)
        step = prove(make("<=", make("abs", root), make("add", x, UNIT)), make("<=", ZERO, x))
        step = derive("instantiate", [step], ((x, body.args[0]),), ())
        return self.dominated(derive("cut", [inside, step]), whole)

    def of_product(self, body: Term) -> Step | None:
        """X*Y, as |X*Y| <= X^2 + Y^2."""
        factors = list(body.args) if body.op == "mul" else [body.args[0]] * body.args[1].args[0]
        if len(factors) != 2 or factors[0] is factors[1]:
            return None
        two = make("int", 2)
        squares = make("add", *(make("pow", factor, two) for factor in factors))
        whole = self.of(squares)
        if whole is None:
            return None
        x, y = make("var", "x", REAL), make("var", "y", REAL)
        bound = make("add", make("pow", x, two), make("pow", y, two))
        step = prove(make("<=", make("abs", make("mul", x, y)), bound))
        step = derive("instantiate", [step], tuple(zip((x, y), factors, strict=True)), ())
        return self.dominated(step, whole)

    def equal_by_a_fact(self, body: Term) -> Step | None:
        """f == g for a sum f, a theorem at hand, and g integrable."""
        if body.op != "Sum":
            return None
        for step in self.about(body, _of_sums):
            for place, side in enumerate(step.conclusion.args):
                if same(side, body) and (whole := self.of(step.conclusion.args[1 - place])):
                    return self.dominated(_sizes(step, body, place), whole)
        return None

    def dominated_by_a_fact(self, body: Term) -> Step | None:
        """0 <= f <= g, the second a theorem at hand, and g integrable."""
        inside = self.inside()
        for step in self.about(body, _is_bound):
            low, high = step.conclusion.args
            if low.op == "abs" and same(low.args[0], body):
                if whole := self.of_bound(high):
                    return self.dominated(_with_left(step, make("abs", body)), whole)
            if not same(low, body) or self.variable in free(step.conclusion) - free(low) - free(high):
                continue
            positive = nonneg(inside, body)
            whole = self.of_bound(high) if positive is not None else None
            if positive is not None and whole is not None:
                return self.dominated(derive_size(positive, step, body), whole)
        return None

    def rewritten(self, body: Term) -> Step | None:
        """Y is X where Y == X is a theorem at hand, in a body with Y, a function's value."""
        for value in in_sight([body]):
            if value.op != "app" or self.variable not in free(value):
                continue
            for step in self.about(value, _of_values):
                for place, side in enumerate(step.conclusion.args):
                    new = step.conclusion.args[1 - place]
                    if side is not value or value in in_sight([new]):
                        continue
                    other = swapped(body, value, new)
                    equal = Search(make("==", body, other), [step]).run()
                    if equal is not None and (whole := self.of(other)):
                        return self.dominated(_sizes(equal, body, 0), whole)
        return None

    def of_bound(self, high: Term) -> Step | None:
        """Integrability of a bound as `dominated` wants it: of g where the bound is |g|."""
        return self.of(high.args[0] if high.op == "abs" else high)

    def about(self, body: Term, is_one: Callable[[Term], bool]) -> Iterator[Step]:
        """Theorems of a kind at the variable: those for all its values, or about it."""
        sight = in_sight([make("abs", body)])  # a bound is one of the body, or of its size
        for step in self.known.quantified:
            if is_one(unfolded(step.conclusion)[-1]):  # others bound nothing, whatever their conditions
                yield from instances(self.inside(), step, sight)
        for step in self.known.relations:
            if is_one(step.conclusion):
                yield from self.renamed(step, body)

    def renamed(self, step: Step, body: Term) -> Iterator[Step]:
        """A theorem about a free variable of this sort, which no hypothesis holds, at the variable here."""
        for variable in sorted(
            (v for v in free(step.conclusion) if type(v) is Term and v.sort == self.variable.sort),
            key=lambda v: v.args[0],
        ):
            if any(variable in free(prop) for prop in step.hypotheses):
                continue
            yield derive("instantiate", [step], ((variable, self.variable),), ())


def _is_bound(statement: Term) -> bool:
    return statement.op == "<=" and statement.args[0].sort == REAL


def _of_sums(statement: Term) -> bool:
    """Whether it says what a sum is equal to."""
    return statement.op == "==" and any(side.op == "Sum" for side in statement.args)


def _of_values(statement: Term) -> bool:
    """Whether it says what a function's value is equal to."""
    return statement.op == "==" and any(side.op == "app" for side in statement.args)


def _sizes(equation: Step, body: Term, place: int) -> Step:
    """|f| <= |g| from f == g, or from g == f.

    place: of f.
    """
    sides = make("var", "x", REAL), make("var", "y", REAL)
    f, g = sides[place], sides[1 - place]
    step = prove(make("<=", make("abs", f), make("abs", g)), make("==", *sides))
    values = [*equation.conclusion.args]
    values[place] = body
    if values[place] is not equation.conclusion.args[place]:
        equation = derive("convert", [equation], make("==", *values))
    return derive("cut", [equation, derive("instantiate", [step], tuple(zip(sides, values, strict=True)), ())])


def _with_left(step: Step, left: Term) -> Step:
    if step.conclusion.args[0] is left:
        return step
    return derive("convert", [step], make("<=", left, step.conclusion.args[1]))


def derive_size(positive: Step, above: Step, body: Term) -> Step:
    """0 <= f and f <= g give |f| <= g."""
    size = derive("fact", [positive], "abs_nonneg", (body,))
    goal = make("<=", make("abs", body), above.conclusion.args[1])
    return derive("arith", [size, above], goal, ((Fraction(1), (1,), ()), (Fraction(1), (-1,), ())), ((0, UNIT),))


def ordered_groups(groups: dict[Monomial, Poly]) -> Sequence[tuple[Monomial, Poly]]:
    order = [monomial for monomial, _ in ordered(dict.fromkeys(groups, 1))]
    return [(monomial, groups[monomial]) for monomial in order]


def _common(groups: dict[Monomial, Poly], theirs: dict[Monomial, Poly]) -> Poly | None:
    """What all of their coefficients are multiplied by in the groups; None where these differ."""
    first = next(iter(theirs))
    factor = _quotient(groups[first], theirs[first])
    if factor is None or any(groups[m] != times(factor, p) for m, p in theirs.items()):
        return None
    return factor


def _quotient(p: Poly, q: Poly) -> Poly | None:
    """p/q where q is a number, or p itself."""
    if p == q:
        return {ONE: Fraction(1)}
    if set(q) != {ONE}:
        return p if q == {ONE: 1} else None
    found: Poly = {}
    add_to(found, p, Fraction(1) / Fraction(q[ONE]))
    return found


def discharged(known: Knowledge, step: Step) -> Step | None:
    """A theorem with each hypothesis established; None where one cannot be."""
    for hypothesis in step.hypotheses:
        found = known.establish(hypothesis)
        if found is None:
            return None
        if found.rule != "assume":
            step = derive("cut", [found, step])
    return step


__all__ = ["discharged", "integrable"]
