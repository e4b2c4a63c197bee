"""The explorer: its numbers beside the certified ones, its exponents beside the exact ones, the page itself."""

from __future__ import annotations

import json
import random
import re
import shlex
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from adamproof.bounds import certify
from adamproof.bounds.formulas.plain import Call, Symbol
from adamproof.bounds.orders.order import rate_of
from adamproof.bounds.problem import from_mapping
from adamproof.bounds.ranges import ProblemError
from adamproof.bounds.theorems import schedule_table
from adamproof.bounds.theorems.from_lemmas import with_scale
from adamproof.cli import main
from adamproof.cli.bound_output import bound_data
from adamproof.report.document import explorer
from adamproof.report.explorer import content, javascript
from adamproof.report.explorer.content import INPUTS, ROUTES, SLIDERS, START, UNIT
from tests.report.page import assert_sound
from tests.report.test_browser import WIDTHS, measured, needs_browser, title, titles

# The page computes to about 31 digits, which no cancellation here uses up, and shows the nearest double: half a unit in
# the last place, which is at most 2^-53 of the value.  Twice that leaves room for nothing else.
ROUNDING = Fraction(1, 2**52)
SETTINGS = 200
EDGES = ("0.81000001", "0.8100000001", "0.810000000001")  # beta2 for beta1 = 0.9: 1 - beta1^2/beta2 is nearly 0
GRID = (0, 6, 8, 12, 16, 18, 24, 25, 36, 48)  # exponents, in units of 1/UNIT


@pytest.fixture(scope="module")
def page() -> str:
    return explorer()


def asked(page: str, expression: str, folder: Path) -> Any:
    """The value of an expression in the page, after its own script."""
    return title(asking(page, expression), folder)


def asking(page: str, expression: str) -> str:
    """The page with a script more, which makes the value of an expression its title."""
    return page.replace("</body>", f"<script>document.title = JSON.stringify({expression});</script></body>")


def beta(rng: random.Random, most: float) -> str:
    """1 minus 3 digits at a random number of nines."""
    rest = Decimal(f"{10 ** -rng.uniform(0.01, most):.2e}")
    return f"{1 - rest:f}"


def settings() -> list[dict[str, str]]:
    """All over the ranges of the sliders, with values of up to 5 digits; some of them have no bound."""
    rng = random.Random(20250705)
    found = [{**content.settings()[START], "beta1": "0.9", "beta2": beta2} for beta2 in EDGES]
    found += [{**content.settings()[START], name: "0"} for name in ("beta1", "gap", "grad1", "L0", "sigma0")]
    while len(found) < SETTINGS:
        made = {}
        for slider in SLIDERS:
            value = Decimal(f"{10 ** rng.uniform(slider.low, slider.high):.4e}")
            plain = f"{value.to_integral_value():f}" if slider.rule.whole else str(value).replace("+", "").lower()
            made[slider.name] = beta(rng, slider.high) if slider.nines else plain
        found.append(made)
    return found


def is_near(value: float, exact: Any) -> bool:
    return abs(Fraction(value) - exact.low) <= ROUNDING * abs(exact.low) + (exact.high - exact.low)


@needs_browser
def test_its_numbers_are_the_certified_ones(page: str, tmp_path: Path) -> None:
    """Each term, the total, R and what it is compared with, at 200 settings; and the verdict, word for word."""
    wanted = settings()
    answers = asked(page, f"{json.dumps(wanted)}.map(adamproofExplorer.evaluate)", tmp_path)
    assert len(answers) == SETTINGS == len(wanted)
    kinds = []
    for setting, answer in zip(wanted, answers, strict=True):
        if Fraction(setting["beta1"]) ** 2 >= Fraction(setting["beta2"]):
            with pytest.raises(ProblemError, match="the theorem main needs beta1\\^2 < beta2"):
                certify(*from_mapping(setting))
            assert answer["text"] == "The theorem does not apply: beta1^2 < beta2 fails, so there is no bound."
            assert not answer["defined"] and "total" not in answer
            kinds.append("none")
            continue
        exact = certify(*from_mapping(setting), digits=25)
        assert list(answer["terms"]) == list(exact.terms)
        assert all(is_near(answer["terms"][name], value) for name, value in exact.terms.items()), setting
        assert is_near(answer["total"], exact.total)
        assert is_near(answer["scale"], exact.scale["R"])
        assert all(map(is_near, answer["compared"], [each.value for each in exact.compared]))
        assert (answer["vacuous"], answer["holds"]) == (exact.vacuous, exact.holds)
        assert answer["text"] == bound_data(certify(*from_mapping(setting), digits=6))["verdict"]
        kinds.append(str(exact.vacuous))
    assert min(map(kinds.count, ("True", "False", "none", "None"))) >= 1
    assert kinds.count("False") > 15 < kinds.count("True")


