"""What a training has beside Adam's recursions, and which of it a theorem covers.

    coverage("main", Training(bias_correction=True, weight_decay="0.1", decoupled=True))

A bound speaks of one constant learning rate and of unbiased gradients of F.  Real trainings have more: each such trait
is covered by a lemma, or it is not, and every answer of the calculator says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from ..support.parsing import NumberError, rational
from .formulas.parameters import TRAINING
from .formulas.statement import CORRECTED
from .ranges import NONNEGATIVE, ProblemError, shown
from .ranges import checked as checked_number
from .theorems.compiled import slug_of

CONSTANT = "constant"
NO_SCHEDULE = (CONSTANT, "none", "no", "off", "fixed")  # in any case; whoever writes this has a constant learning rate
BIAS_CORRECTION, WEIGHT_DECAY, SCHEDULE, CLIPPING = (
    "bias correction",
    "weight decay",
    "schedule or warm-up",
    "gradient clipping",
)
LONGEST = 80  # characters of a schedule's description


@dataclass(frozen=True)
class Training:
    """The traits of a training; None where nobody has said.

    bias_correction: bool.  weight_decay: a number (per step and learning rate), 0 for none.  decoupled: bool, whether
    the decay acts on the parameters (AdamW) and not through the gradient.  clipping: the largest norm of a gradient, in
    units of the loss divided by those of the parameters, 0 for none.  lr_schedule: "constant" or "none", or a few words
    on the schedule and its warm-up.  Raises ProblemError with one sentence.
    """

    bias_correction: bool | None = None
    weight_decay: Any = None
    decoupled: bool | None = None
    clipping: Any = None
    lr_schedule: str | None = None

    def __post_init__(self) -> None:
        for name in ("bias_correction", "decoupled"):
            if getattr(self, name) not in (None, True, False):
                raise ProblemError(f"{name} must be true or false, not {getattr(self, name)!r:.40}")
        for name in ("weight_decay", "clipping"):
            value = getattr(self, name)
            if value is not None:
                number = checked_number(name, value, NONNEGATIVE)
                if getattr(number, "free_symbols", True):
                    raise ProblemError(f"{name} must be one number, not {value!s:.40}")
                object.__setattr__(self, name, number)
        if self.lr_schedule is not None:
            object.__setattr__(self, "lr_schedule", _schedule_in_words(self.lr_schedule))

    def data(self) -> dict[str, Any]:
        """The traits by name, numbers as text, for JSON."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: value if value is None or isinstance(value, bool | str) else str(value)
            for name, value in values.items()
        }


def _schedule_in_words(words: Any) -> str:
    """The description of a schedule, CONSTANT for none.  Raises ProblemError."""
    if not (isinstance(words, str | int) and _is_number(str(words))):
        if not (isinstance(words, str) and words.isprintable() and words.strip() and len(words) <= LONGEST):
            raise ProblemError(f"lr_schedule must be one line of at most {LONGEST} characters, such as cosine")
        return CONSTANT if words.strip().lower() in NO_SCHEDULE else words
    raise ProblemError(f"lr_schedule must be words such as cosine, or {CONSTANT} if there is no schedule, not {words}")


def _is_number(text: str) -> bool:
    try:
        rational(text)
    except NumberError:
        return False
    return True


@dataclass(frozen=True)
class Covered:
    """One trait: whether the training has it (None: not said), whether the theorem covers it, by which lemma, why.

    needs: what the theorem assumes in its place.

    trait: its name.  present: whether the training has it.  covered: whether the theorem allows it.
    by: the lemma that does.  why: one sentence.
    """

    trait: str
    present: bool | None
    covered: bool
    by: str | None
    why: str
    needs: str

    @property
    def text(self) -> str:
        """What a report says of it."""
        if self.present is False:
            return self.why
        found = "covered" if self.covered else "not covered"
        by = f" ({self.by})" if self.by else ""
        return f"{found}{by}{': ' if self.why else ''}{self.why}"

    def data(self) -> dict[str, Any]:
        return {
            "trait": self.trait,
            "present": self.present,
            "covered": self.covered,
            "by": self.by,
            "why": self.why,
            "needs": self.needs,
        }


def coverage(name: str, training: Training) -> tuple[Covered, ...]:
    """What the theorem of this name covers of a training: bias correction, weight decay, schedule, clipping."""
    return (_bias_correction(name, training), _weight_decay(training), _schedule(training), _clipping(training))


def _bias_correction(name: str, training: Training) -> Covered:
    trait, present, without = BIAS_CORRECTION, training.bias_correction, slug_of(name)
    needs = "m and v are not divided by 1 - beta^t"
    if present is False:
        return Covered(trait, False, True, without, f"none, as in {without}", needs)
    if name in CORRECTED:
        also = "" if present else "the bound is the same without it"
        return Covered(trait, present, True, slug_of(name, bias_correction=True), also, needs)
    return Covered(trait, present, False, None, f"{without} is not proved here with it", needs)


def place_of_epsilon(name: str, training: Training) -> str:
    """Where epsilon stands in the theorem's Adam, and in whose Adam it does."""
    if name in CORRECTED and training.bias_correction is not False:
        return "beside sqrt(vhat), as in PyTorch and optax, unlike Keras"
    return "beside sqrt(v), not vhat: PyTorch's Adam is another one"


def _weight_decay(training: Training) -> Covered:
    trait, decay = WEIGHT_DECAY, training.weight_decay
    needs = "the step is Adam's alone" if training.decoupled is not False else "the gradients are those of F alone"
    if decay is not None and decay == 0:
        return Covered(trait, False, True, None, "none", needs)
    has = "" if decay is None else f"{shown(decay)}; "
    if training.decoupled is False:
        why = "coupled decay is Adam on F + weight_decay/2*|x|^2, so all parameters must describe this sum"
    else:
        why = "no theorem here includes it"
    return Covered(trait, None if decay is None else True, False, None, has + why, needs)


def _schedule(training: Training) -> Covered:
    trait, words, needs = SCHEDULE, training.lr_schedule, "one learning rate for the whole run"
    if words == CONSTANT:
        return Covered(trait, False, True, None, "none, the learning rate is constant", needs)
    why = f"{'' if words is None else f'{words}; '}the bound assumes a constant learning rate"
    return Covered(trait, None if words is None else True, False, None, why, needs)


def _clipping(training: Training) -> Covered:
    trait, norm, needs = CLIPPING, training.clipping, "gradients are unbiased"
    if norm is not None and norm == 0:
        return Covered(trait, False, True, None, "none", needs)
    has = "" if norm is None else f"at {shown(norm)}; "
    why = "clipped gradients are biased"
    return Covered(trait, None if norm is None else True, False, None, has + why, needs)


UNKNOWN = Training()


def uncovered(found: Iterable[Covered]) -> tuple[str, ...]:
    """The traits that the training is known to have and the theorem does not cover.

    found: what `coverage` gives.
    """
    return tuple(one.trait for one in found if one.present and not one.covered)


def training_of(values: Mapping[str, Any]) -> Training:
    """The traits among these inputs."""
    return Training(**{name: values[name] for name in TRAINING if name in values})


__all__ = [
    "BIAS_CORRECTION",
    "CONSTANT",
    "SCHEDULE",
    "UNKNOWN",
    "Covered",
    "Training",
    "coverage",
    "place_of_epsilon",
    "training_of",
    "uncovered",
]
