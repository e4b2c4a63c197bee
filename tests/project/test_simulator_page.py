"""The example of docs/simulator.md prints what the page shows."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "simulator.md"


def test_the_example_of_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    ((source, shown),) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(source, {})
    assert said.getvalue() == shown
