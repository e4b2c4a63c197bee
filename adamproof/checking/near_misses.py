"""Work on the near misses that the tool makes of a claim: a counterexample, or the script's proof of one, or neither.

This runs the lemma file's code.  What is proved is said by the kernel, and read in `judge`.  Nothing depends on a
clock: models, steps of a search and scripts that are run are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from ..kernel.normal import key
from ..kernel.terms import Term, free
from ..numeric.answers import Witness
from ..numeric.check import counterexamples
from ..numeric.evaluate import Evaluator, Truth
from ..numeric.models import Model
from ..numeric.numbers import subtract
from ..prover import prop
from ..prover.record import write
from ..prover.refute import POOL, again, certified, plain_models, refute
from ..theory.lemma import Claim, Derivation, Lemma, Mutant
from .pipeline import Say, attempt, drawn_models
from .report import NearMiss, speaks_of_integrability
from .twins import CONSTANT, DROPPED, EXPONENT, Twin, twins

MODELS = 40  # of a claim's own models; and of models drawn
LOOKED_AT, MOVED = 6, 2  # models in which a near miss is compared with the claim; whose variables are moved
TRIES = 400  # models drawn in the search for one counterexample
STEPS, ALL_STEPS = 15_000, 90_000  # of the search with functions as data: a near miss, and a claim
SUMMANDS = 60_000  # evaluated in models, for one counterexample
SHARED = 6  # counterexamples of other near misses that are tried first
SCRIPTS, OTHER_SCRIPTS = 3, 6  # that are run, a claim: with another conclusion, and with other assumptions


def near_misses(lemma: Lemma, say: Say) -> tuple[NearMiss, ...]:
    """What is found about the near misses of each claim that has a proof."""
    found: list[NearMiss] = []
    for claim in lemma.claims:
        say(f"{lemma.slug}: near misses of {claim.name}")
        made = attempt(lemma, claim)
        if isinstance(made, Derivation):
            try:
                found += _Work(lemma, claim, made).found()
            except Exception as error:  # noqa: BLE001 - a lemma's own models may fail in any way; then all is open
                say(f"{lemma.slug}: near misses of {claim.name}: {type(error).__name__}: {error}")
    return tuple(found)


class _Work:
    """The near misses of one claim."""

    def __init__(self, lemma: Lemma, claim: Claim, made: Derivation) -> None:
        self.lemma, self.claim = lemma, claim
        self.stated = {name: prop(statement) for name, statement in lemma.stated(claim).items()}
        self.conclusion = prop(claim.conclusion)
        needed = set(map(key, made.theorem.hypotheses))
        self.used = [name for name, statement in self.stated.items() if key(statement) in needed]
        self.twins = twins(self.stated, self.conclusion)
        self.models = [] if speaks_of_integrability(self.conclusion) else list(self._own_models())
        self.scripts, self.steps = {True: SCRIPTS, False: OTHER_SCRIPTS}, ALL_STEPS
        self.witnesses: list[Witness] = []  # of near misses so far, the last one first
        self.compared = list(islice(filter(self._fits, map(Evaluator, self.models)), LOOKED_AT))

    def _own_models(self) -> Iterator[Model]:
        drawn = drawn_models((self.claim.models, self.lemma.models), MODELS)
        return chain(drawn, islice(plain_models([*self.stated.values()], self.conclusion), MODELS))

    def _fits(self, evaluator: Evaluator) -> bool:
        """Whether the assumptions hold in a model, those with quantifiers at samples."""
        try:
            return all(evaluator.truth(statement, slacks=False).holds for statement in self.stated.values())
        except Exception:  # noqa: BLE001 - a model's functions may fail in any way
            return False

    def found(self) -> Iterator[NearMiss]:
        """What is found about each near miss that is looked at."""
        looked = {number: twin for number, twin in enumerate(self.twins) if self._is_looked_at(twin)}
        stronger = {number: self._stronger(twin) for number, twin in looked.items()}
        looked = {number: twin for number, twin in looked.items() if stronger[number] is not None}
        moved = {number: twin.conclusion for number, twin in looked.items() if twin.conclusion is not None}
        at_once = counterexamples([*self.stated.values()], [*moved.values()], self.models, SUMMANDS)
        known = dict(zip(moved, at_once, strict=True))
        for number, twin in looked.items():
            witness = self._witness(twin, known.get(number))
            proof = self._proof(twin) if witness is None else ""
            yield NearMiss(self.claim.name, number, bool(stronger[number]), witness, proof)

    def _is_looked_at(self, twin: Twin) -> bool:
        return not twin.assumption or twin.assumption in self.used

    def _stronger(self, twin: Twin) -> bool | None:
        """Whether a near miss says more than the claim in the models looked at; None if it says less in some of them
        and more in none.  Where no model tells, it is not said to be stronger."""
        if twin.kind not in (CONSTANT, EXPONENT) or twin.conclusion is None:
            return True
        more = less = False
        for evaluator in self.compared:
            try:
                before, after = (_slacks(evaluator.truth(entry)) for entry in (self.conclusion, twin.conclusion))
                gaps = [subtract(new, old) for old, new in zip(before, after, strict=True)]
            except Exception:  # noqa: BLE001 - a model's functions may fail in any way
                continue
            more, less = more or any(gap < 0 for gap in gaps), less or any(gap > 0 for gap in gaps)
        return None if less and not more else more and not less

    def _witness(self, twin: Twin, known: Witness | None) -> Witness | None:
        hypotheses = list(twin.hypotheses(self.stated).values())
        conclusion = self.conclusion if twin.conclusion is None else twin.conclusion
        if known is None and twin.assumption:
            known = _first(counterexamples(hypotheses, [conclusion], self._others(twin), SUMMANDS))
        if known is not None:
            known = known if known.certain else certified(known, hypotheses, conclusion)[0] or known
        else:
            known = self._shared(hypotheses, conclusion)
        if known is None:
            self.steps -= STEPS
            known = refute(hypotheses, conclusion, TRIES, STEPS if self.steps >= 0 else 0)
        if known is not None and known.certain and known not in self.witnesses:
            self.witnesses = [known, *self.witnesses][:SHARED]
        return known

    def _shared(self, hypotheses: Sequence[Term], conclusion: Term) -> Witness | None:
        """A counterexample of another near miss that is one of this, too."""
        found = (again(witness, hypotheses, conclusion) for witness in self.witnesses)
        return next((witness for witness in found if witness is not None), None)

    def _others(self, twin: Twin) -> Iterator[Model]:
        """Models that need not satisfy an assumption: those of mutants that drop it, and its variables moved."""
        for mutant in self.lemma.mutants:
            if twin.assumption in mutant.drop and self.lemma.claim(mutant.claim) is self.claim:
                yield from drawn_models((mutant.models,), MODELS)
        names = sorted(s.args[0] for s in free(self.stated[twin.assumption]) if type(s) is Term and s.sort == "real")
        for model in self.models[:MOVED]:
            yield from (model.extended(variables={name: value}) for name in names for value in POOL)

    def _proof(self, twin: Twin) -> str:
        """The proof file of a near miss, if the claim's script proves it."""
        moved = twin.conclusion is not None
        if not self.scripts[moved]:
            return ""
        self.scripts[moved] -= 1
        change = {twin.assumption: twin.instead} if twin.instead is not None else {}
        drop = (twin.assumption,) if twin.kind == DROPPED else ()
        mutant = Mutant("near miss", twin.conclusion, drop, change, claim=self.claim.name)
        try:
            changed = self.lemma.mutated(mutant)
            made = attempt(changed, changed.claims[0])
        except Exception:  # noqa: BLE001 - a script is written for the claim, and may fail on a term in any way
            return ""
        return write(made.theorem, f"{self.lemma.slug}: near miss")[0] if isinstance(made, Derivation) else ""


def _first(found: Sequence[Witness | None]) -> Witness | None:
    return found[0]


def _slacks(truth: Truth) -> list[object]:
    return [leaf.slack.absolute for leaf in truth.leaves if leaf.slack is not None]
