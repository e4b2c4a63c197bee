"""A report as a folder: its page, the proof files, and the kernel itself, which a reader runs in the browser.

Python runs there as WebAssembly (Pyodide).  It is the kernel that made the report, unchanged: running it again shows
that files and statements have not changed since, and is no second opinion on them.
"""


class Unusable(Exception):
    """Why a folder cannot be used, in one sentence."""
