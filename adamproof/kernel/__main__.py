"""python -m adamproof.kernel FILE...: verify proof files with nothing but the standard library."""

from __future__ import annotations

import argparse
import gc
import hashlib
import io
import json
import os
import sys
from pathlib import Path

from .terms import Refusal
from .verify import MAX_BYTES, Known, verify

PROVED, REJECTED = "PROVED", "REJECTED"
USAGE = 2
BROKEN_PIPE = 141  # as if stopped by the signal


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m adamproof.kernel",
        description="Verify proof files. Exit status: 0 all proved, 1 one is rejected, 2 one cannot be read.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="a proof file; -: standard input names them")
    parser.add_argument("--json", action="store_true", help="print one JSON object per file")
    parser.add_argument("--together", action="store_true", help="check a step that several files have only once")
    options = parser.parse_args(argv)
    known: Known | None = {} if options.together else None
    sys.set_int_max_str_digits(sys.int_info.default_max_str_digits)  # whatever the environment says
    gc.set_threshold(200_000)  # terms are many and not cyclic: looking for cycles among them takes a third of the time
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace", line_buffering=True)
    try:
        names = (line.rstrip("\n") for line in sys.stdin) if options.files == ["-"] else options.files
        code = max((_report(name, options.json, known) for name in names), default=0)
    except BrokenPipeError:  # the reader has gone; what is still buffered goes nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return code


def _report(name: str, as_json: bool, known: Known | None) -> int:
    try:
        with Path(name).open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        print(f"error: cannot read {name}: {error.strerror}", file=sys.stderr)
        return USAGE
    try:
        verified = verify(content, known)
    except Refusal as refusal:
        print(json.dumps({"verdict": REJECTED, "reason": str(refusal)}) if as_json else f"{REJECTED}: {refusal}")
        return 1
    if as_json:
        said = {"sorts": verified.sorts, "steps": verified.steps, "sha256": hashlib.sha256(content).hexdigest()}
        print(json.dumps({"verdict": PROVED, **verified.states, **said}))
        return 0
    print(f"{PROVED}: {verified.states['conclusion']}")
    cited = [": ".join(pair) for pair in verified.states["citations"]]
    for title, lines in (("hypotheses", verified.states["hypotheses"]), ("cited axioms", cited)):
        print(f"{title}:" if lines else f"{title}: none")
        for line in lines:
            print(f"  {line}")
    names = (sort if "(" in sort else f"{name}: {sort}" for name, sort in verified.sorts.items())
    print(f"free names: {', '.join(names) or 'none'}")
    print(f"steps: {verified.steps}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
