"""The command line, `adamproof` or `python -m adamproof`.

Exit status: 0 all proved, 1 something refuted or rejected, 2 usage errors, 3 undecided, 130 interrupted.
Importing this package imports none of SymPy, NumPy and mpmath; the commands that need them do.
"""

from .app import main

__all__ = ["main"]
