"""The compiled formulas: they are the lemmas', byte for byte and as SymPy combines them, and never stale."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sympy

from adamproof.bounds import schedule_report
from adamproof.bounds.certified import Numbers
from adamproof.bounds.formulas.evaluation import Enclosure, Evaluation
from adamproof.bounds.formulas.plain import Beyond, Expr
from adamproof.bounds.formulas.statement import CORRECTED, Theorem
from adamproof.bounds.formulas.symbolic import NotPlain, SymbolicFormula, by_sympy, plain_form, plain_relation
from adamproof.bounds.formulas.symbols import SYMBOLS, WEIGHT_DECAY
from adamproof.bounds.formulas.written import Formula, exact
from adamproof.bounds.magnitude import magnitudes
from adamproof.bounds.orders.power_law import OrderError
from adamproof.bounds.problem import Hyperparameters, Problem
from adamproof.bounds.ranges import ProblemError
from adamproof.bounds.schedule_report import report
from adamproof.bounds.theorems import (
    compiled,
    compiling,
    compiling_schedules,
    formula_table,
    magnitude_formulas,
    schedule_table,
)
from adamproof.bounds.theorems.from_lemmas import NAMES, theorem
from adamproof.bounds.theorems.sources import digest, with_lemmas
from adamproof.support.parsing import NumberError

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "adamproof" / "bounds" / "theorems"
THEOREMS = [
    (name, case, corrected)
    for name in NAMES
    for case in ((1, 2) if name == "corollary" else (1,))
    for corrected in ((False, True) if name in CORRECTED else (False,))
]


def parts(found: Theorem) -> Iterator[Any]:
    """All formulas of a theorem."""
    yield from (*found.terms.values(), found.bound, *found.scale.values(), *(each.value for each in found.trivial))
    for relation in found.hypotheses.values():
        yield from relation.args


FORMULAS = {
    formula.key: formula
    for formula in (
        *(part for each in THEOREMS for part in parts(compiled.theorem(*each))),
        *map(compiled.magnitude, magnitude_formulas.MAGNITUDES),
    )
}


# --- they are the lemmas' -----------------------------------------------------------------------


def test_the_file_is_what_the_lemmas_give() -> None:
    """`python -m adamproof.bounds.theorems.compiling` writes it anew."""
    assert (FOLDER / formula_table.FILE).read_text(encoding="utf-8") == formula_table.written(compiling.compiled())


@pytest.mark.slow
def test_the_table_of_orders_is_what_the_lemmas_give() -> None:
    written = formula_table.written(compiling_schedules.compiled())
    assert (FOLDER / schedule_table.FILE).read_text(encoding="utf-8") == written


@pytest.mark.parametrize(("name", "case", "corrected"), THEOREMS)
def test_a_theorem_is_that_of_its_lemma(name: str, case: int, corrected: bool) -> None:
    plain, symbolic = compiled.theorem(name, case, corrected), theorem(name, case, corrected)
    assert [part._sympy_() for part in parts(plain)] == list(parts(symbolic))
    assert (plain.title, plain.left, plain.assumed) == (symbolic.title, symbolic.left, symbolic.assumed)
    assert list(plain.terms) == list(symbolic.terms) and list(plain.hypotheses) == list(symbolic.hypotheses)
    assert plain.must_vanish == symbolic.must_vanish


def test_the_magnitudes_are_the_lemmas_own() -> None:
    for name, formula in magnitude_formulas.MAGNITUDES.items():
        assert compiled.magnitude(name)._sympy_() == formula


def test_values_at_random_points() -> None:
    rng = random.Random(1)
    for formula in FORMULAS.values():
        symbols = (*SYMBOLS.values(), WEIGHT_DECAY)
        point = {symbol: Fraction(rng.randint(1, 9), rng.randint(11, 99)) for symbol in symbols}
        point |= {SYMBOLS[name]: Fraction(rng.randint(1, 9)) for name in ("steps", "dim")}
        point |= {SYMBOLS["beta1"]: Fraction(9, 10), SYMBOLS["beta2"]: Fraction(rng.randint(91, 99), 100)}
        symbolic = {symbol._sympy_(): Enclosure.of(value) for symbol, value in point.items()}
        found = Evaluation({symbol: Enclosure.of(value) for symbol, value in point.items()}, 100).of(formula)
        assert found == Evaluation(symbolic, 100).of(formula._sympy_())


# --- they are combined as SymPy combines them ---------------------------------------------------

BETAS = (
    *("1-T^-1/2", "1-T^-3/4", "1-2*T^-1/2", "1-0.5*T^-1/3", "1-T^-1", "1-sqrt(2)*T^-1/4", "1-T^-2"),
    *("sqrt(2)/2", "1-d^-1/2", "1-T^-1/2*d^-1/2", "T^-1/2", "1-T^-1/2-T^-2", "(1-T^-1/2)*(1-T^-1)"),
)
RATES = (
    *("T^-3/4/sqrt(d)", "0.1*T^-1/2", "1/sqrt(T*d)", "0.5/sqrt(d)", "1/sqrt(200)", "sqrt(3)/sqrt(2*d)", "1/T"),
    *("1/(T+1)", "sqrt(1/T)", "sqrt(T)/T", "2^1/3", "1/d/T^3/2", "sqrt(2)*sqrt(3)/100", "-T^-1", "T^-1/2-T^-1"),
)


def read(text: str) -> Expr:
    try:
        found: Expr = Formula(text).whole()
    except Beyond:
        return plain_form(SymbolicFormula(text).whole())
    assert found == plain_form(SymbolicFormula(text).whole())
    return found


@pytest.mark.parametrize("text", [*BETAS, *RATES, "T-T", "0*T", "T*T^-1", "sqrt(8)/2", "3/4", "(2*T)^2", "T^2/d"])
def test_formulas_read_and_written_as_by_sympy(text: str) -> None:
    found = read(text)
    assert exact(text) == found
    assert str(found) == str(SymbolicFormula(text).whole())


@pytest.mark.parametrize("text", ["sqrt(-1)", "(-8)^1/3", "1/(T-T)", "T^65", "sqrt(1-2)"])
def test_formulas_refused_as_by_sympy(text: str) -> None:
    with pytest.raises(NumberError) as plain:
        Formula(text).whole()
    with pytest.raises(NumberError) as symbolic:
        SymbolicFormula(text).whole()
    assert str(plain.value) == str(symbolic.value)


def test_values_are_put_into_formulas_as_by_sympy() -> None:
    """But for |...| in the corrected magnitude, which SymPy splits and the plain formula keeps."""
    rng, done = random.Random(2), 0
    for _ in range(24):
        put = {SYMBOLS[name]: exact(0) for name in ("L1", "sigma1") if rng.random() < 0.7}
        put |= {SYMBOLS[name]: read(rng.choice(BETAS)) for name in ("beta1", "beta2") if rng.random() < 0.6}
        put |= {SYMBOLS["lr"]: read(rng.choice(RATES))} if rng.random() < 0.6 else {}
        for formula in FORMULAS.values():
            try:
                found = formula.xreplace(put)
            except Beyond:
                continue
            expected = by_sympy(formula, put)
            if "Abs(" not in formula.key:
                assert (found, found.order_key) == (expected, expected.order_key)
            done += 1
    assert done > 900


# --- they are never stale -----------------------------------------------------------------------


def test_the_digest_is_that_of_the_files_that_are_read() -> None:
    stored = json.loads((FOLDER / formula_table.FILE).read_text(encoding="utf-8"))
    assert stored["sources"] == with_lemmas(compiling.READERS)
    some = {"lemmas/notation.py", "lemmas/main/main_theorem.py", "lemmas/update/bias_corrected.py"}
    assert some <= set(stored["sources"])
    assert stored["digest"] == digest(stored["sources"])


CHANGED = """
import sys
from adamproof.cli.app import main
try:
    main(sys.argv[1:])
