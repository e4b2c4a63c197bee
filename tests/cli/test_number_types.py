"""Numeric options: one syntax on every command, and refusals in one sentence that name the option."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from adamproof.bounds.formulas.parameters import constants_for_exponents, doubt_of_betas, doubts
from adamproof.bounds.formulas.written import exact
from adamproof.bounds.powers import doubts_of_formulas
from adamproof.bounds.ranges import FIELDS, checked
from adamproof.cli import main
from adamproof.cli.errors import CliError
from adamproof.cli.number_types import Exponent, Formula, Real, Steps, Whole
from adamproof.support.parsing import NumberError, rational

NUMERIC = (Whole, Real, Formula, Steps, Exponent)
# Options and arguments of text: names, files, claims.  A new option has a numeric type, or is named here.
TEXT = {
    *("claim", "data", "date", "heat_map", "html", "keep", "latex", "lr_schedule", "names", "optimise", "path"),
    *("paths", "plot", "preset", "pyodide", "record", "records", "reproducer", "save", "tensorboard", "without"),
    *("checkpoint", "checkpoints", "scheduler"),
}


def parameters() -> Iterator[tuple[str, click.Parameter, click.ParamType]]:
    """Every parameter of every command, with each of its types."""
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        for parameter in command.params:
            for kind in parameter.type.types if isinstance(parameter.type, click.Tuple) else [parameter.type]:
                yield name, parameter, kind


def numeric() -> list[Any]:
    rows = [(name, parameter, kind) for name, parameter, kind in parameters() if isinstance(kind, NUMERIC)]
    return [pytest.param(parameter, kind, id=f"{name}-{parameter.name}") for name, parameter, kind in rows]


def ask(*words: str) -> Result:
    return CliRunner().invoke(main, list(words))


def test_every_option_is_numeric_or_known_to_be_text() -> None:
    plain = (click.types.StringParamType, click.Choice, click.types.BoolParamType)
    for command, parameter, kind in parameters():
        assert isinstance(kind, (*NUMERIC, *plain)), (command, parameter.name)
        if isinstance(kind, click.types.StringParamType) and not getattr(parameter, "is_flag", False):
            assert parameter.name in TEXT, (command, parameter.name)


def test_the_options_that_are_numeric_are_many() -> None:
    assert len(numeric()) > 60


@pytest.mark.parametrize(("parameter", "kind"), numeric())
def test_every_numeric_option_takes_the_same_spellings(parameter: click.Parameter, kind: click.ParamType) -> None:
    for text in ("1", "1e0", "1.0", "2/2", "10^0", "2**0", "1_0/1_0", " 1 ", "1/sqrt(1)", "10*10^-1"):
        wanted = (1,) if isinstance(kind, Steps) else text if isinstance(kind, Formula | Exponent) else 1
        assert kind.convert(text, parameter, None) == wanted


REFUSED = {
    "": "a number is missing",
    "nan": "is not finite",
    "-inf": "is not finite",
    "124M": "is not a number",
    "1k": "is not a number",
    "x": "is not a number",
    "1__0": "is not a number",
    "1e999999999": "is not between 10^-1000 and 10^1000",
    "1e99999999999999999999": "is not between 10^-1000 and 10^1000",
    "2^9999999": "is out of range",
    "1" * 5000: "has more than 300 characters",
    "\N{ARABIC-INDIC DIGIT THREE}": "is not a number",
}


@pytest.mark.parametrize(("parameter", "kind"), numeric())
def test_every_numeric_option_refuses_the_same_in_a_sentence(parameter: click.Parameter, kind: click.ParamType) -> None:
    for text, why in REFUSED.items():
        with pytest.raises(CliError) as refusal:
            kind.convert(text, parameter, None)
        message = refusal.value.message
        assert message.startswith((*parameter.opts, str(parameter.name))), message
        assert why in message and "\n" not in message


STRANGE = ("nan", "inf", "", "x", "90%", "0,9", "1,000", "1 000", "124M", "1.5k", "−1", "200%", "0.5bn", "1'000")


def hints(message: str) -> list[str]:
    """The numbers that a refusal says to write."""
    found = re.search(r"; write a number such as (.*)$|; examples: (.*)$|; write (.*)$", message)
    if found is None:
        return []
    words = re.sub(r" for no(?:ne| clipping)| if the comma is a decimal point", "", found.group(found.lastindex or 0))
    return re.split(r",? or |, ", words)


def refusal_of(text: str, parameter: click.Parameter, kind: click.ParamType) -> str:
    try:
        kind.convert(text, parameter, None)
    except CliError as refusal:
        return refusal.message
    return ""


@pytest.mark.parametrize(("parameter", "kind"), numeric())
def test_every_hint_is_a_number_that_the_option_takes(parameter: click.Parameter, kind: click.ParamType) -> None:
    for hint in (hint for text in STRANGE for hint in hints(refusal_of(text, parameter, kind))):
        kind.convert(hint, parameter, None)
        if isinstance(kind, Real | Formula | Exponent):
            assert kind.fits(hint), hint
        if isinstance(kind, Formula) and parameter.name in FIELDS:
            checked(parameter.name, hint, FIELDS[parameter.name].rule)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("rate --alpha nan", "write a number such as 1/2, 0.5 or 2/3"),
        ("bound --clipping inf", "write a number such as 1, 0.5, or 0 for no clipping"),
        ("schedule --beta1 nan", "write a number such as 1/2, 0.5 or 1-T^-1/2"),
        ("schedule --beta1 90%", "is unexpected there; examples: 1/2, 0.5 or 1-T^-1/2"),
        ("simulate --steps 90%", "is unexpected there; examples: 100000, 100_000, 1e5 or 10^5"),
        ("simulate --steps 0,9", "is unexpected there; examples: 100000, 100_000, 1e5 or 10^5"),
        ("bound --digits 90%", "is unexpected there; examples: 1 or 1000"),
        ("bound --dim 124M", "write 124e6 or 124_000_000"),
        ("bound --beta1 124M", "'M' is unexpected there; examples: 0.9, 9/10 or 1-T^-1/2"),
        ("bound --lr 90%", "write 0.9"),
        ("bound --gap 1,000", "write 1_000, or 1.000 if the comma is a decimal point"),
        ("bound --delta 1,000", "',000' is unexpected there; examples: 0.9, 1e-3, 10^-3 or 1/3"),
        ("check B.2 --models 1k", "write 1e3 or 1_000"),
        ("claims 1-3", "number takes one whole number, not the range 1-3"),
        ("rate --at 1-3", "--at takes one whole number, not the range 1-3"),
        ("simulate --exponents -1/2 1/2 3/4", "--exponents: the exponent of beta1 is -1/2, but must not be negative; "
                                              "the exponent of 1-T^-1/2 is 1/2"),
        ("schedule --beta1 -1/2 --beta2 1/2 --lr 3/4", "the exponent of 1-T^-1/2 is 1/2"),
        ("schedule --beta1 1/2 --beta2 1/2 --lr -3/4", "the exponent of T^-3/4 is 3/4"),
        ("rate --beta 0.999", "the factors must satisfy"),
    ],
)  # fmt: skip
def test_refusals_say_what_the_option_takes(words: str, hint: str) -> None:
    found = ask(*words.split())
    assert found.exit_code == 2
    assert found.output.endswith(f"{hint}\n") or (hint in found.output and found.output.count("\n") == 1)


def test_factors_that_look_like_betas_are_noted() -> None:
    rest = ("--gap", "1", "--grad1", "4", "--L0", "1", "--sigma0", "1", "--dim", "16", "--at", "1")
    found = ask("rate", *rest, "--alpha", "0.999", "--beta", "0.999")
    said = " ".join(found.stderr.split())
    assert "beta = 0.999 looks like beta2 itself, but beta is the factor in 1 - beta2 = beta*T^-1/2." in said
    assert ask("rate", *rest).stderr == ""


def test_a_power_of_ten_is_read_as_far_as_a_decimal() -> None:
    for exponent in (64, 65, 308, 400, 1000):
        assert rational(f"10^{exponent}") == rational(f"1e{exponent}") == 10**exponent
        assert rational(f"10^-{exponent}") == rational(f"1e-{exponent}")
        assert exact(f"10^{exponent}") == exact(f"1e{exponent}")
    for text in ("1e1001", "10^1001", "1e-1001", "10^-1001"):
        with pytest.raises(NumberError, match="is not between 10\\^-1000 and 10\\^1000"):
            exact(text)


def test_formulas_that_tend_to_the_wrong_end() -> None:
    for values, sentence in (
        ({"beta1": "T^-1/2"}, "beta1 = T^-1/2 tends to 0 as T grows; did you mean 1-T^-1/2?"),
        ({"beta2": "T^-1+T^-2"}, "beta2 = T^-1+T^-2 tends to 0 as T grows; did you mean 1-(T^-1+T^-2)?"),
        ({"lr": "1-T^-3/4"}, "lr = 1-T^-3/4 tends to 1 as T grows; did you mean T^-3/4?"),
        ({"lr": "T^3/4"}, "lr = T^3/4 tends to infinity as T grows; did you mean T^-3/4?"),
    ):
        assert doubts_of_formulas(values) == [sentence]
        numbers = {"beta1": "0.9", "beta2": "0.99", "lr": "1e-3", **values}
        words = [word for name, value in numbers.items() for word in (f"--{name}", value)]
        rest = ("--steps", "9", "--dim", "2", "--gap", "8", "--grad1", "4", "--L0", "1", "--sigma0", "1")
        if "beta2" not in values:
            assert sentence in " ".join(ask("bound", *words, *rest).stderr.split())
    for right in ({"beta1": "1-T^-1/2", "lr": "T^-3/4/sqrt(d)"}, {"beta1": "1/2", "lr": "0.1"}, {"lr": "d^-1/2"}):
        assert doubts_of_formulas(right) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("simulate --steps 1.5e0", "--steps: '1.5e0' is not a whole number; examples: 100000, 100_000, 1e5 or 10^5"),
        ("simulate --lr 0,9", "--lr: '0,9' is not a number; write 0.9"),
        ("simulate --lr T^-1/2", "--lr: 'T^-1/2' is not a number: letters are not allowed here; examples: 0.9,"),
        ("simulate --epsilon 1e-400", "--epsilon: '1e-400' is too small for a float (at least about 5e-324)"),
        ("simulate --lr 1e400", "--lr: '1e400' is too large for a float (at most about 1.8e308)"),
        ("simulate --steps 1e400", "--steps must be a whole number from 1 to 10^18, not 1e400"),
        ("simulate --seed -1", "--seed must be a whole number from 0 to 18446744073709551615, not -1"),
        ("check B.2 --jobs 0", "--jobs must be a whole number from 1 on, not 0"),
        ("check B.2 --models 1k", "--models: '1k' is not a number; write 1e3"),
        ("bound --digits 1001", "--digits must be a whole number from 1 to 1000, not 1001"),
        ("bound --dim 124M", "--dim: '124M' is not a number; write 124e6 or 124_000_000"),
        ("rate --at 1,1.5", "--at: '1.5' is not a whole number; examples: "),
        ("rate --at 0,9", "--at must be a whole number from 1 to 10^1000, not 0"),
        ("experiment rate --seed 2^64", "--seed must be a whole number from 0 to 18446744073709551615, not 2^64"),
    ],
)
def test_mistakes_are_one_sentence(words: str, sentence: str) -> None:
    found = ask(*words.split())
    assert found.exit_code == 2
    assert found.output.startswith(f"Error: {sentence}") and found.output.count("\n") == 1


# --- inputs of another meaning ------------------------------------------------------------------


@pytest.mark.parametrize("command", ["schedule --beta1 {} --beta2 {} --lr {}", "simulate --exponents {} {} {}"])
def test_constants_are_no_exponents(command: str) -> None:
    found = ask(*command.format("0.9", "0.999", "1e-3").split())
    assert found.exit_code == 2 and found.output.count("\n") == 1
    meant = "bound" if command.startswith("schedule") else "simulate"
    assert "beta1 0.9, beta2 0.999, lr 1e-3 look like constants" in found.output
    assert f"`adamproof {meant} --beta1 0.9 --beta2 0.999 --lr 1e-3`" in found.output


def test_what_looks_like_a_constant() -> None:
    def strange(beta1: str, beta2: str, lr: str) -> bool:
        return bool(constants_for_exponents("bound", {"beta1": beta1, "beta2": beta2, "lr": lr}))

    for right in (("1/2", "3/4", "3/4"), ("0.5", "0.5", "0.75"), ("9/10", "1", "0"), ("1-T^-1/2", "0.8", "T^-3/4")):
        assert not strange(*right)
    for wrong in (("0.9", "1/2", "3/4"), ("1/2", "0.95", "3/4"), ("1/2", "1/2", "6e-4"), ("0", "0.99", "1")):
        assert strange(*wrong)


def test_exponents_may_be_powers_of_T() -> None:
    plain = ask("schedule", "--beta1", "1/2", "--beta2", "3/4", "--lr", "3/4")
    powers = ask("schedule", "--beta1", "1-T^-1/2", "--beta2", "1 - 3*T^-3/4", "--lr", "0.1*T^-3/4/sqrt(d)")
    assert plain.exit_code == 0 and powers.output == plain.output
    quick = ("simulate", "--dim", "2", "--steps", "4", "--replicates", "2", "--engine", "numpy", "--exponents")
    assert ask(*quick, "1-T^-1/2", "1-T^-1/2", "T^-3/4").output == ask(*quick, "1/2", "0.5", "3/4").output
    for word in ("T^-1/2", "1-T^-1/2/d", "1+T^-1/2"):
        found = ask("schedule", "--beta1", word, "--beta2", "1/2", "--lr", "3/4")
        assert found.exit_code == 2
        assert found.output == f"Error: --beta1: {word!r} is not a power of T of the form 1-T^-1/2\n"


def test_swapped_betas() -> None:
    sentence = "beta1 = 0.999 and beta2 = 0.9 look swapped; if so, write beta1 = 0.9, beta2 = 0.999"
    assert doubt_of_betas(Fraction("0.999"), Fraction("0.9")) == sentence
    assert doubt_of_betas(0.999, 0.9) == sentence
    about = doubt_of_betas(Fraction(0.999), Fraction(0.9))
    assert about.startswith("beta1 = about 0.999 and beta2 = about 0.9 look swapped")
    assert doubt_of_betas(Fraction("0.9"), Fraction("0.999")) == ""
    assert doubt_of_betas(Fraction("0.95"), Fraction("0.94")) == ""
    betas = ("--beta1", "0.999", "--beta2", "0.9")
    rest = ("--lr", "1e-3", "--steps", "9", "--dim", "2", "--gap", "8", "--grad1", "4", "--L0", "1", "--sigma0", "1")
    for words, code in (
        (("magnitude", *betas), 0),
        (("bound", *betas, *rest), 2),
        (("bound", *betas, *rest, "--optimise", "lr"), 2),
        (("bound", *betas, *rest, "--target", "1"), 2),
        (("simulate", "--dim", "2", "--steps", "3", "--replicates", "2", *betas), 0),
    ):
        found = ask(*words)
        assert found.exit_code == code
        assert sentence in " ".join(found.stderr.split())


def test_doubts() -> None:
    assert doubts({"beta1": "0.9", "beta2": "0.999", "lr": "1e-3", "epsilon": "1e-8", "delta": "0.05"}) == []
    assert doubts({"beta1": "1-T^-1/2", "beta2": None, "lr": "T^-3/4", "steps": 10**400}) == []
    for values, part in (
        ({"beta1": "0.9", "beta2": "0.001"}, "if that is 1 - beta2, write beta2 = 0.999"),
        (
            {"beta1": "0.1", "beta2": "0.001"},
            "beta1 = 0.1 and beta2 = 0.001 look like 1 - beta1 and 1 - beta2; if so, write beta1 = 0.9, beta2 = 0.999",
        ),
        ({"lr": 10}, "lr = 10 is large: Adam moves each coordinate by about lr per step, and 1e-4 to 1e-2 is usual"),
        ({"lr": "3/4"}, "if that is its exponent, write T^-3/4/sqrt(d)"),
        ({"epsilon": "8"}, "epsilon = 8 is large; 1e-8 is usual"),
        ({"delta": "95/100"}, "if you mean the probability that the bound holds, write delta = 0.05"),
    ):
        (found,) = doubts(values)
        assert part in found
