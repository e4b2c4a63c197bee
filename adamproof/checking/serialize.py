"""Findings as plain data (JSON), and back.  Exact: fractions, binary floating point numbers, terms.

What is read may come from a stranger's program, or from a file that somebody has edited: it is checked, and text is
made fit to be shown (see `support.foreign_text`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from fractions import Fraction
from functools import cache
from importlib import import_module
from itertools import accumulate
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from ..kernel.terms import PROP, REAL, RELATIONS, Function, Term, function, make, reset_budget
from ..numeric.answers import BoxAnswer, Report, Slack, Witness
from ..numeric.definitions import Definition
from ..support.foreign_text import foreign, label_problem, label_within, latin
from ..theory.graph import Graph, Node, label_of
from ..theory.source import Source
from .goal_view import MAX_FACTS, PROBLEMS, SHORT, WAYS, GoalView, Shortfall, Way
from .proof_steps import verdicts_in
from .report import AblatedClaim, About, ClaimFindings, Findings, MutantReport, NearMiss
from .request import FIRST

KINDS = (
    About, BoxAnswer, ClaimFindings, Definition, Findings, GoalView, Graph, AblatedClaim, MutantReport, NearMiss,
    Node, Report, Shortfall, Slack, Way, Witness,
)  # fmt: skip
RECORDS = {kind.__name__: kind for kind in KINDS}
PLACES = ((Findings, "about"), (Findings, "claims"), (About, "claims"), (ClaimFindings, "numbers"))
NOTHING = "no earlier step or assumption"
RESERVED = re.compile(rf"none|nothing but the rules|{NOTHING}|step \d+")  # printed where no assumption is meant
MAX_CLAIMS = 1000  # of a lemma
MAX_COUNT = 10**12  # of models, boxes, steps and the like
MAX_PRECISION = 1000  # digits
MAX_DEPTH = 200  # of a chain of results that rest on one another
MAX_EXPONENT = 10_000_000  # of a floating point number; printing one of a far larger exponent might not end
MAX_DIGITS = 250_000  # of an integer, hexadecimal
ABOUT, CLAIMS, NAMES, NUMBERS = ([field.name for field in fields(kind)].index(name) for kind, name in PLACES)
T = TypeVar("T")
SLUG = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")


class NotFindings(ValueError):
    """Data that are not what was found about a lemma; the message says what is wrong with them."""


def packed(found: Findings) -> dict[str, Any]:
    """Findings as JSON has them."""
    bare = replace(found, claims=tuple(replace(claim, proof="") for claim in found.claims))
    # The proof files stand apart, so that the kernel can start on them before anything else is read.
    return {"proofs": [claim.proof for claim in found.claims], **packed_value(bare)}


def unpacked(data: Any) -> Findings:
    """The findings that were packed.  Raises NotFindings on anything else."""
    return reading(lambda: _findings(data["proofs"], _value(data)))


def proofs_alone(data: Any, wanted: str | int) -> Any:
    """Of packed findings those about one claim, or all claims if it is "", as proving alone finds them.

    There are no numbers and no mutants.  None where the data have no such claim, or are malformed.  The rest stays
    unread, because reading it takes long.
    """
    try:
        about, claims = (data["value"][2][place] for place in (ABOUT, CLAIMS))
        names = [foreign(each) for each in about[2][NAMES][1:]]
        numbers = range(len(names)) if wanted == "" else [0 if wanted == FIRST else names.index(str(wanted))]
        described = list(about[2])
        described[NAMES] = ["tuple", *(about[2][NAMES][1 + number] for number in numbers)]
        parts = [list(claims[1 + number][2]) for number in numbers]
        for claim in parts:
            claim[NUMBERS] = None
        found = ["record", Findings.__name__, [
            ["record", About.__name__, described],
            ["tuple", *(["record", ClaimFindings.__name__, claim] for claim in parts)],
        ]]  # fmt: skip
        return {"proofs": [data["proofs"][number] for number in numbers], "terms": data["terms"], "value": found}
    except (LookupError, TypeError, ValueError, AttributeError):
        return None


def unpacked_about(data: Any) -> About:
    """The description of a lemma that was packed.  Raises NotFindings on anything else."""
    return reading(lambda: _about(_value(data)))


def unpacked_losses(data: Any, claims: int) -> tuple[tuple[str, ...], tuple[AblatedClaim, ...]]:
    """The dropped assumptions, and what became of each of so many claims.  Raises NotFindings on anything else."""
    return reading(lambda: _losses(_value(data), claims))


def unpacked_near(data: Any, proofs: Sequence[str]) -> tuple[NearMiss, ...]:
    """What was found about near misses, with their proof files.  Raises NotFindings on anything else."""
    return reading(lambda: _near(unpacked_value(data, tuple[NearMiss, ...]), proofs))


def _near(found: tuple[NearMiss, ...], proofs: Sequence[str]) -> tuple[NearMiss, ...]:
    if len(found) != len(proofs):
        raise NotFindings("the proof files do not match the near misses one to one")
    for each in found:
        _definitions(each.witness)
    return tuple(replace(each, proof=proof) for each, proof in zip(found, proofs, strict=True))


def unpacked_graph(data: Any) -> Graph:
    """The graph that was packed, all of whose edges end in it.  Raises NotFindings on anything else."""
    return reading(lambda: _graph(_value(data)))


def unpacked_value(data: Any, hint: Any) -> Any:
    """A value of this annotated type that was packed.  Raises NotFindings on anything else."""
    return reading(lambda: _of_type(_value(data), hint))


def _of_type(value: Any, hint: Any) -> Any:
    if not _fits(value, hint):
        raise NotFindings("the data are of another kind")
    return value


def packed_value(value: Any) -> dict[str, Any]:
    """Any value of these kinds as JSON has it, each of its terms written once."""
    table = _Terms()
    content = _packed(value, table)
    return {"terms": table.rows, "value": content}


def _value(data: Any) -> Any:
    return _unpacked(data["value"], _ReadTerms(data["terms"]))


def reading(read: Callable[[], T]) -> T:
    """What is read; whatever is wrong with data of unknown origin is NotFindings."""
    try:
        return read()
    except NotFindings:
        raise
    except RecursionError:
        raise NotFindings("the data are nested too deeply") from None
    except Exception as error:
        raise NotFindings(f"malformed data ({type(error).__name__}: {error!s:.200})") from error


# --- what findings must be like -----------------------------------------------------------------


def _findings(proofs: Any, found: Any) -> Findings:
    if not _fits(found, Findings) or not _fits(tuple(proofs), tuple[str, ...]):
        raise NotFindings("the data are not findings")
    if not found.claims or len(found.claims) != len(proofs):
        raise NotFindings("the proof files do not match the claims one to one")
    _about(found.about)
    names = tuple(claim.name for claim in found.claims)
    if names != found.about.claims or len(set(names)) < len(names):
        raise NotFindings("the claims are not those that the lemma declares")
    for claim in found.claims:
        assumed = {name for name, stated in claim.hypotheses.items() if found.about.assumptions.get(name) is stated}
        if len(assumed) < len(claim.hypotheses) or not assumed.issuperset(claim.contradicting):
            raise NotFindings(f"the claim {claim.name!r} assumes what the lemma does not")
        for name in (*(name for _, name in claim.cited), *(name for name, _, _ in claim.places)):
            if name in claim.hypotheses or _is_reserved(name):
                raise NotFindings(f"a cited lemma is called {name!r}")
        if not all(SLUG.fullmatch(slug) and number >= 0 for _, slug, number in claim.places):
            raise NotFindings("a cited lemma is missing")
    for entry in (*found.claims, *found.mutants):
        if not entry.name.strip():
            raise NotFindings("a claim or mutant has no name")
        _statements(*entry.hypotheses.values(), entry.conclusion)
        _counterexamples(entry)
    for view in filter(None, (claim.view for claim in found.claims)):
        _goal_view(view)
    claims = (replace(claim, proof=proof) for claim, proof in zip(found.claims, proofs, strict=True))
    checked: Findings = replace(found, claims=tuple(claims))
    return checked


def _counterexamples(entry: ClaimFindings | MutantReport) -> None:
    """A counterexample is to what is stated; what else it says is what whoever sent it says."""
    numbers = entry.numbers if isinstance(entry, ClaimFindings) else None
    violation = numbers.violation if numbers is not None else None
    for witness in (entry.witness, violation):
        if witness and (witness.conclusion is not entry.conclusion or witness.slack.op not in RELATIONS):
            raise NotFindings(f"a counterexample to {entry.name!r} refutes another statement")
        _definitions(witness)


def _definitions(witness: Witness | None) -> None:
    """What a counterexample says of its functions can be shown; whether it refutes is computed again."""
    for definition in witness.definitions if witness else ():
        if definition.body is not None:
            _statements(_equation(definition))


def _equation(definition: Definition) -> Term:
    from ..numeric.witness import equation  # which needs mpmath, and few answers have any

    return equation(definition)


def _goal_view(view: GoalView) -> None:
    """A goal view of the kinds there are, of a size that can be read, and whose counterexample is one to its goal."""
    short, kinds = view.short, [way.kind for way in view.ways]
    if view.problem not in PROBLEMS or not set(kinds) <= set(WAYS) or (short and short.kind not in SHORT):
        raise NotFindings("a goal view is of another kind")
    if (view.goal is None) != (view.problem in ("missing", "refused")):
        raise NotFindings("a goal view has no goal, or one too many")
    if max(len(view.facts), *(len(way.terms) for way in view.ways), len(view.ways), 0) > MAX_FACTS:
        raise NotFindings(f"a goal view has more than {MAX_FACTS} parts")
    if min(view.line, view.left_out, *(way.degree for way in view.ways), short.used if short else 0) < 0:
        raise NotFindings("a goal view has a negative number")
    counts = {"squares": range(1, MAX_FACTS + 1), "split": range(2, 3), "degree": range(MAX_FACTS + 1)}
    if not all(len(way.terms) in counts.get(way.kind, range(1, MAX_FACTS + 1)) for way in view.ways):
        raise NotFindings("a goal view names a way that is none")
    of_props = [way.kind not in ("degree", "squares", "split") for way in view.ways]
    props = [term for way, is_prop in zip(view.ways, of_props, strict=True) if is_prop for term in way.terms]
    terms = [term for way, is_prop in zip(view.ways, of_props, strict=True) if not is_prop for term in way.terms]
    stated = [view.goal, short.statement if short else None, *(entry for _, entry in view.facts), *props]
    _statements(*(entry for entry in stated if entry is not None))
    _values(*terms, *([short.missing] if short else []))
    witness = view.witness
    if witness and (witness.conclusion is not view.goal or witness.slack.op not in RELATIONS):
        raise NotFindings("a counterexample to a goal refutes another statement")
    _definitions(witness)


def _values(*terms: Term) -> None:
    """Terms that are numbers, as statements are propositions."""
    if not all(entry.sort == REAL and not entry.loose for entry in terms):
        raise NotFindings("a term is not a number")
    zero = make("rat", Fraction(0))
    _statements(*(make("<=", zero, entry) for entry in terms))


def _about(about: Any) -> About:
    if not _fits(about, About) or not SLUG.fullmatch(about.slug):
        raise NotFindings("the data do not describe a lemma")
    if not about.title.strip() or not about.where.strip() or (about.label is not None and not about.label.strip()):
        raise NotFindings("a lemma has no title")
    if problem := label_problem(about.label or ""):
        raise NotFindings(f"the label {problem}")
    _assumption_names(about.assumptions)
    _statements(*about.assumptions.values())
    checked: About = about
    return checked


def _assumption_names(names: Iterable[str]) -> None:
    for name in names:
        if not name.strip() or _is_reserved(name):
            raise NotFindings(f"an assumption is named {name!r}")
        if problem := label_problem(label_within(name)):
            raise NotFindings(f"the label of the assumption {name!a:.60} {problem}")
        if _reads_as_several(name):
            raise NotFindings(f"the name of the assumption {name!a:.60} reads like several names")


def _reads_as_several(name: str) -> bool:
    """Whether a name, printed in brackets or in a list, would seem to end and another one to begin."""
    depths = list(accumulate({"[": 1, "]": -1}.get(mark, 0) for mark in name))
    parts = re.split("[,;]", name)[1:]
    return (bool(depths) and (min(depths) < 0 or depths[-1] != 0)) or any(
        label_of(part.strip()) or _is_reserved(part) for part in parts
    )


def _is_reserved(name: str) -> bool:
    return bool(RESERVED.fullmatch(re.sub(r"[\W_]+", " ", latin(name)).strip()))


def _graph(value: Any) -> Graph:
    if not _fits(value, Graph):
        raise NotFindings("the data are not a graph")
    ends = [*value.asked, *(end for node in value.nodes.values() for end in node.rests_on)]
    if not set(ends) <= set(value.nodes) or any(node.name != name for name, node in value.nodes.items()):
        raise NotFindings("an edge of the graph has an unknown end")
    for node in value.nodes.values():
        if not SLUG.fullmatch(node.slug):
            raise NotFindings("a node of the graph is not a claim of a lemma")
        if problem := label_problem(node.label or ""):
            raise NotFindings(f"the label {problem}")
        _assumption_names(node.assumptions)
    _expect_short_chains({name: node.rests_on for name, node in value.nodes.items()})
    checked: Graph = value
    return checked


def _expect_short_chains(edges: Mapping[str, Sequence[str]]) -> None:
    """Refuse cycles and long chains, level by level: what rests on nothing, what rests on that, and so on."""
    left, done = dict(edges), set[str]()
    for _ in range(MAX_DEPTH):
        level = [name for name, ends in left.items() if done.issuperset(ends)]
        done.update(level)
        for name in level:
            del left[name]
    if left:
        raise NotFindings(f"the graph has a cycle, or a chain of more than {MAX_DEPTH} results")


def _losses(value: Any, claims: int) -> tuple[tuple[str, ...], tuple[AblatedClaim, ...]]:
    if not _fits(value, tuple[tuple[str, ...], tuple[AblatedClaim, ...]]) or len(value[1]) != claims:
        raise NotFindings("the answers do not match the claims one to one")
    checked: tuple[tuple[str, ...], tuple[AblatedClaim, ...]] = value
    return checked


def _statements(*props: Term) -> None:
    if not all(entry.sort == PROP and not entry.loose for entry in props):
        raise NotFindings("a statement is not a proposition")
    reset_budget()
    if name := next((name for entry in props for name in verdicts_in(entry)), ""):
        raise NotFindings(f"a statement has the name {foreign(name)}, a verdict's word")


def _fits(value: Any, hint: Any) -> bool:
    """Whether a value is of an annotated type, all the way down; the records' own annotations are the rules."""
    return _fitting(hint)(value)


