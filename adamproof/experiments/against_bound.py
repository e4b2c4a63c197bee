"""A run beside the bounds that it is under: observed <= proved, with the slack of each.

The constants of the bound are those of the problem that was run; the means over time in it (G_p, G_q, and for the
averaged theorem the second moment V) are measured in the same run, with their confidence intervals.  So both sides
have intervals, and a line is VIOLATED only where what was observed is larger than the bound beyond both of them (at a
level of 99.99% for what was observed: some bounds are equalities), and beyond what rounding can do: a run computes with
floats.  The largest u has no interval: Lemma B.2 holds for every path.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ..bounds.certified import Numbers, certify, checked
from ..bounds.formulas.evaluation import Enclosure
from ..bounds.problem import Hyperparameters, Problem
from ..bounds.ranges import ProblemError
from ..bounds.theorems.from_lemmas import CORRECTED, Theorem, plain, theorem
from ..bounds.theorems.magnitude_formulas import EXCESS, R_T, S
from ..bounds.training import Training
from ..lemmas.main import main_theorem_averaged
from ..lemmas.momentum import momentum_error
from ..lemmas.notation import R
from ..simulator import MAXIMUM, Algorithm, Estimate, Run, Sampled, Separable, State, estimate
from ..simulator.engine import choose
from ..simulator.statistics import LEVEL, student

THEOREMS = ("main", "averaged")
DIGITS = 8
# Relative: the constants D, |a_1|, s0, s1 and the sums of the statistics are wrong by less than this.
ROUNDING = Fraction(1, 10**9)
REPLICATES = 16  # at least, where there is noise
# The level at which a run that is on its bound is not taken for one above it.  It is Student's, exact for normal means;
# where two values are equally likely, as in one step of one coordinate, up to 7 runs in 10^4 are (18 replicates).
# That is the worst of the built-in noises that we know; noise that a problem draws itself is never said to violate.
VIOLATION = 0.9999
UNIT = 2.0**-53  # the relative rounding of one operation
OPERATIONS = 8  # in which each of x, m, v, u and e is at most computed in a step
SMALLEST_NORMAL = float(np.finfo(np.float64).smallest_normal)


class NotApplicable(ValueError):
    """A run that a theorem says nothing about: one sentence."""


@dataclass(frozen=True)
class Line:
    """One inequality.  The bound lies in [low.low, high.high]: low, high are its values at the ends of the intervals of
    the means in it."""

    name: str
    observed: Estimate
    low: Enclosure
    high: Enclosure
    terms: Mapping[str, Enclosure]  # of `high`, where the bound is a sum
    why: str  # what proves it
    doubt: float  # the half width of the observed mean's interval at the level of a violation
    rounding: Fraction  # by how much rounding may have raised what was observed above the bound
    trusted: bool  # whether the interval can be trusted, if there is one

    @property
    def above(self) -> bool:
        """Observed above the bound, beyond both intervals and rounding."""
        return Fraction(self.observed.mean) - Fraction(self.doubt) > self.high.high + self.rounding

    @property
    def violated(self) -> bool:
        """Above the bound, where chance is no excuse."""
        return self.above and self.trusted

    @property
    def clear(self) -> bool:
        """Observed below the bound, beyond both intervals."""
        return Fraction(self.observed.high) <= self.low.low + self.rounding

    @property
    def slack(self) -> float | None:
        """How many times as large the bound is as what was observed; None over 0, and beyond floats."""
        return _float(self.high.high / Fraction(self.observed.mean)) if self.observed.mean else None

    @property
    def said(self) -> str:
        if self.above:
            return "VIOLATED" if self.trusted else "above, if the means of this noise are nearly normal"
        return "holds" if self.clear else "within the intervals"


@dataclass(frozen=True)
class AgainstBound:
    """All lines of one run; `measured` are the means that went into the bound; `left_out`: lines that say nothing."""

    against: str
    title: str
    lines: tuple[Line, ...]
    measured: Mapping[str, Estimate]
    left_out: tuple[str, ...]

    @property
    def violated(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.violated)

    def to_json(self) -> dict[str, Any]:
        return {
            "theorem": self.against,
            "claim": self.title,
            "level": LEVEL,
            "level of a violation": VIOLATION,
            "measured": {name: one.to_json() for name, one in self.measured.items()},
            "lines": [
                {
                    "name": line.name,
                    "observed": line.observed.to_json(),
                    "bound": line.high.decimals(DIGITS)[1],
                    "bound at least": line.low.decimals(DIGITS)[0],
                    "terms": {name: term.decimals(DIGITS)[1] for name, term in line.terms.items()},
                    "rounding": _float(line.rounding),
                    "slack": line.slack,
                    "says": line.said,
                    "by": line.why,
                }
                for line in self.lines
            ],
            "left out": list(self.left_out),
        }


# --- what a theorem is asked with ---------------------------------------------------------------


def _exact(value: float) -> Fraction:
    """A float as the binary fraction that it is.  Raises NotApplicable for one that has overflowed."""
    if not math.isfinite(value):
        raise NotApplicable(
            "F, the gradient, a mean over time or its interval overflows a float: scale the problem down to "
            "compare it"
        )
    return Fraction(value)


def _float(value: Fraction) -> float | None:
    """As a float, None where it is too large for one."""
    try:
        return float(value)
    except OverflowError:
        return None


def _problem(problem: Separable | Sampled, means: Mapping[str, float]) -> Problem:
    """The constants of a problem, D and |a_1| rounded up, and these means.  Raises NotApplicable."""
    known = problem.constants
    start = problem.start[None, :]
    with np.errstate(all="ignore"):  # what overflows is refused
        value, gradient = problem.value(start), float(np.linalg.norm(problem.gradient(start)))
    unknown = [name for name in ("L0", "L1", "lower", "s0", "s1") if getattr(known, name) is None]
    if unknown or value is None or known.lower is None:
        raise NotApplicable(
            f"the problem {problem.name} cannot be compared with a bound because its constants "
            f"{', '.join(unknown or ['F'])} are unknown"
        )
    up = 1 + ROUNDING
    return Problem(
        gap=(_exact(float(value[0])) - _exact(known.lower)) * up,
        grad1=_exact(gradient) * up,
        L0=_exact(known.L0 or 0.0),
        L1=_exact(known.L1 or 0.0),
        q=_exact(known.q),
        # The roots of variances are rounded too.
        sigma0=_exact(known.s0 or 0.0) * up,
        sigma1=_exact(known.s1 or 0.0) * up,
        p=_exact(known.p),
        dim=int(problem.start.size),
        **{name: _exact(mean) for name, mean in means.items()},
    )


def _theorem(against: str, algorithm: Algorithm) -> Theorem:
    """The theorem about this method.  Raises NotApplicable if there is none."""
    if algorithm.form == "signum":
        raise NotApplicable("the theorems cover Adam, not Signum")
    if algorithm.bias_correction and against not in CORRECTED:
        raise NotApplicable(
            f"the theorem {against} is not proved here for Adam with bias correction: compare the run with main"
        )
    return theorem(against, bias_correction=algorithm.bias_correction)


def _hyper(algorithm: Algorithm, steps: int) -> Hyperparameters:
    """The hyperparameters of a run."""
    return Hyperparameters(
        beta1=_exact(algorithm.beta1),
        beta2=_exact(algorithm.beta2),
        lr=_exact(algorithm.learning_rate),
        epsilon=_exact(algorithm.epsilon),
        steps=steps,
    )


def refuse(
    problem: Separable | Sampled,
    algorithm: Algorithm,
    steps: int,
    replicates: int,
    against: str,
    dtype: str = "float64",
) -> None:
    """Raise NotApplicable, before anything is run, where the theorem says nothing about the run."""
    if dtype != "float64":
        raise NotApplicable(f"what rounding can do to a run is known here for float64 alone, not for {dtype}")
    if against not in THEOREMS:
        raise NotApplicable(f"runs can be compared with the theorems {' and '.join(THEOREMS)}, not with {against!r}")
    needed = REPLICATES if problem.noise.kind != "none" or _draws_itself(problem) else 2
    if replicates < needed:
        raise NotApplicable(
            f"{replicates} replicates are too few for a reliable interval (with two-valued noise, all may be equal "
            f"by chance): use --replicates {needed} or more"
        )
    found = _theorem(against, algorithm)
    _refuse_underflow(problem, algorithm)
    # No hypothesis is about the means over time, which are not known yet.
    means = {"Gp": 0.0, "Gq": 0.0, "V": 0.0}
    try:
        numbers = Numbers(_problem(problem, means), _hyper(algorithm, steps))
        failing = [check for check in checked(found, numbers) if not check.holds]
    except ProblemError as error:
        raise NotApplicable(f"the theorem {against} does not apply: {error}") from error
    if failing:
        raise NotApplicable(f"the theorem {against} does not apply because its hypothesis {failing[0].name} fails")


def _draws_itself(problem: Separable | Sampled) -> bool:
    """Whether the noise is the problem's own."""
    return isinstance(problem, Sampled) and problem.stochastic is not None


