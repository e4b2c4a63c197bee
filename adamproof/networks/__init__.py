"""Networks of the project's own, in NumPy with derivatives by hand: small ones of the kinds in use.

layers and sequences (what networks are made of), network (a network as a function of one vector of parameters), data
(images and text), architectures (a CNN, an LSTM, a Transformer block, and each as a problem of the simulator), training
(Adam with the attributes of PyTorch's, for what watches an optimiser).  They need NumPy; the images need the extra
"data".
"""

from .architectures import ARCHITECTURES, cnn, lstm, named, problem, transformer
from .data import Data, images, topics
from .network import Network, Part
from .training import Adam, Parameter, Trainable

__all__ = [
    "ARCHITECTURES",
    "Adam",
    "Data",
    "Network",
    "Parameter",
    "Part",
    "Trainable",
    "cnn",
    "images",
    "lstm",
    "named",
    "problem",
    "topics",
    "transformer",
]
