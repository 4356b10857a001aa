"""Sums of binary numbers, column by column with carries."""

from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import read, sound
from data_chef.registry import Task, register


PHRASINGS = (
    "Add the binary numbers {a} and {b}.",
    "What is {a} + {b} in binary?",
    "binary: {a} + {b} = ?",
    "Find the sum of the binary numbers {a} and {b}.",
    "In base 2, compute {a} + {b}.",
    "Add in binary: {a} + {b}",
    "Both {a} and {b} are binary. What is their sum, in binary?",
    "Please add {a} and {b} in base 2.",
)


@dataclass(frozen=True)
class Config:
    low: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(low=(2, 4, 6, 10)[difficulty - 1], high=(4, 6, 9, 14)[difficulty - 1])

    def validate(self) -> None:
        if self.low < 1 or self.high < 2:
            raise ValueError(f"low must be at least 1, high must be at least 2: {self}")


def generate(rng: Random, config: Config) -> Problem:
    a, b = (rng.randrange(2 ** (size - 1), 2**size) for size in (rng.randint(config.low, config.high) for _ in "ab"))
    x, y = f"{a:b}", f"{b:b}"
    width = max(len(x), len(y))
    x, y = x.zfill(width), y.zfill(width)
    steps, written, carry = [f"{x}+{y}"], "", 0
    for p, q in zip(reversed(x), reversed(y), strict=True):
        facts, total = f"{p}+{q}" + "+1" * carry, int(p) + int(q) + carry
        carry, digit = divmod(total, 2)
        written = f"{digit}{written}"
        steps.append(f"{facts}={total}" + " carry 1" * carry + f" write {written}")
    if carry:
        steps.append(f"the last carry: write 1{written}")
    return Problem(
        question=rng.choice(PHRASINGS).format(a=f"{a:b}", b=f"{b:b}"),
        solution="\n".join(steps),
        answer=f"{a + b:b}",
        canonical=f"{min(a, b):b}+{max(a, b):b}",
    )


def verify(problem: Problem) -> bool:
    """Bit by bit without columns: what differs, and what is carried, until nothing is."""
    told = read(PHRASINGS, problem.question)
    a, b = int(str(told["a"]), 2), int(str(told["b"]), 2)
    while b:
        a, b = a ^ b, (a & b) << 1
    return sound(problem, f"{a:b}")


register(Task("binary_addition", "mathematics", Config, generate, verify, max_difficulty=3))
