"""Betas and learning rates written as powers of T: their exponents, and what looks as if something else was meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from .formulas.plain import Beyond, Expr
from .formulas.spelling import Unspelled, monomials
from .formulas.written import NumberError, T
from .formulas.written import exact as formula
from .orders.affine import exact

HALF = Fraction(1, 2)


def exponent(of: str, text: str) -> Fraction:
    """The exponent a in text: a fraction itself, 1-T^-a for a beta ("beta1", "beta2"), T^-a or T^-a/sqrt(d) for "lr".

    A positive constant before the power does not matter.  Raises NumberError.
    """
    if "T" not in text:
        return exact(text)
    whole = formula(text)
    try:
        found = _exponent(of, whole if of == "lr" else _rest(whole))
    except Unspelled:
        found = _by_sympy(of, whole)
    if found is None:
        form = "T^-3/4 or T^-3/4/sqrt(d)" if of == "lr" else "1-T^-1/2"
        raise NumberError(f"{text!r:.60} is not a power of T of the form {form}")
    return found


def _exponent(of: str, power: Expr) -> Fraction | None:
    (factor, _, powers), *more = monomials(power)
    root = powers.get("d", Fraction(0))
    if more:
        raise Unspelled("a sum")
    return None if factor <= 0 or not _fits(of, root) else -powers.get("T", Fraction(0))


def _fits(of: str, root: Fraction) -> bool:
    """Whether a power of d is one that a beta, or a learning rate, may have."""
    return root in ((0, -HALF) if of == "lr" else (0,))


def _by_sympy(of: str, whole: Expr) -> Fraction | None:
    import sympy

    from .formulas.symbolic import SYMBOLS

    steps, dim = SYMBOLS["steps"], SYMBOLS["dim"]
    power = sympy.sympify(whole if of == "lr" else 1 - sympy.sympify(whole))
    factor, rest = sympy.expand(power, force=True).as_independent(steps, dim)
    found = Fraction(str(-rest.as_powers_dict().get(steps, 0)))
    root = rest.as_powers_dict().get(dim, 0)
    if factor <= 0 or rest != steps ** -sympy.Rational(found) * dim**root or not _fits(of, Fraction(str(root))):
        return None
    return found


def doubts_of_formulas(values: Mapping[str, Any]) -> list[str]:
    """What looks as if something else was meant in formulas in T, one sentence each: T^-1/2 for 1-T^-1/2, and back.

    Values are as `parameters.doubts` takes them, by the names of the inputs; numbers are passed over.
    """
    found = [_doubt(name, values.get(name)) for name in ("beta1", "beta2", "lr")]
    return [sentence for sentence in found if sentence]


def _doubt(name: str, text: Any) -> str:
    """A sentence about a beta that tends to 0, or a learning rate that tends to 1 or grows; "" for others."""
    if not isinstance(text, str) or "T" not in text:
        return ""
    value = formula(text)
    grows, left = _power_of_T(value), _power_of_T(_rest(value))
    if name == "lr":
        limit = "1" if left is not None and left < 0 else "infinity" if grows is not None and grows > 0 else ""
    else:
        limit = "0" if grows is not None and grows < 0 else ""
    if not limit:
        return ""
    meant = _done(lambda x: 1 / x, value) if limit == "infinity" else _rest(value)
    return f"{name} = {text.strip()} tends to {limit} as T grows; did you mean {_typed(name, text, meant)}?"


def _rest(value: Expr) -> Expr:
    """1 - value."""
    return _done(lambda x: 1 - x, value)


def _done(operation: Callable[[Any], Any], value: Expr) -> Expr:
    try:
        found: Expr = operation(value)
    except Beyond:
        from .formulas.symbolic import plain_form

        return plain_form(operation(value._sympy_()))
    return found


def _power_of_T(value: Any) -> Fraction | None:
    """The exponent of T in the order of an expression; None where it has none."""
    try:
        terms = monomials(value)
    except Unspelled:
        return _by_order(value)
    return None if value == 0 else max(powers.get("T", Fraction(0)) for _, _, powers in terms)


def _by_order(value: Expr) -> Fraction | None:
    from .orders.asymptotics import order
    from .orders.power_law import OrderError

    try:
        found = order(value._sympy_()).T
    except OrderError:
        return None
    return found if isinstance(found, Fraction) else None


def _typed(name: str, text: str, meant: Any) -> str:
    """What is meant as people type it: 1-T^-1/2, and T^-3/4 rather than SymPy's T**(-3/4)."""
    if name != "lr":
        return f"1-{text.strip()}" if formula(f"1-{text}") == meant else f"1-({text.strip()})"
    factors = meant.args if meant.is_Mul else (meant,)
    power = -sum((f.exp if f.is_Pow else formula(1)).value for f in factors if T in (f, f.args[0] if f.args else f))
    simple = f"T^-{power}"
    return simple if formula(simple) == meant else str(meant).replace("**", "^")


__all__ = ["doubts_of_formulas", "exponent"]
