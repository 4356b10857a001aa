"""A request for a function in words alone, with its name and parameters but without tests."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose import draw_function
from data_chef.programs.compose.task import Config
from data_chef.programs.parts import NAMESPACE, ask, problem_of, verify, verify_many
from data_chef.registry import Task, register


SENTENCES = (
    "Write a Python function {call} to {task}.",
    "Can you write a function {call} to {task}?",
    "Please write a Python function named {name} with the parameters ({given}) to {task}.",
    "I want a function called {name} that I can call as {call} to {task}.",
    "Python: {call} to {task}",
    "Give me Python code for {call}, a function to {task}.",
    "Show me how to {task} in Python, as a function {call}.",
    "Write a function {name} to {task}. Its parameters are {given}.",
    "Write a python function {call} to {task}.",
    "Create a function called {name} with the parameters {given} to {task}.",
    "Complete this function so that it can {task}.\n\ndef {call}:",
)
PARAGRAPHS = (
    "Write {call} in Python. {summary}",
    "{summary} Call the function {name}; its parameters: {given}.",
    "Define a Python function {call}.\n{summary}",
    "Implement {call}: {summary}",
    "Function: {name}\nParameters: {given}\nTask: {summary}",
    "{call}\n\n{summary}",
    "Code this in Python as {call}. {summary}",
    "Complete this function:\n\ndef {call}:\n\n{summary}",
    "Create a function called {name}. It gets {given}. {summary}",
)


def generate(rng: Random, config: Config) -> Problem:
    function = draw_function(rng, config.level)
    return problem_of(function, ask(rng, function, SENTENCES, PARAGRAPHS), rng.choice(function.sources))


register(Task("python_request_plain", "python", Config, generate, verify, max_difficulty=4, verify_many=verify_many,
              namespace=NAMESPACE))  # fmt: skip
