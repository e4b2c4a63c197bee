"""What is said of work that takes long: how much is done, what runs longest, what is left."""

from __future__ import annotations

from adamproof.support.tally import Count, Tally, duration


def test_what_is_done_what_runs_longest_and_what_is_left() -> None:
    now = 0.0
    tally = Tally({"short": 1, "long": 8, "other": 1}, clock=lambda: now)
    assert str(tally) == "0 of 3 done"
    tally.begin("short")
    now = 2.0
    tally.begin("long")
    assert str(tally) == "0 of 3 done; longest running: short, 2 s"
    now = 4.0
    tally.end("short")
    assert str(tally) == "1 of 3 done; longest running: long, 2 s; about 36 s left"
    now = 100.0
    tally.begin("other")
    tally.end("other")
    assert str(tally) == "2 of 3 done; longest running: long, 2 min; about 7 min left"
    tally.end("long")
    assert str(tally) == "3 of 3 done"


def test_too_little_is_done_to_say_what_is_left() -> None:
    now = 0.0
    tally = Tally({"first": 1, "rest": 99}, clock=lambda: now)
    tally.begin("first")
    now = 5.0
    tally.end("first")
    assert str(tally) == "1 of 2 done"
    assert str(Tally({})) == "0 of 0 done"


def test_durations() -> None:
    assert [duration(x) for x in (0.4, 14, 89, 91, 600, 5400, 7500)] == [
        "0 s", "14 s", "89 s", "2 min", "10 min", "1 h 30 min", "2 h 5 min",
    ]  # fmt: skip


def test_parts_without_names() -> None:
    now = 0.0
    count = Count(2000, 4000.0, "runs", clock=lambda: now)
    assert str(count) == "0 of 2,000 runs done"
    now = 30.0
    for _ in range(1000):
        count.add(1.0)
    assert str(count) == "1,000 of 2,000 runs done; about 2 min left"
    for _ in range(1000):
        count.add(3.0)
    assert str(count) == "2,000 of 2,000 runs done"
