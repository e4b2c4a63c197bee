"""The examples of docs/lemmas.md are checked."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "lemmas.md").read_text(encoding="utf-8")


SOURCES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


# One has a name: it is about what is not proved (`test_pages` runs it).
@pytest.mark.parametrize("source", [source for source in SOURCES if not source.startswith("# stuck.py")])
def test_an_example_is_proved(source: str, tmp_path: Path) -> None:
    path = tmp_path / "example.py"
    path.write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "adamproof", "check", str(path)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not needed" not in done.stdout
