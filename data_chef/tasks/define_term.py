"""What a term of mathematics, logic or programming means, in one sentence."""

from data_chef.glossary import TERMS
from data_chef.registry import Task, register
from data_chef.talk import Plain, Talk


def bare_term(term: str) -> str:
    return term.split(" ", 1)[1] if term.split(" ")[0] in ("a", "an", "the") else term


def asks(term: str) -> tuple[str, ...]:
    """Ways to ask for a definition."""
    bare = bare_term(term)
    return (
        f"What is {term}?", f"Define {term}.", f'What does "{bare}" mean?', f"Explain what {term} is.",
        f"Give a definition of {term}.", f"How is {term} defined?",
        f'What is meant by "{bare}"?', f"In one sentence: what is {term}?", f"Tell me what {term} is.",
        f'Explain the word "{bare}".', f"What exactly is {term}?", f"Can you explain what {term} is?",
    )  # fmt: skip


TALK = Talk(
    {
        term: (asks(term), (f"{term[0].upper()}{term[1:]} is {text.replace('{', '{{').replace('}', '}}')}.",))
        for term, text in TERMS.items()
    }
)


class Config(Plain):
    """No knobs: there is no harder form."""


register(Task("define_term", "chat", Config, TALK.generate, TALK.verify, max_difficulty=1, extrapolates=False))
