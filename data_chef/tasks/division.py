"""Long division by one digit: the quotient or the remainder, digit by digit."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold
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
    lines, rest, quotient = [], 0, ""
    for digit in str(a):
        part = rest * 10 + int(digit)
        count, rest = divmod(part, b)
        quotient = (quotient + str(count)).lstrip("0")
        lines.append(f"{part}-{count}*{b}={rest} write {quotient or 0}")
    return Problem(
        question=rng.choice(PHRASINGS[wanted]).format(a=a, b=b),
        solution="\n".join(lines),
        answer=str(rest) if wanted == "remainder" else quotient or "0",
        canonical=f"{wanted}|{a}/{b}",
    )


def verify(problem: Problem) -> bool:
    a, b = sorted((int(number) for number in re.findall(r"\d+", problem.question)), reverse=True)
    quotient = len(range(b, a + 1, b))
    remainder = a - sum(b for _ in range(quotient))
    expected = remainder if problem.canonical.startswith("remainder") else quotient
    return int(problem.answer) == expected and equations_hold(problem.solution)


register(Task("division", "mathematics", Config, generate, verify, max_difficulty=4))
