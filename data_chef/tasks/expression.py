"""Expressions with precedence and brackets, one operation a step."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import evaluate, reaches, signed_chain
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = ("What is {e}?", "Calculate {e}.", "Evaluate {e}.", "{e} =", "Compute {e}.", "{e}")
RANK = {"+": 1, "-": 1, "*": 2}


@dataclass(frozen=True)
class Config:
    operations: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(operations=difficulty + 1, high=(9, 12, 12, 18)[difficulty - 1])

    def validate(self) -> None:
        if not 1 <= self.operations <= 6 or self.high < 2:
            raise ValueError(f"operations must be 1 to 6 and high at least 2: {self}")


def grow(rng: Random, operations: int, high: int) -> tuple[str, int, int, list[str]]:
    """(text, value, rank of its outermost operator, steps) of a random expression; 3 is the rank of a number."""
    if operations == 0:
        number = rng.randint(1, high)
        return str(number), number, 3, []
    left_size = rng.randint(0, operations - 1)
    left, right = grow(rng, left_size, high), grow(rng, operations - 1 - left_size, high)
    operator = rng.choice("+-*")
    rank = RANK[operator]
    texts = [
        f"({side[0]})" if side[2] < rank or (is_right and side[2] == rank != 3 and operator != "+") else side[0]
        for is_right, side in enumerate((left, right))
    ]
    value = {"+": left[1] + right[1], "-": left[1] - right[1], "*": left[1] * right[1]}[operator]
    steps = [*left[3], *right[3], signed_chain(left[1], operator, right[1])]
    return f"{texts[0]} {operator} {texts[1]}", value, rank, steps


def generate(rng: Random, config: Config) -> Problem:
    text, value, _, steps = grow(rng, config.operations, config.high)
    while abs(value) > 999 or max(abs(int(number)) for step in steps for number in re.findall(r"\d+", step)) > 999:
        text, value, _, steps = grow(rng, config.operations, config.high)
    text = text if rng.random() < 0.7 else text.replace(" ", "")
    return Problem(
        question=rng.choice(PHRASINGS).format(e=text),
        solution="\n".join(steps),
        answer=str(value),
        canonical=text.replace(" ", ""),
    )


def verify(problem: Problem) -> bool:
    expression = re.sub(r"[^-+*()\d]", "", problem.question)
    return evaluate(expression) == int(problem.answer) and reaches(problem.solution, f"={problem.answer}")


register(Task("expression", "mathematics", Config, generate, verify, max_difficulty=3))
