"""The log's table of errors is that of the verdicts."""

import json
from pathlib import Path

import errors


ROOT = Path(__file__).parents[2]


def test_the_log_shows_the_verdicts():
    measured = json.loads((ROOT / "docs" / "measurements" / "errors.json").read_text())
    assert errors.table(measured) in (ROOT / "docs" / "log.md").read_text()


def test_every_answer_read_is_counted_once():
    sets = {"s": {"wrong": 9, "total": 20, "items": {"a": "arithmetic", "b": "arithmetic", "c": "too_long"}}}
    row = errors.table({"sets": sets}).splitlines()[-1]
    cells = [cell.strip() for cell in row.split("|")[1:-1]]
    assert cells[:3] == ["s", "9 of 20", "3"]
    assert sum(int(cell or 0) for cell in cells[3:]) == 3 and cells[-1] == "1"
