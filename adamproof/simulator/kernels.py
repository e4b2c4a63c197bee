"""The arithmetic of a run, written once: noise, gradients and the update, each a plain function of numbers.

The same text runs in every engine: on NumPy arrays as it stands, compiled by Numba, and translated to CUDA C
(`translate`).  So the functions keep to what the three have in common: assignments, arithmetic and calls.  They use no
function of a mathematics library except the square root, which IEEE 754 rounds correctly: libraries disagree in the
last bit of a logarithm or a sine.  The engines forbid contraction to fused multiply-adds, and so agree bit for bit.

Real is a float64 (or an array of them; `precision` makes the update anew for float32), Word an unsigned integer of 64
bits.  The noise is Philox4x32-10 (Salmon, Moraes, Dror and Shaw, SC 2011) at the counter (replicate, stream,
coordinate, step // 4) with the seed as its key: four words of 32 bits, one for each of four steps.  Normal numbers are
the Box-Muller transform of two words, so they have 2^32 possible radii and at most 6.77 standard deviations.

The coefficients of the polynomials are Chebyshev interpolations, computed at 50 digits; a test computes them anew.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy import absolute, copysign, maximum, minimum, sqrt, where

Real: TypeAlias = Any
Word: TypeAlias = Any

LOW_WORD = np.uint64(0xFFFFFFFF)
HALF_SHIFT = np.uint64(32)
MULTIPLIER_0 = np.uint64(0xD2511F53)  # the constants of Philox4x32
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)
WEYL_1 = np.uint64(0xBB67AE85)

FRACTION_BITS = np.uint64(52)
EXPONENT_BIAS = np.uint64(1023)
BITS_OF_2_52 = np.uint64(0x4330000000000000)
BITS_TO_ROOT_HALF = np.uint64(0x3FF0000000000000 - 0x3FE6A09E667F3BCD)  # bits of 1 minus bits of sqrt(1/2)
QUARTER_SHIFT = np.uint64(30)
QUARTER_MASK = np.uint64(0x3FFFFFFF)
SIGN_SHIFT = np.uint64(62)
ONE = np.uint64(1)
TWO = np.uint64(2)

TWO_52 = 4503599627370496.0
ROUNDING = 6755399441055744.0  # 1.5 * 2^52: adding it rounds to an integer, which is then in the lowest bits
STEP_OF_WORD = 2.3283064365386963e-10  # 2^-32
LN2 = 0.6931471805599453
LN2_HIGH = 0.6931471803691238  # 33 bits, so that its product with an exponent is exact
LN2_LOW = 1.9082149292705877e-10
INVERSE_LN2 = 1.4426950408889634
QUARTER_TURN = 1.4629180792671596e-09  # pi/2 * 2^-30
SMALLEST_NORMAL = 2.2250738585072014e-308
# Of exp r = 1 + r + r^2 (EXP_2 + r EXP_3 + ...) on |r| <= ln(2)/2.
EXP_2 = 0.5000000000000001
EXP_3 = 0.16666666666666669
EXP_4 = 0.041666666666624164
EXP_5 = 0.008333333333330065
EXP_6 = 0.0013888888917196719
EXP_7 = 0.00019841269863040545
EXP_8 = 2.4801521322368692e-05
EXP_9 = 2.7557268480310024e-06
EXP_10 = 2.7620075879983367e-07
EXP_11 = 2.5100375832561234e-08


def bits_of(number: Real) -> Word:
    """The 64 bits of a float64."""
    return number.view(np.uint64)


def number_of(bits: Word) -> Real:
    """The float64 of 64 bits."""
    return bits.view(np.float64)


# --- the generator ------------------------------------------------------------------------------


def philox_round(a: Word, b: Word, c: Word, d: Word, key_0: Word, key_1: Word) -> tuple[Word, Word, Word, Word]:
    """One round on four words of 32 bits."""
    first = MULTIPLIER_0 * a
    second = MULTIPLIER_1 * c
    return (
        (second >> HALF_SHIFT) ^ b ^ key_0,
        second & LOW_WORD,
        (first >> HALF_SHIFT) ^ d ^ key_1,
        first & LOW_WORD,
    )


def philox(a: Word, b: Word, c: Word, d: Word, key_0: Word, key_1: Word) -> tuple[Word, Word, Word, Word]:
    """Philox4x32-10: four random words of 32 bits from a counter and a key, all below 2^32.

    Written out: a loop of rounds inside a loop over lanes is not vectorised.
    """
    a, b, c, d = philox_round(a, b, c, d, key_0, key_1)
    key_0 = (key_0 + WEYL_0) & LOW_WORD
    key_1 = (key_1 + WEYL_1) & LOW_WORD
    a, b, c, d = philox_round(a, b, c, d, key_0, key_1)
    key_0 = (key_0 + WEYL_0) & LOW_WORD
    key_1 = (key_1 + WEYL_1) & LOW_WORD
    a, b, c, d = philox_round(a, b, c, d, key_0, key_1)
    key_0 = (key_0 + WEYL_0) & LOW_WORD
    key_1 = (key_1 + WEYL_1) & LOW_WORD
    a, b, c, d = philox_round(a, b, c, d, key_0, key_1)
    key_0 = (key_0 + WEYL_0) & LOW_WORD
    key_1 = (key_1 + WEYL_1) & LOW_WORD
    a, b, c, d = philox_round(a, b, c, d, key_0, key_1)
    key_0 = (key_0 + WEYL_0) & LOW_WORD
    key_1 = (key_1 + WEYL_1) & LOW_WORD
    a, b, c, d = philox_round(a, b, c, d, key_0, key_1)
    key_0 = (key_0 + WEYL_0) & LOW_WORD
    key_1 = (key_1 + WEYL_1) & LOW_WORD
    a, b, c, d = philox_round(a, b, c, d, key_0, key_1)
    key_0 = (key_0 + WEYL_0) & LOW_WORD
    key_1 = (key_1 + WEYL_1) & LOW_WORD
    a, b, c, d = philox_round(a, b, c, d, key_0, key_1)
    key_0 = (key_0 + WEYL_0) & LOW_WORD
    key_1 = (key_1 + WEYL_1) & LOW_WORD
    a, b, c, d = philox_round(a, b, c, d, key_0, key_1)
    key_0 = (key_0 + WEYL_0) & LOW_WORD
    key_1 = (key_1 + WEYL_1) & LOW_WORD
    a, b, c, d = philox_round(a, b, c, d, key_0, key_1)
    return a, b, c, d


def uniform(word: Word) -> Real:
    """The middle of the word's interval: (word + 1/2) / 2^32, never 0 nor 1."""
    return ((number_of(word | BITS_OF_2_52) - TWO_52) + 0.5) * STEP_OF_WORD


