"""The results, one file each, in folders that read like a table of contents: CHAPTERS, in this order.

foundations: classical facts; update: the magnitude |m|/(sqrt(v) + epsilon); descent: one step; momentum: its error;
main: the convergence theorem; schedules: rates; beyond: what the source does not have; literature: results on other
methods.  No chapter: models, in which they are tested.
"""

# The only labels of the source that are known, so that `check B.2` need not read every file.
LABELS = {"b.2": "update-magnitude", "3.3": "corollary-3-3"}
CHAPTERS = ("foundations", "update", "descent", "momentum", "main", "schedules", "beyond", "literature")
