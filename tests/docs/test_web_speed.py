"""The table of docs/decisions/0006-runtime.md is that of the measurement, and its ratios are those of the rounds."""

import json

import numpy as np
import pytest
import web_speed

from export.errors import ExportError


def result(decode, **more):
    return {"bytes": 1_000_000, "load_ms": 500.0, "ms": {"decode 128": decode, "prefill 256": [40.0], **more}}


def test_document_is_that_of_the_measurement():
    report = json.loads(web_speed.RESULTS.read_text())
    assert f"<!-- web -->\n{web_speed.table(report)}\n<!-- /web -->" in web_speed.DOCUMENT.read_text()
    assert set(report["threads"]) == {"1", "2"}
    for results in report["threads"].values():
        assert {len(times) for found in results.values() for times in found["ms"].values()} == {report["rounds"]}


def test_a_state_of_constant_size_is_timed_once_and_compared_everywhere():
    peer = result([20.0], **{"decode 1024": [40.0], "decode 4096": [90.0]})
    results = {web_speed.REFERENCE: result([10.0]), "gpt2 int8": peer}
    memory = {name: {"peak_bytes": 2_000_000} for name in results}
    table = web_speed.table({"threads": {"1": results}, "memory": memory})
    assert table.endswith("| 1 | gpt2 int8 | 1 | 2 | 0.5 | 20.0 | 40.0 | 90.0 | 40.0 | 2.00 / 4.00 / 9.00 |")
    assert "| 10.0 | 10.0 | 10.0 | 40.0 | 1.00 / 1.00 / 1.00 |" in table


def test_what_the_page_reports_is_not_taken_for_a_time():
    with pytest.raises(ExportError, match="out of memory"):
        web_speed.checked({"error": "out of memory"})
    assert web_speed.checked([1.0]) == [1.0]


def test_inputs_in_words():
    words = web_speed.described({"ids": np.array([[7, 8]]), "empty": np.zeros([1, 0, 4], np.float32)})
    assert words[0] == {"name": "ids", "type": "int64", "dims": [1, 2], "fill": 7.0}
    assert words[1] == {"name": "empty", "type": "float32", "dims": [1, 0, 4], "fill": 0.0}
