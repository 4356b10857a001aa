"""Sums of two whole numbers, column by column with carries."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import addition_lines, equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "What is {a} + {b}?",
    "What is {a}+{b}?",
    "Add {a} and {b}.",
    "{a}+{b}=?",
    "{a} + {b} =",
    "{a} + {b}",
    "Calculate {a} + {b}.",
    "Compute {a}+{b}.",
    "What is {a} plus {b}?",
    "What is the sum of {a} and {b}?",
    "Find the sum of {a} and {b}.",
    "How much is {a} + {b}?",
)


@dataclass(frozen=True)
class Config:
    digits: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(digits=difficulty)

    def validate(self) -> None:
        if not 1 <= self.digits <= 9:
            raise ValueError(f"digits must be 1 to 9, not {self.digits}")


def operands(rng: Random, digits: int) -> tuple[int, int]:
    """Two numbers, one of them with exactly `digits` digits, the other of that length or (a third) shorter."""
    other = rng.randint(1, digits) if rng.random() < 1 / 3 else digits
    pair = [rng.randint(10 ** (n - 1) if n > 1 else 0, 10**n - 1) for n in (digits, other)]
    rng.shuffle(pair)
    return pair[0], pair[1]


def generate(rng: Random, config: Config) -> Problem:
    a, b = operands(rng, config.digits)
    return Problem(
        question=rng.choice(PHRASINGS).format(a=a, b=b),
        solution="\n".join(addition_lines(a, b)),
        answer=str(a + b),
        canonical=f"{min(a, b)}+{max(a, b)}",
    )


def verify(problem: Problem) -> bool:
    total = sum(int(number) for number in re.findall(r"\d+", problem.question))
    return problem.answer == str(total) and problem.solution.endswith(f" {total}") and equations_hold(problem.solution)


register(Task("addition", "mathematics", Config, generate, verify, max_difficulty=8))
