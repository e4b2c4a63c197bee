"""What a proof file may cost: hostile files are answered at once, and the answer does not depend on other files."""

from __future__ import annotations

import importlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from adamproof.kernel.terms import Refusal
from adamproof.kernel.verify import verify

from .build import check, within

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60  # far beyond what a refusal takes, far below what these files took before there were budgets
Rows = list[list[Any]]
Steps = list[dict[str, Any]]


def step(rule: str, args: list[Any], premises: list[int], hypotheses: list[int], conclusion: int) -> dict[str, Any]:
    stated = {"hypotheses": hypotheses, "conclusion": conclusion, "citations": []}
    return {"rule": rule, "args": args, "from": premises, **stated}


def assumed(*props: int) -> Steps:
    return [step("assume", [prop], [], [prop], prop) for prop in props]


def proof(terms: Rows, steps: Steps, conclusion: str = "?", hypotheses: tuple[str, ...] = ()) -> str:
    states = {"hypotheses": list(hypotheses), "conclusion": conclusion, "citations": []}
    fields = {"title": "", "symbols": [], "terms": terms, "steps": steps, "states": states}
    return json.dumps({"format": "adamproof-proof", "version": 1, **fields})


def answer(text: str) -> str:
    with within(SECONDS):
        try:
            verify(text)
        except Refusal as refusal:
            return str(refusal)
    return "PROVED"


def literals_of_one_hash() -> tuple[str, str]:
    terms: Rows = [["rat", str(1 + i * (2**61 - 1))] for i in range(10_000)]
    terms.append(["==", 0, 0])
    return proof(terms, assumed(10_000), "1 == 1", ("1 == 1",)), "PROVED"


def atoms_of_one_hash() -> tuple[str, str]:
    terms: Rows = []
    for i in range(4_000):
        terms += [["rat", str(1 + i * (2**61 - 1))], ["abs", 2 * i]]
    sums = [["add", *range(1, 8_000, 2)], ["<=", 8_000, 8_000], ["==", 0, 0]]
    steps = [*assumed(8_001), step("discharge", [8_001], [0], [], 8_003)]
    return proof([*terms, *sums, ["implies", 8_001, 8_001]], steps), "the file states"


def huge_common_denominator() -> tuple[str, str]:
    rng = random.Random(1)
    terms: Rows = []
    for i in range(200):
        denominator = rng.getrandbits(12_900) | 1
        terms += [["rat", f"1/{denominator}"], ["var", f"x{i}", "real"], ["mul", 3 * i, 3 * i + 1]]
    terms += [["add", *range(2, 600, 3)], ["inv", 600], ["rat", "0"], ["<=", 601, 602], ["<=", 602, 602]]
    steps = [*assumed(603), step("discharge", [604], [0], [603], 603)]
    return proof(terms, steps), "bits"


def deep_binders() -> tuple[str, str]:
    terms: Rows = [["int", "0"], ["int", "1"], ["var", "x", "real"], ["var", "y", "real"]]
    body = []
    for index in range(80):
        terms += [["bound", index, "int"], ["real", len(terms)], ["mul", 2, len(terms) + 1]]
        body += [len(terms) - 1] * 300
    terms.append(["add", *body])
    for _ in range(80):
        terms.append(["Sum", 0, 1, len(terms) - 1])
    terms.append(["<=", 2, len(terms) - 1])
    last = len(terms) - 1
    steps = [*assumed(last), step("instantiate", [[[2, 3]], []], [0], [last], last)]
    return proof(terms, steps), "more than 3000000 steps"


WIDE, MANY = 8_000, 400


def many_wide_statements() -> tuple[str, str]:
    terms: Rows = [["var", f"x{i}", "real"] for i in range(WIDE)]
    terms.append(["add", *range(WIDE)])
    props = []
    for i in range(MANY):
        terms += [["rat", str(i)], ["<=", WIDE, len(terms)]]
        props.append(len(terms) - 1)
    return proof(terms, assumed(*props)), "the file states"


FILES = [literals_of_one_hash, atoms_of_one_hash, huge_common_denominator, deep_binders, many_wide_statements]


@pytest.mark.parametrize("make_file", FILES, ids=lambda make_file: make_file.__name__)
def test_a_costly_file_is_answered_at_once(make_file: Any) -> None:
    text, expected = make_file()
    found = answer(text)
    check(expected in found, found[:500])


def test_a_file_has_a_budget_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("adamproof.kernel.verify")
    monkeypatch.setattr(module, "MAX_TOTAL", 3_000_000)  # 8,000 names in each of 400 steps
    check("more than 3000000 elementary steps" in answer(many_wide_statements()[0]), "collecting names is counted")


def power_file(names: str) -> str:
    """(a0 + ... + a7)^10, for each letter, in one sum: too much at once, little enough letter by letter."""
    terms: Rows = [["int", "10"]]
    powers = []
    for letter in names:
        start = len(terms)
        terms += [["var", f"{letter}{i}", "real"] for i in range(8)]
        terms += [["add", *range(start, start + 8)], ["pow", start + 8, 0]]
        powers.append(len(terms) - 1)
    terms += [["add", *powers]] if len(powers) > 1 else []
    terms.append(["==", len(terms) - 1, len(terms) - 1])
    last = len(terms) - 1
    return proof(terms, [step("arith", [last, [], []], [], [], last)])


def test_the_answer_does_not_depend_on_the_files_before() -> None:
    whole = power_file("abcd")
    check("more than 3000000 steps" in answer(whole), "too much at once")
    for letter in "abcd":
        check("the file states" in answer(power_file(letter)), "each alone is little")
    check("more than 3000000 steps" in answer(whole), "and still too much after its parts")


def run(path: Path, *args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, "-m", "adamproof.kernel", *args, str(path)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a_citation_that_the_terminal_cannot_write(tmp_path: Path) -> None:
    terms: Rows = [["rat", "0"], ["<=", 0, 0]]
    cited = {**step("cite", ["Hölder", "a book", 1], [], [1], 1), "citations": [["Hölder", "a book"]]}
    data = json.loads(proof(terms, [cited], "0 <= 0", ("0 <= 0",)))
    data["states"]["citations"] = [["Hölder", "a book"]]
    path = tmp_path / "cited.json"
    path.write_text(json.dumps(data), "utf-8")
    done = run(path, PYTHONIOENCODING="ascii")
    check(done.returncode == 0 and "H\\xf6lder: a book" in done.stdout and done.stderr == "", f"{done}")


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    path = tmp_path / "wide.json"
    path.write_text(power_file("a"), "utf-8")
    command = f'"{sys.executable}" -m adamproof.kernel {path} | head -c 10'
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    check(done.stderr == "", done.stderr)
