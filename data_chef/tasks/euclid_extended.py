"""Bezout coefficients by the extended algorithm of Euclid."""

import math
import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import bracket, holds, product
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Find integers x and y with {a}x + {b}y = gcd({a}, {b}).",
    "Use the extended Euclidean algorithm on {a} and {b}: find x and y with {a}x + {b}y = {g}.",
    "Find Bezout coefficients x and y of {a} and {b}.",
    "Write {g} as {a}x + {b}y with integers x and y.",
    "Which x and y does the extended Euclidean algorithm give for {a}x + {b}y = {g}?",
    "Apply the extended algorithm of Euclid to {a} and {b}. What are x and y?",
    "{a}x + {b}y = {g}: find x and y by Euclid's algorithm.",
    "Express the gcd of {a} and {b} as {a}x + {b}y.",
    "Please find Bezout's x and y for {a} and {b}.",
)


@dataclass(frozen=True)
class Config:
    high: int
    steps: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((60, 120, 300, 900)[difficulty - 1], (3, 4, 5, 7)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 12 or self.steps < 2:
            raise ValueError(f"high must be at least 12 and steps at least 2: {self}")


def divisions(a: int, b: int) -> list[tuple[int, int, int]]:
    """The numbers a, b and the quotient of every division until none is left."""
    rows = []
    while b:
        rows.append((a, b, a // b))
        a, b = b, a % b
    return rows


def generate(rng: Random, config: Config) -> Problem:
    while True:
        b, a = sorted(rng.sample(range(5, config.high + 1), 2))
        rows = divisions(a, b)
        if 2 <= len(rows) <= config.steps and max(q for _, _, q in rows) <= 12:
            break
    divisor = rows[-1][1]
    lines = [f"{m}-{q}*{n}={m - q * n}" for m, n, q in rows]
    x, y = (1, 0), (0, 1)
    lines.append(f"{a}: 1, 0")
    lines.append(f"{b}: 0, 1")
    for m, n, q in rows[:-1]:
        parts = []
        for old, new in (x, y):
            if q > 1 and q * abs(new) > 20:
                lines.append(product(q, new))
            parts.append(f"{old}-{q}*{bracket(new)}={old - q * new}")
        lines.append(f"{m - q * n}: {parts[0]}, {parts[1]}")
        x, y = (x[1], x[0] - q * x[1]), (y[1], y[0] - q * y[1])
    answer = f"x={x[1]}, y={y[1]}"
    if rng.random() < 0.3:
        shown, swapped = (b, a), f"x={y[1]}, y={x[1]}"
    else:
        shown, swapped = (a, b), answer
    return Problem(
        question=rng.choice(PHRASINGS).format(a=shown[0], b=shown[1], g=divisor),
        solution="\n".join([*lines, swapped]),
        answer=swapped,
        canonical=f"{a}|{b}",
    )


def verify(problem: Problem) -> bool:
    """Of all pairs that give the gcd the algorithm's is the smallest one, which is found by trying."""
    numbers = [int(n) for n in re.findall(r"\d+", problem.question)]
    named = re.findall(r"(\d+)x \+ (\d+)y", problem.question)
    a, b = map(int, named[0]) if named else numbers[:2]
    divisor = math.gcd(a, b)
    found = next(
        (x, (divisor - a * x) // b) for size in range(a * b) for x in (size, -size) if (divisor - a * x) % b == 0
    )
    answer = f"x={found[0]}, y={found[1]}"
    right = problem.answer == answer and problem.solution.endswith("\n" + answer)
    lines = problem.solution.split("\n")[:-1]
    high, low = sorted((a, b), reverse=True)
    for line in lines:
        row = re.fullmatch(r"(\d+): (?:\S+=)?(-?\d+), (?:\S+=)?(-?\d+)", line)
        if row and high * int(row[2]) + low * int(row[3]) != int(row[1]):
            return False
    return right and holds("\n".join(lines)) and lines[-1].startswith(f"{divisor}: ")


register(Task("euclid_extended", "mathematics", Config, generate, verify, max_difficulty=3))
