"""One run as plain settings: what `simulate` has as options and a sweep as keys.

NumPy is imported when a run is made of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..simulator import Algorithm, Noise, Sampled, Schedule, Separable

NETWORKS = ("cnn", "lstm", "transformer")
DATA = ("digits", *NETWORKS)  # problems that draw mini-batches
PROBLEMS = ("quadratic", "cosh", *DATA)
ALGORITHMS = ("adam", "textbook", "rmsprop", "signum", "sign-descent")
NOISES = ("gaussian", "two-point", "signs", "sphere", "none")
DTYPES = ("float64", "float32")


@dataclass(frozen=True)
class Setting:
    """A run.  The names are those of the options of `simulate`.

    exponents: A, B, C of a schedule, which takes the place of beta1, beta2 and lr; factors: its alpha, beta, gamma.
    """

    problem: str = "quadratic"
    dim: int = 16
    start: float = 1.0
    batch: int = 32
    algorithm: str = "adam"
    beta1: float = 0.9
    beta2: float = 0.999
    lr: float = 1e-3
    epsilon: float = 1e-8
    bias_correction: bool = False
    exponents: tuple[float, float, float] | None = None
    factors: tuple[float, float, float] = (1.0, 1.0, 1.0)
    noise: str = "gaussian"
    s0: float = 1.0
    s1: float = 0.0
    p: float = 0.0
    delta: float = 0.25
    steps: int = 1000
    replicates: int = 16
    exact_every: int = 1
    seed: int = 0
    dtype: str = "float64"


def idle(one: Setting, said: Callable[[str], str] = str) -> dict[str, str]:
    """The settings without effect, by name, and with what they have none.

    said: how a setting is called in these words.
    """
    betas, still, drawn = ("beta1", "beta2"), one.noise == "none", one.problem in DATA
    silent = still or one.s0 == one.s1 == 0.0
    source = "the digits" if one.problem == "digits" else f"the network {one.problem}"
    found: list[tuple[str, bool, tuple[str, ...]]] = [
        (said("exponents"), one.exponents is not None, (*betas, "lr")),
        (f"constants (without {said('exponents')})", one.exponents is None, ("factors",)),
        ("rmsprop", one.algorithm == "rmsprop", ("beta1", "bias_correction")),
        ("signum", one.algorithm == "signum", ("beta2", "epsilon", "bias_correction")),
        ("sign-descent", one.algorithm == "sign-descent", (*betas, "epsilon", "bias_correction")),
        (source, drawn, ("dim", "start", "noise", "s0", "s1", "p", "delta")),
        (f"the problem {one.problem}", not drawn, ("batch", "exact_every")),
        (f"the noise {one.noise}", one.noise != "two-point", ("delta",)),
        ("the noise none", still, ("s0", "s1", "p")),
        ("noise of size 0", silent and not drawn, ("seed", "delta")),
        (f"{said('s1')} 0", one.s1 == 0.0, ("p",)),
    ]
    return {name: what for what, applies, names in found if applies for name in names}


def problem_of(one: Setting) -> Separable | Sampled:
    """What is minimised.  Raises SimulationError."""
    from .. import simulator

    if one.problem == "digits":
        return simulator.digits(one.batch)
    if one.problem in NETWORKS:
        from .. import networks

        return networks.named(one.problem, one.batch)
    make: Any = {"quadratic": simulator.quadratic, "cosh": simulator.cosh}[one.problem]
    problem: Separable = make(one.dim, start=one.start, noise=noise_of(one))
    return problem


def noise_of(one: Setting) -> Noise:
    """Its noise.  Raises SimulationError."""
    from .. import simulator

    kind: Any = one.noise
    return simulator.Noise(kind, one.s0, one.s1, one.p, one.delta)


def algorithm_of(one: Setting) -> Algorithm | Schedule:
    """The algorithm, by constants or by exponents of the number of steps.  Raises SimulationError."""
    from .. import simulator

    if one.exponents is not None:
        if one.algorithm != "adam":
            raise simulator.SimulationError(f"exponents are for the algorithm adam, not {one.algorithm}")
        return simulator.Schedule(
            *one.exponents, *one.factors, epsilon=one.epsilon, bias_correction=one.bias_correction
        )  # fmt: skip
    match one.algorithm:
        case "rmsprop":
            return simulator.rmsprop(one.lr, one.beta2, one.epsilon)
        case "signum":
            return simulator.signum(one.lr, one.beta1)
        case "sign-descent":
            return simulator.sign_descent(one.lr)
    form: Any = "textbook" if one.algorithm == "textbook" else "sign"
    return simulator.Algorithm(one.lr, one.beta1, one.beta2, one.epsilon, one.bias_correction, form)
