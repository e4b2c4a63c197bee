"""The Coq texts that are written by hand: the prelude, which every module needs, and the statements."""

from __future__ import annotations

import re
from functools import cache

from ...support import package_data
from .development import IMPORT, LIBRARY, Module

NAMES = ("Prelude", "Statements")
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
    needs = re.findall(rf"^From {LIBRARY} Require (?!Import )([\w ]+)\.$", text, re.MULTILINE)
    theorems = re.findall(r"^ *Theorem (\w+) ", text, re.MULTILINE)
    return Module("Statements", text, tuple(" ".join(needs).split()), theorems=tuple(theorems))


def standalone(module: Module) -> str:
    """A module's text with the prelude inside, which Coq accepts without any other file."""
    head, body = prelude().split(f"{PRELUDE_NEEDS}\n")
    inside = f"{PRELUDE_NEEDS}\nModule Prelude.\n\n{head}{body}\nEnd Prelude.\nImport Prelude.\n"
    return module.text.replace(IMPORT, inside, 1)
