"""Mutation of the kernel: switch off its checks one at a time, and see that a test notices.

``python -m tests.kernel.mutate_kernel [TEXT]`` runs the mutants (whose name holds TEXT) and prints the
survivors.  A mutant is named by its file, function and source text, never by a line number.
"""

from __future__ import annotations

import ast
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KERNEL = Path("adamproof") / "kernel"
WORKERS = 2
# A mutant that makes the tests hang counts as noticed: they took so much more of the processor's time than without it.
GUARD_FACTOR, GUARD_SECONDS = 5, 60
GUARD_BYTES = 4 << 30

# Checking helpers: which argument a call returns when it does not check (None: nothing, a statement).
HELPERS: dict[str, int | None] = {
    "_same": None, "_not_free": None, "spend": None, "check_bits": None, "_check_name": None,
    "_count": None, "_variable": None, "_need": None, "_closed": 0, "_relation": 0,
    "object_of": 0, "list_of": 0, "text_of": 0,
}
QUICK = "not corruption and not optimisation and not hostile and not byte and not too_many and not command_line"
RULES, ATTACKS, VERIFY = ["test_rules.py"], ["test_attacks.py"], ["test_verify.py", "-k", QUICK]
TEXT = ["test_text.py", "-k", "not random or 0"]
RANDOM = ["test_random_terms.py", "test_derivations.py", "-k", "[0] or [1]"]
COSTS = ["test_costs.py"]
REST = ["test_verify.py", "-k", "hostile or byte or too_many or corruption"]
STAGES = {
    "verify.py": [VERIFY, REST, COSTS],
    "__main__.py": [["test_verify.py", "-k", "command_line"]],
    "text.py": [TEXT, VERIFY, COSTS],
    "terms.py": [ATTACKS, RULES, VERIFY, RANDOM, REST, COSTS],
    "normal.py": [RULES, ATTACKS, RANDOM, VERIFY, COSTS],
    "facts.py": [RULES, ATTACKS],
    "rules.py": [RULES, ATTACKS, VERIFY, COSTS, RANDOM],
}

# Mutants that no test can notice, and why the check is there all the same.
SURVIVORS: dict[str, str] = {}


@dataclass(frozen=True)
class Mutant:
    """One change of one file: its name, and the file's changed source."""

    name: str
    file: str
    source: str


# --- making mutants --------------------------------------------------------------------------------


def mutants(root: Path = ROOT) -> list[Mutant]:
    """Every mutant of the kernel below root."""
    found: list[Mutant] = []
    names: dict[str, int] = {}
    for path in sorted((root / KERNEL).glob("*.py")):
        source = path.read_text(encoding="utf-8")
        for number, (name, _, _, _) in enumerate(_changes(ast.parse(source))):
            tree = ast.parse(source)
            _, holder, field, new = list(_changes(tree))[number]
            _put(holder, field, new)
            full = f"{path.name}: {name}"
            names[full] = names.get(full, 0) + 1
            if names[full] > 1:
                full = f"{full} #{names[full]}"
            found.append(Mutant(full, path.name, ast.unparse(ast.fix_missing_locations(tree))))
    return found


Change = tuple[str, ast.AST, tuple[str, int | None], ast.AST | None]  # name, holder, place in it, what goes there


def _put(holder: ast.AST, place: tuple[str, int | None], new: ast.AST | None) -> None:
    field, index = place
    if index is None:
        setattr(holder, field, new)
    elif new is None:
        del getattr(holder, field)[index]
    else:
        getattr(holder, field)[index] = new


def _children(node: ast.AST) -> Iterator[tuple[tuple[str, int | None], ast.AST]]:
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield (field, None), value
        elif isinstance(value, list):
            for index, entry in enumerate(value):
                if isinstance(entry, ast.AST):
                    yield (field, index), entry


def _changes(tree: ast.AST, where: str = "") -> Iterator[Change]:
    """Every change below a node, with the enclosing function's name."""
    for place, node in _children(tree):
        inside = where
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            inside = f"{where}.{node.name}".lstrip(".")
        for what, holder, at, new in _changes_of(tree, place, node):
            yield f"{where or 'module'}: {what}", holder, at, new
        yield from _changes(node, inside)


