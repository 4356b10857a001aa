"""docs/benchmark.md says what docs/studies/decoding_speed.py measured, and that is fast enough."""

import json

import decoding_speed


def test_the_table_is_what_was_measured():
    measured = json.loads(decoding_speed.RESULTS.read_text())
    document = (decoding_speed.HERE.parent / "benchmark.md").read_text()
    assert decoding_speed.table(measured["runs"]) in document
    forced = [run for run in measured["runs"] if run["lengths"] != "natural"]
    assert all(run["tokens"] == 200_000 and run["problems"] == 1000 for run in forced)
    assert max(run["seconds_for_1000_problems"] for run in forced) < measured["target_seconds"]
