"""The inverse of a linear function, written in one of four ways."""

import math
import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import evaluate, holds, layout, nonzero
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Find the inverse of {f}.",
    "What is the inverse function of {f}?",
    "{f}. Find the inverse function.",
    "Let {f}. What is f^-1(x)?",
    "Invert the function {f}.",
    "If {f}, what is the inverse of f?",
    "Determine the inverse function of {f}.",
    "Which function undoes {f}?",
    "Please give f^-1(x) for {f}.",
    "Given {f}, f^-1(x) = ?",
)


@dataclass(frozen=True)
class Config:
    factor: int
    constant: int
    forms: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        forms = (("ax+b", "x/a+b"), ("ax+b", "x/a+b", "a(x+b)", "(x+b)/a"), ("ax/c+b", "(ax+b)/c", "a(x+b)+c"))
        return cls((9, 19, 12, 30)[difficulty - 1], (30, 40, 20, 60)[difficulty - 1], forms[min(difficulty, 3) - 1])

    def validate(self) -> None:
        if self.factor < 2 or self.constant < 1 or not self.forms:
            raise ValueError(f"factor must be at least 2, constant at least 1, some form given: {self}")


def generate(rng: Random, config: Config) -> Problem:
    a, c = rng.sample(range(2, config.factor + 1), 2)
    while math.gcd(a, c) > 1:
        a, c = rng.sample(range(2, config.factor + 1), 2)
    b, d, form = nonzero(rng, config.constant), nonzero(rng, config.constant), rng.choice(config.forms)
    formula, lines, inverse = {
        "ax+b": (f"{a}x{b:+d}", [f"y{-b:+d}={a}x"], f"(x{-b:+d})/{a}"),
        "x/a+b": (f"x/{a}{b:+d}", [f"y{-b:+d}=x/{a}"], f"{a}(x{-b:+d})"),
        "a(x+b)": (f"{a}(x{b:+d})", [f"y/{a}=x{b:+d}"], f"x/{a}{-b:+d}"),
        "(x+b)/a": (f"(x{b:+d})/{a}", [f"{a}y=x{b:+d}"], f"{a}x{-b:+d}"),
        "ax/c+b": (f"{a}x/{c}{b:+d}", [f"y{-b:+d}={a}x/{c}", f"{c}(y{-b:+d})={a}x"], f"{c}(x{-b:+d})/{a}"),
        "(ax+b)/c": (f"({a}x{b:+d})/{c}", [f"{c}y={a}x{b:+d}", f"{c}y{-b:+d}={a}x"], f"({c}x{-b:+d})/{a}"),
        "a(x+b)+c": (
            f"{a}(x{b:+d}){d:+d}", [f"y{-d:+d}={a}(x{b:+d})", f"(y{-d:+d})/{a}=x{b:+d}"], f"(x{-d:+d})/{a}{-b:+d}"
        ),
    }[form]  # fmt: skip
    lines = [f"y={formula}", *lines, f"{inverse.replace('x', 'y')}=x", inverse]
    return Problem(
        question=rng.choice(PHRASINGS).format(f=layout(rng, f"f(x)={formula}")),
        solution="\n".join(lines),
        answer=inverse,
        canonical=formula,
    )


def verify(problem: Problem) -> bool:
    """The answer must undo the function at two numbers, which is enough for straight lines."""
    formula = re.findall(r"f\(x\)=([-+/()\dx]+)", problem.question.replace(" ", ""))[0].rstrip(".,?")
    steps, _, last = problem.solution.rpartition("\n")
    if last != problem.answer or not re.fullmatch(r"[-+/()\dx]+", last):
        return False
    for x in (1009, -313):
        y = evaluate(formula.replace("f", ""), x=x)
        if not holds(f"{problem.answer}={x}", x=y) or not holds(steps, x=x, y=y):
            return False
    return True


register(Task("function_inverse", "mathematics", Config, generate, verify, max_difficulty=3))
