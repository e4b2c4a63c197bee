"""Models that several lemmas are tested in: Adam's own recursion, and whole runs on quadratics.  No results."""
