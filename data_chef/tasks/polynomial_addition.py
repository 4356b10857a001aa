"""Sums and differences of two polynomials, power by power."""

from dataclasses import dataclass
from random import Random

from data_chef.algebra import a_letter, expressions, layout, nonzero, polynomial, simplifies, term, total
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Simplify {e}.",
    "What is {e}?",
    "Calculate {e}.",
    "{e} =",
    "Write {e} as one polynomial.",
    "Remove the brackets and simplify {e}.",
    "Please work out {e}.",
    "Combine the like terms of {e}.",
    "Compute {e} and simplify.",
    "Two polynomials are put together: {e}. What is the result?",
)


@dataclass(frozen=True)
class Config:
    degree: int
    coefficient: int
    differences: bool

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((1, 2, 3, 4)[difficulty - 1], (9, 12, 20, 99)[difficulty - 1], difficulty > 1)

    def validate(self) -> None:
        if self.degree < 1 or self.coefficient < 1:
            raise ValueError(f"degree and coefficient must be at least 1: {self}")


def draw(rng: Random, config: Config) -> list[int]:
    """A polynomial, highest power first, of which some coefficients may be 0."""
    inner = [rng.randint(-config.coefficient, config.coefficient) for _ in range(config.degree)]
    return [nonzero(rng, config.coefficient), *inner]


def generate(rng: Random, config: Config) -> Problem:
    x, p, q = a_letter(rng), draw(rng, config), draw(rng, config)
    sign = rng.choice((1, 1, -1)) if config.differences else 1
    lines = []
    for i, (a, b) in enumerate(zip(p, q, strict=True)):
        if a or b:
            # A sum of a number and 0 is written too, so that every power has its line.
            chain = total(a, sign * b) if b else f"{a}+0={a}"
            power = config.degree - i
            lines.append(f"{term(1, power, x) if power else 'constant'}: {chain}")
    result = polynomial([a + sign * b for a, b in zip(p, q, strict=True)], x)
    text = f"({polynomial(p, x)}){'+' if sign > 0 else '-'}({polynomial(q, x)})"
    return Problem(
        question=rng.choice(PHRASINGS).format(e=layout(rng, text)),
        solution="\n".join([*lines, result]),
        answer=result,
        canonical=text.replace(x, "x") if sign < 0 else "+".join(sorted((polynomial(p), polynomial(q)))),
    )


def verify(problem: Problem) -> bool:
    return simplifies(problem, expressions(problem.question)[0].removesuffix("="))


register(Task("polynomial_addition", "mathematics", Config, generate, verify, max_difficulty=3))
