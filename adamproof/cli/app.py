"""The commands.  SymPy and the rest are imported by those that need them, when they run."""

from __future__ import annotations

import re
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click
from click.core import ParameterSource

from .._version import __version__
from ..checking.request import FIRST, MODELS
from ..experiments.records import EXPERIMENTS
from ..support.signals import ended_by_signals
from . import completion as completing
from . import files, idle, terminal
from .errors import CliError, of_system
from .number_types import Exponent, Real, Whole

if TYPE_CHECKING:
    from .tasks import Outcome, Settings

F = TypeVar("F", bound=Callable[..., Any])
DEBUG = "adamproof.debug"
INTERRUPTED = 130
BROKEN_PIPE = 141  # as if stopped by the signal; 1 would read as "refuted"
JOBS = 2
HELP = {"help_option_names": ["-h", "--help"]}
LARGEST_COUNTER = 1 << 32  # of coordinates, samples, replicates; the simulator says the same, but brings in NumPy
CALCULATOR = ("bound", "magnitude", "rate", "schedule")  # commands in a module of their own


class Program(click.Group):
    """All commands, with what holds for each: how interruptions, closed pipes and users' errors end."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *CALCULATOR})

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in CALCULATOR:
            return super().get_command(ctx, name)
        from . import bound as bounding

        command: click.Command = getattr(bounding, name)
        return command

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        with _ended_in_words({}):  # --help and --version print here
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        terminal.be_tolerant()
        with _ended_in_words(ctx.meta):
            return super().invoke(ctx)


@contextmanager
def _ended_in_words(meta: Mapping[str, Any]) -> Iterator[None]:
    """Whatever ends a command early is one sentence and an exit status that means it."""
    try:
        yield
    except click.exceptions.Exit as end:
        if end.exit_code == INTERRUPTED:
            terminal.leave(INTERRUPTED)
        raise
    except click.ClickException as error:
        _report(error, meta)
    except KeyboardInterrupt:
        with suppress(OSError):
            terminal.warn("Interrupted.")
        terminal.leave(INTERRUPTED)
    except BrokenPipeError:
        terminal.mute()
        terminal.leave(BROKEN_PIPE)
    except OSError as error:
        terminal.mute()
        _report(of_system(error), meta)


def _report(error: click.ClickException, meta: Mapping[str, Any]) -> NoReturn:
    """Show what is wrong, and exit with its status: also if it cannot be shown, since 1 would read as "refuted"."""
    with suppress(OSError):
        if isinstance(error, CliError):
            error.report(bool(meta.get(DEBUG)))
        else:
            error.show()
    raise click.exceptions.Exit(error.exit_code)


def examples(*lines: str) -> str:
    """The examples at the end of a help text."""
    return "\n".join(["\b", "Examples:", *(f"  adamproof {line}" for line in lines)])


def _remember_debug(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.meta[DEBUG] = value


def with_options(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Several options at once, in the order in which help lists them."""

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


NAMES = click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=completing.lemma)
SOME_NAMES = click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=completing.lemma)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
ASCII = click.option("--ascii", "ascii_only", is_flag=True, help="Write statements in ASCII: the kernel's exact text.")
PROGRESS = click.option("--progress", is_flag=True, help="Report progress on standard error, terminal or not.")
TEST_MODELS = click.option(
    "--models",
    type=Whole(0),
    default=MODELS,
    show_default=True,
    help="Random models a claim is tested on (0: none).",
)
NO_MUTANTS = click.option("--no-mutants", is_flag=True, help="Leave out the false twins.")
NO_CACHE = click.option("--no-cache", is_flag=True, help="Search anew, and keep nothing (see `adamproof cache`).")
PROCESSES = click.option("-j", "--jobs", type=Whole(1), default=JOBS, show_default=True, help="Processes.")
CLAIM = click.option("--claim", metavar="CLAIM", help="Only this claim of the lemma, by name.")
ENGINE = click.option(
    "--engine",
    type=click.Choice(["auto", "numpy", "numba", "cupy"]),
    default="auto",
    show_default=True,
    help="Who runs it.",
)
THREADS = click.option("--threads", type=Whole(1), help="For numba (all processors by default).")
DEBUGGING = click.option(
    "--debug",
    is_flag=True,
    expose_value=False,
    callback=_remember_debug,
    help="Show the traceback of an error in a lemma's own code.",
)


