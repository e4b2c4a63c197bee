"""The calculator: orders of magnitude in T and d, exact; the best schedule; scaling witnesses; bounds in numbers.

affine (exponents) -> programs (exact linear programs) -> orders (an expression under a schedule) -> schedules;
problem (inputs) -> theorems (the lemmas' bounds) -> certified (one setting), vectorised (many), solve, plots.  The
second row needs the lemmas and is imported when it is asked for.
Nothing here is trusted: what a calculation claims about exponents is proved by the kernel on request.
"""

from typing import TYPE_CHECKING, Any

from .affine import Affine
from .orders import Order, OrderError, Rate, Schedule, UndecidedOrder, order, rate
from .programs import Constraint, Infeasible, Optimum, ProgramError, Unbounded, maximise
from .schedules import Best, Cell, Scale, ScalingWitness, best_schedule, cells, constraints, scaling_witness

if TYPE_CHECKING:
    from .certified import Bound, certify
    from .constant import rate_constant
    from .magnitude import magnitudes
    from .problem import Hyperparameters, Problem, ProblemError
    from .solve import optimise, smallest_steps
    from .training import Training
    from .vectorised import Bounds, bound

_LATER = {
    "Bound": "certified",
    "Bounds": "vectorised",
    "Hyperparameters": "problem",
    "Problem": "problem",
    "ProblemError": "problem",
    "Training": "training",
    "bound": "vectorised",
    "certify": "certified",
    "magnitudes": "magnitude",
    "optimise": "solve",
    "rate_constant": "constant",
    "smallest_steps": "solve",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_LATER[name]}", __name__), name)


__all__ = [
    "Affine",
    "Best",
    "Bound",
    "Bounds",
    "Cell",
    "Constraint",
    "Hyperparameters",
    "Infeasible",
    "Optimum",
    "Order",
    "OrderError",
    "Problem",
    "ProblemError",
    "ProgramError",
    "Rate",
    "Scale",
    "ScalingWitness",
    "Schedule",
    "Training",
    "Unbounded",
    "UndecidedOrder",
    "best_schedule",
    "bound",
    "cells",
    "certify",
    "constraints",
    "magnitudes",
    "maximise",
    "optimise",
    "order",
    "rate",
    "rate_constant",
    "scaling_witness",
    "smallest_steps",
]
