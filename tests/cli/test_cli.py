"""The command line: answers, exit statuses, errors in one sentence, the same bytes under any hash seed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest

from adamproof.checking import recall
from adamproof.checking.cache import PLACE, Cache, Entry, Question
from adamproof.checking.verifier import FreshVerification
from tests.here import run_here as run
from tests.session import Session

ROOT = Path(__file__).resolve().parents[2]

HEAD = """
from sympy import Rational
from adamproof.theory.lemma import Claim, Lemma, Mutant, Source
from adamproof.prover import eq, integers, le, lt, prove, reals, function
x, y = reals("x y")
def lemma_of(goal, **assumptions):
    proof = lambda scope: prove(scope.goal, scope.given())
    return Lemma(slug="mine", title="Mine", source=Source.OURS, where="a test", assumptions=assumptions,
                 claims=[Claim("it", goal, proof)])
"""


DRAWING = """
from dataclasses import replace
def models(rng):
    {}
lemma = replace(lemma_of(le(2*x*y, x**2 + y**2)), models=models)
"""


def run_apart(*args: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, "-m", "adamproof", *args]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=cwd, check=False, encoding="utf-8"
    )


@pytest.fixture
def mine(tmp_path: Path) -> Any:
    def write(body: str) -> str:
        path = tmp_path / "mine.py"
        path.write_text(HEAD + body, encoding="utf-8")
        return str(path)

    return write


def test_check_b2() -> None:
    done = run_apart("check", "lemma", "B.2", PYTHONIOENCODING="utf-8")
    assert done.returncode == 0, done.stderr
    assert "|m_t|/(ε + √(v_t)) ≤ (1 − β₁)/(√(1 − β₂)·√(1 − β₁²/β₂))" in done.stdout
    assert "  not needed   beta1 < 1; beta1 is not negative; beta2 is positive\n" in done.stdout
    assert '  near misses  7 of 7 correctly rejected, such as "R times 0.99"\n' in done.stdout
    assert done.stdout.startswith("B.2 update-magnitude: PROVED (")
    assert done.stderr == ""


@pytest.mark.parametrize("columns", ["80", "120"])
@pytest.mark.parametrize(("name", "most"), [("B.2", 15), ("sign-form", 14), ("descent", 26)])
def test_a_proved_lemma_is_a_short_page(name: str, most: int, columns: str) -> None:
    done = run("check", name, COLUMNS=columns)
    lines = done.stdout.splitlines()
    assert done.returncode == 0 and len(lines) <= most
    assert max(map(len, lines)) <= int(columns)
    words = [line[2:15].strip() for line in lines if line.startswith("  ") and line[2:3].strip()]
    assert words[-5:] == ["proved", "in numbers", *(["also proved"] if name == "descent" else []), "near misses",
                          "depends on", "more"][-5:]  # fmt: skip
    assert run("check", name, "-v", COLUMNS=columns).stdout.count("\n") > 2 * len(lines)


def test_what_is_not_proved_is_told_in_full(mine: Any) -> None:
    done = run("check", mine("lemma = lemma_of(le(2*x*y, x*y), first=lt(0, x))"))
    assert "counterexample: " in done.stdout and "near misses" not in done.stdout


def test_the_short_page_says_where_nothing_is_assumed_and_nothing_tested(mine: Any) -> None:
    done = run("check", mine("lemma = lemma_of(le(2*x*y, x**2 + y**2))"), "--no-mutants")
    assert "  if           nothing is assumed\n" in done.stdout
    assert "  depends on   no other lemma; cited axioms: none\n" in done.stdout
    assert "  near misses  not tested\n" in done.stdout


def test_the_short_page_of_a_file_writes_out_what_its_proofs_assume(mine: Any) -> None:
    """A name may say anything: "x is a real number" of x = 0."""
    claims = """claims=[Claim("it", le(x**2, 0), lambda p: p.conclude("x is a real number", "x <= y")),
                       Claim("all is well", le(y, 0), lambda p: p.conclude("y is tame"), given=["y is tame"])]"""
    body = f"""
