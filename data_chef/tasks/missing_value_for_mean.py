"""The number that is missing for a given mean."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import minus, read, sound, sums, times, together
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


PHRASINGS = (
    "The mean of {n} numbers is {mean}. All but one of them are {listed}. What is the missing number?",
    "The numbers {bare} and x have a mean of {mean}. Find x.",
    "mean({bare}, x) = {mean}, x = ?",
    "Which number must be added to the list {bare} so that the mean is {mean}?",
    "{name} has {listed} points in the first tests. How many points in one more test make an average of {mean}?",
    "The average of {bare} and one unknown number is {mean}. What is the unknown number?",
    "{n} bags weigh {mean} kg on average. The others weigh {listed} kg. How heavy, in kg, is the last one?",
    "Please find the number that together with {listed} has the mean {mean}.",
)


@dataclass(frozen=True)
class Config:
    most: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(most=(4, 5, 7, 10)[difficulty - 1], high=(20, 50, 120, 500)[difficulty - 1])

    def validate(self) -> None:
        if self.most < 3 or self.high < 6:
            raise ValueError(f"most must be at least 3, high must be at least 6: {self}")


def generate(rng: Random, config: Config) -> Problem:
    n = rng.randint(3, config.most)
    numbers = [rng.randint(1, config.high) for _ in range(n)]
    missing = numbers[-1] + -sum(numbers) % n
    known = numbers[:-1]
    total = sum(known) + missing
    steps = [f"{len(known)}+1={n}", times(total // n, n), sums(known), minus(total, sum(known))]
    words = {"listed": together(known), "bare": ", ".join(map(str, known)), "name": rng.choice(NAMES)}
    return Problem(
        question=rng.choice(PHRASINGS).format(n=n, mean=total // n, **words),
        solution="\n".join(steps),
        answer=str(missing),
        canonical=f"{sorted(known)}|{total // n}",
    )


def verify(problem: Problem) -> bool:
    """Mends the distances to the mean, which must cancel out."""
    told = read(PHRASINGS, problem.question)
    numbers = [int(number) for number in re.findall(r"\d+", str(told.get("listed", told.get("bare"))))]
    mean = told["mean"]
    fits = told.get("n", len(numbers) + 1) == len(numbers) + 1
    return fits and sound(problem, str(mean + sum(mean - number for number in numbers)))


register(Task("missing_value_for_mean", "mathematics", Config, generate, verify, max_difficulty=3))