@click.group(
    cls=Program,
    context_settings=HELP,
    epilog=examples(
        "check lemma B.2",
        "check all",
        "show B.2",
        "check mine.py",
        "verify proof.json",
        "claims",
        "report --html report.html",
    ),
)
@click.version_option(__version__, prog_name="adamproof", message="%(prog)s %(version)s")
def main() -> None:
    """A machine referee for a convergence proof of Adam.

    NAME is a lemma's label (B.2) or slug (update-magnitude), "all", or a file of your own that declares
    lemmas; the word "lemma" before it may be left out.

    A NUMBER is exact and may be written 0.9, 1e-3, 10^-3, 1/3, 2^14, 100_000, 3*10^-4 or 1/sqrt(16); whole numbers too
    (1e5).

    Colours are for terminals, and not under NO_COLOR; ADAMPROOF_CACHE names the folder of the cache.

    Exit status: 0 all proved, 1 something refuted or rejected, 2 usage error, 3 undecided, 130 interrupted.
    """


@main.command(
    context_settings=HELP,
    short_help="Prove lemmas, test them, verify the proofs.",
    epilog=examples(
        "check lemma B.2",
        "check all -q",
        "check mine.py --json",
        "check B.2 --save proofs",
        "check corollary 3.3 --without C2",
    ),
)
@with_options(
    NAMES,
    AS_JSON,
    click.option("-q", "--quiet", is_flag=True, help="One line a lemma: its name and the verdict."),
    click.option("-v", "--verbose", is_flag=True, help="Refusals and counterexamples in full, and versions."),
    TEST_MODELS,
    NO_MUTANTS,
    NO_CACHE,
    click.option(
        "--save",
        metavar="DIR",
        shell_complete=completing.folder,
        help="Write each claim's proof file into this folder.",
    ),
    CLAIM,
    click.option(
        "--without",
        metavar="ASSUMPTION",
        help="Drop the assumptions of this name, or whose names start with it, and say which claims still hold.",
    ),
    ASCII,
    PROCESSES,
    PROGRESS,
    DEBUGGING,
)
@click.pass_context
def check(
    ctx: click.Context,
    names: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    verbose: bool,
    models: int,
    no_mutants: bool,
    no_cache: bool,
    save: str | None,
    claim: str | None,
    without: str | None,
    ascii_only: bool,
    jobs: int,
    progress: bool,
) -> None:
    """Prove lemmas, verify the proofs in a fresh process, test them on numbers, and refute their false twins.

    A lemma file is a program, and is run. Of a stranger's work, `adamproof verify` proof files instead.

    With --without ASSUMPTION the scripts run without it (no numbers, no false twins), and each claim still holds or
    is said to need it.

    Exit status: 0 all proved, 1 something refuted or rejected, 2 usage error, 3 undecided; with --without, 0 if
    all claims still hold, 3 otherwise.
    """
    from .tasks import Settings

    if save is not None and not save.strip():
        raise CliError("--save needs the name of a folder")
    folder = None if save is None else files.make_folder(save)
    if without is None:
        style = terminal.style(ascii_only)
        form = "json" if as_json else "line" if quiet else "text"
        settings = Settings("check", style, models, not no_mutants, claim, verbose, form=form, cache=not no_cache)
    else:
        settings = Settings("without", terminal.style(ascii_only), claim=claim, without=without)
    idle.note(
        (
            ("with --without", without is not None, ("models", "no_mutants", "no_cache", "verbose")),
            ("with --json", as_json, ("verbose", "ascii_only")),
            ("with --quiet", quiet, ("verbose", "ascii_only")),
        )
    )
    run = Run(settings, terminal.Progress(progress, quiet), as_json, quiet, folder)
    ctx.exit(run.answer(names, jobs))


@main.command(
    context_settings=HELP,
    short_help="Print a statement and its proof in steps.",
    epilog=examples("show B.2", "show B.2 --latex", "show cauchy-schwarz --ascii"),
)
@with_options(
    NAMES,
    click.option("--latex", is_flag=True, help="Print a LaTeX document."),
    ASCII,
    AS_JSON,
    CLAIM,
    PROGRESS,
    DEBUGGING,
)
@click.pass_context
def show(
    ctx: click.Context,
    names: tuple[str, ...],
    latex: bool,
    ascii_only: bool,
    as_json: bool,
    claim: str | None,
    progress: bool,
) -> None:
    """Print a lemma: its statement, source and constants, and its proof in steps."""
    from .tasks import Settings

    settings = Settings("show", "latex" if latex else terminal.style(ascii_only), claim=claim)
    idle.note((("with --json", as_json, ("latex", "ascii_only")), ("with --latex", latex, ("ascii_only",))))
    run = Run(settings, terminal.Progress(progress), as_json)
    ctx.exit(run.answer(names))


