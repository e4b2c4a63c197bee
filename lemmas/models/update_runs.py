"""Models of the update lemmas: Adam's own recursion run in exact arithmetic (see adamproof.lemmas.models.adam)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from adamproof.lemmas.models.adam import LAWS, Hyper, adam_model, random_hyper
from adamproof.numeric.models import Model

STEPS = 9


def models(rng: Random) -> Iterator[Model]:
    """beta1^2 < beta2 and every gradient law in turn, the extremal one with positive beta1."""
    while True:
        for law in LAWS:
            hyper = random_hyper(rng)
            while law == "extremal" and not hyper.beta1:
                hyper = random_hyper(rng)
            yield adam_model(rng, STEPS, hyper, law)


def positive_beta1(rng: Random) -> Iterator[Model]:
    """As models, but 0 < beta1."""
    return (model for model in models(rng) if model.variables["b1"])


def extremal(rng: Random) -> Iterator[Model]:
    """The extremal gradients with epsilon = 0, where u_t comes as close to R as beta1 and beta2 allow."""
    while True:
        hyper = random_hyper(rng)
        if hyper.beta1:
            yield late(adam_model(rng, 30, Hyper(hyper.beta1, hyper.beta2, Fraction(0)), "extremal"))


def late(model: Model) -> Model:
    """The model at its last time, which shows most."""
    return model.extended(variables={"t": 30}, integers=range(0, 3))


def tight(rng: Random) -> Iterator[Model]:
    """beta1 = beta2 and constant gradients: R = 1 and u_t = 1 from the first step on."""
    while True:
        beta = Fraction(rng.randint(1, 9), 10)
        model = adam_model(rng, STEPS, Hyper(beta, beta, Fraction(0)), "constant")
        yield model.extended(variables={"t": rng.randint(1, STEPS)})


def boundary(rng: Random) -> Iterator[Model]:
    """beta2 = beta1^2: the formula for R is 0 there (1/0 = 0), while u_t is not."""
    while True:
        beta1 = Fraction(rng.randint(10, 95), 100)
        model = adam_model(rng, STEPS, Hyper(beta1, beta1**2, Fraction(0)), "extremal")
        yield model.extended(variables={"t": rng.randint(1, STEPS)})


def negative_epsilon(rng: Random) -> Iterator[Model]:
    """As tight, with a negative epsilon, which lifts u_t above R = 1."""
    return (model.extended(variables={"eps": Fraction(-1, 100)}) for model in tight(rng))


def late_start(rng: Random) -> Iterator[Model]:
    """m_0 = 5 instead of 0, seen at the start."""
    for model in models(rng):
        beta1, m = model.variables["b1"], model.functions["m"]
        moved = {"m": lambda k, m=m, beta1=beta1: m(k) + 5 * beta1**k if k >= 0 else m(k)}
        yield model.extended(variables={"t": 0, "eps": Fraction(1, 100)}, functions=moved)
