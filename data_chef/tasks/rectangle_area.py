"""Areas of rectangles and squares, and a side from the area."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import LENGTHS, OUTDOORS, over, read_kind, sound, times
from data_chef.registry import Task, register


KINDS = {
    "area": (
        "What is the area of a rectangle that is {a} {u} long and {b} {u} wide?",
        "A rectangle measures {a} {u} by {b} {u}. What is its area in square {u}?",
        "Find the area of a rectangle with sides {a} and {b}.",
        "Rectangle, length {a}, width {b}: area = ?",
        "The length of a {thing} is {a} {u} and its width is {b} {u}. How many square {u} does it cover?",
        "Please work out the area of a rectangle with sides of {a} {u} and {b} {u}.",
        "How large is the area of a rectangular {thing} of {a} {u} by {b} {u}?",
        "Compute the area: rectangle, {a} {u} x {b} {u}",
    ),
    "square": (
        "What is the area of a square with sides of {a} {u}?",
        "Each side of a square is {a} {u} long. What is its area in square {u}?",
        "Square, side {a}: area = ?",
        "Find the area of a square {thing} whose sides are {a} {u} long.",
    ),
    "side": (
        "A rectangle has an area of {s} square {u} and a length of {a} {u}. What is its width in {u}?",
        "The area of a rectangle is {s} and one side is {a}. Find the other side.",
        "Rectangle, area {s}, length {a}: width = ?",
        "A {thing} covers {s} square {u}. It is a rectangle that is {a} {u} long. How wide is it in {u}?",
    ),
}
THINGS = ("garden", "floor", "carpet", "field", "wall", "yard", "playground")


@dataclass(frozen=True)
class Config:
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(12, 30, 99, 199)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 3:
            raise ValueError(f"high must be at least 3: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("area", "area", "square", "side"))
    a, b = rng.randint(2, min(12, config.high) if kind == "side" else config.high), rng.randint(2, config.high)
    b = a if kind == "square" else b
    template = rng.choice(KINDS[kind])
    unit = rng.choice(OUTDOORS if "{thing}" in template else LENGTHS)
    return Problem(
        question=template.format(a=a, b=b, s=a * b, u=unit, thing=rng.choice(THINGS)),
        solution=over(a * b, a) if kind == "side" else times(a, b),
        answer=str(b if kind == "side" else a * b),
        canonical=f"side|{a * b}|{a}" if kind == "side" else f"area|{min(a, b)}|{max(a, b)}",
    )


def verify(problem: Problem) -> bool:
    """Counts the squares row by row."""
    kind, told = read_kind(KINDS, problem.question)
    if kind == "side":
        return sound(problem, str(len(range(0, told["s"], told["a"]))))
    return sound(problem, str(sum(told["a"] for _ in range(told.get("b", told["a"])))))


register(Task("rectangle_area", "mathematics", Config, generate, verify, max_difficulty=3))
