"""Two linear equations with two unknowns, by elimination."""

import math
from dataclasses import dataclass
from random import Random

from data_chef.algebra import concludes, evaluate, expressions, joined, layout, nonzero, product, quotient, term, total
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Solve the system {e} and {f}.",
    "Solve for {x} and {y}: {e}, {f}",
    "{e}\n{f}\nWhat are {x} and {y}?",
    "Find {x} and {y} so that {e} and {f}.",
    "If {e} and {f}, what are {x} and {y}?",
    "Two equations are given: {e}; {f}. Find both unknowns.",
    "Which {x} and {y} satisfy both {e} and {f}?",
    "System: {e}; {f}. Solve it.",
    "Please find the numbers {x} and {y} with {e} and {f}.",
    "Solve by elimination: {e}, {f}.",
)
NAMES = ("xy", "xy", "xy", "xy", "ab", "pq", "mn", "uv", "st")


@dataclass(frozen=True)
class Config:
    coefficient: int
    solution: int
    signed: bool

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((2, 4, 6, 9)[difficulty - 1], (9, 9, 12, 20)[difficulty - 1], difficulty > 1)

    def validate(self) -> None:
        if self.coefficient < 2 or self.solution < 2:
            raise ValueError(f"coefficient and solution must be at least 2: {self}")


def draw(rng: Random, config: Config) -> list[tuple[int, int]]:
    """The coefficients of two equations of which neither follows from the other."""
    while True:
        rows = [(rng.randint(1, config.coefficient), nonzero(rng, config.coefficient)) for _ in range(2)]
        if rows[0][0] * rows[1][1] != rows[1][0] * rows[0][1]:
            return rows


def written(a: int, b: int, c: int, names: str) -> str:
    return joined((term(a, 1, names[0]), term(b, 1, names[1]))) + f"={c}"


def generate(rng: Random, config: Config) -> Problem:
    names, ((a, b), (d, e)) = rng.choice(NAMES), draw(rng, config)
    x, y = (rng.randint(-config.solution if config.signed else 1, config.solution) for _ in range(2))
    c, f = a * x + b * y, d * x + e * y
    equations = [written(a, b, c, names), written(d, e, f, names)]
    common = math.lcm(a, d)
    lines, rows = [], []
    for place, (row, equation) in enumerate((((a, b, c), equations[0]), ((d, e, f), equations[1]))):
        times = common // row[0]
        rows.append([times * number for number in row])
        if times > 1:
            lines.append(f"multiply {equation} by {times}: {written(*rows[place], names)}")
    (_, b1, c1), (_, b2, c2) = rows
    lines.append("subtract: " + joined((term(b1, 1, names[1]), term(-b2, 1, names[1]))) + f"={c1}{-c2:+d}")
    lines.append(f"{term(b1 - b2, 1, names[1])}={total(c1, -c2)}")
    lines += [f"{names[1]}={quotient(c1 - c2, b1 - b2)}"] if b1 - b2 != 1 else []
    lines += [product(b, y)] if abs(b) > 1 else []
    lines.append(f"{term(a, 1, names[0])}={total(c, -b * y)}")
    lines += [f"{names[0]}={quotient(a * x, a)}"] if a > 1 else []
    answer = f"{names[0]}={x}, {names[1]}={y}"
    return Problem(
        question=rng.choice(PHRASINGS).format(
            e=layout(rng, equations[0]), f=layout(rng, equations[1]), x=names[0], y=names[1]
        ),
        solution="\n".join([*lines, answer]),
        answer=answer,
        canonical="|".join(sorted((written(a, b, c, "xy"), written(d, e, f, "xy")))),
    )


def verify(problem: Problem) -> bool:
    """By Cramer's rule, from the values of both sides at 0, 0 and at 1, 0 and at 0, 1."""
    first, second = (e for e in expressions(problem.question) if "=" in e)
    names = sorted({letter for letter in first + second if letter.isalpha()})
    rows = []
    for equation in (first, second):
        left, right = equation.split("=")
        values = [evaluate(left, **dict(zip(names, point, strict=True))) for point in ((1, 0), (0, 1))]
        rows.append((*values, int(right)))
    (a, b, c), (d, e, f) = rows
    x, y = (c * e - b * f) // (a * e - b * d), (a * f - c * d) // (a * e - b * d)
    return concludes(problem, f"{names[0]}={x}, {names[1]}={y}", **{names[0]: x, names[1]: y})


register(Task("two_variable_system", "mathematics", Config, generate, verify, max_difficulty=3))
