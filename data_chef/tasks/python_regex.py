"""Functions on text with regular expressions: find, count, replace, check, take apart."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose.patterns import REGEX
from data_chef.programs.compose.task import RecipeConfig, recipe_problem
from data_chef.programs.parts import NAMESPACE, verify, verify_many
from data_chef.registry import Task, register


def generate(rng: Random, config: RecipeConfig) -> Problem:
    return recipe_problem(rng, REGEX, config.level)


register(
    Task("python_regex", "python", RecipeConfig, generate, verify, max_difficulty=3, verify_many=verify_many,
         namespace=NAMESPACE, extrapolates=False)
)  # fmt: skip
