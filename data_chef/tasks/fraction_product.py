"""Products of fractions, and of fractions and whole numbers, reduced at the end."""

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import ASK_VALUE, product_steps, reaches, reduced_chain
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    *ASK_VALUE,
    "Multiply {l}.",
    "What is the product of {l}?",
    "Find the product of {l} in lowest terms.",
    "Give {e} as a fraction in lowest terms.",
)


@dataclass(frozen=True)
class Config:
    denominator: int
    count: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(denominator=(6, 10, 9, 15)[difficulty - 1], count=(2, 2, 3, 3)[difficulty - 1])

    def validate(self) -> None:
        if self.denominator < 3 or self.count < 2:
            raise ValueError(f"denominator at least 3, at least two factors: {self}")


def draw_fraction(rng: Random, denominator: int) -> tuple[int, int]:
    """A fraction, proper as a rule, that is not always in lowest terms but never whole."""
    bottom = rng.randint(2, denominator)
    top = (
        rng.randint(1, bottom - 1) if rng.random() < 0.75 else bottom * rng.randint(1, 2) + rng.randint(1, bottom - 1)
    )
    return top, bottom


def written(top: int, bottom: int) -> str:
    return f"{top}/{bottom}" if bottom > 1 else str(top)


def product_of(fractions: list[tuple[int, int]]) -> tuple[list[str], str]:
    """The lines of a product of fractions: all tops, all bottoms, and the result reduced."""
    lines = []
    for side in zip(*fractions, strict=True):
        factors = [factor for factor in side if factor != 1]
        for i in range(1, len(factors)):
            lines += product_steps(math.prod(factors[:i]), factors[i])
    top, bottom = (math.prod(side) for side in zip(*fractions, strict=True))
    answer = str(Fraction(top, bottom))
    if answer != written(top, bottom):
        lines.append(reduced_chain(top, bottom))
    return lines, answer


def generate(rng: Random, config: Config) -> Problem:
    fractions = [draw_fraction(rng, config.denominator) for _ in range(config.count)]
    if rng.random() < 0.2:
        fractions[rng.randrange(config.count)] = (rng.randint(2, 12), 1)
    texts = [written(*fraction) for fraction in fractions]
    bracketed = [f"({text})" if "/" in text else text for text in texts]
    lines, answer = product_of(fractions)
    listed = " and ".join(texts) if config.count == 2 else f"{', '.join(texts[:-1])} and {texts[-1]}"
    return Problem(
        question=rng.choice(PHRASINGS).format(e=" * ".join(texts), l=listed),
        solution="\n".join([*lines, f"{'*'.join(bracketed)}={answer}"]),
        answer=answer,
        canonical="*".join(sorted(texts)),
    )


def verify(problem: Problem) -> bool:
    product = math.prod(Fraction(number) for number in re.findall(r"\d+(?:/\d+)?", problem.question))
    return problem.answer == str(product) and reaches(problem.solution, f"={product}")


register(Task("fraction_product", "mathematics", Config, generate, verify, max_difficulty=3))
