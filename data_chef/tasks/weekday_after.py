"""The day of the week some days or weeks later or earlier."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from data_chef.item import Problem
from data_chef.measures import WEEKDAYS, counted, read_kind, sound, split_off
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


KINDS = {
    "later": (
        "Today is {day}. What day of the week is it in {n}?",
        "Which weekday is {n} after a {day}?",
        "{day} + {n} = ?",
        "If today is {day}, what day will it be {n} from now?",
        "It is {day}. {name} has a party in {n}. On which weekday is it?",
        "Count {n} forward from {day}. Where do you end?",
        "Please tell me the weekday {n} after {day}.",
    ),
    "earlier": (
        "Today is {day}. What day of the week was it {n} ago?",
        "Which weekday is {n} before a {day}?",
        "{day} - {n} = ?",
        "It is {day}. {name} came back {n} ago. On which weekday was that?",
        "Count {n} back from {day}. Where do you end?",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(13, 60, 365, 3650)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 8:
            raise ValueError(f"high must be at least 8: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("later", "later", "earlier"))
    first, n = rng.randrange(7), rng.randint(2, config.high)
    weeks, rest = divmod(n, 7)
    sign = 1 if kind == "later" else -1
    names = [WEEKDAYS[(first + sign * step) % 7] for step in range(rest + 1)]
    steps = [split_off(n, 7)] if weeks else []
    steps.append(", ".join(f"{step} {name}" for step, name in enumerate(names)) if rest else names[0])
    words = {"day": names[0], "n": counted(n, "day"), "name": rng.choice(NAMES)}
    return Problem(
        question=rng.choice(KINDS[kind]).format(**words),
        solution="\n".join(steps),
        answer=names[-1],
        canonical=f"{names[0]}{sign * n:+d}",
    )


def verify(problem: Problem) -> bool:
    """On a real calendar, from a day of that name."""
    kind, told = read_kind(KINDS, problem.question)
    monday = date(2024, 1, 1)
    day = monday + timedelta(WEEKDAYS.index(told["day"]))
    day += timedelta(int(told["n"].split()[0]) * (1 if kind == "later" else -1))
    return sound(problem, WEEKDAYS[day.weekday()])


register(Task("weekday_after", "mathematics", Config, generate, verify, max_difficulty=3))
