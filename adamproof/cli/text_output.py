"""Answers as text for people.  Formulas come from adamproof.render, verdicts from adamproof.checking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from textwrap import shorten
from typing import TYPE_CHECKING

from ..kernel.terms import Term
from ..render import show, statement
from ..report.words import (
    box,
    brief,
    called,
    fate,
    integers_of,
    refusal,
    shortcomings,
    size,
    steps,
    tally,
    untested,
    usable,
    vacuous,
    vacuous_claims,
)
from ..support.columns import aligned
from .check_output import HANG, RECALLED, at_a_glance
from .failure_output import goal_view
from .terminal import coloured, formula, labelled, width

if TYPE_CHECKING:
    from ..checking.proof_steps import NamedStep
    from ..checking.report import AblationReport, About, ClaimReport, Findings, LemmaReport, MutantReport
    from ..numeric.answers import Witness

TITLE = 40  # columns for titles beside the rest
SHORT = 150  # characters of a refusal in the short form
NAME_COLUMN = 64  # the names of hypotheses are lined up, but not farther to the right than here


def checked(
    report: LemmaReport,
    style: str,
    verbose: bool,
    mutants: bool,
    seconds: float,
    only: str | int | None = None,
    recalled: bool = False,
    own: bool = False,
) -> str:
    """What `check` says about a lemma, or about only one claim of it: at a glance where all is well, else in full.

    own: whether the lemma is of a user's file.
    """
    from ..checking.report import Verdict

    if not verbose and report.verdict is Verdict.PROVED:
        return at_a_glance(report, style, mutants, seconds, only, recalled, own)
    lines = heading(report.lemma)
    for number, claim in enumerate(report.claims):
        lines += _statement_if_new(report.claims, number, style)
        lines += ["", f'Claim "{claim.name}": {coloured(claim.verdict)}']
        lines += [labelled("  ", text) for text in [vacuous(claim)] if text]
        lines += _claim(claim, style, verbose)
    lines += ["", *(_in_short(report.mutants, verbose) if mutants else ["Mutants: not tested"])]
    lines += ["", f"{in_one_line(report, only)} ({RECALLED if recalled else f'{seconds:.1f} s'})"]
    lines += [f"  because {text}" for text in shortcomings(report)]
    if verbose:
        lines.append(labelled("  with ", ", ".join(f"{name} {version}" for name, version in report.versions.items())))
    return "\n".join(lines)


def in_one_line(report: LemmaReport, only: str | int | None = None) -> str:
    part = f" (only the claim {only!r})" if only else ""
    line = f"{called(report.lemma)}{part}: {coloured(report.verdict)}"
    return ", ".join(filter(None, [line, vacuous_claims(report)]))


def shown(report: LemmaReport, style: str) -> str:
    """What `show` says: statement, constants, notes, and the proofs in steps."""
    lemma = report.lemma
    lines = heading(lemma)
    for number, claim in enumerate(report.claims):
        lines += _statement_if_new(report.claims, number, style)
        lines += ["", f'Proof of the claim "{claim.name}": {coloured(claim.verdict)}', *_derived(claim, style)]
    if lemma.constants:
        lines += ["", "Constants"]
        lines += [formula("  ", f"{name} = {text}", HANG) for name, (text, _) in lemma.constants.items()]
    if lemma.notes:
        lines += ["", labelled("  ", lemma.notes)]  # not at the edge, where the tool's own lines begin
    return "\n".join(lines)


def mutated(found: Findings, style: str) -> str:
    """What `mutants` says: every mutant in full."""
    lines = heading(found.about)
    for mutant in found.mutants:
        lines += ["", f"{fate(mutant)}: {mutant.name}"]
        lines += _statement(mutant.hypotheses, mutant.conclusion, style)
        lines += [labelled(f"  {refusal(mutant)}: ", mutant.reason), *_counterexample(mutant.witness)]
    return "\n".join([*lines, "", tally(found.mutants)])


def lost(found: AblationReport, style: str) -> str:
    """What `check --without` says: what is dropped, and claim by claim what becomes of it; what is proved, in full."""
    lines = [_titled(found.lemma)]
    lines += [labelled("  without: ", name) for name in found.dropped]
    for claim in found.claims:
        head = f'  Claim "{claim.report.name}": {coloured(claim.word)}'
        lines += ["", head, labelled("    ", claim.text)]
        if claim.holds:
            lines += _statement(claim.report.hypotheses, claim.report.conclusion, style, 4)
        if claim.report.witness is not None:
            lines.append(labelled("    counterexample: ", brief(claim.report.witness)))
    return "\n".join([*lines, "", labelled("", lost_in_one_line(found))])


def lost_in_one_line(found: AblationReport) -> str:
    kept = sum(claim.holds for claim in found.claims)
    names = ", ".join(map(repr, found.dropped))
    return f"{called(found.lemma)} without {names}: {kept} of {len(found.claims)} claims are still proved"


def heading(lemma: About) -> list[str]:
    where = labelled("  where:  ", lemma.where)
    return [_titled(lemma), labelled("  source: ", lemma.source.value), where]


def _titled(lemma: About) -> str:
    return labelled("", f"{called(lemma)}: {lemma.title}", hang=HANG)


def listed(lemmas: Sequence[About]) -> str:
    """What `list` says: a line for each lemma, with its title behind the rest or, where there is no room, below."""
    rows = [("LABEL", "SLUG", "SOURCE", "CLAIMS")]
    rows += [(x.label or "-", x.slug, x.source.name.lower(), str(len(x.claims))) for x in lemmas]
    titles = ["TITLE", *(lemma.title for lemma in lemmas)]
    heads = aligned(rows, right=False)
    column = max(map(len, heads)) + 2
    if column + TITLE <= width():
        return "\n".join(labelled(head.ljust(column), title) for head, title in zip(heads, titles, strict=True))
    below = " " * (max(len(label) for label, *_ in rows) + 2)  # where the slugs begin
    return "\n".join(f"{head}\n{labelled(below, title)}" for head, title in zip(heads, titles, strict=True))


# --- statements ---------------------------------------------------------------------------------


def _statement_if_new(claims: Sequence[ClaimReport], number: int, style: str) -> list[str]:
    """A claim's statement, unless it is the one before again (proved in another way)."""
    claim, before = claims[number], claims[number - 1]
    if number and (before.hypotheses, before.conclusion) == (claim.hypotheses, claim.conclusion):
        return []
    return ["", *_statement(claim.hypotheses, claim.conclusion, style)]


