"""Sequences whose differences grow by the same amount: the next numbers, from the differences of differences."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import concludes, total
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


ONE = (
    "What is the next number: {t}?",
    "Look at the differences. What follows {t}?",
    "Find the next number of the sequence {t}, ...",
    "Continue {t}, ... by looking at the differences of the differences.",
    "{t}, ? What number comes here?",
    "The second differences of {t} are constant. Find the next number.",
    "Which number comes after {t}?",
    "Please continue this sequence by one number: {t}",
)
TWO = (
    "What are the next two numbers of {t}?",
    "Find the two numbers that follow {t}.",
    "Continue {t} by two numbers.",
    "The second differences of {t} are constant. Find the next two numbers.",
)


@dataclass(frozen=True)
class Config:
    start: int
    step: int
    growth: int
    two_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        step, rate = (6, 9, 15, 40)[difficulty - 1], (0.0, 0.4, 0.6, 0.9)[difficulty - 1]
        return cls((20, 50, 99, 300)[difficulty - 1], step, (3, 5, 7, 12)[difficulty - 1], rate)

    def validate(self) -> None:
        if self.start < 1 or self.step < 1 or self.growth < 1 or not 0 <= self.two_rate <= 1:
            raise ValueError(f"start, step and growth must be at least 1, two_rate a rate: {self}")


def generate(rng: Random, config: Config) -> Problem:
    first, step = rng.randint(1, config.start), rng.randint(1, config.step)
    growth = rng.randint(1, config.growth) * (rng.choice((1, 1, -1)) if config.two_rate else 1)
    length, more = rng.randint(4, 5), 2 if rng.random() < config.two_rate else 1
    terms = [first + step * i + growth * i * (i - 1) // 2 for i in range(length)]
    shift = max(0, -min(terms))
    terms = [term + shift for term in terms]
    steps = [b - a for a, b in zip(terms, terms[1:], strict=False)]
    lines = [f"{b}-{a}={b - a}" for a, b in zip(terms, terms[1:], strict=False)]
    lines += [f"{b}{-a:+d}={b - a}" for a, b in zip(steps, steps[1:], strict=False)]
    shown, value, change, found = ", ".join(map(str, terms)), terms[-1], steps[-1], []
    for _ in range(more):
        lines.append(f"{change}{growth:+d}={change + growth}")
        change += growth
        lines.append(total(value, change) if change else f"{value}+0={value}")
        value += change
        found.append(value)
    answer = ", ".join(map(str, found))
    return Problem(
        question=rng.choice(TWO if more == 2 else ONE).format(t=shown),
        solution="\n".join(lines if more == 1 else [*lines, answer]),
        answer=answer,
        canonical=f"{terms[0]}|{step}|{growth}",
    )


def verify(problem: Problem) -> bool:
    """Each number is three times the last, less three times the one before, plus the one before that."""
    terms = [int(term) for term in find(r"-?\d+(?:, -?\d+)+", problem.question).group().split(", ")]
    known = len(terms)
    for _ in range(2 if re.search("two", problem.question) else 1):
        terms.append(3 * terms[-1] - 3 * terms[-2] + terms[-3])
    return concludes(problem, ", ".join(map(str, terms[known:])))


register(Task("quadratic_sequence", "mathematics", Config, generate, verify, max_difficulty=3))
