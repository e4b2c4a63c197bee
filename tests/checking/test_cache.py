"""The cache: the same answers sooner, and nothing that is written into it can make a verdict."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from adamproof.checking import verifier
from adamproof.checking.cache import PLACE, Cache, Question, _seal, fingerprint
from adamproof.checking.pipeline import outline, work
from adamproof.checking.pool import Workers
from adamproof.checking.recall import Recalled, keep
from adamproof.checking.report import ClaimFindings, Findings, LemmaReport, MutantReport, Verdict
from adamproof.checking.request import MODELS, Request
from adamproof.checking.serialize import packed, unpacked
from adamproof.numeric.answers import Report
from adamproof.theory.library import get
from tests.here import run_here
from tests.session import Session

ROOT = Path(__file__).resolve().parents[2]
LEMMA = "sign-form"
QUESTION = Question(LEMMA, MODELS, True)


def findings(slug: str, models: int = 5) -> Findings:
    return work(get(slug), models, models > 0, lambda _: None, lambda _: None)


def run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return run_here(*args, **{PLACE: str(folder)})


def answer(done: subprocess.CompletedProcess[str]) -> tuple[bool, Any]:
    """Whether it was recalled, and all else (but for times)."""
    return answer_in(done.stdout)


def answer_in(text: str) -> tuple[bool, Any]:
    (lemma,) = json.loads(text)["lemmas"]
    lemma.pop("seconds")
    return lemma.pop("recalled"), lemma


@pytest.fixture
def truth(session: Session, tmp_path: Path) -> Any:
    """The answer about the lemma, which a cache in tmp_path has from now on: it is searched once a session."""
    place = session.folder / "one lemma"
    text = session.once("one lemma.json", lambda: run(place, "check", LEMMA, "--json").stdout)
    shutil.copytree(place, tmp_path, dirs_exist_ok=True)
    return answer_in(text)[1]


def entry(folder: Path) -> Path:
    (path,) = folder.glob("*.json")
    return path


def rewrite(path: Path, change: Callable[[Any], None]) -> None:
    """Change an entry as somebody would who knows its format, checksum included."""
    cache = Cache(path.parent)
    content = cache.read(QUESTION)
    change(content)
    cache.write(QUESTION, content)


def test_the_second_answer_is_recalled_and_equal(tmp_path: Path) -> None:
    fresh, recalled, refused = (
        answer(run(tmp_path, "check", LEMMA, "--json", *more)) for more in ([], [], ["--no-cache"])
    )
    assert (fresh[0], recalled[0], refused[0]) == (False, True, False)
    assert fresh[1] == recalled[1] == refused[1]


@pytest.mark.usefixtures("truth")
def test_people_are_told(tmp_path: Path) -> None:
    done = run(tmp_path, "check", LEMMA)
    assert "sign-form: PROVED (verified now; all else from the cache)" in done.stdout
    assert done.stderr == ""


def test_other_questions_are_other_entries(tmp_path: Path) -> None:
    for more in ([], ["--models", "3"], ["--no-mutants"], ["--claim", "step"]):
        run(tmp_path, "check", LEMMA, "--json", *more)
    assert len(list(tmp_path.glob("*.json"))) >= 3


@pytest.mark.usefixtures("truth")
def test_one_entry_a_question(tmp_path: Path) -> None:
    old = entry(tmp_path).rename(tmp_path / f"{entry(tmp_path).stem.rpartition('-')[0]}-0000000000000000.json")
    run(tmp_path, "check", LEMMA)
    assert not old.exists()  # as after a change of the code
    assert entry(tmp_path)


def _another_proof(content: Any) -> None:
    content["proofs"] = findings("young-power", 0).proofs[:1] * len(content["proofs"])


def _false_statement(content: Any) -> None:
    content["proofs"] = [text.replace("abs(m)", "m") for text in content["proofs"]]


def _no_proof(content: Any) -> None:
    content["proofs"] = []


def _record(content: Any) -> dict[str, Any]:
    """The fields of the findings, by name."""
    return dict(zip(("about", "claims", "mutants"), content["value"][2], strict=True))


def _claims(content: Any) -> list[Any]:
    """The fields of the claims' records; see CLAIM for their places."""
    return [record[2] for record in _record(content)["claims"][1:]]


CLAIM = {entry.name: place for place, entry in enumerate(fields(ClaimFindings))}
REPORT = {entry.name: place for place, entry in enumerate(fields(Report))}
MUTANT = {entry.name: place for place, entry in enumerate(fields(MutantReport))}


def _survivor(content: Any) -> None:
    _record(content)["mutants"][1][2][MUTANT["refused"]] = False


def _nonsense(content: Any) -> None:
    content["value"] = ["record", "Popen", ["id"]]


