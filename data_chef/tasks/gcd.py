"""Greatest common divisor, by Euclid's algorithm."""

import math
import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "What is the greatest common divisor of {a} and {b}?",
    "Find the gcd of {a} and {b}.",
    "gcd({a}, {b}) = ?",
    "What is the largest number that divides both {a} and {b}?",
    "Compute the greatest common factor of {a} and {b}.",
)


@dataclass(frozen=True)
class Config:
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(60, 200, 999, 1998)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 12:
            raise ValueError(f"high must be at least 12, not {self.high}")


def euclid(a: int, b: int) -> tuple[list[str], int]:
    """The divisions of Euclid's algorithm, each as `48-2*18=12`, and the divisor they end with."""
    lines = []
    while b:
        lines.append(f"{a}-{a // b}*{b}={a % b}")
        a, b = b, a % b
    return lines, a


def draw_pair(rng: Random, high: int) -> tuple[int, int]:
    """Two different numbers up to `high`, mostly with a common factor."""
    factor = rng.randint(1, high // 4)
    a, b = rng.sample(range(1, high // factor + 1), 2)
    return a * factor, b * factor


def generate(rng: Random, config: Config) -> Problem:
    a, b = draw_pair(rng, config.high)
    lines, divisor = euclid(max(a, b), min(a, b))
    return Problem(
        question=rng.choice(PHRASINGS).format(a=a, b=b),
        solution="\n".join(lines),
        answer=str(divisor),
        canonical=f"{min(a, b)},{max(a, b)}",
    )


def verify(problem: Problem) -> bool:
    a, b = (int(number) for number in re.findall(r"\d+", problem.question))
    return int(problem.answer) == math.gcd(a, b) and equations_hold(problem.solution)


register(Task("gcd", "mathematics", Config, generate, verify, max_difficulty=3))
