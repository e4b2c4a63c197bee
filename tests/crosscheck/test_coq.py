"""Coq's own answers: what it accepts, on which axioms, and where it refuses corrupted proofs."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from adamproof.cli import verify_coq as second_opinion
from adamproof.cli.errors import CliError
from adamproof.cli.terminal import Progress
from adamproof.crosscheck import coqc
from adamproof.crosscheck.coq import Stored, module_of
from adamproof.export.coq.development import IMPORT, LIBRARY, REALS, TOGETHER, Development, Module
from adamproof.export.coq.handwritten import prelude, statements
from adamproof.export.coq.normal_terms import term_of
from adamproof.export.coq.replay import replay
from adamproof.export.coq.scope import Scope
from adamproof.export.coq.text import coq_name
from adamproof.export.proof import Proof, Step, read
from adamproof.kernel.normal import normal
from adamproof.kernel.rules import RULES
from adamproof.kernel.terms import RELATIONS, Refusal, Term, as_real, bind, function, make, number
from adamproof.kernel.text import show
from adamproof.prover import dump, le, prop, prove, reals
from adamproof.support.signals import REQUESTS, Terminated, ended_by_signals
from adamproof.theory.library import get, lemmas, theorem_of
from tests.export.common import HAS_COQ, begun, everything, needs_coq, signals_as_usual, stored
from tests.session import Session

ROOT = Path(__file__).resolve().parents[2]
PINNED = "Statements.v, in ordinary mathematics"
CHECKING = re.compile(r"^Checking library: (\S+)$", re.MULTILINE)
# What Coq's own library defines behind a module's signature: to coqchk these are axioms where it is not checked.
SEALED = ("Coq.Reals.Rdefinitions.RbaseSymbolsImpl.", "Coq.Reals.Rdefinitions.RinvImpl.", "Coq.ssr.ssrunder.Under_rel.")
SCOPE = {"real": "xy", "int": "n", "point": "w"}
AXIOMS = {"sig_forall_dec", "sig_not_dec", "functional_extensionality_dep", "classic"}
pytestmark = pytest.mark.usefixtures("compiled_prelude")


def run(*args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run(
        [sys.executable, "-m", "adamproof", *args], capture_output=True, text=True, env=environment, check=False
    )


# --- without Coq -----------------------------------------------------------------------------------


def test_without_coq_one_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    done = run("verify", "B.2", "--with", "coq", PATH=str(tmp_path))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == f"Error: there is no coqc on this machine; {coqc.HOW_TO_GET_IT}\n"


@needs_coq
def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = run("verify", str(tmp_path / "none.json"), "--with", "coq")
    assert done.returncode == 2
    assert done.stderr == f"Error: cannot read {tmp_path / 'none.json'}: No such file or directory\n"


@pytest.mark.slow
def test_the_same_bytes_under_any_hash_seed() -> None:
    texts = {run("export", "triangle", "--to", "coq", PYTHONHASHSEED=seed).stdout for seed in ("1", "2", "3")}
    assert len(texts) == 1
    assert "Theorem finite_sums" in texts.pop()


def test_axioms_are_read() -> None:
    assert coqc.axioms("Closed under the global context\n") == frozenset()
    assert coqc.axioms("Axioms:\nA.b : forall P : Prop,\n    P\nlong_name\n  : nat\n") == {"A.b", "long_name"}
    with pytest.raises(ValueError, match="Print Assumptions printed ''"):
        coqc.axioms("")

    with pytest.raises(ValueError, match="Print Assumptions printed"):
        coqc.axioms("Closed under the global context\nAxioms:\nevil : False\n")
    with pytest.raises(ValueError, match="announced axioms but listed none"):
        coqc.axioms("Axioms:\n")


def test_a_warning_is_not_taken_for_the_error() -> None:
    """Coq says of a warning, too, where it is; the step that is blamed is that of the error."""
    said = (
        'File "./M.v", line 3, characters 0-4:\nWarning: To avoid stack overflow, ... [abstract-large-number,numbers]\n'
        'File "./M.v", line 28, characters 2-30:\nError: Not a valid ring equation.\n'
    )
    found = coqc.ERROR.search(said)
    assert found is not None
    assert (found[1], found[2]) == ("28", "Error: Not a valid ring equation.\n")
    assert coqc.ERROR.search(said.splitlines()[0] + "\nWarning: x\n") is None


def fake_coqc(folder: Path, text: str) -> str:
    """A PATH on which coqc is a shell script that tells its version, and else does this."""
    program = folder / "coqc"
    program.write_text(f'#!/bin/sh\nif [ "$1" = --print-version ]; then echo 8.16.1 4.13.1; exit 0; fi\n{text}\n')
    program.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


@pytest.mark.parametrize(
    "text, message",
    [
        ("kill -9 $$", "coqc failed on Prelude with status -9 without refusing a step; it printed: nothing"),
        (
            "echo no space >&2; exit 1",
            "coqc failed on Prelude with status 1 without refusing a step; it printed: no space",
        ),
        (
            "printf 'File \"./Prelude.v\", line 3, characters 0-4:\\nError: Out of memory.\\n' >&2; exit 1",
            "coqc failed on Prelude with status 1 without refusing a step",
        ),
        ("exit 0", "coqc succeeded on Prelude but wrote no compiled file"),
        ("echo Axioms:; exit 0", "coqc succeeded on Prelude but wrote no compiled file"),
        (
            "printf 'File \"./Prelude.v\", line 3, characters 0-4:\\nError: no such library\\n' >&2; exit 1",
            "Coq rejects the prelude: Error: no such library",
        ),
    ],
)
def test_a_coq_that_fails_has_refused_nothing(text: str, message: str, tmp_path: Path) -> None:
    done = run("verify", "triangle", "--with", "coq", "--save", str(tmp_path / "said"), PATH=fake_coqc(tmp_path, text))
    assert done.returncode == 2
    assert f"Error: {message}" in done.stderr
    assert "REFUSED" not in done.stdout + done.stderr
    assert not list((tmp_path / "said").iterdir())


def test_a_coq_that_announces_axioms_and_names_none_has_not_answered(tmp_path: Path) -> None:
    path = fake_coqc(tmp_path, 'for file; do :; done; touch "${file}o"; echo Axioms:')
    done = run("verify", "triangle", "--with", "coq", PATH=path)
    assert done.returncode == 2
    message = "coqc succeeded on Axioms, but Print Assumptions announced axioms but listed none"
    assert done.stderr == f"Error: {message}\n"
    assert "ACCEPTED" not in done.stdout


def one_step(*more: dict[str, Any], **changes: Any) -> str:
    """A proof file of 1 == 1, with more steps; with others at the end it needs other `states`."""
    step = {"rule": "arith", "args": [1, [], []], "from": [], "hypotheses": [], "conclusion": 1, "citations": []}
    states = {"hypotheses": [], "conclusion": "1 == 1", "citations": []}
    terms = [["rat", "1"], ["==", 0, 0], *changes.pop("terms", [])]
    content = {"format": "adamproof-proof", "version": 1, "title": "one", "symbols": [], "terms": terms,
               "steps": [step, *more], "states": states}  # fmt: skip
    return json.dumps({**content, **changes})


def of_file(path: str, text: str) -> Stored:
    return Stored(path, (("proof", text),), from_file=True)


def written(text: str) -> list[Module]:
    """A proof file's text for Coq, whatever the kernel says of it."""
    development = Development()
    module_of(development, of_file("it.json", text))
    return development.modules


