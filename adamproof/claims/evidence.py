"""What a verdict about a claim of the source may rest on: checked lemmas, computed exponents, and what is missing.

A lemma is checked by adamproof.checking when it is asked for, one claim of it at a time; exponents are computed from
the right side of the claim that was checked.  Nothing here knows which claims there are (`table` does).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from typing import Any

from ..bounds import Best, OrderError, ProgramError, Rate, Scale, Schedule, best_schedule, order, rate, scaling_witness
from ..checking.pipeline import check
from ..checking.report import ClaimReport, Verdict, speaks_of_integrability
from ..crosscheck.records import CheckedProof, Opinions, digest
from ..experiments.records import Record, on_claim
from ..kernel.terms import QUANTIFIERS, Function, Term, free
from ..prover import prop, reals
from ..theory import library
from ..theory.graph import label_of
from ..theory.lemma import Claim, Lemma, LemmaError

Say = Callable[[str], None]
BASIC = ("A1", "A2", "A3")
A1_NAME = "F is at least F*"  # A1 in lemmas without labels
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
# The source's 1 - beta1 and 1 - beta2; it gives gamma no power of T, and this is the one of its rate.
SOURCE = Schedule(HALF, Fraction(3, 4), Fraction(3, 4))
OURS = Schedule(HALF, HALF, Fraction(3, 4))


class State(Enum):
    """How far a piece of evidence carries."""

    PROVED = "proved"  # by the kernel, in a fresh process
    COMPUTED = "computed"  # exactly, but not by the kernel
    FAILED = "failed"  # a lemma that is not proved, or a calculation that does not come out as claimed
    ABSENT = "no lemma yet"
    UNRUN = "not run"
    OBSERVED = "observed in a run"  # recorded by an experiment: evidence, never proof
    REJECTED = "rejected in runs"  # by an experiment's tests, at the level that they state: evidence, too

    @property
    def carries(self) -> bool:
        return self in (State.PROVED, State.COMPUTED)

    @property
    def of_runs(self) -> bool:
        return self in (State.OBSERVED, State.REJECTED)


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence: in short, how far it carries, and what it rests on.

    conditions: named assumptions about the run beyond A1-A3; settings: conditions on the constants alone.
    """

    text: str
    state: State
    conditions: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    lemma: str = ""
    verdict: str = ""  # of the lemma, if it was checked
    statement: Any = field(default=None, compare=False)  # what was checked, in SymPy
    term: Term | None = field(default=None, compare=False)  # and in the kernel's terms
    proof: CheckedProof | None = None  # what the kernel accepted

    def within(self, *names: str) -> Evidence:
        """Without the assumptions that the claim of the source itself makes."""
        return replace(
            self,
            conditions=tuple(name for name in self.conditions if name not in names),
            settings=tuple(name for name in self.settings if name not in names),
        )

    def only_for(self, name: str) -> Evidence:
        """With a definition among the conditions, where the claim of the source is about something else."""
        used = any(line == f"assumes: {name}" for line in self.details)
        return replace(self, conditions=(name, *self.conditions)) if used else self


class Kind(Enum):
    """What an assumption is about."""

    BASIC = 1  # A1, A2, A3
    AXIOM = 2  # cited from the literature
    DEFINITION = 3  # says what a symbol of the algorithm is
    FINITE = 4  # an expectation or integral is finite
    RANGE = 5  # of one constant
    SETTING = 6  # of several constants, or a value of one
    CONDITION = 7  # anything else: about gradients, noises, magnitudes


def kind_of(name: str, statement: Term, cited: Mapping[str, Any]) -> Kind:
    """By its label, and otherwise by its form."""
    if name in cited:
        return Kind.AXIOM
    if label_of(name) in BASIC or name == A1_NAME:
        return Kind.BASIC
    if speaks_of_integrability(statement):
        return Kind.FINITE
    core = statement
    while core.op in QUANTIFIERS or core.op == "implies":
        core = core.args[-1]
    if core.op == "==" and core.args[0].op == "app":
        return Kind.DEFINITION
    names = free(statement)
    if any(type(symbol) is Function for symbol in names):
        return Kind.CONDITION
    return Kind.RANGE if len(names) == 1 and core.op in ("<", "<=") else Kind.SETTING