@cache
def _fitting(hint: Any) -> Callable[[Any], bool]:
    """The test of values for one annotated type."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint is Any:
        return lambda value: True
    if origin in (Union, UnionType):
        kinds = tuple(map(_fitting, parts))
        return lambda value: any(fits(value) for fits in kinds)
    if origin is tuple and len(parts) == 2 and parts[1] is ...:
        each = _fitting(parts[0])
        return lambda value: type(value) is tuple and all(map(each, value))
    if origin is tuple:
        places = tuple(map(_fitting, parts))
        return lambda value: (
            type(value) is tuple
            and len(value) == len(places)
            and all(fits(entry) for fits, entry in zip(places, value, strict=True))
        )
    if origin is not None:  # a mapping
        name, entry = map(_fitting, parts)
        return lambda value: type(value) is dict and all(name(k) and entry(v) for k, v in value.items())
    if hint in KINDS:
        return _fitting_record(hint)
    if hint is int:
        return lambda value: type(value) is int and abs(value) <= MAX_COUNT
    return lambda value: type(value) is hint


def _fitting_record(kind: type) -> Callable[[Any], bool]:
    hints = get_type_hints(kind)
    wanted = {entry.name: _fitting(hints[entry.name]) for entry in fields(RECORDS[kind.__name__])}

    def fits(value: Any) -> bool:
        fit = type(value) is kind and all(right(getattr(value, name)) for name, right in wanted.items())
        return fit and ("digits" not in wanted or 0 < value.digits <= MAX_PRECISION)

    return fits


# --- values: text, truth values and None as they are; everything else as [kind, parts...] ----------------


class _Terms:
    """Terms as rows [operator, arguments...], in which a term is the number of an earlier row."""

    def __init__(self) -> None:
        self.rows: list[list[Any]] = []
        self._numbers: dict[Term, int] = {}

    def number(self, term: Term) -> int:
        if term not in self._numbers:
            row = [term.op, *(self._argument(entry) for entry in term.args)]
            self._numbers[term] = len(self.rows)
            self.rows.append(row)
        return self._numbers[term]

    def _argument(self, entry: Any) -> Any:
        return self.number(entry) if type(entry) is Term else _packed(entry, self)


class _ReadTerms(dict[int, Term]):
    """The terms of these rows, each made when it is asked for."""

    def __init__(self, rows: Sequence[Any]) -> None:
        super().__init__()
        self._rows = rows
        reset_budget()

    def __missing__(self, number: int) -> Term:
        for each in sorted(self._needed(number)):
            op, *arguments = self._rows[each]
            self[each] = make(op, *(self._argument(entry) for entry in arguments))
        return self[number]

    def _needed(self, number: int) -> set[int]:
        """The rows that a term is made of, as far as they have not been read; a row may only name earlier ones."""
        found: set[int] = set()
        waiting = [number]
        while waiting:
            each = waiting.pop()
            if each not in found and each not in self:
                if not 0 <= each < len(self._rows):
                    raise NotFindings("a term is missing")
                found.add(each)
                for part in self._rows[each]:
                    if type(part) is int:
                        if part >= each:
                            raise NotFindings("a term is made of a later one")
                        waiting.append(part)
        return found

    def _argument(self, entry: Any) -> Any:
        """A part of a term; the kernel has rules for names of its own, and they are never changed."""
        if type(entry) is int:
            return self[entry]
        return entry if type(entry) is str else _unpacked(entry, self)


def _packed(value: Any, terms: _Terms) -> Any:
    kind = type(value)
    if value is None or kind in (str, bool):
        return value
    if kind is int:
        return ["int", hex(value)]  # in decimal, Python refuses more than 4300 digits
    if kind is Fraction:
        return ["fraction", hex(value.numerator), hex(value.denominator)]
    if hasattr(value, "_mpf_"):
        sign, mantissa, exponent, bits = value._mpf_
        return ["mpf", int(sign), hex(int(mantissa)), int(exponent), int(bits)]
    if kind is tuple:
        return ["tuple", *(_packed(entry, terms) for entry in value)]
    if kind is dict:
        return ["dict", *([_packed(name, terms), _packed(entry, terms)] for name, entry in value.items())]
    if kind is Function:
        return ["function", value.name, list(value.sorts)]
    if kind is Term:
        return ["term", terms.number(value)]
    if kind is Source:
        return ["source", value.name]
    if RECORDS.get(kind.__name__) is kind:
        return ["record", kind.__name__, [_packed(getattr(value, field.name), terms) for field in fields(value)]]
    raise TypeError(f"a {kind.__name__} is not plain data")


def _unpacked(data: Any, terms: Mapping[int, Term]) -> Any:
    if data is None or type(data) is bool:
        return data
    if type(data) is str:
        return foreign(data)
    kind, *parts = data
    if kind in SIMPLE:
        return SIMPLE[kind](parts)
    if kind == "tuple":
        return tuple(_unpacked(entry, terms) for entry in parts)
    if kind == "dict":
        if not all(type(name) is str for name, _ in parts):
            raise NotFindings("a mapping with keys that are not text")
        found = {foreign(name): _unpacked(entry, terms) for name, entry in parts}
        if len(found) < len(parts):
            raise NotFindings("two names that look alike in print")
        return found
    if kind == "term":
        return terms[parts[0]]
    if kind == "record":
        return RECORDS[parts[0]](*(_unpacked(entry, terms) for entry in parts[1]))
    raise NotFindings(f"data of the unknown kind {kind!r:.40}")


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise NotFindings(f"a number of more than {MAX_DIGITS} hexadecimal digits")
    return int(text, 16)


def _floating(sign: int, mantissa: str, exponent: int, bits: int) -> Any:
    size = _integer(mantissa)
    if sign not in (0, 1) or abs(exponent) > MAX_EXPONENT or (size and bits != size.bit_length()):
        raise ValueError("not a floating point number")
    return _mpmath().make_mpf((sign, _mpmath().libmp.MPZ(size), exponent, bits))


@cache
def _mpmath() -> Any:
    """mpmath, which takes a while to import: what is asked for may have no such number in it."""
    return import_module("mpmath")


SIMPLE: dict[str, Callable[[list[Any]], Any]] = {
    "int": lambda parts: _integer(parts[0]),
    "fraction": lambda parts: Fraction(_integer(parts[0]), _integer(parts[1])),
    "mpf": lambda parts: _floating(*parts),
    "function": lambda parts: function(parts[0], parts[1]),
    "source": lambda parts: Source[parts[0]],
}
