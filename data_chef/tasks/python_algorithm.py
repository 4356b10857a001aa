"""Well-known small algorithms: from a description to a program."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.algorithms import draw_algorithm
from data_chef.programs.derived import (
    NAMESPACE,
    Leveled,
    code_problem,
    docstring,
    short_examples,
    signature,
    verify,
    verify_many,
)
from data_chef.registry import Task, register


STUBS = (
    "{stub}",
    "Complete this function:\n\n{stub}",
    "Write the body of the following function.\n\n{stub}",
    "Please implement this function.\n\n{stub}",
    "```python\n{stub}\n```\n\nFill in the function.",
)
SENTENCES = (
    "Write a Python function {call}. {summary}",
    "Write a function `{call}` in Python that does the following: {summary}",
    "I need a Python function called {name}. {summary}",
    "Implement `{call}`. {summary}",
    "Python: {name}({parameters}). {summary}",
    "Could you write the function {call} for me? {summary}",
    "{summary} Call the function {name}; its parameters are {parameters}.",
)
EXAMPLES = ("", "", "\nExample: {call} returns {value}.", "\n>>> {call}\n{value}", "\n{call} should return {value}.",
            "\nassert {call} == {value}")  # fmt: skip


class Config(Leveled):
    """The level of the algorithms."""


def generate(rng: Random, config: Config) -> Problem:
    function = draw_algorithm(rng, config.level)
    if rng.random() < 0.5:
        stub = f"{signature(rng, function)}\n{docstring(rng, function)}".rstrip()
        question = rng.choice(STUBS).format(stub=stub)
    else:
        parameters = ", ".join(function.parameters)
        question = rng.choice(SENTENCES).format(
            call=f"{function.name}({parameters})", name=function.name, parameters=parameters, summary=function.summary
        )
        arguments, value = rng.choice(short_examples(function) or function.examples)
        question += rng.choice(EXAMPLES).format(call=function.call(arguments), value=repr(value))
    return code_problem(function, question, function.sources[0])


register(
    Task(
        "python_algorithm",
        "python",
        Config,
        generate,
        verify,
        max_difficulty=4,
        verify_many=verify_many,
        namespace=NAMESPACE,
    )
)
