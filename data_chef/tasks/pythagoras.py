"""The third side of a right triangle with whole sides, and whether three sides make one."""

import math
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import (
    LENGTHS,
    TRIPLES,
    minus,
    plus,
    read_kind,
    sound,
    times,
)
from data_chef.registry import Task, register


KINDS = {
    "long": (
        "The legs of a right triangle are {a} {u} and {b} {u} long. How long is the hypotenuse in {u}?",
        "Find the hypotenuse of a right triangle with legs {a} and {b}.",
        "Right triangle, legs {a} and {b}: hypotenuse = ?",
        "What is the diagonal of a rectangle with sides of {a} {u} and {b} {u}?",
        "Ann walks {a} m north and then {b} m east. How many meters is she from her start, in a straight line?",
        "Please find c if a^2 + b^2 = c^2 with a = {a} and b = {b} (c is positive).",
    ),
    "leg": (
        "The hypotenuse of a right triangle is {c} {u} long and one leg is {a} {u}. How long is the other leg in {u}?",
        "Find the other leg of a right triangle with hypotenuse {c} and one leg {a}.",
        "Right triangle, hypotenuse {c}, leg {a}: other leg = ?",
        "A ladder {c} ft long leans on a wall with its foot {a} ft from the wall. How many feet up does it reach?",
        "The diagonal of a rectangle is {c} {u} and one side is {a} {u}. What is the other side in {u}?",
    ),
    "test": (
        "Is a triangle with sides {a}, {b} and {d} a right triangle?",
        "A triangle has sides of {a} {u}, {b} {u} and {d} {u}. Does it have a right angle?",
        "Can {a}, {b} and {d} be the sides of a right triangle?",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(26, 50, 99, 200)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 10:
            raise ValueError(f"high must be at least 10: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("long", "long", "leg", "leg", "test"))
    triple = rng.choice([t for t in TRIPLES if t[2] <= config.high])
    factor = rng.randint(1, config.high // triple[2])
    a, b, c = (factor * side for side in triple)
    a, b = rng.choice(((a, b), (b, a)))
    d = c + rng.choice((0, 0, -1, 1, 2)) if kind == "test" else c
    d = d if d > max(a, b) else c
    squares = [times(a, a), times(c, c) if kind == "leg" else times(b, b)]
    if kind == "long":
        steps, answer = [*squares, plus(a * a, b * b), f"{c * c}={c}^2", str(c)], str(c)
    elif kind == "leg":
        steps, answer = [*squares, minus(c * c, a * a), f"{b * b}={b}^2", str(b)], str(b)
    else:
        answer = "Yes" if d == c else "No"
        sign = "is" if d == c else "is not"
        steps = [*squares, plus(a * a, b * b), times(d, d), f"{c * c} {sign} {d * d}: {answer}"]
    known = {"long": sorted((a, b)), "leg": (a, c), "test": (*sorted((a, b)), d)}[kind]
    return Problem(
        question=rng.choice(KINDS[kind]).format(a=a, b=b, c=c, d=d, u=rng.choice(LENGTHS)),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{kind}|{known}",
    )


def verify(problem: Problem) -> bool:
    """By the difference of two squares, (c - a)(c + a), and by the length of a vector."""
    kind, told = read_kind(KINDS, problem.question)
    a = told["a"]
    if kind == "leg":
        return sound(problem, str(math.isqrt((told["c"] - a) * (told["c"] + a))))
    length = math.hypot(a, told["b"])
    return sound(problem, ("No", "Yes")[length == told["d"]] if kind == "test" else f"{length:g}")


register(Task("pythagoras", "mathematics", Config, generate, verify, max_difficulty=3))
