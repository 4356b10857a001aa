"""Estimates by rounding first, and how far off they are."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import difference_chain, number_of, product_steps, reaches, spacing, sum_chain
from data_chef.item import Problem
from data_chef.registry import Task, register


ROUNDED = {10: "ten", 100: "hundred", 1000: "thousand"}
ESTIMATE = (
    "Estimate {e} by rounding both numbers to the nearest {w}.",
    "Round both numbers to the nearest {w}, then work out {e}.",
    "Round {a} and {b} to the nearest {w} to estimate {e}.",
    "Rounding to the nearest {w}, estimate {e}.",
    "About how much is {e}? Round each number to the nearest {w} first.",
    "{e}: estimate, rounding to the nearest {w}.",
    "Give an estimate of {e}, with both numbers rounded to the nearest {w}.",
    "What estimate of {e} do you get by rounding to the nearest {w}?",
)
DIFFERENCE = (
    "Estimate {e} by rounding both numbers to the nearest {w}. By how much does the estimate miss the exact result?",
    "{e} is estimated by rounding both numbers to the nearest {w}. How far is the estimate from the exact result?",
    "Round both numbers in {e} to the nearest {w}. What is the difference between this estimate and the exact result?",
    "Rounding to the nearest {w}, how far off is the estimate of {e}?",
    "What is the error of an estimate of {e} with both numbers rounded to the nearest {w}?",
)


@dataclass(frozen=True)
class Config:
    steps: tuple[int, ...]
    digits: tuple[int, int]
    difference: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        steps = ((10,), (10, 100), (10, 100), (100, 1000))[difficulty - 1]
        return cls(steps, digits=((2, 2), (2, 3), (3, 4), (4, 5))[difficulty - 1], difference=0.2 * difficulty)

    def validate(self) -> None:
        if not set(self.steps) <= set(ROUNDED) or self.digits[0] < 2:
            raise ValueError(f"rounding to 10, 100 or 1000, numbers from two digits on: {self}")


def steps_of(a: int, operator: str, b: int) -> list[str]:
    if operator == "*":
        return product_steps(a, b)
    return [sum_chain(a, b) if operator == "+" else difference_chain(a, b)]


def generate(rng: Random, config: Config) -> Problem:
    step, operator = rng.choice(config.steps), rng.choice("++--*")
    digits = [max(rng.randint(*config.digits), len(str(step))) for _ in range(2)]
    if operator == "*":
        digits = [len(str(step)), rng.randint(2, 3)] if step == 10 else [len(str(step))] * 2
    a, b = (number_of(rng, count) for count in digits)
    if operator == "-":
        a, b = max(a, b), min(a, b)
    x, y = ((number + step // 2) // step * step for number in (a, b))
    value = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__}[operator]
    estimate, exact = value(x, y), value(a, b)
    lines = [f"{a} is about {x}", f"{b} is about {y}", *steps_of(x, operator, y)]
    error = operator != "*" and rng.random() < config.difference or operator == "*" and max(a, b) < 100 < step * 20
    if error:
        lines[-1:] = [lines[-1], f"estimate {estimate}", *steps_of(a, operator, b), f"exact {exact}"]
        lines.append(difference_chain(max(estimate, exact), min(estimate, exact)))
    expression = spacing(rng, f"{a} {operator} {b}")
    return Problem(
        question=rng.choice(DIFFERENCE if error else ESTIMATE).format(e=expression, a=a, b=b, w=ROUNDED[step]),
        solution="\n".join(lines),
        answer=str(abs(estimate - exact) if error else estimate),
        canonical=f"{'error' if error else 'estimate'}|{step}|{a}{operator}{b}",
    )


def verify(problem: Problem) -> bool:
    """Rounds by counting up and down to the nearest multiple."""
    match = re.search(r"(\d+) ?([-+*]) ?(\d+)", problem.question)
    step = next((step for step, word in ROUNDED.items() if f"nearest {word}" in problem.question), None)
    if match is None or step is None:
        return False
    a, b = int(match[1]), int(match[3])
    x, y = (min(range(n - n % step, n + step + 1, step), key=lambda m, n=n: (abs(m - n), -m)) for n in (a, b))
    value = {"+": lambda s, t: s + t, "-": lambda s, t: s - t, "*": lambda s, t: s * t}[match[2]]
    about = [(int(number), int(near)) for number, near in re.findall(r"(\d+) is about (\d+)", problem.solution)]
    missed = re.search(r"miss|far|difference|error", problem.question)
    answer = abs(value(x, y) - value(a, b)) if missed else value(x, y)
    right = problem.answer == str(answer) and about == [(a, x), (b, y)]
    return right and reaches(problem.solution, f"={answer}")


register(Task("estimation", "mathematics", Config, generate, verify, max_difficulty=3))
