"""Python functions on a list: filters, changes, sums, orders, positions, counts."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose.task import Config, stub_problem
from data_chef.programs.parts import NAMESPACE, verify, verify_many
from data_chef.registry import Task, register


STARTS = (*[("list[int]",)] * 4, *[("list[str]",)] * 2, ("list[int]", "int"), ("list[int]", "int", "int"),
          ("list[str]", "str"))  # fmt: skip


def generate(rng: Random, config: Config) -> Problem:
    return stub_problem(rng, config, STARTS)


register(Task("python_list_function", "python", Config, generate, verify, max_difficulty=4, verify_many=verify_many,
              namespace=NAMESPACE))  # fmt: skip
