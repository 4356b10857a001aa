"""Python functions on strings: chains of changes, and counts of what is in them."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose.task import Config, stub_problem
from data_chef.programs.parts import NAMESPACE, verify, verify_many
from data_chef.registry import Task, register


STARTS = (*[("str",)] * 6, ("str", "str"), ("str", "int"), ("str", "int", "int"), ("str", "str", "str"))


def generate(rng: Random, config: Config) -> Problem:
    return stub_problem(rng, config, STARTS)


register(Task("python_string_function", "python", Config, generate, verify, max_difficulty=4, verify_many=verify_many,
              namespace=NAMESPACE))  # fmt: skip
