"""The first screen of a report and the claims as mathematics: golden words, and what abbreviations mean."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from itertools import islice

import mpmath
import pytest

from adamproof.claims.evidence import State
from adamproof.claims.gathering import claim_table
from adamproof.claims.verdicts import ClaimVerdict
from adamproof.kernel.terms import Term, free, make
from adamproof.numeric.evaluate import value
from adamproof.prover import prop
from adamproof.render import show
from adamproof.render.prose import in_html
from adamproof.report.abbreviations import MAGNITUDE, THEOREM, Abbreviations
from adamproof.report.content import Content
from adamproof.report.document import written
from adamproof.report.html.opening import CHAIN
from adamproof.report.parts import Part
from adamproof.theory.library import get
from tests.report.page import Page, assert_sound

# What the lemmas of the chain rest on, as their proofs cite it.
EDGES = {
    "update-magnitude": (),
    "descent": ("update-magnitude",),
    "momentum-error": (),
    "main-theorem": ("descent", "momentum-error", "update-magnitude"),
    "rate": ("main-theorem",),
}
OPENING = """The result
The mean of E|u t ∘ a t |₁ falls like T −1/4 : PROVED IF bounded means over t in the bound (or L₁ = s₁ = 0).
4 claims of arXiv 2507.05966 (public summary): 2 proved (1 under conditions), 1 not by this proof, 1 not run.
1 ✓ 4 ✓ if 9 ! 15 ?
Claim 9 , T −1/4 at 1−β₂ = T −3/4 : NOT BY THIS PROOF ; by another if
L₁ = 0, E[v T ] ≤ V, ε > 0, bounded means or s₁ = 0, β₁ < β₂
Claim 15 , |a t |₁ / |a t |₂ is stable: not run
The theorem: main-theorem (Adam) PROVED
∑ k = 1 T 𝔼 [ ∑ i = 1 d u k , i · | a k , i | ] T is at most the sum of 4 terms:
initial gap 𝔼 [ F 1 ] − Fmin T γ
initial momentum 2 β 1 d 𝔼 [ ‖ a 1 ‖ ] R T ( 1 − β 1 )
drift d γ L ( 2 β 1 1 − β 1 + 1 2 ) R 2
noise 2 d 1 − β 1 β 1 + 1 σ R
R = 1 − β 1 1 − β 2 1 − β 1 2 β 2
σ = s 0 2 + s 1 2 ∑ k = 1 T 𝔼 [ ‖ a k ‖ p ] T
L = L 0 + L 1 ∑ k = 1 T 𝔼 [ ‖ a k ‖ q ] T
‖a‖ is the square root of the sum of a i ² over the coordinates i; expectations are over all outcomes. It
assumes what main-theorem (Adam) lists.
The chain of the proof
B.2 PROVED rests on none of these → descent PROVED rests on B.2 + momentum-error PROVED rests on none of these
→ main-theorem PROVED rests on descent, momentum-error → rate PROVED rests on main-theorem"""
PROVED = [
    THEOREM,
    MAGNITUDE,
    ("corollary-3-3", "gradient norm"),
    ("corollary-3-3", "Case 2"),
    ("descent", "Adam"),
    ("rate", "Adam"),
]


@pytest.fixture(scope="module")
def judged() -> list[ClaimVerdict]:
    return claim_table([1, 4, 9, 15])


def chain(**verdicts: str) -> list[Part]:
    return [
        Part(
            slug,
            "B.2" if slug == "update-magnitude" else "",
            "title",
            verdicts.get(slug, "PROVED"),
            {"html": f'<h3 id="lemma-{slug}">title</h3>'},
            EDGES[slug],
        )
        for slug in CHAIN
    ]


def page(parts: list[Part], claims: list[ClaimVerdict]) -> str:
    return written(Content(parts, claims, [], {}), "html")


def opening(text: str) -> str:
    """The words of the first screen; "" without one."""
    found = re.search(r'<section class="opening".*?(?=<section aria-labelledby="how-to-read")', text, re.DOTALL)
    return Page(found.group()).text.replace("\u2062 ", "") if found else ""


def variables(term: Term) -> set[str]:
    return {symbol.args[0] for symbol in free(term) if type(symbol) is Term}


def proved() -> Abbreviations:
    return Abbreviations({(slug, claim): prop(get(slug).claim(claim).conclusion) for slug, claim in PROVED})


# --- the first screen ---------------------------------------------------------------------------


def test_the_first_screen(judged: list[ClaimVerdict]) -> None:
    text = page(chain(), judged)
    assert opening(text) == OPENING.replace("\n", " ")
    found = assert_sound(text, scripts=1)
    assert found.ids.index("result") < found.ids.index("how-to-read") < found.ids.index("claims")
    assert [link for link in found.links if link.startswith("#claim-")][:4] == [f"#claim-{n}" for n in (1, 4, 9, 15)]


def test_a_cell_says_its_verdict_to_who_does_not_see_it(judged: list[ClaimVerdict]) -> None:
    label = "Claim 4, T^(-1/4) for |u_t o a_t|_1: PROVED IF"
    assert f'<a class="good" href="#claim-4" title="{label}" aria-label="{label}">' in page(chain(), judged)
    assert '<a class="open" href="#claim-9"' in page(chain(), judged)


def test_without_claims_there_is_no_first_screen() -> None:
    text = page(chain(), [])
    assert opening(text) == ""
    assert not {"result", "claims", "theorem", "chain"} & set(Page(text).ids)


def test_what_is_not_there_is_left_out(judged: list[ClaimVerdict]) -> None:
    text = page([part for part in chain() if part.slug == "rate"], judged[:1])
    assert opening(text).endswith("1 claim of arXiv 2507.05966 (public summary): 1 proved. 1 ✓")
    assert not {"theorem", "chain"} & set(Page(text).ids)
    assert "In the formulas ‖a‖ is" in Page(text).text
    assert_sound(text)


def test_the_theorem_is_shown_only_if_it_is_proved(judged: list[ClaimVerdict]) -> None:
    def failing(entry: ClaimVerdict) -> ClaimVerdict:
        pieces = [replace(p, state=State.FAILED) if p.lemma == THEOREM[0] else p for p in entry.verdict.evidence]
        return replace(entry, verdict=replace(entry.verdict, evidence=tuple(pieces)))

    text = page(chain(), list(map(failing, judged)))
    assert "theorem" not in Page(text).ids
    assert "σ" not in text.partition('id="claims"')[2].partition('id="lines"')[0]


def test_the_chain_has_the_verdicts_and_the_arrows_of_the_lemmas(judged: list[ClaimVerdict]) -> None:
    parts = chain(descent="REJECTED")
    assert "descent REJECTED rests on B.2" in opening(page(parts, judged))
    alone = [replace(part, rests_on=()) for part in parts]
    assert "→" not in opening(page(alone, judged)).partition("The chain")[2]


# --- the claims ---------------------------------------------------------------------------------


def test_a_statement_is_printed_once_and_the_reasons_stand_beside_it(judged: list[ClaimVerdict]) -> None:
    again = [*judged, replace(judged[1], row=replace(judged[1].row, number=5))]
    found = Page(page(chain(), again)).text
    assert found.count("rate (Adam) , printed at claim 4") == 1
    assert "NOT BY THIS PROOF : R grows like T 1/8 ; the drift does not shrink" in found
    assert "way out (computed) T −1/4 at 1 − β₂ = T −1/2 , if bounded means, or L₁ = s₁ = 0" in found
    assert "Evidence: 4 proved, 2 computed" in found


def test_the_short_edition_has_no_single_evidence(judged: list[ClaimVerdict]) -> None:
    content = Content(chain(), judged, [], {}, short=True)
    found = assert_sound(written(content, "html"))
    assert found.elements["details"] == 0
    assert found.text.count("rate (Adam)") == 1
    bare = replace(content, parts=[])
    assert "Evidence: " not in written(bare, "latex")
    assert "Evidence: " in written(replace(bare, short=False), "latex")


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("the rate T^(-1/4)", "the rate T<sup>−1/4</sup>"),
        ("E[v_T] <= V", "E[v<sub>T</sub>] ≤ V"),
        ("beta1^2 < beta2", "β₁² &lt; β₂"),
        ("|u_t o a_t|_1", "|u<sub>t</sub> ∘ a<sub>t</sub>|₁"),
        ("T_max, x_{t+1}, snake_case", "T_max, x_{t+1}, snake_case"),
        ("<b>", "&lt;b&gt;"),
    ],
)
def test_sentences_with_formulas(text: str, html: str) -> None:
    assert in_html(text) == html


# --- abbreviations ------------------------------------------------------------------------------


def test_the_letters_are_read_off_the_theorem() -> None:
    letters = proved().letters
    assert [show(letters[name], "ascii").partition("*Sum")[0] for name in ("R", "sigma", "L")] == [
        "(1 - b1)/sqrt(1 - b2)/sqrt(1 - b1^2/b2)",
        "sqrt(s0^2 + s1^2",
        "L0 + L1",
    ]
    assert Abbreviations({}).letters == {}
    assert Abbreviations({THEOREM: prop(get(THEOREM[0]).claim(THEOREM[1]).conclusion)}).letters == {}


def test_the_terms_of_the_theorem_are_those_of_its_bound() -> None:
    found = proved().theorem
    assert found is not None
    left, terms = found
    conclusion = proved().proved[THEOREM]
    assert left is conclusion.args[0]
    assert {*terms.values()} == {*conclusion.args[1].args}
    assert list(terms) == ["initial gap", "initial momentum", "drift", "noise"]
    assert "s0" in show(terms["noise"]) or "s₀" in show(terms["noise"])


@pytest.mark.parametrize("key", PROVED, ids=" ".join)
def test_an_abbreviated_statement_has_the_same_values(key: tuple[str, str]) -> None:
    """In the lemma's random models, with R, sigma and L as the theorem has them."""
    found = proved()
    whole, lemma = found.proved[key], get(key[0])
    short = found.shortened(whole)
    assert len(show(short)) <= len(show(whole))
    compared = 0
    models = lemma.claim(key[1]).models or lemma.models
    assert models is not None
    drawn = islice(models(random.Random(1)), 100)
    named, written_with = variables(whole), variables(short)
    for model in islice((model for model in drawn if named <= {*model.variables}), 5):
        with mpmath.workdps(60):
            values = {name: value(term, model) for name, term in found.letters.items() if name in written_with}
            known = replace(model, variables={**model.variables, **{n: mpmath.mpf(0) + v for n, v in values.items()}})
            for one, other in zip(whole.args, short.args, strict=True):
                expected, got = (mpmath.mpf(0) + value(side, m) for side, m in ((one, model), (other, known)))
                assert mpmath.almosteq(expected, got, 1e-40)
                compared += 1
    assert compared


def test_a_name_that_a_statement_has_for_something_else_is_kept() -> None:
    found = proved()
    whole = make("<=", make("var", "R", "real"), found.letters["R"])
    assert found.shortened(whole) is whole


def test_what_is_no_product_of_all_roots_is_kept() -> None:
    """1/sqrt(1 - b2) alone is not R, nor are the roots of another magnitude."""
    found = proved()
    root = next(factor for factor in found.letters["R"].args if factor.op == "inv")
    for factor in (root, make("inv", make("sqrt", make("var", "b1", "real")))):
        whole: Term = make("mul", make("var", "x", "real"), factor)
        assert found.shortened(whole) is whole or show(found.shortened(whole)) == show(whole)
