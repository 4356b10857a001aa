"""Quadratic trinomials as products of two brackets, by the two numbers with the right product and sum."""

from dataclasses import dataclass
from random import Random

from data_chef.algebra import (
    a_letter,
    coefficients,
    expressions,
    holds,
    identities_hold,
    layout,
    nonzero,
    polynomial,
    same_everywhere,
)
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Factor {e}.",
    "Factorise {e}.",
    "Write {e} as a product.",
    "Factor the quadratic {e} completely.",
    "{e} = ? (as a product of factors)",
    "What is {e} in factored form?",
    "Please factor this trinomial: {e}",
    "Find the factors of {e}.",
    "Turn {e} into a product of brackets.",
    "How does {e} factor?",
)


@dataclass(frozen=True)
class Config:
    root: int
    negative: bool
    factor: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((15, 12, 12, 16)[difficulty - 1], difficulty > 1, (1, 1, 9, 20)[difficulty - 1])

    def validate(self) -> None:
        if self.root < 2 or self.factor < 1:
            raise ValueError(f"root must be at least 2, factor at least 1: {self}")


def search(p: int, q: int) -> list[str]:
    """The pairs with the right product that are tried until one, p and q, has the right sum."""
    lines = []
    for small in range(1, min(abs(p), abs(q)) + 1):
        if p * q % small == 0:
            large = abs(p * q) // small
            signs = ((1, 1),) if p > 0 and q > 0 else ((-1, -1),) if p * q > 0 else ((1, -1), (-1, 1))
            for one, other in signs:
                a, b = one * small, other * large
                lines.append(f"{a}*{f'({b})' if b < 0 else b}={a * b} and {a}{b:+d}={a + b}")
                if a + b == p + q:
                    return lines
    return lines


def generate(rng: Random, config: Config) -> Problem:
    x = a_letter(rng)
    p, q = sorted(nonzero(rng, config.root) if config.negative else rng.randint(1, config.root) for _ in range(2))
    factor = rng.randint(2, config.factor) if config.factor > 1 else 1
    text, inner = polynomial([factor, factor * (p + q), factor * p * q], x), polynomial([1, p + q, p * q], x)
    lines = [f"{text}={factor}({inner})"] if factor > 1 else []
    lines += [f"product {p * q} and sum {p + q}:", *search(p, q)]
    brackets = f"({x}{p:+d})^2" if p == q else f"({x}{p:+d})({x}{q:+d})"
    answer = f"{factor}{brackets}" if factor > 1 else brackets
    return Problem(
        question=rng.choice(PHRASINGS).format(e=layout(rng, text)),
        solution="\n".join([*lines, f"{text}={answer}"]),
        answer=answer,
        canonical=f"{factor}|{p}|{q}",
    )


def verify(problem: Problem) -> bool:
    """Finds the roots by trying them and puts the brackets together from those."""
    asked = expressions(problem.question)[0].removesuffix("=")
    x = next(letter for letter in asked if letter.isalpha())
    a, b, c = coefficients(asked, x)
    p = next(n for n in range(-99, 100) if a * n * n - b * n + c == 0)
    q = b // a - p
    brackets = f"({x}{p:+d})^2" if p == q else f"({x}{p:+d})({x}{q:+d})"
    answer = f"{a}{brackets}" if a > 1 else brackets
    right = problem.answer == answer and problem.solution.endswith("=" + answer) and same_everywhere(answer, asked, x)
    goal = f"product {p * q} and sum {p + q}:" in problem.solution
    return right and goal and holds(problem.solution, **{x: 101}) and identities_hold(problem.solution, x)


register(Task("quadratic_factoring", "mathematics", Config, generate, verify, max_difficulty=3))
