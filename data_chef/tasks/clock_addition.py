"""The time of day some hours and minutes later or earlier, on clocks of 12 and of 24 hours."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import clock, duration, minus, minutes_of, read_kind, sound, sums, times_agree
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


KINDS = {
    "later": (
        "It is {t} now. What time will it be in {d}?",
        "What time is {d} after {t}?",
        "{t} + {d} = ?",
        "A {thing} starts at {t} and lasts {d}. When does it end?",
        "The {thing} begins at {t} and takes {d}. At what time is it over?",
        "{name} sets out at {t} and arrives {d} later. When does {name} arrive?",
        "Add {d} to {t}.",
        "Please tell me the time {d} after {t}.",
    ),
    "earlier": (
        "It is {t} now. What time was it {d} ago?",
        "What time is {d} before {t}?",
        "{t} - {d} = ?",
        "A {thing} ended at {t} after {d}. When did it start?",
        "{name} has to be there at {t} and needs {d} to get there. When should {name} leave?",
        "Go back {d} from {t}. What time is it?",
    ),
}


@dataclass(frozen=True)
class Config:
    step: int
    hours: int
    earlier: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            step=(5, 1, 1, 1)[difficulty - 1],
            hours=(3, 9, 23, 99)[difficulty - 1],
            earlier=(0.2, 0.4, 0.5, 0.5)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.step < 1 or self.hours < 1:
            raise ValueError(f"step must be at least 1, hours must be at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = "earlier" if rng.random() < config.earlier else "later"
    dial = rng.choice((12, 24))
    start = rng.randrange(0, 1440, config.step)
    length = 60 * rng.randint(0, config.hours) + rng.randrange(config.step, 60, config.step)
    (hour, minute), (hours, minutes) = divmod(start, 60), divmod(length, 60)
    time = clock(start, dial)
    steps = [f"{time} is {clock(start, 24)}"] if dial == 12 and hour in (0, *range(13, 24)) else []
    if kind == "later":
        total, carry = minute + minutes, (minute + minutes) // 60
        steps.append(f"minutes: {minute}+{minutes}={total}" + (f", {total}-60={total - 60}, 1 hour more" * carry))
        end = start + length
        moved = [hours] * (hours > 0) + [1] * carry
        steps.append("hours: " + sums([hour, *moved]))
    else:
        borrow = minute < minutes
        more = f"{minute}+60={minute + 60}, 1 hour less, " if borrow else ""
        steps.append(f"minutes: {more}{minute + 60 * borrow}-{minutes}={(minute - minutes) % 60}")
        end = start - length
        days = -(end // 1440) if end < 0 else 0
        moved = [hours] * (hours > 0) + [1] * borrow
        if days:
            steps.append(f"hours: {hour}+{24 * days}={hour + 24 * days}")
        left = hour + 24 * days
        for part in moved:
            steps.append(f"{'' if days else 'hours: '}{minus(left, part)}")
            left -= part
    if end >= 1440:
        last, days = end // 60, end // 1440
        steps.append(f"{last}-{24 * days}={last - 24 * days}")
    answer = clock(end, dial)
    steps.append(answer if clock(end, 24) == answer.split()[0] else f"{clock(end, 24)} is {answer}")
    thing = rng.choice(("film", "class", "game", "concert", "trip", "meeting"))
    words = {"t": time, "d": duration(length), "thing": thing, "name": rng.choice(NAMES)}
    return Problem(
        question=rng.choice(KINDS[kind]).format(**words),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{kind}|{clock(start, 24)}|{length}",
    )


def verify(problem: Problem) -> bool:
    """Walks there hour by hour, then minute by minute."""
    kind, told = read_kind(KINDS, problem.question)
    time, step = minutes_of(told["t"]), 1 if kind == "later" else -1
    for count, unit in re.findall(r"(\d+) (hour|minute)", told["d"]):
        for _ in range(int(count)):
            time = (time + step * (60 if unit == "hour" else 1)) % 1440
    expected = clock(time, 12 if "M" in told["t"] else 24)
    return times_agree(problem.solution) and sound(problem, expected)


register(Task("clock_addition", "mathematics", Config, generate, verify, max_difficulty=3))
