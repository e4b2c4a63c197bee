"""A Coq development that grows: lemmas with their parameters, and the lemmas that equate normal forms.

Where the kernel compares normal forms, Coq is given an equation, which `Algebra` reduces to one of polynomials;
where two leaves are the same only after normalising (a sum that comes apart, say), the equation of each with its normal
form is a lemma of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ...kernel.normal import ONE, content, key, normal, scaled, whole
from ...kernel.terms import BINDERS, INT, POINT, QUANTIFIERS, REAL, Function, Term, free, make, number
from ..proof import unlimited
from . import raw
from .algebra import Algebra
from .normal_terms import UNIT, ZERO, atom_key, atom_term, canonical, is_leaf, ordered, parts_of, powers, split, term_of
from .scope import Scope, names_of, symbol_key
from .text import BINDER_HEADS, INTEGRABLE, RELATIONS, SORTS, new_name, show, symbol_name, type_of

MISSING = "ltac:(assumption)"
EXACT = "exact "
SAME = {"==": "eq_same", "<=": "le_same", "<": "lt_same", "!=": "ne_same"}

SPACES = {"Omega": "Type", "P": "probability Omega", "I": "integral01"}
ANY = {REAL: "0", INT: "0%Z", POINT: "origin P"}  # a value of each sort, where any will do

LIBRARY = "Adamproof"
TOGETHER = "all_theorems"
REALS, IMPORT = "From Coq Require Import Reals ZArith.", f"From {LIBRARY} Require Import Prelude."
HEAD, OPEN = "(* Written by adamproof from stored proofs; for Coq 8.16.", "Open Scope R_scope."


@dataclass(frozen=True)
class Lemma:
    """A lemma that has been written: its name, what it is quantified over, and what it says."""

    name: str
    module: str
    origin: str  # what it comes from, for people and for reports
    symbols: tuple[Any, ...]
    spaces: tuple[str, ...]  # of SPACES
    hypotheses: tuple[Term, ...]
    conclusion: Term


@dataclass(frozen=True)
class Module:
    """One Coq file: its name, its text, the modules it needs, and where each lemma begins.

    start: where what is its own begins in the text, after what it requires; 0 where that cannot be told apart.
    """

    name: str
    text: str
    needs: tuple[str, ...]
    lines: tuple[tuple[int, Lemma], ...] = ()
    theorems: tuple[str, ...] = ()
    citations: tuple[str, ...] = ()
    start: int = 0

    @property
    def body(self) -> str:
        """What is its own in the text."""
        return self.text[self.start :] if self.start else ""

    def at(self, line: int) -> Lemma | None:
        """The lemma in which a line lies."""
        return next((lemma for start, lemma in reversed(self.lines) if start <= line), None)


def mentions(text: str, name: str) -> bool:
    """Whether a Coq text has this name in it."""
    return re.search(rf"(?<![\w'.]){name}(?![\w'])", text) is not None


class Development:
    """Lemmas in modules.  A lemma that has been written, in whatever module, is not written again."""

    def __init__(self) -> None:
        self.written: dict[Any, Lemma] = {}
        self.modules: list[Module] = []
        self._texts: list[tuple[str, Lemma]] = []
        self._module, self._needs = "", set[str]()
        self._count, self._step = 0, ""
        self._before: dict[Any, Lemma] = {}

    def begin(self, module: str) -> None:
        self._module, self._texts, self._needs, self._count = module, [], set(), 0
        self._before = dict(self.written)

    def forget(self) -> None:
        """Let no other module use the lemmas of this one."""
        self.written = self._before

    def reference(self, lemma: Lemma) -> str:
        if lemma.module != self._module:
            self._needs.add(lemma.module)
            return f"{lemma.module}.{lemma.name}"
        return lemma.name

    def lemma(
        self,
        name: str,
        origin: str,
        hypotheses: Sequence[Term],
        conclusion: Term,
        prove: Callable[[Scope], str],
    ) -> Lemma:
        """Write a lemma; ``prove`` gives the script that follows the introduction of variables and hypotheses.

        Without a name it is numbered: a lemma about normal forms, for the step at hand.  Lemmas that ``prove`` writes
        come before it.
        """
        if name:
            self._step = origin
        elif self._step:
            origin = f"{origin}, for {self._step}"
        symbols = tuple(sorted(frozenset().union(*map(free, (*hypotheses, conclusion))), key=symbol_key))
        names = names_of(symbols)
        scope = Scope(names, [(prop, f"h{n}") for n, prop in enumerate(hypotheses)])
        script = prove(scope)
        values = _values(scope.lost, script)
        if not name:
            self._count += 1
            name = f"same_{self._count}"
        made = Lemma(name, self._module, origin, symbols, (), tuple(hypotheses), conclusion)
        props = propositions(made)
        made = replace(made, spaces=_spaces("\n".join([_quantified(made, props), *values, script])))
        introduced = [*made.spaces, *names.values(), *(text for _, text in scope.hypotheses)]
        text = f"(* {comment(origin)} *)\nLemma {name} : {_quantified(made, props)}.\n"
        text += _proof(introduced, values, script)
        self._texts.append((text, made))
        return made

    def once(self, mark: Any, write: Callable[[], Lemma]) -> Lemma:
        """The lemma written under this mark, or else by `write`."""
        if mark not in self.written:
            self.written[mark] = write()
        return self.written[mark]

    def theorem(self, name: str, origin: str, last: Lemma) -> None:
        """Give a lemma a name of its own."""
        scope = Scope(names_of(last.symbols))
        introduced = [*last.spaces, *scope.names.values()]
        made = replace(last, name=name, module=self._module, origin=origin)
        text = f"(* {comment(origin)} *)\nTheorem {name} : {statement(made)}.\n"
        text += _proof(introduced, [], f"exact {self.apply(last, scope, {})}.")
        self._texts.append((text, made))

    def end(self, theorems: Sequence[str], citations: Sequence[str]) -> Module:
        """The module, complete; all its theorems have one name together, for the question what they rest on."""
        cited = [f"   Cited: {comment(axiom)}." for axiom in citations]
        head = "\n".join([HEAD, *cited]) + " *)"
        needs = tuple(sorted(self._needs))
        requires = [f"From {LIBRARY} Require {' '.join(needs)}."] if needs else []
        text = "\n".join([head, REALS, IMPORT, *requires, f"{OPEN}\n"])
        bodies, lines, line = [text], [], text.count("\n") + 2
        for body, made in self._texts:
            lines.append((line, made))
            bodies.append(f"\n{body}")
            line += body.count("\n") + 1
        bodies.append(f"\nDefinition {TOGETHER} := ({', '.join(theorems)}).\n")
        module = Module(
            self._module, "".join(bodies), needs, tuple(lines), tuple(theorems), tuple(citations), start=len(text)
        )
        self.modules.append(module)
        return module

    # --- using lemmas --------------------------------------------------------------------------

    def apply(self, lemma: Lemma, scope: Scope, given: dict[Any, str], hypotheses: Sequence[str] = ()) -> str:
        """The text of a lemma at these values (its own variables, where none is given) and hypotheses."""
        values = [given.get(symbol) or scope.name(symbol) for symbol in lemma.symbols]
        parts = [self.reference(lemma), *lemma.spaces, *values, *hypotheses]
        return f"({' '.join(parts)})" if len(parts) > 1 else parts[0]

    def find(self, scope: Scope, wanted: Term) -> str:
        """A proof of a proposition from the hypotheses in sight that is the same."""
        for prop, text in scope.hypotheses:
            if prop is wanted:
                return text
        unlimited()
        sought = key(wanted)
        for prop, text in scope.hypotheses:
            if key(prop) == sought:
                return self.convert(scope, text, prop, wanted)
        return MISSING  # a wrong step: it is Coq that shall say so

    # --- the same proposition ------------------------------------------------------------------

    def convert(self, scope: Scope, proof: str, found: Term, wanted: Term) -> str:
        """A proof of ``wanted`` from one of ``found``, which has the same normal form."""
        if found is wanted or scope.show(found) == scope.show(wanted):
            return proof
        if found.op == wanted.op == "implies":
            name = scope.new("q")
            inner = scope.with_hypotheses((wanted.args[0], name))
            condition = self.convert(inner, name, wanted.args[0], found.args[0])
            result = self.convert(inner, f"({proof} {condition})", found.args[1], wanted.args[1])
            return f"(fun {name} => {result})"
        if found.op == wanted.op and found.op in QUANTIFIERS:
            sort = QUANTIFIERS[found.op]
            variable = self.variable(sort, [found, wanted])
            inner, name = scope.with_variable(variable)
            bodies = raw.opened(found, variable), raw.opened(wanted, variable)
            return f"(fun {name} => {self.convert(inner, f'({proof} {name})', *bodies)})"
        if found.op == wanted.op == "Integrable" and found.args[0].op == wanted.args[0].op:
            op = found.args[0].op
            variable = self.variable(BINDERS[op][1], [found, wanted])
            inner, name = scope.with_variable(variable)
            f, g = raw.opened(found.args[0], variable), raw.opened(wanted.args[0], variable)
            head, space = INTEGRABLE[op].split()
            equal = self.equal(inner, f, g)
            return f"({head}_same {space} _ _ (fun {name} => {equal}) {proof})"
        if found.op in RELATIONS and wanted.op in RELATIONS:
            lemma = self.once(
                ("convert", found, wanted),
                lambda: self.lemma(
                    "", "the same proposition", [found], wanted, lambda inner: self._convert(inner, found, wanted)
                ),
            )
            return self.apply(lemma, scope, {}, [proof])
        return proof  # different propositions: Coq will refuse

    def _convert(self, scope: Scope, found: Term, wanted: Term) -> str:
        algebra = Algebra(self.to_normal, scope, [*found.args, *wanted.args])
        made = algebra.expressions()
        decided = algebra.equal(made, algebra.difference(made, found), algebra.difference(made, wanted))
        return algebra.script([(found, "h0")], wanted, [f"refine ({SAME[wanted.op]} _ _ _ _ _ p0).", decided])

    def variable(self, sort: str, terms: Iterable[Term]) -> Term:
        """A variable to open binders with, apart from all names in sight; the same in the same surroundings."""
        used = {symbol_name(symbol) for term in terms for symbol in free(term)}
        return make("var", new_name(sort, used), sort)

    # --- equations -----------------------------------------------------------------------------

    def equal(self, scope: Scope, left: Term, right: Term) -> str:
        """A proof of left = right, for real terms of the same normal form."""
        if left is right:
            return "eq_refl"
        equation = make("==", left, right)
        lemma = self.once(
            ("equal", equation),
            lambda: self.lemma("", "the same term", [], equation, lambda inner: self._equal(inner, left, right)),
        )
        return self.apply(lemma, scope, {})

    def _equal(self, scope: Scope, left: Term, right: Term) -> str:
        algebra = Algebra(self.to_normal, scope, [left, right])
        made = algebra.expressions()
        decided = algebra.equal(made, made.of(left), made.of(right))
        return algebra.script([], make("==", left, right), [decided])

    def to_normal(self, scope: Scope, term: Term) -> str:
        """A proof that a real term equals its normal form, `term_of(normal(term))`."""
        target = term_of(normal(term))
        if term is target:
            return "eq_refl"
        if not is_leaf(term):
            return self.equal(scope, term, target)
        equation = make("==", term, target)
        lemma = self.once(
            ("normal", equation),
            lambda: self.lemma("", "a normal form", [], equation, lambda inner: self._normalise(inner, term, target)),
        )
        return self.apply(lemma, scope, {})

    def _normalise(self, scope: Scope, term: Term, target: Term) -> str:
        op, args = term.op, term.args
        if op == "real":
            return "repeat (rewrite plus_IZR || rewrite mult_IZR); ring."
        if op == "inv":
            return self._normalise_inverse(scope, args[0], target)
        if op in BINDERS:
            return self._normalise_binder(scope, term, target)
        exponent = normal(args[1]) if op == "pow" else {}
        if op == "pow" and set(exponent) <= {ONE} and (power := int(exponent.get(ONE, 0))) >= 0:
            first, *more = powers(args[0], power)
            usual = make("mul", first, *more) if more else first
            exponents = " ".join(str(factor.args[1].args[0]) for factor in (first, *more))
            law = "zpow_literals" if more else "zpow_literal"
            return (
                f"exact (eq_trans ({law} {scope.show(args[0])} {scope.show(args[1])} {exponents} "
                f"{integer_equal(scope, args[1])}) {self.equal(scope, usual, target)})."
            )
        if op == "app":
            head, args = scope.name(args[0]), args[1:]
        else:
            head = {"abs": "Rabs", "pow": "zpow"}.get(op, op)
        proof = f"(eq_refl {head})"
        for arg in args:
            proof = f"(eq_at _ _ _ _ _ _ {proof} {self._argument(scope, arg)})"
        return f"exact {proof}."

    def _argument(self, scope: Scope, arg: Term) -> str:
        if arg.sort == POINT:
            return "eq_refl"
        return self.to_normal(scope, arg) if arg.sort == REAL else integer_equal(scope, arg)

    def _normalise_inverse(self, scope: Scope, inside: Term, target: Term) -> str:
        poly = normal(inside)
        if not poly:
            return f"exact (inv_nothing _ {self.to_normal(scope, inside)})."
        if len(poly) > 1:
            factor = whole(1 / content(poly))
            if factor == 1:
                return f"exact (inv_same _ _ {self.to_normal(scope, inside)})."
            primitive = term_of(scaled(poly, factor))
            product = make("mul", number(1 / Fraction(factor)), primitive)
            result = make("mul", number(factor), make("inv", primitive))
            proof = (
                f"(inv_content {scope.show(product.args[0])} {scope.show(result.args[0])} {scope.show(primitive)} _ "
                f"{self.equal(scope, inside, product)} ltac:(field))"
            )
        else:
            ((monomial, coefficient),) = poly.items()
            constant = number(coefficient)
            flipped = number(1 / Fraction(coefficient))
            factors, inverses = [constant], [flipped]
            proof = f"(inv_number {scope.show(constant)} {scope.show(flipped)} _ eq_refl ltac:(field))"
            bases = sorted(monomial, key=lambda factor: atom_key(factor[0]))
            for base, exponent in ((base, part) for base, whole_power in bases for part in parts_of(whole_power)):
                atom = atom_term(base)
                inverse = term_of(dict(base.args[0])) if base.head == "inv" else make("inv", atom)
                shown = "(Rinv_inv _)" if base.head == "inv" else "eq_refl"
                before = scope.show(together("mul", factors))
                proof = (
                    f"(inv_factor {scope.show(atom)} {exponent} {before} _ {scope.show(inverse)} _ "
                    f"eq_refl {shown} {proof})"
                )
                factors.append(make("pow", atom, make("int", exponent)))
                inverses.append(make("pow", inverse, make("int", exponent)))
            rest, result = together("mul", factors), together("mul", inverses)
            proof = f"(eq_trans (inv_same _ _ {self.equal(scope, inside, rest)}) {proof})"
        return f"exact (eq_trans {proof} {self.equal(scope, result, target)})."

    def _normalise_binder(self, scope: Scope, term: Term, target: Term) -> str:
        """The binder over each monomial of the body, with the factors free of its variable taken out."""
        op = term.op
        variable = self.variable(BINDERS[op][1], [term])
        inner, name = scope.with_variable(variable)
        body = raw.opened(term, variable)
        parts = [split(monomial, coefficient, variable) for monomial, coefficient in ordered(normal(body))]
        bounds = [term_of(normal(bound), INT) for bound in term.args[:-1]]
        head, *space = BINDER_HEADS[op].split()
        same = [integer_equal(scope, bound) for bound in term.args[:-1]]
        texts = [scope.show(bound) for bound in bounds]
        kind = SORTS[variable.sort]
        underscores = " ".join(["_"] * (2 * len(bounds) + 1))

        def under(text: Term) -> str:
            return f"(fun {name} : {kind} => {inner.show(text, 0)})"

        def outer(proof: str, inside: str) -> str:
            return " ".join([f"({head}_same", *space, underscores, inside, *same, f"(fun {name} => {proof}))"])

        # The order of factors may depend on whether the variable is bound: take that of the normal form.
        parts = [
            (outside, inside if inside is UNIT else raw.opened(canonical(op, variable, bounds, inside), variable))
            for outside, inside in parts
        ]
        if len(parts) == 1 and parts[0][0] is UNIT and (op == "Sum" or parts[0][1] is not UNIT):
            inside = parts[0][1]
            return f"exact {outer(self.equal(inner, body, inside), under(inside))}."
        chain, bodies, taken = " ".join([f"({head}_nothing", *space, *texts]) + ")", [ZERO], [ZERO]
        for outside, inside in reversed(parts):
            constant = op != "Sum" and inside is UNIT
            middle = [] if constant else [under(inside)]
            step = f"{head}_{'constant' if constant else 'linear'}"
            before = under(together("add", bodies))
            chain = " ".join([f"({step}", *space, *texts, scope.show(outside), *middle, before, "_", chain]) + ")"
            bodies.append(make("mul", outside, inside))
            taken.append(make("mul", outside, UNIT if constant else raw.bound(op, variable, *bounds, inside)))
        summed, total = together("add", bodies), together("add", taken)
        first = outer(self.equal(inner, body, summed), under(summed))
        return f"exact (eq_trans {first} (eq_trans {chain} {self.equal(scope, total, target)}))."


def together(op: str, parts: Sequence[Term]) -> Term:
    """The sum or product of some terms as one term, however many: nested, it would soon be too deep for the kernel."""
    return parts[0] if len(parts) == 1 else make(op, *parts)


def comment(text: str) -> str:
    """Text that cannot end a comment of Coq's, nor open one or a string, and that can be written as UTF-8."""
    text = text.encode("utf-8", "replace").decode()
    return text.replace("(*", "( *").replace("*)", "* )").replace('"', "''")


