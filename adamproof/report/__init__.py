"""Reports for people: the claims of the source, every lemma with its proof, and what rests on what, as HTML or LaTeX.

Verdicts are those of adamproof.checking and adamproof.claims.verdicts, at the time of the report; none is made here.
"""
