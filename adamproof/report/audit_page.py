"""The page about one record: its verdicts, u beside R_t by layer and time, noise and smoothness, layers, the bound.

Names come from the record, and go through `escape`.  The page has no script, and needs nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ..audit import probes
from ..audit.constants import IF, Found, constants, contradictions, divergence, missing
from ..audit.errors import AuditError
from ..audit.heading import about, counted
from ..audit.magnitude import largest
from ..audit.record import Run
from ..audit.verdicts import HOLDS, MEMORY, REJECTED, SEEN, Verdict, last, magnitudes, mean_u, over_layers
from .charts import Series, chart, heat_map
from .html.page import style

if TYPE_CHECKING:
    from ..audit.statistics import Fit
    from ..bounds.certified import Bound

MOST_ROWS, MOST_COLUMNS, MOST_POINTS = 60, 100, 400
FEWER = "|u o g|_1/|g|_1 needs gradients, which full records have alone; the last of them may be before the last step."
ANOTHER = "The record contradicts its betas: the theorem is not about this optimizer, nor is what follows"
MOST_LAYERS = 300  # of the table
Array = NDArray[np.float64]
BADGES = {HOLDS: "good", REJECTED: "bad", SEEN: "seen"}  # of other words: open
READ = """<p><b>HOLDS</b>: in every record that can be compared, up to rounding. <b>SEEN</b>: measured, which says
nothing of what was not. <b>REJECTED</b>: the values contradict the statement. <b>UNIDENTIFIED</b>: the
measurements do not determine it. <b>CANNOT TELL FROM ONE RUN</b>: replicates would (<code>adamproof audit
compare</code>). Nothing here is proved by the run: only u &le; R<sub>t</sub> is a theorem, about every
sequence of gradients.</p>"""


LETTERS = {
    "call": "a call of the optimizer since the recording began",
    "t": "Adam's own count of a layer's steps",
    "g, a, xi": "the gradient of a mini-batch, that of the loss itself, and the noise g - a",
    "m, v": "Adam's moments; mhat = m/(1 - beta1^t) and vhat = v/(1 - beta2^t) are those with bias correction",
    "u": "|mhat|/(sqrt(vhat) + epsilon), for each coordinate: how many learning rates it moves in a step",
    "o, d": "the product by coordinates; the number of coordinates",
    "layer": "a parameter tensor of the model, as the optimizer has it",
    "|x|_1, |x|_2, |x|": "the sum of the sizes of x's coordinates; the root of the sum of their squares; the same",
    "sigma": "the root of the mean of |xi|_2^2, of a batch of the training's size",
    "p, sigma0, sigma1": "the mean of |xi|^2 is at most sigma0^2 + sigma1^2 |a|^p",
    "L, q, L0, L1": "the gradient changes by at most L times the length of the way, L = L0 + L1 |a|^q",
    "R": "the limit of R_t for large t, where there is one: no u is larger",
    "D": "the largest difference of two distribution functions, from 0 to 1",
    "start": "the steps up to t = 1/(1 - beta1)",
}


def page(run: Run, found: Sequence[Verdict]) -> str:
    """The whole page."""
    title = f"Audit of {run.path}"
    parts = [
        ("verdicts", "What the run says", _verdicts(found)),
        ("magnitude", "u beside R_t, by layer", _heat(run)),
        ("time", "Over time", _over_time(run)),
        ("probes", "Noise and smoothness", _scatter(run)),
        ("layers", "Layers", _layers(run)),
        ("bound", "The bound with these constants", _bound(run)),
    ]
    contents = "".join(f'<li><a href="#{place}">{escape(name)}</a></li>' for place, name, _ in parts)
    sections = "\n".join(
        f'<section aria-labelledby="{place}"><h2 id="{place}">{escape(name)}</h2>{body}</section>'
        for place, name, body in parts
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style()}</style>\n</head>\n<body>\n"
        f"<header><h1>{escape(title)}</h1><p>{escape(about(run))}</p></header>\n"
        f'<nav aria-label="Contents"><b>Contents</b><ul>{contents}</ul></nav>\n'
        f'<main id="main">\n{READ}\n{_letters(run)}\n{sections}\n</main>\n</body>\n</html>\n'
    )


def _letters(run: Run) -> str:
    """What the names on the page mean, with R_t of the last record."""
    group, t = run.groups[0], run.t[run.known]
    here = ""
    if t.size:
        here = f": {largest(group['beta1'], group['beta2'], [t.max()])[0]:.3g} at t = {t.max():.0f}, the last one here"
    meanings = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in LETTERS.items())
    return (
        f"<details><summary>What the letters mean</summary><dl>{meanings}<dt>R_t</dt><dd>the largest u that any "
        f"gradients can give at step t{escape(here)}</dd></dl></details>"
    )


def _verdicts(found: Sequence[Verdict]) -> str:
    rows = "\n".join(
        f'<tr><th scope="row">{escape(each.subject)}</th><td data-label="Word">{_badge(each.word)}</td>'
        f'<td data-label="Says">{_prose(each.text)}</td></tr>'
        for each in found
    )
    head = '<tr><th scope="col">About</th><th scope="col">Word</th><th scope="col" class="broad">Says</th></tr>'
    return f'<table class="cards"><thead>{head}</thead><tbody>\n{rows}\n</tbody></table>'


def _badge(word: str) -> str:
    return f'<span class="badge {BADGES.get(word, "open")}">{escape(word)}</span>'


def _prose(text: str) -> str:
    """A sentence in which commands stand between backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))