@needs_coq
def test_what_a_file_says_it_cites_is_not_a_hypothesis(tmp_path: Path) -> None:
    """Only the steps that cite count, and none begins a line of its own."""
    content = json.loads(one_step())
    content["steps"][0]["citations"] = [["Riemann hypothesis\nall: ACCEPTED by Coq 8.16.1", "Clay"]]
    (tmp_path / "cite.json").write_text(json.dumps(content), encoding="utf-8")
    done = run("verify", str(tmp_path / "cite.json"), "--with", "coq")
    assert done.returncode == 1
    assert done.stdout == ""
    (module,) = written((tmp_path / "cite.json").read_text(encoding="utf-8"))
    assert not module.citations and "Riemann" not in module.text
    cite = {"rule": "cite", "args": ["x\nall: ACCEPTED", "y", 1], "from": [], "hypotheses": [1], "conclusion": 1}
    (tmp_path / "cite.json").write_text(one_step({**cite, "citations": []}), encoding="utf-8")
    with pytest.raises(Refusal, match="cites text with unprintable characters"):
        written((tmp_path / "cite.json").read_text(encoding="utf-8"))


@needs_coq
def test_what_is_cited_and_discharged_is_not_called_a_hypothesis(tmp_path: Path) -> None:
    cited = {"citations": [["an axiom", "a book"]]}
    cite = {"rule": "cite", "args": ["an axiom", "a book", 3], "from": [], "hypotheses": [3], "conclusion": 3, **cited}
    discharge = {"rule": "discharge", "args": [3], "from": [0], "hypotheses": [], "conclusion": 4, **cited}
    states = {"hypotheses": [], "conclusion": "1 == 2 -> 1 == 2", **cited}
    content = json.loads(one_step(terms=[["rat", "2"], ["==", 0, 2], ["implies", 3, 3]], states=states))
    content["steps"] = [cite, discharge]
    (tmp_path / "cited.json").write_text(json.dumps(content), encoding="utf-8")
    done = run("verify", str(tmp_path / "cited.json"), "--with", "coq")
    assert done.returncode == 0
    assert "cited: an axiom (a book)" in done.stdout
    assert "hypothesis" not in done.stdout


