"""The commands.  Each imports what it needs when it runs: `verify`, `--help` and `--version` need no SymPy."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import __version__
from . import as_json, output
from .errors import USAGE, CliError, from_exception
from .files import make_folder, write
from .fresh import ask
from .targets import Target, narrowed, registered, resolve
from .terminal import Progress, be_tolerant, mute, say, style, warn

if TYPE_CHECKING:
    from ..check import LemmaReport
    from ..lemma import Lemma

INTERRUPTED = 130
UNDECIDED = 3
SETTINGS = {"help_option_names": ["-h", "--help"]}
names = click.argument("names", nargs=-1, required=True, metavar="NAME...")
json_option = click.option("--json", "as_data", is_flag=True, help="Print the answer as JSON.")
ascii_option = click.option("--ascii", "ascii_only", is_flag=True, help="Write mathematics in ASCII.")
progress_option = click.option("--progress", is_flag=True, help="Say on standard error what is being done.")
claim_option = click.option("--claim", metavar="NAME", help="Only this claim of the lemma.")


@click.group(context_settings=SETTINGS)
@click.version_option(__version__, prog_name="adamproof")
@click.option("--debug", is_flag=True, help="Show the traceback behind an error.")
@click.pass_context
def cli(context: click.Context, debug: bool) -> None:
    """A machine referee for the sign-like-descent convergence proof of Adam.

    \b
    adamproof check lemma B.2        prove Lemma B.2, verify the proof, test it, refuse its false twins
    adamproof check all --quiet      one line a lemma
    adamproof check mine.py          the lemmas of a file of your own
    adamproof export B.2 -o b2.json  the proof file; `adamproof verify b2.json` checks it

    Exit status: 0 all proved, 1 refuted or rejected, 2 usage, 3 undecided, 130 interrupted.
    """
    context.obj = debug


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    be_tolerant()
    debug = "--debug" in (sys.argv[1:] if argv is None else argv)
    try:
        status = cli.main(args=argv, standalone_mode=False)
        sys.stdout.flush()
    except CliError as error:
        error.report(debug)
        status = USAGE
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        status = USAGE
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        warn("interrupted")
        status = INTERRUPTED
    except BrokenPipeError:
        mute()
        status = 0
    sys.exit(status if isinstance(status, int) else 0)


# --- check --------------------------------------------------------------------------------------


@cli.command()
@names
@json_option
@ascii_option
@progress_option
@claim_option
@click.option("--quiet", "-q", is_flag=True, help="One line a lemma: name and verdict.")
@click.option("--verbose", "-v", is_flag=True, help="Refusals and counterexamples in full, and versions.")
@click.option("--models", type=click.IntRange(0), default=None, metavar="N", help="Random models a claim (default 40).")
@click.option("--no-mutants", is_flag=True, help="Leave the false twins alone.")
@click.option("--save", metavar="DIR", help="Write every proof file into this folder.")
def check(
    names: tuple[str, ...],
    as_data: bool,
    ascii_only: bool,
    progress: bool,
    claim: str | None,
    quiet: bool,
    verbose: bool,
    models: int | None,
    no_mutants: bool,
    save: str | None,
) -> int:
    """Prove lemmas, verify the proofs in a fresh process, test them on numbers, refuse their false twins.

    \b
    adamproof check lemma B.2
    adamproof check B.2 sign-form --json
    adamproof check all -q
    adamproof check mine.py --no-mutants

    NAME is a label (B.2), a slug (update-magnitude), `all`, or a Python file that defines `lemma = Lemma(...)`.
    """
    folder = make_folder(save) if save else None
    show_progress = Progress(progress, quiet or as_data)
    reports: list[tuple[LemmaReport, float]] = []
    began, interrupted = time.perf_counter(), False
    try:
        for report, seconds in _reports(resolve(names), claim, models, not no_mutants, show_progress):
            reports.append((report, seconds))
            show_progress.clear()
            if folder:
                _save(folder, report)
            if not as_data:
                say(
                    output.in_one_line(report) if quiet else _text(report, ascii_only, verbose, not no_mutants, seconds)
                )
    except KeyboardInterrupt:
        show_progress.clear()
        warn(f"interrupted after {len(reports)} lemmas")
        interrupted = True
    status = INTERRUPTED if interrupted else worst([report.verdict.exit_code for report, _ in reports])
    if as_data:
        lemmas = [
            {**as_json.checked(report, output.shortcomings(report), not no_mutants), "seconds": round(seconds, 3)}
            for report, seconds in reports
        ]
        total = round(time.perf_counter() - began, 3)
        say(as_json.document("check", status, complete=not interrupted, lemmas=lemmas, seconds=total))
    return status


def _text(report: LemmaReport, ascii_only: bool, verbose: bool, mutants: bool, seconds: float) -> str:
    return output.checked(report, style(ascii_only), verbose, mutants, seconds) + "\n"


def _reports(
    targets: Sequence[Target], claim: str | None, models: int | None, mutants: bool, progress: Callable[[str], None]
) -> Iterator[tuple[LemmaReport, float]]:
    from ..check import MODELS
    from ..check import check as check_lemma

    for target in targets:
        began = time.perf_counter()
        lemma = narrowed(target.lemma(), claim)
        count = MODELS if models is None else models
        report = _guarded(target, check_lemma, lemma, count, mutants, progress)
        yield report, time.perf_counter() - began


def _guarded(target: Target, action: Callable[..., Any], *args: Any) -> Any:
    """Run something on a user's lemma; what its own code raises becomes one sentence."""
    try:
        return action(*args)
    except (CliError, KeyboardInterrupt):
        raise
    except Exception as error:
        raise from_exception(error, target.path, target.slug) from error


