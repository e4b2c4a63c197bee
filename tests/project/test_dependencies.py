"""What pyproject.toml requires: each lower bound is a release that was run, and the documents and messages agree.

`make lowest` runs this file and some others with the lowest release of everything; LOWEST is set then.
"""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import Specifier
from packaging.version import Version

from adamproof.report import notebook

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRAS: dict[str, list[str]] = PYPROJECT["project"]["optional-dependencies"]
GROUPS: dict[str, list[str]] = {
    name: [entry for entry in entries if isinstance(entry, str)]  # others include a group
    for name, entries in PYPROJECT["dependency-groups"].items()
}
ALL = {**EXTRAS, **GROUPS}
AT_THE_LOWEST = os.environ.get("ADAMPROOF_VERSIONS") == "lowest"
# One needs a GPU, one a JAX that does not go with the lowest of other packages, one is large.
NOT_INSTALLED = {"cupy-cuda12x", "optax", "pyarrow"}


def requirements(extra: str = "") -> list[Requirement]:
    """Of the package, an extra or a group, without the extras that it includes."""
    texts = ALL[extra] if extra else PYPROJECT["project"]["dependencies"]
    return [requirement for requirement in map(Requirement, texts) if requirement.name != "adamproof"]


def bound(requirement: Requirement) -> Version:
    """The lower bound, of which there must be one."""
    (lowest,) = (specifier for specifier in requirement.specifier if specifier.operator == ">=")
    return Version(lowest.version)


BOUNDS = {
    requirement.name: (extra, bound(requirement)) for extra in ("", *ALL) for requirement in requirements(extra)
}


@pytest.mark.parametrize("name", BOUNDS)
def test_what_is_installed_is_allowed_and_at_the_lowest_is_the_bound(name: str) -> None:
    try:
        installed = Version(version(name))
    except PackageNotFoundError:
        assert not AT_THE_LOWEST or name in NOT_INSTALLED
        pytest.skip(f"{name} is not installed")
    lowest = BOUNDS[name][1]
    if AT_THE_LOWEST:
        assert installed in Specifier(f"=={lowest}.*" if name == "z3-solver" else f"=={lowest}")
    assert installed >= lowest


def test_a_package_has_one_bound_and_extras_include_what_there_is() -> None:
    found: dict[str, set[Version]] = {}
    for extra in ("", *ALL):
        for requirement in requirements(extra):
            found.setdefault(requirement.name, set()).add(bound(requirement))
    (builder,) = map(Requirement, PYPROJECT["build-system"]["requires"])
    found[builder.name].add(bound(builder))
    assert {name: versions for name, versions in found.items() if len(versions) > 1} == {}
    included = {Requirement(text) for texts in EXTRAS.values() for text in texts if text.startswith("adamproof[")}
    assert {extra for requirement in included for extra in requirement.extras} <= set(EXTRAS)


def texts() -> Iterator[tuple[str, str]]:
    """What users read: the documents, the notebooks' sources, and the code with its messages."""
    for pattern in ("*.md", "docs/**/*.md", "notebooks/*.py", "benchmarks/*", "adamproof/**/*.py", "lemmas/**/*.py"):
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file():
                yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def test_every_extra_that_is_named_exists() -> None:
    """A hint that names a misspelt extra installs nothing: pip only warns."""
    named = {
        extra.strip()
        for _, text in texts()
        for names in re.findall(r"adamproof\[([\w, -]+)\]|[Ee]xtra [`\"](\w[\w-]*)[`\"]", text)
        for extra in "".join(names).split(",")
    }
    assert named - set(EXTRAS) == set()
    assert {"plots", "smt", "fast", "data", "experiments", "gpu", "notebooks"} <= named


def test_the_table_of_versions_is_that_of_pyproject() -> None:
    text = (ROOT / "docs" / "reference" / "versions.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| (\S+) \| (.*) \|$", text, re.MULTILINE)
    stated = {name: (extra.strip("`-"), Version(lowest)) for name, extra, lowest in rows}
    assert stated == BOUNDS
    assert PYPROJECT["project"]["requires-python"] == ">=3.11"
    assert "Python 3.11 or later" in text


@pytest.mark.parametrize("place", ["README.md", "Makefile", ".ci/run"])
def test_the_lowest_python_is_said_everywhere_the_same(place: str) -> None:
    text = (ROOT / place).read_text(encoding="utf-8")
    assert "3.11" in text
    assert PYPROJECT["tool"]["mypy"]["python_version"] == "3.11"
    assert PYPROJECT["tool"]["ruff"]["target-version"] == "py311"


# --- what no other test runs --------------------------------------------------------------------


def test_a_notebook_runs() -> None:
    """jupytext, nbclient and ipykernel together."""
    jupytext, nbclient = pytest.importorskip("jupytext"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    page = jupytext.reads("# %%\n6 * 7\n", "py:percent")
    page.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbclient.NotebookClient(page, timeout=120).execute()
    assert page.cells[0].outputs[0]["data"]["text/plain"] == "42"


def test_sliders_move(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ipywidgets")
    monkeypatch.delenv(notebook.STATIC, raising=False)
    drawn: list[float] = []
    notebook.explore(lambda beta1: drawn.append(beta1), beta1=(0.5, 0.9, 0.1, 0.7))
    assert drawn == [0.7]


def test_jupyterlab_starts() -> None:
    pytest.importorskip("jupyterlab")
    done = subprocess.run([sys.executable, "-m", "jupyterlab", "--version"], capture_output=True, text=True, check=True)
    assert Version(done.stdout.strip()) == Version(version("jupyterlab"))


@pytest.mark.skipif(not AT_THE_LOWEST, reason="`make lint` and the wheel's test run the newest")
@pytest.mark.parametrize(
    "command",
    [
        "ruff check adamproof lemmas tests benchmarks docs notebooks",
        "mypy --cache-dir {folder} adamproof/kernel",
        "build --wheel --no-isolation --outdir {folder}",
        "uv --version",
    ],
)
def test_the_tools_work_at_their_lowest(command: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command.format(folder=tmp_path).split()],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "name",
    [
        *("cvc5", "ipywidgets", "matplotlib.figure", "nbclient", "numba", "scipy.stats", "sklearn.datasets"),
        *("tensorboardX", "z3"),
    ],
)
def test_what_is_installed_can_be_imported(name: str) -> None:
    """Other tests skip what is missing, and so what does not fit together; at the lowest all is there."""
    if not AT_THE_LOWEST:
        pytest.importorskip(name.partition(".")[0])
    importlib.import_module(name)
