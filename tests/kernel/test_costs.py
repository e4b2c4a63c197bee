"""What a proof file may cost: all work is counted in steps, not in seconds, and no answer depends on other files."""

from __future__ import annotations

import importlib
import itertools
import json
import os
import random
import subprocess
import sys
import tracemalloc
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from adamproof.kernel import normal
from adamproof.kernel.rules import Theorem
from adamproof.kernel.terms import Refusal, Term, as_real, bind, function, make, number, reset_budget, spend
from adamproof.kernel.text import show
from adamproof.kernel.verify import parse, verify

from .build import add, budget, check, counted, eq, given, integer, le, mul, num, real, total, use, whole
from .proofs import GOLDEN

ROOT = Path(__file__).resolve().parents[2]
STEPS = 20_000  # a budget for the cases below, which need more once all of their work is counted
CALLS = 8  # of functions, at most, for each counted step and each byte that is read
MEMORY = 400  # bytes, at most, for each counted step and each byte that is read
Rows = list[list[Any]]
Steps = list[dict[str, Any]]


def step(rule: str, args: list[Any], premises: list[int], hypotheses: list[int], conclusion: int) -> dict[str, Any]:
    stated = {"hypotheses": hypotheses, "conclusion": conclusion, "citations": []}
    return {"rule": rule, "args": args, "from": premises, **stated}


def assumed(*props: int) -> Steps:
    return [step("assume", [prop], [], [prop], prop) for prop in props]


def proof(terms: Rows, steps: Steps, conclusion: str = "?", hypotheses: tuple[str, ...] = ()) -> str:
    states = {"hypotheses": list(hypotheses), "conclusion": conclusion, "citations": []}
    fields = {"title": "", "symbols": [], "terms": terms, "steps": steps, "states": states}
    return json.dumps({"format": "adamproof-proof", "version": 1, **fields})


def answer(text: str) -> str:
    try:
        verify(text)
    except Refusal as refusal:
        return str(refusal)
    return "PROVED"


def literals_of_one_hash() -> tuple[str, str]:
    terms: Rows = [["rat", str(1 + i * (2**61 - 1))] for i in range(10_000)]
    terms.append(["==", 0, 0])
    return proof(terms, assumed(10_000), "1 == 1", ("1 == 1",)), "PROVED"


def atoms_of_one_hash() -> tuple[str, str]:
    terms: Rows = []
    for i in range(4_000):
        terms += [["rat", str(1 + i * (2**61 - 1))], ["abs", 2 * i]]
    sums = [["add", *range(1, 8_000, 2)], ["<=", 8_000, 8_000], ["==", 0, 0]]
    steps = [*assumed(8_001), step("discharge", [8_001], [0], [], 8_003)]
    return proof([*terms, *sums, ["implies", 8_001, 8_001]], steps), "the file misstates"


def huge_common_denominator() -> tuple[str, str]:
    rng = random.Random(1)
    terms: Rows = []
    for i in range(200):
        denominator = rng.getrandbits(12_900) | 1
        terms += [["rat", f"1/{denominator}"], ["var", f"x{i}", "real"], ["mul", 3 * i, 3 * i + 1]]
    terms += [["add", *range(2, 600, 3)], ["inv", 600], ["rat", "0"], ["<=", 601, 602], ["<=", 602, 602]]
    steps = [*assumed(603), step("discharge", [604], [0], [603], 603)]
    return proof(terms, steps), "bits"


def deep_binders() -> tuple[str, str]:
    terms: Rows = [["int", "0"], ["int", "1"], ["var", "x", "real"], ["var", "y", "real"]]
    body = []
    for index in range(80):
        terms += [["bound", index, "int"], ["real", len(terms)], ["mul", 2, len(terms) + 1]]
        body += [len(terms) - 1] * 300
    terms.append(["add", *body])
    for _ in range(80):
        terms.append(["Sum", 0, 1, len(terms) - 1])
    terms.append(["<=", 2, len(terms) - 1])
    last = len(terms) - 1
    steps = [*assumed(last), step("instantiate", [[[2, 3]], []], [0], [last], last)]
    return proof(terms, steps), "more than 1000000 steps"


