"""What ODIN is: name, size, architecture, training, where it runs, and that it is private."""

from data_chef.about import WHAT
from data_chef.registry import Task, register
from data_chef.talk import Plain, Talk


TALK = Talk(WHAT)


class Config(Plain):
    """No knobs: there is no harder way to ask this."""


register(Task("self_description", "chat", Config, TALK.generate, TALK.verify, max_difficulty=1, extrapolates=False))
