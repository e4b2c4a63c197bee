"""adamproof: a proof checker and bound calculator for the sign-like-descent convergence proof of Adam."""

__version__ = "0.1.0"
