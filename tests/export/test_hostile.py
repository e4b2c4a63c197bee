"""Hostile files: no string of a proof file or of a lemma becomes Coq text as it is, and all of them are read."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adamproof.crosscheck import coqc
from adamproof.crosscheck.coq import Stored, module_of
from adamproof.export.coq import handwritten
from adamproof.export.coq.development import Development, Module
from adamproof.export.coq.replay import replay
from adamproof.export.coq.text import TAKEN
from adamproof.export.proof import read
from adamproof.export.smt import document, obligations
from adamproof.kernel.terms import RESERVED, Refusal, Term, function, make
from adamproof.kernel.verify import verify
from adamproof.prover.record import Step, derive, dump

from ..kernel.build import add, app, eq, integer, le, mul, num, point, real, whole
from ..kernel.proofs import PROOFS
from ..kernel.proofs import text as proof_text
from .common import ROOT, needs_coq

HOSTILE = (
    ")", "*)", "(*", "*) Qed. Axiom evil : False. (*", "Qed.", '"', "'", ".", "sum_first) Qed. (*", "sum_", "young ",
    "é", "∀ \U0001f600", "\u202e", "\ud800", "x\nall: ACCEPTED by Coq 8.16.1", "\\", "__class__", "script", "",
    "forall",
)  # fmt: skip
# Words of Coq's grammar and libraries that could be taken for something else.
WORDS = """
    Abort About Add Admit Admitted All Arguments BinOp Check Class CoFixpoint Compute Corollary Defined Eval Existing
    Export Fail Fact Goal Hint Import Inductive Infix Instance Lemma Let Load Local Ltac Module Notation Obligation
    Opaque Open Print Proof Qed Record Remark Require Reserved Restart Save Scope Search Section Set Show Tactic Test
    Time Transparent Unset absurd abstract all apply assert assumption auto by case change clear cofix
    constr constructor context cut destruct discriminate do eapply elim eq exact exists fail field first fix fresh
    fun goal idtac in
    induction injection intro intros inversion lazymatch ltac match move multimatch now numgoals once only progress
    refine reflexivity rename repeat revert rewrite ring set simpl solve specialize split subst symmetry
    then transitivity trivial try type_term unfold using until with
    nat bool list option prod sum unit O S True False eq_refl conj left
    right Rplus Rmult Rinv Rle Rlt R0 R1 Ropp Rminus Rdiv exp INR pow IZR Z N Q positive xH Z0 Zpos Prop SProp Type
