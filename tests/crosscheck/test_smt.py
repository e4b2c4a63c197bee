"""Arithmetic steps as questions for SMT solvers: what they ask, and that planted errors are found."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from adamproof.cli import verify_smt as solvers
from adamproof.cli.terminal import Progress
from adamproof.crosscheck import smt_solvers as asked_solvers
from adamproof.crosscheck.smt_solvers import NoSolver, SolverFailed, asker
from adamproof.crosscheck.solver_process import OUT_OF_TIME, SolverProcess
from adamproof.export.smt import STEPS, Obligation, decimal, document, obligations
from adamproof.kernel.terms import Refusal
from adamproof.prover import assume, dump, integers, le, lt, prop, reals
from adamproof.prover.record import derive
from adamproof.support.signals import Terminated, ended_by_signals
from adamproof.theory.library import theorem_of
from tests.export.common import begun, worked
from tests.session import Session

ROOT = Path(__file__).resolve().parents[2]
OPPOSITE = {"<=": "<", "<": "<=", "==": "!=", "!=": "=="}


@cache
def steps(slug: str = "update-magnitude", claim: str | None = None) -> tuple[Obligation, ...]:
    return tuple(obligations(dump(theorem_of(slug, claim))))


def negated(step: Obligation) -> Obligation:
    """The step with the opposite conclusion: false wherever its premises can hold."""
    op, poly = step.goal
    turned = {monomial: -value for monomial, value in poly.items()} if op in ("<=", "<") else poly
    return replace(step, goal=(OPPOSITE[op], turned))


def test_what_is_asked() -> None:
    step = next(step for step in steps("power-order", "at least 1") if step.rule == "arith")
    assert step.question.count("(declare-const") == len(step.names)
    assert step.question.count("(assert") == len(step.premises) + 1
    assert step.premises_alone.count("(assert") == len(step.premises)
    assert step.question.startswith(step.premises_alone)
    assert "/" not in step.question


def test_there_is_no_division_anywhere() -> None:
    for step in (*steps(), *steps("main-theorem", "any magnitudes")):
        assert "/" not in step.question


def test_where_nothing_is_known_of_products_less_is_assumed() -> None:
    """The same product is the same variable, in any order; where a sum needs more, all of it is asked."""
    pytest.importorskip("z3")
    x, y, z = reals("x y z")
    one: tuple[Fraction, tuple[int, ...], tuple[int, ...]] = (Fraction(1), (-1,), ())
    added = [one, (Fraction(1), (0,), ()), (Fraction(1), (1,), ())]
    chain = [assume(le(x * y, x * z)), assume(le(z * x, z))]
    (sums,) = obligations(dump(derive("arith", chain, prop(le(y * x, z)), added, [])))
    assert sums.linear.count("(declare-const") == 3
    multiplied = [one, (Fraction(1), (0, 1), ())]
    signs = [assume(le(0, x)), assume(le(0, y))]
    (products,) = obligations(dump(derive("arith", signs, prop(le(0, x * y)), multiplied, [])))
    assert products.linear.count("(declare-const") == 3
    assert [said(text) for text in (sums.linear, products.linear, products.question)] == ["unsat", "sat", "unsat"]
    assert [asker("z3")(step).question for step in (sums, products)] == ["unsat", "unsat"]


def said(text: str) -> str:
    """z3's answer to a text as it stands."""
    import z3

    return asked_solvers._z3(z3.Solver, text, STEPS)


def test_what_sums_show_is_so_of_the_question() -> None:
    """And a step that is false is not shown by them."""
    pytest.importorskip("z3")
    found = [(said(step.linear), said(step.question)) for step in steps() for step in (step, negated(step))]
    assert {("unsat", "unsat"), ("sat", "unsat"), ("sat", "sat")} == set(found)