finally:
    print("sympy" in sys.modules, file=sys.stderr)
"""


def called(folder: Path, *args: str) -> tuple[str, str]:
    """What a command prints in a checkout, and whether SymPy was imported."""
    call = [sys.executable, "-c", CHANGED, *args]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr.splitlines()[-1]


@pytest.mark.slow
def test_a_changed_lemma_is_noticed_and_compiled_anew(tmp_path: Path) -> None:
    for name in ("adamproof", "lemmas"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    magnitude = ("magnitude", "--beta1", "0.9", "--beta2", "0.999", "--steps", "10")
    schedule = ("schedule", "--beta1", "1/2", "--beta2", "3/4", "--lr", "3/4")
    before = called(tmp_path, *magnitude)
    assert before[1] == called(tmp_path, *schedule)[1] == "False"
    for lemma, old, new in (
        ("update/update_magnitude_tight.py", 'constants={"R_t": ', 'constants={"R_t": 2 * '),
        ("main/main_theorem.py", '"""', '"""'),
    ):
        path = tmp_path / "lemmas" / lemma
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1) + "# changed\n", encoding="utf-8")
    after = called(tmp_path, *magnitude)
    rows = [next(line for line in text.splitlines() if line.startswith("  R_t ")) for text, _ in (before, after)]
    first, second = (float(row.split()[1]) for row in rows)
    assert after[1] == "True" and abs(second - 2 * first) < 1e-4
    assert called(tmp_path, *schedule) == (called(ROOT, *schedule)[0], "True")


@pytest.mark.parametrize("content", [
    *(None, "", "{}", '{"format": 0}', '{"format": 1, "sources": [], "digest": "0"}', "[]"),
])
def test_a_file_that_is_missing_or_no_such_file_is_not_used(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        (tmp_path / "made.json").write_text(content, encoding="utf-8")
    place = "adamproof.bounds.theorems.formula_table.package_data.folder"
    monkeypatch.setattr(place, lambda *names, package="": tmp_path / names[-1])
    assert formula_table.stored("made.json") is None


# --- SymPy stays away ---------------------------------------------------------------------------

ORDINARY = (
    "bound --preset gpt2-small",
    "bound --preset gpt3-small --theorem averaged --json",
    "bound --preset transformer-base",
    "bound --preset gpt2-small --theorem corollary --case 2 --density 1/2 --C0 1",
    "bound --preset bert-base --theorem unconditional",
    "bound --preset gpt2-small --theorem high-probability --sigma0 0.1 --L1 0.1 --Gq 1",
    "bound --beta1 0.9 --beta2 0.999 --lr 1e-3 --dim 1.24e8 --steps 1e5 --gap 8 --grad1 1 --L0 1 --sigma0 1",
    "bound --preset gpt2-small --beta1 1-T^-1/2 --beta2 1-T^-1/2 --lr T^-3/4/sqrt(d) --target 1e4",
    "magnitude --beta1 0.9 --beta2 0.999 --steps 1000 --digits 30",
    "magnitude --beta1 1-T^-1/2 --beta2 1-T^-3/4 --steps 131072 --eps 1e-3 --V 1",
    "magnitude --map",
    "schedule --beta1 1/2 --beta2 3/4 --lr 3/4",
    "schedule --beta1 1-T^-1/2 --beta2 1-T^-3/4 --lr T^-3/4 --theorem averaged",
    "schedule --best",
)
ALL = """
import sys
from adamproof.cli.app import main
for line in sys.argv[1:]:
    try:
        main(line.split())
    except SystemExit as end:
        if end.code == 2:
            raise
    found = {"sympy", "mpmath", "numpy", "highspy"} & set(sys.modules)
    if found:
        sys.exit(f"{line} imports {found}")