@main.command(
    context_settings=HELP,
    short_help="Refute a lemma's false twins.",
    epilog=examples("mutate B.2", "mutate cauchy-schwarz --json"),
)
@with_options(NAMES, AS_JSON, ASCII, PROGRESS, DEBUGGING)
@click.pass_context
def mutate(ctx: click.Context, names: tuple[str, ...], as_json: bool, ascii_only: bool, progress: bool) -> None:
    """Refute a lemma's false twins: the prover must fail on each, and a counterexample must show it false.

    Exit status: 0 if all are killed, 1 if one survives.
    """
    from .tasks import Settings

    idle.note((("with --json", as_json, ("ascii_only",)),))
    run = Run(Settings("mutate", terminal.style(ascii_only)), terminal.Progress(progress), as_json)
    ctx.exit(run.answer(names))


@main.command("list", context_settings=HELP, epilog=examples("list", "list --json"))
@with_options(AS_JSON, DEBUGGING)
def list_lemmas(as_json: bool) -> None:
    """List all lemmas."""
    from . import json_output as data
    from . import text_output as output
    from .names import abouts
    from .tasks import workers

    with workers(1, terminal.Progress(False)) as processes:
        lemmas = abouts(processes)
    if as_json:
        terminal.say(data.document("list", 0, lemmas=[data.listed(lemma) for lemma in lemmas]))
        return
    rows = [("LABEL", "SLUG", "TITLE", "SOURCE", "CLAIMS")]
    rows += [(x.label or "-", x.slug, x.title, x.source.name.lower(), str(len(x.claims))) for x in lemmas]
    terminal.say(output.table(rows))


@main.command(
    context_settings=HELP,
    short_help="Show what rests on what.",
    epilog=examples("graph B.2", "graph corollary 3.3 --verbose", "graph --dot > all.dot", "graph --json"),
)
@with_options(
    SOME_NAMES,
    click.option("--dot", "form", flag_value="dot", help="Print the graph for Graphviz."),
    click.option("--svg", "form", flag_value="svg", help="Print it as SVG, drawn by Graphviz's program dot."),
    click.option("--json", "form", flag_value="json", help="Print one JSON document."),
    click.option("-v", "--verbose", is_flag=True, help="The assumptions of every result, not only of those named."),
    click.option("--ascii", "ascii_only", is_flag=True, help="Draw the tree in ASCII."),
    PROGRESS,
    DEBUGGING,
)
@click.pass_context
def graph(
    ctx: click.Context, names: tuple[str, ...], form: str | None, verbose: bool, ascii_only: bool, progress: bool
) -> None:
    """Show which result rests on which, on which assumptions and on which cited axioms (all results by default).

    Every claim is derived anew; what its script used is what is shown.

    Exit status: 0 all derived, 2 usage error or no program dot for --svg, 3 a claim that could not be derived.
    """
    from . import claims as ledger

    style = terminal.style(ascii_only)
    idle.note(((f"with --{form}", form is not None, ("verbose", "ascii_only")),))
    ctx.exit(ledger.show_graph(names, form or "text", style, verbose, terminal.Progress(progress)))


