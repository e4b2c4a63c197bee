"""The calculator: orders of magnitude in T and d, exact; the best schedule; scaling witnesses.

affine (exponents) -> programs (exact linear programs) -> orders (an expression under a schedule) -> schedules.
Nothing here is trusted: what a calculation claims about exponents is proved by the kernel on request.
"""

from .affine import Affine
from .orders import Order, OrderError, Rate, Schedule, UndecidedOrder, order, rate
from .programs import Constraint, Infeasible, Optimum, ProgramError, Unbounded, maximise
from .schedules import Best, Cell, Scale, ScalingWitness, best_schedule, cells, constraints, scaling_witness

__all__ = [
    "Affine",
    "Best",
    "Cell",
    "Constraint",
    "Infeasible",
    "Optimum",
    "Order",
    "OrderError",
    "ProgramError",
    "Rate",
    "Scale",
    "ScalingWitness",
    "Schedule",
    "Unbounded",
    "UndecidedOrder",
    "best_schedule",
    "cells",
    "constraints",
    "maximise",
    "order",
    "rate",
    "scaling_witness",
]
