"""Putting whole numbers in order, or naming the largest or smallest."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = {
    "up": ("Sort {n} from smallest to largest.", "Put these numbers in ascending order: {n}."),
    "down": ("Sort {n} from largest to smallest.", "Put these numbers in descending order: {n}."),
    "max": ("What is the largest of {n}?", "Which number is the greatest: {n}?"),
    "min": ("What is the smallest of {n}?", "Which number is the least: {n}?"),
}


@dataclass(frozen=True)
class Config:
    most: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(most=difficulty + 2, high=(99, 999, 9999, 19998)[difficulty - 1])

    def validate(self) -> None:
        if self.most < 2 or self.high < 2 * self.most:
            raise ValueError(f"most must be at least 2 and high twice that: {self}")


def generate(rng: Random, config: Config) -> Problem:
    wanted = rng.choice(list(PHRASINGS))
    numbers = rng.sample(range(config.high + 1), rng.randint(2, config.most))
    left, ordered, lines = list(numbers), [], []
    while left:
        pick = max(left) if wanted in ("down", "max") else min(left)
        left.remove(pick)
        ordered.append(pick)
        lines.append(f"{pick}, left: {', '.join(map(str, left))}" if left else str(pick))
    if wanted in ("max", "min"):
        sign = ">" if wanted == "max" else "<"
        lines = [f"{ordered[0]}{sign}{number}" for number in numbers if number != ordered[0]]
    return Problem(
        question=rng.choice(PHRASINGS[wanted]).format(n=", ".join(map(str, numbers))),
        solution="\n".join(lines),
        answer=str(ordered[0]) if wanted in ("max", "min") else ", ".join(map(str, ordered)),
        canonical=f"{wanted}|{','.join(map(str, sorted(numbers)))}",
    )


def verify(problem: Problem) -> bool:
    numbers = [int(number) for number in re.findall(r"\d+", problem.question)]
    found = [int(number) for number in problem.answer.split(", ")]
    down = re.search(r"largest to|descending|largest of|greatest", problem.question)
    signed = [-number if down else number for number in found]
    if re.search(r"Sort|order", problem.question):
        return sorted(found) == sorted(numbers) and all(a < b for a, b in zip(signed, signed[1:], strict=False))
    return found[0] in numbers and all((n <= found[0]) if down else (n >= found[0]) for n in numbers)


register(Task("sorting", "mathematics", Config, generate, verify, max_difficulty=3))
