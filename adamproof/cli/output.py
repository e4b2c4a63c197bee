"""Answers as text for people.  Formulas come from adamproof.render, verdicts from adamproof.check."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from textwrap import fill, shorten
from typing import TYPE_CHECKING

from ..kernel.terms import INT, Term, free
from ..render import show, statement
from .terminal import coloured

if TYPE_CHECKING:
    from ..check import ClaimReport, LemmaReport, MutantReport, NamedStep
    from ..lemma import Lemma
    from ..numeric.check import Witness
    from ..without import Losses

WIDTH = 110
SHORT = 150  # characters of a refusal in the short form
RECALLED = "verified now; proofs, numbers and false twins from the cache"
NAME_COLUMN = 64  # the names of hypotheses are lined up, but not farther to the right than here


def checked(
    report: LemmaReport,
    style: str,
    verbose: bool,
    mutants: bool,
    seconds: float,
    only: str | None = None,
    recalled: bool = False,
) -> str:
    """What `check` says about a lemma, or about only one claim of it."""
    lines = heading(report.lemma)
    for number, claim in enumerate(report.claims):
        lines += _statement_if_new(report.claims, number, style)
        lines += ["", f'Claim "{claim.claim.name}": {coloured(claim.verdict)}', *_claim(claim, style, verbose)]
    lines += ["", *(_in_short(report.mutants, verbose) if mutants else ["False twins: not tried"])]
    lines += ["", f"{in_one_line(report, only)} ({RECALLED if recalled else f'{seconds:.1f} s'})"]
    lines += [f"  because {text}" for text in shortcomings(report)]
    if verbose:
        lines.append(_labelled("  with ", ", ".join(f"{name} {version}" for name, version in report.versions.items())))
    return "\n".join(lines)


def in_one_line(report: LemmaReport, only: str | None = None) -> str:
    part = f" (only the claim {only!r})" if only else ""
    return f"{called(report.lemma)}{part}: {coloured(report.verdict)}"


def shown(report: LemmaReport, style: str) -> str:
    """What `show` says: statement, constants, notes, and the proofs in steps."""
    lemma = report.lemma
    lines = heading(lemma)
    for number, claim in enumerate(report.claims):
        lines += _statement_if_new(report.claims, number, style)
        lines += ["", f'Proof of the claim "{claim.claim.name}": {coloured(claim.verdict)}', *_derived(claim, style)]
    if lemma.constants:
        lines += ["", "Constants", *(f"  {name} = {value}" for name, value in lemma.constants.items())]
    if lemma.notes:
        lines += ["", fill(" ".join(lemma.notes.split()), WIDTH)]
    return "\n".join(lines)


def mutated(lemma: Lemma, mutants: Sequence[MutantReport], style: str) -> str:
    """What `mutate` says: every false twin in full."""
    lines = heading(lemma)
    for mutant in mutants:
        lines += ["", f"{_fate(mutant)}: {mutant.mutant.name}"]
        lines += _indented(_statement(mutant.hypotheses, mutant.conclusion, style))
        lines += [_labelled(f"  {_refusal(mutant)}: ", mutant.reason), *_counterexample(mutant.witness)]
    return "\n".join([*lines, "", _tally(mutants)])


def lost(found: Losses) -> str:
    """What `check --without` says: what is dropped, and claim by claim what becomes of it."""
    lines = [f"{called(found.lemma)}: {found.lemma.title}"]
    lines += [_labelled("  without: ", name) for name in found.dropped]
    for claim in found.claims:
        head = f'  Claim "{claim.report.claim.name}": {coloured(claim.word)}'
        lines += ["", head, _labelled("    ", claim.text)]
        if claim.report.witness is not None:
            lines.append(_labelled("    counterexample: ", brief(claim.report.witness)))
    return "\n".join([*lines, "", lost_in_one_line(found)])


def lost_in_one_line(found: Losses) -> str:
    kept = sum(claim.holds for claim in found.claims)
    names = ", ".join(map(repr, found.dropped))
    return f"{called(found.lemma)} without {names}: {kept} of {len(found.claims)} claims still hold"


def called(lemma: Lemma) -> str:
    """The names of a lemma: label, if it has one, and slug."""
    return f"{lemma.label} {lemma.slug}" if lemma.label else lemma.slug


def heading(lemma: Lemma) -> list[str]:
    where = _labelled("  where:  ", lemma.where)
    return [f"{called(lemma)}: {lemma.title}", f"  source: {lemma.source.value}", where]


def shortcomings(report: LemmaReport) -> list[str]:
    """Why a lemma whose claims may well be proved is not: surviving mutants, failing numbers."""
    found = []
    for claim in report.claims:
        if claim.numbers is not None and not claim.numbers.holds:
            found.append(f'the numbers do not bear out the claim "{claim.claim.name}"')
        if claim.intervals is not None and claim.intervals.verdict != "proved":
            found.append(f'interval arithmetic does not bear out the claim "{claim.claim.name}"')
    for mutant in report.mutants:
        if not mutant.refused:
            found.append(f'the prover proved the false twin "{mutant.mutant.name}"')
        elif mutant.witness is None:
            found.append(f'no counterexample was found to the false twin "{mutant.mutant.name}"')
    return found


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns, the first row being the titles."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


# --- statements ---------------------------------------------------------------------------------


def _statement_if_new(claims: Sequence[ClaimReport], number: int, style: str) -> list[str]:
    """A claim's statement, unless it is the one before again (proved in another way)."""
    claim, before = claims[number], claims[number - 1]
    if number and (before.hypotheses, before.conclusion) == (claim.hypotheses, claim.conclusion):
        return []
    return ["", *_indented(_statement(claim.hypotheses, claim.conclusion, style))]


