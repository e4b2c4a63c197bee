"""Stored proofs in another checker's language.  Nothing here is trusted: what it writes is checked there.

proof: a stored proof's steps, for all of these; coq: proofs for Coq; smt: questions about steps.  Only the kernel's
terms and reader are used.
"""
