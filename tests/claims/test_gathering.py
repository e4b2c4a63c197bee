"""The claims go the way of `check`: the process that prints runs no lemma file, and believes nothing in the cache."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adamproof.checking.cache import PLACE, Cache, Question
from adamproof.checking.flow import Flow
from adamproof.checking.pool import LemmaProcess, WorkerFailed, Workers
from adamproof.checking.request import MODELS
from adamproof.checking.serialize import proofs_alone, unpacked
from adamproof.checking.verifier import FreshVerification
from adamproof.claims import gathering as module
from adamproof.claims.compiled import answers
from adamproof.claims.evidence import Evidence, State
from adamproof.claims.exponents import ORDER, OURS, Calculation, Store, asked
from adamproof.claims.gathering import JOBS, WORKER, Gathering, calculated, claim_table, recorded
from adamproof.claims.verdicts import ROWS, ClaimVerdict, PaperClaim, Status, proved, verdicts
from adamproof.cli.app import main
from adamproof.experiments.observed import Observed, observed, read
from adamproof.experiments.records import RecordError, found_in, shipped
from tests.checking.test_cache import CLAIM, _another_proof, _claims, _false_statement, _other_statement
from tests.here import run_here

ROOT = Path(__file__).resolve().parents[2]
NUMBER, LEMMA, NAME = 2, "sign-form", "sign form"  # the claim of the source whose evidence is had soonest


def run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """The command, with this folder as its cache."""
    return run_here(*args, **{PLACE: str(folder)})


def run_apart(folder: Path, *args: str, package: Path) -> subprocess.CompletedProcess[str]:
    """The command, with this folder as its cache, of the package in another folder."""
    environment = {**os.environ, "PYTHONPATH": str(package), PLACE: str(folder), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-P", "-m", "adamproof", *args]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, encoding="utf-8")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The requests that are sent to processes from now on."""
    requests: list[dict[str, Any]] = []
    send = LemmaProcess.send

    def noted(self: LemmaProcess, request: dict[str, Any]) -> None:
        requests.append(request)
        send(self, request)

    monkeypatch.setattr(LemmaProcess, "send", noted)
    return requests


@pytest.fixture
def workers() -> Iterator[Workers]:
    with Workers(JOBS, lambda path, line: None, lambda text: None, WORKER) as processes:
        yield processes


@pytest.fixture
def only_one_row(monkeypatch: pytest.MonkeyPatch) -> PaperClaim:
    """The table has one row, whose evidence is had soonest."""
    (row,) = (row for row in ROWS if row.number == NUMBER)
    monkeypatch.setattr(module, "ROWS", (row,))
    return row


def flow(workers: Workers, cached: bool = True) -> Flow:
    return Flow(workers, JOBS, cached, lambda text: None)


def judged(workers: Workers) -> ClaimVerdict:
    gathering = Gathering(flow(workers), [NUMBER], observed=())
    (found,) = gathering.verdicts()
    assert gathering.warnings == gathering.problems == []
    return found


# --- what is asked, and of whom -----------------------------------------------------------------


def test_all_that_rows_ask_for_is_asked_at_once(workers: Workers, sent: list[dict[str, Any]]) -> None:
    """Rows that run without evidence ask for all that they ask for when they have it."""
    first = Store()
    verdicts(ROWS, first)
    gathering = Gathering(flow(workers), observed=(), compiled={})
    gathering.verdicts()
    assert set(first.wanted) == set(gathering.store.reports)
    assert set(first.questions) == set(gathering.store.known) == set(answers())
    assert [request["task"] for request in sent].count("calculate") == 1
    checked = [(request["slug"], request["claim"]) for request in sent if request["task"] == "check"]
    assert set(checked) <= set(first.wanted)  # the others are kept


