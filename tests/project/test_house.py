"""The house: what may import what, what the trusted base needs, and that the documents keep up."""

from __future__ import annotations

import ast
import io
import os
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from adamproof import bounds
from adamproof.checking.cache import PLACE
from adamproof.kernel.facts import FACTS
from adamproof.kernel.rules import RULES
from adamproof.prover import dump
from adamproof.theory.library import theorem_of
from tests.session import Session

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "adamproof"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
MAX_LINES = 500  # of a module, lemmas aside
MAX_KERNEL_LINES = 1265  # code only: no blank lines, comments or docstrings

# Each room, and all that it imports of the others: a module alone in adamproof/ is a room, so are the lemmas, and an
# import in a function or for types counts.  A room knows only rooms above it in this list.
ROOMS: dict[str, set[str]] = {
    "_version": set(),
    "support": set(),
    "executors": {"_version", "support"},
    "kernel": set(),
    "numeric": {"kernel"},
    "render": {"kernel"},
    "export": {"kernel", "support"},
    "crosscheck": {"_version", "export", "kernel", "support"},
    "simulator": {"_version", "support"},
    "networks": {"simulator"},
    "prover": {"kernel", "numeric"},
    "theory": {"kernel", "numeric", "prover", "render", "support"},
    "lemmas": {"numeric", "prover", "theory"},
    "checking": {"_version", "executors", "kernel", "numeric", "prover", "support", "theory"},
    "bounds": {"kernel", "lemmas", "prover", "support", "theory"},
    "testing": {"bounds"},
    "audit": {"_version", "bounds", "simulator", "support"},
    "experiments": {"_version", "bounds", "lemmas", "networks", "simulator", "support"},
    "sweeps": {"executors", "experiments", "networks", "simulator", "support"},
    "claims": {
        *("bounds", "checking", "crosscheck", "experiments", "kernel", "lemmas", "prover", "support", "theory"),
    },
    "report": {
        *("audit", "bounds", "checking", "claims", "crosscheck", "experiments", "kernel", "numeric", "prover"),
        *("render", "support", "theory"),
    },
    "cli": {
        *("_version", "audit", "bounds", "checking", "claims", "crosscheck", "executors", "experiments", "export"),
        *("kernel", "numeric", "render", "report", "simulator", "support", "sweeps", "theory"),
    },
    "__init__": {"_version", "checking", "theory"},
    "__main__": {"cli"},
}
ALONE = {"__init__", "__main__", "_version", "testing"}


def name_of(path: Path) -> str:
    """A module's name inside adamproof: "kernel.terms", "kernel" for the package, "lemmas.notation"."""
    parts = path.relative_to(PACKAGE if PACKAGE in path.parents else ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for folder in (PACKAGE, ROOT / "lemmas") for path in folder.rglob("*.py")}


def statements(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """These statements and all that are inside them; not expressions, which are most of a file and import nothing."""
    for node in nodes:
        yield node
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from statements(getattr(node, field, ()))


def imported(module: str) -> set[str]:
    """The modules of the project that a module imports, wherever in its text."""
    path = MODULES[module]
    inside = ["adamproof", *module.split(".")][: None if path.name == "__init__.py" and module != "__init__" else -1]
    found: set[str] = set()
    for node in statements(ast.parse(path.read_text(encoding="utf-8")).body):
        names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
        if isinstance(node, ast.ImportFrom):
            start = inside[: len(inside) - node.level + 1] if node.level else []
            names = [".".join([*start, *filter(None, [node.module]), name]) for name in names]
        for name in names:
            package, _, rest = name.partition(".")
            if package == "adamproof" and rest in MODULES:
                found.add(rest)
            elif package == "adamproof":
                found.add(rest.rpartition(".")[0] or "__init__")
    return found - {module}


ARROWS = {(module, other) for module in MODULES for other in imported(module)}


def room(module: str) -> str:
    return module.partition(".")[0]


def test_every_arrow_leads_to_a_module() -> None:
    assert {other for _, other in ARROWS} <= set(MODULES)
    assert len(ARROWS) > 500


def test_these_are_the_rooms() -> None:
    assert {room(module) for module in MODULES} == set(ROOMS)
    assert {path.stem for path in PACKAGE.glob("*.py")} == ALONE


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_imports_what_is_listed_and_that_is_above_it(name: str) -> None:
    found: dict[str, str] = {}
    for module, other in sorted(ARROWS):
        if room(module) == name != room(other):
            found.setdefault(room(other), f"{module} imports {other}")
    assert set(found) == ROOMS[name], found
    assert ROOMS[name] <= set(list(ROOMS)[: list(ROOMS).index(name)])


def test_no_module_imports_itself_in_the_end() -> None:
    """Not through others either: modules from which nothing is imported any more are taken away until none is left."""
    left = ARROWS
    while True:
        kept = {(module, other) for module, other in left if any(other == inner for inner, _ in left)}
        if kept == left:
            break
        left = kept
    assert left == set()


def test_a_name_that_bounds_exports_is_not_one_of_its_modules() -> None:
    """The module would replace it as soon as anybody imports that."""
    assert not {f"bounds.{name}" for name in bounds.__all__} & MODULES.keys()


def test_the_map_names_every_room() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawn = text.partition("## The map")[2].partition("\n## ")[0]
    assert [name for name in ROOMS if name not in ALONE and not re.search(rf"^ *{name}/? ", drawn, re.MULTILINE)] == []


def test_no_module_is_long() -> None:
    inside = {name: path for name, path in MODULES.items() if PACKAGE in path.parents}
    lengths = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in inside.items()}
    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_there_is_no_assert_in_the_package() -> None:
    for path in PACKAGE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not any(isinstance(node, ast.Assert) for node in ast.walk(tree)), path


