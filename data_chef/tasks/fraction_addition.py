"""Sums and differences of two fractions, over a common denominator, reduced at the end."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import common_lines, difference_chain, reaches, reduced_chain, sum_chain, widened_steps
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


PHRASINGS = (
    "What is {a}/{b} {s} {c}/{d}?",
    "Calculate {a}/{b} {s} {c}/{d}.",
    "{a}/{b} {s} {c}/{d} =",
    "Compute {a}/{b} {s} {c}/{d} and reduce.",
)


@dataclass(frozen=True)
class Config:
    denominator: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(denominator=(9, 12, 20, 26)[difficulty - 1])

    def validate(self) -> None:
        if self.denominator < 3:
            raise ValueError(f"denominator must be at least 3, not {self.denominator}")


def generate(rng: Random, config: Config) -> Problem:
    b, d = rng.randint(2, config.denominator), rng.randint(2, config.denominator)
    a, c = rng.randint(1, b - 1), rng.randint(1, d - 1)
    sign = rng.choice("++-")
    if sign == "-" and a * d < c * b:
        a, b, c, d = c, d, a, b
    common, found = common_lines(b, d)
    x, y = a * (common // b), c * (common // d)
    top = x + y if sign == "+" else x - y
    # The multiples alone: with each fraction it is said how often its denominator fits.
    lines = [*found[:1], *widened_steps(a, b, common), *widened_steps(c, d, common)]
    lines.append(sum_chain(x, y) if sign == "+" else difference_chain(x, y))
    lines.append(reduced_chain(top, common))
    return Problem(
        question=rng.choice(PHRASINGS).format(a=a, b=b, c=c, d=d, s=sign),
        solution="\n".join(lines),
        answer=str(Fraction(top, common)),
        canonical=f"{a}/{b}{sign}{c}/{d}" if sign == "-" else "+".join(sorted((f"{a}/{b}", f"{c}/{d}"))),
    )


def verify(problem: Problem) -> bool:
    first, sign, second = find(r"(\d+/\d+) ([-+]) (\d+/\d+)", problem.question).groups()
    value = Fraction(first) + Fraction(second) * (1 if sign == "+" else -1)
    return problem.answer == str(value) and reaches(problem.solution, problem.answer)


register(Task("fraction_addition", "mathematics", Config, generate, verify, max_difficulty=3))
