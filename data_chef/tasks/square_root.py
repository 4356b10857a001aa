"""Square roots: of perfect squares, digit by digit, and the whole numbers around the others."""

import math
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import difference_chain, product_steps, reaches
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


def root_lines(n: int) -> list[str]:
    """The root digit by digit: for the first, squares around n; then the largest digit d whose (2 root + d) d fits.

    For 529: 20*20=400 fits and 30*30 does not, 129 is left, of which (40+3)*3 takes all.
    """
    root, lines, known, rest = math.isqrt(n), [], 0, n
    for place in reversed(range(len(str(root)))):
        digit, step = root // 10**place % 10 * 10**place, 10**place
        double, taken = 2 * known, (2 * known + digit) * digit
        if known:
            lines.append(f"2*{known}={double}")
        if digit:
            lines += trial(double, digit)
            lines += [f"{taken}<{rest}"] if taken < rest else []
        if taken < rest:
            above = digit + step
            if above < 10 * step:
                lines += [*trial(double, above), f"{(double + above) * above}>{rest}"]
            lines += [difference_chain(rest, taken)] if digit and place else []
        known, rest = known + digit, rest - taken
        if not rest:
            break
    return lines


def trial(double: int, digit: int) -> list[str]:
    """What a further digit takes away: `(40+3)*3=43*3=129`, or in smaller steps."""
    factor = f"({double}+{digit})*{digit}=" if double else ""
    first, *others = product_steps(double + digit, digit)
    return [factor + first, *others]


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
