"""Small theorems about single heads, proved once from the kernel's facts and instantiated by `prove`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from ..kernel.terms import INT, REAL, Term, as_real, make, number
from ..kernel.text import show
from . import effort
from .record import Step, derive
from .search import Search

X, Y, N = make("var", "x", REAL), make("var", "y", REAL), make("var", "n", INT)
ZERO, ONE = number(0), number(1)


def _assume(op: str, a: Term, b: Term) -> Step:
    return derive("assume", [], make(op, a, b))


def _bare(goal: Term, *facts: Step) -> Step:
    with effort.question():  # whoever asks for a theorem first does not pay for it
        found = Search(goal, facts).run()
    if found is None:
        raise LookupError(f"the prover cannot prove {show(goal)}")
    return found


def _by_sign(goal: Term, nonneg: Sequence[Step], negative: Sequence[Step]) -> Step:
    """A goal about x from facts under 0 <= x and facts under x < 0."""
    return derive("cases", [_bare(goal, *nonneg), _bare(goal, *negative)], ZERO, X)


def _abs_cases() -> tuple[list[Step], list[Step]]:
    nonneg, negative = _assume("<=", ZERO, X), _assume("<", X, ZERO)
    nonpos = _bare(make("<=", X, ZERO), negative)
    return [nonneg, derive("fact", [nonneg], "abs_nonneg", (X,))], [
        negative,
        derive("fact", [nonpos], "abs_nonpos", (X,)),
    ]


def _sign_cases() -> tuple[list[Step], list[Step], list[Step]]:
    """Facts about abs and sign for 0 < x, x == 0 and x < 0."""
    positive, zero, negative = _assume("<", ZERO, X), _assume("==", X, ZERO), _assume("<", X, ZERO)
    nonneg, both, nonpos = (
        _bare(make("<=", ZERO, X), positive),
        _bare(make("<=", ZERO, X), zero),
        _bare(make("<=", X, ZERO), negative),
    )
    return (
        [positive, derive("fact", [nonneg], "abs_nonneg", (X,)), derive("fact", [positive], "sign_pos", (X,))],
        [zero, derive("fact", [both], "abs_nonneg", (X,)), derive("fact", [zero], "sign_zero", (X,))],
        [negative, derive("fact", [nonpos], "abs_nonpos", (X,)), derive("fact", [negative], "sign_neg", (X,))],
    )


def _by_three_signs(goal: Term) -> Step:
    positive, zero, negative = (_bare(goal, *facts) for facts in _sign_cases())
    # x == 0 follows from 0 <= x and x <= 0
    zero = derive("cut", [derive("antisymmetry", [_assume("<=", X, ZERO), _assume("<=", ZERO, X)]), zero])
    nonneg = derive("cases", [zero, positive], X, ZERO)
    return derive("cases", [nonneg, negative], ZERO, X)


def _abs_goals() -> list[Term]:
    size = make("abs", X)
    return [
        make("<=", ZERO, size),
        make("<=", X, size),
        make("<=", make("mul", number(-1), X), size),
        make("==", make("mul", size, size), make("mul", X, X)),
    ]


def _sign_goals() -> list[Term]:
    size, sign = make("abs", X), make("sign", X)
    return [
        make("==", make("mul", X, sign), size),
        make("==", make("mul", size, sign), X),
        make("<=", make("mul", sign, sign), ONE),
        make("<=", sign, ONE),
        make("<=", number(-1), sign),
    ]


def _power_by_induction(op: str) -> Step:
    power = make("pow", X, N)
    goal = make(op, ZERO, power)
    natural, base_sign = _assume("<=", ZERO, as_real(N)), _assume(op, ZERO, X)
    base = _bare(make(op, ZERO, make("pow", X, make("int", 0))))
    successor = derive("fact", [natural], "pow_succ", (X, N))
    step_goal = make(op, ZERO, make("pow", X, make("add", N, make("int", 1))))
    step = _bare(step_goal, successor, base_sign, derive("assume", [], goal))
    return derive("induction", [base, step], N, make("int", 0), goal)


def _power_of_one() -> Step:
    """1^n == 1 for n >= 0."""
    goal = make("==", make("pow", ONE, N), ONE)
    base = _bare(make("==", make("pow", ONE, make("int", 0)), ONE))
    successor = derive("fact", [_assume("<=", ZERO, as_real(N))], "pow_succ", (ONE, N))
    following = make("==", make("pow", ONE, make("add", N, make("int", 1))), ONE)
    step = _bare(following, successor, derive("assume", [], goal))
    return derive("induction", [base, step], N, make("int", 0), goal)


def _inverse_positive() -> Step:
    positive = _assume("<", ZERO, X)
    return _bare(make("<", ZERO, make("inv", X)), positive, _inverse_times())


def _inverse_times() -> Step:
    nonzero = _bare(make("!=", X, ZERO), _assume("<", ZERO, X))
    return derive("fact", [nonzero], "inv", (X,))


def _inverse_of_zero() -> Step:
    """x == 0 gives inv(x) == 0, as inv(0) == 0."""
    hole = make("var", "h", REAL)
    back = _bare(make("==", ZERO, X), _assume("==", X, ZERO))
    return derive(
        "rewrite", [back, _bare(make("==", make("inv", ZERO), ZERO))], hole, make("==", make("inv", hole), ZERO)
    )


def _inverse_nonneg() -> Step:
    goal = make("<=", ZERO, make("inv", X))
    zero = derive("antisymmetry", [_assume("<=", X, ZERO), _assume("<=", ZERO, X)])
    at_zero = _bare(goal, derive("cut", [zero, _inverse_of_zero()]))
    return derive("cases", [at_zero, _bare(goal, _inverse_positive())], X, ZERO)


def _sqrt_positive() -> Step:
    positive = _assume("<", ZERO, X)
    nonneg = _bare(make("<=", ZERO, X), positive)
    facts = [derive("fact", [nonneg], name, (X,)) for name in ("sqrt_nonneg", "sqrt_square")]
    # were sqrt(x) <= 0, then 0 <= sqrt(x) makes sqrt(x)*sqrt(x) <= 0 < x
    return _bare(make("<", ZERO, make("sqrt", X)), positive, *facts)


def _abs_le() -> Step:
    """x <= y and -x <= y give abs(x) <= y."""
    nonneg, negative = _abs_cases()
    goal = make("<=", make("abs", X), Y)
    above, below = _assume("<=", X, Y), _assume("<=", make("mul", number(-1), X), Y)
    return _by_sign(goal, [*nonneg, above], [*negative, below])


_THEOREMS: dict[str, Callable[[], Step]] = {
    "inverse_positive": _inverse_positive,
    "inverse_times": _inverse_times,
    "inverse_nonneg": _inverse_nonneg,
    "inverse_of_zero": _inverse_of_zero,
    "sqrt_positive": _sqrt_positive,
    "abs_le": _abs_le,
    "power_nonneg": lambda: _power_by_induction("<="),
    "power_of_one": _power_of_one,
    "power_positive": lambda: _power_by_induction("<"),
}


@cache
def theorem(name: str) -> Step:
    """A theorem by name, about the variables x (real) and n (integer)."""
    return _THEOREMS[name]()


@cache
def _head(head: str) -> tuple[Step, ...]:
    if head == "abs":
        nonneg, negative = _abs_cases()
        return tuple(_by_sign(goal, nonneg, negative) for goal in _abs_goals())
    return tuple(_by_three_signs(goal) for goal in _sign_goals())


def about(head: str, x: Term) -> Iterator[Step]:
    """What is known of abs(x) or sign(x) without conditions."""
    for step in _head(head):
        yield derive("instantiate", [step], ((X, x),), ())


def apply_to(name: str, values: Sequence[Term], conditions: Sequence[Step]) -> Step:
    """A theorem at x (and n or y), its hypotheses discharged by the conditions."""
    variables = tuple(zip((X, N if values[-1].sort == INT else Y), values, strict=False))
    step = derive("instantiate", [theorem(name)], variables, ())
    for condition in conditions:
        step = derive("cut", [condition, step])
    return step
