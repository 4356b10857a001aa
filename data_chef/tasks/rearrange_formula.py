"""Formulas solved for another letter, one operation undone a line."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import evaluate, expressions, holds
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Solve {e} for {t}.",
    "Rearrange {e} to give {t}.",
    "Make {t} the subject of {e}.",
    "{e}. Express {t} by the other letters.",
    "Given {e}, what is {t}?",
    "Write {t} in terms of the other letters if {e}.",
    "The formula {e} is given. Solve it for {t}.",
    "Please rearrange the formula {e} for {t}.",
    "If {e}, then {t} = ?",
    "Isolate {t}: {e}",
)
LETTERS = "abcdkmnpqrstuvwxyzABCDFHKLMPQRSTVW"


@dataclass(frozen=True)
class Config:
    operations: int
    numbers: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(operations=difficulty, numbers=9 * difficulty)

    def validate(self) -> None:
        if self.operations < 1 or self.numbers < 2:
            raise ValueError(f"operations must be at least 1 and numbers at least 2: {self}")


def wrapped(text: str, low: str = "+-") -> str:
    """The text in brackets when a sign of `low` outside of its brackets would tear it apart."""
    depth = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if depth == 0 and sign in low:
            return f"({text})"
    return text


def apply(text: str, operation: str, other: str) -> str:
    """`other` added to, taken from, multiplied with the text and so on; `from` and `under` turn the sides round."""
    return {
        "+": f"{text}+{other}",
        "-": f"{text}-{other}",
        "from": f"{other}-{wrapped(text)}",
        "*": f"{other}*{wrapped(text)}",
        "/": f"{wrapped(text)}/{other}",
        "under": f"{other}/{wrapped(text, '+-*/')}",
    }[operation]


UNDONE = {"+": "-", "-": "+", "from": "from", "*": "/", "/": "*", "under": "under"}


def generate(rng: Random, config: Config) -> Problem:
    letters = rng.sample(LETTERS, config.operations + 2)
    target, subject = letters[:2]
    text, steps, last = target, [], ""
    for other in letters[2:]:
        allowed = {"+": "*/", "-": "*/", "from": "*/", "*": "+-/", "/": "+-", "under": "+-"}.get(last, "+-*/")
        operation = rng.choice(allowed)
        if operation == "-" and rng.random() < 0.4:
            operation = "from"
        if operation == "/" and rng.random() < 0.3:
            operation = "under"
        if rng.random() < 0.3:
            other = str(rng.randint(2, config.numbers))
        steps.append((text, operation, other))
        text, last = apply(text, operation, other), operation
    side, lines = subject, []
    for before, operation, other in reversed(steps):
        side = apply(side, UNDONE[operation], other)
        lines.append(f"{before}={side}")
    left, right = (text, subject) if rng.random() < 0.15 else (subject, text)
    return Problem(
        question=rng.choice(PHRASINGS).format(e=f"{left} = {right}", t=target),
        solution="\n".join(lines),
        answer=f"{target}={side}",
        canonical=f"{subject}={text}|{target}",
    )


def verify(problem: Problem) -> bool:
    """Numbers are put for all letters but the subject; the steps must hold for those, and end with the target."""
    formula = next(e for e in expressions(problem.question) if len(e) > 3 and "=" in e)
    target, _, found = problem.answer.partition("=")
    left, right = formula.split("=")
    subject, text = (left, right) if len(left) == 1 else (right, left)
    letters = {sign for sign in text if sign.isalpha()}
    if target not in letters or target in found or not problem.solution.endswith(problem.answer):
        return False
    alone = {piece.strip(" =") for piece in re.split(r"[A-Za-z]{2,}|[,;:?!.]", problem.question)}
    if target not in alone:
        return False
    values = {letter: 101 + 2 * ord(letter) ** 2 for letter in sorted(letters)}
    values[subject] = evaluate(text, **values)
    return holds(problem.solution, **values)


register(Task("rearrange_formula", "mathematics", Config, generate, verify, max_difficulty=3))
