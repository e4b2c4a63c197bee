"""The noise in a direction c_t = b1*m_{t-1} + (1 - b1)*g_t, for a buffer m_t = b2*m_{t-1} + (1 - b2)*g_t.

With N_t the averaged noise in the buffer, E|b1*N_{t-1} + (1 - b1)*xi_t|^2 = b1^2*E|N_{t-1}|^2 + (1 - b1)^2*E|xi_t|^2,
as new noise is uncorrelated with N_{t-1}, and E|N|^2 <= s^2*(1 - b2)/(1 + b2) at all times.  For b1 = b2
this is momentum.
"""

from adamproof.lemmas.models import linear_forms as runs
from adamproof.lemmas.momentum import momentum_noise

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

xi = function("xi", "int", "int", "point")  # time, coordinate, outcome
y, z = function("y", "int", "point"), function("z", "int", "point")
s, i = reals("s"), integers("i")
over = Functional("E", w)


def drawn(time: Any) -> Any:
    """Coordinate j of the noise in a gradient."""
    return xi(time, j, w)


def averaged(time: Any) -> Any:
    """Coordinate j of the noise N in the buffer."""
    return momentum_noise.averaged(b2, drawn, time)


def noise(time: Any) -> Any:
    """Coordinate j of the noise in the direction."""
    return b1 * averaged(time - 1) + (1 - b1) * xi(time, j, w)


def square(vector: Any) -> Any:
    return COORDINATES.of(vector**2)


def a2(of: Any) -> dict[str, Any]:
    """What A2 gives without conditioning on the past."""
    return {
        "A2: noises of different times are uncorrelated": forall(
            (i, k), eq(E(COORDINATES.of(of(i) * of(k)), w), 0), [le(1, i), lt(i, k)]
        ),
        "A2: the variance of the noise is at most s^2": forall(k, le(E(square(of(k)), w), s**2), [le(1, k)]),
        "A2: the noise has finite variance": forall(k, Integrable(E(square(of(k)), w)), [le(1, k)]),
    }


A2 = a2(drawn)
UNCORRELATED, LIMITED, _ = A2
BUFFER = {"beta2 is not negative": le(0, b2), "beta2 < 1": lt(b2, 1)}
TWO = {"E|y|^2 is finite": Integrable(E(square(y(j, w)), w)), "E|z|^2 is finite": Integrable(E(square(z(j, w)), w))}
SCALE, START = {"s is not negative": le(0, s)}, {"t is from 1 on": le(1, t)}
VARIANCE = b1**2 * (1 - b2) / (1 + b2) + (1 - b1) ** 2

SECOND = le(E(square(noise(t)), w), s**2 * VARIANCE)


def limited(variance: Any) -> Any:
    return le(E(norm(noise(t)), w), s * sqrt(variance))


# --- proof -----------------------------------------------------------------------------------------


def buffer(proof: Scope, claim: str) -> Step:
    """A claim of momentum-noise about N at the time t - 1."""
    bound: Any = {"variance": (k, s**2)} if claim == "second moment" else {}
    by = momentum_noise.moving(proof, b2, drawn)
    return proof.cite("momentum-noise", claim, N=((t, j, w), averaged(t)), b1=b2, t=t - 1, **bound, by=by)


def two_finite(proof: Scope) -> Step:
    """|b1*y + (1 - b1)*z|^2 <= 2*b1^2*|y|^2 + 2*(1 - b1)^2*|z|^2 is finite."""
    old, new = y(j, w), z(j, w)
    both = le((b1 * old + (1 - b1) * new) ** 2, 2 * b1**2 * old**2 + 2 * (1 - b1) ** 2 * new**2)
    each = proof.each(COORDINATES, both, squares=[b1 * old - (1 - b1) * new])
    above = 2 * b1**2 * square(old) + 2 * (1 - b1) ** 2 * square(new)
    return proof.conclude(proof.have(le(square(b1 * old + (1 - b1) * new), above), each), TWO)


