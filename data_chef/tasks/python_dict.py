"""Functions that take, build or group dictionaries."""

from random import Random

from data_chef.item import Problem
from data_chef.programs.compose.core import Step
from data_chef.programs.compose.task import Config, request_problem
from data_chef.programs.parts import NAMESPACE, verify, verify_many
from data_chef.registry import Task, register


STARTS = (("dict[str, int]",), ("dict[str, int]",), ("list[int]",), ("list[str]",), ("str",))


def wanted(steps: list[Step]) -> bool:
    """Whether a dictionary comes in or goes out."""
    return any("dict" in kind for step in steps for kind in (*step.takes, step.gives))


def generate(rng: Random, config: Config) -> Problem:
    return request_problem(rng, config, STARTS, wanted)


register(Task("python_dict", "python", Config, generate, verify, max_difficulty=3, verify_many=verify_many,
              namespace=NAMESPACE))  # fmt: skip