@needs_coq
def test_a_file_that_cannot_be_written_leaves_nothing_to_others(tmp_path: Path) -> None:
    """Neither a lemma that is never read by Coq, nor a module of the same name.  (The kernel would reject it.)"""
    power = {"rule": "arith", "args": [3, [], []], "from": [0], "hypotheses": [], "conclusion": 3, "citations": []}
    terms = [["pow", 0, 4], ["==", 2, 2], ["int", "20000"]]
    development = Development()
    bad = one_step(power, terms=terms, title="t)\nall: ACCEPTED (")
    with pytest.raises(Refusal, match=r"bad\.json cannot be written for Coq: "):
        module_of(development, of_file("bad.json", bad))
    modules = [module_of(development, of_file(name, one_step())) for name in ("good.json", "sub/bad.json")]
    assert [module.name for module in modules] == ["File_Good", "File_Bad"]
    answers = list(coqc.check(modules, tmp_path, 1, lambda _: None))
    assert [answer.accepted for answer in answers] == [True, True]


@needs_coq
def test_one_file_is_not_refused_for_what_another_says(tmp_path: Path) -> None:
    states = {"hypotheses": [], "conclusion": "1 == 2", "citations": []}
    wrong = json.loads(one_step(terms=[["rat", "2"], ["==", 0, 2]], states=states))
    wrong["steps"].append({**wrong["steps"][0], "args": [3, [], []], "conclusion": 3})
    wrong["steps"].append({**wrong["steps"][0], "args": [3, [], []], "conclusion": 3, "from": [0, 1]})
    development = Development()
    files = {"wrong.json": json.dumps(wrong), "good.json": one_step()}
    modules = [module_of(development, of_file(name, text)) for name, text in files.items()]
    answers = list(coqc.check(modules, tmp_path, 1, lambda _: None))
    assert [answer.accepted for answer in answers] == [False, True]


@needs_coq
def test_what_the_kernel_accepts_is_what_coq_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file is read once: one that changes meanwhile is judged by what it was."""
    path = tmp_path / "changing.json"
    path.write_text(one_step(), encoding="utf-8")
    seen: list[str] = []

    class Changing(second_opinion.FreshVerification):
        def __init__(self, proofs: Sequence[str]) -> None:
            super().__init__(proofs)
            path.write_text(one_step(title="another"), encoding="utf-8")

    monkeypatch.setattr(second_opinion, "FreshVerification", Changing)
    for one in second_opinion.stored([str(path)], 1, Progress(False), True, [], []):
        seen += [text for _, text in one.proofs]
    assert seen == [one_step()]
    assert path.read_text(encoding="utf-8") != one_step()


def test_a_file_of_another_format_is_refused() -> None:
    for change in ({"format": "other"}, {"version": 2}):
        with pytest.raises(Refusal, match="this is not a proof file of format adamproof-proof, version 1"):
            read(one_step(**change))


@pytest.mark.parametrize(
    "change",
    [
        {"conclusion": "0 == 1"},
        {"hypotheses": ["0 == 1"]},
        {"conclusion": ["1 == 1"]},
        {"hypotheses": [1]},
        {"more": 1},
    ],
)
def test_a_file_that_states_something_else_is_refused(change: dict[str, Any]) -> None:
    """In plain text: Coq would accept the steps, and a reader believe the text."""
    states = {"hypotheses": [], "conclusion": "1 == 1", "citations": [], **change}
    assert read(one_step()).steps
    with pytest.raises(Refusal):
        read(one_step(states=states))


def test_an_endless_file_is_refused() -> None:
    with pytest.raises(CliError, match="cannot read /dev/zero: a proof file must have at most 16000000 bytes"):
        second_opinion._text_of("/dev/zero")


def test_claims_that_become_one_name_are_told_apart() -> None:
    text = dump(theorem_of("sign-form"))
    claims = ("same", "same!", "same?", "exp", "exp!", "step 1", "forall")
    module = module_of(Development(), Stored("my-sum", tuple((claim, text) for claim in claims)))
    assert len(set(module.theorems)) == len(claims)
    assert [name for name in module.theorems if coq_name(name) != name] == []
    assert module.theorems[:3] == ("same", "claim_same", "claim_same_2")


@needs_coq
def test_nothing_is_known_of_negative_powers(tmp_path: Path) -> None:
    """x^(-1) is some number; that it is 1 would be a convention of Coq's that the kernel does not have."""
    terms = [["var", "x", "real"], ["int", "-1"], ["pow", 2, 3], ["var", "y", "real"], ["<=", 0, 5], ["<=", 4, 5]]
    steps = [
        {"rule": "assume", "args": [7], "from": [], "hypotheses": [7], "conclusion": 7, "citations": []},
        {"rule": "convert", "args": [7], "from": [0], "hypotheses": [6], "conclusion": 7, "citations": []},
    ]
    states = {"hypotheses": ["1 <= y"], "conclusion": "x^(-1) <= y", "citations": []}
    content = json.loads(one_step(terms=terms, states=states))
    content["steps"] = steps
    development = Development()
    replay(development, "Powers", {"it": read(json.dumps(content))})
    answers = list(coqc.check(development.modules, tmp_path, 1, lambda text: None))
    assert [answer.accepted for answer in answers] == [False]


