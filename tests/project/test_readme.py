"""The README's own commands and example."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from adamproof.cli.commands import cli

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
def test_console_blocks_print_what_they_show(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(blocks("python")[0], encoding="utf-8")
    for entry in block.strip().split("$ ")[1:]:
        command, _, shown = entry.partition("\n")
        words = command.split()
        if words[0] != ".venv/bin/adamproof":
            continue
        result = CliRunner().invoke(cli, words[1:], standalone_mode=False)
        assert result.exception is None
        assert result.return_value == 0, command
        if shown:
            assert result.stdout.strip() == shown.strip()
