"""The verifier: real proofs are accepted, corrupted and hostile files are refused, in or out of process.

No bare ``assert`` decides anything here, so the file means the same under ``python -O``.
"""

from __future__ import annotations

import copy
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from adamproof.kernel.rules import RULES, apply
from adamproof.kernel.terms import Refusal, make
from adamproof.kernel.text import show
from adamproof.kernel.verify import MAX_BYTES, MAX_STEPS, MAX_TERMS, Known, Verified, _unforeseen, verify
from adamproof.prover.record import derive, dump

from . import proofs
from .build import budget, check, le, num, real

ROOT = Path(__file__).resolve().parents[2]
Json = dict[str, Any]

EXPECTED: dict[str, tuple[str, list[str], tuple[tuple[str, str], ...]]] = {
    "square": ("2*x*y <= x*x + y*y", [], ()),
    "gauss": ("2*Sum(k, 1, m + 1, k) == (m + 1)*((m + 1) + 1)", ["0 <= m + 1"], ()),
    "means": (
        "E(w, p(w)) <= E(w, d(w))",
        ["forall w: point. abs(p(w)) <= d(w)", "Integrable(E(w, d(w)))"],
        (("finite second moments", "a textbook"),),
    ),
    "integers": (
        "k*x*Integral01(s, k*s) == m*x*Integral01(s, m*s)", ["k <= m", "m < k + 1"], (("order", "a textbook"),),
    ),
    "sums": ("Sum(k, 1, n, g(k)) <= Sum(k, 1, n, k)", ["forall k: int. g(k) <= k"], ()),
}
NAMES = tuple(EXPECTED)


def golden(name: str) -> str:
    return (proofs.GOLDEN / f"{name}.json").read_text(encoding="utf-8")


def data_of(name: str) -> Json:
    loaded: Json = json.loads(golden(name))
    return loaded


def meaning(verified: Verified) -> tuple[str, list[str], tuple[tuple[str, str], ...]]:
    states = verified.states
    return states["conclusion"], states["hypotheses"], verified.theorem.citations


def refused(data: Json | str | bytes, message: str) -> None:
    content = json.dumps(data) if isinstance(data, dict) else data
    with pytest.raises(Refusal, match=message):
        verify(content)


# --- proofs that must be accepted ------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_proof_is_verified(name: str) -> None:
    check(meaning(verify(golden(name))) == EXPECTED[name], f"{name} proves something else")


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_derivation_is_verified(name: str) -> None:
    text = proofs.text(name)
    check(meaning(verify(text)) == EXPECTED[name], f"{name} proves something else")
    check(meaning(verify(text.encode())) == EXPECTED[name], f"{name} as bytes proves something else")
    check(text == proofs.text(name), "a dump is deterministic")


@pytest.mark.parametrize("name", NAMES)
def test_layout_does_not_matter(name: str) -> None:
    reordered = dict(reversed(data_of(name).items()))
    check(meaning(verify(json.dumps(reordered, indent=3))) == EXPECTED[name], "the layout matters")


def test_the_golden_proofs_use_every_rule_and_kind_of_argument() -> None:
    rules = {step["rule"] for name in NAMES for step in data_of(name)["steps"]}
    check(rules == set(RULES), f"not used: {set(RULES) - rules}")
    kinds = {kind for rule in rules for kind in RULES[rule].kinds}
    check(kinds == {kind for rule in RULES.values() for kind in rule.kinds}, "a kind of argument is not used")


# --- every single corruption ---------------------------------------------------------------------------

