"""docs/howto/audit.md: its example runs, its commands print what they show, and its recipes compile."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from adamproof.audit.reduction import NUMBERS
from tests.project.test_pages import agrees, blocks

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "howto" / "audit.md").read_text(encoding="utf-8")
FORMAT = (ROOT / "docs" / "reference" / "audit-record.md").read_text(encoding="utf-8")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the example of the page has run."""
    place = tmp_path_factory.mktemp("docs")
    (source,) = [block for block in blocks(PAGE, "python") if block.startswith("# train.py\n")]
    (place / "train.py").write_text(source, encoding="utf-8")
    subprocess.run([sys.executable, "-W", "error", "train.py"], cwd=place, env=ENVIRONMENT, check=True)
    return place


@pytest.mark.parametrize("block", [each for each in blocks(PAGE, "sh") if "compare" not in each.splitlines()[0]])
def test_the_commands_print_what_they_show(block: str, folder: Path) -> None:
    command, _, shown = block.removeprefix("$ ").partition("\n")
    program, *words = shlex.split(command)
    assert program == "adamproof"
    done = subprocess.run(
        [sys.executable, "-m", "adamproof", *words], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert agrees(shown, done.stdout), done.stdout


def test_the_recipes_compile() -> None:
    for source in blocks(PAGE, "python"):
        compile(source, "recipe", "exec")


def test_every_number_of_a_record_is_documented() -> None:
    assert [name for name in (*NUMBERS, "bins", "at", "lr", "u") if f"`{name}`" not in FORMAT] == []


def test_every_word_is_explained() -> None:
    from adamproof.audit import verdicts

    words = [value for name, value in vars(verdicts).items() if name.isupper() and isinstance(value, str)]
    assert len(words) >= 7
    for word in words:
        assert re.search(rf"^\| {word}\b", PAGE, re.MULTILINE), word
