"""A fraction of a number: one part first, then as many as asked for."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import divided_lines, product_chain, product_steps, reaches, significant
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "What is {f} of {n}?",
    "{f} of {n} =",
    "{f} of {n}",
    "Find {f} of {n}.",
    "Calculate {f} of {n}.",
    "How much is {f} of {n}?",
    "Work out {f} of {n}.",
    "Please find {f} of the number {n}.",
    "Take {f} of {n}. What do you get?",
    "A jar holds {n} beads and {f} of them are green. How many are green?",
    "A road is {n} km long. How long is {f} of it, in km?",
    "If {n} is the whole, how much is {f} of it?",
)


@dataclass(frozen=True)
class Config:
    denominator: int
    part: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(denominator=(8, 12, 15, 30)[difficulty - 1], part=(25, 60, 300, 2000)[difficulty - 1])

    def validate(self) -> None:
        if self.denominator < 3 or self.part < 2:
            raise ValueError(f"denominator at least 3 and part at least 2: {self}")


def generate(rng: Random, config: Config) -> Problem:
    b = rng.randint(2, config.denominator)
    fraction = Fraction(rng.randint(1, b - 1), b)
    a, b = fraction.numerator, fraction.denominator
    part = rng.randint(2, config.part)
    number = part * b
    lines = divided_lines(number, b)
    if a > 1:
        lines += [product_chain(part, a)] if significant(a) == 1 else product_steps(part, a)
    lines.append(f"({a}/{b})*{number}={part * a}")
    return Problem(
        question=rng.choice(PHRASINGS).format(f=f"{a}/{b}", n=number),
        solution="\n".join(lines),
        answer=str(part * a),
        canonical=f"{a}/{b}*{number}",
    )


def verify(problem: Problem) -> bool:
    fraction, number = sorted(re.findall(r"\d+(?:/\d+)?", problem.question), key=Fraction)
    return problem.answer == str(Fraction(fraction) * int(number)) and reaches(problem.solution, f"={problem.answer}")


register(Task("fraction_of_number", "mathematics", Config, generate, verify, max_difficulty=3))
