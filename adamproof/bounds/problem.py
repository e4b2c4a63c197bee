"""What a bound is asked for: a problem (function and noise) and hyperparameters, checked when they are made.

`ranges` says which numbers they may be.
"""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from .formulas.parameters import TRAINING
from .ranges import FIELDS, HYPER, INPUTS, Field, ProblemError, checked

LARGEST_FILE = 1_000_000  # bytes
TABLES = ("problem", "hyperparameters", "training")  # of a problem file
SWITCHES = ("bias_correction", "decoupled")  # inputs that are true or false


@dataclass(frozen=True, eq=False)
class Problem:
    """The function and its noise.  Only `dim` and what a theorem needs must be given.

    Raises ProblemError with one sentence when a value breaks its rule.
    """

    gap: Any = None
    grad1: Any = None
    L0: Any = None
    L1: Any = None
    q: Any = None
    sigma0: Any = None
    sigma1: Any = None
    p: Any = None
    dim: Any = None
    Gp: Any = None
    Gq: Any = None
    C0: Any = None
    C1: Any = None
    density: Any = None
    vbar: Any = None
    V: Any = None
    B: Any = None
    delta: Any = None

    def __post_init__(self) -> None:
        _normalised(self, INPUTS)


@dataclass(frozen=True, eq=False)
class Hyperparameters:
    """Adam's settings.  beta1, beta2, lr may be formulas in T and d, such as "1 - T^-1/2" or "T^-3/4/sqrt(d)".

    Raises ProblemError with one sentence when a value breaks its rule.
    """

    beta1: Any = None
    beta2: Any = None
    lr: Any = None
    epsilon: Any = None
    steps: Any = None

    def __post_init__(self) -> None:
        _normalised(self, HYPER)


def _normalised(owner: Any, table: Mapping[str, Field]) -> None:
    for name, field in table.items():
        value = getattr(owner, name)
        if value is None:
            value = field.default
        if value is not None:
            object.__setattr__(owner, name, checked(name, value, field.rule))


def _with_inputs(doc: str | None, table: Mapping[str, Field]) -> str:
    """A docstring with the meaning, rule and default of each input, from where `--help` has them."""
    lines = [(doc or "").rstrip() + "\n"]
    for name, field in table.items():
        default = f"; {field.default} by default" if field.default else ""
        lines.append(f"{name}: {field.meaning}; must {field.rule.text(name)}{default}")
    return "\n    ".join([*lines, ""])


Problem.__doc__ = _with_inputs(Problem.__doc__, INPUTS)
Hyperparameters.__doc__ = _with_inputs(Hyperparameters.__doc__, HYPER)


def given(problem: Problem, hyper: Hyperparameters) -> dict[str, Any]:
    """All values that there are, by name."""
    pairs = [(field.name, getattr(owner, field.name)) for owner in (problem, hyper) for field in fields(owner)]
    return {name: value for name, value in pairs if value is not None}


def from_mapping(values: Mapping[str, Any], where: str = "") -> tuple[Problem, Hyperparameters]:
    """A problem and hyperparameters from names and values.  Raises ProblemError on a name that is none.

    Names of traits (inputs.TRAINING) are left to `training.training_of`.
    """
    for name in values:
        if name not in FIELDS and name not in TRAINING:
            raise ProblemError(unknown(name, FIELDS, where))
    problem = Problem(**{name: value for name, value in values.items() if name in INPUTS})
    return problem, Hyperparameters(**{name: value for name, value in values.items() if name in HYPER})


def unknown(name: str, known: Iterable[str], where: str = "") -> str:
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}?" if close else f"the parameters are {', '.join(names)}"
    return f"{where + ': ' if where else ''}{name!r:.60} is not a parameter of a bound; {hint}"


def read(path: str) -> dict[str, Any]:
    """The values of a TOML or JSON file, keys at the top or in the tables [problem], [hyperparameters], [training].

    Decimals are exact: 0.999 in the file is 999/1000.  Raises ProblemError in one sentence on anything else.
    """
    content = _content(path)
    if not isinstance(content, dict):
        raise ProblemError(f"{path}: a problem file must be a table of names and values")
    values: dict[str, Any] = {}
    for key, value in content.items():
        entries = value.items() if key in TABLES and isinstance(value, dict) else [(key, value)]
        for name, entry in entries:
            if name not in FIELDS and name not in TRAINING:
                raise ProblemError(unknown(name, [*FIELDS, *TRAINING], path))
            if name in values:
                raise ProblemError(f"{path}: {name} is given twice")
            if isinstance(entry, bool) != (name in SWITCHES):
                kind = "true or false" if name in SWITCHES else "a number or text"
                raise ProblemError(f"{path}: {name} must be {kind}, not {entry!r:.40}")
            if name not in SWITCHES and not isinstance(entry, str | int | Fraction):
                raise ProblemError(f"{path}: {name} must be a number or text, not {entry!r:.40}")
            values[name] = entry
    return values


def _content(path: str) -> Any:
    import json
    import tomllib

    try:
        if os.path.exists(path) and not stat.S_ISREG(os.stat(path).st_mode):
            raise ProblemError(f"{path} is not a regular file; a problem file is TOML or JSON text")
        with open(path, "rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise ProblemError(f"{path} has more than {LARGEST_FILE} bytes, too many for a problem file")
        text = content.decode("utf-8-sig")  # some editors mark the beginning
        if path.endswith(".json"):
            return json.loads(text, parse_float=str, parse_constant=str, object_pairs_hook=_each_once)
        return tomllib.loads(text, parse_float=str)
    except OSError as error:
        raise ProblemError(f"cannot read {path}: {error.strerror or error}") from error
    except ProblemError:
        raise
    except (ValueError, RecursionError) as error:
        kind, name = ("JSON", "ends") if path.endswith(".json") else ("TOML", "does not end")
        why = " ".join(str(error).split())
        said = f"{path} is not valid {kind} ({why})"
        raise ProblemError(f"{said}; a file whose name {name} in .json is read as {kind}") from error


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key occurs twice")
    return found