def _statement(hypotheses: Mapping[str, Term], conclusion: Term, style: str) -> list[str]:
    """The statement, each hypothesis with its name at the right; what is an integer is said, all else is real."""
    lines = statement(list(hypotheses.values()), conclusion, _usable(style, [*hypotheses.values(), conclusion]))
    first, *rest = lines.splitlines()
    whole = integers_of([*hypotheses.values(), conclusion])
    kinds = [f"For integers {', '.join(whole)}:"] if whole else []
    if not hypotheses:
        return [*kinds, first, *rest]
    stated, others = rest[: len(hypotheses)], rest[len(hypotheses) :]
    column = min(max(map(len, stated)), NAME_COLUMN)
    named = [f"{line.ljust(column)}  [{name}]" for line, name in zip(stated, hypotheses, strict=True)]
    return [*kinds, first, *named, *others]


def integers_of(props: Sequence[Term]) -> list[str]:
    """The free integer variables, by name: a formula does not show that x < y + 1 means x <= y."""
    symbols = frozenset().union(*map(free, props))
    return sorted(symbol.args[0] for symbol in symbols if type(symbol) is Term and symbol.sort == INT)


def _usable(style: str, terms: Sequence[Term]) -> str:
    """The style, or the kernel's own text where two names would be written alike in that style."""
    try:
        statement(terms[:-1], terms[-1], style)
    except ValueError:
        return "ascii"
    return style


# --- claims -------------------------------------------------------------------------------------


def _claim(claim: ClaimReport, style: str, verbose: bool) -> list[str]:
    lines = _derived(claim, style)
    if claim.numbers is not None:
        first, *rest = str(claim.numbers).splitlines()
        lines += [f"  numbers:             {first}", *(f"  {'':21}{line}" for line in rest)]
    elif claim.steps:
        lines.append(f"  numbers:             {_untested(claim)}")
    if claim.intervals is not None:
        lines.append(_labelled("  intervals:           ", _box(claim)))
    if claim.witness is not None:
        lines += _counterexample(claim.witness) if verbose else [_labelled("  counterexample: ", brief(claim.witness))]
    return lines


def _untested(claim: ClaimReport) -> str:
    from ..check import speaks_of_integrability

    if speaks_of_integrability(claim.conclusion):
        return "not tested: in a finite model everything is integrable"
    if claim.claim.models is None and claim.hypotheses:
        return "not tested: no models are declared, so nothing shows that the assumptions can hold together"
    return "not tested"


