"""Numbers as evidence: kernel statements evaluated in models, counterexamples, interval checks.

models -> numbers -> slack -> evaluate -> check; `intervals` stands beside them.  A counterexample that leaves no doubt:
ranges -> enclosing (with the equations in `definitions`) -> certifying.  Nothing here proves anything, except that
`intervals` decides a statement on a box with outward rounding; nothing here knows how proofs are found.
"""
