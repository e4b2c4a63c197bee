"""Graphviz's program dot, which draws what is written in the DOT language."""

from __future__ import annotations

import json
import shutil
import subprocess


class GraphvizFailed(RuntimeError):
    """dot has drawn nothing: one sentence, and what it printed."""

    def __init__(self, message: str, printed: str) -> None:
        super().__init__(message)
        self.printed = printed


def program() -> str | None:
    """Where dot is, or None where it is not installed."""
    return shutil.which("dot")


def drawn(dot: str, text: str) -> str:
    """A text in the DOT language as SVG, by the program `dot`.  Raises GraphvizFailed."""
    done = subprocess.run([dot, "-Tsvg"], input=text, capture_output=True, text=True, check=False, encoding="utf-8")
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise GraphvizFailed(f"{dot} failed to draw the graph: {reason}", done.stderr)
    return done.stdout


def quoted(text: str) -> str:
    """A string of the DOT language: as in JSON, and entities such as &amp; are read too.

    A backslash, which would be an instruction, is shown as the sign that looks like it.
    """
    return json.dumps(text.replace("&", "&amp;").replace("\\", "\N{SET MINUS}"), ensure_ascii=False)
