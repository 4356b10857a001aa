"""What ODIN is: name, size, architecture, training, where it runs, and that it is private."""

from random import Random

from data_chef.about import WHAT
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.talk import Plain, Talk


TALK = Talk(WHAT)


class Config(Plain):
    """No knobs: there is no harder way to ask this."""


def generate(rng: Random, config: Config) -> Problem:
    return TALK.problem(rng)


def verify(problem: Problem) -> bool:
    """Finds the topic in the question again, and its reply."""
    return TALK.holds(problem)


register(Task("self_description", "chat", Config, generate, verify, max_difficulty=1, extrapolates=False))
