"""The command `schedule`."""

from __future__ import annotations

import pytest

from tests.cli.test_bound import answer, ask
from tests.here import run_here as run


def test_the_schedule_of_the_source() -> None:
    found = answer("schedule", "--beta1", "1/2", "--beta2", "3/4", "--lr", "3/4")
    assert found["growth"] == "T^(1/8)" and found["rate"] == "0" and found["binding"] == ["drift"]
    assert found["exponents"] == {
        "initial gap": "-1/4",
        "initial momentum": "-3/8",
        "drift": "0",
        "noise": "-1/8",
    }
    assert found["best"]["rate"] == "1/4" and found["best"]["certificate"].endswith("<= 1/4")
    averaged = answer("schedule", "--beta1", "1/2", "--beta2", "3/4", "--lr", "3/4", "--theorem", "averaged")
    assert averaged["rate"] == "1/4" and averaged["growth"] == "1"


def test_the_best_schedule() -> None:
    text = ask("schedule", "--best").output
    assert "Best: rate 1/4 at A = 1/2, B = 1/2, C = 3/4" in text and "proved by the kernel" in text
    assert answer("schedule", "--best", "--beta2", "3/4", "--beta1", "1/2")["best"]["rate"] == "1/8"
    text = ask("schedule", "--best", "--theorem", "averaged").output
    assert "1/2 <= B <= 1" in text


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            [],
            "Error: schedule needs the exponents --beta1, --beta2 and --lr (--beta1, --beta2, --lr missing)",
        ),
        (["--beta1", "x", "--beta2", "1", "--lr", "1"], "Error: --beta1: 'x' is not a number: letters are not"),
        (["--beta1", "-1", "--beta2", "1", "--lr", "1"], "Error: --beta1: the exponent A must be a short fraction"),
        (["--beta1", "1/0", "--beta2", "1", "--lr", "1"], "Error: --beta1: '1/0' is not a number: it divides by 0"),
        (["--beta1", "3/4", "--beta2", "1/2", "--lr", "1"], "Error: "),
    ],
)
def test_schedule_refusals(words: list[str], sentence: str) -> None:
    found = ask("schedule", *words)
    assert found.exit_code == 2
    assert found.output.startswith(sentence) and found.output.count("\n") == 1


LONG = [line.split() for line in ("schedule --best -v", "graph rate", "simulate --steps 50", "check geometric-sum -v")]


@pytest.mark.parametrize("words", LONG)
@pytest.mark.parametrize("columns", [80, 120])
def test_long_lines_are_broken(words: list[str], columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = run(*words).stdout.splitlines()
    assert columns - 45 < max(map(len, lines)) <= columns
