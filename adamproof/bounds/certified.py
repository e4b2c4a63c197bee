"""One bound at one setting, certified: every number lies in an enclosure with exact ends.

    certify(Problem(gap=1, grad1=2, L0=1, sigma0=1, dim=16), Hyperparameters("0.9", "0.999", "1e-3", steps=10_000))

The precision grows until each enclosure is as narrow as the digits asked for.  The total is the right side of the
lemma's claim; that the terms add up to it is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from .formulas.evaluation import Arithmetic, Enclosure, Evaluation, NoEnclosure, bits_for
from .formulas.parameters import doubt_of_betas
from .formulas.plain import Beyond, Expr, made
from .formulas.statement import CORRECTED, Relation, Theorem, TheoremError
from .formulas.symbols import NAME_OF, SYMBOLS
from .problem import Hyperparameters, Problem, given
from .ranges import FIELDS, MissingError, ProblemError, check_rule, is_array, shown
from .theorems.compiled import theorem
from .training import UNKNOWN, Covered, Training, coverage, uncovered

MOST_BITS = 16_000
DIGITS = 8
L1, S1 = SYMBOLS["L1"], SYMBOLS["sigma1"]
BETAS = {"beta1", "beta2"}
BY_SYMBOL = {symbol.name: name for symbol, name in NAME_OF.items()}


@dataclass(frozen=True)
class Check:
    """A hypothesis on the numbers: both sides, and whether it holds (None: they cannot be told apart)."""

    name: str
    formula: str
    left: Enclosure
    right: Enclosure
    holds: bool | None


@dataclass(frozen=True)
class Compared:
    """The bound beside a value that is trivially true, or true of gradients that never shrink: bound/value."""

    text: str
    why: str
    value: Enclosure
    ratio: Enclosure | None  # None where the value is 0


@dataclass(frozen=True)
class Bound:
    """What a theorem says at one setting.

    settings: the inputs that were used, by name, as exact numbers or formulas.
    terms: enclosures of the terms by name, in units of the left side (those of a gradient norm).  total: of their
    sum.
    shares: of each term divided by the total.  scale: of R or S by name, without a unit.
    checks: the theorem's hypotheses about numbers.  compared: what the left side cannot exceed for other reasons.
    digits: significant ones.  notes: what is strange about the inputs.
    training, coverage: the traits of the training, and what the theorem covers of them.
    """

    theorem: Theorem
    settings: Mapping[str, Any]  # the inputs that were used, by name, as exact numbers or formulas
    terms: Mapping[str, Enclosure]
    total: Enclosure
    shares: Mapping[str, Enclosure]
    scale: Mapping[str, Enclosure]  # R or S
    checks: tuple[Check, ...]
    compared: tuple[Compared, ...]
    digits: int
    notes: tuple[str, ...] = ()  # what is strange about the inputs
    training: Training = UNKNOWN
    coverage: tuple[Covered, ...] = ()  # bias correction, weight decay, schedule or warm-up, gradient clipping

    @property
    def uncovered(self) -> tuple[str, ...]:
        """What the training is known to have and the theorem does not cover."""
        return uncovered(self.coverage)

    @property
    def applies(self) -> bool:
        """Whether all hypotheses that numbers decide hold and the training has nothing that is not covered."""
        return self.holds and not self.uncovered

    def of(self, training: Training) -> Bound:
        """The same numbers for a training with these traits, by the theorem that is about it."""
        name, case = self.theorem.name, self.theorem.case
        corrected = bool(training.bias_correction) and name in CORRECTED
        about = theorem(name, case, corrected)
        return replace(self, theorem=about, training=training, coverage=coverage(name, training))

    @property
    def holds(self) -> bool:
        """Whether all hypotheses that numbers decide hold; the theorem says nothing otherwise."""
        return all(check.holds for check in self.checks)

    @property
    def binding(self) -> str:
        """The largest term."""
        return max(self.terms, key=lambda name: self.terms[name].high)

    @property
    def vacuous(self) -> bool | None:
        """Whether the bound is as large as a value it is compared with; None if there is none."""
        known = [found for found in self.compared if found.value.high > 0]
        if not known:
            return None
        return any(found.value.high <= self.total.high for found in known)


class Numbers:
    """The values of a problem's symbols, ready to be put into formulas, plain ones or SymPy's expressions."""

    def __init__(self, problem: Problem, hyper: Hyperparameters) -> None:
        self.values = given(problem, hyper)
        for name, value in self.values.items():
            if is_array(value):
                raise ProblemError(f"{name} is an array; a certified bound takes one setting (sweeps: bounds.bound)")
        self._formulas = {
            FIELDS[name].symbol: value
            for name, value in self.values.items()
            if not value.is_Rational or (value == 0 and FIELDS[name].symbol in (L1, S1))
        }
        self._check_formulas()

    def _check_formulas(self) -> None:
        """The rules of the inputs that are formulas in T and d."""
        known = self._known((SYMBOLS["steps"], SYMBOLS["dim"]))
        for name, value in self.values.items():
            missing = [NAME_OF[symbol] for symbol in sorted(value.free_symbols, key=str) if symbol not in known]
            if missing:
                raise ProblemError(f"{name} = {shown(value)} needs {' and '.join(missing)}")
            if value.free_symbols:
                check_rule(name, value, FIELDS[name].rule, known)

    def _known(self, symbols: Iterable[Any]) -> dict[Any, Enclosure]:
        """Exact values of those of these symbols that are given as rational numbers."""
        found = {}
        for symbol in symbols:
            value = self.values.get(NAME_OF[symbol])
            if value is not None and value.is_Rational:
                found[symbol] = Enclosure.of(Fraction(int(value.p), int(value.q)))
        return found

    def put(self, expression: Any) -> Expr:
        """The formula with the formulas, and the zeros of L1 and sigma1, in place of their symbols."""
        formula = _plain(expression)
        try:
            return formula.xreplace(self._formulas) if self._formulas else formula
        except Beyond:
            from .formulas.symbolic import by_sympy

            return by_sympy(formula, self._formulas)

    def need(self, expressions: Iterable[Any], what: str) -> None:
        """Raise ProblemError unless all symbols of the expressions have values."""
        symbols = {symbol for expression in expressions for symbol in self.put(expression).free_symbols}
        missing = [name for name, field in FIELDS.items() if field.symbol in symbols and name not in self.values]
        if missing:
            first = FIELDS[missing[0]]
            more = f" (and {', '.join(missing[1:])})" if missing[1:] else ""
            raise MissingError(f"{what} needs {missing[0]}, {first.meaning}{more}")

    def evaluation(self, bits: int) -> Evaluation:
        return Evaluation(self._known(FIELDS[name].symbol for name in self.values), bits)

    def enclose(self, expressions: Mapping[str, Any], digits: int) -> dict[str, Enclosure]:
        """All expressions to this many digits.  Raises ProblemError where one has no value."""
        ready = {name: self.put(expression) for name, expression in expressions.items()}
        bits = bits_for(digits)
        while True:
            evaluation = self.evaluation(bits)
            try:
                found = {name: evaluation.of(expression) for name, expression in ready.items()}
            except NoEnclosure as error:
                if bits > MOST_BITS:
                    raise ProblemError(f"the formula is undefined at this setting: {error}") from error
            else:
                if all(_is_narrow(enclosure, digits) for enclosure in found.values()):
                    return found
                if bits > MOST_BITS:
                    raise ProblemError(f"a value cannot be distinguished from 0 with {bits} bits")
            bits *= 2

    def check(self, name: str, relation: Any) -> Check:
        """Whether a relation, plain or of SymPy's, holds, decided with as many bits as it takes."""
        stated = _plain_relation(relation)
        left, right = (self.put(side) for side in stated.args)
        bits = bits_for(10)
        while True:
            evaluation = self.evaluation(bits)
            try:
                ends = evaluation.of(left), evaluation.of(right)
            except NoEnclosure as error:
                if bits > MOST_BITS:
                    raise ProblemError(f"the hypothesis {name} is undefined at this setting: {error}") from error
            else:
                holds = _decided(*ends, stated.strict)
                if holds is not None or bits > MOST_BITS:
                    return Check(name, stated.text, *ends, holds)
            bits *= 2


