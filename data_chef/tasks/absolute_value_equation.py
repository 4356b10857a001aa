"""Equations with an absolute value: both signs are followed; a negative value has none."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.algebra import a_letter, evaluate, expressions, holds, joined, layout, nonzero, quotient, term, total
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Solve {e}.",
    "Solve {e} for {x}.",
    "Find all {x} with {e}.",
    "Which {x} satisfy {e}?",
    "For which {x} is {e}?",
    "{e}, {x} = ?",
    "Find every solution of {e}.",
    "Please solve the absolute value equation {e}.",
    "What are the solutions of {e}?",
    "What can {x} be if {e}?",
)


@dataclass(frozen=True)
class Config:
    slope: int
    size: int
    outer: bool

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((1, 5, 6, 12)[difficulty - 1], (12, 12, 12, 30)[difficulty - 1], difficulty > 2)

    def validate(self) -> None:
        if self.slope < 1 or self.size < 1:
            raise ValueError(f"slope and size must be at least 1: {self}")


def generate(rng: Random, config: Config) -> Problem:
    x, a = a_letter(rng), rng.randint(1, config.slope)
    first, second = (rng.randint(-config.size, config.size) for _ in range(2))
    while a * (first + second) % 2:
        second = rng.randint(-config.size, config.size)
    b, size = -a * (first + second) // 2, a * abs(first - second) // 2
    if rng.random() < 0.08:
        b, size = nonzero(rng, config.size), -rng.randint(1, config.size)
    inner = joined((term(a, 1, x), *([str(b)] if b else [])))
    whole, right, lines = f"|{inner}|", size, []
    if config.outer:
        m, n = rng.randint(1, 4), nonzero(rng, 12)
        whole, right = f"{m if m > 1 else ''}|{inner}|{n:+d}", m * size + n
        lines = [f"{m if m > 1 else ''}|{inner}|={total(right, -n)}"]
        lines += [f"|{inner}|={quotient(m * size, m)}"] if m > 1 else []
    if size < 0:
        lines.append("an absolute value is never negative: none")
        answer = "none"
    else:
        found = []
        for value in (-size, size) if size else (0,):
            if b:
                lines.append(f"{inner}={value}")
            lines.append(f"{term(a, 1, x)}={total(value, -b)}")
            lines += [f"{x}={quotient(value - b, a)}"] if a > 1 else []
            found.append((value - b) // a)
        answer = ", ".join(map(str, found))
        lines.append(answer)
    return Problem(
        question=rng.choice(PHRASINGS).format(e=layout(rng, f"{whole}={right}"), x=x),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{whole}={right}".replace(x, "x"),
    )


def verify(problem: Problem) -> bool:
    """Tries all whole numbers; each step must be true of one of the solutions."""
    equation = next(e for e in expressions(problem.question) if "|" in e)
    x = re.findall("[a-z]", equation)[0]
    left, right = equation.split("=")
    outer, inner = re.sub(r"\|.*\|", "w", left), left.split("|")[1]
    least, above = (evaluate(outer, w=n) for n in (0, 1))
    start, further = (evaluate(inner, **{x: n}) for n in (0, 1))
    size = Fraction(int(right) - least, above - least)
    roots = [n for n in range(-199, 200) if abs(start + n * (further - start)) == size]
    answer = ", ".join(map(str, roots)) or "none"
    if problem.answer != answer or not problem.solution.endswith(answer):
        return False
    if roots:
        return all(any(holds(line, **{x: root}) for root in roots) for line in problem.solution.split("\n"))
    return size < 0 and holds(re.sub(r"\|[^|]*\|", "w", problem.solution), w=size)


register(Task("absolute_value_equation", "mathematics", Config, generate, verify, max_difficulty=3))
