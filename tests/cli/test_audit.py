"""The command `audit`, and `bound --from`: what people see, exit statuses, JSON, refusals."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from adamproof.audit import read, watch_arrays
from adamproof.audit.constants import constants
from adamproof.audit.heading import about
from adamproof.cli import main
from adamproof.report.charts import Series, chart, heat_map


def ask(*words: Any) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def flat(found: Result) -> str:
    return " ".join(found.output.split())


def write(path: Path, seed: int = 0, probes: bool = True, steps: int = 60, beta2: float = 0.999, **more: Any) -> Path:
    """The record of Adam on |x|^2/2 with noise; of beta2 the recorder says 0.999, whatever it is."""
    random = np.random.default_rng(seed)
    x = {"a": random.normal(size=(6, 4)), "b": random.normal(size=4)}
    m, v = ({name: np.zeros_like(w) for name, w in x.items()} for _ in range(2))
    settings = {"lr": 0.01, "every": 5, "budget": None, "keep": 3, "clipping": 0.0, **more}
    recorder = watch_arrays(0.9, 0.999, **settings)

    def loss(batch: int, weights: Any) -> Any:
        noise = np.random.default_rng([seed, batch])
        gradients = {name: w + 0.1 * noise.normal(size=w.shape) for name, w in weights.items()}
        return sum(float(np.square(w).sum()) / 2 for w in weights.values()), gradients

    for t in range(1, steps + 1):
        _, g = loss(t, x)
        for name in x:
            m[name] += 0.1 * (g[name] - m[name])
            v[name] += (1 - beta2) * (g[name] ** 2 - v[name])
            x[name] = x[name] - 0.01 * m[name] / (1 - 0.9**t) / (np.sqrt(v[name] / (1 - 0.999**t)) + 1e-8)
        recorder.record(t, {name: {"m": m[name], "v": v[name], "g": g[name], "w": x[name]} for name in x})
        if probes and t in (1, 30, 60):
            recorder.probe(loss, large=range(1000, 1008), small=range(2000, 2008))
    assert not recorder.stopped, recorder.stopped
    recorder.save(path)
    return path


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("audit") / "run.audit")


def test_the_words(record: Path) -> None:
    found = ask("audit", record)
    assert found.exit_code == 0, found.output
    for text in (
        "d = 28, 2 layers, 13 records up to t = 60, 3 probes",
        "HOLDS u <= R_t: in all 13 records",
        "CANNOT TELL FROM ONE RUN u identically distributed: compare replicates",
        "UNIDENTIFIED noise exponent p: 3 probes are too few",
        "SEEN |a|_1/(sqrt(d) |a|_2):",
        "which proves nothing about others",
    ):
        assert text in flat(found), text
    assert "PROVED" not in found.output


def test_as_data(record: Path, tmp_path: Path) -> None:
    document = json.loads(ask("audit", record, "--json", "--data", tmp_path / "run.csv").stdout)
    (only,) = document["records"]
    assert (document["command"], document["exit_code"], only["d"], only["records"]) == ("audit", 0, 28, 13)
    assert {each["word"] for each in only["verdicts"]} >= {"HOLDS", "SEEN", "UNIDENTIFIED", "CANNOT TELL FROM ONE RUN"}
    rows = list(csv.DictReader((tmp_path / "run.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 26 and rows[0]["layer"] == "a" and float(rows[0]["u/R_t"]) == pytest.approx(1.0)


def test_a_violation_has_exit_status_1(tmp_path: Path) -> None:
    state = {"x.m": np.full(3, 0.2), "x.v": np.full(3, 0.001), "x.t": np.int64(1)}
    np.savez(tmp_path / "state.npz", **state)
    found = ask("audit", tmp_path / "state.npz", "--beta1", "0.9", "--beta2", "0.999")
    assert found.exit_code == 1 and "REJECTED u <= R_t: u = 2 R_t in x at t = 1" in flat(found)
    assert ask("audit", tmp_path / "state.npz", "--beta1", "0.9", "--beta2", "0.999", "--json").exit_code == 1


def test_the_page(record: Path, tmp_path: Path) -> None:
    assert ask("audit", record, "--html", tmp_path / "run.html").exit_code == 0
    text = (tmp_path / "run.html").read_text(encoding="utf-8")
    for piece in ("CANNOT TELL FROM ONE RUN", "<svg", "The largest term is the", "largest u/R_t", "lower estimate"):
        assert piece in text
    for piece in ("sqrt(vhat) &lt; 10 eps", "a parameter tensor", "sigma0^2 + sigma1^2", "full records have alone"):
        assert piece in text
    assert "<script" not in text and "http" not in text
    assert ask("audit", record, "--html", tmp_path / "again.html").exit_code == 0
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == text


def test_the_page_draws_what_the_bound_takes_and_no_fit_that_is_not_identified(record: Path, tmp_path: Path) -> None:
    assert ask("audit", record, "--html", tmp_path / "run.html").exit_code == 0
    text = (tmp_path / "run.html").read_text(encoding="utf-8")
    taken = json.loads(ask("bound", "--from", record, "--json").stdout)["from"]
    assert text.count("> what the bound takes</li>") == 2 and "> fit</li>" not in text and "> envelope</li>" not in text
    for name in ("sigma0", "sigma1", "L0", "L1"):
        assert f"<li>{name} = {taken[name]['value']} (" in text, name
    for piece in ("The total is ", "What the letters mean", "R_t</dt>", "badge seen", "<code>adamproof audit compare"):
        assert piece in text, piece
    assert "`" not in text.partition("</style>")[2]


def test_unused_layers_and_clipping_are_in_the_first_line(record: Path, tmp_path: Path) -> None:
    run = read(record)
    assert "d = 28, 2 layers" in about(run) and about(run).endswith("3 probes; no clipping (stated)")
    t = run.t.copy()
    t[:, 1] = np.nan
    assert "d = 28 (24 of them had steps), 2 layers" in about(replace(run, t=t))
    clipped = flat(ask("audit", write(tmp_path / "run.audit", probes=False, clipping=1.5)))
    assert "0 probes; clipping to 1.5 (stated)" in clipped
    rates = run.lr.copy()
    rates[0] = 0.0
    assert "lr = 0 to 0.01" in about(replace(run, lr=rates)) and ", lr" not in about(replace(run, lr=0.0 * rates))


def test_heat_map_cells_stand_where_their_calls_are() -> None:
    drawn = heat_map("label", ["one"], [1, 11, 31], [[0.0, 0.5, 1.0]])
    cells = re.findall(r'<rect x="([0-9.]+)" y="0" width="([0-9.]+)"', drawn)
    starts, widths = ([float(cell[place]) for cell in cells] for place in (0, 1))
    assert len(cells) == 3 and widths[1] / widths[0] == pytest.approx(1.5, rel=0.02)
    assert widths[2] / widths[0] == pytest.approx(2.0, rel=0.02)
    assert starts[1] == pytest.approx(starts[0] + widths[0], abs=0.5)
    assert ">20</text>" in drawn and drawn.count("rgb(") == 3 + 20  # with the scale of colours
    assert heat_map("label", ["one"], [7], [[0.5]]).count("<title>") == 1


def test_a_legend_shows_the_line_as_it_is_drawn() -> None:
    drawn = chart("label", "x", "y", [Series("a", [1, 2], [1, 2]), Series("b", [1, 2], [2, 1])], False, False)
    plot, _, legend = drawn.partition("<ul")
    assert "stroke-dasharray:6 3" in plot and legend.count("<polyline") == 2 and "stroke-dasharray:6 3" in legend


def test_names_in_a_record_are_only_text(tmp_path: Path) -> None:
    recorder = watch_arrays(0.9, 0.999)
    name = "<script>alert(1)</script> PROVED"
    recorder.record(1, {name: {"m": np.ones(40) * 0.1, "v": np.ones(40) * 0.001}})
    recorder.save(tmp_path / "run.audit")
    found = ask("audit", tmp_path / "run.audit", "--html", tmp_path / "run.html")
    assert found.exit_code == 0 and "PROVED" not in found.output
    text = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert "<script" not in text and "PROVED" not in text and "&lt;script&gt;" in text
    assert "There is no bound" in text and "no probe" in text


def test_compare(tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    paths = [write(tmp_path / f"{seed}.audit", seed, probes=seed > 0) for seed in range(12)]
    found = ask("audit", "compare", *paths)
    assert found.exit_code == 0, found.output
    for text in ("u identically distributed (early, at call", "effective n 3 a pair", "over 12 runs", "count as"):
        assert text in flat(found), text
    document = json.loads(ask("audit", "compare", *paths, "--json").stdout)
    assert len(document["compared"]) == 12 and len(document["verdicts"]) == 8
    few = ask("audit", "compare", *paths[:3])
    assert "CANNOT TELL FROM SO FEW RUNS" in few.output and "use at least" in flat(few)


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["one.audit", "--help"]])
def test_compare_has_its_own_help(words: list[str]) -> None:
    found = ask("audit", "compare", *words)
    assert found.exit_code == 0 and "audit compare [OPTIONS] FILE..." in found.output
    assert "10 runs are the least" in flat(found) and "--tensorboard" not in found.output
    assert "--tensorboard" in ask("audit", "--help").output


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["audit", "compare"], "needs the records of at least two runs"),
        (["audit", "compare", "RECORD"], "one run is no replicate"),
        (["audit", "compare", "RECORD", "RECORD"], "have the same numbers"),
        (["audit", "RECORD", "RECORD", "--html", "x.html"], "--html, --data and --tensorboard are about one record"),
        (["audit", "nowhere.audit"], "cannot read nowhere.audit: No such file"),
        (["audit", "nowhere.npz"], "there is no file nowhere.npz"),
        (["audit", "README.md"], "README.md is not a record of an audit"),
        (["audit", "RECORD", "--data", "x.txt"], "data are written to a file whose name ends in"),
        (["bound", "--from", "state.npz"], "state.npz is a state of arrays, which has no settings"),
        (["bound", "--from", "README.md"], "README.md is not a record of an audit"),
    ],
)
def test_refusals(words: list[str], why: str, record: Path) -> None:
    found = ask(*(record if word == "RECORD" else word for word in words))
    assert found.exit_code == 2 and why in flat(found), found.output
    assert found.stderr.startswith("Error: ") and found.stdout == ""


def test_swapped_betas_of_a_state_have_a_note(tmp_path: Path) -> None:
    np.savez(tmp_path / "s.npz", **{"x.m": np.full(3, 0.01), "x.v": np.full(3, 0.1), "x.t": np.int64(9)})
    found = ask("audit", tmp_path / "s.npz", "--beta1", "0.999", "--beta2", "0.9")
    assert "Note: " in found.stderr and "as stated, and not checked" in flat(found)
    assert "Note: " not in ask("audit", tmp_path / "s.npz", "--beta1", "0.9", "--beta2", "0.999").stderr


def test_options_for_states_have_no_effect_on_records(record: Path) -> None:
    assert "--beta1 has no effect on records" in flat(ask("audit", record, "--beta1", "0.9"))


# --- bound --from -------------------------------------------------------------------------------


def test_a_bound_from_a_record(record: Path) -> None:
    found = ask("bound", "--from", record)
    assert found.exit_code == 0, found.output
    for text in (
        "if these constants hold everywhere, which no run shows:",
        "beta1 0.9 (stated to the recorder)",
        "(measured ",
        "lower estimate: the largest along the path",
        "envelope: the upper end of the interval of the noisiest of 3 probes, with sigma1 = 0",
        "p is UNIDENTIFIED",
        "upper end of the interval of the loss at the first probe, if no loss is below 0; it fell by",
        "clipping 0 (stated to the recorder)",
        "weight_decay nobody has said: weight_decay = 0 tells the recorder (--weight-decay 0 here)",
    ):
        assert text in flat(found), text
    document = json.loads(ask("bound", "--from", record, "--json").stdout)
    assert document["settings"]["dim"] == "28" and document["settings"]["steps"] == "60"
    assert float(document["from"]["sigma0"]["value"]) == pytest.approx(0.1 * 28**0.5, rel=0.5)
    assert float(document["from"]["L0"]["value"]) == pytest.approx(1.0, rel=0.02)  # the curvature is 1


def test_explicit_options_win(record: Path) -> None:
    document = json.loads(ask("bound", "--from", record, "--L0", "7", "--steps", "1e5", "--json").stdout)
    assert (document["settings"]["L0"], document["settings"]["steps"]) == ("7", "100000")
    assert "L0" not in document["from"] and "gap" in document["from"]


def test_what_the_theorem_does_not_cover_is_said(tmp_path: Path) -> None:
    path = write(tmp_path / "w.audit", weight_decay=0.1, decoupled=True, clipping=1.0)
    found = ask("bound", "--from", path)
    assert found.exit_code == 1
    assert "does not cover this training, which has weight decay and gradient clipping" in flat(found)


def test_without_probes_it_says_what_is_missing(tmp_path: Path) -> None:
    found = ask("bound", "--from", write(tmp_path / "n.audit", probes=False))
    assert found.exit_code == 2 and "the record has no probe (audit.probe)" in flat(found)
    given = ["--gap", "1", "--grad1", "1", "--L0", "1", "--sigma0", "1"]
    assert ask("bound", "--from", tmp_path / "n.audit", *given).exit_code == 0


def test_without_a_learning_rate_it_says_what_is_missing(tmp_path: Path) -> None:
    path = write(tmp_path / "n.audit", lr=0.0)
    found = ask("bound", "--from", path, "--lr", "0.01")
    assert found.exit_code == 2 and "L0 is not measured: no learning rate was given (lr=)" in flat(found)
    assert "smoothness exponent q: no learning rate was given (lr=)" in flat(ask("audit", path))
    assert ask("audit", path, "--html", tmp_path / "n.html").exit_code == 0
    assert "no learning rate was given (lr=)" in (tmp_path / "n.html").read_text(encoding="utf-8")


def test_the_gap_is_the_upper_end_and_probes_are_counted(record: Path) -> None:
    run = read(record)
    first = run.probes[0]
    assert float(constants(run)["gap"].value) == pytest.approx(first["loss"] + first["loss_half"], rel=1e-5)
    probes = [dict(probe) for probe in run.probes]
    probes[0] |= {"a2": 0.1, "a2_half": 0.2, "loss_half": None}
    found = constants(replace(run, probes=probes))
    assert "the noisiest of 3 probes" in found["sigma0"].how and "along the path in 3 probes" in found["L0"].how
    assert "2 probes are too few, at least 6 are needed; 1 of 3 probes have an |a|^2" in found["sigma1"].how
    assert found["gap"].how.startswith("the estimate, without an interval, of the loss at the first probe")


def test_a_bound_takes_the_settings_of_a_checkpoint(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The checkpoint itself is read by PyTorch alone."""
    group = {"lr": 1e-3, "betas": (0.9, 0.99), "eps": 1e-8, "weight_decay": 0.1, "amsgrad": False, "params": [0]}
    entry = {"step": 20, "exp_avg": np.full(3, 0.1), "exp_avg_sq": np.full(3, 0.1)}
    state = {"state": {0: entry}, "param_groups": [group]}
    monkeypatch.setattr("adamproof.audit.states._torch", lambda path: state)
    (tmp_path / "opt.pt").write_bytes(b"PK")
    found = ask("bound", "--from", tmp_path / "opt.pt")
    assert found.exit_code == 2 and "a stored state is one moment of a training" in flat(found)
    given = ["--gap", "1", "--grad1", "1", "--L0", "1", "--sigma0", "1"]
    answer = ask("bound", "--from", tmp_path / "opt.pt", *given)
    for text in (
        "beta2 0.99 (recorded)",
        "lr 0.001 (recorded)",
        "steps 20 (",
        "dim 3 (",
        "weight_decay 0.1 (recorded)",
    ):
        assert text in flat(answer), answer.output
    assert "lr_schedule" not in answer.output.partition("From ")[2]


def test_many_records_are_read_by_other_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = [write(Path(f"{seed}.audit"), seed, probes=False, steps=10) for seed in range(4)]
    here, there = ask("audit", *names, "-j", 1), ask("audit", *names, "-j", 2)
    assert here.exit_code == there.exit_code == 0 and here.output == there.output
    assert json.loads(ask("audit", *names, "--json").output)["records"][3]["file"] == "3.audit"
    missing = ask("audit", *names[:3], "none.audit")
    assert (missing.exit_code, missing.output) == (2, ask("audit", "none.audit").output)


def test_many_records_on_a_cluster(cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = [write(Path(f"{seed}.audit"), seed, probes=False, steps=10) for seed in range(2)]
    there = ask("audit", *names, "--scheduler", cluster.scheduler_address)
    assert there.output == ask("audit", *names).output and there.exit_code == 0