def _is_narrow(enclosure: Enclosure, digits: int) -> bool:
    width = enclosure.relative_width
    return width is not None and width * 10 ** (digits + 1) <= 1


def _decided(left: Enclosure, right: Enclosure, strict: bool) -> bool | None:
    if left.exact and right.exact:
        return left.low < right.low if strict else left.low <= right.low
    if left.high < right.low or (left.high <= right.low and not strict):
        return True
    return False if left.low > right.high or (left.low >= right.high and strict) else None


def _plain(expression: Any) -> Expr:
    if isinstance(expression, Expr):
        return expression
    from .formulas.symbolic import plain_form

    return plain_form(expression)


def _plain_relation(relation: Any) -> Relation:
    if isinstance(relation, Relation):
        return relation
    from .formulas.symbolic import plain_relation

    return plain_relation(relation)


def _inputs(symbols: Iterable[Any]) -> set[str]:
    """The names of the inputs with these symbols, plain ones or SymPy's."""
    return {BY_SYMBOL[symbol.name] for symbol in symbols}


# --- the bound ----------------------------------------------------------------------------------


def certify(
    problem: Problem,
    hyper: Hyperparameters,
    name: str = "main",
    case: int = 1,
    digits: int = DIGITS,
    training: Training = UNKNOWN,
) -> Bound:
    """The bound of a theorem (NAMES) at one setting, each number to this many digits.

    `training` says what else the optimiser does; `coverage` of the result says which of it the theorem covers.

    problem, hyper: one setting, no arrays.  name: of a theorem, one of NAMES.  case: of the corollary, 1 or 2.
    digits: of each number, significant ones.

    Raises ProblemError where an input is missing, breaks its rule, or where the betas are outside the theorem's range.
    A bound whose other hypotheses fail is returned with `holds` false: it is a number, not a theorem.
    """
    if not 1 <= digits <= 1000:
        raise ProblemError(f"digits must satisfy 1 <= digits <= 1000, got {digits}")
    found, numbers = theorem(name, case), Numbers(problem, hyper)
    numbers.need([found.bound, *found.terms.values(), *_sides(found, numbers)], f"the theorem {name}")
    checks = tuple(checked(found, numbers))
    expressions = {"bound": found.bound, **{f"term {part}": term for part, term in found.terms.items()}}
    expressions |= {f"scale {symbol}": formula for symbol, formula in found.scale.items()}
    values = numbers.enclose(expressions, digits)
    terms = {part: values[f"term {part}"] for part in found.terms}
    total = values["bound"]
    _check_sum(found, terms, total)
    divide = Arithmetic(bits_for(digits)).divide
    return Bound(
        found,
        _used(found, numbers),
        terms,
        total,
        {part: divide(term, total) if total.high else Enclosure.of(0) for part, term in terms.items()},
        {symbol: values[f"scale {symbol}"] for symbol in found.scale},
        checks,
        tuple(_compared(found, numbers, total, digits)),
        digits,
        tuple(_notes(numbers)),
    ).of(training)