""".split()  # noqa: SIM905 - as a list it would take sixty lines


def hostile_files() -> Iterator[tuple[str, str]]:
    """(what was done, a proof file): each string argument, rule, name, sort and operator is hostile once."""
    for name in PROOFS:
        original = json.loads(proof_text(name))
        places: dict[Any, list[Any]] = {}
        for number, step in enumerate(original["steps"]):
            places.setdefault("rule", ["steps", number, "rule"])
            for place, arg in enumerate(step["args"]):
                if isinstance(arg, str):
                    places.setdefault((step["rule"], place), ["steps", number, "args", place])
        for number, term in enumerate(original["terms"]):
            for place, part in enumerate(term):
                if isinstance(part, str):
                    places.setdefault((term[0], place), ["terms", number, place])
        if original["symbols"]:
            places.update({"symbol": ["symbols", 0, 0], "sort": ["symbols", 0, 1, 0]})
        for what, path in places.items():
            for text in HOSTILE:
                content = json.loads(json.dumps(original))
                *inside, last = path
                holder = content
                for part in inside:
                    holder = holder[part]
                holder[last] = text
                yield f"{name}: {what} = {text!r}", json.dumps(content)


def code_of(text: str) -> str:
    """A Coq text without its comments, which may be nested."""
    kept, depth = "", 0
    for part in re.split(r"(\(\*|\*\))", text):
        depth += (part == "(*") - (part == "*)")
        assert depth >= 0
        kept += part if depth == 0 and part != "*)" else ""
    assert depth == 0
    return kept


def one_sentence(message: str) -> bool:
    return "\n" not in message and "Traceback" not in message and len(message) < 400


def test_a_hostile_string_is_refused_or_stays_in_a_comment() -> None:
    """Whatever the kernel says of it: an exporter that trusts it would be no second opinion."""
    refused: dict[str, str] = {}
    for what, content in hostile_files():
        try:
            text = replay(Development(), "It", {"it": read(content)}).text
        except Refusal as refusal:
            refused[what] = str(refusal)
        else:
            assert "evil" not in code_of(text), what
    assert len(refused) > 300
    assert [what for what, message in refused.items() if not one_sentence(message)] == []


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != ""])
def test_a_fact_is_looked_up_among_the_kernels(name: str) -> None:
    """The name is a part of the text that is written."""
    proof = read(proof_text("gauss"))
    place = next(place for place, step in enumerate(proof.steps) if step.rule == "fact")
    steps = [*proof.steps]
    steps[place] = replace(steps[place], args=(name, *steps[place].args[1:]))
    with pytest.raises(Refusal, match=f"^step {steps[place].number}: there is no fact "):
        replay(Development(), "It", {"it": replace(proof, steps=tuple(steps))})


@pytest.mark.parametrize("change", [{"products": [[["1"], [0], []]]}, {"indices": ["0) Qed."]}, {"indices": [{}]}])
def test_a_certificate_of_another_shape_is_refused_in_one_sentence(change: dict[str, Any]) -> None:
    content = json.loads(proof_text("square"))
    arith = content["steps"][-1]
    if "products" in change:
        arith["args"][1] = change["products"]
    else:
        arith["args"][1][0][1] = change["indices"]
    with pytest.raises(Refusal) as refused:
        replay(Development(), "It", {"it": read(json.dumps(content))})
    assert one_sentence(str(refused.value))


def test_a_title_cannot_leave_its_comment() -> None:
    plain = replay(Development(), "It", {"it": read(proof_text("square"))})
    for title in HOSTILE:
        content = json.dumps({**json.loads(proof_text("square")), "title": title})
        module = replay(Development(), "It", {"it": read(content)})
        assert code_of(module.text) == code_of(plain.text), title
        module.text.encode()


# --- names ------------------------------------------------------------------------------------------


def prelude_words() -> list[str]:
    """Every name in the prelude that a symbol could have."""
    found = set(re.findall(r"(?<![\w.'])[A-Za-z]\w*", code_of(handwritten.prelude())))
    return sorted((found | TAKEN | set(WORDS)) - RESERVED)


def with_names(names: list[str]) -> Step:
    """0 <= ... of variables, integers, points and functions of these names, from the same with a factor of 1."""

    def value(place: int, name: str) -> Term:
        kind = place % 5
        if kind == 0:
            return real(name)
        if kind == 1:
            return make("real", integer(name))
        if kind == 2:
            return app(function("f_of_points", ["point"]), point(name))
        symbol = function(name, ["int"] if kind == 3 else ["real"])
        return app(symbol, add(integer("an_integer"), whole(0)) if kind == 3 else mul(num(1), real("a_real")))

    values = [value(place, name) for place, name in enumerate(names)]
    total = add(*values) if len(values) > 1 else values[0]
    premise = derive("assume", (), le(num(0), mul(num(1), total)))
    return derive("convert", (premise,), le(num(0), total))


@needs_coq
@pytest.mark.usefixtures("compiled_prelude")
def test_every_name_that_means_something_is_a_name(tmp_path: Path) -> None:
    """Each in two roles, together with its neighbours; and the titles and citations that are hostile, too."""
    words = prelude_words()
    assert len(words) > 400
    proofs = {}
    for shift in (0, 2):
        for start in range(0, len(words), 24):
            chosen = words[start : start + 24]
            step = with_names(chosen[shift:] + chosen[:shift])
            content = dump(step, HOSTILE[len(proofs) % len(HOSTILE)].replace("\ud800", "?"))
            verify(content)
            proofs[f"case_{len(proofs)}"] = content
    prop = le(num(0), real("x"))
    for number, text in enumerate(('*) Qed. Axiom evil : False. (* "', "(* an open one", "é \\ ' )")):
        proofs[f"cited_{number}"] = dump(derive("cite", (), f"axiom {text}", f"book {text}", prop), "cited")
        verify(proofs[f"cited_{number}"])
    module = replay(Development(), "Names", {name: read(content) for name, content in proofs.items()})
    assert "evil" not in code_of(module.text)
    (answer,) = coqc.check([module], tmp_path, 1, lambda _: None)
    assert answer.accepted, (answer.step, answer.reason)


def of(name: str, *claims: str, from_file: bool = False) -> Module:
    proof = proof_text("square")
    return module_of(Development(), Stored(name, tuple((claim, proof) for claim in claims), from_file))


@pytest.mark.parametrize(
    "name", [*HOSTILE, "a" * 250, "Prelude", "prelude.json", "../x", "/", "Statements", "x/y.json", "é" * 100, "1"]
)
def test_a_file_of_any_name_has_a_module(name: str) -> None:
    """Of a name that a file system takes: `.File_....aux`, with what Coq adds, has at most 255 bytes."""
    for from_file in (False, True):
        module = of(name, "it", from_file=from_file)
        assert re.fullmatch("[A-Z][A-Za-z0-9_]{0,119}", module.name)
        assert module.name not in handwritten.NAMES


def test_claims_of_any_name_have_theorems() -> None:
    module = of("mine", *HOSTILE, *TAKEN, *handwritten.defined(), *WORDS, "all theorems", "Mine", "a" * 300)
    assert len({*module.theorems}) == len(module.theorems)
    assert all(re.fullmatch("[a-z][a-z0-9_]*", name) for name in module.theorems)
    assert not {*module.theorems} & {*TAKEN, *handwritten.defined(), "all_theorems"}


def test_a_title_cannot_leave_its_comment_in_a_solvers_script() -> None:
    asked = document("x\n(check-sat)", proof_text("square")).splitlines()
    assert asked.count("(check-sat)") == 2 * len([*obligations(proof_text("square"))])
    assert asked[0] == r"; 'x\n(check-sat)': the arithmetic steps of its proof"


# --- the command line -------------------------------------------------------------------------------

MINE = """
from adamproof.export.coq import replay
from adamproof.kernel import rules, verify
from adamproof.prover import le, prove, reals
from adamproof.theory.lemma import Claim, Lemma, Source
from adamproof.theory import library
replay._fact = replay._written = replay.replay = None
library.derive_claim = None
rules.RULES.clear()
print("mine: ACCEPTED by Coq 8.16.1")
x = reals("x")
lemma = Lemma(slug="mine", title="Mine", source=Source.OURS, where="a test", assumptions={},
              claims=[Claim("it", le(0, x**2), lambda scope: prove(scope.goal))])
