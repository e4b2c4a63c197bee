"""Checking lemmas.

A lemma file is a program.  `worker` runs it, in a process of its own, and sends home what it found as plain data
(`serialize`): statements, proof files, numbers.  `judge` gives the proof files to the kernel (`verifier`) and compares
what they prove with the statements; what prints the verdict has never run the file.

pipeline: the work on a lemma; report: its results; pool: the processes; cache, recall: results kept between runs; flow:
all of this together, for every command that prints a verdict; ablation: checking without some assumptions.
"""
