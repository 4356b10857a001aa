"""Square roots: of perfect squares, digit by digit, and the whole numbers around the others."""

import math
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import product_steps, reaches
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


PHRASINGS = {
    "exact": (
        "What is the square root of {n}?",
        "sqrt({n}) = ?",
        "sqrt({n})",
        "Find the square root of {n}.",
        "Calculate sqrt({n}).",
        "Which positive number times itself is {n}?",
        "A square has an area of {n}. How long is its side?",
        "Find the positive number whose square is {n}.",
    ),
    "floor": (
        "What is the whole part of sqrt({n})?",
        "Find the largest whole number whose square is at most {n}.",
        "Round sqrt({n}) down to a whole number.",
        "floor(sqrt({n})) = ?",
        "How large can a whole number be if its square is not above {n}?",
    ),
    "between": (
        "Between which two whole numbers does sqrt({n}) lie?",
        "Which consecutive whole numbers are around sqrt({n})?",
        "Name the two neighboring whole numbers between which the square root of {n} lies.",
        "sqrt({n}) lies between which two consecutive whole numbers?",
        "Find the two consecutive integers that enclose the square root of {n}.",
    ),
}


@dataclass(frozen=True)
class Config:
    low: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(low=(2, 10, 32, 100)[difficulty - 1], high=(31, 99, 316, 999)[difficulty - 1])

    def validate(self) -> None:
        if not 1 <= self.low <= self.high:
            raise ValueError(f"1 <= low <= high, not {self}")


def square_of(number: int) -> list[str]:
    """The square of a number, in steps that end with `23*23=529`."""
    lines, square = product_steps(number, number), f"{number}*{number}={number * number}"
    return lines if lines[-1] == square else [*lines, square]


def root_lines(n: int) -> list[str]:
    """The root found place by place: the largest tens whose square is not above n, then the ones."""
    root, lines, known = math.isqrt(n), [], 0
    for place in reversed(range(len(str(root)))):
        digit, step = root // 10**place % 10, 10**place
        known += digit * step
        last = place == 0
        if digit:
            lines += square_of(known)
            lines += [f"{known * known}<{n}"] if known * known < n else []
        if known * known != n and (digit < 9 or last):
            above = known + step
            lines += [*square_of(above), f"{above * above}>{n}"]
        if known * known == n:
            break
    return lines


def generate(rng: Random, config: Config) -> Problem:
    form = rng.choice(("exact", "floor", "between", "between"))
    root = rng.randint(config.low, config.high)
    n = root * root if form == "exact" else rng.randint(root * root + 1, (root + 1) ** 2 - 1)
    lines, answer = root_lines(n), str(root)
    if form == "between":
        answer = f"{root} and {root + 1}"
    lines.append({"exact": "root: ", "floor": "whole part: ", "between": "between "}[form] + answer)
    return Problem(
        question=rng.choice(PHRASINGS[form]).format(n=n),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{form}|{n}",
    )


def verify(problem: Problem) -> bool:
    n = int(find(r"\d+", problem.question).group())
    root = math.isqrt(n)
    pair = "whole numbers" in problem.question or "integers" in problem.question
    expected = f"{root} and {root + 1}" if pair else str(root)
    return problem.answer == expected and reaches(problem.solution, f" {expected}")


register(Task("square_root", "mathematics", Config, generate, verify, max_difficulty=3))
