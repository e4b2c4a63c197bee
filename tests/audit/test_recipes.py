"""The recipes of docs/howto/audit.md for Hugging Face's Trainer and for Lightning, as they stand there, run.

Neither is in any extra: CONTRIBUTING.md, "Try the audit with PyTorch".
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adamproof.audit import judge, read, read_state
from adamproof.audit.verdicts import HOLDS
from tests.project.test_pages import blocks

torch: Any = pytest.importorskip("torch")
PAGE = (Path(__file__).resolve().parents[2] / "docs" / "howto" / "audit.md").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def recipe(word: str) -> Any:
    """The class that the page's recipe with this word defines."""
    (source,) = [block for block in blocks(PAGE, "python") if word in block]
    names: dict[str, Any] = {}
    exec(source, names)
    return names["Audit"]


def net() -> Any:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Linear(16, 1))


def is_whole(calls: int, clipping: float | None) -> None:
    run = read("run.audit")
    assert run.header.get("clipping") == clipping
    assert run.complete and run.at[-1] == calls and run.header["optimizer"].endswith("AdamW")
    assert next(each.word for each in judge(run) if each.subject == "u <= R_t") == HOLDS


@pytest.mark.parametrize("accumulated", [1, 3])
def test_hugging_face(accumulated: int) -> None:
    transformers = pytest.importorskip("transformers")
    pytest.importorskip("accelerate")

    class Model(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.inner = net()

        def forward(self, x: Any = None, labels: Any = None) -> Any:
            return {"loss": torch.nn.functional.mse_loss(self.inner(x), labels)}

    data = [{"x": x, "labels": x.sum()[None]} for x in torch.randn(256, 8)]
    arguments = transformers.TrainingArguments(
        "out", max_steps=40, per_device_train_batch_size=4, gradient_accumulation_steps=accumulated, use_cpu=True,
        report_to=[], save_steps=40, disable_tqdm=True,
    )  # fmt: skip
    audit = recipe("TrainerCallback")()
    transformers.Trainer(Model(), arguments, train_dataset=data, callbacks=[audit]).train()
    assert not audit.audit.stopped, audit.audit.stopped
    is_whole(40, clipping=1.0)  # its own
    assert read("run.audit").layers[0].name == "inner.0.weight"
    stored = read_state("out/checkpoint-40/optimizer.pt")
    assert stored.t[0, 0] == 40


@pytest.mark.parametrize("clipping", [None, 0.5])
def test_lightning(clipping: float | None) -> None:
    lightning = pytest.importorskip("lightning")

    class Model(lightning.LightningModule):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.inner = net()

        def training_step(self, pair: Any, number: int) -> Any:
            return torch.nn.functional.mse_loss(self.inner(pair[0]), pair[1])

        def configure_optimizers(self) -> Any:
            return torch.optim.AdamW(self.parameters())

    x = torch.randn(256, 8)
    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, x.sum(dim=1, keepdim=True)), batch_size=8)
    audit = recipe("from lightning.pytorch")()
    trainer = lightning.Trainer(
        max_steps=40, accelerator="cpu", logger=False, callbacks=[audit], enable_progress_bar=False,
        enable_model_summary=False, default_root_dir="here", gradient_clip_val=clipping,
    )  # fmt: skip
    trainer.fit(Model(), data)
    assert not audit.audit.stopped, audit.audit.stopped
    is_whole(40, clipping or 0.0)
    (checkpoint,) = Path("here").rglob("*.ckpt")
    assert read_state(str(checkpoint)).t[0, 0] == 40


def test_accelerate() -> None:
    """Its wrapper around the optimizer is looked into; a step that only accumulates is none."""
    accelerate = pytest.importorskip("accelerate")
    from adamproof.audit import watch

    accelerator = accelerate.Accelerator(cpu=True, gradient_accumulation_steps=2)
    model, optimizer = net(), None
    model, optimizer = accelerator.prepare(model, torch.optim.AdamW(model.parameters()))
    with watch(optimizer, model, every=1, budget=None, path="run.audit") as audit:
        for _ in range(8):
            with accelerator.accumulate(model):
                x = torch.randn(8, 8)
                accelerator.backward(torch.nn.functional.mse_loss(model(x), x.sum(dim=1, keepdim=True)))
                optimizer.step()
                optimizer.zero_grad()
    assert not audit.stopped, audit.stopped
    is_whole(4, clipping=None)
