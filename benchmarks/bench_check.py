"""`adamproof check B.2` from cold (search, verification, numbers, mutants), beside `import sympy`.

Target: at most 2 s more.
"""

from __future__ import annotations

from common import machine, process_seconds


def main() -> None:
    sympy = process_seconds(["-c", "import sympy"])
    checked = process_seconds(["-m", "adamproof", "check", "B.2", "--no-cache"])
    print(machine())
    print(f"python -c 'import sympy'       {sympy:.2f} s")
    print(f"python -m adamproof check B.2  {checked:.2f} s")
    print(f"difference {checked - sympy:.2f} s (target 2), ratio {checked / sympy:.1f}")


if __name__ == "__main__":
    main()
