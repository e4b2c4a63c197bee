"""The command `export`, and `verify` of what it writes."""

from __future__ import annotations

from pathlib import Path

from tests.here import run_here as run


def test_export_and_verify(tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    assert run("export", "sign-form", "-o", str(path)).returncode == 0
    done = run("verify", str(path))
    assert done.returncode == 0
    assert "PROVED" in done.stdout
    assert "none" in done.stdout
    path.write_text(path.read_text(encoding="utf-8").replace('"sign"', '"abs"', 1), encoding="utf-8")
    rejected = run("verify", str(path))
    assert rejected.returncode == 1
    assert "REJECTED" in rejected.stdout
    assert run("verify", str(path), "--json").returncode == 1


def test_export_latex() -> None:
    done = run("export", "sign-form", "--to", "latex")
    assert done.stdout.startswith("\\documentclass")
    assert done.stdout.rstrip().endswith("\\end{document}")
