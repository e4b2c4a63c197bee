"""The types of numeric options: one syntax everywhere, that of `adamproof.support.parsing`.

Every option or argument that takes a number has one of these types (a test walks over all commands); what cannot be
read, or is out of range, is a CliError in one sentence that names the option.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

import click

from ..bounds.formulas.parameters import constants_for_exponents
from ..support import parsing
from .errors import CliError

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    ParamType = click.ParamType[Any]  # generic for mypy, and when it runs only in some versions of click
else:
    ParamType = click.ParamType

LARGEST = 10**18  # of a whole number, where an option sets no limit of its own
RANGE = re.compile(r"[0-9]+\s*(?:-|\.\.|\N{EN DASH})\s*[0-9]+")
MOST_STEPS = 10**1000  # that a formula is evaluated at; nothing is run


def option(param: click.Parameter | None) -> str:
    """How users know a parameter: --jobs rather than -j."""
    if not isinstance(param, click.Option):
        return (param.name if param is not None else None) or "the number"
    return next((name for name in param.opts if name.startswith("--")), param.opts[0])


def checked(
    read: Callable[[str], Any],
    text: str,
    param: click.Parameter | None,
    examples: str = "",
    fits: Callable[[str], bool] = lambda _: True,
) -> Any:
    """What a function reads in a text, which raises NumberError, or CliError for a number that the option refuses.

    Raises CliError with the option's name; what it says to write instead is what the option takes: `examples`, or a
    hint that can be read and that fits.
    """

    def allows(hint: str) -> bool:
        try:
            read(hint)
        except (parsing.NumberError, CliError):
            return False
        return fits(hint)

    try:
        return read(text)
    except parsing.NumberError as error:
        raise CliError(f"{option(param)}: {error.fitted(allows, examples)}") from error


class Whole(click.IntRange):
    """A whole number in a range, as an int; --help shows the range."""

    name = "number"

    def __init__(self, least: int = 0, most: int | None = None) -> None:
        super().__init__(min=least, max=most)
        self.least, self.most = least, LARGEST if most is None else most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, str):
            if RANGE.fullmatch(value.strip()):
                raise CliError(f"{option(param)} takes one whole number, not the range {value.strip()[:40]}")
            small = "" if self.most >= 10**5 else f"{self.least} or {self.most}"
            number: int = checked(lambda text: self._allowed(parsing.integer(text), text, param), value, param, small)
            return number
        return self._allowed(value, value, param)

    def _allowed(self, number: int, value: Any, param: click.Parameter | None) -> int:
        if not self.least <= number <= self.most:
            given = value if isinstance(value, str) and len(value) <= 40 else f"{number:.6e}"
            limits = f"from {self.least} on" if self.max is None and number < self.least else self._limits()
            raise CliError(f"{option(param)} must be a whole number {limits}, not {given}")
        return number

    def _limits(self) -> str:
        power = {LARGEST: "10^18", MOST_STEPS: "10^1000"}.get(self.most)
        return f"from {self.least} to {power or self.most}"


class Real(ParamType):
    """A number, as the float next to it.

    The range is for hints alone (least <= number < below): who runs it refuses what is outside, in words of its own.
    """

    name = "number"

    def __init__(self, least: float = -math.inf, below: float = math.inf) -> None:
        self.least, self.below = least, below

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = checked(parsing.real, value, param, fits=self.fits) if isinstance(value, str) else value
        return number

    def fits(self, hint: str) -> bool:
        return self.least <= parsing.real(hint) < self.below


class Formula(ParamType):
    """A number, or a formula in T and d: the text itself, to be read exactly by the calculator.

    For its refusals: numbers that the option takes, and whether it takes the number of a hint.
    """

    name = "number"

    def __init__(self, examples: str = parsing.Parser.accepted, fits: Callable[[str], bool] = lambda _: True) -> None:
        self.examples, self.fits = examples, fits

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and not (ctx is not None and ctx.resilient_parsing):  # no SymPy for a completion
            from ..bounds.formulas.written import exact

            checked(exact, value, param, self.examples, self.fits)
        return value


class Steps(ParamType):
    """Numbers of steps, by commas, as ints."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        if not isinstance(value, str):
            return tuple(value)
        return tuple(Whole(1, MOST_STEPS).convert(part, param, ctx) for part in value.split(","))


def exponent(of: str, text: str) -> Fraction:
    """The exponent in text of beta1, beta2 or lr; SymPy is imported if it is a power of T.  Raises NumberError."""
    if "T" not in text:
        return parsing.rational(text)
    from ..bounds.powers import exponent as of_power

    return of_power(of, text)


class Exponent(ParamType):
    """A of 1 - beta = Theta(T^-A) or of lr = Theta(T^-A/sqrt(d)), or that power itself: the text, which was read.

    Commands refuse texts that look like the constants themselves (`constants_for_exponents`).
    """

    name = "exponent"

    def __init__(self, of: str) -> None:
        self.of = of

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and not (ctx is not None and ctx.resilient_parsing):
            examples = "3/4, 0.75 or T^-3/4" if self.of == "lr" else "1/2, 0.5 or 1-T^-1/2"
            checked(lambda text: exponent(self.of, text), value, param, examples, self.fits)
        return value

    def fits(self, hint: str) -> bool:
        return not constants_for_exponents("", {self.of: hint})


__all__ = ["Exponent", "Formula", "Real", "Steps", "Whole", "exponent"]
