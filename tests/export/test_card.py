"""`card.json`, from which the web app says what a model is."""

import json
from pathlib import Path

import pytest

from export.card import card


RELEASE = Path(__file__).parents[2] / "odin-nano"


def test_a_folder_without_an_evaluation(tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    assert card(folder, 1234, {}) == {"name": "mine", "version": None, "parameters": 1234}


def test_the_export_holds_the_card(toy, exported):
    told = json.loads((exported / "card.json").read_text())
    assert told["name"] == toy.name
    assert told["parameters"] > 0


@pytest.mark.skipif(not (RELEASE / "evaluation.json").is_file(), reason="no released model in odin-nano/")
def test_numbers_of_the_release_are_those_of_its_model_card():
    told = card(RELEASE, 3_170_340, {"version": "0.3.0"})
    shown = (RELEASE / "README.md").read_text()
    assert f"{told['parameters']:,}-parameter" in shown
    for family in told["families"]:
        assert f"| {family['name']} | {family['problems']} | {family['score']:.1%} |" in shown
    assert {"gsm8k_style", "syllogisms", "mbpp"} <= {suite["name"] for suite in told["suites"]}
    for suite in told["suites"]:
        low, high = suite["interval"]
        assert low <= suite["score"] <= high
        assert f"| {suite['problems']} | {suite['score']:.1%} ({low:.1%} to {high:.1%}) |" in shown
