"""Speeds from one unit to another: 72 km/h are 20 m/s."""

import math
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import (
    over,
    plain,
    read,
    sound,
    times,
)
from data_chef.registry import Task, register


METERS = {"m": 1, "km": 1000}
SECONDS = {"s": 1, "min": 60, "h": 3600}
FACTS = {"min s": "1 min is 60 s", "h s": "1 h is 3600 s", "h min": "1 h is 60 min"}
PAIRS = (
    ("m/s", "m/min"), ("ft/s", "ft/min"), ("km/min", "km/h"), ("yd/min", "yd/h"), ("km/h", "m/s"), ("km/h", "m/min"),
    ("km/min", "m/s"),
)  # fmt: skip
PHRASINGS = (
    "How much is {n} {u} in {v}?",
    "Convert {n} {u} to {v}.",
    "{n} {u} = ? {v}",
    "Change a speed of {n} {u} into {v}.",
    "A {thing} moves at {n} {u}. What is its speed in {v}?",
    "Express {n} {u} in {v}.",
    "Please write the speed {n} {u} in {v}.",
    "Something has a speed of {n} {u}. How many {v} is that?",
)


@dataclass(frozen=True)
class Config:
    high: int
    pairs: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(12, 30, 60, 200)[difficulty - 1], pairs=(4, 6, 7, 7)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 2 or self.pairs < 1:
            raise ValueError(f"high must be at least 2, pairs must be at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    u, v = rng.sample(rng.choice(PAIRS[: config.pairs]), 2)
    (length, time), (new_length, new_time) = u.split("/"), v.split("/")
    longer = Fraction(METERS.get(length, 1), METERS.get(new_length, 1))
    shorter = Fraction(SECONDS[new_time], SECONDS[time])
    n = rng.randint(1, config.high) * (longer * shorter).denominator
    up, down = longer.numerator * shorter.numerator, longer.denominator * shorter.denominator
    steps = ["1 km is 1000 m"] if length != new_length else []
    if time != new_time:
        steps.append(FACTS.get(f"{time} {new_time}") or FACTS[f"{new_time} {time}"])
    common = math.gcd(up, down)
    if common > 1:
        steps.append(f"{up}/{down}={Fraction(up, down)}")
    up, down = up // common, down // common
    value = n
    if down > 1:
        steps.append(over(value, down))
        value //= down
    if up > 1:
        steps.append(times(value, up))
    return Problem(
        question=rng.choice(PHRASINGS).format(n=n, u=u, v=v, thing=rng.choice(("boat", "robot", "cart", "toy train"))),
        solution="\n".join(steps),
        answer=str(value * up),
        canonical=f"{n} {u} {v}",
    )


def verify(problem: Problem) -> bool:
    """Meters in one second, then the new unit of length in the new unit of time."""
    told = read(PHRASINGS, problem.question)
    (length, time), (new_length, new_time) = told["u"].split("/"), told["v"].split("/")
    in_a_second = Fraction(told["n"] * METERS.get(length, 1), SECONDS[time])
    return sound(problem, plain(in_a_second * SECONDS[new_time] / METERS.get(new_length, 1)))


register(Task("speed_units", "mathematics", Config, generate, verify, max_difficulty=3))
