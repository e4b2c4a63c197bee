"""The command `magnitude`."""

from __future__ import annotations

from tests.cli.test_bound import answer, ask


def test_magnitude() -> None:
    found = answer("magnitude", "--beta1", "0.9", "--beta2", "0.999", "--steps", "10", "--V", "1", "--digits", "30")
    assert found["R^2 - 1"]["exact"] == "363/7" and found["R"]["low"] == "7.2702917999996985776318594782"
    text = ask("magnitude", "--beta1", "0.9", "--beta2", "0.5", "--steps", "10").output
    assert "none, as beta1^2 >= beta2: some gradients" in text and "R_t" in text


def test_weight_decay_gives_the_box_of_adamw() -> None:
    found = answer("magnitude", "--beta1", "0.95", "--beta2", "0.95", "--weight-decay", "0.1")
    assert found["box"]["exact"] == "10" and found["settings"]["weight_decay"] == "1/10"
    text = ask("magnitude", "--beta1", "0.9", "--beta2", "0.999", "--weight-decay", "0.1").output
    assert "72.7029" in text and "|x_t| <= max(|x_1|, R/decay)" in text and "adamw-box" in text
    assert answer("magnitude", "--beta1", "0.9", "--beta2", "0.999")["box"] is None


def test_weight_decay_without_a_box_is_noted() -> None:
    for beta2, decay in (("0.999", "0"), ("0.5", "0.1")):
        found = ask("magnitude", "--beta1", "0.9", "--beta2", beta2, "--weight-decay", decay)
        assert found.exit_code == 0 and "R/decay" not in found.output and "weight-decay has no effect" in found.output
    refused = ask("magnitude", "--beta1", "0.9", "--beta2", "0.999", "--weight-decay", "-1")
    assert refused.exit_code == 2 and "weight_decay must be at least 0" in refused.output


def test_the_map() -> None:
    text = ask("magnitude", "--map").output
    assert "[1]" in text and "7.271" in text and "\n\nR, rounded up. " in text
    cells = answer("magnitude", "--map")["map"]
    assert sum(cell["R"] is None for cell in cells) == text.count("  .") + text.count(" .\n") - text.count("  .\n")


def test_magnitude_needs_betas() -> None:
    found = ask("magnitude", "--beta1", "0.9")
    assert found.exit_code == 2 and found.output == "Error: a magnitude needs beta2, decay rate of the second moment\n"
