"""Products of two two-digit numbers: digit by digit with carries, then the two rows added in columns."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import addition_lines, equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "What is {a} * {b}?",
    "What is {a} x {b}?",
    "Multiply {a} by {b}.",
    "Multiply {a} and {b}.",
    "{a}*{b}=?",
    "{a} * {b} =",
    "{a} * {b}",
    "Calculate {a} * {b}.",
    "Compute {a}*{b}.",
    "What is {a} times {b}?",
    "What is the product of {a} and {b}?",
    "Find the product of {a} and {b}.",
)


@dataclass(frozen=True)
class Config:
    low: int = 10
    high: int = 99

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls()

    def validate(self) -> None:
        if not 10 <= self.low <= self.high <= 99:
            raise ValueError(f"both factors have two digits, so 10 <= low <= high <= 99, not {self.low}, {self.high}")


def row_lines(number: int, digit: int, zeros: str) -> list[str]:
    """`47*6` as `7*6=42` and `4*6=24+4=28 write 282`; `zeros` are appended to what is written."""
    tens, ones = divmod(number, 10)
    carry = ones * digit // 10
    second = f"{tens}*{digit}={tens * digit}" + (f"+{carry}={tens * digit + carry}" if carry else "")
    return [f"{ones}*{digit}={ones * digit}", f"{second} write {number * digit}{zeros}"]


def generate(rng: Random, config: Config) -> Problem:
    a, b = rng.randint(config.low, config.high), rng.randint(config.low, config.high)
    tens, ones = divmod(b, 10)
    lines = [f"{a}*{b}", *row_lines(a, ones, ""), *row_lines(a, tens, "0"), *addition_lines(a * ones, a * tens * 10)]
    return Problem(
        question=rng.choice(PHRASINGS).format(a=a, b=b),
        solution="\n".join(lines),
        answer=str(a * b),
        canonical=f"{min(a, b)}*{max(a, b)}",
    )


def verify(problem: Problem) -> bool:
    a, b = (int(number) for number in re.findall(r"\d+", problem.question))
    product = sum(a for _ in range(b))
    return (
        problem.answer == str(product)
        and problem.solution.endswith(f" {product}")
        and equations_hold(problem.solution)
    )


register(Task("product_2x2", "mathematics", Config, generate, verify, max_difficulty=1))