def _changes_of(holder: ast.AST, place: tuple[str, int | None], node: ast.AST) -> Iterator[Change]:
    text = ast.unparse(node) if not isinstance(node, ast.FunctionDef | ast.ClassDef) else ""
    if isinstance(node, ast.If) and _refuses(node.body[-1]):
        condition = ast.unparse(node.test)
        yield f"never `{condition}`", node, ("test", None), ast.Constant(False)
        if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.Or):
            for index, part in enumerate(node.test.values):
                yield f"`{condition}` without `{ast.unparse(part)}`", node.test, ("values", index), ast.Constant(False)
    elif isinstance(node, ast.Expr) and (
        (_refuses(node) and not isinstance(holder, ast.If)) or _helper(node.value) is not None
    ):
        yield f"no `{text}`", holder, place, ast.Pass()
    elif isinstance(node, ast.keyword) and isinstance(node.value, ast.Lambda) and "refuse(" in text:
        yield f"no `{text}`", node, ("value", None), ast.Constant(None)
    elif isinstance(node, ast.Call) and not isinstance(holder, ast.Expr):
        name = _helper(node)
        if name is not None and HELPERS[name] is not None:
            yield f"unchecked `{text}`", holder, place, node.args[HELPERS[name] or 0]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Theorem", "_theorem"):
        for index in (0, 2) if node.func.id == "Theorem" else (0, 1):
            if index < len(node.args):
                yield f"`{text}` without `{ast.unparse(node.args[index])}`", node, ("args", index), ast.Tuple([])
    if isinstance(node, ast.List) and len(node.elts) > 1 and any(isinstance(e, ast.Starred) for e in node.elts):
        for index, element in enumerate(node.elts):
            yield f"`{text}` without `{ast.unparse(element)}`", node, ("elts", index), None


def _refuses(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        return True
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "refuse"


def _helper(node: ast.AST) -> str | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in HELPERS:
        return node.func.id
    return None


# --- running them ------------------------------------------------------------------------------------
# Each worker process has a copy of the kernel and its tests; for each mutant it forks, so that pytest is imported once.


_folder = Path()  # of this worker
_limits: dict[tuple[str, ...], int] = {}  # what a stage may take, in seconds of the processor's time


def _prepare(parent: str) -> None:
    """Give this worker its own copy, and run every stage on the kernel as it is (which also compiles the tests)."""
    global _folder
    _folder = Path(tempfile.mkdtemp(dir=parent))
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "adamproof", _folder / "adamproof", ignore=ignored)
    shutil.copytree(ROOT / "tests" / "kernel", _folder / "tests" / "kernel", ignore=ignored)
    (_folder / "tests" / "__init__.py").touch()
    stages = list({tuple(stage): stage for stages in STAGES.values() for stage in stages}.values())
    for stage in stages:
        before = _children_seconds()
        if not _passes([stage], write_bytecode=True):
            raise RuntimeError(f"the tests {' '.join(stage)} fail without any mutation")
        _limits[tuple(stage)] = GUARD_SECONDS + int(GUARD_FACTOR * (_children_seconds() - before))
    shutil.rmtree(_folder / KERNEL / "__pycache__")


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _passes(stages: list[list[str]], *, write_bytecode: bool = False) -> bool:
    """Whether the tests of all these stages pass, each in a forked process of its own (they remember every term)."""
    for stage in stages:
        child = multiprocessing.get_context("fork").Process(target=_test, args=(stage, write_bytecode))
        child.start()
        child.join()
        if child.exitcode != 0:
            return False
    return True


def _test(stage: list[str], write_bytecode: bool) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in ("adamproof", "tests", "lemmas")]:
        del sys.modules[name]
    sys.path.insert(0, str(_folder))
    os.chdir(_folder)
    os.environ["PYTHONPATH"] = str(_folder)
    sys.dont_write_bytecode = not write_bytecode  # a changed source must never meet old bytecode
    resource.setrlimit(resource.RLIMIT_AS, (GUARD_BYTES, GUARD_BYTES))
    if tuple(stage) in _limits:
        resource.setrlimit(resource.RLIMIT_CPU, (_limits[tuple(stage)],) * 2)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    files = [str(Path("tests") / "kernel" / part) for part in stage if part.endswith(".py")]
    rest = [part for part in stage if not part.endswith(".py")]
    failed = pytest.main(["-q", "-x", "--tb=no", "--no-header", "-p", "no:cacheprovider", *files, *rest])
    os._exit(1 if failed else 0)


def _survives(mutant: Mutant) -> bool:
    path = _folder / KERNEL / mutant.file
    original = path.read_text(encoding="utf-8")
    path.write_text(mutant.source, encoding="utf-8")
    try:
        return _passes(STAGES.get(mutant.file, [RULES, ATTACKS]))
    finally:
        path.write_text(original, encoding="utf-8")


def survivors(candidates: list[Mutant]) -> list[str]:
    """The names of the mutants that no test notices."""
    with tempfile.TemporaryDirectory() as parent:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(WORKERS, mp_context=spawn, initializer=_prepare, initargs=(parent,)) as pool:
            survived = pool.map(_survives, candidates)
            return [mutant.name for mutant, alive in zip(candidates, survived, strict=True) if alive]


def main(wanted: str = "") -> int:
    candidates = [mutant for mutant in mutants() if wanted in mutant.name]
    found = survivors(candidates)
    unexplained = [name for name in found if name not in SURVIVORS]
    print(f"{len(candidates)} mutants, {len(candidates) - len(found)} noticed, {len(found)} survive")
    for name in unexplained:
        print(f"NOT NOTICED {name}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
