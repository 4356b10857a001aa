"""Quadratic equations with whole roots, by the discriminant; some have one root, some none."""

from dataclasses import dataclass
from random import Random

from data_chef.algebra import (
    a_letter,
    bracket,
    concludes,
    evaluate,
    expressions,
    layout,
    polynomial,
    product,
    quotient,
    total,
)
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Solve {e}.",
    "Solve {e} for {x}.",
    "Find all real solutions of {e}.",
    "What are the roots of {e}?",
    "{e}, {x} = ?",
    "For which real {x} is {e}?",
    "Solve the quadratic equation {e}.",
    "Find the roots: {e}",
    "Which real numbers {x} satisfy {e}?",
    "Please solve {e} over the real numbers.",
)


@dataclass(frozen=True)
class Config:
    root: int
    leading: int
    none_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((9, 12, 12, 16)[difficulty - 1], (1, 1, 5, 9)[difficulty - 1], 0.1 if difficulty > 1 else 0.0)

    def validate(self) -> None:
        if self.root < 2 or self.leading < 1 or not 0 <= self.none_rate <= 1:
            raise ValueError(f"root must be at least 2, leading at least 1, none_rate a rate: {self}")


def draw(rng: Random, config: Config) -> tuple[int, int, int]:
    """a, b, c of a quadratic with whole roots, or with none."""
    a = rng.randint(1, config.leading)
    if rng.random() < config.none_rate:
        b = rng.randint(-config.root, config.root)
        return a, b, b * b // (4 * a) + rng.randint(1, config.root)
    p, q = rng.randint(-config.root, config.root), rng.randint(-config.root, config.root)
    return a, -a * (p + q), a * p * q


def generate(rng: Random, config: Config) -> Problem:
    x, (a, b, c) = a_letter(rng), draw(rng, config)
    left, right = polynomial([a, b, c], x), "0"
    if b and c and rng.random() < 0.2:
        left, right = polynomial([a, b, 0], x), str(-c)
    lines = []
    if a > 1 and b % a == c % a == 0:
        lines = [f"divide by {a}: {polynomial([1, b // a, c // a], x)}"]
        a, b, c = 1, b // a, c // a
    d = b * b - 4 * a * c
    lines += [f"a={a}, b={b}, c={c}", product(b, b), product(4 * a, c)]
    lines.append(f"D={bracket(b)}^2-4*{a}*{bracket(c)}={total(b * b, -4 * a * c)}")
    if d < 0:
        lines.append("D is negative: none")
        answer = "none"
    else:
        root = round(d**0.5)
        lines.append(f"{root}^2={d}")
        tops = [-b - root, -b + root] if root else [-b]
        for top, part in zip(tops, (-root, root), strict=False):
            lines.append(f"({-b}{part:+d})/{2 * a}={quotient(top, 2 * a)}" if root else quotient(top, 2 * a))
        answer = ", ".join(str(top // (2 * a)) for top in tops)
        lines.append(answer)
    return Problem(
        question=rng.choice(PHRASINGS).format(e=layout(rng, f"{left}={right}"), x=x),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{a}|{b}|{c}",
    )


def verify(problem: Problem) -> bool:
    """Tries all whole numbers; when there is none, the parabola must lie above the axis even at its lowest."""
    equation = next(e for e in expressions(problem.question) if "^" in e)
    x = next(letter for letter in equation if letter.isalpha())
    left, right = equation.split("=")
    low, c, high = (evaluate(f"{left}-({right})", **{x: n}) for n in (-1, 0, 1))
    a, b = (low + high) // 2 - c, (high - low) // 2
    roots = [n for n in range(-60, 61) if a * n * n + b * n + c == 0]
    if not roots and 4 * a * c <= b * b:
        return False
    answer, divided = ", ".join(map(str, roots)) or "none", ""
    if a > 1 and b % a == c % a == 0:
        divided = f"divide by {a}: "
        a, b, c = 1, b // a, c // a
        divided += f"{polynomial([a, b, c], x)}\n"
    start = problem.solution.startswith(f"{divided}a={a}, b={b}, c={c}\n")
    return start and concludes(problem, answer, a=a, b=b, c=c, D=b * b - 4 * a * c)


register(Task("quadratic_roots", "mathematics", Config, generate, verify, max_difficulty=3))
