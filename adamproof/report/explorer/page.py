"""The explorer's page, alone or as a section of a report: MathML, tables, pictures by a script that stands in the page.

Without the script it shows one setting and one schedule, which were certified when the page was written.  With it the
sliders show others, in doubles of about 31 digits: these numbers are not certified, and the command beside them is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ...bounds import verdict_words
from ...bounds.certified import Bound
from ...bounds.formulas.evaluation import Enclosure
from ...bounds.formulas.parameters import DEFAULTS, MEANINGS
from ...bounds.formulas.symbols import SYMBOLS
from ...bounds.orders.order import Order
from ...bounds.schedule_report import MEANING, Report
from ...support import package_data
from ..html.pieces import fact, formula
from . import content, javascript, typeset
from .content import SAID, SCHEDULE, Explorer, Slider

TITLE = "adamproof: the bound and the exponents, to explore"
SCRIPTS = ("numbers.js", "answers.js", "charts.js", "page.js")
BROUGHT_IN_BY_SCALE = SYMBOLS["beta2"]  # it is in no formula but that of R


def document(style: str) -> str:
    """The page alone, in this style."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(TITLE)}</title>\n<style>\n{style}{sheet()}</style>\n</head>\n"
        f'<body class="alone">\n<main id="main">\n{section(1)}\n</main>\n</body>\n</html>\n'
    )


def sheet() -> str:
    """What the explorer adds to a style sheet."""
    return _file("explorer.css")


def _file(name: str) -> str:
    return package_data.text(package_data.folder("report", "explorer", name))


def script(found: Explorer) -> str:
    """The script: the lemmas' formulas, the data, and what stands beside this module."""
    numbers, *rest = map(_file, SCRIPTS)
    formulas = javascript.function("formulas", found.symbols, found.formulas.data())
    parts = [numbers, formulas, javascript.data("DATA", found.data()), *rest]
    return "\n".join(['<script>\n(() => {\n"use strict";', *parts, "})();\n</script>"])


# --- the section --------------------------------------------------------------------------------


def section(level: int = 2) -> str:
    """The explorer with its script, its heading of this level.  Raises what the calculator raises."""
    found = Explorer()
    return f"""<section class="explorer" id="explore-whole" aria-labelledby="explorer">
<h{level} id="explorer">Explorer: the bound, term by term, and its exponents</h{level}>
<p data-still>What follows is one setting and one schedule, computed and certified when this page was written. With
scripts allowed, sliders change them; nothing is loaded from anywhere.</p>
<p data-live hidden>The numbers here are <span class="badge open">not certified</span>: the page computes them from the
lemmas' formulas in floating point. The command beside them certifies them. The address of the page keeps the
setting.</p>
<div class="tabs" role="tablist" aria-label="What to explore" data-live hidden>
<button type="button" role="tab" id="explore-tab-bound" aria-controls="explore-bound">The bound</button>
<button type="button" role="tab" id="explore-tab-exponents" aria-controls="explore-exponents">Exponents</button>
</div>
<div id="explore-bound" role="tabpanel" aria-labelledby="explore-bound-title">
{_bound(found, level + 1)}
</div>
<div id="explore-exponents" role="tabpanel" aria-labelledby="explore-exponents-title">
{_exponents(found, level + 1)}
</div>
{script(found)}
</section>"""


