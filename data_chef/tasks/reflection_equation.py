"""An equation solved, the solution put back in, and a slip corrected when the check fails."""

import re
from dataclasses import dataclass
from random import Random
from zlib import crc32

from data_chef.arithmetic import equations_hold, evaluate
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Solve {e} and check the solution.", "Find {x}: {e}. Put your result back in.",
    "Solve {e}. Check by substituting.",
    "{e}. What is {x}? Check it.", "Which {x} fits {e}? Verify your answer.", "Solve for {x} and test: {e}",
    "Work out {x} from {e}, then check.", "Find the solution of {e} and correct yourself if the check fails.",
    "What is {x} if {e}? Do the check as well.", "Solve with a check: {e}",
)  # fmt: skip


@dataclass(frozen=True)
class Config:
    coefficient: int
    solution: int
    constant: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((5, 9, 12, 15)[difficulty - 1], (9, 12, 12, 30)[difficulty - 1], (12, 30, 60, 99)[difficulty - 1])

    def validate(self) -> None:
        if self.coefficient < 2 or self.solution < 3 or self.constant < 2:
            raise ValueError(f"coefficient must be at least 2, solution 3, constant 2: {self}")


def generate(rng: Random, config: Config) -> Problem:
    a, x, b = rng.randint(2, config.coefficient), rng.randint(1, config.solution), rng.randint(1, config.constant)
    sign = "-" if b < a * x and rng.random() < 0.5 else "+"
    c = a * x + b if sign == "+" else a * x - b
    letter = rng.choice("xxxxyznabt")
    equation = f"{a}{letter} {sign} {b} = {c}"
    lines, answer = worked(a, sign, b, c, letter)
    return Problem(
        question=rng.choice(PHRASINGS).format(
            e=equation.replace(" ", "") if rng.random() < 0.3 else equation, x=letter
        ),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{a}x{sign}{b}={c}",
    )


def put_in(a: int, x: int, sign: str, b: int, c: int) -> list[str]:
    total = a * x + b if sign == "+" else a * x - b
    return [f"Check: {a}*{x}={a * x}, {a * x}{sign}{b}={total}",
            f"That is {c}, so it fits." if total == c else f"That is not {c}."]  # fmt: skip


def worked(a: int, sign: str, b: int, c: int, letter: str) -> tuple[list[str], str]:
    """Half of the equations have a slip: the constant moved with the wrong sign, or a neighbour in the table."""
    rng = Random(crc32(f"{a}{sign}{b}={c}".encode()))
    back = "-" if sign == "+" else "+"
    moved = c - b if sign == "+" else c + b
    x = moved // a
    good = [f"{a}{letter}: {c}{back}{b}={moved}", f"{letter}: {moved}/{a}={x}", *put_in(a, x, sign, b, c)]
    roll = rng.random()
    if roll < 0.3:
        near = x + rng.choice((-1, 1))
        first = [good[0], f"{letter}: {moved}/{a}={near}?", *put_in(a, near, sign, b, c)]
        return [*first, "Correction:", *good[1:]], str(x)
    if roll < 0.55:
        slip = moved + rng.choice((-1, 1)) * a
        first = [f"{a}{letter}: {c}{back}{b}={slip}?", f"{letter}: {slip}/{a}={slip // a}",
                 *put_in(a, slip // a, sign, b, c)]  # fmt: skip
        return [*first, "Correction:", *good], str(x)
    return good, str(x)


def verify(problem: Problem) -> bool:
    """Puts the answer in; every line holds but those with a question mark, which do not."""
    a, letter, sign, b, c = re.findall(r"(\d+)([a-z]) ?([-+]) ?(\d+) ?= ?(\d+)", problem.question)[0]
    if not problem.answer.isdigit():
        return False
    x = int(problem.answer)
    fits = int(a) * x + (int(b) if sign == "+" else -int(b)) == int(c)
    marked = re.findall(r"(?m)([\d+*/-]+)=(-?\d+)\?$", problem.solution)
    plain = re.sub(r"(?m)^.*\?$", "", problem.solution)
    steps = "\n".join(worked(int(a), sign, int(b), int(c), letter)[0])
    return (
        fits
        and problem.solution == steps
        and equations_hold(plain)
        and all(evaluate(left) != int(right) for left, right in marked)
    )


register(Task("reflection_equation", "chat", Config, generate, verify, max_difficulty=3))
