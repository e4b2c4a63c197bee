"""The command `simulate`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from adamproof.networks import ARCHITECTURES
from adamproof.sweeps.setting import NETWORKS
from tests.here import run_here as run

QUICK = ["simulate", "--dim", "3", "--steps", "50", "--replicates", "4"]


def answer(*arguments: str) -> Any:
    done = run(*QUICK, *arguments, "--json")
    assert done.returncode == 0, done.output
    return json.loads(done.stdout)


def test_a_run_is_told_in_words() -> None:
    done = run(*QUICK, "--exponents", "0.5", "0.5", "0.75")
    assert done.returncode == 0
    assert "quadratic, d = 3, 50 steps, 4 replicates, seed 0" in done.stdout
    assert "run by NumPy" in done.stdout
    assert "observed: means over steps and replicates" in done.stdout


def header(*arguments: str) -> str:
    done = run("simulate", "--engine", "numpy", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.partition("observed:")[0]


def test_the_header_shows_every_option_that_changes_the_run() -> None:
    few = ("--steps", "2", "--replicates", "2", "--dim", "2")
    for plain, changes in (
        ((), (
            "--problem cosh", "--dim 3", "--start 2", "--steps 3", "--replicates 3", "--seed 1", "--beta1 0.8",
            "--beta2 0.9", "--lr 0.1", "--epsilon 0.1", "--bias-correction", "--algorithm textbook",
            "--algorithm rmsprop", "--algorithm signum", "--algorithm sign-descent", "--exponents 1/2 1/2 3/4",
            "--noise signs", "--noise sphere", "--noise none", "--noise two-point", "--s0 2", "--s1 1",
            "--dtype float32",
        )),
        (("--s1", "1"), ("--p 1", "--s1 2")),
        (("--noise", "two-point"), ("--delta 0.1",)),
        (("--exponents", "1/2", "1/2", "3/4"), ("--factors 1/2 1 1", "--bias-correction", "--epsilon 1")),
    ):  # fmt: skip
        shown = [header(*few, *plain), *(header(*few, *plain, *change.split()) for change in changes)]
        assert len(set(shown)) == len(shown)
    digits = ("--problem", "digits", "--steps", "2", "--replicates", "2")
    assert header(*digits) != header(*digits, "--batch", "3")
    assert "the sign form, with bias correction\n" in header(*few, "--bias-correction")
    assert "the sign form, without bias correction\n" in header(*few)


def test_a_run_as_json() -> None:
    document = answer("--problem", "cosh", "--s1", "0.5", "--p", "1")
    assert (document["command"], document["exit_code"]) == ("simulate", 0)
    assert document["constants"]["q"] == 1.0
    assert document["noise"] == {"kind": "gaussian", "s0": 1.0, "s1": 0.5, "p": 1.0, "delta": 0.25}
    assert document["statistics"]["steps"] == 50
    assert document == answer("--problem", "cosh", "--s1", "0.5", "--p", "1")


def test_a_run_in_float32() -> None:
    document = answer("--dtype", "float32", "--lr", "1e-9")
    assert (document["dtype"], len(document["doubts"])) == ("float32", 1)
    assert "--dtype float32" in document["repeat"]
    assert (answer()["dtype"], answer()["doubts"]) == ("float64", [])
    done = run(*QUICK, "--dtype", "float32", "--lr", "1e-9")
    assert done.returncode == 0
    assert "x, m, v and the update in float32; gradient, noise and statistics in float64" in done.stdout
    assert done.stderr.startswith("the largest |x| after step 0 is 1, where float32 rounds a move of about")
    assert done.stderr.count("\n") == 1
    refused = run(*QUICK, "--dtype", "float32", "--replicates", "16", "--against", "main")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "what rounding can do to a run is known here for float64 alone, not for float32" in refused.stderr


def test_the_exact_gradient_every_so_many_steps() -> None:
    digits = ("simulate", "--problem", "digits", "--steps", "20", "--replicates", "2", "--json", "--exact-every")
    dense, sparse = (json.loads(run(*digits, each).stdout) for each in ("1", "6"))
    assert (dense["statistics"]["exact steps"], sparse["statistics"]["exact steps"]) == (20, 4)
    assert "--exact-every 6" in sparse["repeat"]
    assert dense["statistics"]["max u"] == sparse["statistics"]["max u"]
    assert dense["final value"] == sparse["final value"]
    said = run(*digits[:-2], "--exact-every", "6").stdout
    assert "(of what needs the exact gradient a: over 4 of the 20 steps)\n" in said


def test_threads_are_for_what_numba_runs() -> None:
    few = ("--batch", "2", "--steps", "3", "--replicates", "2", "--threads", "2")
    assert run("simulate", "--problem", "digits", *few).returncode == 0
    refused = run("simulate", "--problem", "lstm", *few)
    assert refused.stderr == "Error: --threads has no effect with the network lstm: omit it\n"


def test_networks_are_problems() -> None:
    few = ("--batch", "2", "--steps", "3", "--replicates", "2", "--exact-every", "3")
    done = run("simulate", "--problem", "lstm", *few)
    assert done.returncode == 0, done.stderr
    head = done.stdout.partition("observed:")[0]
    assert head.startswith("lstm, d = 77280, 3 steps, 2 replicates, seed 0\nx_1 as given, data help texts of Python ")
    assert ", samples 1024, batch 2, start 0\n" in head and "(of what needs the exact gradient" in done.stdout
    assert run("simulate", "--problem", "lstm", "--dim", "3").stderr == (
        "Error: --dim has no effect with the network lstm: omit it\n"
    )
    for option in (("--exact-every", "2"), ()):
        refused = run("simulate", "--problem", "lstm", "--steps", "2", "--against", "main", *option)
        assert refused.returncode == 2


def test_the_networks_are_those_of_the_package() -> None:
    assert NETWORKS == tuple(ARCHITECTURES)


def test_the_algorithms() -> None:
    by_name = {
        name: answer("--algorithm", name)["algorithm"]
        for name in ("adam", "textbook", "rmsprop", "signum", "sign-descent")
    }
    assert by_name["rmsprop"]["beta1"] == 0.0
    assert by_name["signum"]["form"] == "signum"
    assert (by_name["sign-descent"]["beta1"], by_name["sign-descent"]["beta2"]) == (0.0, 0.0)
    one, other = (answer("--algorithm", name)["statistics"] for name in ("adam", "textbook"))
    assert one == other


def test_a_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    path = str(tmp_path / "run.npz")
    first = answer("--checkpoint", path)
    assert answer("--checkpoint", path, "--resume") == first
    done = run(*QUICK, "--checkpoint", path)
    assert done.returncode == 2
    assert "already exists" in done.stderr


def test_mistakes_are_one_sentence() -> None:
    for arguments, message in (
        (["--beta1", "1"], "beta1 is 1.0, but must be at least 0 and below 1"),
        (["--dim", "0"], "--dim must be a whole number from 1 to 4294967296, not 0"),
        (
            ["--steps", "0", "--exponents", "0.5", "0.5", "0.75"],
            "--steps must be a whole number from 1 on, not 0",
        ),
        (
            ["--exponents", "0.5", "0.5", "-1e9"],
            "T^-A, T^-B or T^-C overflows a float at T = 50, A = 0.5, B = 0.5, C = -1000000000.0",
        ),
        (["--lr", "1", "--exponents", "1", "1", "1"], "--lr has no effect with --exponents: omit it"),
        (["--delta", "0.1"], "--delta has no effect with the noise gaussian: omit it"),
        (["--problem", "digits", "--noise", "signs"], "--dim has no effect with the digits: omit it"),
        (
            ["--reproducer", "x"],
            "--reproducer has no effect with a run without --against: omit it",
        ),
        (["--exact-every", "2"], "--exact-every has no effect with the problem quadratic: omit it"),
        (["--resume"], "to resume, give the checkpoint"),
        (["--checkpoint", ""], "the name of a checkpoint must not be empty"),
        (
            ["--threads", "2", "--algorithm", "textbook"],
            "--threads has no effect with the textbook form, which NumPy runs: omit it",
        ),
        (["--threads", "2", "--engine", "numpy"], "--threads has no effect with the engine numpy: omit it"),
        (
            ["--noise", "none", "--seed", "5"],
            "--seed has no effect with noise of size 0: omit it",
        ),
        (["--s0", "0", "--seed", "5"], "--seed has no effect with noise of size 0: omit it"),
        (["--p", "2"], "--p has no effect with --s1 0: omit it"),
        (
            ["--checkpoint", "x", "--replicates", "16", "--against", "main", "--reproducer", "./x"],
            "the checkpoint and the reproducer must be different files: choose another reproducer",
        ),
        (["--algorithm", "signum", "--exponents", "1", "1", "1"], "--exponents needs --algorithm adam, not signum"),
    ):
        done = run(*QUICK, *arguments)
        assert done.returncode == 2
        assert done.stderr == f"Error: {message}\n"


def test_a_run_that_stops_says_where_in_json_too(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    done = run(*QUICK, "--problem", "cosh", "--lr", "1e200", "--json", "--checkpoint", str(path))
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["exit_code"] == 1
    what = found["stopped"].pop("what")
    assert what.startswith("the gradient is ")
    assert found["stopped"] == {"step": 2, "replicate": 0, "coordinate": 0, "checkpoint": str(path)}


def test_a_run_that_stops_says_where() -> None:
    done = run(*QUICK, "--problem", "cosh", "--lr", "1e200")
    assert done.returncode == 1
    assert "Stopped: the gradient is" in done.stderr
    assert "in step 2, replicate 0, coordinate 0: the run stops" in done.stderr
