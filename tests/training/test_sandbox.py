# ruff: noqa: E501 -- programs are easier to read whole
"""Ordinary programs: right ones pass, wrong ones fail with a reason, whatever they hand over, in the order given."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from training.sandbox import Limits, Verdict, isolation, run_untrusted
from training.sandbox.worker import Worker


ROOT = Path(__file__).resolve().parents[2]

CLOSE = """
from typing import List
import math

def has_close(numbers: List[float], threshold: float) -> bool:
    return any(abs(a - b) < threshold for i, a in enumerate(numbers) for b in numbers[:i])
"""
CLOSE_TEST = """
METADATA = {"author": "test"}
def check(candidate):
    assert candidate([1.0, 2.0, 3.9, 4.0], 0.3) == True
    assert candidate([1.0, 2.0, 5.9, 4.0], 0.8) is False
    assert math.fabs(candidate([], 1.0)) == 0
check(has_close)
"""
STACK = """
class Empty(LookupError):
    pass

class Stack:
    kind = "last in, first out"
    def __init__(self, items=()):
        self.items = list(items)
    def push(self, item):
        self.items.append(item)
        return self
    def pop(self):
        if not self.items:
            raise Empty("nothing here", 7)
        return self.items.pop()
    def __len__(self):
        return len(self.items)
    def __eq__(self, other):
        return isinstance(other, Stack) and self.items == other.items
    def __add__(self, other):
        return Stack(self.items + other.items)
    def __contains__(self, item):
        return item in self.items
"""

RIGHT = {
    "HumanEval's form": (CLOSE, CLOSE_TEST),
    "nothing to test": ("x = 1", ""),
    "modules": (
        "import math, re, itertools, collections, functools, typing, string, heapq, bisect, random, datetime, json\n"
        "import operator, copy, sys, os, dataclasses, enum\nfrom collections import Counter\n"
        "def f(text):\n    return Counter(re.findall('a+', text))",
        "assert f('aa b a a') == {'aa': 1, 'a': 2}\nassert f('a').most_common(1) == [('a', 1)]",
    ),
    "plain values of all kinds": (
        "def same(x):\n    return x",
        """
import collections, datetime, decimal, fractions, math
Point = collections.namedtuple("Point", "x y")
for value in (None, True, 1, -(10**5000), 1.5, "ä\\ud800", b"b", bytearray(b"c"), 1j, (1, (2,)), [[]], {1: {2: 3}}, {1, 2},
              frozenset("ab"), range(3), ..., fractions.Fraction(1, 3), decimal.Decimal("0.10"), float("inf"), Point(1, 2),
              datetime.date(2024, 2, 29), datetime.datetime(2024, 2, 29, 12), datetime.timedelta(1), slice(1, 2),
              collections.Counter("aab"), collections.OrderedDict(a=1), collections.deque([1], 3)):
    answer = same(value)
    assert answer == value and (type(answer) is type(value) or answer.x == 1), (answer, value)
assert math.isnan(same(math.nan)) and same(True) is True
""",
    ),
    "mutation": (
        "def sort(values, seen):\n    values.sort()\n    seen['n'] = len(values)",
        "a, b = [3, 1, 2], {}\nassert sort(a, b) is None\nassert a == [1, 2, 3] and b == {'n': 3}",
    ),
    "functions both ways": (
        "def twice(f):\n    return lambda x: f(f(x))\ndef fold(f, xs, start):\n    for x in xs: start = f(start, x)\n    return start",
        "import operator\nassert twice(lambda x: x + 3)(1) == 7\nassert twice(str.upper)('a') == 'A'\n"
        "assert fold(operator.add, iter([1, 2]), 0) == 3\nassert fold(max, (x for x in [1, 5]), 0) == 5",
    ),
    "errors of the test's functions": (
        "def safe(f, x):\n    try:\n        return f(x)\n    except ValueError as problem:\n        return str(problem)",
        "def bad(x): raise ValueError('no ' + x)\nassert safe(bad, 'luck') == 'no luck'\nassert safe(int, '7') == 7",
    ),
    "generators": (
        "def count(n):\n    yield from range(n)\ndef squares(xs):\n    return map(lambda x: x * x, xs)",
        "assert list(count(3)) == [0, 1, 2]\nassert sum(squares([1, 2])) == 5\ng = count(1)\nassert next(g) == 0\n"
        "try:\n    next(g)\n    assert False\nexcept StopIteration:\n    pass\nassert 2 in count(5)",
    ),
    "classes": (
        STACK,
        """
s = Stack([1])
assert s.push(2) is not None and len(s) == 2 and s.items == [1, 2] and s.kind.startswith("last")
assert s == Stack([1, 2]) and s != Stack() and isinstance(s, Stack) and not isinstance(3, Stack)
assert (s + s).items == [1, 2, 1, 2]
s.items = [5]
assert s.pop() == 5 and not s
try:
    s.pop()
    assert False
except Empty as problem:
    assert problem.args == ("nothing here", 7) and isinstance(problem, LookupError)
