"""The goal view of a claim that is not proved: where its script stopped, what was left, what is short, what to try.

All of it was said by the process that ran the lemma file; only the words are this program's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..kernel.terms import RELATIONS, Term
from ..kernel.text import show as exact
from ..render import show
from ..report.words import brief, usable
from .terminal import formula, labelled, whole

if TYPE_CHECKING:
    from ..checking.goal_view import GoalView, Shortfall, Way

NEGATIVE = re.compile(r"\+ \(-([\d/]+)\)\*")  # a summand with a negative coefficient, in the kernel's text
LABEL = 14  # columns of the words before each line
MOST = 8  # facts that are shown
TRIED = "the search then finds a proof (tried)"
NEXT = "name another fact, hint a square (squares=[...]), or split the step"
IDLE = "no instance of "  # so begins what `tried` says of an unused reason for all values (prover.surface.context)
INSTANCE = f"give what holds for all values at the value that the step is about, proof.at(NAME, value); or {NEXT}"
ROOTS = "prove first what the squares of both sides say, and give it to proof.by_squares(...); or name another fact"
FINITE = (
    "state that it is finite, or give what it follows from: what is integrable, or a bound f <= g by an integrable g"
)
FOR_ALL = "state it as an assumption, or prove it first (proof.every) and give it as a reason: by=[...]"
OPEN = ("state", "reversed")  # ways that do not close the goal as it is
FALSE = "correct the goal, or give the step a fact that excludes this case"
WEAKER = "weaken the goal to the nearest statement, or give the step a fact that excludes this case"


def goal_view(view: GoalView, style: str, refuted: bool = False) -> list[str]:
    """The lines of the view, without a verdict.  refuted: whether the goal's counterexample is shown elsewhere."""
    lines = [_line("stopped", where(view))]
    if view.goal is not None:
        label = "not stated" if view.problem == "unstated" else "goal left"
        lines.append(formula(_label(label), _shown(view.goal, style)))
    lines += _facts(view, style)
    if view.witness is not None and not refuted:
        lines.append(_line("false", brief(view.witness)))
    lines += _short(view.short, style)
    if view.tried or view.looked:
        lines.append(_line("tried", "; ".join((*view.tried, *view.looked))))
    return [*lines, *_next(view, style)]


def where(view: GoalView) -> str:
    """Where the script stood: in which step, of which file and line, after which step."""
    at = f"{view.file}, line {view.line}" if view.line else ""
    if view.problem == "unstated":
        brought = [f'the step "{view.step}"' if view.step else "", f'the lemma "{view.source}"' if view.source else ""]
        through = " from ".join(filter(None, brought)) or "the theorem"
        return f"at the end of the script ({at}): {through} assumes what is not stated"
    if view.ended:
        at = f"at the end of the script ({at}): what it returns does not give the claim"
    step = f'in the step "{view.step}"' if view.step else ""
    after = f'after the step "{view.after}"' if view.after else ""
    cited = f'in the script of the cited lemma "{view.source}"' if view.source else ""
    return ", ".join(filter(None, [step, at, after, cited]))


def _facts(view: GoalView, style: str) -> Iterator[str]:
    """The facts, those of the nearest combination first, each with its name."""
    if view.goal is None:
        return
    label = _label("from")
    if not view.facts:
        yield f"{label}no facts"
    for name, statement in view.facts[:MOST]:
        named = f"  [{name}]" if name else ""
        yield formula(label, _shown(statement, style) + named)
        label = " " * LABEL
    left = len(view.facts[MOST:]) + view.left_out
    if left:
        yield f"{label}and {left} more"


def _short(short: Shortfall | None, style: str) -> Iterator[str]:
    """What the products that were tried give, and what is missing."""
    if short is None:
        return
    missing = _shown(short.missing, style)
    said = {
        "shift": f"so the goal is short by {missing}",
        "factor": f"so the goal is short by a factor of {missing}",
        "strict": "so only that it is strict is missing",
        "sides": f"so the sides differ by {missing}",
    }
    if short.statement is None:
        yield _line("nearest", "all of the goal but a rest that would have to be >= 0:")
        yield formula(" " * LABEL, missing)
    else:
        yield formula(_label("nearest"), _shown(short.statement, style))
        yield _line("", said.get(short.kind, ""))


def _next(view: GoalView, style: str) -> Iterator[str]:
    """What closes the goal, or that nothing was found that does."""
    label = _label("closes it" if any(way.kind not in OPEN for way in view.ways) else "next")
    for way in view.ways:
        yield _way(label, way, style)
        label = " " * LABEL
    if not view.ways and view.problem == "unproved":
        nearest = view.short is not None and view.short.statement is not None
        yield _line("next", _other(view) if view.witness is None else WEAKER if nearest else FALSE)


def _other(view: GoalView) -> str:
    """What may be done where nothing was found."""
    goal = view.goal
    if goal is not None and goal.op == "Integrable":
        return FINITE
    if goal is not None and goal.op not in RELATIONS:
        return FOR_ALL
    if goal is not None and goal.op in ("<=", "<") and all(map(_has_root, goal.args)):
        return ROOTS
    return INSTANCE if any(tried.startswith(IDLE) for tried in view.tried) else NEXT


def _has_root(term: Term) -> bool:
    return term.op == "sqrt" or any(type(part) is Term and _has_root(part) for part in term.args)


def _way(label: str, way: Way, style: str) -> str:
    terms = [_shown(term, style) for term in way.terms]
    if way.kind == "fact":
        named = zip(way.names or [""] * len(terms), terms, strict=False)
        said = f"give the step also {' and '.join(f'{t} [{n}]' if n else t for n, t in named)}: {TRIED}"
    elif way.kind == "degree":
        products = f", for the product{'s' if len(terms) > 1 else ''} {', '.join(terms)}" if terms else ""
        said = f"degree={way.degree}{products}: {TRIED}"
    elif way.kind == "product":
        said = f"prove {' and '.join(terms)} first, with degree={way.degree}, and give it to the step: {TRIED}"
    elif way.kind == "squares":
        said = f"squares=[{', '.join(whole(_code(term)) for term in way.terms)}]: {TRIED}"
    elif way.kind == "split":
        low, high = map(_code, way.terms)
        said = f"two cases, by_cases({low}, {high}, ...): the search proves each (tried)"
    elif way.kind == "reversed":
        said = f"the facts give the other direction (proved): {terms[0]}"
    elif way.kind == "assume":
        said = f"{terms[0]} as one more fact: {TRIED}; prove it, or state it as an assumption"
    elif way.kind == "prove":
        said = f"{', '.join(terms)} follows from what is stated (tried): prove it, and cut(theorem, ...) removes it"
    else:
        said = f"state {' and '.join(terms)} as an assumption, or prove it from what is stated"
    return labelled(label, said)


def _code(term: Term) -> str:
    """A term as a script can write it."""
    return NEGATIVE.sub(r"- \1*", exact(term).replace("^", "**"))


def _shown(term: Term, style: str) -> str:
    return show(term, usable(style, [term]))


def _label(text: str) -> str:
    return f"  {text}".ljust(LABEL)


def _line(label: str, text: str) -> str:
    return labelled(_label(label), text)