Change = tuple[str, Callable[[Any], None]]  # where and what, and a function that corrupts a copy in place


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every place in the JSON, with its value."""
    yield path, value
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, entry in entries:
        yield from places(entry, (*path, name))


def replacements(value: Any) -> Iterator[Any]:
    """Other values for a place."""
    if isinstance(value, int):
        yield from (value + 1, value - 1, -1, str(value), [value], None, True, value + 0.5, 10**8)
    elif isinstance(value, str):
        yield from (value + "x", value[1:], "", 0, None, [value], "-" + value, value.upper() + " ", "forall", "1/2")
    elif isinstance(value, list):
        yield from ({}, None, 0, "", [value], [*value, 0])
        for i in range(len(value)):
            yield value[:i] + value[i + 1 :]
            yield [*value[:i], value[i], *value[i:]]
            if i:
                yield [*value[: i - 1], value[i], value[i - 1], *value[i + 1 :]]
    elif isinstance(value, dict):
        yield from ([], None, 0, {**value, "extra": 0})
        for name in value:
            yield {other: entry for other, entry in value.items() if other != name}
            yield {(other + "x" if other == name else other): entry for other, entry in value.items()}


def corruptions(data: Json) -> Iterator[tuple[str, Any]]:
    """Every single-field corruption: where, and the corrupted data (the same object, restored afterwards)."""
    for path, value in list(places(data)):
        for replacement in replacements(value):
            if not path:
                yield f"{path} -> {replacement!r:.60}", replacement
                continue
            holder = data
            for name in path[:-1]:
                holder = holder[name]
            holder[path[-1]] = replacement
            yield f"{path} -> {replacement!r:.60}", data
            holder[path[-1]] = value


@pytest.mark.parametrize("name", NAMES)
def test_every_corruption_is_refused_or_harmless(name: str) -> None:
    data = data_of(name)
    pristine = copy.deepcopy(data)
    rejected = harmless = 0
    for place, corrupted in corruptions(data):
        try:
            found = meaning(verify(json.dumps(corrupted)))
        except Refusal:
            rejected += 1
            continue
        except Exception as error:
            raise AssertionError(f"{place} crashes the verifier: {error!r}") from error
        check(found == EXPECTED[name], f"{place} changes the theorem to {found}")
        harmless += 1
    check(data == pristine, "the corruptions were not undone")
    check(rejected > 9 * harmless and rejected > 300, f"only {rejected} rejected, {harmless} harmless")


def outcome(text: str, known: Known | None) -> str:
    try:
        return repr(meaning(verify(text, known)))
    except Refusal as refusal:
        return str(refusal)


@pytest.mark.parametrize("name", NAMES)
def test_files_that_are_read_together_get_the_answers_that_they_get_alone(name: str) -> None:
    known: Known = {}
    for other in NAMES:
        verify(golden(other), known)
    data = data_of(name)
    before = len(known)
    check(outcome(golden(name), known) == repr(EXPECTED[name]) and len(known) == before, "a step was made anew")
    for place, corrupted in corruptions(data):
        text = json.dumps(corrupted)
        if not place.startswith("('steps'"):
            continue
        check(outcome(text, known) == outcome(text, None), f"{place} is answered otherwise beside other files")


def test_what_a_file_costs_is_no_cost_of_the_next_that_is_read_together() -> None:
    known: Known = {}
    with budget(1_000):
        for _ in range(100):  # from the second time on no rule is applied, which would count anew
            check(outcome(golden("gauss"), known) == repr(EXPECTED["gauss"]), "charged for earlier files")


def test_steps_whose_numbers_share_a_hash_are_told_apart() -> None:
    """Thousands of them must not be compared with each other."""
    prime = 2**61 - 1
    rows = [((Fraction(1 + k * prime), (0, k), ()),) for k in range(50)]
    check(len({hash(row[0][0]) for row in rows}) == 1, "they share a hash")
    check(len({hash(_unforeseen("products", row)) for row in rows}) == 50, "and as keys they do not")


@pytest.mark.parametrize("field", ["hypotheses", "citations", "conclusion"])
@pytest.mark.parametrize("name", ["gauss", "means", "integers"])
def test_a_statement_that_says_less_or_more_is_refused(name: str, field: str) -> None:
    data = data_of(name)
    stated = data["states"][field]
    wrong = f"{stated}  " if field == "conclusion" else [*stated, stated[0] if stated else "x <= x"]
    for value in (wrong, stated[1:] if stated else [[]]):
        data["states"][field] = value
        refused(data, f"the file misstates the {field}")


@pytest.mark.parametrize("name", ["gauss", "means", "integers", "sums"])
def test_a_dropped_hypothesis_is_refused_in_every_step(name: str) -> None:
    data = data_of(name)
    for number, step in enumerate(data["steps"]):
        for position in range(len(step["hypotheses"])):
            changed = copy.deepcopy(data)
            del changed["steps"][number]["hypotheses"][position]
            refused(changed, f"step {number}: .* but the file states")


@pytest.mark.parametrize("name", ["means", "integers"])
def test_a_dropped_citation_is_refused_in_every_step(name: str) -> None:
    data = data_of(name)
    dropped = 0
    for number, step in enumerate(data["steps"]):
        if step["citations"]:
            changed = copy.deepcopy(data)
            changed["steps"][number]["citations"] = []
            refused(changed, f"step {number}: .* but the file states")
            dropped += 1
    check(dropped >= 2, "the citation reaches the last step")


# --- what is no proof file --------------------------------------------------------------------------------


def test_every_truncation_is_refused() -> None:
    text = golden("square").rstrip().encode()
    for length in range(len(text)):
        refused(text[:length], "not complete JSON|must be an object")


def test_every_byte_replaced_is_refused_or_harmless() -> None:
    text = golden("square").encode()
    for position in range(len(text)):
        for byte in (b"\x00", b"\xff", b'"', b"[", b"9"):
            try:
                found = meaning(verify(text[:position] + byte + text[position + 1 :]))
            except Refusal:
                continue
            check(found == EXPECTED["square"], f"byte {position} changes the theorem to {found}")


def edited(old: str, new: str, name: str = "square") -> str:
    text = golden(name)
    check(text.count(old) >= 1, f"{old} is not in the file")
    return text.replace(old, new, 1)


TEXTS = [
    ("empty", "", "not complete JSON"),
    ("no-object", "[]", "the proof file must be an object"),
    ("number", "1", "the proof file must be an object"),
    ("null", "null", "the proof file must be an object"),
    ("two-objects", '{} {}', "not complete JSON"),
    ("duplicate-key", edited('"version": 1', '"version": 1, "version": 1'), "has the same key twice"),
    ("duplicate-step-key", edited('"rule":"arith"', '"rule":"arith", "rule":"arith"'), "has the same key twice"),
    ("version", edited('"version": 1', '"version": 2'), "not a proof file of format adamproof-proof, version 1"),
    ("version-true", edited('"version": 1', '"version": true'), "not a proof file of format"),
    ("version-text", edited('"version": 1', '"version": "1"'), "not a proof file of format"),
    ("version-float", edited('"version": 1', '"version": 1.0'), "floating point numbers are not allowed"),
    ("format", edited("adamproof-proof", "adamproof-proofs"), "not a proof file of format"),
    ("float-index", edited('"from":[]', '"from":[0.0]'), "floating point numbers are not allowed"),
    ("exponent", edited('"version": 1', '"version": 1e0'), "floating point numbers are not allowed"),
    ("nan", edited('"version": 1', '"version": NaN'), "NaN is not a number"),
    ("infinity", edited('"version": 1', '"version": Infinity'), "Infinity is not a number"),
    ("minus-infinity", edited('"version": 1', '"version": -Infinity'), "-Infinity is not a number"),
    ("big-integer", edited('"version": 1', '"version": ' + "1" * 5000), "an index must have at most 9 digits"),
    ("bool-conclusion", edited('"conclusion":', '"conclusion":true, "was":', "square"), "exactly the fields|states"),
    ("comment", golden("square") + "// comment", "not complete JSON"),
    ("trailing-comma", edited('"version": 1', '"version": 1,'), "not complete JSON"),
    ("byte-order-mark", "\ufeff" + golden("square"), "not complete JSON"),
    ("minus-zero", edited('"args":[7', '"args":[-0'), "an index .* must not be -0"),
    ("half-surrogate", edited("the square proof", "the \\udc00 proof"), "an unpaired surrogate"),
    ("control-character", edited("the square proof", "the square\nproof"), "not complete JSON"),
]
BYTES = [
    ("latin-1", golden("square").encode().replace(b"square proof", b"squ\xe4re proof"), "not UTF-8"),
    ("utf-16", golden("square").encode("utf-16"), "not UTF-8|not complete JSON"),
    ("overlong", golden("square").encode().replace(b"square proof", b"squ\xc0\xafre proof"), "not UTF-8"),
    ("null-bytes", b"\x00" * 100, "not complete JSON"),
]
HOSTILE = [
    ("nested-arrays", "[" * 100_000, "nested too deeply"),
    ("nested-arrays-closed", "[" * 100_000 + "]" * 100_000, "nested too deeply"),
    ("nested-objects", '{"a":' * 100_000, "nested too deeply"),
    ("nested-after-brackets-in-text", '{"title": "]]]]]]]]]]]]", "terms": ' + "[" * 100_000, "nested too deeply"),
    ("nested-after-escaped-quote", '{"title": "\\"", "terms": ' + "[" * 100_000, "nested too deeply"),
    ("open-text-of-quotes", '{"title": "' + '\\"' * 200_000, "not complete JSON"),
    ("open-text-of-backslashes", '{"title": "' + "\\\\" * 200_000, "not complete JSON"),
    ("open-texts", '"' * 200_001, "not complete JSON"),
    ("long-text", '{"title": "' + "x" * 10_000_000, "not complete JSON"),
    ("too-many-bytes", " " * (MAX_BYTES + 1), "a proof file must have at most"),
    ("huge-key", '{"' + "k" * 1_000_000 + '": 1}', "must be an object with exactly the fields"),
    ("many-keys", "{" + ",".join(f'"{i}": 1' for i in range(100_000)) + "}", "exactly the fields"),
]
CASES = [pytest.param(content, message, id=name) for name, content, message in [*TEXTS, *BYTES, *HOSTILE]]


@pytest.mark.parametrize(("content", "message"), CASES)
def test_a_hostile_file_is_refused(content: str | bytes, message: str) -> None:
    refused(content, message)


# --- terms and references -------------------------------------------------------------------------------


def with_terms(*rows: Any, symbols: list[Any] | None = None) -> Json:
    """A file that assumes its last term."""
    last = len(rows) - 1
    step = {"rule": "assume", "args": [last], "from": [], "hypotheses": [last], "conclusion": last, "citations": []}
    states = {"hypotheses": ["?"], "conclusion": "?", "citations": []}
    return {"format": "adamproof-proof", "version": 1, "title": "", "symbols": symbols or [], "terms": list(rows),
            "steps": [step], "states": states}


X, Y = ["var", "x", "real"], ["var", "y", "real"]
RELATION = ["<=", 0, 0]
BAD_TERMS: list[tuple[str, list[Any], str]] = [
    ("self", [X, ["<=", 1, 1]], "term 1: 1 does not point to an earlier term"),
    ("forward", [["<=", 1, 1], X], "term 0: 1 does not point"),
    ("cycle", [["inv", 1], ["inv", 0], RELATION], "term 0: 1 does not point"),
    ("negative", [X, ["<=", -1, 0]], "term 1: -1 does not point"),
    ("bool-index", [X, ["<=", False, 0]], "term 1: False does not point"),
    ("true-index", [X, X, ["<=", True, 0]], "term 2: True does not point"),
    ("text-index", [X, ["<=", "0", 0]], "term 1: '0' does not point"),
    ("null-index", [X, ["<=", None, 0]], "term 1: None does not point"),
    ("list-index", [X, ["<=", [0], 0]], "term 1: \\[0\\] does not point"),
    ("no-list", [7, RELATION], "term 0: a term must be a list"),
    ("empty-list", [[], RELATION], "term 0: a term must be \\[operator"),
    ("operator-number", [[7], RELATION], "term 0: an operator must be text"),
    ("unknown-operator", [X, ["sin", 0]], "term 1: there is no operator 'sin'"),
    ("arity", [X, ["<=", 0]], "term 1: <= takes 2 arguments, not 1"),
    ("sorts", [["var", "k", "int"], RELATION], "term 1: <= needs an argument of sort real"),
    ("proposition-in-term", [X, RELATION, ["inv", 1]], "term 2: inv needs an argument of sort real, not prop"),
    ("rat-integer", [["rat", 1], RELATION], "is not an exact number"),
    ("rat-two", [["rat", "1", "2"], RELATION], "a literal rat must be one exact Fraction"),
    ("rat-none", [["rat"], RELATION], "a literal rat must be one exact Fraction"),
    ("rat-decimal", [["rat", "0.5"], RELATION], "is not an exact number"),
    ("rat-exponent", [["rat", "1e5"], RELATION], "is not an exact number"),
    ("rat-zero-denominator", [["rat", "1/0"], RELATION], "is not an exact number"),
    ("rat-unreduced", [["rat", "2/4"], RELATION], "is not in lowest terms"),
    ("rat-over-one", [["rat", "2/1"], RELATION], "is not in lowest terms"),
    ("rat-minus-zero", [["rat", "-0"], RELATION], "is not in lowest terms"),
    ("rat-leading-zero", [["rat", "01"], RELATION], "is not an exact number"),
    ("rat-plus", [["rat", "+1"], RELATION], "is not an exact number"),
    ("rat-space", [["rat", " 1"], RELATION], "is not an exact number"),
    ("rat-newline", [["rat", "1\n"], RELATION], "is not an exact number"),
    ("rat-underscore", [["rat", "1_0"], RELATION], "is not an exact number"),
    ("rat-other-digits", [["rat", "\u0661"], RELATION], "is not an exact number"),
    ("rat-long", [["rat", "1" * 5000], RELATION], "not an exact number"),
    ("rat-very-long", [["rat", "1" * 1_000_000], RELATION], "is not an exact number"),
    ("int-fraction", [["int", "1/2"], RELATION], "a literal int must be one exact int"),
    ("var-extra", [["var", "x", "real", "real"], RELATION], "var needs a sort"),
    ("var-sort", [["var", "x", "prop"], RELATION], "var needs a sort"),
    ("var-sort-number", [["var", "x", 0], RELATION], "var needs a sort"),
    ("var-name-number", [["var", 0, "real"], RELATION], "0 is not a name"),
    ("var-fresh-name", [["var", "#0", "real"], RELATION], "'#0' is not a name"),
    ("var-reserved", [["var", "Sum", "real"], RELATION], "the name Sum is reserved"),
    ("var-surrogate", [["var", "\ud800", "real"], RELATION], "is not a name"),
    ("bound-text", [["bound", "0", "real"], RELATION], "a bound variable needs an index"),
    ("bound-bool", [["bound", True, "real"], RELATION], "a bound variable needs an index"),
    ("bound-negative", [["bound", -1, "real"], RELATION], "a bound variable needs an index"),
    ("bound-large", [["bound", 100, "real"], RELATION], "a bound variable needs an index"),
    ("loose-statement", [["bound", 0, "real"], RELATION], "assume needs a closed argument of sort prop"),
    ("loose-under-forall", [["bound", 1, "real"], RELATION, ["forall_real", 1]], "assume needs a closed argument"),
    ("bound-sort", [["bound", 0, "int"], ["real", 0], ["E", 1], ["<=", 2, 2]], "E binds a variable of sort point"),
    ("real-of-real", [X, ["real", 0], ["<=", 1, 1]], "real needs an argument of sort int"),
    ("real-of-sum", [["var", "k", "int"], ["add", 0, 0], ["real", 1], ["<=", 2, 2]], "real takes only an integer"),
    ("app-nothing", [["app"], RELATION], "an application needs a function symbol"),
    ("app-unknown", [X, ["app", 3, 0], ["<=", 1, 1]], "3 does not point to an earlier symbol"),
    ("app-bool", [X, ["app", False, 0], ["<=", 1, 1]], "False does not point to an earlier symbol"),
    ("app-arity", [X, ["app", 0], ["<=", 1, 1]], "f takes 1 arguments, not 0"),
    ("two-sorts-of-a-name", [X, ["var", "x", "int"], ["real", 1], ["<=", 0, 2]], "two different symbols"),
    ("function-and-variable", [["var", "f", "real"], ["app", 0, 0], ["<=", 0, 1]], "two different symbols"),
    ("integrable-sum", [X, ["Integrable", 0]], "Integrable takes an expectation or an integral"),
    ("term-as-statement", [X], "assume needs a closed argument of sort prop"),
]
SYMBOLS = [["f", ["real"]], ["h", ["real", "real"]]]


@pytest.mark.parametrize(("rows", "message"), [pytest.param(rows, text, id=name) for name, rows, text in BAD_TERMS])
def test_a_bad_term_is_refused(rows: list[Any], message: str) -> None:
    refused(with_terms(*rows, symbols=SYMBOLS), message)


OPERATORS_AS_NAMES = ["rat", "var", "bound", "add", "mul", "app", "forall_int", "forall_real", "forall_point"]


@pytest.mark.parametrize("name", OPERATORS_AS_NAMES)
def test_an_operator_that_is_never_printed_may_be_a_name(name: str) -> None:
    data = with_terms(["var", name, "real"], RELATION)
    data["states"] = {"hypotheses": [f"{name} <= {name}"], "conclusion": f"{name} <= {name}", "citations": []}
    check(verify(json.dumps(data)).sorts == {name: "real"}, "it is a variable")


def test_an_assumption_is_not_normalised() -> None:
    data = with_terms(X, ["int", "10001"], ["pow", 0, 1], ["==", 2, 0])
    data["states"] = {"hypotheses": ["x^10001 == x"], "conclusion": "x^10001 == x", "citations": []}
    check(verify(json.dumps(data)).steps == 1, "it is accepted")
    last = {**data["steps"][0], "rule": "discharge", "args": [3], "from": [0]}
    refused({**data, "steps": [*data["steps"], last]}, "step 1: an exponent is larger than 10000")


def test_equal_rows_are_one_symbol_and_one_term() -> None:
    data = with_terms(X, X, ["app", 0, 0], ["app", 1, 1], ["<=", 2, 3], symbols=[["f", ["real"]], ["f", ["real"]]])
    data["states"] = {"hypotheses": ["f(x) <= f(x)"], "conclusion": "f(x) <= f(x)", "citations": []}
    check(verify(json.dumps(data)).steps == 1, "it is accepted")


BAD_SYMBOLS = [
    ("no-list", ["f"], "symbol 0: a symbol must be a list"),
    ("short", [["f"]], "a symbol must be \\[name, \\[sorts\\]\\]"),
    ("name", [[7, ["real"]]], "a name must be text"),
    ("no-sorts", [["f", "real"]], "sorts must be a list"),
    ("empty-sorts", [["f", []]], "function f needs argument sorts"),
    ("prop-sort", [["f", ["prop"]]], "function f needs argument sorts"),
    ("sort-number", [["f", [0]]], "a sort must be text"),
    ("reserved", [["sqrt", ["real"]]], "the name sqrt is reserved"),
    ("bad-name", [["f g", ["real"]]], "is not a name"),
]


@pytest.mark.parametrize(("symbols", "message"), [pytest.param(s, text, id=name) for name, s, text in BAD_SYMBOLS])
def test_a_bad_symbol_is_refused(symbols: list[Any], message: str) -> None:
    refused(with_terms(X, RELATION, symbols=symbols), message)


def test_two_functions_that_print_alike_are_refused() -> None:
    rows = [X, ["app", 0, 0], ["app", 1, 0, 0], ["<=", 1, 2]]
    refused(with_terms(*rows, symbols=[["f", ["real"]], ["f", ["real", "real"]]]), "two different symbols")


def step_of(data: Json, **changes: Any) -> Json:
    data["steps"][0].update(changes)
    return data


BAD_STEPS: list[tuple[str, Json, str]] = [
    ("no-rule", step_of(with_terms(X, RELATION), rule="believe"), "step 0: there is no rule 'believe'"),
    ("rule-number", step_of(with_terms(X, RELATION), rule=7), "step 0: a rule must be text"),
    ("rule-list", step_of(with_terms(X, RELATION), rule=["assume"]), "step 0: a rule must be text"),
    ("self-premise", step_of(with_terms(X, RELATION), **{"from": [0]}), "step 0: 0 does not point to an earlier step"),
    ("forward-premise", step_of(with_terms(X, RELATION), **{"from": [1]}), "1 does not point to an earlier step"),
    ("negative-premise", step_of(with_terms(X, RELATION), **{"from": [-1]}), "-1 does not point to an earlier step"),
    ("bool-premise", step_of(with_terms(X, RELATION), **{"from": [False]}), "False does not point"),
    ("text-premise", step_of(with_terms(X, RELATION), **{"from": ["0"]}), "'0' does not point"),
    ("premises-no-list", step_of(with_terms(X, RELATION), **{"from": 0}), "from must be a list"),
    ("args-no-list", step_of(with_terms(X, RELATION), args=0), "args must be a list"),
    ("args-count", step_of(with_terms(X, RELATION), args=[1, 1]), "assume takes 1 arguments, not 2"),
    ("conclusion-other", step_of(with_terms(X, Y, ["<=", 0, 1], RELATION), conclusion=2), "but the file states"),
    ("citation-short", step_of(with_terms(X, RELATION), citations=[["a"]]), "but the file states"),
    ("citation-number", step_of(with_terms(X, RELATION), citations=[["a", 1]]), "but the file states"),
    ("citation-invented", step_of(with_terms(X, RELATION), citations=[["a", "b"]]), "but the file states"),
    ("citation-missing", step_of(with_terms(X, RELATION), rule="cite", args=["a", "b", 1]), "citing .* but the file"),
    ("text-argument", step_of(with_terms(X, RELATION), rule="cite", args=[1, "b", 1]), "an argument must be text"),
    ("substitution-row", step_of(with_terms(X, RELATION), rule="instantiate", args=[[[0]], []]), "must have 2 parts"),
    ("substitution-no-list", step_of(with_terms(X, RELATION), rule="instantiate", args=[[0], []]), "must be a list"),
    ("functions-row", step_of(with_terms(X, RELATION), rule="instantiate", args=[[], [[0, 0]]]), "must have 3 parts"),
    ("products-row", step_of(with_terms(X, RELATION), rule="arith", args=[1, [["1", []]], []]), "must have 3 parts"),
    ("products-number", step_of(with_terms(X, RELATION), rule="arith", args=[1, [[1, [], []]], []]), "exact number"),
    ("products-zero", step_of(with_terms(X, RELATION), rule="arith", args=[1, [["0", [], []]], []]), "not a positive"),
    (
        "products-index", step_of(with_terms(X, RELATION), rule="arith", args=[1, [["1", [{}], []]], []]),
        "\\{\\} is not an index",
    ),
    (
        "multiplier-bool", step_of(with_terms(X, RELATION), rule="arith", args=[1, [], [[True, 0]]]),
        "True is not an index",
    ),
    ("binder-list", step_of(with_terms(X, RELATION), rule="binder", args=["E", 0, 0]), "terms must be a list"),
]


@pytest.mark.parametrize(("data", "message"), [pytest.param(data, text, id=name) for name, data, text in BAD_STEPS])
def test_a_bad_step_is_refused(data: Json, message: str) -> None:
    refused(data, message)


FIELD_TYPES = [
    ("title", 7, "the title must be text"), ("symbols", {}, "symbols must be a list"),
    ("terms", {}, "terms must be a list"), ("steps", {}, "steps must be a list"),
    ("steps", [], "a proof must have 1 to"), ("steps", [7], "step 0: a step must be an object"),
    ("states", [], "states must be an object"), ("states", {"conclusion": "x"}, "states must be an object"),
]


@pytest.mark.parametrize(("field", "value", "message"), FIELD_TYPES)
def test_a_field_of_another_type_is_refused(field: str, value: Any, message: str) -> None:
    refused({**with_terms(X, RELATION), field: value}, message)


def test_too_many_terms_and_steps_are_refused() -> None:
    data = with_terms(X, RELATION)
    refused({**data, "steps": [0] * (MAX_STEPS + 1)}, "a proof must have 1 to")
    refused({**data, "terms": [0] * (MAX_TERMS + 1)}, "a proof file must have at most 1000000 terms")


def test_terms_exponentially_large_as_trees_are_refused() -> None:
    rows = [X, *(["add", i, i] for i in range(60))]
    refused(with_terms(*rows, ["<=", 60, 60]), "term 16: a term has more than 100000 nodes")
    deep = [X, *(["sqrt", i] for i in range(150))]
    refused(with_terms(*deep, ["<=", 150, 150]), "term 100: a term is nested more than 100 levels deep")


CITATION_TEXTS = [
    "\ud800", "x\nhypotheses: none", "x\rPROVED: 1 == 0", "\x1b[2K", "\u2028", "\u202e", "\x00",
    # what looks empty: fillers that Unicode calls letters, a blank of Braille, a mark with nothing below it
    "", " ", "\u3164", "\u115f", "\uffa0", "\u2800", "\u0301", "x\u0301", "\xa0", "\xad", "-", "1994", "\xd7",
    "none", "None", " none. ", "(NONE)", "n o n e",  # what looks like no citation
    "\u0391\u03b4\u03b1\u03bc", "\u540d", "\U0001d4d0", "\u0180", "\x7f", "x\n",  # beyond the alphabet of citations
]  # fmt: skip


@pytest.mark.parametrize("text", CITATION_TEXTS, ids=ascii)
@pytest.mark.parametrize("field", [0, 1], ids=["name", "source"])
def test_a_citation_cannot_imitate_the_output(text: str, field: int) -> None:
    """A name or source with line breaks or control characters could print as a line of the verdict."""
    citation = ["name", "source"]
    citation[field] = text
    data = step_of(with_terms(X, RELATION), rule="cite", args=[*citation, 1], citations=[citation])
    data["states"] = {"hypotheses": ["x <= x"], "conclusion": "x <= x", "citations": [citation]}
    refused(data, "cite needs an axiom's name and source")


@pytest.mark.parametrize("text", ["Hölder", "Łojasiewicz, Żak & ſ", "Pinelis' ~ (2) [3]", "nones", "nöne"])
def test_a_citation_is_in_latin_letters(text: str) -> None:
    data = step_of(with_terms(X, RELATION), rule="cite", args=[text, text, 1], citations=[[text, text]])
    data["states"] = {"hypotheses": ["x <= x"], "conclusion": "x <= x", "citations": [[text, text]]}
    check(verify(json.dumps(data)).states["citations"] == [[text, text]], "it is accepted")


def test_each_character_of_a_citation_is_one_that_the_format_lists() -> None:
    """docs/proof-format.md, at `cite`; whatever Python's version of Unicode calls it."""
    listed = {*range(0x20, 0x7F), *range(0xC0, 0x180)} - {0xD7, 0xF7}
    statement = le(real("x"), num(1))
    for code in [*range(0x400), *range(0x2000, 0x2100), 0x3164, 0xFF21, 0xFFA0, 0x1D400, 0xE0041, 0x10FFFF]:
        try:
            apply("cite", [], [f"x{chr(code)}y", "a book", statement])
        except Refusal:
            check(code not in listed, f"U+{code:04X} is refused")
        else:
            check(code in listed, f"U+{code:04X} is accepted")


