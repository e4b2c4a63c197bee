"""A lemma file is a program: whatever it does to its own process, it cannot make `check` print PROVED of a falsehood.

Each attack is a file.  The process that prints has not run it, so that the word PROVED, the statement under it, and the
exit status follow from what the kernel says of the proof file that was sent.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from adamproof.checking.pool import MAX_SHOWN
from adamproof.checking.verifier import FreshVerification

ROOT = Path(__file__).resolve().parents[2]

HEAD = """
import os, sys
from sympy import Integer
from adamproof.theory.lemma import Claim, Derivation, Lemma, Source
from adamproof.prover import eq, le, prove, reals
x = reals("x")
def lemma_of(goal, script=lambda scope: prove(le(0, 1)), slug="mine", title="Mine"):
    return Lemma(slug=slug, title=title, source=Source.OURS, where="a test", assumptions={},
                 claims=[Claim("it", goal, script)])
FALSE = eq(x, x + 1)
"""
SEND = """
def send_instead(change):
    import __main__
    original = __main__.TASKS["check"]
    def forged(data, send):
        def through(message):
            if "proofs" in message:
                message = change(message) or message
            send(message)
        answer = original(data, through)
        return change(answer) or answer
    __main__.TASKS["check"] = forged
"""


def run(*args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **variables}
    command = [sys.executable, "-m", "adamproof", *args]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, encoding="utf-8")


@pytest.fixture
def mine(tmp_path: Path) -> Any:
    def write(body: str) -> str:
        path = tmp_path / "mine.py"
        path.write_text(HEAD + body, encoding="utf-8")
        return str(path)

    return write


PATCHES = {
    "the comparison and the derivation": """
import adamproof.checking.judge as judge
import adamproof.checking.pipeline as pipeline
from adamproof.theory import library
from adamproof.checking.report import Verdict
judge._read = lambda *a: (Verdict.PROVED, "")
library.derive_claim = lambda *a: Derivation(prove(le(0, 1)), (), {})
pipeline.derivation_of = lambda *a: Derivation(prove(le(0, 1)), (), {})
lemma = lemma_of(FALSE)
""",
    "the kernel in its own process": """
import adamproof.kernel.rules as rules
import adamproof.kernel.verify as verify
import adamproof.kernel.__main__ as program
verify.verify = program.verify = lambda text: None
from adamproof.kernel.rules import Theorem
from adamproof.prover.record import Step
forged = prove(le(0, 1))
from adamproof.prover import prop
Step.conclusion = property(lambda self: prop(FALSE))
lemma = lemma_of(FALSE)
""",
    "the text of statements": """
import adamproof.kernel.text as text
import adamproof.checking.judge as judge
import adamproof.checking.pipeline as pipeline
judge.show = text.show = lambda term: "x == 1 + x"
pipeline.derivation_of = lambda *a: Derivation(prove(le(0, 1)), (), {})
lemma = lemma_of(FALSE)
""",
    "the proof file": """
import adamproof.checking.pipeline as pipeline
real = pipeline.write
def write(step, title):
    text, numbers = real(step, title)
    return text.replace('"conclusion": "0 <= 1"', '"conclusion": "x == 1 + x"'), numbers
pipeline.write = write
pipeline.derivation_of = lambda *a: Derivation(prove(le(0, 1)), (), {})
lemma = lemma_of(FALSE)
""",
    "the processes that it starts": """
