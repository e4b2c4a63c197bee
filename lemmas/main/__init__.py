"""The main results."""
