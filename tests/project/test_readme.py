"""The README's own commands and example."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.session import Session

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_first_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ make (\w+)", blocks("console")[0], re.MULTILINE)
    assert commands == ["check", "test"]
    assert all(f"\n{command}:" in makefile for command in commands)


def run(words: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "adamproof", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("block", blocks("console")[1:])
def test_console_blocks_print_what_they_show(block: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(blocks("python")[0], encoding="utf-8")
    for entry in block.strip().split("$ ")[1:]:
        command, _, shown = entry.partition("\n")
        program, *words = shlex.split(command)
        assert program == ".venv/bin/adamproof"
        done = run(words, tmp_path)
        assert done.returncode == (3 if "0 of 1 claims are still proved" in shown else 0), (command, done.stderr)
        assert not shown or done.stdout.strip() == shown.strip()


@pytest.mark.slow
def test_the_table_of_verdicts_is_what_claims_says(session: Session) -> None:
    claims = json.loads(session.claims())["claims"]
    judged: dict[str, set[int]] = {}
    for claim in claims:
        judged.setdefault(claim["shown"], set()).add(claim["number"])
    table = re.search(r"\| verdict \| claims \|\n\| --- \| --- \|\n((?:\|.*\n)+)", README)
    assert table is not None
    said = {}
    for row in table.group(1).splitlines():
        word, text = (cell.strip() for cell in row.strip("|").split("|"))
        numbers = re.findall(r"(?:^|; )(\d+(?:, \d+)*):", text)
        said[word.removesuffix(" named conditions")] = {int(one) for part in numbers for one in part.split(", ")}
    assert said == judged
    assert f"judges the {len(claims)} claims" in README


def test_the_picture_is_what_its_command_draws(tmp_path: Path) -> None:
    """Pixel by pixel, up to the way in which another release of matplotlib rounds edges and letters."""
    image = pytest.importorskip("matplotlib.image")
    command = re.search(r"`adamproof (magnitude --plot (docs/\S+\.png))`", README)
    assert command is not None and f'src="{command.group(2)}"' in README
    (tmp_path / "docs").mkdir()
    assert run(command.group(1).split(), tmp_path).returncode == 0
    stored, drawn = (image.imread(folder / command.group(2)) for folder in (ROOT, tmp_path))
    assert stored.shape == drawn.shape
    assert abs(stored - drawn).mean() < 0.01


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[\w-]+)?\)", README):
        assert "://" in target or (ROOT / target).exists(), target


@pytest.mark.slow
def test_make_check_on_a_fresh_copy(session: Session) -> None:
    """The first of the two commands as it stands, virtual environment and all; the second is what runs this test."""
    _, done = session.fresh_copy()
    assert done.returncode == 0, done.stderr
    assert re.search(r"^B\.2 update-magnitude: PROVED", done.stdout, re.MULTILINE)
