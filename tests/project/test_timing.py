"""The order of the tests, and what a person sees of them, never change which tests there are."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests import timing
from tests.session import Session, unpack
from tests.timing import LONG, Progress, longest_first


def test_long_tests_come_first_and_the_others_stay_where_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = {"b": LONG, "d": 3 * LONG, "f": LONG / 2, "gone": 100.0}
    monkeypatch.setattr(timing, "durations", lambda: stored)
    names = list("abcdefa")
    assert [names[place] for place in longest_first(names)] == list("dbacefa")


def test_what_is_left_is_estimated_from_stored_times(monkeypatch: pytest.MonkeyPatch, pytestconfig: Any) -> None:
    monkeypatch.setattr(timing, "durations", lambda: {"long": 300.0, "short": 100.0})
    now = iter([0.0, 0.0, 600.0, 601.0, 602.0, 800.0, 900.0])
    progress = Progress(pytestconfig, lambda: next(now))
    progress.begin(["long", "short", "a", "b", "c"])
    assert progress.done("long") == "75% of the work, 1 of 5 tests, about 3 min left"
    assert progress.done("a") == progress.done("b") == ""
    assert progress.done("short") == "100% of the work, 4 of 5 tests, less than a minute left"
    assert progress.done("c") == ""


def test_an_answer_is_had_once(session: Session, tmp_path_factory: pytest.TempPathFactory) -> None:
    own = Session(tmp_path_factory.mktemp("session"))
    answers = iter(["first", "second"])
    assert own.once("a", lambda: next(answers)) == own.once("a", lambda: next(answers)) == "first"
    assert own.once("b", lambda: next(answers)) == "second"
    assert session.folder.is_dir()


@pytest.mark.parametrize("filtered", [True, False], ids=["this Python", "before 3.11.4"])
def test_members_lie_in_the_folder(filtered: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def archive(name: str, kind: bytes = tarfile.REGTYPE) -> Path:
        path, member = tmp_path / "a.tar", tarfile.TarInfo(name)
        member.type, member.size, member.linkname = kind, 0 if kind != tarfile.REGTYPE else 2, "/etc/passwd"
        with tarfile.open(path, "w") as packed:
            packed.addfile(member, io.BytesIO(b"hi"))
        return path

    if not filtered:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    folder = tmp_path / "inside"
    with tarfile.open(archive("package/a.txt")) as packed:
        unpack(packed, folder)
    assert (folder / "package" / "a.txt").read_text() == "hi"
    plain = tarfile.REGTYPE
    for name, kind in [("../b.txt", plain), ("c", tarfile.SYMTYPE), ("d/../../e", plain), ("/../f", plain)]:
        with tarfile.open(archive(name, kind)) as packed, pytest.raises((ValueError, tarfile.TarError)):
            unpack(packed, folder)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.tar", "a.txt", "inside", "package"]
