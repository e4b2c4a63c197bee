"""Deleting any single check of the kernel makes a test fail."""

from __future__ import annotations

import pytest

from .mutate_kernel import SURVIVORS, mutants, survivors


@pytest.mark.slow
def test_no_check_of_the_kernel_goes_unnoticed() -> None:
    candidates = mutants()
    assert len(candidates) > 250
    assert survivors(candidates) == list(SURVIVORS)
