"""What the source's summary claims, and what becomes of each claim.

A row is a claim's text and a function that gets evidence (`evidence`, `exponents`) and returns a Verdict made from it:
from lemmas that are checked and exponents that are computed when the verdict is asked for.  No row holds a verdict.  A
row may be run before its evidence is there, to see what it asks for (`gathering`): so it asks first, and then judges.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from typing import Any

from ..bounds.orders.power_law import OrderError, Schedule
from ..crosscheck.records import CheckedProof
from ..kernel.text import show
from ..theory.graph import label_of
from .evidence import Evidence, State, failed
from .exponents import (
    HALF,
    MAIN,
    OURS,
    QUARTER,
    SOURCE,
    Store,
    asked,
    best_gamma,
    best_of_terms,
    exponent,
    free_of,
    no_momentum_term,
    rate_of_terms,
    size,
    with_bounded_means,
    with_constant,
)
from .shortfall import Shortfall, TermOrder, WayOut


class Status(Enum):
    """The verdicts."""

    PROVED = "PROVED"
    PROVED_UNDER = "PROVED UNDER"
    NOT_DERIVABLE = "NOT DERIVABLE"
    REFUTED = "REFUTED"
    UNDECIDED = "UNDECIDED"  # a lemma or a calculation that the row rests on does not hold
    NO_LEMMA = "no lemma yet"
    NOT_RUN = "not run"
    OBSERVED = "observed in a run"  # a claim about runs, with what the runs showed
    REJECTED = "rejected in runs"  # a claim about runs, which their tests reject

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Verdict:
    """A word, what it is qualified by, the evidence, and what is missing for the rest of the claim."""

    word: Status
    by: tuple[str, ...] = ()  # conditions, or the terms that break it
    beyond: tuple[str, ...] = ()  # what it rests on beyond A1-A3
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    repair: str = ""
    shortfall: Shortfall | None = None  # of NOT DERIVABLE

    def halves(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The halves of the claim that need an assumption, and those that do not; none if it has no halves."""
        needs = {
            part: any(name in (*piece.conditions, *piece.settings) for piece in self.evidence if piece.part == part)
            for part in (piece.part for piece in self.evidence if piece.state is State.PROVED)
        }
        if "" in needs:
            return (), ()
        return tuple(part for part in needs if needs[part]), tuple(part for part in needs if not needs[part])

    @property
    def rests_on(self) -> tuple[str, ...]:
        """What it rests on beyond A1-A3, with the half of the claim that alone needs it."""
        return tuple(f"{name}{self._only_in(name)}" for name in self.beyond)

    def _only_in(self, name: str) -> str:
        needing, others = self.halves(name)
        return f" (only in {' and '.join(needing)}, not in {' and '.join(others)})" if others else ""

    @property
    def failed(self) -> bool:
        """Whether something that the row rests on does not hold, rather than being absent."""
        return any(entry.state is State.FAILED for entry in self.evidence)

    def __str__(self) -> str:
        if self.word is Status.NOT_DERIVABLE:
            return f"{self.word}: {', '.join(self.by)}"
        if self.word is Status.PROVED_UNDER:
            return f"{self.word} {', '.join(self.by)}"
        return f"{self.word} under {', '.join(self.by)}" if self.by else str(self.word)


@dataclass(frozen=True)
class PaperClaim:
    """A claim of the source: its number, its text, and how a verdict on it is reached.

    short: the text for a line of a table; matters: the condition to show first, where the verdict has it.
    """

    number: int
    text: str
    judge: Callable[[Store], Verdict]
    short: str = ""
    matters: str = ""


@dataclass(frozen=True)
class ClaimVerdict:
    """A claim with its verdict."""

    row: PaperClaim
    verdict: Verdict


def verdicts(rows: Sequence[PaperClaim], store: Store) -> list[ClaimVerdict]:
    """The verdicts that follow from what the store has; they count once nothing is wanted of it any more."""
    return [ClaimVerdict(row, _judged(row, store)) for row in rows]


