"""The value of a Python expression over numbers, lists, strings and dictionaries, one operation a line."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.programs.expressions import draw_expression, value_problem, verify_value
from data_chef.registry import Task, register


PHRASINGS = (
    "What is the value of `{code}`?",
    "Evaluate this Python expression: {code}",
    "{code}",
    "Python: {code} = ?",
    "What does {code} evaluate to?",
    "Work out {code} in Python, step by step.",
    ">>> {code}",
    "Which value does the expression {code} have?",
    "Compute {code} as Python would.",
    "Give the result of `{code}`.",
)
PRINTED = ("What does this print?\n\n{code}", "{code}\n\nWhat is the output?", "Predict the output:\n{code}")


@dataclass(frozen=True)
class Config:
    depth: int
    steps: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(depth=difficulty, steps=(2, 4, 6, 8, 11)[difficulty - 1])

    def validate(self) -> None:
        if not 1 <= self.depth <= 6:
            raise ValueError(f"depth must be 1 to 6, not {self.depth}")


def generate(rng: Random, config: Config) -> Problem:
    text = draw_expression(rng, rng.choice(("int", "int", "list", "str", "tuple")), config.depth, config.steps)
    return value_problem(rng, text, PHRASINGS, PRINTED)


verify = verify_value
register(Task("python_expression_value", "python", Config, generate, verify, max_difficulty=4))
