"""Docstrings are plain text: formulas are not markup, what is indented keeps its lines, "name: ..." is a parameter."""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection
from typing import Any


def as_plain_text(_app: Any, _what: str, _name: str, obj: Any, _options: Any, lines: list[str]) -> None:
    paragraphs = re.split(r"\n\s*\n", "\n".join(lines).strip("\n"))
    names = parameters(obj)
    found: list[str] = []
    described: list[str] = []
    for paragraph in paragraphs:
        before, entries, after = described_in(paragraph, names)
        described += [f":param {name}: {escaped(text)}" for name, text in entries]
        for part in filter(str.strip, (before, after)):
            found += literal(part) if any(line.startswith(" ") for line in part.split("\n")) else prose(part)
    lines[:] = [*found, *described, ""]


def parameters(obj: Any) -> list[str]:
    """The names of the parameters of a function or class; none where it has no signature."""
    try:
        return [name for name in inspect.signature(obj).parameters if name not in ("self", "cls")]
    except (TypeError, ValueError):
        return []


def described_in(paragraph: str, names: Collection[str]) -> tuple[str, list[tuple[str, str]], str]:
    """What stands before the parameters of a paragraph, each of them with its text, and what is raised.

    An entry "name: ..." or "name, name: ..." begins a line, or follows two spaces; it ends before the next one.
    """
    if not names:
        return paragraph, [], ""
    one = rf"(?:{'|'.join(map(re.escape, names))})"
    starts = list(re.finditer(rf"(?:^|(?<=  ))({one}(?:, {one})*): ", paragraph, re.MULTILINE))
    if not starts:
        return paragraph, [], ""
    ends = [*(start.start() for start in starts[1:]), len(paragraph)]
    texts = [paragraph[start.end() : end] for start, end in zip(starts, ends, strict=True)]
    texts[-1], raises, after = re.split(r"((?:^|(?<=  ))Raises |\Z)", texts[-1], maxsplit=1, flags=re.MULTILINE)
    entries = [
        (name, " ".join(text.split()))
        for start, text in zip(starts, texts, strict=True)
        for name in start.group(1).split(", ")
    ]
    return paragraph[: starts[0].start()], entries, raises + after


def literal(paragraph: str) -> list[str]:
    return ["::", "", *(f"   {line}" for line in paragraph.split("\n")), ""]


def prose(paragraph: str) -> list[str]:
    return [*map(escaped, paragraph.split("\n")), ""]


def escaped(line: str) -> str:
    """Code between backquotes as it is, the rest without markup."""
    parts = re.split(r"`+", line)
    return "".join(
        f"``{part}``" if number % 2 and part else re.sub(r"([|*_\\])", r"\\\1", part)
        for number, part in enumerate(parts)
    )


def setup(app: Any) -> dict[str, bool]:
    app.connect("autodoc-process-docstring", as_plain_text)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
