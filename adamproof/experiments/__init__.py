"""Experiments: commands that test, in runs, what the theorems bound and what the source claims.

against_bound (a run beside the bound it is under); one module an experiment (index lists them); statistics (tests and
exponents); records (what a run leaves behind: numbers with a checksum, never a verdict); pictures.  What comes out is
*observed in a run*, however often: evidence, not proof.
"""

from .index import EXPERIMENTS
from .records import Record, RecordError, found_in, read, shipped

__all__ = ["EXPERIMENTS", "Record", "RecordError", "found_in", "read", "shipped"]