def worst(codes: Sequence[int]) -> int:
    """1 beats 3 beats 0."""
    return 1 if 1 in codes else UNDECIDED if UNDECIDED in codes else 0


def _save(folder: Path, report: LemmaReport) -> None:
    for claim in report.claims:
        if claim.proof:
            write(
                folder / f"{report.lemma.slug}--{claim.claim.name.replace(' ', '-').replace('/', '-')}.json",
                claim.proof,
            )


# --- looking ------------------------------------------------------------------------------------


@cli.command(name="list")
@json_option
def list_(as_data: bool) -> int:
    """All lemmas: label, slug, title, source, number of claims."""
    lemmas = registered()
    if as_data:
        say(as_json.document("list", 0, lemmas=[as_json.listed(lemma) for lemma in lemmas]))
        return 0
    rows = [["label", "slug", "claims", "source", "title"]]
    rows += [[x.label or "-", x.slug, str(len(x.claims)), x.source.name.lower(), x.title] for x in lemmas]
    say(output.table(rows))
    return 0


@cli.command()
@names
@json_option
@ascii_option
@click.option("--latex", is_flag=True, help="Write a LaTeX document.")
def show(names: tuple[str, ...], as_data: bool, ascii_only: bool, latex: bool) -> int:
    """A lemma's statement, assumptions, constants, and its proof in readable steps."""
    answers = []
    for target in resolve(names):
        lemma = target.lemma()
        report = _examined(target, lemma)
        if as_data:
            from ..prover import prop

            answers.append(as_json.shown(report, {name: prop(stated) for name, stated in lemma.assumptions.items()}))
        else:
            say(_latex(report) if latex else output.shown(report, style(ascii_only)) + "\n")
    if as_data:
        say(as_json.document("show", 0, lemmas=answers))
    return 0


def _examined(target: Target, lemma: Lemma) -> LemmaReport:
    """The proof derived and verified, without numbers and mutants."""
    from ..check import check as check_lemma

    report: LemmaReport = _guarded(target, check_lemma, lemma, 0, False)
    return report


def _latex(report: LemmaReport) -> str:
    from .latex import document

    return document(report)


@cli.command()
@names
@claim_option
@click.option("--to", "form", type=click.Choice(["json", "latex"]), default="json", help="What to write.")
@click.option("-o", "--output", "path", metavar="FILE", help="Write to this file instead of standard output.")
def export(names: tuple[str, ...], claim: str | None, form: str, path: str | None) -> int:
    """A proof as a proof file (JSON) or a LaTeX document.

    \b
    adamproof export B.2 --to json -o b2.json
    adamproof export B.2 --to latex -o b2.tex
    """
    targets = resolve(names)
    if len(targets) != 1:
        raise CliError(f"export writes one lemma at a time, not {len(targets)}")
    lemma = targets[0].lemma()
    if form == "json" or claim:
        lemma = narrowed(lemma, claim or lemma.claims[0].name)
    report = _examined(targets[0], lemma)
    if report.claims[0].verdict.exit_code:
        warn(f"{output.called(lemma)}: {report.claims[0].verdict}: {report.claims[0].reason}")
        return report.claims[0].verdict.exit_code
    text = report.claims[0].proof if form == "json" else _latex(report)
    if path:
        write(path, text)
    else:
        say(text, newline=False)
    return 0


@cli.command()
@names
@json_option
@ascii_option
@progress_option
def mutate(names: tuple[str, ...], as_data: bool, ascii_only: bool, progress: bool) -> int:
    """A lemma's false twins: how the prover refused each, and the counterexample that shows it false.

    Exit status 0 when all are refused and shown false.
    """
    from ..check import kill

    show_progress = Progress(progress, as_data)
    answers, killed = [], True
    for target in resolve(names):
        lemma, found, began = target.lemma(), [], time.perf_counter()
        for twin in lemma.mutants:
            show_progress(f"{lemma.slug}: {twin.name}")
            found.append(_guarded(target, kill, lemma, twin))
        show_progress.clear()
        killed = killed and all(entry.killed for entry in found)
        if as_data:
            answers.append({**as_json.refuted(lemma, found), "seconds": round(time.perf_counter() - began, 3)})
        else:
            say(output.mutated(lemma, found, style(ascii_only)) + "\n")
    if as_data:
        say(as_json.document("mutate", 0 if killed else 1, lemmas=answers))
    return 0 if killed else 1


# --- verify -------------------------------------------------------------------------------------


@cli.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@json_option
def verify(files: tuple[str, ...], as_data: bool) -> int:
    """Verify proof files with the kernel alone, in a fresh process that imports only the standard library."""
    status, answers = 0, []
    for path in files:
        answer = ask(path)
        status = max(status, answer.exit_code)
        answers.append(as_json.answered(path, answer.said))
        if not as_data:
            say(_verified(path, answer.said) + "\n")
    if as_data:
        say(as_json.document("verify", status, files=answers))
    return status


def _verified(path: str, said: dict[str, Any]) -> str:
    from .terminal import coloured

    if "reason" in said:
        return f"{path}: {coloured(said['verdict'])}\n  because {said['reason']}"
    lines = [f"{path}: {coloured(said['verdict'])}", f"  {said['conclusion']}", "  hypotheses:"]
    lines += [f"    {text}" for text in said["hypotheses"]] or ["    none"]
    lines += ["  cited axioms:", *([f"    {name}: {source}" for name, source in said["citations"]] or ["    none"])]
    return "\n".join([*lines, f"  {said['steps']} kernel steps"])
