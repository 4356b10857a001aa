"""docs/export.md shows what was measured, and what was measured holds what the project promises."""

import json

import export_report
import pytest

from export.precisions import PRECISIONS


def test_document_is_that_of_the_measurements():
    text = export_report.DOCUMENT.read_text()
    blocks = export_report.blocks()
    assert set(blocks) == {"verification", "precisions", "benchmark", "launches"}
    for name, block in blocks.items():
        assert f"<!-- {name} -->\n{block}\n<!-- /{name} -->" in text


def test_every_precision_was_verified_and_passed():
    results = json.loads(export_report.VERIFICATION.read_text())
    assert set(results) == set(PRECISIONS)
    assert all(result["passed"] and result["model"] == "odin-nano" for result in results.values())
    assert len({json.dumps(result["prompts"]) for result in results.values()}) == 1


def test_a_failure_is_marked():
    check = {"passed": False, "measures": {"mean_in_standard_deviations": 0.5, "max": 2.0}}
    assert export_report.distance(check) == "**FAIL** 5.0e-01 (2.0e+00)"
    assert export_report.distance(check | {"passed": True}) == "5.0e-01 (2.0e+00)"


def audit(*launches):
    return {"fp32": {"fused": [{"launches": count} for count in launches]}}


def test_launches_of_a_layer_are_the_difference_of_two_sizes():
    table = export_report.launches_table({"odin-nano": audit(70, 5), "odin-100m": audit(141)})
    assert table.endswith("| fp32 | 75 | 141 | 11 | 9 |")
    with pytest.raises(ValueError, match="not alike"):
        export_report.launches_table({"odin-nano": audit(75), "odin-100m": audit(142)})