""",
    ),
    "errors": (
        "def f(x):\n    if x < 0: raise ValueError('negative')\n    return {}['a']",
        "import unittest\ncase = unittest.TestCase()\nwith case.assertRaisesRegex(ValueError, 'neg'):\n    f(-1)\n"
        "case.assertRaises(KeyError, f, 1)",
    ),
    "a test case": (
        "def f(x):\n    return x + 1",
        "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(f(1), 2)\n"
        "result = unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(T))\n"
        "assert result.wasSuccessful()",
    ),
    "a built-in's name": ("def sum(a, b):\n    return a * b", "assert sum(3, 4) == 12"),
    "no input": (
        "import sys\ndef f():\n    try:\n        return input()\n    except EOFError:\n        return sys.stdin.read()",
        "assert f() == ''",
    ),
    "files of its own": (
        "import tempfile\ndef f():\n    open('a', 'w').write('b')\n    with tempfile.TemporaryFile('w+') as g:\n"
        "        g.write('c')\n        g.seek(0)\n        return open('a').read() + g.read()",
        "assert f() == 'bc'",
    ),
    "no main": ("if __name__ == '__main__':\n    print(input())\ndef f(): return 1", "assert f() == 1"),
    "threads": (
        "import threading\ndef f():\n    r = []\n    t = [threading.Thread(target=r.append, args=(i,)) for i in range(3)]\n"
        "    [x.start() for x in t]\n    [x.join() for x in t]\n    return sorted(r)",
        "assert f() == [0, 1, 2]",
    ),
    "seeds": ("import random\ndef f(): return [random.random(), hash('a')]", "first = f()\nassert first != f()"),
}

WRONG = {
    "a wrong answer": ("def f(x):\n    return x", "assert f(1) == 2, 'off by one'", "failed", "line 1 of the test"),
    "an error": ("def f(x):\n    return y", "assert f(1) == 2", "failed", "NameError: name 'y' is not defined"),
    "no function": ("x = 1", "assert f(1) == 2", "failed", "NameError"),
    "an error at import": ("import no_such_module", "", "failed", "ModuleNotFoundError"),
    "not Python": ("def f(x:", "assert f(1) == 2", "syntax error", "never closed"),
    "not Python, late": ("return 1", "assert f(1) == 2", "syntax error", "outside function"),
    "a null": ("x = '\0'", "", "syntax error", ""),
    "half a character": ("x = '\ud800'", "", "syntax error", ""),
    "the test is not Python": ("x = 1", "assert f(", "invalid test", ""),
    "the test hands over an object": (
        "def f(x):\n    return 1",
        "class C: pass\nassert f(C()) == 1",
        "invalid test",
        "C, which cannot",
    ),
}


@pytest.fixture(scope="module")
def worker():
    with Worker(isolation()["container"], Limits(seconds=20)) as made:
        yield made


@pytest.mark.parametrize("name", RIGHT)
def test_right_programs_pass(worker, name):
    assert worker.run(*RIGHT[name]) == Verdict(True, "passed")


@pytest.mark.parametrize("name", WRONG)
def test_wrong_programs_fail_with_the_reason(worker, name):
    program, test, reason, message = WRONG[name]
    verdict = worker.run(program, test)
    assert verdict.reason == reason and message in verdict.message, verdict
    assert not verdict.passed


def test_order_and_workers():
    """Twice as many workers, the same verdicts, each at its job's place."""
    jobs = [(f"def f():\n    return {i}", f"assert f() == {i - i % 3}") for i in range(21)]
    one, two = (run_untrusted(jobs, Limits(seconds=20), workers=count) for count in (1, 2))
    assert one == two
    assert [verdict.passed for verdict in one] == [i % 3 == 0 for i in range(21)]


def test_the_same_every_time(worker):
    program = "import random\ndef f():\n    return repr((random.random(), hash('a'), set('abcdef')))"
    first, second = (worker.run(program, "assert f() == 0, f()") for _ in range(2))
    assert first == second


def test_nothing_to_do():
    assert run_untrusted([]) == []


def test_a_server_that_is_killed_is_replaced():
    with Worker(isolation()["container"], Limits(seconds=20)) as made:
        first = made.process
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
        assert made.run("def f(): return 1", "assert f() == 1").passed
        assert made.process is not first


def test_a_caller_that_is_killed_leaves_nothing(tmp_path):
    """No folder and no process, though nobody was there to clean up."""
    program = "import time\nprint('x', flush=True)\ntime.sleep(300)"
    code = f"import training.sandbox as s\ns.run_untrusted([({program!r}, '')], s.Limits(300), container='none')"
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    caller = subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=ROOT)
    try:
        wait_until(lambda: list(tmp_path.glob("odin-sandbox-*/job")), caller)
    finally:
        caller.kill()
        caller.wait()
    wait_until(lambda: not list(tmp_path.glob("odin-sandbox-*")))


def wait_until(condition, process=None):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline and (process is None or process.poll() is None)
        time.sleep(0.05)


@pytest.mark.parametrize("wrong", [{"seconds": 0}, {"memory_bytes": 1}, {"processes": 0}, {"seconds": float("inf")}])
def test_limits_are_checked(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Limits(**wrong)


def test_wishes_are_checked():
    with pytest.raises(ValueError, match="bubblewrap"):
        run_untrusted([("", "")], container="docker")
    with pytest.raises(ValueError, match="workers"):
        run_untrusted([("", "")], workers=0)
    with pytest.raises(ValueError, match="verdict"):
        Verdict(True, "failed")
