"""The command `mutants`."""

from __future__ import annotations

from tests.here import run_here as run


def test_mutants() -> None:
    done = run("mutants", "sign-form")
    assert done.returncode == 0
    assert "Mutants: 4/4 correctly rejected" in done.stdout


def test_its_former_name_is_no_command() -> None:
    done = run("mutate", "sign-form")
    assert (done.returncode, done.stdout) == (2, "")
    assert "No such command 'mutate'" in done.stderr
