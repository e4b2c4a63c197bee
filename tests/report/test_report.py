"""`adamproof report`: what is in the documents, that links lead somewhere, and that nothing can be smuggled in."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from html import escape as html_escape
from pathlib import Path
from typing import Any

import pytest

from adamproof.checking.pipeline import check
from adamproof.checking.report import LemmaReport, Verdict
from adamproof.claims.gathering import claim_table
from adamproof.claims.verdicts import ROWS
from adamproof.crosscheck.records import made as made_opinions
from adamproof.crosscheck.records import of_results
from adamproof.experiments.observed import Observed
from adamproof.experiments.records import read, shipped
from adamproof.prover import le, prop
from adamproof.render import show
from adamproof.render.prose import in_html
from adamproof.report import drawing
from adamproof.report.abbreviations import SHORT
from adamproof.report.content import Content
from adamproof.report.document import made, written
from adamproof.report.html.pieces import formula, formulas
from adamproof.report.latex import escape
from adamproof.report.parts import Part
from adamproof.theory.index import chapters
from adamproof.theory.library import get, lemmas
from tests.cli.test_cli import HEAD, run_apart
from tests.here import run_here as run
from tests.report.page import Page, assert_sound
from tests.session import Session

NAMES = ["B.2", "ratio-bound", "sign-form"]
SLUGS = ["update-magnitude", "ratio-bound", "sign-form"]
HOSTILE = "</title><script>alert(1)</script> \\input{x} $%&\"'"


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The HTML and the LaTeX of a few lemmas."""
    folder = tmp_path_factory.mktemp("report")
    done = run("report", *NAMES, "--html", "r.html", "--latex", "r.tex", "--date", "1 May", "--json", cwd=folder)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["files"] == {"html": "r.html", "latex": "r.tex"}
    assert said["lemmas"] == [{"slug": slug, "verdict": "PROVED"} for slug in SLUGS]
    assert done.stderr == ""
    html, tex = ((folder / name).read_text(encoding="utf-8") for name in ("r.html", "r.tex"))
    return html, tex


@pytest.fixture(scope="session")
def sign_form() -> LemmaReport:
    return check(get("sign-form"), models=2)


def worded(text: str) -> str:
    """A sentence as the page has it."""
    return Page(in_html(text)).text


def content_of(*parts: Part, **more: Any) -> Content:
    return Content(**{"parts": parts, "claims": [], "runs": [], "versions": {}, **more})


def test_the_page_is_whole(documents: tuple[str, str]) -> None:
    page = assert_sound(documents[0])
    assert {f"lemma-{slug}" for slug in SLUGS} <= set(page.ids)
    assert page.elements["h1"] == page.elements["main"] == page.elements["nav"] == 1
    assert "1 May · 3 lemmas (3 PROVED)" in page.text
    assert "Mutants: 7/7 correctly rejected" in page.text
    assert "assumptions NOT used beta1 is not negative , beta1 < 1 , beta2 is positive" in page.text
    assert re.search(
        r"\d+ kernel steps, verified in a fresh process, [\d.]+ (bytes|kB) ?; sha256 [0-9a-f]{64}", page.text
    )
    assert re.search(r"Proof in \d+ steps; \d+ kernel steps, verified in a fresh process; numbers: 40 mod", page.text)
    assert "numbers 40 models, 40 comparisons" in page.text


def test_the_statement_is_mathematics(documents: tuple[str, str]) -> None:
    claim = get("B.2").claims[0]
    assert f">{show(prop(claim.conclusion), 'mathml')}</math>" in documents[0]
    assert Page(documents[0]).elements["math"] > 40


def test_steps_link_to_what_they_rest_on(documents: tuple[str, str]) -> None:
    step = re.search(r'<li id="lemma-update-magnitude\.1\.2">.*?</li>', documents[0], re.DOTALL)
    assert step is not None
    assert '<a href="#lemma-update-magnitude.1.1">step 1</a>' in step.group()
    assert '<a href="#lemma-ratio-bound.1">ratio-bound</a>' in step.group()
    assert re.search(r'<a href="#lemma-update-magnitude\.1\.a\d+">beta2 &lt; 1</a>', step.group())
    assert "depends on: beta1^2 < beta2, beta2 < 1, step 1," in Page(documents[0]).text.replace(" ,", ",")


def test_equal_questions_give_equal_bytes(tmp_path: Path) -> None:
    for seed in ("1", "2"):
        words = ("report", "sign-form", "triangle", "--no-cache", "--html", f"{seed}.html", "--latex", f"{seed}.tex")
        assert run_apart(*words, cwd=tmp_path, PYTHONHASHSEED=seed).returncode == 0
    for form in ("html", "tex"):
        assert (tmp_path / f"1.{form}").read_bytes() == (tmp_path / f"2.{form}").read_bytes()


