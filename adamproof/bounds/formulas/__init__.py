"""Formulas: plain ones, and SymPy's; numbers as people write them; enclosures; what a theorem is made of."""
