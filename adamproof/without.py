"""What a lemma loses without some of its assumptions: they are dropped, and the scripts run as they are.

That a script fails without an assumption shows that this proof needs it, not that the statement is false without it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from . import check as checking
from . import registry
from .check import ClaimReport, Verdict
from .graph import FAILURES, located, whole_name
from .kernel.normal import key
from .kernel.terms import Term
from .lemma import Claim, Lemma
from .prover import prop


class UnknownAssumption(LookupError):
    """A text that no assumption's name starts with; the message suggests one that there is."""


def matching(names: Sequence[str], text: str) -> tuple[str, ...]:
    """The assumptions meant by a text: of this name; else of this label ("C1: ..."); else whose names start with it."""
    wanted = " ".join(text.lower().split())
    tests: tuple[Callable[[str], bool], ...] = (
        lambda name: name == wanted,
        lambda name: name.startswith(f"{wanted}:"),  # "C1" is Condition 1, not the constant of "C1 is positive"
        lambda name: name.startswith(wanted),
    )
    for test in tests:
        found = tuple(name for name in names if wanted and test(name.lower()))
        if found:
            return found
    return ()


def unknown(names: Iterable[str], text: str, where: str) -> UnknownAssumption:
    """The error about a text that means no assumption."""
    table: dict[str, str] = {}
    for name in names:
        table.setdefault(name.lower(), name)
        table.setdefault(name[: len(text)].lower(), name)  # a short text is compared with the names' beginnings
    close = difflib.get_close_matches(text.lower(), table, n=1, cutoff=0.5)
    hint = f"; did you mean {table[close[0]]!r}?" if close and text else " (`adamproof show NAME` names them)"
    return UnknownAssumption(f"{where} assumption whose name is or starts with {text!r}{hint}")


@dataclass(frozen=True)
class Loss:
    """What becomes of a claim: whether it states a dropped assumption, the answer without, and what needs it."""

    report: ClaimReport
    stated: tuple[str, ...]  # the dropped assumptions that the claim states
    needed: tuple[str, ...]  # those that its proof uses
    where: tuple[str, ...]  # for each of them, how it enters the proof
    twin: str = ""  # the false twin that drops no more and is refuted: the claim is false without the assumptions

    @property
    def holds(self) -> bool:
        return self.report.verdict is Verdict.PROVED

    @property
    def word(self) -> Verdict:
        """The answer without the assumptions, a refuted twin taken into account."""
        return Verdict.REFUTED if self.twin else self.report.verdict

    @property
    def text(self) -> str:
        """What there is to say, in one sentence or a few parts of one."""
        if self.holds:
            return "goes through without it" if self.stated else "does not assume it"
        needs = " and ".join(f'"{name}"' for name in self.needed)
        said = f"needs the assumption {needs}" if needs else self.report.reason
        twin = f'the false twin "{self.twin}" has a counterexample'
        false = f"without it the claim is false ({twin})" if self.twin else ""
        return "; ".join(filter(None, [said, *self.where, false]))


@dataclass(frozen=True)
class Losses:
    """What a lemma loses without the assumptions `dropped`."""

    lemma: Lemma
    dropped: tuple[str, ...]
    report: checking.LemmaReport
    claims: tuple[Loss, ...]

    @property
    def holds(self) -> bool:
        return all(claim.holds for claim in self.claims)


def losses(lemma: Lemma, text: str, say: Callable[[str], None] = lambda _: None) -> Losses:
    """Check the lemma without the assumptions that the text means.  Raises UnknownAssumption if it means none."""
    dropped = matching(list(lemma.assumptions), text)
    if not dropped:
        raise unknown(lemma.assumptions, text, f"{lemma.slug} has no")
    report = checking.check(_bare(lemma.without(dropped)), models=0, mutants=False, progress=say)
    found = []
    for claim, answer in zip(lemma.claims, report.claims, strict=True):
        stated = tuple(name for name in dropped if name in lemma.stated(claim))
        if answer.verdict is Verdict.PROVED:
            found.append(Loss(answer, stated, (), ()))
        else:
            found.append(Loss(answer, stated, *_needed(lemma, claim, stated), _false_twin(lemma, claim, dropped, say)))
    return Losses(lemma, dropped, report, tuple(found))


def _bare(lemma: Lemma) -> Lemma:
    """Without models: they satisfy the dropped assumptions too, so that none of them would be a counterexample."""
    return replace(lemma, models=None, claims=[replace(claim, models=None) for claim in lemma.claims])


def _false_twin(lemma: Lemma, claim: Claim, dropped: Sequence[str], say: Callable[[str], None]) -> str:
    """A twin that does nothing but drop some of these assumptions, and that a model refutes."""
    for mutant in lemma.mutants:
        only_drops = mutant.conclusion is None and not mutant.change and set(mutant.drop) <= set(dropped)
        if only_drops and mutant.drop and lemma.claim(mutant.claim) is claim:
            say(f"{lemma.slug}: refuting the mutant {mutant.name}")
            if checking.kill(lemma, mutant).killed:
                return mutant.name
    return ""


def _needed(lemma: Lemma, claim: Claim, stated: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which of the assumptions the intact proof uses, and where each enters."""
    try:
        hypotheses = registry.derivation_of(lemma, claim).theorem.hypotheses
    except FAILURES:
        return (), ()  # there is no intact proof to look at
    marks = {name: key(prop(lemma.assumptions[name])) for name in stated}
    kept = set(map(key, hypotheses))
    needed = tuple(name for name, mark in marks.items() if mark in kept)
    return needed, tuple(dict.fromkeys(_entry(lemma, claim, marks[name]) for name in needed))


def _entry(lemma: Lemma, claim: Claim, mark: object) -> str:
    """Where an assumption enters: the chain of lemmas that pass it on, and the first step of the last that has it."""
    chain: list[str] = []
    while True:
        derivation = registry.derivation_of(lemma, claim)
        name = next((n for theorem, n in derivation.cited.items() if _has(theorem.hypotheses, mark)), None)
        if name is None:
            break
        chain.append(whole_name(name))
        lemma, claim = located(name)
    titles = [title for title, step in derivation.steps if _has(step.hypotheses, mark)]
    step = f'in the step "{titles[0]}"' if titles else "in the last step"
    return f"through {', '.join(chain)}, there {step}" if chain else f"it is used {step}"


def _has(hypotheses: Iterable[Term], mark: object) -> bool:
    return any(key(hypothesis) == mark for hypothesis in hypotheses)


__all__ = ["Loss", "Losses", "UnknownAssumption", "losses", "matching", "unknown"]
