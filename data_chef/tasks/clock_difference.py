"""How long it is from one time to another, on one day, to the next day, or days later."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import (
    WEEKDAYS,
    clock,
    duration,
    gap_lines,
    minutes_of,
    plus,
    read_kind,
    sound,
    times,
    times_agree,
)
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


KINDS = {
    "duration": (
        "How long is it from {a} to {b}?",
        "How many hours and minutes are there from {a} to {b}?",
        "A {thing} starts at {a} and ends at {b}. How long does it take?",
        "from {a} to {b} = ?",
        "{name} leaves at {a} and arrives at {b}. How long is the way?",
        "What is the time between {a} and {b}?",
        "Please tell me how much time passes from {a} to {b}.",
    ),
    "minutes": (
        "How many minutes are there from {a} to {b}?",
        "A {thing} starts at {a} and ends at {b}. How many minutes does it last?",
        "{a} to {b}: how many minutes?",
    ),
}


@dataclass(frozen=True)
class Config:
    step: int
    longest: int
    days: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            step=(5, 1, 1, 1)[difficulty - 1],
            longest=(240, 900, 1439, 1439)[difficulty - 1],
            days=(0, 0, 1, 5)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.step < 1 or self.longest < 60:
            raise ValueError(f"step must be at least 1, longest must be at least 60: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("duration", "duration", "minutes"))
    dial = rng.choice((12, 24))
    days = rng.randint(1, config.days) if config.days and rng.random() < 0.6 else 0
    length = rng.randrange(config.step, config.longest, config.step)
    start = rng.randrange(0, 1440, config.step) if days else rng.randrange(0, 1440 - length, config.step)
    end = start + length if not days else 1440 * days + rng.randrange(0, 1440, config.step)
    first = rng.randrange(7)
    names = [WEEKDAYS[(first + time // 1440) % 7] for time in (start, end)]
    texts = [clock(time, dial) for time in (start, end)]
    steps = [f"{text} is {clock(time, 24)}" for text, time in zip(texts, (start, end), strict=True) if "M" in text]
    if days:
        hour = end % 1440 // 60
        later = "the next day" if days == 1 else f"{days} days later"
        steps += [times(24, days)] if days > 1 else []
        steps.append(f"{later}, hours: {hour}+{24 * days}={hour + 24 * days}")
        texts = [f"{text} on {name}" for text, name in zip(texts, names, strict=True)]
    length = end - start
    steps += gap_lines(start, end)
    answer = duration(length)
    hours, rest = divmod(length, 60)
    if kind == "minutes":
        answer = str(length)
        steps += [times(hours, 60)] if hours else []
        steps += [plus(60 * hours, rest)] if hours and rest else [answer]
    else:
        steps.append(answer)
    thing = rng.choice(("film", "class", "game", "concert", "party", "meeting"))
    return Problem(
        question=rng.choice(KINDS[kind]).format(a=texts[0], b=texts[1], thing=thing, name=rng.choice(NAMES)),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{kind}|{start}|{end}",
    )


def verify(problem: Problem) -> bool:
    """In minutes from the start of the week."""
    kind, told = read_kind(KINDS, problem.question)
    start, end = (minutes_of(told[name].partition(" on ")[0]) for name in "ab")
    if " on " in told["a"]:
        first, last = (WEEKDAYS.index(told[name].partition(" on ")[2]) for name in "ab")
        end += 1440 * ((last - first) % 7)
    expected = str(end - start) if kind == "minutes" else duration(end - start)
    return times_agree(problem.solution) and sound(problem, expected)


register(Task("clock_difference", "mathematics", Config, generate, verify, max_difficulty=3))
