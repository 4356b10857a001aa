"""The difference between two terms of mathematics, logic or programming."""

from data_chef.glossary import PAIRS
from data_chef.registry import Task, register
from data_chef.talk import Plain, Talk


def asks(one: str, two: str) -> tuple[str, ...]:
    """Ways to ask for a difference, either term first."""
    return tuple(
        text.format(a, b)
        for a, b in ((one, two), (two, one))
        for text in (
            "What is the difference between {} and {}?", "How does {} differ from {}?", "Compare {} with {}.",
            "How do {} and {} differ?", "Explain the difference between {} and {}.",
            "{} or {}: what is the difference?",
            "What sets {} apart from {}?", "In what way is {} different from {}?",
        )
    )  # fmt: skip


TALK = Talk({f"{one} | {two}": (asks(one, two), (text,)) for (one, two), text in PAIRS.items()})


class Config(Plain):
    """No knobs: there is no harder form."""


register(Task("compare_terms", "chat", Config, TALK.generate, TALK.verify, max_difficulty=1, extrapolates=False))
