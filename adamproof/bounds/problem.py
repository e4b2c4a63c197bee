"""What a bound is asked for: a problem (function and noise) and hyperparameters, checked when they are made.

A value is an int, a Fraction, a decimal, text ("1e-3", "1/2", "T^-1/2") or a float, and is exact: a Python float stands
for its shortest decimal, so that 0.999 is 999/1000.  For sweeps a value may be a NumPy array; its elements then stand
for themselves, the binary fractions that they are.
"""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from .formulas.evaluation import Enclosure, NoEnclosure, bits_for, decimal, enclose
from .formulas.parameters import DEFAULTS, HYPERPARAMETERS, MEANINGS, PROBLEM, TRAINING
from .formulas.symbols import SYMBOLS
from .formulas.written import NumberError, exact

LARGEST_FILE = 1_000_000  # bytes
TABLES = ("problem", "hyperparameters", "training")  # of a problem file
SWITCHES = ("bias_correction", "decoupled")  # inputs that are true or false
MOST_BITS = 8_000  # to decide a comparison


class ProblemError(ValueError):
    """A value that a calculation cannot use: one sentence with the value and the rule that it breaks."""


class MissingError(ProblemError):
    """A quantity of a theorem that was given no value."""


@dataclass(frozen=True)
class Rule:
    """least <= value <= most, strictly where open."""

    least: Fraction | None = None
    most: Fraction | None = None
    above: bool = False  # least < value
    below: bool = False  # value < most
    whole: bool = False

    def text(self, name: str) -> str:
        """What a value must do: "be positive", "be a whole number, at least 1", "satisfy 0 <= q <= 1"."""
        left = "" if self.least is None else f"{self.least} {'<' if self.above else '<='} "
        right = "" if self.most is None else f" {'<' if self.below else '<='} {self.most}"
        if left and right:
            return f"{'be a whole number and ' if self.whole else ''}satisfy {left}{name}{right}"
        limit = f"{'more than' if self.above else 'at least'} {self.least}"
        positive = self.above and self.least == 0
        return f"be {'a whole number, ' if self.whole else ''}{'positive' if positive else limit}"

    def allows(self, value: Enclosure) -> bool | None:
        """Whether every value of the enclosure keeps the rule; None if only some may."""
        found: bool | None = not self.whole or (value.exact and value.low.denominator == 1)
        for limit, strict, sign in ((self.least, self.above, 1), (self.most, self.below, -1)):
            if limit is None:
                continue
            gaps = sorted(((value.low - limit) * sign, (value.high - limit) * sign))
            if gaps[1] < 0 or (strict and gaps[1] == 0):
                return False
            if gaps[0] < 0 or (strict and gaps[0] == 0):
                found = None if found else found
        return found


@dataclass(frozen=True)
class Field:
    """One input: symbol in the formulas, rule, meaning for `--help`, and default (None: it must be given)."""

    symbol: Any
    rule: Rule
    meaning: str
    default: str | None = None


NONNEGATIVE, POSITIVE = Rule(Fraction(0)), Rule(Fraction(0), above=True)
ZERO, ONE = Fraction(0), Fraction(1)
_RULES: dict[str, Rule] = {
    "gap": NONNEGATIVE,
    "grad1": NONNEGATIVE,
    "L0": NONNEGATIVE,
    "L1": NONNEGATIVE,
    "q": Rule(ZERO, ONE),
    "sigma0": NONNEGATIVE,
    "sigma1": NONNEGATIVE,
    "p": Rule(ZERO, Fraction(2)),
    "dim": Rule(ONE, whole=True),
    "Gp": NONNEGATIVE,
    "Gq": NONNEGATIVE,
    "C0": NONNEGATIVE,
    "C1": Rule(ONE),
    "density": Rule(ZERO, ONE, above=True),
    "vbar": POSITIVE,
    "V": NONNEGATIVE,
    "B": NONNEGATIVE,
    "delta": Rule(ZERO, ONE, above=True, below=True),
    "beta1": Rule(ZERO, ONE, below=True),
    "beta2": Rule(ZERO, ONE, above=True, below=True),
    "lr": POSITIVE,
    "epsilon": NONNEGATIVE,
    "steps": Rule(ONE, whole=True),
}


