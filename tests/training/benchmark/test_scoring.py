"""A right answer is marked right, a wrong one wrong, and the numbers are those of the formulas."""

import math
from itertools import combinations

import numpy as np
import pytest

from training.benchmark import scoring
from training.benchmark.report import compare, comparison_table, suite_report
from training.benchmark.scoring import Mark, majority, mark_answers, with_programs
from training.benchmark.statistics import bootstrap, maximal_ks, mcnemar, pass_at_k, wilson


MATH = {"id": "m", "kind": "math", "answer": "1200"}
CHOICE = {"id": "c", "kind": "choice", "answer": "No", "choices": ["Yes", "No"]}
TEXT = {"id": "t", "kind": "text", "answer": "3/4", "solution": "steps"}
CHAT = {"id": "h", "kind": "text", "answer": "Hello!", "solution": ""}
CODE = {"id": "p", "kind": "code", "prompt": "Double it.", "entry_point": "double", "test": "assert double(4) == 8"}


@pytest.mark.parametrize(
    "problem, text, strict, lenient",
    [
        (MATH, "6*200=1200\n#### 1,200", True, True),
        (MATH, "#### 1200\nno\n#### 12", False, False),
        (MATH, "it is $1,200.00", False, True),
        (CHOICE, "#### No", True, True),
        (CHOICE, "Yes? No.", False, True),
        (CHOICE, "#### Yes, not no", False, True),
        (TEXT, "#### 3/4", True, True),
        # In a corpus the form of the answer is part of the task.
        (TEXT, "#### 0.75", False, False),
        (TEXT, "3/4", False, True),
        (CHAT, "hello!", True, True),
        (CODE, "```python\ndef double(x):\n    return 2 * x\n```", True, True),
        (CODE, "```python\ndef double(x):\n    return x\n```", False, False),
        (CODE, "```python\ndef double(x) return\n```", False, False),
        (CODE, "", False, False),
    ],
)
def test_marks(problem, text, strict, lenient):
    (mark,) = mark_answers([problem], [text])
    assert (mark.strict, mark.lenient) == (strict, lenient)


def test_marks_stay_with_their_problems():
    problems = [CODE, MATH, CODE | {"test": "assert double(4) == 4"}, CHOICE]
    program = "```python\ndef double(x):\n    return 2 * x\n```"
    assert [m.strict for m in mark_answers(problems, [program, "#### 1200", program, "#### No"])] == [1, 1, 0, 1]


def test_a_check_that_nobody_calls_is_called():
    problem = CODE | {"test": "def check(f):\n    assert f(4) == 8\n"}
    right, wrong = (f"```python\ndef double(x):\n    return {n} * x\n```" for n in (2, 3))
    assert [mark.strict for mark in mark_answers([problem, problem], [right, wrong])] == [True, False]
    called = problem | {"test": problem["test"] + "\ncheck(double)\n"}
    assert scoring.whole_test(called) == called["test"]


def test_setup_runs_before_the_tests():
    problem = CODE | {"setup": "import math", "test": "assert double(math.pi) > 6"}
    assert mark_answers([problem], ["```python\ndef double(x):\n    return 2 * x\n```"])[0].strict


def test_programs_answer_mathematical_questions(monkeypatch):
    """The value of `solution()`, as the sandbox reports it, replaces the reading of the text."""

    class Verdict:
        passed = False

        def __init__(self, message):
            self.message = message

    def run_untrusted(jobs):
        assert len(jobs) == 3
        for program, test in jobs:
            space: dict = {}
            exec(program, space)
            try:
                exec(test, space)
            except (RuntimeError, ZeroDivisionError) as error:
                yield Verdict(f"{type(error).__name__}: {error} (line 1 of the test: {test})")

    monkeypatch.setattr(scoring, "run_untrusted", run_untrusted)
    fenced = "```python\ndef solution():\n    return {}\n```\n#### 5"
    texts = [fenced.format("1200.0"), fenced.format("7"), "#### 1200", fenced.format("1 / 0").replace("5", "1200")]
    plain = mark_answers([MATH] * 4, texts)
    tooled = with_programs([MATH] * 4, texts, plain)
    assert [mark.strict for mark in plain] == [False, False, True, True]
    # A program that fails leaves what the text says.
    assert [mark.strict for mark in tooled] == [True, False, True, True]
    assert tooled[0].extracted == "1200.0"


def mark(answer, right):
    return Mark(right, right, answer, answer)