def _bound(found: Explorer, level: int) -> str:
    left, symbol = found.theorem.left, found.formulas.scale[0]
    return f"""<h{level} id="explore-bound-title">The bound of the theorem {escape(found.theorem.lemma.slug)}</h{level}>
<div class="both">
{_controls()}
<div class="answers">
{_verdict(found)}
{_run("command", content.command(found.start))}
<div id="explore-numbers">
<table class="terms"><caption>{escape(left)} is at most the total of
<span class="badge good" data-still>certified</span>
<span class="badge open" data-live hidden>not certified</span></caption>
<thead><tr>{_heads("Term", "Rounded up", "Share", "")}</tr></thead>
<tbody id="explore-terms">
{_terms(found.bound)}
</tbody></table>
<p>a_t is the gradient at step t, u_t the size of the step over lr; o multiplies by coordinate;
<span id="explore-scale">{symbol} = {_upper(found.bound.scale[symbol])}</span> bounds u_t. {_fixed()}</p>
<figure data-live hidden><div id="explore-lines"></div>
<figcaption>Each term and the total, on a logarithmic axis. Where the total reaches the dashed line,
the theorem says nothing.</figcaption>
</figure>
<figure data-live hidden><div id="explore-curves"></div><ul class="legend" id="explore-slopes"></ul>
<figcaption>The same against T, all else equal, with the slopes at this T (the dotted line).</figcaption></figure>
<figure data-live hidden><div id="explore-map"></div>{_bands(symbol)}
<figcaption>{symbol} over the betas, the axes going by 1 - beta; a click chooses a pair. On the dashed line beta1 =
beta2, where {symbol} is 1, its least. Beyond the thick line beta1^2 is not below beta2.</figcaption></figure>
</div>
</div>
</div>
<h{level + 1}>The formulas</h{level + 1}>
<dl class="formulas">{_formulas(found)}</dl>"""


def _controls() -> str:
    options = "".join(f'<option value="{name}">{name}</option>' for name in content.settings())
    rows = "\n".join(map(_control, content.SLIDERS))
    return f"""<form class="controls" data-live hidden aria-label="The setting">
<div class="control"><label for="explore-setting">Start from</label>
<select id="explore-setting"><option value="">your own</option>{options}</select>
<small>The numbers of a known training, as if it had a constant learning rate, no weight decay and no clipping;
<code>adamproof bound --preset NAME</code> says what it had, and which numbers are assumed.</small></div>
{rows}
</form>"""


def _control(slider: Slider) -> str:
    name, range_ = slider.name, f'min="{slider.low}" max="{slider.high}" step="{content.STEP}"'
    return f"""<div class="control"><label for="explore-text-{name}">{name}</label>
<input type="text" inputmode="decimal" spellcheck="false" autocomplete="off" id="explore-text-{name}"
aria-describedby="explore-of-{name}">
<input type="range" {range_} id="explore-slide-{name}" aria-label="{name}, slider">
<small id="explore-of-{name}">{escape(MEANINGS[name])}</small></div>"""


def _verdict(found: Explorer) -> str:
    """The verdict at the start, in a few words; the script says it in full."""
    word, kind = (verdict_words.NOTHING, "open") if found.bound.vacuous else (verdict_words.SOMETHING, "good")
    setting = ", ".join(f"{name} = {found.start[name]}" for name in content.INPUTS)
    text = f"<strong>{escape(word)}</strong> with {escape(setting)}."
    return f'<p class="verdict" data-kind="{kind}" id="explore-verdict" role="status">{text}</p>'


def _run(name: str, text: str) -> str:
    """A command to copy; an option and its value are not torn apart."""
    program, *options = text.split(" --")
    words = "".join(f' <span class="option">--{escape(option)}</span>' for option in options)
    return (
        f'<p class="run"><code id="explore-{name}">{escape(program)}{words}</code>'
        f'<button type="button" data-of="{name}" data-live hidden>Copy</button></p>'
    )


def _upper(value: Enclosure) -> str:
    return value.decimals(6)[1]


def _terms(bound: Bound) -> str:
    shares = {name: _percent(float(share.high)) for name, share in bound.shares.items()}
    rows = [(name, _upper(term), shares[name], "") for name, term in bound.terms.items()]
    rows.append(("total", _upper(bound.total), "", ""))
    rows += [(each.text, _upper(each.value), "", "compared with this") for each in bound.compared]
    return "\n".join(_table_row(*row) for row in rows)


def _percent(share: float) -> str:
    return verdict_words.SMALL if 0 < share < verdict_words.SMALL_SHARE else f"{100 * share:.0f} %"


def _heads(*names: str) -> str:
    return "".join(f'<th scope="col">{name}</th>' for name in names)


def _table_row(name: str, *cells: str) -> str:
    inner = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{escape(name)}</th>{inner}</tr>'


def _fixed() -> str:
    """The inputs that are not on the page, at their defaults."""
    values = ", ".join(f"{name} = {DEFAULTS[name]}" for name in ("L1", "sigma1"))
    return f"Here {values}; <code>adamproof bound</code> takes other values."


