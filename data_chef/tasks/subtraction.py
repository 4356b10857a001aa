"""Differences of two whole numbers, column by column with borrowing; a negative result is a swap and a sign."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold, subtraction_lines
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.tasks.addition import operands


PHRASINGS = (
    "What is {a} - {b}?",
    "What is {a}-{b}?",
    "Subtract {b} from {a}.",
    "{a}-{b}=?",
    "{a} - {b} =",
    "{a} - {b}",
    "Calculate {a} - {b}.",
    "Compute {a}-{b}.",
    "What is {a} minus {b}?",
    "What is the difference of {a} and {b}?",
    "Take {b} away from {a}.",
    "How much is {a} - {b}?",
)


@dataclass(frozen=True)
class Config:
    digits: int
    negative_rate: float = 0.2

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(digits=difficulty)

    def validate(self) -> None:
        if not 1 <= self.digits <= 9:
            raise ValueError(f"digits must be 1 to 9, not {self.digits}")


def generate(rng: Random, config: Config) -> Problem:
    low, high = sorted(operands(rng, config.digits))
    lines = subtraction_lines(high, low)
    negative = low < high and rng.random() < config.negative_rate
    a, b = (low, high) if negative else (high, low)
    if negative:
        lines[0] = f"-({lines[0]})"
    return Problem(
        question=rng.choice(PHRASINGS).format(a=a, b=b),
        solution="\n".join(lines),
        answer=str(a - b),
        canonical=f"{a}-{b}",
    )


def verify(problem: Problem) -> bool:
    a, b = (int(number) for number in re.findall(r"\d+", problem.question))
    if problem.question.startswith(("Subtract", "Take")):
        a, b = b, a
    written = int(problem.solution.rsplit(" ", 1)[1])
    negative = problem.solution.startswith("-")
    return problem.answer == str(a - b) == str(-written if negative else written) and equations_hold(problem.solution)


register(Task("subtraction", "mathematics", Config, generate, verify, max_difficulty=8))
