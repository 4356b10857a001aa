"""Least common multiple, through the greatest common divisor."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.tasks.gcd import draw_pair, euclid


PHRASINGS = (
    "What is the least common multiple of {a} and {b}?",
    "Find the lcm of {a} and {b}.",
    "lcm({a}, {b}) = ?",
    "What is the smallest number that both {a} and {b} divide?",
)


@dataclass(frozen=True)
class Config:
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(20, 40, 99, 198)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 12:
            raise ValueError(f"high must be at least 12, not {self.high}")


def generate(rng: Random, config: Config) -> Problem:
    a, b = draw_pair(rng, config.high)
    lines, divisor = euclid(max(a, b), min(a, b))
    small, large = min(a, b) // divisor, max(a, b)
    return Problem(
        question=rng.choice(PHRASINGS).format(a=a, b=b),
        solution="\n".join([*lines, f"{min(a, b)}/{divisor}={small}", f"{small}*{large}={small * large}"]),
        answer=str(small * large),
        canonical=f"{min(a, b)},{max(a, b)}",
    )


def verify(problem: Problem) -> bool:
    a, b = (int(number) for number in re.findall(r"\d+", problem.question))
    first = next(multiple for multiple in range(a, a * b + 1, a) if multiple % b == 0)
    return int(problem.answer) == first and equations_hold(problem.solution)


register(Task("lcm", "mathematics", Config, generate, verify, max_difficulty=3))
