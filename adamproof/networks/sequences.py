"""Layers for text, as those of `layers`: the shape of what passes between them is (n, length, width)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .layers import Array, Back, Spec, Tree


@dataclass(frozen=True)
class Embedding:
    """A row of a table for each symbol, and one for each place: whole numbers (n, length) -> (n, length, width).

    places: the longest sequence; 0 for no rows of places.
    """

    symbols: int
    width: int
    places: int = 0

    def specs(self) -> Tree:
        half = 1.0 / math.sqrt(self.width)
        by_place = {"places": Spec((self.places, self.width), half)} if self.places else {}
        return {"symbols": Spec((self.symbols, self.width), half), **by_place}

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        length = x.shape[1]
        y = w["symbols"][x]
        if self.places:
            y = y + w["places"][:length]

        def back(dy: Array, g: Tree) -> Array:
            flat = x.reshape(-1)
            # Rows of one symbol are added up by a product, in an order that does not depend on the library.
            hot = np.zeros_like(dy, shape=(flat.shape[0], self.symbols))
            hot[np.arange(flat.shape[0], like=flat), flat] = 1.0
            np.matmul(hot.T, dy.reshape(-1, self.width), out=g["symbols"])
            if self.places:
                g["places"][...] = 0.0
                g["places"][:length] = dy.sum(axis=0)
            return dy  # nothing comes before a table

        return y, back


@dataclass(frozen=True)
class Attention:
    """Causal attention by heads, of queries, keys and values side by side: (n, length, 3 width) -> (n, length, width).

    It has no parameters: the layers before and after it have them.
    """

    heads: int

    def specs(self) -> Tree:
        return {}

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        n, length, triple = x.shape
        each = triple // 3 // self.heads
        parts = x.reshape(n, length, 3, self.heads, each).transpose(2, 0, 3, 1, 4)  # (3, n, heads, length, each)
        q, k, v = parts[0], parts[1], parts[2]
        scale = 1.0 / math.sqrt(each)
        scores = scale * (q @ k.swapaxes(-1, -2))
        later = np.triu(np.ones_like(scores[0, 0]), 1) > 0.0
        scores = np.where(later, -math.inf, scores)
        raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares = raised / raised.sum(axis=-1, keepdims=True)

        def back(dy: Array, g: Tree) -> Array:
            dz = dy.reshape(n, length, self.heads, each).transpose(0, 2, 1, 3)
            by_share = dz @ v.swapaxes(-1, -2)
            by_score = scale * shares * (by_share - (by_share * shares).sum(axis=-1, keepdims=True))
            dx = np.zeros_like(x, shape=parts.shape)
            dx[0], dx[1], dx[2] = by_score @ k, by_score.swapaxes(-1, -2) @ q, shares.swapaxes(-1, -2) @ dz
            return dx.transpose(1, 3, 0, 2, 4).reshape(x.shape)

        return (shares @ v).transpose(0, 2, 1, 3).reshape(n, length, triple // 3), back


@dataclass(frozen=True)
class Lstm:
    """Long short-term memory, from zeros: (n, length, inputs) -> (n, length, hidden).

    The four gates (in, forget, new, out) lie side by side.  There is one bias, where PyTorch has two of which only the
    sum matters.
    """

    inputs: int
    hidden: int

    def specs(self) -> Tree:
        half = 1.0 / math.sqrt(self.hidden)
        shapes = {"inputs": (self.inputs, 4 * self.hidden), "hidden": (self.hidden, 4 * self.hidden)}
        return {**{name: Spec(shape, half) for name, shape in shapes.items()}, "bias": Spec((4 * self.hidden,))}

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        n, length, _ = x.shape
        rows = x.swapaxes(0, 1).reshape(-1, self.inputs)  # step by step
        given = (rows @ w["inputs"] + w["bias"]).reshape(length, n, 4 * self.hidden)
        states = np.zeros_like(given, shape=(length + 1, n, self.hidden))
        cells, gates = np.zeros_like(states), np.zeros_like(given)
        for t in range(length):
            gates[t] = self._gates(given[t] + states[t] @ w["hidden"])
            enter, keep, new, out = self._four(gates[t])
            cells[t + 1] = keep * cells[t] + enter * new
            states[t + 1] = out * np.tanh(cells[t + 1])

        def back(dy: Array, g: Tree) -> Array:
            by_gate = np.zeros_like(gates)
            dh, dc = np.zeros_like(states[0]), np.zeros_like(states[0])
            for t in reversed(range(length)):
                enter, keep, new, out = self._four(gates[t])
                bent = np.tanh(cells[t + 1])
                dh = dh + dy[:, t]
                dc = dc + dh * out * (1.0 - bent * bent)
                first, second, third, fourth = self._four(by_gate[t])
                first[...] = dc * new * enter * (1.0 - enter)
                second[...] = dc * cells[t] * keep * (1.0 - keep)
                third[...] = dc * enter * (1.0 - new * new)
                fourth[...] = dh * bent * out * (1.0 - out)
                dc = dc * keep
                dh = by_gate[t] @ w["hidden"].T
            flat = by_gate.reshape(-1, 4 * self.hidden)
            np.matmul(rows.T, flat, out=g["inputs"])
            np.matmul(states[:-1].reshape(-1, self.hidden).T, flat, out=g["hidden"])
            np.sum(flat, axis=0, out=g["bias"])
            return (flat @ w["inputs"].T).reshape(length, n, self.inputs).swapaxes(0, 1)

        return states[1:].swapaxes(0, 1), back

    def _four(self, gates: Array) -> tuple[Array, ...]:
        """Views of the four gates, each (n, hidden)."""
        return tuple(gates[:, number * self.hidden : (number + 1) * self.hidden] for number in range(4))

    def _gates(self, sums: Array) -> Array:
        """tanh for the new contents of the cell, 1/(1 + exp(-x)) for the three others."""
        enter, keep, new, out = self._four(sums)
        shut = [0.5 + 0.5 * np.tanh(0.5 * one) for one in (enter, keep, out)]
        return np.concatenate([*shut[:2], np.tanh(new), shut[2]], axis=1)
