"""Other checkers than the kernel: Coq and SMT solvers, asked about proofs, and the records of what they answered."""