@needs_browser
def test_its_exponents_are_the_exact_ones(page: str, tmp_path: Path) -> None:
    """On a grid, for both routes: the order of each term, the rate, what binds, and where there are none."""
    grid = [{"A": a, "B": b, "C": c} for a in GRID for b in GRID for c in GRID]
    shown = """(found) => found && {growth: adamproofExplorer.orderText(found.growth), rate: found.rate,
        binding: found.binding, conditions: found.conditions,
        terms: Object.fromEntries(found.terms.map(([name, order]) => [name, adamproofExplorer.orderText(order)]))}"""
    ask = f"[0, 1].map((k) => {json.dumps(grid)}.map((at) => ({shown})(adamproofExplorer.routeAt(k, at))))"
    answers = asked(page, ask, tmp_path)
    for route, found in zip(ROUTES, answers, strict=True):
        table = schedule_table.table(route)
        assert table is not None
        for at, answer in zip(grid, found, strict=True):
            orders = table.orders({name: Fraction(value, UNIT) for name, value in at.items()})
            if orders is None:
                assert answer is None
                continue
            rate = rate_of(orders[1])
            assert answer["growth"] == str(orders[0])
            assert answer["terms"] == {name: str(order) for name, order in orders[1].items()}
            assert answer["rate"] == str(rate.rate)
            assert answer["binding"] == list(rate.binding)
            assert answer["conditions"] == list(rate.conditions)
        assert 0 < found.count(None) < len(grid)


SHOWN = """(() => {
  const of = (name) => document.getElementById(`explore-${name}`).textContent;
  return {verdict: of("verdict"), command: of("command"), terms: of("terms"), main: of("main-command"),
          averaged: of("averaged-command"), said: of("averaged-said"), rows: of("averaged-terms"),
          hidden: document.querySelector(".run").hidden};
})()"""
LINKS = (
    "beta1=0.9&beta2=0.999&lr=1e-3&steps=10000&dim=16&gap=8&grad1=4&L0=1&sigma0=1&A=1/2&B=3/4&C=3/4",
    "beta1=0.95&beta2=0.98765&lr=.00025&steps=1e6&dim=1e3&gap=1.5&grad1=2e1&L0=3&sigma0=0&A=1/3&B=1/3&C=2/3",
    "beta1=0&beta2=0.5&lr=2e-7&steps=31&dim=7&gap=0&grad1=1e-3&L0=12.5&sigma0=7&A=0&B=0&C=1",
    "beta1=0.999999&beta2=0.99999999&lr=1e-5&steps=1000&dim=1&gap=1&grad1=1&L0=1&sigma0=1&A=1/2&B=1&C=3/4",
)


# What is no number, in the place of one.
FOREIGN = ("0.9;reboot", "$(reboot)", "0.9 --file x", "`reboot`", "1" * 41, "0.9\nreboot", "٣")
SOUND = "beta1=0.8"


