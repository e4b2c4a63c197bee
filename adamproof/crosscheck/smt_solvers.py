"""Asking z3 or cvc5 (from PyPI, an extra) about the arithmetic steps of proofs.

Limits are in solver steps, not in seconds, so that an answer is the same on every machine.  cvc5 does not count all
that it does: it is ended after a large amount of processor time, too, and that is "unknown".
"""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..export.smt import STEPS, Obligation, logic
from ..support.signals import DeferredSignals
from .solver_process import OUT_OF_TIME, SolverProcess

SOLVERS = {"z3": "z3-solver", "cvc5": "cvc5"}  # module name -> distribution
HOW_TO_GET_IT = "install it with `pip install --upgrade 'adamproof[smt]'`"


ANSWERS = ("unsat", "sat", "unknown")


class NoSolver(ImportError):
    """The solver is not installed; the message says how to get it."""


class SolverFailed(RuntimeError):
    """The solver has given no answer: one sentence."""


@dataclass(frozen=True)
class Answers:
    """What a solver says about a step: of its question ("unsat" is wanted), and of its premises alone.

    ended: whether it was ended while it looked for the first answer, which is "unknown" then.
    """

    obligation: Obligation
    question: str
    premises: str
    ended: bool = False

    @property
    def alarm(self) -> bool:
        """Whether the solver has values for which the premises hold and the conclusion fails."""
        return self.question == "sat"

    @property
    def vacuous(self) -> bool:
        """Whether the premises cannot hold together."""
        return self.premises == "unsat"


def asker(solver: str, steps: int = STEPS) -> Callable[[Obligation], Answers]:
    """A function that asks the solver about a step, or raises SolverFailed.

    It is asked about sums first, as if nothing were known of products: where that is "unsat", so is the question.  A
    question that was answered is not asked again: results share most of their steps.  Raises NoSolver, or ValueError
    for an unknown name.
    """
    if solver not in SOLVERS:
        raise ValueError(f"there is no solver {solver!r}; choose from {', '.join(SOLVERS)}")
    try:
        module = importlib.import_module(solver)
    except ImportError:
        raise NoSolver(f"{solver} is not installed; {HOW_TO_GET_IT}, or use another solver") from None
    if solver == "cvc5" and not hasattr(module, "TermManager"):
        raise NoSolver(f"this cvc5 is older than 1.2; {HOW_TO_GET_IT}, or use another solver")
    here = solver == "z3"
    backend = partial(_z3, partial(module.Solver, ctx=module.Context())) if here else _cvc5()
    known: dict[str, str] = {}  # answers by questions

    def ask(number: int, text: str) -> str:
        if text in known:
            return known[text]
        try:
            with DeferredSignals(here):  # an exception out of a signal is lost where a solver's object is being deleted
                said = backend(text, steps)
        except Exception as error:  # theirs may be anything
            words = " ".join(str(error).split()) or type(error).__name__
            raise SolverFailed(f"{solver} gave no answer about step {number}: {words:.200}") from error
        if said not in (*ANSWERS, OUT_OF_TIME):
            raise SolverFailed(f"{solver} gave no answer about step {number} but {said!r:.200}")
        return known.setdefault(text, said)

    def answers(step: Obligation) -> Answers:
        plain = step.rule != "integer_gap" and ask(step.number, step.linear) == "unsat"
        question = "unsat" if plain else ask(step.number, step.question)
        premises = ask(step.number, step.premises_alone)
        told = {OUT_OF_TIME: "unknown"}
        return Answers(step, told.get(question, question), told.get(premises, premises), question == OUT_OF_TIME)

    return answers


def version(solver: str) -> str:
    """The version of a solver that is installed."""
    return importlib.metadata.version(SOLVERS[solver])


def _z3(new: Callable[[], Any], text: str, steps: int) -> str:
    """What z3 says, by a new solver: one that keeps earlier questions is weaker.  Its context serves all of them."""
    solver = new()
    solver.set("rlimit", steps)
    solver.set("ctrl_c", False)  # else z3 takes an interrupt for itself and answers "unknown"
    solver.from_string(text)
    return str(solver.check())


def _cvc5() -> Callable[[str, int], str]:
    process = SolverProcess()
    return lambda text, steps: process.ask(text, logic(text), steps)
