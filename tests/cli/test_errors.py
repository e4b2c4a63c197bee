"""What ends a command early: one sentence that names the file and the action, and an exit status that means it."""

from __future__ import annotations

import errno
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from adamproof.checking import verifier
from adamproof.cli import kinds, terminal
from adamproof.cli.app import main
from adamproof.cli.commands import completion
from adamproof.cli.errors import from_exception, of_system, sentence
from adamproof.prover import dump
from adamproof.theory.library import theorem_of

ROOT = Path(__file__).resolve().parents[2]


def answer(*args: str) -> Result:
    return CliRunner().invoke(main, args)


def caught(call: Callable[[], object]) -> OSError:
    with pytest.raises(OSError) as found:  # noqa: PT011 - the tests look at its sentence
        call()
    return found.value


# --- failures of the system ---------------------------------------------------------------------


def test_a_failure_names_the_file_and_what_was_done_to_it(tmp_path: Path) -> None:
    nowhere = tmp_path / "no" / "file"
    missing = "No such file or directory"
    assert sentence(caught(nowhere.read_text)) == f"cannot read {nowhere}: {missing}"
    assert sentence(caught(lambda: nowhere.open("rb"))) == f"cannot read {nowhere}: {missing}"
    assert sentence(caught(lambda: os.listdir(nowhere))) == f"cannot read {nowhere}: {missing}"
    assert sentence(caught(tmp_path.read_bytes)) == f"cannot read {tmp_path}: Is a directory"
    assert sentence(caught(lambda: nowhere.open("wb"))) == f"cannot write {nowhere}: {missing}"
    assert sentence(caught(lambda: nowhere.write_text(""))) == f"cannot write {nowhere}: {missing}"
    assert sentence(caught(nowhere.mkdir)) == f"cannot make {nowhere}: {missing}"
    assert sentence(caught(nowhere.unlink)) == f"cannot delete {nowhere}: {missing}"
    assert sentence(caught(lambda: subprocess.run([nowhere], check=False))) == f"cannot start {nowhere}: {missing}"
    made = caught(lambda: tempfile.mkdtemp(dir=nowhere))
    assert sentence(made) == f"cannot make {made.filename}: {missing}"


def test_a_failure_without_a_name_or_a_number_says_what_it_can() -> None:
    assert sentence(OSError(errno.ENOSPC, "No space left on device", b"x")) == (
        "cannot write x: No space left on device (free some space)"
    )
    many = OSError(errno.EMFILE, "Too many open files")
    assert sentence(many) == "Too many open files (raise the limit with `ulimit -n`)"
    assert sentence(OSError("no reason")) == "no reason"
    assert sentence(OSError()) == "OSError"
    assert sentence(OSError(errno.EIO, "Input/output error", 3)) == "cannot read 3: Input/output error"


def test_what_fails_in_printing_is_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys.stdout, "write", full)
    error = caught(lambda: click.echo("text"))
    monkeypatch.undo()
    assert sentence(error) == "cannot write the output: No space left on device (free some space)"
    monkeypatch.setattr(sys.stderr, "write", full)
    error = caught(lambda: terminal.warn("text"))
    monkeypatch.undo()
    assert sentence(error) == "cannot write the messages: No space left on device (free some space)"


def test_the_traceback_of_a_failure_is_kept_for_debug(tmp_path: Path) -> None:
    assert "FileNotFoundError" in of_system(caught((tmp_path / "x").read_bytes)).trace


def test_a_users_own_files_are_named_too(tmp_path: Path) -> None:
    error = caught((tmp_path / "data.csv").read_text)
    said = from_exception(error, None, "mine").message
    assert said == f"mine: FileNotFoundError: [Errno 2] No such file or directory: '{tmp_path / 'data.csv'}'"


@pytest.mark.parametrize(
    ("number", "action"), [(errno.EMFILE, "read"), (errno.EACCES, "read"), (errno.EIO, "read"), (errno.EROFS, "write")]
)
def test_a_command_that_cannot_read_does_not_say_that_it_cannot_write(
    number: int, action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(shell: str, program: object = None) -> str:
        raise OSError(number, os.strerror(number), "some/file")

    monkeypatch.setattr(completion, "script", fails)
    done = answer("completion", "bash")
    assert done.exit_code == 2
    assert done.stderr.startswith(f"Error: cannot {action} some/file: {os.strerror(number)}")
    assert "the output" not in done.stderr


def test_a_verifier_that_cannot_start_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "proof.json").touch()
    monkeypatch.setattr(verifier.sys, "executable", str(tmp_path / "python"))
    done = answer("verify", str(tmp_path / "proof.json"))
    assert (done.exit_code, done.stderr) == (
        2, f"Error: cannot start {tmp_path / 'python'}: No such file or directory\n",
    )  # fmt: skip


