"""For notebooks: proofs, mutants and the source's claims as pages, a claim's two sides along a run, sliders.

Everything here shows what other modules have found.  A `Shown` is HTML in a notebook, formulas as MathML (TeX inside
HTML is typeset by some of the programs that show notebooks, and not by others), and text at a prompt.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Any

from ..kernel.terms import Term
from ..prover import TranslationError, prop, reals, term
from ..render import show
from ..render.legible import legible
from ..support.columns import aligned
from ..support.foreign_text import foreign
from ..theory.lemma import Lemma, LemmaError, unknown_name
from . import words

if TYPE_CHECKING:
    from ..checking.report import About, ClaimReport, LemmaReport, MutantReport
    from ..claims.verdicts import ClaimVerdict
    from ..numeric.answers import Witness

STATIC = "ADAMPROOF_STATIC_NOTEBOOKS"  # set: no sliders, so that what is stored is the same everywhere


@dataclass(frozen=True)
class Shown:
    """A page: HTML for notebooks (formulas are typeset there), text for everything else.

    html: what a notebook shows.  text: the same, for a prompt.
    """

    html: str
    text: str

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(self.text)


# --- statements and formulas ---------------------------------------------------------------------


def claim(lemma: Lemma, name: str | None = None) -> Shown:
    """One claim (the first one by default): its conclusion, then its assumptions by name, folded in a notebook.

    lemma: of `adamproof.get`.  name: of a claim.  Raises LemmaError for a name that none has.
    """
    found = lemma.claim(name)
    conclusion = prop(found.conclusion)
    stated = {foreign(title): prop(statement) for title, statement in lemma.stated(found).items()}
    named = f'claim "{foreign(found.name)}"'
    source = f"<br><small>{_html(lemma.source.value)}</small>"
    heading = f"<p><b>{_html(_called(lemma))}</b>, {_html(named)}{source}</p>"
    rows = [(_html(title), _inline(statement)) for title, statement in stated.items()]
    summary = f"<summary>under {len(rows)} assumption{'s' * (len(rows) != 1)}</summary>"
    folded = f"<details>{summary}{_html_table([], rows)}</details>" if rows else ""
    lines = [f"{_called(lemma)}, {named}", f"  {_plain(conclusion)}"]
    lines += [f"  assuming {_plain(statement)}  [{title}]" for title, statement in stated.items()]
    return Shown(f"<div>{heading}{_display(conclusion)}{folded}</div>", "\n".join(lines))


def formula(**named: Any) -> Shown:
    """Expressions by name, such as a lemma's constants: formula(R=lemma.constants["R"]).

    named: SymPy expressions.  Raises TranslationError for one that the kernel has no words for.
    """
    terms = {name: _term(expression) for name, expression in named.items()}
    html = "".join(_block(f"{_named(name)}<mo>=</mo>{show(found, 'mathml')}") for name, found in terms.items())
    return Shown(f"<div>{html}</div>", "\n".join(f"{name} = {_plain(found)}" for name, found in terms.items()))


def _term(expression: Any) -> Term:
    """The expression as a term; the calculator's symbols, which are assumed positive, count as reals."""
    try:
        return term(expression)
    except TranslationError:
        return term(expression.xreplace({symbol: reals(symbol.name) for symbol in expression.free_symbols}))


def _named(name: str) -> str:
    """Words upright, also below: "initial gap", T_max; single letters as they are."""
    base, _, below = name.partition("_")
    kinds = [("mtext" if len(part) > 1 else "mi", _html(part)) for part in (base, below)]
    parts = [f"<{kind}>{part}</{kind}>" for kind, part in kinds]
    return f"<msub>{parts[0]}{parts[1]}</msub>" if below else parts[0]


# --- reports -------------------------------------------------------------------------------------