def _bands(symbol: str) -> str:
    first, *ends = content.BANDS
    texts = [f"{symbol} to {first}", *(f"to {end}" for end in ends), "more", "none: beta1^2 >= beta2"]
    names = [*(f"b{number}" for number in range(len(texts) - 1)), "bnone"]
    items = (f'<li><span class="swatch {name}"></span>{text}</li>' for name, text in zip(names, texts, strict=True))
    return f'<ul class="legend">{"".join(items)}</ul>'


def _formulas(found: Explorer) -> str:
    formulas = found.formulas
    symbol, scale = formulas.scale
    shown = {name: typeset.by_scale(term, symbol, scale, BROUGHT_IN_BY_SCALE) for name, term in formulas.terms.items()}
    shown |= {text: typeset.by_scale(value, symbol, scale, BROUGHT_IN_BY_SCALE) for text, _, value in formulas.compared}
    shown[symbol] = typeset.term_of(scale)
    return "".join(fact(name, formula(term, typeset.STYLE)) for name, term in shown.items())


# --- exponents ----------------------------------------------------------------------------------


def _exponents(found: Explorer, level: int) -> str:
    routes = "\n".join(_route(name, found.schedules[name], level + 1) for name in content.ROUTES)
    return f"""<h{level} id="explore-exponents-title">Exponents: how fast the bound falls with T</h{level}>
<p>{escape(MEANING)}. The orders follow from the lemmas' formulas, in exact arithmetic.</p>
<div class="both">
<form class="controls" data-live hidden aria-label="The exponents">
{"".join(map(_exponent, SCHEDULE))}
</form>
<div class="answers">
<p data-still>At the source's own schedule, {", ".join(f"{name} = {value}" for name, value in SCHEDULE.items())}:</p>
<div class="routes">
{routes}
</div>
</div>
</div>"""


def _exponent(name: str) -> str:
    of = {"A": "1 - beta1", "B": "1 - beta2", "C": "lr*sqrt(d)"}[name]
    return f"""<div class="control short"><label for="explore-slide-{name}">{name}: {of} is of order T^-{name}</label>
<output id="explore-value-{name}" for="explore-slide-{name}"></output>
<input type="range" min="0" max="{content.MOST[name] * content.UNIT}" step="1" id="explore-slide-{name}"></div>"""


def _route(name: str, found: Report, level: int) -> str:
    scale, place = found.scale, f"explore-{name}"
    return f"""<section aria-labelledby="{place}-title">
<h{level} id="{place}-title">By {scale}: the theorem {name}</h{level}>
<p id="{place}-said" role="status">{escape(_said(found))}</p>
<table id="{place}-table"><thead><tr>{_heads("Term", "Order", "")}</tr></thead>
<tbody id="{place}-terms">
{_orders(found)}
</tbody></table>
<div id="{place}-picture" data-live hidden></div>
{_run(f"{name}-command", content.schedule_command(SCHEDULE, name))}
<p>{escape(_best(found))}</p></section>"""


def _said(found: Report) -> str:
    if found.found is None or found.growth is None:
        return SAID["NONE"].format(found.scale)
    rate = found.found.rate
    said = [SAID["GROWTH"].format(found.scale, found.growth), SAID["FALLS" if rate > 0 else "STAYS"].format(rate, rate)]
    said += [SAID["IF"].format(", ".join(found.found.conditions))] if found.found.conditions else []
    return " ".join(said)


def _orders(found: Report) -> str:
    if found.found is None:
        return ""
    rows: Iterable[tuple[str, Order]] = found.found.orders.items()
    binding: Sequence[str] = found.found.binding
    return "\n".join(_table_row(name, str(order), SAID["BINDS"] if name in binding else "") for name, order in rows)


def _best(found: Report) -> str:
    ranges = [(name, *found.best.ranges[name]) for name in SCHEDULE]
    at = ", ".join(f"{name} = {low}" if low == high else f"{low} <= {name} <= {high}" for name, low, high in ranges)
    return (
        f"The best rate is {found.best.rate}, at {at}. That no schedule has a larger one, the kernel proved when this "
        "page was written."
    )


__all__ = ["TITLE", "document", "section", "sheet"]
