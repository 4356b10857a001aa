"""A function that is explicitly to be written with a comprehension."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose.task import Config, draw_source
from data_chef.programs.parts import NAMESPACE, ask, asserts, comprehends, problem_of, verify, verify_many
from data_chef.registry import Task, register


SENTENCES = (
    "Use a comprehension in a Python function {call} to {task}.",
    "Write a function {call} to {task}. Use a comprehension, not a for statement.",
    "With a comprehension or generator expression, write {call} to {task}.",
    "Without any loop statement, write a function {call} to {task}.\n{tests}",
    "Write {call} to {task}. I would like to see a comprehension.",
)
PARAGRAPHS = (
    "{summary} Write it as {call}, with a comprehension.",
    "Write {call} with a comprehension. {summary}",
    "Comprehension exercise: {call}. {summary}\n\n{tests}",
    "{summary} The function is {call}. Please use a comprehension instead of a loop.",
    "Function {call}, comprehension style: {summary}",
)


def generate(rng: Random, config: Config) -> Problem:
    starts = (("list[int]",), ("list[int]",), ("list[str]",), ("str",), ("list[list[int]]",))
    function, source = draw_source(rng, config, comprehends, starts)
    return problem_of(function, ask(rng, function, SENTENCES, PARAGRAPHS, tests=asserts(function, rng, 2)), source)


register(Task("python_comprehension", "python", Config, generate, verify, max_difficulty=3, verify_many=verify_many,
              namespace=NAMESPACE))  # fmt: skip
