"""What the bound calculator may be asked with: names and meanings, for `--help` as well; this imports nothing."""

from __future__ import annotations

THEOREMS = ("main", "averaged", "corollary", "unconditional", "high-probability")
PROBLEM = {
    "gap": "D = F(x_1) - F*, in units of the loss",
    "grad1": "|a_1|_2, the length of the gradient at the fixed start x_1",
    "L0": "smoothness: |grad F(x) - grad F(y)| <= (L0 + L1*|grad F(x)|^q)*|x - y|",
    "L1": "smoothness, the part that grows with the gradient",
    "q": "smoothness, the exponent of the gradient",
    "sigma0": "noise: E|xi_t|_2^2 <= sigma0^2 + sigma1^2*|a_t|_2^p, over all coordinates together",
    "sigma1": "noise, the part that grows with the gradient",
    "p": "noise, the exponent of the gradient",
    "dim": "d, the number of parameters",
    "Gp": "mean over time of E|a_t|^p, measured or assumed; needed if sigma1 > 0",
    "Gq": "mean over time of E|a_t|^q, measured or assumed; needed if L1 > 0",
    "C0": "C1 of the corollary: mean of E|a|^p <= C0^2*(mean of E|a|)^p; 1 will do for p <= 1",
    "C1": "C3 of the corollary: |a|_1 >= C1*|a|_2; 1 always will do",
    "density": "c of the corollary's case 2: C1 = c*sqrt(d)",
    "vbar": "C2 of the corollary: E|u_t o a_t|_1 >= vbar*E|a_t|_1 for all t",
    "V": "second moment: E[v_T] <= V in every coordinate (averaged)",
    "B": "stochastic gradients: |g_t| <= B in every coordinate (unconditional)",
    "delta": "the probability with which the bound may fail (high-probability)",
}
HYPERPARAMETERS = {
    "beta1": "momentum",
    "beta2": "decay of the second moment",
    "lr": "gamma, the learning rate",
    "epsilon": "added to the root of the second moment",
    "steps": "T, the number of steps",
}
# What a training has beside Adam's recursions; the theorems cover some of it (adamproof.bounds.training).
TRAINING = {
    "bias_correction": "m and v are divided by 1 - beta^t, as PyTorch and optax do",
    "weight_decay": "weight decay, 0 for none",
    "decoupled": "weight decay acts on the parameters (AdamW), not through the gradient",
    "clipping": "the norm at which gradients are clipped, 0 for no clipping",
    "lr_schedule": "learning rates: 'constant', or the schedule and warm-up in a few words",
}
DEFAULTS = {"L1": "0", "q": "1", "sigma1": "0", "p": "2", "C1": "1", "epsilon": "1e-8"}
MEANINGS = {**PROBLEM, **HYPERPARAMETERS}

__all__ = ["DEFAULTS", "HYPERPARAMETERS", "MEANINGS", "PROBLEM", "THEOREMS", "TRAINING"]
