"""`adamproof graph` and `adamproof check --without`: read off the derivations, in several forms."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from adamproof.checking.ablation import losses
from adamproof.checking.assumptions import UnknownAssumption, matching
from adamproof.report.tree import dot, tree
from adamproof.theory.dependencies import graph
from adamproof.theory.graph import Graph, label_of
from adamproof.theory.library import get
from tests.cli.test_cli import HEAD, run_apart
from tests.here import run_here as run

B2 = """\
B.2 update-magnitude (by an invariant)
|  assumes: m starts at 0; v starts at 0; m is a moving average of g; v is a
|    moving average of g^2; beta2 < 1; beta1^2 < beta2; epsilon is not negative;
|    t is a time
`- ratio-bound (bound)
"""


@pytest.fixture(scope="session")
def corollary() -> Graph:
    return graph([get("3.3")])


def test_the_tree_of_b2() -> None:
    done = run("graph", "B.2", "--ascii")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(B2)
    assert done.stderr == ""


def test_what_the_corollary_rests_on(corollary: Graph) -> None:
    node = corollary.nodes["corollary-3-3 (gradient norm)"]
    assert node.labels == ("A1", "A2", "A3", "C1", "C2", "C3")
    assert "main-theorem (Adam)" in node.rests_on
    assert corollary.nodes["main-theorem (Adam)"].labels == ("A1", "A2", "A3")
    assert corollary.nodes["smooth-descent (A3)"].rests_on == ("cauchy-schwarz (norms)",)
    assert [name for name, _ in corollary.own_axioms("smooth-descent (A3)")] == ["fundamental theorem of calculus"]
    assert corollary.own_axioms("main-theorem (Adam)") == []  # it cites what it rests on, and that cites the axiom
    assert not corollary.problems
    assert all(name in corollary.nodes for entry in corollary.nodes.values() for name in entry.rests_on)


def test_the_tree_unfolds_everything_once(corollary: Graph) -> None:
    lines = tree(corollary).splitlines()
    for name, entry in corollary.nodes.items():
        unfolded = [line for line in lines if re.search(rf"(^|─ )(\S+ )?{re.escape(name)}( \[[^]]*\])?$", line)]
        assert unfolded, name
        assert len(unfolded) == 1 or not (entry.rests_on or corollary.own_axioms(name)), name


def test_dot_is_well_formed(corollary: Graph) -> None:
    text = dot(corollary)
    assert text.startswith("digraph adamproof {") and text.endswith("}\n")
    assert text.count("{") == text.count("}")
    assert '"corollary-3-3 (gradient norm)" -> "main-theorem (Adam)";' in text
    assert '"smooth-descent (A3)" -> "axiom: fundamental theorem of calculus";' in text


def test_a_claim_that_cannot_be_derived_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(f"{HEAD}lemma = lemma_of(lt(x, y))", encoding="utf-8")
    done = run("graph", str(path))
    assert done.returncode == 3
    assert "not derived: no proof of" in done.stdout


def test_graph_forms_and_errors(tmp_path: Path) -> None:
    answer = json.loads(run("graph", "lemma", "B.2", "--json").stdout)
    assert answer["asked"] == ["update-magnitude (by an invariant)", "update-magnitude (by Cauchy-Schwarz)"]
    assert answer["nodes"][0]["rests_on"] == ["ratio-bound (bound)"]
    assert "did you mean B.2" in run("graph", "B3").stderr
    if shutil.which("dot") is None:
        done = run("graph", "B.2", "--svg")
    else:
        done = run("graph", "B.2", "--svg", PATH=str(tmp_path))
    assert done.returncode == 2
    assert (
        done.stderr
        == "Error: --svg needs Graphviz (dot), which is not on PATH; install it, or use --dot for its input\n"
    )


def test_svg_is_what_dot_draws(tmp_path: Path) -> None:
    """A stand-in for Graphviz, so that the test does not depend on what is installed."""
    program = tmp_path / "dot"
    program.write_text('#!/bin/sh\nread first\necho "<svg>$1 $first</svg>"\n', encoding="utf-8")
    program.chmod(0o755)
    done = run("graph", "sign-form", "--svg", PATH=f"{tmp_path}:/usr/bin:/bin")
    assert done.stdout == "<svg>-Tsvg digraph adamproof {</svg>\n", done.stderr
    program.write_text("#!/bin/sh\ncat > /dev/null\necho no fonts >&2\nexit 1\n", encoding="utf-8")
    done = run("graph", "sign-form", "--svg", PATH=f"{tmp_path}:/usr/bin:/bin")
    assert done.returncode == 2
    assert "failed to draw the graph: no fonts" in done.stderr


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_draws_it() -> None:
    done = run("graph", "B.2", "--svg")
    assert done.returncode == 0, done.stderr
    drawing = ElementTree.fromstring(done.stdout)
    texts = {element.text for element in drawing.iter("{http://www.w3.org/2000/svg}text")}
    assert {"B.2 update-magnitude", "by an invariant", "by Cauchy-Schwarz", "ratio-bound"} <= texts


def test_the_graph_is_the_same_under_any_hash_seed() -> None:
    assert len({run_apart("graph", "3.3", "--dot", PYTHONHASHSEED=seed).stdout for seed in ("0", "1")}) == 1


def test_labels() -> None:
    assert label_of("A3 along the segments") == "A3"
    assert label_of("C2: E|u_t o a_t|_1 >= vbar*E|a_t|_1") == "C2"
    assert label_of("C1 is positive") == label_of("L0 is not negative") == label_of("A1x") == ""


# --- check --without ----------------------------------------------------------------------------


def test_the_corollary_without_condition_2() -> None:
    done = run("check", "corollary", "3.3", "--without", "c2")
    assert done.returncode == 3
    assert 'needs the assumption "C2: E|u_t o a_t|_1' in done.stdout
    assert 'Claim "Case 2": PROVED\n    does not assume it' in done.stdout
    assert "without it the claim is false" in " ".join(done.stdout.split())
    assert " ".join(done.stdout.split()).endswith("1 of 3 claims are still proved")


def test_an_assumption_that_is_not_needed() -> None:
    done = run("check", "B.2", "--without", "beta1 is not", "-q")
    assert done.returncode == 0
    assert done.stdout == "B.2 update-magnitude without 'beta1 is not negative': 2 of 2 claims are still proved\n"
    answer = json.loads(run("check", "B.2", "--without", "beta1", "--json").stdout)
    (lemma,) = answer["lemmas"]
    assert answer["exit_code"] == 3
    assert lemma["dropped"] == ["beta1 is not negative", "beta1 < 1", "beta1^2 < beta2"]
    assert [claim["needed"] for claim in lemma["claims"]] == [["beta1^2 < beta2"]] * 2


def test_where_an_assumption_enters_is_followed_through_the_lemmas() -> None:
    found = losses(replace(get("main-theorem"), mutants=()), "A1")
    (first, *_) = found.claims
    assert first.needed == ("A1: F is at least F*",)
    assert "through main-theorem (any magnitudes), main-theorem (in expectation)" in first.text
    assert not found.holds


@pytest.mark.parametrize(
    ("names", "without", "message"),
    [
        (["3.3"], "C4", "corollary-3-3 has no assumption whose name is or starts with 'C4'; did you mean 'C3"),
        (["B.2"], "epsilon is nought", "did you mean 'epsilon is not negative'"),
        (["B.2"], "", "has no assumption whose name is or starts with ''"),
        (["B.2", "sign-form"], "C2", "none of the 2 lemmas has an assumption"),
    ],
)
def test_an_unknown_assumption(names: list[str], without: str, message: str) -> None:
    done = run("check", *names, "--without", without)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_several_lemmas_of_which_one_has_it() -> None:
    done = run("check", "B.2", "sign-form", "--without", "epsilon", "-q")
    assert done.stdout == "B.2 update-magnitude without 'epsilon is not negative': 0 of 2 claims are still proved\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("C1", ("C1: a condition",)),
        ("c1 is", ("C1 is positive",)),
        ("A2", ("A2: first", "A2: second")),
        ("a3", ("A3 along",)),
        ("A2:  FIRST", ("A2: first",)),
        ("C9", ()),
        (" ", ()),
    ],
)
def test_what_a_text_means(text: str, expected: Any) -> None:
    names = ["A2: first", "A2: second", "A3 along", "C1: a condition", "C1 is positive"]
    assert matching(names, text) == expected


def test_an_unknown_assumption_from_python() -> None:
    with pytest.raises(UnknownAssumption, match="sign-form has no assumption"):
        losses(get("sign-form"), "A1")