def _refuse_underflow(problem: Separable | Sampled, algorithm: Algorithm) -> None:
    """Raise NotApplicable where the first squares would be subnormal: their rounding has no relative bound."""
    with np.errstate(all="ignore"):  # what overflows is refused elsewhere
        sizes = np.append(np.abs(problem.gradient(problem.start[None, :])), problem.noise.s0)
    least = math.sqrt(SMALLEST_NORMAL / (1.0 - algorithm.beta2))
    if ((0.0 < sizes) & (sizes < least)).any():
        raise NotApplicable(
            f"gradients or noise smaller than {least:.2g} have squares below the normal range of floats, where u is "
            "inexact: scale the problem up to compare it"
        )


# --- what rounding can do -----------------------------------------------------------------------


class _Rounding:
    """By how much the floats of a run can raise its statistics above exact arithmetic's, to first order.

    Each step rounds m relative to |m| and |g|, and x relative to |x|, which moves a by L times as much; of the
    roundings of m and v as many count as their memory is long.
    """

    def __init__(self, run: Run, measured: Mapping[str, Estimate]) -> None:
        task, unit = run.task, OPERATIONS * UNIT
        algorithm, known = task.algorithm, task.problem.constants
        memory1, memory2 = (min(task.steps, 1.0 / (1.0 - beta)) for beta in (algorithm.beta1, algorithm.beta2))
        gradient = math.sqrt(run.statistics.mean("l2 squared").high)
        noise = math.hypot(known.s0 or 0.0, (known.s1 or 0.0) * math.sqrt(measured["Gp"].high))
        smoothness = (known.L0 or 0.0) + (known.L1 or 0.0) * measured["Gq"].high
        largest = run.statistics.maximum * math.sqrt(task.d)
        reach = float(np.linalg.norm(task.problem.start)) + task.steps * algorithm.learning_rate * largest
        moved = _exact(unit * gradient) * _exact(reach) / _exact(algorithm.learning_rate)
        self.relative = ROUNDING + _exact(unit * (memory1 + memory2))
        if algorithm.bias_correction:  # 1 - beta^t has a relative error of one rounding times 1/(1 - beta) at most
            self.relative += _exact(unit / (1.0 - algorithm.beta1)) + _exact(unit / (1.0 - algorithm.beta2))
        self.error = _exact(unit * memory1) * (_exact(gradient + noise) + _exact(smoothness) * _exact(reach))
        self.gain = moved + 2 * _exact(largest) * self.error


