"""The claims of the source, each with what is known of it.

`verdicts` draws the verdicts from `evidence` and `exponents`, which are plain data; `gathering` has them found, in
processes that run `worker`, where `calculations` computes the exponents.
"""
