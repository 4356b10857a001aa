"""The date some days after or before another one."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from data_chef.item import Problem
from data_chef.measures import MONTHS, is_leap, minus, month_fact, month_length, plus, read_kind, sound
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


KINDS = {
    "later": (
        "What date is {n} days after {a}?",
        "Today is {a}. What date is it in {n} days?",
        "{a} + {n} days = ?",
        "A ticket bought on {a} is valid for {n} more days. What is its last day?",
        "{name} starts on {a} and finishes {n} days later. On which date is that?",
        "Count {n} days forward from {a}.",
        "Please give me the date {n} days after {a}.",
    ),
    "earlier": (
        "What date is {n} days before {a}?",
        "Today is {a}. What date was it {n} days ago?",
        "{a} - {n} days = ?",
        "Count {n} days back from {a}.",
        "The deadline is {a}. Which date is {n} days before that?",
    ),
}


@dataclass(frozen=True)
class Config:
    longest: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(longest=(30, 60, 150, 400)[difficulty - 1])

    def validate(self) -> None:
        if self.longest < 10:
            raise ValueError(f"longest must be at least 10: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("later", "later", "earlier"))
    year, month, n = rng.randint(1950, 2090), rng.randint(1, 12), rng.randint(5, config.longest)
    year -= year % 4 if rng.random() < 0.2 else 0
    day = rng.randint(1, month_length(month, is_leap(year)))
    asked, steps = f"{MONTHS[month - 1]} {day}, {year}", []
    if kind == "later":
        steps.append(plus(day, n))
        day += n
        while day > (length := month_length(month, is_leap(year))):
            steps.append(f"{month_fact(month, year)}: {minus(day, length)}")
            day -= length
            year, month = year + month // 12, month % 12 + 1
    else:
        left = n
        while left >= day:
            year, month = year - (month == 1), (month - 2) % 12 + 1
            steps.append(f"back to the end of {MONTHS[month - 1]}: {minus(left, day)} days left")
            left -= day
            day = month_length(month, is_leap(year))
            steps.append(month_fact(month, year))
        steps.append(minus(day, left))
        day -= left
    answer = f"{MONTHS[month - 1]} {day}, {year}"
    return Problem(
        question=rng.choice(KINDS[kind]).format(a=asked, n=n, name=rng.choice(NAMES)),
        solution="\n".join([*steps, answer]),
        answer=answer,
        canonical=f"{kind}|{asked}|{n}",
    )


def verify(problem: Problem) -> bool:
    kind, told = read_kind(KINDS, problem.question)
    month, day, year = re.findall(r"\w+", told["a"])
    start = date(int(year), MONTHS.index(month) + 1, int(day))
    end = start + timedelta(told["n"] if kind == "later" else -told["n"])
    return sound(problem, f"{MONTHS[end.month - 1]} {end.day}, {end.year}")


register(Task("date_after", "mathematics", Config, generate, verify, max_difficulty=3))
