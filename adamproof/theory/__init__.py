"""Lemmas: what a lemma file declares, and how lemma files are found and read."""
