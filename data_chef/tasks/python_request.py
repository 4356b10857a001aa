"""A plain-English request for a function, with a few asserts that it has to pass."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose import draw_function
from data_chef.programs.compose.task import Config
from data_chef.programs.parts import NAMESPACE, ask, asserts, problem_of, verify, verify_many
from data_chef.registry import Task, register


SENTENCES = (
    "Write a Python function to {task}.\n\n{tests}",
    "Write a function {call} to {task}. It must pass:\n\n{tests}",
    "I need a Python function {name} to {task}.\nTests:\n{tests}",
    "Create a function to {task}. Your code should pass these tests:\n{tests}",
    "Please write a function to {task}.\n{tests}",
    "How do I write a Python function to {task}? These should hold:\n{tests}",
    "Task: {task}.\n\n{tests}\n\nWrite the function.",
    "Write a python function to {task}.\n{tests}",
    "Write a function {name} to {task}.\n{tests}",
    "Create a function called {name} to {task}. Check it with:\n{tests}",
    "Complete this function: it has to {task}.\n\ndef {call}:\n\n{tests}",
)
# With a single test in the same line.
ONE_TEST = (
    "Write a function to {task}. Your code should pass this test: {test}",
    "Write a python function to {task}. This has to hold: {test}",
    "Write a function {name} to {task}. Make sure that this passes: {test}",
    "Create a function called {name} to {task}, such that {test}",
    "Write code to {task}. It is right when this raises no error: {test}",
    "Complete this function: it should {task}.\ndef {call}:\nTested by: {test}",
)
ONE_TEST_PARAGRAPHS = (
    "{summary} Your solution has to satisfy this test: {test}",
    "Create a function {call}. {summary} One of its tests is {test}",
    "{summary}\nTest: {test}",
    "I need {name} in Python. {summary} My test is {test}",
    "Write a function. {summary} It will be checked by {test}",
)
PARAGRAPHS = (
    "{summary}\nYour function should pass these tests:\n\n{tests}",
    "Write the function {name}. {summary}\n\n{tests}",
    "Write a Python function named {name}. {summary} For example:\n\n{tests}",
    "{summary}\n\nThe function is called {name}; these asserts must hold:\n{tests}",
    "Define {call}. {summary}\n{tests}",
    "Problem: {summary}\n\nTests:\n{tests}",
    "A function gets {given}. {summary} Make these pass:\n{tests}",
)


def generate(rng: Random, config: Config) -> Problem:
    function = draw_function(rng, config.level)
    if rng.random() < 0.35:
        question = ask(rng, function, ONE_TEST, ONE_TEST_PARAGRAPHS, test=asserts(function, rng, 1))
    else:
        tests = asserts(function, rng, rng.choice((1, 2, 3, 3)))
        question = ask(rng, function, SENTENCES, PARAGRAPHS, tests=tests)
    return problem_of(function, question, rng.choice(function.sources))


register(Task("python_request", "python", Config, generate, verify, max_difficulty=4, verify_many=verify_many,
              namespace=NAMESPACE))  # fmt: skip
