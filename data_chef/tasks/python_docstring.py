"""A signature with types and a docstring with examples; the whole function is asked for."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose import draw_function
from data_chef.programs.compose.task import Config
from data_chef.programs.parts import NAMESPACE, problem_of, stub, verify, verify_many, with_hints
from data_chef.registry import Task, register


PHRASINGS = (
    "Complete this function:\n\n{code}",
    "Implement the following Python function.\n\n{code}",
    "{code}",
    "Write the code of this function:\n\n{code}",
    "Fill in the body of the function below.\n\n{code}",
    "Please finish this Python function.\n\n{code}",
    "Here is a signature with its docstring. Write the function.\n\n{code}",
    "{code}\n\nImplement it.",
    "Python, the whole function please:\n\n{code}",
    "Turn this docstring into working code:\n\n{code}",
)
RETYPED = 0.5


def generate(rng: Random, config: Config) -> Problem:
    function = draw_function(rng, config.level)
    source = rng.choice(function.sources)
    if rng.random() < RETYPED:
        source = with_hints(function, source)
    code = stub(function, rng, hinted=True, examples=rng.randint(1, 3))
    return problem_of(function, rng.choice(PHRASINGS).format(code=code), source)


register(Task("python_docstring", "python", Config, generate, verify, max_difficulty=4, verify_many=verify_many,
              namespace=NAMESPACE))  # fmt: skip
