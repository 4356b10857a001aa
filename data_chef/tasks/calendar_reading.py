"""Weekdays and dates within a month, from one day that is known."""

import re
from dataclasses import dataclass
from datetime import date
from random import Random

from data_chef.item import Problem
from data_chef.measures import MONTHS, WEEKDAYS, minus, month_length, ordinal, read_kind, sound, split_off, sums
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


KINDS = {
    "day": (
        "The {a} of a month is a {day}. What weekday is the {b}?",
        "If the {a} is a {day}, which day of the week is the {b} of the same month?",
        "{a}: {day}. {b} of the same month: ?",
        "{name} looks at a calendar: the {a} is a {day}. What day is the {b}?",
    ),
    "nth": (
        "The {a} of a month is a {day}. On which date is the {nth} {other} of that month? Give the number.",
        "In a month, the {a} is a {day}. Which day of the month is the {nth} {other}? Give the number.",
        "{a}: {day}. Date of the {nth} {other} in that month (a number) = ?",
    ),
    "count": (
        "A month has {length} days and the {a} is a {day}. How many {other}s does it have?",
        "How many {other}s are there in a month of {length} days whose {a} is a {day}?",
    ),
    "next": (
        "{month} {m} is a {day}. What weekday is {following} {b} of the same year?",
        "If {month} {m} is a {day}, on which weekday does {following} {b} of that year fall?",
    ),
}
NTH = ("first", "second", "third", "fourth")


@dataclass(frozen=True)
class Config:
    known: int
    kinds: tuple[str, ...]
    months: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            known=(1, 31, 31, 31)[difficulty - 1],
            kinds=(("day", "nth"), ("day", "nth", "count"), tuple(KINDS), ("next",))[difficulty - 1],
            months=(1, 1, 1, 4)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.known < 1 or self.months < 1:
            raise ValueError(f"known must be at least 1, months must be at least 1: {self}")


def first_of(weekday: int, day: int, known: int) -> int:
    """The first day of the month that falls on a weekday, when the day `day` is the weekday `known`."""
    return (weekday - known + day - 1) % 7 + 1


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(config.kinds)
    length, known, weekday = rng.randint(28, 31), rng.randrange(7), rng.randrange(7)
    a, b = rng.randint(1, min(config.known, 28)), rng.randint(1, length)
    b = a % 28 + 1 if b == a or (kind == "next" and b > 28) else b
    later = rng.randint(1, config.months)
    start = rng.randint(3, 12 - later)  # after February, so that the year does not matter
    first = first_of(weekday, a, known)
    nth = rng.randrange(4)
    if kind in ("day", "next"):
        gap, steps = b - a, []
        if kind == "next":
            lengths = [month_length(m) for m in range(start, start + later)]
            steps = [f"{MONTHS[start + i - 1]} has {days} days" for i, days in enumerate(lengths)]
            steps += [minus(lengths[0], a), sums([lengths[0] - a, *lengths[1:], b])]
            gap = sum(lengths) + b - a
        else:
            steps = [minus(max(a, b), min(a, b))]
        weeks, rest = divmod(abs(gap), 7)
        sign = 1 if gap > 0 else -1
        names = [WEEKDAYS[(known + sign * step) % 7] for step in range(rest + 1)]
        steps += [split_off(abs(gap), 7)] if weeks else []
        steps.append(("" if sign > 0 else "back: ") * (rest > 0) + ", ".join(names))
        answer = names[-1]
    else:
        rest = (weekday - known) % 7
        names = [f"{a + step} {WEEKDAYS[(known + step) % 7]}" for step in range(rest + 1)]
        steps, day = [", ".join(names)], a + rest
        while day > 7:
            steps.append(f"{day}-7={day - 7}")
            day -= 7
        dates = list(range(first, length + 1, 7))
        if kind == "nth":
            steps += [f"{dates[i]}+7={dates[i + 1]}" for i in range(nth)]
            answer = str(dates[nth])
            steps += [] if nth or len(steps) > 1 else [answer]
        else:
            answer = str(len(dates))
            steps += [f"{WEEKDAYS[weekday]}s: {', '.join(map(str, dates))}", answer]
    words = {"a": ordinal(a), "b": b if kind == "next" else ordinal(b), "m": a, "day": WEEKDAYS[known]}
    words |= {"nth": NTH[nth], "other": WEEKDAYS[weekday], "length": length, "name": rng.choice(NAMES)}
    words |= {"month": MONTHS[start - 1], "following": MONTHS[start + later - 1]}
    asked = {"day": b, "nth": (nth, weekday), "count": (length, weekday), "next": (start, later, b)}[kind]
    return Problem(
        question=rng.choice(KINDS[kind]).format(**words),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{kind}|{a}|{known}|{asked}",
    )


def verify(problem: Problem) -> bool:
    """Writes the whole calendar, one weekday a day."""
    kind, told = read_kind(KINDS, problem.question)
    known = WEEKDAYS.index(told["day"])
    a = int(re.sub(r"\D", "", str(told.get("a", told.get("m")))))
    month = [WEEKDAYS[(known + day - a) % 7] for day in range(1, 32)]
    if kind == "day":
        return sound(problem, month[int(told["b"][:-2]) - 1])
    if kind == "nth":
        dates = [day for day, name in enumerate(month, 1) if name == told["other"]]
        return sound(problem, str(dates[NTH.index(told["nth"])]))
    if kind == "count":
        return sound(problem, str(month[: told["length"]].count(told["other"])))
    first, last = (date(2023, MONTHS.index(told[m]) + 1, told[d]) for m, d in (("month", "m"), ("following", "b")))
    return sound(problem, WEEKDAYS[(known + (last - first).days) % 7])


register(Task("calendar_reading", "mathematics", Config, generate, verify, max_difficulty=3))