def effective(problem: Problem, hyper: Hyperparameters, name: str, case: int = 1) -> frozenset[str]:
    """The names of the inputs on which the bound, its hypotheses, what it is compared with, or a note depend.

    The range of an input does not count, nor what is multiplied by an L1 or a sigma1 that is 0.
    """
    found, numbers = theorem(name, case), Numbers(problem, hyper)
    sides = [side for relation in found.hypotheses.values() if len(relation.free_symbols) > 1 for side in relation.args]
    parts = [found.bound, *sides, *(trivial.value for trivial in found.trivial)]
    symbols = {symbol for part in parts for symbol in numbers.put(part).free_symbols}
    symbols |= {s for part in parts for s in part.free_symbols if s in (L1, S1)}  # whether they are 0
    used = {NAME_OF[symbol] for symbol in symbols} | set(found.must_vanish)
    used |= {"gap", "grad1", "L0"}  # these, for the note on smoothness
    used |= {exponent for mean, exponent in (("Gp", "p"), ("Gq", "q")) if mean in used}  # which say what the means are
    formulas = {NAME_OF[s] for known in used & set(numbers.values) for s in numbers.values[known].free_symbols}
    return frozenset(used | formulas | ({"beta1", "beta2", "lr"} & set(numbers.values)))


def _sides(found: Theorem, numbers: Numbers) -> list[Any]:
    return [side for relation in _applicable(found, numbers).values() for side in relation.args]


def _applicable(found: Theorem, numbers: Numbers) -> dict[str, Any]:
    """The hypotheses without the ranges of inputs that are not given: where the bound has one, it is missed there."""
    return {
        name: relation
        for name, relation in found.hypotheses.items()
        if len(relation.free_symbols) > 1 or _inputs(relation.free_symbols) <= set(numbers.values)
    }


