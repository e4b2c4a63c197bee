"""docs/howto/audit.md: its example runs, its commands print what they show, and its recipes compile."""

from __future__ import annotations

import gzip
import json
import os
import re
import shlex
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adamproof.audit import read
from adamproof.audit.reduction import NUMBERS
from adamproof.cli import main
from tests.audit.stand_in import Adam, torch  # noqa: F401
from tests.audit.trainings import model, train
from tests.project.test_pages import agrees, blocks

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "howto" / "audit.md").read_text(encoding="utf-8")
FORMAT = (ROOT / "docs" / "reference" / "audit-record.md").read_text(encoding="utf-8")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the example of the page has run."""
    place = tmp_path_factory.mktemp("docs")
    (source,) = [block for block in blocks(PAGE, "python") if block.startswith("# train.py\n")]
    (place / "train.py").write_text(source, encoding="utf-8")
    subprocess.run([sys.executable, "-W", "error", "train.py"], cwd=place, env=ENVIRONMENT, check=True)
    return place


@pytest.mark.parametrize("block", [each for each in blocks(PAGE, "sh") if "compare" not in each.splitlines()[0]])
def test_the_commands_print_what_they_show(block: str, folder: Path) -> None:
    command, _, shown = block.removeprefix("$ ").partition("\n")
    program, *words = shlex.split(command)
    assert program == "adamproof"
    done = subprocess.run(
        [sys.executable, "-m", "adamproof", *words], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert agrees(shown, done.stdout), done.stdout


def test_the_recipes_compile() -> None:
    for source in blocks(PAGE, "python"):
        compile(source, "recipe", "exec")


def test_every_number_of_a_record_is_documented() -> None:
    assert [name for name in (*NUMBERS, "bins", "at", "lr", "u") if f"`{name}`" not in FORMAT] == []


def test_the_header_and_the_data_are_documented(folder: Path) -> None:
    lines = gzip.decompress((folder / "run.audit").read_bytes()).splitlines()
    header = json.loads(lines[0])
    group, layer = header["groups"][0], header["layers"][0]
    probe = next(json.loads(line)["probe"] for line in lines if line.startswith(b'{"probe"'))
    names = {*header, *group, *layer, *probe, "by_layer", *probe["by_layer"]}
    assert {"calls_before", "rank", "bias_correction", "shape"} <= names
    assert [name for name in sorted(names) if f"`{name}`" not in FORMAT] == []
    told = json.loads(CliRunner().invoke(main, ["audit", str(folder / "run.audit"), "--json"]).stdout)
    (record,) = told["records"]
    schema = FORMAT.partition("## As data")[2]
    for name in (
        *told,
        *told["files"],
        *record,
        *record["verdicts"][0],
        *(n for v in record["verdicts"] for n in v["data"]),
    ):
        assert re.search(rf"\b{name}\b", schema), name


def test_every_word_is_explained() -> None:
    from adamproof.audit import verdicts

    words = [value for name, value in vars(verdicts).items() if name.isupper() and isinstance(value, str)]
    assert len(words) >= 7
    for word in words:
        assert re.search(rf"^\| {word}\b", PAGE, re.MULTILINE), word


@pytest.mark.usefixtures("torch")
def test_lightnings_recipe_closes_the_record_after_an_exception(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With a stand-in: tests/audit/test_recipes.py runs the real one, where it is installed."""
    package, inner = types.ModuleType("lightning"), types.ModuleType("lightning.pytorch")
    inner.Callback = object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "lightning", package)
    monkeypatch.setitem(sys.modules, "lightning.pytorch", inner)
    monkeypatch.chdir(tmp_path)
    (source,) = [block for block in blocks(PAGE, "python") if "from lightning.pytorch" in block]
    names: dict[str, Any] = {}
    exec(source, names)
    callback = names["Audit"]()
    callback.on_exception(None, None, KeyboardInterrupt())  # before there is a recorder
    net = model()
    optimizer = Adam(net.parameters())
    trainer = types.SimpleNamespace(optimizers=[optimizer], gradient_clip_val=None)
    callback.on_train_start(trainer, net)
    train(net, optimizer, 50)
    callback.on_exception(trainer, net, KeyboardInterrupt())
    run = read("run.audit")
    assert run.complete and run.at[-1] == 50 and run.header["clipping"] == 0.0 and not optimizer.hooks