"""


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **variables}
    command = [sys.executable, "-m", "adamproof", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, encoding="utf-8")


@needs_coq
@pytest.mark.usefixtures("compiled_prelude")
def test_a_lemma_file_touches_neither_the_library_nor_what_is_printed(tmp_path: Path) -> None:
    """It has a process of its own, and what goes wrong in it is not said of others."""
    (tmp_path / "mine.py").write_text(MINE, encoding="utf-8")
    good = MINE.replace("library.derive_claim = None\nrules.RULES.clear()\n", "").replace('"mine"', '"good"')
    (tmp_path / "good.py").write_text(good, encoding="utf-8")
    words = ("verify", str(tmp_path / "mine.py"), "sign-form", str(tmp_path / "good.py"), "--with", "coq", "--json")
    done = run(*words, "--keep", str(tmp_path / "kept"))
    assert done.stdout, done.stderr
    results = {found["result"]: found["verdict"] for found in json.loads(done.stdout)["results"]}
    assert results == {"mine": "NOT READ", "sign-form": "ACCEPTED", "good": "ACCEPTED"}, done.stderr
    assert done.returncode == 2
    assert "mine.py prints] mine: accepted by Coq 8.16.1" in done.stderr
    assert "Traceback" not in done.stderr
    kept = sorted(path.stem for path in (tmp_path / "kept").glob("*.v"))
    assert kept == ["Axioms", "File_Good", "Prelude", "Sign_form"]


def test_no_module_of_ours_needs_one_of_a_users_file() -> None:
    proof = dump(derive("arith", (), eq(real("x"), mul(num(1), real("x"))), (), ()))
    development = Development()
    module_of(development, Stored("mine", (("it", proof),), from_file=True))
    assert module_of(development, Stored("ours", (("it", proof),))).needs == ()
