"""Assumptions that many lemmas share, as named contexts: of a function along the steps of a method, and of its noise.

Each function gives a mapping for `assumptions={**smooth_along(F, a, x, L), ...}` and for `given=(...)`.  F, a and x are
functions of time: symbols, F(k), a(k, j), x(k, j), or lambdas where there is more to them, as F(k, w).  `points` are
what else a statement is for all of, such as the outcome w; `first` is the first time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sympy import Basic

from adamproof.prover import E, Integrable, eq, forall, function, le

from .notation import j, k, norm, vector, w

Body = Callable[..., Any]  # of a time, or of a time and the coordinate j


def smooth_along(F: Body, a: Body, x: Body, L: Any, points: Sequence[Any] = (), first: Any = 1) -> dict[str, Any]:
    """F(x_{k+1}) <= F(x_k) + <a_k, x_{k+1} - x_k> + L/2*|x_{k+1} - x_k|^2.

    F, a, x: the value, the gradient and the point at a time.  L: the smoothness.  points, first: see above.
    """
    move = _of(x, k + 1) - _of(x, k)
    above = F(k) + _of(a, k).dot(move) + L / 2 * move.square
    return {"F is L-smooth along the steps": _always(le(F(k + 1), above), points, first)}


def convex_along(
    F: Body, a: Body, x: Body, y: Any, best: Any, points: Sequence[Any] = (), first: Any = 1
) -> dict[str, Any]:
    """F(x_k) + <a_k, y - x_k> <= F(y).

    F, a, x: the value, a (sub)gradient and the point at a time.  y, best: coordinate j of a point, and F there, or
    a function of time if F changes.  points, first: see above.
    """
    below = F(k) + _of(a, k).dot(vector(y) - _of(x, k))
    return {"F is convex: tangents are below F(y)": _always(le(below, _at(best)), points, first)}


def strongly_convex_along(
    F: Body, a: Body, x: Body, y: Any, best: Any, mu: Any, points: Sequence[Any] = (), first: Any = 1
) -> dict[str, Any]:
    """F(x_k) + <a_k, y - x_k> + mu/2*|y - x_k|^2 <= F(y).

    F, a, x, y, best, points, first: as for `convex_along`.  mu: how strongly.
    """
    gap = vector(y) - _of(x, k)
    below = F(k) + _of(a, k).dot(gap) + mu / 2 * gap.square
    return {"F is mu-strongly convex": _always(le(below, _at(best)), points, first)}


def bounded_below(F: Body, best: Any, points: Sequence[Any] = (), first: Any = 1) -> dict[str, Any]:
    """F* <= F(x_k).

    F: the value at a time.  best: F*.  points, first: see above.
    """
    return {"A1: F is at least F*": _always(le(best, F(k)), points, first)}


def bounded_gradients(a: Body, G: Any, points: Sequence[Any] = (), first: Any = 1) -> dict[str, Any]:
    """|a_k| <= G.

    a: the gradient at a time.  G: the bound.  points, first: see above.
    """
    return {"gradients are at most G": _always(le(norm(_of(a, k).body), G), points, first)}


def lipschitz_gradients(a: Body, x: Body, L: Any, points: Sequence[Any] = (), first: Any = 1) -> dict[str, Any]:
    """|a_{k+1} - a_k| <= L*|x_{k+1} - x_k|.

    a, x: the gradient and the point at a time.  L: the smoothness.  points, first: see above.
    """
    change, move = (_of(of, k + 1) - _of(of, k) for of in (a, x))
    return {"gradients are L-Lipschitz along the steps": _always(le(change.norm, L * move.norm), points, first)}


def gradient_steps(x: Body, a: Body, gamma: Any, points: Sequence[Any] = (), first: Any = 1) -> dict[str, Any]:
    """x_{k+1} = x_k - gamma*a_k, coordinate by coordinate.

    x, a: the point and the step's direction at a time.  gamma: the rate, or a function of time.
    points, first: see above.
    """
    moved = eq(_of(x, k + 1).body, _of(x, k).body - _at(gamma) * _of(a, k).body)
    return {"x moves along -a": _always(moved, (j, *points), first)}


def noise_along(xi: Body, past: Body, variance: Any, first: Any = 1) -> dict[str, Any]:
    """E<xi_k, h_k> = 0 and E|xi_k|^2 <= variance, both finite: what noise that is unbiased given the past has.

    xi: the noise at a time, for the outcome w.  past: a vector h_k that the outcomes before the time k determine.
    variance: a bound, or a function of time.  first: see above.
    """
    noise, known = _of(xi, k), _of(past, k)
    statements = {
        "the noise is fresh: E<xi, past> = 0": eq(E(noise.dot(known), w), 0),
        "E<xi, past> is finite": Integrable(E(noise.dot(known), w)),
        "E|xi|^2 is bounded": le(E(noise.square, w), _at(variance)),
        "E|xi|^2 is finite": Integrable(E(noise.square, w)),
    }
    return {name: _always(statement, (), first) for name, statement in statements.items()}


# --- helpers ---------------------------------------------------------------------------------------


def _of(body: Body, time: Any) -> Any:
    """The vector at a time."""
    return vector(body(time, j) if _is_symbol(body) else body(time))


def _at(value: Any) -> Any:
    """A number, or the value of a function of time at k."""
    return value(k) if callable(value) and not isinstance(value, Basic) else value


def _is_symbol(body: Body) -> bool:
    return isinstance(body, type(function("f")))


def _always(statement: Any, points: Sequence[Any], first: Any) -> Any:
    return forall((*points, k), statement, [le(first, k)])


__all__ = ["bounded_below", "bounded_gradients", "convex_along", "gradient_steps", "lipschitz_gradients", "noise_along"]
__all__ += ["smooth_along", "strongly_convex_along"]