def statement(lemma: Lemma) -> str:
    """forall ..., hypotheses -> conclusion."""
    return _quantified(lemma, propositions(lemma))


def propositions(lemma: Lemma) -> list[str]:
    """The texts of its hypotheses and of its conclusion."""
    names = names_of(lemma.symbols)
    return [*(show(prop, names, 2) for prop in lemma.hypotheses), show(lemma.conclusion, names, 1)]


def _quantified(lemma: Lemma, props: Sequence[str]) -> str:
    groups = [f"({name} : {kind})" for name, kind in parameters(lemma)]
    start = f"forall {' '.join(groups)},\n  " if groups else ""
    return start + " ->\n  ".join(props)


def parameters(lemma: Lemma) -> list[tuple[str, str]]:
    return [
        *((space, SPACES[space]) for space in lemma.spaces),
        *((name, type_of(symbol)) for symbol, name in names_of(lemma.symbols).items()),
    ]


def _proof(introduced: Sequence[str], values: Sequence[str], script: str) -> str:
    """The proof of a lemma over these names: a term where that is all, which Coq reads faster than a script."""
    term = script.removeprefix(EXACT)
    if term != script and not values:
        start = f"fun {' '.join(introduced)} => " if introduced else ""
        return f"Proof ({start}{term.removesuffix('.')}).\n"
    intros = [f"intros {' '.join(introduced)}."] if introduced else []
    lines = "".join(f"  {line}\n" for line in (*intros, *values, script))
    return f"Proof.\n{lines}Qed.\n"


def _values(lost: Mapping[Any, str], script: str) -> list[str]:
    """Coq steps that give the lost symbols of a script a value, of which nothing is known afterwards."""
    return [
        f"assert ({name} : {type_of(symbol)}) by exact {_any(symbol)}."
        for symbol, name in lost.items()
        if mentions(script, name)
    ]


def _any(symbol: Any) -> str:
    """A value for a symbol."""
    if type(symbol) is Function:
        return f"(fun {' '.join('_' for _ in symbol.sorts)} => {ANY[REAL]})"
    return f"({ANY[symbol.sort]})"


def _spaces(text: str) -> tuple[str, ...]:
    """The spaces that a text mentions, and what they need.  No name of a proof is one of theirs."""
    found = {space for space in SPACES if mentions(text, space)}
    return tuple(space for space in SPACES if space in found or (space == "Omega" and "P" in found))


def integer_equal(scope: Scope, term: Term) -> str:
    """A proof that an integer term equals its normal form."""
    target = term_of(normal(term), INT)
    return "eq_refl" if term is target else f"(ltac:(ring) : {scope.show(term)} = {scope.show(target)} :> Z)"