def normals(first: Word, second: Word) -> tuple[Real, Real]:
    """Two independent standard normal numbers from two words, by Box and Muller.

    The angle is a multiple of a quarter turn (the word's two highest bits) and a rest in (-pi/4, pi/4).
    """
    radius = sqrt(-2.0 * log(uniform(first)))
    rest = ((number_of((second & QUARTER_MASK) | BITS_OF_2_52) - TWO_52) - 536870911.5) * QUARTER_TURN
    z = rest * rest
    sine = rest + rest * z * sine_series(z)
    cosine = (1.0 - 0.5 * z) + z * z * cosine_series(z)
    quarter = second >> QUARTER_SHIFT
    odd = (quarter & ONE) > 0
    along = where(odd, sine, cosine)
    across = where(odd, cosine, sine)
    along = number_of(bits_of(along) ^ (((quarter + ONE) & TWO) << SIGN_SHIFT))
    across = number_of(bits_of(across) ^ ((quarter & TWO) << SIGN_SHIFT))
    return radius * along, radius * across


def two_point(word: Word, probability: Real, low: Real, high: Real) -> Real:
    """high with this probability, else low."""
    return where(uniform(word) < probability, high, low)


# --- elementary functions -----------------------------------------------------------------------


def sine_series(z: Real) -> Real:
    """(sin(r)/r - 1)/r^2 at z = r^2 <= (pi/4)^2."""
    tail = -2.5051131845003624e-08 + z * 1.5918129294866608e-10
    tail = -0.00019841269836758574 + z * (2.755731610255244e-06 + z * tail)
    return -0.16666666666666666 + z * (0.008333333333330948 + z * tail)


