"""The part of the page's Python sandbox that is itself Python, under CPython."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest


RUNNER = Path(__file__).parents[2] / "space" / "app" / "python" / "runner.py"


@pytest.fixture
def runner(monkeypatch):
    specification = importlib.util.spec_from_file_location("runner", RUNNER)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # put back afterwards
    return module.Runner()


def error_of(runner, program: str) -> dict | None:
    return json.loads(runner.program(program))


def outcome_of(runner, line: str) -> dict:
    result = json.loads(runner.test(line))
    assert result.pop("test") == line
    return result


def test_a_right_program_passes(runner):
    assert error_of(runner, "def double(x):\n    return 2 * x\n") is None
    for line in (
        "assert double(2) == 4",
        "assert double(2) != 5 and double(1)",
        "assert 4 == double(2)",
        "assert not double(0)",
        "assert double(3) in (5, 6)",
        "assert 1 < double(1) < 3",
        "values = [double(n) for n in range(3)]; assert values == [0, 2, 4]",
        "double('a')",
    ):
        assert outcome_of(runner, line) == {"outcome": "passed"}, line


@pytest.mark.parametrize(
    "line, actual",
    [
        ("assert half(4) == 3", "2.0"),
        ("assert 3 == half(4)", "2.0"),
        ("assert half(4) > 3", "2.0"),
        ("assert not half(4)", "2.0"),
        ("assert half(0)", "0.0"),
        ("assert half(4) == 2 == half(6)", "2.0"),
        ("assert [half(n) for n in (2, 4)] == [1]", "[1.0, 2.0]"),
        ("assert half(0) or half(4) > 3", "False"),
    ],
)
def test_a_failed_assertion_shows_what_was_there(runner, line, actual):
    assert error_of(runner, "half = lambda x: x / 2") is None
    assert outcome_of(runner, line) == {"outcome": "failed", "actual": actual}


def test_what_is_shown_is_computed_once(runner):
    error_of(runner, "calls = 0\ndef count():\n    global calls\n    calls += 1\n    return calls\n")
    assert outcome_of(runner, "assert count() == 2, f'after {calls}'") == {
        "outcome": "failed",
        "actual": "1",
        "message": "after 1",
    }
    assert outcome_of(runner, "assert count() == 2") == {"outcome": "passed"}


def test_an_exception_is_an_error_even_an_assertion_of_the_program(runner):
    error_of(runner, "def f(x):\n    assert x > 0, 'too small'\n    return 1 / (x - 1)\n")
    message = "AssertionError: too small (line 2)"
    assert outcome_of(runner, "assert f(0) == 1") == {"outcome": "error", "message": message}
    message = "ZeroDivisionError: division by zero (line 3)"
    assert outcome_of(runner, "assert f(1) == 1") == {"outcome": "error", "message": message}
    assert outcome_of(runner, "assert g(1) == 1")["message"] == "NameError: name 'g' is not defined"
    assert outcome_of(runner, "assert f(1 ==")["message"].startswith("SyntaxError: ")


@pytest.mark.parametrize(
    "program, kind, message, line",
    [
        ("x = 1\ny = x / 0\n", "ZeroDivisionError", "division by zero", 2),
        ("def f(n):\n    return g(n)\n\nf(1)\n", "NameError", "name 'g' is not defined", 2),
        ("x = 1\ndef f(:\n    pass\n", "SyntaxError", None, 2),
        ("if True:\nx = 1\n", "IndentationError", None, 2),
        ("import json\njson.loads('[')\n", "JSONDecodeError", None, 2),
        ("def f():\n    return f()\nf()", "RecursionError", None, 2),
        ("\nraise SystemExit('no')", "SystemExit", "no", 2),
    ],
)
def test_an_error_has_its_type_message_and_line(runner, program, kind, message, line):
    error = error_of(runner, program)
    assert error["type"] == kind
    assert error["line"] == line
    assert message is None or error["message"] == message
    assert error["message"]
    assert "program.py" in error["traceback"] and "runner.py" not in error["traceback"]


def test_leaving_is_no_error(runner):
    assert error_of(runner, "import sys\nsys.exit()") is None
    assert error_of(runner, "exit(0)") is None


def test_the_program_is_main_and_its_classes_work(runner):
    program = (
        "from __future__ import annotations\nfrom dataclasses import dataclass\nimport pickle\n"
        "@dataclass\nclass Point:\n    x: int = 1\n"
        "if __name__ == '__main__':\n    copy = pickle.loads(pickle.dumps(Point(2)))\n"
    )
    assert error_of(runner, program) is None
    assert outcome_of(runner, "assert copy == Point(3)") == {"outcome": "failed", "actual": "Point(x=2)"}


def test_values_that_fight_back(runner):
    error_of(
        runner,
        "class Evil:\n    def __repr__(self):\n        raise KeyError\n"
        "    def __bool__(self):\n        raise ValueError('no')\n"
        "class Quiet(Exception):\n    def __str__(self):\n        raise TypeError\n",
    )
    assert outcome_of(runner, "assert Evil() == 1")["actual"] == "<Evil, which cannot be shown: KeyError>"
    assert outcome_of(runner, "assert Evil()") == {"outcome": "error", "message": "ValueError: no (line 5)"}
    assert error_of(runner, "raise Quiet")["message"] == "<Quiet, which cannot be shown: TypeError>"
    assert len(outcome_of(runner, "assert 'x' * 10**6 == ''")["actual"]) < 5000
    assert len(error_of(runner, "raise ValueError('x' * 10**6)")["message"]) < 5000
    assert error_of(runner, r"raise ValueError('\ud800')")["message"] == "\ud800"
