"""The `evaluate` modules load from their folders without a network and give the numbers of the formulas."""

from itertools import combinations
from pathlib import Path

import pytest

from training.benchmark.statistics import wilson


evaluate = pytest.importorskip("evaluate")
METRICS = Path(__file__).parents[3] / "training/metrics"


@pytest.fixture(scope="module", autouse=True)
def offline(tmp_path_factory):
    """No network. The cache of modules stays where it is: `evaluate` imports from it by one name for a process."""
    patch = pytest.MonkeyPatch()
    cache = tmp_path_factory.mktemp("evaluate")
    patch.setattr(evaluate.config, "HF_EVALUATE_OFFLINE", True)
    patch.setattr(evaluate.config, "HF_METRICS_CACHE", str(cache / "metrics"))
    yield
    patch.undo()


@pytest.fixture
def exact_match(tmp_path):
    return evaluate.load(str(METRICS / "exact_match_ci"), cache_dir=str(tmp_path))


@pytest.fixture
def pass_at_k(tmp_path):
    return evaluate.load(str(METRICS / "pass_at_k"), cache_dir=str(tmp_path))


def test_exact_match_with_interval(exact_match):
    result = exact_match.compute(predictions=["Yes", " no. ", "1,200", "x"], references=["yes", "no", "1200", "y"])
    assert result["exact_match"] == 0.75 and result["interval"] == wilson(3, 4) and result["total"] == 4
    numbers = {"predictions": ["0.5", "$7.00"], "references": ["1/2", "7"]}
    assert exact_match.compute(**numbers)["exact_match"] == 0
    assert exact_match.compute(**numbers, kind="math")["exact_match"] == 1
    # 40 of 100 at 99%: Wilson's formula with z = 2.5758.
    wide = exact_match.compute(predictions=["a"] * 40 + ["b"] * 60, references=["a"] * 100, confidence_level=0.99)
    assert wide["interval"] == pytest.approx([0.2842, 0.5282], abs=1e-3)
    with pytest.raises(ValueError, match="kind"):
        exact_match.compute(**numbers, kind="maths")


def test_pass_at_k_from_verdicts_and_counts(pass_at_k):
    verdicts = [[True, False, False, True], [False] * 4, [True] * 4]
    result = pass_at_k.compute(predictions=verdicts, k=[1, 2, 4])
    for k in (1, 2, 4):
        shares = [sum(map(any, combinations(of, k))) / len(list(combinations(of, k))) for of in verdicts]
        assert result[f"pass@{k}"] == pytest.approx(sum(shares) / 3)
        low, high = result[f"pass@{k}_interval"]
        assert 0 <= low <= result[f"pass@{k}"] <= high <= 1
    assert pass_at_k.compute(predictions=[2, 0, 4], references=[4, 4, 4], k=[1, 2, 4]) == result
    with pytest.raises(ValueError, match="pass@5 needs at least 5 samples"):
        pass_at_k.compute(predictions=verdicts, k=[5])


def test_pass_at_k_runs_programs(pass_at_k):
    programs = [["def f(): return 1", "def f(): return 2"], ["def f(", "def f(): return 3"]]
    result = pass_at_k.compute(predictions=programs, references=["assert f() == 1", "assert f() == 4"], k=[1, 2])
    assert result["pass@1"] == 0.25 and result["pass@2"] == 0.5


def test_they_say_what_they_are(exact_match, pass_at_k):
    for metric in (exact_match, pass_at_k):
        assert metric.description and metric.citation.strip().startswith("@") and "Args" in metric.inputs_description