def report(found: LemmaReport) -> Shown:
    """The verdict of a check, claim by claim: what was used, what the numbers say, and the mutants.

    found: of `adamproof.check`.
    """
    lines = [f"{_called(found.lemma)}: {found.verdict}"]
    rows = []
    for entry in found.claims:
        unused = (", ".join(entry.unused) or "none") if entry.proof else "-"
        numbers = "not tested" if entry.numbers is None else str(entry.numbers).splitlines()[0]
        said = words.steps(entry.proof_steps) if entry.proof else entry.reason
        said = "; ".join(filter(None, [words.vacuous(entry), said]))
        if entry.witness is not None:
            said += f"; counterexample: {_witness(entry.witness)}"
        rows.append((entry.name, str(entry.verdict), said, unused, numbers))
        notes = f"{said}; assumptions not used: {unused}; numbers: {numbers}"
        lines.append(f"  {entry.name}: {entry.verdict} ({notes})")
    count = sum(mutant.is_rejected for mutant in found.mutants)
    rejected = f"Mutants: {count} of {len(found.mutants)} correctly rejected"
    alive = ", ".join(mutant.name for mutant in found.mutants if not mutant.is_rejected)
    rejected += f"; not: {alive}" if alive else ""
    lines += [rejected] if found.mutants else []
    head = ("claim", "verdict", "proof", "assumptions not used", "numbers (random models)")
    body = _html_table(head, [tuple(map(_html, row)) for row in rows])
    tail = f"<p>{_html(rejected)}</p>" if found.mutants else ""
    return Shown(f"<div><p><b>{_html(lines[0])}</b></p>{body}{tail}</div>", "\n".join(lines))


def proof(found: LemmaReport, name: str | None = None) -> Shown:
    """The steps of a claim's proof (the first claim's by default), each as a formula and with what it rests on.

    found: of `adamproof.check`.  name: of a claim.  Raises LemmaError for a name that none has.
    """
    entry = _claim_of(found, name)
    rows, lines = [], [f'{_called(found.lemma)}, claim "{entry.name}": {entry.verdict}']
    for number, step in enumerate(entry.steps, start=1):
        basis = ", ".join(step.rests_on) or "no earlier step or assumption"
        rows.append((str(number), f"{_html(step.title)}{_display(step.statement)}<small>from {_html(basis)}</small>"))
        lines += [f"  {number}. {step.title}", f"     {_plain(step.statement)}", f"     from {basis}"]
    heading = f'<p><b>{_html(_called(found.lemma))}</b>, claim "{_html(entry.name)}": <b>{entry.verdict}</b></p>'
    reason = f"<p>{_html(entry.reason)}</p>" if entry.reason else ""
    lines += [f"  {entry.reason}"] if entry.reason else []
    return Shown(f"<div>{heading}{reason}{_html_table([], rows)}</div>", "\n".join(lines))


def mutants(found: LemmaReport) -> Shown:
    """The mutants: what each says wrongly, that the proof fails on it, and a model in which it is false.

    found: of `adamproof.check`.
    """
    rows, lines = [], []
    for entry in found.mutants:
        false = f"false {_witness(entry.witness)}" if entry.witness else "no counterexample found"
        refused = "the proof fails" if entry.refused else "the proof goes through"
        rows.append((_html(entry.name), _what(entry), refused, _html(false)))
        lines.append(f"{entry.name}: {refused}; {false}")
    head = ("mutant", "what it says", "script", "counterexample")
    return Shown(f"<div>{_html_table(head, rows)}</div>", "\n".join(lines))


def claim_table(judged: Iterable[ClaimVerdict]) -> Shown:
    """The verdicts on the source's claims, what each rests on, and what would repair it.

    judged: of `adamproof.claims.gathering.claim_table`.
    """
    from ..claims.glance import in_words

    rows, lines = [], []
    for entry in judged:
        verdict = entry.verdict
        notes = [f"evidence: {'; '.join(one.text for one in verdict.evidence)}"] if verdict.evidence else []
        notes += [f"missing: {'; '.join(verdict.missing)}"] if verdict.missing else []
        notes += [f"repair: {verdict.repair}"] if verdict.repair else []
        rows.append((str(entry.row.number), _html(entry.row.text), f"<b>{_html(in_words(verdict))}</b>", _lines(notes)))
        lines += [f"{entry.row.number}. {entry.row.text}: {in_words(verdict)}", *(f"     {note}" for note in notes)]
    head = ("", "claim of the source", "verdict", "why")
    return Shown(f"<div>{_html_table(head, rows)}</div>", "\n".join(lines))


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> Shown:
    """Rows of values; floats with four significant digits.

    head: the titles of the columns.  rows: as many values in each.
    """
    cells = [tuple(f"{cell:.4g}" if isinstance(cell, float) else str(cell) for cell in row) for row in rows]
    html = _html_table(tuple(map(_html, head)), [tuple(map(_html, row)) for row in cells])
    return Shown(f"<div>{html}</div>", "\n".join(aligned([head, *cells], right=False)))


# --- along a run ---------------------------------------------------------------------------------


