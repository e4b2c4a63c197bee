"""How names are written: Greek letters, and digits at the end of a name as an index."""

from __future__ import annotations

import re

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "delta": "δ",
    "eta": "η",
    "theta": "θ",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "xi": "ξ",
    "rho": "ρ",
    "sigma": "σ",
    "tau": "τ",
    "phi": "φ",
    "psi": "ψ",
    "omega": "ω",
}


def split_name(name: str) -> tuple[str, str]:
    """A name as (stem, digits at its end): "L0" is ("L", "0")."""
    stem = re.sub(r"\d+$", "", name)
    return stem, name[len(stem) :]
