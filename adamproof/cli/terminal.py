"""What the terminal can show: lines of text, colours, Unicode, progress."""

from __future__ import annotations

import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from shutil import get_terminal_size
from textwrap import fill
from typing import IO, NoReturn

import click

UNKNOWN = 80  # columns of a terminal, where they are unknown
NARROWEST, WIDEST = 50, 120  # columns: the fewest that text is broken at, and the most that can be read
LEAST = 20  # columns for a text behind its label
OPERATORS = "+-−*/<=>≤≥≠⇒"  # before which a formula is broken, not behind
MAX_BRACKETS = 4  # around a place where a formula is broken before its terms
FIXED = "\ue000"  # stands for a space at which no line is broken
SAMPLE = "β₁²·√Σ∫∀∈ℝℤΩ≤≠⇒−"  # characters that the rendering in Unicode uses
# By a verdict's text; others are yellow.
COLOURS = {"PROVED": "green", "PROVED IF": "green", "REFUTED": "red", "REJECTED": "red"}


def say(text: str, newline: bool = True) -> None:
    """Print to standard output; colours only on a terminal that is not dumb, and not under NO_COLOR."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    click.echo(text, nl=newline, color=False if plain else None)


def warn(text: str) -> None:
    click.echo(text, err=True)


def complain(sentence: str) -> None:
    """Print an error to standard error: on a terminal broken at its width, elsewhere on one line, for programs."""
    broken = sys.stderr is not None and sys.stderr.isatty()
    warn(labelled("Error: ", sentence) if broken else f"Error: {sentence}")


def coloured(verdict: object, like: str = "") -> str:
    """A verdict, or the mark of one, in the verdict's colour (`say` drops the colour where it has no place)."""
    return click.style(str(verdict), fg=COLOURS.get(like or str(verdict), "yellow"), bold=True)


def highlighted(text: str, verdict: str, colour: str) -> str:
    """A text in which the words of a verdict have a colour; they must stand on one line."""
    return text.replace(verdict, click.style(verdict, fg=colour, bold=True), 1)


def width() -> int:
    """Columns to fill: those of the terminal (or that COLUMNS says), 80 where they are unknown, within limits."""
    return min(max(get_terminal_size((UNKNOWN, 24)).columns, NARROWEST), WIDEST)


def labelled(label: str, text: str, columns: int | None = None, hang: int = 0) -> str:
    """A label and a text, broken into lines that line up behind the label, or so many columns further right."""
    indent = " " * (len(label) + hang)
    return fill(
        " ".join(text.split()),
        max(columns or width(), len(indent) + LEAST),
        initial_indent=label,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    ).replace(FIXED, " ")


def whole(text: str) -> str:
    """A text that `labelled` does not break."""
    return text.replace(" ", FIXED)


def formula(label: str, text: str, hang: int = 0) -> str:
    """A label and a formula, broken before its terms and relations where it is too long for a line.

    Inside of brackets only where one term alone is too long, and then inside as few as can be.
    """
    for depth in range(MAX_BRACKETS):
        broken = labelled(label, _unbroken(text, depth), hang=hang)
        if all(len(line) <= width() for line in broken.splitlines()):
            return broken
    return labelled(label, text, hang=hang)


def _unbroken(text: str, most: int) -> str:
    """The formula without a place for a break inside more brackets than this, or behind an operator."""
    parts, depth = [], 0
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        fixed = depth > most or text[place - 1] in OPERATORS
        parts.append(FIXED if character == " " and fixed else character)
    return "".join(parts)


def style(ascii_only: bool) -> str:
    """How to write mathematics: "unicode", or "ascii" where asked for or where Unicode cannot be written."""
    return "ascii" if ascii_only or not _writes(SAMPLE) else "unicode"


def be_tolerant() -> None:
    """A character in someone's title that the terminal cannot show is written as an escape, not a crash."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def mute(stream: IO[str] | None = None) -> None:
    """The reader of standard output (or another stream) has gone: let what is still buffered go nowhere, in silence."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), (stream or sys.stdout).fileno())
    except (OSError, ValueError):
        pass  # no real stream, hence nothing buffered


def leave(code: int) -> NoReturn:
    """End with an exit status.  Folders of suspended generators are removed on the way, so this is no `os._exit`."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one must not disturb the end
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            mute(stream)  # nobody reads it
    raise SystemExit(code)


def _writes(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def paced(tell: Callable[[str], None], seconds: float) -> Callable[[str], None]:
    """Progress, not more often than can be read."""
    last = -math.inf

    def told(text: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= seconds:
            last = now
            tell(text)

    return told


class Progress:
    """What is being done, on standard error: one line that is overwritten on a terminal, else only if asked for."""

    def __init__(self, wanted: bool, quiet: bool = False) -> None:
        terminal = sys.stderr is not None and sys.stderr.isatty()
        self.on = wanted or (terminal and not quiet)
        self.overwrites = terminal and os.environ.get("TERM") != "dumb"

    def __call__(self, text: str) -> None:
        if self.on and self.overwrites:
            click.echo(f"\r\x1b[K{text[: get_terminal_size().columns - 1]}", nl=False, err=True)
        elif self.on:
            click.echo(text, err=True)

    def clear(self) -> None:
        if self.on and self.overwrites:
            click.echo("\r\x1b[K", nl=False, err=True)