from adamproof.lemmas.vocabulary import Claim, Lemma
assumed = {{"x is a real number": eq(x, 0), "x <= y": le(x, y), "y is tame": le(y, 0)}}
lemma = Lemma(slug="mine", title="Mine", source=Source.OURS, where="a test", assumptions=assumed, {claims},
              cited={{"y is tame": ("none but this", "a book")}})
"""
    page = run("check", mine(body), "--no-near-misses", "--ascii").stdout
    assert page.startswith("mine: PROVED (")
    assert "\n  if           x == 0 [x is a real number]\n" in page
    assert '\n  also proved  y <= 0 ["all is well"]\n    if         y <= 0 [y is tame]\n' in page
    assert '; cited axioms: "none but this"\n' in page


def test_an_axiom_that_the_kernel_refuses_is_told_with_its_reason(mine: Any) -> None:
    body = """
from dataclasses import replace
lemma = replace(lemma_of(le(y, 0), h=le(y, 0)), cited={"h": ("none", "a book")})
"""
    done = run("check", mine(body))
    assert done.returncode != 0 and "KeyError" not in done.stderr
    assert "cite needs an axiom's name and source in Latin letters" in " ".join((done.stdout + done.stderr).split())


def test_the_short_page_of_a_file_writes_an_assumption_named_by_its_formula_once(mine: Any) -> None:
    page = run("check", mine('lemma = lemma_of(le(0, y), **{"0 <= x": le(0, x), "x = y": eq(x, y)})')).stdout
    assert "  if           0 ≤ x\n               x = y\n" in page


def test_the_page_of_a_file_breaks_a_long_assumption(mine: Any) -> None:
    body = """