def test_a_row_that_asks_for_more_when_it_knows_something_gets_it(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge(store: Store) -> Any:
        first = store.lemma(LEMMA, NAME)
        if first.state is State.ASKED:
            return proved([first])
        return proved([first, store.lemma("young-power", "numbers")])

    monkeypatch.setattr(module, "ROWS", (PaperClaim(1, "it", judge),))
    (found,) = Gathering(flow(workers), observed=()).verdicts()
    assert [piece.lemma for piece in found.verdict.evidence] == [LEMMA, "young-power"]
    assert {piece.state for piece in found.verdict.evidence} == {State.PROVED}


def test_no_verdict_is_shown_that_rests_on_what_has_only_been_asked_for(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = PaperClaim(1, "it", lambda store: proved([asked(Evidence("good", State.PROVED))]))
    monkeypatch.setattr(module, "ROWS", (row,))
    with pytest.raises(RuntimeError, match="the verdict on claim 1 rests on what has not been found"):
        Gathering(flow(workers), observed=()).verdicts()


def test_after_check_nothing_is_proved_anew(
    tmp_path: Path, workers: Workers, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path))
    assert run(tmp_path, "check", LEMMA, "-q").returncode == 0
    assert judged(workers).verdict.word is Status.PROVED
    assert sent == []
    assert len(list(tmp_path.glob("*.json"))) == 1  # the entry of the whole check serves


def test_the_second_time_nothing_is_proved_anew(
    tmp_path: Path, workers: Workers, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path))
    first, second = judged(workers), judged(workers)
    assert first == second
    assert [request["task"] for request in sent] == ["check"]
    assert Cache().read(Question(LEMMA, 0, False, NAME)) is not None


def test_the_kernel_reads_of_a_whole_entry_what_is_asked_for(
    tmp_path: Path, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path))
    assert run(tmp_path, "check", "schedule-exponents", "-q").returncode == 0
    data = Cache().read(Question("schedule-exponents", MODELS, True))
    proofs = {claim.name: claim.proof for claim in unpacked(data).claims}
    texts = read_by_the_kernel(monkeypatch)
    gathering = Gathering(flow(workers), [12], observed=())
    monkeypatch.setattr(module, "ROWS", tuple(row for row in ROWS if row.number == 12))
    gathering.store.reports["main-theorem", "Adam"] = "not now"
    gathering.verdicts()
    assert len(proofs) == 5 and len(texts) == 4
    assert set(texts) == {proof for name, proof in proofs.items() if name != "only rho = 0"}
    alone = unpacked(proofs_alone(data, "only rho = 0"))
    (claim,) = (claim for claim in unpacked(data).claims if claim.name == "only rho = 0")
    assert alone.claims == (replace(claim, numbers=None),) and alone.mutants == ()
    assert {proofs_alone(other, "only rho = 0") for other in ({}, None, {"value": [1]})} == {None}
    assert proofs_alone(data, "none such") is None


def read_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The proof files that the kernel is given from now on."""
    texts: list[str] = []
    begin = FreshVerification.__init__

    def noted(self: FreshVerification, proofs: Any, *how: Any, **more: Any) -> None:
        texts.extend(proofs)
        begin(self, proofs, *how, **more)

    monkeypatch.setattr(FreshVerification, "__init__", noted)
    return texts


@pytest.mark.usefixtures("only_one_row")
def test_report_reads_no_proof_twice(
    tmp_path: Path, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PLACE, str(tmp_path / "cache"))
    texts = read_by_the_kernel(monkeypatch)
    page = tmp_path / "page.html"
    done = CliRunner().invoke(main, ["report", LEMMA, "--claims", "--html", str(page)])
    assert done.exit_code == 0, done.output
    assert "1 claim (1 PROVED) of the source" in done.output
    assert len(texts) == 1
    assert [request["task"] for request in sent] == ["records", "check"]
    assert 'id="claims"' in page.read_text(encoding="utf-8")


PRINTS = """
import atexit, sys
from adamproof.cli import main
def bad():
    names = [name for name in sys.modules if name == "sympy" or name.startswith("adamproof.lemmas.") and
             name.count(".") > 2 or name == "adamproof.prover"]
    print("IMPORTED", names, file=sys.stderr)
