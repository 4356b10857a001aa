"""The highest or lowest value of a quadratic function, and where it is, by the root of the derivative."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.algebra import bracket, coefficients, holds, layout, nonzero, polynomial, product, quotient, term, total
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


VALUE = (
    "What is the {m} value of {f}?",
    "Find the {m} of {f}.",
    "{f}. What is the {m} value of f?",
    "Which value is the {m} of {f}?",
    "Determine the {m} value that {f} takes.",
    "Please find the {m} value of {f}.",
)
PLACE = (
    "For which x does {f} have its {m}?",
    "Where is the {m} of {f}? Give x.",
    "At which x is {f} {l}?",
    "Find the x at which {f} takes its {m}.",
)
POINT = (
    "What is the vertex of {f}? Give it as (x, y).",
    "Find the vertex (x, y) of the parabola {f}.",
    "Which point (x, y) is the vertex of {f}?",
)


@dataclass(frozen=True)
class Config:
    place: int
    leading: int
    constant: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((9, 9, 12, 15)[difficulty - 1], (1, 4, 6, 9)[difficulty - 1], (20, 30, 50, 99)[difficulty - 1])

    def validate(self) -> None:
        if self.place < 1 or self.leading < 1 or self.constant < 1:
            raise ValueError(f"place, leading and constant must be at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    a, place = nonzero(rng, config.leading), nonzero(rng, config.place)
    b, c = -2 * a * place, rng.randint(-config.constant, config.constant)
    value = a * place * place + b * place + c
    kind, form = "minimum" if a > 0 else "maximum", rng.choice((VALUE, VALUE, PLACE, POINT))
    lines = [f"f'(x)={term(2 * a, 1)}{b:+d}", f"{term(2 * a, 1)}={-b}", f"x={quotient(-b, 2 * a)}"]
    if form is not PLACE:
        lines.append(f"{bracket(place)}^2={place * place}")
        lines += [product(a, place * place)] if a != 1 else []
        lines += [product(b, place), f"f({place})={total(a * place * place, b * place, c)}"]
    answer = {VALUE: str(value), PLACE: str(place), POINT: f"({place}, {value})"}[form]
    if form is POINT:
        lines.append(answer)
    return Problem(
        question=rng.choice(form).format(
            f=layout(rng, f"f(x)={polynomial([a, b, c])}"), m=kind, l="lowest" if a > 0 else "highest"
        ),
        solution="\n".join(lines),
        answer=answer,
        canonical=polynomial([a, b, c]),
    )


def verify(problem: Problem) -> bool:
    """By completing the square; the values beside the place must lie on the same side."""
    asked = find(r"f\(x\) ?= ?([-+ ^\dx]*[\dx])", problem.question)[1].replace(" ", "")
    a, b, c = coefficients(asked)

    def f(x: int) -> int:
        return (a * x + b) * x + c

    place = Fraction(-b, 2 * a)
    value = c - Fraction(b * b, 4 * a)
    if re.search("minimum|lowest", problem.question) and not f(place + 1) == f(place - 1) > value:
        return False
    if re.search("maximum|highest", problem.question) and not f(place + 1) == f(place - 1) < value:
        return False
    asks_point, asks_place = (
        "(x, y)" in problem.question,
        re.search(r"For which|Where|At which|x at which", problem.question),
    )
    answer = f"({place}, {value})" if asks_point else str(place if asks_place else value)
    end = problem.solution.endswith(("\n" if asks_point else "=") + answer)
    return (
        problem.answer == answer
        and end
        and holds(
            problem.solution.replace(answer, "") if asks_point else problem.solution,
            x=place,
            f=f,
            F=lambda x: 2 * a * x + b,
        )
    )


register(Task("extremum_quadratic", "mathematics", Config, generate, verify, max_difficulty=3))