stated = le(sum(x**k*y for k in range(1, 40)), 0)
lemma = lemma_of(stated, **{"x is tame": stated})
"""
    done = run("check", mine(body), "--no-near-misses", COLUMNS="80")
    assert done.stdout.startswith("mine: PROVED") and "[x is tame]\n" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize("name", ["nothing is assumed", "Nothing", "no assumptions.", "no hypothesis"])
def test_an_assumption_may_not_be_named_as_if_there_were_none(mine: Any, name: str) -> None:
    done = run("check", path := mine(f"lemma = lemma_of(le(x**2, 0), **{{{name!r}: le(x**2, 0)}})"))
    assert (done.returncode, done.stdout) == (2, "")
    said = f"the assumption {name!r} is named as if there were none; choose a different name"
    assert done.stderr == f"Error: {path}: {said}\n"


@pytest.mark.parametrize(
    ("body", "symbol"),
    [
        ('a = function("max", "real", "real")\nlemma = lemma_of(le(a(x, y), x), h=le(a(x, y), x))', "function max"),
        ('a = function("exp", "real")\nlemma = lemma_of(le(a(x), -1), h=le(a(x), -1))', "function exp"),
        ('pi = reals("pi")\nlemma = lemma_of(le(pi, 3), h=le(pi, 3))', "variable pi"),
        ('a, b = reals("x infinity")\nlemma = lemma_of(le(0, a**2), h=le(b, a))', "variable infinity"),
    ],
)
def test_a_name_of_mathematics_is_refused_for_a_free_symbol(mine: Any, body: str, symbol: str) -> None:
    done = run("check", path := mine(body))
    assert (done.returncode, done.stdout) == (2, "")
    said = f"the {symbol} reads like the usual {symbol.split()[1]}, which it is not; rename it"
    assert done.stderr == f"Error: {path}: {said}\n"


def test_letters_stay_free_for_functions_and_variables(mine: Any) -> None:
    body = 'P, e = function("P", "real"), function("e")\nlemma = lemma_of(le(P(x) + e(1), 0), h=le(P(x) + e(1), 0))'
    assert run("check", mine(body)).stdout.startswith("mine: PROVED")


def test_ascii_where_unicode_cannot_be_written() -> None:
    done = run_apart("show", "sign-form", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "m/(eps + sqrt(v)) == abs(m)*sign(m)/(eps + sqrt(v))" in done.stdout


@pytest.mark.parametrize(
    ("body", "status", "verdict"),
    [
        ("lemma = lemma_of(le(2*x*y, x**2 + y**2))", 0, "PROVED"),
        ("lemma = lemma_of(le(0, x**4*y**2 + x**2*y**4 - 3*x**2*y**2 + 1))", 0, "PROVED"),  # Motzkin's polynomial
        ("lemma = lemma_of(le(2*x*y, x*y), first=lt(0, x))", 1, "REFUTED"),
        (
            "f = function('f', 'int')\nk = integers('k')\nlemma = lemma_of(eq(f(k)**2 + 1, f(k)**4 + 3*x**2 + 7))",
            1,
            "REFUTED",
        ),
        ("lemma = lemma_of(le(0, (-1 - x**2)**Rational(1, 2)))", 3, "UNDECIDED"),  # this root has no stated value
    ],
)
def test_verdicts_of_a_users_file(mine: Any, body: str, status: int, verdict: str) -> None:
    done = run("check", mine(body))
    assert f"mine: {verdict}" in done.stdout, done.stdout + done.stderr
    assert done.returncode == status


def test_a_closed_claim_is_checked_by_intervals(mine: Any) -> None:
    """One box confirms; on the other the assumption fails everywhere, and nothing has been confirmed."""
    good = "lemma = lemma_of(le(x, 2*x), sign=le(0, x))\n"
    box = "from dataclasses import replace\nlemma = replace(lemma, claims=[replace(lemma.claims[0], box={})])\n"
    done = run("check", mine(good + box.format("{'x': (1, 2)}")), "--ascii")
    assert done.returncode == 0, done.stdout
    assert "by intervals holds on x in [1, 2], with a slack of at least 0 (1 boxes)" in " ".join(done.stdout.split())
    done = run("check", mine(good + box.format("{'x': (-2, -1)}")))
    assert done.returncode == 1
    assert 'because interval arithmetic does not confirm the claim "it"' in done.stdout


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("lemma = ", "SyntaxError"),
        ("", "declares no lemma"),
        ("lemma = 3", "must be a Lemma"),
        ("lemma = lemma_of(le(0.5, x))", "floating point"),
        ("lemma = lemma_of(le(0, float('nan') * x))", "mine"),
        ("lemma = lemma_of(0 <= x**2)", "already evaluated the statement"),
        ("raise KeyError('why')", "why"),
        ("lemma = lemma_of('x <= x')", "'x <= x' (str) is not a statement: write it in SymPy with le, lt, eq, ne"),
        ("lemma = lemma_of(le(x, y), sign='0 <= x')", "'0 <= x' (str) is not a statement: write it in SymPy with le"),
        ("lemma = lemma_of(le(x, y) & lt(0, x))", "(And) is not a statement: write each part as a separate claim"),
        ("lemma = lemma_of(le(x, y) | lt(0, x))", "(Or) is not a statement: statements are relations (le, lt, eq, ne)"),
        ("lemma = lemma_of(lt(0, x) >> le(x, y))", "is not a statement: write forall((), conclusion, [condition])"),
        ("lemma = lemma_of(x**2)", "x**2 (Pow) is not a statement: write a relation of two expressions with le, lt"),
        ("from sympy import sin\nlemma = lemma_of(le(sin(x), 1))", "declare any other one with function(NAME)"),
        (DRAWING.format("yield {'x': 1}"), "models (line 12) must yield models, such as Model("),
        (DRAWING.format("yield 3"), "must yield models, such as Model(variables={'x': 1}), not an int"),
        (DRAWING.format("yield None"), "must yield models, such as Model(variables={'x': 1}), not None"),
        (DRAWING.format("pass"), "must yield models, such as Model(variables={'x': 1}), but returned None"),
        (DRAWING.format("yield from ()"), "models (line 12) yields no model, but must yield models, such as Model"),
        (DRAWING.format("yield").replace("(rng)", "()"), "must be a function that takes a random.Random, not one"),
        (DRAWING.format("yield").replace("=models", "=7"), "models must be a function that takes a random.Random"),
    ],
)
def test_a_users_mistake_is_one_sentence(mine: Any, body: str, message: str) -> None:
    done = run("check", mine(body))
    assert done.returncode in (2, 3), done.stdout
    said = done.stderr + done.stdout
    assert message in said
    assert "Traceback" not in said
    assert said.count("mine.py") <= 1 and said.count(", line ") <= 1  # no place twice


def test_a_script_that_is_no_function_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(
        "from adamproof.prover import le, prove, reals\nfrom adamproof.theory.lemma import Claim, Lemma, Source\n"
        "x, y = reals('x y')\nstated = le(2*x*y, x**2 + y**2)\n"
        "lemma = Lemma(slug='mine', title='It', source=Source.OURS, where='here', assumptions={},\n"
        "    claims=[Claim('it', stated, prove(stated))])\n",
        encoding="utf-8",
    )
    said = run("check", str(path)).stderr
    assert "the proof of 'it' must be a function of the scope, such as lambda scope: prove(scope.goal), not a" in said


@pytest.mark.parametrize("words", [["--claim", "invariant"], ["--without", "foo"]])
def test_a_lemma_is_named_once(words: list[str]) -> None:
    assert run("check", "B.2", *words).stderr.count("update-magnitude") == 1


def test_a_place_that_an_error_names_is_not_said_again(mine: Any) -> None:
    path = mine("raise ValueError(f'{__file__}, line 9: no')")
    assert run("check", path).stderr == f"Error: {path}, line 9: no\n"


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["check", "B3"], "did you mean B.2"),
        (["check", "main", "theorem"], "'main theorem' is read as 2 names; did you mean main-theorem?"),
        (["show", "Ratio", "bound"], "did you mean ratio-bound?"),
        (["check", "lemma", "sign-from"], "did you mean sign-form"),
        (["check", "lemma"], "a name is missing"),
        (["check"], "Missing argument"),
        (["check", "nowhere.py"], "there is no file nowhere.py"),
        (["check", "."], ". is a folder, not a file of lemmas (NAME.py): name the files in it"),
        (["check", "B.2", "--save", ""], "--save needs a folder name"),
        (["check", "B.2", "--claim", "by invariant"], "did you mean 'by an invariant'"),
        (["check", "B.2", "--models", "-1"], "--models must be a whole number from 0 on, not -1"),
        (["verify", "nowhere.json"], "cannot read nowhere.json"),
        (["verify", "B.2"], "there is no file B.2; for a result, use `adamproof check B.2`, or verify --with coq"),
        (["verify", "B.2", "--with", "z3", "--keep", "x"], "--keep needs --with coq or all"),
        (["verify", "x\nB.2: ACCEPTED by Coq.json"], r"the name 'x\nB.2: ACCEPTED by Coq.json' has unprintable"),
        (["verify", "B.2", "--with", "coq", "--keep", ""], "the name of a folder must not be empty"),
        (["export", "B.2", "--to", "pdf"], "is not one of"),
        (["export", "sign-form", "-o", "no/such/folder/x.json"], "cannot write"),
        (["frobnicate"], "No such command"),
    ],
)
def test_usage_errors(args: list[str], message: str) -> None:
    done = run(*args)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


DECLARATIONS = """
def declared(**changes):
    fields = dict(slug="mine", title="Mine", source=Source.OURS, where="a test", assumptions={"first": le(0, x)},
                  claims=[Claim("it", le(0, x**3), lambda scope: prove(scope.goal, scope.given("first")))])
    return Lemma(**{**fields, **changes})
