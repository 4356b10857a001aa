import time
from dataclasses import replace

from data_chef.registry import draw, get_task
from data_chef.sandbox import run_programs


def test_limits_stop_what_does_not_end():
    jobs = [
        ("x = 1", "assert x == 1"),
        ("while True: pass", ""),
        ("x = bytearray(2**32)", ""),
        ("import os; os._exit(0)", ""),
        ("import sys; sys.exit(0)", ""),
        ("print('1\\n' * 50)", "assert False"),
        ("def f(n): return f(n)", "f(1)"),
        ("def f(:", ""),
        ("y = 2", "assert y == 2"),
    ]
    clock = time.perf_counter()
    assert run_programs(jobs, seconds_each=0.5) == [True, *[False] * 7, True]
    assert time.perf_counter() - clock < 15


def test_programs_do_not_see_each_other():
    assert run_programs([("leak = 1", "assert leak"), ("", "leak")]) == [True, False]


def test_mutated_programs_fail_their_tests():
    """Another operator or another number in the body must be noticed by the asserts."""
    swaps = {" + ": " - ", " > ": " < ", " == 0": " == 1", "upper": "lower", "[:": "[1 + ", "sum(": "len(list("}
    changed = []
    for name in ("python_number_function", "python_list_function", "python_string_function"):
        for index in range(60):
            problem, _ = draw(name, "train", 2, index, (1, 2))
            head, body = problem.answer.split("\n", 1)
            for old, new in swaps.items():
                if old in body:
                    changed.append(replace(problem, answer=f"{head}\n{body.replace(old, new, 1)}"))
                    break
    assert len(changed) > 40
    passed = sum(get_task("python_list_function").check(changed))
    assert passed <= 0.05 * len(changed), f"{passed} of {len(changed)} wrong programs pass"
