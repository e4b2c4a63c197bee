"""Watching an Adam of optax: its state is handed over after each step, and is walked by the names of its fields.

JAX is not imported.  A state of optax names mu, nu and count.  It does not name the betas, which must be given.  It
does not tell Nesterov's variant or `eps_root` either; one that the user names is refused.  Adamax has the same names:
what its first step shows is refused by the verdicts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from .array_like import ArrayRecorder, ArraySource, one_group
from .errors import AuditError
from .probing import Grads
from .recorder import Settings
from .reduction import Layer, Moments

ADAM, SCHEDULE = "ScaleByAdamState", "ScaleByScheduleState"
# Fields, or classes, of states whose step is another one.
OTHERS = {
    "nu_max": "AMSGrad divides by the largest nu so far",
    "v_row": "Adafactor's second moment is factored",
    "ScaleByBeliefState": "AdaBelief averages (g - m)^2",
    "ScaleByAmsgradState": "AMSGrad divides by the largest nu so far",
}
SAME = "weight_decay"
HYPERPARAMETERS = {"learning_rate": "lr", "b1": "beta1", "b2": "beta2", "eps": "epsilon", SAME: SAME}
DEEPEST = 60


class OptaxRecorder(ArrayRecorder):
    """A recording of optax states; `watch_optax` makes one."""

    def update(self, state: Any, params: Any = None, grads: Any = None, lr: float | None = None) -> None:
        """Call it after each step, outside of jit; one that is due is recorded.  Never raises.

        state: the optimizer's new state.  params: the new parameters.  grads: the gradients that the step was made of.
        lr: the learning rate of this step, where it changes and is not injected.
        """
        if self.stopped:
            return
        if lr is not None:
            self.group["lr"] = float(lr)
            self.stated.discard("lr")
        self.guarded(partial(self._seen, state, params, grads))

    def _seen(self, state: Any, params: Any, grads: Any) -> None:
        found = list(adam_states(state))
        if not found:
            raise AuditError(f"the state has no {ADAM} with mu, nu and count: it is not optax's Adam")
        counts = tuple(int(each.count) for each in found)
        accumulates = has_field(state, "mini_step")
        if accumulates and (counts == self.counts or not any(counts)):  # a part of a batch, which makes no step
            return
        self.counts = counts
        for name, value in hyperparameters(state).items():
            self.group[HYPERPARAMETERS[name]] = float(value)
            self.stated.discard(HYPERPARAMETERS[name])
        if self.group[SAME]:
            self.group["decoupled"] = True  # optax has no other decay
        self.optimizer["schedule"] = any(type(each).__name__ == SCHEDULE for each in parts(state))
        self.structure = params
        self.last = partial(_layers, found, params, None if accumulates else grads, dict(self.group))
        self.step(self.last, lambda: [dict(self.group)])

    counts: tuple[int, ...] = ()
    structure: Any = None


def watch_optax(
    beta1: float,
    beta2: float,
    epsilon: float = 1e-8,
    lr: float = 0.0,
    every: int = 20,
    sample: int = 256,
    budget: float | None = 0.02,
    *,
    keep: int = 0,
    seed: int = 0,
    path: str | Path | None = None,
    clipping: float | None = None,
    weight_decay: float | None = None,
    eps_root: float = 0.0,
    nesterov: bool = False,
) -> OptaxRecorder:
    """Record optax.adam or adamw (also in chain, inject_hyperparams, MultiSteps): call `update` after each step.

    beta1, beta2, epsilon, lr: of the optimizer (b1, b2, eps, learning_rate); injected ones are read from the state.
    every, sample, budget, keep, seed, path, clipping: as for `watch`.
    weight_decay: of adamw, which acts on the weights, 0 for adam; the state does not tell: None, nobody has said.
    eps_root, nesterov: of the optimizer; other values than 0 and
    False make it another one.

    Raises AuditError for settings that are none, and for what is not Adam.
    """
    if eps_root:
        raise AuditError(f"eps_root = {eps_root:g} stands inside the root: that step is not the lemma's")
    if nesterov:
        raise AuditError("nesterov=True mixes the gradient into m: that is NAdam, not Adam")
    group = one_group(beta1, beta2, epsilon, lr, weight_decay, True)
    jax = sys.modules.get("jax")
    said = {
        "library": f"jax {getattr(jax, '__version__', '')}".strip(),
        "optimizer": "optax adam or adamw" if weight_decay is None else "optax adamw" if weight_decay else "optax adam",
        "clipping": clipping,
    }
    recorder = OptaxRecorder(said, Settings(every, sample, budget, keep, seed), path, group)
    recorder.source = OptaxSource(recorder)
    return recorder


def parts(state: Any, depth: int = 0) -> Iterator[Any]:
    """A state and all states inside it, in tuples (also with names), lists, dicts and dataclasses."""
    yield state
    if depth > DEEPEST or type(state).__name__ == ADAM:
        return
    if isinstance(state, Mapping):
        inner = list(state.values())
    elif isinstance(state, tuple | list):
        inner = list(state)
    else:
        inner = [getattr(state, name) for name in getattr(type(state), "__dataclass_fields__", ())]
    for each in inner:
        yield from parts(each, depth + 1)


def adam_states(state: Any) -> Iterator[Any]:
    """The states of Adam inside a state.  Raises AuditError for what is not Adam, by its name."""
    for each in parts(state):
        kind = type(each).__name__
        for name, why in OTHERS.items():
            if kind == name or hasattr(each, name):
                raise AuditError(f"{kind}: {why}")
        if kind == ADAM:
            yield each


def has_field(state: Any, name: str) -> bool:
    return any(hasattr(each, name) for each in parts(state))


def hyperparameters(state: Any) -> dict[str, Any]:
    """What inject_hyperparams keeps in the state, of what is of interest here."""
    found: dict[str, Any] = {}
    for each in parts(state):
        if hasattr(each, "hyperparams"):
            found |= {name: value for name, value in each.hyperparams.items() if name in HYPERPARAMETERS}
    return found


def leaves(tree: Any) -> dict[str, Any]:
    """The arrays of a tree by the names of their places.  JAX knows more kinds of trees, where it is loaded."""
    util = sys.modules.get("jax.tree_util")
    if util is not None:
        pairs, _ = util.tree_flatten_with_path(tree)
        named = {".".join(_part(key) for key in path) or "all": leaf for path, leaf in pairs}
    else:
        named = dict(_flattened(tree, ""))
    return {name: leaf for name, leaf in named.items() if hasattr(leaf, "shape") and hasattr(leaf, "dtype")}


def _part(key: Any) -> str:
    """The name in a key of a path: of a dict, a list, or an attribute."""
    return str(next((getattr(key, name) for name in ("key", "name", "idx") if hasattr(key, name)), key))


def _flattened(tree: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Mapping):
        inner: list[tuple[Any, Any]] = list(tree.items())
    elif isinstance(tree, tuple | list):
        inner = list(enumerate(tree))
    else:
        yield place or "all", tree
        return
    for name, each in inner:
        yield from _flattened(each, f"{place}.{name}" if place else str(name))


def _layers(states: list[Any], params: Any, grads: Any, group: Mapping[str, Any]) -> list[Layer]:
    weights = leaves(params) if params is not None else {}
    gradients = leaves(grads) if grads is not None else {}
    found = []
    for state in states:
        second, t = leaves(state.nu), int(state.count)
        for name, m in leaves(state.mu).items():
            if name not in second:
                raise AuditError(f"mu and nu have different leaves: {name:.60}")
            moments = Moments(
                m,
                second[name],
                t,
                group["beta1"],
                group["beta2"],
                group["epsilon"],
                gradients.get(name),
                weights.get(name),
                1.0,
                True,
                group["lr"],
            )
            found.append(Layer(name, moments if t else None, tuple(m.shape)))
    return found


class OptaxSource(ArraySource):
    """Gradients for probes: loss(batch, params) gives the loss and the gradients, both trees like the parameters."""

    def gradient(self, loss: Callable[..., Any], batch: Any, ahead: Mapping[str, Any] | None) -> tuple[float, Grads]:
        structure = getattr(self.recorder, "structure", None)
        if structure is None:
            raise AuditError("a probe needs the parameters: update(state, params)")

        def with_tree(batch: Any, weights: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
            value, gradients = loss(batch, rebuilt(structure, weights))
            return value, leaves(gradients)

        return super().gradient(with_tree, batch, ahead)


def rebuilt(tree: Any, weights: Mapping[str, Any]) -> Any:
    """The tree with these leaves in their places."""
    util = sys.modules.get("jax.tree_util")
    if util is not None:
        pairs, structure = util.tree_flatten_with_path(tree)
        named = [(".".join(_part(key) for key in path) or "all", leaf) for path, leaf in pairs]
        return util.tree_unflatten(structure, [weights.get(name, leaf) for name, leaf in named])
    return _replaced(tree, weights, "")


def _replaced(tree: Any, weights: Mapping[str, Any], place: str) -> Any:
    if isinstance(tree, Mapping):
        return {
            name: _replaced(each, weights, f"{place}.{name}" if place else str(name)) for name, each in tree.items()
        }
    if isinstance(tree, tuple | list):
        return [_replaced(each, weights, f"{place}.{n}" if place else str(n)) for n, each in enumerate(tree)]
    return weights.get(place or "all", tree)


__all__ = ["OptaxRecorder", "OptaxSource", "watch_optax"]
