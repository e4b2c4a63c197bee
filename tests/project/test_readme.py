"""The README's own commands and example."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_first_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ make (\w+)", blocks("console")[0], re.MULTILINE)
    assert commands == ["check", "test"]
    assert all(f"\n{command}:" in makefile for command in commands)


@pytest.mark.parametrize("block", blocks("console")[1:])
def test_console_blocks_print_what_they_show(block: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(blocks("python")[0], encoding="utf-8")
    for entry in block.strip().split("$ ")[1:]:
        command, _, shown = entry.partition("\n")
        program, *words = command.split()
        assert program in (".venv/bin/adamproof", ".venv/bin/python")
        start = [sys.executable, *(["-m", "adamproof"] if program.endswith("adamproof") else [])]
        done = subprocess.run(
            [*start, *words],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stderr)
        if shown:
            assert done.stdout.strip() == shown.strip()


@pytest.mark.slow
def test_make_check_on_a_fresh_copy(tmp_path: Path) -> None:
    """The first of the two commands as it stands, virtual environment and all; the second is what runs this test."""
    copy = tmp_path / "adamproof"
    ignored = shutil.ignore_patterns(".venv", ".git", "__pycache__", ".*_cache", ".hypothesis")
    shutil.copytree(ROOT, copy, ignore=ignored)
    bare = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "MAKEFLAGS", "MAKELEVEL")}
    command = ["make", f"PYTHON={sys.executable}", "check"]
    done = subprocess.run(command, cwd=copy, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^B\.2 update-magnitude: PROVED", done.stdout, re.MULTILINE)
