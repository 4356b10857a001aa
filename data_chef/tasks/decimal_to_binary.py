"""Decimal numbers as binary numbers, by halving again and again."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import read, sound, split_off
from data_chef.registry import Task, register


PHRASINGS = (
    "What is {n} in binary?",
    "Convert {n} to binary.",
    "{n} in base 2 = ?",
    "Write {n} as a binary number.",
    "How does a computer write {n} in bits?",
    "Find the binary form of the number {n}.",
    "Express the decimal number {n} in base 2.",
    "bin({n}) = ? (digits only)",
    "Please turn the number {n} into binary digits.",
)


@dataclass(frozen=True)
class Config:
    low: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(low=(4, 16, 64, 512)[difficulty - 1], high=(31, 127, 511, 4095)[difficulty - 1])

    def validate(self) -> None:
        if self.low < 2 or self.high < 8:
            raise ValueError(f"low must be at least 2, high must be at least 8: {self}")


def generate(rng: Random, config: Config) -> Problem:
    number = rng.randint(config.low, config.high)
    left, steps, written = number, [], ""
    while left:
        written = f"{left % 2}{written}"
        steps.append(f"{split_off(left, 2)} write {written}")
        left //= 2
    return Problem(
        question=rng.choice(PHRASINGS).format(n=number),
        solution="\n".join(steps),
        answer=written,
        canonical=str(number),
    )


def verify(problem: Problem) -> bool:
    """Takes out the powers of two from the largest down."""
    left, bits = read(PHRASINGS, problem.question)["n"], ""
    for place in range(left.bit_length() - 1, -1, -1):
        bits += "1" if left >= 2**place else "0"
        left -= 2**place if left >= 2**place else 0
    return sound(problem, bits)


register(Task("decimal_to_binary", "mathematics", Config, generate, verify, max_difficulty=3))
