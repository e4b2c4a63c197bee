"""The real PyTorch, where it is installed: it is in no extra (CONTRIBUTING.md, "Try the audit with PyTorch")."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adamproof.audit import AuditError, from_state, judge, read, read_state, watch
from adamproof.audit.record import Run, run_of
from adamproof.audit.verdicts import HOLDS, REJECTED

torch: Any = pytest.importorskip("torch")


def net() -> Any:
    torch.manual_seed(0)
    layers = torch.nn.Linear(8, 16), torch.nn.BatchNorm1d(16), torch.nn.Dropout(0.5), torch.nn.Linear(16, 1)
    return torch.nn.Sequential(*layers)


def batch(seed: int, size: int = 32) -> Any:
    random = torch.Generator().manual_seed(seed)
    x = torch.randn(size, 8, generator=random)
    return x, x.sum(dim=1, keepdim=True) + torch.randn(size, 1, generator=random)


def loss_of(model: Any) -> Any:
    return lambda pair: torch.nn.functional.mse_loss(model(pair[0]), pair[1])


def word(run: Run) -> str:
    return next(each.word for each in judge(run) if each.subject == "u <= R_t")


OPTIONS: list[dict[str, Any]] = [
    {}, {"foreach": True}, {"fused": True}, {"maximize": True}, {"weight_decay": 0.1}, {"capturable": True},
    {"lr": torch.tensor(1e-2)},
]  # fmt: skip


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kind", ["Adam", "AdamW"])
def test_trainings_hold(kind: str, options: dict[str, Any], tmp_path: Path) -> None:
    model = net()
    try:
        optimizer = getattr(torch.optim, kind)(model.parameters(), **{"lr": 1e-2, **options})
    except (RuntimeError, ValueError) as error:  # capturable needs a GPU in some releases
        pytest.skip(str(error))
    loss = loss_of(model)
    with watch(optimizer, model, every=5, budget=None) as audit:
        for step in range(40):
            optimizer.zero_grad()
            try:
                loss(batch(step)).backward()
                optimizer.step()
            except (AssertionError, RuntimeError) as error:
                pytest.skip(str(error))
            if step in (0, 20):
                before = {name: value.clone() for name, value in model.state_dict().items()}
                chance = torch.get_rng_state()
                audit.probe(loss, large=[batch(1000 + n, 512) for n in range(4)], small=[batch(n) for n in range(4)])
                assert all((value == before[name]).all() for name, value in model.state_dict().items())
                assert (torch.get_rng_state() == chance).all()
    assert not audit.stopped, audit.stopped
    audit.save(tmp_path / "run.audit")
    run = read(tmp_path / "run.audit")
    assert word(run) == HOLDS and len(run.probes) == 2 and run.layers[0].name == "0.weight"
    u = run.numbers["sum"][-1]
    assert np.isfinite(u).all() and (u > 0).all()


def test_states_and_checkpoints(tmp_path: Path) -> None:
    model = net()
    optimizer = torch.optim.AdamW(model.parameters())
    for step in range(2):
        loss_of(model)(batch(step)).backward()
        optimizer.step()
    assert word(from_state(optimizer.state_dict())) == HOLDS
    torch.save({"optimizer": optimizer.state_dict()}, tmp_path / "model.pt")
    assert word(read_state(str(tmp_path / "model.pt"))) == HOLDS
    with pytest.raises(AuditError, match="amsgrad"):
        watch(torch.optim.Adam(model.parameters(), amsgrad=True))
    with pytest.raises(AuditError, match="NAdam"):
        watch(torch.optim.NAdam(model.parameters()))


def trained(optimizer: Any, model: Any, steps: int, **settings: Any) -> Run:
    """The record of some more steps, each on a batch of its own."""
    loss = loss_of(model)
    with watch(optimizer, model, **{"every": 1, "budget": None, **settings}) as audit:
        for step in range(steps):
            optimizer.zero_grad()
            loss(batch(step)).backward()
            optimizer.step()
    assert not audit.stopped, audit.stopped
    return run_of(audit.lines()[:-1], "")


def texts(run: Run) -> dict[str, str]:
    return {each.subject: each.text for each in judge(run)}


def test_the_numbers_are_torchs_own() -> None:
    model = net()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    run = trained(optimizer, model, 5)
    for number, parameter in enumerate(model.parameters()):
        state = optimizer.state[parameter]
        first, second = state["exp_avg"] / (1 - 0.9**5), state["exp_avg_sq"] / (1 - 0.999**5)
        u = first.abs() / (second.sqrt() + 1e-8)
        gap = (state["exp_avg"] - parameter.grad).square().sum()
        for name, value in (("max", u.max()), ("sum", u.sum()), ("m2", state["exp_avg"].square().sum()), ("mg2", gap)):
            assert run.numbers[name][-1, number] == pytest.approx(float(value), rel=5e-3), name


@pytest.mark.parametrize("kind", ["Adam", "AdamW"])
def test_bfloat16_states_hold(kind: str) -> None:
    model = torch.nn.Linear(8, 1).to(torch.bfloat16)
    optimizer = getattr(torch.optim, kind)(model.parameters(), lr=1e-2)
    with watch(optimizer, model, every=1, budget=None) as audit:
        for step in range(60):
            x, y = (part.to(torch.bfloat16) for part in batch(step))
            optimizer.zero_grad()
            (torch.nn.functional.mse_loss(model(x), y) * 1.3**-step).backward()  # gradients that nearly attain R_t
            optimizer.step()
    assert not audit.stopped, audit.stopped
    run = run_of(audit.lines()[:-1], "")
    assert {layer.v for layer in run.layers} == {"bfloat16"} and word(run) == HOLDS


@pytest.mark.parametrize("fused", [False, True])
def test_steps_that_the_scaler_skips_are_no_steps(fused: bool) -> None:
    model = net()
    optimizer = torch.optim.AdamW(model.parameters(), fused=fused)
    scaler = torch.amp.GradScaler("cpu")
    with watch(optimizer, model, every=1, budget=None) as audit:
        for step in range(10):
            optimizer.zero_grad()
            loss = loss_of(model)(batch(step)) * (float("inf") if step in (3, 7) else 1.0)
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
    assert not audit.stopped, audit.stopped
    run = run_of(audit.lines()[:-1], "")
    assert run.t[-1, 0] == 8 and word(run) == HOLDS
    # A fused step is called all the same, and skips by itself; its gradients are still scaled, and not recorded.
    assert ("skipped steps" in texts(run)) == fused
    assert np.isnan(run.numbers["g1"]).all() == fused


def test_accumulated_gradients_are_one_step() -> None:
    model = net()
    optimizer = torch.optim.Adam(model.parameters())
    with watch(optimizer, model, every=1, budget=None) as audit:
        for step in range(12):
            loss_of(model)(batch(step)).backward()
            if step % 4 == 3:
                optimizer.step()
                optimizer.zero_grad(set_to_none=False)
    run = run_of(audit.lines()[:-1], "")
    assert run.t[:, 0].tolist() == [1, 2, 3] and np.isfinite(run.numbers["g2"]).all() and word(run) == HOLDS


def test_unused_parameters_and_those_used_now_and_then() -> None:
    model = torch.nn.ModuleDict({name: torch.nn.Linear(8, 1) for name in ("used", "rare", "never")})
    optimizer = torch.optim.Adam(model.parameters())
    with watch(optimizer, model, every=1, budget=None) as audit:
        for step in range(8):
            x, y = batch(step)
            optimizer.zero_grad()
            outputs = model["used"](x) + (model["rare"](x) if step % 3 == 2 else 0.0)
            torch.nn.functional.mse_loss(outputs, y).backward()
            optimizer.step()
    assert not audit.stopped, audit.stopped
    run = run_of(audit.lines()[:-1], "")
    said = texts(run)
    assert said["unused layers"].startswith("never.weight, never.bias:")
    assert said["own counters"].startswith("rare.weight, rare.bias had fewer steps") and word(run) == HOLDS


def test_a_loaded_state_goes_on() -> None:
    model = net()
    before = torch.optim.AdamW(model.parameters())
    trained(before, model, 7)
    optimizer = torch.optim.AdamW(model.parameters())
    optimizer.load_state_dict(before.state_dict())
    run = trained(optimizer, model, 3)
    assert run.t[:, 0].tolist() == [8, 9, 10] and word(run) == HOLDS
    assert texts(run)["loaded state"].startswith("t is 7 ahead")


def test_a_state_without_its_counter_is_accused() -> None:
    """The bug that REJECTED names: moments are loaded, and t begins anew."""
    model = torch.nn.Linear(8, 1)
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(50):
        optimizer.zero_grad()
        loss_of(model)(batch(0)).backward()  # always one batch: m is near g, and so is the root of v
        optimizer.step()
    for state in optimizer.state.values():
        state["step"].zero_()
    assert word(trained(optimizer, model, 2)) == REJECTED


def test_lightnings_checkpoint(tmp_path: Path) -> None:
    """As Lightning lays it out: the weights, and a list of the optimizers' states."""
    model = net()
    optimizer = torch.optim.Adam(model.parameters())
    trained(optimizer, model, 3)
    torch.save({"state_dict": model.state_dict(), "optimizer_states": [optimizer.state_dict()]}, tmp_path / "a.ckpt")
    run = read_state(str(tmp_path / "a.ckpt"))
    assert word(run) == HOLDS and run.t[0, 0] == 3


def test_a_checkpoint_that_runs_code_is_not_loaded(tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> Any:
            return (Path.touch, (tmp_path / "harm",))

    torch.save({"optimizer": Harm()}, tmp_path / "bad.pt")
    with pytest.raises(AuditError, match="cannot be loaded with weights_only"):
        read_state(str(tmp_path / "bad.pt"))
    assert not (tmp_path / "harm").exists()
