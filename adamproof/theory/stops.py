"""Where a script stopped: read from the traceback of its failure, and from the text of its file."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from traceback import walk_tb
from typing import Any

from .lemma import Claim, Lemma, Scope, derive_claim


@dataclass(frozen=True)
class Stop:
    """The innermost script that was running, what it had done, and where it stood.

    file, line: where it stood, or where it begins if it had come to its end (`ended`).
    step: the title of the step that it was making, or "".
    """

    lemma: Lemma
    claim: Claim
    scope: Scope
    file: str = ""
    line: int = 0
    step: str = ""
    ended: bool = False


def stop_of(failure: Exception) -> Stop | None:
    """Where a script stopped when it failed; None if none was running."""
    frames = [(frame, line) for frame, line in walk_tb(failure.__traceback__)]
    last = next((i for i in reversed(range(len(frames))) if frames[i][0].f_code is derive_claim.__code__), None)
    if last is None:
        return None
    known: dict[str, Any] = frames[last][0].f_locals
    if "scope" not in known:  # an axiom was refused before the script began
        return None
    claim: Claim = known["claim"]
    code = getattr(claim.proof, "__code__", None)
    file = code.co_filename if code else ""
    lines = [line for frame, line in frames[last + 1 :] if frame.f_code.co_filename == file]
    titles = _titles(file) if lines else ()
    step = next((title for line in reversed(lines) for first, end, title in titles if first <= line <= end), "")
    line = lines[-1] if lines else code.co_firstlineno if code else 0
    return Stop(known["lemma"], claim, known["scope"], file, line, step, not lines)


def _titles(file: str) -> Sequence[tuple[int, int, str]]:
    """First line, last line and title of each call `scope.step(title, ...)`, the shortest calls first."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return ()
    return sorted(_steps(tree), key=lambda entry: entry[1] - entry[0])


def _steps(tree: ast.AST) -> Iterator[tuple[int, int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="step"), args=[ast.Constant(value=str(title)), *_]):
                yield node.lineno, node.end_lineno or node.lineno, title
