"""The help texts of the command line are plain text: a sign of theirs must not be markup of the page."""

from __future__ import annotations

import re
from typing import Any

PARTS = ("description", "options", "arguments", "envvars", "epilog")


def escape(app: Any, ctx: Any, lines: list[str]) -> None:
    """Bars and stars (|a_1| is a norm, no substitution), in place; a line block keeps the bar that it begins with."""
    lines[:] = [re.sub(r"(?<!^)\||\*", r"\\\g<0>", line) for line in lines]


def setup(app: Any) -> dict[str, bool]:
    app.setup_extension("sphinx_click")
    for part in PARTS:
        app.connect(f"sphinx-click-process-{part}", escape)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
