"""What the tasks that draw a composed function share: the difficulty, and the functions to choose from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from random import Random

from data_chef.item import Problem
from data_chef.programs.algorithms.recipe import Recipe
from data_chef.programs.compose.core import Step
from data_chef.programs.compose.draw import STARTS, draw_function
from data_chef.programs.function import Function
from data_chef.programs.parts import ask, asserts, problem_of, stub


@dataclass(frozen=True)
class Config:
    """The level of `draw_function`."""

    level: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(level=difficulty)

    def validate(self) -> None:
        if not 1 <= self.level <= 6:
            raise ValueError(f"level must be 1 to 6, not {self.level}")


def draw_source(
    rng: Random,
    config: Config,
    suits: Callable[[str], bool],
    starts: Sequence[tuple[str, ...]] = STARTS,
    want: Callable[[list[Step]], bool] | None = None,
    ending: str = "",
) -> tuple[Function, str]:
    """A function that has a suitable program, and that program."""
    while True:
        function = draw_function(rng, config.level, starts, want, ending)
        source = next(filter(suits, function.sources), None)
        if source is not None:
            return function, source


STUB_PHRASINGS = (
    "Complete this Python function.\n\n{code}",
    "Write the body of this Python function.\n\n{code}",
    "Finish the function:\n\n{code}",
    "{code}",
    "Write this function in Python:\n\n{code}",
    "What is missing here? Give the whole function.\n\n{code}",
    "Only the head of this function is there. Write all of it.\n\n{code}",
    "{code}\n\nComplete the function.",
    "Make this function do what its docstring says.\n\n{code}",
)


def stub_problem(rng: Random, config: Config, starts: Sequence[tuple[str, ...]]) -> Problem:
    """The item that shows a signature without types, a docstring and one example."""
    function = draw_function(rng, config.level, starts)
    code = stub(function, rng, hinted=False, examples=1)
    return problem_of(function, rng.choice(STUB_PHRASINGS).format(code=code), rng.choice(function.sources))


SENTENCES = (
    "Write a Python function {call} to {task}.",
    "Write a function to {task}.\n{tests}",
    "Write a python function to {task}. It is called {name} and takes {given}.",
    "Create a function called {name} that takes {given}, to {task}.",
    "Complete this function: it is to {task}.\n\ndef {call}:",
    "Please write {call} to {task}. It should satisfy:\n{tests}",
    "I need a function {call} to {task}.",
    "Create a Python function called {name} to {task}, for example:\n{tests}",
    "In Python, how can I {task}? Write a function {call}.",
)
PARAGRAPHS = (
    "{summary} Write the function {call}.",
    "Write {call} in Python. {summary}",
    "{summary}\n\n{tests}",
    "Implement the function {call}. {summary}\n\n{tests}",
    "Define {call}. {summary} It has to pass:\n{tests}",
    "Python exercise: {call}. {summary}",
)


def request_problem(
    rng: Random,
    config: Config,
    starts: Sequence[tuple[str, ...]] = STARTS,
    want: Callable[[list[Step]], bool] | None = None,
    ending: str = "",
) -> Problem:
    """The item that asks in words, with or without examples, or shows a stub."""
    function = draw_function(rng, config.level, starts, want, ending)
    source = rng.choice(function.sources)
    return requested(rng, function, source)


def requested(rng: Random, function: Function, source: str) -> Problem:
    """The function asked for in words, or shown as a stub with types."""
    if rng.random() < 0.3:
        code = stub(function, rng, hinted=True, examples=rng.randint(1, 2))
        return problem_of(function, rng.choice(STUB_PHRASINGS).format(code=code), source)
    tests = asserts(function, rng, rng.randint(1, 3))
    return problem_of(function, ask(rng, function, SENTENCES, PARAGRAPHS, tests=tests), source)


@dataclass(frozen=True)
class RecipeConfig:
    """The level of the recipes to draw from."""

    level: int

    @classmethod
    def at(cls, difficulty: int) -> "RecipeConfig":
        return cls(level=difficulty)

    def validate(self) -> None:
        if not 1 <= self.level <= 3:
            raise ValueError(f"level must be 1 to 3, not {self.level}")


def draw_recipe(rng: Random, recipes: Sequence[Recipe], level: int) -> Function:
    """A function from the recipes of a level; one with many constants is drawn more often."""
    chosen = [recipe for recipe in recipes if recipe.level == level]
    weights = [min(prod(map(len, recipe.constants.values())), 12) + 2 for recipe in chosen]
    return rng.choices(chosen, weights)[0].draw(rng)


def recipe_problem(rng: Random, recipes: Sequence[Recipe], level: int) -> Problem:
    """The item of a recipe, asked for in words or shown as a stub."""
    function = draw_recipe(rng, recipes, level)
    return requested(rng, function, rng.choice(function.sources))
