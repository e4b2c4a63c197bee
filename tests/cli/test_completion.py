"""What a shell gets: completion scripts, names without heavy imports, help with examples, no colour where unwanted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from adamproof import __version__
from adamproof.cli import main, terminal
from adamproof.theory.index import chapters, names
from adamproof.theory.library import lemmas
from tests.cli.test_cli import ROOT
from tests.cli.test_cli import run_apart as run


def offered(*words: str, incomplete: str) -> list[tuple[str, str]]:
    found = ShellComplete(main, {}, "adamproof", "_ADAMPROOF_COMPLETE").get_completions(list(words), incomplete)
    return [(item.type, item.value) for item in found]


def test_the_names_are_those_of_the_lemmas() -> None:
    known = {lemma.slug for lemma in lemmas()} | {lemma.label for lemma in lemmas() if lemma.label}
    assert set(names()) == known
    assert list(chapters()) == [lemma.slug for lemma in lemmas()]


@pytest.mark.parametrize("command", ["check", "show", "mutants", "graph", "export", "report"])
def test_lemmas_are_completed(command: str) -> None:
    assert offered(command, incomplete="ratio") == [("plain", "ratio-bound")]
    assert offered(command, "ratio-bound", incomplete="b.") == [("plain", "B.2")]
    assert offered(command, incomplete="my/fi") == [("file", "my/fi")]


def test_files_folders_and_commands_are_completed() -> None:
    assert offered("verify", incomplete="pro") == [("file", "pro")]
    assert offered("check", "B.2", "--save", incomplete="d") == [("dir", "d")]
    assert offered("report", "--html", incomplete="r") == [("file", "r")]
    assert offered("completion", incomplete="f") == [("plain", "fish")]
    assert ("plain", "report") in offered(incomplete="re")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_scripts(shell: str) -> None:
    done = run("completion", shell)
    assert done.returncode == 0, done.stderr
    assert f"_ADAMPROOF_COMPLETE={shell}_complete" in done.stdout
    program = shutil.which(shell)
    if program is not None:
        assert subprocess.run([program, "-n"], input=done.stdout, text=True, check=False).returncode == 0


def test_a_shell_that_is_not_known_is_refused() -> None:
    done = run("completion", "tcsh")
    assert done.returncode == 2
    assert "'tcsh' is not one of 'bash', 'zsh', 'fish'" in done.stderr


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes(tmp_path: Path) -> None:
    """In a real bash, and without importing SymPy or NumPy."""
    program = tmp_path / "adamproof"
    program.write_text(
        f"""#!{sys.executable}
import sys
sys.path.insert(0, {str(ROOT)!r})
for heavy in ("sympy", "numpy", "mpmath", "highspy"):
    sys.modules[heavy] = None
from adamproof.cli import main
main(prog_name="adamproof")
""",
        encoding="utf-8",
    )
    program.chmod(0o755)
    script = """eval "$(adamproof completion bash)"
COMP_WORDS=(adamproof check momentum-d); COMP_CWORD=2; _adamproof_completion adamproof; echo "${COMPREPLY[@]}" """
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout == "momentum-drift\n", done.stderr


def commands() -> list[str]:
    return sorted(main.commands)


@pytest.mark.parametrize("name", commands())
def test_help_has_examples_and_explains_every_option(name: str) -> None:
    command = main.commands[name]
    text = command.get_help(click.Context(command, info_name=name, parent=click.Context(main, info_name="adamproof")))
    assert f"Examples:\n    adamproof {name}" in text
    options = [entry for entry in command.params if isinstance(entry, click.Option)]
    assert [entry.name for entry in options if not entry.help] == []
    assert command.help
    described, _, given = text.partition("Examples:")
    assert max(map(len, described.splitlines())) <= 90
    assert max(map(len, given.splitlines())) <= 120


def test_help_of_the_program_cuts_nothing_off() -> None:
    text = run("--help").stdout
    assert "..." not in text.partition("Commands:")[2]
    assert all(f"\n  {name} " in text for name in commands())


def test_version() -> None:
    assert run("--version").stdout == f"adamproof {__version__}\n"


def test_colour_is_for_terminals_that_want_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    terminal.say(terminal.coloured("PROVED"))
    assert "\x1b[" in capsys.readouterr().out
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb")):
        with monkeypatch.context() as changed:
            changed.setenv(name, value)
            terminal.say(terminal.coloured("PROVED"))
        assert capsys.readouterr().out == "PROVED\n"


def test_presets_are_completed() -> None:
    assert offered("bound", "--preset", incomplete="gpt") == [("plain", "gpt3-small"), ("plain", "gpt2-small")]
    assert offered("bound", "--preset", incomplete="l") == [("plain", "list")]


def test_claim_numbers_are_completed() -> None:
    assert offered("claims", incomplete="1")[:3] == [("plain", "1"), ("plain", "10"), ("plain", "11")]
    assert offered("claims", incomplete="x") == []


def test_assumptions_are_completed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert offered("check", "B.2", "--without", incomplete="beta1^") == [("plain", "beta1^2 < beta2")]
    assert ("plain", "beta2 < 1") in offered("check", "lemma", "Magnitude-Identity", "--without", incomplete="")
    (tmp_path / "mine.py").write_text("raise SystemExit('it ran')\n", encoding="utf-8")
    assert offered("check", str(tmp_path / "mine.py"), "--without", incomplete="") == []
    monkeypatch.setenv("_ADAMPROOF_COMPLETE", "bash_complete")  # which does not quote by itself
    assert offered("check", "B.2", "--without", incomplete="beta1^") == [("plain", "'beta1^2 < beta2'")]


# --- text in the terminal -----------------------------------------------------------------------


def test_lines_are_as_long_as_the_terminal_is_wide(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "word " * 60
    for columns, most in (("100", 100), ("50", 50), ("7", terminal.NARROWEST), ("", terminal.UNKNOWN)):
        monkeypatch.setenv("COLUMNS", columns)
        longest = max(map(len, terminal.labelled("label: ", text).splitlines()))
        assert most - len("word ") < longest <= most


def test_formulas_are_broken_before_their_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    assert terminal.formula("K = ", "a*(b + c + d) + 2*e*f*(g - h) - i*(j + k + l + m) <= n").splitlines() == [
        "K = a*(b + c + d) + 2*e*f*(g - h)",
        "    - i*(j + k + l + m) <= n",
    ]
    assert terminal.formula("K = ", "a*(b - 1)").splitlines() == ["K = a*(b - 1)"]
    long = f"({' + '.join(['abcde'] * 9)})"  # one term alone
    assert max(map(len, terminal.formula("K = ", long).splitlines())) <= 50


def test_errors_are_broken_on_terminals_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = "there is no such thing " * 8
    monkeypatch.setenv("COLUMNS", "60")
    terminal.complain(sentence)
    assert capsys.readouterr().err.count("\n") == 1
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    terminal.complain(sentence)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) > 2 and max(map(len, lines)) <= 60 and lines[0].startswith("Error: there is")
    with pytest.raises(SystemExit) as ended:
        main(["bound", "--theorem", "no such theorem as this"], prog_name="adamproof")
    lines = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2 and max(map(len, lines)) <= 60 and "Usage: adamproof bound [OPTIONS]" in lines
    assert "'no such theorem as this' is not one of 'main'" in " ".join(" ".join(lines).split())