def test_numbers_of_any_size() -> None:
    """In a text and in a question; the kernel takes common denominators of 13,000 bits."""
    assert decimal(0) == "0"
    assert decimal(10**9000 + 7) == f"1{'0' * 8999}7"
    x, y = reals("x y")
    small = [Fraction(1, 2**6000 + 1), Fraction(1, 3**4000)]
    goal = prop(le(0, small[0] * x + small[1] * y))
    products = [(Fraction(1), (-1,), ()), *((by, (place,), ()) for place, by in enumerate(small))]
    step = derive("arith", [assume(le(0, x)), assume(le(0, y))], goal, products, [])
    (asked,) = obligations(dump(step))
    assert len(asked.question) > 3000
    pytest.importorskip("z3")
    assert asker("z3")(asked).question == "unsat"


def test_each_question_is_asked_once() -> None:
    questions = [(step.question, step.said) for step in steps()]
    assert len(set(questions)) == len(questions) > 20


def test_a_malformed_file_is_refused() -> None:
    with pytest.raises(Refusal, match="not complete JSON"):
        list(obligations("{"))


def test_a_missing_solver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(NoSolver, match=r"z3 is not installed; install it with `pip install --upgrade 'adamproof\["):
        asker("z3")
    with pytest.raises(ValueError, match="there is no solver 'yices'"):
        asker("yices")


def test_a_cvc5_that_is_too_old_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """cvc5 1.1 has no TermManager."""
    monkeypatch.setitem(sys.modules, "cvc5", ModuleType("cvc5"))
    with pytest.raises(NoSolver, match=r"this cvc5 is older than 1\.2; install it with `pip install --upgrade 'adam"):
        asker("cvc5")


@pytest.mark.parametrize("solver", ["z3", "cvc5"])
def test_the_steps_of_b2_stand_and_their_opposites_do_not(solver: str) -> None:
    pytest.importorskip(solver)
    ask = asker(solver)
    found = [ask(step) for step in steps()]
    assert not [answers for answers in found if answers.alarm]
    known = [answers for answers in found if answers.question == "unsat"]
    assert len(known) >= (len(found) if solver == "z3" else 0.8 * len(found))
    planted = [ask(negated(step)) for step in steps()]
    alarms = sum(answers.alarm for answers in planted)
    assert alarms >= 0.9 * sum(not answers.vacuous for answers in planted)
    assert not any(answers.alarm for answers in planted if answers.vacuous)


@pytest.mark.parametrize("solver", ["z3", "cvc5"])
def test_an_integer_gap_is_about_integers(solver: str) -> None:
    pytest.importorskip(solver)
    i, k = integers("i k")
    (step,) = obligations(dump(derive("integer_gap", [assume(lt(i, 2 * k))])))
    assert step.question.count(" Int)") == 2
    assert asker(solver)(step).question == "unsat"
    assert asker(solver)(replace(step, rule="arith")).question == "sat"  # among reals there is no gap


