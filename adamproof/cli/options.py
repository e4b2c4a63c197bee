"""What several commands declare alike: options, arguments, and the examples at the end of a help text."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from dataclasses import field, fields
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..checking.request import MODELS
from .errors import DEBUG
from .number_types import Whole

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

F = TypeVar("F", bound=Callable[..., Any])
HELP = {"help_option_names": ["-h", "--help"]}
JOBS = 2
LARGEST_SEED = 2**64 - 1
OPTION = "option"  # where a field keeps what makes the option that fills it


def examples(*lines: str) -> str:
    """The examples at the end of a help text."""
    return "\n".join(["\b", "Examples:", *(f"  adamproof {line}" for line in lines)])


def with_options(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Several options at once, in the order in which help lists them."""

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def option(help: str, **settings: Any) -> Any:
    """A field of a dataclass that the option of its name fills; a default is shown."""
    shown: dict[str, Any] = {"show_default": True} if "default" in settings else {}
    return field(metadata={OPTION: lambda name: click.option(f"--{_flag(name)}", help=help, **shown, **settings)})


def filled_by(option: Callable[[F], F]) -> Any:
    """A field of a dataclass that this option, or argument, fills."""
    return field(metadata={OPTION: lambda _: option})


def options_of(request: type) -> tuple[Callable[[F], F], ...]:
    """The options that fill the fields of a dataclass, in their order."""
    return tuple(each.metadata[OPTION](each.name) for each in fields(request) if OPTION in each.metadata)


def _flag(name: str) -> str:
    return name.replace("_", "-")


# --- completion in the shell: by the names of the lemmas' files, so that nothing heavy is imported -----------------


def complete_lemma(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Slugs and labels, in whatever case, and a user's files."""
    from click.shell_completion import CompletionItem

    from ..theory.index import names

    found = [name for name in [*names(), "all"] if name.lower().startswith(incomplete.lower())]
    return [CompletionItem(name) for name in found] or [CompletionItem(incomplete, type="file")]


def complete_file(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def complete_folder(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="dir")]


def complete_claim_number(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The numbers of the source's claims, each with its text (shown by zsh and fish)."""
    from click.shell_completion import CompletionItem

    from ..claims.verdicts import ROWS

    numbers = [(str(row.number), row.text) for row in ROWS]
    return [CompletionItem(number, help=text) for number, text in numbers if number.startswith(incomplete)]


def complete_assumption(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The assumptions of the library's lemmas that are named before it.  A user's file is not run for this."""
    from click.shell_completion import CompletionItem

    from ..theory.index import chapters, labels

    given = (*(ctx.params.get("names") or ()), *ctx.args)  # click has not read them yet where an option lacks its value
    words = [word.lower() for word in given]
    slugs = [slug for word in words if (slug := labels().get(word, word)) in chapters()]
    if not slugs:
        return []
    from ..theory.library import get

    known = dict.fromkeys(name for slug in slugs for name in get(slug).assumptions)
    fitting = [name for name in known if name.lower().startswith(incomplete.lower())]
    bash = os.environ.get("_ADAMPROOF_COMPLETE", "").startswith("bash")  # other shells quote spaces by themselves
    return [CompletionItem(shlex.quote(name) if bash else name) for name in fitting]


# --- the options --------------------------------------------------------------------------------


def _remember_debug(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.meta[DEBUG] = value


NAMES = click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=complete_lemma)
SOME_NAMES = click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=complete_lemma)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
ASCII = click.option("--ascii", "ascii_only", is_flag=True, help="Write statements in ASCII, the kernel's exact text.")
PROGRESS = click.option("--progress", is_flag=True, help="Report progress on standard error, even if not a terminal.")
TEST_MODELS = click.option(
    "--models",
    type=Whole(0),
    default=MODELS,
    show_default=True,
    help="Number of random models per claim (0: none).",
)
NO_MUTANTS = click.option("--no-mutants", is_flag=True, help="Skip the mutants (near misses).")
NO_CACHE = click.option("--no-cache", is_flag=True, help="Do not use the proof cache (see `adamproof cache`).")
PROCESSES = click.option("-j", "--jobs", type=Whole(1), default=JOBS, show_default=True, help="Processes.")
SCHEDULER = click.option(
    "--scheduler", metavar="ADDRESS", help="Use the Dask cluster with this address, such as tcp://10.0.0.1:8786."
)
CLAIM = click.option("--claim", metavar="CLAIM", help="Use only the claim of this name.")
SEED = click.option("--seed", type=Whole(0, LARGEST_SEED), default=0, show_default=True, help="Seed of the noise.")
ENGINE = click.option(
    "--engine",
    type=click.Choice(["auto", "numpy", "numba", "cupy"]),
    default="auto",
    show_default=True,
    help="Simulation backend.",
)
THREADS = click.option("--threads", type=Whole(1), help="Number of Numba threads (all processors by default).")
DEBUGGING = click.option(
    "--debug",
    is_flag=True,
    expose_value=False,
    callback=_remember_debug,
    help="Show tracebacks of errors in lemma files.",
)