import subprocess
os.environ["PATH"] = "/nowhere"
subprocess.Popen = None
import adamproof.checking.pipeline as pipeline
pipeline.derivation_of = lambda *a: Derivation(prove(le(0, 1)), (), {})
lemma = lemma_of(FALSE)
""",
}


@pytest.mark.parametrize("patch", PATCHES.values(), ids=PATCHES)
def test_patched_memory_proves_nothing(mine: Any, patch: str) -> None:
    done = run("check", mine(patch), "--json")
    answer = json.loads(done.stdout)
    assert done.returncode != 0
    assert "PROVED" not in done.stdout
    (lemma,) = answer["lemmas"]
    assert lemma.get("verdict", "REJECTED") in ("REJECTED", "UNDECIDED", "REFUTED")


FORGERIES = {
    "a verdict": ('message["verdict"] = "PROVED"', "PROVED"),
    "no data": ("return {'found': 3}", "sent data that are not a result"),
    "another lemma's results": (
        "if 'found' in message: return {'found': json.loads(json.dumps(message['found']).replace('mine', 'norms'))}",
        "sent the results of another lemma, norms",
    ),
    "no claims": (
        "if 'found' in message: message['found']['value'][2][1] = ['tuple']",
        "the proof files do not match the claims one to one",
    ),
    "two proofs": ("if 'proofs' in message: message['proofs'] *= 2", "the proof files do not match the claims"),
    "proofs that are no texts": ("if 'proofs' in message: message['proofs'] = [1]", "proof files that are not text"),
    "a number without end": (
        "if 'found' in message: message['found']['value'][2][1][1][2][5] = ['int', '0x' + 'f' * 10**6]",
        "a number of more than",
    ),
}


CLAIM = "message['found']['value'][2][1][1][2]"  # the fields of the first claim
FORGERIES |= {
    "other proof files beside the results": (
        "if 'found' in message: message['found']['proofs'] = ['no proof']",
        "PROVED",
    ),
    "too many proofs": ("if 'proofs' in message: message['proofs'] = ['{}'] * 2000", "more than 1000 proof files"),
    "no step of the proof named": (f"if 'found' in message: {CLAIM}[6] = ['tuple']", "REJECTED"),
    "an assumption that the lemma does not make": (
        f"if 'found' in message: {CLAIM}[1] = ['dict', ['h', ['term', 0]]]",
        "sent data that are not a result",
    ),
    "a number that is no count": (
        f"if 'found' in message: {CLAIM}[6] = ['tuple', ['tuple', 'x', ['int', hex(10**20)]]]",
        "sent data that are not a result",
    ),
    "the label of another lemma": (
        "if 'found' in message: message['found']['value'][2][0][2][1] = 'B.2'",
        "B.2 is the name of another lemma",
    ),
}


@pytest.mark.parametrize("body, said", FORGERIES.values(), ids=FORGERIES)
def test_what_is_sent_is_read_as_a_strangers(mine: Any, body: str, said: str) -> None:
    """A truth, so that without the forgery it would be PROVED."""
    forge = f"import json\n{SEND}\ndef change(message):\n    {body}\nsend_instead(change)\n"
    done = run("check", mine(forge + "lemma = lemma_of(le(0, x**2), lambda scope: prove(scope.goal))"))
    if said == "PROVED":  # what stands beside the data is not read
        assert "mine: PROVED" in done.stdout and done.returncode == 0
        return
    if said == "REJECTED":
        assert "mine: REJECTED" in done.stdout and done.returncode == 1
        return
    assert said in done.stderr, done.stderr + done.stdout
    assert done.returncode == 2
    assert "PROVED" not in done.stdout


NEAR = {
    "nonsense": "{'near': 'PROVED'}",
    "nothing": "{}",
    "an error": "1 / 0",
    "proofs of nothing": "send({'proofs': ['PROVED', '{}']}) or {'near': None}",
}


@pytest.mark.parametrize("answer", NEAR.values(), ids=NEAR)
def test_what_a_file_says_of_near_misses_changes_no_verdict(mine: Any, answer: str) -> None:
    forge = f"import __main__\n__main__.TASKS['near'] = lambda data, send: {answer}\n"
    done = run("check", mine(forge + "lemma = lemma_of(le(0, x**2), lambda scope: prove(scope.goal))"))
    assert done.returncode == 0 and done.stdout.startswith("mine: PROVED"), done.stderr
    assert "near misses made" not in done.stdout and done.stderr.startswith("near misses: ")
    assert "Traceback" not in done.stderr


def test_a_title_cannot_stand_over_what_the_proof_does_not_contain(mine: Any) -> None:
    """Steps are read from the proof file; one that it does not have rejects the claim."""
    good = "lemma = lemma_of(le(0, x**2), lambda scope: scope.step('zero is one', prove(scope.goal)))"
    done = run("check", mine(good), "--ascii", "-v")
    assert "1. zero is one\n       0 <= x^2" in done.stdout  # the title is the file's own, the formula is the proof's
    forge = f"{SEND}\ndef change(m):\n    if 'found' in m: m['found']['value'][2][1][1][2][6][1][2] = ['int', '0x63']\n"
    done = run("check", mine(f"{forge}send_instead(change)\n{good}"))
    assert "REJECTED" in done.stdout, done.stdout + done.stderr
    assert "a named step is not in the proof file" in done.stdout
    assert done.returncode == 1


def test_what_is_saved_is_what_the_kernel_has_read(mine: Any, tmp_path: Path) -> None:
    forge = f"{SEND}\ndef change(m):\n    if 'found' in m: m['found']['proofs'] = ['rm -rf / # no proof']\n"
    path = mine(f"{forge}send_instead(change)\nlemma = lemma_of(le(0, x**2), lambda scope: prove(scope.goal))")
    assert run("check", path, "--save", str(tmp_path / "saved"), "-q").returncode == 0
    (saved,) = (tmp_path / "saved").iterdir()
    assert run("verify", str(saved)).returncode == 0


def test_one_claim_is_the_claim_that_was_asked_for(mine: Any) -> None:
    """A file cannot answer for another of its claims."""
    body = """
