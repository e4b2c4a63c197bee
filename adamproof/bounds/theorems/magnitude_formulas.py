"""The magnitudes that the calculator knows, as the lemmas write them.

R and R^2 - 1 (magnitude-identity), R_t (update-magnitude-tight) at t = T, the corrected magnitude (bias-corrected) at a
run that attains R_t, S (main-theorem-averaged), and the box R/lambda of AdamW (adamw-box).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy

from ...lemmas.literature import adamw_box
from ...lemmas.main import main_theorem_averaged
from ...lemmas.notation import R, T, eps, m, t, v
from ...lemmas.update import bias_corrected, magnitude_identity, update_magnitude_tight
from .from_lemmas import plain

R_T = update_magnitude_tight.lemma.constants["R_t"].xreplace({t: T})
# At v_t = 1 and epsilon = 0 a run that attains |m_t| = R_t*sqrt(v_t) has this corrected magnitude.
R_HAT_T = bias_corrected.MAGNITUDE.xreplace({m(t): R_T, v(t): sympy.Integer(1), eps: sympy.Integer(0), t: T})
EXCESS = magnitude_identity.EXCESS
S = sympy.sqrt(plain(main_theorem_averaged.lemma.constants["S_squared"]))
BOX = adamw_box.lemma.constants["box"]
MAGNITUDES: Mapping[str, Any] = {"R": R, "R_T": R_T, "R_HAT_T": R_HAT_T, "EXCESS": EXCESS, "S": S, "BOX": BOX}

__all__ = ["BOX", "EXCESS", "MAGNITUDES", "R_HAT_T", "R_T", "S"]