def code_lines(path: Path) -> int:
    source = path.read_text(encoding="utf-8")
    documented: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            first = node.body[0]
            documented |= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in skipped:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return len(lines - documented)


def test_the_trusted_base_is_small() -> None:
    assert sum(code_lines(path) for path in (PACKAGE / "kernel").glob("*.py")) <= MAX_KERNEL_LINES


def test_the_trusted_base_needs_the_standard_library_alone(tmp_path: Path) -> None:
    proof = tmp_path / "proof.json"
    proof.write_text(dump(theorem_of("sign-form")), encoding="utf-8")
    code = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        allowed = name in ("adamproof", "adamproof._version") or name.startswith("adamproof.kernel")
        if top not in sys.stdlib_module_names and not allowed:
            raise ImportError(f"{name} is not of the standard library")
sys.meta_path.insert(0, Blocker())
from adamproof.kernel.__main__ import main
sys.exit(main(sys.argv[1:]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(proof)], capture_output=True, text=True, env=ENVIRONMENT, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("PROVED: m/(eps + sqrt(v)) ==")


@pytest.mark.parametrize("page", ["kernel.md", "proof-format.md"])
def test_every_rule_and_fact_is_documented(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert [name for name in (*RULES, *FACTS) if f"`{name}`" not in text] == []


@pytest.mark.slow
def test_the_wheel_proves_b2_in_a_clean_environment(tmp_path: Path, session: Session) -> None:
    """In that of `make check` on a fresh copy: it has what pip finds that adamproof needs, and nothing else."""
    run = {"check": True, "capture_output": True, "text": True, "cwd": tmp_path}
    copy, made = session.fresh_copy()
    assert made.returncode == 0, made.stderr
    python = copy / ".venv" / "bin" / "python"
    # That pyproject.toml names what building needs is seen in the fresh copy, which is built in isolation.
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)]
    subprocess.run(build, **run)
    (wheel,) = tmp_path.glob("*.whl")
    pip = [str(python), "-m", "pip"]
    subprocess.run([*pip, "install", "--quiet", "--force-reinstall", "--no-deps", str(wheel)], **run)
    subprocess.run([*pip, "check"], **run)
    bare = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    bare[PLACE] = str(tmp_path / "cache")
    done = subprocess.run([str(python), "-m", "adamproof", "check", "lemma", "B.2", "-q"], env=bare, **run)
    assert done.stdout == "B.2 update-magnitude: PROVED\n"
    mine = tmp_path / "mine.py"
    mine.write_text("from adamproof.bounds import Problem, bound\nreveal_type(bound)\nreveal_type(Problem)\n", "utf-8")
    typed = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(python), str(mine)]
    shown = subprocess.run(typed, env=bare, **run).stdout
    assert "adamproof.bounds.vectorised.Bounds" in shown and "adamproof.bounds.problem.Problem" in shown
    found = subprocess.run([str(python), "-c", "import lemmas"], **{**run, "check": False}, env=bare)
    ran = subprocess.run([*pip, "uninstall", "--quiet", "--yes", "adamproof"], **run)
    bare[PLACE] = str(tmp_path / "another cache")
    zipped = subprocess.run(  # the wheel itself on the path: what it needs stays installed
        [str(python), "-P", "-m", "adamproof", "check", "B.2", "-q"], env={**bare, "PYTHONPATH": str(wheel)}, **run
    )
    assert (ran.returncode, zipped.stdout) == (0, "B.2 update-magnitude: PROVED\n")
    assert "No module named 'lemmas'" in found.stderr
