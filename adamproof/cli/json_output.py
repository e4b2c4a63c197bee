"""Answers as JSON.

Every document is an object with "schema" (1), "command", "exit_code" and "lemmas" ("verify": "files").  Keys
come in a fixed order.  Statements are the kernel's exact text, numbers are strings: "3/7" is exact, a decimal
fraction is rounded to "digits" digits.  Times are under the key "seconds" only, of the document and of each
lemma; drop them and equal questions give equal bytes.

A lemma: slug, label (or null), title, source {kind, text}, where, then by command

  list    claims: their names
  check   verdict, exit_code, shortcomings [text], claims [claim], mutants [mutant] (null with --no-mutants),
          versions {name: version}, recalled (proofs and evidence came from the cache; the verdict never
          does), near_misses [{claim, moved, kind ("constant", "exponent", "strict", "dropped" or "closed"), status
          ("rejected", "proved" or "open"), stronger, statement, witness}] (where they are made), seconds
  show    notes, assumptions {name: statement}, constants {name: SymPy expression}, claims [claim]
  mutants mutants [mutant], all_rejected, seconds
  without ("check --without") dropped [name], all_hold, claims [claim with stated [name],
          needed [name], mutant (its name, or null), said], seconds

or, when it could not be checked at all, slug, error (one sentence), seconds.  "check" adds "complete", which is
false after an interruption.

claim   name, verdict, reason, statement {integers [name], hypotheses {name: statement}, conclusion}, used [name],
        unused [name], contradicting [name] (assumptions that contradict each other: then the claim says nothing),
        citations [{name, source}], steps [{title, statement, rests_on [name]}],
        proof {steps, bytes, sha256} (of the proof file; null if there is none), numbers, intervals, witness
        goal (where a script stopped; null if it did not, or nothing is known of that)
goal    problem ("unproved"; "unstated": the goal is a hypothesis that is not stated; "missing" or "refused": there is
        none), goal (or null), file, line, ended, step, after (titles), source (a cited lemma), facts [{name,
        statement}], left_out (facts not listed), short (null, or {kind, statement (or null), missing, used (so many
        facts, the first ones)}), witness, tried [text], looked [text], ways [{kind, terms, degree, names}]; all of it
        is what the lemma file's process says
numbers models, comparisons, exact, sampled, digits, smallest_slack, smallest_relative_slack, largest_tightness,
        undetermined [{model, reason}], holds, violation (a witness); null when nothing was tested
intervals box {variable: [low, high]}, verdict, boxes, lower (an exact lower bound of the slack, or null); or null
witness model, conclusion, variables {name: value}, calls [{function, arguments [value], value}],
        outcomes [{outcome, probability}], instance [value], relation, left, right, exact, hypotheses_exact,
        hypotheses_sampled, digits, certified (decided for all values of quantified variables, with certainty),
        definitions [text] (of functions), computed [name] (functions computed from equations among the hypotheses); or
        null
mutant  name, statement, rejected, refused, reason, witness

"graph" has asked [name], nodes [{name, lemma, claim, label, title, assumptions [name], axioms [{name, source}],
rests_on [name], problem}].

"claims" has claims [{number, claim, short, verdict, word, shown (the word as it is printed), by [text], beyond
[assumption], rests_on (the same, with the half of the claim that alone needs it), evidence [{text, state, lemma,
details [text], part (that half, or ""), brief (of runs, or "")}], repair, missing [text], shortfall (null, or of a
bound that falls short {cause, gamma, terms [{name, power (of T), fate}], best, ways [{what, order, conditions [text],
same_schedule}]})}] and lines_of_evidence {name: text}.
"report" has files {form: path},
lemmas [{slug, verdict}] and claims [{number, verdict, shown}].

"bound", "magnitude" and "schedule" are described in docs/bounds.md.

"audit" has records [{file, optimizer, groups, d, records, probes, complete, verdicts [verdict]}] and files {html,
data}; "audit compare" has compared [file] and verdicts [verdict].  Such a verdict is {subject, word, text, data}.

"sweep" has file, runs, kept (rows that were there), missing (runs without a row, with --collect), stopped (runs in
which a number was no longer finite), files and notes [text].

"simulate" has repeat (the command), the description of the run (problem, d, noise, constants, start, h, algorithm,
steps, replicates, seed, engine; start and h are one number if all are equal, and a digest if they are many),
statistics {steps, max u, means {name: estimate}, vbar {name: estimate or null}}, final value (an estimate or null),
checkpoint (the file with the end of the run, or null) and versions; an estimate is {mean, half_width (of the 95%
confidence interval over replicates; null from one)}, and what has overflowed is null.  Here numbers are JSON's.
Where a number is no longer finite there are only repeat and stopped {what, step, replicate, coordinate, checkpoint (or
null)}, and exit_code is 1.

"simulate --against" adds against {theorem, claim, level, "level of a violation", measured {name: estimate}, lines
[{name, observed (an estimate), bound and "bound at least" (decimals, rounded outward), terms {name: decimal}, rounding,
slack, says, by}], left out [text]} (or null, with a reason, where a number is too large to be compared) and reproducer
(the file of a violation, or null).  "experiment" has records [record], each as --save writes it (docs/experiments.md).

"verify" has files [{file, verdict, conclusion, hypotheses [statement], citations [{name, source}], steps, sorts,
sha256 (of what was read)}] or
{file, verdict, reason} or {file, error}.  "verify --with coq" has checker {coq: version} and results [{result, verdict
("ACCEPTED" or "REFUSED"), reason, step, lemmas, theorems [name], axioms [name] (that all the results rest on together;
where one of these is foreign, that this one rests on), citations [text], seconds}].  "verify --with z3" (or cvc5) has
checker {solver: its name} and results [{result, verdict ("NO ALARM", "OPEN" or "ALARM"), questions {answer: count},
claims {claim: {answer: count}}, premises {answer: count}, alarms [step], unknown [step], seconds}];
a step is {claim, step, said}.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..checking.goal_view import GoalView
    from ..checking.report import AblationReport, About, ClaimReport, Findings, LemmaReport, MutantReport, TwinReport
    from ..kernel.terms import Term
    from ..numeric.answers import Report, Witness

SCHEMA = 1
Data = dict[str, Any]


def document(command: str, exit_code: int, **content: Any) -> str:
    """The text of a whole document."""
    whole = {"schema": SCHEMA, "command": command, "exit_code": exit_code, **content}
    return json.dumps(whole, indent=2, allow_nan=False)  # Infinity is no JSON


def failed(slug: str, error: str) -> Data:
    """A lemma about which nothing can be said."""
    return {"slug": slug, "error": error}


def heading(lemma: About) -> Data:
    """Which lemma this is."""
    source = {"kind": lemma.source.name.lower(), "text": lemma.source.value}
    return {"slug": lemma.slug, "label": lemma.label, "title": lemma.title, "source": source, "where": lemma.where}


def listed(lemma: About) -> Data:
    return {**heading(lemma), "claims": list(lemma.claims)}


def checked(report: LemmaReport, shortcomings: Sequence[str], mutants: bool, recalled: bool) -> Data:
    return {
        **heading(report.lemma),
        "verdict": str(report.verdict),
        "exit_code": report.verdict.exit_code,
        "shortcomings": list(shortcomings),
        "claims": [claim(entry) for entry in report.claims],
        "mutants": [mutant(entry) for entry in report.mutants] if mutants else None,
        "versions": dict(report.versions),
        "recalled": recalled,
    }


def shown(report: LemmaReport) -> Data:
    lemma = report.lemma
    return {
        **heading(lemma),
        "notes": lemma.notes,
        "assumptions": {name: _text(statement) for name, statement in lemma.assumptions.items()},
        "constants": {name: text for name, (text, _) in lemma.constants.items()},
        "claims": [claim(entry) for entry in report.claims],
    }


def refuted(found: Findings) -> Data:
    rejected = all(entry.is_rejected for entry in found.mutants)
    return {**heading(found.about), "mutants": [mutant(entry) for entry in found.mutants], "all_rejected": rejected}


def claim(report: ClaimReport) -> Data:
    proof = report.proof.encode()
    return {
        "name": report.name,
        "verdict": str(report.verdict),
        "reason": report.reason,
        "statement": _statement(report.hypotheses, report.conclusion),
        "used": list(report.used),
        "unused": list(report.unused),
        "contradicting": list(report.contradicting),
        "citations": [{"name": name, "source": source} for name, source in report.citations],
        "steps": [
            {"title": step.title, "statement": _text(step.statement), "rests_on": list(step.rests_on)}
            for step in report.steps
        ],
        "proof": {"steps": report.proof_steps, "bytes": len(proof), "sha256": hashlib.sha256(proof).hexdigest()}
        if proof
        else None,
        "numbers": None if report.numbers is None else _numbers(report.numbers),
        "intervals": None if report.intervals is None else _intervals(report),
        "witness": None if report.witness is None else _witness(report.witness),
        "goal": None if report.view is None else _goal(report.view),
    }


def _goal(view: GoalView) -> Data:
    short = view.short
    return {
        "problem": view.problem,
        "goal": _text_or_none(view.goal),
        "file": view.file,
        "line": view.line,
        "ended": view.ended,
        "step": view.step,
        "after": view.after,
        "source": view.source,
        "facts": [{"name": name, "statement": _text(statement)} for name, statement in view.facts],
        "left_out": view.left_out,
        "short": None
        if short is None
        else {
            "kind": short.kind,
            "statement": _text_or_none(short.statement),
            "missing": _text(short.missing),
            "used": short.used,
        },
        "witness": None if view.witness is None else _witness(view.witness),
        "tried": list(view.tried),
        "looked": list(view.looked),
        "ways": [
            {"kind": way.kind, "terms": [_text(term) for term in way.terms], "degree": way.degree}
            | {"names": list(way.names)}
            for way in view.ways
        ],
    }


def _intervals(report: ClaimReport) -> Data:
    answer, box = report.intervals, report.box or {}
    return {
        "box": {name: [str(low), str(high)] for name, (low, high) in box.items()},
        "verdict": None if answer is None else answer.verdict,
        "boxes": None if answer is None else answer.boxes,
        "lower": None if answer is None or answer.lower is None else str(answer.lower),
    }


def mutant(report: MutantReport) -> Data:
    return {
        "name": report.name,
        "statement": _statement(report.hypotheses, report.conclusion),
        "rejected": report.is_rejected,
        "refused": report.refused,
        "reason": report.reason,
        "witness": None if report.witness is None else _witness(report.witness),
    }


def near_miss(report: TwinReport) -> Data:
    return {
        "claim": report.claim,
        "moved": report.twin.name,
        "kind": report.twin.kind,
        "status": report.status,
        "stronger": report.stronger,
        "statement": _statement(report.hypotheses, report.conclusion),
        "witness": None if report.witness is None else _witness(report.witness),
    }


def lost(found: AblationReport) -> Data:
    claims = [
        {**claim(entry.report), "stated": list(entry.stated), "needed": list(entry.needed)}
        | {"mutant": entry.mutant or None, "said": entry.text}
        for entry in found.claims
    ]
    return {**heading(found.lemma), "dropped": list(found.dropped), "all_hold": found.holds, "claims": claims}


def answered(path: str, said: Mapping[str, Any]) -> Data:
    """The kernel's words about a proof file, its citations as objects like everywhere else."""
    words = dict(said)
    if "citations" in words:
        words["citations"] = [{"name": name, "source": source} for name, source in words["citations"]]
    return {"file": path, **words}