def finite(proof: Scope) -> Step:
    known = buffer(proof, "finite"), proof.at("A2: the noise has finite variance", t)
    vectors: Any = {"y": ((j, w), averaged(t - 1)), "z": ((j, w), xi(t, j, w))}
    return proof.cite("lmo-noise", "finite, any vectors", **vectors, by=known)


def root_of(proof: Scope) -> Step:
    """E|noise| <= sqrt(E|noise|^2) (Jensen)."""
    known = [proof.lemma("lmo-noise", claim) for claim in ("second moment", "finite")]
    jensen = proof.cite("jensen-sqrt", "expectations", Z=(w, square(noise(t))), by=known)
    signs = proof.have(le(0, VARIANCE), BUFFER), proof.have(le(0, E(square(noise(t)), w)), known)
    proof.let(variance=VARIANCE, moment=E(square(noise(t)), w))
    top = proof.by_squares(le(sqrt(E(square(noise(t)), w)), s * sqrt(VARIANCE)), known[0], *signs)
    return proof.conclude(jensen, top)


def weights(proof: Scope) -> Step:
    """(1 - b2^2)*(sum of b2^(2(n-k))*s^2) <= s^2."""
    return proof.induction(le((1 - b2**2) * Sum(power(b2**2, n - k) * s**2, (k, 1, n)), s**2), n, step=[BUFFER])


def second_moment(proof: Scope) -> Step:
    old, new = averaged(t - 1), xi(t, j, w)
    parts = eq(noise(t) ** 2, b1**2 * old**2 + 2 * b1 * (1 - b1) * (old * new) + (1 - b1) ** 2 * new**2)
    mean = proof.each(over, proof.each(COORDINATES, parts), title="the square in three parts")
    apart = proof.at(buffer(proof, "uncorrelated"), t)
    moment = proof.step("E|N_{t-1}|^2", buffer(proof, "second moment"))
    few = proof.at(proof.every(n, weights(proof).conclusion, weights(proof), given=[le(0, n)]), t - 1)
    ratio = proof.have(le(E(square(old), w), s**2 * ((1 - b2) / (1 + b2))), moment, few, BUFFER)
    fresh = proof.at(LIMITED, t)
    whole = (
        b1**2 * E(square(old), w)
        + 2 * b1 * (1 - b1) * E(COORDINATES.of(old * new), w)
        + (1 - b1) ** 2 * E(square(new), w)
    )
    total = proof.have(eq(E(square(noise(t)), w), whole), mean)
    first = proof.have(le(b1**2 * E(square(old), w), b1**2 * (s**2 * ((1 - b2) / (1 + b2)))), ratio)
    second = proof.have(le((1 - b1) ** 2 * E(square(new), w), (1 - b1) ** 2 * s**2), fresh)
    return proof.conclude(total, apart, first, second)


lemma = Lemma(
    slug="lmo-noise",
    title="A bound on the expected norm of the noise in a direction with two betas",
    source=Source.OURS,
    where="in this form, which has momentum and Lion in one",
    assumptions={**A2, **BUFFER, **SCALE, **START, **TWO},
    claims=[
        Claim("norm", limited(VARIANCE), root_of, given=(A2, BUFFER, SCALE, START)),
        Claim("second moment", SECOND, second_moment, given=(A2, BUFFER, START)),
        Claim("finite", Integrable(E(square(noise(t)), w)), finite, given=(A2, START)),
        Claim(
            "finite, any vectors", Integrable(E(square(b1 * y(j, w) + (1 - b1) * z(j, w)), w)), two_finite, given=TWO
        ),
    ],
    models=runs.noises,
    mutants=[
        Mutant("noise of any size", drop=(LIMITED,), models=runs.loud),
        Mutant("the same noise at all times", drop=(UNCORRELATED,), models=runs.alike),
        Mutant("the same noise, second moment", drop=(UNCORRELATED,), claim="second moment", models=runs.alike),
        Mutant("no fresh noise", limited(b1**2 * (1 - b2) / (1 + b2)), models=runs.fresh),
        Mutant("no noise in the buffer", limited((1 - b1) ** 2), models=runs.kept),
    ],
)
