"""The number of days from one date to another, with leap years."""

import re
from dataclasses import dataclass
from datetime import date
from random import Random

from data_chef.item import Problem
from data_chef.measures import MONTHS, is_leap, minus, month_fact, month_length, plus, read, sound
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


PHRASINGS = (
    "How many days are there from {a} to {b}?",
    "How many days after {a} is {b}?",
    "days from {a} to {b} = ?",
    "Count the days from {a} until {b}.",
    "It is {a}. In how many days is {b}?",
    "{name} has a holiday on {b}. How many days is that after {a}?",
    "A project starts on {a} and ends on {b}. How many days later is that?",
    "Please tell me how many days pass from {a} to {b}.",
)


@dataclass(frozen=True)
class Config:
    months: int
    leap: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(months=(2, 4, 11, 24)[difficulty - 1], leap=(0.1, 0.3, 0.5, 0.5)[difficulty - 1])

    def validate(self) -> None:
        if self.months < 1:
            raise ValueError(f"months must be at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    ahead = rng.randint(0, config.months)
    month, year = rng.randint(1, 12 - ahead if ahead < 12 else 12), rng.randint(1950, 2090)
    if rng.random() < config.leap:
        year -= year % 4
    if rng.random() < 0.3:
        month = rng.randint(1, 12)
    day, last = sorted(rng.sample(range(1, 29), 2))
    start, total, steps = f"{MONTHS[month - 1]} {day}, {year}", -day, [minus(last, day)]
    if ahead:
        last, steps = rng.randint(1, 28), []
        for _ in range(ahead):
            length = month_length(month, is_leap(year))
            steps.append(f"{month_fact(month, year)}: {plus(total, length) if steps else minus(length, day)}")
            total += length
            year, month = year + month // 12, month % 12 + 1
        steps.append(plus(total, last))
    end = f"{MONTHS[month - 1]} {last}, {year}"
    return Problem(
        question=rng.choice(PHRASINGS).format(a=start, b=end, name=rng.choice(NAMES)),
        solution="\n".join(steps),
        answer=str(total + last),
        canonical=f"{start} to {end}",
    )


def verify(problem: Problem) -> bool:
    """On the calendar of the standard library."""
    told = read(PHRASINGS, problem.question)

    def day(text: str) -> date:
        month, number, year = re.findall(r"\w+", text)
        return date(int(year), MONTHS.index(month) + 1, int(number))

    return sound(problem, str((day(told["b"]) - day(told["a"])).days))


register(Task("days_between", "mathematics", Config, generate, verify, max_difficulty=3))
