"""The remainder alone, of long numbers and larger divisors: bring down a digit, take away what fits."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import multiples_line, number_of, reaches
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "{a} mod {b}",
    "{a} mod {b} = ?",
    "What is {a} mod {b}?",
    "What is {a} modulo {b}?",
    "Compute the remainder of {a} by {b}.",
    "Give only the remainder of {a} / {b}.",
    "What remains of {a} after taking away {b} as often as possible?",
    "Reduce {a} modulo {b}.",
    "What remainder does {a} leave on division by {b}?",
    "Please find the remainder of {a} divided by {b}.",
    "By how much does {a} exceed the largest multiple of {b} that is not larger?",
)


@dataclass(frozen=True)
class Config:
    digits: tuple[int, int]
    divisor: tuple[int, int]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        divisor = ((11, 20), (11, 50), (11, 99), (11, 150), (100, 300))[difficulty - 1]
        return cls(digits=((2, 3), (3, 4), (4, 6), (6, 8), (9, 11))[difficulty - 1], divisor=divisor)

    def validate(self) -> None:
        if not 1 <= self.digits[0] <= self.digits[1] or not 2 <= self.divisor[0] <= self.divisor[1]:
            raise ValueError(f"digits at least 1, divisor at least 2, not {self}")


def remainder_lines(a: int, b: int) -> list[str]:
    """The multiples of the divisor, then for each digit brought down what is left: `73-69=4`, `48-46=2`."""
    lines, rest = [multiples_line(b)], 0
    for digit in str(a):
        rest = rest * 10 + int(digit)
        if rest >= b:
            lines.append(f"{rest}-{rest // b * b}={rest % b}")
            rest %= b
        elif len(lines) > 1:
            lines.append(f"{rest}<{b}, so {rest} stays")
    return [*lines, f"remainder {rest}"]


def generate(rng: Random, config: Config) -> Problem:
    b = rng.randint(*config.divisor)
    a = max(number_of(rng, rng.randint(*config.digits)), b + rng.randint(1, b))
    return Problem(
        question=rng.choice(PHRASINGS).format(a=a, b=b),
        solution="\n".join(remainder_lines(a, b)),
        answer=str(a % b),
        canonical=f"remainder|{a}/{b}",
    )


def verify(problem: Problem) -> bool:
    """Adds up the remainders of the places of the dividend."""
    a, b = max(numbers := re.findall(r"\d+", problem.question), key=int), min(map(int, numbers))
    total, place = 0, 1
    for digit in reversed(a):
        total, place = (total + int(digit) * place) % b, place * 10 % b
    return problem.answer == str(total) and reaches(problem.solution, f" {total}")


register(Task("remainder", "mathematics", Config, generate, verify, max_difficulty=4, namespace="division"))