atexit.register(bad)
sys.argv = ["adamproof", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize("words", ["claims 2", "claims 9", "report sign-form --claims --html x"])
def test_the_process_that_prints_imports_neither_sympy_nor_lemmas(tmp_path: Path, words: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PRINTS, *words.split()], cwd=tmp_path, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.endswith("IMPORTED []\n")


def test_an_answer_from_the_cache_imports_no_library_for_numbers(tmp_path: Path) -> None:
    """There is nothing that it would compute with them."""
    assert run(tmp_path, "claims", str(NUMBER)).returncode == 0
    program = PRINTS.replace('name == "adamproof.prover"', 'name in ("mpmath", "numpy", "matplotlib")')
    environment = {**os.environ, "PYTHONPATH": str(ROOT), PLACE: str(tmp_path)}
    words = [sys.executable, "-c", program, "claims", str(NUMBER)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, env=environment, check=True)
    assert done.stderr.endswith("IMPORTED []\n")


# --- what is not believed -----------------------------------------------------------------------


def entry_of(folder: Path) -> Path:
    (path,) = folder.glob("*.json")
    return path


def _exponents(content: Any) -> None:
    """Nothing is kept of exponents: what is put beside the findings is not looked at."""
    content["calculated"] = [{"terms": [], "value": ["dict", ["rate", ["fraction", "0x1", "0x1"]]]}]


def _another_name(content: Any) -> None:
    for parts in _claims(content):
        parts[CLAIM["name"]] = "another"


@pytest.mark.parametrize(
    ("whole", "change"),
    [
        *((True, change) for change in (_another_proof, _false_statement, _other_statement, _another_name)),
        *((False, change) for change in (_false_statement, _other_statement, lambda content: content.clear())),
    ],
)
def test_an_edited_entry_is_not_believed(tmp_path: Path, whole: bool, change: Callable[[Any], None]) -> None:
    """Even with the right checksum: the kernel reads the proofs, and the lemma says what they have to prove."""
    question = Question(LEMMA, MODELS, True) if whole else Question(LEMMA, 0, False, NAME)
    words = ("check", LEMMA, "-q") if whole else ("claims", str(NUMBER))
    assert run(tmp_path, *words).returncode == 0
    content = Cache(tmp_path).read(question)
    change(content)
    Cache(tmp_path).write(question, content)
    edited = entry_of(tmp_path).read_bytes()
    done = run(tmp_path, "claims", str(NUMBER), "-v")
    assert done.returncode == 0
    assert "\n  PROVED\n" in done.stdout and "sign-form (sign form) [proved]" in done.stdout
    own = Cache(tmp_path)._path(Question(LEMMA, 0, False, NAME))
    assert own.exists() and own.read_bytes() != edited  # found anew, and kept


def test_exponents_are_not_kept_and_what_is_kept_beside_is_not_looked_at(tmp_path: Path) -> None:
    first = run(tmp_path, "claims", "17", "--json")
    assert first.returncode == 0, first.stderr
    question = Question("unconditional", 0, False, "mean square")
    content = Cache(tmp_path).read(question)
    assert set(content) == {"names", "proofs", "terms", "value"} and "order" not in json.dumps(content["value"])
    _exponents(content)
    Cache(tmp_path).write(question, content)
    assert run(tmp_path, "claims", "17", "--json").stdout == first.stdout


@pytest.fixture(scope="session")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package and its lemmas, whose files a test may change."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("adamproof", "lemmas"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_a_file_that_cannot_be_imported_is_a_sentence_in_its_row(copied: Path, tmp_path: Path) -> None:
    file = copied / "lemmas" / "update" / "sign_form.py"
    whole = file.read_text(encoding="utf-8")
    file.write_text(f"{whole}\nraise ValueError('it is broken')\n", encoding="utf-8")
    try:
        done = run_apart(tmp_path, "claims", str(NUMBER), "-v", package=copied)
    finally:
        file.write_text(whole, encoding="utf-8")
    assert done.returncode == 3
    assert "\n  UNDECIDED\n" in done.stdout
    assert "- sign-form: ValueError: it is broken [failed]\n" in done.stdout
    assert done.stderr == ""


def test_a_script_that_fails_is_a_sentence_in_its_row(copied: Path, tmp_path: Path) -> None:
    file = copied / "lemmas" / "update" / "sign_form.py"
    whole = file.read_text(encoding="utf-8")
    script = "def sign_form(proof"
    broken = whole.replace(script, f"{script}):\n    raise OSError('no disk')\n\n\ndef other(proof", 1)
    assert broken != whole
    file.write_text(broken, encoding="utf-8")
    try:
        done = run_apart(tmp_path, "claims", str(NUMBER), "-v", package=copied)
    finally:
        file.write_text(whole, encoding="utf-8")
    assert done.returncode == 3
    assert "- sign-form: OSError: no disk [failed]\n" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_place_that_cannot_be_written_is_said_once(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("", encoding="utf-8")
    done = run(place, "claims", str(NUMBER))
    assert done.returncode == 0 and "\n  PROVED\n" in done.stdout
    assert done.stderr.count("cannot be written") == 1


# --- what processes send ------------------------------------------------------------------------


class Sends:
    """In place of `Workers`: what a process sends, or how it failed."""

    def __init__(self, said: dict[str, Any] | WorkerFailed) -> None:
        self.said = said

    def ask(self, path: str | None, task: str, **more: Any) -> dict[str, Any]:
        if isinstance(self.said, WorkerFailed):
            raise self.said
        return self.said

    def begin(self, path: str | None, task: str, **more: Any) -> Callable[[], dict[str, Any]]:
        return lambda: self.ask(path, task, **more)


QUESTION = Calculation.at(ORDER, "rate", "Adam", OURS)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (WorkerFailed("it ended"), "it ended"),
        ({}, "what was sent about exponents is none ('calculated')"),
        ({"calculated": []}, "what was sent about exponents is none (zip() argument 2 is shorter"),
        ({"calculated": [3]}, "what was sent about exponents is none (malformed data"),
        ({"calculated": 3}, "what was sent about exponents is none ('int' object is not iterable"),
    ],
)
def test_what_is_no_answer_about_exponents_is_a_problem(said: Any, problem: str) -> None:
    found = calculated(Sends(said), [QUESTION])[QUESTION]  # type: ignore[arg-type]
    assert found.problem.startswith(problem) and found.of is None


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        (WorkerFailed("it ended"), "the records of experiments: it ended"),
        ({}, "what was sent about records is none ('records')"),
        ({"records": [{}], "problems": []}, "what was sent about records is none (what was sent about a record is not"),
    ],
)
def test_what_is_no_record_does_not_count(said: Any, problem: str) -> None:
    found, (said_of_it,) = recorded(Sends(said), None, False)()  # type: ignore[arg-type]
    assert found == [] and said_of_it.startswith(problem)


@pytest.fixture(scope="session")
def seen() -> Observed:
    return observed(found_in(shipped())[0][0])


def test_what_a_record_shows_passes_between_processes_unchanged(seen: Observed) -> None:
    assert read(json.loads(json.dumps(seen.data()))) == seen


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", "0"),
        ("stale", 1),
        ("title", None),
        ("versions", []),
        ("versions", {"numpy": 2}),
        ("beside", [[4, 5]]),
        ("beside", [["4", "so"]]),
        ("beside", [4]),
        ("beside", {}),
        ("rejected", ["4"]),
        ("summary", [1]),
        ("plot", 0),
        ("more", ""),
    ],
)
def test_what_a_record_does_not_show_is_refused(seen: Observed, name: str, value: Any) -> None:
    with pytest.raises(RecordError, match="is not what a record shows"):
        read({**seen.data(), name: value})


def test_python_gets_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    (found,) = claim_table([NUMBER], said.append)
    assert found.verdict.word is Status.PROVED
    assert said[0] == "claim 2: Adam's step is a step along Sign(m_t) with magnitude u_t"