def proofs_of(found: Sequence[ClaimVerdict]) -> list[CheckedProof]:
    """The proofs that the verdicts rest on, each once."""
    pieces = (piece for entry in found for piece in entry.verdict.evidence)
    return list(dict.fromkeys(piece.proof for piece in pieces if piece.proof is not None))


def _judged(row: PaperClaim, store: Store) -> Verdict:
    try:
        return row.judge(store)
    except OrderError as error:  # a bound whose exponents cannot be computed
        return open_verdict([failed(str(error))])


# --- from evidence to a verdict -----------------------------------------------------------------


def proved(evidence: Sequence[Evidence], beside: Sequence[Evidence] = ()) -> Verdict:
    """PROVED, if all of the evidence carries; what is `beside` it is shown, and missing if it is not there."""
    if not all(entry.state.carries for entry in evidence):
        return open_verdict(evidence, beside)
    under = tuple(dict.fromkeys(short(name) for entry in evidence for name in entry.conditions))
    word = Status.PROVED_UNDER if under else Status.PROVED
    return Verdict(word, under, beyond(evidence), (*evidence, *_there(beside)), _not_there(beside))


def refuted(evidence: Sequence[Evidence], beside: Sequence[Evidence] = ()) -> Verdict:
    """REFUTED, if the evidence, which contradicts the claim, carries."""
    found = proved(evidence, beside)
    if found.word in (Status.PROVED, Status.PROVED_UNDER):
        return replace(found, word=Status.REFUTED)
    return replace(found, word=Status.UNDECIDED) if found.word is Status.REFUTED else found


def open_verdict(evidence: Sequence[Evidence], beside: Sequence[Evidence] = ()) -> Verdict:
    """The verdict on evidence that does not carry: what failed counts before what is absent, and that before runs."""
    states = {entry.state for entry in evidence}
    words = (
        (State.FAILED, Status.UNDECIDED),
        (State.ABSENT, Status.NO_LEMMA),
        (State.UNRUN, Status.NOT_RUN),
        (State.REJECTED, Status.REJECTED),
        (State.OBSERVED, Status.OBSERVED),
    )
    word = next((word for state, word in words if state in states), Status.UNDECIDED)
    if any(entry.verdict == "REFUTED" for entry in evidence):  # the claim as the lemma states it has a counterexample
        word = Status.REFUTED
    missing = (*_not_there(evidence), *_not_there(beside))
    return Verdict(word, (), (), (*evidence, *_there(beside)), missing)


