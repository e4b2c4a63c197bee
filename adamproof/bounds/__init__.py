"""The calculator: orders of magnitude in T and d, exact; the best schedule; scaling witnesses; bounds in numbers.

`formulas` and `orders` know no lemma; `theorems` reads the lemmas, and what it has compiled.  On these three rest
problem (what is asked), certified (one setting), vectorised (many), target (the smallest T), tuning (the best
hyperparameters), magnitude, constant and the pictures.  All are imported when they are asked for: `--help` needs the
parameters, but neither SymPy nor the lemmas.
Nothing here is trusted: what a calculation claims about exponents is proved by the kernel on request.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .certified import Bound, certify
    from .constant import rate_constant
    from .magnitude import magnitudes
    from .orders.affine import Affine
    from .orders.asymptotics import order, rate
    from .orders.linear_program import Constraint, Infeasible, Optimum, ProgramError, Unbounded, maximise
    from .orders.order import Order, Rate
    from .orders.power_law import OrderError, Schedule, UndecidedOrder
    from .orders.schedules import Best, Cell, Scale, ScalingWitness, best_schedule, cells, constraints, scaling_witness
    from .problem import Hyperparameters, Problem
    from .ranges import ProblemError
    from .target import smallest_steps
    from .training import Training
    from .tuning import optimise
    from .vectorised import Bounds, bound

_LATER = {
    "Affine": "orders.affine",
    "Best": "orders.schedules",
    "Bound": "certified",
    "Bounds": "vectorised",
    "Cell": "orders.schedules",
    "Constraint": "orders.linear_program",
    "Hyperparameters": "problem",
    "Infeasible": "orders.linear_program",
    "Optimum": "orders.linear_program",
    "Order": "orders.order",
    "OrderError": "orders.power_law",
    "Problem": "problem",
    "ProblemError": "problem",
    "ProgramError": "orders.linear_program",
    "Rate": "orders.order",
    "Scale": "orders.schedules",
    "ScalingWitness": "orders.schedules",
    "Schedule": "orders.power_law",
    "Training": "training",
    "Unbounded": "orders.linear_program",
    "UndecidedOrder": "orders.power_law",
    "best_schedule": "orders.schedules",
    "bound": "vectorised",
    "cells": "orders.schedules",
    "certify": "certified",
    "constraints": "orders.schedules",
    "magnitudes": "magnitude",
    "maximise": "orders.linear_program",
    "optimise": "tuning",
    "order": "orders.asymptotics",
    "rate": "orders.asymptotics",
    "rate_constant": "constant",
    "scaling_witness": "orders.schedules",
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
