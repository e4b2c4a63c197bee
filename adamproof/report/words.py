"""The words in which every form of an answer (terminal, HTML, LaTeX) says the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from ..kernel.terms import INT, Term, free
from ..render.layout import told_apart
from ..render.statements import NOTATIONS

if TYPE_CHECKING:
    from ..checking.report import About, ClaimReport, LemmaReport, MutantReport
    from ..claims.evidence import Evidence
    from ..claims.verdicts import Verdict
    from ..numeric.answers import Witness

OPINIONS = (
    "The kernel has read every proof again for this report. What other checkers say is recorded, and counts only for "
    "these very proofs, written out by this code. Coq replays every step from its own library of real numbers; an SMT "
    "solver is asked for values that satisfy the premises of an arithmetic step and break its conclusion, and "
    '"unsat" means that there are none.'
)
LEGEND = (
    "A1: F is bounded below; A2: noises of different times are uncorrelated, and their variance is bounded; "
    "A3: the gradient is smooth along the steps, with L0 and L1\n"
    "C2: what is used of the source's Condition 2, E|u_t o a_t|_1 >= vbar*E|a_t|_1 or E u_t,j >= vbar; both "
    "follow from E[u_t,j | x_t] >= vbar for all t and j\n"
    "A, B, C: 1 - beta1 = Theta(T^-A), 1 - beta2 = Theta(T^-B), gamma = Theta(T^-C)\n"
    "computed: exact, but not by the kernel; D, E|a_1|, means over t, vbar and all other symbols count as constants\n"
    "observed: in runs (`adamproof experiment`), which prove nothing"
)


def called(lemma: About) -> str:
    """The names of a lemma: label, if it has one, and slug."""
    return f"{lemma.label} {lemma.slug}" if lemma.label else lemma.slug


def usable(style: str, terms: Sequence[Term]) -> str:
    """The style, or the kernel's own text where two names would be written alike in that style."""
    return style if style in NOTATIONS and told_apart(terms, NOTATIONS[style]) else "ascii"


def present(verdict: Verdict) -> list[Evidence]:
    """The evidence that is there, carrying or failed; what is not is said to be missing."""
    return [entry for entry in verdict.evidence if entry.text not in verdict.missing]


def carrying(verdict: Verdict) -> list[str]:
    """The evidence that is there, in short; what was computed without the kernel is said to be so."""
    from ..claims.evidence import State

    observed = dict.fromkeys((State.OBSERVED, State.REJECTED), " (observed)")
    marks = {State.PROVED: "", State.COMPUTED: " (computed)", **observed}
    return [f"{entry.text}{marks[entry.state]}" for entry in verdict.evidence if entry.state in marks]


def shortcomings(report: LemmaReport) -> list[str]:
    """Why a lemma whose claims may well be proved is not: surviving mutants, failing numbers."""
    found = []
    for claim in report.claims:
        if claim.numbers is not None and not claim.numbers.holds:
            found.append(f'the claim "{claim.name}" fails numerically on a random model')
        if claim.intervals is not None and claim.intervals.verdict != "proved":
            found.append(f'interval arithmetic does not confirm the claim "{claim.name}"')
    for mutant in report.mutants:
        if not mutant.refused:
            found.append(f'the prover proved the near miss "{mutant.name}"')
        elif mutant.witness is None:
            found.append(f'no counterexample to the near miss "{mutant.name}" found')
    return found


def integers_of(props: Sequence[Term]) -> list[str]:
    """The free integer variables, by name: a formula does not show that x < y + 1 means x <= y."""
    symbols = frozenset().union(*map(free, props))
    return sorted(symbol.args[0] for symbol in symbols if type(symbol) is Term and symbol.sort == INT)


def untested(claim: ClaimReport) -> str:
    """Why there are no numbers for a claim."""
    from ..checking.report import speaks_of_integrability

    if speaks_of_integrability(claim.conclusion):
        return "not tested: in a finite model everything is integrable"
    if not claim.has_models and claim.hypotheses:
        return "not tested: no models are declared, so nothing shows that the assumptions can hold together"
    return "not tested"


def vacuous(claim: ClaimReport) -> str:
    """What a proof from assumptions that contradict each other is worth; nothing to say of others."""
    if not claim.is_proved or not claim.contradicting:
        return ""
    if len(claim.contradicting) == 1:
        return f'but its assumption "{claim.contradicting[0]}" contradicts itself: it says nothing'
    names = ", ".join(f'"{name}"' for name in claim.contradicting)
    return f"but its assumptions contradict each other ({names}): it says nothing"


def vacuous_claims(report: LemmaReport) -> str:
    """The same of a lemma: of all its claims, or of which."""
    found = {claim.name: text for claim in report.claims if (text := vacuous(claim))}
    if len(found) == len(report.claims) and len(set(found.values())) == 1:
        return next(iter(found.values()))
    return "; ".join(f'claim "{name}": {text}' for name, text in found.items())


def box(claim: ClaimReport) -> str:
    """What interval arithmetic says on the claim's box."""
    ranges = ", ".join(f"{name} in [{low}, {high}]" for name, (low, high) in (claim.box or {}).items())
    answer = claim.intervals
    if answer is None or answer.verdict != "proved":
        return f"on {ranges}: {answer}"
    slack = "" if answer.lower is None else f", with a slack of at least {_below(answer.lower)}"
    return f"holds on {ranges}{slack} ({answer.boxes} boxes)"


def _below(value: Fraction) -> str:
    """A decimal number that is not larger, and positive if the value is."""
    places = 6
    while 0 < value * 10**places < 1:
        places += 1
    return str(Decimal(math.floor(value * 10**places)) / 10**places)


def kernel_steps(claim: ClaimReport) -> str:
    """How long the proof file is, and whether the kernel has accepted it."""
    verified = "verified in a fresh process" if claim.is_proved else "not accepted"
    return f"{steps(claim.proof_steps)}, {verified}"


def proof_in_short(claim: ClaimReport) -> str:
    """The size of a proof, and of the numbers that bear it out."""
    count = len(claim.titles)
    numbers = "" if claim.numbers is None else f"; numbers: {claim.numbers.models} models"
    return f"Proof in {count} {'step' if count == 1 else 'steps'}; {kernel_steps(claim)}{numbers}"


def steps(number: int) -> str:
    """How many steps of the kernel a proof has."""
    return f"{number} kernel step{'' if number == 1 else 's'}"


def size(text: str) -> str:
    """The size of a text in UTF-8."""
    size = len(text.encode())
    return f"{size} bytes" if size < 10_000 else f"{size / 1000:.0f} kB"


def tally(mutants: Sequence[MutantReport]) -> str:
    """How many mutants (near misses) were correctly rejected."""
    if not mutants:
        return "Mutants: none declared"
    return f"Mutants: {sum(mutant.is_rejected for mutant in mutants)}/{len(mutants)} correctly rejected"


def fate(mutant: MutantReport) -> str:
    """What became of a mutant."""
    return "correctly rejected" if mutant.is_rejected else "NOT REJECTED"


def refusal(mutant: MutantReport) -> str:
    """Whether the prover refused a mutant."""
    return "refused" if mutant.refused else "NOT refused"


def brief(witness: Witness) -> str:
    """A counterexample in one line."""
    from ..numeric.numbers import told_apart

    values = witness.values
    at = f"; at {', '.join(told_apart(witness.instance))}" if witness.instance else ""
    false = f"{witness.slack} is false{witness.slack.closeness}"
    return f"in {witness.label}{': ' if values else ''}{values}{at}; {false}"