def test_the_same_theorem_reached_twice_is_dumped_and_verified() -> None:
    prop = le(real("x"), num(1))
    twice = derive("convert", (derive("convert", (derive("assume", (), prop),), prop),), prop)
    check(verify(dump(twice)).states["conclusion"] == show(prop), "the theorem is there")


@pytest.mark.parametrize("content", [None, 7, ["x"], {}])
def test_only_text_and_bytes_are_read(content: Any) -> None:
    with pytest.raises((Refusal, TypeError)):
        verify(content)


# --- the command line, in a fresh process --------------------------------------------------------------------


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=ROOT, timeout=3600, check=False,
        env={**os.environ, **environment},
    )


def golden_path(name: str) -> str:
    return str(proofs.GOLDEN / f"{name}.json")


@pytest.mark.parametrize("flags", [[], ["-O"], ["-OO"], ["-S", "-E"]], ids="".join)
def test_the_command_line_prints_the_theorem(flags: list[str]) -> None:
    result = run(*flags, "-m", "adamproof.kernel", golden_path("means"))
    expected = (
        "PROVED: E(w, p(w)) <= E(w, d(w))\n"
        "hypotheses:\n"
        "  forall w: point. abs(p(w)) <= d(w)\n"
        "  Integrable(E(w, d(w)))\n"
        "cited axioms:\n"
        "  finite second moments: a textbook\n"
        "free names: d(point), p(point)\n"
        "steps: 14\n"
    )
    check((result.returncode, result.stdout, result.stderr) == (0, expected, ""), f"found {result}")