def _other_statement(content: Any) -> None:
    """Something else that is stated, and a proof of that."""
    other = packed(findings("young-power", 0))
    content["terms"] += [
        [entry if type(entry) is not int else entry + len(content["terms"]) for entry in row] for row in other["terms"]
    ]
    shifted = ["term", len(content["terms"]) - 1]
    for parts in _claims(content):
        parts[CLAIM["conclusion"]] = shifted
    content["proofs"] = other["proofs"][:1] * len(content["proofs"])


def _another_title(content: Any) -> None:
    _record(content)["about"][2][2] = "Adam converges"


def _no_numbers(content: Any) -> None:
    for parts in _claims(content):
        parts[CLAIM["numbers"]] = None


def _more_models(content: Any) -> None:
    for parts in _claims(content):
        parts[CLAIM["numbers"]][2][REPORT["models"]] = ["int", hex(10**6)]


def _words_for_numbers(content: Any) -> None:
    for parts in _claims(content):
        parts[CLAIM["numbers"]] = "they hold"


def _words_in_numbers(content: Any) -> None:
    for parts in _claims(content):
        parts[CLAIM["numbers"]][2][REPORT["models"]] = "many"


def _no_steps(content: Any) -> None:
    for parts in _claims(content):
        parts[CLAIM["titles"]] = ["tuple"]


def _numbers_for_steps(content: Any) -> None:
    for parts in _claims(content):
        parts[CLAIM["titles"]] = ["tuple", ["int", "0x1"]]


def _steps_out_of_range(content: Any) -> None:
    for parts in _claims(content):
        parts[CLAIM["titles"]] = ["tuple", ["tuple", "0 = 1", ["int", hex(10**6)]]]


def _no_mutants(content: Any) -> None:
    content["value"][2][2] = ["tuple"]


def _endless_number(content: Any) -> None:
    for parts in _claims(content):
        parts[CLAIM["numbers"]][2][REPORT["smallest_absolute"]] = ["mpf", 0, "0x1", 10**18, 1]


def _lists(content: Any) -> None:
    content["value"] = [1]


def _no_text(content: Any) -> None:
    content["proofs"] = ["\ud800" for _ in content["proofs"]]


@pytest.mark.parametrize(
    "change",
    [
        _another_proof,
        _false_statement,
        _no_proof,
        _survivor,
        _nonsense,
        lambda content: content.clear(),
        _no_numbers,
        _more_models,
        _words_for_numbers,
        _no_steps,
        _numbers_for_steps,
        _no_mutants,
        _endless_number,
        _lists,
        _no_text,
        _other_statement,
        _another_title,
        _words_in_numbers,
        _steps_out_of_range,
    ],
)
def test_an_edited_entry_is_not_believed(tmp_path: Path, truth: Any, change: Callable[[Any], None]) -> None:
    """Even with the right checksum: the kernel reads the proofs, and the lemma says what they have to prove."""
    rewrite(entry(tmp_path), change)
    recalled, found = answer(run(tmp_path, "check", LEMMA, "--json"))
    assert not recalled
    assert found == truth
    assert answer(run(tmp_path, "check", LEMMA, "--json"))[0]  # the edited entry has been replaced


