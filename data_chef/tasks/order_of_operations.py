"""Expressions with powers, division, nested brackets and negative numbers, one operation a step."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import (
    ASK_VALUE,
    difference_chain,
    divided_lines,
    evaluate,
    product_steps,
    reaches,
    sum_chain,
)
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.tasks.signed_addition import sum_lines


PHRASINGS = (
    *ASK_VALUE,
    "Use the order of operations: {e}",
    "Mind the order of operations: {e}",
    "Work this out step by step: {e}",
    "What number is {e}?",
)
RANK = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}
NUMBER_RANK = 4


@dataclass(frozen=True)
class Config:
    operations: tuple[int, int]
    high: int
    negative: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((difficulty + 1, difficulty + 2), (9, 12, 15, 15)[difficulty - 1], 0.1 * (difficulty - 1))

    def validate(self) -> None:
        if not 1 <= self.operations[0] <= self.operations[1] <= 8 or self.high < 4:
            raise ValueError(f"1 to 8 operations and high at least 4: {self}")


@dataclass(frozen=True)
class Node:
    """A part of the expression: its text, value, the rank of its outer operator, and what is calculated for it."""

    text: str
    value: int
    rank: int
    calculations: tuple[tuple[int, str, int, int], ...]


def value_of(a: int, operator: str, b: int) -> int:
    if operator == "^":
        return a**b
    return {"+": a + b, "-": a - b, "*": a * b, "/": b and a // b}[operator]


def lines_of(a: int, operator: str, b: int, value: int) -> list[str]:
    """How to get the value of one operation: large numbers without their signs first, in small steps."""
    x, y, right = abs(a), abs(b), f"({b})" if b < 0 else str(b)
    fact = [f"({a})^{b}={value}" if operator == "^" and a < 0 else f"{a}{operator}{right}={value}"]
    plain = a >= 0 and b >= 0
    if operator == "^":
        return [line for n in range(1, b) for line in product_steps(x**n, x)] + fact
    if operator == "*":
        return product_steps(a, b) if plain else product_steps(x, y) * (abs(value) > 100) + fact
    if operator == "/":
        return divided_lines(a, b) if plain else divided_lines(x, y) * (x > 12 * y) + fact
    if max(x, y) >= 100 and not plain:
        return fact * (operator == "-") + sum_lines(a, b if operator == "+" else -b)
    if plain and (operator == "+" or a >= b):
        return [sum_chain(a, b) if operator == "+" else difference_chain(a, b)]
    return fact


def grow(rng: Random, operations: int, config: Config) -> Node:
    """A random expression with whole results throughout."""
    if operations == 0:
        number = rng.randint(1, config.high)
        if rng.random() < config.negative:
            return Node(f"(-{number})", -number, NUMBER_RANK, ())
        return Node(str(number), number, NUMBER_RANK, ())
    operator = rng.choice("++--**//^")
    size = operations - 1 if operator == "^" else rng.randint(0, operations - 1)
    left = grow(rng, size, config)
    if operator == "^":
        exponent = rng.choice((2, 2, 3))
        right = Node(str(exponent), exponent, NUMBER_RANK, ())
    else:
        right = grow(rng, operations - 1 - size, config)
    if operator == "/" and (right.value in (0, 1) or left.value % right.value):
        operator = rng.choice("+-*")
    rank, value = RANK[operator], value_of(left.value, operator, right.value)
    # A tie needs brackets on the right, where a - (b - c) is not a - b - c, and for a power of a power.
    first = f"({left.text})" if left.rank < rank or left.rank == rank == 3 else left.text
    second = f"({right.text})" if right.rank <= rank else right.text
    text = f"{first}^{second}" if operator == "^" else f"{first} {operator} {second}"
    calculation = (left.value, operator, right.value, value)
    return Node(text, value, rank, (*left.calculations, *right.calculations, calculation))


def suitable(node: Node) -> bool:
    """Whether the expression has a power or a division, and nothing gets large on the way."""
    signs = {operator for _, operator, _, _ in node.calculations}
    return bool(signs & {"/", "^"}) and all(max(abs(a), abs(b), abs(v)) < 1000 for a, _, b, v in node.calculations)


def generate(rng: Random, config: Config) -> Problem:
    operations = rng.randint(*config.operations)
    node = grow(rng, operations, config)
    while not suitable(node):
        node = grow(rng, operations, config)
    text = node.text if rng.random() < 0.7 else node.text.replace(" ", "")
    return Problem(
        question=rng.choice(PHRASINGS).format(e=text),
        solution="\n".join(line for calculation in node.calculations for line in lines_of(*calculation)),
        answer=str(node.value),
        canonical=node.text.replace(" ", ""),
    )


def verify(problem: Problem) -> bool:
    """Evaluates the expression of the question as a whole."""
    expression = re.sub(r"[^-+*/^()\d]", "", problem.question)
    return problem.answer == str(evaluate(expression)) and reaches(problem.solution, f"={problem.answer}")


register(Task("order_of_operations", "mathematics", Config, generate, verify, max_difficulty=3))
