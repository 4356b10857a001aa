"""Rewriting a function: without its loop, or with one."""

import ast
import re
from random import Random

from data_chef.item import Problem
from data_chef.programs import derived
from data_chef.programs.derived import (
    NAMESPACE,
    Leveled,
    code_problem,
    defined_last,
    draw,
    main_line,
    program_in,
    search,
    shown,
)
from data_chef.registry import Task, register


SHORTER = (
    "Rewrite this function without a loop statement.\n\n{code}",
    "Can this be written more briefly, without for and while statements?\n\n{code}",
    "{code}\n\nReplace the loop by a comprehension or by built-in functions.",
    "Shorten this function so that it needs no loop statement.\n\n{code}",
    "Refactor this code: no for or while statement, please.\n\n{code}",
    "Make this more Pythonic, without a loop statement.\n\n{code}",
)
LONGER = (
    "Rewrite this function with an explicit loop.\n\n{code}",
    "{code}\n\nWrite the same function with a for or while statement.",
    "Spell this out as a loop.\n\n{code}",
    "Turn this into a plain loop that a beginner can follow.\n\n{code}",
    "Expand this function: use a loop statement.\n\n{code}",
    "How would this look as an ordinary loop?\n\n{code}",
)


class Config(Leveled):
    """The level of the functions."""


def loops(program: str) -> bool:
    """Whether the main function has a loop statement."""
    name = defined_last(program)
    main = next(n for n in ast.parse(program).body if isinstance(n, ast.FunctionDef) and n.name == name)
    return any(isinstance(node, (ast.For, ast.While)) for node in ast.walk(main))


def generate(rng: Random, config: Config) -> Problem:
    def attempt() -> tuple | None:
        function = draw(rng, config.level)
        kinds: dict[bool, list[str]] = {True: [], False: []}
        for source in function.sources:
            kinds[loops(source)].append(source)
        return (function, kinds) if kinds[True] and kinds[False] else None

    function, kinds = search(attempt)
    to_loop = rng.random() < 0.4
    question = rng.choice(LONGER if to_loop else SHORTER)
    given, wanted = rng.choice(kinds[not to_loop]), rng.choice(kinds[to_loop])
    if len(re.findall("^def ", given, re.MULTILINE)) > 1:
        # The helper functions stay as they are.
        first, second = main_line(given, function.name), main_line(wanted, function.name)
        wanted = "\n".join(given.split("\n")[:first] + wanted.split("\n")[second:])
    return code_problem(function, question.format(code=shown(rng, given)), wanted)


def verify_many(problems: list[Problem]) -> list[bool]:
    """Both programs pass the tests; one has a loop statement, and the answer is the one that the question asks for."""
    given = [program_in(problem.question) for problem in problems]
    passed = derived.verify_many(problems)
    fine = [derived.passes(program, problem.test) for program, problem in zip(given, problems, strict=True)]
    turned = [loops(p) is not loops(problem.answer) for p, problem in zip(given, problems, strict=True)]
    return [all(three) for three in zip(passed, fine, turned, strict=True)]


def verify(problem: Problem) -> bool:
    return verify_many([problem])[0]


register(
    Task(
        "python_refactor",
        "python",
        Config,
        generate,
        verify,
        max_difficulty=4,
        verify_many=verify_many,
        namespace=NAMESPACE,
    )
)