def shell(command: str, folder: Path) -> tuple[int, str]:
    """Run adamproof as the shell does; its exit status and standard error."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", command.replace("adamproof", f"'{sys.executable}' -P -m adamproof", 1)],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk to write to is Linux's /dev/full")
@pytest.mark.parametrize("words", ["--help", "--version", "check --help", "list"])
def test_output_that_cannot_be_written_is_one_sentence_and_no_verdict(words: str, tmp_path: Path) -> None:
    code, errors = shell(f"adamproof {words} > /dev/full", tmp_path)
    assert code == 2
    assert errors == "Error: cannot write the output: No space left on device (free some space)\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk to write to is Linux's /dev/full")
@pytest.mark.parametrize("words", ["frobnicate", "--nosuch", "check nosuch", "check x.py", "verify x.json"])
def test_errors_that_cannot_be_shown_end_with_the_same_status(words: str, tmp_path: Path) -> None:
    assert shell(f"adamproof {words} 2> /dev/full", tmp_path)[0] == 2


def test_too_few_open_files_are_said(tmp_path: Path) -> None:
    proof = tmp_path / "proof.json"
    proof.write_text(dump(theorem_of("sign-form")), encoding="utf-8")
    code, errors = shell("ulimit -n 6; adamproof verify proof.json", tmp_path)
    assert code == 2
    assert errors == (f"Error: cannot start {sys.executable}: Too many open files (raise the limit with `ulimit -n`)\n")


def test_a_folder_of_records_that_cannot_be_read_is_named() -> None:
    done = answer("claims", "9", "--records", "x" * 300)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"Error: there is no folder {'x' * 300} with records")


# --- files of another kind ----------------------------------------------------------------------


FILES: dict[str, bytes] = {
    "mine.py": b"lemma = 1\n",
    "b2.v": b"Require Import Reals.\n",
    "b2.smt2": b"(check-sat)\n",
    "report.html": b"<!DOCTYPE html>\n",
    "report.tex": b"\\documentclass{article}\n",
    "problem.toml": b"dim = 3\n",
    "run.npz": b"PK\x03\x04...",
    "terms.svg": b"<svg/>",
    "empty.json": b"",
    "proof.json.gz": gzip.compress(b"{}", mtime=0),
    "adamproof.whl": b"PK\x03\x04...",
    "note.ipynb": b'{"cells": [], "nbformat": 4}',
    "z3.json": b'{"schema": 1, "checksum": "0"}',
    "marked.json": b'\xef\xbb\xbf{"format": 1}',
    "read.md": b"# A page\n",
    "terms.csv": b"T,total\n",
    "checked.json": b'{"schema": 1, "command": "check", "exit_code": 0, "verdict": "PROVED"}',
}


@pytest.mark.parametrize(
    ("name", "kind", "advice"),
    [
        ("mine.py", "a Python file", "use `adamproof check {}, which writes proof files with --save DIR"),
        ("b2.v", "a Coq file", "use `coqc {}"),
        ("b2.smt2", "a file for SMT solvers", "use `z3 {}"),
        ("report.html", "a web page", "open it in a browser"),
        ("report.tex", "a LaTeX document", "typeset it with LaTeX"),
        ("problem.toml", "a file of settings", "or for a bound `adamproof bound --file {}"),
        ("run.npz", "a checkpoint of a run", "--resume --checkpoint {}"),
        ("terms.svg", "a picture", "open it with a viewer"),
        ("empty.json", "an empty file", "create it again"),
        ("proof.json.gz", "a compressed file", "unpack it first"),
        ("adamproof.whl", "a compressed file", "unpack it first"),
        ("note.ipynb", "a notebook", "open it with Jupyter"),
        ("z3.json", "a record of results", "use `adamproof claims --records DIR` with its folder"),
        ("checked.json", "what a command printed with --json", "`adamproof export NAME -o FILE`"),
        ("marked.json", "a file with a byte order mark (BOM)", "save it as UTF-8 without one"),
        ("read.md", "a Markdown page", "read it as text"),
        ("terms.csv", "a table of data", "write a proof file with `adamproof export NAME -o FILE`"),
        ("folder", "a folder", "name the files in it"),
    ],
)
def test_a_file_of_another_kind_is_said_to_be_one(name: str, kind: str, advice: str, tmp_path: Path) -> None:
    """To verify, and to check unless it is Python."""
    path = tmp_path / name
    path.mkdir() if name == "folder" else path.write_bytes(FILES[name])
    said = advice.replace("{}", f"{path}`")
    done = answer("verify", str(path), "-q")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Error: {path} is {kind}, not a proof file: ")
    assert done.stderr.endswith(f"{said}\n")
    if name != "mine.py":
        done = answer("check", str(path))
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith(f"Error: {path} is {kind}, not a file of lemmas (NAME.py): ")
        assert done.stderr.endswith(f"{said}\n")


def test_check_of_a_proof_file_points_to_verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "proof.json").write_text(dump(theorem_of("sign-form")), encoding="utf-8")
    (tmp_path / "part.json").write_text('{"format": "adamproof', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for word in ("proof.json", "./proof.json"):
        assert answer("check", word).stderr == (
            f"Error: {word} is a proof file, not a file of lemmas (NAME.py): verify it with `adamproof verify {word}`\n"
        )
    for word in ("part.json", "./part.json"):  # damaged, and not run as Python
        assert answer("check", word).stderr == (
            f"Error: {word} is not a file of lemmas (NAME.py); `adamproof verify {word}` reads proof files\n"
        )


def test_the_kernel_judges_a_proof_whatever_its_name_is(tmp_path: Path) -> None:
    """And it rejects what is not known to be of another kind."""
    proof = dump(theorem_of("sign-form"))
    for name, text, verdict in (
        ("proof.py", proof, "PROVED"),
        ("proof.gz", proof, "PROVED"),
        ("half.py", proof[: len(proof) // 2], "REJECTED"),
        ("other.json", "[1]", "REJECTED"),
        ("text.txt", "PROVED", "REJECTED"),
        ("changed.json", json.dumps({**json.loads(proof), "format": "another"}), "REJECTED"),
    ):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        assert answer("verify", str(path), "-q").stdout == f"{path}: {verdict}\n"


def test_a_pipe_is_not_looked_at(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    assert kinds.kind_of(str(tmp_path / "pipe.py")) is None
    assert kinds.kind_of(str(tmp_path / "nothing.py")) is None


@pytest.mark.parametrize("words", ["verify", "verify --with z3", "verify --with coq", "check", "show", "export"])
@pytest.mark.parametrize("name", ["pipe.json", "pipe.py"])
def test_a_pipe_is_refused_and_not_waited_for(words: str, name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    done = answer(*words.split(), str(tmp_path / name))
    assert done.exit_code == 2 and done.stdout == ""
    expected = ("is a pipe, not a file: save its output to a file first\n", "there is no", "is not a file")
    assert done.stderr.count("\n") == 1 and any(part in done.stderr for part in expected)


def test_what_the_shell_hands_on_is_read(tmp_path: Path) -> None:
    (tmp_path / "proof.json").write_text(dump(theorem_of("sign-form")), encoding="utf-8")
    assert shell("adamproof verify /dev/stdin < proof.json", tmp_path) == (0, "")


@pytest.mark.parametrize("words", ["verify", "check", "show", "mutants", "graph", "export"])
def test_an_empty_name_is_refused(words: str) -> None:
    for name in ("", " "):
        done = answer(*words.split(), name)
        assert done.exit_code == 2
        assert "must not be empty" in done.stderr


def test_a_name_of_a_missing_file_says_so_with_close_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("lemmas").mkdir()
    Path("lemmas", "mine.py").touch()
    for command in ("check", "verify", "show"):
        for name, hint in (
            ("lemmas/B2.py", "; did you mean the result B.2?"),
            ("lemmas/main.py", "; did you mean lemmas/mine.py?"),
            ("lemmas/sign_form.py", "; did you mean the result sign-form?"),
            ("nowhere.py", ""),
            ("no/such.txt", ""),
        ):
            assert answer(command, name).stderr == f"Error: there is no file {name}{hint}\n"
    assert answer("check", "x.txt").stderr == "Error: there is no file x.txt\n"
    assert "there is no lemma named 'B.9'; did you mean B.2?" in answer("check", "B.9").stderr


def test_check_runs_only_what_ends_in_py(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("run.txt", "run"):
        Path(name).write_text("open('was-run', 'w').close()", encoding="utf-8")
        for word in (name, f"./{name}", str(tmp_path / name)):
            done = answer("check", word)
            assert done.stderr == f"Error: {word} is a file; a file of lemmas has a name that ends in .py\n"
    assert not Path("was-run").exists()


# --- places to write ----------------------------------------------------------------------------


GIVEN = "--beta1 0.9 --beta2 0.999 --lr 1e-3 --steps 9 --dim 2 --gap 8 --grad1 4 --L0 1 --sigma0 1"
WRITING = {  # every option that writes, and a command with it that would take long, or say something, before
    "check all --save": "make the folder",
    "verify B.2 --with coq --keep": "make the folder",
    "verify B.2 --with z3 --save": "make the folder",
    "export B.2 -o": "write",
    "explore --html": "write",
    "report --html": "write",
    "report --latex": "write",
    "experiment rate --save": "make the folder",
    "experiment rate --plot": "write",
    "experiment rate --data": "write",
    "simulate --checkpoint": "write the checkpoint",
    f"sweep {Path(__file__).parents[1] / 'sweeps' / 'small.toml'} --save": "make the folder",
    "simulate --against main --reproducer": "write",
    f"bound {GIVEN} --plot": "write",
    f"bound {GIVEN} --heat-map": "write",
    f"bound {GIVEN} --data": "write",
    "magnitude --plot": "write",
    "audit nowhere.audit --html": "write",
    "audit nowhere.audit --data": "write",
    "magnitude --data": "write",
}


def test_every_option_that_writes_is_looked_at() -> None:
    context = click.Context(main)
    names = ("save", "keep", "html", "latex", "plot", "heat_map", "data", "checkpoint", "reproducer")
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        for option in command.params:
            if option.name in names and not getattr(option, "is_flag", False):
                assert any(words.split()[0] == name and words.endswith(option.opts[0]) for words in WRITING), option


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder in which nobody can write is Linux's /proc")
@pytest.mark.parametrize("words", WRITING)
def test_a_place_that_cannot_be_written_is_noticed_before_the_work(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def started(*_: object, **__: object) -> None:
        raise AssertionError("the work has begun")

    for module, name in (
        ("adamproof.checking.pool", "Workers"), ("adamproof.cli.tasks", "workers"),
        ("adamproof.cli.run", "workers"),
        ("adamproof.cli.commands.experiment", "run"), ("adamproof.bounds.certified", "certify"),
    ):  # fmt: skip
        monkeypatch.setattr(f"{module}.{name}", started)
    ending = ".csv" if "--data" in words else ".svg"
    done = answer(*words.split(), f"/proc/there{ending}")
    assert done.exit_code == 2 and done.stdout == "", done.output
    if "--with coq" not in words or "there is no coqc" not in done.stderr:
        assert done.stderr.startswith(f"Error: cannot {WRITING[words]} ") and done.stderr.count("\n") == 1
        assert "/proc/there" in done.stderr


def test_other_files_do_not_stop_verify(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("lemma = 1", encoding="utf-8")
    (tmp_path / "b.json").write_text(dump(theorem_of("sign-form")), encoding="utf-8")
    long = "x" * 300
    done = answer("verify", long, *(str(tmp_path / name) for name in ("a.py", "b.json")), "--json")
    assert done.exit_code == 2
    first, second, third = json.loads(done.stdout)["files"]
    assert first["error"].startswith(f"there is no file {long}; for a result, use `adamproof check {long}`, or verify")
    assert "is a Python file, not a proof file" in second["error"]
    assert third["verdict"] == "PROVED"


@pytest.mark.parametrize("checker", ["coq", "z3"])
def test_other_checkers_are_not_asked_about_files_of_another_kind(checker: str, tmp_path: Path) -> None:
    path = tmp_path / "empty.json"
    path.touch()
    done = answer("verify", str(path), "--with", checker)
    assert done.exit_code == 2
    assert "is an empty file, not a proof file" in done.stderr or "there is no coqc" in done.stderr


@pytest.mark.parametrize("name", ["good.json: PROVED        other.json", "a\nb.json"])
def test_a_name_that_could_end_a_line_is_refused(name: str) -> None:
    """A terminal breaks a line that spaces fill up, and what follows would look like a line of ours."""
    found = answer("verify", name)
    assert found.exit_code == 2
    assert "has unprintable characters or repeated spaces: rename the file" in found.output
