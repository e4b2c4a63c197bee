"""What the networks learn: images of digits, and text that comes with Python."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..simulator import SimulationError, arguments

SYMBOLS = 96  # a new line and what is printable in ASCII
FIRST_PRINTABLE, LAST_PRINTABLE, OTHER = 32, 126, ord("?")


@dataclass(frozen=True)
class Data:
    """Samples, with the class of each.

    name: for what is printed and stored.  inputs: (samples, ...).  targets: (samples,), or (samples, length) for a
    class of each character; whole numbers below `classes`.  Raises SimulationError where these do not fit.
    """

    name: str
    inputs: NDArray[Any]
    targets: NDArray[np.int64]
    classes: int

    def __post_init__(self) -> None:
        inputs, targets = np.asarray(self.inputs), np.asarray(self.targets)
        if inputs.ndim == 0 or targets.ndim == 0 or len(inputs) != len(targets) or targets.size == 0:
            raise SimulationError(f"inputs of shape {inputs.shape} and targets of shape {targets.shape} do not match")
        if not np.isfinite(inputs).all():
            raise SimulationError("an input is not finite")
        if targets.dtype.kind not in "iu" or targets.min() < 0 or targets.max() >= self.classes:
            raise SimulationError(f"a target is not a whole number from 0 to {self.classes - 1}")

    @property
    def digest(self) -> str:
        """What tells these samples from others."""
        return hashlib.sha256(self.inputs.tobytes() + self.targets.tobytes()).hexdigest()[:12]


def images(samples: int = 1797) -> Data:
    """The first of scikit-learn's 1797 digits: images of 8 x 8 pixels from 0 to 1, (samples, 8, 8, 1), in 10 classes.

    samples: from 1 to 1797.  Raises SimulationError out of range, and where scikit-learn is not installed.
    """
    samples = arguments.whole("the number of samples", samples, 1, 1797)
    try:
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise SimulationError(
            "the images of digits need scikit-learn, which is missing: pip install 'adamproof[data]'"
        ) from error
    data = load_digits()
    pixels, targets = data.images[:samples, ..., None] / 16.0, data.target[:samples].astype(np.int64)
    return Data("digits of scikit-learn", pixels, targets, 10)


def characters(text: str) -> NDArray[np.int64]:
    """The characters of a text as whole numbers below SYMBOLS; those that are not printable ASCII count as "?".

    text: of at least one character.
    """
    codes = np.frombuffer(text.encode("ascii", "replace"), np.uint8).astype(np.int64)
    printable = (codes >= FIRST_PRINTABLE) & (codes <= LAST_PRINTABLE)
    return np.where(codes == ord("\n"), 0, np.where(printable, codes, OTHER) - FIRST_PRINTABLE + 1)


def topics(length: int = 32, samples: int = 1024) -> Data:
    """Python's own help texts (`pydoc_data.topics`, about 465,000 characters, which differ a little between releases).

    Each sample is a piece of the text, from places that are spread evenly over it: a class for each character, that of
    the next one.

    length: characters of a sample, at least 1.  samples: at least 1, and together no longer than the text.
    Raises SimulationError out of range.
    """
    from pydoc_data.topics import topics as pages

    symbols = characters("\n".join(pages[name] for name in sorted(pages)))
    length = arguments.whole("the length of a sample", length, 1, symbols.size - 1)
    samples = arguments.whole("the number of samples", samples, 1, (symbols.size - 1) // length)
    starts = np.arange(samples) * (symbols.size - 1 - length) // max(1, samples - 1)
    pieces = symbols[starts[:, None] + np.arange(length + 1)]
    return Data("help texts of Python", pieces[:, :-1], pieces[:, 1:], SYMBOLS)
