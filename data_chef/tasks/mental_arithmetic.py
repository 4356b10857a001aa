"""Several small sums, differences, products and quotients, each done in the head.

These are the facts that the steps of other tasks rest on: what a word problem or an equation asks for in one step.
A sum or difference that `addition` or `subtraction` hold out of training is not told here.
"""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold, evaluate
from data_chef.item import Problem, canonical_hash
from data_chef.registry import Task, register
from data_chef.splits import split_of_hash


PHRASINGS = ("Work out: {n}", "Compute each: {n}", "{n}", "In your head: {n}", "Find the values of {n}.")


@dataclass(frozen=True)
class Config:
    terms: int
    signs: bool

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(terms=5, signs=difficulty > 1)

    def validate(self) -> None:
        if self.terms < 1:
            raise ValueError(f"terms must be at least 1: {self}")


def term(rng: Random, config: Config) -> str:
    """One small calculation whose result is a whole number."""
    operator = rng.choice("++--*/")
    if operator == "*":
        return f"{rng.randint(2, 9)}*{rng.randint(2, 99 if rng.random() < 0.5 else 12)}"
    if operator == "/":
        divisor = rng.randint(2, 12)
        value = rng.randint(2, 99 // divisor if rng.random() < 0.5 and divisor < 10 else 12) * divisor
        return f"{'-' if config.signs and rng.random() < 0.5 else ''}{value}/{divisor}"
    a, b = rng.randint(1, 99), rng.randint(1, 99)
    if rng.random() < 0.3:
        a = rng.randint(100, 200)
    if config.signs and rng.random() < 0.5:
        return f"{rng.choice(('-', ''))}{b}{operator}{a}"
    return f"{max(a, b)}{operator}{min(a, b)}"


def held_out(calculation: str) -> bool:
    """Whether this sum or difference is one that its own task keeps for validation or test."""
    found = re.fullmatch(r"(\d+)([-+])(\d+)", calculation)
    if not found:
        return False
    a, operator, b = int(found[1]), found[2], int(found[3])
    if operator == "+":
        return split_of_hash(canonical_hash("addition", f"{min(a, b)}+{max(a, b)}")) != "train"
    return split_of_hash(canonical_hash("subtraction", f"{a}-{b}")) != "train"


def generate(rng: Random, config: Config) -> Problem:
    terms: list[str] = []
    while len(terms) < config.terms:
        calculation = term(rng, config)
        if not held_out(calculation):
            terms.append(calculation)
    values = [str(evaluate(calculation)) for calculation in terms]
    return Problem(
        question=rng.choice(PHRASINGS).format(n=", ".join(terms)),
        solution="\n".join(f"{left}={right}" for left, right in zip(terms, values, strict=True)),
        answer=", ".join(values),
        canonical=",".join(sorted(terms)),
    )


def verify(problem: Problem) -> bool:
    """Undoes each calculation with whole numbers, instead of evaluating it again."""
    terms = re.findall(r"(-?\d+)([-+*/])(\d+)", problem.question)
    undo = {"+": lambda v, b: v - b, "-": lambda v, b: v + b, "*": lambda v, b: v / b, "/": lambda v, b: v * b}
    values = [int(value) for value in problem.answer.split(", ")]
    right = all(undo[sign](v, int(b)) == int(a) for (a, sign, b), v in zip(terms, values, strict=True))
    return right and equations_hold(problem.solution)


register(Task("mental_arithmetic", "mathematics", Config, generate, verify, max_difficulty=2))