def _heat(run: Run) -> str:
    ratio = magnitudes(run).ratio
    named = [number for number in range(len(run.layers)) if np.isfinite(ratio[:, number]).any()]
    largest = np.array([np.nanmax(ratio[:, number]) for number in named])
    shown = sorted(np.array(named, dtype=int)[np.argsort(-largest)[:MOST_ROWS]].tolist()) if named else []
    columns = _spread(len(run.at), MOST_COLUMNS)
    label = (
        "The largest u of each layer as a part of R_t: pale is 0, dark red is 1, the most that is possible (and what "
        "step 1 has, whatever the gradients are)"
    )
    rows = [ratio[columns, number].tolist() for number in shown]
    drawn = heat_map(label, [run.layers[number].name for number in shown], run.at[columns].tolist(), rows)
    rest = len(named) - len(shown)
    return drawn + (f"<p>{counted(rest, 'layer')} with smaller values left out.</p>" if rest > 0 else "")


def _spread(count: int, most: int) -> NDArray[np.int64]:
    """At most so many places among `count`, the first and the last among them."""
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(np.int64)) if count else np.array([], np.int64)


def _over_time(run: Run) -> str:
    with np.errstate(invalid="ignore", divide="ignore"):
        share = over_layers(run, "ug") / over_layers(run, "g1")
    series = []
    for label, values in (("mean of u", mean_u(run)), ("|u o g|_1/|g|_1, mini-batches", share)):
        found = np.flatnonzero(np.isfinite(values))
        places = found[_spread(found.size, MOST_POINTS)]
        series.append(Series(label, run.at[places].tolist(), values[places].tolist()))
    drawn = chart("u over the calls of the optimizer", "call", "u", series, False, True) + f"<p>{FEWER}</p>"
    if not run.probes:
        return drawn
    when = [float(probe["at"]) for probe in run.probes]
    c, u = probes.ratio(run), probes.sharing(run)
    bounds = [
        Series("|a|_1/(sqrt(d)|a|_2), at least", when, c[0].tolist()),
        Series("|a|_1/(sqrt(d)|a|_2), at most", when, c[1].tolist()),
        Series("|u o a|_1/|a|_1, at least", when, u[0].tolist()),
        Series("|u o a|_1/|a|_1, at most", when, u[1].tolist()),
    ]
    return drawn + chart("Ratios with the true gradient a, between bounds", "call", "", bounds, False, False)


def _scatter(run: Run) -> str:
    if not run.probes:
        return f"<p>{escape(missing(run))}.</p>"
    try:
        inputs = constants(run)
    except AuditError:  # several betas: there is no bound, whose constants could be drawn
        inputs = {}
    a = probes.gradient(run)[0]
    noise, steps = probes.column(run, "noise2"), probes.smoothness(run)
    return _with_fit(
        "Noise: E|xi|^2 against |a|", ("|a|", "E|xi|^2"), a, noise, probes.noise(run),
        {name: inputs[name] for name in ("sigma0", "sigma1", "p") if name in inputs}, 2,
    ) + _with_fit(
        "Smoothness along the path: the gradient's change over the step, against |a|", ("|a|", "L"), a, steps,
        probes.along_path(run), {name: inputs[name] for name in ("L0", "L1", "q") if name in inputs}, 1,
        probes.unmeasured(run),
    )  # fmt: skip


