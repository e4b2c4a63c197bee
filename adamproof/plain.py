"""A lemma's work as plain data for the cache, and back.  Exact: fractions, binary floating point numbers, terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from fractions import Fraction
from typing import Any

import mpmath

from .check import ClaimWork, MutantWork, NamedStep, Work
from .kernel.terms import Function, Term, function, make
from .numeric.check import Report, Witness
from .numeric.evaluate import Slack
from .numeric.intervals import BoxAnswer

RECORDS = {kind.__name__: kind for kind in (BoxAnswer, ClaimWork, MutantWork, NamedStep, Report, Slack, Witness)}
MAX_EXPONENT = 10_000_000  # of a floating point number; printing one of a far larger exponent might not end


def packed(work: Work) -> dict[str, Any]:
    """The work as JSON has it; that of a lemma all of whose claims were derived."""
    if work.failures:
        raise ValueError("only finished work is kept")
    return {
        "proofs": work.proofs,  # apart, so that the kernel can start on them before anything else is read
        "claims": {name: _packed(replace(claim, proof="")) for name, claim in work.claims.items()},
        "mutants": {name: _packed(mutant) for name, mutant in work.mutants.items()},
    }


def unpacked(data: dict[str, Any]) -> Work:
    """The work that was packed.  Raises the kernel's Refusal, or ValueError, LookupError or TypeError, on other."""
    texts = zip(data["claims"].items(), data["proofs"], strict=True)
    claims = {name: replace(_unpacked(claim), proof=proof) for (name, claim), proof in texts}
    return Work(claims, {}, {name: _unpacked(mutant) for name, mutant in data["mutants"].items()})


# --- values: text, truth values and None as they are; everything else as [kind, parts...] ----------------


def _packed(value: Any) -> Any:
    kind = type(value)
    if value is None or kind in (str, bool):
        return value
    if kind is int:
        return ["int", hex(value)]  # in decimal, Python refuses more than 4300 digits
    if kind is Fraction:
        return ["fraction", hex(value.numerator), hex(value.denominator)]
    if isinstance(value, mpmath.mpf):
        sign, mantissa, exponent, bits = value._mpf_
        return ["mpf", int(sign), hex(int(mantissa)), int(exponent), int(bits)]
    if kind is tuple:
        return ["tuple", *map(_packed, value)]
    if kind is dict:
        return ["dict", *([_packed(name), _packed(entry)] for name, entry in value.items())]
    if kind is Function:
        return ["function", value.name, list(value.sorts)]
    if kind is Term:
        return ["term", value.op, *map(_packed, value.args)]
    if RECORDS.get(kind.__name__) is kind:
        return ["record", kind.__name__, [_packed(getattr(value, field.name)) for field in fields(value)]]
    raise TypeError(f"the cache does not keep a {kind.__name__}")


def _unpacked(data: Any) -> Any:
    if data is None or type(data) in (str, bool):
        return data
    kind, *parts = data
    return READERS[kind](parts)


def _floating(sign: int, mantissa: str, exponent: int, bits: int) -> Any:
    size = int(mantissa, 16)
    if sign not in (0, 1) or abs(exponent) > MAX_EXPONENT or (size and bits != size.bit_length()):
        raise ValueError("this is no floating point number")
    return mpmath.make_mpf((sign, mpmath.libmp.MPZ(size), exponent, bits))


READERS: dict[str, Callable[[list[Any]], Any]] = {
    "int": lambda parts: int(parts[0], 16),
    "fraction": lambda parts: Fraction(int(parts[0], 16), int(parts[1], 16)),
    "mpf": lambda parts: _floating(*parts),
    "tuple": lambda parts: tuple(map(_unpacked, parts)),
    "dict": lambda parts: {_unpacked(name): _unpacked(entry) for name, entry in parts},
    "function": lambda parts: function(parts[0], parts[1]),
    "term": lambda parts: make(parts[0], *map(_unpacked, parts[1:])),
    "record": lambda parts: RECORDS[parts[0]](*map(_unpacked, parts[1])),
}