def beyond(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    """What some evidence rests on beyond A1-A3: assumptions about the run, then conditions on the constants."""
    about_run = [name for entry in evidence for name in entry.conditions]
    return tuple(dict.fromkeys([*about_run, *(name for entry in evidence for name in entry.settings)]))


def _there(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    states = {state for state in State if state.carries or state.of_runs or state is State.FAILED}
    return tuple(entry for entry in evidence if entry.state in states)


def _not_there(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    return tuple(entry.text for entry in evidence if not (entry.state.carries or entry.state.of_runs))


def short(assumption: str) -> str:
    """The label of an assumption, or its name if it has none."""
    return label_of(assumption) or assumption


# --- the claims ---------------------------------------------------------------------------------

STABLE, UNSTABLE = "beta1^2 < beta2", "beta2 <= beta1^2"
EXPONENTS = (
    "initial gap",
    "drift",
    "noise",
    "R is at least 1",
    "R grows where B > A",
    "beta1^2 < beta2",
    "the rate is 1/4",
)
# What "long" and "holds" mean: indicators of events, whose probabilities are expectations.
EVENT = (
    "averaged noises that are not long are short",
    "long is an indicator",
    "holds is not negative",
    "holds is at most 1",
)
PINELIS = "cites: Pinelis' inequality"
MARTINGALE = "the noise has mean 0 given the past (within the cited inequality)"
EXAMPLE = ("the noise has two values", "the noise has mean 0", "the noise has mean 0 on both sides of a")


def _bounded(store: Store) -> Verdict:
    above = store.lemma("update-magnitude", "by an invariant").within(STABLE)
    return proved([above.about("the bound"), _unbounded(store).about("the converse")])


def _unbounded(store: Store) -> Evidence:
    """For every M there is a late time and a sequence of gradients with u_t > M: these are the converse itself."""
    return store.lemma("update-magnitude-tight", "unbounded").within(UNSTABLE, "M is a bound", "t is late")


def _sign_form(store: Store) -> Verdict:
    return proved([store.lemma("sign-form", "sign form")])


def _descent(store: Store) -> Verdict:
    return proved([store.lemma("descent", "Adam")])


def _rate(store: Store) -> Verdict:
    rate = with_bounded_means(store, store.lemma("rate", "Adam"))
    steps = replace(OURS, scales={"tau": Fraction(1, 4)})  # the lemma has T = tau^4
    return proved(
        [rate, exponent(store, rate, steps, QUARTER)],
        beside=[exponent(store, store.lemma(*MAIN), OURS, QUARTER), *store.runs(4)],
    )


def _norm(store: Store) -> Evidence:
    return store.lemma("corollary-3-3", "gradient norm")


def _limits(store: Store) -> Evidence:
    limits = store.lemma("condition-2-limits", "on average")
    return replace(limits, text=f"on how vbar depends on epsilon and T (see claim 13): {limits.text}")


def _norm_rate(store: Store) -> Verdict:
    norm = with_constant(_norm(store), "vbar")
    return proved([norm, exponent(store, norm, OURS, QUARTER)], beside=[_limits(store)])


def _dimension(store: Store) -> Verdict:
    case_2 = store.lemma("corollary-3-3", "Case 2")
    schedule = replace(OURS, scales={"h": Fraction(3, 4)})  # Case 2 has gamma = gamma0/(sqrt(d)*h)
    free = exponent(store, case_2, schedule, QUARTER, Fraction(0))
    return proved([with_constant(_norm(store), "vbar"), case_2, free])


def _epsilon(store: Store) -> Verdict:
    norm = with_constant(_norm(store), "vbar", "epsilon")
    return proved([norm, free_of(norm, "eps", "epsilon")], beside=[_limits(store)])


def _gamma(store: Store) -> Verdict:
    norm = _norm(store)
    return proved([norm, best_gamma(store, norm, -HALF), store.lemma("corollary-3-3", "Case 2")], beside=store.runs(8))


def _schedules(store: Store) -> Verdict:
    """The main theorem at the source's beta1 and beta2: which of its terms are too large, whatever gamma is."""
    proof = store.lemma(*MAIN)
    lemmas = [store.lemma("source-schedule", name) for name in ("the drift stays", "no rate", "at most 1/8")]
    lemmas = [lemma.within(*lemma.settings) for lemma in lemmas]  # they are the schedule and the exponents themselves
    averaged = with_bounded_means(
        store, store.lemma("main-theorem-averaged", "Adam").only_for("epsilon is positive")
    )
    also = exponent(store, averaged, SOURCE, QUARTER)
    if not all(entry.state.carries for entry in (proof, *lemmas)):
        return replace(open_verdict([proof, *lemmas]), word=Status.UNDECIDED)
    best = best_of_terms(store, proof, {"A": HALF, "B": Fraction(3, 4)})
    there, overall = rate_of_terms(store, proof, SOURCE), best_of_terms(store, proof)
    bounded = with_bounded_means(store, proof)
    if best is None or there is None or overall is None:
        return proved([asked(proof)])
    if best["rate"] >= QUARTER:
        text = f"main-theorem has rate {best['rate']} at {best['schedule']}"
        return proved([proof, Evidence(text, State.COMPUTED)])
    large = {name: power for name, power in there["exponents"].items() if power > -QUARTER}
    computed = [
        f"main-theorem has rate {there['rate']} at {SOURCE}",
        f"at best rate {best['rate']}, with C = {best['C']}",
    ]
    repair = f"{overall['schedule']} has rate {overall['rate']}"
    repair += f", if {', '.join(bounded.conditions)}" if bounded.conditions else ""
    if also.state is State.COMPUTED:
        assumed = ", ".join([*averaged.conditions, *averaged.settings])
        repair += f"; or through {averaged.text}: {also.text}, if {assumed}"
    evidence = [proof, *(Evidence(text, State.COMPUTED) for text in computed), *lemmas, *store.runs(9)]
    return Verdict(
        Status.NOT_DERIVABLE,
        tuple(f"the {name} is {size(power)}" for name, power in large.items()),
        beyond(evidence),
        tuple(evidence),
        () if also.state.carries else (f"the repair by a bound on average: {also.text}",),
        repair,
        Shortfall(
            f"R grows like T^({there['R']})" if there["R"] > 0 else "",
            f"T^(-{SOURCE.C})",
            tuple(TermOrder(name, power, -QUARTER) for name, power in there["exponents"].items()),
            f"T^(-{best['rate']}), at gamma like T^(-{best['C']}) (computed{_cap(lemmas[-1], best['rate'])})",
            _ways(averaged, also, bounded, overall),
        ),
    )


def _cap(lemma: Evidence, rate: Fraction) -> str:
    """Whether a lemma proves that the rate r is no larger, whatever gamma is."""
    proves = lemma.term is not None and show(lemma.term) == f"r <= {rate}"
    return "; no gamma gives more: proved" if proves else ""


def _ways(averaged: Evidence, also: Evidence, bounded: Evidence, best: Mapping[str, Any]) -> tuple[WayOut, ...]:
    """Another theorem at the same schedule, and the same theorem at another one."""
    found = []
    if also.state is State.COMPUTED:
        found.append(WayOut(averaged.lemma, also.order, (*averaged.conditions, *averaged.settings), True))
    if best["rate"] >= QUARTER:
        found.append(WayOut(f"1 - beta2 = T^(-{best['B']})", f"T^(-{best['rate']})", bounded.conditions, False))
    return tuple(found)


def _momentum(store: Store) -> Verdict:
    """Proved for sign descent, by an example (whose noise is part of it); for Adam it is a property of the bound."""
    floor = store.lemma("no-momentum-sign-descent", "from above")
    example = floor.within(*EXAMPLE, "x_1 >= a + gamma").of_another("x moves by sign descent")
    # With beta1 = 0 fixed, 1 - beta1 does not fall (A = 0), and neither may 1 - beta2, or R grows (B = 0).
    bound = _attempt(lambda: no_momentum_term(store, store.lemma(*MAIN), Schedule(0, 0, HALF)))
    runs = store.runs(10, "Adam with beta1 = 0")
    return proved([example], beside=[bound, store.lemma("no-momentum-bound", "free of T"), *runs])


def _boundary(store: Store) -> Verdict:
    growth = store.lemma("update-magnitude-tight", "growth").within(UNSTABLE)
    return proved(
        [_unbounded(store).about("the counterexample"), growth.about("the growth of R_t")],
        beside=store.runs(11, "whether Adam gets worse there"),
    )


def _optimal(store: Store) -> Verdict:
    """The lemma about the exponents, and that the exponents are those of the main theorem's terms."""
    names = ("at most 1/4", "only A = 1/2", "only B = A", "only C = 3/4")
    lemmas = [store.lemma("schedule-exponents", name).within(*EXPONENTS) for name in names]
    return proved([*lemmas, _attempt(lambda: _best(store, store.lemma(*MAIN)))])


def _attempt(found: Callable[[], Evidence]) -> Evidence:
    """Evidence from a calculation that may turn out to be impossible."""
    try:
        return found()
    except OrderError as error:
        return failed(str(error))


def _best(store: Store, proof: Evidence) -> Evidence:
    if not proof.state.carries:
        return proof
    best = best_of_terms(store, proof)
    if best is None:
        return asked(proof)
    text = f"the largest rate of main-theorem's terms is {best['rate']}, at {best['schedule']}"
    if best["rate"] == QUARTER and best["is unique"]:
        return Evidence(f"{text} alone", State.COMPUTED)
    return failed(f"{text}{'' if best['is unique'] else ' and elsewhere'}")


def _constant_vbar(store: Store) -> Verdict:
    """Not for every T, where the gradient and the momentum error fall like T^(-1/4): T is at most T_max."""
    runs = store.runs(13, "how the mean magnitude falls")
    limit = store.lemma("condition-2-limits", "T_max").within("C2: E u_t,j >= vbar", "G <= A/tau", "T = tau^4")
    return refuted([limit], beside=runs)


def _identical(store: Store) -> Verdict:
    return proved(store.runs(14, "Kolmogorov-Smirnov tests of the coordinates"))


def _stable_ratio(store: Store) -> Verdict:
    return proved(store.runs(15, "the ratio of the norms along a run"))


def _probability(store: Store) -> Verdict:
    found = store.lemma("high-probability", "probability").within(*EVENT)
    if any(line.startswith(PINELIS) for line in found.details):  # which needs what the language has no word for
        found = replace(found, conditions=(MARTINGALE, *found.conditions))
    return proved([found])


def _unconditional(store: Store) -> Verdict:
    """The mean square of the gradient falls like T^(-1/2): so does the norm like T^(-1/4)."""
    square = store.lemma("unconditional", "mean square")
    schedule = Schedule(HALF, HALF, HALF, gamma_d=Fraction(0))
    order = exponent(store, square, schedule, HALF)
    if order.state is State.COMPUTED:
        order = replace(order, text=f"{order.text}, of the mean square")
    return proved([square, order])


ROWS = (
    PaperClaim(
        1,
        "u_t is bounded, by R, if and only if beta1^2 < beta2",
        _bounded,
        "u_t <= R exactly if b1^2 < b2",
    ),
    PaperClaim(
        2, "Adam's step is a step along Sign(m_t) with magnitude u_t", _sign_form, "a step goes along Sign(m_t)"
    ),
    PaperClaim(3, "the descent inequality", _descent, "the descent inequality"),
    PaperClaim(4, "the mean of E|u_t o a_t|_1 falls like T^(-1/4)", _rate, "T^(-1/4) for |u_t o a_t|_1"),
    PaperClaim(
        5,
        "the mean of E|a_t|_2 falls like T^(-1/4) under Conditions 1-3",
        _norm_rate,
        "T^(-1/4) for |a_t|_2",
    ),
    PaperClaim(6, "in Case 2 the bound is free of the dimension", _dimension, "Case 2 is free of dimension"),
    PaperClaim(7, "the bound is independent of epsilon", _epsilon, "the bound is free of epsilon"),
    PaperClaim(8, "gamma should be proportional to 1/sqrt(d)", _gamma, "gamma goes like 1/sqrt(d)"),
    PaperClaim(
        9,
        "the rate holds for 1 - beta1 = O(T^(-1/2)), 1 - beta2 = O(T^(-3/4))",
        _schedules,
        "T^(-1/4) at 1-b2 = T^(-3/4)",
        "the gradient is Lipschitz along the segments",
    ),
    PaperClaim(10, "momentum is necessary", _momentum, "momentum is necessary"),
    PaperClaim(11, "beta1 >= sqrt(beta2) breaks the bound on u_t", _boundary, "no bound if b1 >= sqrt(b2)"),
    PaperClaim(12, "T^(-1/4) is the best rate of this technique", _optimal, "no schedule beats T^(-1/4)"),
    PaperClaim(
        13,
        "Condition 2 holds with one vbar for every T while the rate T^(-1/4) does (epsilon > 0)",
        _constant_vbar,
        "Condition 2 with fixed vbar",
    ),
    PaperClaim(
        14,
        "the coordinates of u_t are independent and identically distributed",
        _identical,
        "u_t has i.i.d. coordinates",
    ),
    PaperClaim(15, "the ratio of |a_t|_1 to |a_t|_2 is stable", _stable_ratio, "|a_t|_1 / |a_t|_2 is stable"),
    PaperClaim(
        16,
        "a version with high probability",
        _probability,
        "with high probability",
        "the noise is at most s0 surely",
    ),
    PaperClaim(
        17,
        "the rate T^(-1/4) without Conditions 1-3",
        _unconditional,
        "T^(-1/4), no Conditions 1-3",
        "gradients are at most B",
    ),
)

__all__ = ["ROWS", "ClaimVerdict", "PaperClaim", "Status", "Verdict", "open_verdict", "proved", "refuted", "verdicts"]
