"""The best hyperparameters for a bound.

The best learning rate is the closed form of the lemma `optimal-learning-rate`.  The best beta2 beside any beta1 is
beta1 itself where R is the magnitude, as R is 1 there and never less (magnitude-identity).  A best beta1 (or beta2) is
searched for; that no setting is much better is certified by intervals on pieces of the range.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import sympy

from ..lemmas.main import optimal_learning_rate
from ..lemmas.notation import R, b1, b2, gamma
from .certified import DIGITS, Bound, Numbers, certify
from .formulas.evaluation import Enclosure, Evaluation, NoEnclosure, bits_for, decimal
from .formulas.monotone import never_grows, never_shrinks
from .formulas.symbolic import plain_form
from .problem import Hyperparameters, Problem
from .ranges import FIELDS, ProblemError
from .theorems.from_lemmas import Theorem, TheoremError, theorem

CHOICES = ("lr", "beta1", "beta2")
SMALLEST_GAP = 9  # 1 - beta is at least 10^-SMALLEST_GAP
GRID, COARSE = 8, 2  # points a decade in the first search, for one beta and for two
BOXES = 600  # pieces that are cut for one free beta; for two, 8 times as many
CLOSE = Fraction(1, 100)  # the gap between bound and lower bound that will do for one free beta; for two, 5 times
BITS = bits_for(12)
SCALE = sympy.Symbol("scale", positive=True)  # what a bound is monotone in: R, or 1 - beta1/beta2
PLAIN_SCALE = plain_form(SCALE)
NOWHERE = Fraction(10**1000)  # on a piece without settings for which the theorem applies
LARGEST_LR = Fraction(10**9)
NOT_TRAINING = "this setting minimises the bound; a smaller bound is a stronger guarantee, not better training"
Box = tuple[tuple[Fraction, Fraction], ...]  # for each free beta the least and the largest 1 - beta


class NoSetting(ProblemError):
    """No setting that was tried satisfies all hypotheses of the theorem: one sentence."""


@dataclass(frozen=True)
class Optimised:
    """The chosen hyperparameters by name (as exact decimals), the bound there, and the bound as given (or None).

    lower: what the bound is at least, whatever the choice (None where that was not certified).
    """

    chosen: Mapping[str, str]
    bound: Bound
    given: Bound | None
    lower: Enclosure | None
    notes: tuple[str, ...]


def best_learning_rate(found: Theorem) -> tuple[Any, Any, Any, Any]:
    """gamma* and the parts c0, A, B of a bound c0 + A/gamma + B*gamma.  Raises ProblemError on another form."""
    parts: dict[Any, Any] = {}
    for term in found.terms.values():
        for piece in sympy.Add.make_args(term):
            power = piece.as_powers_dict().get(gamma, 0)
            parts[power] = parts.get(power, 0) + piece / gamma**power
    if not {-1, 0, 1} >= set(parts) or any(part.has(gamma) for part in parts.values()):
        raise ProblemError(f"the bound of {found.name} is not of the form c0 + A/lr + B*lr")
    fixed, falling, rising = (parts.get(power, sympy.Integer(0)) for power in (0, -1, 1))
    lemma = optimal_learning_rate
    # The lemma writes the rising part as B*d.
    best = lemma.lemma.constants["gamma"].xreplace({lemma.A: falling, lemma.B: rising / lemma.d})
    return best, fixed, falling, rising


def optimise(
    problem: Problem,
    hyper: Hyperparameters,
    choose: Sequence[str] = ("lr",),
    name: str = "main",
    case: int = 1,
    digits: int = DIGITS,
    say: Callable[[str], None] = lambda _: None,
) -> Optimised:
    """The best lr, beta1, beta2 (those named) for a bound, the rest as given; `say` hears how far it is.

    Raises ProblemError.
    """
    for wanted in choose:
        if wanted not in CHOICES:
            raise ProblemError(f"{wanted!r:.40} cannot be optimised; choose from {', '.join(CHOICES)}")
    found = theorem(name, case)
    search = _Search(problem, hyper, tuple(dict.fromkeys(choose)), found, say)
    if not search.betas:  # betas that the theorem excludes are refused with their rule, before a root of them is taken
        certify(problem, replace(hyper, lr=1), name, case, digits)
    say("searching for the best setting")
    best, notes = search.best()
    chosen = {wanted: getattr(best, wanted) for wanted in search.choose}
    bound = certify(problem, best, name, case, digits)
    lower, more = search.lower_bound(bound)
    shown = {wanted: _text(value) for wanted, value in chosen.items()}
    given = _as_given(problem, hyper, name, case, digits)
    return Optimised(shown, bound, given, lower, (*notes, *more, NOT_TRAINING))


def _text(value: Any) -> str:
    number = Fraction(int(value.p), int(value.q)) if value.is_Rational else None
    return str(value).replace("**", "^") if number is None else decimal(number, 30, up=True)


def _as_given(problem: Problem, hyper: Hyperparameters, name: str, case: int, digits: int) -> Bound | None:
    try:
        return certify(problem, hyper, name, case, digits)
    except ProblemError:
        return None


def _limit(rule: Any) -> tuple[Any, Any, int, Any]:
    """a, b, k, c of a hypothesis a + b*gamma^k <= c: an upper limit of lr.  Raises TheoremError on another form."""
    left, right = rule.args
    below: Any = sympy.Integer(0)
    factor: Any = sympy.Integer(0)
    powers = set()
    if right == gamma:  # 0 < gamma
        left, right = sympy.Integer(0), sympy.Integer(1)
    for piece in sympy.Add.make_args(left):
        power = piece.as_powers_dict().get(gamma, 0)
        if power == 0:
            below += piece
        else:
            factor += piece / gamma**power
            powers.add(int(power))
    if len(powers) > 1 or any(power < 1 for power in powers) or any(x.has(gamma) for x in (below, factor, right)):
        raise TheoremError(f"{rule} is not an upper bound on lr")
    return below, factor, max(powers, default=1), right


class _Search:
    """The search for the best setting: lr in closed form inside, the betas outside."""

    def __init__(
        self,
        problem: Problem,
        hyper: Hyperparameters,
        choose: tuple[str, ...],
        found: Theorem,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.say = say
        self.problem, self.hyper, self.choose, self.found = problem, hyper, choose, found
        self.by_R = "R" in found.scale
        self.betas: list[str] = [name for name in ("beta1", "beta2") if name in choose]
        self.tied = self.by_R and "beta2" in self.betas  # beta2 = beta1: R = 1
        self.free = [name for name in self.betas if not (self.tied and name == "beta2")]
        self.best_lr, self.fixed, self.falling, self.rising = best_learning_rate(found)
        for name in ("beta1", "beta2", "lr"):
            if getattr(hyper, name) is None and name not in choose:
                raise ProblemError(f"{name} is missing; give it, or optimise it")
        if self.tied and not self.free and hyper.beta1 == 0:
            raise ProblemError(
                "there is no best beta2 if beta1 = 0: R falls to 1 as beta2 tends to 0, which is not allowed; "
                "give beta2, or a positive beta1"
            )
        self.limits = [_limit(rule) for rule in found.hypotheses.values() if rule.has(gamma)]
        self.rules = {
            name: rule
            for name, rule in found.hypotheses.items()
            if rule.has(b1, b2) and not (rule.has(gamma) and "lr" in choose)
        }
        if "beta2" in self.betas and not found.scale:
            raise ProblemError(f"beta2 does not occur in the bound of {found.name}; there is nothing to optimise")

    def best(self) -> tuple[Hyperparameters, list[str]]:
        notes = []
        hyper = self.hyper
        if self.free:
            hyper = self._search_betas()
        elif self.tied:
            hyper = replace(hyper, beta2=hyper.beta1)
        if self.tied:
            notes.append("beta2 = beta1 minimises R (R = 1, magnitude-identity), and every term grows with R")
        if "lr" in self.choose:
            hyper, note = self._with_lr(hyper)
            notes.append(note)
        return hyper, notes

    # --- lr ---

    def _with_lr(self, hyper: Hyperparameters) -> tuple[Hyperparameters, str]:
        """The closed form, rounded down to a decimal, and made smaller where a hypothesis limits it."""
        trial = replace(hyper, lr=1)
        numbers = Numbers(self.problem, trial)
        numbers.need([self.best_lr], "the best lr")
        parts = numbers.enclose({"A": self.falling, "B": self.rising}, 20)
        value = LARGEST_LR
        if parts["B"].low and parts["A"].low:
            value = Fraction(decimal(numbers.enclose({"lr": self.best_lr}, 20)["lr"].low, 12, up=False))
        elif not parts["A"].low or not self.case_fails(hyper, value):
            raise ProblemError("there is no best lr: the bound is monotone in lr")
        note = "lr has a closed form (optimal-learning-rate), proportional to 1/sqrt(d); it is rounded to 12 digits"
        if self.case_fails(hyper, value):
            value = self._largest_allowed(hyper, value)
            note = "lr is the largest value that the hypotheses allow; the bound would be smallest at a larger lr"
        return replace(hyper, lr=value), note

    def case_fails(self, hyper: Hyperparameters, lr: Fraction) -> bool:
        numbers = Numbers(self.problem, replace(hyper, lr=lr))
        relations = ((name, rule) for name, rule in self.found.hypotheses.items() if rule.has(gamma))
        return not all(numbers.check(name, rule).holds for name, rule in relations)

    def _largest_allowed(self, hyper: Hyperparameters, lr: Fraction) -> Fraction:
        """By bisection of the exponent: every hypothesis on lr is an upper limit."""
        low, high = lr, lr
        while self.case_fails(hyper, low):
            low, high = low / 1024, low
            if low < Fraction(1, 10**400):
                raise NoSetting("no lr satisfies the theorem's hypotheses")
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if self.case_fails(hyper, middle) else (middle, high)
        return Fraction(decimal(low, 12, up=False))

    # --- the betas ---

    def _value(self, point: Mapping[str, Fraction]) -> float:
        """The bound at 1 - beta = point, with the best lr that is allowed if that is free; infinite where a
        hypothesis fails."""
        hyper = self._at(point)
        try:
            numbers = Numbers(self.problem, replace(hyper, lr=1) if "lr" in self.choose else hyper)
            numbers.need([self.found.bound], f"the theorem {self.found.name}")
            if not all(numbers.check(name, rule).holds for name, rule in self.rules.items()):
                return float("inf")
            evaluation = numbers.evaluation(BITS)
            if "lr" not in self.choose:
                return float(evaluation.of(numbers.put(self.found.bound)).high)
            return self._with_allowed_lr(numbers, evaluation)
        except (NoEnclosure, OverflowError):
            return float("inf")

    def _with_allowed_lr(self, numbers: Numbers, evaluation: Evaluation) -> float:
        """The bound at the smaller of the best lr and the largest that the hypotheses allow."""
        fixed, falling, rising = (evaluation.of(numbers.put(p)) for p in (self.fixed, self.falling, self.rising))
        exact_numbers = evaluation.arithmetic
        allowed = [LARGEST_LR]
        for below, factor, power, limit in self.limits:
            rest, slope, most = (evaluation.of(numbers.put(part)) for part in (below, factor, limit))
            room = Enclosure.of(most.low - rest.high)
            if room.low < 0 or (room.low == 0 and slope.high > 0):
                return float("inf")
            if slope.high > 0:
                ratio = exact_numbers.divide(room, Enclosure.of(slope.high))
                allowed.append(exact_numbers.rational_power(ratio, Fraction(1, power)).low)
        lr = min(allowed)
        if rising.low > 0:
            best = exact_numbers.rational_power(exact_numbers.divide(falling, rising), Fraction(1, 2))
            lr = min(lr, best.low)
        if lr <= 0:
            return float("inf")
        rate = Enclosure.of(lr)
        found = exact_numbers.add(exact_numbers.divide(falling, rate), exact_numbers.mul(rising, rate))
        return float(exact_numbers.add(fixed, found).high)

    def _at(self, point: Mapping[str, Fraction]) -> Hyperparameters:
        betas = {name: 1 - gap for name, gap in point.items()}
        if self.tied:
            betas["beta2"] = betas.get("beta1", self.hyper.beta1)
        return replace(self.hyper, **betas)

    def _search_betas(self) -> Hyperparameters:
        """A grid in powers of ten, then smaller and smaller steps around the best point."""
        finer = GRID if len(self.free) == 1 else COARSE
        exponents = [Fraction(-number, finer) for number in range(SMALLEST_GAP * finer + 1)]
        grids = [[gap for gap in map(_gap, exponents) if self._allowed(name, gap)] for name in self.free]
        points = (dict(zip(self.free, gaps, strict=True)) for gaps in itertools.product(*grids))
        best: dict[str, Fraction] = min(points, key=self._value)
        value, step = self._value(best), Fraction(1, 5)
        if value == float("inf"):
            raise NoSetting(
                f"no {' and '.join(self.free)} tried satisfies all hypotheses of the theorem "
                f"{self.found.name}; "
                "try a smaller lr, or optimise lr too"
            )
        while step > Fraction(1, 5000):
            moved = [
                best | {name: moved_to}
                for name in self.free
                for moved_to in (min(_short(best[name] * (1 + step)), Fraction(1)), _short(best[name] / (1 + step)))
                if self._allowed(name, moved_to)
            ]
            nearer = min(moved, key=self._value, default=best)
            if self._value(nearer) < value:
                best, value = nearer, self._value(nearer)
            else:
                step /= 2
        return self._at(best)

    def _allowed(self, name: str, gap: Fraction) -> bool:
        """1 - beta is below 1 (beta1 may be 0, unless beta2 > 0 is tied to it), and not too small to be searched."""
        largest = gap <= 1 if name == "beta1" and not self.tied else gap < 1
        return largest and gap >= Fraction(1, 10**SMALLEST_GAP)

    # --- how far from the best ---

    def lower_bound(self, bound: Bound) -> tuple[Enclosure | None, list[str]]:
        """What the bound is at least, over all choices; a note that says how close that is."""
        if not self.betas:
            return None, []
        if not self.free:
            return None, []
        least = self._least(bound.total.high)
        if least is None:
            return None, ["optimality of this choice is not certified"]
        percent = float((bound.total.high - least) / bound.total.high * 100)
        names = " and ".join(self.free)
        ends = {"beta1": "1", "beta2": f"1 - 10^-{SMALLEST_GAP}"}
        ranges = " and ".join(f"10^-{SMALLEST_GAP} <= 1 - {name} <= {ends[name]}" for name in self.free)
        note = f"no {names} with {ranges} lowers the bound by more than {percent:.2g} %"
        return Enclosure(least, bound.total.high), [f"{note} (certified by intervals)"]

    def _least(self, reached: Fraction) -> Fraction | None:
        """A lower bound over the ranges of the free betas: they are cut where the lower bound is least."""
        self._prepare()
        cuts = GRID if len(self.free) == 1 else COARSE
        inner = [_gap(Fraction(-number, cuts)) for number in range(1, SMALLEST_GAP * cuts + 1)]
        ends = {"beta1": [Fraction(1), *inner], "beta2": [1 - inner[-1], *inner]}  # beta2 > 0
        pieces = [[(low, high) for high, low in itertools.pairwise(ends[name])] for name in self.free]
        ticket = itertools.count()
        heap: list[tuple[Fraction, int, Box]] = []
        for box in itertools.product(*pieces):
            heapq.heappush(heap, (self._below(box), next(ticket), box))
        close, most = (CLOSE, BOXES) if len(self.free) == 1 else (5 * CLOSE, 8 * BOXES)
        for number in range(most):
            least, _, box = heap[0]
            if least >= reached * (1 - close):
                break
            if number % 200 == 0:
                self.say(f"certifying: {number} boxes subdivided")
            heapq.heappop(heap)
            for half in _halves(box):
                heapq.heappush(heap, (self._below(half), next(ticket), half))
        least = min(heap[0][0], reached)
        return least if least > 0 else None

    def _prepare(self) -> None:
        """What all pieces have in common: the values of the other inputs, and the formulas to enclose."""
        hyper = self._at(dict.fromkeys(self.free, Fraction(1, 2)))
        numbers = Numbers(self.problem, replace(hyper, lr=1) if "lr" in self.choose else hyper)
        self._known = dict(numbers.evaluation(BITS).known)
        formulas = [self._whole()]
        if self.by_R:
            formulas = [self._with_R()] if self.tied else [*formulas, self._with_R()]
        elif self.found.scale:
            formulas = [self._with_distance()]
        self._formulas = [numbers.put(formula) for formula in formulas]

    def _below(self, box: Box) -> Fraction:
        """What the bound is at least where each free beta has low <= 1 - beta <= high (and the theorem applies)."""
        evaluation = Evaluation(dict(self._known), BITS)
        for name, (low, high) in zip(self.free, box, strict=True):
            evaluation.known[FIELDS[name].symbol] = Enclosure(1 - high, 1 - low)
        least = self._least_scale(evaluation, box[0][1])
        if least is None:
            return NOWHERE
        evaluation.known[PLAIN_SCALE] = least
        found = [Fraction(0)]
        for formula in self._formulas:
            try:
                found.append(evaluation.of(formula).low)
            except NoEnclosure:
                pass  # a denominator that vanishes somewhere on this piece
        return max(found)

    def _least_scale(self, evaluation: Evaluation, high: Fraction) -> Enclosure | None:
        """A value of SCALE at which the formulas are least; None where the theorem does not apply anywhere.

        For bounds by R it is R's least value; for those by S it is the largest of 1 - beta1/beta2.
        """
        if self.by_R:
            return self._least_R(high) if self.free[0] == "beta1" and not self.tied else Enclosure.of(1)
        if not self.found.scale:
            return Enclosure.of(1)
        first, second = (evaluation.known[FIELDS[name].symbol] for name in ("beta1", "beta2"))
        distance = 1 - first.low / second.high
        return Enclosure.of(distance) if distance > 0 else None

    def _least_R(self, high: Fraction) -> Enclosure | None:
        """What R is at least where 1 - beta1 <= high, beside the given beta2; None where beta1^2 >= beta2.

        By R^2 = 1 + (beta1 - beta2)^2/((1 - beta2)*(beta2 - beta1^2)), R is 1 or more, and grows from beta1 = beta2 on.
        """
        numbers = Numbers(self.problem, replace(self.hyper, beta1=max(1 - high, Fraction(0))))
        if numbers.check("above", sympy.Lt(b2, b1, evaluate=False)).holds is not True:
            return Enclosure.of(1)
        if numbers.check("stable", sympy.Lt(b1**2, b2, evaluate=False)).holds is not True:
            return None
        least = numbers.enclose({"R": R}, 12)["R"].low
        return Enclosure.of(_short(least))

    def _whole(self) -> Any:
        """The bound, or its least over all lr > 0: c0 + 2*sqrt(A*B)."""
        if "lr" not in self.choose:
            return self.found.bound
        lemma = optimal_learning_rate
        return self.fixed + lemma.least.xreplace({lemma.A: self.falling, lemma.B: self.rising / lemma.d})

    def _with_R(self) -> Any:
        """The same with R given: both factors of R's denominator are put to sqrt((1 - b1)/R), so that b2 is nowhere."""
        gap = sympy.Dummy("1 - beta1", positive=True)
        root = gap / SCALE
        flat = self._whole().xreplace({1 - b1**2 / b2: root, 1 - b2: root, 1 - b1: gap})
        found = sympy.powsimp(flat).xreplace({gap: 1 - b1})
        if b2 in found.free_symbols or not never_shrinks(found, SCALE):
            raise TheoremError(
                f"the bound of {self.found.name} depends on beta2 not only through R, or may decrease in R"
            )
        return found

    def _with_distance(self) -> Any:
        """The bound by S with 1 - beta1/beta2 given: it does not grow with that."""
        found = self._whole().xreplace({1 - b1 / b2: SCALE})
        if not never_grows(found, SCALE):
            raise TheoremError(f"the bound of {self.found.name} may increase in 1 - beta1/beta2")
        return found


def _halves(box: Box) -> tuple[Box, Box]:
    """The box cut in two along its longest side, measured in powers of ten."""
    side = max(range(len(box)), key=lambda number: box[number][1] / box[number][0])
    low, high = box[side]
    middle = _short((low + high) / 2 if high <= 4 * low else 2 * low)
    before, after = box[:side], box[side + 1 :]
    return (*before, (low, middle), *after), (*before, (middle, high), *after)


def _gap(exponent: Fraction) -> Fraction:
    """About ten to the exponent, as a short decimal."""
    return _short(Fraction(10 ** float(exponent)).limit_denominator(10**15))


def _short(value: Fraction) -> Fraction:
    return Fraction(decimal(value, 6, up=False))


__all__ = ["NoSetting", "Optimised", "best_learning_rate", "optimise"]
