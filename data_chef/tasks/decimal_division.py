"""Quotients of decimals that end: the divisor made whole, then long division past the point."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import ASK_VALUE, decimal, decimal_text, multiples_line, number_of, reaches, spacing, trimmed
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    *ASK_VALUE,
    "Divide {a} by {b}.",
    "What is {a} divided by {b}?",
    "Find the quotient of {a} and {b}.",
    "What number times {b} gives {a}?",
    "Give {e} as a decimal.",
)


@dataclass(frozen=True)
class Config:
    quotient: tuple[int, int]
    places: tuple[int, int]
    divisors: tuple[int, int]
    divisor_places: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        divisors = ((2, 9), (2, 12), (2, 25), (2, 99), (11, 250))[difficulty - 1]
        places = ((1, 1), (1, 2), (1, 3), (1, 3), (2, 4))[difficulty - 1]
        return cls((1, min(4, difficulty + 1)), places, divisors, difficulty // 2)

    def validate(self) -> None:
        if self.quotient[0] < 1 or self.places[0] < 1 or not 2 <= self.divisors[0] <= self.divisors[1]:
            raise ValueError(f"quotient and places from 1, divisors from 2, not {self}")


def generate(rng: Random, config: Config) -> Problem:
    n, places = rng.randint(*config.divisors), rng.randint(*config.places)
    quotient = number_of(rng, rng.randint(*config.quotient))
    quotient += quotient % 10 == 0
    shift = rng.randint(0, config.divisor_places)
    n += shift > 0 and n % 10 == 0
    # a and b as written: b with `shift` places, and a with those that their product has.
    a, b = trimmed(decimal(quotient * n, places + shift)), decimal(n, shift)
    whole = decimal_text(Fraction(a) * 10**shift)
    lines = [f"both times {10**shift}: {a}/{b}={whole}/{n}"] if shift else []
    lines += point_lines(whole, n)
    answer = trimmed(decimal(quotient, places))
    lines.append(f"{a}/{b}={answer}")
    return Problem(
        question=rng.choice(PHRASINGS).format(a=a, b=b, e=spacing(rng, f"{a} / {b}")),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{a}/{b}",
    )


def point_lines(a: str, b: int) -> list[str]:
    """Long division of a decimal, zeros brought down at its end until nothing is left: `7: 1*4=4, 7-4=3, write 1`."""
    before, _, after = a.partition(".")
    lines, rest, written = [multiples_line(b)] if b > 12 else [], 0, ""
    for place, digit in enumerate(before + after + "0" * 12):
        if place >= len(before + after) and rest == 0:
            break
        rest = rest * 10 + int(digit)
        if place == len(before):
            written += "."
        count = rest // b
        if written or count or place >= len(before) - 1:
            written += str(count)
            lines.append(f"{rest}: {count}*{b}={count * b}, {rest}-{count * b}={rest - count * b}, write {written}")
        rest -= count * b
    return lines


def verify(problem: Problem) -> bool:
    """The answer times the divisor is the dividend."""
    a, b = re.findall(r"\d+(?:\.\d+)?", problem.question)
    if "What number times" in problem.question:
        a, b = b, a
    if not re.fullmatch(r"(0|[1-9]\d*)(\.\d*[1-9])?", problem.answer):
        return False
    return Fraction(problem.answer) * Fraction(b) == Fraction(a) and reaches(problem.solution, f"={problem.answer}")


register(Task("decimal_division", "mathematics", Config, generate, verify, max_difficulty=4))
