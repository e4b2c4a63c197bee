"""The audit: what the theory says of Adam, beside what a real training does.

    from adamproof.audit import watch

    with watch(optimizer, model) as audit:
        ...train...
    audit.save("run.audit")

The recorder reduces moments, gradients and weights to a few numbers a layer, once in a while; `adamproof audit
run.audit` says what they mean.  Neither PyTorch nor JAX is imported here.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .array_like import ArrayRecorder, watch_arrays
    from .errors import AuditError
    from .record import Run, read
    from .recorder import AuditWarning, Recorder
    from .torch_like import watch

_LATER = {
    "ArrayRecorder": "array_like",
    "AuditError": "errors",
    "AuditWarning": "recorder",
    "Recorder": "recorder",
    "Run": "record",
    "read": "record",
    "watch": "torch_like",
    "watch_arrays": "array_like",
}

if not TYPE_CHECKING:  # which would take any name for one of these

    def __getattr__(name: str) -> Any:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f".{_LATER[name]}", __name__), name)


__all__ = ["ArrayRecorder", "AuditError", "AuditWarning", "Recorder", "Run", "read", "watch", "watch_arrays"]
