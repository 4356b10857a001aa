"""Quadratics as a square plus a number: x^2 + 6x + 2 = (x + 3)^2 - 7."""

from dataclasses import dataclass
from random import Random

from data_chef.algebra import (
    a_letter,
    bracket,
    coefficients,
    expressions,
    identities_hold,
    layout,
    nonzero,
    polynomial,
    product,
    quotient,
    same_everywhere,
    total,
)
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Complete the square: {e}",
    "Complete the square in {e}.",
    "Write {e} as a square plus a number.",
    "Bring {e} into vertex form.",
    "What is the vertex form of {e}?",
    "Rewrite {e} by completing the square.",
    "Please complete the square for {e}.",
    "{e}: complete the square.",
    "Express {e} as a perfect square and a constant.",
)


@dataclass(frozen=True)
class Config:
    half: int
    constant: int
    leading: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((9, 12, 9, 15)[difficulty - 1], (20, 50, 30, 90)[difficulty - 1], (1, 1, 6, 12)[difficulty - 1])

    def validate(self) -> None:
        if self.half < 1 or self.constant < 1 or self.leading < 1:
            raise ValueError(f"half, constant and leading must be at least 1: {self}")


def shape(a: int, half: int, rest: int, x: str) -> str:
    """`2(x+3)^2-7`"""
    return f"{a if a > 1 else ''}({x}{half:+d})^2" + (f"{rest:+d}" if rest else "")


def generate(rng: Random, config: Config) -> Problem:
    x, half, c = a_letter(rng), nonzero(rng, config.half), rng.randint(-config.constant, config.constant)
    a = rng.randint(1, config.leading)
    b = 2 * a * half
    text = polynomial([a, b, c], x)
    lines = [quotient(b, a)] if a > 1 else []
    lines += [quotient(2 * half, 2), f"{bracket(half)}^2={half * half}"]
    if a > 1:
        lines.append(product(a, half * half))
    lines.append(total(c, -a * half * half))
    answer = shape(a, half, c - a * half * half, x)
    return Problem(
        question=rng.choice(PHRASINGS).format(e=layout(rng, text)),
        solution="\n".join([*lines, f"{text}={answer}"]),
        answer=answer,
        canonical=f"{a}|{b}|{c}",
    )


def verify(problem: Problem) -> bool:
    """The one form a(x + h)^2 + r that is the same function as the question's."""
    asked = expressions(problem.question)[0]
    x = next(letter for letter in asked if letter.isalpha())
    a, b, c = coefficients(asked, x)
    answer = shape(a, b // (2 * a), (4 * a * c - b * b) // (4 * a), x)
    right = problem.answer == answer and problem.solution.endswith("=" + answer) and same_everywhere(asked, answer, x)
    return right and identities_hold(problem.solution, x)


register(Task("complete_square", "mathematics", Config, generate, verify, max_difficulty=3))
