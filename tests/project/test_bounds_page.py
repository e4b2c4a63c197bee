"""The example and the problem file of docs/bounds.md."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from adamproof.bounds import certify
from adamproof.bounds.formulas.parameters import THEOREMS
from adamproof.bounds.problem import from_mapping, read

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "bounds.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found.group(1) if found else ""


def test_the_example_prints_what_it_shows() -> None:
    done = subprocess.run([sys.executable, "-c", block("python")], capture_output=True, text=True, check=False)
    assert done.stdout == block("text"), done.stderr


def test_the_problem_file_is_one(tmp_path: Path) -> None:
    path = tmp_path / "problem.toml"
    path.write_text(block("toml"), encoding="utf-8")
    assert certify(*from_mapping(read(str(path))), "averaged", digits=3).total.decimals(3) == ("4.3", "4.31")


def test_every_theorem_is_described() -> None:
    assert all(f"| `{name}`" in PAGE for name in THEOREMS)
