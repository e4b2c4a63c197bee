"""Reading lemmas from a file of the user's own: this runs the file."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import mpmath

from ..numeric.numbers import DIGITS, GUARD
from .lemma import Lemma, LemmaError
from .library import declare

WANTED = "`lemma = Lemma(...)` or `lemmas = [Lemma(...), ...]`"


@cache
def load(path: str) -> tuple[Lemma, ...]:
    """The lemmas that the file declares.

    Raises LemmaError when it cannot be read, declares none, or declares what cannot be meant; and whatever the file
    itself raises.
    """
    declared = _declared(_run(path), path)
    for lemma in declared:
        _refuse_ambiguity([claim.name for claim in lemma.claims], f"{path}: {lemma.slug}", "claim")
        _refuse_ambiguity([mutant.name for mutant in lemma.mutants], f"{path}: {lemma.slug}", "mutant", needed=False)
    _refuse_ambiguity([lemma.slug for lemma in declared], path, "lemma")
    try:
        declare(declared)
    except LemmaError as error:
        raise LemmaError(f"{path}: {error}") from None
    return declared


def _run(path: str) -> ModuleType:
    """Execute the file as a module; no compiled copy is left beside it."""
    try:
        source = Path(path).read_bytes()
    except OSError as error:
        raise LemmaError(f"cannot read {path}: {error.strerror}") from error
    name = f"adamproof_user_file_{len(sys.modules)}"
    module = ModuleType(name)
    module.__file__ = str(Path(path).absolute())
    sys.modules[name] = module  # dataclasses and pickle look a class's module up there
    folder = str(Path(path).absolute().parent)
    if folder not in sys.path:
        sys.path.append(folder)  # last: a neighbouring file must not stand in for an installed package
    with _precision():
        exec(compile(source, path, "exec"), module.__dict__)
    return module


def _precision() -> AbstractContextManager[None]:
    """The precision at which models are evaluated: numbers that a file computes when it is read have it, too."""
    precision: AbstractContextManager[None] = mpmath.workdps(DIGITS + GUARD)
    return precision


def _declared(module: ModuleType, path: str) -> tuple[Lemma, ...]:
    several: Any = getattr(module, "lemmas", None)
    found = list(several) if isinstance(several, (list, tuple)) else []
    single: Any = getattr(module, "lemma", None)
    if single is not None and not any(single is entry for entry in found):
        found.insert(0, single)
    if not found:
        raise LemmaError(f"{path} declares no lemma; it needs {WANTED}")
    for entry in found:
        if not isinstance(entry, Lemma):
            raise LemmaError(f"{path}: a lemma must be a Lemma, not {type(entry).__name__}; the file needs {WANTED}")
    return tuple(found)


def _refuse_ambiguity(names: list[str], where: str, what: str, needed: bool = True) -> None:
    """Names tell claims and files apart, so there must be some and they must differ."""
    if needed and not names:
        raise LemmaError(f"{where} declares no {what}")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise LemmaError(f"{where} declares two {what}s named {twice!r}")
