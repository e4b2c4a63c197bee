"""The Python interface: lazy, and as docs/api.md says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import adamproof
from adamproof.checking.report import Verdict
from adamproof.theory.lemma import Lemma
from adamproof.theory.library import UnknownLemma, lemmas
from tests.project import signatures

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def run(code: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False, encoding="utf-8"
    )


def test_the_example_of_the_page_prints_what_it_shows() -> None:
    (source,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (shown,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    done = run(source)
    assert done.returncode == 0, done.stderr
    assert done.stdout == shown


def test_importing_brings_in_nothing_heavy() -> None:
    heavy = "{'sympy', 'numpy', 'mpmath', 'highspy'}"
    done = run(f"import adamproof, sys; print(sorted({heavy} & set(sys.modules))); adamproof.get('B.2')")
    assert done.stdout == "[]\n", done.stderr


def test_get() -> None:
    assert adamproof.get("B.2") is adamproof.get("update-magnitude")
    with pytest.raises(UnknownLemma, match=r"did you mean B\.2"):
        adamproof.get("B3")
    with pytest.raises(AttributeError, match="no attribute 'lemmata'"):
        adamproof.lemmata  # noqa: B018


def test_check_takes_a_lemma_or_its_name() -> None:
    report = adamproof.check(adamproof.get("sign-form"))
    assert report.verdict is Verdict.PROVED
    assert len(report.mutants) == 4
    assert repr(adamproof.check("B.2", models=0, mutants=False)) == "B.2 (update-magnitude): PROVED"
    with pytest.raises(UnknownLemma, match=r"did you mean B\.2"):
        adamproof.check("B3")


@pytest.mark.parametrize("lemma", lemmas(), ids=lambda lemma: lemma.slug)
def test_every_lemma_is_shown(lemma: Lemma) -> None:
    assert lemma.statement
    formula, page = lemma._repr_latex_(), lemma._repr_html_()
    assert formula.startswith("$$\n") and formula.endswith("\n$$")
    assert formula.count("$$") % 2 == 0
    assert page.count("<div") == page.count("</div>")
    displays = formula.split("$$")[1::2]
    assert max(map(len, displays)) < 5000  # MathJax's limit is 5 * 1024
    assert all(display.count("{aligned}") in (0, 2) for display in displays)
    outside = re.sub(r"(?s)<math.*?</math>", "", page.replace('<div style="overflow-x:auto">', "<div>"))
    assert re.findall(r"<(?!/?(?:div|p|b|br|small|pre)>)", outside) == []  # what is "less than" is escaped
    assert page.count("<math") > 0 and "$" not in page and "\\" not in page
    assert lemma.title.split()[0] in page


def test_claims_that_state_the_same_are_shown_once() -> None:
    assert adamproof.get("B.2").statement.count("then") == 1
    assert adamproof.get("schedule-exponents").statement.count("then") == 5


def test_names_that_would_look_alike_fall_back_to_the_exact_text() -> None:
    from adamproof.prover import le, prove, reals
    from adamproof.theory.lemma import Claim, Source

    b1, beta1 = reals("b1 beta1")
    claim = Claim("it", le(beta1, b1**2 + beta1), lambda scope: prove(scope.goal))
    lemma = Lemma("mine", "Mine", Source.OURS, "a test", {}, [claim])
    assert lemma.statement == "beta1 <= b1^2 + beta1"
    assert r"\texttt{beta1 <= b1\textasciicircum{}2 + beta1}" in lemma._repr_latex_()
    assert "<pre>beta1 &lt;= b1^2 + beta1</pre>" in lemma._repr_html_()


def test_the_tables_of_steps_and_models_are_those_of_the_code() -> None:
    """In Markdown, for those who read it as it is; the site has what the docstrings say in full."""
    page = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    shown = page[page.index(signatures.START) : page.index(signatures.END)]
    assert shown == signatures.section(), signatures.section()
