"""Greatest common divisor, by Euclid's algorithm."""

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from data_chef.arithmetic import difference_chain, division_fact, equations_hold
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
    """The divisions of Euclid's algorithm, each as `48/18: 2*18=36, 48-36=12`, and the divisor they end with.

    What fits once is taken away at once: `76/44: 76-44=32`.
    """
    lines = []
    while b:
        lines.append(f"{a}/{b}: {difference_chain(a, b)}" if b <= a < 2 * b else division_fact(a, b))
        a, b = b, a % b
    return lines, a


def euclid_holds(solution: str, a: int, b: int) -> bool:
    """Whether every division goes on with the divisor and the rest of the one before, down to the divisor of both."""
    rows = [tuple(map(int, row)) for row in re.findall(r"^(\d+)/(\d+): .*=(\d+)$", solution, re.MULTILINE)]
    if not rows or rows[0][:2] != (max(a, b), min(a, b)) or rows[-1][1:] != (math.gcd(a, b), 0):
        return False
    return all(after[:2] == before[1:] for before, after in pairwise(rows)) and all(rest < b for _, b, rest in rows)


def draw_pair(rng: Random, high: int) -> tuple[int, int]:
    """Two different numbers up to `high`, mostly with a common factor; in one of six pairs one divides the other."""
    large = rng.randint(3, 12 if rng.random() < 0.75 else high)
    small = rng.randint(1 if rng.random() < 0.15 else 2, large - 1)
    factor = rng.randint(1, high // large)
    return (large * factor, small * factor) if rng.random() < 0.5 else (small * factor, large * factor)


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
    right = int(problem.answer) == max(d for d in range(1, min(a, b) + 1) if a % d == b % d == 0)
    return right and equations_hold(problem.solution) and euclid_holds(problem.solution, a, b)


register(Task("gcd", "mathematics", Config, generate, verify, max_difficulty=3))
