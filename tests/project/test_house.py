"""The house: what may import what, what the trusted base needs, and that the documents keep up."""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
import tokenize
from pathlib import Path

import pytest

from adamproof.checking.cache import PLACE
from adamproof.kernel.facts import FACTS
from adamproof.kernel.rules import RULES
from adamproof.prover import dump
from adamproof.registry import theorem_of

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "adamproof"
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
MAX_KERNEL_LINES = 1225  # code only: no blank lines, comments or docstrings

LAYERS = {  # what each part of the package may import of it
    "kernel": {"kernel"},
    "numeric": {"numeric", "kernel"},
    "render": {"render", "kernel"},
    "export": {"export", "package_data", "stopping", "kernel"},
    "prover": {"prover", "numeric", "kernel"},
    "theory": {"theory", "numeric", "lemma", "registry", "prover", "kernel"},
    "checking": {
        *("checking", "theory", "catalogue", "lemma", "lemmas", "registry", "prover", "numeric", "kernel"),
        *("atomic", "package_data", "stopping", "notebook", "__version__"),
    },
    "simulator": {"simulator", "arrays", "atomic", "package_data", "stopping", "__version__"},
    "bounds": {"bounds", "lemmas", "lemma", "inputs", "arrays", "parsing", "prover", "kernel"},
    "report": {
        *("report", "render", "kernel"),
        *("theory", "catalogue", "checking", "claims", "evidence", "numeric"),
        *("experiments", "opinions", "package_data"),
    },
    "experiments": {"experiments", "simulator", "bounds", "lemmas", "sealed", "package_data", "__version__"},
}
USERS_OF_BOUNDS = {"bounds", "cli", "experiments", "testing.py", "claims.py", "evidence.py"}


def imported(path: Path) -> set[str]:
    """The top-level parts of adamproof that a module imports."""
    found = set()
    depth = len(path.relative_to(PACKAGE).parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            inside = list(path.relative_to(PACKAGE).parts[: depth - node.level])
            target = [*inside, *(node.module or "").split(".")]
            target = [part for part in target if part]
            found |= {target[0]} if target else {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("adamproof."):
            found.add((node.module or "").split(".")[1])
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_arrows_point_one_way(layer: str) -> None:
    for path in (PACKAGE / layer).rglob("*.py"):
        assert imported(path) <= LAYERS[layer], path


def test_nothing_rests_on_the_calculator() -> None:
    lemmas = (ROOT / "lemmas").rglob("*.py")
    rest = [path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).parts[0] not in USERS_OF_BOUNDS]
    assert [path for path in rest if "bounds" in imported(path)] == []
    assert [path for path in lemmas if "from adamproof.bounds" in path.read_text(encoding="utf-8")] == []


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
        allowed = name == "adamproof" or name.startswith("adamproof.kernel")
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
def test_the_wheel_proves_b2_in_a_clean_environment(tmp_path: Path) -> None:
    run = {"check": True, "capture_output": True, "text": True, "cwd": tmp_path}
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path), str(ROOT)], **run)
    (wheel,) = tmp_path.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "clean")], **run)
    python = tmp_path / "clean" / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", str(wheel)], **run)
    bare = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    bare[PLACE] = str(tmp_path / "cache")
    done = subprocess.run([str(python), "-m", "adamproof", "check", "lemma", "B.2", "-q"], env=bare, **run)
    assert done.stdout == "B.2 update-magnitude: PROVED\n"
    found = subprocess.run([str(python), "-c", "import lemmas"], **{**run, "check": False}, env=bare)
    ran = subprocess.run([str(python), "-m", "pip", "uninstall", "--quiet", "--yes", "adamproof"], **run)
    bare[PLACE] = str(tmp_path / "another cache")
    zipped = subprocess.run(  # the wheel itself on the path: what it needs stays installed
        [str(python), "-P", "-m", "adamproof", "check", "B.2", "-q"], env={**bare, "PYTHONPATH": str(wheel)}, **run
    )
    assert (ran.returncode, zipped.stdout) == (0, "B.2 update-magnitude: PROVED\n")
    assert "No module named 'lemmas'" in found.stderr
