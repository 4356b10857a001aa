"""Why something in mathematics or programming is so, in one sentence."""

from data_chef.glossary import WHY
from data_chef.registry import Task, register
from data_chef.talk import Plain, Talk


ASKS = (
    "Why {}?", "For what reason {}?", "Why exactly {}?", "Explain: why {}?", "Why, in short, {}?",
    "In one sentence: why {}?", "I do not understand this: why {}?", "Why then {}?", "And why {}?",
)  # fmt: skip
TALK = Talk({what: (tuple(ask.format(what) for ask in ASKS), (text,)) for what, text in WHY.items()})


class Config(Plain):
    """No knobs: there is no harder form."""


register(Task("maths_concept_why", "chat", Config, TALK.generate, TALK.verify, max_difficulty=1, extrapolates=False))
