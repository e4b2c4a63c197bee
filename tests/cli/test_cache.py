"""The cache: the same answers sooner, and nothing that is written into it can make a verdict."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adamproof.cache import PLACE, Cache, Question
from adamproof.check import Verdict, Work, worked
from adamproof.cli.recalling import Recalled
from adamproof.plain import packed, unpacked
from adamproof.registry import get

ROOT = Path(__file__).resolve().parents[2]
LEMMA = "sign-form"


def run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), PLACE: str(folder), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "adamproof", *args]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, encoding="utf-8")


def answer(done: subprocess.CompletedProcess[str]) -> tuple[bool, Any]:
    """Whether it was recalled, and all else (but for times)."""
    (lemma,) = json.loads(done.stdout)["lemmas"]
    lemma.pop("seconds")
    return lemma.pop("recalled"), lemma


def entry(folder: Path) -> Path:
    (path,) = folder.glob("*.json")
    return path


def rewrite(path: Path, change: Callable[[Any], None]) -> None:
    """Change an entry as somebody would who knows its format, checksum included."""
    content = json.loads(path.read_text(encoding="utf-8").partition("\n")[2])
    change(content)
    text = json.dumps(content)
    path.write_text(f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}", encoding="utf-8")


def test_the_second_answer_is_recalled_and_equal(tmp_path: Path) -> None:
    fresh, recalled, refused = (
        answer(run(tmp_path, "check", LEMMA, "--json", *more)) for more in ([], [], ["--no-cache"])
    )
    assert (fresh[0], recalled[0], refused[0]) == (False, True, False)
    assert fresh[1] == recalled[1] == refused[1]


def test_people_are_told(tmp_path: Path) -> None:
    run(tmp_path, "check", LEMMA)
    done = run(tmp_path, "check", LEMMA)
    assert "sign-form: PROVED (verified now; proofs, numbers and false twins from the cache)" in done.stdout
    assert done.stderr == ""


def test_other_questions_are_other_entries(tmp_path: Path) -> None:
    for more in ([], ["--models", "3"], ["--no-mutants"], ["--claim", "step"]):
        run(tmp_path, "check", LEMMA, "--json", *more)
    assert len(list(tmp_path.glob("*.json"))) >= 3


def test_one_entry_a_question(tmp_path: Path) -> None:
    run(tmp_path, "check", LEMMA)
    old = entry(tmp_path).rename(tmp_path / f"{entry(tmp_path).stem.rpartition('-')[0]}-0000000000000000.json")
    run(tmp_path, "check", LEMMA)
    assert not old.exists()  # as after a change of the code
    assert entry(tmp_path)


def _another_proof(content: Any) -> None:
    other = worked(get("young-power"), 0, False, lambda _: None)[0]
    content["proofs"] = other.proofs[:1] * len(content["proofs"])


def _false_statement(content: Any) -> None:
    content["proofs"] = [text.replace("abs(m)", "m") for text in content["proofs"]]


def _no_proof(content: Any) -> None:
    content["proofs"] = []


def _survivor(content: Any) -> None:
    name = next(iter(content["mutants"]))
    content["mutants"][name][2][0] = False


def _nonsense(content: Any) -> None:
    content["claims"] = {"the claim": ["record", "Popen", ["id"]]}


@pytest.mark.parametrize(
    "change", [_another_proof, _false_statement, _no_proof, _survivor, _nonsense, lambda content: content.clear()]
)
def test_an_edited_entry_is_not_believed(tmp_path: Path, change: Callable[[Any], None]) -> None:
    """Even with the right checksum: the kernel reads the proofs, and the lemma says what they have to prove."""
    truth = answer(run(tmp_path, "check", LEMMA, "--json"))[1]
    rewrite(entry(tmp_path), change)
    recalled, found = answer(run(tmp_path, "check", LEMMA, "--json"))
    assert not recalled
    assert found == truth
    assert answer(run(tmp_path, "check", LEMMA, "--json"))[0]  # the edited entry has been replaced


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b.replace(b"abs", b"sba", 1)])
def test_a_damaged_entry_is_not_read(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    run(tmp_path, "check", LEMMA)
    path = entry(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    assert not answer(run(tmp_path, "check", LEMMA, "--json"))[0]


def test_a_place_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("", encoding="utf-8")
    done = run(place, "check", LEMMA, "B.2", "-q")
    assert done.returncode == 0
    assert done.stdout.count("PROVED") == 2
    assert done.stderr.count("cannot be written") == 1


def test_unproved_lemmas_and_users_files_are_not_kept(tmp_path: Path) -> None:
    mine = tmp_path / "mine.py"
    mine.write_text(
        "from adamproof.lemma import Claim, Lemma, Source\nfrom adamproof.prover import le, prove, reals\n"
        "x, y = reals('x y')\n"
        "lemma = Lemma(slug='mine', title='Mine', source=Source.OURS, where='a test', assumptions={},\n"
        "    claims=[Claim('it', le(2*x*y, x**2 + y**2), lambda scope: prove(scope.goal))])\n",
        encoding="utf-8",
    )
    folder = tmp_path / "cache"
    assert "mine: PROVED" in run(folder, "check", str(mine)).stdout
    assert not list(folder.glob("*.json"))


def test_what_is_kept_comes_back_unchanged() -> None:
    """Fractions, floating point numbers to the last bit, statements, counterexamples."""
    for slug in ("average-magnitude", "main-theorem", "magnitude-identity"):
        work = worked(get(slug), 5, True, lambda _: None)[0]
        assert unpacked(json.loads(json.dumps(packed(work)))) == work


def test_only_finished_work_is_kept() -> None:
    with pytest.raises(ValueError, match="only finished work"):
        packed(Work({}, {"a claim": ValueError("no proof")}, {}))


def test_the_command_says_where_and_clears(tmp_path: Path) -> None:
    run(tmp_path, "check", LEMMA)
    assert run(tmp_path, "cache").stdout.startswith(f"{tmp_path}: 1 lemmas, 0.")
    assert run(tmp_path, "cache", "--clear").stdout == f"{tmp_path}: 1 lemmas deleted\n"
    assert run(tmp_path, "cache").stdout == f"{tmp_path}: 0 lemmas, 0.0 MB\n"


def test_nothing_is_recalled_from_an_empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path / "none"))
    with Recalled([Question(LEMMA, 40, True)], 2) as recalled:
        assert recalled.report(get(LEMMA)) is None
    assert Cache().clear() == 0


def test_each_lemma_gets_the_answers_about_its_own_proofs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path))
    slugs = [LEMMA, "young-power", "norms", "constant-sum"]
    assert run(tmp_path, "check", *slugs, "--quiet").returncode == 0
    with Recalled([Question(slug, 40, True) for slug in slugs], 2) as recalled:  # the last first, one not at all
        reports = {slug: recalled.report(get(slug)) for slug in reversed(slugs) if slug != "norms"}
    for slug, report in reports.items():
        assert report is not None and report.lemma.slug == slug
        assert [claim.verdict for claim in report.claims] == [Verdict.PROVED] * len(get(slug).claims)