def test_a_coq_that_does_not_tell_its_version(tmp_path: Path) -> None:
    path = fake_coqc(tmp_path, "")
    (tmp_path / "coqc").write_text("#!/bin/sh\nprintf '\\377broken' >&2; exit 3\n")
    done = run("verify", "triangle", "--with", "coq", PATH=path)
    assert done.returncode == 2
    assert "Error: coqc --print-version failed with status 3 and printed:" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number, status", [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)])
@pytest.mark.parametrize("checker", ["coq", "z3"])
def test_a_signal_during_the_derivation_is_no_error_of_the_lemma(checker: str, number: int, status: int) -> None:
    if checker == "z3":
        pytest.importorskip("z3")
    elif not HAS_COQ:
        pytest.skip("coqc is not installed")
    process = begun("verify", "main-theorem", "--no-cache", "--with", checker, until=b"proving")
    process.send_signal(number)
    out, errors = process.communicate(timeout=1800)
    assert process.returncode == status
    assert b"Error" not in errors
    assert out == b""


@pytest.mark.parametrize(
    "numbers",
    [(signal.SIGTERM,), (signal.SIGINT,), (signal.SIGINT, signal.SIGTERM), (signal.SIGTERM, signal.SIGHUP)],
)
def test_a_run_that_is_ended_leaves_neither_process_nor_folder(numbers: tuple[int, ...], tmp_path: Path) -> None:
    """Also where a second signal comes before the first one is answered."""
    marker, left = tmp_path / "pid", tmp_path / "left"
    left.mkdir()
    path = fake_coqc(tmp_path, f"echo $$ > {marker}; exec sleep 3600")
    process = subprocess.Popen(
        [sys.executable, "-m", "adamproof", "verify", "triangle", "--with", "coq"], stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": path, "TMPDIR": str(left)},
        preexec_fn=signals_as_usual,
    )  # fmt: skip
    while not (marker.exists() and marker.read_text().strip()):  # until coqc runs
        assert process.poll() is None
        time.sleep(0.01)
    assert list(left.iterdir())
    for one in numbers:
        process.send_signal(one)
    _, errors = process.communicate(timeout=1800)
    # One that comes late, when all has been removed, takes its usual course.
    assert process.returncode in [*(128 + one for one in numbers), *(-one for one in numbers[1:])]
    assert "Traceback" not in errors
    assert list(left.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(marker.read_text()), 0)