# --- what is measured ---------------------------------------------------------------------------


def second_moment(run: Run) -> Estimate:
    """The largest E[v_T] of a coordinate: the largest of the coordinates' upper ends, each of an interval so wide that
    all hold together with the usual confidence."""
    level = 1.0 - (1.0 - LEVEL) / run.task.d
    each = [estimate(column, level) for column in run.state.v.T]
    top = max(one.high for one in each)
    mean = max(one.mean for one in each)
    return Estimate(mean, top - mean)


def _measured(run: Run, against: str) -> dict[str, Estimate]:
    found = {"Gp": run.statistics.mean("l2^p"), "Gq": run.statistics.mean("l2^q")}
    if against == "averaged":
        found["V"] = second_moment(run)
    return found


def _root(one: Estimate) -> Estimate:
    """The root of a mean, with an interval that covers the roots of its ends."""
    mean = math.sqrt(one.mean)
    ends = math.sqrt(max(0.0, one.low)), math.sqrt(max(0.0, one.high))
    return Estimate(mean, max(mean - ends[0], ends[1] - mean))


def _underflows(run: Run) -> bool:
    """Whether v is subnormal in any step where m is not 0, by repeating the run step by step.

    There u is inexact.  No run keeps the least v, which would cost every run time; this is for one that has a u above
    its bound.
    """
    state, engine = State.start(run.task), choose("auto", run.task, None, lambda text: None)
    while state.step < run.task.steps:
        engine.advance(run.task, state, 1)
        state.step += 1
        if ((state.v < SMALLEST_NORMAL) & (state.m != 0.0)).any():
            return True
    return False