def unrun(what: str) -> Evidence:
    """Evidence that only a run of the simulator gives."""
    return Evidence(f"{what}: not run", State.UNRUN, details=("needs the simulator",))


def seen(record: Record, number: int, text: str) -> Evidence:
    """What a record of an experiment has observed about a claim, with what repeats it."""
    stale = "" if record.made_by_this_code else " (recorded with other code)"
    versions = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    details = (f"repeat with: {record.command}", f"recorded with seed {record.seed}, {record.engine}, {versions}")
    state = State.REJECTED if number in record.rejected() else State.OBSERVED
    return Evidence(f"{text}{stale}", state, details=details)


def failed(text: str) -> Evidence:
    return Evidence(text, State.FAILED)


# --- lemmas -------------------------------------------------------------------------------------


class EvidenceStore:
    """Gets evidence when it is asked for, each piece once."""

    def __init__(
        self, say: Say = lambda _: None, records: Sequence[Record] = (), opinions: Sequence[Opinions] = ()
    ) -> None:
        self.say, self.records, self.opinions = say, tuple(records), tuple(opinions)
        self._found: dict[tuple[str, str | None], Evidence] = {}

    def lemma(self, slug: str, claim: str | None = None) -> Evidence:
        """A claim of a lemma (the first one by default), checked: proved, not proved, or not there."""
        if (slug, claim) not in self._found:
            self._found[slug, claim] = self._checked(slug, claim)
        return self._found[slug, claim]

    def runs(self, number: int, what: str = "") -> tuple[Evidence, ...]:
        """What was recorded about a claim; else that `what` was not run (nothing, if it is not named)."""
        found = tuple(seen(record, number, text) for record, text in on_claim(self.records, number))
        return found or ((unrun(what),) if what else ())

    def _checked(self, slug: str, name: str | None) -> Evidence:
        try:
            lemma = library.get(slug)
            claim = lemma.claim(name)
            alone = replace(lemma, claims=[claim], mutants=())
            # Numbers and mutants are for `check`; the word PROVED needs the kernel alone.
            report = check(alone, models=0, mutants=False, progress=self.say).claims[0]
        except library.UnknownLemma:
            return Evidence(f"{slug}: no lemma yet", State.ABSENT, lemma=slug)
        except LemmaError as error:
            return replace(failed(str(error)), lemma=slug)
        except Exception as error:  # noqa: BLE001 - a lemma's script may fail in any way; the other rows still count
            return replace(failed(f"{slug}: {type(error).__name__}: {error}"), lemma=slug)
        return _evidence(lemma, claim, report, self.opinions)


def _evidence(
    lemma: Lemma, claim: Claim, report: ClaimReport, opinions: Sequence[Opinions] = ()
) -> Evidence:
    name = f"{lemma.label} {lemma.slug}" if lemma.label else lemma.slug
    if report.verdict is not Verdict.PROVED:
        text = f"{name} ({claim.name}): {report.verdict}, {report.reason}"
        return Evidence(text, State.FAILED, lemma=lemma.slug, verdict=str(report.verdict))
    kinds = {used: kind_of(used, report.hypotheses[used], lemma.cited) for used in report.used}
    axioms = ", ".join(axiom for axiom, _ in report.citations)
    proof = CheckedProof(lemma.slug, claim.name, digest(report.proof))
    assumes = (f"assumes: {used}" for used in report.used)
    cites = (f"cites: {': '.join(pair)}" for pair in report.citations)
    said = (f"also {opinion.in_short(proof)}" for opinion in opinions)
    return Evidence(
        f"{name} ({claim.name}){f', citing the {axioms}' if axioms else ''}",
        State.PROVED,
        tuple(used for used, kind in kinds.items() if kind is Kind.CONDITION),
        tuple(used for used, kind in kinds.items() if kind is Kind.SETTING),
        (*assumes, *cites, *said),
        lemma.slug,
        str(report.verdict),
        claim.conclusion,
        report.conclusion,
        proof,
    )


