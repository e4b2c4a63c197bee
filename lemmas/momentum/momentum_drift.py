"""The drift of the momentum error: old gradients differ from new ones by how far the iterates have moved since.

    |sum over k < t of b1^(t-k)*(a_k - a_{k+1})| <= sum over k < t of b1^(t-k)*c_k   if |a_k - a_{k+1}| <= c_k.

With smoothness and steps of length at most S, c_k = S*(L0 + L1*|a_k|^q); for Adam S = gamma*R*sqrt(d).  It is the
triangle inequality for the norm.
"""

import mpmath

from ..vocabulary import *

a, c = function("a", "int", "int"), function("c")  # gradient by time and coordinate; bound by time
change = a(k, j) - a(k + 1, j)
DRIFT = norm(Sum(power(b1, t - k) * change, (k, 1, t - 1)))
SUM = Functional("Sum", k, (1, t - 1))
r, S = reals("R S")
STEP = gamma * r * sqrt(d)


def any_bound(proof: Scope) -> Step:
    triangle = proof.cite("triangle-norm", x=((j, k), power(b1, t - k) * change), n=t - 1)
    proof.step("the norm of the sum is at most the sum of the norms", triangle)
    each = le(norm(power(b1, t - k) * change), power(b1, t - k) * c(k))

    def scaled() -> Step:
        return proof.cite("norms", "scaled", y=(j, change), c=power(b1, t - k))

    return proof.conclude(triangle, proof.each(SUM, each, scaled, "gradients change by at most c"))


def any_step(proof: Scope) -> Step:
    """c_k = S*(L0 + L1*|a_k|^q)."""
    return proof.conclude(proof.cite("momentum-drift", "any bound", c=(k, S * modulus(norm(a(k, j))))))


def smooth(proof: Scope) -> Step:
    """S = gamma*R*sqrt(d)."""
    return proof.conclude(proof.cite("momentum-drift", "smooth, any step", S=STEP))


def models(rng: Random) -> Iterator[Model]:
    """Random gradients; c and L0 as small as they allow, or larger."""
    while True:
        dimension = rng.randint(0, 3)
        values = {(i, j): rational(rng) for i in range(-2, 12) for j in range(-2, 6)}
        if rng.random() < 0.3:
            values = {(i, j): Fraction(i * (j + 3)) for i, j in values}  # all changes are parallel

        def largest(i: int, values: dict[tuple[int, int], Fraction] = values, dimension: int = dimension) -> Fraction:
            changes = (values[i, j] - values[i + 1, j] for j in range(1, dimension + 1))
            return _root_above(sum((x**2 for x in changes), Fraction(0)))

        bounds = {i: largest(i) for i in range(-2, 11)}
        yield Model(
            variables={
                "d": dimension,
                "t": rng.randint(1, 8),
                "b1": Fraction(rng.randint(0, 9), 10),
                "L0": max(bounds.values()),
                "L1": Fraction(rng.randint(0, 2)),
                "q": Fraction(rng.randint(0, 4), 4),
                "gamma": Fraction(1),
                "R": Fraction(1),
                "S": dimension,
            },
            functions={"a": lambda i, j, values=values: values[i, j], "c": bounds.__getitem__},
            integers=range(-1, 5),
        )


def _root_above(value: Fraction) -> Fraction:
    """A rational number just above the square root."""
    with mpmath.workdps(60):
        root = mpmath.sqrt(mpmath.mpf(value.numerator) / value.denominator)
        return Fraction(int(root * 10**40) + 1, 10**40)


def parallel(rng: Random) -> Iterator[Model]:
    """Changes that all point the same way, where the triangle inequality is an equation."""
    for model in models(rng):
        yield model.extended(
            variables={"d": 1, "b1": Fraction(1, 2), "t": 5, "L0": 1, "L1": 0, "S": 1},
            functions={"a": lambda i, j: Fraction(-i), "c": lambda i: Fraction(1)},
        )


def restless(rng: Random) -> Iterator[Model]:
    """As parallel, with changes twice as large as c."""
    return (model.extended(functions={"a": lambda i, j: Fraction(-2 * i)}) for model in parallel(rng))


def changes(step: Any) -> Any:
    return forall(k, le(norm(change), step * modulus(norm(a(k, j)))), [le(1, k)])


def smooth_bound(step: Any) -> Any:
    return le(DRIFT, step * Sum(power(b1, t - k) * modulus(norm(a(k, j))), (k, 1, t - 1)))


STEADY = {"gradients change by at most c": forall(k, le(norm(change), c(k)), [le(1, k)])}
ADAM = {"gradients change by at most gamma*R*sqrt(d)*(L0 + L1*|a|^q)": changes(STEP)}
ANY = {"gradients change by at most S*(L0 + L1*|a|^q)": changes(S)}
TIME = {"beta1 is not negative": le(0, b1), "t is from 1 on": le(1, t)}
BOUND = Sum(power(b1, t - k) * c(k), (k, 1, t - 1))

lemma = Lemma(
    slug="momentum-drift",
    title="A bound on the drift of the momentum error, from bounds on how far gradients change in a step",
    source=Source.RECONSTRUCTED,
    where="the part of the momentum error that smoothness bounds",
    assumptions={**STEADY, **ADAM, **ANY, **TIME},
    claims=[
        Claim("smooth", smooth_bound(STEP), smooth, given=(ADAM, TIME)),
        Claim("smooth, any step", smooth_bound(S), any_step, given=(ANY, TIME)),
        Claim("any bound", le(DRIFT, BOUND), any_bound, given=(STEADY, TIME)),
    ],
    models=models,
    mutants=[
        Mutant("bound times 0.99", le(DRIFT, Rational(99, 100) * BOUND), claim="any bound", models=parallel),
        Mutant("strict inequality", lt(DRIFT, BOUND), claim="any bound", models=parallel),
        Mutant("inequality reversed", le(BOUND, DRIFT), claim="any bound"),
        Mutant("changes of any size", drop=("gradients change by at most c",), claim="any bound", models=restless),
        Mutant("smooth, times 0.99", smooth_bound(Rational(99, 100) * STEP), models=parallel),
        Mutant("any step, times 0.99", smooth_bound(Rational(99, 100) * S), claim="smooth, any step", models=parallel),
    ],
)
