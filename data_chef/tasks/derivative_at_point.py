"""The slope of a polynomial at a number: the derivative, then its value."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.algebra import LARGE, bracket, evaluate, holds, layout, nonzero, polynomial, product, total
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


PHRASINGS = (
    "Let {f}. What is f'({v})?",
    "Find f'({v}) for {f}.",
    "If {f}, what is the slope of f at x = {v}?",
    "What is the derivative of {f} at x = {v}?",
    "Calculate f'({v}) when {f}.",
    "Given {f}, find the slope of the tangent at x = {v}.",
    "{f}, f'({v}) = ?",
    "How steep is the graph of {f} at x = {v}?",
    "Please find the derivative at x = {v} of {f}.",
    "At x = {v}, what is the rate of change of {f}?",
)


@dataclass(frozen=True)
class Config:
    degree: int
    coefficient: int
    point: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((2, 3, 4, 5)[difficulty - 1], (9, 6, 6, 9)[difficulty - 1], (9, 4, 4, 4)[difficulty - 1])

    def validate(self) -> None:
        if self.degree < 2 or self.coefficient < 1 or self.point < 1:
            raise ValueError(f"degree must be at least 2, coefficient and point at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    degree, point = rng.randint(2, config.degree), nonzero(rng, config.point)
    p = [
        nonzero(rng, config.coefficient),
        *(rng.randint(-config.coefficient, config.coefficient) for _ in range(degree)),
    ]
    lines, derived = [], [c * (degree - i) for i, c in enumerate(p[:-1])]
    for i, c in enumerate(p[:-1]):
        if c:
            lines.append(f"{degree - i}*{bracket(c)}={derived[i]}")
    lines.append(f"f'(x)={polynomial(derived)}")
    parts = []
    for i, c in enumerate(derived):
        power = degree - 1 - i
        if c and power > 1:
            lines.append(f"{bracket(point)}^{power}={point**power}")
        if c and power:
            lines.append(product(c, point**power))
        parts += [c * point**power] if c else []
    lines.append(f"f'({point})={total(*parts)}")
    return Problem(
        question=rng.choice(PHRASINGS).format(f=layout(rng, f"f(x)={polynomial(p)}"), v=point),
        solution="\n".join(lines),
        answer=str(sum(parts)),
        canonical=f"{polynomial(p)}|{point}",
    )


def verify(problem: Problem) -> bool:
    """By the difference of the values at two numbers that are very near to each other."""
    question = problem.question.replace(" ", "")
    asked = find(r"f\(x\)=([-+^\dx]+)", question)[1]
    point = int(find(r"(?:x=|f'\()(-?\d+)", question)[1])
    step = Fraction(1, LARGE**9)

    def slope(x: int) -> int:
        return round((evaluate(asked, x=x + step) - evaluate(asked, x=x)) / step)

    if problem.answer != str(slope(point)) or not problem.solution.endswith(f"={problem.answer}"):
        return False
    return holds(problem.solution, F=slope, x=LARGE)


register(Task("derivative_at_point", "mathematics", Config, generate, verify, max_difficulty=3))