def many_wide_statements(names: int = 8_000, statements: int = 400, steps: int = 400) -> tuple[str, str]:
    terms: Rows = [["var", f"x{i}", "real"] for i in range(names)]
    terms.append(["add", *range(names)])
    props = []
    for i in range(statements):
        terms += [["rat", str(i)], ["<=", names, len(terms)]]
        props.append(len(terms) - 1)
    return proof(terms, assumed(*(props * steps)[:steps])), "more than 3000000 elementary steps"


FILES = [literals_of_one_hash, atoms_of_one_hash, huge_common_denominator, deep_binders, many_wide_statements]


@pytest.mark.parametrize("make_file", FILES, ids=lambda make_file: make_file.__name__)
def test_a_costly_file_is_answered(make_file: Any) -> None:
    text, expected = make_file()
    found = answer(text)
    check(expected in found, found[:500])


# --- all work is counted --------------------------------------------------------------------------------

X, Y, K, N = real("x"), real("y"), integer("k"), integer("n")
MANY_REALS = [real(f"x{i}") for i in range(300)]


def doubled(term: Term, times: int) -> Term:
    """A sum of 2**times equal terms, in few rows of a file."""
    for _ in range(times):
        term = add(term, term)
    return term


def normalised(term: Term) -> object:
    return use("convert", [Theorem((), le(num(0), term))], le(num(0), add(term, num(0))))


def long_bounds_of_a_sum() -> object:
    """Each of the monomials of the body is put under the same long bounds."""
    low = make("add", *(integer(f"k{i}") for i in range(300)))
    return normalised(total(K, low, N, add(*(mul(as_real(K), x) for x in MANY_REALS))))


def one_polynomial_under_many_heads() -> object:
    power = make("pow", add(X, Y, num(1)), whole(15))
    return normalised(add(*(make("rpow", power, x) for x in MANY_REALS)))


def long_statements_compared() -> object:
    wide = add(*MANY_REALS)
    premises = [given(le(wide, num(i))) for i in range(100)]
    return use("arith", premises, eq(X, X), [], [])


def an_integer_seen_as_real() -> object:
    statement = bind("forall_int", K, le(num(0), add(*(as_real(K) for _ in range(90)))))
    return use("specialise", [Theorem((), statement)], doubled(N, 10))


def a_real_seen_as_integer() -> object:
    sides = eq(as_real(doubled(N, 12)), as_real(doubled(K, 12)))
    reset_budget()
    with budget(2 * 2**13):  # what one of the two sides takes, and the other
        return use("rewrite", [Theorem((), sides), Theorem((), le(X, X))], integer("h"), le(X, X))


def nothing_replaced_in_many_hypotheses() -> object:
    theorem = Theorem(tuple(le(X, num(i)) for i in range(300)), le(X, Y))
    return use("instantiate", [theorem], [(x, Y) for x in MANY_REALS], [])


def nothing_replaced_below_many_names() -> object:
    wide = add(*MANY_REALS)
    for _ in range(80):
        wide = make("sqrt", wide)
    others = [(real(f"y{i}"), Y) for i in range(300)]
    return use("instantiate", [Theorem((), le(wide, X))], [(MANY_REALS[0], Y), *others], [])


def many_parameters() -> object:
    symbol = function("many", ["real"] * 300)
    body = add(*MANY_REALS)
    return use("instantiate", [Theorem((), le(X, Y))], [], [(symbol, tuple(MANY_REALS), body)])


def citations_of_many_premises() -> object:
    citations = tuple((f"axiom {i}", "a book") for i in range(300))
    return use("arith", [Theorem((), le(X, X), citations)] * 300, eq(X, X), [], [])


