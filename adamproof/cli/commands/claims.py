"""The command `claims`: one verdict for each claim of the source."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .. import terminal
from ..errors import CliError
from ..number_types import Whole
from ..options import DEBUGGING, HELP, PROGRESS, complete_claim_number, examples, with_options
from ..terminal import labelled

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from ...claims.gathering import Gathering
    from ...claims.verdicts import ClaimVerdict
    from ...crosscheck.records import Opinions
    from ..json_output import Data

OPEN = 3


@click.command(
    "claims",
    context_settings=HELP,
    epilog=examples("claims", "claims 9", "claims --markdown > claims.md"),
)
@with_options(
    click.argument("number", required=False, type=Whole(), metavar="[N]", shell_complete=complete_claim_number),
    click.option("--json", "form", flag_value="json", help="Print one JSON document."),
    click.option("--markdown", "form", flag_value="markdown", help="Print a Markdown table."),
    click.option(
        "--records",
        metavar="DIR",
        help="Records of experiments to read (by default `experiments` here, or else those of the package).",
    ),
    PROGRESS,
    DEBUGGING,
)
@click.pass_context
def command(ctx: click.Context, number: int | None, form: str | None, records: str | None, progress: bool) -> None:
    """What becomes of each claim of the source: the verdicts, computed now from lemmas and exponents.

    With a number N, one claim in full.  PROVED means: by the kernel, for the lemmas named as evidence; `adamproof
    check` tests them on numbers and mutants too.

    Exit status: 0 all verdicts reached (whatever they are; "no lemma yet" and "not run" are answers), 2 usage error,
    3 something that a verdict rests on fails.
    """
    ctx.exit(show_claims(number, form or "text", records, terminal.Progress(progress)))


def show_claims(number: int | None, form: str, folder: str | None, progress: terminal.Progress) -> int:
    """Print the table of the claims, or one claim in full; the exit status."""
    from ...checking.flow import Flow
    from ...claims.gathering import JOBS, WORKER, Gathering
    from ...claims.verdicts import proofs_of
    from ...crosscheck.records import lines as evidence_lines
    from ...report.words import LEGEND
    from .. import json_output
    from ..tasks import workers

    expect_number(number)
    expect_folder(folder)
    opinions = asked(folder, progress)
    with workers(JOBS, progress, WORKER) as processes:
        flow = Flow(processes, JOBS, True, progress)
        found = judged(Gathering(flow, [] if number is None else [number], opinions, folder=folder), progress)
    code = status(found)
    lines = evidence_lines(proofs_of(found), opinions)
    if form == "json":
        claims = [claim_data(entry) for entry in found]
        terminal.say(json_output.document("claims", code, claims=claims, lines_of_evidence=dict(lines)))
    elif form == "markdown":
        terminal.say("\n".join([markdown(found), "", *(f"- **{_cell(name)}**: {_cell(text)}" for name, text in lines)]))
    elif number is not None:
        terminal.say(f"{in_full(found[0])}\n\n{LEGEND}")
    else:
        said = [labelled(f"    {name}: ", text) for name, text in lines]
        terminal.say("\n\n".join([*map(in_short, found), "\n".join(["Lines of evidence", *said]), LEGEND]))
    return code


def status(found: Sequence[ClaimVerdict]) -> int:
    """3 if something that a verdict rests on fails, else 0: every verdict is an answer."""
    return OPEN if any(entry.verdict.failed for entry in found) else 0


def expect_number(number: int | None) -> None:
    """Refuse a number that no claim has.  Raises CliError."""
    from ...claims.verdicts import ROWS

    known = [row.number for row in ROWS]
    if number is not None and number not in known:
        raise CliError(f"there is no claim {number}; the claims are numbered {known[0]} to {known[-1]}")


def expect_folder(folder: str | None) -> None:
    """Refuse a folder of records that is not there.  Raises CliError."""
    if folder is not None and not os.path.isdir(folder):
        raise CliError(f"there is no folder {folder} with records; `adamproof experiment all --save {folder}` makes it")


def asked(folder: str | None, progress: terminal.Progress) -> list[Opinions]:
    """What other checkers have said about the proofs: records in this folder, or else those of the package."""
    from ...crosscheck.records import found_in, shipped

    places: list[str | Traversable] = [shipped()] if folder is None else [folder, shipped()]
    for place in places:
        records, problems = found_in(place)
        say_problems(problems, progress)
        if records:
            return records
    return []


def say_problems(problems: Sequence[str], progress: terminal.Progress) -> None:
    """Say which records do not count."""
    if problems:
        progress.clear()
    for problem in problems:
        terminal.warn(f"not counted: {problem}")


def judged(gathering: Gathering, progress: terminal.Progress) -> list[ClaimVerdict]:
    """The verdicts; what there is to say about records and the cache is said."""
    try:
        found = gathering.verdicts()
    finally:
        progress.clear()
    say_problems(gathering.problems, progress)
    for warning in dict.fromkeys(gathering.warnings):
        terminal.warn(warning)
    return found


def in_short(entry: ClaimVerdict) -> str:
    """One claim: its text, the verdict, what it rests on, the evidence, what is missing."""
    from ...report.words import carrying

    verdict = entry.verdict
    lines = [
        labelled(f"{entry.row.number:>2}  ", entry.row.text),
        labelled("    ", str(verdict)).replace(str(verdict.word), terminal.coloured(verdict.word), 1),
    ]
    if verdict.beyond:
        lines.append(labelled("    beyond A1-A3: ", "; ".join(verdict.beyond)))
    lines += [labelled("    evidence: ", "; ".join(evidence))] if (evidence := carrying(verdict)) else []
    lines += [labelled("    repair: ", verdict.repair)] if verdict.repair else []
    lines += [labelled("    missing: ", "; ".join(verdict.missing))] if verdict.missing else []
    return "\n".join(lines)


def in_full(entry: ClaimVerdict) -> str:
    """One claim with each piece of evidence, how far it carries and what it assumes."""
    verdict = entry.verdict
    lines = [f"Claim {entry.row.number}: {entry.row.text}", ""]
    lines.append(labelled("Verdict: ", str(verdict)).replace(str(verdict.word), terminal.coloured(verdict.word), 1))
    for title, texts in (
        ("Beyond A1-A3 it rests on", verdict.beyond),
        ("Repair", (verdict.repair,) if verdict.repair else ()),
        ("Missing", verdict.missing),
    ):
        lines += ["", f"{title}:", *(labelled("  - ", text) for text in texts)] if texts else []
    lines += ["", "Evidence:"]
    for piece in verdict.evidence:
        lines.append(labelled("  - ", f"{piece.text} [{piece.state.value}]"))
        lines += [labelled("      ", detail) for detail in piece.details]
    return "\n".join(lines)


def markdown(found: Sequence[ClaimVerdict]) -> str:
    from ...report.words import carrying

    lines = ["| | Claim | Verdict | Beyond A1-A3 | Evidence |", "| ---: | --- | --- | --- | --- |"]
    for entry in found:
        verdict = entry.verdict
        repair = [f"repair: {verdict.repair}"] if verdict.repair else []
        evidence = [*carrying(verdict), *repair, *(f"missing: {text}" for text in verdict.missing)]
        cells = [
            str(entry.row.number),
            entry.row.text,
            f"**{verdict.word}**{str(verdict).removeprefix(str(verdict.word))}",
            "; ".join(verdict.beyond) or "-",
            "; ".join(evidence),
        ]
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Text of a table's cell: what Markdown would read as markup is escaped, but for the verdict's bold."""
    bold, mark, rest = text.rpartition("**") if text.startswith("**") else ("", "", text)
    for sign in ("\\", "|", "*", "_", "<"):
        rest = rest.replace(sign, f"\\{sign}")
    return f"{bold}{mark}{rest}"


def claim_data(entry: ClaimVerdict) -> Data:
    verdict = entry.verdict
    return {
        "number": entry.row.number,
        "claim": entry.row.text,
        "verdict": str(verdict),
        "word": str(verdict.word),
        "by": list(verdict.by),
        "beyond": list(verdict.beyond),
        "evidence": [
            {"text": piece.text, "state": piece.state.value, "lemma": piece.lemma, "details": list(piece.details)}
            for piece in verdict.evidence
        ],
        "repair": verdict.repair,
        "missing": list(verdict.missing),
    }
