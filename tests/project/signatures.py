"""The tables of `docs/reference/python.md`, from the code: what a proof script calls, and what a model takes."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import MISSING
from dataclasses import fields as fields_of

from adamproof.numeric.models import Model
from adamproof.theory.lemma import Scope

INNER = ("assumed", "known", "reasons", "relations")  # what steps are made with
START, END = "## Steps and models\n", "## Checks\n"


def section() -> str:
    """The part of the page that is generated."""
    how = "`**how` stands for `title=`, `squares=` and `degree=`, as `have` has them."
    written = "[Writing lemmas](../lemmas.md) says what reasons (`*by`) are, and shows them at work."
    parts = [
        f"What a proof script calls on its argument, `proof` (a `Scope`). {how} {written}",
        "\n".join(steps()),
        "What `Model(...)` takes:",
        "\n".join(fields()),
    ]
    return "\n".join([START, *(f"{part}\n" for part in parts), ""])


def steps() -> Iterator[str]:
    """A row for each method of a proof: its signature, and the first sentence that it is described with."""
    yield from ("| call | gives |", "| --- | --- |")
    methods = {name: member for cls in reversed(Scope.__mro__) for name, member in vars(cls).items()}
    for name, method in methods.items():
        if inspect.isfunction(method) and not name.startswith("_") and name not in INNER:
            begin = "with " if hasattr(method, "__wrapped__") else ""  # a context manager
            yield f"| `{begin}proof.{name}({_parameters(method)})` | {_first(method)} |"


def fields() -> Iterator[str]:
    """A row for each field of a model: its default, and what it is."""
    yield from ("| field | default | what it is |", "| --- | --- | --- |")
    described = _described(Model.__doc__ or "")
    for field in fields_of(Model):
        default = {} if field.default is MISSING else field.default
        yield f"| `{field.name}` | `{_short(default)}` | {described[field.name].split(' (mpmath')[0]} |"


def _parameters(method: object) -> str:
    signature = inspect.signature(method)  # type: ignore[arg-type]
    parameters = [one.replace(annotation=inspect.Parameter.empty) for one in signature.parameters.values()][1:]
    return _escaped(str(inspect.Signature(parameters))[1:-1])


def _first(method: object) -> str:
    text = " ".join((inspect.getdoc(method) or "").split("\n\n")[0].split())
    return _escaped(re.split(r"(?<=[.`)])\s+(?=[A-Z])|:$", text)[0].rstrip("."))


def _described(doc: str) -> dict[str, str]:
    found = re.findall(r"^    (\w[\w, ]*): (.*?)(?=^    \w[\w, ]*: |^$)", doc, re.MULTILINE | re.DOTALL)
    return {name: _escaped(" ".join(text.split())) for names, text in found for name in names.split(", ")}


def _short(value: object) -> str:
    text = repr(value)
    return {"((0, Fraction(1, 1)),)": "((0, 1),)"}.get(text, text if len(text) < 20 else "-2, -3/2, ..., 2")


def _escaped(text: str) -> str:
    return text.replace("|", r"\|").replace("``", "`")
