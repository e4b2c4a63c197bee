"""python -m adamproof.kernel FILE: verify a proof file with nothing but the standard library."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .terms import Refusal
from .verify import MAX_BYTES, verify

USAGE, REJECTED = 2, 1


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m adamproof.kernel",
        description="Verify a proof file. Exit status: 0 proved, 1 rejected, 2 the file cannot be read.",
    )
    parser.add_argument("file", help="a proof file, as written by `adamproof export RESULT --to json`")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args(argv)
    try:
        with Path(options.file).open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        print(f"error: cannot read {options.file}: {error.strerror}", file=sys.stderr)
        return USAGE
    try:
        verified = verify(content)
    except Refusal as refusal:
        if options.json:
            print(json.dumps({"verdict": "REJECTED", "reason": str(refusal)}))
        else:
            print(f"REJECTED: {refusal}")
        return REJECTED
    if options.json:
        result = {
            "verdict": "PROVED",
            "conclusion": verified.conclusion(),
            "hypotheses": verified.hypotheses(),
            "citations": verified.citations(),
            "steps": verified.steps,
        }
        print(json.dumps(result))
        return 0
    print(f"PROVED: {verified.conclusion()}")
    for title, lines in (
        ("hypotheses", verified.hypotheses()),
        ("cited axioms", [f"{name}: {source}" for name, source in verified.citations()]),
    ):
        print(f"{title}:" if lines else f"{title}: none")
        for line in lines:
            print(f"  {line}")
    print(f"steps: {verified.steps}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
