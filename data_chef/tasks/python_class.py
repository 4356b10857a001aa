"""Small classes with two to five methods: accounts, stacks, inventories, rectangles, points."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.programs.compose.check import tests_tell
from data_chef.programs.compose.classes import SmallClass, draw_class
from data_chef.programs.parts import NAMESPACE, fenced, verify, verify_many
from data_chef.registry import Task, register


PHRASINGS = (
    "Write a Python class {name} that {told}. Its methods:\n{methods}",
    "Implement the class {name}, which {told}.\n\n{methods}",
    "I need a Python class called {name}. It {told}. It has these methods:\n{methods}",
    "Class {name}: it {told}.\n{methods}\n\nWrite it in Python.",
    "Please write a small class {name} that {told}. Methods:\n{methods}",
    "Define a class {name}. It {told}.\n{methods}\n\nThis must hold:\n{test}",
    "Write the class {name}.\nIt {told}.\n{methods}\n\nFor example:\n{test}",
    "Python class {name}; it {told}. {sentences}",
    "Create a class {name} that {told}. {sentences}",
    "{name} is a class that {told}. {sentences} Write it in Python.\n\n{test}",
)


@dataclass(frozen=True)
class Config:
    methods: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(methods=difficulty + 1)

    def validate(self) -> None:
        if not 2 <= self.methods <= 6:
            raise ValueError(f"methods must be 2 to 6, not {self.methods}")


def draw(rng: Random, methods: int) -> SmallClass:
    while True:
        drawn = draw_class(rng, methods)
        if drawn and tests_tell(drawn.source, "\n".join(drawn.tests), drawn.canonical):
            return drawn


def generate(rng: Random, config: Config) -> Problem:
    drawn = draw(rng, config.methods)
    mark = rng.choice(("- {call}: {told}", "- `{call}` {told}", "* {call} {told}", "{call} - {told}"))
    lines = "\n".join(mark.format(call=call, told=told) for call, told in drawn.methods)
    sentences = " ".join(f"The method {call} {told}." for call, told in drawn.methods)
    name = f"{drawn.name}({drawn.given})" if rng.random() < 0.4 else drawn.name
    question = rng.choice(PHRASINGS).format(
        name=name, told=drawn.told, methods=lines, sentences=sentences, test=min(drawn.tests, key=len)
    )
    return Problem(
        question=question,
        solution=fenced(drawn.source),
        answer=drawn.source,
        canonical=drawn.canonical,
        entry_point=drawn.name,
        test="\n".join(drawn.tests),
    )


register(
    Task("python_class", "python", Config, generate, verify, max_difficulty=4, verify_many=verify_many,
         namespace=NAMESPACE)
)  # fmt: skip