import adamproof.theory.lemma as module
lemma = Lemma(slug="mine", title="Mine", source=Source.OURS, where="a test", assumptions={}, claims=[
    Claim("easy", le(0, x**2), lambda scope: prove(scope.goal)), Claim("hard", FALSE, lambda scope: prove(scope.goal))])
real = module.Lemma.narrowed
module.Lemma.narrowed = lambda self, name: real(self, "easy")
"""
    for command in (["check", "-q"], ["export"]):
        done = run(command[0], mine(body), "--claim", "hard", *command[1:])
        assert done.returncode == 2 and done.stdout == ""
        assert "sent the results of another claim" in done.stderr


def test_an_assumption_that_is_dropped_is_gone(mine: Any) -> None:
    body = """
import adamproof.checking.ablation as ablation
from adamproof.checking.report import AblatedClaim
from adamproof.prover import lt
real = ablation.lost
def lost(lemma, text, say):
    found = real(lemma, text, say)
    from dataclasses import replace
    from adamproof.checking import pipeline
    return replace(found, found=pipeline.work(lemma, 0, False, say, lambda proofs: None))
ablation.lost = lost
lemma = Lemma(slug="mine", title="Mine", source=Source.OURS, where="a test", assumptions={"x is positive": lt(0, x)},
              claims=[Claim("it", lt(0, 2*x), lambda scope: prove(scope.goal, scope.given()))])
"""
    done = run("check", mine(body), "--without", "x is positive")
    assert done.returncode == 1
    assert 'Claim "it": REJECTED\n    the proof file also assumes 0 < x\n' in done.stdout
    assert "mine without 'x is positive': 0 of 1 claims are still proved\n" in done.stdout


ABLATED = """
import adamproof.checking.ablation as ablation
from dataclasses import replace
from adamproof.checking import pipeline
from adamproof.prover import lt
lemma = Lemma(slug="mine", title="Mine", source=Source.OURS, where="a test", assumptions={"x is positive": lt(0, x)},
              claims=[Claim("it", lt(0, 2*x), lambda scope: prove(scope.goal, scope.given()))])
real = ablation.lost
def lost(lemma, text, say):
    claims = [Claim("it", GOAL, lambda scope: prove(scope.goal, scope.given()))]
    other = replace(lemma, assumptions=OTHER, claims=claims)
    return replace(real(lemma, text, say), found=pipeline.work(other, 0, False, say, lambda proofs: None))
