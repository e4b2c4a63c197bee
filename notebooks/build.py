"""The notebooks from their sources: each NN_name.py (jupytext's percent format) is run and stored as NN_name.ipynb.

    python notebooks/build.py           # run all sources, or those named, and write the notebooks
    python notebooks/build.py --check   # run them anew; exit status 1 if a stored notebook is not what came out

What is stored depends on the sources alone: no times, no random ids, no paths.  Text, HTML and LaTeX are compared
character by character, pictures only by whether there are any and roughly how large they are: matplotlib's releases
differ in the bytes.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent
SECONDS = 80  # a cell: 20 on a machine with nothing else to do; one that is busy makes no notebook wrong
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
WIDGETS = "application/vnd.jupyter."  # what sliders leave behind
PICTURES = ("image/png", "image/jpeg")
SIZE_CLASS = 2.0  # pictures of the same content are within this factor of each other
OF_THIS_MACHINE = re.compile(r"\bat 0x[0-9a-f]{6,}|/(?:home|root|tmp|Users)/\S+")


class NotebookError(Exception):
    """A notebook that fails or is not as it should be; the message is for people."""


def sources(names: Sequence[str] = ()) -> list[Path]:
    """The sources, all by default.  Raises NotebookError for a name that is none."""
    found = sorted(FOLDER.glob("[0-9][0-9]_*.py"))
    meant = {name: [path for path in found if path.stem.startswith(Path(name).stem)] for name in names}
    for name, paths in meant.items():
        if not paths:
            raise NotebookError(f"there is no notebook {name!r}; there are {', '.join(path.stem for path in found)}")
    return [path for paths in meant.values() for path in paths] or found


def read_source(path: Path) -> Any:
    """The cells of a source, without outputs."""
    import jupytext
    from nbformat.v4 import new_notebook

    cells = jupytext.read(path).cells
    for number, cell in enumerate(cells, start=1):
        cell.id, cell.metadata = f"cell-{number:02}", {}
    return new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})


def run(path: Path, times: dict[int, float]) -> Any:
    """The notebook of a source, executed and cleaned; what each cell took is noted by its number.

    Raises NotebookError where a cell fails or takes longer.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    notebook = read_source(path)
    started: dict[int, float] = {}

    def start(cell: Any, cell_index: int) -> None:
        started[cell_index + 1] = time.monotonic()

    def end(cell: Any, cell_index: int, execute_reply: Any) -> None:
        times[cell_index + 1] = time.monotonic() - started[cell_index + 1]

    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        on_cell_start=start,
        on_cell_executed=end,
        kernel_name=KERNEL["name"],
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(FOLDER)}},
    )
    try:
        client.execute(env=_environment())
    except CellTimeoutError as error:
        raise NotebookError(f"{path.name}: cell {max(started)} takes more than {SECONDS} s") from error
    except CellExecutionError as error:
        raise NotebookError(f"{path.name}: a cell fails\n{_without_colours(str(error))}") from error
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    for number, cell in enumerate(notebook.cells, start=1):
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = [_cleaned(output, f"{path.name}, cell {number}") for output in _merged(cell.outputs)]
    return notebook


def _environment() -> dict[str, str]:
    """That of this process, with this checkout's package, one order of sets, and no sliders."""
    places = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    fixed = {"PYTHONPATH": places, "PYTHONHASHSEED": "0", "ADAMPROOF_STATIC_NOTEBOOKS": "1"}
    return {**os.environ, **fixed, "MPLBACKEND": "module://matplotlib_inline.backend_inline", "COLUMNS": "100"}


def _without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def _merged(outputs: Sequence[Any]) -> Iterator[Any]:
    """Text printed in several pieces is one piece: where it was cut is a matter of timing."""
    last: Any = None
    for output in outputs:
        if last is not None and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
            continue
        if last is not None:
            yield last
        last = output
    if last is not None:
        yield last


def _cleaned(output: Any, where: str) -> Any:
    if output.output_type == "stream" and output.name == "stderr":
        raise NotebookError(f"{where}: something is written to stderr: {output.text.strip()[-300:]}")
    if "metadata" in output:
        output.metadata = {}
    if "data" in output:
        output.data = {kind: data for kind, data in output.data.items() if not kind.startswith(WIDGETS)}
        if any(kind in PICTURES for kind in output.data):  # beside a picture the text says only how large it is
            output.data = {kind: data for kind, data in output.data.items() if kind in PICTURES}
    for text in _texts(output).values():
        if found := OF_THIS_MACHINE.search(text):
            raise NotebookError(f"{where}: {found.group()!r} would differ on another machine")
    return output


