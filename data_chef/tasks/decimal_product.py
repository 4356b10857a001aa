"""Products of decimals: the whole numbers multiplied, then the places counted."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import ASK_VALUE, decimal, decimal_text, number_of, product_steps, reaches, spacing, trimmed
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    *ASK_VALUE,
    "Multiply {a} by {b}.",
    "What is {a} times {b}?",
    "Find the product of {a} and {b}.",
    "What is the product of {a} and {b}?",
)


@dataclass(frozen=True)
class Config:
    digits: tuple[tuple[int, int], ...]
    places: tuple[int, int]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        digits = (((2, 1),), ((2, 1), (3, 1)), ((2, 2), (3, 1)), ((3, 2), (2, 2)), ((3, 3), (4, 2)))[difficulty - 1]
        return cls(digits=digits, places=((1, 0), (1, 1), (2, 1), (3, 2), (3, 3))[difficulty - 1])

    def validate(self) -> None:
        if not all(length > 0 for pair in self.digits for length in pair) or max(self.places) > 4:
            raise ValueError(f"factors have at least one digit and at most 4 places: {self}")


def generate(rng: Random, config: Config) -> Problem:
    pair = []
    for digits, places in zip(rng.choice(config.digits), config.places, strict=True):
        number = max(2, number_of(rng, digits))
        number += number % 10 == 0
        pair.append((number, rng.randint(min(1, places), places)))
    rng.shuffle(pair)
    (m, p), (n, q) = pair
    a, b = decimal(m, p), decimal(n, q)
    written = decimal(m * n, p + q)
    lines = [f"without points: {m}*{n}", *product_steps(m, n)]
    lines.append(f"decimal places: {p}+{q}={p + q}")
    lines.append(f"{m * n} with {p + q} decimal place{'s' if p + q > 1 else ''}: {written}")
    if trimmed(written) != written:
        lines.append(f"{written}={trimmed(written)}")
    return Problem(
        question=rng.choice(PHRASINGS).format(a=a, b=b, e=spacing(rng, f"{a} {rng.choice('***x')} {b}")),
        solution="\n".join(lines),
        answer=trimmed(written),
        canonical="*".join(sorted((a, b))),
    )


def verify(problem: Problem) -> bool:
    a, b = (Fraction(number) for number in re.findall(r"\d+(?:\.\d+)?", problem.question))
    return problem.answer == decimal_text(a * b) and reaches(problem.solution, problem.answer)


register(Task("decimal_product", "mathematics", Config, generate, verify, max_difficulty=4))
