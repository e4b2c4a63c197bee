"""The command `schedule`: how a bound falls with T."""

from __future__ import annotations

import click

from ...bounds.formulas.parameters import THEOREMS, constants_for_exponents
from .. import idle, terminal
from ..calculator import refusing
from ..errors import CliError
from ..json_output import document
from ..number_types import Exponent
from ..options import AS_JSON, HELP, examples


@click.command(
    "schedule",
    context_settings=HELP,
    epilog=examples(
        "schedule --beta1 1/2 --beta2 3/4 --lr 3/4",
        "schedule --beta1 1-T^-1/2 --beta2 1-T^-3/4 --lr T^-3/4 --theorem averaged",
        "schedule --best",
    ),
)
@click.option("--beta1", "A", type=Exponent("beta1"), help="A of 1 - beta1 = Theta(T^-A): 1/2, or 1-T^-1/2.")
@click.option("--beta2", "B", type=Exponent("beta2"), help="B of 1 - beta2 = Theta(T^-B).")
@click.option("--lr", "C", type=Exponent("lr"), help="C of lr = Theta(T^-C/sqrt(d)): 3/4, or T^-3/4.")
@click.option("--theorem", type=click.Choice(THEOREMS[:2]), default="main", show_default=True, help="The theorem.")
@click.option("--best", is_flag=True, help="Print only the exponents of the best rate; given exponents stay fixed.")
@click.option("-v", "--verbose", is_flag=True, help="Show why no rate is larger, and what the kernel has proved.")
@AS_JSON
def command(
    A: str | None, B: str | None, C: str | None, theorem: str, best: bool, verbose: bool, as_json: bool
) -> None:
    """Compute how the bound decays with T if 1 - beta1, 1 - beta2 and lr are powers of T, with exact exponents.

    The options take exponents. For constant betas and learning rates use `bound` and `magnitude`.

    Shows the growth of R (or S), the exponent of each term, the rate, the binding term, and the best exponents, with
    the certificate that the kernel checks where -v is given.

    Exit status: 0, or 2 for a usage error.
    """
    from ...bounds.orders.linear_program import ProgramError
    from ...bounds.orders.power_law import OrderError
    from ...bounds.schedule_report import report

    given = {"A": A, "B": B, "C": C}
    if not best and None in given.values():
        missing = [
            f"--{name}" for name, value in zip(("beta1", "beta2", "lr"), given.values(), strict=True) if not value
        ]
        raise CliError(
            f"schedule needs the exponents --beta1, --beta2 and --lr ({', '.join(missing)} missing), or --best"
        )
    texts = {name: value for name, value in zip(("beta1", "beta2", "lr"), (A, B, C), strict=True) if value is not None}
    if mistaken := constants_for_exponents("bound", texts):
        raise CliError(mistaken)
    try:
        found = report({name: value for name, value in given.items() if value is not None}, theorem, best)
    except (OrderError, ProgramError) as error:
        raise refusing(error) from error
    idle.note((("with --json", as_json, ("verbose",)),))
    if as_json:
        terminal.say(document("schedule", 0, **found.data()))
    else:
        terminal.say("\n".join(map(_fitting, found.text(verbose).splitlines())))


def _fitting(line: str) -> str:
    """A line as wide as the terminal; the columns of a table stay."""
    text = line.lstrip()
    return line if len(line) <= terminal.width() else terminal.labelled(line[: -len(text)], text)
