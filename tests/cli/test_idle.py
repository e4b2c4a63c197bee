"""Options without effect: each is noted, and none that has an effect is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adamproof.bounds.certified import certify, effective
from adamproof.bounds.formulas.parameters import THEOREMS
from adamproof.bounds.problem import from_mapping
from adamproof.bounds.ranges import FIELDS
from adamproof.cli import main
from adamproof.cli.bound_output import bound_data

GIVEN = {
    "beta1": "0.5",
    "beta2": "0.75",
    "lr": "1e-3",
    "steps": "1e4",
    "dim": "16",
    "epsilon": "1e-2",
    "gap": "8",
    "grad1": "4",
    "L0": "1",
    "sigma0": "1",
    "V": "1",
    "B": "1/100",
    "vbar": "1/2",
    "delta": "1/10",
    "C0": "1",
    "C1": "1",
    "density": "1/2",
    "q": "1/2",
    "p": "1/2",
    "Gp": "2",
    "Gq": "3",
    "L1": "0",
    "sigma1": "0",
}
CHANGED = {
    "beta1": "0.4",
    "beta2": "0.8",
    "lr": "1e-4",
    "steps": "1e5",
    "dim": "17",
    "epsilon": "1/50",
    "gap": "9",
    "grad1": "3",
    "L0": "2",
    "sigma0": "2",
    "V": "2",
    "B": "1/50",
    "vbar": "1/4",
    "delta": "1/5",
    "C0": "2",
    "C1": "3/2",
    "density": "1/4",
    "q": "1/4",
    "p": "1/4",
    "Gp": "4",
    "Gq": "5",
    "L1": "1/9",
    "sigma1": "1",
}
PARTICULAR = ("V", "B", "C0", "density", "delta", "epsilon", "Gp", "Gq")  # not of every theorem
WORDS = [word for name in ("beta1", "beta2", "lr", "steps", "dim", "gap", "grad1", "L0", "sigma0")
         for word in (f"--{name}", GIVEN[name])]  # fmt: skip


def ask(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def notes(*words: str) -> list[str]:
    """The options that are noted to have no effect."""
    text = " ".join(ask(*words).stderr.split())
    return [part.removeprefix("Note: ").split()[0] for part in text.split(". ") if "has no effect" in part]


def settings() -> Iterator[tuple[str, int, dict[str, str]]]:
    cases = [(name, 1) for name in THEOREMS] + [("corollary", 2)]
    for (name, case), more in itertools.product(cases, ({}, {"L1": "1/10", "sigma1": "1/2"})):
        yield name, case, {**GIVEN, **more}


def answer(name: str, case: int, values: dict[str, str]) -> dict[str, Any]:
    found = bound_data(certify(*from_mapping(values), name, case, digits=4))
    del found["settings"]
    found["hypotheses"] = [each["holds"] for each in found["hypotheses"]]  # those on one input alone show it
    return found


@pytest.mark.parametrize(("name", "case", "values"), list(settings()))
def test_the_bound_depends_on_what_is_said_to_be_effective_and_on_nothing_else(
    name: str, case: int, values: dict[str, str]
) -> None:
    before, used = answer(name, case, values), effective(*from_mapping(values), name, case)
    for other in FIELDS:
        if other not in used or other in PARTICULAR:
            assert (answer(name, case, {**values, other: CHANGED[other]}) != before) is (other in used), other


@pytest.mark.parametrize(
    ("words", "idle"),
    [
        (["bound", *WORDS], []),
        (["bound", *WORDS, "--vbar", "1"], ["--vbar"]),
        (["bound", *WORDS, "--V", "1"], []),  # S is shown beside the bound
        (["bound", *WORDS, "--V", "1", "--target", "1e9"], ["--steps", "--V"]),
        (["bound", *WORDS, "--decoupled"], ["--decoupled"]),
        (["bound", *WORDS, "--coupled", "--weight-decay", "0"], ["--coupled"]),
        (["bound", *WORDS, "--decoupled", "--weight-decay", "0.1"], []),
        (["bound", *WORDS, "--q", "1/2", "--Gq", "2"], ["--Gq", "--q"]),
        (["bound", *WORDS, "--q", "1/2", "--Gq", "2", "--L1", "1/10"], []),
        (["bound", *WORDS, "--json", "--ascii"], ["--ascii"]),
        (["bound", "--preset", "list", "--dim", "4"], ["--dim"]),
        (["magnitude", "--map", "--beta1", "0.9", "--digits", "9"], ["--beta1", "--digits"]),
        (["magnitude", "--map", "--digits", "9", "--json"], []),
        (["magnitude", "--beta1", "0.5", "--beta2", "0.9", "--V", "1", "--dim", "4"], ["--V", "--dim"]),
        (["magnitude", "--beta1", "0.5", "--beta2", "1-d^-1", "--V", "1", "--dim", "4", "--steps", "9"], []),
        (["rate", *WORDS[8:], "--q", "1/2", "--p", "1"], ["--q", "--p"]),
        (["check", "sign-form", "--json", "--verbose", "--models", "1", "--no-mutants"], ["--verbose"]),
        (["check", "constant-sum", "--without", "n is a count", "--models", "3", "-v"], ["--models", "--verbose"]),
        (["show", "sign-form", "--latex", "--ascii"], ["--ascii"]),
        (["show", "sign-form", "--latex", "--json"], ["--latex"]),
        (["verify", "nowhere.json", "--jobs", "3", "--json", "-q"], ["--quiet", "--jobs"]),
    ],
)
def test_options_without_effect_are_noted(words: list[str], idle: list[str]) -> None:
    assert notes(*words) == idle
