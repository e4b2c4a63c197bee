"""The lemmas' formulas as a function in JavaScript.  Its arithmetic is that of numbers.js, of about 31 digits.

What formulas share is computed once.  A formula with something that has no counterpart there is refused.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from ...bounds.formulas.plain import Call, Expr


class NotWritten(ValueError):
    """A formula that cannot be written in JavaScript; the message says which part and why."""


def function(name: str, arguments: Sequence[str], result: Any) -> str:
    """The text of a function of these symbols, whose result is made of formulas in dicts and lists."""
    body = _Body(arguments)
    found = body.written(result)
    return "\n".join([f"const {name} = ({', '.join(arguments)}) => {{", *body.lines, f"  return {found};", "};", ""])


def data(name: str, value: Any) -> str:
    """The text of a constant.  Nothing in it can end the script."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return f"const {name} = {text.replace('<', chr(92) + 'u003c')};\n"


class _Body:
    """The lines that compute formulas, each part in a constant of its own."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.arguments = frozenset(arguments)
        self.lines: list[str] = []
        self._names: dict[str, str] = {}

    def written(self, result: Any) -> str:
        if isinstance(result, Expr):
            return self.name(result)
        if isinstance(result, Mapping):
            return f"{{{', '.join(f'{json.dumps(key)}: {self.written(each)}' for key, each in result.items())}}}"
        if isinstance(result, Sequence) and not isinstance(result, str):
            return f"[{', '.join(map(self.written, result))}]"
        return json.dumps(result)

    def name(self, part: Expr) -> str:
        """The name of the constant that has the value of a formula."""
        if part.is_Symbol:
            if part.key not in self.arguments:
                raise NotWritten(f"{part.key} is not among the symbols {', '.join(sorted(self.arguments))}")
            return part.key
        if part.key not in self._names:
            text = self._computed(part)
            self._names[part.key] = found = f"n{len(self._names)}"
            self.lines.append(f"  const {found} = {text};")
        return self._names[part.key]

    def _computed(self, part: Any) -> str:
        if part.is_Rational:
            return f"fraction({json.dumps(str(part.numerator))}, {json.dumps(str(part.denominator))})"
        if part.is_Add or part.is_Mul:
            return f"{'sum' if part.is_Add else 'product'}({', '.join(map(self.name, part.args))})"
        if part.is_Pow and part.exp.is_Rational:
            return self._power(part.base, part.exp.value)
        if isinstance(part, Call) and part.head == "Abs":
            return f"absolute({self.name(part.args[0])})"
        raise NotWritten(f"{part.key:.80} has no counterpart in the explorer's arithmetic")

    def _power(self, base: Expr, exponent: Fraction) -> str:
        if exponent.denominator > 2:
            raise NotWritten(f"the power {exponent} is neither whole nor half of a whole number")
        inner = self.name(base)
        if exponent.denominator == 2:
            inner = f"root({inner})"
        return inner if exponent.numerator == 1 else f"power({inner}, {exponent.numerator})"


__all__ = ["NotWritten", "data", "function"]
