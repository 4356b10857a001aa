"""Ordered choices: factorials, and places given to some of several things."""

import re
from dataclasses import dataclass
from math import factorial, perm
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
TWO = (
    "{k} of {n} {things} go in order on one shelf, {l} of {m} {others} in order on another. How many ways are there?",
    "A row of {k} is made from {n} different {things}, a second row of {l} from {m} different {others}. How many ways "
    "are there to do this?",
    "How many ways are there to line up {k} of {n} {things} and, in a second line, {l} of {m} {others}?",
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
    two_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        other, two = (0.1, 0.15, 0.1, 0.05)[difficulty - 1], (0.4, 0.6, 0.6, 0.3)[difficulty - 1]
        return cls((30, 40, 25, 30)[difficulty - 1], (2, 3, 4, 5)[difficulty - 1], other, two)

    def validate(self) -> None:
        if self.high < 6 or self.places < 2 or not 0 <= self.other_rate <= 1:
            raise ValueError(f"high must be at least 6, places at least 2, other_rate a rate: {self}")


def multiplied(n: int, k: int) -> list[str]:
    """`9*8=72`, `72*7=504`: the product of k factors down from n, a line a factor."""
    return [product(perm(n, i), n - i) for i in range(1, k)]


def generate(rng: Random, config: Config) -> Problem:
    things, others = rng.sample(THINGS, 2)
    if rng.random() < config.two_rate:
        (n, k), (m, j) = (rng.randint(4, 12), rng.randint(2, min(3, config.places))), (rng.randint(4, 12), 2)
        lines = [*multiplied(n, k), *multiplied(m, j), product(perm(n, k), perm(m, j))]
        question = rng.choice(TWO).format(n=n, k=k, m=m, l=j, things=things, others=others)
        canonical = "*".join(sorted((f"{n}|{k}", f"{m}|{j}")))
        return Problem(question, "\n".join(lines), str(perm(n, k) * perm(m, j)), canonical)
    if rng.random() < config.other_rate:
        around = config.places > 2 and rng.random() < 0.5
        n = rng.randint(4, 7)
        k = n - around
        phrasing, value = rng.choice(ROUND if around else ALL), factorial(k)
        lines = [*([f"{n}-1={k}"] if around else []), *multiplied(k, k)]
    else:
        around, n, k = False, rng.randint(5, config.high), rng.randint(2, config.places)
        phrasing, value = rng.choice(SOME), perm(n, k)
        lines = [f"{k} factors: {', '.join(str(n - i) for i in range(k))}", *multiplied(n, k)]
    return Problem(
        question=phrasing.format(n=n, k=k, things=things),
        solution="\n".join(lines),
        answer=str(value),
        canonical=f"{n}|{'ring' if around else k}",
    )


def verify(problem: Problem) -> bool:
    """From factorials."""
    numbers = [int(n) for n in re.findall(r"\d+", problem.question)]
    if "P(" in problem.question:
        numbers = numbers[:2]
    if len(numbers) == 4:
        k, n, j, m = numbers
        return concludes(problem, factorial(n) // factorial(n - k) * (factorial(m) // factorial(m - j)))
    if "circle" in problem.question or "ring" in problem.question:
        return concludes(problem, factorial(numbers[0]) // numbers[0])
    n, k = max(numbers), min(numbers)
    whole = n == k
    right = concludes(problem, factorial(n) // (1 if whole else factorial(n - k)))
    return right and (
        whole or problem.solution.startswith(f"{k} factors: {', '.join(str(n - i) for i in range(k))}\n")
    )


register(Task("permutations", "mathematics", Config, generate, verify, max_difficulty=3))