def _statement(hypotheses: Mapping[str, Term], conclusion: Term, style: str, by: int = 2) -> list[str]:
    """The statement, indented and broken where it is too long, each hypothesis with its name at the right.

    What is an integer is said; all else is real.
    """
    lines = statement(list(hypotheses.values()), conclusion, usable(style, [*hypotheses.values(), conclusion]))
    first, *rest = lines.splitlines()
    whole = integers_of([*hypotheses.values(), conclusion])
    kinds = [f"For integers {', '.join(whole)}:"] if whole else []
    stated, others = rest[: len(hypotheses)], rest[len(hypotheses) :]
    names = [f"[{name}]" for name in hypotheses]
    room = width() - by - 2 - max(map(len, names), default=0)
    column = min(max(map(len, stated), default=0), NAME_COLUMN, room)
    named = [f"{line.ljust(column)}  {name}" for line, name in zip(stated, names, strict=True)]
    return [_broken(line, by) for line in (*kinds, first, *named, *others)]


def _broken(line: str, by: int) -> str:
    """A line of a statement, indented; broken where it is too long."""
    if by + len(line) <= width():
        return " " * by + line
    text = line.lstrip()
    return formula(" " * (by + len(line) - len(text)), text, HANG)


# --- claims -------------------------------------------------------------------------------------


def _claim(claim: ClaimReport, style: str, verbose: bool) -> list[str]:
    lines = _derived(claim, style)
    if claim.numbers is not None:
        first, *rest = str(claim.numbers).splitlines()
        lines.append(labelled("  numbers:             ", first))
        lines += [labelled(f"  {'':21}", line.strip(), hang=2) for line in rest]
    elif claim.is_proved:
        lines.append(f"  numbers:             {untested(claim)}")
    if claim.intervals is not None:
        lines.append(labelled("  intervals:           ", box(claim)))
    if claim.witness is not None:
        full = verbose or claim.witness.certified or claim.witness.calls  # values of functions are many
        lines += _counterexample(claim.witness) if full else [labelled("  counterexample: ", brief(claim.witness))]
    return lines


def _derived(claim: ClaimReport, style: str) -> list[str]:
    """The proof as derived and verified, or why there is none."""
    if not claim.is_proved:
        return _open(claim, style)
    fitting = usable(style, [*(step.statement for step in claim.steps), *claim.hypotheses.values(), claim.conclusion])
    lines = [line for number, step in enumerate(claim.steps, start=1) for line in _step(number, step, fitting)]
    lines += [
        labelled("  hypotheses used:     ", ", ".join(claim.used) or "none"),
        labelled("  hypotheses NOT used: ", ", ".join(claim.unused) or "none"),
        labelled("  cited axioms:        ", "; ".join(": ".join(pair) for pair in claim.citations) or "none"),
        f"  proof:               {steps(claim.proof_steps)}, {size(claim.proof)}, verified in a fresh process",
    ]
    return lines


def _open(claim: ClaimReport, style: str) -> list[str]:
    """Why there is no proof; with a goal view, only what the verdict adds to it."""
    if claim.view is None or claim.view.goal is None:
        reason = [labelled("  reason: ", claim.reason)] if claim.reason else []
        return [*reason, *(goal_view(claim.view, style) if claim.view is not None else [])]
    added = claim.reason.removeprefix(claim.failure).lstrip("; ")
    refuted = claim.witness is not None and claim.view.goal is claim.conclusion
    return [*goal_view(claim.view, style, refuted), *([labelled("  but: ", added)] if added else [])]


def _step(number: int, step: NamedStep, style: str) -> list[str]:
    basis = ", ".join(step.rests_on) or "no earlier step or assumption"
    said = formula(" " * 7, show(step.statement, usable(style, [step.statement])), HANG)
    return [labelled(f"  {number}. ", step.title), said, labelled("     depends on: ", basis)]


# --- mutants ------------------------------------------------------------------------------------


def _in_short(mutants: Sequence[MutantReport], verbose: bool) -> list[str]:
    lines = [tally(mutants)]
    for mutant in mutants:
        lines += [f"  {fate(mutant)}: {mutant.name}"]
        if verbose:
            why = labelled(f"  {refusal(mutant)}: ", mutant.reason, width() - 2)  # which is indented further
            lines += _indented([why, *_counterexample(mutant.witness)])
        else:
            lines.append(labelled(f"    {refusal(mutant)}: ", shorten(mutant.reason, SHORT, placeholder=" ...")))
            shown_false = brief(mutant.witness) if mutant.witness else "no counterexample found"
            lines.append(labelled("    false: ", shown_false))
    return lines


def _counterexample(witness: Witness | None) -> list[str]:
    if witness is None:
        return ["  counterexample: none found"]
    return ["  counterexample:", *(_broken(line, 4) for line in str(witness).splitlines())]


# --- layout -------------------------------------------------------------------------------------


def _indented(lines: Iterable[str], by: int = 2) -> list[str]:
    return [" " * by + line for text in lines for line in text.splitlines() or [""]]
