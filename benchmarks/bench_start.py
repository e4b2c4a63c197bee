"""How long commands take beyond starting Python, and `import sympy` in the same run.

The calculator's read formulas that were compiled from the lemmas, and import neither SymPy nor NumPy.  The version and
what a shell asks for while one types import no command, or one.  Small runs of the simulator import NumPy.
Targets: at most 0.15 s more than `python -c pass` for the version and completion, 0.35 s for the calculator, 0.5 s for
small runs; in processor time, since other work on the machine counts less there.
"""

from __future__ import annotations

from unittest import mock

from common import ENVIRONMENT, machine, processor_seconds

COMMANDS = {
    "--version": 0.15,
    "magnitude --beta1 0.9 --beta2 0.999": 0.35,
    "bound --preset gpt2-small": 0.35,
    "schedule --beta1 1/2 --beta2 3/4 --lr 3/4": 0.35,
    "simulate --steps 100 --replicates 4 --s1 0.5 --p 2": 0.5,
    "simulate --problem digits --steps 50": 0.5,
}
TYPED = ("sim", "bound --preset g", "check update-m", "simulate --prob")  # up to where the shell asks
PROGRAM = "import sys; sys.argv[0] = 'adamproof'; from adamproof.cli import main; main()"


def completing(text: str) -> dict[str, str]:
    """The variables with which a shell asks what may follow."""
    words = ["adamproof", *text.split()]
    return {"_ADAMPROOF_COMPLETE": "bash_complete", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}


def main() -> None:
    bare = processor_seconds(["-c", "pass"])
    sympy = processor_seconds(["-c", "import sympy"]) - bare
    print(machine())
    print(f"python -c pass  {bare:.3f} s; beyond it, in seconds of processor time (import sympy: {sympy:.3f}):")
    for command, target in COMMANDS.items():
        beyond = processor_seconds(["-m", "adamproof", *command.split()]) - bare
        print(f"  adamproof {command:<52} {beyond:.3f}  (target {target})")
    for text in TYPED:
        with mock.patch.dict(ENVIRONMENT, completing(text)):
            beyond = processor_seconds(["-c", PROGRAM]) - bare
        print(f"  completion of {'adamproof ' + text:<48} {beyond:.3f}  (target 0.15)")


if __name__ == "__main__":
    main()