def test_the_command_line_reads_long_numbers_whatever_the_environment_says(tmp_path: Path) -> None:
    data = {**data_of("square"), "symbols": [], "terms": [["rat", "1" + 3000 * "0"], ["<=", 0, 0]]}
    step = {**data["steps"][0], "rule": "assume", "args": [1], "from": []}
    data["steps"] = [{**step, "hypotheses": [1], "conclusion": 1}]
    path = tmp_path / "long.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    result = run("-m", "adamproof.kernel", str(path), PYTHONINTMAXSTRDIGITS="640")
    check(result.stderr == "" and "REJECTED: the file misstates the hypotheses" in result.stdout, f"found {result}")


def test_the_command_line_says_when_there_are_no_hypotheses() -> None:
    result = run("-m", "adamproof.kernel", golden_path("square"))
    expected = "PROVED: 2*x*y <= x*x + y*y\nhypotheses: none\ncited axioms: none\n"
    expected += "free names: x: real, y: real\nsteps: 1\n"
    check((result.returncode, result.stdout, result.stderr) == (0, expected, ""), f"found {result}")


def test_the_command_line_prints_json() -> None:
    result = run("-m", "adamproof.kernel", "--json", golden_path("integers"))
    conclusion, hypotheses, citations = EXPECTED["integers"]
    expected = {
        "verdict": "PROVED", "conclusion": conclusion, "hypotheses": hypotheses,
        "citations": [list(pair) for pair in citations], "steps": 10,
        "sorts": {"k": "int", "m": "int", "x": "real"},
        "sha256": hashlib.sha256(Path(golden_path("integers")).read_bytes()).hexdigest(),
    }
    check(result.returncode == 0 and json.loads(result.stdout) == expected, f"found {result}")


