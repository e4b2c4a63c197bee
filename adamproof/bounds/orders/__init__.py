"""Orders of magnitude in T and d, exact, and the best schedule of a bound."""