"""


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ("slug='mine\\nB.2 update-magnitude: PROVED'", "the slug"),
        ("slug=''", "the slug"),
        ("slug='update-magnitude'", "is the name of another lemma"),
        ("label='B.2'", "is the name of another lemma"),
        ("title='two\\nlines'", "the title must be one line with a letter or digit"),
        ("source='ours'", "the source must be one of"),
        ("assumptions=[le(0, x)]", "assumptions must be a mapping"),
        ("claims=Claim('it', le(0, x**2), lambda scope: prove(scope.goal))", "claims must be a list of Claim"),
        ("mutants=[Mutant('no', drop=['first'])]", "'no': drop must be a tuple of names, such as ('first',)"),
        ("mutants=[Mutant('no', drop='first')]", "not a str"),
        ("mutants=[Mutant('no', change=['first'])]", "change must be a mapping from names to statements, not a list"),
        ("claims=[Claim('it', le(0, x**2), lambda scope: None)]", "must return a theorem, not NoneType"),
        ("claims=[Claim('it', le(0, x**2), lambda scope: scope.step('t', None))]", "the step 't' must be a theorem"),
        ("claims=[Claim('it', le(0, x), lambda s: prove(s.goal, s.given('frist')))]", "did you mean 'first'"),
        ("claims=[Claim('it', le(0, x), lambda s: s.the('firsts'))]", "did you mean 'first'"),
        ("claims=[Claim('it', le(0, x), lambda s: s.the('first'), given=('fist',))]", "did you mean 'first'"),
        ("claims=[Claim('it', le(0, x), lambda s: s.lemma('sign-form', 'nope'))]", "sign-form: the lemma has no claim"),
        ("claims=[Claim('it', le(0, x), lambda s: exit(0))]", "SystemExit"),
        ("claims=[Claim('it', le(0, x), lambda s: s.the('first'))], models=lambda rng: exit(0)", "SystemExit"),
    ],
)
def test_a_lemma_that_says_what_cannot_be_meant(mine: Any, changes: str, message: str) -> None:
    done = run("check", mine(f"{DECLARATIONS}lemma = declared({changes})"), "-q")
    assert done.returncode == 2, done.stdout
    assert done.stdout == ""
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_counterexample_that_rounding_or_samples_leave_in_doubt_does_not_refute(mine: Any) -> None:
    """The lemma is true (ln x = 0 only for x = 1), but at 50 digits x = 2 seems to satisfy its assumption."""
    done = run("check", mine("import sympy\nlemma = lemma_of(eq(x, 1), p=lt(0, x), h=eq(sympy.log(x)/10**45, 0))"))
    assert done.returncode == 3
    assert "leave a doubt" in done.stdout
    sampled = """
