"""A polynomial divided by x - a, by synthetic division, with its remainder."""

from dataclasses import dataclass
from random import Random

from data_chef.algebra import (
    a_letter,
    bracket,
    coefficients,
    expressions,
    holds,
    layout,
    nonzero,
    polynomial,
    same_everywhere,
    total,
)
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Divide {p} by {q}.",
    "What is {p} divided by {q}? Give quotient and remainder.",
    "({p}) / ({q}) = ?",
    "Find quotient and remainder of ({p}) / ({q}).",
    "Use synthetic division to divide {p} by {q}.",
    "Compute ({p}) / ({q}) with remainder.",
    "Please divide the polynomial {p} by {q}.",
    "How often does {q} go into {p}, and what remains?",
    "Work out ({p}) / ({q}).",
)


@dataclass(frozen=True)
class Config:
    degree: int
    coefficient: int
    root: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((2, 3, 4, 5)[difficulty - 1], (6, 6, 9, 12)[difficulty - 1], (6, 5, 5, 9)[difficulty - 1])

    def validate(self) -> None:
        if self.degree < 2 or self.coefficient < 1 or self.root < 1:
            raise ValueError(f"degree must be at least 2, coefficient and root at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    x, root = a_letter(rng), nonzero(rng, config.root)
    rows = [
        rng.randint(1, 3),
        *(rng.randint(-config.coefficient, config.coefficient) for _ in range(config.degree - 1)),
    ]
    rest = rng.choice((0, rng.randint(-9, 9)))
    p = [a - root * b for a, b in zip([*rows, rest], [0, *rows], strict=True)]
    lines = [f"coefficients {', '.join(map(str, p))}, root {root}", f"bring down {p[0]}"]
    for value, coefficient in zip(rows, p[1:], strict=True):
        lines.append(f"{value}*{bracket(root)}{coefficient:+d}={total(value * root, coefficient)}")
    answer = f"{polynomial(rows, x)}, remainder {rest}"
    texts = polynomial(p, x), polynomial([1, -root], x)
    return Problem(
        question=rng.choice(PHRASINGS).format(p=layout(rng, texts[0]), q=layout(rng, texts[1])),
        solution="\n".join([*lines, answer]),
        answer=answer,
        canonical=f"{polynomial(p)}|{root}",
    )


def verify(problem: Problem) -> bool:
    """Quotient times divisor plus remainder is the polynomial again."""
    found = expressions(problem.question.replace(") / (", ","))
    p, q = sorted((e.strip("()=") for e in found), key=lambda e: "^" not in e)[:2]
    x = next(letter for letter in q if letter.isalpha())
    quotient, word, rest = problem.answer.partition(", remainder ")
    try:
        tidy = polynomial(coefficients(quotient, x), x) == quotient and rest == str(int(rest))
    except ValueError:
        return False
    start = f"coefficients {', '.join(map(str, coefficients(p, x)))}, root {-coefficients(q, x)[1]}\n"
    steps = problem.solution.startswith(start) and problem.solution.endswith(f"={rest}\n{problem.answer}")
    product = f"({quotient})*({q})+({rest})"
    return tidy and steps and same_everywhere(product, p, x) and holds(problem.solution)


register(Task("polynomial_division", "mathematics", Config, generate, verify, max_difficulty=3))
