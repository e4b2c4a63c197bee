"""The Coq texts that are written by hand: the prelude, which every module needs, and the statements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from ...support import package_data
from .development import IMPORT, LIBRARY, TOGETHER, Module
from .together import REQUIRED, Homes, full_name

QUESTION = "Axioms"
NAMES = ("Prelude", "Statements", QUESTION)
ASK = f"Print Assumptions {TOGETHER}.\n"
PRELUDE_NEEDS = "From Coq Require Import Reals ZArith NArith List BinList Ring_polynom Lra Lia."


def prelude() -> str:
    return package_data.text(package_data.folder("export", "coq", "Prelude.v"))


@cache
def defined() -> frozenset[str]:
    """The names that the prelude gives a meaning."""
    return frozenset(
        re.findall(r"^ *(?:(?:Definition|Fixpoint|Record|Lemma|Notation) )?(\w+) ", prelude(), re.MULTILINE)
    )


def statements() -> Module:
    """The hand-written statements, which are derived from the exported theorems."""
    text = package_data.text(package_data.folder("export", "coq", "Statements.v"))
    needs = REQUIRED.findall(text)
    theorems = re.findall(r"^ *Theorem (\w+) ", text, re.MULTILINE)
    return Module("Statements", text, tuple(" ".join(needs).split()), theorems=tuple(theorems))


def standalone(module: Module) -> str:
    """A module's text with the prelude inside, which Coq accepts without any other file."""
    head, body = prelude().split(f"{PRELUDE_NEEDS}\n")
    inside = f"{PRELUDE_NEEDS}\nModule Prelude.\n\n{head}{body}\nEnd Prelude.\nImport Prelude.\n"
    return f"{module.text.replace(IMPORT, inside, 1)}{ASK}"


def axioms_question(names: Sequence[str], homes: Homes) -> Module:
    """A module in which Coq is asked what the theorems of these modules rest on, together.

    As a tuple they would have a type in which the statements of all results stand many times.
    """
    files = dict.fromkeys(homes.get(name, name) for name in names)
    required = f"From {LIBRARY} Require {' '.join(files)}.\n"
    theorems = "".join(f"  let _ := {full_name(name, homes)}.{TOGETHER} in\n" for name in names)
    return Module(QUESTION, f"{required}Definition {TOGETHER} :=\n{theorems}  I.\n{ASK}", ())