from adamproof.numeric.models import Model
from adamproof.prover import forall
m, k = function("m"), integers("k")
def models(rng):
    while True:
        yield Model(functions={"m": lambda i: 5 if i == 1000 else 0}, integers=(0, 1, 2))
lemma = Lemma(slug="mine", title="Mine", source=Source.OURS, where="a test", assumptions={"h": forall(k, le(m(k), 1))},
              claims=[Claim("it", le(m(1000), 1), lambda scope: prove(scope.goal))], models=models)
"""
    assert run("check", mine(sampled)).returncode == 3


def test_a_users_file_computes_at_the_precision_of_the_tests(mine: Any) -> None:
    """In its generator of models, and when it is read: mpmath's own 15 digits would violate the assumption."""
    path = mine(
        "import mpmath\nfrom fractions import Fraction\nfrom adamproof.numeric.models import Model\n"
        "ROOT = mpmath.sqrt(2)\n"
        "lemma = lemma_of(le(0, x**2 + y**2), square=eq(x**2, 2), other=eq(y**2, 3))\n"
        'lemma.__dict__["models"] = lambda rng: (Model({"x": ROOT, "y": mpmath.sqrt(n)}) for n in [3] * 40)\n'
    )
    done = run("check", path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "holds in 40 random models, 50 digits" in done.stdout


def test_integers_are_said_to_be_integers(mine: Any, tmp_path: Path) -> None:
    file = mine("k = integers('k')\nlemma = lemma_of(le(1, k), positive=lt(0, k))")
    assert "  where        k is an integer\n" in run("check", file).stdout
    assert "For integers k:" in run("check", file, "-v").stdout
    path = tmp_path / "proof.json"
    assert run("export", file, "-o", str(path)).returncode == 0
    assert "free names: k: int" in run("verify", str(path)).stdout
    assert "Integers: k;" in run("show", file, "--latex").stdout


def test_latex_says_what_is_not_proved(mine: Any) -> None:
    done = run("show", mine("lemma = lemma_of(lt(x, y))"), "--latex")
    assert done.returncode == 1
    assert r"\paragraph{No proof.} REFUTED" in done.stdout


def test_names_that_look_like_indices_are_written_out(mine: Any) -> None:
    body = "m, k = function('m'), integers('k')\nz = reals('m_k')\n"
    done = run("check", mine(body + "lemma = lemma_of(eq(z - m(k), 1), a=eq(m(k), 1), b=eq(z, 2))"))
    assert "m_k - m(k) == 1" in done.stdout, done.stdout


def test_lemmas_of_one_file_cite_each_other(mine: Any) -> None:
    second = "claims=[Claim('it', le(-1, x**3), lambda scope: prove(scope.goal, scope.lemma('mine')))]"
    done = run("check", mine(f"{DECLARATIONS}lemmas = [declared(), declared(slug='next', {second})]"), "-q")
    assert done.stdout == "mine: PROVED\nnext: PROVED\n"


@pytest.mark.parametrize("names, said", [
    (("mine",), "mine (it) cites itself: that proves nothing"),
    (("mine", "next"), "mine (it) cites next (it), which cites mine (it): citations in a circle prove nothing"),
])  # fmt: skip
def test_citations_in_a_circle_are_named(mine: Any, names: tuple[str, ...], said: str) -> None:
    following = (*names[1:], names[0])
    made = [
        f"declared(slug={one!r}, claims=[Claim('it', le(-1, x**3), lambda scope: scope.lemma({other!r}))])"
        for one, other in zip(names, following, strict=True)
    ]
    done = run("check", mine(f"{DECLARATIONS}lemmas = [{', '.join(made)}]"))
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split()), done.stderr
    assert "Recursion" not in done.stderr


