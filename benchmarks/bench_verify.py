"""Verifying the proof of Lemma B.2 in a fresh process, beside the start of the interpreter alone.

Target: at most 0.3 s more than `python -c pass`.
"""

from __future__ import annotations

from common import machine, process_seconds, proof_of_b2


def main() -> None:
    proof = proof_of_b2()
    bare = process_seconds(["-c", "pass"])
    verified = process_seconds(["-m", "adamproof.kernel", str(proof)])
    print(machine())
    print(f"python -c pass                {bare:.3f} s")
    print(f"python -m adamproof.kernel    {verified:.3f} s")
    print(f"difference {verified - bare:.3f} s (target 0.3), ratio {verified / bare:.1f}")


if __name__ == "__main__":
    main()
