"""The command `magnitude`: how large an update can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ...support.columns import aligned
from .. import files, idle, terminal
from ..calculator import ASCII_PICTURES, DIGITS, WEIGHT_DECAY, enclosed, input_options, refusing, remark
from ..json_output import document
from ..options import AS_JSON, HELP, examples
from ..terminal import labelled, whole

if TYPE_CHECKING:
    from ...bounds.formulas.evaluation import Enclosure
    from ...bounds.magnitude import Magnitudes, Map

# The lemma is update-magnitude-tight.
NO_R = "none, as beta1^2 >= beta2: some gradients make u_t as large as one likes, late enough (proved if epsilon = 0)"


@click.command(
    "magnitude",
    context_settings=HELP,
    epilog=examples(
        "magnitude --beta1 0.9 --beta2 0.999 --steps 1000 --digits 30",
        "magnitude --beta1 1-T^-1/2 --beta2 1-T^-3/4 --steps 131072 --eps 1e-3 --V 1",
        "magnitude --beta1 0.9 --beta2 0.999 --weight-decay 0.1",
        "magnitude --map",
        "magnitude --plot r.svg --data r.csv",
    ),
)
@input_options(["beta1", "beta2", "steps", "epsilon", "V", "dim"])
@WEIGHT_DECAY
@DIGITS
@click.option("--map", "as_map", is_flag=True, help="Print a table of R over (beta1, beta2).")
@click.option("--plot", metavar="FILE", help="Plot a heat map of R (PNG or SVG; needs the extra `plots`).")
@click.option("--data", metavar="FILE", help="Write the heat map's data as CSV or JSON.")
@AS_JSON
@ASCII_PICTURES
def command(
    weight_decay: str | None,
    digits: int,
    as_map: bool,
    plot: str | None,
    data: str | None,
    as_json: bool,
    ascii_only: bool,
    **inputs: Any,
) -> None:
    """Bound the update magnitude |m_t|/(sqrt(v_t) + epsilon): R for all t, R_t at a time t, S on average.

    R exists if beta1^2 < beta2, is at least 1, and is 1 exactly at beta1 = beta2.  A NUMBER may be a formula in T and
    d, as for `bound`.  With decoupled weight decay (AdamW), R/weight-decay bounds the parameters.

    Exit status: 0, or 2 for a usage error.
    """
    from ...bounds.magnitude import magnitude_map, magnitudes
    from ...bounds.ranges import ProblemError

    files.expect_drawable(plot, data)
    try:
        if plot or data:
            from ...bounds import plots

            files.write_drawing(plots.map_of_R(), plot, data)
        if as_map:
            found_map = magnitude_map(digits=digits)
            terminal.say(document("magnitude", 0, map=map_data(found_map, digits)) if as_json else map_text(found_map))
            unused = {**inputs, "weight_decay": weight_decay}
            idle.note((("with --map", True, unused), ("with --map but without --json", not as_json, ("digits",))))
            return
        if inputs["beta1"] is None and inputs["beta2"] is None and (plot or data):
            return
        found = magnitudes(**inputs, digits=digits, weight_decay=weight_decay)
    except ProblemError as error:
        raise refusing(error) from error
    terminal.say(document("magnitude", 0, **magnitude_data(found)) if as_json else magnitude_text(found))
    remark(inputs)
    idle.note(
        (
            ("here: S needs V, steps, epsilon > 0 and beta1 < beta2", found.S is None, ("V", "epsilon")),
            ("here: the box needs beta1^2 < beta2 and a decay above 0", found.box is None, ("weight_decay",)),
            ("without a formula in d", all("d" not in str(value) for value in inputs.values()), ("dim",)),
        )
    )


def magnitude_text(found: Magnitudes) -> str:
    from ...bounds.ranges import shown

    rows = [
        ("R", found.R, "u_t <= R for every t (Lemma B.2); also with bias correction"),
        ("R^2 - 1", found.excess, "0 exactly at beta1 = beta2"),
        ("R_t", found.R_t, f"the largest u_t at t = {shown(found.settings.get('steps', found.settings['beta1']))}"),
        ("R_t, corrected", found.corrected, "the largest bias-corrected u_t at that t"),
        ("S", found.S, "root mean square over t = 1..T, if E[v_T] <= V"),
        ("R/decay", found.box, "|x_t| <= max(|x_1|, R/decay) in each coordinate for AdamW, lr*decay <= 1 (adamw-box)"),
    ]
    settings = ", ".join(whole(f"{name} = {shown(value)}") for name, value in found.settings.items())
    lines = [labelled("", settings), ""]
    if found.R is None:
        lines.append(labelled("  R               ", NO_R))
    texts = {name: _ends(value, found.digits) for name, value, _ in rows if value is not None}
    width = max(map(len, texts.values()), default=0)
    told = [labelled(f"  {name:<14}  {texts[name]:<{width}}  ", meaning) for name, _, meaning in rows if name in texts]
    return "\n".join([*lines, *told])


def _ends(value: Enclosure, digits: int) -> str:
    low, high = value.decimals(digits)
    return low if low == high else f"{low} .. {high}"


def magnitude_data(found: Magnitudes) -> dict[str, Any]:
    parts = {"R": found.R, "R^2 - 1": found.excess, "R_t": found.R_t, "R_t corrected": found.corrected}
    parts |= {"S": found.S, "box": found.box}
    return {
        "settings": {name: str(value).replace("**", "^") for name, value in found.settings.items()},
        **{name: value and enclosed(value, found.digits) for name, value in parts.items()},
    }


def map_text(found: Map) -> str:
    """R rounded up to 4 digits; "." where there is none, and brackets in the valley beta1 = beta2."""
    head = ["beta2 \\ beta1", *(str(float(x)) for x in found.beta1)]
    lines = [head]
    for number, (beta2, row) in enumerate(zip(found.beta2, found.rows, strict=True)):
        cells = [str(float(beta2))]
        for column, value in enumerate(row):
            text = "." if value is None else value.decimals(4)[1]
            cells.append(f"[{text}]" if found.valley(number, column) else text)
        lines.append(cells)
    legend = (
        'R, rounded up. ".": beta1^2 >= beta2, no bound for all t. [1]: the valley beta1 = beta2, where R is least.'
    )
    return "\n".join([*aligned(lines), "", labelled("", legend)])


def map_data(found: Map, digits: int) -> list[dict[str, Any]]:
    return [
        {"beta1": str(x), "beta2": str(y), "R": value and enclosed(value, digits)}
        for y, row in zip(found.beta2, found.rows, strict=True)
        for x, value in zip(found.beta1, row, strict=True)
    ]
