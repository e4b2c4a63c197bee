"""Deleting any single check of the kernel makes a test fail."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from .mutant_runs import noticed_by
from .mutants import Mutant, mutants
from .mutate_kernel import SURVIVORS, hints, workers

MUTANTS = mutants()
HINTS = hints()


@pytest.fixture(scope="module")
def worker() -> Iterator[ProcessPoolExecutor]:
    with workers(1) as pool:
        yield pool


def test_there_are_many_checks() -> None:
    assert len(MUTANTS) > 250
    assert SURVIVORS.keys() <= {mutant.name for mutant in MUTANTS}


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_no_check_of_the_kernel_goes_unnoticed(mutant: Mutant, worker: ProcessPoolExecutor) -> None:
    test = worker.submit(noticed_by, mutant, HINTS.get(mutant.name, "")).result()
    assert bool(test) == (mutant.name not in SURVIVORS)


@pytest.mark.slow
@pytest.mark.parametrize(
    "hint", ["test_rules.py::test_that_is_gone", "test_rules.py::test_cite_records_a_named_hypothesis", ""]
)
def test_a_hint_that_does_not_notice_changes_nothing(hint: str, worker: ProcessPoolExecutor) -> None:
    """One that is not there, one that passes, and none: all tests are run."""
    (mutant,) = (mutant for mutant in MUTANTS if mutant.file == "facts.py")
    assert worker.submit(noticed_by, mutant, hint).result() == "test_rules.py::test_a_rule_refuses[fact-no-sum]"
