"""A function as a lambda in one line."""

import re
from random import Random

from data_chef.item import Problem
from data_chef.programs.compose.task import Config, draw_source
from data_chef.programs.parts import NAMESPACE, ask, asserts, problem_of, verify, verify_many
from data_chef.registry import Task, register


SENTENCES = (
    "Write a lambda {name} with the parameters ({given}) to {task}.",
    "Assign a lambda to {name}: given {given}, it should {task}.",
    "In one line of Python, define {name} as a lambda of {given} to {task}.",
    "How would you {task} with a lambda? Name it {name}; its parameters: {given}.",
    "Use lambda to define {name}. It takes {given} and should {task}. Example:\n{tests}",
)
PARAGRAPHS = (
    "Write this as a lambda called {name}, with the parameters ({given}). {summary}",
    "{summary} Write it as a one-line lambda: {name} = lambda {given}: ...",
    "Complete the line:\n\n{name} = lambda {given}:\n\n{summary}",
    "Lambda wanted, named {name}. {summary}\n{tests}",
    "{name} = lambda {given}: ?\n{summary}",
)
ONE_LINE = re.compile(r"def (\w+)\((.*)\):\n    return (.*)\n")


def generate(rng: Random, config: Config) -> Problem:
    function, source = draw_source(rng, config, lambda text: ONE_LINE.fullmatch(text) is not None)
    line = ONE_LINE.sub(r"\1 = lambda \2: \3\n", source)
    question = ask(rng, function, SENTENCES, PARAGRAPHS, tests=asserts(function, rng, 1))
    return problem_of(function, question, line)


register(Task("python_lambda", "python", Config, generate, verify, max_difficulty=3, verify_many=verify_many,
              namespace=NAMESPACE))  # fmt: skip
