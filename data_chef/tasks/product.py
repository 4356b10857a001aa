"""Products of any length, by long multiplication: partial products with carries, and the rows added in columns."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import ASK_VALUE, number_of, product_lines, reaches, spacing
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    *ASK_VALUE,
    "Multiply {a} by {b}.",
    "Multiply {a} and {b}.",
    "What is {a} times {b}?",
    "What is the product of {a} and {b}?",
    "Find the product of {a} and {b}.",
    "What is {a} multiplied by {b}?",
    "Use long multiplication to find {e}.",
)
LENGTHS = (((2, 1),), ((3, 1), (1, 3), (4, 1)), ((3, 2), (2, 3)), ((3, 3), (4, 2)), ((4, 3), (5, 2)), ((4, 4), (5, 3)))


@dataclass(frozen=True)
class Config:
    digits: tuple[tuple[int, int], ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(digits=LENGTHS[difficulty - 1])

    def validate(self) -> None:
        if not all(1 <= length <= 7 for pair in self.digits for length in pair):
            raise ValueError(f"factors have 1 to 7 digits, not {self.digits}")


def generate(rng: Random, config: Config) -> Problem:
    m, n = rng.choice(config.digits)
    a, b = max(2, number_of(rng, m)), max(2, number_of(rng, n))
    sign = rng.choice(("*", "*", "*", "x"))
    first = [f"{max(a, b)}*{min(a, b)}"] if min(a, b) > 9 else []
    return Problem(
        question=rng.choice(PHRASINGS).format(a=a, b=b, e=spacing(rng, f"{a} {sign} {b}")),
        solution="\n".join(first + product_lines(max(a, b), min(a, b))),
        answer=str(a * b),
        canonical=f"{min(a, b)}*{max(a, b)}",
    )


def verify(problem: Problem) -> bool:
    """Multiplies by doubling and halving."""
    a, b = (int(number) for number in re.findall(r"\d+", problem.question))
    product = 0
    while b:
        product += a if b % 2 else 0
        a, b = a * 2, b // 2
    return problem.answer == str(product) and reaches(problem.solution, f" {product}")


register(Task("product", "mathematics", Config, generate, verify, max_difficulty=5, namespace="product_2x2"))
