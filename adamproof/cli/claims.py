"""The commands `graph` and `claims`: several results seen together."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from ..report.words import LEGEND, carrying
from ..theory.graph import Graph
from . import json_output as as_json
from . import terminal
from .errors import CliError, from_exception
from .text_output import labelled

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from ..checking.pool import Workers
    from ..claims.table import ClaimVerdict
    from ..crosscheck.records import Opinions
    from ..experiments.records import Record
    from ..theory.graph import Node
    from ..theory.lemma import Lemma
    from .names import Target

T = TypeVar("T")
OPEN = 3
RECORDS = "experiments"  # a folder of records in the current folder


# --- the graph ----------------------------------------------------------------------------------


def show_graph(names: Sequence[str], form: str, style: str, verbose: bool, progress: terminal.Progress) -> int:
    """Print the graph of these lemmas (all if none is named); the exit status."""
    from ..report.tree import dot, tree
    from .names import resolve
    from .tasks import workers

    program = shutil.which("dot")
    if form == "svg" and program is None:
        raise CliError("--svg needs Graphviz's program dot, which is not on PATH; --dot prints what it would draw")
    with workers(1, progress) as processes:
        found = _graph(resolve(names, processes) if names else [], processes)
    progress.clear()
    code = OPEN if found.problems else 0
    if form == "json":
        nodes = [node_data(node) for node in found.nodes.values()]
        terminal.say(as_json.document("graph", code, asked=list(found.asked), nodes=nodes))
    elif form == "text":
        terminal.say(tree(found, style, verbose))
    elif form == "svg" and program is not None:
        terminal.say(drawn(program, found), newline=False)
    else:
        terminal.say(dot(found), newline=False)
    return code


def _graph(targets: Sequence[Target], processes: Workers) -> Graph:
    """The graph of these lemmas (of the library's, if there are none).  Raises CliError.

    A file's process is believed about the file's own lemmas alone; what the library's rest on, the library's says.
    """
    from ..theory.index import chapters

    own: dict[str, Node] = {}
    asked: list[str] = []
    for path in dict.fromkeys(target.path for target in targets if target.path is not None):
        slugs = [target.slug for target in targets if target.path == path]
        part = _graph_of(path, slugs, processes)
        asked += [name for name in part.asked if part.nodes[name].slug in slugs]
        mine = {name: node for name, node in part.nodes.items() if node.slug in slugs}
        _refuse_names(path, mine.values())
        own |= mine
    library = [target.slug for target in targets if target.path is None]
    cited = {end.partition(" (")[0] for node in own.values() for end in node.rests_on}
    wanted = [slug for slug in chapters() if slug in {*library, *cited}]
    if wanted or not targets:
        part = _graph_of(None, wanted, processes)
        asked += [name for name in part.asked if not targets or part.nodes[name].slug in library]
        own = {**part.nodes, **own}
    if any(end not in own for node in own.values() for end in node.rests_on):
        raise CliError("the graph has an edge that ends nowhere")
    kept = _reached(asked, own)
    return Graph(tuple(asked), {name: node for name, node in own.items() if name in kept})


def _refuse_names(path: str, nodes: Iterable[Node]) -> None:
    """Raise CliError if a file calls what is its own by a name of the library's."""
    from ..checking.pool import WorkerFailed, refuse_names

    try:
        for node in nodes:
            refuse_names(path, node.slug, node.label, node.assumptions, [node.claim])
    except WorkerFailed as failed:
        raise CliError(str(failed)) from None


def _reached(names: Sequence[str], nodes: Mapping[str, Node]) -> set[str]:
    """These and all that they rest on."""
    found: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in found:
            found.add(name)
            left += nodes[name].rests_on
    return found


def _graph_of(path: str | None, slugs: Sequence[str], processes: Workers) -> Graph:
    """What the process of a file, or of the library, says about these lemmas.  Raises CliError."""
    from ..checking.serialize import NotFindings, unpacked_graph
    from .names import answered

    try:
        return unpacked_graph(answered(processes, path, "graph", slugs=list(slugs)).get("graph"))
    except NotFindings as error:
        raise CliError(f"{path or 'the library'} sent what is not a graph: {error}") from None


def drawn(program: str, found: Graph) -> str:
    """The graph as SVG, by Graphviz.  Raises CliError if that fails."""
    from ..report.tree import dot

    done = subprocess.run(
        [program, "-Tsvg"], input=dot(found), capture_output=True, text=True, check=False, encoding="utf-8"
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise CliError(f"{program} does not draw the graph: {reason}", done.stderr)
    return done.stdout


def node_data(node: Node) -> as_json.Data:
    return {
        "name": node.name,
        "lemma": node.slug,
        "claim": node.claim,
        "label": node.label,
        "title": node.title,
        "assumptions": list(node.assumptions),
        "axioms": [{"name": name, "source": source} for name, source in node.axioms],
        "rests_on": list(node.rests_on),
        "problem": node.problem,
    }


# --- the ledger ---------------------------------------------------------------------------------


def show_claims(number: int | None, form: str, folder: str | None, progress: terminal.Progress) -> int:
    """Print the ledger, or one claim of it in full; the exit status."""
    from ..claims.table import proofs_of
    from ..crosscheck.records import lines as evidence_lines

    registered()  # says in one sentence what is wrong with a lemma file
    records = recorded(folder, progress)
    opinions = asked(folder, progress)
    found = judged(number, progress, records, opinions)
    code = status(found)
    lines = evidence_lines(proofs_of(found), opinions)
    if form == "json":
        claims = [claim_data(entry) for entry in found]
        terminal.say(as_json.document("claims", code, claims=claims, lines_of_evidence=dict(lines)))
    elif form == "markdown":
        terminal.say("\n".join([markdown(found), "", *(f"- **{_cell(name)}**: {_cell(text)}" for name, text in lines)]))
    elif number is not None:
        terminal.say(f"{in_full(found[0])}\n\n{LEGEND}")
    else:
        said = [labelled(f"    {name}: ", text) for name, text in lines]
        terminal.say("\n\n".join([*map(in_short, found), "\n".join(["Lines of evidence", *said]), LEGEND]))
    return code


def registered() -> tuple[Lemma, ...]:
    """All lemmas of the library.  Raises CliError when one of their files cannot be imported."""
    from ..theory.library import lemmas

    try:
        return lemmas()
    except Exception as error:
        raise from_exception(error, None, "the lemma files cannot be imported") from error


def status(found: Sequence[ClaimVerdict]) -> int:
    """3 if something that a verdict rests on fails, else 0: every verdict is an answer."""
    return OPEN if any(entry.verdict.failed for entry in found) else 0


def recorded(folder: str | None, progress: terminal.Progress) -> list[Record]:
    """The records of experiments in a folder; by default in `experiments` here, or else those of the package."""
    from ..experiments.records import found_in, shipped

    if folder is not None and not os.path.isdir(folder):
        raise CliError(f"there is no folder {folder} with records; `adamproof experiment all --save {folder}` makes it")
    return _first([folder] if folder is not None else [RECORDS, shipped()], found_in, progress)


def asked(folder: str | None, progress: terminal.Progress) -> list[Opinions]:
    """What other checkers have said about the proofs: records in this folder, or else those of the package."""
    from ..crosscheck.records import found_in, shipped

    return _first([shipped()] if folder is None else [folder, shipped()], found_in, progress)


def _first(
    places: Sequence[str | Traversable],
    found_in: Callable[[str | Traversable], tuple[list[T], list[str]]],
    progress: terminal.Progress,
) -> list[T]:
    """The records of the first of these folders that has any; what is no record is said and not counted."""
    for place in places:
        records, problems = found_in(place)
        if problems:
            progress.clear()
        for problem in problems:
            terminal.warn(f"not counted: {problem}")
        if records:
            return records
    return []


def judged(
    number: int | None,
    progress: terminal.Progress,
    records: Sequence[Record] = (),
    opinions: Sequence[Opinions] = (),
) -> list[ClaimVerdict]:
    from ..claims.table import ROWS, ledger

    known = [row.number for row in ROWS]
    if number is not None and number not in known:
        raise CliError(f"there is no claim {number}; the claims are numbered {known[0]} to {known[-1]}")
    found = ledger([] if number is None else [number], progress, records, opinions)
    progress.clear()
    return found


def in_short(entry: ClaimVerdict) -> str:
    """One claim: its text, the verdict, what it rests on, the evidence, what is missing."""
    verdict = entry.verdict
    lines = [
        labelled(f"{entry.row.number:>2}  ", entry.row.text),
        labelled("    ", str(verdict)).replace(str(verdict.word), terminal.coloured(verdict.word), 1),
    ]
    if verdict.beyond:
        lines.append(labelled("    beyond A1-A3: ", "; ".join(verdict.beyond)))
    lines += [labelled("    evidence: ", "; ".join(evidence))] if (evidence := carrying(verdict)) else []
    lines += [labelled("    repair: ", verdict.repair)] if verdict.repair else []
    lines += [labelled("    missing: ", "; ".join(verdict.missing))] if verdict.missing else []
    return "\n".join(lines)


def in_full(entry: ClaimVerdict) -> str:
    """One claim with each piece of evidence, how far it carries and what it assumes."""
    verdict = entry.verdict
    lines = [f"Claim {entry.row.number}: {entry.row.text}", ""]
    lines.append(labelled("Verdict: ", str(verdict)).replace(str(verdict.word), terminal.coloured(verdict.word), 1))
    for title, texts in (
        ("Beyond A1-A3 it rests on", verdict.beyond),
        ("Repair", (verdict.repair,) if verdict.repair else ()),
        ("Missing", verdict.missing),
    ):
        lines += ["", f"{title}:", *(labelled("  - ", text) for text in texts)] if texts else []
    lines += ["", "Evidence:"]
    for piece in verdict.evidence:
        lines.append(labelled("  - ", f"{piece.text} [{piece.state.value}]"))
        lines += [labelled("      ", detail) for detail in piece.details]
    return "\n".join(lines)


def markdown(found: Sequence[ClaimVerdict]) -> str:
    lines = ["| | Claim | Verdict | Beyond A1-A3 | Evidence |", "| ---: | --- | --- | --- | --- |"]
    for entry in found:
        verdict = entry.verdict
        repair = [f"repair: {verdict.repair}"] if verdict.repair else []
        evidence = [*carrying(verdict), *repair, *(f"missing: {text}" for text in verdict.missing)]
        cells = [
            str(entry.row.number),
            entry.row.text,
            f"**{verdict.word}**{str(verdict).removeprefix(str(verdict.word))}",
            "; ".join(verdict.beyond) or "-",
            "; ".join(evidence),
        ]
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    """Text of a table's cell: what Markdown would read as markup is escaped, but for the verdict's bold."""
    bold, mark, rest = text.rpartition("**") if text.startswith("**") else ("", "", text)
    for sign in ("\\", "|", "*", "_", "<"):
        rest = rest.replace(sign, f"\\{sign}")
    return f"{bold}{mark}{rest}"


def claim_data(entry: ClaimVerdict) -> as_json.Data:
    verdict = entry.verdict
    return {
        "number": entry.row.number,
        "claim": entry.row.text,
        "verdict": str(verdict),
        "word": str(verdict.word),
        "by": list(verdict.by),
        "beyond": list(verdict.beyond),
        "evidence": [
            {"text": piece.text, "state": piece.state.value, "lemma": piece.lemma, "details": list(piece.details)}
            for piece in verdict.evidence
        ],
        "repair": verdict.repair,
        "missing": list(verdict.missing),
    }
