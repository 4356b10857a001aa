"""Python functions on whole numbers: chains of arithmetic, and facts about digits and divisors."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose.task import Config, stub_problem
from data_chef.programs.parts import NAMESPACE, verify, verify_many
from data_chef.registry import Task, register


STARTS = (*[("int",)] * 4, ("int", "int"), ("int", "int", "int"))


def generate(rng: Random, config: Config) -> Problem:
    return stub_problem(rng, config, STARTS)


register(Task("python_number_function", "python", Config, generate, verify, max_difficulty=4, verify_many=verify_many,
              namespace=NAMESPACE))  # fmt: skip
