"""Derivatives of polynomials, term by term by the power rule."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.algebra import (
    LARGE,
    a_letter,
    bracket,
    coefficients,
    evaluate,
    expressions,
    holds,
    joined,
    layout,
    nonzero,
    polynomial,
    term,
)
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Differentiate {f}.",
    "Find the derivative of {f}.",
    "What is the derivative of {f}?",
    "d/d{x} ({p}) =",
    "Compute the derivative of {f} with respect to {x}.",
    "Let {f}. Find f'({x}).",
    "If {f}, what is f'({x})?",
    "Please differentiate {f}.",
    "{f}, f'({x}) = ?",
    "Take the derivative of {f}.",
)


@dataclass(frozen=True)
class Config:
    degree: int
    coefficient: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((2, 3, 5, 8)[difficulty - 1], (9, 12, 12, 30)[difficulty - 1])

    def validate(self) -> None:
        if self.degree < 1 or self.coefficient < 1:
            raise ValueError(f"degree and coefficient must be at least 1: {self}")


def power_rule(p: list[int], x: str) -> tuple[list[str], list[int]]:
    """A line a term, `3x^2: 2*3x=6x`, and the coefficients of the derivative."""
    lines, degree = [], len(p) - 1
    for i, c in enumerate(p):
        power = degree - i
        if c and power:
            result = term(c * power, power - 1, x)
            lines.append(f"{term(c, power, x)}: {power}*{bracket(c)}={c * power} so {result}")
        elif c:
            lines.append(f"{c}: 0")
    return lines, [c * (degree - i) for i, c in enumerate(p[:-1])]


def draw(rng: Random, degree: int, coefficient: int) -> list[int]:
    """The coefficients of a polynomial of which the inner ones are often 0 when there are many."""
    rate = 0.3 if degree > 2 else 0.1
    inner = [0 if rng.random() < rate else nonzero(rng, coefficient) for _ in range(degree)]
    return [nonzero(rng, coefficient), *inner]


def generate(rng: Random, config: Config) -> Problem:
    x, p = a_letter(rng), draw(rng, rng.randint(max(2, config.degree - 1), config.degree), config.coefficient)
    lines, derived = power_rule(p, x)
    answer, text = polynomial(derived, x), polynomial(p, x)
    if rng.random() < 0.15:
        parts = [term(c, len(p) - 1 - i, x) for i, c in enumerate(p) if c]
        rng.shuffle(parts)
        text = joined(parts)
    phrasing = rng.choice(PHRASINGS)
    named = layout(rng, f"f({x})={text}") if "f'" in phrasing or rng.random() < 0.5 else layout(rng, text)
    return Problem(
        question=phrasing.format(f=named, p=layout(rng, text), x=x),
        solution="\n".join([*lines, answer]),
        answer=answer,
        canonical=polynomial(p),
    )


def verify(problem: Problem) -> bool:
    """By the difference of the values at two numbers so near to each other that its slope rounds to the derivative."""
    found = [e.removesuffix("=").split("=")[-1] for e in expressions(re.sub("d/d[a-z]", "", problem.question))]
    asked = next(e for e in found if "^" in e).strip("()")
    x = next(letter for letter in asked if letter.isalpha())
    step = Fraction(1, LARGE**12)
    slope = (evaluate(asked, **{x: LARGE + step}) - evaluate(asked, **{x: LARGE})) / step
    lines = problem.solution.split("\n")
    try:
        tidy = polynomial(coefficients(problem.answer, x), x) == problem.answer == lines[-1]
    except ValueError:
        return False
    return tidy and evaluate(problem.answer, **{x: LARGE}) == round(slope) and holds(problem.solution, **{x: LARGE})


register(Task("derivative_polynomial", "mathematics", Config, generate, verify, max_difficulty=3))