def test_the_verdict_is_the_kernels(sign_form: LemmaReport) -> None:
    rejected = replace(sign_form.claims[0], verdict=Verdict.REJECTED, reason="step 3 does not follow")
    report = replace(sign_form, claims=(rejected, *sign_form.claims[1:]))
    page = made(report, ["html"], [], mutants=True).bodies["html"]
    assert '<span class="badge bad">REJECTED</span>' in page
    assert "step 3 does not follow" in page
    assert "not accepted" in page
    assert "verified in a fresh process" not in page


def test_what_does_not_stand_is_said(sign_form: LemmaReport) -> None:
    survivor = replace(sign_form.mutants[0], refused=False, reason="the script proved it")
    page = made(replace(sign_form, mutants=(survivor,)), ["html", "latex"], [], mutants=True)
    assert page.verdict == "REJECTED"
    assert '<span class="badge bad">NOT REJECTED</span>' in page.bodies["html"]
    assert "because the prover proved the near miss" in page.bodies["html"]
    assert "NOT REJECTED" in page.bodies["latex"]


def test_the_claims_are_in_it() -> None:
    judged = claim_table([2])
    content = content_of(
        Part("sign-form", "", "t", "PROVED", {"html": '<h3 id="lemma-sign-form">t</h3>'}), claims=judged
    )
    page = assert_sound(written(content, "html"))
    assert "claim-2" in page.ids
    assert worded("Adam's step is a step along Sign(m_t) with magnitude u_t") + " PROVED" in page.text
    assert formula(prop(get("sign-form").claim("sign form").conclusion), SHORT) in written(content, "html")
    assert page.links.count("#lemma-sign-form") >= 3  # contents, table, evidence
    assert r"\item[2] Adam's step is a step along Sign(m\_t) with magnitude u\_t: \textbf{PROVED}." in written(
        content_of(claims=judged), "latex"
    )


