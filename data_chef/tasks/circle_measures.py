"""Circumference and area of a circle, with pi as a symbol or as 3.14."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import over, plain, read_kind, sound, times
from data_chef.registry import Task, register


KINDS = {
    "around": (
        "What is the circumference of a circle with {given} {n} {u}? {pi}",
        "A circle has {given} {n}. Find its circumference. {pi}",
        "Circle, {given} {n}: circumference = ? {pi}",
        "How far is it around a circle with {given} {n} {u}? {pi}",
        "A round {thing} has {given} {n} {u}. How long is its edge in {u}? {pi}",
    ),
    "area": (
        "What is the area of a circle with {given} {n} {u}? {pi}",
        "A circle has {given} {n}. Find its area. {pi}",
        "Circle, {given} {n}: area = ? {pi}",
        "How many square {u} does a circle with {given} {n} {u} cover? {pi}",
        "A round {thing} has {given} {n} {u}. What is its area in square {u}? {pi}",
    ),
}
PI = {
    "pi": ("Leave pi in the answer.", "Answer in terms of pi.", "Write your answer with pi."),
    "3.14": ("Use 3.14 for pi.", "Take pi as 3.14.", "(pi is about 3.14)"),
}


@dataclass(frozen=True)
class Config:
    high: int
    decimals: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(
            high=(12, 30, 60, 150)[difficulty - 1],
            decimals=(("pi",), ("pi", "3.14"), ("pi", "3.14"), ("3.14",))[difficulty - 1],
        )

    def validate(self) -> None:
        if self.high < 3:
            raise ValueError(f"high must be at least 3: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind, pi, given = rng.choice(("around", "area")), rng.choice(config.decimals), rng.choice(("radius", "diameter"))
    radius = rng.randint(2, config.high // 4 + 8 if (kind, pi) == ("area", "3.14") else config.high)
    factor = radius * radius if kind == "area" else 2 * radius
    lines = [over(2 * radius, 2)] if (kind, given) == ("area", "diameter") else []
    if kind == "area" or given == "radius":
        lines.append(times(radius, radius) if kind == "area" else times(2, radius))
    if pi == "pi":
        answer = f"{factor}*pi"
        lines.append(f"pi*{factor}={answer}")
    else:
        answer = plain(factor * Decimal(pi))
        lines.append(times(Decimal(pi), factor))
    words = {"n": radius if given == "radius" else 2 * radius, "u": rng.choice(("cm", "ft")), "pi": rng.choice(PI[pi])}
    thing = rng.choice(("table", "plate", "clock", "mirror", "lid", "tray"))
    return Problem(
        question=rng.choice(KINDS[kind]).format(given=given, thing=thing, **words),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{kind}|{pi}|{radius}",
    )


def verify(problem: Problem) -> bool:
    """From the square, or the four sides, that just hold the circle: the circle takes pi/4 of both."""
    kind, told = read_kind(KINDS, problem.question)
    diameter = told["n"] * (2 if told["given"] == "radius" else 1)
    quarter = Fraction(diameter * diameter if kind == "area" else 4 * diameter, 4)
    if "3.14" in told["pi"]:
        return sound(problem, plain(quarter * Fraction("3.14")))
    return sound(problem, f"{quarter}*pi")


register(Task("circle_measures", "mathematics", Config, generate, verify, max_difficulty=3))
