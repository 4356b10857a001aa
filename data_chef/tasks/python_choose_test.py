"""Which of four asserts about a function holds, or does not, found by tracing each."""

import ast
from random import Random
from typing import Any

from data_chef.item import Problem
from data_chef.programs.derived import (
    NAMESPACE,
    Leveled,
    arguments_of,
    calls_in,
    defined_last,
    draw,
    outcomes,
    program_in,
    same,
    search,
    short_examples,
    shown,
    sound,
)
from data_chef.programs.function import Function
from data_chef.programs.tracing import TooLong, trace
from data_chef.registry import Task, register


FAILS = (
    "Which of these tests fails?\n\n{code}\n\n{options}",
    "{code}\n\nThree of the following asserts pass. Which one fails?\n{options}",
    "One of these tests is wrong. Which one?\n{options}\n\n{code}",
    "Find the assert that does not hold for this function.\n\n{code}\n\n{options}",
)
PASSES = (
    "Which of these tests passes?\n\n{code}\n\n{options}",
    "{code}\n\nOnly one of the following asserts holds. Which one?\n{options}",
    "Three of these tests are wrong. Which one is right?\n{options}\n\n{code}",
    "Find the assert that is true of this function.\n\n{code}\n\n{options}",
)
LETTERS = "ABCD"
LONGEST = (5, 8, 8, 11, 14)
# Four traces have to fit, so the functions are smaller than elsewhere.
LEVELS = (1, 1, 2, 2, 3)


class Config(Leveled):
    """The level of the functions; the longest trace grows with it."""


def changed(rng: Random, value: Any, others: list[Any]) -> Any:
    """A value of the same type that is near, or None."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + rng.choice((-2, -1, 1, 1, 2, 10))
    candidates = [other for other in others if other != value]
    if isinstance(value, (list, str)) and len(value) > 1:
        candidates += [value[::-1], value[1:], value[:-1]]
    return rng.choice([c for c in candidates if c != value] or [None])


def traceable(source: str, function: Function, example: tuple[tuple, Any], config: Config) -> bool:
    try:
        trace(source, function.name, example[0], LONGEST[config.level - 1])
    except TooLong:
        return False
    return True


def line_of(program: str, name: str, call: str, claimed: str, most: int) -> str:
    """The trace of a call in one line, and whether the assert holds."""
    steps, value = trace(program, name, arguments_of(call), most)
    verdict = "holds" if same(repr(value), ast.literal_eval(claimed)) else f"not {claimed}: fails"
    return "; ".join([*(step.text for step in steps), verdict])


def generate(rng: Random, config: Config) -> Problem:
    def attempt() -> tuple | None:
        function = draw(rng, LEVELS[config.level - 1])
        source = rng.choice(function.sources)
        examples = short_examples(function, 40)
        chosen = []
        for tried, example in enumerate(rng.sample(examples, len(examples))):
            if len(chosen) < 4 and tried - len(chosen) < 3 and traceable(source, function, example, config):
                chosen.append(example)
        if len(chosen) < 4:
            return None
        values = [value for _, value in chosen]
        odd, want_fail = rng.randrange(4), rng.random() < 0.5
        claims = []
        for i, (arguments, value) in enumerate(chosen):
            claim = changed(rng, value, values) if (i == odd) is want_fail else value
            if claim is None and value is not None:
                return None
            claims.append((function.call(arguments), repr(claim)))
        told = [line_of(source, function.name, *claim, 100) for claim in claims]
        return function, source, claims, told, odd, want_fail

    function, source, claims, told, odd, want_fail = search(attempt)
    options = "\n".join(f"{x}) assert {a} == {b}" for x, (a, b) in zip(LETTERS, claims, strict=True))
    question = rng.choice(FAILS if want_fail else PASSES).format(code=shown(rng, source), options=options)
    solution = "\n".join(f"{letter}: {line}" for letter, line in zip(LETTERS, told, strict=True))
    return Problem(question, solution, LETTERS[odd], function.canonical)


@sound
def verify(problem: Problem) -> bool:
    program = program_in(problem.question)
    name = defined_last(program)
    holds, lines = [], []
    for option in (line for line in problem.question.split("\n") if line[1:9] == ") assert"):
        call = calls_in(option, name)[0]
        claimed = option.split(f"{call} == ", 1)[1]
        holds.append(same(outcomes(program, name, [arguments_of(call)])[0], ast.literal_eval(claimed)))
        lines.append(f"{option[0]}: {line_of(program, name, call, claimed, 100)}")
    if sum(holds) not in (1, 3) or problem.solution != "\n".join(lines):
        return False
    fails = any(
        text.split("{")[0].strip() and text.split("{")[0] in problem.question for text in FAILS[:1] + FAILS[2:]
    )
    fails = fails or "Which one fails?" in problem.question
    return fails is (sum(holds) == 3) and problem.answer == LETTERS[holds.index(sum(holds) == 1)]


register(
    Task(
        "python_choose_test",
        "python",
        Config,
        generate,
        verify,
        max_difficulty=4,
        namespace=NAMESPACE,
    )
)
