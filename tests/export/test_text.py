"""Coq text: what is written, names that cannot clash, and files that hide nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adamproof.export.coq import handwritten, raw
from adamproof.export.coq.development import Development, comment
from adamproof.export.coq.normal_terms import term_of
from adamproof.export.coq.replay import replay
from adamproof.export.coq.text import coq_name, digits, show
from adamproof.export.proof import read
from adamproof.kernel.normal import normal
from adamproof.kernel.terms import Refusal, Term, as_real, bind, function, make, number
from adamproof.prover import dump, prop, real_power
from adamproof.prover import reals as symbols
from adamproof.theory.library import get, theorem_of

from .common import stored

X, Y = (make("var", name, "real") for name in "xy")
K, N = (make("var", name, "int") for name in "kn")
W = make("var", "w", "point")
F = function("f", ["int"])
FORBIDDEN = re.compile(r"\b(Admitted|admit|Axiom|Parameter|Conjecture|Hypothesis|Variable|Abort|Unset|Obligations?)\b")


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (make("add", X, make("mul", number(-1), Y)), "x + (-1) * y"),
        (make("mul", X, make("inv", make("add", X, Y))), "x * / (x + y)"),
        (make("mul", X, number(Fraction(1, 2))), "x * (1 / 2)"),
        (make("pow", make("inv", X), make("int", 3)), "(/ x) ^ 3"),
        (make("pow", X, N), "zpow x n"),
        (make("pow", X, make("int", -2)), "zpow x (-2)%Z"),
        (as_real(make("add", N, make("int", 1))), "IZR n + 1"),
        (raw.coerced(make("add", N, make("int", 1))), "IZR (n + 1)%Z"),
        (bind("Sum", K, make("int", 1), N, make("app", F, K)), "Sum 1%Z n (fun k => f k)"),
        (bind("E", W, X), "E P (fun w => x)"),
        (make("Integrable", bind("E", W, X)), "Integrable P (fun w => x)"),
        (bind("Integral01", Y, make("mul", X, Y)), "Integral01 I (fun s => x * s)"),
        (
            make("implies", make("implies", make("<", X, Y), make("==", X, Y)), make("!=", X, Y)),
            "(x < y -> x = y) -> x <> y",
        ),
        (bind("forall_int", K, make("<=", as_real(K), X)), "forall k : Z, IZR k <= x"),
    ],
)
def test_text(term: Term, text: str) -> None:
    assert show(term) == text


def test_a_bound_variable_avoids_the_names_in_its_body() -> None:
    term = bind("Sum", make("var", "j", "int"), K, N, make("mul", make("app", F, make("var", "j", "int")), as_real(K)))
    assert show(term) == "Sum k n (fun i => f i * IZR k)"


@pytest.mark.parametrize(
    "name",
    [
        "R",
        "Z",
        "E",
        "fun",
        "Axiom",
        "Parameter",
        "Hypothesis",
        "Variable",
        "Theorem",
        "CoFixpoint",
        "exists",
        "step_3",
        "step_1_3",
        "same_2",
        "h0",
        "u12",
        "a0",
        "le_same",
        "any0",
        "until",
        "plus_IZR",
    ],
)
def test_a_name_that_means_something_gets_a_prime(name: str) -> None:
    assert coq_name(name) == f"{name}'"


@given(st.lists(st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,6}", fullmatch=True), unique=True, max_size=20))
def test_two_names_stay_two(names: list[str]) -> None:
    assert len({coq_name(name) for name in names}) == len(names)


POLYNOMIALS = st.recursive(
    st.sampled_from([X, Y, as_real(K), number(Fraction(-2, 3)), make("app", F, K), make("sqrt", X)]),
    lambda terms: st.one_of(
        st.tuples(terms, terms).map(lambda pair: make("add", *pair)),
        st.tuples(terms, terms).map(lambda pair: make("mul", *pair)),
        terms.map(lambda term: make("inv", term)),
        terms.map(lambda term: make("pow", term, make("int", 2))),
        terms.map(lambda term: bind("Sum", K, make("int", 1), N, term)),
        terms.map(lambda term: bind("E", W, term)),
    ),
    max_leaves=6,
)


@settings(max_examples=60)
@given(POLYNOMIALS)
def test_a_normal_form_as_a_term_has_that_normal_form(term: Term) -> None:
    again = term_of(normal(term))
    assert normal(again) == normal(term)
    assert term_of(normal(again)) is again


def test_the_hand_written_files_hide_nothing() -> None:
    for text in (handwritten.prelude(), handwritten.statements().text):
        code = re.sub(r"\(\*.*?\*\)", "", text, flags=re.DOTALL)
        outside = re.sub(r"^Section (\w+)\.$.*?^End \1\.$", "", code, flags=re.DOTALL | re.MULTILINE)
        assert not FORBIDDEN.search(outside)
        # In a section, a variable or hypothesis becomes a condition of the theorem.
        assert {match[0] for match in FORBIDDEN.finditer(code)} <= {"Hypothesis", "Variable"}
        assert code.count("Proof.") == code.count("Qed.") + code.count("Defined.")


def test_an_exported_file_hides_nothing() -> None:
    module = replay(Development(), "Two", {"first": stored("B.2"), "second": stored("geometric-sum")})
    assert not FORBIDDEN.search(re.sub(r"\(\*.*?\*\)", "", module.text))
    scripts, terms = module.text.count("\nProof.\n"), module.text.count("\nProof (")
    assert scripts == module.text.count("\nQed.\n") == module.text.count("Qed.")
    assert scripts + terms == len(module.lines) and scripts and terms
    assert module.theorems == ("first", "second")
    assert [module.text.splitlines()[line - 1].startswith("(* ") for line, _ in module.lines] == [True] * len(
        module.lines
    )


def test_the_theorem_states_the_last_step() -> None:
    proof = stored("constant-sum")
    module = replay(Development(), "One", {"count": proof})
    theorem = proof.steps[-1].theorem
    stated = module.text[module.text.index("Theorem count") :].partition(".\nProof")[0]
    for part in (*theorem.hypotheses, theorem.conclusion):
        assert show(part) in stated


def test_the_same_step_is_written_once() -> None:
    development = Development()
    first = replay(development, "First", {"it": stored("cauchy-schwarz", "norms")})
    second = replay(development, "Second", {"it": stored("cauchy-schwarz", "norms")})
    assert second.needs == ("First",)
    assert len(second.lines) == 1 < len(first.lines)


def test_equal_proofs_give_equal_bytes() -> None:
    texts = {replay(Development(), "One", {"it": stored("jensen-sqrt")}).text for _ in range(2)}
    assert len(texts) == 1


def test_citations_are_named() -> None:
    claim = get("descent").claims[0].name
    module = replay(Development(), "Cited", {"it": stored("descent", claim)})
    assert any("fundamental theorem of calculus" in axiom for axiom in module.citations)
    assert "Cited: fundamental theorem of calculus" in module.text


def test_real_powers_are_totalised() -> None:
    x, r = symbols("x r")
    assert show(prop(real_power(x, r) <= 1)) == "rpow x r <= 1"


def test_a_step_of_the_wrong_shape_is_refused_in_one_sentence() -> None:
    proof = stored("constant-sum")
    steps = list(proof.steps)
    place = next(place for place, step in enumerate(steps) if step.rule == "fact")
    steps[place] = replace(steps[place], args=(steps[place].args[0], ()))
    with pytest.raises(Refusal, match=f"step {steps[place].number}: fact cannot be applied to its premises"):
        replay(Development(), "Wrong", {"it": replace(proof, steps=tuple(steps))})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "the proof file must be an object with exactly the fields"),
        ("[", "the proof file is not complete JSON"),
    ],
)
def test_a_malformed_file_is_refused(content: str, message: str) -> None:
    with pytest.raises(Refusal, match=message):
        read(content)


def test_powers_that_coq_does_not_compute_with_are_the_preludes() -> None:
    assert show(make("pow", X, make("int", 5000))) == "x ^ 5000"
    assert show(make("pow", X, make("int", 5001))) == "zpow x 5001%Z"
    assert show(term_of(normal(make("pow", X, make("int", 9000))))) == "x ^ 5000 * x ^ 4000"


def test_large_numbers_are_hexadecimal() -> None:
    """Of any size: what is added up from a proof's numbers may have more digits than each."""
    large = 16**60
    assert show(number(10**60)) == f"1{'0' * 60}"
    assert show(number(Fraction(-large, 3))) == f"(-0x1{'0' * 60}) / 3"
    assert show(make("pow", X, make("int", -large))) == f"zpow x (-0x1{'0' * 60})%Z"
    assert digits(16**6000) == f"0x1{'0' * 6000}"


@pytest.mark.parametrize("citations", [["a"], [["a"]], [["a", "b", "c"]], [[1, 2]], 7])
def test_malformed_citations_are_refused(citations: object) -> None:
    content = json.loads(dump(theorem_of("sign-form")))
    content["steps"][-1]["citations"] = citations
    with pytest.raises(Refusal):
        read(json.dumps(content))


def test_a_title_that_is_no_text_can_be_written() -> None:
    assert comment('a\ud800 *) (* "').encode() == b"a? * ) ( * ''"
