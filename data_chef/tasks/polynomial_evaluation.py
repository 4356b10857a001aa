"""The value of a polynomial at a number, by Horner's scheme."""

from dataclasses import dataclass
from random import Random

from data_chef.algebra import (
    a_letter,
    bracket,
    coefficients,
    concludes,
    evaluate,
    expressions,
    layout,
    nonzero,
    polynomial,
    product,
    total,
)
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Evaluate {p} at {x} = {v}.",
    "What is {p} when {x} = {v}?",
    "Find the value of {p} for {x} = {v}.",
    "If {x} = {v}, what is {p}?",
    "Put {x} = {v} into {p}.",
    "{p}, {x} = {v}",
    "Calculate {p} with {x} = {v}.",
    "Let {x} = {v}. What does {p} equal?",
    "Use Horner's scheme to find {p} at {x} = {v}.",
    "Please work out {p} for {x} = {v}.",
)


@dataclass(frozen=True)
class Config:
    degree: int
    coefficient: int
    point: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((2, 3, 3, 4)[difficulty - 1], (9, 9, 12, 12)[difficulty - 1], (3, 4, 7, 8)[difficulty - 1])

    def validate(self) -> None:
        if self.degree < 2 or self.coefficient < 1 or self.point < 1:
            raise ValueError(f"degree must be at least 2, coefficient and point at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    x, point = a_letter(rng), rng.randint(-config.point, config.point)
    p = [nonzero(rng, min(5, config.coefficient))]
    p += [rng.randint(-config.coefficient, config.coefficient) for _ in range(config.degree)]
    value, lines = p[0], []
    for coefficient in p[1:]:
        if abs(value) > 12:
            lines.append(product(value, point))
        lines.append(f"{value}*{bracket(point)}{coefficient:+d}={total(value * point, coefficient)}")
        value = value * point + coefficient
    text = polynomial(p, x)
    return Problem(
        question=rng.choice(PHRASINGS).format(p=layout(rng, text), x=x, v=point),
        solution="\n".join([f"coefficients {', '.join(map(str, p))}", *lines]),
        answer=str(value),
        canonical=f"{polynomial(p)}|{point}",
    )


def verify(problem: Problem) -> bool:
    """Puts the number into the polynomial as it stands."""
    found = expressions(problem.question)
    put = next(e for e in found if "=" in e)
    p = next(e for e in found if e != put)
    x, value = put.split("=")
    start = f"coefficients {', '.join(map(str, coefficients(p, x)))}\n"
    return problem.solution.startswith(start) and concludes(problem, evaluate(p, **{x: int(value)}))


register(Task("polynomial_evaluation", "mathematics", Config, generate, verify, max_difficulty=3))
