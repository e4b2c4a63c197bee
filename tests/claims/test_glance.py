"""The claims at a glance: as many lines as can be taken in, in words that follow the evidence."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

import click
import pytest

from adamproof.checking.flow import Flow
from adamproof.checking.pool import Workers
from adamproof.checking.report import Verdict
from adamproof.claims import glance
from adamproof.claims.evidence import Evidence, State, failed
from adamproof.claims.exponents import MAIN, ORDER, RATE, SOURCE, Calculation, Store
from adamproof.claims.gathering import JOBS, WORKER, Gathering
from adamproof.claims.shortfall import Shortfall, TermOrder, WayOut
from adamproof.claims.verdicts import ROWS, ClaimVerdict, PaperClaim, Status, proved, verdicts
from adamproof.cli import claims_output
from adamproof.crosscheck.records import Opinions, found_in, shipped
from adamproof.render.prose import in_unicode
from tests.here import run_here as run

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="session")
def gathered() -> Gathering:
    with Workers(JOBS, lambda path, line: None, lambda text: None, WORKER) as workers:
        gathering = Gathering(Flow(workers, JOBS, True, lambda text: None))
        gathering.verdicts()
    return gathering


@pytest.fixture(scope="session")
def opinions() -> list[Opinions]:
    return found_in(shipped())[0]


@pytest.fixture
def store(gathered: Gathering) -> Store:
    """All the evidence, which a test may change."""
    return replace(gathered.store, reports=dict(gathered.store.reports), known=dict(gathered.store.known))


def table(found: list[ClaimVerdict], style: str = "unicode", columns: int = 80) -> list[str]:
    return COLOUR.sub("", claims_output.table(found, style, columns)).splitlines()


def page(store: Store, number: int, style: str = "ascii", columns: int = 120, of: Any = ()) -> list[str]:
    (found,) = verdicts([row for row in ROWS if row.number == number], store)
    return COLOUR.sub("", claims_output.page(found, of, style, columns)).splitlines()


# --- a line a claim -----------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("style", ["unicode", "ascii"])
def test_the_table_has_a_line_a_claim(store: Store, style: str, columns: int) -> None:
    heading, above, *rows, below, last = table(verdicts(ROWS, store), style, columns)
    assert heading.startswith("17 claims of arXiv 2507.05966") and heading.endswith("adamproof claims 9 tells why")
    assert above == below == ""
    assert len(rows) == 17 and max(map(len, (heading, *rows, last))) <= columns
    assert "13 proved (8 under conditions), 1 not by this proof, 1 refuted, 2 by runs alone" == last
    assert [int(row[2:4]) for row in rows] == [9, 13, 14, 15, *(n for n in range(1, 18) if n not in (9, 13, 14, 15))]


def test_lines_say_what_matters(store: Store) -> None:
    rows = {int(row[2:4]): row for row in table(verdicts(ROWS, store))[2:19]}
    assert rows[9].startswith("!  9  T^(−1/4) at 1−β₂") and "NOT BY THIS PROOF; by another if L₁ = 0, ..." in rows[9]
    assert rows[1].endswith("PROVED (ε = 0 only in the converse)")
    assert rows[4].endswith("PROVED IF bounded means, or L₁ = s₁ = 0")
    assert rows[5].endswith("PROVED IF Conditions 1-3, one vbar")
    assert rows[13].startswith("✗ 13") and "REFUTED if the momentum error" in rows[13]
    assert rows[16].endswith("PROVED IF bounded noise, + 3 more")
    assert rows[17].endswith("+ 2 more")
    assert [rows[number].rpartition("  ")[2] for number in (2, 3, 12)] == ["PROVED"] * 3


def test_what_has_no_room_is_not_left_out_in_silence(store: Store) -> None:
    narrow = {int(row[2:4]): row for row in table(verdicts(ROWS, store), columns=60)[2:19]}
    assert narrow[9].endswith("NOT BY THIS PROOF ...") and narrow[1].endswith("PROVED ...")


def test_no_other_way_is_shown_where_none_is_found(store: Store) -> None:
    question = Calculation.at(ORDER, "main-theorem-averaged", "Adam", SOURCE)
    store.known[question] = replace(store.known[question], values={"order": "1", "T": Fraction(0), "d": Fraction(0)})
    found = verdicts([row for row in ROWS if row.number == 9], store)
    assert table(found)[2].endswith("NOT BY THIS PROOF")
    assert not any("main-theorem-averaged" in line for line in page(store, 9) if line.startswith("  Ways out"))


def test_a_short_name_is_the_name_of_something(store: Store) -> None:
    """No row has a condition to show first, and no glossary an entry, that no evidence has."""
    found = verdicts(ROWS, store)
    used = {name for entry in found for name in (*entry.verdict.beyond, *entry.verdict.by)}
    used |= {name for entry in found if entry.verdict.shortfall for way in entry.verdict.shortfall.ways
             for name in way.conditions}  # fmt: skip
    assert {row.matters for row in ROWS} - {""} <= used
    assert set(glance.BRIEF) - {"bounded means over t in the bound"} <= used
    assert all(len(in_unicode(row.short)) <= 27 for row in ROWS)


def test_every_verdict_has_a_mark_and_is_counted() -> None:
    assert set(glance.MARKS) == set(Status) == {*glance.PROVED, *glance.EXCEPTIONS}
    assert set(glance.COUNTED) == set(glance.EXCEPTIONS)
    bad = ClaimVerdict(PaperClaim(1, "it", lambda store: proved([])), proved([failed("bad")]))
    assert glance.count([bad]) == "0 proved, 1 undecided"


# --- a claim at a glance ------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [80, 120])
def test_claim_9_in_about_ten_lines(store: Store, opinions: list[Opinions], columns: int) -> None:
    lines = page(store, 9, "unicode", columns, opinions)
    assert 10 <= len(lines) <= 15 and max(map(len, lines)) <= columns
    text = " ".join(" ".join(lines).split())
    for part in (
        "NOT BY THIS PROOF: R grows like T^(1/8); the drift does not shrink",
        "drift: of order 1, does not shrink (with γ like T^(−3/4))",
        "noise: of order T^(−1/8), too slow",
        "initial gap T^(−1/4), initial momentum T^(−3/8): ok",
        "T^(−1/8), at γ like T^(−7/8) (computed; no γ gives more: proved)",
        "T^(−1/4) by main-theorem-averaged, if L₁ = 0, E[v_T] ≤ V, ε > 0, bounded means or s₁ = 0, β₁ < β₂",
        "T^(−1/4) at 1 − β₂ = T^(−1/2), if bounded means, or L₁ = s₁ = 0",
        "no evidence either way",
        "kernel: 4 PROVED now; recorded: Coq 4 ACCEPTED, z3 3 NO ALARM, 1 OPEN",
        "adamproof claims 9 -v shows all assumptions",
    ):
        assert part in text


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_every_claim_is_a_short_page(store: Store, opinions: list[Opinions], columns: int) -> None:
    for row in ROWS:
        for style in ("unicode", "ascii"):
            lines = page(store, row.number, style, columns, opinions)
            assert len(lines) <= (21 if columns >= 80 else 28), row.number
            assert max(map(len, lines)) <= columns, row.number


def test_a_condition_of_one_half_is_said_to_be_so(store: Store) -> None:
    assert "  Constants   epsilon is 0 (only in the converse, not in the bound)" in page(store, 1)
    assert "  Constants   epsilon is 0 (only in the counterexample, not in the growth of R_t)" in page(store, 11)


def test_what_is_proved_is_written_out_where_it_fits(store: Store) -> None:
    lines = page(store, 1, "unicode")
    assert any("|m_t|/(ε + √(v_t)) ≤ (1 − β₁)/(√(1 − β₂)·√(1 − β₁²/β₂))" in line for line in lines)
    assert not any("≤ 1/4" in line for line in page(store, 12, "unicode"))


def test_the_orders_on_the_page_are_those_that_were_computed(store: Store) -> None:
    question = Calculation.at(RATE, *MAIN, SOURCE)
    found = store.known[question]
    powers = {name: Fraction(-1, 4) for name in found.values["exponents"]} | {"noise": Fraction(-1, 16)}
    store.known[question] = replace(found, values={"rate": Fraction(1, 16), "exponents": powers, "R": Fraction(1, 9)})
    lines = page(store, 9)
    assert lines[1] == "  NOT BY THIS PROOF: R grows like T^(1/9); the noise is too slow"
    assert "  Its terms   noise: of order T^(-1/16), too slow (with gamma like T^(-3/4))" in lines


def test_no_page_says_proved_without_a_proof(store: Store) -> None:
    for key, (about, report) in list(store.reports.items()):  # type: ignore[misc]
        store.reports[key] = about, replace(report, verdict=Verdict.UNDECIDED, reason="so")
    for row in ROWS:
        lines = page(store, row.number)
        assert not any("PROVED" in line for line in lines), row.number
        if row.number not in (14, 15):
            assert lines[1] == "  UNDECIDED" and any(line.startswith("  Missing") for line in lines)


def test_why_a_bound_falls_short() -> None:
    terms = tuple(TermOrder(name, Fraction(power), Fraction(-1, 4)) for name, power in (("a", 0), ("b", 1), ("c", -1)))
    assert glance.why_not(Shortfall("", "1", terms, "", ())) == "the a and the b do not shrink"
    assert glance.why_not(Shortfall("R grows", "1", terms[2:], "", ())) == "R grows"
    only = Shortfall("", "1", terms, "", (WayOut("x", "T^(-1/4)", (), True),))
    verdict = replace(proved([Evidence("good", State.PROVED)]), word=Status.NOT_DERIVABLE, shortfall=only)
    entry = ClaimVerdict(PaperClaim(1, "it", lambda store: verdict), verdict)
    assert glance.choices(entry)[0] == "; by another"
    assert "  Ways out    T^(-1/4) by x (computed)" in claims_output.page(entry, (), "ascii", 80).splitlines()


# --- the command line ---------------------------------------------------------------------------


def test_lines_are_as_long_as_the_terminal_is_wide() -> None:
    for columns in ("70", "80", "120"):
        said = run("claims", "9", COLUMNS=columns).stdout.splitlines()
        assert int(columns) - 20 < max(map(len, said)) <= int(columns)
    everything = run("claims", "9", "-v", COLUMNS="80").stdout
    assert max(map(len, everything.splitlines())) <= 80
    assert "repeat with: adamproof experiment rate" in everything and "assumes: beta1^2 < beta2" in everything


def test_ascii_is_ascii() -> None:
    said = run("claims", "1", "--ascii").stdout
    assert said.isascii() and "beta1^2 < beta2" in said
    assert "β₁² < β₂" in run("claims", "1").stdout


@pytest.mark.parametrize(
    ("words", "note"),
    [
        (("--json", "-v"), "--verbose has no effect with --json."),
        (("--markdown", "--ascii"), "--ascii has no effect with --markdown."),
        (("-v", "--ascii"), "--ascii has no effect with --verbose, which prints ASCII."),
    ],
)
def test_an_option_without_effect_is_noted(words: tuple[str, ...], note: str) -> None:
    assert run("claims", "2", *words).stderr == f"Note: {note}\n"


def test_json_has_what_the_page_has() -> None:
    (entry,) = json.loads(run("claims", "9", "--json").stdout)["claims"]
    assert (entry["word"], entry["shown"]) == ("NOT DERIVABLE", "NOT BY THIS PROOF")
    assert entry["shortfall"]["cause"] == "R grows like T^(1/8)"
    fates = {term["name"]: (term["power"], term["fate"]) for term in entry["shortfall"]["terms"]}
    assert fates["drift"] == ("0", "does not shrink") and fates["noise"] == ("-1/8", "too slow")
    assert [way["same_schedule"] for way in entry["shortfall"]["ways"]] == [True, False]
    (entry,) = json.loads(run("claims", "1", "--json").stdout)["claims"]
    assert entry["rests_on"] == ["epsilon is 0 (only in the converse, not in the bound)"]
    assert (entry["beyond"], entry["shortfall"]) == (["epsilon is 0"], None)


def test_a_proof_about_another_algorithm_has_no_tick(gathered: Gathering) -> None:
    found = {entry.row.number: entry for entry in verdicts(ROWS, gathered.store)}
    rows = claims_output.table([found[10], found[4]], "unicode", 80).splitlines()
    assert [click.unstyle(row)[:4] for row in rows if "PROVED IF" in row] == ["✓  4", "~ 10"]
