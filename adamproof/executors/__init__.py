"""Where many independent runs are done: one interface, `concurrent.futures.Executor`, and what this package has of it.

processes (of this machine), dask_cluster (a Dask cluster, by its address), choosing (which one a command gets),
streaming (results as they come, a bounded number of tasks ahead).  Whatever takes an executor takes any: Ray's,
mpi4py's, one of your own.
"""
