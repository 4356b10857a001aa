"""Recursive functions: recurrences, digits, strings, lists, nested lists, counting."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose.recursion import RECURSION
from data_chef.programs.compose.task import RecipeConfig, draw_recipe
from data_chef.programs.parts import NAMESPACE, ask, asserts, problem_of, verify, verify_many
from data_chef.registry import Task, register


SENTENCES = (
    "Write a recursive Python function {call} to {task}.",
    "Use recursion: write {call} to {task}.",
    "Write a function {call} to {task}. It should call itself instead of using a loop.",
    "How can I {task} recursively? Write {call}.\n{tests}",
    "Recursion exercise: write {call} to {task}.\n\n{tests}",
)
PARAGRAPHS = (
    "{summary} Write a recursive function {call}.",
    "Write {call} recursively. {summary}",
    "{summary} Solve it with a recursive function called {name}.\n\n{tests}",
    "Recursive function wanted: {call}. {summary}",
    "Define {call} by recursion. {summary} Examples:\n{tests}",
)


def generate(rng: Random, config: RecipeConfig) -> Problem:
    function = draw_recipe(rng, RECURSION, config.level)
    question = ask(rng, function, SENTENCES, PARAGRAPHS, tests=asserts(function, rng, rng.randint(1, 3)))
    return problem_of(function, question, rng.choice(function.sources))


register(
    Task("python_recursion", "python", RecipeConfig, generate, verify, max_difficulty=3, verify_many=verify_many,
         namespace=NAMESPACE, extrapolates=False)
)  # fmt: skip
