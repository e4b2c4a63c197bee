"""The program: one module a command, imported when it is wanted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from adamproof.cli import commands
from adamproof.cli.app import COMMANDS, main
from tests.cli.test_cli import ROOT

OF_PROGRAM = {"app", "errors", "number_types", "options", "terminal"}  # what it takes to list the commands
LISTING = """
import json, sys
from adamproof.cli import main
try: main({args}, prog_name="adamproof")
except SystemExit: pass
names = [name.partition("adamproof.cli.")[2] for name in sys.modules if "adamproof.cli." in name]
print("\\n" + json.dumps([name.removeprefix("commands.") for name in names]))
"""


def imported(*args: str, **variables: str) -> set[str]:
    """The modules of the command line that are imported when it is called so."""
    code = LISTING.replace("{args}", repr(list(args)))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_a_command_is_the_command_of_the_module_of_its_name() -> None:
    assert list(COMMANDS) == sorted(COMMANDS) == main.list_commands(click.Context(main))
    for name, said in COMMANDS.items():
        command = import_module(f"adamproof.cli.commands.{name}").command
        assert main.commands[name] is command
        assert (command.name, command.short_help) == (name, said)


def test_every_command_is_listed() -> None:
    names = (path.stem for path in Path(commands.__path__[0]).glob("*.py") if path.stem != "__init__")
    found = {name: getattr(import_module(f"adamproof.cli.commands.{name}"), "command", None) for name in names}
    declared = {name for name, command in found.items() if isinstance(command, click.Command)}
    assert declared == set(COMMANDS)


def test_what_is_no_command_is_not_imported() -> None:
    """Neither a module beside the commands, nor what leads out of their folder."""
    for name in ("tasks", "app", ".app", "..kernel", ""):
        assert name not in main.commands
        assert main.get_command(click.Context(main), name) is None


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["nothing"]])
def test_help_imports_no_command(words: list[str]) -> None:
    assert imported(*words) == OF_PROGRAM


def test_a_completion_imports_no_command() -> None:
    variables = {"_ADAMPROOF_COMPLETE": "bash_complete", "COMP_WORDS": "adamproof c", "COMP_CWORD": "1"}
    assert imported(**variables) == OF_PROGRAM


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_imports_no_other(name: str) -> None:
    """But for `report`, which has the table of `claims` in it."""
    assert imported(name, "--help") & set(COMMANDS) == {name} | ({"claims"} if name == "report" else set())


def test_heavy_imports_are_left_out_where_they_are_not_needed(tmp_path: Path) -> None:
    code = (
        "import sys; from adamproof.cli import main\n"
        "try: main({args})\n"
        "except SystemExit: pass\n"
        "print(sorted({'sympy', 'numpy', 'mpmath', 'highspy'} & set(sys.modules)))"
    )
    for args in (["--version"], ["--help"], ["verify", str(tmp_path / "x.json")]):
        done = subprocess.run(
            [sys.executable, "-c", code.replace("{args}", repr(args))],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=False,
        )
        assert done.stdout.strip().endswith("[]"), done.stdout + done.stderr
