"""The command `claims`: one verdict for each claim of the source."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from .. import terminal
from ..errors import CliError
from ..number_types import Whole
from ..options import ASCII, DEBUGGING, HELP, PROGRESS, complete_claim_number, examples, with_options

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from ...claims.gathering import Gathering
    from ...claims.shortfall import Shortfall
    from ...claims.verdicts import ClaimVerdict
    from ...crosscheck.records import Opinions
    from ..json_output import Data

OPEN = 3


@click.command(
    "claims",
    context_settings=HELP,
    epilog=examples("claims", "claims 9", "claims 9 -v", "claims --markdown > claims.md"),
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
    click.option("-v", "--verbose", is_flag=True, help="Print every assumption, exponent, command and record."),
    ASCII,
    PROGRESS,
    DEBUGGING,
)
@click.pass_context
def command(
    ctx: click.Context,
    number: int | None,
    form: str | None,
    records: str | None,
    verbose: bool,
    ascii_only: bool,
    progress: bool,
) -> None:
    """What becomes of each claim of the source: the verdicts, computed now from lemmas and exponents.

    A line each, with what is not simply proved first; with a number N, one claim at a glance; with -v everything that
    the verdicts rest on.  PROVED means: by the kernel, for the lemmas named as evidence; `adamproof check` tests them
    on numbers and mutants too.

    Exit status: 0 all verdicts reached (whatever they are; "no lemma yet" and "not run" are answers), 2 usage error,
    3 something that a verdict rests on fails.
    """
    ctx.exit(show_claims(number, form or "text", records, terminal.Progress(progress), verbose, ascii_only))


def show_claims(
    number: int | None,
    form: str,
    folder: str | None,
    progress: terminal.Progress,
    verbose: bool = False,
    ascii_only: bool = False,
) -> int:
    """Print the table of the claims, or one claim; the exit status."""
    from ...checking import near_record
    from ...checking.flow import Flow
    from ...claims.gathering import JOBS, WORKER, Gathering
    from ...claims.verdicts import proofs_of
    from ...crosscheck.records import lines as evidence_lines
    from .. import claims_output, json_output
    from ..idle import note
    from ..tasks import workers

    expect_number(number)
    expect_folder(folder)
    note(
        [
            (f"with --{form}", form != "text", ("verbose", "ascii_only")),
            ("with --verbose, which prints ASCII", verbose, ("ascii_only",)),
        ]
    )
    opinions = asked(folder, progress)
    with workers(JOBS, progress, WORKER) as processes:
        flow = Flow(processes, JOBS, True, progress)
        found = judged(Gathering(flow, [] if number is None else [number], opinions, folder=folder), progress)
    code = status(found)
    lines = [*evidence_lines(proofs_of(found), opinions), near_record.line()]
    style, columns = terminal.style(ascii_only), terminal.width()
    if form == "json":
        claims = [claim_data(entry) for entry in found]
        terminal.say(json_output.document("claims", code, claims=claims, lines_of_evidence=dict(lines)))
    elif form == "markdown":
        terminal.say("\n".join([markdown(found), "", *(f"- **{_cell(name)}**: {_cell(text)}" for name, text in lines)]))
    elif verbose:
        terminal.say(claims_output.everything(found, lines, columns))
    elif number is not None:
        terminal.say(claims_output.page(found[0], opinions, style, columns))
    else:
        terminal.say(claims_output.table(found, style, columns))
        terminal.say(terminal.labelled(f"{lines[-1][0]}: ", lines[-1][1], columns))
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


def markdown(found: Sequence[ClaimVerdict]) -> str:
    from ...claims import glance
    from ...report.words import carrying

    lines = ["| | Claim | Verdict | Beyond A1-A3 | Evidence |", "| ---: | --- | --- | --- | --- |"]
    for entry in found:
        verdict, word = entry.verdict, glance.word(entry.verdict.word)
        repair = [f"repair: {verdict.repair}"] if verdict.repair else []
        evidence = [*carrying(verdict), *repair, *(f"missing: {text}" for text in verdict.missing)]
        cells = [
            str(entry.row.number),
            entry.row.text,
            f"**{word}**{glance.in_words(verdict).removeprefix(word)}",
            "; ".join(verdict.rests_on) or "-",
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
    from ...claims import glance

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
            | {"part": piece.part, "brief": piece.brief}
            for piece in verdict.evidence
        ],
        "repair": verdict.repair,
        "missing": list(verdict.missing),
        "short": entry.row.short,
        "shown": glance.word(verdict.word),
        "rests_on": list(verdict.rests_on),
        "shortfall": None if verdict.shortfall is None else shortfall_data(verdict.shortfall),
    }


def shortfall_data(found: Shortfall) -> Data:
    return {
        "cause": found.cause,
        "gamma": found.gamma,
        "terms": [{"name": term.name, "power": str(term.power), "fate": term.fate} for term in found.terms],
        "best": found.best,
        "ways": [
            {"what": way.what, "order": way.order, "conditions": list(way.conditions)}
            | {"same_schedule": way.same_schedule}
            for way in found.ways
        ],
    }
