"""Numbers as evidence: kernel statements evaluated in models, counterexamples, interval checks.

models -> numbers -> slack -> evaluate -> check; `intervals` stands beside them.  Nothing here proves anything, except
that `intervals` decides a statement on a box with outward rounding; nothing here knows how proofs are found.
"""
