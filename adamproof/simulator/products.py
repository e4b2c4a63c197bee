"""Products of data with points, in an order that is fixed, so that every engine and thread count gives the same bits.

Features are a matrix of n rows a_i with d columns; x are points of shape (replicates, d).

predictions   <a_i, x> for rows that all replicates share: one column after another.
pulled        sum_i w_i a_i over such rows: a chunk (64 rows) in order, the chunks of a span (16 chunks) in order, then
              the spans, each sum from 0 on.  A chunk stays in the first cache while both products are taken of it.
inner         <a_i, x> for rows that a replicate drew for itself: eight lanes, lane l adding up the columns l, l + 8,
              ... in order; then the upper half of the lanes is added to the lower half until one is left.
mixed         sum_i w_i a_i over such rows, in order.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LANES = 8
CHUNK = 64  # rows
SPAN = 16 * CHUNK  # rows


def predictions(columns: Array, x: Array) -> Array:
    """<a_i, x>, of shape (replicates, rows), from the features' columns: (d, rows)."""
    found = np.zeros((x.shape[0], columns.shape[1]))
    term = np.empty_like(found)
    for column, coordinate in zip(columns, x.T, strict=True):
        np.multiply(column, coordinate[:, None], out=term)
        found += term
    return found


def pulled(rows: Array, weights: Array) -> Array:
    """The sum over one span of weights (replicates, rows) times rows (rows, d)."""
    count, d = rows.shape
    length = min(CHUNK, count)
    chunks = -(-count // length)
    if chunks * length > count:
        rows = np.concatenate([rows, np.zeros((chunks * length - count, d))])
        weights = np.concatenate([weights, np.zeros((weights.shape[0], chunks * length - count))], axis=1)
    cut = rows.reshape(chunks, length, d)
    shares = weights.reshape(-1, chunks, length, 1)
    sums = np.zeros((weights.shape[0], chunks, d))
    term = np.empty_like(sums)
    for place in range(length):
        np.multiply(cut[:, place], shares[:, :, place], out=term)
        sums += term
    return in_order(sums)


def inner(chosen: Array, x: Array) -> Array:
    """<a_i, x>, of shape (replicates, batch), for the rows of each replicate: (replicates, batch, d)."""
    d = chosen.shape[2]
    terms = np.zeros((*chosen.shape[:2], -(-d // LANES) * LANES))
    np.multiply(chosen, x[:, None, :], out=terms[:, :, :d])
    lanes = np.zeros((*chosen.shape[:2], LANES))
    for first in range(0, terms.shape[2], LANES):
        lanes += terms[:, :, first : first + LANES]
    width = LANES
    while width > 1:
        width //= 2
        lanes = lanes[:, :, :width] + lanes[:, :, width:]
    return lanes[:, :, 0]


def mixed(chosen: Array, weights: Array) -> Array:
    """The sum of weights (replicates, batch) times the rows of each replicate (replicates, batch, d)."""
    return in_order(chosen * weights[:, :, None])


def in_order(terms: Array) -> Array:
    """The sum over the second of three axes, from 0 on."""
    total = np.zeros((terms.shape[0], terms.shape[2]))
    for place in range(terms.shape[1]):
        total += terms[:, place]
    return total
