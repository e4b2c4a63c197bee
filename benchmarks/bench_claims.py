"""`adamproof claims` and `report --html`, from cold and with the cache, beside `check B.2` and `check all`.

Targets: with the cache `claims` and `claims 9` take at most 1.5 times as long as `check B.2` does, and `report --html`
at most 6 times as long; from cold `report --html` takes at most 2 times as long as `check all`, and that at most 20 s.
The first two were set when `check B.2` imported SymPy to answer from the cache.  It does not any more, so its time
without the cache is printed, too.

What remains with the cache is mostly the kernel: for `claims` it reads about 25 times as many bytes of proofs as for
`check B.2`, for `claims 9` 8 times, for `report` 100 times; and `report` typesets what they prove.  Two processes of
`python -m adamproof.kernel` alone take longer for `claims` than the target allows for the whole command.

All peers are timed in the same run, with the same cache.  Each command runs a few times, the median counts; what is
cold runs once.  Processor times are printed beside: on a busy machine their ratios are steadier.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from common import ENVIRONMENT, machine, process_seconds, processor_seconds, run, seconds

ADAMPROOF = ["-m", "adamproof"]


def once(*words: str) -> float:
    """The wall time of a command that finds an empty cache, and fills it."""
    with tempfile.TemporaryDirectory(prefix="adamproof-benchmark-") as folder:
        before = ENVIRONMENT["ADAMPROOF_CACHE"]
        try:
            ENVIRONMENT["ADAMPROOF_CACHE"] = folder
            return seconds(lambda: run([*ADAMPROOF, *words]), runs=1, uncounted=0)
        finally:
            ENVIRONMENT["ADAMPROOF_CACHE"] = before


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="adamproof-benchmark-") as folder:
        ENVIRONMENT["ADAMPROOF_CACHE"] = os.fspath(folder)
        page = str(Path(folder) / "report.html")
        run([*ADAMPROOF, "report", "--html", page])  # as after `check all`, with the pictures
        one = process_seconds([*ADAMPROOF, "check", "B.2", "--quiet"])
        anew = process_seconds([*ADAMPROOF, "check", "B.2", "--quiet", "--no-cache"])
        recalled = {
            ("claims",): 1.5,
            ("claims", "9"): 1.5,
            ("report", "--html", page): 6.0,
        }
        warm = {words: process_seconds([*ADAMPROOF, *words]) for words in recalled}
        least = processor_seconds([*ADAMPROOF, "check", "B.2", "--quiet"])
        spent = {words: processor_seconds([*ADAMPROOF, *words]) for words in recalled}
        everything = once("check", "all", "--quiet")
        cold = {words: once(*words) for words in (("claims",), ("report", "--html", page))}
    print(machine())
    print(f"check B.2, with the cache  {one:6.2f} s; without {anew:.2f} s")
    for words, time in warm.items():
        name, target = f"{' '.join(words[:2])}, with the cache", recalled[words]
        print(f"{name:25}  {time:6.2f} s, {time / one:.1f} times check B.2 (target {target}), {time / anew:.1f} anew")
    for words, time in spent.items():
        name = f"{' '.join(words[:2])}, processor time"
        print(f"{name:25}  {time:6.2f} s, {time / least:.1f} times check B.2 ({least:.2f} s)")
    print(f"check all, cold            {everything:6.2f} s (target 20)")
    for words, time in cold.items():
        aim = " (target 2)" if words[0] == "report" else ""
        print(f"{' '.join(words[:2]) + ', cold':25}  {time:6.2f} s, {time / everything:.1f} times check all{aim}")


if __name__ == "__main__":
    main()
