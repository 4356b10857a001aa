"""Divisions without remainder, by taking away easy multiples of the divisor."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import ASK_VALUE, difference_chain, number_of, parts, product_chain, reaches, spacing
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    *ASK_VALUE,
    "Divide {a} by {b}.",
    "What is {a} divided by {b}?",
    "How many times does {b} fit into {a}?",
    "What number times {b} is {a}?",
    "Share {a} equally among {b}. How much is each share?",
    "Split {a} into {b} equal parts. How large is each part?",
)
LENGTHS = (((1, 1), (2, 1)), ((2, 1), (3, 1)), ((2, 2), (3, 1)), ((3, 2), (4, 1)), ((4, 2), (3, 3)))


@dataclass(frozen=True)
class Config:
    digits: tuple[tuple[int, int], ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(digits=LENGTHS[difficulty - 1])

    def validate(self) -> None:
        if not all(1 <= length <= 6 for pair in self.digits for length in pair):
            raise ValueError(f"quotient and divisor have 1 to 6 digits, not {self}")


def generate(rng: Random, config: Config) -> Problem:
    m, n = rng.choice(config.digits)
    quotient, b = max(2, number_of(rng, m)), max(2, number_of(rng, n))
    a = rest = quotient * b
    pieces, lines = parts(quotient), []
    for piece in pieces:
        lines += [product_chain(b, piece), difference_chain(rest, piece * b)]
        rest -= piece * b
    lines = [f"{a}/{b}={quotient}"] if quotient < 10 > b else lines
    if len(pieces) > 1:
        lines.append("+".join(map(str, pieces)) + f"={quotient}")
    return Problem(
        question=rng.choice(PHRASINGS).format(a=a, b=b, e=spacing(rng, f"{a} / {b}")),
        solution="\n".join(lines)
        if len(pieces) > 1 or len(lines) == 1
        else "\n".join([*lines, f"{a}/{b}={quotient}"]),
        answer=str(quotient),
        canonical=f"quotient|{a}/{b}",
    )


def verify(problem: Problem) -> bool:
    numbers = [int(number) for number in re.findall(r"\d+", problem.question)]
    right = [b for b in numbers if problem.answer == str(max(numbers) // b) and max(numbers) % b == 0]
    return min(numbers) in right and reaches(problem.solution, f"={problem.answer}")


register(Task("divide_exact", "mathematics", Config, generate, verify, max_difficulty=4, namespace="division"))
