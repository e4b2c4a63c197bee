"""Memory that arrays give back: kept for the next ones."""

from __future__ import annotations

import ctypes
from functools import cache

TRIM, MAPPED = -1, -3  # for mallopt: freed bytes at the heap's end that are kept; from where on a block is mapped
KEPT, LARGE = 1 << 27, 1 << 25


@cache
def keep() -> None:
    """Ask the C library of this process, once, to keep up to 128 MB of what is freed.  Only glibc is known to listen.

    It gives the end of its heap back to the system whenever enough is free, and the next arrays get it anew page by
    page: for arrays of some 100 kB that takes as long as what is computed in them.
    """
    try:
        ask = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    ask(MAPPED, LARGE)
    ask(TRIM, KEPT)
