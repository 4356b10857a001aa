"""Sums of two or three decimals: the same number of places, columns as for whole numbers, the point put back."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random

from data_chef.arithmetic import (
    ASK_VALUE,
    DECIMAL_PLACES,
    column_lines,
    decimal,
    decimal_text,
    listed,
    number_of,
    reaches,
    spacing,
)
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    *ASK_VALUE,
    "Add {l}.",
    "What is the sum of {l}?",
    "Find the total of {l}.",
    "What do you get when you add {l}?",
)


@dataclass(frozen=True)
class Config:
    count: tuple[int, int]
    places: int
    whole: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(count=((2, 2), (2, 2), (2, 3), (2, 3), (3, 4))[difficulty - 1], places=difficulty, whole=difficulty)

    def validate(self) -> None:
        if self.count[0] < 2 or not 1 <= self.places <= 6 or self.whole < 1:
            raise ValueError(f"at least two numbers with 1 to 6 places, not {self}")


def draw_decimal(rng: Random, whole: int, places: int) -> str:
    """A decimal of up to so many digits before and after the point, with no zero at its end."""
    before = rng.randint(0, 9) if whole == 1 else number_of(rng, rng.randint(1, whole))
    n = rng.randint(1, places)
    after = rng.randint(0, 10 ** (n - 1) - 1) * 10 + rng.randint(1, 9)
    return f"{before}.{after:0{n}}"


def padded(numbers: list[str]) -> tuple[list[str], int]:
    """The decimals with zeros at their ends, so that all have the same number of places, and that number."""
    places = max(len(number.partition(".")[2]) for number in numbers)
    if not places:
        return numbers, 0
    lengthened = [number if "." in number else number + "." for number in numbers]
    return [number + "0" * (places - len(number.partition(".")[2])) for number in lengthened], places


def generate(rng: Random, config: Config) -> Problem:
    numbers = [draw_decimal(rng, config.whole, config.places) for _ in range(rng.randint(*config.count))]
    if rng.random() < 0.15:
        numbers[-1] = str(number_of(rng, config.whole))
    texts, places = padded(numbers)
    whole = [int(text.replace(".", "")) for text in texts]
    answer = decimal_text(sum(map(Fraction, numbers), Fraction(0)))
    lines = ["+".join(texts)] if texts != numbers else []
    lines += [f"in {DECIMAL_PLACES[places]}: {'+'.join(map(str, whole))}", *column_lines(whole)]
    written = decimal(sum(whole), places)
    lines.append(f"point before the last {'digit' if places == 1 else f'{places} digits'}: {written}")
    if written != answer:
        lines.append(f"{written}={answer}")
    return Problem(
        question=rng.choice(PHRASINGS).format(e=spacing(rng, " + ".join(numbers)), l=listed(numbers)),
        solution="\n".join(lines),
        answer=answer,
        canonical="+".join(sorted(numbers)),
    )


def verify(problem: Problem) -> bool:
    total = sum(Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", problem.question))
    right = problem.answer == format(total.normalize(), "f")
    return right and reaches(problem.solution, problem.answer)


register(Task("decimal_addition", "mathematics", Config, generate, verify, max_difficulty=4))
