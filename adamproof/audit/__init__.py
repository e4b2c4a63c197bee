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
    from .optax_like import OptaxRecorder, watch_optax
    from .record import Run, read
    from .recorder import AuditWarning, Recorder
    from .states import from_state, read_state
    from .torch_like import watch
    from .verdicts import Verdict, judge

_LATER = {
    "ArrayRecorder": "array_like",
    "AuditError": "errors",
    "AuditWarning": "recorder",
    "OptaxRecorder": "optax_like",
    "Recorder": "recorder",
    "Run": "record",
    "Verdict": "verdicts",
    "from_state": "states",
    "read": "record",
    "read_state": "states",
    "judge": "verdicts",
    "watch": "torch_like",
    "watch_arrays": "array_like",
    "watch_optax": "optax_like",
}

if not TYPE_CHECKING:  # which would take any name for one of these

    def __getattr__(name: str) -> Any:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f".{_LATER[name]}", __name__), name)


__all__ = [
    "ArrayRecorder",
    "AuditError",
    "AuditWarning",
    "OptaxRecorder",
    "Recorder",
    "Run",
    "Verdict",
    "from_state",
    "judge",
    "read",
    "read_state",
    "watch",
    "watch_arrays",
    "watch_optax",
]