def _box(claim: ClaimReport) -> str:
    """What interval arithmetic says on the claim's box."""
    ranges = ", ".join(f"{name} in [{low}, {high}]" for name, (low, high) in (claim.claim.box or {}).items())
    answer = claim.intervals
    if answer is None or answer.verdict != "proved":
        return f"on {ranges}: {answer}"
    slack = "" if answer.lower is None else f", with a slack of at least {_below(answer.lower)}"
    return f"holds on {ranges}{slack} ({answer.boxes} boxes)"


def _below(value: Fraction) -> str:
    """A decimal number that is not larger."""
    return str(Decimal(math.floor(value * 10**6)) / 10**6)


def _derived(claim: ClaimReport, style: str) -> list[str]:
    """The proof as derived and verified, or why there is none."""
    if not claim.steps:
        return [_labelled("  reason: ", claim.reason)] if claim.reason else []
    usable = _usable(style, [*(step.statement for step in claim.steps), *claim.hypotheses.values(), claim.conclusion])
    lines = [line for number, step in enumerate(claim.steps, start=1) for line in _step(number, step, usable)]
    lines += [
        _labelled("  hypotheses used:     ", ", ".join(claim.used) or "none"),
        _labelled("  hypotheses NOT used: ", ", ".join(claim.unused) or "none"),
        _labelled("  cited axioms:        ", "; ".join(": ".join(pair) for pair in claim.citations) or "none"),
        f"  proof:               {claim.proof_steps} kernel steps, {_size(claim.proof)}, verified in a fresh process",
    ]
    return lines


def _step(number: int, step: NamedStep, style: str) -> list[str]:
    basis = ", ".join(step.rests_on) or "nothing but the rules"
    formula = show(step.statement, _usable(style, [step.statement]))
    return [f"  {number}. {step.title}", f"       {formula}", _labelled("     rests on: ", basis)]


def _size(text: str) -> str:
    size = len(text.encode())
    return f"{size} bytes" if size < 10_000 else f"{size / 1000:.0f} kB"


# --- false twins --------------------------------------------------------------------------------


def _in_short(mutants: Sequence[MutantReport], verbose: bool) -> list[str]:
    lines = [_tally(mutants)]
    for mutant in mutants:
        lines += [f"  {_fate(mutant)}: {mutant.mutant.name}"]
        if verbose:
            lines += _indented([_labelled(f"  {_refusal(mutant)}: ", mutant.reason), *_counterexample(mutant.witness)])
        else:
            lines.append(_labelled(f"    {_refusal(mutant)}: ", shorten(mutant.reason, SHORT, placeholder=" ...")))
            shown_false = brief(mutant.witness) if mutant.witness else "no counterexample was found"
            lines.append(_labelled("    false: ", shown_false))
    return lines


def _tally(mutants: Sequence[MutantReport]) -> str:
    if not mutants:
        return "False twins: none declared"
    return f"False twins: {sum(mutant.killed for mutant in mutants)}/{len(mutants)} killed"


def _fate(mutant: MutantReport) -> str:
    return "killed" if mutant.killed else "SURVIVED"


def _refusal(mutant: MutantReport) -> str:
    return "refused" if mutant.refused else "NOT refused"


def brief(witness: Witness) -> str:
    """A counterexample in one line."""
    from ..numeric.evaluate import shown as number

    values = ", ".join(f"{name} = {number(value)}" for name, value in witness.variables)
    at = f"; at {', '.join(map(number, witness.instance))}" if witness.instance else ""
    left, right = number(witness.slack.lhs), number(witness.slack.rhs)
    return f"in {witness.label}{': ' if values else ''}{values}{at}; {left} {witness.slack.op} {right} is false"


def _counterexample(witness: Witness | None) -> list[str]:
    if witness is None:
        return ["  counterexample: none was found"]
    return ["  counterexample:", *_indented(str(witness).splitlines(), 4)]


# --- layout -------------------------------------------------------------------------------------


def _labelled(label: str, text: str) -> str:
    """A label and a text, broken into lines that line up behind the label."""
    indent = " " * len(label)
    return fill(
        " ".join(text.split()),
        WIDTH,
        initial_indent=label,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _indented(lines: Iterable[str], by: int = 2) -> list[str]:
    return [" " * by + line for text in lines for line in text.splitlines() or [""]]
