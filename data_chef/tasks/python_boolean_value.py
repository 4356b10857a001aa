"""Whether a condition is True or False in Python: comparisons, membership, `and`, `or`, `not`."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.programs.expressions import draw_expression, value_problem, verify_value
from data_chef.registry import Task, register


PHRASINGS = (
    "Is this True or False in Python? {code}",
    "True or False: {code}",
    "What is the value of the condition {code}?",
    "Evaluate the condition `{code}`.",
    "Does {code} give True or False?",
    "{code} is ...?",
    "Decide whether {code} is True or False.",
    "What does Python say to {code}: True or False?",
    "Work out the truth value of {code}",
)
PRINTED = ("What does this print, True or False?\n\n{code}", "{code}\n\nWhat is the output?")
FORMS = ("{bool} and {bool}", "{bool} or {bool}", "not {bool}", "{bool} and not {bool}", "not {bool} or {bool}",
         "{bool} and ({bool} or {bool})", "{bool} == {bool}")  # fmt: skip


@dataclass(frozen=True)
class Config:
    depth: int
    steps: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(depth=difficulty, steps=(2, 4, 7, 10)[difficulty - 1])

    def validate(self) -> None:
        if not 1 <= self.depth <= 5:
            raise ValueError(f"depth must be 1 to 5, not {self.depth}")


def generate(rng: Random, config: Config) -> Problem:
    text = draw_expression(rng, "bool", config.depth, config.steps, FORMS if config.depth > 1 else ())
    return value_problem(rng, text, PHRASINGS, PRINTED)


verify = verify_value
register(Task("python_boolean_value", "python", Config, generate, verify, max_difficulty=3))
