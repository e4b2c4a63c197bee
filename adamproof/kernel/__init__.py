"""The trusted base: the standard library only, and nothing about Adam.

terms -> normal -> facts, rules -> verify; `text` prints what was checked.  Everything outside this
package only searches for proofs; the verdict is `verify`'s reading of a serialised one.
"""

from .rules import RULES, Theorem, apply
from .terms import Function, Refusal, Term, function, make
from .verify import Verified, verify

__all__ = ["RULES", "Function", "Refusal", "Term", "Theorem", "Verified", "apply", "function", "make", "verify"]
