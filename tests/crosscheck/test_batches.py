"""Several results in one file for Coq: each gets the answer that it gets in a file of its own."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from adamproof.crosscheck import batches as sharing
from adamproof.crosscheck import coqc
from adamproof.crosscheck.batches import FEW, LARGEST, batches
from adamproof.crosscheck.coqc import Answer, Reading
from adamproof.export.coq.development import IMPORT, LIBRARY, REALS, Development, Module
from adamproof.export.coq.handwritten import prelude, statements
from adamproof.export.coq.replay import replay
from adamproof.export.coq.together import BATCH, batch_text, is_harmless
from adamproof.export.proof import Proof
from tests.export.common import needs_coq, stored

from .test_coq import conclusion_times, fake_coqc

WISH = "Proof. first [exact wish | easy | ring]. Qed."
pytestmark = pytest.mark.usefixtures("compiled_prelude")


def module(name: str, *lines: str, needs: Sequence[str] = (), theorem: str = "it") -> Module:
    """A module with these lines after what every module begins with."""
    required = [f"From {LIBRARY} Require {' '.join(needs)}."] if needs else []
    head = "\n".join([REALS, IMPORT, *required, "Open Scope R_scope.\n"])
    body = "\n".join(["", *lines, f"Definition all_theorems := {theorem}.\n"])
    return Module(name, head + body, tuple(needs), theorems=(theorem,), start=len(head))


def holds(statement: str, proof: str = "Proof. ring. Qed.") -> str:
    return f"Lemma it : {statement}.\n{proof}"


def read(batch: Sequence[tuple[Module, ...]], folder: Path) -> dict[str, Answer]:
    """What Coq says of the modules in these batches, without the axioms."""
    start = Module("Prelude", prelude(), ())
    return Reading(folder, 2, lambda _: None).read([(start,), *batch])


# --- which results share a file --------------------------------------------------------------------


def drawn(count: int, seed: int = 1) -> list[Module]:
    """Modules of various lengths, each of which may need some of those before it."""
    rng = random.Random(seed)
    made: list[Module] = []
    for number in range(count):
        needs = [one.name for one in rng.sample(made, min(len(made), rng.randrange(4)))]
        lines = [holds("1 = 1"), *(["(* more *)"] * rng.randrange(100) * 100)]
        made.append(module(f"M{number}", *lines, needs=needs))
    return made


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_no_batch_needs_a_later_one(jobs: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "LARGEST", 200_000)
    for seed in range(6):
        modules = drawn(60, seed)
        alone = replace(modules[7], name="Alone", needs=("M3", "M5"))
        names = {one.name for one in modules}
        made = batches([*modules, alone], names, jobs)
        assert sorted(one.name for batch in made for one in batch) == sorted([*names, "Alone"])
        seen: set[str] = set()
        for batch in made:
            for one in batch:
                assert seen.issuperset(one.needs)
                seen.add(one.name)
            assert len(batch) == 1 or sum(len(one.text) for one in batch) <= 200_000
        assert (alone,) in made
        assert len(made) < 45


def test_a_few_results_have_a_file_each() -> None:
    modules = drawn(FEW)
    assert batches(modules, {one.name for one in modules}, 2) == [(one,) for one in modules]
    assert len(batches([*modules, module("Last")], {one.name for one in modules}, 2)) == FEW + 1


def test_what_the_statements_need_is_not_mixed_with_the_rest() -> None:
    pinned = statements()
    ours = [module(name, holds("1 = 1"), needs=["Before"]) for name in pinned.needs]
    others = [module(f"Other{number}", holds("1 = 1")) for number in range(9)]
    shared = [module("Before", holds("1 = 1")), *others, *ours]
    made = batches([*shared, pinned], {one.name for one in shared}, 1)
    assert [{one.name for one in batch} for batch in made if batch != (pinned,)] == [
        {"Before", *pinned.needs},
        {one.name for one in others},
    ]


# --- what may share one ----------------------------------------------------------------------------

COMMANDS = (
    'Notation "1" := 2.', "Axiom wish : False.", "Coercion IZR : Z >-> R.", "Hint Resolve Rle_refl.",
    "#[global] Hint Resolve Rle_refl.", "Global Opaque Rplus.", "Set Universe Polymorphism.",
    "Unset Guard Checking.", "Require Import Lra.", "Import Prelude.", "Ltac ring := admit.", "End M.",
    "Lemma it : False.\nProof.\nAdmitted.", "Arguments Rle _ _.", "Open Scope Z_scope.", "Parameter x : R.",
    "Definition R := Z.", "(* *) Notation x := 1.", "{ Notation x := 1. }", "Local Notation x := 1.",
    "Ltac easy ::= idtac.",
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_a_module_with_any_other_command_has_a_file_of_its_own(command: str) -> None:
    assert is_harmless(module("M", holds("1 = 1")))
    for lines in ((command, holds("1 = 1")), (holds("1 = 1"), command), (f"{holds('1 = 1')} {command}",)):
        one = module("M", *lines)
        assert not is_harmless(one)
        modules = [*drawn(FEW), module("Last", holds("1 = 1")), one]
        assert (one,) in batches(modules, {one.name for one in modules}, 1)


def test_what_is_exported_may_share_a_file_and_what_is_written_by_hand_does_not() -> None:
    development = Development()
    for name, source in (("One", "triangle"), ("Two", "jensen-sqrt"), ("Three", "magnitude-range")):
        assert is_harmless(replay(development, name, {"it": stored(source), "that": stored(source)}))
    assert not is_harmless(statements())


def test_no_result_takes_the_name_of_a_batch() -> None:
    from adamproof.crosscheck.coq import Stored, module_of

    assert BATCH.fullmatch("Batch_12")
    assert module_of(Development(), Stored("batch-12", ())).name == "Batch_12_2"


# --- what Coq says ---------------------------------------------------------------------------------


@needs_coq
def test_in_a_batch_each_gets_the_answer_that_it_gets_alone(tmp_path: Path) -> None:
    """A corrupted proof is refused at its step, and so is what uses its steps; its neighbours are accepted."""
    proof = stored("triangle", "finite sums")
    place = next(place for place, step in enumerate(proof.steps) if step.rule == "arith")
    steps = [*proof.steps]
    steps[place] = conclusion_times(steps[place], Fraction(-1))
    development = Development()
    proofs = {"First": stored("sign-form"), "Wrong": Proof("", tuple(steps)), "Resting": Proof("", tuple(steps))}
    first, wrong, resting = (replay(development, name, {"it": proof}) for name, proof in proofs.items())
    after = [module(f"After{n}", "Check First.it.", holds("1 + 1 = 2"), needs=["First"]) for n in (1, 2)]
    last = module("Last", holds("1 + 1 = 2", "Proof. exact After2.it. Qed."), needs=["After2", "After1"])
    batch = [(first, after[0]), (after[1], wrong, resting), (last, module("More", holds("1 = 1")))]
    answers = read(batch, tmp_path)
    assert {name for name, answer in answers.items() if answer.reason} == {"Wrong", "Resting"}
    assert f"step {steps[place].number}:" in answers["Wrong"].step
    assert answers["Resting"].reason == "it uses steps of Wrong, which Coq refused"
    # What Coq was given is what it is given of one that is alone, but for the place of what it needs.
    for one in (wrong, after[1]):
        assert "Require First." in one.text
        assert (tmp_path / f"{one.name}.v").read_text() == one.text.replace("Require First.", "Require Import Batch_1.")
    shares = [answers[one.name].seconds / len(one.text) for one in (first, after[0])]
    assert shares[0] == pytest.approx(shares[1]) and shares[0] > 0


@needs_coq
def test_names_and_notations_end_with_their_module(tmp_path: Path) -> None:
    """Also of a module that would not share a file."""
    sibling = module("Sibling", "Axiom wish : 1 = 2.", 'Notation "1" := 2 : R_scope.', holds("2 = 2"))
    answers = read([(sibling, module("Other", holds("1 = 2", WISH)))], tmp_path)
    assert (bool(answers["Sibling"].reason), bool(answers["Other"].reason)) == (False, True)


@needs_coq
def test_what_does_not_end_with_its_module_is_in_no_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tactic that is defined anew is so after the module's end, too: Coq would accept what it refuses otherwise."""
    monkeypatch.setattr(sharing, "FEW", 0)
    false, easy = "Axiom false : False.", "Ltac easy ::= exact (False_ind _ false)."
    modules = (module("Sibling", false, easy, holds("2 = 2")), module("Other", holds("1 = 2", WISH)))
    assert not read([modules], tmp_path)["Other"].reason
    assert batches(modules, {"Sibling", "Other"}, 1) == [(one,) for one in modules]


