"""Days of the week: so many days on or back, dates of one month, and riddles of yesterday and tomorrow."""

import re
from dataclasses import dataclass
from random import Random
from typing import Any

from data_chef.arithmetic import equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = {
    "January": 31, "March": 31, "April": 30, "May": 31, "June": 30, "July": 31, "August": 31, "September": 30,
    "October": 31, "November": 30, "December": 31,
}  # fmt: skip
NEAR = {
    "the day before yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1, "the day after tomorrow": 2,
}  # fmt: skip
ON = (
    "Today is {d}. What day of the week is it in {n} days?",
    "If today is {d}, which day will it be {n} days from now?",
    "It is {d}. Which day of the week comes after {n} days?", "What day is it {n} days after a {d}?",
    "Today is {d}. {n} days from now is which day of the week?",
)  # fmt: skip
BACK = (
    "Today is {d}. What day of the week was it {n} days ago?", "If today is {d}, which day was {n} days ago?",
    "It is {d}. Which day of the week was it {n} days before?", "What day was it {n} days before a {d}?",
)  # fmt: skip
DATE = (
    "{m} {a} is a {d}. Which day of the week is {m} {b} of the same year?",
    "If {m} {a} falls on a {d}, on which day does {m} {b} fall in that year?",
    "In a certain year, {m} {a} is a {d}. What day of the week is {m} {b}?",
)
RIDDLE = (
    "{P} {is_} {d}. What day {was} {q}?", "If {p} {is_} {d}, what day {was} {q}?",
    "{P} {is_} {d}. Which day of the week {was} {q}?", "Suppose {p} {is_} {d}. Then what day {was} {q}?",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    days: int
    kinds: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        kinds = (("on", "back", "riddle"), ("on", "back", "riddle", "date"), ("on", "back", "date2", "double"))
        return cls(days=(12, 45, 99, 365)[difficulty - 1], kinds=(*kinds, ("on", "back", "double3"))[difficulty - 1])

    def validate(self) -> None:
        if self.days < 8 or not self.kinds:
            raise ValueError(f"days must be at least 8, and there must be kinds: {self}")


def phrase(offset: int, depth: int, rng: Random) -> str:
    """`two days after yesterday` for +1."""
    near, by = rng.choice(list(NEAR.items()))
    rest = offset - by
    if depth == 0 or rest == 0:
        return next(word for word, value in NEAR.items() if value == max(-2, min(2, offset)))
    count = {1: "one day", 2: "two days", 3: "three days", 4: "four days", 5: "five days"}.get(abs(rest))
    if count is None:
        return phrase(offset, depth, rng)
    return f"{count} {'after' if rest > 0 else 'before'} {near}"


def offset_of(text: str) -> int:
    """The reading of such a phrase: how many days from today."""
    match = find(r"^(?:(one|two|three|four|five) days? (after|before) )?(.+)$", text)
    words = ("", "one", "two", "three", "four", "five")
    by = words.index(match.group(1)) if match.group(1) else 0
    return NEAR[match.group(3)] + (by if match.group(2) == "after" else -by)


def generate(rng: Random, config: Config) -> Problem:
    kind, day = rng.choice(config.kinds), rng.choice(DAYS)
    puzzle: tuple[Any, ...]
    if kind in ("on", "back"):
        n = rng.randint(8 if config.days > 12 else 2, config.days)
        question = rng.choice(ON if kind == "on" else BACK).format(d=day, n=n)
        puzzle = (kind, day, n if kind == "on" else -n)
    elif kind.startswith("date"):
        month = rng.choice(list(MONTHS))
        if kind == "date":
            a, b = rng.sample(range(1, MONTHS[month] + 1), 2)
            question = rng.choice(DATE).format(m=month, a=a, b=b, d=day)
            puzzle = ("date", day, a, b)
        else:
            names = list(MONTHS)[1:]
            month = rng.choice(names[:-1])
            other = names[names.index(month) + 1]
            a, b = rng.randint(1, MONTHS[month]), rng.randint(1, 28)
            question = rng.choice(DATE).format(m="#", a=a, b=b, d=day).replace("#", month, 1).replace("#", other)
            puzzle = ("date2", day, a, b, month)
    else:
        depth = 0 if kind == "riddle" else 1
        p, q = rng.sample([-2, -1, 0, 1, 2] if depth == 0 else [-4, -3, -2, -1, 1, 2, 3, 4], 2)
        first, second = phrase(p, depth, rng), phrase(q, depth if kind == "double3" else 0, rng)
        p, q = offset_of(first), offset_of(second)
        if p == q:
            return generate(rng, config)
        tense = ["was" if n < 0 else "is" if n == 0 else "will be" for n in (p, q)]
        text = rng.choice(RIDDLE).replace("{is_}", tense[0].replace("will be", "is"))
        ask = "{was} {q}" if tense[1] != "will be" else "will {q} be"
        text = text.replace("{was} {q}", ask).replace("{was}", tense[1])
        question = text.format(P=first[0].upper() + first[1:], p=first, q=second, d=day)
        puzzle = ("riddle", day, first, second)
    lines, answer = worked(*puzzle)
    return Problem(question=question, solution="\n".join(lines), answer=answer, canonical="|".join(map(str, puzzle)))


def counted(day: str, by: int) -> tuple[str, str]:
    """`Friday, Saturday, Sunday`: the days passed in going at most six steps."""
    sign, at = (1 if by > 0 else -1), DAYS.index(day)
    passed = [DAYS[(at + sign * k) % 7] for k in range(abs(by) + 1)]
    return ", ".join(passed), passed[-1]


def weeks(day: str, n: int) -> tuple[list[str], str]:
    """The whole weeks taken out, the rest counted."""
    whole, rest = divmod(abs(n), 7)
    told, end = counted(day, rest if n > 0 else -rest)
    lines = [f"{whole}*7={7 * whole}, {abs(n)}-{7 * whole}={rest}"] if whole else []
    return [*lines, f"{rest} day{'s' * (rest != 1)} {'on' if n > 0 else 'back'}: {told}"], end


def worked(kind: str, day: str, *more) -> tuple[list[str], str]:
    if kind in ("on", "back"):
        return weeks(day, more[0])
    if kind == "date":
        a, b = more
        head = f"{max(a, b)}-{min(a, b)}={abs(b - a)} days {'later' if b > a else 'earlier'}"
        lines, end = weeks(day, b - a)
        return [head, *lines], end
    if kind == "date2":
        a, b, month = more
        left = MONTHS[month] - a
        lines, end = weeks(day, left + b)
        return [f"Left in {month}: {MONTHS[month]}-{a}={left}", f"{left}+{b}={left + b} days later", *lines], end
    first, second = more
    lines = []
    for name in (first, second):
        near = next(word for word in sorted(NEAR, key=len, reverse=True) if name.endswith(word))
        if name == near:
            lines.append(f"{name}: today {NEAR[near]:+d}")
        else:
            by = offset_of(name) - NEAR[near]
            lines.append(f"{name}: {NEAR[near]}{by:+d}={offset_of(name)}, today {offset_of(name):+d}")
    p, q = offset_of(first), offset_of(second)
    passed, end = counted(day, (q - p) % 7 if q > p else -((p - q) % 7))
    side = "on" if q > p else "back"
    n = abs(q - p) % 7
    lines.append(f"From {p} to {q}: {n} day{'s' * (n != 1)} {side}{' after whole weeks' * (abs(q - p) > 6)}")
    return [*lines, passed], end


def verify(problem: Problem) -> bool:
    """Counts on or back one day at a time."""
    text = problem.question
    day = re.search("|".join(DAYS), text)
    if day is None:
        return False
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    puzzle: tuple[Any, ...]
    months = re.findall("|".join(MONTHS), text)
    if len(months) == 2 and months[0] == months[1]:
        puzzle, by = ("date", day.group(), *numbers), numbers[1] - numbers[0]
    elif months:
        by = MONTHS[months[0]] - numbers[0] + numbers[1]
        puzzle = ("date2", day.group(), *numbers, months[0])
    elif numbers:
        back = bool(re.search(r"ago|before", text))
        by = -numbers[0] if back else numbers[0]
        puzzle = ("back" if back else "on", day.group(), by)
    else:
        near = "|".join(sorted(NEAR, key=len, reverse=True))
        named = [one.lower() for one in re.findall(rf"(?i)(?:\w+ days? (?:after|before) )?(?:{near})", text)]
        if len(named) != 2:
            return False
        puzzle, by = ("riddle", day.group(), *named), offset_of(named[1]) - offset_of(named[0])
    place = DAYS.index(day.group())
    for _ in range(abs(by)):
        place = place + 1 if by > 0 else place - 1
        place = 0 if place == 7 else 6 if place == -1 else place
    steps = "\n".join(worked(*puzzle)[0])
    return problem.answer == DAYS[place] and problem.solution == steps and equations_hold(steps)


register(Task("calendar_logic", "logic", Config, generate, verify, max_difficulty=3))
