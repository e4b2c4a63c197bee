"""Runs of Adam in sign form: reproducible to the last bit, with statistics of what the theorems speak of.

Needs NumPy; Numba (extra "fast") makes it about ten times faster, CuPy (extra "gpu") runs it on a GPU.
"""

from .algorithms import Algorithm, Schedule, adam, rmsprop, sign_descent, signum
from .data_problems import Regression, digits, least_squares, logistic, regression
from .errors import SimulationError
from .problems import Constants, Noise, Sampled, Separable, cosh, function, quadratic, separable
from .run import Run, simulate
from .statistics import MAXIMUM, QUANTITIES, Estimate, Statistics, estimate, ratio
from .task import NotFinite, State

__all__ = [
    "MAXIMUM",
    "QUANTITIES",
    "Algorithm",
    "Constants",
    "Estimate",
    "Noise",
    "NotFinite",
    "Regression",
    "Run",
    "Sampled",
    "Schedule",
    "Separable",
    "SimulationError",
    "State",
    "Statistics",
    "adam",
    "cosh",
    "digits",
    "estimate",
    "function",
    "least_squares",
    "logistic",
    "quadratic",
    "ratio",
    "regression",
    "rmsprop",
    "separable",
    "sign_descent",
    "signum",
    "simulate",
]
