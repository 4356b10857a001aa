"""Quotients of fractions: multiply by the reciprocal."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import ASK_VALUE, number_in, reaches
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.tasks.fraction_product import draw_fraction, product_of, written


PHRASINGS = (
    *(phrasing for phrasing in ASK_VALUE if phrasing != "{e}"),
    "Divide {a} by {b}.",
    "What is {a} divided by {b}?",
    "How many times does {b} fit into {a}?",
    "Find the quotient of {a} and {b} in lowest terms.",
    "What fraction is {a} divided by {b}?",
)


@dataclass(frozen=True)
class Config:
    denominator: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(denominator=(5, 9, 14, 30)[difficulty - 1])

    def validate(self) -> None:
        if self.denominator < 3:
            raise ValueError(f"denominator must be at least 3, not {self.denominator}")


def generate(rng: Random, config: Config) -> Problem:
    (a, b), (c, d) = (draw_fraction(rng, config.denominator) for _ in range(2))
    kind = rng.random()
    if kind < 0.15:
        a, b = rng.randint(1, 12), 1
    elif kind < 0.3:
        c, d = rng.randint(2, 12), 1
    lines, answer = product_of([(a, b), (d, c)])
    first, second = written(a, b), written(c, d)
    flipped = written(d, c)
    texts = [f"({text})" if "/" in text else text for text in (first, second, flipped)]
    return Problem(
        question=rng.choice(PHRASINGS).format(e=f"{texts[0]} / {texts[1]}", a=first, b=second),
        solution="\n".join(
            [f"{texts[0]}/{texts[1]}={texts[0]}*{texts[2]}", *lines, f"{texts[0]}/{texts[1]}={answer}"]
        ),
        answer=answer,
        canonical=f"{first}:{second}",
    )


def verify(problem: Problem) -> bool:
    """The answer times the divisor is the dividend."""
    a, b = (Fraction(number) for number in re.findall(r"\d+(?:/\d+)?", problem.question))
    if problem.question.startswith("How many times"):
        a, b = b, a
    quotient = number_in(problem.answer)
    if quotient is None:
        return False
    return quotient * b == a and problem.answer == str(quotient) and reaches(problem.solution, f"={quotient}")


register(Task("fraction_division", "mathematics", Config, generate, verify, max_difficulty=3))
