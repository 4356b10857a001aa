"""The type of the value of a Python expression."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.programs.expressions import draw_expression, expression, readable, steps_hold, steps_of
from data_chef.programs.tracing import evaluate, show
from data_chef.registry import Task, register


PHRASINGS = (
    "What is the type of {code}?",
    "Which type does `{code}` have in Python?",
    "type({code}).__name__",
    "Name the type of the value of {code}.",
    "Of what type is {code}?",
    "Python: what type is {code}?",
    "What does print(type({code}).__name__) show?",
    "Is {code} an int, a str, a list or something else?",
    "x = {code}\n\nWhat is the type of x?",
)
KINDS = ("int", "list", "str", "bool", "float", "tuple", "set", "dict", "NoneType")


@dataclass(frozen=True)
class Config:
    depth: int
    steps: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(depth=difficulty, steps=(2, 4, 6, 9)[difficulty - 1])

    def validate(self) -> None:
        if not 1 <= self.depth <= 5:
            raise ValueError(f"depth must be 1 to 5, not {self.depth}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(KINDS)
    if kind == "dict":
        text = expression(rng, "dict", 0)
        text = rng.choice((text, f"dict({text})", f"{text}.copy()", f"{{**{text}}}", f"dict(sorted({text}.items()))"))
    else:
        text = draw_expression(rng, kind, config.depth, config.steps)
    steps = steps_of(text) if readable(text, config.steps) else []
    value = evaluate(text)
    name = type(value).__name__
    last = f"{show(value)} has the type {name}"
    return Problem(rng.choice(PHRASINGS).format(code=text), "\n".join([*steps, last]), name, text)


def verify(problem: Problem) -> bool:
    """The type by the forms of the written value, and every step anew."""
    *steps, last = problem.solution.split("\n")
    value = show(evaluate(problem.canonical))
    kinds = {"True": "bool", "False": "bool", "None": "NoneType"}
    brackets = {"[": "list", "(": "tuple", "'": "str", '"': "str", "{": "dict" if ":" in value else "set"}
    number = "float" if "." in value or "e" in value else "int"
    name = kinds.get(value) or brackets.get(value[0]) or number
    right = last == f"{value} has the type {name}" and steps_hold(steps)
    return problem.canonical in problem.question and problem.answer == name and right


register(Task("python_type_of", "python", Config, generate, verify, max_difficulty=3))