# --- exponents ----------------------------------------------------------------------------------


def named(expression: Any) -> Any:
    """A bound with a symbol for each of its opaque parts, which are taken to be constant in T and d.

    These are D and the other expectations, and the means over t of the powers of E|a_t|.
    """
    from sympy import Sum

    from ..lemmas.main.setting import GAP, length
    from ..lemmas.notation import T, w
    from ..prover import E

    plain = expression.xreplace({GAP: reals("D"), E(length(1), w): reals("a1")})
    over_time = _ordered(part for part in plain.atoms(Sum) if part.limits[0][2] == T)
    plain = plain.xreplace({part: T * reals(f"G{number}") for number, part in enumerate(over_time, start=1)})
    means = _ordered(plain.atoms(E))
    return plain.xreplace({part: reals(f"M{number}") for number, part in enumerate(means, start=1)})


def _ordered(parts: Any) -> list[Any]:
    """The largest first, in an order that does not depend on hashes."""
    return sorted(parts, key=lambda part: (-part.count_ops(), str(part)))


def right_side(proof: Evidence) -> Any:
    """The bound that a claim states, its opaque parts named.  Raises OrderError if it states none."""
    from sympy.core.relational import Relational

    if not isinstance(proof.statement, Relational):
        raise OrderError("its claim is not a bound")
    return named(proof.statement.args[1])


def with_bounded_means(proof: Evidence) -> Evidence:
    """With the condition that the means over t that occur in a proved bound stay bounded as T grows."""
    if not proof.state.carries:
        return proof
    from ..lemmas.notation import L1, s1

    bound = right_side(proof)
    if not _means(bound):
        return proof
    way_out = "" if _means(bound.subs({L1: 0, s1: 0})) else " (or L1 = s1 = 0)"
    return replace(proof, conditions=(*proof.conditions, f"bounded means over t in the bound{way_out}"))


def with_constant(proof: Evidence, name: str) -> Evidence:
    """With the condition that a quantity of the run that occurs in a proved bound is the same for every T and d."""
    if not proof.state.carries or not _occurs(proof, name):
        return proof
    return replace(proof, conditions=(*proof.conditions, f"one {name} for every T and d"))


def _occurs(proof: Evidence, name: str) -> bool:
    """Whether a variable occurs in the right side of what was proved."""
    return proof.term is not None and name in {
        symbol.args[0] for symbol in free(proof.term.args[1]) if type(symbol) is Term
    }


def _means(bound: Any) -> list[str]:
    return [symbol.name for symbol in bound.free_symbols if re.fullmatch(r"G\d+", symbol.name)]


def exponent(proof: Evidence, schedule: Schedule, wanted: Fraction, d: Fraction | None = None) -> Evidence:
    """The order of a proved bound under a schedule: it must be T^-wanted or less (and d to this power)."""
    if not proof.state.carries:
        return proof
    try:
        found = order(right_side(proof), schedule)
    except OrderError as error:
        return failed(f"{proof.lemma}: no exponent, {error}")
    text = f"its bound is Theta({found}) at {shown(schedule)}"
    holds = isinstance(found.T, Fraction) and found.T <= -wanted and (d is None or found.d == d)
    need = f", not T^(-{wanted})" + ("" if d is None else f" with d^{d}")
    return Evidence(text, State.COMPUTED, lemma=proof.lemma) if holds else failed(text + need)


def shown(schedule: Schedule) -> str:
    return str(schedule)


def free_of(proof: Evidence, name: str, meant: str) -> Evidence:
    """That a name does not occur in a proved bound."""
    if not proof.state.carries or proof.term is None:
        return proof
    if _occurs(proof, name):
        return failed(f"{meant} occurs in the bound of {proof.lemma}")
    return Evidence(f"{meant} does not occur in its bound", State.COMPUTED, lemma=proof.lemma)


