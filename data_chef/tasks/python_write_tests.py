"""Tests for a given function: they must pass for it and fail for copies with a mistake."""

import re
from random import Random

from data_chef.item import Problem
from data_chef.programs.derived import (
    NAMESPACE,
    Leveled,
    code_problem,
    draw,
    fenced,
    outcomes,
    same,
    search,
    short_examples,
    shown,
)
from data_chef.programs.mutation import mutants
from data_chef.registry import Task, register
from data_chef.sandbox import run_programs


PHRASINGS = (
    "Write tests for this function.\n\n{code}",
    "Write a function {test} with assert statements that check {name}.\n\n{code}",
    "{code}\n\nPlease write a test for it, called {test}.",
    "Test this function with asserts, in a function {test}.\n\n{code}",
    "{code}\n\nHow could {name} be tested? Write `{test}`.",
    "Add a unit test {test} for the following code.\n\n{code}",
    "I want to be sure that {name} works. Write {test}.\n\n{code}",
    "Write some asserts that would notice a mistake in {name}. Put them into {test}.\n\n{code}",
)
WRONG = 4


class Config(Leveled):
    """The level of the functions."""


def generate(rng: Random, config: Config) -> Problem:
    def attempt() -> tuple | None:
        function = draw(rng, config.level)
        source = rng.choice(function.sources)
        examples = short_examples(function)
        calls = [arguments for arguments, _ in examples]
        wrong, caught = [], set()
        for mutant in mutants(source, rng, WRONG + 2):
            results = outcomes(mutant, function.name, calls, source)
            noticed = [i for i, (_, value) in enumerate(examples) if not same(results[i], value)]
            if noticed and "TooLong" not in results and "RecursionError" not in results:
                wrong.append((mutant, noticed))
        if len(examples) < 3 or len(wrong) < 2:
            return None
        for _, noticed in wrong[:WRONG]:
            if not caught & set(noticed):
                caught.add(noticed[0])
        spare = [i for i in range(len(examples)) if i not in caught]
        caught |= set(spare[: max(0, 3 - len(caught))])
        return function, source, [examples[i] for i in sorted(caught)], [mutant for mutant, _ in wrong[:WRONG]]

    function, source, examples, wrong = search(attempt)
    name = f"test_{function.name}"
    asserts = "".join(f"    assert {function.call(arguments)} == {value!r}\n" for arguments, value in examples)
    # The check runs the tests on the function, then on the copies with a mistake, where they must fail.
    check = [source, f"{name}()"]
    for mutant in wrong:
        check.append(f"{mutant}try:\n    {name}()\nexcept Exception:\n    pass\nelse:\n    raise AssertionError")
    question = rng.choice(PHRASINGS).format(code=shown(rng, source), name=function.name, test=name)
    if name not in question:
        question += f"\n\nCall the test {name}."
    return code_problem(function, question, f"def {name}():\n{asserts}", "\n".join(check) + "\n", name)


def verify_many(problems: list[Problem]) -> list[bool]:
    """The tests pass for the function and notice each mistake; there are two mistakes at least."""
    passed = run_programs([(p.answer, p.test) for p in problems])
    formed = [p.solution == fenced(p.answer) and p.test.count("\ntry:\n") >= 2 for p in problems]
    asserts = [len(re.findall(r"^    assert ", p.answer, re.MULTILINE)) >= 2 for p in problems]
    return [all(three) for three in zip(passed, formed, asserts, strict=True)]


def verify(problem: Problem) -> bool:
    return verify_many([problem])[0]


register(
    Task(
        "python_write_tests",
        "python",
        Config,
        generate,
        verify,
        max_difficulty=4,
        verify_many=verify_many,
        namespace=NAMESPACE,
    )
)
