"""Ordered choices: factorials, and places given to some of several things."""

import re
from dataclasses import dataclass
from math import factorial
from random import Random

from data_chef.algebra import concludes, product
from data_chef.item import Problem
from data_chef.registry import Task, register


SOME = (
    "In how many orders can {k} of {n} {things} be arranged in a row?",
    "What is P({n}, {k})?",
    "Compute P({n}, {k}), the number of permutations of {k} out of {n}.",
    "How many ordered selections of {k} {things} can be made from {n} different {things}?",
    "{n} {things}, {k} places in a row: how many ways are there to fill the places?",
    "A row has {k} places. How many ways are there to fill it with {k} of {n} different {things}?",
    "How many ways are there to pick {k} of {n} {things} one after the other, if the order counts?",
    "From {n} different {things}, {k} are put in a line. How many lines are possible?",
)
ALL = (
    "In how many ways can {n} different {things} be put in a row?",
    "How many orders are there for {n} different {things}?",
    "What is {n}!?",
    "Compute {n}!.",
    "{n} factorial =",
    "How many permutations do {n} different {things} have?",
)
ROUND = (
    "In how many ways can {n} different {things} be placed around a circle, if turning the circle changes nothing?",
    "{n} different {things} form a ring. How many rings are there, when rotations count as the same?",
)
THINGS = (
    "books",
    "cards",
    "flags",
    "stones",
    "letters",
    "pictures",
    "trophies",
    "paintings",
    "toys",
    "plants",
    "mugs",
)


@dataclass(frozen=True)
class Config:
    high: int
    places: int
    other_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            (9, 12, 20, 60)[difficulty - 1], (2, 3, 4, 5)[difficulty - 1], (0.1, 0.25, 0.2, 0.05)[difficulty - 1]
        )

    def validate(self) -> None:
        if self.high < 6 or self.places < 2 or not 0 <= self.other_rate <= 1:
            raise ValueError(f"high must be at least 6, places at least 2, other_rate a rate: {self}")


def generate(rng: Random, config: Config) -> Problem:
    things = rng.choice(THINGS)
    if rng.random() < config.other_rate:
        around = config.places > 2 and rng.random() < 0.5
        n = rng.randint(4, 7)
        k = n - around
        factors, phrasing = list(range(k, 0, -1)), rng.choice(ROUND if around else ALL)
        lines = [f"{n}-1={k}"] if around else []
    else:
        around, n, k = False, rng.randint(5, config.high), rng.randint(2, config.places)
        factors, phrasing, lines = [n - i for i in range(k)], rng.choice(SOME), []
        lines.append(f"{k} factors: {', '.join(map(str, factors))}")
    value = factors[0]
    for factor in factors[1:]:
        lines.append(product(value, factor))
        value *= factor
    return Problem(
        question=phrasing.format(n=n, k=k, things=things),
        solution="\n".join(lines),
        answer=str(value),
        canonical=f"{n}|{'ring' if around else k}",
    )


def verify(problem: Problem) -> bool:
    """From factorials."""
    numbers = [int(n) for n in re.findall(r"\d+", problem.question)]
    if "circle" in problem.question or "ring" in problem.question:
        return concludes(problem, factorial(numbers[0]) // numbers[0])
    n, k = max(numbers), min(numbers)
    whole = n == k
    right = concludes(problem, factorial(n) // (1 if whole else factorial(n - k)))
    return right and (
        whole or problem.solution.startswith(f"{k} factors: {', '.join(str(n - i) for i in range(k))}\n")
    )


register(Task("permutations", "mathematics", Config, generate, verify, max_difficulty=3))