def _fields(names: Iterable[str]) -> dict[str, Field]:
    return {name: Field(SYMBOLS[name], _RULES[name], MEANINGS[name], DEFAULTS.get(name)) for name in names}


INPUTS, HYPER = _fields(PROBLEM), _fields(HYPERPARAMETERS)
FIELDS: dict[str, Field] = {**INPUTS, **HYPER}


def is_array(value: Any) -> bool:
    return getattr(value, "ndim", 0) > 0


def _normalised(owner: Any, table: Mapping[str, Field]) -> None:
    for name, field in table.items():
        value = getattr(owner, name)
        if value is None:
            value = field.default
        if value is not None:
            object.__setattr__(owner, name, checked(name, value, field.rule))


def checked(name: str, value: Any, rule: Rule) -> Any:
    if is_array(value) or (isinstance(value, Sequence) and not isinstance(value, str)):
        return checked_array(name, value, rule)
    try:
        number = exact(value)
    except NumberError as error:
        raise ProblemError(f"{name}: {error}") from error
    if not number.free_symbols:
        check_rule(name, number, rule, {})
    return number


def checked_array(name: str, value: Any, rule: Rule) -> Any:
    """An array of float64 whose elements all keep the rule.  Raises ProblemError, with the first that does not."""
    import numpy

    from ..support.arrays import ArrayError, real_array

    try:
        found = real_array(value)
    except ArrayError as error:
        raise ProblemError(f"{name} {error}") from error
    wrong = ~numpy.isfinite(found)
    if rule.least is not None:
        wrong |= (found <= float(rule.least)) if rule.above else (found < float(rule.least))
    if rule.most is not None:
        wrong |= (found >= float(rule.most)) if rule.below else (found > float(rule.most))
    if rule.whole:
        wrong |= found != numpy.floor(found)
    if wrong.any():
        place = tuple(int(index) for index in numpy.argwhere(wrong)[0])
        where = f"[{', '.join(map(str, place))}]" if place else ""
        raise ProblemError(f"{name}{where} must {rule.text(name)}, got {found[place]}")
    return found


def shown(number: Any) -> str:
    """A number for people: a formula as it is, a rational exactly where that is short, else about its value."""
    if not number.is_Rational:
        return str(number).replace("**", "^")
    value = Fraction(int(number.p), int(number.q))
    exact_text, short = decimal(value, 12, up=True), decimal(value, 12, up=False)
    if exact_text == short:
        return exact_text
    return str(value) if len(str(value)) <= 12 else f"about {decimal(value, 6, up=True)}"


def check_rule(name: str, number: Any, rule: Rule, values: Mapping[Any, Enclosure]) -> None:
    """Raise ProblemError unless the number surely keeps the rule."""
    bits, allowed = bits_for(20), None
    while allowed is None and bits <= MOST_BITS:
        try:
            allowed = rule.allows(enclose(number, values, bits))
        except NoEnclosure as error:
            raise ProblemError(f"{name} = {shown(number)} is undefined: {error}") from error
        bits *= 2
    if allowed is None:
        must = f"{name} must {rule.text(name)}"
        raise ProblemError(f"{must}, but {shown(number)} is too close to the end of this range to decide")
    if not allowed:
        raise ProblemError(f"{name} must {rule.text(name)}, got {shown(number)}")


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


__all__ = [
    "FIELDS",
    "HYPER",
    "INPUTS",
    "Hyperparameters",
    "Problem",
    "ProblemError",
    "Rule",
    "check_rule",
    "checked",
    "checked_array",
    "from_mapping",
    "given",
    "is_array",
    "read",
]