@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGHUP])
def test_two_signals_while_coq_begins_leave_no_process(
    second: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one must not take its course between the beginning of a process and its place in the list."""
    begun: list[subprocess.Popen[str]] = []

    def start(name: str, folder: Path) -> subprocess.Popen[str]:
        begun.append(subprocess.Popen(["sleep", "3600"], text=True, start_new_session=True))
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(second)
        return begun[0]

    monkeypatch.setattr(coqc, "_start", start)
    before = {number: signal.signal(number, signal.SIG_DFL) for number in REQUESTS}  # a background job ignores some
    try:
        with ended_by_signals(), pytest.raises((KeyboardInterrupt, Terminated)):
            list(coqc.check([Module("M", "", ())], tmp_path, 1, lambda text: None))
    finally:
        for number, action in before.items():
            signal.signal(number, action)
        alive = begun[0].returncode is None
        begun[0].kill()
        begun[0].wait()
    assert not alive


def test_a_file_does_not_take_the_name_of_a_result(tmp_path: Path) -> None:
    text = dump(theorem_of("sign-form"))
    development = Development()
    mine = module_of(development, Stored("x/update-magnitude.json", (("proof", text),), from_file=True))
    house = module_of(development, Stored("update-magnitude", (("proof", text),)))
    assert (mine.name, house.name) == ("File_Update_magnitude", "Update_magnitude")


def test_what_the_kernel_rejects_goes_no_further(tmp_path: Path) -> None:
    """Neither what has a wrong step, nor what is no proof file at all: nothing of it is written, or read by Coq."""
    content = json.loads(dump(theorem_of("sign-form")))
    next(step for step in content["steps"] if step["rule"] == "assume")["hypotheses"] = []
    path = fake_coqc(tmp_path, "exit 1")  # is not asked
    for text, checker in ((json.dumps(content), "all"), (json.dumps(content), "coq"), ('{"format": 1}', "coq")):
        (tmp_path / "wrong.json").write_text(text, encoding="utf-8")
        words = ("verify", str(tmp_path / "wrong.json"), "--with", checker, "--keep", str(tmp_path / "kept"))
        done = run(*words, PATH=path)
        assert done.returncode == 1
        assert f"{tmp_path / 'wrong.json'}: REJECTED by the kernel (" in done.stderr
        assert done.stdout == ""
        assert not list((tmp_path / "kept").glob("File_*"))


def test_a_foreign_axiom_is_no_acceptance() -> None:
    module = Module("M", "", ())
    answer = coqc.Answer(module, 1.0, axioms=frozenset({"Classical_Prop.classic", "Mine.wish"}))
    assert answer.foreign == ["Mine.wish"]
    assert not answer.accepted
    assert coqc.Answer(module, 1.0, axioms=coqc.ALLOWED).accepted


@needs_coq
def test_a_foreign_axiom_is_said_of_the_module_that_has_it(tmp_path: Path) -> None:
    """All are asked about together first."""
    texts = {"Mine": "Axiom wish : False.\nDefinition all_theorems := wish.", "Other": "Definition all_theorems := I."}
    modules = [Module(name, f"{text}\n", (), theorems=("it",)) for name, text in texts.items()]
    mine, other = coqc.check(modules, tmp_path, 1, lambda _: None)
    assert (mine.foreign, mine.accepted) == (["Mine.wish"], False)
    assert (other.axioms, other.accepted) == (frozenset(), True)


@needs_coq
def test_a_module_of_which_coq_does_not_list_the_axioms(tmp_path: Path) -> None:
    with pytest.raises(coqc.CoqFailed, match=r"Coq does not list the axioms: Error: The reference .* was not found"):
        list(coqc.check([Module("M", "", (), theorems=("it",))], tmp_path, 1, lambda _: None))


# --- what Coq accepts ------------------------------------------------------------------------------


@needs_coq
@pytest.mark.slow
def test_verify_b2(tmp_path: Path) -> None:
    done = run("verify", "B.2", "--with", "coq", "--json", "--keep", str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    (result,) = json.loads(done.stdout)["results"]
    assert result["verdict"] == "ACCEPTED"
    assert result["theorems"] == ["by_an_invariant", "by_cauchy_schwarz"]
    assert {axiom.rpartition(".")[2] for axiom in result["axioms"]} <= AXIOMS
    assert (tmp_path / "Update_magnitude.vo").exists()


@needs_coq
@pytest.mark.slow
def test_of_a_file_the_answer_repeats_what_it_says(tmp_path: Path) -> None:
    """Its title may be anything."""
    file = tmp_path / "b2.json"
    file.write_text(dump(theorem_of("triangle", "finite sums"), "Lemma B.2"), encoding="utf-8")
    done = run("verify", str(file), "--with", "coq")
    assert done.returncode == 0, done.stderr
    assert "  it states: " in done.stdout
    assert "B.2" not in done.stdout


@needs_coq
def test_an_exported_file_needs_no_other(tmp_path: Path) -> None:
    file = tmp_path / "norms.v"
    assert run("export", "triangle", "--to", "coq", "--claim", "finite sums", "-o", str(file)).returncode == 0
    done = subprocess.run(["coqc", "-q", file.name], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert coqc.axioms(done.stdout) <= coqc.ALLOWED


@needs_coq
def test_names_that_mean_something_in_coq(tmp_path: Path) -> None:
    names = "Axiom Definition Fixpoint CoFixpoint Parameter Theorem Variable Hypothesis "
    names += "R Z P I IZR Omega fun match le_same step_1 same_1 h0 n0 a0 u0 p0 alg Rabs nat O S pos_mult"
    values = reals(names)
    proof = prove(le(0, sum(values)), *(le(0, value) for value in values))
    module = replay(Development(), "Names", {"it": read(dump(proof))})
    (answer,) = coqc.check([module], tmp_path, 1, lambda _: None)
    assert answer.accepted, (answer.step, answer.reason)


def random_real(rng: random.Random, depth: int, scope: dict[str, list[Term]]) -> Term:
    """A term of the kernel's language over variables x, y, n, functions f(int), h(real, point), and what is bound."""
    if depth == 0:
        leaves = [
            *scope["real"],
            number(Fraction(rng.randint(-3, 3), rng.randint(1, 3))),
            as_real(rng.choice(scope["int"])),
        ]
        return rng.choice(leaves)

    def real() -> Term:
        return random_real(rng, depth - 1, scope)

    def whole() -> Term:
        return make("add", rng.choice(scope["int"]), make("int", rng.randint(-1, 2)))

    def under(op: str, *bounds: Term) -> Term:
        sort = {"Sum": "int", "E": "point", "Integral01": "real"}[op]
        variable = make("var", f"b{depth}", sort)
        inner = {**scope, sort: [*scope[sort], variable]}
        return bind(op, variable, *bounds, random_real(rng, depth - 1, inner))

    made = [
        lambda: make("add", real(), real()),
        lambda: make("mul", real(), real()),
        lambda: make("mul", real(), real(), real()),
        lambda: make("inv", real()),
        lambda: make("pow", real(), make("int", rng.randint(0, 2))),
        lambda: make("pow", real(), whole()),
        lambda: make(rng.choice(["sqrt", "abs", "sign", "ln"]), real()),
        lambda: make("rpow", real(), real()),
        lambda: make("app", function("f", ["int"]), whole()),
        lambda: make("app", function("h", ["real", "point"]), real(), rng.choice(scope["point"])),
        lambda: under("Sum", whole(), whole()),
        lambda: under("E"),
        lambda: under("Integral01"),
    ]
    return rng.choice(made)()


@needs_coq
@pytest.mark.slow
def test_normal_forms_of_random_terms(tmp_path: Path) -> None:
    rng = random.Random(8)
    scope = {sort: [make("var", name, sort) for name in names] for sort, names in SCOPE.items()}
    development = Development()
    development.begin("Terms")
    names = []
    for case in range(80):
        term = random_real(rng, 3, scope)
        equation = make("==", term, term_of(normal(term)))

        def prove_it(inner: Scope, term: Term = term) -> str:
            return f"exact {development.to_normal(inner, term)}."

        names.append(development.lemma(f"step_{case}", f"step {case}: {show(equation)}", [], equation, prove_it).name)
    (answer,) = coqc.check([development.end(names, [])], tmp_path, 1, lambda _: None)
    assert answer.accepted, (answer.step, answer.reason)


def test_the_corrupted_proofs_use_most_rules() -> None:
    """What is corrupted below is not one corner of the kernel."""
    used = {step.rule for slug, claim in SOURCES for step in stored(slug, claim).steps}
    assert set(RULES) - used <= {"cite", "integer_gap"}


@everything
@pytest.mark.slow
def test_every_result_and_the_statements(tmp_path: Path, session: Session) -> None:
    session.library()  # or the proofs are found twice
    done = run("verify", "all", "--with", "coq", "--json", "--keep", str(tmp_path))
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    results = json.loads(done.stdout)["results"]
    names = {result["result"] for result in results}
    assert names == {lemma.slug for lemma in lemmas()} | {PINNED}
    assert {result["verdict"] for result in results} == {"ACCEPTED"}
    assert {axiom for result in results for axiom in result["axioms"]} <= coqc.ALLOWED
    ours = sorted(_needed(tmp_path, "Statements"))
    modules = set(re.findall(r"^Module (\w+)\.$", "".join((tmp_path / f"{name}.v").read_text() for name in ours), re.M))
    assert {*modules, *ours} >= {"Prelude", *statements().needs}
    # Coq's own library is read and not checked again, which takes longer than all of ours.
    checked = ["coqchk", "-o", "-R", ".", LIBRARY, *(word for name in ours for word in ("-norec", f"{LIBRARY}.{name}"))]
    done = subprocess.run(checked, cwd=tmp_path, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said[-2000:]
    assert {f"{LIBRARY}.{name}" for name in ours} == {*re.findall(CHECKING, said)}
    axioms = said.split("* Axioms:")[1].split("*")[0].split()
    listed = {axiom for axiom in axioms if not axiom.startswith(SEALED)}
    assert {".".join(axiom.split(".")[-2:]) for axiom in listed} == coqc.ALLOWED, listed
    assert all(axiom.startswith("Coq.") for axiom in axioms)


def _needed(folder: Path, name: str) -> set[str]:
    """Our files that this one needs, and itself."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            text = (folder / f"{name}.v").read_text(encoding="utf-8")
            waiting += " ".join(re.findall(rf"From {LIBRARY} Require (?:Import )?([\w ]+)\.", text)).split()
    return found


# --- what Coq refuses ------------------------------------------------------------------------------

SOURCES = [
    ("geometric-sum", None),
    ("constant-sum", None),
    ("triangle", "finite sums"),
    ("triangle", "expectations"),
    ("triangle", "integrals over [0, 1]"),
    ("jensen-sqrt", None),
    ("young-power", None),
    ("powers", None),
    ("sign-form", None),
    ("magnitude-range", "magnitude"),
]
CORRUPTIONS = 27
TWINS = ("geometric-sum", "jensen-sqrt", "sign-form", "schedule-exponents", "moving-average", "ratio-bound", "norms",
         "momentum-recursion")  # fmt: skip


def conclusion_times(step: Step, factor: Fraction) -> Step:
    left, right = step.theorem.conclusion.args
    changed = make(step.theorem.conclusion.op, left, make("mul", number(factor), right))
    return replace(step, theorem=replace(step.theorem, conclusion=changed))


def without_hypothesis(step: Step, number_of_it: int) -> Step:
    kept = [prop for place, prop in enumerate(step.theorem.hypotheses) if place != number_of_it]
    return replace(step, theorem=replace(step.theorem, hypotheses=tuple(kept)))


def is_relation(term: Term) -> bool:
    return term.op in RELATIONS and term.args[1] is not number(0)


def corruptions() -> Iterator[tuple[str, Proof, int]]:
    """(what was done, the proof, the step), drawn with a fixed seed."""
    rng = random.Random(33)
    for case in range(CORRUPTIONS):
        slug, claim = SOURCES[case % len(SOURCES)]
        proof = stored(slug, claim)
        kind = ("constant", "sign", "hypothesis")[case % 3]
        steps = [step for step in proof.steps if step.rule not in ("assume", "cite")]
        if kind == "hypothesis":
            step = rng.choice([step for step in steps if step.theorem.hypotheses] or steps)
            if not step.theorem.hypotheses:
                continue
            changed = without_hypothesis(step, rng.randrange(len(step.theorem.hypotheses)))
        else:
            step = rng.choice([step for step in steps if is_relation(step.theorem.conclusion)])
            changed = conclusion_times(step, Fraction(101, 100) if kind == "constant" else Fraction(-1))
        corrupted = tuple(changed if other is step else other for other in proof.steps)
        yield f"{slug}: {kind} of step {step.number}", replace(proof, steps=corrupted), step.number


def twinned() -> Iterator[Proof]:
    """The proofs of the claims that have twins."""
    for slug in TWINS:
        lemma = get(slug)
        yield from (stored(slug, lemma.claim(mutant.claim).name) for mutant in lemma.mutants)


def twins() -> Iterator[tuple[str, Proof, int]]:
    """The false twins of lemmas: their statements in the place of what was proved."""
    for slug in TWINS:
        lemma = get(slug)
        for mutant in lemma.mutants:
            proof = stored(slug, lemma.claim(mutant.claim).name)
            last = proof.steps[-1]
            dropped = {prop(lemma.assumptions[name]) for name in mutant.drop}
            changes = {prop(lemma.assumptions[name]): prop(new) for name, new in mutant.change.items()}
            hypotheses = tuple(changes.get(old, old) for old in last.theorem.hypotheses if old not in dropped)
            conclusion = last.theorem.conclusion if mutant.conclusion is None else prop(mutant.conclusion)
            if (hypotheses, conclusion) != (last.theorem.hypotheses, last.theorem.conclusion):
                changed = replace(last, theorem=replace(last.theorem, hypotheses=hypotheses, conclusion=conclusion))
                yield f"{slug}: {mutant.name}", replace(proof, steps=(*proof.steps[:-1], changed)), last.number


def read_aloud(modules: Sequence[Module], folder: Path) -> dict[str, tuple[str, str]]:
    """For each module that Coq refuses: the origin of the lemma at which it stops, and its error.

    The modules are read by one coqtop, which goes on after an error, and says of every lemma where it begins and ends.
    """
    text = f"{REALS}\n{IMPORT}\nOpen Scope R_scope.\n"
    for case, module in enumerate(modules):
        lines = [*module.text.splitlines(keepends=True)]
        ends = [*(start - 1 for start, _ in module.lines[1:]), len(lines)]
        text += f"Module {module.name}.\n"
        for place, ((start, _), end) in enumerate(zip(module.lines, ends, strict=True)):
            chunk = "".join(lines[start - 1 : end]).partition(f"\nDefinition {TOGETHER}")[0]
            text += f"Check ({case}, {2 * place})%nat.\n{chunk}\nCheck ({case}, {2 * place + 1})%nat.\nAbort All.\n"
        text += f"End {module.name}.\n"
    said = subprocess.run(
        ["coqtop", "-q", "-R", ".", LIBRARY], input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        cwd=folder, check=True,
    ).stdout  # fmt: skip
    parts = re.split(r"\((\d+)(?:%nat)?, (\d+)(?:%nat)?\)\s*: nat \* nat", said)
    assert len(parts) == 1 + 6 * sum(len(module.lines) for module in modules)
    refused: dict[str, tuple[str, str]] = {}
    for case, mark, after in zip(map(int, parts[1::3]), map(int, parts[2::3]), parts[3::3], strict=True):
        module = modules[case]
        if mark % 2 == 0 and "Error:" in after:
            refused.setdefault(module.name, (module.lines[mark // 2][1].origin, after[after.index("Error:") :]))
    return refused


@needs_coq
@pytest.mark.slow
def test_corrupted_proofs_are_refused_where_they_are_corrupted(tmp_path: Path) -> None:
    """Each is written after the true proof, whose steps it uses: what is corrupted, and what rests on it, is new."""
    cases = [*corruptions(), *twins()]
    assert len([*twins()]) >= 30
    development = Development()
    true = dict.fromkeys(proof.steps for proof in [*(stored(*source) for source in SOURCES), *twinned()])
    proofs = [{"it": Proof("", steps)} for steps in true]
    good = [replay(development, f"True_{number}", proof) for number, proof in enumerate(proofs)]
    modules = []
    for case, (_, proof, _) in enumerate(cases):
        modules.append(replay(development, f"Case_{case}", {"it": proof}))
        development.forget()
    (tmp_path / "Prelude.v").write_text(prelude(), encoding="utf-8")
    subprocess.run(["coqc", "-q", "-R", ".", LIBRARY, "Prelude.v"], cwd=tmp_path, check=True)
    refused = read_aloud([*good, *modules], tmp_path)
    assert [module.name for module in good if module.name in refused] == []
    for case, (what, _, step) in enumerate(cases):
        assert f"Case_{case}" in refused, what
        origin, error = refused[f"Case_{case}"]
        assert f"step {step}:" in origin, (what, origin, error)


@needs_coq
@pytest.mark.slow
def test_the_step_that_is_refused_is_named(tmp_path: Path) -> None:
    """By coqc, as the command has it: a corruption of each kind, and a false twin."""
    cases = [*list(corruptions())[:3], next(twins())]
    modules = [replay(Development(), f"Case_{case}", {"it": proof}) for case, (_, proof, _) in enumerate(cases)]
    for (what, _, step), answer in zip(cases, coqc.check(modules, tmp_path, 2, lambda _: None), strict=True):
        assert not answer.accepted, what
        assert f"step {step}:" in answer.step, (what, answer.step, answer.reason)


@needs_coq
def test_what_rests_on_a_refused_module_is_refused(tmp_path: Path) -> None:
    _, proof, _ = next(corruptions())
    development = Development()
    modules = [replay(development, name, {"it": proof}) for name in ("First", "Second")]
    first, second = coqc.check(modules, tmp_path, 2, lambda _: None)
    assert first.reason and first.step
    assert second.reason == "it uses steps of First, which Coq refused"
