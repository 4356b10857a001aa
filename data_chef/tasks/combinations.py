"""Choices whose order does not matter: C(n, k), built up factor by factor."""

import re
from dataclasses import dataclass
from math import comb
from random import Random

from data_chef.algebra import concludes, product, quotient
from data_chef.item import Problem
from data_chef.registry import Task, register


ONE = (
    "In how many ways can {k} of {n} {things} be chosen?",
    "What is C({n}, {k})?",
    "Compute the binomial coefficient C({n}, {k}).",
    "How many groups of {k} {things} can be formed from {n} {things}?",
    "How many ways are there to choose {k} {things} out of {n}, if the order does not matter?",
    "{n} {things}: how many different sets of {k} are there?",
    "What is {n} choose {k}?",
    "From {n} different {things}, {k} are taken. How many selections are possible?",
    "How many subsets with {k} elements does a set with {n} elements have?",
)
TWO = (
    "How many ways are there to choose {k} of {n} {things} and {l} of {m} {others}?",
    "A box holds {n} different {things} and {m} different {others}. How many choices of {k} {things} and {l} {others} "
    "are there?",
    "From {n} {things} and {m} {others}, {k} {things} and {l} {others} are picked. How many ways are there?",
    "In how many ways can one pick {k} out of {n} {things} together with {l} out of {m} {others}?",
)
THINGS = "books cards coins marbles stamps shells flowers apples pens toys photos stickers maps keys".split()


@dataclass(frozen=True)
class Config:
    high: int
    chosen: int
    two_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            (25, 20, 20, 25)[difficulty - 1], (2, 3, 4, 4)[difficulty - 1], (0.6, 0.6, 0.6, 0.3)[difficulty - 1]
        )

    def validate(self) -> None:
        if self.high < 6 or self.chosen < 2 or not 0 <= self.two_rate <= 1:
            raise ValueError(f"high must be at least 6, chosen at least 2, two_rate a rate: {self}")


def choose(n: int, k: int) -> list[str]:
    """`7*6=42`, `42/2=21`, `21*5=105`, `105/3=35`: every division comes out even."""
    value, lines = n, []
    for i in range(2, k + 1):
        lines += [product(value, n - i + 1), quotient(value * (n - i + 1), i)]
        value = value * (n - i + 1) // i
    return lines


def draw(rng: Random, config: Config) -> tuple[int, int]:
    n = rng.randint(5, config.high)
    return n, rng.randint(2, min(config.chosen, n - 2))


def generate(rng: Random, config: Config) -> Problem:
    (n, k), (m, j), (things, others) = draw(rng, config), draw(rng, config), rng.sample(THINGS, 2)
    lines, value = choose(n, k), comb(n, k)
    if rng.random() < config.two_rate:
        if m > 12:
            m = m % 8 + 5
        j = min(j, 2)
        lines += [*choose(m, j), product(value, comb(m, j))]
        value *= comb(m, j)
        question = rng.choice(TWO).format(n=n, k=k, m=m, l=j, things=things, others=others)
        canonical = "|".join(sorted((f"{n}:{k}", f"{m}:{j}")))
    else:
        question = rng.choice(ONE).format(n=n, k=k, things=things)
        canonical = f"{n}:{k}"
    return Problem(question, "\n".join(lines), str(value), canonical)


def pascal(n: int, k: int) -> int:
    """The number in Pascal's triangle."""
    row = [1]
    for _ in range(n):
        row = [1, *(a + b for a, b in zip(row, row[1:], strict=False)), 1]
    return row[k]


def verify(problem: Problem) -> bool:
    numbers = [int(n) for n in re.findall(r"\d+", problem.question)]
    if len(numbers) == 2:
        return concludes(problem, pascal(max(numbers), min(numbers)))
    if problem.question.startswith(("A box", "From")):
        n, m, k, j = numbers
    else:
        k, n, j, m = numbers
    return concludes(problem, pascal(n, k) * pascal(m, j))


register(Task("combinations", "mathematics", Config, generate, verify, max_difficulty=3))