def test_one_claim_is_said_to_be_only_one(mine: Any) -> None:
    script = "lambda scope: prove(scope.goal)"
    both = f"claims=[Claim('good', le(0, x**2), {script}), Claim('bad', lt(x, y), {script})]"
    done = run("check", mine(f"{DECLARATIONS}lemma = declared({both})"), "--claim", "good", "-q")
    assert done.stdout == "mine (only the claim 'good'): PROVED\n"


def test_a_long_sum_is_given_up(mine: Any) -> None:
    body = "from sympy import Sum\nk = integers('k')\nlemma = lemma_of(eq(Sum(k, (k, 1, 150000)), 11250075000))"
    assert run("check", mine(body)).returncode == 3


@pytest.mark.parametrize("reader", ["head -1", "head -3"])
def test_a_reader_of_many_answers_that_goes_away(reader: str) -> None:
    command = f"{sys.executable} -m adamproof check all -q --models 1 --no-mutants | {reader}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, env=environment, check=False)
    assert done.stderr == ""


def test_an_interrupt_keeps_what_was_done() -> None:
    command = [sys.executable, "-m", "adamproof", "check", "all", "--json", "--no-cache", "--progress"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
        # Whoever runs the tests in the background may have them ignore interrupts, which is inherited.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stderr is not None
    while "1 of" not in process.stderr.readline():  # is done
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=1800)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    answer = json.loads(output)
    assert answer["complete"] is False
    assert all(lemma["verdict"] == "PROVED" for lemma in answer["lemmas"])


