"""What a lemma file's process sends home is read as a stranger's: names and text that would mislead a reader."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from adamproof.checking.goal_view import MAX_FACTS, Way
from adamproof.checking.judge import judged
from adamproof.checking.pipeline import outline, work
from adamproof.checking.pool import WorkerFailed, refuse_names_of_the_library
from adamproof.checking.proof_steps import named
from adamproof.checking.report import Findings, LemmaReport, Verdict
from adamproof.checking.serialize import NotFindings, packed, packed_value, unpacked, unpacked_graph
from adamproof.checking.verifier import FreshVerification
from adamproof.cli import text_output
from adamproof.cli.app import main
from adamproof.kernel.terms import make, number
from adamproof.prover import eq, forall, function, integers, le, lt, prop, prove, reals, term
from adamproof.theory.graph import Graph, Node, label_of
from adamproof.theory.index import WORDS, names, taken
from adamproof.theory.lemma import Claim, Lemma, LemmaError, Source

x, y = reals("x y")


def lemma_of(**fields: Any) -> Lemma:
    given: dict[str, Any] = {
        "slug": "mine", "title": "Mine", "source": Source.OURS, "where": "a test",
        "assumptions": {"x is positive": lt(0, x)},
        "claims": [Claim("it", lt(0, 2 * x), lambda scope: prove(scope.goal, scope.given()))],
    }  # fmt: skip
    return Lemma(**{**given, **fields})


@pytest.fixture(scope="module")
def honest() -> Findings:
    return work(lemma_of(), 0, False, lambda _: None, lambda _: None)


def report_of(found: Findings) -> LemmaReport:
    """As the process that prints has it."""
    read = unpacked(packed(found))
    with FreshVerification(read.proofs) as verification:
        return judged(read, verification.answers())


def renamed(found: Findings, name: str) -> Findings:
    """The same with another name for its assumption."""
    (stated,) = found.about.assumptions.values()
    about = replace(found.about, assumptions={name: stated})
    return replace(found, about=about, claims=tuple(replace(c, hypotheses={name: stated}) for c in found.claims))


# --- labels and names -----------------------------------------------------------------------------

LABELS = {
    "of another script": "\u0410\u0032",
    "with what cannot be seen": "B\u200b.2",
    "of Greek": "\u0392.2",
    "long": "A" * 41,
    "of two lines": "C1\nC2",
}


@pytest.mark.parametrize("label", LABELS.values(), ids=LABELS)
def test_a_label_is_short_and_in_ascii(honest: Findings, label: str) -> None:
    if "\n" not in label and "\u200b" not in label:  # these are escapes once they are read
        with pytest.raises(NotFindings, match="the label must be at most 40 printable ASCII characters, not"):
            unpacked(packed(replace(honest, about=replace(honest.about, label=label))))
        with pytest.raises(NotFindings, match=r"the label of the assumption .* must be at most 40 printable ASCII"):
            unpacked(packed(renamed(honest, f"{label}: x is positive")))
    with pytest.raises(LemmaError, match=r"must be at most 40 printable|must be one line with a letter or digit"):
        lemma_of(label=label)
    with pytest.raises(LemmaError, match=r"must be at most 40 printable|must be one line with a letter or digit"):
        lemma_of(assumptions={f"{label}: x is positive": lt(0, x)})


def test_digits_of_other_scripts_make_no_label() -> None:
    assert label_of("A1 along the segments") == "A1"
    assert label_of("A\u0661 along the segments") == label_of("C\u0967: x") == ""


NOTHING = ["none", "None.", "n\u043ene", "nothing but the rules", "no earlier step or assumption", "step 1", "Step  3"]


@pytest.mark.parametrize("name", NOTHING)
def test_an_assumption_is_not_called_like_what_is_printed_without_one(honest: Findings, name: str) -> None:
    with pytest.raises(NotFindings, match="an assumption is named "):
        unpacked(packed(renamed(honest, name)))
    cited = tuple(replace(claim, cited=((0, name),)) for claim in honest.claims)
    with pytest.raises(NotFindings, match="a cited lemma is called "):
        unpacked(packed(replace(honest, claims=cited)))


def test_a_cited_lemma_is_not_called_like_an_assumption(honest: Findings) -> None:
    cited = tuple(replace(claim, cited=((0, "x is positive"),)) for claim in honest.claims)
    with pytest.raises(NotFindings, match="a cited lemma is called 'x is positive'"):
        unpacked(packed(replace(honest, claims=cited)))


def test_an_assumption_cannot_be_hidden_as_a_cited_lemma(honest: Findings) -> None:
    """The step that is the assumption is said to be the theorem of a lemma: the page says what the proof file has."""
    (claim,) = honest.claims
    rules = [step["rule"] for step in json.loads(claim.proof)["steps"]]
    cited = ((rules.index("assume"), "norms"),)
    report = report_of(replace(honest, claims=(replace(claim, cited=cited),)))
    assert report.verdict is Verdict.PROVED
    assert report.claims[0].steps[-1].rests_on == ("x is positive",)


@pytest.mark.parametrize("name", ["x is positive]  [and more", "[x", "a, none", "x is positive, A1", "x; C2: more"])
def test_a_name_that_reads_like_several_is_refused(honest: Findings, name: str) -> None:
    with pytest.raises(NotFindings, match=r"the name of the assumption .* reads like several"):
        unpacked(packed(renamed(honest, name)))
    assert unpacked(packed(renamed(honest, "E[X] is u_t,j, with C0 = 1")))


def test_a_place_that_is_none_is_refused(honest: Findings) -> None:
    for place in (("norms", "norms, PROVED", 0), ("norms", "norms", -1)):
        with pytest.raises(NotFindings, match="a cited lemma is missing"):
            unpacked(packed(replace(honest, claims=tuple(replace(c, places=(place,)) for c in honest.claims))))


def test_names_that_are_written_alike_are_refused(honest: Findings) -> None:
    (stated,) = honest.about.assumptions.values()
    assumptions = {"x is PROVED": stated, "x is proved": stated}
    with pytest.raises(NotFindings, match="two names that look alike in print"):
        unpacked(packed(replace(honest, about=replace(honest.about, assumptions=assumptions))))


# --- names of the library -------------------------------------------------------------------------

OF_THE_LIBRARY = [
    *("b.2", "B.2", "B.2 ", "B2", "b-2", "(B.2)", "\u0412.2"),
    *("Lemma B.2", "by Lemma B.2", "B.2: extended", "B.2 (ours)"),
    *("B.2!", "B.2*", "B.2=", "Lemma B.2 !", "Appendix B.2", "main theorem!", "\u20bf.2"),
    *("Main-Theorem", "MAIN-THEOREM", "main_theorem", "maintheorem", "main-theorern", "maln-theorem", "norms (p = 2)"),
    *("3.3", "Corollary 3.3", "corollary-3-3", "Theorem Main-Theorem"),
    *("LemmaB.2", "LemB.2", "Lem. B.2", "Proposition B.2", "Eq. B.2", "Lemma no. B.2", "Lemma 8.2"),
    *("Cor3.3", "this is B.2"),
    *("main\u2014theorem", "main\u2010theorem", "main-theorem: any magnitudes", "main-theorem bound"),
    *("the update-magnitude lemma",),
]


@pytest.mark.parametrize("name", OF_THE_LIBRARY)
def test_a_name_that_reads_like_the_librarys_is_taken(honest: Findings, name: str) -> None:
    assert "is the name of another lemma" in taken(name)
    if name.isascii():
        with pytest.raises(WorkerFailed, match="is the name of another lemma; choose a different one"):
            refuse_names_of_the_library("mine.py", replace(honest.about, label=name))
    with pytest.raises(WorkerFailed, match=r"mine.py: the assumption .* is the name of another lemma; choose"):
        refuse_names_of_the_library("mine.py", renamed(honest, name).about)


@pytest.mark.parametrize("name", ["B.2", "B.2 is false", "Lemma B.2, corrected", "corollary 3.3", "b-2: it"])
def test_a_claim_or_mutant_does_not_bear_a_label_of_the_source(honest: Findings, name: str) -> None:
    with pytest.raises(WorkerFailed, match=r"mine.py: '.*' reads like (B.2|3.3|corollary-3-3) of the source; choose"):
        refuse_names_of_the_library("mine.py", replace(honest.about, claims=(name,)))
    refuse_names_of_the_library("mine.py", replace(honest.about, claims=("descent", "rate", "norms")))


@pytest.mark.parametrize("slug", ["all", "ALL", "All", "aII", "lemma", "check", "List", "verify", "Theorem"])
def test_a_word_of_the_command_line_is_no_name_of_a_lemma(honest: Findings, slug: str) -> None:
    with pytest.raises(WorkerFailed, match=f"mine.py: {slug} is a keyword of the command line; choose a different one"):
        refuse_names_of_the_library("mine.py", replace(honest.about, slug=slug))
    assert taken(slug, words=False) == ""


def test_every_command_is_among_the_words() -> None:
    assert {*main.commands, "bound", "magnitude", "rate", "schedule"} <= set(WORDS)


def test_other_names_are_free(honest: Findings) -> None:
    for name in ("mine", "B.22", "B.2.1", "B.3", "b < 2", "3 <= 3", "3.3 <= x", "x <= 3.3", "noise", "a lemma of ours"):
        assert taken(name) == "", name
    refuse_names_of_the_library("mine.py", honest.about)
    assert all(taken(name) for name in names())


def test_the_graph_has_the_same_rules() -> None:
    def read(node: Node) -> Graph:
        return unpacked_graph(packed_value(Graph((node.name,), {node.name: node})))

    good = Node("mine", "it", "Mine", None, ("A1: x",))
    assert read(good).nodes["mine (it)"].labels == ("A1",)
    with pytest.raises(NotFindings, match="the label must be at most 40"):
        read(replace(good, label="\u0392.2"))
    with pytest.raises(NotFindings, match="the label of the assumption "):
        read(replace(good, assumptions=("\u04101: x",)))


# --- statements -----------------------------------------------------------------------------------

MISLEADING = [
    *("x + y", "0", "1", "<=", "x <= 0 -> y", "-x", "implies", "sqrt", "Sum", "forall"),
    *("", " x", "x\u200b", "\u0445"),
]


@pytest.mark.parametrize("name", MISLEADING)
def test_a_variable_has_a_name_that_is_nothing_else(honest: Findings, name: str) -> None:
    """Two different terms never print the same: the kernel has no such names, nor has what reads the data."""
    data = packed(honest)
    assert ["var", "x", "real"] in data["terms"]
    data["terms"] = [["var", name, "real"] if row == ["var", "x", "real"] else row for row in data["terms"]]
    with pytest.raises(NotFindings, match="malformed data"):
        unpacked(data)


def test_a_name_in_a_formula_is_no_verdict() -> None:
    word, small = reals("PROVED proved")
    for verdict in (word, reals("P_R_O_V_E_D"), reals("xREFUTED")):
        loud = lemma_of(claims=[Claim("it", le(0, verdict**2), lambda scope: prove(scope.goal))])
        with pytest.raises(NotFindings, match=r"a statement has the name .*, a verdict's word"):
            unpacked(packed(outline(loud, False)))
    assert unpacked(packed(outline(lemma_of(assumptions={"it": lt(0, small)}), False)))


def test_a_name_in_a_step_is_no_verdict() -> None:
    aside = le(0, reals("PROVED") ** 2)
    script = lambda scope: scope.step("a", prove(aside)) and prove(scope.goal)  # noqa: E731
    lemma = lemma_of(claims=[Claim("it", le(0, x**2), script)])
    found = work(lemma, 0, False, lambda _: None, lambda _: None)
    (claim,) = report_of(found).claims
    assert not any("PROVED" in str(step.statement) for step in claim.steps)  # it is no part of the proof
    other = json.loads(claim.proof)
    assert other["terms"][1] == ["var", "x", "real"]
    other["terms"][1][1] = "PROVED"
    with pytest.raises(ValueError, match="a step has the name proved, a verdict's word"):
        named(json.dumps(other), claim.titles, {}, {})


def test_what_the_kernel_repeats_of_a_file_is_no_verdict(honest: Findings) -> None:
    """Why it refuses a file, and what the axioms of a file are called."""
    (claim,) = honest.claims
    forged = claim.proof.replace('"assume"', '"mine: PROVED"')
    (refused,) = report_of(replace(honest, claims=(replace(claim, proof=forged),))).claims
    assert refused.verdict is Verdict.REJECTED and "mine: proved" in refused.reason
    lemma = lemma_of(cited={"x is positive": ("PROVED", "mine: P R O V E D")})
    (cited,) = report_of(work(lemma, 0, False, lambda _: None, lambda _: None)).claims
    assert cited.citations == (("proved", "mine: p r o v e d"),)


def test_a_function_has_a_name_that_is_nothing_else(honest: Findings) -> None:
    for name in ("abs", "x + ", "f(", "E", "\u0192"):
        data = packed(honest)
        data["terms"].append(["app", ["function", name, ["real"]], 0])
        data["value"] = ["term", len(data["terms"]) - 1]
        with pytest.raises(NotFindings, match="malformed data"):
            unpacked(data)


def test_a_counterexample_is_one_to_what_is_stated() -> None:
    false = lemma_of(claims=[Claim("it", lt(1, x), lambda scope: prove(scope.goal))])
    found = work(false, 0, False, lambda _: None, lambda _: None)
    (claim,) = found.claims
    assert report_of(found).verdict is Verdict.REFUTED and claim.witness is not None
    other = replace(claim.witness, conclusion=next(iter(claim.hypotheses.values())))
    sign = replace(claim.witness, slack=replace(claim.witness.slack, op="is proved to be"))
    for witness in (other, sign):
        with pytest.raises(NotFindings, match="a counterexample to 'it' refutes another statement"):
            unpacked(packed(replace(found, claims=(replace(claim, witness=witness),))))


# --- what a proof uses ----------------------------------------------------------------------------


def test_a_claim_without_an_assumption_says_so() -> None:
    for goal in (le(0, x**2), eq(0, 0, same=True)):
        lemma = lemma_of(assumptions={}, claims=[Claim("it", goal, lambda scope: prove(scope.goal))])
        report = report_of(work(lemma, 0, False, lambda _: None, lambda _: None))
        page = text_output.checked(report, "ascii", True, False, 0.0)
        assert "\n  hypotheses used:     none\n  hypotheses NOT used: none\n  cited axioms:        none\n" in page
        assert "\nIf" not in page and "then" not in page
    assert "\n  0 == 0\n" in page


def test_what_a_proof_does_not_use_is_not_called_used(honest: Findings) -> None:
    """However the file names it."""
    wanted = lemma_of(
        assumptions={"A1: deep": lt(0, y), "x is positive": lt(0, x)},
        claims=[Claim("it", lt(0, 2 * x), lambda scope: prove(scope.goal, scope.given()))],
    )
    stated = outline(wanted, False)
    sent = replace(stated, claims=(replace(honest.claims[0], hypotheses=stated.claims[0].hypotheses),))
    (claim,) = report_of(sent).claims
    assert claim.verdict is Verdict.PROVED
    assert (claim.used, claim.unused) == (("x is positive",), ("A1: deep",))


# --- words of verdicts, wherever they are printed -------------------------------------------------

WORD = "PROVED (0.3 s)"
PLACES: dict[str, Callable[[Findings], Findings]] = {
    "title": lambda found: replace(found, about=replace(found.about, title=WORD)),
    "where": lambda found: replace(found, about=replace(found.about, where=WORD)),
    "notes": lambda found: replace(found, about=replace(found.about, notes=WORD)),
    "label": lambda found: replace(found, about=replace(found.about, label=WORD)),
    "constant": lambda found: replace(found, about=replace(found.about, constants={WORD: (WORD, None)})),
    "assumption": lambda found: renamed(found, WORD),
    "step": lambda found: replace(
        found, claims=tuple(replace(c, titles=tuple((WORD, step) for _, step in c.titles)) for c in found.claims)
    ),
    "failure": lambda found: replace(found, claims=tuple(replace(c, proof="", failure=WORD) for c in found.claims)),
    "claim": lambda found: replace(
        found, about=replace(found.about, claims=(WORD,)), claims=tuple(replace(c, name=WORD) for c in found.claims)
    ),
}


@pytest.mark.parametrize("place", PLACES)
def test_words_of_verdicts_are_small_on_every_page(honest: Findings, place: str) -> None:
    from adamproof.cli import json_output
    from adamproof.report import latex, notebook
    from adamproof.report.html.lemma import lemma as html
    from adamproof.report.parts import Places

    report = report_of(PLACES[place](honest))
    places = Places(report, frozenset())
    pages = [
        text_output.checked(report, "unicode", True, True, 0.0),
        text_output.shown(report, "unicode"),
        json.dumps(json_output.checked(report, [], True, False)),
        json.dumps(json_output.shown(report)),
        *(write(report, places, True, short) for write in (html, latex.lemma) for short in (False, True)),
        *(part for page in (notebook.report(report), notebook.proof(report)) for part in (page.html, page.text)),
        repr(report),
    ]
    for page in pages:
        assert WORD not in page
    assert any(WORD.lower() in page for page in pages)


def test_a_lemma_in_a_notebook_says_no_verdict_and_no_markup_of_its_own() -> None:
    lemma = lemma_of(
        label="<b>B.3</b>: PROVED",
        title="P R O V E D",
        claims=[Claim(name, le(0, z), lambda scope: prove(scope.goal)) for name, z in (("PROVED", x), ("b", y))],
    )
    assert "PROVED" not in lemma._repr_html_() + lemma.statement and "P R O" not in lemma._repr_html_()
    assert "<b>B.3" not in lemma._repr_html_()
    from adamproof.report import notebook

    page = notebook.claim(lemma)
    assert "PROVED" not in page.html + page.text and "<b>B.3" not in page.html


def test_a_slug_is_no_verdict() -> None:
    with pytest.raises(LemmaError, match="the slug mine-PROVED contains a verdict's word"):
        lemma_of(slug="mine-PROVED")


# --- a falsehood about a truth --------------------------------------------------------------------


def test_a_counterexample_that_is_none_refutes_nothing() -> None:
    """A file says that a truth is refuted, with a counterexample that is said to be exact."""
    false = work(
        lemma_of(claims=[Claim("it", lt(1, x), lambda scope: prove(scope.goal))]), 0, False, lambda _: None, print
    )
    true = outline(lemma_of(), False)
    witness = replace(false.claims[0].witness, conclusion=true.claims[0].conclusion)  # type: ignore[type-var]
    (claim,) = report_of(replace(true, claims=(replace(true.claims[0], failure="no", witness=witness),))).claims
    assert (claim.verdict, claim.witness) == (Verdict.UNDECIDED, None)
    assert claim.reason == "no; the counterexample sent by the lemma file does not hold when recomputed"


def test_data_of_a_sequence_are_computed_again() -> None:
    """A counterexample in which a sequence is data, and forged ones."""
    k, g = integers("k"), function("g")
    bounded = {"g is at most 1": forall(k, le(g(k), 1))}
    false = lemma_of(assumptions=bounded, claims=[Claim("it", le(g(3), 0), lambda scope: prove(scope.goal))])
    found = work(false, 0, False, lambda _: None, lambda _: None)
    (claim,) = report_of(found).claims
    assert claim.verdict is Verdict.REFUTED and claim.witness is not None and claim.witness.certified
    (definition,) = claim.witness.definitions
    two = replace(definition, table=(), body=number(2))
    for witness in (replace(claim.witness, definitions=(two,)), replace(claim.witness, definitions=())):
        (claim,) = report_of(replace(found, claims=(replace(found.claims[0], witness=witness),))).claims
        assert (claim.verdict, claim.witness) == (Verdict.UNDECIDED, None)
        assert claim.reason.endswith("the counterexample sent by the lemma file does not hold when recomputed")
    unreadable = replace(definition, body=make("var", "PROVED", "real"))
    worded = replace(witness, definitions=(unreadable,))
    with pytest.raises(NotFindings, match="a verdict's word"):
        report_of(replace(found, claims=(replace(found.claims[0], witness=worded),)))


# --- goal views ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def failed() -> Findings:
    """A claim that is not proved, with its goal view: 0 < x gives x <= 2*x, not 2*x <= x."""
    claim = Claim("it", le(2 * x, x), lambda scope: prove(scope.goal, scope.given()))
    return work(lemma_of(claims=[claim]), 0, False, lambda _: None, lambda _: None)


def viewed(found: Findings, **changes: Any) -> Findings:
    (claim,) = found.claims
    assert claim.view is not None
    return replace(found, claims=(replace(claim, view=replace(claim.view, **changes)),))


def test_a_goal_view_is_read_as_it_was_sent(failed: Findings) -> None:
    assert unpacked(packed(failed)).claims == failed.claims
    (claim,) = failed.claims
    assert claim.view is not None and claim.view.short is not None and claim.view.witness is not None


def test_a_goal_view_has_a_size_and_kinds(failed: Findings) -> None:
    (claim,) = failed.claims
    assert claim.view is not None and claim.view.short is not None and claim.view.goal is not None
    goal, short, many = claim.view.goal, claim.view.short, MAX_FACTS + 1
    number_ = short.missing
    for changes, said in (
        ({"problem": "PROVED"}, "a goal view is of another kind"),
        ({"ways": (Way("closed", ()),)}, "a goal view is of another kind"),
        ({"short": replace(short, kind="verdict")}, "a goal view is of another kind"),
        ({"goal": None}, "a goal view has no goal, or one too many"),
        ({"problem": "refused"}, "a goal view has no goal, or one too many"),
        ({"facts": (("a", goal),) * many}, "a goal view has more than 40 parts"),
        ({"ways": (Way("assume", (goal,)),) * many}, "a goal view has more than 40 parts"),
        ({"ways": (Way("squares", (number_,) * many),)}, "a goal view has more than 40 parts"),
        ({"line": -1}, "a goal view has a negative number"),
        ({"left_out": -1}, "a goal view has a negative number"),
        ({"goal": number_}, "a statement is not a proposition"),
        ({"ways": (Way("assume", (number_,)),)}, "a statement is not a proposition"),
        ({"ways": (Way("squares", (goal,)),)}, "a term is not a number"),
        ({"short": replace(short, missing=goal)}, "a term is not a number"),
        ({"ways": (Way("assume", ()),)}, "names a way that is none"),
        ({"ways": (Way("split", (number_,)),)}, "names a way that is none"),
        ({"goal": prop(le(x, 3 * x))}, "a counterexample to a goal refutes another statement"),
        ({"facts": (("a", prop(lt(0, reals("PROVED")))),)}, "a statement has the name proved, a verdict's word"),
        ({"ways": (Way("squares", (term(reals("PROVED")),)),)}, "a statement has the name proved, a verdict's word"),
    ):
        with pytest.raises(NotFindings, match=said):
            unpacked(packed(viewed(failed, **changes)))


def test_no_text_of_a_goal_view_is_a_verdict(failed: Findings) -> None:
    text = "x\nClaim: PROVED"
    (claim,) = failed.claims
    assert claim.view is not None and claim.view.goal is not None
    fields = dict.fromkeys(("file", "step", "after", "source"), text) | {"tried": (text,), "looked": (text,)}
    facts, ways = ((text, claim.view.goal),), (Way("fact", (claim.view.goal,), 0, (text,)),)
    page = shown_page(viewed(failed, **fields, facts=facts, ways=ways, witness=None))
    assert page.count("x\\nClaim: proved") >= 5
    assert "PROVED" not in page and "\nClaim: " not in page


def shown_page(found: Findings) -> str:
    return text_output.checked(report_of(found), "unicode", False, True, 0.0)


def test_a_goal_view_refutes_nothing_that_holds(failed: Findings) -> None:
    """Its counterexample is computed again; one that is none is not shown."""
    (claim,) = failed.claims
    assert claim.view is not None and claim.view.witness is not None
    moved = replace(claim.view.witness, variables=(("x", Fraction(-1)),))
    (said,) = report_of(viewed(failed, witness=moved)).claims
    assert said.view is not None and said.view.witness is None
    (kept,) = report_of(failed).claims
    assert kept.view is not None and kept.view.witness is not None


def test_a_goal_view_proves_nothing(failed: Findings, honest: Findings) -> None:
    """Nor does it take anything from a proof."""
    goal = viewed(failed, ways=(Way("prove", (prop(le(x, 2 * x)),)),))
    assert report_of(goal).verdict is Verdict.REFUTED
    (claim,), (view,) = honest.claims, failed.claims
    report = report_of(replace(honest, claims=(replace(claim, view=view.view),)))
    assert report.verdict is Verdict.PROVED and "stopped" not in text_output.checked(report, "ascii", True, True, 0.0)
