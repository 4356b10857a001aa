"""Squares of whole numbers, split by places: (a + b)^2 is a^2 + 2ab + b^2."""

from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import parts, product_chain, product_steps, reaches, significant, sum_chain
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


PHRASINGS = (
    "What is {n}^2?",
    "{n}^2 =",
    "{n}^2",
    "Calculate {n}^2.",
    "What is the square of {n}?",
    "Find the square of {n}.",
    "What is {n} squared?",
    "Compute {n} squared.",
    "Multiply {n} by itself.",
    "Square the number {n}.",
    "What do you get when you multiply {n} by itself?",
    "A square has sides of length {n}. What is its area?",
    "Please work out {n} squared.",
)


@dataclass(frozen=True)
class Config:
    low: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(low=(11, 60, 200, 1000)[difficulty - 1], high=(99, 300, 999, 9999)[difficulty - 1])

    def validate(self) -> None:
        if not 2 <= self.low <= self.high:
            raise ValueError(f"2 <= low <= high, not {self}")


def square_lines(number: int) -> list[str]:
    """From the first digit on: each further place adds twice its product with what is there, and its own square."""
    first, *rest = parts(number)
    known, square = first, first * first
    lines = [f"{number}={'+'.join(map(str, parts(number)))}"] if rest else []
    lines.append(f"{known}^2={known}*{known}={square}")
    for part in rest:
        double = 2 * known * part
        product = product_chain(2 * known, part) if significant(part) == 1 else product_steps(2 * known, part)[-1]
        lines += [f"2*{known}*{part}={product}", f"{part}^2={part}*{part}={part * part}"]
        lines += [sum_chain(square, double), sum_chain(square + double, part * part)]
        known, square = known + part, square + double + part * part
        lines.append(f"{known}^2={square}")
    return lines


def generate(rng: Random, config: Config) -> Problem:
    number = rng.randint(config.low, config.high)
    return Problem(
        question=rng.choice(PHRASINGS).format(n=number),
        solution="\n".join(square_lines(number)),
        answer=str(number * number),
        canonical=str(number),
    )


def verify(problem: Problem) -> bool:
    """The square of n is the sum of the first n odd numbers."""
    number = int(find(r"\d+", problem.question).group())
    square = sum(range(1, 2 * number, 2))
    return problem.answer == str(square) and reaches(problem.solution, f"={square}")


register(Task("square_of_number", "mathematics", Config, generate, verify, max_difficulty=3))
