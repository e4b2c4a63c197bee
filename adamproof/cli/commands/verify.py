"""The command `verify`: the kernel is asked about a proof file in a process of its own, without lemmas or SymPy."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

import click

from ...support.signals import ended_by_signals
from .. import files, idle, terminal
from ..errors import DEBUG, USAGE, CliError
from ..options import AS_JSON, HELP, NO_CACHE, PROCESSES, PROGRESS, complete_file, examples, with_options


@click.command(
    "verify",
    context_settings=HELP,
    epilog=examples(
        "verify proof.json", "verify proofs/*.json --quiet", "verify B.2 --with coq", "verify all --with z3 -q"
    ),
)
@with_options(
    click.argument("paths", nargs=-1, required=True, metavar="FILE...", shell_complete=complete_file),
    click.option(
        "--with",
        "checker",
        type=click.Choice(["kernel", "coq", "all", "z3", "cvc5"]),
        default="kernel",
        show_default=True,
        help="Checker: the kernel, then Coq (coq, all), or an SMT solver; Coq and solvers also take results.",
    ),
    AS_JSON,
    click.option("-q", "--quiet", is_flag=True, help="Print one line per file: its name and verdict."),
    click.option("--keep", metavar="DIR", help="With Coq: keep the Coq files in this folder."),
    click.option("--save", metavar="DIR", help="With Coq or a solver: save results for `claims` and `report`."),
    NO_CACHE,
    PROCESSES,
    PROGRESS,
)
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    checker: str,
    as_json: bool,
    quiet: bool,
    keep: str | None,
    save: str | None,
    no_cache: bool,
    jobs: int,
    progress: bool,
) -> None:
    """Verify proof files with the kernel alone, each in a fresh process, or with Coq or an SMT solver as well.

    With --with coq, FILE may also be a result (B.2, all), whose proofs are derived or come from the cache.  Coq, which
    knows nothing of the kernel, checks every step and lists the axioms it used.  The kernel reads each file first, and
    a file that it rejects goes no further.  With --with z3 or cvc5 (extra "smt") a solver is asked whether the premises
    of an arithmetic step can hold while its conclusion fails: "sat" is an alarm, "unknown" leaves the step open.

    Exit status: 0 all proved (and no alarm), 1 one is rejected (or an alarm), 2 one cannot be read (or Coq or the
    solver is missing or fails), 3 a result is not proved.
    """
    strange = next((path for path in paths if not path.isprintable() or "  " in path), None)
    if strange is not None:  # a line break, or spaces up to one, would write lines of its own among the verdicts
        raise CliError(f"the name {strange!r} has unprintable characters or repeated spaces: rename the file")
    if keep is not None and checker not in ("coq", "all"):
        raise CliError("--keep needs --with coq or all")
    if save is not None and checker == "kernel":
        raise CliError("--save needs --with coq, all, z3 or cvc5")
    idle.note(
        (
            ("with --json", as_json, ("quiet",)),
            ("without --with coq, all, z3 or cvc5", checker == "kernel", ("no_cache", "jobs", "progress")),
        )
    )
    records = None if save is None else files.make_folder(save)
    if checker in ("z3", "cvc5"):
        from ..verify_smt import Solver

        with ended_by_signals():
            shown = terminal.Progress(progress, quiet)
            ctx.exit(Solver(checker, as_json, quiet, jobs, shown, records, not no_cache).ask(paths))
    if checker != "kernel":
        from ..verify_coq import Coq

        folder = None if keep is None else files.make_folder(keep)
        coq = Coq(as_json, quiet, jobs, terminal.Progress(progress, quiet), folder, records, not no_cache)
        with ended_by_signals():
            ctx.exit(coq.ask(paths))
    from .. import json_output

    codes, documents = [0], []
    for path in paths:
        try:
            answer = ask(path)
        except CliError as error:
            codes.append(error.exit_code)
            documents.append({"file": path, "error": error.message})
            error.report(bool(ctx.meta.get(DEBUG)))
            continue
        codes.append(answer.exit_code)
        documents.append(json_output.answered(path, answer.said))
        if not as_json:
            terminal.say(text(answer, quiet))
    if as_json:
        terminal.say(json_output.document("verify", max(codes), files=documents))
    ctx.exit(max(codes))


@dataclass(frozen=True)
class Answer:
    """What the kernel answered about a file: its exit status and its words (see adamproof.kernel.__main__)."""

    path: str
    exit_code: int
    said: dict[str, Any]


def ask(path: str) -> Answer:
    """Verify one file.  Raises CliError when it cannot be read, is of another kind, or the verifier does not answer."""
    if not path.strip():
        raise CliError("the name of a proof file must not be empty")
    from ...checking.verifier import start
    from ...support.foreign_text import foreign
    from .. import kinds

    kinds.refuse_pipe(path)
    process = start([path])
    output, errors = process.communicate()
    last = (errors.strip().splitlines() or ["nothing"])[-1]
    if process.returncode == USAGE:
        raise _not_read(path, last.removeprefix("error: "), errors)
    try:
        said = json.loads(output)
    except json.JSONDecodeError:
        raise CliError(f"the verifier did not answer about {path}; it printed: {last}", errors) from None
    if process.returncode:  # only now: a proof is a proof whatever its file is called
        kinds.refuse_other(path, kinds.PROOF.name)
    if "reason" in said:
        said["reason"] = foreign(said["reason"])  # it may repeat what the file says
    return Answer(path, process.returncode, said)


def _not_read(path: str, said: str, errors: str) -> CliError:
    """What is wrong with a file that the verifier cannot read; a name that may be a result's gets a hint."""
    from .. import kinds

    if os.path.isdir(path):
        kinds.refuse_other(path, kinds.PROOF.name)
    if path.endswith(".json") or os.path.lexists(path):
        return CliError(said, errors)
    if path.endswith(".py") or os.sep in path:
        return CliError(kinds.missing(path))
    return CliError(f"there is no file {path}; for a result, use `adamproof check {path}`, or verify --with coq or z3")


def text(answer: Answer, quiet: bool) -> str:
    """The kernel's answer, in its own words: they are what has been checked."""
    said = answer.said
    lines = [f"{answer.path}: {terminal.coloured(said['verdict'])}"]
    if quiet:
        return lines[0]
    if "reason" in said:
        return f"{lines[0]}: {said['reason']}"
    lines.append(f"  {said['conclusion']}")
    cited = [terminal.labelled("    ", ": ".join(pair)) for pair in said["citations"]]  # broken here, not at the edge
    for title, entries in (("hypotheses", [f"    {entry}" for entry in said["hypotheses"]]), ("cited axioms", cited)):
        lines += [f"  {title}:{'' if entries else ' none'}", *entries]
    names = (sort if "(" in sort else f"{name}: {sort}" for name, sort in said["sorts"].items())
    lines.append(f"  free names: {', '.join(names) or 'none'}")
    return "\n".join([*lines, f"  steps: {said['steps']}"])
