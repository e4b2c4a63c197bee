"""What is computed from proved bounds: the questions, the answers as plain data, and the evidence that they make.

A process that imports the lemmas computes (`calculations`) and sends, with each answer, the statement that it was
computed from.  An answer counts only for that very statement: it is compared with what the kernel has verified.  No
answer is kept in the cache, whose files anybody may edit.  Nothing here imports SymPy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from ..bounds.orders.power_law import OrderError, Schedule
from ..checking.serialize import packed_value, unpacked_value
from ..kernel.terms import Term
from .evidence import Evidence, EvidenceStore, State, failed, occurs

HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
# The source's 1 - beta1 and 1 - beta2; it gives gamma no power of T, and this is the one of its rate.
SOURCE = Schedule(HALF, Fraction(3, 4), Fraction(3, 4))
OURS = Schedule(HALF, HALF, Fraction(3, 4))
# Kinds of calculations: of the bound that a claim states,
ORDER, MEANS, BEST_GAMMA = "order", "means", "best gamma"
# and of the terms that the main theorem's file gives.
RATE, BEST, NO_MOMENTUM = "rate", "best", "no momentum"
OF_TERMS = (RATE, BEST, NO_MOMENTUM)
MAIN = ("main-theorem", "Adam")  # the claim that these are the terms of
Value = str | bool | Fraction | Mapping[str, Fraction]
# What an answer of each kind consists of.
VALUES: dict[str, dict[str, type]] = {
    ORDER: {"order": str, "T": Fraction, "d": Fraction},
    MEANS: {"occur": bool, "occur where L1 = s1 = 0": bool},
    BEST_GAMMA: {"order": str, "d": Fraction},
    RATE: {"rate": Fraction, "exponents": dict, "R": Fraction},
    BEST: {"rate": Fraction, "schedule": str, "B": Fraction, "C": Fraction, "is unique": bool},
    NO_MOMENTUM: {"rate": Fraction, "binding": str},
}


@dataclass(frozen=True)
class Calculation:
    """A question: a kind, the claim of a lemma, and the exponents of a schedule, or those that are fixed, by name."""

    kind: str
    slug: str
    claim: str
    exponents: tuple[tuple[str, str], ...] = ()

    @classmethod
    def at(cls, kind: str, slug: str, claim: str, schedule: Schedule) -> Calculation:
        """A question about a schedule of numbers."""
        exponents = {"A": schedule.A, "B": schedule.B, "C": schedule.C, "gamma_d": schedule.gamma_d, **schedule.scales}
        return cls(kind, slug, claim, tuple((name, str(value)) for name, value in exponents.items()))

    @property
    def schedule(self) -> Schedule:
        given = {name: Fraction(value) for name, value in self.exponents}
        A, B, C, gamma_d = (given.pop(name) for name in ("A", "B", "C", "gamma_d"))
        return Schedule(A, B, C, gamma_d, given)

    @property
    def fixed(self) -> dict[str, Fraction]:
        return {name: Fraction(value) for name, value in self.exponents}

    def data(self) -> list[Any]:
        """As JSON has it."""
        return [self.kind, self.slug, self.claim, [list(pair) for pair in self.exponents]]

    @classmethod
    def read(cls, data: Sequence[Any]) -> Calculation:
        kind, slug, claim, exponents = data
        return cls(kind, slug, claim, tuple((name, value) for name, value in exponents))


@dataclass(frozen=True)
class Calculated:
    """An answer: the statement that it was computed from, the values by name, and why there are none (or "")."""

    of: Term | None
    values: Mapping[str, Value] = field(default_factory=dict)
    problem: str = ""

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        return packed_value((self.of, dict(self.values), self.problem))

    @classmethod
    def read(cls, data: Any) -> Calculated:
        """Raises NotFindings on what `data` has not made."""
        return cls(*unpacked_value(data, tuple[Term | None, Mapping[str, Value], str]))

    def on(self, question: Calculation, proof: Evidence) -> Mapping[str, Any]:
        """The values, if they are of what the kernel has proved.  Raises OrderError."""
        if self.problem:
            raise OrderError(self.problem)
        if self.of is not proof.term:
            if question.kind in OF_TERMS:
                raise OrderError(f"the terms of {question.slug} do not add up to the bound that is proved")
            raise OrderError(f"its {question.kind} was computed from another statement than the one that is proved")
        if {name: type(value) for name, value in self.values.items()} != VALUES[question.kind]:
            raise OrderError(f"what was sent about its {question.kind} is none")
        return self.values


@dataclass
class Store(EvidenceStore):
    """Evidence, and answers to calculations, found by others: those that there are not yet are noted in `questions`."""

    known: dict[Calculation, Calculated] = field(default_factory=dict)
    questions: dict[Calculation, None] = field(default_factory=dict)

    def values(self, question: Calculation, proof: Evidence) -> Mapping[str, Any] | None:
        """The values, None where they are not there yet.  Raises OrderError."""
        if question not in self.known:
            self.questions[question] = None
            return None
        return None if proof.state is State.ASKED else self.known[question].on(question, proof)


# --- evidence -----------------------------------------------------------------------------------


def exponent(
    store: Store, proof: Evidence, schedule: Schedule, wanted: Fraction, d: Fraction | None = None
) -> Evidence:
    """The order of a proved bound under a schedule: it must be T^-wanted or less (and d to this power)."""
    if not proof.state.carries:
        return proof
    try:
        found = store.values(Calculation.at(ORDER, proof.lemma, proof.claim, schedule), proof)
    except OrderError as error:
        return failed(f"{proof.lemma}: no exponent, {error}")
    if found is None:
        return asked(proof)
    text = f"its bound is Theta({found['order']}) at {schedule}"
    holds = found["T"] <= -wanted and (d is None or found["d"] == d)
    need = f", not T^(-{wanted})" + ("" if d is None else f" with d^{d}")
    if not holds:
        return failed(text + need)
    return Evidence(text, State.COMPUTED, lemma=proof.lemma, order=f"T^({found['T']})")


def best_gamma(store: Store, proof: Evidence, d: Fraction) -> Evidence:
    """The gamma that makes a proved bound c0 + c1/gamma + c2*gamma least, sqrt(c1/c2), must go like this power of d."""
    if not proof.state.carries:
        return proof
    try:
        found = store.values(Calculation.at(BEST_GAMMA, proof.lemma, proof.claim, OURS), proof)
    except OrderError as error:
        return failed(f"{proof.lemma}: no best gamma, {error}")
    if found is None:
        return asked(proof)
    text = f"the gamma that makes its bound least is Theta({found['order']}) at A = {OURS.A}, B = {OURS.B}"
    return Evidence(text, State.COMPUTED, lemma=proof.lemma) if found["d"] == d else failed(f"{text}, not d^({d})")


def with_bounded_means(store: Store, proof: Evidence) -> Evidence:
    """With the condition that the means over t that occur in a proved bound stay bounded as T grows.

    Raises OrderError if the claim states no bound.
    """
    if not proof.state.carries:
        return proof
    found = store.values(Calculation(MEANS, proof.lemma, proof.claim), proof)
    if found is None or not found["occur"]:
        return proof
    there = [name for name in ("L1", "s1") if occurs(proof, name)]
    way_out = "" if found["occur where L1 = s1 = 0"] else f" (or {' = '.join([*there, '0'])})"
    return replace(proof, conditions=(*proof.conditions, f"bounded means over t in the bound{way_out}"))


def with_constant(proof: Evidence, name: str, whatever: str = "T and d") -> Evidence:
    """With the condition that a quantity of the run that occurs in a proved bound is the same, whatever these are."""
    if not proof.state.carries or not occurs(proof, name):
        return proof
    return replace(proof, conditions=(*proof.conditions, f"one {name} for every {whatever}"))


def free_of(proof: Evidence, name: str, meant: str) -> Evidence:
    """That a name does not occur in a proved bound."""
    if not proof.state.carries or proof.term is None:
        return proof
    if occurs(proof, name):
        return failed(f"{meant} occurs in the bound of {proof.lemma}")
    return Evidence(f"{meant} does not occur in its bound", State.COMPUTED, lemma=proof.lemma)


def asked(proof: Evidence) -> Evidence:
    """In place of evidence that is not there yet."""
    return Evidence("asked", State.ASKED, lemma=proof.lemma)


# --- the terms of the main theorem --------------------------------------------------------------


def rate_of_terms(store: Store, proof: Evidence, schedule: Schedule) -> Mapping[str, Any] | None:
    """The rate along a schedule, the exponents of T of the terms, and that of R.  Raises OrderError, as do those below.

    The terms are those that the main theorem's file gives; their sum must be the bound that the kernel proved.
    """
    return store.values(Calculation.at(RATE, *MAIN, schedule), proof)


def best_of_terms(
    store: Store, proof: Evidence, fixed: Mapping[str, Fraction] | None = None
) -> Mapping[str, Any] | None:
    """The largest rate of the terms, some exponents being fixed; a schedule that has it, and whether no other does."""
    exponents = tuple((name, str(value)) for name, value in (fixed or {}).items())
    return store.values(Calculation(BEST, *MAIN, exponents), proof)


def no_momentum_term(store: Store, proof: Evidence, schedule: Schedule) -> Evidence:
    """Which of the terms do not fall with T where beta1 = 0."""
    if not proof.state.carries:
        return proof
    found = store.values(Calculation.at(NO_MOMENTUM, *MAIN, schedule), proof)
    if found is None:
        return asked(proof)
    if found["rate"] > 0:
        return failed(f"at beta1 = 0 the bound of main-theorem has rate {found['rate']}")
    names = found["binding"]
    return Evidence(
        f"at beta1 = 0 the bound of main-theorem keeps a term that does not fall with T ({names})", State.COMPUTED
    )


def size(power: Fraction) -> str:
    """A power of T in words."""
    return f"Theta(T^({power}))" if power else "Theta(1)"
