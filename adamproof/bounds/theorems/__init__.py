"""The theorems' bounds and hypotheses, read from the lemmas, and compiled so that numbers need no SymPy."""
