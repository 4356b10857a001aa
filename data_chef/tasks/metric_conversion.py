"""Metric lengths, masses and volumes from one unit to another, with decimals."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import plain, read, sound
from data_chef.registry import Task, register
from data_chef.text import find


# powers of ten of the smallest unit
SCALES = (
    {"mm": 0, "cm": 1, "dm": 2, "m": 3, "km": 6},
    {"mg": 0, "g": 3, "kg": 6, "t": 9},
    {"ml": 0, "cl": 1, "dl": 2, "l": 3},
)
PHRASINGS = (
    "How many {v} are {n} {u}?",
    "{n} {u} = ? {v}",
    "Convert {n} {u} to {v}.",
    "Change {n} {u} into {v}.",
    "Express {n} {u} in {v}.",
    "Please write {n} {u} in {v}.",
    "What is {n} {u} in {v}?",
    "Something measures {n} {u}. How many {v} is that?",
    "{n} {u} is the same as how many {v}?",
    "{n} {u} in {v}",
)


@dataclass(frozen=True)
class Config:
    jump: int
    decimals: int
    back: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            jump=(3, 3, 6, 9)[difficulty - 1],
            decimals=(0, 1, 2, 4)[difficulty - 1],
            back=(0.2, 0.4, 0.5, 0.5)[difficulty - 1],
        )

    def validate(self) -> None:
        if self.jump < 1:
            raise ValueError(f"jump must be at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    scale = rng.choice(SCALES)
    u, v = rng.choice([(a, b) for a in scale for b in scale if 0 < scale[a] - scale[b] <= config.jump])
    jump = scale[u] - scale[v]
    digits, cut = rng.randint(2, 99 if config.decimals < 2 else 999), rng.randint(0, config.decimals)
    number = Decimal(digits).scaleb(-cut)
    if rng.random() < config.back:
        u, v = v, u
        if config.decimals == 0:
            number *= 10**jump
        steps = [f"{10**jump} {u} are 1 {v}", f"{plain(number)}/{10**jump}={plain(number / 10**jump)}"]
    else:
        steps = [f"1 {u} is {10**jump} {v}", f"{plain(number)}*{10**jump}={plain(number * 10**jump)}"]
    return Problem(
        question=rng.choice(PHRASINGS).format(n=plain(number), u=u, v=v),
        solution="\n".join(steps),
        answer=steps[-1].rpartition("=")[2],
        canonical=f"{plain(number)} {u} {v}",
    )


def verify(problem: Problem) -> bool:
    """Through the smallest unit of all."""
    told = read(PHRASINGS, problem.question)
    scale = next(scale for scale in SCALES if told["u"] in scale)
    smallest = told["n"] * Fraction(10 ** scale[told["u"]])
    factor = find(r"\d+ \w+ (?:is|are) \d+ \w+", problem.solution).group()
    first, u, _, second, v = factor.split()
    same = int(first) * 10 ** scale[u] == int(second) * 10 ** scale[v]
    return same and sound(problem, plain(smallest / 10 ** scale[told["v"]]))


register(Task("metric_conversion", "mathematics", Config, generate, verify, max_difficulty=3))
