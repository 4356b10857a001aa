"""What a function, operator or keyword of Python does, with a tiny example."""

from data_chef.pythonisms import CONCEPTS, STATEMENTS
from data_chef.registry import Task, register
from data_chef.talk import Plain, Talk


def asks(name: str) -> tuple[str, ...]:
    """Ways to ask what something in Python does; the names of methods are written as in a call."""
    if name[:2] in ("a ", "an", "th"):
        return (
            f"What does {name} do in Python?", f"In Python, what is {name}?", f"Explain {name} in Python.",
            f"What is {name} in Python good for?", f"How does {name} work in Python?",
            f"What is {name} for in Python?",
            f"Python: what does {name} do?", f"Show me {name} in Python.",
        )  # fmt: skip
    return (
        f"What does {name} do in Python?", f"What does `{name}` do?", f"What is {name} in Python?",
        f"Explain `{name}`.",
        f"How does {name} work in Python?", f"What is `{name}` good for?", f"Python: what does {name} do?",
        f"Show me how `{name}` works.", f"Give an example of {name} in Python.", f"When do I use `{name}`?",
    )  # fmt: skip


def kept(text: str) -> str:
    """Braces stand for themselves."""
    return text.replace("{", "{{").replace("}", "}}")


def shown(example: str, result: str) -> str:
    if "; " in example:
        return f"For example, after `{example}` the list x is `{result}`."
    return f"For example, `{example}` gives `{result}`."


TALK = Talk(
    {
        **{
            name: (asks(name), (kept(f"{told} {shown(example, result)}"),))
            for name, (told, example, result) in CONCEPTS.items()
        },
        **{name: (asks(name), (kept(told),)) for name, told in STATEMENTS.items()},
    }
)


class Config(Plain):
    """No knobs: there is no harder form."""


register(Task("python_concept", "chat", Config, TALK.generate, TALK.verify, max_difficulty=1, extrapolates=False))
