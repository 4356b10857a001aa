"""Whether a year is a leap year, the next one, and how many there are in some years."""

from dataclasses import dataclass
from datetime import date
from random import Random

from data_chef.item import Problem
from data_chef.measures import is_leap, read_kind, sound
from data_chef.registry import Task, register


KINDS = {
    "test": (
        "Is {y} a leap year?",
        "Does the year {y} have 366 days?",
        "Is there a February 29 in {y}?",
        "Was or will {y} be a leap year?",
        "{y}: leap year?",
        "Please tell me whether {y} is a leap year.",
    ),
    "next": (
        "What is the first leap year after {y}?",
        "Which leap year comes next after {y}?",
        "Name the next leap year after {y}.",
    ),
    "days": (
        "How many days does the year {y} have?",
        "How many days are there in {y}?",
        "How many days does February {y} have?",
    ),
    "count": (
        "How many leap years are there from {y} to {z}, both included?",
        "Count the leap years from {y} to {z} (both included).",
    ),
}


@dataclass(frozen=True)
class Config:
    low: int
    high: int
    centuries: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            low=(1900, 1600, 1500, 3000)[difficulty - 1],
            high=(2100, 2500, 2999, 9900)[difficulty - 1],
            centuries=(0.05, 0.2, 0.3, 0.4)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.high < 2000:
            raise ValueError(f"high must be at least 2000: {self}")


def decide(year: int) -> str:
    """One line that says why a year is a leap year, or why not."""
    if year % 100 == 0:
        century = year // 100
        rest = f"{century}={century // 4}*4+{century % 4}"
        return f"{year} ends in 00, {rest}: {'leap year' if is_leap(year) else 'no leap year'}"
    last = year % 100
    return f"{last}={last // 4}*4+{last % 4}: {'leap year' if is_leap(year) else 'no leap year'}"


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("test", "test", "test", *KINDS))
    y = rng.randint(config.low, config.high)
    chance = rng.random()
    if chance < config.centuries:
        y -= y % 100
    elif chance < 0.5:
        y -= y % 4
    z, steps = y + rng.randint(6, 30), [decide(y)]
    template = rng.choice(KINDS[kind])
    if kind == "test":
        answer = "Yes" if is_leap(y) else "No"
    elif kind == "days":
        answer = str((28 if "February" in template else 365) + is_leap(y))
    elif kind == "next":
        year = y + 1
        while not is_leap(year):
            year += 1
        steps = [decide(n) for n in range(y + 1, year + 1) if n % 4 == 0] or [decide(year)]
        answer = str(year)
    else:
        found = [n for n in range(y, z + 1) if is_leap(n)]
        skipped = [decide(n) for n in range(y, z + 1) if n % 100 == 0]
        steps = [*skipped, "leap years: " + ", ".join(map(str, found))]
        answer = str(len(found))
    return Problem(
        question=template.format(y=y, z=z),
        solution="\n".join([*steps, answer]),
        answer=answer,
        canonical=f"{y} to {z}" if kind == "count" else f"{y} next" if kind == "next" else str(y),
    )


def verify(problem: Problem) -> bool:
    """Asks whether March 1 is two days after February 28."""
    kind, told = read_kind(KINDS, problem.question)

    def extra(year: int) -> int:
        return (date(year, 3, 1) - date(year, 2, 28)).days - 1

    y = told["y"]
    if kind == "test":
        return sound(problem, ("No", "Yes")[extra(y)])
    if kind == "days":
        return sound(problem, str((28 if "February" in problem.question else 365) + extra(y)))
    if kind == "next":
        return sound(problem, str(next(year for year in range(y + 1, y + 9) if extra(year))))
    return sound(problem, str(sum(map(extra, range(y, told["z"] + 1)))))


register(Task("leap_year", "mathematics", Config, generate, verify, max_difficulty=3))