def _texts(output: Any) -> dict[str, str]:
    """What is compared character by character, by its kind."""
    if output.output_type == "stream":
        return {"text": output.text}
    return {kind: str(data) for kind, data in output.get("data", {}).items() if kind not in PICTURES}


# --- files and comparison ------------------------------------------------------------------------


def text_of(notebook: Any) -> str:
    import nbformat

    return str(nbformat.writes(notebook)) + "\n"


def stored(path: Path) -> Any:
    """The notebook beside a source.  Raises NotebookError when there is none."""
    import nbformat

    try:
        return nbformat.read(path.with_suffix(".ipynb"), as_version=4)
    except FileNotFoundError:
        raise NotebookError(f"{path.stem}.ipynb is missing; write it with: python notebooks/build.py") from None


def unpaired(path: Path, notebook: Any) -> list[str]:
    """How the cells of a stored notebook differ from the source."""
    wanted, found = ([(cell.cell_type, cell.source) for cell in one.cells] for one in (read_source(path), notebook))
    for number, (ours, theirs) in enumerate(zip(wanted, found, strict=False), start=1):
        if ours != theirs:
            changes = _difference(theirs[1], ours[1], f"{path.stem}.ipynb", path.name)
            return [f"cell {number} is not that of the source\n{changes}"]
    return [] if len(wanted) == len(found) else [f"it has {len(found)} cells, but the source {len(wanted)}"]


def differences(kept: Any, fresh: Any) -> list[str]:
    """Where the outputs of two runs of the same cells differ."""
    found = []
    for number, (old, new) in enumerate(zip(kept.cells, fresh.cells, strict=True), start=1):
        if old.cell_type == "code":
            found += [f"cell {number}: {text}" for text in _outputs(old.outputs, new.outputs)]
    return found


def _outputs(old: Sequence[Any], new: Sequence[Any]) -> list[str]:
    if len(old) != len(new):
        return [f"{len(old)} outputs are stored, but there are {len(new)}"]
    found = []
    for kept, fresh in zip(old, new, strict=True):
        before, now = _texts(kept), _texts(fresh)
        kinds = [set(one.get("data", {})) for one in (kept, fresh)]
        if kinds[0] != kinds[1] or set(before) != set(now):
            found.append(f"the kinds of output are {sorted(kinds[0])}, but now {sorted(kinds[1])}")
            continue
        found += [_difference(before[kind], now[kind], "stored", "now") for kind in before if before[kind] != now[kind]]
        for kind in kinds[0] & set(PICTURES):
            sizes = sorted(len(one.data[kind]) for one in (kept, fresh))
            if sizes[1] > SIZE_CLASS * sizes[0]:
                found.append(f"a picture of {len(kept.data[kind])} bytes is stored, now it has {len(fresh.data[kind])}")
    return found


def _difference(old: str, new: str, before: str, now: str) -> str:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), before, now, lineterm="", n=1)
    return "\n".join(line[:200] for line in list(lines)[:30])


def check(path: Path) -> list[str]:
    """What is wrong with the notebook of a source: nothing, if the source run now gives what is stored."""
    kept = stored(path)
    return unpaired(path, kept) or differences(kept, run(path, {}))


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the notebooks' sources and write the notebooks.")
    parser.add_argument("names", nargs="*", help="such as 01_lemma_b2, or 01; all by default")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a stored notebook differs")
    options = parser.parse_args()
    failed = False
    try:
        for path in sources(options.names):
            if options.check:
                wrong = check(path)
                failed = failed or bool(wrong)
                sys.stdout.write("\n".join([f"{path.stem}: {'DIFFERS' if wrong else 'as stored'}", *wrong]) + "\n")
            else:
                times: dict[int, float] = {}
                path.with_suffix(".ipynb").write_text(text_of(run(path, times)), encoding="utf-8")
                slowest = max(times, key=lambda cell: times[cell])
                sys.stdout.write(f"{path.stem}: written (slowest: cell {slowest}, {times[slowest]:.1f} s)\n")
            sys.stdout.flush()
    except NotebookError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except ImportError as error:
        sys.stderr.write(f"{error.name} is missing: pip install 'adamproof[notebooks]', or use `make notebooks`\n")
        return 2
    if failed:
        sys.stderr.write(
            "some notebooks are out of date; if that is meant, write them with: python notebooks/build.py\n"
        )
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
