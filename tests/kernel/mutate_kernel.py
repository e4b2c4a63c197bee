"""Mutation of the kernel: switch off its checks one at a time, and see that a test notices.

``python -m tests.kernel.mutate_kernel [TEXT]`` runs the mutants (whose name holds TEXT) and prints the
survivors.  A mutant is named by its file, function and source text, never by a line number.

With ``--write`` it also notes in noticed.json which test notices each, to be tried first the next time: do that after
changes of the kernel or of its tests.  The file only saves time; nothing depends on what it says.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KERNEL = Path("adamproof") / "kernel"
NOTICED = Path(__file__).with_name("noticed.json")
WORKERS = 2
UNUSED = ("cacheprovider", "hypothesispytest", "xdist", "xdist.looponfail")  # plugins
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
    """One change of one file: its name, and its place among the file's changes."""

    name: str
    file: str
    number: int

    def source(self, root: Path = ROOT) -> str:
        """The file's changed source."""
        tree = ast.parse((root / KERNEL / self.file).read_text(encoding="utf-8"))
        _, holder, field, new = next(islice(_changes(tree), self.number, None))
        _put(holder, field, new)
        return ast.unparse(ast.fix_missing_locations(tree))


# --- making mutants --------------------------------------------------------------------------------


def mutants(root: Path = ROOT) -> list[Mutant]:
    """Every mutant of the kernel below root."""
    found: list[Mutant] = []
    names: dict[str, int] = {}
    for path in sorted((root / KERNEL).glob("*.py")):
        for number, (name, _, _, _) in enumerate(_changes(ast.parse(path.read_text(encoding="utf-8")))):
            full = f"{path.name}: {name}"
            names[full] = names.get(full, 0) + 1
            if names[full] > 1:
                full = f"{full} #{names[full]}"
            found.append(Mutant(full, path.name, number))
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
# A process with a copy of the kernel and its tests has imported pytest and SymPy, and nothing of ours; for each run of
# tests it forks, so that every run imports the kernel anew and no run knows the terms of another.


_folder = Path()  # of this process: the copy

Tests = tuple[str, ...]  # what pytest is asked to run: files below tests/kernel or one test, and options


@dataclass(frozen=True)
class Outcome:
    """How a run of tests ended: pytest's exit status (or minus a signal), the first test that failed, and its cost."""

    status: int | None
    failed: str
    seconds: float  # of the processor's time


def prepare(parent: str) -> None:
    """Give this process its own copy below a folder, and import what is not ours."""
    global _folder
    _folder = Path(tempfile.mkdtemp(dir=parent))
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "adamproof", _folder / "adamproof", ignore=ignored)
    shutil.copytree(ROOT / "tests" / "kernel", _folder / "tests" / "kernel", ignore=ignored)
    (_folder / "tests" / "__init__.py").touch()
    for name in ("highspy", "mpmath", "numpy", "sympy"):
        importlib.import_module(name)


def noticed_by(mutant: Mutant, hint: str = "") -> str:
    """The test that notices a mutant, or nothing.

    The hint, a test that has noticed it before, is tried first; if it does not fail now, all tests of the file's
    stages are run as if there had been none.  Only tests that pass on the kernel as it is count.
    """
    if "::" in hint and _fails_only_with(mutant, hint):
        return hint
    hangs = ""
    for stage in map(tuple, _stages(mutant)):
        limit = GUARD_SECONDS + int(GUARD_FACTOR * _as_it_is(stage).seconds)
        found = _with(mutant, stage, limit)
        if found.failed:
            return found.failed
        hangs = hangs or (" ".join(stage) if found.status != 0 else "")  # a test that fails would be a better hint
    return hangs


def _stages(mutant: Mutant) -> list[list[str]]:
    """The stages of the mutant's file; a cost that is not counted is noticed soonest where costs are."""
    stages = STAGES.get(mutant.file, [RULES, ATTACKS])
    about_costs = COSTS in stages and "spend(" in mutant.name
    return [COSTS, *(stage for stage in stages if stage != COSTS)] if about_costs else stages


