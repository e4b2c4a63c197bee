"""The symbol of each input in plain formulas, with the name and the assumption of the lemmas' own."""

from __future__ import annotations

from collections.abc import Mapping

from .plain import INTEGER, NONNEGATIVE, Symbol

# D, grad1, Gp and Gq stand for what the lemmas write as expectations and means over time (`theorems`).
SYMBOLS: Mapping[str, Symbol] = {
    "gap": Symbol("D", NONNEGATIVE),
    "grad1": Symbol("grad1", NONNEGATIVE),
    "L0": Symbol("L0"),
    "L1": Symbol("L1"),
    "q": Symbol("q"),
    "sigma0": Symbol("s0"),
    "sigma1": Symbol("s1"),
    "p": Symbol("p"),
    "dim": Symbol("d", INTEGER),
    "Gp": Symbol("Gp", NONNEGATIVE),
    "Gq": Symbol("Gq", NONNEGATIVE),
    "C0": Symbol("C0"),
    "C1": Symbol("C1"),
    "density": Symbol("c"),
    "vbar": Symbol("vbar"),
    "V": Symbol("V"),
    "B": Symbol("B"),
    "delta": Symbol("delta"),
    "beta1": Symbol("b1"),
    "beta2": Symbol("b2"),
    "lr": Symbol("gamma"),
    "epsilon": Symbol("eps"),
    "steps": Symbol("T", INTEGER),
}
WEIGHT_DECAY = Symbol("lambda")  # of a training, not of a problem: in the box of AdamW alone
NAME_OF: Mapping[Symbol, str] = {symbol: name for name, symbol in SYMBOLS.items()}

__all__ = ["NAME_OF", "SYMBOLS", "WEIGHT_DECAY"]
