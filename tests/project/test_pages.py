"""The pages of the documentation: their console blocks print what they show, their links lead somewhere.

The site made from them is tested in test_site.py.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.session import EXPERIMENTS, Session

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ("results.md", "why-adam-converges.md")  # when the site is built
PAGES = {
    str(path.relative_to(ROOT)): path for path in sorted((ROOT / "docs").rglob("*.md")) if path.name not in GENERATED
}
# What a block shows, and the exit status that goes with it.
EXIT = {"are still proved": 3, "REFUTED": 1, "UNDECIDED": 3}


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def agrees(shown: str, printed: str) -> bool:
    """Whether they are the same, where a line "..." stands for any lines."""
    pattern = "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in shown.strip().splitlines()
    )
    return re.fullmatch(pattern, printed.strip() + "\n") is not None


@pytest.mark.parametrize("page", PAGES)
def test_console_blocks_print_what_they_show(page: str, tmp_path: Path, session: Session) -> None:
    text = PAGES[page].read_text(encoding="utf-8")
    for source in (*blocks(text, "python"), *blocks(text, "toml")):
        if named := re.match(r"# (\w+\.(?:py|toml))\n", source):
            (tmp_path / named.group(1)).write_text(source, encoding="utf-8")
            if named.group(1) == "mine.py":
                (tmp_path / "wrong.py").write_text(source.replace("2 * x * y", "3 * x * y"), encoding="utf-8")
    for block in blocks(text, "console"):
        for entry in block.strip().split("$ ")[1:]:
            command, _, shown = entry.partition("\n")
            program, *words = shlex.split(command)
            assert program == "adamproof"
            if tuple(words) == EXPERIMENTS:  # which takes long, and other tests need the records
                printed = session.experiments()
                assert not shown.strip() or agrees(shown, printed)
                shutil.copytree(session.folder / "experiments", tmp_path / "experiments")
                continue
            done = subprocess.run(
                [sys.executable, "-m", "adamproof", *words],
                cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
                capture_output=True,
                text=True,
                check=False,
                encoding="utf-8",
            )
            expected = next((code for words_, code in EXIT.items() if words_ in shown), 0)
            assert done.returncode == expected, (command, done.stderr)
            assert not shown.strip() or agrees(shown, done.stdout), (command, done.stdout)


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    path = PAGES[page]
    for target in re.findall(r"\]\(([^)#]+?)(?:#[\w-]+)?\)", path.read_text(encoding="utf-8")):
        if "://" not in target and target not in GENERATED:
            assert (path.parent / target).exists(), target


def test_the_files_of_the_paper_page_pass(tmp_path: Path) -> None:
    for source in blocks(PAGES["docs/howto/paper.md"].read_text(encoding="utf-8"), "python"):
        name = re.match(r"# (\w+\.py)\n", source)
        assert name is not None
        (tmp_path / name.group(1)).write_text(source, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "3 passed" in done.stdout, done.stdout
