"""A signature with types and one describing sentence; the function is asked for, without docstring or tests."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose import draw_function
from data_chef.programs.compose.task import Config
from data_chef.programs.parts import NAMESPACE, problem_of, signature, verify, verify_many, with_hints
from data_chef.registry import Task, register


PHRASINGS = (
    "{code}\n    # {summary}",
    "# {summary}\n{code}",
    "Write the Python function with this signature. {summary}\n\n{code}",
    "{summary}\n\n{code}",
    "Signature: {code}\nWhat it does: {summary}\nWrite it.",
    "Given the signature\n\n{code}\n\nwrite the function. {summary}",
    "Implement `{bare}`. {summary}",
    "Here is what I need: {summary} Use this signature:\n{code}",
    "Use the signature `{bare}`. {summary}",
)


def generate(rng: Random, config: Config) -> Problem:
    function = draw_function(rng, config.level)
    hinted = rng.random() < 0.8
    code = signature(function, hinted)
    source = rng.choice(function.sources)
    question = rng.choice(PHRASINGS).format(code=code, bare=code[4:-1], summary=function.summary)
    return problem_of(function, question, with_hints(function, source) if hinted else source)


register(Task("python_signature", "python", Config, generate, verify, max_difficulty=4, verify_many=verify_many,
              namespace=NAMESPACE))  # fmt: skip
