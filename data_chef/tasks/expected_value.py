"""Expected values: of a wheel with equal parts, and of a prize table with probabilities."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.algebra import concludes, fraction_lines, product, total
from data_chef.item import Problem
from data_chef.registry import Task, register


WHEEL = (
    "A wheel has {n} equal parts with the numbers {l}. What is the expected value of a spin?",
    "One of the {n} cards {l} is drawn at random. What is the expected value of its number?",
    "A bag holds {n} slips with the numbers {l}. One is drawn at random. What is the expected value of its number?",
    "All of {l} are equally likely. Find the expected value.",
)
TABLE = (
    "A game pays {l}. What is the expected payment?",
    "Someone wins {l}. Find the expected value of the win.",
    "A random number is {l}. What is its expected value?",
    "The outcome is {l}. Compute the expected value of the outcome.",
    "A lottery ticket brings {l}. How much does it bring on average?",
)


@dataclass(frozen=True)
class Config:
    outcomes: int
    value: int
    table_rate: float
    negative: bool

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        rate = (0.2, 0.6, 0.7, 0.8)[difficulty - 1]
        return cls((4, 5, 5, 8)[difficulty - 1], (12, 20, 20, 50)[difficulty - 1], rate, difficulty > 2)

    def validate(self) -> None:
        if self.outcomes < 2 or self.value < 8 or not 0 <= self.table_rate <= 1:
            raise ValueError(f"outcomes must be at least 2, value at least 8, table_rate a rate: {self}")


def parts(rng: Random, count: int, whole: int) -> list[int]:
    """Positive numbers with this sum."""
    cuts = sorted(rng.sample(range(1, whole), count - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, whole], strict=True)]


def generate(rng: Random, config: Config) -> Problem:
    count, low = rng.randint(3, config.outcomes), -config.value if config.negative else 0
    if rng.random() < config.table_rate:
        values = rng.sample(range(low, config.value + 1), min(count, 4 if config.outcomes < 6 else 6))
        whole = rng.choice((6, 8, 10, 12, 20) if config.outcomes < 6 else (16, 24, 30, 36))
        weights = parts(rng, len(values), whole)
        lines = [product(w, v) for w, v in zip(weights, values, strict=True) if v]
        sums = [w * v for w, v in zip(weights, values, strict=True) if v]
        shown = [f"{v} with probability {Fraction(w, whole)}" for v, w in zip(values, weights, strict=True)]
        lines = [f"all over {whole}: {', '.join(f'{w}/{whole}' for w in weights)}", *lines]
        question, canonical = rng.choice(TABLE), f"{whole}|"
        canonical += ",".join(sorted(f"{w}:{v}" for w, v in zip(weights, values, strict=True)))
    else:
        values = [rng.randint(max(low, 0) or 1, config.value) for _ in range(count)]
        whole, sums, lines, shown = count, values, [], [str(value) for value in values]
        question, canonical = rng.choice(WHEEL), ",".join(map(str, sorted(values)))
    lines += [total(*sums), f"expected value {sum(sums)}/{whole}", *fraction_lines(sum(sums), whole)]
    return Problem(
        question=question.format(n=count, l=", ".join(shown[:-1]) + " and " + shown[-1]),
        solution="\n".join(lines),
        answer=str(Fraction(sum(sums), whole)),
        canonical=canonical,
    )


def verify(problem: Problem) -> bool:
    """Exact fractions, outcome by outcome."""
    question = problem.question
    table = re.findall(r"(-?\d+) with probability (\d+/\d+)", question)
    if table:
        value = sum(int(number) * Fraction(chance) for number, chance in table)
        if sum(Fraction(chance) for _, chance in table) != 1:
            return False
        told = re.search(r"all over \d+: (.*/(\d+))\n", problem.solution)
        if not told or told[1] != ", ".join(f"{Fraction(chance) * int(told[2])}/{told[2]}" for _, chance in table):
            return False
    else:
        listed = re.findall(r"\d+(?:, \d+)* and \d+", question)[0]
        numbers = [int(n) for n in re.findall(r"\d+", listed)]
        value = Fraction(sum(numbers), len(numbers))
    stated = re.search(r"expected value (-?\d+/\d+)", problem.solution)
    return stated is not None and Fraction(stated[1]) == value and concludes(problem, value)


register(Task("expected_value", "mathematics", Config, generate, verify, max_difficulty=3))
