"""Functions on lists of tuples and on dictionaries that come from them."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose.task import Config, request_problem
from data_chef.programs.parts import NAMESPACE, verify, verify_many
from data_chef.registry import Task, register


STARTS = (("list[tuple[int, int]]",),)


def generate(rng: Random, config: Config) -> Problem:
    return request_problem(rng, config, STARTS)


register(Task("python_tuples", "python", Config, generate, verify, max_difficulty=3, verify_many=verify_many,
              namespace=NAMESPACE))  # fmt: skip
