"""The command `rate`: the rate T^(-1/4) and its constant."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from ...bounds.formulas.parameters import MEANINGS, constants_for_factors
from ...support.columns import aligned
from ...support.parsing import rational
from .. import idle, terminal
from ..calculator import DIGITS, VIOLATED, enclosed, input_options, refusing
from ..json_output import document
from ..number_types import Formula, Steps
from ..options import AS_JSON, HELP, examples
from ..terminal import formula, labelled

if TYPE_CHECKING:
    from ...bounds.constant import RateConstant

RATE_INPUTS = ("gap", "grad1", "L0", "L1", "q", "sigma0", "sigma1", "p", "dim", "Gp", "Gq")
FACTOR = Formula("1/2, 0.5 or 2/3", lambda hint: 0 < rational(hint) <= 1)


@click.command(
    "rate",
    context_settings=HELP,
    epilog=examples(
        "rate --gap 1 --grad1 4 --L0 1 --sigma0 1 --dim 16",
        "rate --gap 1 --grad1 4 --L0 1 --sigma0 1 --dim 16 --alpha 1/2 --beta 1/2 --at 1,10,1e6 --digits 20",
    ),
)
@input_options([name for name in MEANINGS if name in RATE_INPUTS])
@click.option("--alpha", type=FACTOR, default="1/2", show_default=True, help="1 - beta1 = alpha*T^-1/2.")
@click.option("--beta", type=FACTOR, default="1/2", show_default=True, help="1 - beta2 = beta*T^-1/2.")
@click.option("--gamma0", type=FACTOR, default="1", show_default=True, help="lr = gamma0*T^-3/4/sqrt(d).")
@click.option("--at", type=Steps(), help="Values of T in the table, comma-separated.  [default: 1,2,10,1e3,1e6,1e12]")
@DIGITS
@AS_JSON
@click.pass_context
def command(
    ctx: click.Context,
    /,
    alpha: str,
    beta: str,
    gamma0: str,
    at: tuple[int, ...] | None,
    digits: int,
    as_json: bool,
    **inputs: Any,
) -> None:
    """Compute the rate T^(-1/4) with its explicit constant K: the bound is at most K*sqrt(d)/T^(1/4) for every T.

    Prints K as a formula and as a number, and compares K*sqrt(d)/T^(1/4) with the main theorem's bound on that
    schedule. If L1 > 0, the theorem applies from some T on, because lr must be small compared with 1/L1.

    Exit status: 0 the theorem applies at every T of the table, 1 it does not apply at some T, 2 usage error.
    """
    from ...bounds.constant import STEPS, rate_constant
    from ...bounds.problem import Problem
    from ...bounds.ranges import ProblemError

    try:
        problem = Problem(**{name: value for name, value in inputs.items() if value is not None})
        found = rate_constant(problem, alpha, beta, gamma0, STEPS if at is None else at, digits)
    except ProblemError as error:
        raise refusing(error) from error
    code = 0 if found.holds else VIOLATED
    terminal.say(document("rate", code, **rate_data(found)) if as_json else rate_text(found))
    for doubt in constants_for_factors({"alpha": alpha, "beta": beta}):
        terminal.warn(labelled("Note: ", f"{doubt}."))
    idle.note(
        (
            ("without --L1 above 0", problem.L1 == 0, ("q", "Gq")),
            ("without --sigma1 above 0", problem.sigma1 == 0, ("p", "Gp")),
        )
    )
    ctx.exit(code)


def rate_text(found: RateConstant) -> str:
    from ...bounds.ranges import shown

    digits = found.digits
    settings = ", ".join(f"{name} = {shown(value)}" for name, value in found.settings.items())
    lines = [labelled("with ", settings), "", f"K = {found.K.decimals(digits)[1]} (rounded up), the sum of"]
    lines += [
        formula(f"  {name:<17} {share.decimals(digits)[1]:>{digits + 6}}  = ", found.formulas[name])
        for name, share in found.shares.items()
    ]
    rows = [("T", "bound", "K*sqrt(d)/T^(1/4)")]
    rows += [(_steps(row.steps), row.bound.decimals(digits)[1], row.limit.decimals(digits)[1]) for row in found.rows]
    marks = ["", *("" if row.holds else "  does not apply" for row in found.rows)]
    table = [line + mark for line, mark in zip(aligned(rows), marks, strict=True)]
    return "\n".join([*lines, "", *(f"  {line}" for line in table), *_where_it_fails(found)])


def _where_it_fails(found: RateConstant) -> list[str]:
    if found.holds:
        return []
    failing = dict.fromkeys(formula for row in found.rows for formula in row.failing)
    text = f"DOES NOT APPLY at the marked T: {'; '.join(failing)} fails there, so those numbers are not bounds."
    return ["", labelled("", text)]


def _steps(count: int) -> str:
    from ...bounds.formulas.evaluation import decimal

    return str(count) if count < 10**6 else decimal(Fraction(count), 6, up=False)


def rate_data(found: RateConstant) -> dict[str, Any]:
    digits = found.digits
    return {
        "settings": {name: str(value) for name, value in found.settings.items()},
        "K": enclosed(found.K, digits),
        "shares": [
            {"name": name, "formula": found.formulas[name], **enclosed(share, digits)}
            for name, share in found.shares.items()
        ],
        "rows": [
            {
                "steps": str(row.steps),
                "bound": enclosed(row.bound, digits),
                "limit": enclosed(row.limit, digits),
                "holds": row.holds,
            }
            for row in found.rows
        ],
        "holds": found.holds,
    }
