"""A lemma of a user's own: `check` of a file of five lines, and 40 random models of a nested expectation.

Targets: `check` at most 1.2 s of processor time beyond `import sympy` (near misses included, as for any file of one's
own); the models of an expectation over 4 outcomes of a function of an expectation over 4 more, at most 10 s.  The
commands are run in turn, and the least processor time of each counts: other work on the machine matters less so.
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from common import machine, run

ROUNDS = 7
FIVE_LINES = """\
from adamproof.lemmas.vocabulary import *
x, y = reals("x y")
lemma = Lemma(slug="mine", title="Mine", source=Source.OURS, where="an example", assumptions={"x": lt(0, x)}, claims=[
    Claim("it", le(2*x*y, x**2 + y**2 + x), lambda proof: proof.conclude(squares=[x - y]))
])
"""
NESTED = """\
from adamproof.lemmas.vocabulary import *
h = function("h", "int", "int", "point", "point")
v = Point("v")
INNER = E(norm(h(k, j, v, w)), v)
CLAIM = le(0, Sum(E(sqrt(INNER), w), (k, 1, T)))
FINITE = forall(k, Integrable(E(sqrt(INNER), w)))
SIGN = forall((k, w), le(0, INNER))
def models(rng):
    while True:
        value = {(time, i, u): rational(rng) for time in range(-2, 12) for i in range(1, 5) for u in range(4)}
        yield Model(
            variables={"T": rng.randint(1, 8), "d": 4},
            functions={"h": lambda time, i, u, v, value=value: value[time, i, u] - value[time, i, v]},
            space=[(u, Fraction(1, 4)) for u in range(4)],
        )
lemma = Lemma(slug="nested", title="Nested", source=Source.OURS, where="an example",
              assumptions={"finite": FINITE, "sign": SIGN},
              claims=[Claim("it", CLAIM, lambda proof: proof.conclude("finite"))], models=models)
"""


def spent(arguments: Sequence[str]) -> float:
    """The processor time of a Python process and what it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    from adamproof.checking.pipeline import numbers_of
    from adamproof.theory.user_files import load

    with tempfile.TemporaryDirectory(prefix="adamproof-benchmark-") as folder:
        mine, nested = Path(folder) / "mine.py", Path(folder) / "nested.py"
        mine.write_text(FIVE_LINES, encoding="utf-8")
        nested.write_text(NESTED, encoding="utf-8")
        commands = {"import sympy": ["-c", "import sympy"], "check": ["-m", "adamproof", "check", str(mine)]}
        times = {name: [spent(command) for _ in (0, 1)][1:] for name, command in commands.items()}
        for _ in range(ROUNDS - 1):
            for name, command in commands.items():
                times[name].append(spent(command))
        run(["-m", "adamproof", "check", str(nested)])  # it is proved, and holds in its models
        (lemma,) = load(str(nested))
        models = []
        for _ in range(3):
            began = time.process_time()
            numbers_of(lemma, lemma.claims, 40)
            models.append(time.process_time() - began)
    sympy, checked = (min(each) for each in times.values())
    print(machine())
    print(f"python -c 'import sympy'                {sympy:.2f} s of processor time")
    print(f"adamproof check, a file of five lines   {checked:.2f} s")
    print(f"  beyond import sympy {checked - sympy:.2f} s (target 1.2), ratio {checked / sympy:.1f}")
    print(f"40 models of a nested expectation       {min(models):.2f} s (target 10), {min(models) / sympy:.1f} of it")


if __name__ == "__main__":
    main()
