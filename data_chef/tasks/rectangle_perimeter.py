"""The way around rectangles and squares, and a side from it."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import LENGTHS, answered, minus, over, plus, read_kind, sound, times
from data_chef.registry import Task, register


KINDS = {
    "rectangle": (
        "What is the perimeter of a rectangle that is {a} {u} long and {b} {u} wide?",
        "Find the perimeter of a rectangle with sides {a} and {b}.",
        "Rectangle, length {a}, width {b}: perimeter = ?",
        "A rectangle measures {a} {u} by {b} {u}. How long is its perimeter in {u}?",
        "How many meters of {fence} does one need to go once around a rectangle of {a} m by {b} m?",
        "Please give me the perimeter of a rectangle of {a} {u} by {b} {u}.",
        "The sides of a rectangle are {a} {u} and {b} {u} long. What do all four sides add up to?",
        "Compute the perimeter: rectangle, {a} {u} x {b} {u}",
    ),
    "square": (
        "What is the perimeter of a square with sides of {a} {u}?",
        "Each side of a square is {a} {u} long. Find its perimeter in {u}.",
        "Square, side {a}: perimeter = ?",
    ),
    "side": (
        "A rectangle has a perimeter of {p} {u} and a length of {a} {u}. What is its width in {u}?",
        "The perimeter of a rectangle is {p}. One side is {a}. How long is the side next to it?",
        "Rectangle, perimeter {p}, length {a}: width = ?",
        "It takes {p} meters of {fence} to go once around a rectangle. One side is {a} m long. Find the other side.",
    ),
    "side of a square": (
        "The perimeter of a square is {p} {u}. How long is each side in {u}?",
        "Square, perimeter {p}: side = ?",
        "Find the side of a square with a perimeter of {p}.",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(15, 60, 400, 3000)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 3:
            raise ValueError(f"high must be at least 3: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("rectangle", "rectangle", "side", *KINDS))
    a, b = rng.randint(2, config.high), rng.randint(2, config.high)
    b = a if "square" in kind else b
    p = 2 * (a + b)
    fields = {"a": a, "b": b, "p": p, "u": rng.choice(LENGTHS), "fence": rng.choice(("fence", "ribbon", "rope"))}
    steps = {
        "rectangle": (plus(a, b), times(2, a + b)),
        "square": (times(4, a),),
        "side": (over(p, 2), minus(a + b, a)),
        "side of a square": (over(4 * a, 4),),
    }
    return Problem(
        question=rng.choice(KINDS[kind]).format(**fields),
        solution="\n".join(steps[kind]),
        answer=str(b if "side" in kind else p),
        canonical=f"side|{p}|{a}" if "side" in kind else f"perimeter|{min(a, b)}|{max(a, b)}",
    )


def verify(problem: Problem) -> bool:
    """Walks along the four sides."""
    kind, told = read_kind(KINDS, problem.question)
    found = answered(problem)
    a = told.get("a", found)
    b = found if "side" in kind else told.get("b", a)
    walked = a + b + a + b
    return walked == told.get("p", found) and sound(problem, str(found))


register(Task("rectangle_perimeter", "mathematics", Config, generate, verify, max_difficulty=3))
