"""Lemmas checked by an executor: the same answers, and nothing is believed that would not be believed here."""

from __future__ import annotations

import json
import re
import sys
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import Any

import pytest

from adamproof.checking import elsewhere, relay
from adamproof.checking.elsewhere import END, answered, code
from adamproof.checking.pool import Answer, WorkerFailed, Workers
from adamproof.checking.process import PROGRAM
from adamproof.checking.relay import Relay
from adamproof.checking.request import Request
from adamproof.executors.errors import ExecutorError, OtherCode
from adamproof.executors.processes import Here
from adamproof.theory.library import get
from tests.here import run_here

CHECK = Request("check", "sign-form", models=2, mutants=True)
OWN = """
from adamproof.theory.lemma import Claim, Lemma, Source
from adamproof.prover import le, prove, reals

x, y = reals("x y")
claim = Claim("means", le(2 * x * y, x**2 + y**2), lambda scope: prove(scope.goal, squares=[x - y]))
lemma = Lemma(slug="my-lemma", title="Mine", source=Source.OURS, where="a test", assumptions={}, claims=[claim])
"""


class Answering(Executor):
    """Answers with what it was made with, and keeps what it was asked."""

    def __init__(self, answer: Any) -> None:
        self.answer, self.asked = answer, list[Any]()

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.asked.append(args)
        found: Future[Any] = Future()
        if isinstance(self.answer, Exception):
            found.set_exception(self.answer)
        else:
            found.set_result(self.answer)
        return found


def asked(executor: Executor | None, *requests: Request) -> list[Answer]:
    heard: list[Any] = []
    with Workers(2, lambda path, line: heard.append((path, line)), lambda text: None, executor=executor) as workers:
        answers = list(workers.run(requests))
        for answer in answers:
            answer.verified()
    return answers


@pytest.fixture(scope="module")
def lines() -> Any:
    """What an executor's process sends for CHECK."""
    return answered(PROGRAM, CHECK.data(), code())


def test_a_process_of_an_executor_finds_the_same(lines: Any) -> None:
    (here,), (there,) = asked(None, CHECK), asked(Answering(lines), CHECK)
    assert there.elsewhere and not here.elsewhere
    assert there.findings() == here.findings() and there.proofs == here.proofs
    assert [said["verdict"] for said in there.verified()] == ["PROVED"] * len(here.verified())
    (process, _) = elsewhere._idle[PROGRAM][-1]
    assert not process.is_dead()  # it answers the next one, too
    again = Request("near", "sign-form")
    (near,) = asked(Here(), again)
    assert near.elsewhere and near.message["near"]
    assert elsewhere._idle[PROGRAM][-1][0] is process


def changed(lines: list[bytes], old: str, new: str) -> tuple[list[bytes], list[str]]:
    """With another last line, which has the findings."""
    last = lines[-1].decode().replace(json.dumps(old), json.dumps(new))
    assert last.encode() != lines[-1]
    return [*lines[:-1], last.encode()], []


def test_what_it_sends_is_data_of_unknown_origin(lines: Any) -> None:
    sent, _ = lines
    other = "sign-form: the executor sent results about something else than it states"
    for answer, said in (
        (changed(sent, get("sign-form").title, "Something stronger"), other),
        (changed(sent, "add", "mul"), other),
        (changed(sent, "sign-form", "sign-alignment"), "sent the results of another lemma"),
        (changed(sent, "found", "lost"), "sign-form sent data that are not a result"),
        (([b"nonsense\n"], []), "the library's process sent an invalid message"),
        (([END], []), r"ended without an answer \(the executor's process did not finish\)"),
        (RuntimeError("no workers"), r"the executor has not answered \(RuntimeError: no workers\)"),
        (OtherCode("it has another version"), r"the executor has not answered \(OtherCode: it has another version\)"),
    ):
        (found,) = asked(Answering(answer), CHECK)
        with pytest.raises(WorkerFailed, match=said):
            found.findings()


