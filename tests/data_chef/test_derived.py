"""The catalogue of algorithms, tracing, and what the tasks made from programs share."""

import subprocess
import sys
from random import Random

import pytest

from data_chef.programs import algorithms
from data_chef.programs.algorithms import CATALOGUE, HARDEST, draw_algorithm, examples, summaries
from data_chef.programs.derived import arguments_of, calls_in, draw_bug, fulfils, outcomes, program_in, same, shown
from data_chef.programs.expressions import FORMS, draw_expression, steps_hold, steps_of
from data_chef.programs.mutation import mutants
from data_chef.programs.tracing import TooLong, evaluate, reduce, trace, trace_script
from data_chef.sandbox import run_programs


TOTAL = """def total(numbers):
    result = 0
    for n in numbers:
        if n % 2 == 0:
            result += n * n
    return result
"""


def test_the_catalogue_is_large_and_its_keys_are_unique():
    assert len(CATALOGUE) >= 150
    assert len({recipe.key for recipe in CATALOGUE}) == len(CATALOGUE)


def test_every_program_of_every_algorithm_passes_and_its_mistakes_are_noticed():
    good, wrong = [], []
    for recipe in CATALOGUE:
        for seed in range(4):
            function = recipe.draw(Random(f"{recipe.key}{seed}"))
            text = function.name + function.summary + "".join(function.sources)
            assert "$" not in text and len(function.hints) == len(function.parameters) + 1, function
            assert all(eval(repr(example)) == example for example in function.examples)
            good += [(source, function.test()) for source in function.sources]
        wrong += [(mutant, function.test()) for mutant in mutants(function.sources[0], Random(1), 3)]
    assert [job for job, ok in zip(good, run_programs(good), strict=True) if not ok] == []
    assert sum(run_programs(wrong, 0.1)) < 0.1 * len(wrong)


@pytest.mark.parametrize("level", range(1, HARDEST + 1))
def test_functions_of_every_level_vary_and_their_wording_is_known(level):
    drawn = [draw_algorithm(Random(seed), level) for seed in range(200)]
    assert len({function.canonical for function in drawn}) >= 80
    for function in drawn:
        assert function.summary in summaries(function.canonical, function.parameters)
        assert len({repr(value) for _, value in function.examples}) > 1
        assert fulfils(function.sources[0], function.name, examples(function.canonical, Random(level)))
    with pytest.raises(ValueError, match="level must be"):
        draw_algorithm(Random(0), HARDEST + 1)


def test_an_algorithm_depends_on_its_generator_alone():
    code = (
        "from random import Random;from data_chef.programs.algorithms import draw_algorithm as d;"
        "from data_chef.registry import make_items as m;"
        "print([d(Random(i), 1 + i % 5) for i in range(60)]);"
        "print([i.row() for n in ('python_output','python_type_of') for i in m(n, 'train', 1, range(12)) if i])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in "12"
    }
    assert len(runs) == 1


def test_a_trace_tells_what_happens_line_by_line():
    steps, value = trace(TOTAL, "total", ([3, 4],))
    assert value == 16
    assert [(step.line, str(step)) for step in steps] == [
        (2, "result = 0"), (3, "n = 3"), (4, "n % 2 == 0: False"), (3, "n = 4"), (4, "n % 2 == 0: True"),
        (5, "n * n: 16"), (5, "result = 16"), (6, "return 16"),
    ]  # fmt: skip
    steps, space = trace_script("x = 1\nwhile x < 5:\n    x = x * 2 + 1\n")
    assert space["x"] == 7 and [str(step) for step in steps][-4:-1] == ["x < 5: True", "3 * 2 -> 6", "x = 7"]


def test_traces_show_comprehensions_and_inner_calls_and_leave_arguments_alone():
    program = (
        "def inner(n):\n    return -n\n\n\ndef outer(xs):\n    xs.sort()\n    return [inner(x) for x in xs if x]\n"
    )
    given = [2, 0]
    steps, value = trace(program, "outer", (given,))
    assert value == [-2] and given == [2, 0]
    assert [str(step) for step in steps] == [
        "xs = [0, 2]", "x = 0: no", "inner(2):", "  return -2", "x = 2: -2", "return [-2]",
    ]  # fmt: skip


def test_what_never_ends_or_cannot_be_shown_is_too_long():
    with pytest.raises(TooLong):
        trace("def f(n):\n    while n:\n        n += 1\n", "f", (1,))
    with pytest.raises(TooLong):
        trace("def f(n):\n    x = iter([n])\n    return 1\n", "f", (1,))
    with pytest.raises(TooLong):
        trace("def f(n):\n    for c in set(n):\n        pass\n", "f", ("ab",))
    endless = "def f(n):\n    try:\n        while n:\n            n += 1\n    except Exception:\n        return 0\n"
    assert outcomes(endless, "f", [(1,), (0,)]) == ["TooLong", "None"]
    assert outcomes("def f(n):\n    return sum(range(10 ** n))\n", "f", [(9,), (1,)]) == ["TooLong", "45"]


def test_evaluation_goes_step_by_step_and_leaves_out_what_python_does_not_evaluate():
    assert reduce("len(a[1:]) + 1", {"a": [3, 1, 4]}) == [("[3, 1, 4][1:]", [1, 4]), ("len([1, 4])", 2), ("2 + 1", 3)]
    assert reduce("1 > 2 and 1 // 0") == [("1 > 2", False), ("False and 1 // 0", False)]
    assert reduce("7 if not [] else 1 // 0") == [("not []", True), ("7 if True else 1 // 0", 7)]
    steps: list = []
    with pytest.raises(NameError):
        reduce("(2 + 3) * y", {}, steps)
    assert steps == [("2 + 3", 5)]


@pytest.mark.parametrize("kind", [kind for kind in FORMS if kind != "dict"])
def test_random_expressions_have_the_type_and_right_steps(kind):
    for seed in range(60):
        text = draw_expression(Random(seed), kind, 1 + seed % 3, 6)
        assert type(evaluate(text)).__name__ == kind
        lines = steps_of(text)
        assert steps_hold(lines) and not steps_hold([lines[0] + "1"])


def test_programs_and_calls_are_found_in_questions():
    for seed in range(8):
        question = f"What does this do?\n\n{shown(Random(seed), TOTAL)}\n\nFind total([1, 2]) or so (please)."
        assert program_in(question) == TOTAL
        assert calls_in(question, "total") == ["total([1, 2])"]
    assert arguments_of("f('a)', -1, [2])") == ("a)", -1, [2])
    assert same("{'b': 1, 'a': 2}", {"a": 2, "b": 1}) and not same("TypeError", 1)


def test_a_bug_is_shown_by_its_call():
    for seed in range(20):
        bug = draw_bug(Random(seed), 1 + seed % 4, values_only=seed % 2 == 0)
        call = [bug.arguments]
        assert same(outcomes(bug.source, bug.function.name, call)[0], bug.expected)
        assert outcomes(bug.wrong, bug.function.name, call) == [bug.got] and not same(bug.got, bug.expected)
        assert not (bug.raises and seed % 2 == 0)


def test_pools_hold_functions_of_one_type():
    known = algorithms.pool(("list[int]", "int"))
    assert len(known) > 20 and len({function.canonical for function in known}) == len(known)