# --- statements and numbers ---------------------------------------------------------------------


def _text(term: Term) -> str:
    from ..render import show

    return show(term, "ascii")


def _text_or_none(term: Term | None) -> str | None:
    return None if term is None else _text(term)


def _statement(hypotheses: Mapping[str, Term], conclusion: Term) -> Data:
    from ..report.words import integers_of

    return {
        "integers": integers_of([*hypotheses.values(), conclusion]),
        "hypotheses": {name: _text(term) for name, term in hypotheses.items()},
        "conclusion": _text(conclusion),
    }


def _numbers(report: Report) -> Data:
    digits = report.digits
    return {
        "models": report.models,
        "comparisons": report.instances,
        "exact": report.exact,
        "sampled": report.sampled,
        "digits": digits,
        "smallest_slack": _number(report.smallest_absolute, digits),
        "smallest_relative_slack": _number(report.smallest_relative, digits),
        "largest_tightness": _number(report.largest_tightness, digits),
        "undetermined": [{"model": label, "reason": reason} for label, reason in report.undetermined],
        "holds": report.holds,
        "violation": None if report.violation is None else _witness(report.violation),
    }


def _witness(witness: Witness) -> Data:
    from ..numeric.witness import described

    digits = witness.digits
    return {
        "model": witness.label,
        "conclusion": _text(witness.conclusion),
        "variables": {name: _number(value, digits) for name, value in witness.variables},
        "calls": [
            {
                "function": name,
                "arguments": [_number(argument, digits) for argument in arguments],
                "value": _number(value, digits),
            }
            for (name, arguments), value in witness.calls
        ],
        "outcomes": [{"outcome": str(at), "probability": str(weight)} for at, weight in witness.space],
        "instance": [_number(value, digits) for value in witness.instance],
        "relation": witness.slack.op,
        "left": _number(witness.slack.lhs, digits),
        "right": _number(witness.slack.rhs, digits),
        "exact": witness.exact,
        "hypotheses_exact": witness.hypotheses_exact,
        "hypotheses_sampled": witness.hypotheses_sampled,
        "digits": digits,
        "certified": witness.certified,
        "definitions": [described(definition) for definition in witness.definitions],
        "computed": list(witness.computed),
    }


def _number(value: Any, digits: int) -> str | None:
    """An exact value in full, an approximate one to this many digits; sample points as they print."""
    import mpmath

    if value is None:
        return None
    return str(mpmath.nstr(value, digits)) if isinstance(value, mpmath.mpf) else str(value)
