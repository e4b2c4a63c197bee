"""The real PyTorch, where it is installed (it is in no extra): `pip install torch`, then `pytest tests/audit`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adamproof.audit import AuditError, from_state, judge, read, read_state, watch
from adamproof.audit.verdicts import HOLDS

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


def word(run: Any) -> str:
    return next(each.word for each in judge(run) if each.subject == "u <= R_t")


OPTIONS: list[dict[str, Any]] = [{}, {"foreach": True}, {"maximize": True}, {"weight_decay": 0.1}, {"capturable": True}]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("kind", ["Adam", "AdamW"])
def test_trainings_hold(kind: str, options: dict[str, Any], tmp_path: Path) -> None:
    model = net()
    try:
        optimizer = getattr(torch.optim, kind)(model.parameters(), lr=1e-2, **options)
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
    loss_of(model)(batch(0)).backward()
    optimizer.step()
    assert word(from_state(optimizer.state_dict())) == HOLDS
    torch.save({"optimizer": optimizer.state_dict()}, tmp_path / "model.pt")
    assert word(read_state(str(tmp_path / "model.pt"))) == HOLDS
    with pytest.raises(AuditError, match="amsgrad"):
        watch(torch.optim.Adam(model.parameters(), amsgrad=True))
    with pytest.raises(AuditError, match="NAdam"):
        watch(torch.optim.NAdam(model.parameters()))
