"""Which line of a program is wrong, found by tracing a call that fails."""

import re
from random import Random

from data_chef.item import Problem
from data_chef.programs.derived import (
    NAMESPACE,
    Bug,
    Leveled,
    arguments_of,
    calls_in,
    defined_last,
    draw_bug,
    outcomes,
    passes,
    search,
    sound,
)
from data_chef.programs.tracing import Step, TooLong, trace
from data_chef.registry import Task, register


PHRASINGS = (
    "One line of this program is wrong. Which one?\n\n{code}\n\n{summary} But {failure}",
    "Find the line with the mistake.\n\n{summary}\n\n{code}\n\nNote that {failure}",
    "{code}\n\nThe task was: {summary} However, {failure} In which line is the mistake?",
    "Which line has to be changed? {summary}\n\n{code}\n\nAt the moment {failure}",
    "Locate the bug and give the number of its line.\n\n{code}\n\n{summary} Yet {failure}",
    "{summary}\n\n{code}\n\nThe program does something else: {failure} Which line is to blame?",
    "I cannot find my mistake. {summary}\n\n{code}\n\nInstead, {failure} Where is it?",
    "Look for the wrong line in this code.\n\n{code}\n\n{summary} Now {failure}",
)
LONGEST = (8, 12, 16, 20, 30)


class Config(Leveled):
    """The level of the functions; the longest trace grows with it."""


def numbered(program: str) -> str:
    return "\n".join(f"{i}| {line}".rstrip() for i, line in enumerate(program.rstrip("\n").split("\n"), 1))


def told(step: Step) -> str:
    return f"line {step.line}: {step.text}" if step.line else step.text


def reason(old: str, new: str) -> str:
    """What is wrong with a line that has `new` instead of `old`."""
    if not old:
        return f"has `{new.strip()}` too much"
    if not new:
        return f"lacks `{old.strip()}`"
    return f"has `{new}` where `{old}` is needed"


def steps_of(bug: Bug, most: int) -> list[Step] | None:
    try:
        steps, _ = trace(bug.wrong, bug.function.name, bug.arguments, most)
    except TooLong:
        return None
    return steps


def generate(rng: Random, config: Config) -> Problem:
    def attempt() -> tuple | None:
        bug = draw_bug(rng, config.level, values_only=True)
        steps = steps_of(bug, LONGEST[config.level - 1])
        return (bug, steps) if steps else None

    bug, steps = search(attempt)
    line = bug.edit.line
    call, expected = bug.function.call(bug.arguments), repr(bug.expected)
    right = bug.source.split("\n")[line - 1].strip()
    solution = [
        f"{call} should return {expected}.",
        *map(told, steps),
        f"So it returns {bug.got}, not {expected}.",
        f"Line {line} {reason(bug.edit.old(bug.source), bug.edit.new)}.",
        f"It should be: {right}",
    ]
    question = rng.choice(PHRASINGS).format(
        code=numbered(bug.wrong), summary=bug.function.summary, failure=f"{call} returns {bug.got}."
    )
    return Problem(question, "\n".join(solution), str(line), bug.function.canonical, test=bug.function.test())


@sound
def verify(problem: Problem) -> bool:
    """The call fails, and the corrected line in the place of the one named makes all tests pass."""
    lines = re.findall(r"^\d+\|(?: (.*))?$", problem.question, re.MULTILINE)
    program = "\n".join(lines) + "\n"
    name = defined_last(program)
    start, *traced, returned, blamed, right = problem.solution.split("\n")
    called, number_told = calls_in(start, name), re.match(r"Line (\d+) ", blamed)
    if not called or not number_told or not 1 <= int(number_told.group(1)) <= len(lines):
        return False
    call = called[0]
    expected = start.split(" should return ", 1)[1].removesuffix(".")
    (got,) = outcomes(program, name, [arguments_of(call)])
    steps, _ = trace(program, name, arguments_of(call), 100)
    if got == expected or f"assert {call} == {expected}" not in problem.test or traced != list(map(told, steps)):
        return False
    if f"{call} returns {got}." not in problem.question or returned != f"So it returns {got}, not {expected}.":
        return False
    number = int(number_told.group(1))
    wrong = lines[number - 1]
    lines[number - 1] = wrong[: len(wrong) - len(wrong.lstrip())] + right.removeprefix("It should be: ")
    return problem.answer == str(number) and passes("\n".join(lines) + "\n", problem.test)


register(
    Task(
        "python_bug_find",
        "python",
        Config,
        generate,
        verify,
        max_difficulty=4,
        namespace=NAMESPACE,
    )
)
