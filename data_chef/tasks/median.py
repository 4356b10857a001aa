"""The median of a list of numbers."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import over, plain, plus, read, sound, together
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


PHRASINGS = (
    "What is the median of {listed}?",
    "Find the median of {bare}.",
    "median({bare}) = ?",
    "Compute the median of these numbers: {bare}",
    "{bare}: median = ?",
    "{name} needed {listed} minutes for {n} runs. What is the median time in minutes?",
    "Sort the numbers {listed} and give their median.",
    "Which value is the median of the list {bare}?",
    "Please tell me the median of {listed}.",
)


@dataclass(frozen=True)
class Config:
    most: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(most=(5, 7, 9, 14)[difficulty - 1], high=(20, 60, 200, 900)[difficulty - 1])

    def validate(self) -> None:
        if self.most < 3 or self.high < 5:
            raise ValueError(f"most must be at least 3, high must be at least 5: {self}")


def generate(rng: Random, config: Config) -> Problem:
    n = rng.randint(3, config.most)
    if n % 2 == 0 and rng.random() < 0.4:
        n += 1
    numbers = [rng.randint(1, config.high) for _ in range(n)]
    ordered, half = sorted(numbers), n // 2
    steps = [f"in order: {', '.join(map(str, ordered))}"]
    if n % 2:
        middle = Fraction(ordered[half])
        steps.append(f"{half} below, {half} above: {plain(middle)}")
    else:
        low, high = ordered[half - 1 : half + 1]
        middle = Fraction(low + high, 2)
        steps.append(f"in the middle: {low} and {high}")
        steps += [plus(low, high), f"{low + high}/2={plain(middle)}" if (low + high) % 2 else over(low + high, 2)]
    words = {"listed": together(numbers), "bare": ", ".join(map(str, numbers)), "n": n, "name": rng.choice(NAMES)}
    return Problem(
        question=rng.choice(PHRASINGS).format(**words),
        solution="\n".join(steps),
        answer=plain(middle),
        canonical=str(ordered),
    )


def verify(problem: Problem) -> bool:
    """Takes the smallest and the largest away until one or two numbers are left."""
    told = read(PHRASINGS, problem.question)
    left = [int(number) for number in re.findall(r"\d+", str(told.get("listed", told.get("bare"))))]
    ordered = [int(number) for number in re.findall(r"\d+", problem.solution.split("\n")[0])]
    if sorted(left) != ordered:
        return False
    while len(left) > 2:
        left.remove(min(left))
        left.remove(max(left))
    return sound(problem, plain(Fraction(sum(left), len(left))))


register(Task("median", "mathematics", Config, generate, verify, max_difficulty=3))
