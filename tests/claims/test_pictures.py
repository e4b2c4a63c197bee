"""Pictures of experiments in the cache: kept where they are the same, and drawn anew in every other case."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adamproof.checking import cache
from adamproof.checking.cache import PLACE, Cache, fingerprint
from adamproof.claims import pictures
from adamproof.experiments.records import Record, found_in, shipped
from tests.here import run_here

RECORD = found_in(shipped())[0][0]


@pytest.fixture
def drawings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The experiments whose pictures are drawn, and not only read."""
    found: list[str] = []

    def drawn(record: Record) -> str:
        found.append(record.experiment)
        return f"<svg>{record.experiment} {len(found)}</svg>"

    monkeypatch.setenv(PLACE, str(tmp_path))
    monkeypatch.setattr(pictures, "drawn", drawn)
    monkeypatch.setattr(pictures, "version", lambda name: "3.9")
    return found


def test_a_picture_is_drawn_once(drawings: list[str]) -> None:
    draw = pictures.draw(cached=True)
    assert draw(RECORD) == draw(RECORD) == f"<svg>{RECORD.experiment} 1</svg>"
    assert len(drawings) == 1


def test_without_the_cache_it_is_drawn_anew(drawings: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    pictures.draw(cached=True)(RECORD)
    monkeypatch.setattr(Cache, "read", lambda *asked: pytest.fail("the cache was read"))
    assert pictures.draw(cached=False)(RECORD) == f"<svg>{RECORD.experiment} 2</svg>"
    assert len(drawings) == 2


def _other_code(monkeypatch: pytest.MonkeyPatch, entry: Path) -> Record:
    monkeypatch.setattr(cache, "fingerprint", lambda: fingerprint()[:-1] + "?")  # its name begins in the same way
    return RECORD


def _other_matplotlib(monkeypatch: pytest.MonkeyPatch, entry: Path) -> Record:
    monkeypatch.setattr(pictures, "version", lambda name: "3.10")
    return RECORD


def _other_numbers(monkeypatch: pytest.MonkeyPatch, entry: Path) -> Record:
    return replace(RECORD, result={**RECORD.result, "more": 1})


def _edited(monkeypatch: pytest.MonkeyPatch, entry: Path) -> Record:
    entry.write_bytes(entry.read_bytes().replace(b"svg", b"SVG", 1))
    return RECORD


def _cut(monkeypatch: pytest.MonkeyPatch, entry: Path) -> Record:
    entry.write_bytes(entry.read_bytes()[:-4])
    return RECORD


@pytest.mark.parametrize("change", [_other_code, _other_matplotlib, _other_numbers, _edited, _cut])
def test_a_picture_of_something_else_is_not_shown(
    change: Callable[[pytest.MonkeyPatch, Path], Record],
    drawings: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pictures.draw(cached=True)(RECORD)
    (entry,) = tmp_path.iterdir()
    record = change(monkeypatch, entry)
    assert pictures.draw(cached=True)(record) == f"<svg>{RECORD.experiment} 2</svg>"
    assert len(drawings) == 2
    assert list(tmp_path.iterdir()) == [entry]  # one a picture: it has been replaced


def test_a_picture_of_another_experiment_is_another_entry(drawings: list[str], tmp_path: Path) -> None:
    other = found_in(shipped())[0][1]
    for record in (RECORD, other, RECORD, other):
        pictures.draw(cached=True)(record)
    assert drawings == [RECORD.experiment, other.experiment]
    first, second = sorted(tmp_path.iterdir())
    second.write_bytes(first.read_bytes())  # under the other's name
    pictures.draw(cached=True)(RECORD)
    pictures.draw(cached=True)(other)
    assert len(drawings) == 3


def test_a_place_that_cannot_be_written_costs_the_time_alone(
    drawings: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "file"
    place.write_text("", encoding="utf-8")
    monkeypatch.setenv(PLACE, str(place))
    assert pictures.draw(cached=True)(RECORD) == f"<svg>{RECORD.experiment} 1</svg>"


def test_without_matplotlib_there_is_no_picture_and_none_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> str:
        raise pictures.PackageNotFoundError(name)

    monkeypatch.setenv(PLACE, str(tmp_path))
    monkeypatch.setattr(pictures, "version", missing)
    monkeypatch.setattr(pictures, "drawn", lambda record: "")
    assert pictures.draw(cached=True)(RECORD) == ""
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_report_has_the_same_bytes_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its pictures are not even drawn."""
    pytest.importorskip("matplotlib")
    records, place = tmp_path / "records", tmp_path / "cache"
    records.mkdir()
    with shipped().joinpath("lr-dimension.json").open("rb") as source, (records / "lr-dimension.json").open("wb") as to:
        shutil.copyfileobj(source, to)
    monkeypatch.setenv(PLACE, str(place))
    pages = []
    for more in (["--no-cache"], [], []):
        page = tmp_path / f"{len(pages)}.html"
        words: list[Any] = ["report", "sign-form", "--no-claims", "--records", records, "--html", page, *more]
        assert run_here(*map(str, words)).returncode == 0
        pages.append(page.read_bytes())
        if len(pages) == 2:
            assert len(list(place.glob("picture-lr-dimension-*.json"))) == 1
            monkeypatch.setattr(pictures, "drawn", lambda record: pytest.fail("a picture was drawn"))
    assert b"data:image/svg+xml" in pages[0]
    assert pages[0] == pages[1] == pages[2]
