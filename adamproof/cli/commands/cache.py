"""The command `cache`: where `check` keeps proofs."""

from __future__ import annotations

import click

from .. import terminal
from ..errors import CliError
from ..options import HELP, examples, with_options


@click.command(
    "cache",
    context_settings=HELP,
    epilog=examples("cache", "cache --clear"),
)
@with_options(click.option("--clear", is_flag=True, help="Delete all entries."))
def command(clear: bool) -> None:
    """Show where proofs, evidence and pictures are kept between runs, and how large the cache is; or clear it.

    The cache never keeps a verdict: the kernel reads the proofs again each time.  Its folder is $ADAMPROOF_CACHE, or
    else adamproof in $XDG_CACHE_HOME or ~/.cache.  You may delete it at any time.
    """
    from ...checking.cache import Cache

    kept = Cache()
    try:
        if clear:
            terminal.say(f"{kept.folder}: {_entries(kept.clear())} deleted")
            return
        sizes = [file.stat().st_size for file in kept.files()]
    except OSError as error:
        raise CliError(f"cannot use the cache {kept.folder}: {error.strerror}") from error
    terminal.say(f"{kept.folder}: {_entries(len(sizes))}, {sum(sizes) / 1e6:.1f} MB")


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
