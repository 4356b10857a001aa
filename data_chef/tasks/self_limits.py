"""What ODIN cannot do: no news, no facts of the world, no memory between talks, and it may err."""

from data_chef.about import LIMITS
from data_chef.registry import Task, register
from data_chef.talk import Plain, Talk


TALK = Talk(LIMITS)


class Config(Plain):
    """No knobs: there is no harder form."""


register(Task("self_limits", "chat", Config, TALK.generate, TALK.verify, max_difficulty=1, extrapolates=False))
