"""Names that the numeric tests write their statements with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from adamproof.kernel.terms import Function, Term, function
from adamproof.lemmas.models.adam import LAWS, adam_model, random_hyper
from adamproof.numeric.models import Model
from tests.kernel.parser import parse

TABLE: dict[str, str | Function] = {
    **dict.fromkeys(["a", "b", "c", "x", "y", "z", "b1", "b2", "eps"], "real"),
    **dict.fromkeys(["n", "t", "j"], "int"),
    **dict.fromkeys(["u", "w0"], "point"),
    **{name: function(name, ["int"]) for name in ("m", "v", "g", "h")},
    **{name: function(name, ["real"]) for name in ("f", "q")},
    "p": function("p", ["int", "int"]),
    "X": function("X", ["point"]),
    "Y": function("Y", ["point", "point"]),
}


def read(text: str) -> Term:
    """The term or proposition of this text."""
    return parse(text, TABLE)


# Adam's recursion and Lemma B.2, as hypotheses and conclusions.
RECURSION = [
    read("m(0) == 0"),
    read("v(0) == 0"),
    read("forall k: int. 0 <= k -> m(k + 1) == b1*m(k) + (1 - b1)*g(k + 1)"),
    read("forall k: int. 0 <= k -> v(k + 1) == b2*v(k) + (1 - b2)*g(k + 1)^2"),
]
RANGES = [read(text) for text in ("0 <= b1", "b1 < 1", "0 < b2", "b2 < 1", "b1^2 < b2", "0 <= eps")]
SQUARE = "(1 - b1)^2*b2/((1 - b2)*(b2 - b1^2))"
INVARIANT = read(f"forall k: int. 0 <= k -> m(k)^2 <= {SQUARE}*v(k)")
BOUND = read("abs(m(t))/(sqrt(v(t)) + eps) <= (1 - b1)/(sqrt(1 - b2)*sqrt(1 - b1^2/b2))")
FINITE_SQUARE = "(1 - b1)^2/(1 - b2)*Sum(k, 0, t - 1, (b1^2/b2)^k)"


def adam_models(seed: int, count: int, T: int = 12) -> Iterator[Model]:
    """Random models with beta1^2 < beta2 that go through all gradient laws in turn; the same for the same seed.

    The extremal law, which needs beta1 > 0, is given a positive beta1.
    """
    rng = Random(seed)
    for index in range(count):
        dist = list(LAWS)[index % len(LAWS)]
        hyper = random_hyper(rng)
        while dist == "extremal" and not hyper.beta1:
            hyper = random_hyper(rng)
        yield replace(adam_model(rng, T, hyper, dist), label=f"model {index} (seed {seed}, {dist} gradients)")
