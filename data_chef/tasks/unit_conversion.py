"""Larger units into smaller ones, alone or with a rest: 2 hours and 15 minutes are 135 minutes."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register


# large, small, small units in a large one
UNITS = (
    ("hours", "minutes", 60), ("minutes", "seconds", 60), ("days", "hours", 24), ("weeks", "days", 7),
    ("years", "months", 12), ("meters", "centimeters", 100), ("kilometers", "meters", 1000),
    ("kilograms", "grams", 1000), ("liters", "milliliters", 1000), ("feet", "inches", 12), ("yards", "feet", 3),
    ("dollars", "cents", 100), ("dozens", "pieces", 12), ("centimeters", "millimeters", 10),
)  # fmt: skip
# The verifier counts in the smallest unit of each kind.
BASE = {
    "seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800, "months": 1, "years": 12,
    "millimeters": 1, "centimeters": 10, "meters": 1000, "kilometers": 1000000, "grams": 1, "kilograms": 1000,
    "milliliters": 1, "liters": 1000, "inches": 1, "feet": 12, "yards": 36, "cents": 1, "dollars": 100, "pieces": 1,
    "dozens": 12,
}  # fmt: skip
PHRASINGS = (
    "How many {small} are {amount}?",
    "Convert {amount} to {small}.",
    "How many {small} are there in {amount}?",
    "Write {amount} in {small}.",
)


@dataclass(frozen=True)
class Config:
    high: int
    rest_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(12, 30, 99, 198)[difficulty - 1], rest_rate=0.5)

    def validate(self) -> None:
        if self.high < 2 or not 0 <= self.rest_rate <= 1:
            raise ValueError(f"high must be at least 2, rest_rate between 0 and 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    large, small, factor = rng.choice(UNITS)
    count = rng.randint(2, config.high)
    rest = rng.randint(2, factor - 1) if factor > 3 and rng.random() < config.rest_rate else 0
    total = count * factor
    lines = [f"{count}*{factor}={total}"] + ([f"{total}+{rest}={total + rest}"] if rest else [])
    amount = f"{count} {large}" + (f" and {rest} {small}" if rest else "")
    return Problem(
        question=rng.choice(PHRASINGS).format(amount=amount, small=small),
        solution="\n".join(lines),
        answer=str(total + rest),
        canonical=f"{amount}|{small}",
    )


def verify(problem: Problem) -> bool:
    amounts = re.findall(r"(\d+) (\w+)", problem.question)
    (wanted,) = set(re.findall(r"many (\w+)|(?:to|in) (\w+)[.]$", problem.question)[0]) - {""}
    value = sum(int(count) * BASE[unit] for count, unit in amounts)
    return value == int(problem.answer) * BASE[wanted] and equations_hold(problem.solution)


register(Task("unit_conversion", "mathematics", Config, generate, verify, max_difficulty=3))