def long_fractions_added() -> object:
    rng = random.Random(1)
    terms = [mul(number(Fraction(1, rng.getrandbits(12_000) | 1)), x) for x in MANY_REALS]
    return normalised(add(*terms))


def a_long_running_total() -> object:
    """Many short fractions: their sum is long, and each short one is added to it."""
    rng = random.Random(1)
    long = [mul(number(Fraction(1, rng.getrandbits(62) | 1)), X) for _ in range(200)]
    return normalised(add(*long, *[mul(number(Fraction(1, 3)), X)] * 5_000))


def products_over_a_long_denominator() -> object:
    wide = mul(number(Fraction(1, 3**8_000)), add(*MANY_REALS[:60]))
    product = mul(wide, add(*(real(f"y{i}") for i in range(60))))
    nothing = eq(num(0), num(0))
    return use("arith", [Theorem((), nothing)], nothing, [], [(0, product)])


def long_numbers_seen_as_real() -> object:
    """Each is written out, to be found among the literals."""
    statement = bind("forall_int", K, le(num(0), as_real(K)))
    return use("specialise", [Theorem((), statement)], doubled(whole(10**3_900), 7))


def long_numbers_seen_as_integers() -> object:
    sides = eq(doubled(num(10**3_900), 7), as_real(N))
    reset_budget()
    return use("rewrite", [Theorem((), sides), Theorem((), le(X, X))], integer("h"), le(X, X))


def monomials(value: Any) -> dict[Any, Any]:
    """A polynomial of 300 monomials with this coefficient."""
    return dict.fromkeys((next(iter(normal.normal(x))) for x in MANY_REALS), value)


def a_long_denominator_taken_out() -> object:
    return normal.content(monomials(Fraction(1, 3**8_000)))


def a_long_denominator_divided_by() -> object:
    return normal.times({normal.ONE: Fraction(1, 3**8_000)}, monomials(1))


def many_long_denominators_compared() -> object:
    """Each divides the first: what they have in common is found as often as there are denominators."""
    coefficients = (Fraction(1, 3 ** (8_000 - i)) for i in range(len(MANY_REALS)))
    with budget(500_000):  # more than it takes to multiply all of them out
        return normal.content(dict(zip(monomials(1), coefficients, strict=True)))


def a_long_factor_taken_out() -> object:
    return normal.content(monomials(10**3_900))


def names_of_bound_variables() -> object:
    taken = ["s", "y", "z", *(f"{n}{i}" for i in range(1, 100) for n in "syz")]
    body = mul(*(bind("Integral01", X, X) for _ in range(300)))
    return show(le(body, add(*map(real, taken))), counted=True)


def long_numbers_printed() -> object:
    return show(le(add(*[num(10**3_900)] * 500), X), counted=True)


UNSPENT = [
    long_bounds_of_a_sum, one_polynomial_under_many_heads, long_statements_compared, an_integer_seen_as_real,
    a_real_seen_as_integer, nothing_replaced_in_many_hypotheses, nothing_replaced_below_many_names, many_parameters,
    citations_of_many_premises, long_fractions_added, a_long_running_total, products_over_a_long_denominator,
    a_long_denominator_taken_out, a_long_denominator_divided_by, many_long_denominators_compared,
    a_long_factor_taken_out, long_numbers_seen_as_real,
    long_numbers_seen_as_integers, names_of_bound_variables, long_numbers_printed,
]


@pytest.mark.parametrize("attempt", UNSPENT, ids=lambda attempt: attempt.__name__)
def test_work_is_counted(attempt: Any) -> None:
    """Each of these does much more work than the budget allows."""
    normal.forget()
    reset_budget()
    with budget(STEPS), pytest.raises(Refusal, match=r"takes more than \d+ steps"):
        attempt()
    reset_budget()


