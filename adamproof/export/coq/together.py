"""Coq files: a module has one of its own, or is one of several in a batch.

Coq takes a third of a second to begin and to load its library of real numbers, which is most of what it takes for a
short result.  In a batch each module is a `Module ... End` with the text that it has in a file of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from .development import HEAD, IMPORT, LIBRARY, OPEN, REALS, TOGETHER, Module

BATCH = re.compile(r"Batch_\d+")  # its file's name
REQUIRED = re.compile(rf"^From {LIBRARY} Require (?!Import )([\w ]+)\.$", re.MULTILINE)
COMMANDS = f"Lemma|Theorem|Proof|Qed|Definition {TOGETHER}"
SENTENCE = re.compile(rf"(?:[{{}}]\s*)*(?:[a-z]|(?:{COMMANDS})\b)|[{{}}\s]*\Z")
COMMENT = re.compile(r"\(\*.*?\*\)", re.DOTALL)

Homes = Mapping[str, str]  # the batches of modules, by name; one that is not there has a file of its own


def own_text(module: Module, homes: Homes) -> str:
    """The text of the module's own file, where what it needs is in these batches."""
    if not any(need in homes for need in module.needs):
        return module.text
    needed = _required(module.needs, homes)
    return REQUIRED.sub(lambda _: needed, module.text, count=1)


def batch_text(modules: Sequence[Module], homes: Homes) -> str:
    """The text of a file with all of these modules, in this order."""
    here = {module.name for module in modules}
    needed = _required({need for module in modules for need in module.needs} - here, homes)
    bodies = (f"\nModule {module.name}.\n{module.body}\nEnd {module.name}.\n" for module in modules)
    return "\n".join([f"{HEAD} *)", REALS, IMPORT, *filter(None, [needed]), f"{OPEN}\n", *bodies])


def _required(needs: Iterable[str], homes: Homes) -> str:
    """What brings these modules into sight under their own names, in one line, wherever they are.

    Of a batch that is imported, the modules are in sight; what is in them is so by its full name only.
    """
    batches = sorted({homes[need] for need in needs if need in homes})
    alone = sorted(need for need in needs if need not in homes)
    commands = (("Require Import", batches), ("Require", alone))
    return " ".join(f"From {LIBRARY} {command} {' '.join(files)}." for command, files in commands if files)


def full_name(name: str, homes: Homes) -> str:
    """A module's name in Coq, whatever else is there."""
    return ".".join([LIBRARY, *([homes[name]] if name in homes else []), name])


def is_harmless(module: Module) -> bool:
    """Whether a module is such that it changes the meaning of nothing that is written after it.

    It has lemmas with their proofs and nothing else: no notation, option, hint or axiom, which others could see.
    """
    code = COMMENT.sub("", module.body)
    if not module.body or '"' in code or "(*" in code or "*)" in code:
        return False
    return all(SENTENCE.match(sentence.lstrip()) for sentence in re.split(r"\.(?=\s)", code))
