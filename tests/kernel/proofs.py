"""Small real proofs that together use every rule and every kind of argument.

``python -m tests.kernel.proofs`` writes them to tests/kernel/golden, where test_verify.py replays them.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from adamproof.kernel.terms import Term, as_real, function, make
from adamproof.prover.record import Step, derive, dump

from .build import add, app, eq, integer, integrable, integral, le, lt, mean, mul, num, point, real, total, whole

GOLDEN = Path(__file__).parent / "golden"
X, Y, S = real("x"), real("y"), real("s")
K, M, N = integer("k"), integer("m"), integer("n")
W = point("w")
G, P, D = function("g", ["int"]), function("p", ["point"]), function("d", ["point"])
KR, MR, NR = as_real(K), as_real(M), as_real(N)
ZERO, ONE, UNIT = num(0), num(1), Fraction(1)
MINUS = num(-1)


def square() -> Step:
    """2*x*y <= x^2 + y^2, by a square."""
    goal = le(mul(num(2), X, Y), add(mul(X, X), mul(Y, Y)))
    return derive("arith", (), goal, [(UNIT, (-1,), ()), (UNIT, (), (add(X, mul(MINUS, Y)),))], [])


def gauss() -> Step:
    """0 <= n gives 2*Sum(k, 1, n, k) == n*(n + 1), by induction on n; then for n := m + 1."""
    sum_to_n = total(K, whole(1), N, KR)
    prop = eq(mul(num(2), sum_to_n), mul(NR, add(NR, ONE)))
    empty = total(K, whole(1), whole(0), KR)
    none = derive("arith", (), lt(ZERO, ONE), [(UNIT, (-1,), ()), (UNIT, (), ())], [])
    vanishes = derive("fact", (none,), "sum_empty", [empty])
    base = derive("arith", (vanishes,), eq(mul(num(2), empty), mul(ZERO, add(ZERO, ONE))), [], [(0, num(-2))])
    next_n = add(N, whole(1))
    longer = total(K, whole(1), next_n, KR)
    low = derive("assume", (), le(ZERO, NR))
    grown = derive("convert", (low,), le(ONE, add(NR, ONE)))
    split = derive("fact", (grown,), "sum_last", [longer])
    induction = derive("assume", (), prop)
    goal = eq(mul(num(2), longer), mul(add(NR, ONE), add(add(NR, ONE), ONE)))
    step = derive("arith", (split, induction), goal, [], [(0, num(-2)), (1, MINUS)])
    proved = derive("induction", (base, step), N, whole(0), prop)
    stated = derive("generalise", (derive("discharge", (proved,), le(ZERO, NR)),), N)
    special = derive("specialise", (stated,), add(M, whole(1)))
    return derive("detach", (special, derive("assume", (), le(ZERO, add(MR, ONE)))))


def means() -> Step:
    """abs(p(w)) <= d(w) with d integrable (cited) gives E p <= E d."""
    p, d = app(P, W), app(D, W)
    bound = derive("assume", (), make("forall_point", le(make("abs", app(P, _bound())), app(D, _bound()))))
    here = derive("specialise", (bound,), W)
    finite = derive("cite", (), "finite second moments", "a textbook", integrable(mean(W, d)))
    p_finite = derive("dominated", (here, finite), "E", W)
    gap = add(d, mul(MINUS, p))
    gap_finite = derive("combination", (finite, p_finite), "E", W, gap, [ZERO, ONE, MINUS])
    zero = derive("assume", (), le(ZERO, p))
    below = derive("assume", (), le(p, ZERO))
    goal = le(p, d)
    same = derive("fact", (zero,), "abs_nonneg", [p])
    first = derive("arith", (same, here), goal, [(UNIT, (1,), ()), (UNIT, (-1,), ())], [(0, MINUS)])
    negative = derive("assume", (), lt(p, ZERO))
    weak = derive("arith", (negative,), below.conclusion, [(UNIT, (0,), ()), (UNIT, (-1,), ())], [])
    opposite = derive("fact", (weak,), "abs_nonpos", [p])
    certificate = [(UNIT, (1,), ()), (Fraction(2), (2,), ()), (UNIT, (-1,), ())]
    second = derive("arith", (opposite, here, negative), goal, certificate, [(0, MINUS)])
    both = derive("cases", (first, second), ZERO, p)
    return derive("binder", (both, gap_finite), "E", W, [])


def _bound() -> Term:
    return make("bound", 0, "point")


def integers() -> Step:
    """k <= m and m < k + 1 give g(k) == g(m), for g := any g; then g(j) := j*x."""
    low = derive("assume", (), le(KR, MR))
    high = derive("assume", (), lt(MR, add(KR, ONE)))
    strict = derive("integer_gap", (high,))
    other = derive("arith", (strict,), le(MR, KR), [(UNIT, (0,), ()), (UNIT, (-1,), ())], [])
    same = derive("antisymmetry", (low, other))
    reflexive = derive("arith", (), eq(app(G, K), app(G, K)), [], [])
    equal = derive("rewrite", (same, reflexive), N, eq(app(G, K), app(G, N)))
    lemma = derive("instantiate", (equal,), [(X, Y)], [(G, (N,), mul(NR, X, integral(S, mul(NR, S))))])
    known = derive("cite", (), "order", "a textbook", le(KR, MR))
    return derive("cut", (known, lemma))


def sums() -> Step:
    """Termwise bounds: Sum(k, 1, n, g(k)) <= Sum(k, 1, n, k), from g(k) <= k on the range, for n := m."""
    bounded = derive("assume", (), le(app(G, K), KR))
    condition = derive("discharge", (bounded,), le(ONE, KR))
    every = derive("assume", (), make("forall_int", le(app(G, _index()), as_real(_index()))))
    here = derive("specialise", (every,), K)
    again = derive("detach", (condition, derive("assume", (), le(ONE, KR))))
    cut = derive("cut", (here, again))
    return derive("binder", (cut,), "Sum", K, [whole(1), N])


def _index() -> Term:
    return make("bound", 0, "int")


PROOFS: dict[str, Callable[[], Step]] = {
    "square": square, "gauss": gauss, "means": means, "integers": integers, "sums": sums,
}


def text(name: str) -> str:
    """The proof file of a named proof."""
    return dump(PROOFS[name](), f"the {name} proof")


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name in PROOFS:
        (GOLDEN / f"{name}.json").write_text(text(name), encoding="utf-8")
