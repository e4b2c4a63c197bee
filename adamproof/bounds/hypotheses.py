"""What a bound assumes of a run and numbers do not decide, in three groups: of every Adam, of the loss and the noise,
and what is not true of the optimiser at hand.

An assumption that is not named here counts as one about the loss and the noise.
"""

from __future__ import annotations

from dataclasses import dataclass

from .certified import Bound
from .training import BIAS_CORRECTION

# How m and v enter the step: another with bias correction than without.
FORM = (
    "u is |m|/(sqrt(v) + epsilon)",
    "x moves by Adam's step",
    "mhat is m/(1 - beta1^t)",
    "vhat is v/(1 - beta2^t)",
    "u is |mhat|/(sqrt(vhat) + epsilon)",
    "the step is -gamma*mhat/(sqrt(vhat) + epsilon)",
)
ADAM = (
    "m starts at 0",
    "m is a moving average of g",
    "v starts at 0",
    "v is a moving average of g^2",
    *FORM,
    "the step goes along Sign(m)",
    "segments end at the next gradient",
    "the segment ends at the next iterate",
    # What the proof defines:
    "long is an indicator",
    "holds is 1 where the inequality holds",
    "holds is not negative",
    "holds is at most 1",
)
# Of those about the loss and the noise, what only says that means and integrals exist.
REGULARITY = (
    "A2: the noise has finite variance",
    "F(x_{t+1}) - F(x_t) is the integral of the slope",
    "the slope along the segment is integrable",
    "E|a_t| is finite",
    "E|a_t|^p is finite",
    "E F(x_1) is finite",
    "E|a_1|^2 is finite",
    "E[v_T] is finite",
)


@dataclass(frozen=True)
class Groups:
    """The names of the assumptions: true of every Adam or by definition; about the loss and the noise; and of what the
    training has and the theorem does not cover, what the theorem needs instead, with the trait.
    """

    adam: tuple[str, ...]
    loss: tuple[str, ...]
    violated: tuple[str, ...]


def grouped(found: Bound) -> Groups:
    """The assumptions of a bound in groups."""
    other = FORM if BIAS_CORRECTION in found.uncovered else ()
    assumed = found.theorem.assumed
    needs = [f"{one.needs} ({one.trait})" for one in found.coverage if one.present and not one.covered]
    return Groups(
        tuple(name for name in assumed if name in ADAM and name not in other),
        tuple(name for name in assumed if name not in ADAM),
        (*(name for name in assumed if name in other), *needs),
    )


__all__ = ["ADAM", "FORM", "REGULARITY", "Groups", "grouped"]
