"""What comes with the package is read where it is: in a folder, or in a zip file (a wheel on sys.path)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest

from adamproof.support import package_data

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as a wheel has it: the lemmas are inside."""
    path = tmp_path_factory.mktemp("zip") / "adamproof.whl"
    with zipfile.ZipFile(path, "w") as whole:
        for top, inside in (("adamproof", "adamproof"), ("lemmas", "adamproof/lemmas")):
            for file in sorted((ROOT / top).rglob("*")):
                if file.is_file() and file.suffix != ".pyc":
                    whole.write(file, f"{inside}/{file.relative_to(ROOT / top).as_posix()}")
    return path


def run(place: Path, folder: Path, *command: str) -> tuple[int, str, str]:
    """Run Python with the package from this place; the exit status, standard output and standard error."""
    environment = {**os.environ, "PYTHONPATH": str(place)}
    done = subprocess.run(
        [sys.executable, "-P", *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "check sign-form -q --no-cache",
        "list",
        "export sign-form --to coq -o file",
        "report sign-form --html file --no-cache --with-kernel",
        "explore --html file",
    ],
)
def test_a_zip_file_answers_as_a_folder_does(command: str, archive: Path, tmp_path: Path) -> None:
    """The style sheet, Coq's prelude, the sources of lemmas and kernels: all are read in the zip file."""
    answers = []
    for place in (archive, ROOT):
        answer = run(place, tmp_path, "-m", "adamproof", *command.split())
        files = [path for path in sorted(tmp_path.rglob("*")) if path.is_file()]
        answers.append((answer, [(path.relative_to(tmp_path), path.read_bytes()) for path in files]))
        for path in files:
            path.unlink()
    assert answers[0] == answers[1]
    assert answers[0][0][::2] == (0, "")


def test_a_zip_file_has_the_same_records_and_digests_as_a_folder(archive: Path, tmp_path: Path) -> None:
    code = """
import adamproof
from adamproof.export.coq import handwritten
from adamproof.crosscheck import records as crosscheck_records
from adamproof.experiments import records
from adamproof.experiments.index import EXPERIMENTS
from adamproof.support.package_data import digest_of, source_of
from adamproof.theory import index
print(adamproof.__file__.count(".whl"))
print(*(len(source_of(f"adamproof.simulator.{name}")) for name in ("kernels", "summation", "numba_engine")))
print(digest_of(''), crosscheck_records.fingerprint(), *map(records.fingerprint, EXPERIMENTS))
print(len(index.chapters()), len(handwritten.prelude()), len(handwritten.statements().text))
for module in (crosscheck_records, records):
    found, problems = module.found_in(module.shipped())
    print([entry.text() for entry in found], problems)
"""
    zipped, unzipped = (run(place, tmp_path, "-c", code) for place in (archive, ROOT))
    assert (zipped[0], zipped[2]) == (0, "")
    assert zipped[1].splitlines()[0] == "1"
    assert zipped[1].splitlines()[1:] == unzipped[1].splitlines()[1:]
    assert unzipped[1].splitlines()[2].split()[0] == package_data.digest_of("")


def test_sources_are_all_python_files_in_an_order_of_their_own(tmp_path: Path) -> None:
    for name in ("b.py", "a/c.py", "a/__init__.py", "a/x.txt", "a/__pycache__/c.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert [name for name, _ in package_data.sources(tmp_path)] == ["a/__init__.py", "a/c.py", "b.py"]
    assert [entry.name for entry in package_data.entries(tmp_path / "a", ".txt", ".md")] == ["x.txt"]
    assert package_data.source_of("nowhere_at_all") == package_data.source_of("sys") == ""


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "some.zip"
    with zipfile.ZipFile(path, "w") as whole:
        whole.writestr("there.v", "a text that is read back from the zip file")
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(path.read_bytes().replace(b"a text", b"A TEXT"))
    places: list[Traversable] = [tmp_path / "style.css", zipfile.Path(path, "style.css"), tmp_path]
    for place, reason in zip(places, ("No such file", "No such file", "Is a directory"), strict=True):
        with pytest.raises(OSError, match=reason) as caught:
            package_data.text(place)
        assert caught.value.filename == str(place)
        assert ("reinstall adamproof" in str(caught.value)) == (place is not tmp_path)
    with pytest.raises(OSError, match=r"BadZipFile: Bad CRC-32 for file 'there.v'"):
        package_data.text(zipfile.Path(damaged, "there.v"))


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("report/style.css", "report sign-form --no-cache --html r.html"),
        ("export/coq/Prelude.v", "export sign-form --to coq"),
    ],
)
def test_a_missing_file_of_the_package_is_not_output_that_cannot_be_written(
    file: str, command: str, tmp_path: Path
) -> None:
    for name in ("adamproof", "lemmas"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "adamproof" / file).unlink()
    code, output, errors = run(tmp_path, tmp_path, "-m", "adamproof", *command.split())
    assert (code, output) == (2, "")
    assert errors.splitlines()[-1] == (
        f"Error: cannot read {tmp_path / 'adamproof' / file}: No such file or directory "
        f"({package_data.INCOMPLETE})"
    )