@pytest.mark.parametrize("damage", [lambda b: b[: len(b) // 2], lambda b: b"", lambda b: b.replace(b"abs", b"sba", 1)])
@pytest.mark.usefixtures("truth")
def test_a_damaged_entry_is_not_read(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    path = entry(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    assert not answer(run(tmp_path, "check", LEMMA, "--json"))[0]


@pytest.mark.parametrize("text", ["{", "[" * 200_000, '{"proofs": [], "claims": ' + "1" * 5000 + "}"])
def test_what_is_sealed_but_cannot_be_parsed_is_not_read(tmp_path: Path, text: str) -> None:
    cache = Cache(tmp_path)
    cache.write(QUESTION, None)
    for kept in (text.encode(), b'{"names": [], "sizes": null}\n' + text.encode()):
        entry(tmp_path).write_bytes(_seal(QUESTION, kept).encode() + b"\n" + kept)
        assert cache.read(QUESTION) is None


def test_an_entry_answers_its_own_question_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Renamed, it would pass fewer models, no mutants or the numbers of older code for what was asked."""
    cache = Cache(tmp_path)
    for other in (Question(LEMMA, 1, True), Question(LEMMA, MODELS, False), Question("B.2", MODELS, True)):
        cache.write(other, {})
        cache._path(other).rename(cache._path(QUESTION))
        assert cache.read(QUESTION) is None
    cache.write(QUESTION, {})
    assert cache.read(QUESTION) == {}
    monkeypatch.setattr("adamproof.checking.cache.fingerprint", lambda: fingerprint()[:-1] + "?")  # the same beginning
    assert cache.read(QUESTION) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_only_files_are_read(tmp_path: Path) -> None:
    """A pipe, or a link to a device, would be read forever."""
    cache = Cache(tmp_path)
    os.mkfifo(cache._path(QUESTION))
    assert cache.read(QUESTION) is None
    cache._path(QUESTION).unlink()
    cache._path(QUESTION).symlink_to("/dev/zero")
    assert cache.read(QUESTION) is None


def test_clearing_leaves_other_files_alone(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.write(QUESTION, {})
    for name in ("my-results.json", ".my-notes.tmp", f".{entry(tmp_path).name}.123.tmp"):
        (tmp_path / name).write_text("", encoding="utf-8")
    assert cache.clear() == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [".my-notes.tmp", "my-results.json"]


def test_a_user_without_a_home_has_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv(PLACE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # its rules: to be ignored
    monkeypatch.setattr(Path, "home", nowhere)
    assert Cache().read(QUESTION) is None
    assert "results are not affected" in keep(QUESTION, outline(get(LEMMA), False))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert Cache().folder == tmp_path / "adamproof"


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
        "from adamproof.theory.lemma import Claim, Lemma, Source\nfrom adamproof.prover import le, prove, reals\n"
        "x, y = reals('x y')\n"
        "lemma = Lemma(slug='mine', title='Mine', source=Source.OURS, where='a test', assumptions={},\n"
        "    claims=[Claim('it', le(2*x*y, x**2 + y**2), lambda scope: prove(scope.goal))])\n",
        encoding="utf-8",
    )
    folder = tmp_path / "cache"
    assert "mine: PROVED" in run(folder, "check", str(mine)).stdout
    assert not list(folder.glob("*.json"))


@pytest.mark.parametrize("slug", ["average-magnitude", "main-theorem", "magnitude-identity"])
def test_what_is_kept_comes_back_unchanged(slug: str) -> None:
    """Fractions, floating point numbers to the last bit, statements, counterexamples."""
    found = findings(slug)
    assert unpacked(json.loads(json.dumps(packed(found)))) == found


def test_long_fractions_are_kept() -> None:
    """Python refuses to write integers of more than 4300 digits in decimal."""
    found = outline(get("sign-form"), False)
    box = {"x": (Fraction(7**6000, 3**9000), Fraction(3**9000, 7))}
    found = replace(found, claims=tuple(replace(claim, box=box) for claim in found.claims))
    assert unpacked(json.loads(json.dumps(packed(found)))) == found


def test_the_command_says_where_and_clears(tmp_path: Path) -> None:
    run(tmp_path, "check", LEMMA)
    assert run(tmp_path, "cache").stdout.startswith(f"{tmp_path}: 1 entry, 0.")
    assert run(tmp_path, "cache", "--clear").stdout == f"{tmp_path}: 1 entry deleted\n"
    assert run(tmp_path, "cache").stdout == f"{tmp_path}: 0 entries, 0.0 MB\n"


def test_a_verifier_that_dies_is_noticed_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second question must not wait for a process that has ended."""
    silent = [sys.executable, "-c", "pass"]

    def start(paths: list[str], output: int, errors: Any, *_: Any, **__: Any) -> subprocess.Popen[str]:
        return subprocess.Popen(silent, stdout=output, stderr=errors, text=True)

    monkeypatch.setattr(verifier, "start", start)
    with verifier.FreshVerification(["", ""]) as asked:
        for number in (0, 1, 0):
            with pytest.raises(RuntimeError, match="the verifier did not answer"):
                asked.answer(number)


def test_a_kernel_that_dies_is_replaced() -> None:
    """It takes the answers on one lemma of the library with it, no more."""
    requests = [Request("check", slug) for slug in ("sign-form", "ratio-bound")]
    with Workers(1, lambda path, line: None, lambda text: None) as workers:
        answers = workers.run(requests)
        first = next(answers)
        assert [said["verdict"] for said in first.verified()] == ["PROVED"]
        (kernel,) = workers._kernels
        kernel._process.kill()
        kernel._process.wait()
        assert {said["verdict"] for said in next(answers).verified()} == {"PROVED"}
        assert len(workers._kernels) == 2


def recalled(slugs: list[str]) -> dict[str, LemmaReport]:
    with (
        Workers(1, lambda path, line: None, lambda text: None) as workers,
        Recalled([Question(slug, 40, True) for slug in slugs], 2) as kept,
    ):
        return {question.lemma: report for question, report, _ in kept.reports(workers)}


def test_nothing_is_recalled_from_an_empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path / "none"))
    assert recalled([LEMMA]) == {}
    assert Cache().clear() == 0


def test_each_lemma_gets_the_answers_about_its_own_proofs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path))
    slugs = [LEMMA, "young-power", "norms", "constant-sum"]
    assert run(tmp_path, "check", *slugs, "--quiet").returncode == 0
    reports = recalled([slugs[3], slugs[0], slugs[1]])
    assert list(reports) == [slugs[3], slugs[0], slugs[1]]
    for slug, report in reports.items():
        assert report.lemma.slug == slug
        assert [claim.verdict for claim in report.claims] == [Verdict.PROVED] * len(get(slug).claims)
