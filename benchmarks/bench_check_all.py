"""`adamproof check all`: from cold (search, kernel, numbers, mutants), and with the cache of verified proofs.

Targets on two cores: at most 20 s from cold, at most 5 s with the cache (the kernel reads every proof again).
The peer is `import sympy`, timed in the same run.  Each command runs a few times, the median counts.
"""

from __future__ import annotations

import os
import tempfile

from common import ENVIRONMENT, machine, process_seconds

CHECK = ["-m", "adamproof", "check", "all", "--quiet"]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="adamproof-benchmark-") as folder:
        ENVIRONMENT["ADAMPROOF_CACHE"] = os.fspath(folder)
        sympy = process_seconds(["-c", "import sympy"])
        recalled = process_seconds(CHECK)  # the run that is not counted fills the cache
        cold = process_seconds([*CHECK, "--no-cache"], runs=1)
    print(machine())
    print(f"python -c 'import sympy'  {sympy:6.2f} s")
    for name, seconds, target in (("check all --no-cache", cold, 20), ("check all", recalled, 5)):
        print(f"{name:24}  {seconds:6.2f} s (target {target}), {seconds / sympy:.0f} times import sympy")


if __name__ == "__main__":
    main()
