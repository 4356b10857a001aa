"""Long division by one digit: the quotient or the remainder, digit by digit."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import division_lines, equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = {
    "quotient": (
        "Divide {a} by {b} and drop the remainder.",
        "How many times does {b} go into {a}?",
        "What is the whole part of {a} / {b}?",
    ),
    "remainder": (
        "What is the remainder when {a} is divided by {b}?",
        "Find {a} mod {b}.",
        "What is left over when {a} is divided by {b}?",
    ),
}


@dataclass(frozen=True)
class Config:
    digits: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(digits=difficulty + 1)

    def validate(self) -> None:
        if not 1 <= self.digits <= 9:
            raise ValueError(f"digits must be 1 to 9, not {self.digits}")


def generate(rng: Random, config: Config) -> Problem:
    a, b = rng.randint(10 ** (config.digits - 1), 10**config.digits - 1), rng.randint(2, 9)
    wanted = rng.choice(list(PHRASINGS))
    quotient, rest = divmod(a, b)
    return Problem(
        question=rng.choice(PHRASINGS[wanted]).format(a=a, b=b),
        solution="\n".join([*division_lines(a, b), f"{a}={quotient}*{b}+{rest}"]),
        answer=str(rest if wanted == "remainder" else quotient),
        canonical=f"{wanted}|{a}/{b}",
    )


def verify(problem: Problem) -> bool:
    a, b = sorted((int(number) for number in re.findall(r"\d+", problem.question)), reverse=True)
    quotient = len(range(b, a + 1, b))
    remainder = a - sum(b for _ in range(quotient))
    expected = remainder if problem.canonical.startswith("remainder") else quotient
    # Of each beginning of the number that is not below b: what is divided, the digit, what is left, what is written.
    starts = [start for place in range(len(str(a))) if (start := a // 10 ** (len(str(a)) - 1 - place)) >= b]
    steps = [(start // 10 % b * 10 + start % 10, start // b % 10, start % b, start // b) for start in starts]
    shown = re.findall(rf"^(\d+)/{b}: (\d+)\*{b}=\d+, .*=(\d+), write (\d+)$", problem.solution, re.MULTILINE)
    right = int(problem.answer) == expected and [tuple(map(int, row)) for row in shown] == steps
    return (
        right and equations_hold(problem.solution) and problem.solution.endswith(f"\n{a}={quotient}*{b}+{remainder}")
    )


register(Task("division", "mathematics", Config, generate, verify, max_difficulty=4))
