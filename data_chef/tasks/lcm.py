"""Least common multiple, through the greatest common divisor."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import divided_lines, equations_hold, product_steps
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.tasks.gcd import draw_pair, euclid, euclid_holds


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
        solution="\n".join([*lines, *divided_lines(min(a, b), divisor), *product_steps(large, small)]),
        answer=str(small * large),
        canonical=f"{min(a, b)},{max(a, b)}",
    )


def verify(problem: Problem) -> bool:
    a, b = (int(number) for number in re.findall(r"\d+", problem.question))
    first = next(multiple for multiple in range(a, a * b + 1, a) if multiple % b == 0)
    if int(problem.answer) != first or not euclid_holds(problem.solution.split(f"/{a * b // first}=")[0], a, b):
        return False
    return problem.solution.endswith(f"={first}") and equations_hold(problem.solution)


register(Task("lcm", "mathematics", Config, generate, verify, max_difficulty=3))