def children(process: subprocess.Popen[bytes]) -> list[str]:
    """The processes that it has begun, and that run."""
    return subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False).stdout.split()


@pytest.mark.slow
@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
@pytest.mark.parametrize(("begun", "to_all"), [(0, False), (1, False), (2, False), (2, True)])
def test_a_signal_while_processes_begin_is_not_lost(
    number: int, status: int, begun: int, to_all: bool, tmp_path: Path
) -> None:
    """It ends the run, its processes, and the folder that they use."""

    def as_usual() -> None:
        for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(one, signal.SIG_DFL)

    process = subprocess.Popen(
        [sys.executable, "-m", "adamproof", "check", "all", "-j", "2", "--quiet", "--no-cache"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=as_usual, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    while not list(tmp_path.glob("adamproof-*")) or len(children(process)) < begun:
        assert process.poll() is None
        time.sleep(0.0005)
    os.killpg(process.pid, number) if to_all else process.send_signal(number)
    _, errors = process.communicate(timeout=1800)
    assert process.returncode == status
    assert b"Traceback" not in errors
    assert list(tmp_path.glob("adamproof-*")) == []


def test_an_early_end_leaves_no_folder(tmp_path: Path) -> None:
    """Whatever the moment: a verification that nobody has closed goes with the process."""
    code = (
        "from adamproof.checking.verifier import FreshVerification; from adamproof.cli import terminal\n"
        "kept = FreshVerification(['{}']); print(kept.answer(0)['verdict']); terminal.leave(130)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, "REJECTED\n", "")
    assert list(tmp_path.iterdir()) == []


def test_a_signal_between_two_verifiers_ends_the_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As the kept proofs are handed to the kernel, in two processes."""
    begun: list[FreshVerification] = []

    def interrupted(proofs: list[str], together: bool) -> FreshVerification:
        if begun:
            raise KeyboardInterrupt
        begun.append(FreshVerification(proofs))
        return begun[0]

    kept = Entry(["claim"], ["{}"], b"{}")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(Cache, "entry", lambda self, question: kept)
    monkeypatch.setattr(recall, "FreshVerification", interrupted)
    with pytest.raises(KeyboardInterrupt):
        recall.Recalled([Question("B.2", 1, True), Question("sign-form", 1, True)], 2)
    assert len(begun) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_closed_pipe_is_silent() -> None:
    command = f"{sys.executable} -m adamproof list | head -1"
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.stderr == ""


def without_seconds(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_seconds(entry) for key, entry in value.items() if key != "seconds"}
    return [without_seconds(entry) for entry in value] if isinstance(value, list) else value


@pytest.mark.slow
def test_json_is_the_same_under_any_hash_seed(session: Session, tmp_path: Path) -> None:
    """Searched twice, in two processes and in one, then recalled."""
    answers = [without_seconds(json.loads(session.library()))]
    for seed in ("1", "2"):
        done = run_apart("check", "all", "--json", "--jobs", "1", PYTHONHASHSEED=seed, **{PLACE: str(tmp_path)})
        assert done.returncode == 0, done.stderr
        answers.append(without_seconds(json.loads(done.stdout)))
    recalled = [[lemma.pop("recalled") for lemma in answer["lemmas"]] for answer in answers]
    assert all(recalled[2]) and not any(recalled[1])
    assert answers[0] == answers[1] == answers[2]


def test_json_and_optimised_python() -> None:
    done = subprocess.run(
        [sys.executable, "-O", "-m", "adamproof", "check", "B.2", "--json", "--models", "3"],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    answer = json.loads(done.stdout)
    assert answer["exit_code"] == done.returncode == 0
    (lemma,) = answer["lemmas"]
    assert lemma["verdict"] == "PROVED"
    assert [claim["verdict"] for claim in lemma["claims"]] == ["PROVED", "PROVED"]
