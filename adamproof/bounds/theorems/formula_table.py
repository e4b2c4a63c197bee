"""The form of the files of compiled formulas: a table in which each formula names its parts, and what is made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ...support import package_data
from ..formulas.plain import Add, Call, Expr, Mul, Pow
from .sources import digest

FILE = "compiled.json"
FORMAT = 1
KINDS: Mapping[str, Any] = {"+": Add, "*": Mul, "^": Pow}


def key(name: str, case: int, bias_correction: bool) -> str:
    """Under which a theorem is kept."""
    return f"{name}{' case 2' if case == 2 else ''}{' corrected' if bias_correction else ''}"


def stored(file: str) -> Any:
    """The content of a file, if it was made from the sources that are there now, and None otherwise."""
    try:
        found = json.loads(package_data.text(package_data.folder("bounds", "theorems", file)))
        fits = found["format"] == FORMAT and found["digest"] == digest(found["sources"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if fits else None


class Table:
    """The table of formulas, while it is made."""

    def __init__(self) -> None:
        self.nodes: list[str | list[Any]] = []
        self._places: dict[str, int] = {}

    def place(self, value: Expr) -> int:
        """The place of a formula, which is added if it is not there."""
        if not value.args:
            return self._put(str(value))
        head = value.head if isinstance(value, Call) else next(h for h, k in KINDS.items() if type(value) is k)
        return self._put([head, *map(self.place, value.args)])

    def _put(self, node: str | list[Any]) -> int:
        text = json.dumps(node)
        if text not in self._places:
            self._places[text] = len(self.nodes)
            self.nodes.append(node)
        return self._places[text]


def written(found: Mapping[str, Any]) -> str:
    """The text of the file: an entry a line."""
    lines = []
    for name, value in found.items():
        if isinstance(value, Mapping):
            inner = ",\n".join(f"  {json.dumps(key)}: {json.dumps(each)}" for key, each in value.items())
            lines.append(f" {json.dumps(name)}: {{\n{inner}\n }}")
        elif isinstance(value, Sequence) and not isinstance(value, str):
            inner = ",\n".join(f"  {json.dumps(each)}" for each in value)
            lines.append(f" {json.dumps(name)}: [\n{inner}\n ]")
        else:
            lines.append(f" {json.dumps(name)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


__all__ = ["FILE", "FORMAT", "KINDS", "Table", "key", "stored", "written"]
