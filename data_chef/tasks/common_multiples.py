"""The first common multiples of two numbers, or how many there are up to a limit."""

import re
from dataclasses import dataclass
from random import Random

from data_chef.algebra import holds, product
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.text import find


FIRST = (
    "List the first {k} common multiples of {a} and {b}.",
    "What are the {k} smallest positive common multiples of {a} and {b}?",
    "Find the first {k} numbers that are multiples of both {a} and {b}.",
    "Which {k} numbers come first among the common multiples of {a} and {b}?",
    "Give {k} common multiples of {a} and {b}, smallest first and none left out.",
)
COUNT = (
    "How many common multiples of {a} and {b} are there from 1 to {n}?",
    "Count the numbers from 1 to {n} that are divisible by both {a} and {b}.",
    "How many positive numbers up to {n} are multiples of {a} and of {b}?",
    "How many of the numbers 1 to {n} can be divided by {a} and by {b} without remainder?",
)


@dataclass(frozen=True)
class Config:
    high: int
    count_rate: float

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls((10, 15, 20, 32)[difficulty - 1], (0.5, 0.6, 0.7, 0.8)[difficulty - 1])

    def validate(self) -> None:
        if self.high < 4 or not 0 <= self.count_rate <= 1:
            raise ValueError(f"high must be at least 4, count_rate a rate: {self}")


def generate(rng: Random, config: Config) -> Problem:
    a, b = rng.sample(range(2, config.high + 1), 2)
    small, large = sorted((a, b))
    lines, multiple = [], large
    while multiple % small:
        lines.append(f"{multiple}={multiple // small}*{small}+{multiple % small}")
        multiple += large
    lines.append(f"{multiple}={multiple // small}*{small} yes")
    if rng.random() < config.count_rate:
        limit = rng.randint(multiple, 12 * multiple)
        count = limit // multiple
        lines += [product(count, multiple), product(count + 1, multiple)]
        lines.append(f"{limit} lies from {count * multiple} up to {(count + 1) * multiple}")
        answer, canonical = str(count), f"{small}|{large}|to {limit}"
        lines.append(answer)
        question = rng.choice(COUNT).format(a=a, b=b, n=limit)
    else:
        count = rng.randint(3, 5)
        lines += [f"{i}*{multiple}={i * multiple}" for i in range(2, count + 1)]
        answer = ", ".join(str(i * multiple) for i in range(1, count + 1))
        canonical = f"{small}|{large}|first {count}"
        lines.append(answer)
        question = rng.choice(FIRST).format(a=a, b=b, k=count)
    return Problem(question, "\n".join(lines), answer, canonical)


def verify(problem: Problem) -> bool:
    """Tries every number from 1 on."""
    numbers = [int(n) for n in re.findall(r"\d+", problem.question)]
    if re.search("[Ll]ist|are the|[Ff]irst", problem.question) and "1 to" not in problem.question:
        count, (a, b) = numbers[0], numbers[1:]
        found = [n for n in range(1, a * b * count + 1) if n % a == 0 == n % b][:count]
        answer = ", ".join(map(str, found))
    else:
        limit = int(find(r"to (\d+)", problem.question)[1])
        a, b = (int(n) for n in re.findall(r"\d+", re.sub(r"(?:1|up) to \d+", "", problem.question)))
        found = [n for n in range(1, limit + 1) if n % a == 0 == n % b]
        answer = str(len(found))
        if f"\n{limit} lies from {found[-1]} up to {found[-1] + found[0]}\n" not in problem.solution:
            return False
    right = problem.answer == answer and problem.solution.endswith("\n" + answer)
    return right and holds(problem.solution.removesuffix(answer))


register(Task("common_multiples", "mathematics", Config, generate, verify, max_difficulty=3))