def test_a_product_with_nothing_counts_its_factors() -> None:
    normal.forget()
    reset_budget()
    with budget(2 * STEPS):
        for _ in range(STEPS):
            normal.times({}, {})
        with pytest.raises(Refusal, match=r"takes more than \d+ steps"):
            normal.times({}, {})
    reset_budget()


def test_a_long_coefficient_is_refused_where_it_arises() -> None:
    largest = {normal.ONE: 2**13_000 - 1}
    normal.add_to({}, largest)
    with pytest.raises(Refusal, match=r"^a number has more than 13000 bits$"):
        normal.add_to(dict(largest), largest)


def test_names_are_collected_anew_in_each_step_and_counted() -> None:
    """The free names of each step are compared, although they were found before."""
    found = answer_within(60_000, many_wide_statements(names=300, statements=1, steps=200))
    check("takes more than 60000 elementary steps" in found, found)


def answer_within(total_steps: int, file: tuple[str, str]) -> str:
    module = importlib.import_module("adamproof.kernel.verify")
    before, module.MAX_TOTAL = module.MAX_TOTAL, total_steps
    try:
        return answer(file[0])
    finally:
        module.MAX_TOTAL = before


def test_printing_costs_its_caller_nothing_unless_it_is_counted() -> None:
    reset_budget()
    spend(5)
    show(le(X, Y))
    check(reset_budget() == 5, "not counted")
    with budget(5), pytest.raises(Refusal, match="more than 5 steps"):
        spend(6)
    check(show(le(X, Y)) == "x <= y", "after a refusal for its steps, a statement can be printed")
    reset_budget()
    show(le(X, Y), counted=True)
    check(reset_budget() >= 3, "counted")


def test_numbers_that_share_a_hash_are_told_apart_by_text() -> None:
    """Python's hash of a number is known to anybody: longer than 60 bits, or n/d with n = h*d modulo 2^61 - 1."""
    prime = 2**61 - 1
    short = {Fraction(987_654_321_987 * d % prime, d) for d in range(3**30, 3**30 + 400)}
    numbers = [*(n for n in short if normal.bits(n) <= 60), *(1 + i * prime for i in range(100))]
    check(len(numbers) > 200 and len({hash(n) for n in numbers}) == 2, "they share a hash")
    texts = {normal._salt(frozenset([(normal.ONE, n)])) for n in numbers}
    check(len(texts) == len(numbers), "and not a text")


def test_coefficients_that_share_a_hash_are_told_apart_at_their_monomials() -> None:
    """hash(-1) == hash(-2): 2^8 polynomials of one hash, of which many have as many of one as of the other."""
    monomials = [next(iter(normal.normal(x))) for x in MANY_REALS[:8]]
    keys = [frozenset(zip(monomials, values, strict=True)) for values in itertools.product((-1, -2), repeat=8)]
    check(len({hash(key) for key in keys}) == 1, "they share a hash")
    check(len({hash(normal._salt(key)) for key in keys}) == len(keys), "with what is added, they do not")


REFUSED_ANEW = """
import sys
from adamproof.kernel.verify import verify
from adamproof.kernel.terms import Refusal
try:
    verify(open(sys.argv[1]).read())
except Refusal as refusal:
    print(refusal)
"""


def two_meanings() -> str:
    rows: Rows = [["var", name, sort] for name in "abcdefgh" for sort in ("real", "int")]
    rows += [["real", 2 * i + 1] for i in range(8)]
    rows += [["add", *range(0, 16, 2), *range(16, 24)], ["<=", 24, 24]]
    return proof(rows, assumed(25))