def _fails_only_with(mutant: Mutant, test: str) -> bool:
    """Whether a single test fails, and not for what it takes or because it is not there any more."""
    try:
        limit = GUARD_SECONDS + int(GUARD_FACTOR * _as_it_is((test,)).seconds)
    except RuntimeError:
        return False
    return _with(mutant, (test,), limit).status == pytest.ExitCode.TESTS_FAILED


@cache
def _as_it_is(tests: Tests) -> Outcome:
    """A run on the kernel as it is (which also compiles the tests).  Raises RuntimeError where a test fails."""
    found = _run(tests, write_bytecode=True)
    if found.status != 0:
        raise RuntimeError(f"the tests {' '.join(tests)} fail without any mutation")
    return found


def _with(mutant: Mutant, tests: Tests, limit: int) -> Outcome:
    path = _folder / KERNEL / mutant.file
    original = path.read_text(encoding="utf-8")
    bytecode = Path(importlib.util.cache_from_source(str(path)))
    bytecode.unlink(missing_ok=True)  # a changed source never meets it
    path.write_text(mutant.source(), encoding="utf-8")
    try:
        return _run(tests, limit=limit)
    finally:
        path.write_text(original, encoding="utf-8")


def _run(tests: Tests, *, limit: int = 0, write_bytecode: bool = False) -> Outcome:
    """Run tests in a forked process of their own."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_test, args=(tests, limit, write_bytecode, there))
    before = _children_seconds()
    child.start()
    there.close()
    child.join()
    try:
        failed = here.recv() if here.poll() else ""
    except EOFError:
        failed = ""
    return Outcome(child.exitcode, failed, _children_seconds() - before)


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _First:
    """A plugin that tells the first test that fails."""

    def __init__(self, to: Connection) -> None:
        self.to: Connection | None = to

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.to is not None:
            self.to.send(report.nodeid.removeprefix("tests/kernel/"))
            self.to = None


def _test(tests: Tests, limit: int, write_bytecode: bool, to: Connection) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] in ("adamproof", "tests", "lemmas")]:
        del sys.modules[name]
    sys.path.insert(0, str(_folder))
    os.chdir(_folder)
    os.environ["PYTHONPATH"] = str(_folder)
    sys.dont_write_bytecode = not write_bytecode
    resource.setrlimit(resource.RLIMIT_AS, (GUARD_BYTES, GUARD_BYTES))
    if limit:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    named = [f"tests/kernel/{part}" if part.partition("::")[0].endswith(".py") else part for part in tests]
    options = ["-q", "-x", "--tb=no", "--no-header", f"--rootdir={_folder}", *(f"-p no:{name}" for name in UNUSED)]
    os._exit(int(pytest.main([*options, *named], plugins=[_First(to)])))


# --- what is remembered ------------------------------------------------------------------------------


def hints() -> dict[str, str]:
    """The test that noticed each mutant when that was last written down."""
    found: dict[str, str] = json.loads(NOTICED.read_text(encoding="utf-8")) if NOTICED.exists() else {}
    return found


def _note(noticed: dict[str, str]) -> None:
    NOTICED.write_text(json.dumps(noticed, indent=0, sort_keys=True) + "\n", encoding="utf-8")


@contextmanager
def workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that run mutants, each with a copy of its own."""
    with tempfile.TemporaryDirectory() as parent:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(count, mp_context=spawn, initializer=prepare, initargs=(parent,)) as pool:
            yield pool


def main(*words: str) -> int:
    write = "--write" in words
    wanted = next((word for word in words if word != "--write"), "")
    candidates, known = mutants(), hints()
    chosen = [mutant for mutant in candidates if wanted in mutant.name]
    found: dict[str, str] = {}
    with workers(WORKERS) as pool:
        answers = pool.map(noticed_by, chosen, [known.get(mutant.name, "") for mutant in chosen])
        for mutant, test in zip(chosen, answers, strict=True):
            found |= {mutant.name: test} if test else {}
            if write:  # each at once: all of them may take long
                _note({mutant.name: test for mutant in candidates if (test := {**known, **found}.get(mutant.name))})
    unexplained = [mutant.name for mutant in chosen if mutant.name not in found and mutant.name not in SURVIVORS]
    print(f"{len(chosen)} mutants, {len(found)} noticed, {len(chosen) - len(found)} survive")
    for name in unexplained:
        print(f"NOT NOTICED {name}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
