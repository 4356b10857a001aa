"""Binary numbers as decimal numbers, by the worth of each digit."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import sound, sums
from data_chef.registry import Task, register
from data_chef.text import find


PHRASINGS = (
    "What is the binary number {b} in decimal?",
    "Convert {b} from binary to decimal.",
    "binary {b} = ? (decimal)",
    "Write the binary number {b} as a decimal number.",
    "Which decimal number is {b} in base 2?",
    "A computer stores the bits {b}. What number is that?",
    "Find the decimal value of the binary number {b}.",
    "0b{b} = ?",
    "Please turn the base-2 number {b} into base 10.",
)


@dataclass(frozen=True)
class Config:
    low: int
    bits: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(low=(3, 5, 7, 10)[difficulty - 1], bits=(5, 7, 9, 13)[difficulty - 1])

    def validate(self) -> None:
        if self.low < 1 or self.bits < 2:
            raise ValueError(f"low must be at least 1, bits must be at least 2: {self}")


def generate(rng: Random, config: Config) -> Problem:
    number = rng.randrange(2 ** (config.low - 1), 2**config.bits)
    bits = f"{number:b}"
    worth = [2**place for place in range(len(bits) - 1, -1, -1)]
    pairs = ", ".join(f"{value}: {bit}" for value, bit in zip(worth, bits, strict=True))
    ones = [value for value, bit in zip(worth, bits, strict=True) if bit == "1"]
    return Problem(
        question=rng.choice(PHRASINGS).format(b=bits),
        solution=f"{pairs}\n{sums(ones)}",
        answer=str(number),
        canonical=bits,
    )


def verify(problem: Problem) -> bool:
    """From the first digit on, doubling and adding."""
    number = 0
    for bit in find(r"\b(?:0b)?([01]{3,})\b", problem.question).group(1):
        number = 2 * number + int(bit)
    return sound(problem, str(number))


register(Task("binary_to_decimal", "mathematics", Config, generate, verify, max_difficulty=3))