@main.command(
    context_settings=HELP,
    short_help="Judge the source's claims, one by one.",
    epilog=examples("claims", "claims 9", "claims --markdown > claims.md"),
)
@with_options(
    click.argument("number", required=False, type=Whole(), metavar="[N]"),
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
def claims(ctx: click.Context, number: int | None, form: str | None, records: str | None, progress: bool) -> None:
    """What becomes of each claim of the source: the verdicts, computed now from lemmas and exponents.

    With a number N, one claim in full.  PROVED means: by the kernel, for the lemmas named as evidence; `adamproof
    check` tests them on numbers and false twins too.

    Exit status: 0 all verdicts reached (whatever they are; "no lemma yet" and "not run" are answers), 2 usage error,
    3 something that a verdict rests on fails.
    """
    from . import claims as ledger

    ctx.exit(ledger.show_claims(number, form or "text", records, terminal.Progress(progress)))


@main.command(
    context_settings=HELP,
    short_help="Say where `check` keeps proofs; clear it.",
    epilog=examples("cache", "cache --clear"),
)
@with_options(click.option("--clear", is_flag=True, help="Delete everything in it."))
def cache(clear: bool) -> None:
    """Say where `check` keeps proofs and evidence between runs, and how much there is.

    A verdict is never kept: the kernel reads the proofs again each time.  The folder is $ADAMPROOF_CACHE, or else
    adamproof in $XDG_CACHE_HOME or ~/.cache; it may be deleted at any time.
    """
    from ..checking.cache import Cache

    kept = Cache()
    try:
        if clear:
            terminal.say(f"{kept.folder}: {kept.clear()} lemmas deleted")
            return
        sizes = [file.stat().st_size for file in kept.files()]
    except OSError as error:
        raise CliError(f"cannot use the cache {kept.folder}: {error.strerror}") from error
    terminal.say(f"{kept.folder}: {len(sizes)} lemmas, {sum(sizes) / 1e6:.1f} MB")


@main.command(
    context_settings=HELP,
    short_help="Run Adam on a test problem.",
    epilog=examples(
        "simulate --dim 16 --steps 10000 --replicates 64 --exponents 0.5 0.5 0.75",
        "simulate --problem cosh --s1 0.5 --p 1 --json",
        "simulate --steps 1000000 --checkpoint run.npz",
        "simulate --steps 10000 --exponents 0.5 0.5 0.75 --against main",
    ),
)
@with_options(
    click.option(
        "--problem",
        type=click.Choice(["quadratic", "cosh", "digits"]),
        default="quadratic",
        show_default=True,
        help="The objective.",
    ),
    click.option("--dim", type=Whole(1, LARGEST_COUNTER), default=16, show_default=True, help="Coordinates."),
    click.option("--start", type=Real(), default=1.0, show_default=True, help="Every coordinate of x_1."),
    click.option("--batch", type=Whole(1, LARGEST_COUNTER), default=32, show_default=True, help="Samples (digits)."),
    click.option(
        "--algorithm",
        type=click.Choice(["adam", "textbook", "rmsprop", "signum", "sign-descent"]),
        default="adam",
        show_default=True,
        help="Which update.",
    ),
    click.option("--beta1", type=Real(0, 1), default=0.9, show_default=True, help="Momentum."),
    click.option("--beta2", type=Real(0, 1), default=0.999, show_default=True, help="Decay of the second moment."),
    click.option("--lr", type=Real(0), default=1e-3, show_default=True, help="Learning rate."),
    click.option(
        "--epsilon", type=Real(0), default=1e-8, show_default=True, help="Added to the root of the second moment."
    ),
    click.option("--bias-correction", is_flag=True, help="Divide m and v by 1 - beta^t."),
    click.option(
        "--exponents",
        type=(Exponent("beta1"), Exponent("beta2"), Exponent("lr")),
        metavar="A B C",
        help="In place of constants: 1-beta1 = T^-A, 1-beta2 = T^-B, learning rate T^-C/sqrt(d); as for `schedule`.",
    ),
    click.option(
        "--factors",
        type=(Real(0), Real(0), Real(0)),
        default=(1.0, 1.0, 1.0),
        show_default=True,
        metavar="ALPHA BETA GAMMA",
        help="What the three powers are multiplied by.",
    ),
    click.option(
        "--noise",
        type=click.Choice(["gaussian", "two-point", "signs", "sphere", "none"]),
        default="gaussian",
        show_default=True,
        help="Of variance s0^2 + s1^2 |a|^p.",
    ),
    click.option("--s0", type=Real(0), default=1.0, show_default=True, help="Noise at a gradient of 0."),
    click.option("--s1", type=Real(0), default=0.0, show_default=True, help="Noise that grows with the gradient."),
    click.option("--p", type=Real(0), default=0.0, show_default=True, help="Its exponent."),
    click.option(
        "--delta", type=Real(0, 1), default=0.25, show_default=True, help="Chance of two-point's higher value."
    ),
    click.option("--steps", type=Whole(1), default=1000, show_default=True, help="Steps T."),
    click.option("--replicates", type=Whole(1, LARGEST_COUNTER), default=16, show_default=True, help="Repeated runs."),
    click.option("--seed", type=Whole(0, 2**64 - 1), default=0, show_default=True, help="Of the noise."),
    ENGINE,
    THREADS,
    click.option("--checkpoint", metavar="FILE", help="Keep the state there, every minute and at the end."),
    click.option("--resume", is_flag=True, help="Go on from the checkpoint."),
    click.option(
        "--against",
        type=click.Choice(["main", "averaged"]),
        help="Set the run beside this theorem's bound, line by line.",
    ),
    click.option(
        "--reproducer",
        metavar="FILE",
        help="Where a violation is saved (by default violation-*.json in this folder).",
    ),
    AS_JSON,
    PROGRESS,
    DEBUGGING,
)
@click.pass_context
def simulate(ctx: click.Context, /, as_json: bool, progress: bool, **options: Any) -> None:
    """Run Adam in sign form on a test problem, and report what the theorems speak of as observed in the run.

    The same options give the same numbers to the last bit, on any number of threads and with NumPy or Numba.

    With --against, what was observed stands beside what is proved: constants of the problem, means over time as
    measured in the run, each with its confidence interval.

    Exit status: 0 the run is complete, 1 it was stopped because a number is no longer finite, or something observed is
    above its bound beyond the intervals (VIOLATED: a reproducer is saved), 2 usage error, 130 interrupted (with a
    checkpoint the state is saved first).
    """
    from .simulate import Request, simulate

    given = frozenset(name for name in options if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE)
    ctx.exit(simulate(Request(**options, given=given), "json" if as_json else "text", terminal.Progress(progress)))


@main.command(
    context_settings=HELP,
    short_help="Test in runs what the theorems bound.",
    epilog=examples("experiment rate", "experiment all --save experiments", "experiment momentum --plot momentum.svg"),
)
@with_options(
    click.argument("name", metavar="NAME", type=click.Choice([*EXPERIMENTS, "all"])),
    click.option("--full", is_flag=True, help="More steps and replicates: minutes instead of seconds."),
    click.option(
        "--seed", type=Whole(0, 2**64 - 1), default=0, show_default=True, help="Of the noise."
    ),
    ENGINE,
    THREADS,
    click.option("--save", metavar="DIR", help="Write NAME.json (the record), NAME.csv and NAME.svg into this folder."),
    click.option("--plot", metavar="FILE", help="Draw it (PNG or SVG; needs the extra `experiments`)."),
    click.option("--data", metavar="FILE", help="Write what is drawn as CSV or JSON."),
    AS_JSON,
    PROGRESS,
    DEBUGGING,
)
@click.pass_context
def experiment(ctx: click.Context, /, name: str, as_json: bool, progress: bool, **options: Any) -> None:
    """Test in runs what the theorems bound and what the source claims.

    NAME is conditions, lr-dimension, beta-boundary, momentum, rate, or all.  What comes out was observed in runs and
    proves nothing; the records that --save writes are what `adamproof claims` shows as observed.

    Exit status: 0, or 1 if a run was stopped because a number is no longer finite, or 2 for a usage error.
    """
    from .experiment import Request, experiment

    idle.note((("with --engine numpy", options["engine"] == "numpy", ("threads",)),))
    ctx.exit(experiment(Request(name, **options), "json" if as_json else "text", terminal.Progress(progress)))


@main.command(
    context_settings=HELP,
    short_help="Verify proofs: by the kernel, Coq, SMT solvers.",
    epilog=examples(
        "verify proof.json", "verify proofs/*.json --quiet", "verify B.2 --with coq", "verify all --with z3 -q"
    ),
)
@with_options(
    click.argument("paths", nargs=-1, required=True, metavar="FILE...", shell_complete=completing.file),
    click.option(
        "--with",
        "checker",
        type=click.Choice(["kernel", "coq", "all", "z3", "cvc5"]),
        default="kernel",
        show_default=True,
        help="The kernel, the kernel and then Coq (coq, all), or an SMT solver; all but the kernel take results too.",
    ),
    AS_JSON,
    click.option("-q", "--quiet", is_flag=True, help="One line a file: its name and the verdict."),
    click.option("--keep", metavar="DIR", help="With Coq: leave the Coq files in this folder."),
    click.option("--save", metavar="DIR", help="With Coq or a solver: leave a record, which the ledger can read."),
    click.option("-j", "--jobs", type=Whole(1), default=JOBS, show_default=True, help="Processes."),
    PROGRESS,
)
@click.pass_context
def verify(
    ctx: click.Context,
    paths: tuple[str, ...],
    checker: str,
    as_json: bool,
    quiet: bool,
    keep: str | None,
    save: str | None,
    jobs: int,
    progress: bool,
) -> None:
    """Verify proof files with the kernel alone, each in a fresh process, or let Coq replay them.

    With --with coq, FILE may also be a result (B.2, all): its proofs are derived anew, and Coq, which knows nothing
    of the kernel, checks every step and lists the axioms it used.  Of a file the kernel is asked first, and one that
    it rejects goes no further.  With --with z3 or cvc5 (extra "smt") a solver is
    asked whether the premises of an arithmetic step can hold and its conclusion fail: "sat" would be an alarm,
    "unknown" leaves the step open.

    Exit status: 0 all proved (and no alarm), 1 one is rejected (or an alarm), 2 one cannot be read (or there is no Coq
    or solver, or it fails), 3 a result is not proved.
    """
    strange = next((path for path in paths if not path.isprintable()), None)
    if strange is not None:  # a line break in a name would write lines of its own among the verdicts
        raise CliError(f"the name {strange!r} has characters that cannot be shown: rename the file")
    if keep is not None and checker not in ("coq", "all"):
        raise CliError("--keep leaves Coq files, so it needs --with coq or all")
    if save is not None and checker == "kernel":
        raise CliError("--save records what other checkers say, so it needs --with coq, all, z3 or cvc5")
    idle.note(
        (
            ("with --json", as_json, ("quiet",)),
            ("without --with coq, all, z3 or cvc5", checker == "kernel", ("jobs", "progress")),
        )
    )
    records = None if save is None else files.make_folder(save)
    if checker in ("z3", "cvc5"):
        from .smt import Solver

        with ended_by_signals():
            ctx.exit(Solver(checker, as_json, quiet, jobs, terminal.Progress(progress, quiet), records).ask(paths))
    if checker != "kernel":
        from .coq import Coq

        folder = None if keep is None else files.make_folder(keep)
        coq = Coq(as_json, quiet, jobs, terminal.Progress(progress, quiet), folder, records)
        with ended_by_signals():
            ctx.exit(coq.ask(paths))
    from . import json_output as data
    from . import verify as fresh

    codes, documents = [0], []
    for path in paths:
        try:
            answer = fresh.ask(path)
        except CliError as error:
            codes.append(error.exit_code)
            documents.append({"file": path, "error": error.message})
            error.report(bool(ctx.meta.get(DEBUG)))
            continue
        codes.append(answer.exit_code)
        documents.append(data.answered(path, answer.said))
        if not as_json:
            terminal.say(_verified(answer, quiet))
    if as_json:
        terminal.say(data.document("verify", max(codes), files=documents))
    ctx.exit(max(codes))


def _verified(answer: Any, quiet: bool) -> str:
    """The kernel's answer, in its own words: they are what has been checked."""
    said = answer.said
    lines = [f"{answer.path}: {terminal.coloured(said['verdict'])}"]
    if quiet:
        return lines[0]
    if "reason" in said:
        return f"{lines[0]}: {said['reason']}"
    lines.append(f"  {said['conclusion']}")
    for title, entries in (
        ("hypotheses", said["hypotheses"]),
        ("cited axioms", [": ".join(pair) for pair in said["citations"]]),
    ):
        lines += [f"  {title}:{'' if entries else ' none'}", *(f"    {entry}" for entry in entries)]
    names = (sort if "(" in sort else f"{name}: {sort}" for name, sort in said["sorts"].items())
    lines.append(f"  free names: {', '.join(names) or 'none'}")
    return "\n".join([*lines, f"  steps: {said['steps']}"])


@main.command(
    context_settings=HELP,
    short_help="Write a claim's proof file, LaTeX, or Coq or SMT files.",
    epilog=examples(
        "export B.2 --to json -o proof.json", "export B.2 --to latex > b2.tex", "export B.2 --to coq -o b2.v"
    ),
)
@with_options(
    NAMES,
    click.option(
        "--to",
        "form",
        type=click.Choice(["json", "latex", "coq", "smt2"]),
        default="json",
        show_default=True,
        help="A proof file, a document, a Coq file that needs no other, or its arithmetic steps for SMT solvers.",
    ),
    click.option("--claim", metavar="CLAIM", help="Which claim, by name (the first one if not given)."),
    click.option(
        "-o",
        "--output",
        "path",
        metavar="FILE",
        shell_complete=completing.file,
        help="Where to write (standard output if not given).",
    ),
    DEBUGGING,
)
@click.pass_context
def export(ctx: click.Context, names: tuple[str, ...], form: str, claim: str | None, path: str | None) -> None:
    """Write a claim's proof file, a LaTeX document of it, or its proof for Coq or for SMT solvers."""
    from .names import resolve
    from .tasks import Settings, run_all, workers

    if path not in (None, "-"):
        files.expect_writable(str(path))
    progress = terminal.Progress(False)
    with workers(1, progress) as processes:
        targets = resolve(names, processes)
        if len(targets) != 1:
            slugs = ", ".join(target.slug for target in targets)
            raise CliError(f"export takes one lemma, not {len(targets)}: {slugs}")
        settings = Settings("show", "latex" if form == "latex" else "ascii", claim=FIRST if claim is None else claim)
        (outcome,) = run_all(targets, settings, processes, 1, progress)
    if outcome.error:
        raise CliError(outcome.error, outcome.trace)
    chosen = outcome.data["claims"][0]["name"]
    if outcome.exit_code:
        reason = outcome.data["claims"][0]["reason"]
        terminal.warn(f"{outcome.slug} ({chosen}) is not exported, because it is {outcome.verdict}: {reason}")
        ctx.exit(outcome.exit_code)
    text = outcome.text if form == "latex" else outcome.proofs[0][1]
    if form == "coq":
        from .coq import written

        text = written(outcome.slug, outcome.proofs)
    elif form == "smt2":
        from ..export.smt import document
        from ..kernel.terms import Refusal

        try:
            text = document(f"{outcome.slug} ({chosen})", outcome.proofs[0][1])
        except Refusal as refusal:
            raise CliError(f"{outcome.slug} ({chosen}) cannot be written for SMT solvers: {refusal}") from None
    if path is None or path == "-":
        terminal.say(text, newline=False)
    else:
        files.write(path, text)


@main.command(
    context_settings=HELP,
    short_help="Write everything as HTML or LaTeX.",
    epilog=examples(
        "report --html report.html",
        "report --html report.html --latex report.tex --date 2026-01-31",
        "report B.2 mine.py --html mine.html",
    ),
)
@with_options(
    SOME_NAMES,
    click.option("--html", metavar="FILE", shell_complete=completing.file, help="Write one HTML file."),
    click.option("--latex", metavar="FILE", shell_complete=completing.file, help="Write a LaTeX document."),
    click.option(
        "--records",
        metavar="DIR",
        shell_complete=completing.folder,
        help="Records of experiments and checkers to show (by default, in a whole report, those that come with it).",
    ),
    click.option("--date", default="", metavar="TEXT", help="A date to print (none if not given)."),
    click.option(
        "--ledger/--no-ledger", default=None, help="With the source's claims or not; with them if no NAME is given."
    ),
    TEST_MODELS,
    NO_MUTANTS,
    NO_CACHE,
    PROCESSES,
    AS_JSON,
    PROGRESS,
    DEBUGGING,
)
@click.pass_context
def report(
    ctx: click.Context,
    names: tuple[str, ...],
    html: str | None,
    latex: str | None,
    records: str | None,
    date: str,
    ledger: bool | None,
    models: int,
    no_mutants: bool,
    no_cache: bool,
    jobs: int,
    as_json: bool,
    progress: bool,
) -> None:
    """Check lemmas (all by default) and write everything about them into a document for people.

    The ledger, every statement with its proof in steps, assumptions, numbers and false twins, and what rests on
    what, with links. The HTML file needs nothing else: no network, no script; it can be printed. A picture of what
    rests on what is drawn if Graphviz's program dot is there.

    Exit status: as for `check`; 3 also if something that a verdict of the ledger rests on fails. The files are
    written in any case.
    """
    paths = {form: path for form, path in (("html", html), ("latex", latex)) if path is not None}
    if not paths:
        raise CliError("there is nothing to write; name a file with --html FILE, --latex FILE or both")
    from . import report as reporting

    everything = not names or [name.lower() for name in names] == ["all"]
    wanted = reporting.Wanted(
        paths, records, date, everything if ledger is None else ledger, models, not no_mutants, not no_cache, jobs
    )
    debug = bool(ctx.meta.get(DEBUG))
    ctx.exit(reporting.report(names or ("all",), wanted, as_json, debug, terminal.Progress(progress)))


@main.command(
    context_settings=HELP,
    short_help="Print a completion script for a shell.",
    epilog=examples(
        "completion bash > ~/.local/share/bash-completion/completions/adamproof",
        "completion zsh > ~/.zfunc/_adamproof",
        "completion fish > ~/.config/fish/completions/adamproof.fish",
    ),
)
@click.argument("shell", type=click.Choice(completing.SHELLS))
def completion(shell: str) -> None:
    """Print a script that completes commands, options and names of lemmas in your shell.

    bash (4.4 or later) loads it from the first place below in each new shell; zsh from any folder in $fpath before
    compinit (`fpath+=~/.zfunc` in ~/.zshrc); fish from the last one.
    """
    terminal.say(completing.script(main, shell), newline=False)


# --- running a task on several lemmas -----------------------------------------------------------


@dataclass
class Run:
    """A task over lemmas: prints each outcome as it comes, or all of them as one document."""

    settings: Settings
    progress: terminal.Progress
    as_json: bool
    quiet: bool = False
    folder: Path | None = None  # where proof files go
    outcomes: list[Outcome] = field(default_factory=list)
    saved: set[str] = field(default_factory=set)  # the names of files written, which the next must not take
    warned: bool = False

    def answer(self, names: Sequence[str], jobs: int = 1) -> int:
        """Answer for all these names; the exit status."""
        from .names import concerned, resolve
        from .tasks import run_all, workers, worst

        start = time.perf_counter()
        code, expected = INTERRUPTED, -1
        try:
            with workers(jobs, self.progress) as processes:
                targets = resolve(names, processes)
                if self.settings.task == "without":
                    targets = concerned(targets, self.settings.without, processes)
                expected = len(targets)
                for outcome in run_all(targets, self.settings, processes, jobs, self.progress):
                    self._take(outcome)
            code = worst([outcome.exit_code for outcome in self.outcomes])
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one must not disturb the end
            self.progress.clear()
            of = f" of {expected} lemmas" if expected >= 0 else ""
            terminal.warn(f"Interrupted after {len(self.outcomes)}{of}.")
        self._finish(code, time.perf_counter() - start)
        return code

    def _take(self, outcome: Outcome) -> None:
        self.progress.clear()
        if self.folder is not None:
            save(outcome, self.folder, self.saved)
        if outcome.error:
            debug = bool(click.get_current_context().meta.get(DEBUG))
            CliError(outcome.error, outcome.trace).report(debug)
        elif not self.as_json:
            spaced = self.outcomes and not self.quiet and self.settings.style != "latex"
            terminal.say(("\n" if spaced else "") + (outcome.line if self.quiet else outcome.text))
        if outcome.warning and not self.warned:
            terminal.warn(outcome.warning)
        self.warned = self.warned or bool(outcome.warning)
        self.outcomes.append(outcome)

    def _finish(self, code: int, seconds: float) -> None:
        if self.as_json:
            self._document(code, seconds)
        elif self.settings.task == "check" and len(self.outcomes) > 1 and not self.quiet:
            terminal.say(f"\n{summary(self.outcomes)} ({seconds:.1f} s)")

    def _document(self, code: int, seconds: float) -> None:
        from . import json_output as data

        lemmas = [{**outcome.data, "seconds": round(outcome.seconds, 3)} for outcome in self.outcomes]
        complete = {"complete": code != INTERRUPTED} if self.settings.task == "check" else {}
        content = {**complete, "lemmas": lemmas, "seconds": round(seconds, 3)}
        terminal.say(data.document(self.settings.task, code, **content))


def summary(outcomes: Sequence[Outcome]) -> str:
    """How many lemmas came to which verdict."""
    verdicts = [outcome.verdict for outcome in outcomes if outcome.verdict]
    counts = [f"{verdicts.count(verdict)} {terminal.coloured(verdict)}" for verdict in dict.fromkeys(verdicts)]
    errors = len(outcomes) - len(verdicts)
    return f"{len(outcomes)} lemmas: {', '.join(counts + ([f'{errors} with errors'] if errors else []))}"


def save(outcome: Outcome, folder: Path, taken: set[str]) -> None:
    """Write a lemma's proof files, named after lemma and claim; names that are taken get a number."""
    for claim, proof in outcome.proofs:
        stem = f"{_file_name(outcome.slug)}.{_file_name(claim)}"
        name = next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, 10**6))) if name not in taken)
        taken.add(name)
        files.write(folder / f"{name}.json", proof)


def _file_name(text: str) -> str:
    """A name as part of a file name: nothing in it can lead to another folder."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:80].lower() or "unnamed"
