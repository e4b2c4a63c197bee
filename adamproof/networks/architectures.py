"""The project's networks, each with its data as a problem of the simulator.

Sizes are those of small networks in use: as many parameters as leave a step on one core at some milliseconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from ..simulator import Constants, Sampled, SimulationError, arguments
from ..simulator.noise import Draws
from .data import SYMBOLS, Data, images, topics
from .layers import Chain, Convolution, Dense, Flatten, Gelu, Layer, MaxPool, Norm, Relu, Residual
from .network import Network
from .sequences import Attention, Embedding, Lstm

Array = NDArray[np.float64]
SIDE, CLASSES = 8, 10  # of the images
TOGETHER = 64  # samples of one pass for the exact gradient: more leave the cache
LARGEST_WIDTH = 1 << 12


def _width(what: str, value: int) -> int:
    return arguments.whole(what, value, 1, LARGEST_WIDTH)


def cnn(width: int = 16, hidden: int = 64) -> Network:
    """A convolutional network for images of 8 x 8 pixels in 10 classes: 38,282 parameters.

    width: filters of the first convolution; the second has twice as many.  hidden: outputs of the layer before the
    last.  Each from 1 to 4096.  Raises SimulationError.
    """
    width, hidden = _width("the width", width), _width("the number of hidden outputs", hidden)
    layers: dict[str, Layer] = {
        "convolution1": Convolution(1, width, first=True),
        "relu1": Relu(),
        "convolution2": Convolution(width, 2 * width),
        "pool": MaxPool(),
        "relu2": Relu(),
        "flatten": Flatten(),
        "dense1": Dense(2 * width * (SIDE // 2) ** 2, hidden),
        "relu3": Relu(),
        "dense2": Dense(hidden, CLASSES),
    }
    return Network("cnn", Chain(layers))


def lstm(width: int = 64, hidden: int = 96) -> Network:
    """A recurrent network for text, character by character: 77,280 parameters.

    width: numbers for a character.  hidden: numbers of the state.  Each from 1 to 4096.  Raises SimulationError.
    """
    width, hidden = _width("the width", width), _width("the number of hidden outputs", hidden)
    layers: dict[str, Layer] = {
        "embedding": Embedding(SYMBOLS, width),
        "lstm": Lstm(width, hidden),
        "dense": Dense(hidden, SYMBOLS),
    }
    return Network("lstm", Chain(layers))


def transformer(width: int = 88, heads: int = 4, places: int = 32, blocks: int = 1) -> Network:
    """A Transformer for text, character by character (norms first, GELU, causal): one block with 114,056 parameters.

    width: numbers for a character, a multiple of the heads.  heads: of the attention.  places: the longest sample.
    blocks: one after another.  Each from 1 to 4096.  Raises SimulationError.
    """
    width, heads = _width("the width", width), _width("the number of heads", heads)
    places, blocks = _width("the number of places", places), _width("the number of blocks", blocks)
    if width % heads:
        raise SimulationError(f"the width is {width}, but must be a multiple of the {heads} heads")
    attention: dict[str, Layer] = {
        "norm": Norm(width),
        "into": Dense(width, 3 * width),
        "heads": Attention(heads),
        "out": Dense(width, width),
    }
    feed: dict[str, Layer] = {
        "norm": Norm(width),
        "into": Dense(width, 4 * width),
        "gelu": Gelu(),
        "out": Dense(4 * width, width),
    }
    layers: dict[str, Layer] = {"embedding": Embedding(SYMBOLS, width, places)}
    for number in range(1, blocks + 1):
        layers[f"attention{number}"], layers[f"feed{number}"] = Residual(Chain(attention)), Residual(Chain(feed))
    layers |= {"norm": Norm(width), "dense": Dense(width, SYMBOLS)}
    return Network("transformer", Chain(layers))


ARCHITECTURES: Mapping[str, tuple[Callable[..., Network], Callable[..., Data]]] = {
    "cnn": (cnn, images),
    "lstm": (lstm, topics),
    "transformer": (transformer, topics),
}


def problem(network: Network, data: Data, batch: int = 32, start: int = 0) -> Sampled:
    """A network as a problem of the simulator: F is the mean loss over all samples of the data, the noise that of
    mini-batches drawn with replacement.  Its constants are not known, but F >= 0.

    All replicates start at one point: starts that are drawn anew make the coordinates of a layer alike by construction.

    network: such as `cnn()`.  data: such as `images()`.  batch: samples of a step, at least 1.
    start: the seed of x at step 0.  Raises SimulationError out of range, and for data of another shape than the
    network's inputs.
    """
    batch = arguments.whole("the number of samples in a batch", batch, 1, arguments.LARGEST_COUNTER)
    start = arguments.whole("the seed of the start", start, 0, (1 << 64) - 1)
    samples, at_start = len(data.targets), network.initial(start)
    try:
        network.loss(at_start, data.inputs[:1], data.targets[:1])
    except (ValueError, IndexError) as error:
        raise SimulationError(f"the network {network.name!r} does not fit the data {data.name!r} ({error})") from error

    parts = [slice(first, first + TOGETHER) for first in range(0, samples, TOGETHER)]
    shares = [len(data.targets[part]) / samples for part in parts]

    def over_all(x: Array) -> Array:
        total = np.zeros_like(x)
        for part, share in zip(parts, shares, strict=True):
            total += share * network.gradient(x, data.inputs[part], data.targets[part])[1]
        return total

    # One replicate after another: each then has the same products of matrices, whatever the number of the others.
    def exact(x: Array) -> Array:
        return np.stack([over_all(row) for row in x])

    def stochastic(x: Array, draws: Draws) -> Array:
        chosen = draws.choices(batch, samples)
        return np.stack([
            network.gradient(row, data.inputs[which], data.targets[which])[1]
            for row, which in zip(x, chosen, strict=True)
        ])  # fmt: skip

    def level(x: Array) -> Array:
        return np.array([
            math.fsum(share * network.loss(row, data.inputs[part], data.targets[part])
                      for part, share in zip(parts, shares, strict=True))
            for row in x
        ])  # fmt: skip

    details = {"data": f"{data.name} {data.digest}", "samples": samples, "batch": batch, "start": start}
    return Sampled(
        network.name, exact, at_start, constants=Constants(lower=0.0), stochastic=stochastic,
        level=level, details={**details, "layers": {part.name: list(part.spec.shape) for part in network.parts}},
    )  # fmt: skip


def named(name: str, batch: int = 32) -> Sampled:
    """One of the ARCHITECTURES with its usual sizes and data.

    name: cnn, lstm or transformer.  batch: samples of a step, at least 1.
    Raises SimulationError for another name, and where the data are missing.
    """
    if name not in ARCHITECTURES:
        raise SimulationError(f"there is no network {name!r}; choose from {', '.join(ARCHITECTURES)}")
    network, data = ARCHITECTURES[name]
    return problem(network(), data(), batch)
