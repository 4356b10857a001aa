"""The greatest common factor of all terms, taken out of a sum."""

import math
from dataclasses import dataclass
from random import Random

from data_chef.algebra import (
    a_letter,
    bracket,
    coefficients,
    expressions,
    identities_hold,
    layout,
    nonzero,
    polynomial,
    same_everywhere,
    term,
)
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Factor out the greatest common factor: {e}",
    "Take the largest common factor out of {e}.",
    "Factor {e} by taking out what all terms share.",
    "What is {e} with the greatest common factor in front of brackets?",
    "Write {e} as common factor times bracket.",
    "Find the greatest common factor of the terms of {e} and take it out.",
    "Pull the greatest common factor out of {e}.",
    "Please take out the greatest common factor: {e}",
    "Common factor of {e}: take it out.",
)


@dataclass(frozen=True)
class Config:
    factor: int
    inner: int
    terms: int
    power: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        factor, inner = (9, 12, 12, 15)[difficulty - 1], (9, 9, 12, 19)[difficulty - 1]
        return cls(factor, inner, (2, 2, 3, 4)[difficulty - 1], (0, 1, 2, 4)[difficulty - 1])

    def validate(self) -> None:
        if self.factor < 2 or self.inner < 2 or self.terms < 2 or self.power < 0:
            raise ValueError(f"factor, inner and terms must be at least 2, power at least 0: {self}")


def generate(rng: Random, config: Config) -> Problem:
    x, power = a_letter(rng), rng.randint(0, config.power)
    inner = [0]
    while math.gcd(*inner) != 1 or inner[-1] == 0:
        inner = [rng.randint(1, config.inner), *(nonzero(rng, config.inner) for _ in range(config.terms - 1))]
    number = rng.randint(1 if power else 2, config.factor)
    whole = polynomial([number * c for c in inner] + [0] * power, x)
    lines, degree = [], config.terms - 1
    for c in inner:
        lines.append(f"{number * c}={number}*{bracket(c)}")
    factor = term(number, power, x)
    lines = [f"common number {number}:", *lines] if number > 1 else []
    if power:
        lines.append(f"common power {term(1, power, x)}:")
        for i, c in enumerate(inner):
            if c:
                inside = term(c, degree - i, x)
                lines.append(
                    f"{term(number * c, degree - i + power, x)}={factor}*{f'({inside})' if c < 0 else inside}"
                )
    answer = f"{factor}({polynomial(inner, x)})"
    return Problem(
        question=rng.choice(PHRASINGS).format(e=layout(rng, whole)),
        solution="\n".join([*lines, f"{whole}={answer}"]),
        answer=answer,
        canonical=whole.replace(x, "x"),
    )


def verify(problem: Problem) -> bool:
    """From the coefficients of the question: their greatest common divisor and their lowest power."""
    asked = expressions(problem.question)[0]
    x = next(letter for letter in asked if letter.isalpha())
    whole = coefficients(asked, x)
    number = math.gcd(*whole)
    power = next(i for i, c in enumerate(reversed(whole)) if c)
    inner = [c // number for c in whole[: len(whole) - power]]
    answer = f"{term(number, power, x)}({polynomial(inner, x)})"
    right = problem.answer == answer and problem.solution.endswith("=" + answer) and same_everywhere(asked, answer, x)
    return right and identities_hold(problem.solution, x)


register(Task("factor_common", "mathematics", Config, generate, verify, max_difficulty=3))
