"""Functions that format values: padding, f-strings, times, amounts, tables."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose.patterns import FORMATS
from data_chef.programs.compose.task import RecipeConfig, recipe_problem
from data_chef.programs.parts import NAMESPACE, verify, verify_many
from data_chef.registry import Task, register


def generate(rng: Random, config: RecipeConfig) -> Problem:
    return recipe_problem(rng, FORMATS, config.level)


register(
    Task("python_string_format", "python", RecipeConfig, generate, verify, max_difficulty=3, verify_many=verify_many,
         namespace=NAMESPACE, extrapolates=False)
)  # fmt: skip