def best_gamma(proof: Evidence, d: Fraction) -> Evidence:
    """The gamma that makes a proved bound c0 + c1/gamma + c2*gamma least, sqrt(c1/c2), must go like this power of d."""
    if not proof.state.carries:
        return proof
    from sympy import Add, Mul, expand_mul, sqrt

    from ..lemmas.notation import gamma

    parts: dict[Any, Any] = {}
    for part in Add.make_args(expand_mul(right_side(proof))):
        power = next((f.as_base_exp()[1] for f in Mul.make_args(part) if f.as_base_exp()[0] == gamma), 0)
        parts[power] = parts.get(power, 0) + part / gamma**power
    if set(parts) != {-1, 0, 1} or any(part.has(gamma) for part in parts.values()):
        return failed(f"the bound of {proof.lemma} is not of the form c0 + c1/gamma + c2*gamma")
    try:
        found = order(sqrt(parts[-1] / parts[1]), OURS)
    except OrderError as error:
        return failed(f"{proof.lemma}: no best gamma, {error}")
    text = f"the gamma that makes its bound least is Theta({found}) at A = {OURS.A}, B = {OURS.B}"
    return Evidence(text, State.COMPUTED, lemma=proof.lemma) if found.d == d else failed(f"{text}, not d^({d})")


# --- the terms of the main theorem --------------------------------------------------------------


@dataclass(frozen=True)
class MainTerms:
    """The main theorem's terms: with R written out and with a symbol for it; and the proof that these are its terms."""

    proof: Evidence
    written: Mapping[str, Any] = field(default_factory=dict)
    symbolic: Mapping[str, Any] = field(default_factory=dict)
    scale: Scale | None = None

    def at(self, schedule: Schedule) -> Rate:
        return rate(self.written, schedule)

    def best(self, fixed: Mapping[str, Fraction] | None = None) -> Best:
        return best_schedule(self.symbolic, self.scale, fixed)

    def too_large(self, schedule: Schedule, wanted: Fraction) -> dict[str, str]:
        """The terms that are larger than T^-wanted along the schedule, with what they are."""
        witness = scaling_witness(self.written, schedule, wanted)
        return {name: _size(witness.rate.exponents[name]) for name in witness.failing(wanted)}


def _size(power: Fraction) -> str:
    return f"Theta(T^({power}))" if power else "Theta(1)"


def main_terms(desk: EvidenceStore) -> MainTerms:
    """The terms that the main theorem's file gives, if their sum is the bound that the kernel proved."""
    from sympy import Add

    from ..lemmas.main import main_theorem
    from ..lemmas.notation import R

    proof = desk.lemma("main-theorem", "Adam")
    if not proof.state.carries:
        return MainTerms(proof)
    terms = main_theorem.terms(R)
    if prop(proof.statement.func(proof.statement.args[0], Add(*terms.values()), evaluate=False)) is not proof.term:
        return MainTerms(failed("the terms of main-theorem do not add up to the bound that is proved"))
    symbolic = {name: named(term) for name, term in main_theorem.terms(reals("R")).items()}
    return MainTerms(proof, {name: named(term) for name, term in terms.items()}, symbolic, Scale("R", R))


def no_momentum_term(terms: MainTerms, schedule: Schedule) -> Evidence:
    """Which of the terms do not fall with T where beta1 = 0."""
    if not terms.proof.state.carries:
        return terms.proof
    from ..lemmas.notation import b1

    without = {name: term.subs(b1, 0) for name, term in terms.written.items()}
    # The start and drift terms vanish or shrink at beta1 = 0; those left are compared in a schedule of beta2 alone.
    found = rate({name: term for name, term in without.items() if term != 0}, schedule)
    if found.rate > 0:
        return failed(f"at beta1 = 0 the bound of main-theorem has rate {found.rate}")
    names = ", ".join(found.binding)
    return Evidence(
        f"at beta1 = 0 the bound of main-theorem keeps a term that does not fall with T ({names})", State.COMPUTED
    )


def attempt(found: Callable[[], Sequence[Evidence]]) -> tuple[Evidence, ...]:
    """Evidence from calculations that may turn out to be impossible."""
    try:
        return tuple(found())
    except (OrderError, ProgramError) as error:
        return (failed(str(error)),)
