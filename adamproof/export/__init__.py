"""Stored proofs in another checker's language.  Nothing here is trusted: what it writes is checked there.

proof, raw, text -> normal_terms, scope -> algebra -> development -> replay; `smt` asks about steps.  Only the kernel's
terms and reader are used.
"""
