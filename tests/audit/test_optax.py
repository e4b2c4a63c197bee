"""States of optax: a stand-in everywhere, the real one where it is installed."""

from __future__ import annotations

import sys
from collections import namedtuple
from typing import Any

import numpy as np
import pytest

from adamproof.audit import AuditError, AuditWarning, judge, watch_optax
from adamproof.audit.constants import Found, constants
from adamproof.audit.record import run_of
from adamproof.audit.verdicts import HOLDS

ScaleByAdamState = namedtuple("ScaleByAdamState", "count mu nu")
ScaleByBeliefState = namedtuple("ScaleByBeliefState", "count mu nu")
InjectHyperparamsState = namedtuple("InjectHyperparamsState", "count hyperparams inner_state")
MultiStepsState = namedtuple("MultiStepsState", "mini_step gradient_step inner_opt_state acc_grads")
ScaleByAmsgradState = namedtuple("ScaleByAmsgradState", "count mu nu nu_max")
FactoredState = namedtuple("FactoredState", "count v_row v_col v")


@pytest.fixture(autouse=True)
def _without_jax(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if "real" not in request.node.name:
        monkeypatch.delitem(sys.modules, "jax.tree_util", raising=False)


def state(t: int, size: float = 1.0) -> Any:
    tree = {"dense": {"kernel": np.full((3, 2), size * (1 - 0.9**t)), "bias": np.full(2, size * (1 - 0.9**t))}}
    second = {"dense": {"kernel": np.full((3, 2), 1 - 0.999**t), "bias": np.full(2, 1 - 0.999**t)}}
    return ScaleByAdamState(np.int32(t), tree, second)


def words(recorder: Any) -> dict[str, str]:
    assert not recorder.stopped, recorder.stopped
    return {each.subject: each.word for each in judge(run_of(recorder.lines(), ""))}


def test_a_chain_is_walked_and_layers_have_the_names_of_their_places() -> None:
    recorder = watch_optax(0.9, 0.999, lr=1e-3, every=1, budget=None)
    for t in (1, 2, 3):
        recorder.update(((), (state(t), ()), ()), params=state(t).mu, grads=state(t).mu)
    run = run_of(recorder.lines(), "")
    assert [layer.name for layer in run.layers] == ["dense.kernel", "dense.bias"]
    assert run.t.tolist() == [[1, 1], [2, 2], [3, 3]] and np.isfinite(run.numbers["ug"]).all()
    assert words(recorder)["u <= R_t"] == HOLDS


def test_injected_settings_are_read() -> None:
    recorder = watch_optax(0.9, 0.999, every=1, budget=None)
    for t, rate in ((1, 0.1), (2, 0.2)):
        recorder.update(InjectHyperparamsState(t, {"learning_rate": np.float32(rate), "b1": np.float32(0.9)}, state(t)))
    run = run_of(recorder.lines(), "")
    assert run.lr[:, 0].tolist() == pytest.approx([0.1, 0.2])


ScaleByScheduleState = namedtuple("ScaleByScheduleState", "count")


def test_a_schedule_is_seen_and_its_rates_only_where_they_are_injected_or_given() -> None:
    recorder = watch_optax(0.9, 0.999, lr=1e-2, every=1, budget=None)
    for t in (1, 2):
        recorder.update((state(t), ScaleByScheduleState(t)))
    found = constants(run_of(recorder.lines(), ""))
    assert found["lr"] == Found("0.01", "stated to the recorder")
    assert found["lr_schedule"].value == "present, its rates are not recorded"
    given = watch_optax(0.9, 0.999, every=1, budget=None)
    for t in (1, 2):
        given.update((state(t), ScaleByScheduleState(t)), lr=float(np.float32(0.1 * t)))
    found = constants(run_of(given.lines(), ""))
    assert found["lr"] == Found("0.2", "the largest that is recorded, from 0.1 on")
    assert found["lr_schedule"] == Found("from 0.1 to 0.2", "recorded")
    assert found["beta1"].how == "stated to the recorder"


def test_decay_is_open_until_somebody_says() -> None:
    for given, name, value, how in (
        (None, "optax adam or adamw", None, None),
        (0, "optax adam", "0", "stated to the recorder"),
        (0.1, "optax adamw", "0.1", "stated to the recorder"),
    ):
        recorder = watch_optax(0.9, 0.999, lr=1e-2, weight_decay=given)
        recorder.update((state(1),))
        run = run_of(recorder.lines(), "")
        decay = constants(run).get("weight_decay")
        assert (run.header["optimizer"], decay and decay.value, decay and decay.how) == (name, value, how)
    injected = watch_optax(0.9, 0.999)
    hyperparameters = {"learning_rate": np.float32(0.1), "weight_decay": np.float32(0.01)}
    injected.update(InjectHyperparamsState(1, hyperparameters, state(1)))
    found = constants(run_of(injected.lines(), ""))
    assert found["weight_decay"] == Found("0.01", "recorded") and found["decoupled"] == Found(True, "recorded")
    with pytest.raises(AuditError, match="weight_decay is -1, which no Adam has"):
        watch_optax(0.9, 0.999, weight_decay=-1)


def test_accumulated_steps_are_counted_once_and_their_gradients_are_not_taken_for_the_batch() -> None:
    recorder = watch_optax(0.9, 0.999, every=1, budget=None)
    for call in range(1, 9):
        inner = state(1 + (call - 1) // 4)
        recorder.update(MultiStepsState(call % 4, 0, inner, ()), grads=inner.mu)
    run = run_of(recorder.lines(), "")
    assert run.t[:, 0].tolist() == [1, 2] and np.isnan(run.numbers["g1"]).all()


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (ScaleByAmsgradState(1, {}, {}, {}), "AMSGrad"), (FactoredState(1, {}, {}, {}), "Adafactor"),
        (ScaleByBeliefState(1, {}, {}), "AdaBelief"), ((), "is not optax's Adam"),
    ],
)  # fmt: skip
def test_other_states_are_refused_by_name_and_the_training_goes_on(made: Any, why: str) -> None:
    recorder = watch_optax(0.9, 0.999)
    with pytest.warns(AuditWarning, match=why):
        recorder.update((made,))
    recorder.update((made,))  # in silence
    assert recorder.stopped


