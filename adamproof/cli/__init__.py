"""The command line, `adamproof` or `python -m adamproof`.

Exit status: 0 all proved, 1 something refuted or rejected, 2 usage errors, 3 undecided, 130 interrupted.
Importing this package imports none of SymPy, NumPy and mpmath; the commands that need them do.
"""

import gc

# Before anything is imported: modules, terms and expressions are many, live long and are hardly ever cyclic.
gc.set_threshold(100_000)

from .app import main  # noqa: E402

__all__ = ["main"]