@pytest.mark.parametrize("flags", [[], ["-O"]], ids=["plain", "optimised"])
def test_the_command_line_rejects(flags: list[str], tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text(edited('"conclusion": "2*x*y', '"conclusion": "3*x*y'), "utf-8")
    plain = run(*flags, "-m", "adamproof.kernel", str(bad))
    check(plain.returncode == 1 and plain.stdout.startswith("REJECTED: the file misstates the conclusion"), f"{plain}")
    check(plain.stderr == "", f"found {plain.stderr}")
    as_json = run(*flags, "-m", "adamproof.kernel", "--json", str(bad))
    check(as_json.returncode == 1 and json.loads(as_json.stdout)["verdict"] == "REJECTED", f"{as_json}")


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_the_command_line_reports_an_unreadable_file(name: str, tmp_path: Path) -> None:
    result = run("-m", "adamproof.kernel", str(tmp_path / name))
    check(result.returncode == 2 and result.stdout == "", f"found {result}")
    check(result.stderr.startswith("error: cannot read") and "Traceback" not in result.stderr, result.stderr)


def test_the_command_line_needs_a_file() -> None:
    result = run("-m", "adamproof.kernel")
    check(result.returncode == 2 and "usage:" in result.stderr, f"found {result}")


def test_the_command_line_takes_several_files_and_returns_the_worst(tmp_path: Path) -> None:
    empty = tmp_path / "empty.json"
    empty.touch()
    good = golden_path("square")
    for files, status in (([good, good], 0), ([good, str(empty)], 1), ([good, str(empty), str(tmp_path / "no")], 2)):
        result = run("-m", "adamproof.kernel", *files)
        check(result.returncode == status, f"found {result}")
        check(result.stdout.count("PROVED: ") == files.count(good), result.stdout)


def test_the_command_line_takes_names_from_standard_input(tmp_path: Path) -> None:
    """Each is answered before the next one is asked about."""
    empty = tmp_path / "empty.json"
    empty.touch()
    with subprocess.Popen(
        [sys.executable, "-m", "adamproof.kernel", "--json", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    ) as asked:  # fmt: skip
        assert asked.stdin is not None and asked.stdout is not None
        for name, verdict in ((golden_path("square"), "PROVED"), (str(empty), "REJECTED")):
            print(name, file=asked.stdin, flush=True)
            said = asked.stdout.readline()
            check(json.loads(said)["verdict"] == verdict, said)
        asked.stdin.close()
        check(asked.wait() == 1, "the status is not that of the worst")


def test_the_hash_seed_does_not_matter() -> None:
    results = {run("-m", "adamproof.kernel", golden_path("means"), PYTHONHASHSEED=seed).stdout for seed in "0123"}
    check(len(results) == 1 and results.pop().startswith("PROVED"), "the output depends on the hash seed")


BLOCKER = """
import runpy, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "adamproof"}:
            raise ImportError(f"the kernel imports {name}")

sys.meta_path.insert(0, Blocker())
sys.path.insert(0, sys.argv.pop(1))
before = set(sys.modules)
try:
    runpy.run_module("adamproof.kernel", run_name="__main__", alter_sys=True)
except SystemExit as stop:
    status = stop.code
found = {name.partition(".")[0] for name in set(sys.modules) - before}
foreign = found - {*sys.stdlib_module_names, "adamproof"}
ours = sorted(name for name in sys.modules if name.startswith("adamproof"))
print("foreign:", sorted(foreign))
print("outside:", [name for name in ours if name != "adamproof" and not name.startswith("adamproof.kernel")])
sys.exit(status)
"""


def test_the_kernel_imports_only_the_standard_library_and_itself() -> None:
    result = run("-S", "-E", "-c", BLOCKER, str(ROOT), golden_path("gauss"))
    check(result.returncode == 0 and result.stdout.startswith("PROVED: "), f"found {result}")
    check("foreign: []\noutside: []\n" in result.stdout, result.stdout)


def test_the_blocker_would_notice_a_foreign_import() -> None:
    probe = BLOCKER.replace("runpy.run_module(", "__import__('sympy'); runpy.run_module(")
    result = run("-S", "-E", "-c", probe, str(ROOT), golden_path("gauss"))
    check(result.returncode == 1 and "the kernel imports sympy" in result.stderr, f"found {result}")


@pytest.mark.skipif(sys.flags.optimize > 0, reason="this is the optimised run")
def test_the_attack_and_verify_suites_pass_under_optimisation() -> None:
    files = [str(Path(__file__).with_name(name)) for name in ("test_attacks.py", "test_verify.py")]
    result = run("-O", "-m", "pytest", "-q", "-p", "no:cacheprovider", *files)
    check(result.returncode == 0, result.stdout[-3000:])


def test_a_check_works_under_optimisation() -> None:
    with pytest.raises(AssertionError, match="noticed"):
        check(False, "noticed")
    with pytest.raises(Refusal):
        make("nothing")
