"""The mean of a list of numbers."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import over, plain, read, sound, sums, together
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


PHRASINGS = (
    "What is the mean of {listed}?",
    "Find the average of {listed}.",
    "mean({bare}) = ?",
    "Compute the mean of these numbers: {bare}",
    "{name} scored {listed} points in {n} games. What is the average score?",
    "The temperatures of {n} days were {listed} degrees. What was the mean temperature?",
    "{bare}: average = ?",
    "What is the arithmetic mean of the list {bare}?",
    "Please work out the average of {listed}.",
    "In {n} weeks a plant grew by {listed} mm. How many mm is that a week on average?",
)


@dataclass(frozen=True)
class Config:
    most: int
    high: int
    decimals: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            most=(4, 5, 7, 10)[difficulty - 1],
            high=(20, 60, 200, 900)[difficulty - 1],
            decimals=(0.0, 0.1, 0.3, 0.3)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.most < 2 or self.high < 5:
            raise ValueError(f"most must be at least 2, high must be at least 5: {self}")


def generate(rng: Random, config: Config) -> Problem:
    n = rng.randint(3, config.most)
    numbers = [rng.randint(1, config.high) for _ in range(n)]
    if rng.random() >= config.decimals or n not in (4, 5, 8, 10):
        numbers[-1] += -sum(numbers) % n
    total = sum(numbers)
    if total % n:
        whole, rest = divmod(total, n)
        last = f"{total}/{n}={whole}+{rest}/{n}={plain(Fraction(total, n))}"
    else:
        last = over(total, n)
    words = {"listed": together(numbers), "bare": ", ".join(map(str, numbers)), "n": n, "name": rng.choice(NAMES)}
    return Problem(
        question=rng.choice(PHRASINGS).format(**words),
        solution=f"{sums(numbers)}\n{last}",
        answer=plain(Fraction(total, n)),
        canonical=str(sorted(numbers)),
    )


def verify(problem: Problem) -> bool:
    """The mean is where the distances of the numbers above and below cancel out."""
    told = read(PHRASINGS, problem.question)
    numbers = [int(number) for number in re.findall(r"\d+", str(told.get("listed", told.get("bare"))))]
    first = numbers[0]
    mean = first + Fraction(sum(number - first for number in numbers), len(numbers))
    return told.get("n", len(numbers)) == len(numbers) and sound(problem, plain(mean))


register(Task("mean", "mathematics", Config, generate, verify, max_difficulty=3))
