"""Which result rests on which, on which of its assumptions, and on which cited axioms.

Nothing is declared: every claim is derived, and what its script cited and which assumptions are hypotheses of the
theorem is read off.  A claim is a node; an edge leads to a claim whose theorem it used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ..kernel.terms import Refusal
from ..prover import ProofFailure, TranslationError, prop
from . import library
from .graph import Graph, Node, named
from .lemma import Claim, Lemma, MissingAssumption, OtherStatement

FAILURES = (ProofFailure, MissingAssumption, OtherStatement, Refusal, TranslationError)


def graph(lemmas: Iterable[Lemma], say: Callable[[str], None] = lambda _: None) -> Graph:
    """Derive every claim of these lemmas, and every claim that one of them rests on."""
    asked = [(lemma, claim) for lemma in lemmas for claim in lemma.claims]
    nodes: dict[str, Node] = {}
    todo = list(reversed(asked))
    while todo:
        lemma, claim = todo.pop()
        if named(lemma.slug, claim.name) in nodes:
            continue
        say(f"{lemma.slug}: deriving {claim.name}")
        found = node(lemma, claim)
        nodes[found.name] = found
        todo += [located(name) for name in reversed(found.rests_on) if name not in nodes]
    return Graph(tuple(named(lemma.slug, claim.name) for lemma, claim in asked), nodes)


def node(lemma: Lemma, claim: Claim) -> Node:
    """One claim, derived."""
    try:
        derivation = library.derivation_of(lemma, claim)
    except FAILURES as failure:
        return Node(lemma.slug, claim.name, lemma.title, lemma.label, problem=str(failure))
    theorem = derivation.theorem.theorem
    used = [name for name, statement in lemma.stated(claim).items() if prop(statement) in theorem.hypotheses]
    return Node(
        lemma.slug,
        claim.name,
        lemma.title,
        lemma.label,
        tuple(name for name in used if name not in lemma.cited),
        tuple((name, source) for name, source in theorem.citations),
        tuple(dict.fromkeys(whole_name(cited) for cited in derivation.cited.values())),
    )


def whole_name(cited: str) -> str:
    """What a script cited, with the claim's name: "triangle" is the first claim of that lemma."""
    lemma, claim = located(cited)
    return named(lemma.slug, claim.name)


def located(cited: str) -> tuple[Lemma, Claim]:
    """The lemma and the claim of a name as scopes record it: "slug" or "slug (claim)"."""
    slug, _, rest = cited.partition(" (")
    lemma = library.get(slug)
    return lemma, lemma.claim(rest[:-1] if rest else None)