def cosine_series(z: Real) -> Real:
    """(cos(r) - 1 + r^2/2)/r^4 at z = r^2 <= (pi/4)^2."""
    tail = 2.08761462684032e-09 + z * -1.1382632425521717e-11
    tail = 2.480158729876569e-05 + z * (-2.7557317271729793e-07 + z * tail)
    return 0.041666666666666664 + z * (-0.0013888888888887398 + z * tail)


def log(y: Real) -> Real:
    """The natural logarithm of a positive normal number, to 2 units in the last place."""
    bits = bits_of(y)
    exponent = (bits + BITS_TO_ROOT_HALF) >> FRACTION_BITS
    f = number_of(bits - ((exponent - EXPONENT_BIAS) << FRACTION_BITS)) - 1.0
    s = f / (2.0 + f)
    z = s * s
    tail = 0.18182889125261723 + z * (0.15331721600556042 + z * 0.14616449685043406)
    tail = 0.39999999999899505 + z * (0.28571428625975487 + z * (0.2222221113479508 + z * tail))
    tail = z * (0.666666666666667 + z * tail)
    return (number_of(exponent | BITS_OF_2_52) - TWO_52 - 1023.0) * LN2 + (2.0 * s + s * tail)


def exp(y: Real) -> Real:
    """The exponential function, to 2 units in the last place; infinite above 710, 0 below -746."""
    y = minimum(maximum(y, -746.0), 711.0)
    shifted = y * INVERSE_LN2 + ROUNDING
    whole = shifted - ROUNDING
    r = (y - whole * LN2_HIGH) - whole * LN2_LOW
    tail = EXP_9 + r * (EXP_10 + r * EXP_11)
    tail = EXP_6 + r * (EXP_7 + r * (EXP_8 + r * tail))
    tail = EXP_3 + r * (EXP_4 + r * (EXP_5 + r * tail))
    rounded = 1.0 + (r + r * r * (EXP_2 + r * tail))
    half = minimum(maximum(whole, -1000.0), 1000.0)  # two factors, each a normal number
    return rounded * power_of_two(half) * power_of_two(whole - half)


def power_of_two(whole: Real) -> Real:
    """2^whole for a whole number from -1022 to 1023."""
    return number_of((bits_of(whole + ROUNDING) + EXPONENT_BIAS) << FRACTION_BITS)


def sinh(y: Real) -> Real:
    """The hyperbolic sine: the gradient of cosh."""
    z = y * y
    tail = 2.5052117695907823e-08 + z * (1.6057679623801638e-10 + z * 7.746178593018827e-13)
    tail = 0.00019841269841324198 + z * (2.7557319191381816e-06 + z * tail)
    tail = y * (0.16666666666666666 + z * (0.008333333333333299 + z * tail))
    size = absolute(y)
    far = 0.5 * exp(size) - 0.5 * exp(-size)
    return where(size < 1.0, y + z * tail, where(y < 0.0, -far, far))


def power(y: Real, exponent: Real) -> Real:
    """y^exponent for y >= 0 and exponent >= 0; exact at the exponents 0, 1/2 and 1; 0 for subnormal y."""
    safe = maximum(y, SMALLEST_NORMAL)
    general = where(y < SMALLEST_NORMAL, 0.0, exp(exponent * log(safe)))
    return where(
        exponent == 0.0, 1.0, where(exponent == 0.5, sqrt(y), where(exponent == 1.0, y, general))
    )  # fmt: skip


