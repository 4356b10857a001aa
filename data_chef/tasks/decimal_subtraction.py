"""Differences of two decimals: the same number of places, columns with borrowing, the point put back."""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from random import Random

from data_chef.arithmetic import (
    ASK_VALUE,
    DECIMAL_PLACES,
    decimal,
    decimal_text,
    number_of,
    reaches,
    spacing,
    subtraction_lines,
)
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.tasks.decimal_addition import draw_decimal, padded


PHRASINGS = (
    *ASK_VALUE,
    "Subtract {b} from {a}.",
    "Take {b} away from {a}.",
    "What is {a} minus {b}?",
    "What is left when {b} is taken from {a}?",
    "By how much is {a} larger than {b}?",
)


@dataclass(frozen=True)
class Config:
    places: int
    whole: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(places=difficulty, whole=difficulty)

    def validate(self) -> None:
        if not 1 <= self.places <= 6 or self.whole < 1:
            raise ValueError(f"1 to 6 places and at least one digit before the point, not {self}")


def generate(rng: Random, config: Config) -> Problem:
    numbers = [draw_decimal(rng, config.whole, config.places) for _ in range(2)]
    if rng.random() < 0.2:
        numbers[0] = str(number_of(rng, config.whole))
    small, large = sorted(numbers, key=Decimal)
    if small == large:
        return generate(rng, config)
    texts, places = padded([large, small])
    a, b = (int(text.replace(".", "")) for text in texts)
    lines = [f"{texts[0]}-{texts[1]}"] if texts != [large, small] else []
    columns = subtraction_lines(a, b)
    lines += [f"in {DECIMAL_PLACES[places]}: {columns[0]}", *columns[1:]]
    written, answer = decimal(a - b, places), decimal_text(Fraction(large) - Fraction(small))
    lines.append(f"point before the last {'digit' if places == 1 else f'{places} digits'}: {written}")
    if written != answer:
        lines.append(f"{written}={answer}")
    return Problem(
        question=rng.choice(PHRASINGS).format(e=spacing(rng, f"{large} - {small}"), a=large, b=small),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{large}-{small}",
    )


def verify(problem: Problem) -> bool:
    """The smaller number and the answer make the larger one."""
    numbers = sorted(Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", problem.question))
    if not re.fullmatch(r"(0|[1-9]\d*)(\.\d*[1-9])?", problem.answer):
        return False
    return numbers[0] + Decimal(problem.answer) == numbers[1] and reaches(problem.solution, problem.answer)


register(Task("decimal_subtraction", "mathematics", Config, generate, verify, max_difficulty=4))
