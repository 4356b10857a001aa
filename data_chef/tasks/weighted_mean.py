"""Means where numbers count differently often: groups, marks with percents, mixtures."""

import math
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import (
    over,
    plus,
    read_kind,
    sound,
    times,
)
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


KINDS = {
    "groups": (
        "{n} tests had {a} points each and {m} tests had {b} points each. What is the mean of all tests?",
        "A group of {n} has a mean of {a}, a group of {m} has a mean of {b}. What is the mean of both together?",
        "{name} ran {n} rounds in {a} seconds each and {m} rounds in {b} seconds each. What is the average time?",
        "mean of {n} times {a} and {m} times {b} = ?",
        "{n} kg of tea at ${a} a kg are mixed with {m} kg at ${b} a kg. What does a kg of the mix cost in dollars?",
        "Find the weighted mean of {a} (weight {n}) and {b} (weight {m}).",
    ),
    "percents": (
        "An exam counts {p}% and the homework counts {q}%. {name} has {a} in the exam and {b} for homework. "
        "What is the final mark?",
        "Compute the weighted average: {a} with {p}%, {b} with {q}%.",
        "{a} counts {p}% and {b} counts {q}%. What is the weighted mean?",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int
    most: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(12, 30, 99, 400)[difficulty - 1], most=(4, 7, 12, 30)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 4 or self.most < 2:
            raise ValueError(f"high must be at least 4, most must be at least 2: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("groups", "groups", "percents"))
    if kind == "percents":
        n = rng.randint(1, 9)
        m, unit = 10 - n, 10
    else:
        n, m, unit = rng.randint(2, config.most + 1), rng.randint(2, config.most + 1), 1
    a = rng.randint(1, config.high)
    b = a + (n + m) // math.gcd(m, n + m) * rng.randint(1, 3)  # so that the mean is whole
    (n, a), (m, b) = rng.sample(((n, a), (m, b)), 2)
    total = n * a + m * b
    steps = [times(unit * n, a), times(unit * m, b), plus(unit * n * a, unit * m * b)]
    steps += [over(unit * total, 100)] if kind == "percents" else [plus(n, m), over(total, n + m)]
    words = {"n": n, "m": m, "a": a, "b": b, "p": 10 * n, "q": 10 * m, "name": rng.choice(NAMES)}
    return Problem(
        question=rng.choice(KINDS[kind]).format(**words),
        solution="\n".join(steps),
        answer=str(total // (n + m)),
        canonical=f"{kind}|{sorted(((n, a), (m, b)))}",
    )


def verify(problem: Problem) -> bool:
    """From one of the two numbers, a part of the way to the other."""
    kind, told = read_kind(KINDS, problem.question)
    n, m = (told["p"], told["q"]) if kind == "percents" else (told["n"], told["m"])
    a, b = (int(str(told[name])) for name in "ab")
    return sound(problem, str(a + Fraction(m, n + m) * (b - a)))


register(Task("weighted_mean", "mathematics", Config, generate, verify, max_difficulty=3))