@needs_coq
def test_a_foreign_axiom_is_said_of_the_module_that_has_it_in_a_batch_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("FEW", 0), ("is_harmless", bool)):
        monkeypatch.setattr(sharing, name, value)
    texts = {"Mine": ["Axiom wish : False.", "Definition it := wish."], "Other": ["Definition it := I."]}
    modules = [module(name, *lines) for name, lines in texts.items()]
    mine, other = coqc.check(modules, tmp_path, 1, lambda _: None, set(texts))
    assert (tmp_path / "Batch_1.vo").exists() and not (tmp_path / "Mine.v").exists()
    assert (mine.foreign, mine.accepted) == (["Batch_1.Mine.wish"], False)
    assert (other.axioms, other.accepted) == (frozenset(), True)


@pytest.mark.parametrize("how", ["kill -9 $$", "exit 0", "exit 1"])
def test_where_coq_fails_on_a_batch_it_is_asked_about_each(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f'for file; do :; done\ncase "$file" in Batch*) {how};; esac\ntouch "${{file}}o"; echo Axioms:; echo a : b'
    monkeypatch.setenv("PATH", fake_coqc(tmp_path, text))
    monkeypatch.setattr(sharing, "FEW", 0)
    modules = [module(name, holds("1 = 1")) for name in ("One", "Two", "Three")]
    answers = list(coqc.check(modules, tmp_path, 2, lambda _: None, {"One", "Two", "Three"}))
    assert [answer.reason for answer in answers] == ["", "", ""]
    assert {path.name for path in tmp_path.glob("*.v")} >= {"Batch_1.v", "One.v", "Two.v", "Three.v"}
    assert {path.stem for path in tmp_path.glob("*.vo")} == {"Prelude", "One", "Two", "Three", "Axioms"}


def test_the_text_of_a_batch() -> None:
    one, two = module("One", holds("1 = 1")), module("Two", holds("2 = 2"), needs=["One", "Before", "Alone"])
    text = batch_text([one, two], {"Before": "Batch_3"})
    assert f"\nFrom {LIBRARY} Require Import Batch_3. From {LIBRARY} Require Alone.\n" in text
    assert text.count("Require") == 4
    for each in (one, two):
        assert f"\nModule {each.name}.\n{each.body}\nEnd {each.name}.\n" in text
        assert each.text.endswith(each.body)
    assert LARGEST >= 10 * len(text)
