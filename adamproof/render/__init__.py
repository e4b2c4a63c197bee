"""Kernel terms for people to read: Unicode text, LaTeX and MathML.

The display is for the eye: nested sums and products are flattened, x*inv(y) becomes a fraction.  What has
been checked is exactly the kernel's own text (``adamproof.kernel.text.show``, here the style "ascii").
"""

from .statements import STYLES, show, side_by_side, statement

__all__ = ["STYLES", "show", "side_by_side", "statement"]