"""


def test_ordinary_calls_import_no_sympy() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALL, *ORDINARY], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


# --- schedules ----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", ["main", "averaged"])
def test_the_table_has_the_orders_that_sympy_finds(name: str) -> None:
    rng = random.Random(3)
    values = [Fraction(0), *(Fraction(top, bottom) for top in (1, 2, 3) for bottom in (1, 2, 3, 4))]
    points = [{each: rng.choice(values) for each in "ABC"} for _ in range(8)]
    points += [{"A": a, "B": b, "C": Fraction(3, 4)} for a in (Fraction(0), Fraction(1)) for b in (a, a + 1)]
    for point in points:
        found = schedule_report._looked_up(point, name, False)
        if found is None:
            with pytest.raises(OrderError):
                schedule_report._computed(point, name, False)
        else:
            assert found.data() == schedule_report._computed(point, name, False).data()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"states": {"hypotheses": [], "conclusion": "1 <= 0", "citations": []}}, "the kernel rejects the proof"),
        (None, "the proof that no rate is larger than 1/2 proves something else: forall s: real"),
    ],
)
def test_a_stored_proof_of_something_else_is_not_shown(change: dict[str, Any] | None, message: str) -> None:
    known = schedule_report.table("main")
    assert known is not None
    proof = json.dumps({**json.loads(known.proof), **(change or {})})
    best = known.best if change else replace(known.best, rate=Fraction(1, 2))
    with pytest.raises(OrderError, match=message):
        schedule_report._proved(proof, best)


def test_the_best_schedule_of_the_table_is_the_computed_one() -> None:
    for name in ("main", "averaged"):
        found = schedule_report._looked_up({}, name, True)
        assert found is not None and found.data() == schedule_report._computed({}, name, True).data()
        assert found == report({}, name, best_only=True)


def test_formulas_behave_among_numbers_and_in_sympy() -> None:
    half, power = exact("1/2"), exact("T^-1/2")
    assert half == Fraction(1, 2) and half < 1 and Fraction(half) == Fraction(1, 2) and float(half) == 0.5
    assert half == sympy.Rational(1, 2) and sympy.Integer(2) * half == 1 and power * 2 == 2 * power
    assert power == sympy.Symbol("T", integer=True) ** sympy.Rational(-1, 2)
    assert power != half and power != 1 and hash(power) == hash(exact("1/sqrt(T)"))


X, N = sympy.Symbol("x", real=True), sympy.Symbol("n", integer=True)


@pytest.mark.parametrize(
    ("expression", "what"),
    [
        (sympy.sin(X), r"^sin\(x\) \(sin\)$"),
        (sympy.Symbol("x"), r"^the symbol x$"),
        (sympy.Sum(X * N, (N, 0, 3)), r"is not a geometric sum$"),
    ],
)
def test_what_is_no_plain_formula_is_shown(expression: Any, what: str) -> None:
    with pytest.raises(NotPlain, match=what):
        plain_form(expression)


def test_only_upper_limits_are_plain_relations() -> None:
    with pytest.raises(NotPlain, match=r"^Eq\(x, 1\)$"):
        plain_relation(sympy.Eq(X, 1, evaluate=False))


def test_what_has_no_value_is_refused_in_words() -> None:
    """SymPy's zoo, for a division by 0 that putting a formula in makes."""
    numbers = Numbers(Problem(), Hyperparameters(lr="1/T", steps=3))
    with pytest.raises(ProblemError, match=r"^the formula is undefined at this setting: zoo \(ComplexInfinity\)"):
        numbers.enclose({"value": 1 / (SYMBOLS["lr"] * SYMBOLS["steps"] - 1)}, 6)


def test_epsilon_may_be_a_formula() -> None:
    found = magnitudes("0.9", "0.99", 100, "1/T", 1)
    assert found.S == magnitudes("0.9", "0.99", 100, "0.01", 1).S
