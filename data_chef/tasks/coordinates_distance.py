"""The distance of two points with whole coordinates: across, up, or along a whole hypotenuse; also city blocks."""

import math
import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import (
    TRIPLES,
    bracket,
    plus,
    read_kind,
    sound,
    times,
)
from data_chef.registry import Task, register


KINDS = {
    "straight": (
        "What is the distance between {p} and {q}?",
        "Find the distance from {p} to {q}.",
        "How far apart are the points {p} and {q}?",
        "distance {p}, {q} = ?",
        "Compute the length of the line segment from {p} to {q}.",
        "A bird flies straight from {p} to {q}. How many units does it fly?",
        "Point A is at {p} and point B is at {q}. How long is AB?",
        "Please give the distance of the points {p} and {q} in the plane.",
    ),
    "blocks": (
        "How far is it from {p} to {q} if one may only move parallel to the axes?",
        "Find the taxicab distance between {p} and {q}.",
        "A robot on a grid walks from {p} to {q}, never diagonally. What is its shortest way?",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int
    slanted: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(10, 20, 50, 120)[difficulty - 1], slanted=(0.3, 0.6, 0.8, 0.8)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 5:
            raise ValueError(f"high must be at least 5: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("straight", "straight", "straight", "blocks"))
    x, y = rng.randint(-config.high, config.high), rng.randint(-config.high, config.high)
    if kind == "blocks":
        dx, dy = rng.randint(1, config.high), rng.randint(1, config.high)
    elif rng.random() < config.slanted:
        dx, dy, c = rng.choice([t for t in TRIPLES if t[2] <= config.high + 5])
        factor = rng.randint(1, (config.high + 5) // c)
        dx, dy = rng.choice(((dx * factor, dy * factor), (dy * factor, dx * factor)))
    else:
        dx, dy = rng.choice(((0, rng.randint(1, config.high)), (rng.randint(1, config.high), 0)))
    v, w = x + rng.choice((-1, 1)) * dx, y + rng.choice((-1, 1)) * dy
    steps = [f"{max(a, b)}-{bracket(min(a, b))}={abs(a - b)}" for a, b in ((x, v), (y, w)) if a != b]
    if kind == "blocks":
        distance = dx + dy
        steps.append(plus(dx, dy))
    else:
        distance = math.isqrt(dx * dx + dy * dy)
        if dx and dy:
            steps += [
                times(dx, dx),
                times(dy, dy),
                plus(dx * dx, dy * dy),
                f"{distance**2}={distance}^2",
                str(distance),
            ]
    return Problem(
        question=rng.choice(KINDS[kind]).format(p=f"({x}, {y})", q=f"({v}, {w})"),
        solution="\n".join(steps),
        answer=str(distance),
        canonical=f"{kind}|{sorted(((x, y), (v, w)))}",
    )


def verify(problem: Problem) -> bool:
    kind, _ = read_kind(KINDS, problem.question)
    x, y, v, w = (int(number) for number in re.findall(r"-?\d+", problem.question))
    distance = abs(x - v) + abs(y - w) if kind == "blocks" else math.dist((x, y), (v, w))
    return sound(problem, f"{distance:g}")


register(Task("coordinates_distance", "mathematics", Config, generate, verify, max_difficulty=3))
