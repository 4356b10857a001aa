"""Areas of triangles from base and height, and the height from the area."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import LENGTHS, answered, over, plain, read_kind, sound, times
from data_chef.registry import Task, register


KINDS = {
    "area": (
        "What is the area of a triangle with a base of {b} {u} and a height of {h} {u}?",
        "Find the area of a triangle with base {b} and height {h}.",
        "Triangle, base {b}, height {h}: area = ?",
        "The base of a triangle is {b} {u} long and its height is {h} {u}. What is its area in square {u}?",
        "How large is a triangle whose base is {b} {u} and whose height is {h} {u}? Answer in square {u}.",
        "Please compute the area of a triangle: base {b} {u}, height {h} {u}.",
    ),
    "right": (
        "The two legs of a right triangle are {b} {u} and {h} {u} long. What is its area in square {u}?",
        "Find the area of a right triangle with legs {b} and {h}.",
        "Right triangle, legs {b} and {h}: area = ?",
    ),
    "height": (
        "A triangle has an area of {s} square {u} and a base of {b} {u}. What is its height in {u}?",
        "Triangle, area {s}, base {b}: height = ?",
        "The area of a triangle is {s} and its base is {b}. Find the height.",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(12, 40, 99, 250)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 4:
            raise ValueError(f"high must be at least 4: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("area", "area", "right", "height"))
    b, h = rng.randint(2, 12 if kind == "height" else config.high), rng.randint(2, config.high)
    if b * h % 2:
        h += 1
    area = b * h // 2
    halves = (over(b, 2), times(b // 2, h)) if b % 2 == 0 else (over(h, 2), times(b, h // 2))
    return Problem(
        question=rng.choice(KINDS[kind]).format(b=b, h=h, s=area, u=rng.choice(LENGTHS)),
        solution="\n".join((times(2, area), over(2 * area, b)) if kind == "height" else halves),
        answer=str(h if kind == "height" else area),
        canonical=f"height|{area}|{b}" if kind == "height" else f"area|{min(b, h)}|{max(b, h)}",
    )


def verify(problem: Problem) -> bool:
    kind, told = read_kind(KINDS, problem.question)
    if kind == "height":
        return told["b"] * answered(problem) == told["s"] + told["s"] and sound(problem, problem.answer)
    return sound(problem, plain(Fraction(told["b"], 2) * told["h"]))


register(Task("triangle_area", "mathematics", Config, generate, verify, max_difficulty=3))