def two_limits() -> str:
    """The inverse of a product of which one factor has too many monomials, another too large an exponent."""
    rows: Rows = [["var", f"x{i}", "real"] for i in range(250)]
    rows += [["add", *range(250)], ["int", "2"], ["inv", 250], ["pow", 252, 251], ["int", "6000"], ["pow", 0, 254]]
    rows += [["rat", "1"], ["add", 255, 256], ["inv", 257], ["pow", 258, 251], ["mul", 253, 259], ["inv", 260]]
    return proof([*rows, ["<=", 261, 256], ["<=", 256, 261]], [*assumed(262), step("convert", [263], [0], [262], 263)])


@pytest.mark.parametrize("make_file", [two_meanings, two_limits], ids=lambda make_file: make_file.__name__)
def test_a_refusal_has_the_same_text_in_every_process(make_file: Any, tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    path.write_text(make_file(), "utf-8")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONHASHSEED"}
    command = [sys.executable, "-c", REFUSED_ANEW, str(path)]
    texts = {
        subprocess.run(command, env={**environment, "PYTHONPATH": str(ROOT)}, capture_output=True, check=True).stdout
        for _ in range(8)
    }
    check(len(texts) == 1 and b"step" in next(iter(texts)), f"{texts}")


def test_sums_of_fractions_do_not_grow_on_the_way() -> None:
    """With unlike denominators, sums that are not yet complete could become longer than any number in the result."""
    rng = random.Random(1)
    rows = [mul(number(Fraction(1, rng.getrandbits(2_000) | 1)), make("pow", X, whole(i))) for i in range(8)]
    with pytest.raises(Refusal, match="a number has more than 13000 bits"):
        normalised(mul(add(*rows), add(X, num(1))))


def test_what_a_product_costs_does_not_depend_on_an_order() -> None:
    """Sets have another order in another process."""
    rng = random.Random(2)
    factors = [normal.normal(add(*(mul(num(i + j + 1), x) for i, x in enumerate(MANY_REALS[j : 3 * j + 2]))))
               for j in range(4)]
    found = set()
    for _ in range(20):
        shuffled = [dict(rng.sample(sorted(p.items(), key=str), len(p))) for p in factors]
        rng.shuffle(shuffled)
        reset_budget()
        found.add((normal.poly_key(normal.times(*shuffled)), reset_budget()))
    check(len(found) == 1, f"{len(found)} products or costs")
    large = normal.power(normal.normal(add(X, Y, num(1))), 20)
    with pytest.raises(Refusal, match="three or more factors"):
        normal.times(large, large, normal.normal(X))


def called(text: str) -> tuple[int, int]:
    """How many functions were called while a file was answered, and how many steps were counted."""
    spends: list[int] = []
    module = importlib.import_module("adamproof.kernel.verify")
    original = module.reset_budget

    def recorded() -> int:
        spends.append(original())
        return spends[-1]

    module.reset_budget = recorded
    reset_budget()
    try:
        _, calls = counted(lambda: answer(text))
    finally:
        module.reset_budget = original
    return calls, sum(spends) + reset_budget()


def deep_implications() -> tuple[str, str]:
    """A tree of 2^14 implications in 14 rows, in each of many steps."""
    rows: Rows = [["var", "x", "real"], ["<=", 0, 0], *(["implies", i, i] for i in range(1, 15))]
    last = len(rows) - 1
    return proof(rows, [*assumed(last), *(step("convert", [last], [i], [last], last) for i in range(60))]), "?"


def wide_loose_terms() -> tuple[str, str]:
    """Terms with many loose variables, in many sums."""
    rows: Rows = [["bound", i, sort] for i in range(100) for sort in ("int", "real", "point")]
    rows += [["real", 3 * i] for i in range(100)]
    first = len(rows)
    rows += [["add", *(300 + i for i in range(100) if i % (j + 2))] for j in range(40)]
    rows += [["add", first + i, first + j] for i in range(40) for j in range(40)]
    return proof(rows, []), "?"


COUNTED = [*(path.read_text("utf-8") for path in sorted(GOLDEN.glob("*.json"))), deep_implications()[0],
           wide_loose_terms()[0], atoms_of_one_hash()[0], huge_common_denominator()[0]]


@pytest.mark.parametrize("text", COUNTED, ids=range(len(COUNTED)))
def test_few_functions_are_called_for_each_step_and_byte(text: str) -> None:
    calls, steps = called(text)
    check(calls <= CALLS * (steps + len(text)), f"{calls} calls, {steps} steps, {len(text)} bytes")


def wide_symbol() -> tuple[str, str]:
    """A symbol whose sorts alone make a long text, and sums in sums, from which factors come out."""
    sorts = ["int", "real", "point"] * 40
    rows: Rows = [["var", "k", "int"], ["var", "x", "real"], ["var", "w", "point"], ["int", "9"], ["bound", 0, "int"]]
    rows += [["app", 0, *[0, 1, 2] * 40], ["real", 4], ["add", 6, 1], ["sqrt", 7], ["bound", 1, "int"], ["real", 9]]
    rows += [["abs", 10], ["mul", 8, 5, 6, 11], ["Sum", 0, 3, 12], ["mul", 13, 6], ["Sum", 0, 3, 14], ["<=", 15, 1]]
    text = json.loads(proof(rows, [*assumed(16), step("convert", [16], [0], [16], 16)]))
    text["steps"].append({**step("discharge", [16], [1], [], 17)})
    text["terms"].append(["implies", 16, 16])
    return json.dumps({**text, "symbols": [["f", sorts]]}), "?"


STORED = {"gauss": 511, "integers": 369, "means": 441, "square": 107, "sums": 166}


@pytest.mark.parametrize("name", STORED)
def test_a_stored_proof_takes_these_steps(name: str) -> None:
    """The same on every machine: whoever changes what a step is changes them here, and sees by how much."""
    check(called((GOLDEN / f"{name}.json").read_text("utf-8"))[1] == STORED[name], f"not {STORED[name]} steps")


MADE = [(wide_symbol, 889), (deep_implications, 194_276), (atoms_of_one_hash, 94_408)]


@pytest.mark.parametrize(("make_file", "steps"), MADE, ids=[make_file.__name__ for make_file, _ in MADE])
def test_a_made_file_takes_these_steps(make_file: Any, steps: int) -> None:
    found = called(make_file()[0])[1]
    check(found == steps, f"{found} steps, not {steps}")


@pytest.mark.parametrize("where", ["term", "argument", "reference", "states"])
def test_an_entry_nested_as_deep_as_the_reader_can_is_refused(where: str) -> None:
    """It is written into a message, which must not come to an end before the reader does."""
    data = json.loads(proof([["var", "x", "real"], ["<=", 0, 0]], assumed(1), "x <= x", ("x <= x",)))
    for depth in range(400, 1_010, 20):
        nested = "[" * depth + "]" * depth
        places = {"term": ("terms", [["inv", "?"]]), "argument": ("steps", [{**data["steps"][0], "args": ["?"]}]),
                  "reference": ("steps", [{**data["steps"][0], "citations": ["?"]}]),
                  "states": ("states", {**data["states"], "conclusion": "?"})}
        field, value = places[where]
        text = json.dumps({**data, field: value}).replace('"?"', nested)
        check(answer(text) != "PROVED", "it is refused")
    check(parse("[]") == [], "the reader still works")


def products_kept() -> str:
    """Products of unlike polynomials, each of which is remembered until the file ends."""
    rows: Rows = [["rat", "0"], ["==", 0, 0]]
    sums = []
    for letter in "abcdefgh":
        first = len(rows)
        rows += [["var", f"{letter}{i}", "real"] for i in range(120)]
        rows += [["mul", *range(first + 3 * i, first + 3 * i + 3)] for i in range(40)]
        rows.append(["add", *range(first + 120, first + 160)])
        sums.append(len(rows) - 1)
    rows += [["mul", a, b] for a in sums for b in sums if a < b]
    products = range(len(rows) - 28, len(rows))
    steps = [step("arith", [1, [], []], [], [], 1), step("arith", [1, [], [[0, p] for p in products]], [0], [], 1)]
    return proof(rows, steps, "0 == 0")


def hypotheses_of_many_premises() -> str:
    """Each of many premises has many hypotheses."""
    rows: Rows = [["rat", "0"], ["<=", 0, 0], *(["var", f"x{i}", "real"] for i in range(2_000))]
    rows += [["<=", 0, 2 + i] for i in range(2_000)]
    props = [*range(2_002, 4_002)]
    shown = [1, [["1", [-1], []]], []]
    steps = [*assumed(*props), step("arith", shown, [*range(2_000)], props, 1)]
    return proof(rows, [*steps, step("arith", shown, [2_000] * 30_000, props, 1)])


BUDGET = 200_000


@pytest.mark.parametrize("make_file", [products_kept, hypotheses_of_many_premises], ids=lambda file: file.__name__)
def test_little_memory_is_taken_for_each_step_and_byte(make_file: Any) -> None:
    text = make_file()
    tracemalloc.start()
    try:
        with budget(BUDGET):
            _, steps = called(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    allowed = MEMORY * (min(steps, BUDGET) + len(text))
    check(peak <= allowed, f"{peak} bytes of memory, {steps} steps, {len(text)} bytes of text")


def test_a_file_has_a_budget_as_a_whole() -> None:
    """8,000 names in each of 400 steps, of which none takes many."""
    found = answer(many_wide_statements()[0])
    check("the proof takes more than 3000000 elementary steps" in found, found)


def power_file(names: str) -> str:
    """(a0 + ... + a7)^5, for each letter, in one sum: too much at once, little enough letter by letter."""
    terms: Rows = [["int", "5"]]
    powers = []
    for letter in names:
        start = len(terms)
        terms += [["var", f"{letter}{i}", "real"] for i in range(8)]
        terms += [["add", *range(start, start + 8)], ["pow", start + 8, 0]]
        powers.append(len(terms) - 1)
    terms += [["add", *powers]] if len(powers) > 1 else []
    terms.append(["==", len(terms) - 1, len(terms) - 1])
    last = len(terms) - 1
    return proof(terms, [step("arith", [last, [], []], [], [], last)])


def test_the_answer_does_not_depend_on_the_files_before() -> None:
    together = power_file("abcd")
    with budget(30_000):
        check("more than 30000 steps" in answer(together), "too much at once")
        for letter in "abcd":
            found = answer(power_file(letter))
            check("the file misstates" in found, f"each alone is little: {found}")
        check("more than 30000 steps" in answer(together), "and still too much after its parts")


def run(path: Path, *args: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **variables}
    command = [sys.executable, "-m", "adamproof.kernel", *args, str(path)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_a_citation_that_the_terminal_cannot_write(tmp_path: Path) -> None:
    terms: Rows = [["rat", "0"], ["<=", 0, 0]]
    cited = {**step("cite", ["Hölder", "a book", 1], [], [1], 1), "citations": [["Hölder", "a book"]]}
    data = json.loads(proof(terms, [cited], "0 <= 0", ("0 <= 0",)))
    data["states"]["citations"] = [["Hölder", "a book"]]
    path = tmp_path / "cited.json"
    path.write_text(json.dumps(data), "utf-8")
    done = run(path, PYTHONIOENCODING="ascii")
    check(done.returncode == 0 and "H\\xf6lder: a book" in done.stdout and done.stderr == "", f"{done}")


def test_a_reader_that_goes_away(tmp_path: Path) -> None:
    path = tmp_path / "wide.json"
    path.write_text(power_file("a"), "utf-8")
    command = f'"{sys.executable}" -m adamproof.kernel {path} | head -c 10'
    done = subprocess.run(
        ["bash", "-c", command],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    check(done.stderr == "", done.stderr)
