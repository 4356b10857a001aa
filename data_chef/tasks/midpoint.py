"""The middle of two points, or of two numbers, and the other end from the middle."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.item import Problem
from data_chef.measures import bracket, plain, read_kind, sound
from data_chef.registry import Task, register


KINDS = {
    "middle": (
        "What is the midpoint of {p} and {q}?",
        "Find the midpoint of the segment from {p} to {q}.",
        "midpoint of {p} and {q} = ?",
        "Which point lies exactly halfway between {p} and {q}?",
        "The ends of a line segment are {p} and {q}. Where is its middle?",
        "Please find the point in the middle between {p} and {q}.",
        "A circle has a diameter from {p} to {q}. Where is its center?",
        "M is the midpoint of PQ with P = {p} and Q = {q}. Find M.",
    ),
    "end": (
        "The midpoint of a segment is {m} and one end is {p}. Find the other end.",
        "M = {m} is the midpoint of AB and A = {p}. Find B.",
        "The point {p} is mirrored at the point {m}. Where does it land?",
    ),
    "number": (
        "What number is halfway between {x} and {v}?",
        "Which number lies in the middle between {x} and {v}?",
    ),
}


@dataclass(frozen=True)
class Config:
    high: int
    odd: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(high=(10, 30, 100, 400)[difficulty - 1], odd=(0.0, 0.3, 0.5, 0.5)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 4:
            raise ValueError(f"high must be at least 4: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("middle", "middle", "middle", "end", "number"))
    low = 0 if config.odd == 0 else -config.high
    x, y, v, w = (rng.randint(low, config.high) for _ in range(4))
    if kind == "end" or rng.random() >= config.odd:
        v, w = v + (x + v) % 2, w + (y + w) % 2
    if x == v:
        v += 2
    middles = [Fraction(x + v, 2), Fraction(y + w, 2)]
    m = ", ".join(map(plain, middles))
    if kind == "end":
        doubled = [int(2 * middle) for middle in middles]
        steps = [f"2*{bracket(int(middle))}={2 * middle}" for middle in middles]
        steps = [
            f"{steps[0]}\n{doubled[0]}-{bracket(x)}={v}",
            f"{steps[1]}\n{doubled[1]}-{bracket(y)}={w}",
        ]
        answer = f"({v}, {w})"
    else:
        pairs = [(x, v, middles[0]), (y, w, middles[1])][: 1 if kind == "number" else 2]
        steps = [f"{a}+{bracket(b)}={a + b}\n{a + b}/2={plain(middle)}" for a, b, middle in pairs]
        answer = plain(middles[0]) if kind == "number" else f"({m})"
    if kind != "number":
        steps.append(answer)
    points = {"end": (x, y, m), "number": sorted((x, v)), "middle": sorted(((x, y), (v, w)))}[kind]
    return Problem(
        question=rng.choice(KINDS[kind]).format(p=f"({x}, {y})", q=f"({v}, {w})", m=f"({m})", x=x, v=v),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{kind}|{points}",
    )


def verify(problem: Problem) -> bool:
    """The middle must be as far from one end as from the other, on the opposite side."""
    kind, told = read_kind(KINDS, problem.question)

    def coordinates(text) -> list[Fraction]:
        return [Fraction(number) for number in re.findall(r"-?\d+(?:\.\d+)?", str(text))]

    found = coordinates(problem.answer)
    if len(found) != (1 if kind == "number" else 2):
        return False
    if kind == "number":
        first, middle, last = [told["x"]], found, [told["v"]]
    elif kind == "end":
        first, middle, last = coordinates(told["p"]), coordinates(told["m"]), found
    else:
        first, middle, last = coordinates(told["p"]), found, coordinates(told["q"])
    gaps = [(b - a, c - b) for a, b, c in zip(first, middle, last, strict=True)]
    return all(left == right for left, right in gaps) and sound(problem, problem.answer)


register(Task("midpoint", "mathematics", Config, generate, verify, max_difficulty=3))
