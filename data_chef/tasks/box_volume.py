"""Volumes of boxes and cubes, and the height from the volume."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import LENGTHS, answered, over, read_kind, sound, times
from data_chef.registry import Task, register


KINDS = {
    "box": (
        "What is the volume of a box that is {a} {u} long, {b} {u} wide and {c} {u} high?",
        "A box measures {a} {u} by {b} {u} by {c} {u}. What is its volume in cubic {u}?",
        "Find the volume of a rectangular prism with edges {a}, {b} and {c}.",
        "Box {a} x {b} x {c}: volume = ?",
        "How many cubes with edges of 1 {u} fill a box of {a} {u} by {b} {u} by {c} {u}?",
        "Please compute the volume of a {thing} that is {a} m long, {b} m wide and {c} m deep.",
    ),
    "cube": (
        "What is the volume of a cube with edges of {a} {u}?",
        "Each edge of a cube is {a} {u} long. Find its volume in cubic {u}.",
        "Cube, edge {a}: volume = ?",
    ),
    "height": (
        "A box has a volume of {v} cubic {u}. It is {a} {u} long and {b} {u} wide. How high is it in {u}?",
        "Box, volume {v}, length {a}, width {b}: height = ?",
        "The base of a box is {a} {u} by {b} {u} and its volume is {v} cubic {u}. Find its height.",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(6, 12, 25, 60)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 3:
            raise ValueError(f"high must be at least 3: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("box", "box", "cube", "height"))
    a, b, c = (rng.randint(2, config.high) for _ in range(3))
    if kind == "cube":
        b = c = a
    if kind == "height":
        a, b = rng.randint(2, 10), rng.randint(2, 10)
    volume = a * b * c
    thing = rng.choice(("tank", "pool", "pit", "trench"))
    return Problem(
        question=rng.choice(KINDS[kind]).format(a=a, b=b, c=c, v=volume, u=rng.choice(LENGTHS), thing=thing),
        solution="\n".join((over(volume, a), over(b * c, b)) if kind == "height" else (times(a, b), times(a * b, c))),
        answer=str(c if kind == "height" else volume),
        canonical=f"{kind}|{volume}|{a}|{b}" if kind == "height" else f"box|{sorted((a, b, c))}",
    )


def verify(problem: Problem) -> bool:
    """Fills the box layer by layer."""
    kind, told = read_kind(KINDS, problem.question)
    layer = sum(told["a"] for _ in range(told.get("b", told["a"])))
    if kind == "height":
        return layer * answered(problem) == told["v"] and sound(problem, problem.answer)
    return sound(problem, str(sum(layer for _ in range(told.get("c", told["a"])))))


register(Task("box_volume", "mathematics", Config, generate, verify, max_difficulty=3))
