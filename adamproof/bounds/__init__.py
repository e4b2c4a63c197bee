"""The calculator: orders of magnitude in T and d, exact; the best schedule; scaling witnesses; bounds in numbers.

affine (exponents) -> linear_program (exact) -> asymptotics (an expression under a schedule) -> schedules;
parameters -> problem -> theorems (the lemmas' bounds) -> certified (one setting), sweep (many), tuning, plots.  The
second row needs the lemmas and is imported when it is asked for.
Nothing here is trusted: what a calculation claims about exponents is proved by the kernel on request.
"""

from typing import TYPE_CHECKING, Any

from .affine import Affine
from .asymptotics import Order, OrderError, Rate, Schedule, UndecidedOrder, order, rate
from .linear_program import Constraint, Infeasible, Optimum, ProgramError, Unbounded, maximise
from .schedules import Best, Cell, Scale, ScalingWitness, best_schedule, cells, constraints, scaling_witness

if TYPE_CHECKING:
    from .certified import Bound, certify
    from .constant import rate_constant
    from .magnitude import magnitudes
    from .problem import Hyperparameters, Problem, ProblemError
    from .sweep import Bounds, bound
    from .training import Training
    from .tuning import optimise, smallest_steps

_LATER = {
    "Bound": "certified",
    "Bounds": "sweep",
    "Hyperparameters": "problem",
    "Problem": "problem",
    "ProblemError": "problem",
    "Training": "training",
    "bound": "sweep",
    "certify": "certified",
    "magnitudes": "magnitude",
    "optimise": "tuning",
    "rate_constant": "constant",
    "smallest_steps": "tuning",
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