@pytest.mark.parametrize(("more", "why"), [({"eps_root": 1e-8}, "eps_root"), ({"nesterov": True}, "NAdam")])
def test_other_adams_are_refused_by_their_options(more: dict[str, Any], why: str) -> None:
    with pytest.raises(AuditError, match=why):
        watch_optax(0.9, 0.999, **more)


def test_a_probe_of_trees() -> None:
    recorder = watch_optax(0.9, 0.999, lr=0.1, budget=None)
    weights = {"dense": {"kernel": np.arange(6.0).reshape(3, 2), "bias": np.ones(2)}}
    recorder.update((state(1),), params=weights, grads=weights)

    def loss(batch: int, params: Any) -> tuple[float, Any]:
        noise = np.random.default_rng(batch).normal(scale=1e-3, size=(3, 2))
        kernel, bias = params["dense"]["kernel"], params["dense"]["bias"]
        return float((kernel**2).sum()), {"dense": {"kernel": 2 * kernel + noise, "bias": 0 * bias}}

    recorder.probe(loss, large=[1, 2, 3, 4], small=[5, 6])
    assert not recorder.stopped, recorder.stopped
    (probe,) = run_of(recorder.lines(), "").probes
    assert probe["a2"] == pytest.approx(4 * 55, rel=1e-3)
    assert np.sqrt(probe["change2"] / probe["step2"]) == pytest.approx(2 * np.sqrt(6 / 8), rel=1e-2)


@pytest.mark.parametrize("wrapped", ["plain", "injected", "accumulated", "chained"])
def test_the_real_one(wrapped: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLA_FLAGS", "--xla_backend_optimization_level=0")  # what is compiled here runs a few times
    optax = pytest.importorskip("optax")
    import jax
    import jax.numpy as jnp

    params = {"a": jnp.ones((8, 4)), "b": [jnp.ones(4), jnp.ones(())]}
    optimizer = {
        "plain": lambda: optax.adamw(1e-2, weight_decay=0.1),
        "injected": lambda: optax.inject_hyperparams(optax.adam)(learning_rate=1e-2),
        "accumulated": lambda: optax.MultiSteps(optax.adam(1e-2), 2),
        "chained": lambda: optax.chain(optax.clip_by_global_norm(1.0), optax.adam(1e-2)),
    }[wrapped]()
    opt_state = optimizer.init(params)
    recorder = watch_optax(0.9, 0.999, lr=1e-2, every=2, budget=None)

    def loss(params: Any, key: Any) -> Any:
        return sum((leaf**2).sum() for leaf in jax.tree_util.tree_leaves(params)) + 0.1 * sum(
            (leaf * jax.random.normal(key, leaf.shape)).sum() for leaf in jax.tree_util.tree_leaves(params)
        )

    @jax.jit
    def step(params: Any, opt_state: Any, key: Any) -> Any:
        grads = jax.grad(loss)(params, key)
        updates, opt_state = optimizer.update(grads, opt_state, params)
        return optax.apply_updates(params, updates), opt_state, grads

    for number in range(12):
        params, opt_state, grads = step(params, opt_state, jax.random.PRNGKey(number))
        recorder.update(opt_state, params, grads)
    recorder.probe(
        lambda key, params: jax.value_and_grad(loss)(params, key),
        large=[jax.random.PRNGKey(100 + n) for n in range(4)],
        small=[jax.random.PRNGKey(n) for n in (1, 2)],
    )
    assert not recorder.stopped, recorder.stopped
    run = run_of(recorder.lines(), "")
    assert [layer.name for layer in run.layers] == ["a", "b.0", "b.1"] and run.layers[0].v == "float32"
    assert run.t[-1, 0] == (6 if wrapped == "accumulated" else 12)
    assert words(recorder)["u <= R_t"] == HOLDS and len(run.probes) == 1
    assert np.sqrt(run.probes[0]["change2"] / run.probes[0]["step2"]) == pytest.approx(2.0, rel=1e-3)