def test_nothing_from_a_lemma_file_is_markup(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        HEAD
        + f"NAME = {HOSTILE!r}\n"
        + """
lemma = Lemma(slug="mine", title=NAME, source=Source.OURS, where=NAME, notes=NAME, constants={NAME: x},
              assumptions={NAME: lt(x, y)}, claims=[Claim(NAME, le(y, x), lambda scope: prove(scope.goal))])
""",
        encoding="utf-8",
    )
    done = run("report", "mine.py", "--html", "r.html", "--latex", "r.tex", "--date", HOSTILE, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    page = assert_sound((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert page.text.count(HOSTILE) >= 6
    assert "REFUTED" in page.text
    assert "Your lemmas" in page.text
    tex = (tmp_path / "r.tex").read_text(encoding="utf-8")
    assert r"\input" not in tex
    assert escape(HOSTILE) in tex


def test_a_lemma_that_cannot_be_checked_is_said_to_be_so(tmp_path: Path) -> None:
    body = "def models(rng):\n    raise RuntimeError('no <b>models</b>')\n    yield\n"
    body += "lemma = Lemma(slug='mine', title='Mine', source=Source.OURS, where='w', assumptions={}, models=models,\n"
    body += "              claims=[Claim('it', le(2*x*y, x**2 + y**2), lambda scope: prove(scope.goal))])\n"
    (tmp_path / "mine.py").write_text(HEAD + body, encoding="utf-8")
    done = run("report", "mine.py", "sign-form", "--html", "r.html", "--latex", "r.tex", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: mine.py, line ")
    page = assert_sound((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert "It could not be checked: mine.py, line" in page.text
    assert "2 lemmas (1 not checked, 1 PROVED)" in page.text
    assert "no <b>models</b>" in page.text


# --- the short edition --------------------------------------------------------------------------


def test_the_short_edition_has_the_statements_alone(tmp_path: Path) -> None:
    words = ("report", *NAMES, "--short", "--html", "r.html", "--latex", "r.tex")
    assert run(*words, cwd=tmp_path).returncode == 0
    text, tex = ((tmp_path / name).read_text(encoding="utf-8") for name in ("r.html", "r.tex"))
    page = assert_sound(text)
    assert page.elements["details"] == page.elements["ol"] == 0
    assert "depends on" not in page.text
    assert "Mutants: 7/7 correctly rejected." in page.text
    assert "kernel steps, verified in a fresh process; numbers: 40 models" in page.text
    assert "from step 1" not in tex
    assert "kernel steps, verified in a fresh process; numbers: 40 models." in tex
    assert_latex_is_sound(tex)


def test_an_assumption_is_printed_once_in_a_lemma_of_the_short_edition() -> None:
    """Where it is the same: of two with one name, both are."""
    report = check(get("ratio-bound"), models=0, mutants=False)
    claim = report.claims[0]
    name, (first, *_) = next(iter(claim.hypotheses)), claim.hypotheses.values()
    other = replace(claim, name="other", hypotheses={**claim.hypotheses, name: prop(le(first.args[0], 7))})
    again = replace(claim, name="again", conclusion=first)
    page = made(replace(report, claims=(claim, again, other)), ["html"], [], mutants=False, short=True).bodies["html"]
    assert page.count(f'<span class="name">{html_escape(name)}</span>') == 2
    assert f'<a href="#lemma-ratio-bound.1.a1">{html_escape(name)}</a>' in page
    assert 'id="lemma-ratio-bound.3.a1"' in page
    assert_sound(page)


def test_what_does_not_stand_is_in_the_short_edition_too(sign_form: LemmaReport) -> None:
    survivor = replace(sign_form.mutants[0], refused=False, reason="the script proved it")
    mutants = (survivor, *sign_form.mutants[1:])
    rejected = replace(sign_form.claims[0], verdict=Verdict.REJECTED, reason="step 3 does not follow")
    report = replace(sign_form, mutants=mutants, claims=(rejected, *sign_form.claims[1:]))
    page = made(report, ["html"], [], mutants=True, short=True).bodies["html"]
    assert "step 3 does not follow" in page
    assert page.count('<span class="badge bad">NOT REJECTED</span>') == 1
    assert "<details open>" in page
    assert sign_form.mutants[1].name not in page


# --- records ------------------------------------------------------------------------------------


def test_records_are_shown_as_observations(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    shutil.copy(shipped() / "rate.json", tmp_path / "runs")
    words = ("report", "sign-form", "--records", "runs", "--html", "r.html", "--latex", "r.tex")
    done = run(*words, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    page = assert_sound((tmp_path / "r.html").read_text(encoding="utf-8"))
    record = read(shipped() / "rate.json")
    assert "What follows was observed in simulations; it proves nothing." in page.text
    assert f"{record.command}: seed 0" in page.text
    assert all(worded(text) in page.text for text in record.observed().values())
    assert page.elements["img"] == 1
    assert "it proves nothing" in (tmp_path / "r.tex").read_text(encoding="utf-8")


def test_words_of_a_record_are_no_markup(documents: tuple[str, str]) -> None:
    made = (HOSTILE, HOSTILE, HOSTILE, 0, HOSTILE, {HOSTILE: HOSTILE}, True)
    hostile = Observed(*made, {4: HOSTILE}, {4: HOSTILE}, (), (HOSTILE,), f"<svg>{HOSTILE}</svg>")
    page = assert_sound(written(content_of(runs=[hostile]), "html"))
    assert page.text.count(HOSTILE) == 8  # the headline has two, what it was made with four
    assert "\\input" not in written(content_of(runs=[hostile]), "latex")


def test_what_is_not_a_record_is_said_and_not_counted(tmp_path: Path) -> None:
    text = (shipped() / "rate.json").read_text(encoding="utf-8").replace('"seed": 0', '"seed": 1')
    (tmp_path / "rate.json").write_text(text, encoding="utf-8")
    done = run("report", "sign-form", "--records", str(tmp_path), "--html", str(tmp_path / "r.html"))
    assert done.returncode == 0
    assert re.fullmatch(r"not counted: .*rate\.json: checksum mismatch, .*\n", done.stderr)
    assert "Observed in runs" not in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_other_checkers_have_a_column(tmp_path: Path) -> None:
    claims = check(get("sign-form"), models=0).claims
    proofs = {claim.name: claim.proof for claim in claims}
    said = [{"result": "sign-form", "verdict": "ACCEPTED", "reason": "", "axioms": [], "seconds": 1}]
    opinions = made_opinions("coq", "8.16.1", of_results(said, {"sign-form": proofs}))
    (tmp_path / "coq.json").write_text(opinions.text(), encoding="utf-8")
    done = run("report", "sign-form", "ratio-bound", "--records", ".", "--html", "r.html", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    page = assert_sound((tmp_path / "r.html").read_text(encoding="utf-8"))
    assert "Result The kernel Coq 8.16.1 sign-form PROVED 1 ACCEPTED ratio-bound PROVED 1 without a record" in page.text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "there is nothing to write; name a file with --html FILE, --latex FILE or both"),
        (("--html", "no/r.html"), "cannot write no/r.html: there is no folder no; make it first"),
        (("--latex", "."), "cannot write .: it is a folder"),
        (("--html", "r.html", "--records", "none"), "there is no folder none with records; `adamproof experiment all"),
        (("nothing-like-it", "--html", "r.html"), "there is no lemma named 'nothing-like-it'"),
        (
            ("--html", "site", "--with-kernel", "--short"),
            "--with-kernel is for the proof files, which --short leaves out",
        ),
    ],
)
def test_mistakes_are_one_sentence(tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    done = run("report", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: {message}")
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


# --- the graph ----------------------------------------------------------------------------------


def test_arrows_that_follow_from_others_are_left_out() -> None:
    assert drawing.implied_left_out({"a": ["b", "c"], "b": ["c"], "c": []}) == {"a": ["b"], "b": ["c"], "c": []}
    chain = {f"{i}": [f"{i + 1}"] for i in range(2_000)}
    assert drawing.implied_left_out(chain) == chain


def test_without_graphviz_the_table_remains(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [Part("b", "", "B", "PROVED", {"html": '<h3 id="lemma-b">B</h3>'})]
    parts.insert(0, Part("a", "", "A", "PROVED", {"html": '<h3 id="lemma-a">A</h3>'}, ("b", "elsewhere"), ("A2",)))
    monkeypatch.setattr(shutil, "which", lambda _: None)
    page = assert_sound(written(content_of(*parts), "html"))
    assert page.elements["svg"] == 0
    assert "a b , elsewhere - A2 - b - a - -" in page.text


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs Graphviz")
def test_graphviz_draws_links_and_escapes() -> None:
    below = Part("b", "", "\\N & <script>", "PROVED", {"html": '<h3 id="lemma-b">B</h3>'})
    above = Part("a", "", "A", "PROVED", {"html": '<h3 id="lemma-a">A</h3>'}, ("b",))
    text = written(content_of(above, below), "html")
    page = assert_sound(text)
    assert page.elements["svg"] == 1
    assert 'xlink:title="\N{SET MINUS}N &amp; &lt;script&gt;: PROVED"' in text


# --- LaTeX --------------------------------------------------------------------------------------


def assert_latex_is_sound(text: str) -> None:
    places = re.findall(r"\\hypertarget\{([^}]*)\}", text)
    assert len(places) == len(set(places))
    assert set(re.findall(r"\\hyperlink\{([^}]*)\}", text)) <= set(places)
    bare = re.sub(r"\\[{}]", "", text)
    assert bare.count("{") == bare.count("}")
    assert re.findall(r"\\begin\{(\w+)\}", text).__len__() == re.findall(r"\\end\{(\w+)\}", text).__len__()
    assert text.isascii()


def test_latex(documents: tuple[str, str]) -> None:
    text = documents[1]
    assert_latex_is_sound(text)
    assert show(prop(get("B.2").claims[0].conclusion), "latex") in text
    assert r"\hyperlink{lemma-ratio-bound.1}{ratio-bound}" in text
    assert "7/7 correctly rejected" in text


@pytest.mark.parametrize(
    ("plain", "written_as"),
    [
        ("a_b", r"a\_b"),
        ("a -- b", "a -{}- b"),
        ("[m]", "{[}m{]}"),
        ("\N{GREEK SMALL LETTER BETA}", r"\ensuremath{\beta}"),
        ("\u2264", r"\texttt{U+2264}"),
    ],
)
def test_latex_of_plain_text(plain: str, written_as: str) -> None:
    assert escape(plain) == written_as


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_compiles(documents: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "r.tex").write_text(documents[1], encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "r.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, errors="replace")
    assert done.returncode == 0, done.stdout[-2000:]


# --- everything ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_whole_report(session: Session) -> None:
    folder, printed = session.report()
    said = json.loads(printed)
    text, tex = ((folder / name).read_text(encoding="utf-8") for name in ("r.html", "r.tex"))
    page = assert_sound(text, scripts=1)
    assert_latex_is_sound(tex)
    assert {f"lemma-{lemma.slug}" for lemma in lemmas()} <= set(page.ids)
    assert {f"claim-{row.number}" for row in ROWS} <= set(page.ids)
    for row in ROWS:
        assert worded(row.text) in page.text
    for entry in said["claims"]:
        row = re.search(rf'<article class="entry" id="claim-{entry["number"]}".*?</article>', text, re.DOTALL)
        assert row is not None
        assert all(worded(piece) in Page(row.group()).text for piece in entry["shown"].split(": "))
    for lemma in lemmas():
        for claim in lemma.claims:
            terms = [*(prop(statement) for statement in lemma.stated(claim).values()), prop(claim.conclusion)]
            assert formulas(terms)[-1] in text, claim.name
    assert list(chapters()) == [lemma.slug for lemma in lemmas()]
