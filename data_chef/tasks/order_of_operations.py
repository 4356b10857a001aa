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
    """A part of the expression: its text, its value, the rank of its outer operator, and the steps to its value."""

    text: str
    value: int
    rank: int
    steps: tuple[str, ...]


def calculate(a: int, operator: str, b: int) -> tuple[int, list[str]]:
    """The value and how to get it: large numbers without their signs first, in small steps."""
    value = {"+": a + b, "-": a - b, "*": a * b, "/": b and a // b, "^": a ** abs(b) if abs(b) < 5 else 0}[operator]
    x, y, right = abs(a), abs(b), f"({b})" if b < 0 else str(b)
    fact = [f"({a})^{b}={value}" if operator == "^" and a < 0 else f"{a}{operator}{right}={value}"]
    plain = a >= 0 and b >= 0
    if operator == "^":
        return value, [line for n in range(1, b) for line in product_steps(x**n, x)] + fact
    if operator == "*":
        return value, product_steps(a, b) if plain else product_steps(x, y) * (value < -100 or value > 100) + fact
    if operator == "/":
        return value, divided_lines(a, b) if plain else divided_lines(x, y) * (x > 12 * y) + fact
    if max(x, y) >= 100 and not plain:
        return value, fact * (operator == "-") + sum_lines(a, b if operator == "+" else -b)
    if plain and (operator == "+" or a >= b):
        return value, [sum_chain(a, b) if operator == "+" else difference_chain(a, b)]
    return value, fact


def grow(rng: Random, operations: int, config: Config) -> Node:
    """A random expression with whole results throughout."""
    if operations == 0:
        number = rng.randint(1, config.high)
        if rng.random() < config.negative:
            return Node(f"(-{number})", -number, NUMBER_RANK, ())
        return Node(str(number), number, NUMBER_RANK, ())
    operator = rng.choice("++--**//^")
    if operator == "^":
        left, right = (
            grow(rng, operations - 1, config),
            Node(exponent := rng.choice("223"), int(exponent), NUMBER_RANK, ()),
        )
    else:
        size = rng.randint(0, operations - 1)
        left, right = grow(rng, size, config), grow(rng, operations - 1 - size, config)
        if operator == "/" and (right.value in (0, 1) or left.value % right.value):
            operator = rng.choice("+-*")
    rank = RANK[operator]
    value, steps = calculate(left.value, operator, right.value)
    # A tie needs brackets on the right, where a - (b - c) is not a - b - c, and for a power of a power.
    first = f"({left.text})" if left.rank < rank or left.rank == rank == 3 else left.text
    second = f"({right.text})" if right.rank <= rank else right.text
    text = f"{first}^{second}" if operator == "^" else f"{first} {operator} {second}"
    return Node(text, value, rank, (*left.steps, *right.steps, *steps))


def suitable(node: Node) -> bool:
    numbers = [int(number) for step in node.steps for number in re.findall(r"\d+", step)]
    return bool(re.search(r"[/^]", node.text)) and max(numbers) <= 1000


def generate(rng: Random, config: Config) -> Problem:
    operations = rng.randint(*config.operations)
    node = grow(rng, operations, config)
    while not suitable(node):
        node = grow(rng, operations, config)
    text = node.text if rng.random() < 0.7 else node.text.replace(" ", "")
    return Problem(
        question=rng.choice(PHRASINGS).format(e=text),
        solution="\n".join(node.steps),
        answer=str(node.value),
        canonical=node.text.replace(" ", ""),
    )


def verify(problem: Problem) -> bool:
    """Evaluates the expression of the question as a whole."""
    expression = re.sub(r"[^-+*/^()\d]", "", problem.question)
    return problem.answer == str(evaluate(expression)) and reaches(problem.solution, f"={problem.answer}")


register(Task("order_of_operations", "mathematics", Config, generate, verify, max_difficulty=3))
