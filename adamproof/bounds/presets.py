"""Settings of well-known trainings.  Hyperparameters are of public record, with their source; the rest is assumed.

Nobody has measured D, |a_1|, L0 and sigma0 of these trainings for this calculator: the values below are round numbers
for a first look, marked as assumed wherever they are shown.  What a training had beside Adam's recursions is stated as
far as its source states it (None elsewhere); adamproof.bounds.training says what of it the theorems cover.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .training import Training

# The loss of a uniform guess over some 50,000 words is ln(50,000) = 10.8 nats; 3 nats are assumed to remain.
ASSUMED = {"gap": "8", "grad1": "1", "L0": "1", "sigma0": "1", "V": "1", "B": "1", "vbar": "1/2", "delta": "0.05"}


@dataclass(frozen=True)
class Preset:
    """Values by name: those of public record, and those that are assumed; and what else the training had."""

    name: str
    source: str
    recorded: Mapping[str, str]
    training: Training
    assumed: Mapping[str, str] = field(default_factory=lambda: dict(ASSUMED))

    @property
    def values(self) -> dict[str, str]:
        return {**self.assumed, **self.recorded}

    @property
    def traits(self) -> dict[str, Any]:
        """What is stated of the training beside Adam's recursions, by name."""
        return {name: value for name, value in self.training.data().items() if value is not None}


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            "gpt3-small",
            "Brown et al., Language Models are Few-Shot Learners (arXiv 2005.14165), Table 2.1 and Appendix B; the "
            "steps are 300 billion tokens in batches of 0.5 million",
            {
                "beta1": "0.9",
                "beta2": "0.95",
                "lr": "6e-4",
                "epsilon": "1e-8",
                "dim": "125000000",
                "steps": "600000",
            },
            Training(
                bias_correction=True,  # Adam as published
                weight_decay="0.1",
                decoupled=True,  # it cites Loshchilov and Hutter for it
                clipping="1",
                lr_schedule="warm-up over 375 million tokens, cosine decay",
            ),
        ),
        Preset(
            "bert-base",
            "Devlin et al., BERT (arXiv 1810.04805), Appendix A.2; epsilon is not given there and is the usual 1e-8",
            {"beta1": "0.9", "beta2": "0.999", "lr": "1e-4", "dim": "110000000", "steps": "1000000"},
            # Whether bias is corrected is not stated: "Adam with L2 weight decay".
            Training(weight_decay="0.01", lr_schedule="warm-up over 10,000 steps, linear decay"),
        ),
        Preset(
            "transformer-base",
            "Vaswani et al., Attention Is All You Need (arXiv 1706.03762), Section 5.3 and Table 3; lr is the peak of "
            "the schedule, (512*4000)^(-1/2)",
            {
                "beta1": "0.9",
                "beta2": "0.98",
                "lr": "1/sqrt(512*4000)",
                "epsilon": "1e-9",
                "dim": "65000000",
                "steps": "100000",
            },
            Training(bias_correction=True, lr_schedule="warm-up over 4,000 steps, then 1/sqrt(t)"),  # Adam as published
        ),
        Preset(
            "gpt2-small",
            "124 million parameters, as OpenAI's repository gpt-2 says; how it was trained was not published, so "
            "PyTorch's defaults of torch.optim.Adam stand in",
            {"dim": "124000000"},
            Training(bias_correction=True),  # torch.optim.Adam; the rest of the training was not published
            {**ASSUMED, "beta1": "0.9", "beta2": "0.999", "lr": "1e-3", "epsilon": "1e-8", "steps": "100000"},
        ),
    )
}

__all__ = ["ASSUMED", "PRESETS", "Preset"]
