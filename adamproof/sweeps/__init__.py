"""Sweeps: many runs of the simulator over a grid, by any executor, into one table.

setting (one run, as options describe it), grid (a TOML file as settings), cell (one run and its row), journal (rows on
disk as they come), table (the rows in order, as CSV and Parquet), picture, running (all of it).
"""
