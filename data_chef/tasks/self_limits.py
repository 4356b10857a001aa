"""What ODIN cannot do: no news, no facts of the world, no memory between talks, and it may err."""

from random import Random

from data_chef.about import LIMITS
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.talk import Plain, Talk


TALK = Talk(LIMITS)


class Config(Plain):
    """No knobs: there is no harder form."""


def generate(rng: Random, config: Config) -> Problem:
    return TALK.problem(rng)


def verify(problem: Problem) -> bool:
    """Finds the topic in the question again, and its reply."""
    return TALK.holds(problem)


register(Task("self_limits", "chat", Config, generate, verify, max_difficulty=1, extrapolates=False))
