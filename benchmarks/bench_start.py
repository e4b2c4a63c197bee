"""How long the calculator's commands take beyond starting Python, and `import sympy` in the same run.

They read formulas that were compiled from the lemmas, and import neither SymPy nor NumPy.
Target: each at most 0.35 s more than `python -c pass`.
"""

from __future__ import annotations

from common import machine, process_seconds

COMMANDS = (
    "magnitude --beta1 0.9 --beta2 0.999",
    "bound --preset gpt2-small",
    "schedule --beta1 1/2 --beta2 3/4 --lr 3/4",
)


def main() -> None:
    bare = process_seconds(["-c", "pass"])
    sympy = process_seconds(["-c", "import sympy"]) - bare
    print(machine())
    print(f"python -c pass  {bare:.3f} s; beyond it, in seconds (target 0.35):")
    for command in COMMANDS:
        beyond = process_seconds(["-m", "adamproof", *command.split()]) - bare
        print(f"  adamproof {command:<45} {beyond:.3f}  ({beyond / sympy:.2f} of import sympy)")
    print(f"  {'import sympy':<55} {sympy:.3f}")


if __name__ == "__main__":
    main()
