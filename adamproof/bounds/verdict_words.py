"""The words of the verdict on a bound, and where they change: `bound` and the explorer's page say the same."""

from __future__ import annotations

from fractions import Fraction

FAILS = "The theorem does not apply"
UNCOVERED = "The theorem does not cover this training"
OPEN = "The theorem applies to this training"
NOTHING = "The theorem says nothing about this training"
SOMETHING = "The theorem says something about this training"

FAILING, NO_BOUND = "{} fails", "so the total is no bound"
INCOMPARABLE = "there is nothing to compare its bound with, because |a_1| is 0 or not given"
BOUND_IS = "its bound is {}"
LARGEST = "The largest term is the {} ({})."

# A bound as a multiple of what it is compared with: "1,500 times what ... could give".
DIGITS = 3  # of a multiple, rounded up
NEAR_ABOVE = Fraction(1001, 1000)  # a ratio below this, rounded up to 3 digits, would be called 1.01
EQUAL, ABOUT, JUST_ABOVE, TIMES = "equal to", "about equal to", "just above", "{} times"
PART, JUST_BELOW = "{} of", "just below"

SMALL_SHARE, SMALL = 0.005, "<1 %"  # a share below this is not called 0 %

__all__ = [
    "ABOUT",
    "BOUND_IS",
    "DIGITS",
    "EQUAL",
    "FAILING",
    "FAILS",
    "INCOMPARABLE",
    "JUST_ABOVE",
    "JUST_BELOW",
    "LARGEST",
    "NEAR_ABOVE",
    "NOTHING",
    "NO_BOUND",
    "OPEN",
    "PART",
    "SMALL",
    "SMALL_SHARE",
    "SOMETHING",
    "TIMES",
    "UNCOVERED",
]