def checked(found: Theorem, numbers: Numbers) -> Iterable[Check]:
    """The hypotheses on the numbers.  Raises ProblemError on betas for which the bound is not defined."""
    for name, relation in _applicable(found, numbers).items():
        check = numbers.check(name, relation)
        inputs = _inputs(relation.free_symbols)
        if not check.holds and (inputs <= BETAS or (inputs == {"epsilon"} and check.holds is False)):
            raise ProblemError(_broken(check, relation.free_symbols, found, numbers))
        yield check
    for name in found.must_vanish:
        value = numbers.values[name]
        exactly = Enclosure.of(0) if value == 0 else numbers.enclose({"value": value}, DIGITS)["value"]
        why = f"{name} = 0, because the theorem covers only this case"
        yield Check(why, f"{name} <= 0", exactly, Enclosure.of(0), value == 0)
    yield from _means(found, numbers)


def _means(found: Theorem, numbers: Numbers) -> Iterable[Check]:
    """Whether the means of |a_t|^p and |a_t|^q, where the bound has them, can be what they are said to be."""
    used = numbers.put(found.bound).free_symbols
    values = numbers.values
    means = [(name, exponent) for name, exponent in (("Gp", "p"), ("Gq", "q")) if FIELDS[name].symbol in used]
    for name, exponent in means:
        if values[exponent] == 0:
            yield _equal(f"{name} = 1, as |a_t|^0 is 1", name, values[name], made(1), numbers)
    if len(means) == 2 and values["p"] == values["q"]:
        yield _equal("Gp = Gq, as p = q", "Gp", values["Gp"], values["Gq"], numbers)


def _equal(why: str, name: str, value: Any, other: Any, numbers: Numbers) -> Check:
    sides = numbers.enclose({"left": value, "right": other}, DIGITS)
    return Check(why, f"{name} = {shown(other)}", sides["left"], sides["right"], _same(value, other))


def _same(value: Expr, other: Expr) -> bool:
    if value == other or (value.is_Rational and other.is_Rational):
        return value == other
    import sympy

    return bool(sympy.simplify(sympy.sympify(value) - sympy.sympify(other)) == 0)


def _notes(numbers: Numbers) -> Iterable[str]:
    """What no function has that is smooth everywhere, rather than only where a run goes."""
    known = numbers.values
    if {"gap", "grad1", "L0"} <= set(known) and known["L1"] == 0:
        most = 2 * SYMBOLS["L0"] * SYMBOLS["gap"]
        check = numbers.check("start", Relation(SYMBOLS["grad1"] ** 2, most, False, "grad1^2 <= 2*L0*gap"))
        if check.holds is False:
            left, right = check.left.decimals(6)[1], check.right.decimals(6)[1]
            yield (
                f"grad1^2 = {left} is more than 2*L0*gap = {right}: no function on all of R^d satisfies this if L1 = 0"
                "; one of grad1, L0 and gap is likely wrong."
            )


def _broken(check: Check, symbols: set[Any], found: Theorem, numbers: Numbers) -> str:
    names = [BY_SYMBOL[symbol.name] for symbol in sorted(symbols, key=str)]
    values = ", ".join(f"{name} = {shown(numbers.values[name])}" for name in names)
    but = f"but {values}" if check.holds is False else f"which rounding leaves open at {values}"
    betas = (numbers.values.get("beta1"), numbers.values.get("beta2"))
    hint = doubt_of_betas(*betas) if all(getattr(beta, "is_Rational", False) for beta in betas) else ""
    rule = f"the theorem {found.name} needs {check.formula}, {but}"
    return f"{rule}; {hint}" if hint else rule


def _check_sum(found: Theorem, terms: Mapping[str, Enclosure], total: Enclosure) -> None:
    low, high = (sum(getattr(term, end) for term in terms.values()) for end in ("low", "high"))
    if low > total.high or high < total.low:
        raise TheoremError(f"the terms of {found.title} do not add up to its bound")


def _used(found: Theorem, numbers: Numbers) -> dict[str, Any]:
    symbols = set(found.bound.free_symbols).union(*(side.free_symbols for side in _sides(found, numbers)))
    symbols |= {s for value in numbers.values.values() for s in value.free_symbols}
    names = {NAME_OF[symbol] for symbol in symbols} | set(found.must_vanish)
    return {name: value for name, value in numbers.values.items() if name in names}


def _compared(found: Theorem, numbers: Numbers, total: Enclosure, digits: int) -> Iterable[Compared]:
    for trivial in found.trivial:
        try:
            numbers.need([trivial.value], "it")
        except ProblemError:
            continue
        value = numbers.enclose({"value": trivial.value}, digits)["value"]
        ratio = Arithmetic(bits_for(digits)).divide(total, value) if value.high else None
        yield Compared(trivial.text, trivial.why, value, ratio)


__all__ = ["DIGITS", "Bound", "Check", "Compared", "Numbers", "certify", "checked", "effective"]