ablation.lost = lost
"""
OTHER_STATEMENTS = {
    "trivial": ("OTHER, GOAL = {}, eq(0, 0, same=True)", "the proof file proves another statement: 0 == 0"),
    "weaker": ("OTHER, GOAL = {}, le(0, x**2)", "the proof file proves another statement: 0 <= x^2"),
    "of another name": ("OTHER, GOAL = {'easy': le(0, x)}, le(0, x)", "the proof file proves another statement"),
}


@pytest.mark.parametrize("change, said", OTHER_STATEMENTS.values(), ids=OTHER_STATEMENTS)
def test_without_an_assumption_the_claim_is_still_the_stated_one(mine: Any, change: str, said: str) -> None:
    """Another theorem is not the claim, in words and in the exit status."""
    done = run("check", mine(f"{ABLATED}{change}"), "--without", "x is positive")
    assert 'Claim "it": REJECTED\n' in done.stdout, done.stdout + done.stderr
    assert said in " ".join(done.stdout.split())
    assert "is proved without it" not in done.stdout
    assert done.returncode == 1


def test_what_is_proved_without_an_assumption_is_shown(mine: Any) -> None:
    body = """
from adamproof.prover import lt
lemma = Lemma(slug="mine", title="Mine", source=Source.OURS, where="a test",
              assumptions={"x is positive": lt(0, x), "x is small": le(x, 1)},
              claims=[Claim("it", le(x, 2), lambda scope: prove(scope.goal, scope.given()))])
"""
    done = run("check", mine(body), "--without", "x is positive", "--ascii")
    statement = "    If\n      x <= 1  [x is small]\n    then\n      x <= 2\n"
    assert f'  Claim "it": PROVED\n    is proved without it\n{statement}' in done.stdout, done.stdout
    assert done.returncode == 0


def test_titles_and_labels_have_no_words_of_verdicts(mine: Any) -> None:
    body = (
        "from dataclasses import replace\n"
        "made = lemma_of(FALSE, title='PROVED (0.3 s)')\n"
        "lemma = replace(made, label='B.3: PROVED', notes='mine: PROVED')"
    )
    for command in ("check", "show", "mutants"):
        assert "PROVED" not in run(command, mine(body)).stdout


def test_a_file_says_nothing_of_the_library_in_the_graph(mine: Any) -> None:
    body = """
import __main__
real = __main__.TASKS["graph"]
def graph(data, send):
    answer = real(data, send)
    rows = answer["graph"]["value"]
    return {"graph": {"terms": [], "value": json.loads(json.dumps(rows).replace("m and v", "the axiom of choice"))}}
import json
__main__.TASKS["graph"] = graph
lemma = lemma_of(le(0, x**2), lambda scope: scope.lemma("sign-form") and prove(scope.goal))
"""
    done = run("graph", mine(body), "sign-form", "--ascii")
    assert done.returncode == 0, done.stderr
    alone = run("graph", "sign-form", "--ascii").stdout
    assert alone.strip() in done.stdout or "see above" in done.stdout


def test_a_file_that_cuts_what_it_has_printed(mine: Any) -> None:
    body = "print('x' * 100, flush=True)\nlemma = lemma_of(le(0, x**2), lambda s: os.ftruncate(1, 0) or prove(s.goal))"
    done = run("check", mine(body), "-q")
    assert done.stdout == "mine: PROVED\n" and done.returncode == 0


def test_a_process_that_dies_while_a_child_of_it_lives_is_noticed(mine: Any) -> None:
    body = """
import subprocess
os.set_inheritable(int(sys.argv[1]), True)
subprocess.Popen(["sleep", "600"], close_fds=False)
os._exit(3)
"""
    done = run("check", mine(body))
    assert done.returncode == 2
    assert "its process ended without an answer (exit status 3)" in done.stderr


def test_what_a_file_prints_is_its_own(mine: Any) -> None:
    """On both streams, past Python's own, with what would move the cursor: marked, escaped, on standard error."""
    said = r"""
print("mine: PROVED")
print("mine: PROVED", file=sys.stderr)
sys.stdout.flush()
os.write(1, b"\x1b[2J\rmine: PROVED\n")
os.system("echo mine: PROVED")
sys.__stdout__.write("no end of line: PROVED")
lemma = lemma_of(FALSE)
"""
    path = mine(said)
    done = run("check", path, "-q")
    assert done.stdout == "mine: REFUTED\n"
    lines = done.stderr.splitlines()
    assert len(lines) == 5
    assert all(line.startswith(f"[{path} prints] ") for line in lines), lines
    assert r"\x1b[2J\rmine: proved" in done.stderr
    assert "PROVED" not in done.stderr
    assert "\x1b" not in done.stderr and "\r" not in done.stderr


