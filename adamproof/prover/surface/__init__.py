"""Structured proofs: an author's proof as it stands on paper (docs/lemmas.md).

knowledge (what is known, signs by form) -> matching (instances) -> integrability -> discharge -> opaque, congruence,
solving (`have`) -> chains, citing, unrolling -> context, which scripts write with; vectors.
"""

from .context import Context
from .vectors import Vector

__all__ = ["Context", "Vector"]