# --- gradients ----------------------------------------------------------------------------------


def slope_quadratic(x: Real, h: Real) -> Real:
    """The gradient of h x^2 / 2."""
    return h * x


def slope_cosh(x: Real, h: Real) -> Real:
    """The gradient of h (cosh x - 1)."""
    return h * sinh(x)


def slope_logistic(z: Real, y: Real) -> Real:
    """The derivative of log(1 + exp(-y z)) in z, for y = 1 or -1; beyond 700 as at 700, where it is below 1e-304.

    The exponential of `exp`, where one factor is enough, and with a shorter chain of dependent operations: most of what
    an exact gradient of few coordinates takes beside its products.
    """
    t = y * z
    t = where(t > 700.0, 700.0, t)  # a NaN stays one
    t = where(t < -700.0, -700.0, t)
    shifted = t * INVERSE_LN2 + ROUNDING
    whole = shifted - ROUNDING
    r = (t - whole * LN2_HIGH) - whole * LN2_LOW
    square = r * r
    high = EXP_10 + r * EXP_11
    middle = EXP_6 + r * EXP_7
    middle = middle + square * (EXP_8 + r * EXP_9)
    low = EXP_2 + r * EXP_3
    low = low + square * (EXP_4 + r * EXP_5)
    fourth = square * square
    rounded = 1.0 + (r + square * (low + fourth * (middle + fourth * high)))
    power = number_of((bits_of(shifted) + EXPONENT_BIAS) << FRACTION_BITS)  # as in `power_of_two`
    return -y / (1.0 + rounded * power)


def slope_squares(z: Real, y: Real) -> Real:
    """The derivative of (z - y)^2 / 2 in z."""
    return z - y


def noise_scale(squares: Real, power_half: Real, constant: Real, factor: Real, share: Real) -> Real:
    """The factor of the noise in each coordinate: sqrt((s0^2 + s1^2 |a|^p) / share), squares = |a|^2."""
    return sqrt((constant + factor * power(squares, power_half)) / share)


# --- the update ---------------------------------------------------------------------------------


def moments(
    m: Real, v: Real, g: Real, beta1: Real, rest1: Real, beta2: Real, rest2: Real
) -> tuple[Real, Real]:  # fmt: skip
    """The moving averages of the gradient and of its square; rest = 1 - beta."""
    return beta1 * m + rest1 * g, beta2 * v + rest2 * (g * g)


def magnitude(m: Real, v: Real, epsilon: Real, correction1: Real, correction2: Real) -> Real:
    """u = |m| / (sqrt(v) + epsilon), and 0 where m = 0; the corrections are 1 without bias correction.

    Infinite where m != 0 but v has underflowed to 0 and epsilon = 0: the run then stops and says so.
    """
    return where(m == 0.0, 0.0, absolute(correction1 * m) / (sqrt(correction2 * v) + epsilon))


def sign(m: Real) -> Real:
    """1, 0 or -1."""
    return where(m > 0.0, 1.0, where(m < 0.0, -1.0, 0.0))


def moved(x: Real, m: Real, u: Real, rate: Real) -> Real:
    """The sign form of the update: x - rate * u * Sign(m), for u >= 0 that is 0 where m is."""
    return x - rate * copysign(u, m)


def moved_as_in_textbooks(
    x: Real, m: Real, v: Real, rate: Real, epsilon: Real, correction1: Real, correction2: Real
) -> Real:  # fmt: skip
    """The usual form: x - rate * m / (sqrt(v) + epsilon), with 0/0 = 0."""
    quotient = (correction1 * m) / (sqrt(correction2 * v) + epsilon)
    return x - rate * where(m == 0.0, 0.0, quotient)