def test_a_flood_is_cut(mine: Any) -> None:
    done = run("check", mine("print('x' * 10**6)\nlemma = lemma_of(le(0, x**2), lambda s: prove(s.goal))"), "-q")
    assert done.stdout == "mine: PROVED\n"
    assert f"... and {10**6 + 1 - MAX_SHOWN} more bytes, not shown" in done.stderr
    assert len(done.stderr) < 2 * MAX_SHOWN


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("os._exit(0)", "its process ended without an answer (exit status 0)"),
        ("os.kill(os.getpid(), 9)", "its process ended without an answer (signal 9)"),
        ("os.close(int(sys.argv[1]))\nlemma = lemma_of(FALSE)", "its process ended without an answer"),
        ("os.closerange(3, 100)\nos._exit(0)", "its process ended without an answer"),
        ("os.write(int(sys.argv[1]), b'PROVED\\n')\nlemma = lemma_of(FALSE)", "sent an invalid message"),
        ("os.write(int(sys.argv[1]), b'{\"about\": []}\\n')\nlemma = lemma_of(FALSE)", "sent no lemma"),
        ("os.write(int(sys.argv[1]), b'{\"about\": [[[1]]]}\\n')\nlemma = 1", "do not describe a lemma"),
        ("os.write(int(sys.argv[1]), b'[' * 10**5 + b'\\n')\nlemma = lemma_of(FALSE)", "sent an invalid message"),
        ("input()", "EOFError"),
    ],
)
def test_a_process_that_does_not_answer_is_an_error(mine: Any, body: str, said: str) -> None:
    done = run("check", mine(body))
    assert said in done.stderr, done.stderr
    assert done.stdout == ""
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("update-magnitude", "is the name of another lemma"),
        ("Main-Theorem", "is the name of another lemma"),
        ("B-2", "reads like B.2, which is the name of another lemma"),
        ("ALL", "is a keyword of the command line"),
    ],
)
def test_a_file_takes_no_name_of_the_library(mine: Any, slug: str, said: str) -> None:
    """Whether or not its process refuses the name."""
    silent = "import adamproof.theory.user_files as files\nfiles.declare = lambda lemmas: None\n"
    path = mine(f"{silent}lemma = lemma_of(le(0, x**2), slug={slug!r})")
    done = run("check", path, "-q")
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr == f"Error: {path}: {slug} {said}; choose a different one\n"


def test_slugs_differ_by_more_than_capitals(mine: Any, tmp_path: Path) -> None:
    path = mine("lemma = lemma_of(le(0, x**2), lambda scope: prove(scope.goal))")
    other = tmp_path / "other.py"
    other.write_text(HEAD + "lemma = lemma_of(FALSE, slug='MINE')\n", encoding="utf-8")
    done = run("check", path, str(other), "-q")
    assert (done.returncode, done.stdout) == (2, "")
    assert "two different lemmas are named MINE; check one at a time" in done.stderr
    silent = "import adamproof.theory.user_files as files\nfiles.declare = lambda lemmas: None\n"
    done = run("check", mine(f"{silent}lemmas = [lemma_of(FALSE), lemma_of(FALSE, slug='MINE')]"), "-q")
    assert (done.returncode, done.stdout) == (2, "")
    assert "sent no lemma, or one twice" in done.stderr


def test_one_file_cannot_touch_what_is_said_of_another(mine: Any, tmp_path: Path) -> None:
    """Each file has a process of its own, and the library another."""
    other = tmp_path / "other.py"
    other.write_text(HEAD + "lemma = lemma_of(FALSE, slug='other')\n", encoding="utf-8")
    patched = PATCHES["the comparison and the derivation"]
    done = run("check", mine(patched), "sign-form", str(other), "-q", "--no-cache", "--models", "1")
    assert done.stdout == "mine: REJECTED\nsign-form: PROVED\nother: REFUTED\n"


