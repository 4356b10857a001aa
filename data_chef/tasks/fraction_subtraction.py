"""Differences with improper fractions and whole numbers, and below zero, over a common denominator."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import (
    ASK_VALUE,
    common_lines,
    difference_chain,
    number_in,
    reaches,
    reduced_chain,
    widened_steps,
)
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    *ASK_VALUE,
    "Subtract {b} from {a}.",
    "Take {b} away from {a}.",
    "What is {a} minus {b}?",
    "Find the difference {e} in lowest terms.",
    "Give {e} as a fraction in lowest terms.",
)


@dataclass(frozen=True)
class Config:
    denominator: int
    negative: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(denominator=(6, 10, 15, 25)[difficulty - 1], negative=(0.0, 0.2, 0.4, 0.4)[difficulty - 1])

    def validate(self) -> None:
        if self.denominator < 3:
            raise ValueError(f"denominator must be at least 3, not {self.denominator}")


def draw_pair(rng: Random, config: Config) -> list[tuple[int, int]]:
    """An improper fraction or a whole number, and another, or two proper ones whose difference is negative."""
    b, d = rng.randint(2, config.denominator), rng.randint(2, config.denominator)
    if rng.random() < config.negative:
        pair = [(rng.randint(1, b - 1), b), (rng.randint(1, d - 1), d)]
        return sorted(pair, key=lambda fraction: Fraction(*fraction))
    if rng.random() < 0.3:
        return [(rng.randint(1, 9), 1), (rng.randint(1, d - 1), d)]
    pair = [(rng.randint(b + 1, 3 * b), b), (rng.randint(1, 2 * d), d)]
    return sorted(pair, key=lambda fraction: Fraction(*fraction), reverse=True)


def generate(rng: Random, config: Config) -> Problem:
    (a, b), (c, d) = draw_pair(rng, config)
    common, found = common_lines(b, d)
    x, y = a * (common // b), c * (common // d)
    first, second = (str(p) if q == 1 else f"{p}/{q}" for p, q in ((a, b), (c, d)))
    # The multiples alone: with each fraction it is said how often its denominator fits.
    lines = [*found[:1], *([f"{a}={x}/{common}"] if b == 1 else widened_steps(a, b, common))]
    lines += widened_steps(c, d, common)
    lines.append(difference_chain(x, y) if x >= y else f"{x}-{y}={x - y}")
    answer = str(Fraction(x - y, common))
    if answer != f"{x - y}/{common}":
        lines.append(reduced_chain(x - y, common))
    lines.append(f"{first}-{second}={answer}")
    return Problem(
        question=rng.choice(PHRASINGS).format(e=f"{first} - {second}", a=first, b=second),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{first}-{second}",
    )


def verify(problem: Problem) -> bool:
    """The answer and what was subtracted make what it was subtracted from."""
    a, b = (Fraction(number) for number in re.findall(r"\d+(?:/\d+)?", problem.question))
    if problem.question.startswith(("Subtract", "Take")):
        a, b = b, a
    difference = number_in(problem.answer)
    if difference is None:
        return False
    return difference + b == a and problem.answer == str(difference) and reaches(problem.solution, f"={difference}")


register(
    Task(
        "fraction_subtraction",
        "mathematics",
        Config,
        generate,
        verify,
        max_difficulty=3,
        namespace="fraction_addition",
    )
)
