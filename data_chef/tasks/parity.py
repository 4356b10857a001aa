"""Even or odd? Of sums, differences, products and powers, without calculating them."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import evaluate, expressions
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "Is {e} even or odd?",
    "{e}: even or odd?",
    "Is the result of {e} even or odd?",
    "Without calculating it, is {e} even or odd?",
    "What is the parity of {e}?",
    "Decide if {e} is even or odd.",
    "Does {e} give an even or an odd number?",
    "Is the number {e} odd or even?",
    "Tell me the parity of {e}.",
    "Would {e} be even, or odd?",
)
WORDS = ("even", "odd")


@dataclass(frozen=True)
class Config:
    terms: int
    high: int
    powers: bool

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((2, 3, 4, 7)[difficulty - 1], (99, 99, 999, 9999)[difficulty - 1], difficulty > 1)

    def validate(self) -> None:
        if self.terms < 2 or self.high < 9:
            raise ValueError(f"terms must be at least 2 and high at least 9: {self}")


def steps(text: str) -> list[str]:
    """One line a number that shows its last digit, then the products, then the sums from the left."""
    lines, products = [], []
    signs = re.findall(r"[-+]", text)
    for part in re.split(r"[-+]", text):
        factors = []
        for factor in part.split("*"):
            number = factor.split("^")[0]
            factors.append(int(number) % 2)
            lines.append(f"{number} is {WORDS[factors[-1]]}")
            if "^" in factor:
                lines.append(f"{factor} is {WORDS[factors[-1]]}")
        while len(factors) > 1:
            lines.append(f"{WORDS[factors[0]]}*{WORDS[factors[1]]} is {WORDS[factors[0] * factors[1]]}")
            factors[:2] = [factors[0] * factors[1]]
        products.append(factors[0])
    value = products[0]
    for sign, other in zip(signs, products[1:], strict=True):
        lines.append(f"{WORDS[value]}{sign}{WORDS[other]} is {WORDS[(value + other) % 2]}")
        value = (value + other) % 2
    return lines


def generate(rng: Random, config: Config) -> Problem:
    text = ""
    for place in range(rng.randint(2, config.terms)):
        number = str(rng.randint(2, config.high))
        if config.powers and rng.random() < 0.15:
            number += f"^{rng.randint(2, 9)}"
        text += (rng.choice("++-**") if place else "") + number
    lines = steps(text)
    shown = re.sub(r"([-+*])", r" \1 ", text) if rng.random() < 0.8 else text
    return Problem(
        question=rng.choice(PHRASINGS).format(e=shown),
        solution="\n".join(lines),
        answer=lines[-1].split(" is ")[1],
        canonical=text,
    )


def verify(problem: Problem) -> bool:
    """Calculates the whole expression."""
    asked = expressions(problem.question)[0]
    answer = WORDS[evaluate(asked) % 2]
    return (
        problem.answer == answer and problem.solution == "\n".join(steps(asked)) and problem.solution.endswith(answer)
    )


register(Task("parity", "mathematics", Config, generate, verify, max_difficulty=3))
