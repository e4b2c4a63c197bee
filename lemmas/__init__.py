"""The lemmas: one result, one file, in the order in which a reader would meet them.

foundations (classical facts the proof uses), update (the update magnitude u_t and the sign form).
"""