def test_the_kernel_reads_its_proofs_here(lines: Any) -> None:
    sent, _ = lines
    place = next(number for number, line in enumerate(sent) if "proofs" in json.loads(line))
    proofs = json.loads(sent[place])["proofs"]
    wrong = [re.sub(r'"conclusion":\d+', '"conclusion":0', proof) for proof in proofs]
    other = json.dumps({"proofs": wrong}).encode() + b"\n"
    assert other != sent[place]
    (found,) = asked(Answering(([*sent[:place], other, *sent[place + 1 :]], [])), CHECK)
    assert "REJECTED" in [said["verdict"] for said in found.verified()]


def test_ones_own_file_stays_here(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(OWN, encoding="utf-8")
    executor = Answering(AssertionError())
    (found,) = asked(executor, Request("check", "my-lemma", str(path)))
    assert found.findings().about.slug == "my-lemma" and executor.asked == []
    with pytest.raises(ValueError, match="on one's own machine alone"):
        answered(PROGRAM, Request("check", "my-lemma", str(path)).data(), code())
    with pytest.raises(OtherCode, match="another version of adamproof: install the same one everywhere"):
        answered(PROGRAM, CHECK.data(), "other")


def test_what_a_lemma_states_must_be_known_here(lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not, the request stays."""
    monkeypatch.setattr("adamproof.checking.stated.digests", dict)
    executor = Answering(AssertionError())
    (found,) = asked(executor, CHECK)
    assert found.findings().about.slug == "sign-form" and executor.asked == []


def test_check_on_a_dask_cluster(cluster: Any) -> None:
    words = ("check", "sign-form", "--no-cache", "--near-misses", "--json", "--progress")
    here, there = run_here(*words), run_here(*words, "--scheduler", cluster.scheduler_address)
    assert there.returncode == 0, there.stderr
    assert "sign-form: found; 1 of 1 done" in there.stderr
    documents = [json.loads(done.stdout) for done in (here, there)]
    for document in documents:
        for part in (document, *document["lemmas"]):
            part.pop("seconds")
    assert documents[0] == documents[1]


@pytest.fixture
def talking(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Has a program of the test take the place of the process that talks to the cluster."""

    def replace(*messages: Any) -> None:
        said = [message if isinstance(message, str) else json.dumps(message) + "\n" for message in messages]
        (tmp_path / "said").write_text(json.dumps([said[0], "".join(said[1:])]), encoding="utf-8")
        code = f"""
import json, os, sys
channel = int(sys.argv[1])
first, rest = json.load(open({str(tmp_path / "said")!r}))
os.write(channel, first.encode())
if first:
    os.read(channel, 1000)  # a request
    with open(channel, "wb", closefd=False) as stream:
        stream.write(rest.encode())
    if rest.endswith("\\n"):
        os.read(channel, 1000)
"""
        monkeypatch.setattr(relay, "command", lambda program, *words: [sys.executable, "-c", code, *words])

    return replace


def test_the_process_that_prints_reads_text_alone(talking: Any, lines: Any) -> None:
    """Whatever the process sends that talks to the cluster."""
    sent = {"lines": [line.decode() for line in lines[0]], "printed": []}
    talking({"ready": True}, {"number": 7, **sent}, {"number": 1, **sent})
    with Relay("A") as there:
        (found,) = asked(there, CHECK)
        assert found.findings().about.slug == "sign-form"
    one = {"number": 1}
    for message in ({**one, "lines": [1]}, {**one, "lines": "x", "printed": []}, one, "[]\n", "x\n", "{"):
        talking({"ready": True}, message)
        with Relay("A") as there:
            (found,) = asked(there, CHECK)
            with pytest.raises(WorkerFailed, match=r"the executor has not answered \((it has sent no ans|the process)"):
                found.findings()
    for first, said in (({"error": "no scheduler"}, "no scheduler"), ({}, "has not answered"), ("", "has not answ")):
        talking(first)
        with pytest.raises(ExecutorError, match=said):
            Relay("A")
    talking({"ready": True})
    with Relay("A") as there, pytest.raises(ValueError, match="only requests about lemmas go this way"):
        there.submit(print, 1)


def test_no_cluster_is_one_sentence() -> None:
    done = run_here("check", "sign-form", "--scheduler", "nonsense")
    assert done.returncode == 2 and done.stderr.startswith("Error: no Dask scheduler answers at nonsense (")
