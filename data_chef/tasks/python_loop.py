"""A function that is explicitly to be written with a loop, without comprehensions."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose.core import Step
from data_chef.programs.compose.task import Config, draw_source
from data_chef.programs.parts import NAMESPACE, ask, asserts, only_loops, problem_of, verify, verify_many
from data_chef.registry import Task, register


SENTENCES = (
    "Use a for loop in a Python function {call} to {task}.",
    "Write a function {call} to {task}. Use a loop, no comprehension.",
    "With an explicit loop, write {call} to {task}.",
    "Without comprehensions, write a function {call} to {task}.\n{tests}",
    "Write {call} to {task}, step by step in a for loop.",
)
PARAGRAPHS = (
    "{summary} Write it as {call}, with a for loop.",
    "Write {call} with a loop. {summary}",
    "Loop exercise: {call}. {summary}\n\n{tests}",
    "{summary} The function is {call}. Please use a for loop and no comprehension.",
    "Function {call}, written with a plain loop: {summary}",
)


def wanted(steps: list[Step]) -> bool:
    """Whether the chain ends in something that a loop does."""
    return steps[-1].loop is not None or steps[-1].kind in ("keep", "map")


def generate(rng: Random, config: Config) -> Problem:
    starts = (("list[int]",), ("list[int]",), ("list[str]",))
    function, source = draw_source(rng, config, only_loops, starts, wanted)
    return problem_of(function, ask(rng, function, SENTENCES, PARAGRAPHS, tests=asserts(function, rng, 2)), source)


register(Task("python_loop", "python", Config, generate, verify, max_difficulty=3, verify_many=verify_many,
              namespace=NAMESPACE))  # fmt: skip
