"""The types of numeric options: one syntax everywhere, that of `adamproof.support.parsing`.

Every option or argument that takes a number has one of these types (a test walks over all commands); what cannot be
read, or is out of range, is a CliError in one sentence that names the option.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ..support import parsing
from .errors import CliError

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    ParamType = click.ParamType[Any]  # generic for mypy, and when it runs only in some versions of click
else:
    ParamType = click.ParamType

LARGEST = 10**18  # of a whole number, where an option sets no limit of its own
MOST_STEPS = 10**1000  # that a formula is evaluated at; nothing is run


def option(param: click.Parameter | None) -> str:
    """How users know a parameter: --jobs rather than -j."""
    if not isinstance(param, click.Option):
        return (param.name if param is not None else None) or "the number"
    return next((name for name in param.opts if name.startswith("--")), param.opts[0])


def checked(read: Callable[[str], Any], text: str, param: click.Parameter | None) -> Any:
    """What a function reads in a text.  Raises CliError, with the option's name, where that raises NumberError."""
    try:
        return read(text)
    except parsing.NumberError as error:
        raise CliError(f"{option(param)}: {error}") from error


class Whole(click.IntRange):
    """A whole number in a range, as an int; --help shows the range."""

    name = "number"

    def __init__(self, least: int = 0, most: int | None = None) -> None:
        super().__init__(min=least, max=most)
        self.least, self.most = least, LARGEST if most is None else most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        number: int = checked(parsing.integer, value, param) if isinstance(value, str) else value
        if not self.least <= number <= self.most:
            given = value if isinstance(value, str) and len(value) <= 40 else f"{number:.6e}"
            limits = f"from {self.least} on" if self.max is None and number < self.least else self._limits()
            raise CliError(f"{option(param)} must be a whole number {limits}, not {given}")
        return number

    def _limits(self) -> str:
        power = {LARGEST: "10^18", MOST_STEPS: "10^1000"}.get(self.most)
        return f"from {self.least} to {power or self.most}"


class Real(ParamType):
    """A number, as the float next to it."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = checked(parsing.real, value, param) if isinstance(value, str) else value
        return number


class Formula(ParamType):
    """A number, or a formula in T and d: the text itself, to be read exactly by the calculator."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, str) and not (ctx is not None and ctx.resilient_parsing):  # no SymPy for a completion
            from ..bounds.formulas import exact

            checked(exact, value, param)
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
    from ..bounds.exponents import exponent as of_power

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
            checked(lambda text: exponent(self.of, text), value, param)
        return value


__all__ = ["Exponent", "Formula", "Real", "Steps", "Whole", "exponent"]
