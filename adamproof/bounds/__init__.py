"""The calculator: orders of magnitude in T and d, exact; the best schedule; scaling witnesses; bounds in numbers.

affine (exponents) -> linear_program (exact) -> power_law (a schedule) -> asymptotics (an expression under it) ->
schedules (the best one); parameters -> problem -> theorems (the lemmas' bounds) -> certified (one setting), sweep
(many), target (the smallest T), tuning (the best hyperparameters), plots.  All are imported when they are asked for:
`--help` needs the parameters, but neither SymPy nor the lemmas.
What one setting needs is in plain formulas (plain), which `compiling` makes of the lemmas' own and `compiled` reads;
schedule_table has the orders on all schedules.  SymPy (symbolic) is for what plain formulas cannot do.
Nothing here is trusted: what a calculation claims about exponents is proved by the kernel on request.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .affine import Affine
    from .asymptotics import order, rate
    from .certified import Bound, certify
    from .constant import rate_constant
    from .linear_program import Constraint, Infeasible, Optimum, ProgramError, Unbounded, maximise
    from .magnitude import magnitudes
    from .orders import Order, Rate
    from .power_law import OrderError, Schedule, UndecidedOrder
    from .problem import Hyperparameters, Problem, ProblemError
    from .schedules import Best, Cell, Scale, ScalingWitness, best_schedule, cells, constraints, scaling_witness
    from .sweep import Bounds, bound
    from .target import smallest_steps
    from .training import Training
    from .tuning import optimise

_LATER = {
    "Affine": "affine",
    "Best": "schedules",
    "Bound": "certified",
    "Bounds": "sweep",
    "Cell": "schedules",
    "Constraint": "linear_program",
    "Hyperparameters": "problem",
    "Infeasible": "linear_program",
    "Optimum": "linear_program",
    "Order": "orders",
    "OrderError": "power_law",
    "Problem": "problem",
    "ProblemError": "problem",
    "ProgramError": "linear_program",
    "Rate": "orders",
    "Scale": "schedules",
    "ScalingWitness": "schedules",
    "Schedule": "power_law",
    "Training": "training",
    "Unbounded": "linear_program",
    "UndecidedOrder": "power_law",
    "best_schedule": "schedules",
    "bound": "sweep",
    "cells": "schedules",
    "certify": "certified",
    "constraints": "schedules",
    "magnitudes": "magnitude",
    "maximise": "linear_program",
    "optimise": "tuning",
    "order": "asymptotics",
    "rate": "asymptotics",
    "rate_constant": "constant",
    "scaling_witness": "schedules",
    "smallest_steps": "target",
}


if not TYPE_CHECKING:  # which would take any name for one of these

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