# --- the comparison -----------------------------------------------------------------------------


def compare(run: Run, against: str = "main") -> AgainstBound:
    """A run beside a theorem.  Raises NotApplicable where the theorem says nothing about it."""
    task = run.task
    if run.statistics.done != task.steps:
        done = f"{run.statistics.done} of its {task.steps} steps"
        raise NotApplicable(f"the run stopped after {done}: resume it first")
    if task.exact_every != 1:
        raise NotApplicable("the theorem's means are over all steps: run it with the exact gradient in every step")
    refuse(task.problem, task.algorithm, task.steps, task.replicates, against, task.dtype)
    return _Comparison(run, against).whole()


class _Comparison:
    """The lines of one run."""

    def __init__(self, run: Run, against: str) -> None:
        self.run, self.against, self.measured = run, against, _measured(run, against)
        ends = {
            "low": {name: max(0.0, one.low) for name, one in self.measured.items()},
            "high": {name: max(0.0, one.high) for name, one in self.measured.items()},
        }
        self.corrected = run.task.algorithm.bias_correction
        self.theorem = _theorem(against, run.task.algorithm)
        self.hyper = _hyper(run.task.algorithm, run.task.steps)
        self.problems = {end: _problem(run.task.problem, means) for end, means in ends.items()}
        self.numbers = {end: Numbers(problem, self.hyper) for end, problem in self.problems.items()}
        self.rounding = _Rounding(run, self.measured)
        degrees = run.statistics.totals.shape[1] - 1
        self.wider = student(degrees, VIOLATION) / student(degrees, LEVEL)
        # Of noise that a problem draws itself nothing is known: where it is rarely 0, say, a sample in which it never
        # is has a narrow interval around a mean that is too large.
        self.trusted = not _draws_itself(run.task.problem)
        self.left_out: list[str] = []

    def whole(self) -> AgainstBound:
        lines = tuple(self._lines())
        return AgainstBound(self.against, self.theorem.title, lines, self.measured, tuple(self.left_out))

    def _lines(self) -> Iterator[Line]:
        statistics = self.run.statistics
        yield self._gain(statistics.mean("u.a"))
        if self.against == "main":
            terms = {
                "start": momentum_error.START_TERM,
                "drift": momentum_error.DRIFT_TERM,
                "noise": momentum_error.NOISE_TERM,
            }
            yield self._sum("mean of E|e_t|_2", statistics.mean("error"), terms, "momentum-error")
        else:
            parts = main_theorem_averaged.terms(main_theorem_averaged.S_squared)
            terms = {name: parts[name] for name in ("initial momentum", "drift", "noise")}
            error = _root(statistics.mean("error squared"))
            yield self._sum("root of the mean of E|e_t|^2", error, terms, "momentum-mean-square")
        lines = [*self._magnitudes(), *self._mean_squares(statistics.mean("u squared"))]
        if any(line.violated for line in lines) and _underflows(self.run):
            self.left_out.append("u against its bounds, because v comes below the normal range of floats in the run")
        else:
            yield from lines

    def _gain(self, observed: Estimate) -> Line:
        """The left side of the theorem."""
        training = Training(bias_correction=self.corrected)
        found = {
            end: certify(self.problems[end], self.hyper, self.against, digits=DIGITS, training=training)
            for end in self.problems
        }
        name = self.theorem.left
        low, high = found["low"], found["high"]
        room = self.rounding.gain
        return self._line(name, observed, low.total, high.total, high.terms, high.theorem.title, room)

    def _sum(self, name: str, observed: Estimate, terms: Mapping[str, Any], why: str) -> Line:
        """A bound that is a sum of terms of a lemma."""
        formulas = {part: plain(term) for part, term in terms.items()}
        wanted = {**formulas, "whole": sum(formulas.values())}
        low, high = (self.numbers[end].enclose(wanted, DIGITS) for end in ("low", "high"))
        parts = {part: high[part] for part in formulas}
        return self._line(name, observed, low["whole"], high["whole"], parts, why, self.rounding.error)

    def _line(
        self,
        name: str,
        observed: Estimate,
        low: Enclosure,
        high: Enclosure,
        terms: Mapping[str, Enclosure],
        why: str,
        rounding: Fraction = Fraction(0),
    ) -> Line:
        """A line with the room that its intervals and rounding (`rounding`: beside the relative one) leave."""
        doubt = self.wider * (observed.half_width or 0.0)
        _exact(observed.mean + doubt)  # or there is nothing to compare
        room = self.rounding.relative * high.high + rounding
        return Line(name, observed, low, high, terms, why, doubt, room, self.trusted or observed.half_width is None)

    def _value(self, formula: Any, end: str = "high") -> Enclosure:
        return self.numbers[end].enclose({"value": formula}, DIGITS)["value"]

    def _magnitudes(self) -> Iterator[Line]:
        """The largest u of all against R, and up to some times against R_t, which grows with t."""
        why = "bias-corrected" if self.corrected else "update-magnitude (Lemma B.2)"
        if self.run.task.algorithm.beta1**2 < self.run.task.algorithm.beta2:
            yield self._largest("the largest u, against R", self.run.statistics.maximum, self._r(), why)
        if self.corrected:
            self.left_out.append("u against R_t, which is not proved here for bias correction")
            return
        largest_yet, due = 0.0, 1
        series = self.run.statistics.series(MAXIMUM)
        for step, one in series:
            largest_yet = max(largest_yet, one.mean)
            if step < due and step != series[-1][0]:
                continue
            due = 4 * step
            at = Numbers(self.problems["high"], _hyper(self.run.task.algorithm, step))
            bound = at.enclose({"value": R_T}, DIGITS)["value"]
            yield self._largest(
                f"the largest u up to t = {step}, against R_t", largest_yet, bound, "update-magnitude-finite"
            )

    def _largest(self, name: str, observed: float, bound: Enclosure, why: str) -> Line:
        return self._line(name, Estimate(observed, None), bound, bound, {}, why)

    def _r(self) -> Enclosure:
        """R, exactly 1 where beta1 = beta2 (magnitude-identity)."""
        excess = self._value(EXCESS)
        return Enclosure.of(1) if excess.exact and excess.low == 0 else self._value(R)

    def _mean_squares(self, observed: Estimate) -> Iterator[Line]:
        """The mean of u^2 against S^2, which needs beta1 < beta2, epsilon > 0 and the second moment."""
        algorithm = self.run.task.algorithm
        if self.corrected:
            self.left_out.append("the mean of u^2 against S^2, which is not proved here for bias correction")
            return
        if not (algorithm.beta1 < algorithm.beta2 and algorithm.epsilon > 0.0):
            self.left_out.append("the mean of u^2 against S^2, which needs beta1 < beta2 and epsilon > 0")
            return
        if "V" not in self.measured:
            self.measured["V"] = second_moment(self.run)
            for end in self.problems:
                means = {name: max(0.0, getattr(one, end)) for name, one in self.measured.items()}
                self.problems[end] = _problem(self.run.task.problem, means)
                self.numbers[end] = Numbers(self.problems[end], self.hyper)
        low, high = (self._value(S**2, end) for end in ("low", "high"))
        yield self._line("mean of u^2, against S^2", observed, low, high, {}, "average-magnitude-expected")


# --- reproducing --------------------------------------------------------------------------------


def reproducer(run: Run, found: AgainstBound, command: str) -> dict[str, Any]:
    """Everything needed to see a violation again: the command, the run and the comparison."""
    return {"command": command, "violated": [line.name for line in found.violated], "run": run.to_json(),
            "against": found.to_json()}  # fmt: skip
