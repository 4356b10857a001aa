"""Sums and products of the digits of a number, once or until one digit is left."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import concludes, product
from data_chef.item import Problem
from data_chef.registry import Task, register


ASKED = {
    "sum": (
        "What is the digit sum of {n}?",
        "Add the digits of {n}.",
        "Find the sum of the digits of {n}.",
        "What do the digits of {n} add up to?",
        "digit sum of {n} =",
        "Please add up all digits of {n}.",
    ),
    "root": (
        "What is the digital root of {n}?",
        "Add the digits of {n}, and again, until one digit is left. What is it?",
        "Find the digital root of {n}.",
        "Take the digit sum of {n} again and again until it has one digit.",
    ),
    "product": (
        "What is the product of the digits of {n}?",
        "Multiply the digits of {n}.",
        "Find the digit product of {n}.",
    ),
}


@dataclass(frozen=True)
class Config:
    digits: int
    kinds: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        kinds = (("sum",), ("sum", "sum", "root", "product"), ("sum", "root", "product"), ("sum", "root"))
        return cls((4, 6, 9, 14)[difficulty - 1], kinds[difficulty - 1])

    def validate(self) -> None:
        if self.digits < 3 or not set(self.kinds) <= set(ASKED):
            raise ValueError(f"digits must be at least 3, kinds among {', '.join(ASKED)}: {self}")


def folded(digits: list[int], kind: str) -> tuple[list[str], int]:
    """One line a digit: `4+7=11`, `11+1=12`."""
    value, lines = digits[0], []
    for digit in digits[1:]:
        result = value * digit if kind == "product" else value + digit
        lines.append(product(value, digit) if kind == "product" else f"{value}+{digit}={result}")
        value = result
    return lines, value


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(config.kinds)
    length = rng.randint(2 if config.digits < 5 else config.digits // 2, config.digits)
    low = 1 if kind == "product" else 0
    length = min(length, 4) if kind == "product" else length
    digits = [rng.randint(1, 9), *(rng.randint(low, 9) for _ in range(length - 1))]
    number = "".join(map(str, digits))
    lines, value = folded(digits, kind)
    while kind == "root" and value > 9:
        more, value = folded([int(digit) for digit in str(value)], kind)
        lines += more
    return Problem(
        question=rng.choice(ASKED[kind]).format(n=number),
        solution="\n".join(lines),
        answer=str(value),
        canonical=f"{kind}|{number}",
    )


def verify(problem: Problem) -> bool:
    """The sum by counting how often each digit occurs; the digital root is the remainder by 9, with 9 for 0."""
    number = re.findall(r"\d+", problem.question)[0]
    if re.search("product|Multiply", problem.question):
        value = 1
        for digit in range(10):
            value *= digit ** number.count(str(digit))
    elif re.search("root|again", problem.question):
        value = int(number) % 9 or 9
    else:
        value = sum(digit * number.count(str(digit)) for digit in range(10))
    return concludes(problem, value)


register(Task("digit_sum", "mathematics", Config, generate, verify, max_difficulty=3))
