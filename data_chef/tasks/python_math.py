"""Functions of number theory, counting and geometry."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose.formulas import FORMULAS
from data_chef.programs.compose.task import RecipeConfig, recipe_problem
from data_chef.programs.parts import NAMESPACE, verify, verify_many
from data_chef.registry import Task, register


def generate(rng: Random, config: RecipeConfig) -> Problem:
    return recipe_problem(rng, FORMULAS, config.level)


register(
    Task("python_math", "python", RecipeConfig, generate, verify, max_difficulty=3, verify_many=verify_many,
         namespace=NAMESPACE, extrapolates=False)
)  # fmt: skip
