"""adamproof: a proof checker and bound calculator for the sign-like-descent convergence proof of Adam."""

from pathlib import Path as _Path

__version__ = "0.1.0"

# In a checkout the lemmas live beside this package, at the top level; a wheel ships them inside it.
if not (_Path(__file__).parent / "lemmas").exists():
    __path__.append(str(_Path(__file__).parent.parent))