@pytest.fixture(scope="module")
def at_links(page: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the page shows when it is opened at each of the links."""
    links = [*LINKS, *(urlencode({"beta1": text}) for text in FOREIGN), SOUND]
    addresses = [f"#explore?{link}" for link in links]
    return dict(zip(links, titles(asking(page, SHOWN), tmp_path_factory.mktemp("links"), addresses), strict=True))


@needs_browser
@pytest.mark.parametrize("link", LINKS)
def test_the_commands_certify_what_is_shown(link: str, at_links: dict[str, Any]) -> None:
    """Whoever runs them reads the numbers and the orders of the page."""
    shown = at_links[link]
    program, *words = shlex.split(shown["command"])
    assert program == "adamproof"
    bound = CliRunner().invoke(main, [*words, "--json"])
    assert bound.exit_code == 0, bound.stderr
    answer = json.loads(bound.stdout)
    first, _, last = answer["verdict"].partition(". ")
    assert shown["verdict"].startswith(first)
    assert shown["verdict"].endswith(last.partition("all else equal. ")[2] or last)
    assert f"total{answer['total']['high']}" in shown["terms"]
    assert all(f"{each['name']}{each['high']}" in shown["terms"] for each in answer["terms"])
    for route in ROUTES:
        program, *words = shlex.split(shown[route.replace("-", "_")])
        done = CliRunner().invoke(main, [*words, "--json"])
        assert (program, done.exit_code) == ("adamproof", 0), done.stderr
        orders = json.loads(done.stdout)
        assert orders["theorem"] == route
    assert all(f"{name}{order}" in shown["rows"] for name, order in orders["terms"].items())
    assert f"Rate {orders['rate']}: " in shown["said"]


@needs_browser
def test_what_it_cannot_compute_it_says(page: str, tmp_path: Path) -> None:
    said = {
        ("lr", "0"): "lr must be positive, got 0",
        ("lr", "-1"): "lr = -1 is not a decimal such as 0.9 or 1e-3",
        ("lr", "1/3"): "lr = 1/3 is not a decimal such as 0.9 or 1e-3",
        ("lr", ""): "lr is empty; write a decimal such as 0.9 or 1e-3",
        ("lr", "1e-61"): "lr = 1e-61 is beyond this page, which goes from 1e-60 to 1e60; run the command",
        ("L0", "1e300"): "L0 = 1e300 is beyond this page, which goes from 1e-60 to 1e60; run the command",
        ("steps", "1.5"): "steps must be a whole number, at least 1, got 1.5",
        ("steps", "0"): "steps must be a whole number, at least 1, got 0",
        ("beta1", "1"): "beta1 must satisfy 0 <= beta1 < 1, got 1",
        ("beta2", "1.0"): "beta2 must satisfy 0 < beta2 < 1, got 1.0",
        ("beta2", "0.9999999999999"): "beta2 = 0.9999999999999 has more than 12 digits behind the point, too many here",
        ("beta2", "0.81"): "beta1^2 < beta2 is too close to call on this page; run the command.",
        ("beta2", "0.80999999"): "The theorem does not apply: beta1^2 < beta2 fails, so there is no bound.",
    }
    wanted = [{**content.settings()[START], name: value} for name, value in said]
    for found, words in zip(
        asked(page, f"{json.dumps(wanted)}.map(adamproofExplorer.evaluate)", tmp_path), said.values(), strict=True
    ):
        assert (found.get("problem") or found["text"]).removesuffix(" ").startswith(words)
        assert "total" not in found


STEPS = """(() => {
  const of = (name) => document.getElementById(`explore-${name}`), found = [];
  const note = () => found.push([
    of("text-beta1").value, of("text-lr").value, of("setting").value, of("tab-bound").ariaSelected, of("bound").hidden,
    of("exponents").hidden, location.hash, document.activeElement.id]);
  const typed = (name, value) => { of(name).value = value; of(name).dispatchEvent(new Event("input")); };
  note();
  typed("slide-beta1", "2.3");
  note();
  typed("text-lr", " 0.25 ");
  note();
  of("tab-bound").dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight"}));
  typed("slide-A", "16");
  note();
  of("setting").value = "bert-base";
  of("setting").dispatchEvent(new Event("change"));
  note();
  const unlabelled = [...document.querySelectorAll("input, select, svg:not([aria-hidden])")]
    .filter((one) => !one.labels?.length && !one.ariaLabel).map((one) => one.id);
  return [found, unlabelled, of("map").childElementCount, of("value-A").textContent];
})()"""


@needs_browser
def test_sliders_fields_and_keys(page: str, tmp_path: Path) -> None:
    steps, unlabelled, pictures, exponent = asked(page, STEPS, tmp_path)
    begun, slid, typed, turned, chosen = steps
    assert begun == ["0.9", "1e-3", START, "true", False, True, "", ""]
    assert slid[:3] == ["0.995", "1e-3", ""] and "beta1=0.995&" in slid[6]
    assert typed[1] == "0.25" and "lr=0.25&" in typed[6]
    assert turned[3:6] == ["false", True, False] and "tab=exponents" in turned[6] and "A=2%2F3" in turned[6]
    assert turned[7] == "explore-tab-exponents"
    assert chosen[:3] == ["0.9", "1e-4", "bert-base"]
    assert (unlabelled, pictures, exponent) == ([], 1, "2/3")


@needs_browser
@pytest.mark.parametrize("text", FOREIGN)
def test_a_link_cannot_put_anything_else_into_the_command(text: str, at_links: dict[str, Any]) -> None:
    shown = at_links[urlencode({"beta1": text})]
    assert (shown["hidden"], shown["command"]) == (True, "")
    assert at_links[SOUND]["hidden"] is False


@pytest.fixture(scope="module")
def at_widths(page: str, tmp_path_factory: pytest.TempPathFactory) -> dict[int, dict[str, Any]]:
    return measured(page, tmp_path_factory.mktemp("widths"))


@needs_browser
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut(width: int, at_widths: dict[int, dict[str, Any]]) -> None:
    found = at_widths[width]
    assert found["scrolls"] == found["width"] <= width
    assert found["empty"] == found["lost"] == 0 < found["formulas"]


def test_without_its_script_it_shows_a_certified_setting(page: str) -> None:
    """As the formulas, the terms, the orders, and the sentence that says so."""
    assert_sound(page, scripts=1)
    still = re.sub(r"<script>.*</script>", "", page, flags=re.DOTALL)
    found = assert_sound(still)
    bound = certify(*from_mapping(content.settings()[START]), digits=6)
    for name, value in [*bound.terms.items(), ("total", bound.total)]:
        assert f"{name} {value.decimals(6)[1]}" in found.text
    assert "The theorem says nothing about this training with beta1 = 0.9, beta2 = 0.999," in found.text
    assert "one setting and one schedule, computed and certified when this page was written" in found.text
    assert "drift d^(1/2) binds" in found.text
    assert found.elements["math"] == len(bound.terms) + len(bound.compared) + 1
    live = re.findall(r"<[^>]* data-live[^>]*>", still)
    assert len(live) > 5 and all(" hidden" in tag for tag in live)
    assert all(f"--{name}" in still for name in INPUTS)
    assert re.findall(r"\S*://[^\"]*", page) == ['"http://www.w3.org/2000/svg']  # a name, which nothing is loaded from


def test_it_is_written_without_what_is_slow_to_import(tmp_path: Path) -> None:
    code = (
        "import sys; from adamproof.cli import main\n"
        "try: main(['explore', '--html', 'e.html'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'sympy', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stdout.splitlines() == ["e.html: open it in a browser", "[]"], done.stderr
    assert (tmp_path / "e.html").read_text(encoding="utf-8") == explorer()


def test_the_command_refuses_and_answers(tmp_path: Path) -> None:
    def ask(*words: str) -> Any:
        return CliRunner().invoke(main, ["explore", *words])

    assert ask().exit_code == 2 and "name a file with --html FILE" in ask().stderr
    missing = ask("--html", str(tmp_path / "no" / "e.html"))
    assert missing.exit_code == 2 and "there is no folder" in missing.stderr
    found = json.loads(ask("--html", str(tmp_path / "e.html"), "--json").stdout)
    assert found["files"] == {"html": str(tmp_path / "e.html")}


def test_formulas_that_the_page_cannot_compute_are_refused() -> None:
    x = Symbol("x")
    with pytest.raises(javascript.NotWritten, match=r"log\(x\) has no counterpart"):
        javascript.function("f", ["x"], Call("log", x))
    with pytest.raises(javascript.NotWritten, match="x is not among the symbols y"):
        javascript.function("f", ["y"], x)
    with pytest.raises(javascript.NotWritten, match="neither whole nor half"):
        javascript.function("f", ["x"], x ** Fraction(1, 3))


def test_no_data_ends_the_script() -> None:
    assert "</" not in javascript.data("DATA", {"a": "</script><script>"})


def test_the_formulas_are_those_of_the_theorem() -> None:
    """Not retyped: what is written is what the theorem's own expressions are, at L1 = sigma1 = 0."""
    formulas = content.Explorer().formulas
    terms, scale = with_scale("main")
    ours = {name: term._sympy_() for name, term in formulas.terms.items()}
    for name, term in terms.items():
        zero = {symbol: 0 for symbol in term.free_symbols if symbol.name in ("L1", "s1")}
        with_r = {symbol: scale.formula for symbol in term.free_symbols if symbol.name == "R"}
        assert (term.xreplace(zero).xreplace(with_r) - ours[name]).simplify() == 0


@pytest.mark.slow
def test_orders_are_made_anew_where_the_lemmas_have_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = content.route("main")
    monkeypatch.setattr(content, "stored", lambda _: None)
    assert content.route("main") == before
