"""The angle between the hands of a clock, and how far a hand turns."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import minutes_of, over, plain, read_kind, sound, times
from data_chef.registry import Task, register


KINDS = {
    "between": (
        "What is the smaller angle between the hands of a clock at {t}?",
        "Find the angle between the hour hand and the minute hand at {t} (at most 180 degrees).",
        "Clock hands at {t}: smaller angle = ? degrees",
        "How many degrees are there between the two hands of a clock at {t}? Give the smaller angle.",
        "A clock shows {t}. What is the smaller angle between its hands?",
    ),
    "minute": (
        "By how many degrees does the minute hand of a clock turn in {n} minutes?",
        "Through what angle does a minute hand move in {n} minutes?",
        "Minute hand, {n} minutes: angle = ? degrees",
    ),
    "hour": (
        "By how many degrees does the hour hand of a clock turn in {n} minutes?",
        "Through what angle does an hour hand move in {n} minutes?",
        "Hour hand, {n} minutes: angle = ? degrees",
    ),
}


@dataclass(frozen=True)
class Config:
    step: int
    turn: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(step=(10, 2, 1)[difficulty - 1], turn=(60, 180, 600)[difficulty - 1])

    def validate(self) -> None:
        if self.step < 1 or self.turn < 10:
            raise ValueError(f"step must be at least 1, turn must be at least 10: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("between", "between", "between", "minute", "hour"))
    hour, minute = rng.randrange(12), rng.randrange(0, 60, config.step)
    n = rng.randint(2, config.turn)
    n += n % 2 if kind == "hour" and config.step > 1 else 0
    if kind == "minute":
        steps, number = [times(n, 6)], Fraction(6 * n)
    elif kind == "hour":
        steps, number = [f"{n}/2={plain(Fraction(n, 2))}" if n % 2 else over(n, 2)], Fraction(n, 2)
    else:
        small = Fraction(minute, 2)
        long, short = Fraction(6 * minute), 30 * hour + small
        gap = abs(long - short)
        steps = [f"minute hand: {times(6, minute)}", f"hour hand: {times(30, hour)}"]
        steps += [f"{minute}/2={plain(small)}", f"{30 * hour}+{plain(small)}={plain(short)}"] if minute else []
        steps.append(f"{plain(max(long, short))}-{plain(min(long, short))}={plain(gap)}")
        if gap > 180:
            steps.append(f"360-{plain(gap)}={plain(360 - gap)}")
        number = min(gap, 360 - gap)
    return Problem(
        question=rng.choice(KINDS[kind]).format(t=f"{hour or 12}:{minute:02}", n=n),
        solution="\n".join(steps),
        answer=plain(number),
        canonical=f"{hour}:{minute}" if kind == "between" else f"{kind}|{n}",
    )


def verify(problem: Problem) -> bool:
    """In half degrees, minute after minute: the minute hand makes twelve of them, the hour hand one."""
    kind, told = read_kind(KINDS, problem.question)
    if kind != "between":
        return sound(problem, plain(Fraction((12 if kind == "minute" else 1) * told["n"], 2)))
    gap = 11 * minutes_of(told["t"]) % 720
    return sound(problem, plain(Fraction(min(gap, 720 - gap), 2)))


register(Task("clock_angle", "mathematics", Config, generate, verify, max_difficulty=3, extrapolates=False))
