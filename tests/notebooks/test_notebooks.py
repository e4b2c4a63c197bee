"""The stored notebooks are those of their sources, and running the sources gives what is stored."""

from __future__ import annotations

import copy
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("[0-9][0-9]_*.py"))


@pytest.fixture(scope="module")
def build() -> ModuleType:
    pytest.importorskip("jupytext")
    pytest.importorskip("nbclient")
    spec = importlib.util.spec_from_file_location("notebooks_build", FOLDER / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_there_are_six() -> None:
    assert len(NAMES) == 6
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_stored_cells_are_those_of_the_source(build: ModuleType, name: str) -> None:
    path = FOLDER / f"{name}.py"
    assert build.unpaired(path, build.stored(path)) == []


@pytest.mark.parametrize("name", NAMES)
def test_outputs_are_stored_and_are_of_no_machine(build: ModuleType, name: str) -> None:
    text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
    cells = build.stored(FOLDER / f"{name}.py").cells
    assert sum(bool(cell.get("outputs")) for cell in cells) >= 8
    assert "application/vnd.jupyter" not in text and "execution_state" not in text
    for cell in cells:
        assert cell["metadata"] == {}
        for output in cell.get("outputs", []):
            assert output["output_type"] != "error"
            for shown in build._texts(output).values():
                assert not build.OF_THIS_MACHINE.search(shown)


def test_a_changed_cell_and_a_changed_output_are_found(build: ModuleType) -> None:
    path = FOLDER / "06_your_own_lemma.py"
    kept = build.stored(path)
    changed = copy.deepcopy(kept)
    changed.cells[1].source += "\n# more"
    assert build.unpaired(path, changed)[0].startswith("cell 2 is not that of the source")
    other = copy.deepcopy(kept)
    other.cells[3].outputs[0].data["text/plain"] = "squares: PROVED"
    (found,) = build.differences(kept, other)
    assert found.startswith("cell 4: --- stored") and "+squares: PROVED" in found
    other.cells[3].outputs.clear()
    assert build.differences(kept, other) == ["cell 4: 1 outputs are stored, but there are 0"]


def test_an_unknown_notebook_is_one_sentence(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["build.py", "--check", "77_none"])
    assert build.main() == 1
    assert capsys.readouterr().err.startswith("there is no notebook '77_none'; there are 01_lemma_b2, 02_")


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_running_the_source_gives_what_is_stored(build: ModuleType, name: str) -> None:
    assert build.check(FOLDER / f"{name}.py") == []
