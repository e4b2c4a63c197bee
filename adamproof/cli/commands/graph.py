"""The command `graph`: what rests on what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from .. import idle, terminal
from ..errors import CliError
from ..options import DEBUGGING, HELP, PROGRESS, SOME_NAMES, examples, with_options

if TYPE_CHECKING:
    from ...checking.pool import Workers
    from ...theory.graph import Graph, Node
    from ..json_output import Data
    from ..names import Target

OPEN = 3


@click.command(
    "graph",
    context_settings=HELP,
    epilog=examples("graph B.2", "graph corollary 3.3 --verbose", "graph --dot > all.dot", "graph --json"),
)
@with_options(
    SOME_NAMES,
    click.option("--dot", "form", flag_value="dot", help="Print the graph for Graphviz."),
    click.option("--svg", "form", flag_value="svg", help="Print it as SVG, drawn by Graphviz (dot)."),
    click.option("--json", "form", flag_value="json", help="Print one JSON document."),
    click.option("-v", "--verbose", is_flag=True, help="Show the assumptions of all results, not only of NAMEs."),
    click.option("--ascii", "ascii_only", is_flag=True, help="Draw the tree in ASCII."),
    PROGRESS,
    DEBUGGING,
)
@click.pass_context
def command(
    ctx: click.Context, names: tuple[str, ...], form: str | None, verbose: bool, ascii_only: bool, progress: bool
) -> None:
    """Show which results, assumptions and cited axioms each result depends on (all results by default).

    The command derives every claim again and shows what its script used.

    Exit status: 0 all derived, 2 usage error or no Graphviz (dot) for --svg, 3 a claim could not be derived.
    """
    style = terminal.style(ascii_only)
    idle.note(((f"with --{form}", form is not None, ("verbose", "ascii_only")),))
    ctx.exit(show_graph(names, form or "text", style, verbose, terminal.Progress(progress)))


def show_graph(names: Sequence[str], form: str, style: str, verbose: bool, progress: terminal.Progress) -> int:
    """Print the graph of these lemmas (all if none is named); the exit status."""
    from ...report import graphviz
    from ...report.tree import dot, tree
    from .. import json_output
    from ..names import resolve
    from ..tasks import workers

    program = graphviz.program()
    if form == "svg" and program is None:
        raise CliError("--svg needs Graphviz (dot), which is not on PATH; install it, or use --dot for its input")
    with workers(1, progress) as processes:
        found = _graph(resolve(names, processes) if names else [], processes)
    progress.clear()
    code = OPEN if found.problems else 0
    if form == "json":
        nodes = [node_data(node) for node in found.nodes.values()]
        terminal.say(json_output.document("graph", code, asked=list(found.asked), nodes=nodes))
    elif form == "text":
        terminal.say(tree(found, style, verbose, terminal.width()))
    elif form == "svg" and program is not None:
        try:
            drawn = graphviz.drawn(program, dot(found))
        except graphviz.GraphvizFailed as failed:
            raise CliError(str(failed), failed.printed) from None
        terminal.say(drawn, newline=False)
    else:
        terminal.say(dot(found), newline=False)
    return code


def _graph(targets: Sequence[Target], processes: Workers) -> Graph:
    """The graph of these lemmas (of the library's, if there are none).  Raises CliError.

    A file's process is believed about the file's own lemmas alone; what the library's rest on, the library's says.
    """
    from ...theory.graph import Graph, reached
    from ...theory.index import chapters

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
        raise CliError("the graph has an edge to an unknown node")
    kept = reached(asked, {name: node.rests_on for name, node in own.items()})
    return Graph(tuple(asked), {name: node for name, node in own.items() if name in kept})


def _refuse_names(path: str, nodes: Iterable[Node]) -> None:
    """Raise CliError if a file calls what is its own by a name of the library's."""
    from ...checking.pool import WorkerFailed, refuse_names

    try:
        for node in nodes:
            refuse_names(path, node.slug, node.label, node.assumptions, [node.claim])
    except WorkerFailed as failed:
        raise CliError(str(failed)) from None


def _graph_of(path: str | None, slugs: Sequence[str], processes: Workers) -> Graph:
    """What the process of a file, or of the library, says about these lemmas.  Raises CliError."""
    from ...checking.serialize import NotFindings, unpacked_graph
    from ..names import answered

    try:
        return unpacked_graph(answered(processes, path, "graph", slugs=list(slugs)).get("graph"))
    except NotFindings as error:
        raise CliError(f"{path or 'the library'} sent data that are not a graph: {error}") from None


def node_data(node: Node) -> Data:
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
