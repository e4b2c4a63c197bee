"""The program: all commands by name, each imported when it is wanted, and how a command ends."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

import click

from .._version import __version__
from . import terminal
from .errors import DEBUG, INTERRUPTED, CliError, of_system
from .options import HELP, examples

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

LABEL = "Error: "  # click's own
BROKEN_PIPE = 141  # as if stopped by the signal; 1 would read as "refuted"
# What help says of each in one line.  A command is the `command` in the module of its name in `commands`.
COMMANDS = {
    "audit": "Say what a real training shows beside the theory.",
    "bound": "Evaluate a theorem's bound for one setting.",
    "cache": "Show or clear the proof cache.",
    "check": "Prove, test and verify lemmas.",
    "claims": "Judge the source's claims, one by one.",
    "completion": "Print a completion script for a shell.",
    "experiment": "Run experiments on what the theorems bound.",
    "explore": "Write a page to explore the bound.",
    "export": "Export a claim as proof file, LaTeX, Coq or SMT.",
    "graph": "Show the dependencies between results.",
    "list": "List all lemmas.",
    "magnitude": "Bound the update magnitude: R, R_t, S.",
    "mutants": "Test that a lemma's near misses are rejected.",
    "rate": "Compute the constant K of the rate T^(-1/4).",
    "report": "Write a report in HTML or LaTeX.",
    "schedule": "Compute how a bound decays with T.",
    "show": "Print a statement and its proof in steps.",
    "simulate": "Run Adam on a test problem.",
    "sweep": "Run Adam over a grid, into one table.",
    "verify": "Verify proofs with the kernel, Coq or SMT.",
}


# What other tools call options of `bound` and `magnitude`.
ELSEWHERE = {
    "--betas": "--beta1 and --beta2",
    "--learning-rate": "--lr",
    "--wd": "--weight-decay",
    **dict.fromkeys(("--clip", "--grad-clip", "--max-grad-norm"), "--clipping"),
    **dict.fromkeys(("--schedule", "--warmup", "--warmup-steps"), "--lr-schedule, in words"),
}


class Commands(Mapping[str, click.Command]):
    """The commands by name.  Looking one up imports its module, and no other's."""

    def __getitem__(self, name: str) -> click.Command:
        short_help = COMMANDS[name]
        command: click.Command = import_module(f".commands.{name}", __package__).command
        command.short_help = short_help
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Program(click.Group):
    """All commands, with what holds for each: how interruptions, closed pipes and users' errors end."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click lists them, but without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """As click does it, but without importing any command."""
        from click.shell_completion import CompletionItem

        fitting = [name for name in COMMANDS if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=COMMANDS[name]) for name in fitting), *options]

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


def _broken(error: click.ClickException) -> click.ClickException:
    """An error of click's, on a terminal broken at its width."""
    if not (isinstance(error, click.UsageError) and sys.stderr is not None and sys.stderr.isatty()):
        return error
    return click.UsageError(terminal.labelled(LABEL, error.format_message()).removeprefix(LABEL), error.ctx)


def _named(error: click.ClickException) -> click.ClickException:
    """Of an option that other tools have: what it is called here."""
    if isinstance(error, click.NoSuchOption) and error.option_name in ELSEWHERE:
        name = error.option_name
        return click.UsageError(f"No such option {name!r}: write {ELSEWHERE[name]}", error.ctx)
    return error


def _report(error: click.ClickException, meta: Mapping[str, Any]) -> NoReturn:
    """Show what is wrong, and exit with its status: also if it cannot be shown, since 1 would read as "refuted"."""
    error = _named(error)
    with suppress(OSError):
        if isinstance(error, CliError):
            error.report(bool(meta.get(DEBUG)))
        else:
            _broken(error).show()
    raise click.exceptions.Exit(error.exit_code)


@click.group(
    cls=Program,
    commands=Commands(),
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

    NAME is a lemma's label (B.2) or slug (update-magnitude), "all", or a Python file that declares lemmas. You may
    write the word "lemma" before it.

    A NUMBER is exact and may be written 0.9, 1e-3, 10^-3, 1/3, 2^14, 100_000, 3*10^-4 or 1/sqrt(16). Whole numbers
    may be written in the same ways (1e5).

    Colours appear on terminals unless NO_COLOR is set. ADAMPROOF_CACHE sets the cache folder.

    Exit status: 0 all proved, 1 something refuted or rejected, 2 usage error, 3 undecided, 130 interrupted.
    """
