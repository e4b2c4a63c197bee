"""Sweeps as files describe them, and what is said of those that are none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adamproof.sweeps.errors import SweepError
from adamproof.sweeps.grid import MOST, from_mapping, read
from adamproof.sweeps.setting import Setting, idle

SMALL = Path(__file__).with_name("small.toml")


def test_a_file_is_a_product_for_each_grid() -> None:
    found = read(SMALL)
    assert len(found) == len(list(found)) == 2 * 2 * (2 * 2 * 2) + 2 * 2 * 2
    assert list(found) == [found.setting(number) for number in range(len(found))]
    assert len(set(found)) == len(found)
    first, last = found.setting(0), found.setting(len(found) - 1)
    assert first == Setting("quadratic", dim=3, beta1=0.9, lr=1e-3, steps=20, replicates=3, seed=0)
    assert last == Setting("digits", batch=4, exact_every=20, steps=40, replicates=3, seed=1)
    assert found.setting(1) == Setting("quadratic", dim=3, beta1=0.9, lr=1e-3, steps=20, replicates=3, seed=1)
    assert {one.beta1 for one in found} == {0.9, 1 - 1 / 64} and {one.lr for one in found} == {1e-3, 2.0**-7}
    assert found.varied()["problem"] == ["quadratic", "cosh", "digits"]
    assert set(found.varied()) == {"problem", "dim", "batch", "beta1", "lr", "steps", "exact_every", "seed"}
    with pytest.raises(IndexError):
        found.setting(len(found))


def test_the_least_file_is_one_run() -> None:
    assert list(from_mapping({})) == [Setting()]
    assert list(from_mapping({"grid": {"beta1": "0.5"}})) == [Setting(beta1=0.5)]
    assert list(from_mapping({"exact-every": 3, "problem": "digits"})) == [Setting("digits", exact_every=3)]


def test_ranges() -> None:
    found = from_mapping({"seed": {"first": 5, "count": 3}, "lr": {"from": "1e-4", "to": "1e-2", "points": 3}})
    assert [one.seed for one in found][::3] == [5, 5, 5] and [one.seed for one in found][:3] == [5, 6, 7]
    lr = list(dict.fromkeys(one.lr for one in found))
    assert (lr[0], lr[2]) == (1e-4, 1e-2) and lr[1] == pytest.approx(1e-3)
    betas = [one.beta2 for one in from_mapping({"beta2": {"from": "0.9", "to": "0.999", "points": 3}})]
    assert betas == [0.9, pytest.approx(0.99), 0.999]


def test_schedules() -> None:
    found = list(from_mapping({"exponents": [["1/2", "1/2", "3/4"], [0, "0.5", 1]], "factors": [1, "1/2", 2]}))
    assert [one.exponents for one in found] == [(0.5, 0.5, 0.75), (0.0, 0.5, 1.0)]
    assert found[0].factors == (1.0, 0.5, 2.0)


def test_millions_are_described_in_no_time() -> None:
    found = from_mapping({"seed": {"first": 0, "count": 10**6}})
    assert len(found) == 10**6 and found.setting(777_777).seed == 777_777


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"d": 3}, "s: there is no key 'd': write dim"),
    ({"learning_rate": 3}, "s: there is no key 'learning_rate': write lr"),
    ({"network": "cnn"}, "s: there is no key 'network': write problem"),
    ({"betta1": 3}, "s: there is no key 'betta1': write beta1"),
    ({"xyzzy": 3}, "s: there is no key 'xyzzy'; the keys are problem, dim, "),
    ({"exact_every": 1, "exact-every": 1}, "s: exact_every is given twice: keep one of them"),
    ({"beta1": "1"}, "s: beta1 is 1.0, but must be at least 0 and below 1"),
    ({"beta2": ["0.9", "1.0"]}, "s: beta2 is 1.0, but must be at least 0 and below 1"),
    ({"lr": "nan"}, "s: lr: 'nan' is not finite; write a number such as 0.9, 1e-3, 10^-3"),
    ({"lr": "inf"}, "s: lr: 'inf' is not finite"),
    ({"lr": "-1"}, "s: the learning rate is -1.0, but must be finite and not negative"),
    ({"lr": True}, "s: lr is true, but must be a number"),
    ({"lr": [[1]]}, "s: lr is [1], but must be a number"),
    ({"steps": "1.5"}, "s: steps: '1.5' is not a whole number"),
    ({"steps": 0}, "s: steps is 0, but must be a whole number from 1 to "),
    ({"seed": -1}, "s: seed is -1, but must be a whole number from 0 to "),
    ({"s0": "-1"}, "s: s0 is -1.0, but must be from 0 to 1e100"),
    ({"problem": "rosenbrock"}, "s: problem is 'rosenbrock', but must be one of quadratic, cosh, digits, cnn, "),
    ({"problem": 3}, "s: problem is 3, but must be one of "),
    ({"dtype": "float16"}, "s: dtype is 'float16', but must be one of float64, float32"),
    ({"dtype": ["float64", "float32"], "epsilon": [0, "1e-60"]}, "s: epsilon is 1e-60, which is 0 in float32: use"),
    ({"dtype": "float32", "beta2": ["0.9", "1-2^-26"]}, "s: beta2 is 0.99999998509"),
    ({"dtype": "float32", "start": ["1", "1e39"]}, "s: a coordinate of the start is 1e+39, which is inf in float32"),
    ({"bias_correction": 1}, "s: bias_correction is 1, but must be true or false"),
    ({"beta1": []}, "s: beta1 has no value: give at least one"),
    ({"beta1": ["0.5", "1/2"]}, "s: beta1 has the value 0.5 twice: give each value once"),
    ({"beta1": {"first": 0, "count": 2}}, "s: beta1 must be a value, a list of values, or a range such as {from"),
    ({"seed": {"from": 0, "to": 2}}, "s: seed must be a value, a list of values, or a range such as {first = 0"),
    ({"seed": {"first": 0, "count": 10**9}}, "s: seed has 1000000000 values, but at most "),
    ({"lr": {"from": 0, "to": 1, "points": 3}}, "s: from and to of lr must be above 0, since a range has equal"),
    ({"beta1": {"from": 0, "to": 1, "points": 3}}, "s: from and to of beta1 must be below 1"),
    ({"lr": {"from": 1, "to": 2, "points": 1}}, "s: points of lr is 1, but must be from 2 to "),
    ({"exponents": ["1/2", "1/2"]}, "s: exponents is ['1/2', '1/2'], but must be three numbers, or a list of such"),
    ({"exponents": ["-1/2", 0, 0]}, "s: exponents are ['-1/2', 0, 0], but those of beta1 and beta2 must not be neg"),
    ({"exponents": [1, 1, 1], "beta1": 0}, "s: beta1 has no effect with exponents: give it in a [[grid]] of its own"),
    ({"exponents": [0, 1, 1], "factors": [2, 1, 1]}, "s: beta1 is -1.0, but must be at least 0 and below 1"),
    ({"exponents": [1, 1, 1], "algorithm": "rmsprop"}, "s: exponents are for the algorithm adam, not rmsprop"),
    ({"problem": ["quadratic", "cnn"], "dim": 3}, "s: dim has no effect with the network cnn: give it in a [[grid]]"),
    ({"s1": [0, 1], "p": [0, 2]}, "s: p has no effect with s1 0: give it in a [[grid]] of its own"),
    ({"problem": "digits", "steps": [50, 5], "exact_every": 9}, "s: exact_every is 9, but must be at most 5, steps"),
    ({"grid": 3}, "s: grid must be a table: write [[grid]] above its keys"),
    ({"grid": []}, "s: grid must be a table"),
    ({"grid": [{"beta1": 0}, {"beta2": 1}]}, "s, grid 2: beta2 is 1.0, but must be"),
    ({"picture": {"z": "lr"}}, "s: [picture] has no key 'z'; its keys are x, y, curve, panel"),
    ({"picture": {"x": 3}}, '[picture] must have text for each key, such as x = "lr"'),
    (
        {"seed": {"first": 0, "count": 10**6}, "dim": list(range(1, 21))},
        f"s describes 20,000,000 runs, but at most {MOST:,} are allowed: split the file",
    ),
    (
        {name: {"first": 1, "count": 10**5} for name in ("seed", "dim", "steps", "replicates")},
        "s describes 100,000,000,000,000,000,000 runs, but at most",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("content", "said"), REFUSED, ids=[said[:50] for _, said in REFUSED])
def test_what_is_no_sweep_is_refused_in_one_sentence(content: dict[str, Any], said: str) -> None:
    with pytest.raises(SweepError) as refusal:
        from_mapping(content, "s")
    assert said in str(refusal.value) and "\n" not in str(refusal.value)


FILES = {
    b"beta1 = ": "is not valid TOML (Invalid value (at end of document)): put that right",
    b"beta1 = 0.9\nbeta1 = 0.8\n": "is not valid TOML (Cannot overwrite a value (at line 2",
    b"\xff\xfe": "is not valid TOML ('utf-8' codec can't decode",
    b"a = " + b"[" * 100_000: "is not valid TOML (",
    b"lr = nan\n": "lr: 'nan' is not finite",
    b"lr = -inf\n": "lr: '-inf' is not finite",
    b"lr = 1979-05-27\n": "lr is datetime.date(1979, 5, 27), but must be a number",
}


@pytest.mark.parametrize("content", FILES, ids=range(len(FILES)))
def test_files_that_are_no_sweep(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_bytes(content)
    with pytest.raises(SweepError) as refusal:
        read(path)
    assert FILES[content] in str(refusal.value) and str(path) in str(refusal.value)


def test_places_that_are_no_file(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "none.toml", "there is no file"),
        (tmp_path, "is not a regular file: give the TOML file"),
        (Path("a\0b"), "cannot read"),
    ):
        with pytest.raises(SweepError, match=said):
            read(path)
    marked = tmp_path / "marked.toml"
    marked.write_bytes(b"\xef\xbb\xbfbeta1 = 0.5\n")  # as some editors begin a file
    assert list(read(marked)) == [Setting(beta1=0.5)]


def test_settings_without_effect_are_those_of_simulate() -> None:
    assert idle(Setting()) == {
        "factors": "constants (without exponents)", "batch": "the problem quadratic",
        "exact_every": "the problem quadratic", "delta": "the noise gaussian", "p": "s1 0",
    }  # fmt: skip
