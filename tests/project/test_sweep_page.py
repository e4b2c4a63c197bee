"""The pages about sweeps: keys, columns and the example in Python are what they are said to be."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from adamproof.support import parsing
from adamproof.sweeps.cell import RESULTS, SETTINGS, Column
from adamproof.sweeps.grid import NAMES, PICTURE_KEYS
from adamproof.sweeps.setting import ALGORITHMS, NOISES, PROBLEMS, Setting
from tests.project.test_pages import blocks

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGE = (DOCS / "reference" / "sweep.md").read_text(encoding="utf-8")
HOWTO = (DOCS / "howto" / "sweep.md").read_text(encoding="utf-8")


def rows(section: str) -> list[list[str]]:
    """The cells of the first table after a line that begins so."""
    table = PAGE.partition(f"\n{section}")[2].partition("\n| --- ")[2].partition("\n\n")[0]
    lines = table.splitlines()[1:]
    return [
        [cell.strip().replace("\\|", "|").replace("\\*", "*") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in lines
    ]


def test_the_columns_are_those_of_the_table() -> None:
    for section, columns in (("The settings, as they", SETTINGS), ("The results:", RESULTS)):
        assert [Column(name.strip("`"), kind, meaning) for name, kind, meaning in rows(section)] == list(columns)


def test_the_keys_and_defaults_are_those_of_a_setting() -> None:
    told = {name: (values, default) for names, values, default in rows("## The TOML file") for name in [names]}
    assert [name for names in told for name in re.findall(r"`(\w+)`", names)] == list(NAMES)
    for names, (_, default) in told.items():
        keys = re.findall(r"`(\w+)`", names)
        values = [getattr(Setting(), key) for key in keys]
        for value, said in zip(values, default.split(", "), strict=False):
            if isinstance(value, bool | str):
                assert said == str(value).lower()
            elif isinstance(value, int | float):
                assert parsing.real(said) == value
    for name, choices in (("`problem`", PROBLEMS), ("`algorithm`", ALGORITHMS), ("`noise`", NOISES)):
        assert told[name][0] == ", ".join(choices)
    assert all(f"`{key}`" in PAGE for key in PICTURE_KEYS)


def test_the_example_in_python_runs(tmp_path: Path) -> None:
    (tmp_path / "sweep.toml").write_text(blocks(HOWTO, "toml")[0].replace("points = 5", "points = 2"), encoding="utf-8")
    source = blocks(HOWTO, "python")[0]
    environment = {**os.environ, "PYTHONPATH": str(DOCS.parent)}
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("32 0 results/table.csv ")
