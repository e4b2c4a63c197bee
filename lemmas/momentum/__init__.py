"""The momentum error m - a: where it starts, how it drifts, how noisy it is."""
