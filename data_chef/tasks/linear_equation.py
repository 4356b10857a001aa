"""One unknown, an integer solution: a x + b = c, b - a x = c, a (x + b) = c, and the unknown on both sides."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import evaluate
from data_chef.item import Problem
from data_chef.registry import Task, register


LETTERS = "xyznabtkmpwrs"
PHRASINGS = (
    "Solve for {x}: {equation}",
    "Solve: {equation}",
    "Solve {equation} for {x}.",
    "Solve {equation}.",
    "Find {x}: {equation}",
    "What is {x} if {equation}?",
    "If {equation}, what is {x}?",
    "Solve the equation {equation}.",
    "{equation}, {x} = ?",
    "Find the value of {x} when {equation}.",
)


@dataclass(frozen=True)
class Config:
    coefficient: int
    constant: int
    solution: int
    forms: tuple[str, ...]

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        forms = ("plus", "plus", "plus", "minus", "bracket") + (("both",) * 2 if difficulty > 1 else ())
        return cls(coefficient=12, constant=20 * difficulty, solution=12 * difficulty, forms=forms)

    def validate(self) -> None:
        if self.coefficient < 3 or self.constant < 1 or self.solution < 1:
            raise ValueError(f"coefficient must be at least 3, constant and solution at least 1: {self}")


def signed(number: int) -> str:
    return f"+ {number}" if number >= 0 else f"- {-number}"


def moved(value: int, constant: int) -> str:
    """`22-7=15`: the constant taken to the other side."""
    return f"{value}{-constant:+d}={value - constant}"


def divided(x: str, value: int, by: int) -> list[str]:
    return [f"{x}={value}/{by}={value // by}"]


def term(coefficient: int, x: str) -> str:
    return x if coefficient == 1 else f"{coefficient}{x}"


def generate(rng: Random, config: Config) -> Problem:
    form, x = rng.choice(config.forms), rng.choice("xxxxx" + LETTERS)
    a, value = rng.randint(2, config.coefficient), rng.randint(-config.solution, config.solution)
    b = rng.choice((-1, 1, 1)) * rng.randint(1, config.constant)
    if form == "plus":
        a = 1 if rng.random() < 0.1 else a
        c = a * value + b
        left, right = f"{term(a, x)} {signed(b)}", str(c)
        if b > 0 and rng.random() < 0.15:
            left = f"{b} + {term(a, x)}"
        steps = [f"{term(a, x)}={moved(c, b)}", *(divided(x, c - b, a) if a > 1 else [])]
    elif form == "minus":
        b = abs(b)
        c = b - a * value
        left, right = f"{b} - {term(a, x)}", str(c)
        steps = [f"{term(a, x)}={b}{-c:+d}={b - c}", *divided(x, b - c, a)]
    elif form == "bracket":
        b = max(-config.solution, min(config.solution, b))
        c = a * (value + b)
        left, right = f"{a}({x} {signed(b)})", str(c)
        steps = [f"{x}{b:+d}={c}/{a}={value + b}", f"{x}={moved(value + b, b)}"]
    else:
        d = rng.randint(1, a - 1)
        c = (a - d) * value + b
        left, right = f"{term(a, x)} {signed(b)}", f"{term(d, x)} {signed(c)}"
        steps = [f"{term(a, x)}-{term(d, x)}={c}{-b:+d}", f"{term(a - d, x)}={c - b}"]
        steps += divided(x, c - b, a - d) if a - d > 1 else []
    if rng.random() < 0.1:
        left, right = right, left
    equation = f"{left} = {right}"
    if rng.random() < 0.15:
        equation = equation.replace(" ", "")
    return Problem(
        question=rng.choice(PHRASINGS).format(x=x, equation=equation),
        solution="\n".join(steps),
        answer=str(value),
        canonical=f"{form}|{a}|{b}|{c}" + (f"|{d}" if form == "both" else ""),
    )


def verify(problem: Problem) -> bool:
    """Puts the answer into the question and every line of the solution; nothing else may solve the question."""
    match = re.search(r"([-+() \da-z]*?)=([-+() \da-z]*)", re.sub(r"[A-Za-z]{2,}", "?", problem.question))
    if match is None or not re.fullmatch(r"0|-?[1-9]\d*", problem.answer):
        return False
    sides = [re.sub(r"[^-+()\da-z]", "", side) for side in match.groups()]

    def values(terms: list[str], unknown: int) -> list:
        products = [re.sub(r"(?<=[\da-z])(?=[a-z(])", "*", side) for side in terms]
        return [evaluate(re.sub(r"[a-z]", f"({unknown})", side)) for side in products]

    answer = int(problem.answer)
    (left, right), (above, below) = values(sides, answer), values(sides, answer + 1)
    try:
        lines = [values(line.split("="), answer) for line in problem.solution.split("\n")]
    except (ValueError, ZeroDivisionError):
        return False
    return left == right and above != below and all(len(set(line)) == 1 for line in lines)


register(Task("linear_equation", "mathematics", Config, generate, verify, max_difficulty=3))
