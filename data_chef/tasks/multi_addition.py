"""Sums of three to eight numbers: one after the other when they are small, in columns when they are long."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import ASK_VALUE, column_lines, listed, number_of, reaches, spacing, sum_chain
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    *ASK_VALUE,
    "Add {l}.",
    "Add up {l}.",
    "What is the sum of {l}?",
    "Find the total of {l}.",
    "What do you get when you add {l}?",
    "What is the total if you add up the numbers {l}?",
)


@dataclass(frozen=True)
class Config:
    counts: tuple[int, int]
    digits: tuple[int, int]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        counts = ((3, 4), (3, 4), (4, 6), (5, 7), (8, 9))[difficulty - 1]
        return cls(counts=counts, digits=((1, 2), (2, 3), (2, 3), (3, 4), (4, 5))[difficulty - 1])

    def validate(self) -> None:
        if not 3 <= self.counts[0] <= self.counts[1] or not 1 <= self.digits[0] <= self.digits[1] <= 7:
            raise ValueError(f"at least three numbers of 1 to 7 digits, not {self}")


def generate(rng: Random, config: Config) -> Problem:
    numbers = [number_of(rng, rng.randint(*config.digits)) for _ in range(rng.randint(*config.counts))]
    if max(numbers) < 100:
        total, lines = numbers[0], []
        for number in numbers[1:]:
            lines.append(sum_chain(total, number))
            total += number
    else:
        lines = column_lines(numbers)
    return Problem(
        question=rng.choice(PHRASINGS).format(e=spacing(rng, " + ".join(map(str, numbers))), l=listed(numbers)),
        solution="\n".join(lines),
        answer=str(sum(numbers)),
        canonical="+".join(map(str, sorted(numbers))),
    )


def verify(problem: Problem) -> bool:
    total = sum(int(number) for number in re.findall(r"\d+", problem.question))
    return problem.answer == str(total) and reaches(problem.solution, problem.answer)


register(Task("multi_addition", "mathematics", Config, generate, verify, max_difficulty=4))
