"""Arrays that passes use again: nobody sees what another pass left in them."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from adamproof.networks import ARCHITECTURES, scratch
from adamproof.networks.network import cross_entropy, one_thread


@pytest.mark.parametrize("name", ARCHITECTURES)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_derivatives_are_those_of_new_arrays(name: str, kind: Any) -> None:
    """Bit for bit, also after passes of other sizes."""
    network, data = (make() for make in ARCHITECTURES[name])
    x = network.initial(3).astype(kind)
    for samples in (8, 3, 8):
        inputs, targets = data.inputs[:samples], data.targets[:samples]
        inputs = inputs.astype(kind) if inputs.dtype.kind == "f" else inputs
        found, again = network.gradient(x, inputs, targets), network.gradient(x, inputs, targets)
        fresh = np.empty_like(x)
        with one_thread():
            outputs, back = network.layer.forward(network.views(x), inputs)
            loss, by_output = cross_entropy(outputs, targets)
            back(by_output, network.views(fresh))
        assert found[0] == again[0] == float(loss)
        assert np.array_equal(found[1], fresh) and np.array_equal(again[1], fresh)


def test_a_pass_has_the_arrays_of_the_one_before() -> None:
    like = np.zeros((3, 4), np.float32)
    with scratch.one_pass():
        first, second, other = scratch.empty(like), scratch.empty(like), scratch.empty(like, (5,))
        assert first is not second and other.shape == (5,) and other.dtype == np.float32
        with scratch.one_pass():
            assert scratch.empty(like) is not first
    with scratch.one_pass():
        assert scratch.empty(like) is not scratch.empty(like)
    outside = scratch.empty(like)
    assert outside is not scratch.empty(like) and outside.shape == like.shape


def test_each_thread_has_its_own() -> None:
    like, seen = np.zeros(3), []

    def passing() -> None:
        with scratch.one_pass():
            seen.append(scratch.empty(like))

    for one in [threading.Thread(target=passing) for _ in range(2)]:
        one.start()
        one.join()
    passing()
    assert len({id(one) for one in seen}) == 3


def test_large_passes_keep_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "MOST", 100)
    monkeypatch.setattr(scratch, "_own", threading.local())
    like = np.zeros(10)
    for _ in range(2):
        with scratch.one_pass():
            assert scratch.empty(like) is not scratch.empty(like)
        assert not hasattr(scratch._own, "kept")
    with scratch.one_pass():
        small = scratch.empty(like)
    with scratch.one_pass():
        assert scratch.empty(like) is small
