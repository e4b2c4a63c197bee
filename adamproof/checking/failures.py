"""An exception in a lemma's own code as one sentence: the file, the line in it (where known), the error."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Failure:
    """What went wrong, in one sentence, and the traceback behind it."""

    message: str
    trace: str = ""


def described(error: BaseException, path: str | None, subject: str = "") -> Failure:
    """An exception in words.  path: the user's file that was running, if any; subject: what was being done."""
    # The text of a SyntaxError repeats the file and the line, which are said in front of it.
    inside = isinstance(error, SyntaxError) and error.filename == path
    text = " ".join(str(error.msg if isinstance(error, SyntaxError) and inside else error).split())
    trace = "".join(traceback.format_exception(error))
    line = _line(error, path)
    place = f"{path}, line {line}" if line else path or ""
    kind = type(error).__name__
    own = type(error).__module__.partition(".")[0] == "adamproof"  # our messages are sentences: the class adds nothing
    if path is not None and (text.startswith((f"{path}:", f"{path},")) or (own and path in text)):
        return Failure(text, trace)  # it says where
    if own and text.startswith((f"{subject}: ", f"{subject} ")):
        subject = ""  # it says of what
    parts = [place, subject, text if own and text else f"{kind}: {text}" if text else kind]
    return Failure(": ".join(filter(None, parts)), trace)


def _line(error: BaseException, path: str | None) -> int | None:
    """The last line of the file that was running, or the line that does not parse."""
    if path is None:
        return None
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if _same(frame.filename, path)]
    return lines[-1] if lines else None


def _same(filename: str, path: str) -> bool:
    return filename == path or Path(filename) == Path(path).absolute()
