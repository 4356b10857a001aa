"""Functions that sort by a key, or take the largest or smallest by a key."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose.core import Step
from data_chef.programs.compose.task import Config, request_problem
from data_chef.programs.parts import NAMESPACE, verify, verify_many
from data_chef.registry import Task, register


STARTS = (
    ("list[int]",),
    ("list[str]",),
    ("list[str]",),
    ("list[list[int]]",),
    ("list[tuple[int, int]]",),
    ("dict[str, int]",),
)


BY_KEY = ("sort_by", "max_by", "min_by", "by_second", "by_sum", "keys_by_value", "keys_down", "key_of_m")


def wanted(steps: list[Step]) -> bool:
    return any(step.name.startswith(BY_KEY) for step in steps)


def generate(rng: Random, config: Config) -> Problem:
    return request_problem(rng, config, STARTS, wanted, rng.choice(("", "key", "key", "key")))


register(Task("python_sorting_key", "python", Config, generate, verify, max_difficulty=3, verify_many=verify_many,
              namespace=NAMESPACE))  # fmt: skip
