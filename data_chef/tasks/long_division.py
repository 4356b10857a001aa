"""Long division with quotient and remainder, digit by digit, by divisors of one to three digits."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import division_lines, number_of, reaches
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Divide {a} by {b}. Give the quotient and the remainder.",
    "What are the quotient and the remainder of {a} / {b}?",
    "{a} / {b} with remainder",
    "{a} / {b} = ? (quotient and remainder)",
    "Use long division to divide {a} by {b}, with remainder.",
    "Find the quotient and the remainder when {a} is divided by {b}.",
    "How many times does {b} go into {a}, and what remains?",
    "Work out {a} divided by {b} with remainder.",
    "Do the long division {a} / {b} and state the remainder.",
    "Please divide {a} by {b} with remainder.",
)
LENGTHS = (((2, 1), (3, 1)), ((4, 1), (3, 2)), ((5, 1), (4, 2)), ((6, 2), (5, 2), (5, 3)), ((7, 3), (8, 2)))


@dataclass(frozen=True)
class Config:
    digits: tuple[tuple[int, int], ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(digits=LENGTHS[difficulty - 1])

    def validate(self) -> None:
        if not all(1 <= n <= m <= 12 for m, n in self.digits):
            raise ValueError(f"the divisor is no longer than the dividend, at most 12 digits: {self}")


def generate(rng: Random, config: Config) -> Problem:
    m, n = rng.choice(config.digits)
    a, b = number_of(rng, m), max(2, number_of(rng, n))
    answer = f"{a // b} remainder {a % b}"
    return Problem(
        question=rng.choice(PHRASINGS).format(a=a, b=b),
        solution="\n".join([*division_lines(a, b), answer]),
        answer=answer,
        canonical=f"quotient|{a}/{b}",
    )


def verify(problem: Problem) -> bool:
    """The quotient times the divisor, and the remainder, make the dividend."""
    a, b = sorted((int(number) for number in re.findall(r"\d+", problem.question)), reverse=True)
    match = re.fullmatch(r"(0|[1-9]\d*) remainder (0|[1-9]\d*)", problem.answer)
    if match is None or not reaches(problem.solution, f"\n{problem.answer}"):
        return False
    quotient, remainder = int(match[1]), int(match[2])
    return quotient * b + remainder == a and remainder < b and f"write {quotient}\n" in problem.solution


register(Task("long_division", "mathematics", Config, generate, verify, max_difficulty=4, namespace="division"))
