"""Layers for text, as those of `layers`: the shape of what passes between them is (n, length, width)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .layers import Array, Back, Spec, Tree
from .scratch import empty


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
            y += w["places"][:length]

        def back(dy: Array, g: Tree) -> Array:
            flat = x.reshape(-1)
            # Rows of one symbol are added up by a product, in an order that does not depend on the library.
            hot = empty(dy, (flat.shape[0], self.symbols))
            hot[...] = 0.0
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
        square = n, self.heads, length, length
        shares = np.matmul(q, k.swapaxes(-1, -2), out=empty(x, square))
        shares *= scale
        shares += _later(shares)
        shares -= shares.max(axis=-1, keepdims=True)
        np.exp(shares, out=shares)
        shares /= shares.sum(axis=-1, keepdims=True)

        def back(dy: Array, g: Tree) -> Array:
            dz = dy.reshape(n, length, self.heads, each).transpose(0, 2, 1, 3)
            by_score = np.matmul(dz, v.swapaxes(-1, -2), out=empty(x, square))
            weighed = np.multiply(by_score, shares, out=empty(x, square))
            by_score -= weighed.sum(axis=-1, keepdims=True)
            by_score *= np.multiply(shares, scale, out=weighed)
            dx = empty(x)
            dq, dk, dv = dx.reshape(n, length, 3, self.heads, each).transpose(2, 0, 3, 1, 4)
            np.matmul(by_score, k, out=dq)
            np.matmul(by_score.swapaxes(-1, -2), q, out=dk)
            np.matmul(shares.swapaxes(-1, -2), dz, out=dv)
            return dx

        y = empty(x, (n, length, triple // 3))
        np.matmul(shares, v, out=y.reshape(n, length, self.heads, each).transpose(0, 2, 1, 3))
        return y, back


def _later(scores: Array) -> Array:
    """What keeps a place from looking at later ones, (length, length): -inf there, and 0 elsewhere."""
    one = np.ones_like(scores[0, 0])
    return np.where(np.triu(one, 1) > 0.0, -math.inf * one, 0.0 * one)


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
        given = np.matmul(rows, w["inputs"], out=empty(rows, (length * n, 4 * self.hidden)))
        given += w["bias"]
        given = given.reshape(length, n, 4 * self.hidden)
        states = empty(x, (length + 1, n, self.hidden))
        cells, gates = empty(states), empty(given)
        states[0] = cells[0] = 0.0
        bent = empty(cells)  # tanh of the cells, from the first step on
        scale = self._scale(given)
        for t in range(length):
            np.matmul(states[t], w["hidden"], out=gates[t])
            gates[t] += given[t]
            self._close(gates[t], scale)
            enter, keep, new, out = self._four(gates[t])
            np.multiply(keep, cells[t], out=cells[t + 1])
            cells[t + 1] += enter * new
            np.tanh(cells[t + 1], out=bent[t + 1])
            np.multiply(out, bent[t + 1], out=states[t + 1])

        def back(dy: Array, g: Tree) -> Array:
            by_gate = empty(gates)
            dh, dc = np.zeros_like(states[0]), np.zeros_like(states[0])
            slopes = self._slopes(gates)
            rises = np.multiply(bent[1:], bent[1:], out=empty(bent, (length, n, self.hidden)))
            np.subtract(1.0, rises, out=rises)
            for t in reversed(range(length)):
                enter, keep, new, out = self._four(gates[t])
                dh += dy[:, t]
                rise = dh * out
                rise *= rises[t]
                dc += rise
                first, second, third, fourth = self._four(by_gate[t])
                np.multiply(dc, new, out=first)
                first *= enter
                np.multiply(dc, cells[t], out=second)
                second *= keep
                np.multiply(dc, enter, out=third)
                np.multiply(dh, bent[t + 1], out=fourth)
                fourth *= out
                by_gate[t] *= slopes[t]
                dc *= keep
                np.matmul(by_gate[t], w["hidden"].T, out=dh)
            flat = by_gate.reshape(-1, 4 * self.hidden)
            np.matmul(rows.T, flat, out=g["inputs"])
            np.matmul(states[:-1].reshape(-1, self.hidden).T, flat, out=g["hidden"])
            np.sum(flat, axis=0, out=g["bias"])
            dx = np.matmul(flat, w["inputs"].T, out=empty(rows))
            return dx.reshape(length, n, self.inputs).swapaxes(0, 1)

        return states[1:].swapaxes(0, 1), back

    def _four(self, gates: Array) -> tuple[Array, ...]:
        """Views of the four gates, each (n, hidden)."""
        return tuple(gates[:, number * self.hidden : (number + 1) * self.hidden] for number in range(4))

    def _scale(self, sums: Array) -> Array:
        """1 for the new contents of the cell, 1/2 for the three other gates, (4 hidden,)."""
        scale = np.full_like(sums[0, 0], 0.5)
        scale[2 * self.hidden : 3 * self.hidden] = 1.0
        return scale

    def _close(self, sums: Array, scale: Array) -> None:
        """From sums to gates, in place: tanh(x) for the new contents, 1/(1 + exp(-x)) = (1 + tanh(x/2))/2 else."""
        sums *= scale
        np.tanh(sums, out=sums)
        sums *= scale
        sums[:, : 2 * self.hidden] += 0.5
        sums[:, 3 * self.hidden :] += 0.5

    def _slopes(self, gates: Array) -> Array:
        """What the derivative of each gate is multiplied by last."""
        slopes = np.subtract(1.0, gates, out=empty(gates))
        new = slice(2 * self.hidden, 3 * self.hidden)
        slopes[..., new] = 1.0 - gates[..., new] * gates[..., new]
        return slopes
