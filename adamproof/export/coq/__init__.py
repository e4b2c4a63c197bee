"""Proofs for Coq: Prelude.v and Statements.v are written by hand, and a lemma for each step of a proof is written here.

text, raw -> normal_terms, scope -> algebra -> development -> replay (a method a rule), together (several in
a file), handwritten.
"""