def sides(
    lemma: Lemma, name: str, variables: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
) -> tuple[float, float]:
    """Both sides of a claim's conclusion, a relation, where its names have these values (floats stand for themselves).

    The claim's assumptions are not looked at.  Raises ModelError when a name has no value.

    lemma: of `adamproof.get`.  name: of a claim.  variables: numbers by name.  functions: by name, of integers and
    points, which give numbers.
    """
    from ..numeric.evaluate import slack
    from ..numeric.models import Model

    exact = {key: _exact(value) for key, value in variables.items()}
    made = {key: lambda *at, values=values: _exact(values(*at)) for key, values in functions.items()}
    found = slack(prop(lemma.claim(name).conclusion), Model(exact, made))
    return float(found.lhs), float(found.rhs)


def _exact(value: Any) -> Any:
    return Fraction(float(value)) if hasattr(value, "__float__") and not isinstance(value, int | Fraction) else value


# --- sliders -------------------------------------------------------------------------------------


def explore(draw: Callable[..., None], **ranges: tuple[float, float, float, float]) -> None:
    """Call draw(name=value, ...) at the starting values and, where ipywidgets is installed, again as sliders move.

    ranges: name -> (least, most, step, start).  Without ipywidgets the picture at the start is all there is.

    draw: a function that shows a picture.
    """
    try:
        import ipywidgets
    except ImportError:
        ipywidgets = None
    if ipywidgets is None or os.environ.get(STATIC):
        draw(**{name: start for name, (*_, start) in ranges.items()})
        return
    sliders = {
        name: ipywidgets.FloatSlider(
            min=least, max=most, step=step, value=start, description=name, continuous_update=False
        )
        for name, (least, most, step, start) in ranges.items()
    }
    ipywidgets.interact(draw, **sliders)


# --- parts ---------------------------------------------------------------------------------------


def _claim_of(found: LemmaReport, name: str | None) -> ClaimReport:
    names = [entry.name for entry in found.claims]
    if name is not None and name not in names:
        raise LemmaError(f"{found.lemma.slug}: {unknown_name('claim', name, names)}")
    return found.claims[0 if name is None else names.index(name)]


def _called(lemma: Lemma | About) -> str:
    return foreign(f"{lemma.label} ({lemma.slug})" if lemma.label else lemma.slug)


def _what(entry: MutantReport) -> str:
    """The mutant's conclusion if that is what is wrong; else the assumptions that differ."""
    if entry.replaced:
        return _inline(entry.conclusion)
    changed = {name: entry.hypotheses[new] for name, new in entry.change.items() if new in entry.hypotheses}
    parts = [f"without: {_html(name)}" for name in entry.drop]
    parts += [f"{_html(name)} becomes {_inline(statement)}" for name, statement in changed.items()]
    return "<br>".join(parts)


def _witness(witness: Witness) -> str:
    return f"at {witness.values or witness.label}, where {witness.slack} is false{witness.slack.closeness}"


def _plain(found: Term) -> str:
    try:
        return show(found, "unicode")
    except ValueError:  # two names that would look alike
        return show(found, "ascii")


def _display(found: Term) -> str:
    try:
        return _block(show(found, "mathml"))
    except ValueError:
        return f"<div>{_exactly(found)}</div>"


def _inline(found: Term) -> str:
    try:
        return legible(f"<math>{show(found, 'mathml')}</math>")
    except ValueError:
        return _exactly(found)


def _block(formula: str) -> str:
    """MathML on lines of its own, which scroll where the cell is narrower."""
    return legible(f'<div style="overflow-x:auto"><math display="block">{formula}</math></div>')


def _exactly(found: Term) -> str:
    """The kernel's own text, where two names would look alike."""
    return f"<code>{_html(show(found, 'ascii'))}</code>"


def _lines(texts: Sequence[str]) -> str:
    return "<br>".join(map(_html, texts))


def _html(text: str) -> str:
    return escape(text, quote=False)


def _html_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose cells are HTML already; long text is broken and lined up at the left."""
    style = 'style="text-align:left;vertical-align:top;white-space:normal"'
    top = f"<thead><tr>{''.join(f'<th {style}>{cell}</th>' for cell in head)}</tr></thead>" if head else ""
    body = "".join(f"<tr>{''.join(f'<td {style}>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div style="overflow-x:auto"><table>{top}<tbody>{body}</tbody></table></div>'


__all__ = ["Shown", "claim", "claim_table", "explore", "formula", "mutants", "proof", "report", "sides", "table"]
