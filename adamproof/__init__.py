"""adamproof: a proof checker and bound calculator for the sign-like-descent convergence proof of Adam.

`adamproof.get("B.2")` is a lemma, `adamproof.check("B.2")` the report of a check (docs/api.md).
"""

from importlib import import_module as _import_module
from importlib.machinery import PathFinder as _PathFinder
from pathlib import Path as _Path
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

if _TYPE_CHECKING:
    from ._version import __version__ as __version__
    from .checking.pipeline import check as check
    from .theory.library import get as get

# In a checkout the lemmas live beside this package, at the top level; a wheel ships them inside it.
if _PathFinder.find_spec(f"{__name__}.lemmas", __path__) is None:
    __path__.append(str(_Path(__file__).parent.parent))


_PLACES = {"__version__": "_version", "check": "checking.pipeline", "get": "theory.library"}


def __getattr__(name: str) -> _Any:
    """When they are asked for: the kernel needs none, and the command line's help must not wait for SymPy."""
    if name in _PLACES:
        return getattr(_import_module(f"{__name__}.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