@pytest.mark.parametrize("command", ["check", "show", "mutants", "export", "graph"])
def test_no_command_runs_a_file_in_its_own_process(mine: Any, tmp_path: Path, command: str) -> None:
    """The file notes the process that runs it and the one that started that."""
    note = tmp_path / "note"
    path = mine(
        f"open({str(note)!r}, 'a').write(f'{{os.getpid()}} ')\n"
        "lemma = lemma_of(le(0, x**2), lambda scope: prove(scope.goal))"
    )
    code = (
        "import os, sys; from adamproof.cli import main\n"
        f"try: main({[command, path]!r})\nfinally: print(os.getpid(), file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    assert note.read_text(encoding="utf-8").split()
    assert done.stderr.split()[-1] not in note.read_text(encoding="utf-8").split()


def test_the_process_that_prints_has_imported_no_lemma() -> None:
    """Nor SymPy: statements come as data."""
    code = (
        "import sys; from adamproof.cli import main\n"
        "try: main(['check', 'sign-form', '-q'])\n"
        "except SystemExit: pass\n"
        "print([name for name in sys.modules if name == 'sympy' or name.count('.') > 2 and '.lemmas.' in name])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.stdout == "sign-form: PROVED\n[]\n", done.stdout + done.stderr


# --- channels ------------------------------------------------------------------------------------

ANSWER_FIRST = """
import hashlib, json, threading, time
from dataclasses import replace
from adamproof.checking import pipeline
from adamproof.kernel.text import show
from adamproof.prover import prop
from adamproof.prover.record import derive, write
lemma = lemma_of(FALSE)
goal = prop(FALSE)
data = json.loads(write(derive("assume", (), goal), "mine: it")[0])
data["steps"][0]["hypotheses"] = data["states"]["hypotheses"] = []
text = json.dumps(data)
said = {"verdict": "PROVED", "conclusion": show(goal), "hypotheses": [], "citations": [], "steps": 1,
        "sorts": {"x": "real"}, "sha256": hashlib.sha256(text.encode()).hexdigest()}
pipeline._derived = lambda lemma, claim, stated, views: replace(stated, proof=text, titles=(("the claim", 0),))
def watch():
    while True:
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if b"adamproof.kernel" in open(f"/proc/{pid}/cmdline", "rb").read().split(b"\\0"):
                    with open(f"/proc/{pid}/fd/1", "wb", buffering=0) as answer:
                        answer.write(json.dumps(said).encode() + b"\\n")
            except OSError:
                pass
        time.sleep(0.001)
threading.Thread(target=watch, daemon=True).start()
"""


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_a_file_that_answers_before_the_kernel_does_is_rejected(mine: Any) -> None:
    """A pipe of another process can be opened by its name in /proc; a socket cannot."""
    done = run("check", mine(ANSWER_FIRST), "-q", "--no-cache")
    assert (done.stdout, done.returncode) == ("mine: REJECTED\n", 1)


LIST_CHANNELS = """
lemma = lemma_of(le(0, 1))
found = [os.readlink(f"/proc/self/fd/{number}") for number in range(64) if os.path.lexists(f"/proc/self/fd/{number}")]
print("channels:", *sorted({name.partition(":")[0] for name in found if ":" in name}))
"""


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_nobody_else_can_ask_or_answer_in_the_process_of_a_file(mine: Any) -> None:
    done = run("check", mine(LIST_CHANNELS), "--no-cache")
    assert "mine.py prints] channels: socket\n" in done.stdout + done.stderr


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_nobody_else_can_ask_the_kernel_or_answer_for_it() -> None:
    with FreshVerification(["not a proof"]) as verification:
        try:
            channels = [os.readlink(f"/proc/{verification._kernel._process.pid}/fd/{number}") for number in (0, 1)]
        except OSError:
            channels = ["socket: it has ended"]
        assert all(channel.startswith("socket:") for channel in channels)
        assert verification.answer(0)["verdict"] == "REJECTED"


def test_nothing_installed_runs_in_the_kernels_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python imports sitecustomize, and whatever .pth files name, into every process that is not told otherwise."""
    trace = tmp_path / "it ran"
    (tmp_path / "sitecustomize.py").write_text(f"open({str(trace)!r}, 'w').close()\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with FreshVerification(["not a proof"]) as verification:
        assert verification.answer(0)["verdict"] == "REJECTED"
    assert not trace.exists()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    assert trace.exists()
