"""The log's comparison of two releases is that of the measurements, and the newer numbers are the release's own."""

import json
import sys
from pathlib import Path


ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs/studies"))

import releases  # noqa: E402


def test_log_shows_what_was_measured():
    results = json.loads(releases.RESULTS.read_text())
    text = releases.LOG.read_text()
    assert len(results["tasks"]) > 20 and len(results["suites"]) > 5
    assert all(releases.table(found) in text for found in results.values())


def test_only_what_both_have_is_compared():
    one, two = {"problems": 4, "score": 0.25}, {"problems": 8, "score": 1.0}
    found = releases.rows({"gcd": one, "old": one}, {"gcd": two, "new": two})
    assert found == [{"name": "gcd", "before": one, "after": two}]
    assert releases.table(found).endswith("| gcd | 4 | 25.0% | 8 | 100.0% |")
