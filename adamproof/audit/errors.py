"""What the audit cannot use."""

from __future__ import annotations


class AuditError(ValueError):
    """An optimizer, a state, a record or a request that the audit refuses: one sentence."""
