"""Fractions in lowest terms: divided above and below by one prime after the other."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import reaches, reduced_chain
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


PHRASINGS = (
    "Simplify {f}.",
    "Reduce {f} to lowest terms.",
    "Write {f} in lowest terms.",
    "What is {f} in simplest form?",
    "Cancel {f} as far as possible.",
    "Simplify the fraction {f}.",
    "{f} in lowest terms =",
    "Give the simplest form of {f}.",
    "Bring the fraction {f} to its lowest terms.",
    "Can you simplify {f}?",
    "Please reduce {f}.",
)


# Common factors without a prime above 13, since those are hard to see.
SMOOTH = [factor for factor in range(2, 241) if (2 * 3 * 5 * 7 * 11 * 13) ** 7 % factor == 0]


@dataclass(frozen=True)
class Config:
    reduced: int
    factor: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(reduced=(9, 15, 25, 60)[difficulty - 1], factor=(6, 12, 36, 120)[difficulty - 1])

    def validate(self) -> None:
        if self.reduced < 3 or self.factor < 2:
            raise ValueError(f"reduced at least 3, factor at least 2: {self}")


def generate(rng: Random, config: Config) -> Problem:
    factor = rng.choice([f for f in SMOOTH if f <= config.factor])
    bottom = rng.randint(2, config.reduced)
    top = rng.randint(1, bottom - 1 if rng.random() < 0.8 else 3 * bottom)
    a, b = top * factor, bottom * factor
    if rng.random() < 0.04:
        a, b = top, bottom
    steps = reduced_chain(a, b).split("=")
    lines = []
    for one, other in zip(steps, steps[1:], strict=False):
        by = Fraction(one.split("/")[0]) / Fraction(other.split("/")[0])
        lines.append(f"divide by {by}: {one}={other}")
    if not lines:
        lines = ["no prime divides both", f"{a}/{b}={a}/{b}"]
    return Problem(
        question=rng.choice(PHRASINGS).format(f=f"{a}/{b}"),
        solution="\n".join(lines),
        answer=steps[-1],
        canonical=f"{a}/{b}",
    )


def verify(problem: Problem) -> bool:
    value = Fraction(find(r"\d+/\d+", problem.question).group())
    return problem.answer == str(value) and reaches(problem.solution, f"={value}")


register(Task("fraction_simplify", "mathematics", Config, generate, verify, max_difficulty=3))
