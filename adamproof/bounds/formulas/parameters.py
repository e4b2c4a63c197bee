"""What the bound calculator may be asked with: names and meanings, for `--help` as well, and what looks like a mistake.

This needs the standard library alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from ...support.parsing import DECIMAL, NumberError, rational

THEOREMS = ("main", "averaged", "corollary", "unconditional", "high-probability")
PROBLEM = {
    "gap": "D = F(x_1) - F*, in units of the loss",
    "grad1": "|a_1|_2, the gradient norm at the fixed initial point x_1",
    "L0": "smoothness: |grad F(x) - grad F(y)| <= (L0 + L1*|grad F(x)|^q)*|x - y|",
    "L1": "smoothness: coefficient of |grad F|^q",
    "q": "smoothness: exponent of the gradient norm",
    "sigma0": "noise: E|xi_t|_2^2 <= sigma0^2 + sigma1^2*|a_t|_2^p, over all coordinates together",
    "sigma1": "noise: coefficient of |a_t|^p",
    "p": "noise: exponent of the gradient norm",
    "dim": "d, the number of parameters",
    "Gp": "mean over time of E|a_t|^p, measured or assumed; needed if sigma1 > 0",
    "Gq": "mean over time of E|a_t|^q, measured or assumed; needed if L1 > 0",
    "C0": "C1 of the corollary: mean of E|a|^p <= C0^2*(mean of E|a|)^p; 1 suffices if p <= 1",
    "C1": "C3 of the corollary: |a|_1 >= C1*|a|_2; 1 is always valid",
    "density": "c of the corollary's case 2: C1 = c*sqrt(d)",
    "vbar": "C2 of the corollary: E|u_t o a_t|_1 >= vbar*E|a_t|_1 for all t",
    "V": "second moment: E[v_T] <= V in every coordinate (averaged)",
    "B": "stochastic gradients: |g_t| <= B in every coordinate (unconditional)",
    "delta": "failure probability of the bound (high-probability)",
}
HYPERPARAMETERS = {
    "beta1": "momentum",
    "beta2": "decay rate of the second moment",
    "lr": "gamma, the learning rate",
    "epsilon": "added to the square root of the second moment",
    "steps": "T, the number of steps",
}
# What a training has beside Adam's recursions; the theorems cover some of it (adamproof.bounds.training).
TRAINING = {
    "bias_correction": "m and v are divided by 1 - beta^t, as PyTorch and optax do",
    "weight_decay": "weight decay, 0 for none",
    "decoupled": "weight decay acts on the parameters (AdamW), not through the gradient",
    "clipping": "gradient clipping norm, 0 for no clipping",
    "lr_schedule": "learning rate schedule: 'constant', 'none', or a few words such as cosine with warm-up",
}
WHOLE_EXAMPLES = "100000, 100_000, 1e5 or 10^5"
# What the options of the calculator take, where "0.9, 1e-3, 10^-3 or 1/3" does not fit: for their refusals.
EXAMPLES = {
    "dim": WHOLE_EXAMPLES,
    "steps": WHOLE_EXAMPLES,
    "beta1": "0.9, 9/10 or 1-T^-1/2",
    "beta2": "0.999, 999/1000 or 1-T^-1/2",
    "lr": "1e-3, 1/1000, T^-1/2 or 0.5/sqrt(d)",
    "C1": "1, 3/2 or 10",
    "weight_decay": "0.1, 1e-2, or 0 for none",
    "clipping": "1, 0.5, or 0 for no clipping",
}
DEFAULTS = {"L1": "0", "q": "1", "sigma1": "0", "p": "2", "C1": "1", "epsilon": "1e-8"}
MEANINGS = {**PROBLEM, **HYPERPARAMETERS}


LARGE_LR = Fraction(1, 2)  # for Adam, whose steps have about the length lr in every coordinate
SMALL_BETA = Fraction(1, 10)
LARGEST_EXPONENTS = {"beta1": Fraction(4, 5), "beta2": Fraction(4, 5)}  # decimals between this and 1 look like betas
SMALLEST_EXPONENT = Fraction(1, 10)  # of lr: smaller decimals look like learning rates


def doubts(values: Mapping[str, Any]) -> list[str]:
    """What looks as if something else was meant, one sentence each: betas swapped, 1 - beta for beta, and the like.

    Values are numbers or text, by the names of the inputs; formulas in T and d are passed over.
    """
    known = {name: number for name, value in values.items() if (number := _plain(value)) is not None}
    betas = doubt_of_betas(known.get("beta1"), known.get("beta2"))
    found = [betas, *(_of(name, value) for name, value in known.items())]
    return [sentence for sentence in found if sentence]


def doubt_of_betas(beta1: Any = None, beta2: Any = None) -> str:
    """A sentence if betas (numbers; None: not known) look like 1 - beta or as if they were swapped, "" if not.

    A small beta2 is 1 - beta2, and beta1 then 1 - beta1 if that pair has beta1^2 < beta2.  Others look swapped if
    beta1^2 < beta2 fails, and holds the other way.
    """
    if beta2 is not None and 0 < beta2 <= SMALL_BETA:
        return _of_complements(beta1, beta2)
    if beta1 is None or beta2 is None or not (0 < beta2 < beta1 < 1 and beta1**2 >= beta2):
        return ""
    first, second = _written(beta1), _written(beta2)
    return f"beta1 = {first} and beta2 = {second} look swapped; if so, write beta1 = {second}, beta2 = {first}"


def _of_complements(beta1: Any, beta2: Any) -> str:
    second, meant = _written(beta2), _written(1 - _number(beta2))
    if beta1 is None or not (0 < beta1 < Fraction(1, 2) and (1 - beta1) ** 2 < 1 - beta2):
        return f"beta2 = {second} is far from 1; if that is 1 - beta2, write beta2 = {meant}"
    first = _written(1 - _number(beta1))
    both = f"beta1 = {_written(beta1)} and beta2 = {second} look like 1 - beta1 and 1 - beta2"
    return f"{both}; if so, write beta1 = {first}, beta2 = {meant}"


def _of(name: str, value: Fraction) -> str:
    if name == "lr" and value >= LARGE_LR:
        usual = "Adam moves each coordinate by about lr per step, and 1e-4 to 1e-2 is usual"
        power = f"; if that is its exponent, write T^-{value}/sqrt(d)" if value <= 2 else ""
        return f"lr = {_written(value)} is large: {usual}{power}"
    if name == "epsilon" and value >= 1:
        return f"epsilon = {_written(value)} is large; 1e-8 is usual"
    if name == "delta" and Fraction(1, 2) < value < 1:
        other = f"if you mean the probability that the bound holds, write delta = {_written(1 - value)}"
        return f"delta = {_written(value)} is the failure probability of the bound; {other}"
    return ""


def constants_for_exponents(command: str, given: Mapping[str, str]) -> str:
    """A sentence if some of the exponents (text by beta1, beta2, lr) look like the constants themselves, "" if not.

    A decimal between 0.8 and 1 looks like a beta, one below 0.1 like a learning rate; fractions and powers never do.
    """
    strange = {name: text for name, text in given.items() if _looks_constant(name, text)}
    if not strange:
        return ""
    shown = ", ".join(f"{name} {text}" for name, text in strange.items())
    name, text = next(iter(strange.items()))
    meant = " ".join(f"--{name} {text}" for name, text in given.items())
    return (
        f"{shown} {'looks like a constant' if len(strange) == 1 else 'look like constants'}, but an exponent is needed,"
        f" such as 1/2 or {'T^-3/4' if name == 'lr' else '1-T^-1/2'}; for constants use `adamproof {command} {meant}`, "
        f"and write {rational(text)} if {text} is the exponent"
    )


def constants_for_factors(given: Mapping[str, str]) -> list[str]:
    """A sentence for each factor (text by alpha, beta) of a power of T that looks like a beta itself: 0.9, 0.999."""
    return [
        f"{factor} = {text} looks like {beta} itself, but {factor} is the factor in 1 - {beta} = {factor}*T^-1/2"
        for (factor, beta) in (("alpha", "beta1"), ("beta", "beta2"))
        if (text := given.get(factor)) is not None and _looks_constant(beta, text)
    ]


def _looks_constant(name: str, text: str) -> bool:
    if not re.fullmatch(DECIMAL, text.strip()):
        return False
    try:
        value = rational(text)
    except NumberError:
        return False
    return 0 < value < SMALLEST_EXPONENT if name == "lr" else LARGEST_EXPONENTS[name] < value < 1


def _plain(value: Any) -> Fraction | None:
    try:
        return rational(str(value))
    except NumberError:
        return None


def _number(value: Any) -> Fraction:
    """An int, a Fraction, SymPy's Rational; or a float, which stands for its shortest decimal."""
    if hasattr(value, "numerator"):
        return Fraction(int(value.numerator), int(value.denominator))
    return rational(str(value))


def _written(value: Any) -> str:
    """A number as a decimal if that is short, as a short fraction, or else about its value."""
    number = _number(value)
    digits = Context(prec=12).divide(Decimal(number.numerator), Decimal(number.denominator))
    if Fraction(digits) == number:
        return str(digits).lower()
    return str(number) if len(str(number)) <= 12 else f"about {digits.normalize(Context(prec=6))}".lower()


__all__ = [
    "DEFAULTS",
    "EXAMPLES",
    "HYPERPARAMETERS",
    "MEANINGS",
    "PROBLEM",
    "THEOREMS",
    "TRAINING",
    "constants_for_exponents",
    "constants_for_factors",
    "doubt_of_betas",
    "doubts",
]
