"""Is a number a perfect square, or a perfect cube? Shown by the root, or by the two powers around it."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import holds, product
from data_chef.item import Problem
from data_chef.registry import Task, register


NAMES = {2: ("a perfect square", "a square number", "the square of a whole number")}
NAMES[3] = ("a perfect cube", "a cube number", "the cube of a whole number")
PHRASINGS = (
    "Is {n} {k}?",
    "{n}: is it {k}?",
    "Decide whether {n} is {k}.",
    "Check if {n} is {k}.",
    "Is the number {n} {k}? Yes or No.",
    "Tell me whether {n} is {k}.",
    "Would you call {n} {k}?",
    "True or not: {n} is {k}. Answer Yes or No.",
)


@dataclass(frozen=True)
class Config:
    square_root: int
    cube_root: int
    cube_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        roots = ((40, 9), (70, 12), (99, 15), (150, 20))[difficulty - 1]
        return cls(*roots, 0.15 if difficulty == 1 else 0.25)

    def validate(self) -> None:
        if self.square_root < 3 or self.cube_root < 3 or not 0 <= self.cube_rate <= 1:
            raise ValueError(f"roots must be at least 3, cube_rate a rate: {self}")


def power_lines(root: int, exponent: int) -> list[str]:
    """`21*21=441`, and for a cube the square times the root."""
    lines = [product(root, root)]
    return lines if exponent == 2 else [*lines, product(root * root, root)]


def generate(rng: Random, config: Config) -> Problem:
    exponent = 3 if rng.random() < config.cube_rate else 2
    root = rng.randint(2, config.cube_root if exponent == 3 else config.square_root)
    number = root**exponent
    if rng.random() < 0.5:
        number = rng.randint(number + 1, (root + 1) ** exponent - 1)
    exact = number == root**exponent
    lines = power_lines(root, exponent)
    if not exact:
        lines += [*power_lines(root + 1, exponent), f"{root**exponent}<{number}<{(root + 1) ** exponent}"]
    return Problem(
        question=rng.choice(PHRASINGS).format(n=number, k=rng.choice(NAMES[exponent])),
        solution="\n".join(lines),
        answer="Yes" if exact else "No",
        canonical=f"{number}|{exponent}",
    )


def verify(problem: Problem) -> bool:
    """Tries all whole numbers, and checks that the steps end with the number or with its two neighbours."""
    number = int(re.findall(r"\d+", problem.question)[0])
    exponent = 3 if "cube" in problem.question else 2
    root = 1
    while (root + 1) ** exponent <= number:
        root += 1
    exact = root**exponent == number
    end = f"={number}" if exact else f"\n{root**exponent}<{number}<{(root + 1) ** exponent}"
    right = problem.answer == ("Yes" if exact else "No") and problem.solution.endswith(end)
    return right and holds(problem.solution)


register(Task("perfect_power_check", "mathematics", Config, generate, verify, max_difficulty=3))
