"""Programs with one mistake and a call that shows it: write the corrected program."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.derived import (
    NAMESPACE,
    Bug,
    Leveled,
    code_problem,
    docstring,
    draw_bug,
    main_line,
    shown,
    verify,
    verify_many,
)
from data_chef.registry import Task, register


PHRASINGS = (
    "Fix the bug in this function.\n\n{code}\n\n{failure}",
    "This function has a mistake. Correct it.\n\n{code}\n\n{failure}",
    "Repair this program:\n\n{code}\n\n{failure}",
    "{code}\n\n{failure}\nFind the mistake and give the corrected program.",
    "Something is wrong here. {failure}\n\n{code}\n\nPlease fix it.",
    "Debug this code.\n\n{code}\n\n{failure}",
    "{failure} Correct the function.\n\n{code}",
    "My test fails. {failure}\n\n{code}\n\nWhat is the correct version?",
)
WRONG = (
    "{call} returns {got}, but it should return {expected}.",
    "{call} gives {got} instead of {expected}.",
    "I expect {call} to be {expected}, but I get {got}.",
    "AssertionError: {call} == {expected} fails, the result is {got}.",
)
RAISED = ("{call} should return {expected}, but it raises {got}.", "{call} stops with {got}; {expected} was expected.")


class Config(Leveled):
    """The level of the functions."""


def failure(rng: Random, bug: Bug) -> str:
    """A sentence about the call that goes wrong."""
    called = bug.function.call(bug.arguments)
    return rng.choice(RAISED if bug.raises else WRONG).format(call=called, got=bug.got, expected=repr(bug.expected))


def generate(rng: Random, config: Config) -> Problem:
    bug = draw_bug(rng, config.level)
    lines = bug.wrong.rstrip("\n").split("\n")
    first = main_line(bug.source, bug.function.name)
    told = docstring(rng, bug.function).rstrip("\n")
    given = "\n".join([*lines[: first + 1], told, *lines[first + 1 :]])
    question = rng.choice(PHRASINGS).format(code=shown(rng, given), failure=failure(rng, bug))
    return code_problem(bug.function, question, bug.source)


register(
    Task(
        "python_bug_repair",
        "python",
        Config,
        generate,
        verify,
        max_difficulty=4,
        verify_many=verify_many,
        namespace=NAMESPACE,
    )
)
