"""What `bound`, `magnitude`, `rate` and `schedule` share: options for inputs, notes on them, values as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from ..bounds.formulas.parameters import DEFAULTS, EXAMPLES, MEANINGS, TRAINING, doubts
from . import terminal
from .errors import CliError
from .number_types import Formula, Whole
from .terminal import labelled

if TYPE_CHECKING:
    from ..bounds.formulas.evaluation import Enclosure

VIOLATED = 1
TRAITS = {
    "bias_correction": "--bias-correction/--no-bias-correction",
    "weight_decay": "--weight-decay",
    "decoupled": "--decoupled/--coupled",
    "clipping": "--clipping",
    "lr_schedule": "--lr-schedule",
}
SHORTER = {"gap": ("--D",), "epsilon": ("--eps",), "steps": ("--T",)}
ASCII_PICTURES = click.option("--ascii", "ascii_only", is_flag=True, help="Draw bars and maps in ASCII.")
DIGITS = click.option("--digits", type=Whole(1, 1000), default=6, show_default=True, help="Number of certified digits.")
Command = Callable[..., Any]


def input_options(names: Iterable[str]) -> Callable[[Command], Command]:
    """An option for each input, with its meaning and default."""

    def decorate(command: Command) -> Command:
        for name in reversed(list(names)):
            default = f" [default: {DEFAULTS[name]}]" if name in DEFAULTS else ""
            flags = [f"--{name}", *SHORTER.get(name, ())]
            command = click.option(*flags, name, type=_formula(name), help=MEANINGS[name] + default)(command)
        return command

    return decorate


def _formula(name: str) -> Formula:
    """The type of an option for an input or a trait, whose hints keep its rule."""

    def fits(hint: str) -> bool:
        from ..bounds.ranges import FIELDS, NONNEGATIVE, ProblemError, checked

        try:
            checked(name, hint, FIELDS[name].rule if name in FIELDS else NONNEGATIVE)
        except ProblemError:
            return False
        return True

    return Formula(EXAMPLES.get(name, Formula().examples), fits)


def training_options(command: Command) -> Command:
    """An option for each trait of a training that a theorem may or may not cover."""
    for name, flags in reversed(TRAITS.items()):
        kind: Any = {"type": _formula(name)} if name in ("weight_decay", "clipping") else {"default": None}
        command = click.option(flags, name, help=f"Training: {TRAINING[name]}.", **kind)(command)
    return command


WEIGHT_DECAY = click.option(
    TRAITS["weight_decay"], type=_formula("weight_decay"), help=f"Training: {TRAINING['weight_decay']}, decoupled."
)


def refusing(error: Exception) -> CliError:
    """An error of the calculator, as one line."""
    return CliError(" ".join(str(error).split()))


def remark(values: Mapping[str, Any]) -> None:
    """Say on standard error what looks as if something else was meant; the answer stands as it is."""
    from ..bounds.powers import doubts_of_formulas

    for doubt in [*doubts(values), *doubts_of_formulas(values)]:
        terminal.warn(labelled("Note: ", f"{doubt}."))


def upper(value: Enclosure, digits: int) -> str:
    """The upper end as a decimal with this many digits, or with as many as the enclosure has."""
    while digits > 1 and _apart(value, digits):
        digits -= 1
    return value.decimals(digits)[1]


def _apart(value: Enclosure, digits: int) -> bool:
    """Whether the ends, as decimals, differ by more than two in the last digit, which rounding outward can do."""
    low, high = map(Decimal, value.decimals(digits))
    last = Decimal((0, (1,), max(low.adjusted(), high.adjusted()) - digits + 1))
    return high - low > 2 * last


def enclosed(value: Enclosure, digits: int) -> dict[str, Any]:
    """Both ends, rounded outward; the exact fraction where it is known and short."""
    low, high = value.decimals(digits)
    fraction = str(value.low) if value.exact else None
    return {"low": low, "high": high, "exact": fraction if fraction and len(fraction) <= 200 else None}