def command(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    start = [sys.executable, "-m", "adamproof", *words]
    return subprocess.run(start, capture_output=True, text=True, env=environment, check=False, encoding="utf-8")


def test_the_command_line(tmp_path: Path) -> None:
    pytest.importorskip("z3")
    done = command("verify", "sign-form", "power-order", "--with", "z3", "--json")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    assert [result["verdict"] for result in results] == ["NO ALARM"] * 2
    assert all(set(result["questions"]) == {"unsat"} and not result["alarms"] for result in results)
    path = tmp_path / "b2.json"
    path.write_text(dump(theorem_of("update-magnitude")), encoding="utf-8")
    done = command("verify", str(path), "--with", "z3")
    assert f"{path}: NO ALARM by z3: {len(steps())} arithmetic steps: {len(steps())} unsat" in done.stdout
    assert command("export", "sign-form", "--to", "smt2").stdout.count("(check-sat)") > 2


def test_progress_counts_results(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("z3")
    assert solvers.Solver("z3", False, True, 1, Progress(True)).ask(["sign-form", "power-order"]) == 0
    said = capsys.readouterr().err
    assert "z3 checks the claim; 0 of 2 done; longest running: sign-form, 0 s" in said or "0 of 2 done" in said
    assert "1 of 2 done; longest running: power-order" in said


def test_a_planted_alarm_has_status_1(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("z3")
    monkeypatch.setattr(solvers, "obligations", lambda proof: [negated(step) for step in obligations(proof)])
    asked = solvers.Solver("z3", False, True, 1, Progress(False))
    assert asked.ask(["sign-form"]) == 1
    assert "sign-form: ALARM by z3" in capsys.readouterr().out


def test_unknown_is_neither_an_alarm_nor_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a limit of one step of the solver's, nothing is known of a hard step, which is named."""
    pytest.importorskip("z3")
    monkeypatch.setattr(solvers, "asker", lambda name: asker(name, steps=1))
    asked = solvers.Solver("z3", False, False, 1, Progress(False))
    assert asked.ask(["momentum-error"]) == 0
    out = capsys.readouterr().out
    assert "momentum-error: OPEN by z3" in out
    assert " is open: " in out
    assert asked.documents[0]["verdict"] == "OPEN"
    assert {one["claim"] for one in asked.documents[0]["unknown"]} <= set(asked.documents[0]["claims"])
    assert all(f"step {one['step']} of {one['claim']} is open" in out for one in asked.documents[0]["unknown"])


def test_a_file_that_the_kernel_rejects_is_not_asked_about(tmp_path: Path) -> None:
    """An assumption that is proved from nothing: no arithmetic, so that a solver has nothing to say against it."""
    content = json.loads(dump(theorem_of("sign-form")))
    next(step for step in content["steps"] if step["rule"] == "assume")["hypotheses"] = []
    path = tmp_path / "wrong.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    done = command("verify", str(path), "--with", "z3")
    assert done.returncode == 1
    assert "REJECTED by the kernel" in done.stderr
    assert "ALARM" not in done.stdout
    results = json.loads(command("verify", str(path), "--with", "z3", "--json").stdout)["results"]
    assert [result["verdict"] for result in results] == ["REJECTED"]


def test_what_cannot_be_read_does_not_stop_the_rest(tmp_path: Path) -> None:
    pytest.importorskip("z3")
    good = tmp_path / "good.json"
    good.write_text(dump(theorem_of("sign-form")), encoding="utf-8")
    done = command("verify", str(tmp_path / "no.json"), str(good), "--with", "z3", "--json")
    assert done.returncode == 2
    assert [result["verdict"] for result in json.loads(done.stdout)["results"]] == ["NOT READ", "NO ALARM"]
    assert len(done.stderr.splitlines()) == 2  # the error, and what the kernel said of the other


def test_a_solver_that_fails_has_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    step = steps()[0]
    for said, message in ((RuntimeError("out of\nmemory"), "out of memory"), ("timeout", "but 'timeout'")):

        def backend(module: object, text: str, limit: int, said: object = said) -> str:
            if isinstance(said, Exception):
                raise said
            return str(said)

        monkeypatch.setattr(asked_solvers, "_z3", backend)
        with pytest.raises(SolverFailed, match=f"z3 gave no answer about step {step.number}.*{message}"):
            asker("z3")(step)


def test_a_question_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results share most of their steps; another question, or no answer, is asked about."""
    pytest.importorskip("z3")
    step, *_, other = steps()
    asked: list[str] = []

    def backend(module: object, text: str, limit: int) -> str:
        asked.append(text)
        if len(asked) == 1:
            raise ValueError("not now")
        return "sat" if text in (other.linear, other.question) else "unsat"

    monkeypatch.setattr(asked_solvers, "_z3", backend)
    ask = asker("z3")
    with pytest.raises(SolverFailed):
        ask(step)
    again = replace(step, number=step.number + 1)
    assert [ask(one).question for one in (step, again, other)] == ["unsat", "unsat", "sat"]
    assert ask(again).obligation is again
    first = [step.linear, step.premises_alone]  # "unsat" of the one is that of the question, too
    assert asked == [step.linear, *first, other.linear, other.question, other.premises_alone]
    asker("z3")(step)
    assert asked[6:] == first  # nobody else's answers


def test_a_question_among_integers_is_not_one_among_reals() -> None:
    """An arithmetic step with the premises and the conclusion of an integer gap is asked about, and is false."""
    pytest.importorskip("z3")
    i, k = integers("i k")
    content = json.loads(dump(derive("integer_gap", [assume(lt(i, 2 * k))])))
    gap = content["steps"][-1]
    one = content["terms"].index(["rat", "1"])
    arith = {**gap, "rule": "arith", "args": [gap["conclusion"], [], [[0, one]]]}
    content["steps"] += [arith, {**arith, "from": [1, 2]}]  # the last one rests on both
    found = list(obligations(json.dumps(content)))
    assert [step.rule for step in found] == ["integer_gap", "arith", "arith"]
    assert [asker("z3")(step).question for step in found] == ["unsat", "sat", "unsat"]


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_is_no_answer(number: int, status: int, tmp_path: Path) -> None:
    """z3 would take an interrupt for itself and answer "unknown", and the run would go on and record that."""
    pytest.importorskip("z3")
    records, left = tmp_path / "records", tmp_path / "left"
    left.mkdir()
    words = ("verify", "main-theorem-averaged", "--with", "z3", "--save", str(records))
    process = begun(*words, until=b"z3 checks", TMPDIR=str(left))
    worked(process, 1.0)  # z3 is asked by now
    process.send_signal(number)
    process.communicate(timeout=1800)
    assert process.returncode == status
    assert list(records.iterdir()) == []
    assert list(left.iterdir()) == []


def test_a_signal_is_not_lost_where_python_ignores_exceptions(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does in __del__, which z3's expressions have, thousands of times."""
    pytest.importorskip("z3")

    number = signal.SIGINT

    class Expression:
        def __del__(self) -> None:
            signal.raise_signal(number)

    def backend(module: object, text: str, limit: int) -> str:
        Expression()
        return "unsat"

    monkeypatch.setattr(asked_solvers, "_z3", backend)
    step = next(obligations(dump(theorem_of("sign-form"))))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            asker("z3")(step)
    finally:
        signal.signal(signal.SIGINT, before)
    for number in (signal.SIGTERM, signal.SIGHUP):
        before = signal.signal(number, signal.SIG_DFL)
        with ended_by_signals(), pytest.raises(Terminated) as ended:
            asker("z3")(step)
        assert ended.value.code == 128 + number
        signal.signal(number, signal.SIG_IGN)  # as under nohup
        with ended_by_signals():
            assert asker("z3")(step).question == "unsat"
        signal.signal(number, before)


def test_a_conclusion_that_is_no_relation_is_refused() -> None:
    content = json.loads(dump(theorem_of("sign-form")))
    arith = next(step for step in content["steps"] if step["rule"] == "arith")
    arith["conclusion"] = next(number for number, term in enumerate(content["terms"]) if term[0] == "abs")
    with pytest.raises(Refusal, match="its conclusion is not a relation"):
        list(obligations(json.dumps(content)))


def test_the_exported_script_is_answered_by_z3_itself(tmp_path: Path) -> None:
    """Every question is "unsat", the premises are "sat" (or not, in a case that cannot occur)."""
    program = Path(sys.executable).with_name("z3")
    if not program.exists():
        pytest.skip("z3's own program is not installed")
    script = document("B.2", dump(theorem_of("update-magnitude")))
    (tmp_path / "b2.smt2").write_text(script, encoding="utf-8")
    done = subprocess.run([program, tmp_path / "b2.smt2"], capture_output=True, text=True, check=False)
    answers = done.stdout.split()
    assert len(answers) == 2 * len(steps()), done.stdout[:300]
    assert set(answers[::2]) == {"unsat"}
    assert set(answers[1::2]) <= {"sat", "unsat"}


@pytest.mark.slow
def test_no_step_of_any_result_alarms_z3(session: Session) -> None:
    pytest.importorskip("z3")
    session.library()  # or the proofs are found twice
    done = command("verify", "all", "--with", "z3", "--json")
    assert done.returncode == 0, done.stderr
    results = json.loads(done.stdout)["results"]
    assert not [result["result"] for result in results if result["alarms"]]
    questions = sum((Counter(result["questions"]) for result in results), Counter[str]())
    assert questions["unsat"] >= 0.99 * sum(questions.values())


def test_a_step_that_is_too_hard_is_unknown() -> None:
    pytest.importorskip("z3")
    hard = max(steps("main-theorem", "any magnitudes"), key=lambda step: len(step.question))
    assert asker("z3", steps=1)(hard).question == "unknown"


# Three equations of a high degree: cvc5 counts no step in minutes.
ENDLESS = """(declare-const x Real)(declare-const y Real)(declare-const z Real)
(assert (= (+ (* x x x x x x x y y y y y) (* z z z z z z z x) 1.0) (* 3.0 x y z)))
(assert (= (+ (* y y y y y y y y z z z) (* x z z z z z)) 7.0))
(assert (= (+ (* z z z z z z z z z y) (* x x x x x x x)) (- 5.0)))
(assert (< (* x y z) (- 3.0)))"""
EASY = "(declare-const x Real)\n(assert (< (* x x) 0.0))"


def test_cvc5_is_ended_where_it_counts_no_steps() -> None:
    """And another question is answered after that."""
    pytest.importorskip("cvc5")
    pytest.importorskip("resource")
    process = SolverProcess(seconds=1)
    before = time.process_time()
    assert process.ask(ENDLESS, "QF_NRA", STEPS) == OUT_OF_TIME
    assert time.process_time() - before < 1  # it is not this process that works
    assert process.ask(EASY, "QF_NRA", STEPS) == "unsat"
    with pytest.raises(RuntimeError):
        process.ask("(assert (", "QF_NRA", STEPS)
    process.close()
    process.close()  # does no harm


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="a system without alarms")
def test_an_interrupt_ends_cvc5() -> None:
    pytest.importorskip("cvc5")
    process = SolverProcess()
    assert process.ask(EASY, "QF_NRA", STEPS) == "unsat"
    child = process._process
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        signal.alarm(1)
        with pytest.raises(KeyboardInterrupt):
            process.ask(ENDLESS, "QF_NRA", STEPS)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert child is not None and child.poll() == -signal.SIGKILL


def test_an_answer_that_was_not_waited_for_is_unknown_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("cvc5")
    monkeypatch.setattr(SolverProcess, "ask", lambda self, text, logic, steps: OUT_OF_TIME)
    asked = solvers.Solver("cvc5", False, False, 1, Progress(False))
    assert asked.ask(["sign-form"]) == 0
    out = capsys.readouterr().out
    assert "sign-form: OPEN by cvc5" in out
    assert " is open after 60 s of processor time: " in out
    assert asked.documents[0]["unknown"][0]["ended"] is True


@pytest.mark.parametrize("ended", [True, False])
def test_the_end_of_cvc5s_process_is_no_answer(ended: bool) -> None:
    """Whether it has ended before it is asked, or ends meanwhile."""
    pytest.importorskip("cvc5")
    process = SolverProcess()
    assert process.ask(EASY, "QF_NRA", STEPS) == "unsat"
    assert process._process is not None
    process._process.kill()
    if ended:
        process._process.wait()
    with pytest.raises(RuntimeError, match="its process ended with status -9"):
        process.ask(EASY, "QF_NRA", STEPS)
    assert process.ask(EASY, "QF_NRA", STEPS) == "unsat"
    process.close()


def test_the_script_is_the_same_under_any_hash_seed() -> None:
    code = (
        "from adamproof.export.smt import document; from adamproof.prover import dump;"
        "from adamproof.theory.library import theorem_of; print(document('B.2', dump(theorem_of('update-magnitude'))))"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed},
            check=True,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(texts) == 1
    text = texts.pop()
    assert text == document("B.2", dump(theorem_of("update-magnitude"))) + "\n"
    assert text.count("(check-sat)") == 2 * len(steps())
    assert text.count("; expected: unsat") == len(steps())