@pytest.mark.parametrize(
    "answers, right",
    [
        (["3", "4", "4"], True),
        (["3", "3", "4"], False),
        # Of equals, the first to reach the number.
        (["3", "4", "4", "3"], True),
        (["4", "3", "3", "4"], False),
        (["4.0", "3", "4"], True),
        ([None, None, "4"], True),
        ([None], False),
        ([], False),
    ],
)
def test_majority(answers, right):
    assert majority([mark(a, a is not None and float(a) == 4) for a in answers], "strict") is right


def test_wilson_interval_against_known_values():
    assert wilson(0, 10) == pytest.approx([0.0, 0.2775], abs=1e-3)
    assert wilson(81, 263) == pytest.approx([0.2553, 0.3662], abs=1e-3)
    assert wilson(10, 10)[1] == 1.0 and wilson(0, 0) == [0.0, 1.0]


def test_pass_at_k_by_counting_all_draws():
    for samples in range(1, 8):
        for right in range(samples + 1):
            for k in range(1, samples + 1):
                draws = list(combinations([True] * right + [False] * (samples - right), k))
                assert pass_at_k(samples, right, k) == pytest.approx(sum(map(any, draws)) / len(draws))
    for wrong in ((3, 4, 1), (3, 1, 4), (3, 1, 0), (3, -1, 1)):
        with pytest.raises(ValueError):
            pass_at_k(*wrong)


def test_pass_at_k_has_no_bias():
    """Mean over all outcomes of n samples, weighted by their chance, is 1 - (1-p)^k."""
    n, p, k = 6, 0.3, 3
    chances = [math.comb(n, c) * p**c * (1 - p) ** (n - c) for c in range(n + 1)]
    assert sum(w * pass_at_k(n, c, k) for c, w in enumerate(chances)) == pytest.approx(1 - (1 - p) ** k)


def test_mcnemar_against_the_binomial():
    assert mcnemar(0, 0) == 1 and mcnemar(5, 5) == 1
    assert mcnemar(1, 9) == pytest.approx(2 * 11 / 1024)
    assert mcnemar(9, 1) == mcnemar(1, 9)
    assert 0 < mcnemar(700, 900) < 1e-5


def test_bootstrap_is_the_same_for_the_same_seed_and_near_the_normal_interval():
    values = np.random.default_rng(0).random(400)
    low, high = bootstrap(values, seed=1)
    assert [low, high] == bootstrap(values, seed=1) != bootstrap(values, seed=2)
    half = 1.96 * values.std() / 20
    assert [low, high] == pytest.approx([values.mean() - half, values.mean() + half], abs=0.004)


def test_ks():
    assert maximal_ks(1) == [1] and maximal_ks(8) == [1, 5, 8] and maximal_ks(10) == [1, 5, 10]


def problems(count):
    return [{"id": str(i), "task": "ab"[i % 2], "steps": i % 2 + 1, "kind": "math"} for i in range(count)]


def report(right, version=1):
    marks = [[mark(str(r), bool(r)) for r in of] for of in right]
    part = suite_report({"suite_sha256": "x", "version": version}, problems(len(right)), {"none": marks}, "strict")
    return {"suites": {"s": part}}


def test_scores_by_group_and_over_samples():
    part = report([[1, 1], [0, 0], [1, 0], [0, 0]])["suites"]["s"]
    result = part["results"]["none"]
    assert result["score"] == result["pass@k"]["1"]["value"] == 3 / 8
    assert result["pass@k"]["2"]["value"] == 0.5 and result["maj@2"]["value"] == 0.5
    assert part["by"]["task"]["a"]["none"]["score"] == 0.75 and part["by"]["task"]["b"]["none"]["score"] == 0
    assert list(part["by"]["steps"]) == ["1", "2"]
    single = report([[1], [0]])["suites"]["s"]["results"]["none"]
    assert single["score_interval"] == wilson(1, 2) and "pass@k" not in single


def test_comparison_pairs_the_same_problems():
    first, second = report([[0]] * 10), report([[1]] * 8 + [[0]] * 4)
    (row,) = compare(first, second)
    assert (row["problems"], row["only_first"], row["only_second"]) == (10, 0, 8)
    assert row["difference"] == 0.8 and row["p"] == mcnemar(0, 8) and row["interval"][0] > 0.4
    assert "+80.0" in comparison_table([row], ("a", "b"))
    with pytest.raises(ValueError, match="another version"):
        compare(first, report([[1]], version=2))
    with pytest.raises(ValueError, match="no problem in common"):
        compare(first, {"suites": {}})
