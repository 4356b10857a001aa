"""Percentages in steps of 5, through a tenth of the number."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import product_chain, reaches, sum_chain
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


PHRASINGS = (
    "What is {p}% of {n}?",
    "Find {p} percent of {n}.",
    "Calculate {p}% of {n}.",
    "How much is {p} percent of {n}?",
    "There are {n} people and {p}% of them vote. How many people vote?",
)


@dataclass(frozen=True)
class Config:
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(400, 1000, 5000, 10000)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 20:
            raise ValueError(f"high must be at least 20, not {self.high}")


def generate(rng: Random, config: Config) -> Problem:
    n, p = 20 * rng.randint(1, config.high // 20), 5 * rng.randint(1, 19)
    tenth, tens = n // 10, p // 10
    lines, value = [f"{n}/10={tenth}"], tens * tenth
    if tens > 1:
        lines.append(product_chain(tenth, tens))
    if p % 10:
        lines.append(f"{tenth}/2={tenth // 2}")
        if tens:
            lines.append(sum_chain(value, tenth // 2))
        value += tenth // 2
    return Problem(
        question=rng.choice(PHRASINGS).format(p=p, n=n),
        solution="\n".join(lines),
        answer=str(value),
        canonical=f"{p}%{n}",
    )


def verify(problem: Problem) -> bool:
    percent = int(find(r"(\d+)(?:%| percent)", problem.question).group(1))
    number = next(int(m) for m in re.findall(r"(?:of|are) (\d+)", problem.question))
    right = Fraction(problem.answer) == Fraction(percent, 100) * number
    return right and reaches(problem.solution, f"={problem.answer}")


register(Task("percentage", "mathematics", Config, generate, verify, max_difficulty=3))