def _with_fit(
    label: str,
    axes: tuple[str, str],
    x: Array,
    y: Array,
    fit: Fit | None,
    inputs: Mapping[str, Found],
    power: int,
    why: str = "",
) -> str:
    """The probes, the fit if there is one, and what the bound takes.

    inputs: of the bound, a constant, a factor and maybe an exponent.  power: with which the first two enter.
    why: nothing was measured, or "".
    """
    series = [Series("probes", x.tolist(), y.tolist(), joined=False)]
    said = [why or "no probe measured it"]
    if fit is not None:
        where = np.geomspace(np.nanmin(x), np.nanmax(x), 50)
        if fit.identified:
            curve = fit.constant + fit.factor * where**fit.exponent
            series.append(Series("fit", where.tolist(), curve.tolist()))
        said = [f"exponent {fit.low:.2f}..{fit.high:.2f}" if fit.identified else f"exponent UNIDENTIFIED: {fit.why}"]
    if fit is not None and inputs:
        constant, factor, *exponent = (float(each.value) for each in inputs.values())
        taken = constant**power + factor**power * where ** (exponent[0] if exponent else 0.0)
        series.append(Series("what the bound takes", where.tolist(), taken.tolist()))
        said += [f"{name} = {each.value} ({each.how})" for name, each in inputs.items()]
    text = "".join(f"<li>{escape(each)}</li>" for each in said)
    return chart(label, *axes, series, True, True) + f"<ul>{text}</ul>"


def _layers(run: Run) -> str:
    late = run.t > MEMORY / (1.0 - run.of_layers("beta1"))  # at the start u is near R_t whatever the gradients are
    ratio = np.where(late, magnitudes(run).ratio, np.nan)
    rows = []
    for number, layer in list(enumerate(run.layers))[:MOST_LAYERS]:
        known = np.flatnonzero(run.known[:, number])
        cells = [f"{layer.n}", layer.v or "no step"]
        if known.size:
            n = max(1, layer.n)
            zero, near = (last(run, name)[number] / n for name in ("zero", "eps"))
            top = ratio[known, number]
            cells += [f"{run.t[known[-1], number]:.0f}", _percent(zero), _percent(near)]
            cells.append(f"{np.nanmax(top):.3g}" if np.isfinite(top).any() else "-")
        else:
            cells += ["-"] * 4
        rows.append(
            f'<tr><th scope="row">{escape(layer.name)}</th>{"".join(f"<td>{escape(c)}</td>" for c in cells)}</tr>'
        )
    heads = ("Layer", "n", "type of v", "t", "m = 0", "sqrt(vhat) < 10 eps", "largest u/R_t after the start")
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    rest = len(run.layers) - len(rows)
    more = f"<p>{counted(rest, 'more layer')}.</p>" if rest > 0 else ""
    body = "\n".join(rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>{more}'


def _percent(part: float) -> str:
    return f"{100 * part:.3g} %"


def _bound(run: Run) -> str:
    """The main theorem's bound, term by term, and where its inputs come from."""
    from ..bounds.ranges import ProblemError

    try:
        inputs = constants(run)
        found = _certified(inputs)
    except (AuditError, ProblemError) as error:
        why = missing(run)
        return f"<p>There is no bound: {escape(' '.join(str(error).split()))}{escape(f'; {why}' if why else '')}.</p>"
    uncovered = ", ".join(found.uncovered)
    another = contradictions(run)
    before = f"<p><b>{escape(ANOTHER)}</b>: {escape('; '.join(another))}.</p>" if another else ""
    before += f"<p>{escape(diverged)}</p>" if (diverged := divergence(run)) else ""
    said = [f"The largest term is the {found.binding}."]
    said += [
        f"The total is {each.ratio.decimals(3)[1]} times {each.text}, {each.why}."
        for each in found.compared
        if each.ratio
    ]
    said += [f"The theorem does not cover what this training has: {uncovered}."] if uncovered else []
    said += [] if found.holds else ["A hypothesis fails on these numbers: it is a number, and no bound."]
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value.decimals(5)[1])}</td>'
        f"<td>{_percent(float(found.shares[name].high))}</td></tr>"
        for name, value in found.terms.items()
    )
    total = f'<tr><th scope="row">total</th><td>{escape(found.total.decimals(5)[1])}</td><td></td></tr>'
    how = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(str(each.value))} ({escape(each.how)})</dd>"
        for name, each in inputs.items()
    )
    return (
        f"{before}<p>{escape(' '.join(said))} All of it {escape(IF)}.</p>"
        f'<table><thead><tr><th scope="col">{escape(found.theorem.left)} is at most</th><th scope="col">value</th>'
        f'<th scope="col">share</th></tr></thead><tbody>{rows}{total}</tbody></table>'
        f"<h3>Where the inputs come from</h3><dl>{how}</dl>"
        f"<p><code>adamproof bound --from {escape(run.path)}</code> says it with the hypotheses, and for which "
        "learning rates they hold.</p>"
    )


def _certified(inputs: dict[str, Found]) -> Bound:
    from ..bounds.certified import certify
    from ..bounds.problem import from_mapping
    from ..bounds.training import training_of

    values = {name: each.value for name, each in inputs.items()}
    return certify(*from_mapping(values), training=training_of(values))


__all__ = ["page"]
