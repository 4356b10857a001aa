"""The scaling study finds a law that is there, and its page shows what was measured."""

import json
from pathlib import Path

import numpy as np
import pytest
import scaling

from training.io import replace_block


ROOT = Path(__file__).parents[2]
FAMILIES = {"logic": 1.5, "mathematics": 1.0, "python": 0.5}


def law(body, tokens):
    return 1.2 + 60 / body**0.3 + 400 / tokens**0.4


def record(shape, steps, vocabulary, body):
    tokens = steps * scaling.TOKENS_A_STEP
    losses = {family: factor * law(body, tokens) for family, factor in FAMILIES.items()}
    match = {family: float(np.exp(-0.3 * loss**1.2)) for family, loss in losses.items()}
    return {
        "shape": shape, "steps": steps, "vocabulary": vocabulary, "body": body, "tokens": tokens, "minutes": 1.0,
        "nats_an_answer": losses, "exact_match": match,
    }  # fmt: skip


@pytest.fixture
def records():
    bodies = {"A": 1.3e5, "B": 4e5, "C": 2e6}
    jobs = [*scaling.RUNS_OF_FIT, *scaling.RUNS_OF_VOCABULARY, *scaling.HELD_BACK]
    return [record(*job, bodies[job[0]]) for job in jobs]


def test_a_law_that_is_there_is_found(records):
    found = scaling.predictions(records, 93_000_000)
    assert found["largest_error"] < 0.005
    held = found["held_back"][0]
    assert held["nats_an_answer"] == pytest.approx(held["measured"], rel=0.01)
    for one in found["odin_100m"]:
        expected = law(93_000_000, one["tokens"])
        assert one["nats_an_answer"] == pytest.approx(expected, rel=0.1) and one["low"] <= one["high"]
    losses = [one["nats_an_answer"] for one in found["odin_100m"]]
    assert losses == sorted(losses, reverse=True)


def test_tables_have_a_row_for_each_run(records):
    found = scaling.predictions(records, 93_000_000)
    fitted_and_held = [r for r in records if r["vocabulary"] == scaling.VOCABULARY]
    assert len(scaling.runs_table(records).splitlines()) == 2 + len(fitted_and_held)
    assert len(scaling.prediction_table(found).splitlines()) == 2 + len(scaling.TARGETS)
    assert len(scaling.vocabulary_table(records).splitlines()) == 2 + 3
    assert "Held back: 2.00M" in scaling.held_back_table(found)


def test_the_page_shows_the_measurements(tmp_path):
    measured = json.loads(scaling.RESULT.read_text())
    page = tmp_path / "scaling.md"
    page.write_text((ROOT / "docs" / "scaling.md").read_text())
    replace_block(page, "runs", scaling.runs_table(measured["runs"]))
    replace_block(page, "held-back", scaling.held_back_table(measured))
    replace_block(page, "prediction", scaling.prediction_table(measured))
    assert page.read_text() == (ROOT / "docs" / "scaling.md").read_text()
    decision = tmp_path / "decision.md"
    decision.write_text((ROOT / "docs" / "decisions" / "0005-vocabulary.md").read_text())
    replace_block(decision, "accuracy", scaling.vocabulary_table(measured["runs"]))
    assert decision.read_text() == (ROOT / "docs" / "decisions" / "0005-vocabulary.md").read_text()
