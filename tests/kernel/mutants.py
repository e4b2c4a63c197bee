"""Mutants of the kernel: one check switched off in each.

A mutant is named by its file, function and source text, never by a line number.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).resolve().parents[2]
KERNEL = Path("adamproof") / "kernel"

# Checking helpers: which argument a call returns when it does not check (None: nothing, a statement).
HELPERS: dict[str, int | None] = {
    "_same": None, "_not_free": None, "spend": None, "check_bits": None, "_check_name": None,
    "_count": None, "_variable": None, "_need": None, "_closed": 0, "_relation": 0,
    "object_of": 0, "list_of": 0, "text_of": 0,
}


@dataclass(frozen=True)
class Mutant:
    """One change of one file: its name, and its place among the file's changes."""

    name: str
    file: str
    number: int

    def source(self, root: Path = ROOT) -> str:
        """The file's changed source."""
        with self._tree(root) as tree:
            return ast.unparse(tree)

    def code(self, root: Path = ROOT) -> CodeType:
        """The file's changed code.  Where nothing is changed, it is that of the file, with the same line numbers."""
        with self._tree(root) as tree:
            return compile(tree, root / KERNEL / self.file, "exec", dont_inherit=True)

    @contextmanager
    def _tree(self, root: Path) -> Iterator[ast.Module]:
        tree, changes = _parsed(root / KERNEL / self.file)
        _, holder, place, new = changes[self.number]
        before = _put(holder, place, new)
        try:
            yield ast.fix_missing_locations(tree)
        finally:
            setattr(holder, place[0], before)


@cache
def _parsed(path: Path) -> tuple[ast.Module, list[Change]]:
    """A file's tree and changes, as they are when it is first asked for."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return tree, list(_changes(tree))


def mutants(root: Path = ROOT) -> list[Mutant]:
    """Every mutant of the kernel below root."""
    found: list[Mutant] = []
    names: dict[str, int] = {}
    for path in sorted((root / KERNEL).glob("*.py")):
        for number, (name, _, _, _) in enumerate(_parsed(path)[1]):
            full = f"{path.name}: {name}"
            names[full] = names.get(full, 0) + 1
            if names[full] > 1:
                full = f"{full} #{names[full]}"
            found.append(Mutant(full, path.name, number))
    return found


Place = tuple[str, int | None]  # a field, and an index where it is a list
Change = tuple[str, ast.AST, Place, ast.AST | None]  # name, holder, place in it, what goes there


def _put(holder: ast.AST, place: Place, new: ast.AST | None) -> object:
    """Put a node (or nothing) in a place of a holder; the value of the holder's field before that."""
    field, index = place
    before = getattr(holder, field)
    after = new if index is None else [*before[:index], *([] if new is None else [new]), *before[index + 1 :]]
    setattr(holder, field, after)
    return before


def _children(node: ast.AST) -> Iterator[tuple[Place, ast.AST]]:
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


def _changes_of(holder: ast.AST, place: Place, node: ast.AST) -> Iterator[Change]:
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
                empty = ast.Tuple([], ast.Load())
                yield f"`{text}` without `{ast.unparse(node.args[index])}`", node, ("args", index), empty
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
