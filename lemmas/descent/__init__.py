"""One step of the algorithm: what it gains and what it loses."""
