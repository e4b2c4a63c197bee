"""Terms that look alike have the same value: parentheses are never missing."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from unittest import mock

import pytest

from adamproof.kernel import text as kernel_text
from adamproof.kernel.terms import Term, make, number
from adamproof.numeric.evaluate import value
from adamproof.numeric.models import Model
from adamproof.prover import maximum, minimum
from adamproof.render import latex, mathml, pieces, unicode

X, Y = make("var", "x", "real"), make("var", "y", "real")
MODEL = Model(variables={"x": Fraction(3, 7), "y": Fraction(-11, 5)})


def random_term(rng: Random, depth: int) -> Term:
    """A small random term of shapes that need parentheses."""
    if depth == 0:
        return rng.choice([X, Y, number(2), number(-1), number(Fraction(1, 2))])
    parts = [random_term(rng, rng.randrange(depth)) for _ in range(rng.choice([2, 2, 3]))]
    shape = rng.choice(["add", "mul", "mul", "inv", "pow", "abs", "Sum", "max", "min"])
    if shape in ("add", "mul"):
        return make(shape, *parts)
    if shape in ("max", "min"):
        return (maximum if shape == "max" else minimum)(*parts[:2])
    if shape == "pow":
        return make("pow", parts[0], make("int", rng.choice([-1, 2, 3])))
    if shape == "Sum":
        body = make(rng.choice(["add", "mul"]), parts[0], make("real", make("bound", 0, "int")))
        return make("Sum", make("int", 1), make("int", 3), body)
    return make(shape, parts[0])


def parted(term: Term) -> str:
    """In pieces that are as small as they can be."""
    with mock.patch.multiple(pieces, WIDE=1.0, ROW=2.0):
        ((*rows,),) = pieces.in_pieces([term])
    return "\n".join(" ".join(piece.text for piece in row) for row in rows)


@pytest.mark.parametrize(
    "show", [unicode.show, latex.show, mathml.show, parted], ids=["unicode", "latex", "mathml", "parted"]
)
def test_terms_that_look_alike_have_equal_values(
    show: Callable[[Term], str],
) -> None:
    rng = Random(7)
    seen: dict[str, Fraction] = {}
    alike = 0
    for _ in range(8_000):
        term = random_term(rng, rng.randint(1, 3))
        written, found = show(term), value(term, MODEL)
        alike += written in seen
        assert seen.setdefault(written, found) == found, f"{kernel_text.show(term)} is written {written}"
    assert alike > 2_000
