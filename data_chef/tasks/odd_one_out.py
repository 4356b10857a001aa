"""Which one of the numbers lacks a property that all the others have?"""

import math
import re
from dataclasses import dataclass
from random import Random

from data_chef.arithmetic import equations_hold
from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = (
    "All but one of these numbers are {p}: {n}. Which one is not?",
    "Which of {n} is not {one}?",
    "Find the odd one out: {n}. The others are {p}.",
    "One of the numbers {n} does not belong, because the others are {p}. Which one?",
    "{n}: all {p}, except one. Which?",
    "The numbers {n} are {p}, with one exception. Name the exception.",
    "Only one of {n} is not {one}. Which is it?",
    "Here are some {p}, and one intruder: {n}. Which number is the intruder?",
    "Spot the number that is not {one}: {n}.",
)
PRIMES = [n for n in range(2, 100) if all(n % d for d in range(2, math.isqrt(n) + 1))]


@dataclass(frozen=True)
class Config:
    count: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(count=3 + difficulty, high=(40, 60, 99, 200)[difficulty - 1])

    def validate(self) -> None:
        if self.count < 3 or self.high < 30:
            raise ValueError(f"count must be at least 3 and high at least 30: {self}")


def names(kind: str, k: int) -> tuple[str, str]:
    """The property of one number, and of several."""
    return {
        "multiple": (f"a multiple of {k}", f"multiples of {k}"),
        "even": ("an even number", "even numbers"),
        "odd": ("an odd number", "odd numbers"),
        "square": ("a square number", "square numbers"),
        "prime": ("a prime number", "prime numbers"),
        "sum": (f"a number with digit sum {k}", f"numbers with digit sum {k}"),
    }[kind]


def checked(kind: str, k: int, n: int) -> tuple[bool, str]:
    """Whether n has the property, and why."""
    if kind == "multiple":
        whole, rest = divmod(n, k)
        return rest == 0, f"{whole}*{k}" + (f"+{rest}" if rest else "") + f"={n}"
    if kind in ("even", "odd"):
        return (n % 2 == 0) == (kind == "even"), f"{n} ends in {n % 10}"
    if kind == "square":
        root = math.isqrt(n)
        if root * root == n:
            return True, f"{root}*{root}={n}"
        return False, f"{root}*{root}={root * root}, {root + 1}*{root + 1}={(root + 1) ** 2}"
    if kind == "prime":
        factor = next((d for d in range(2, math.isqrt(n) + 1) if n % d == 0), 0)
        return (False, f"{factor}*{n // factor}={n}") if factor else (True, f"{n} is prime")
    digits = [int(digit) for digit in str(n)]
    return sum(digits) == k, f"{'+'.join(map(str, digits))}={sum(digits)}"


def generate(rng: Random, config: Config) -> Problem:
    kind = rng.choice(("multiple", "multiple", "even", "odd", "square", "prime", "sum"))
    k = rng.choice((3, 4, 5, 6, 7, 8, 9, 11, 12)) if kind == "multiple" else rng.randint(4, 12)
    high = 99 if kind in ("prime", "sum") else max(config.high, 100) if kind == "square" else config.high
    high = max(high, k * (config.count + 1))
    own: list[int] = []
    other: list[int] = []
    for n in range(10 if kind == "sum" else 2, high + 1):
        (own if checked(kind, k, n)[0] else other).append(n)
    if kind == "prime":
        other = [n for n in other if n % 2]
    if len(own) < config.count - 1:
        return generate(rng, config)
    numbers = [rng.choice(other), *rng.sample(own, config.count - 1)]
    rng.shuffle(numbers)
    lines, answer = worked(kind, k, numbers)
    one, many = names(kind, k)
    return Problem(
        question=rng.choice(PHRASINGS).format(n=", ".join(map(str, numbers)), p=many, one=one),
        solution="\n".join(lines),
        answer=str(answer),
        canonical=f"{one}|{sorted(numbers)}",
    )


def worked(kind: str, k: int, numbers: list[int]) -> tuple[list[str], int]:
    lines, found = [], 0
    for n in numbers:
        fits, why = checked(kind, k, n)
        found = found if fits else n
        lines.append(f"{n}: {why}, {'yes' if fits else 'no'}")
    return lines, found


def verify(problem: Problem) -> bool:
    """Looks the numbers up in a list of all that have the property."""
    numbers = next([int(n) for n in part.split(", ")] for part in re.findall(r"\d+(?:, \d+)+", problem.question))
    rest = re.sub(r"\d+(?:, \d+)+", "", problem.question)
    kind, word = next((kind, word) for kind, word in (
        ("sum", "digit sum"), ("multiple", "multiple"), ("square", "square"), ("prime", "prime"), ("even", "even"),
        ("odd", "odd number"),
    ) if word in rest)  # fmt: skip
    k = int(next(iter(re.findall(rf"(?:{word}s? of|{word}) (\d+)", rest)), 0))
    top = max(numbers) + 1
    having = {
        "multiple": lambda: range(0, top, k),
        "even": lambda: range(0, top, 2),
        "odd": lambda: range(1, top, 2),
        "square": lambda: [n * n for n in range(top)],
        "prime": lambda: PRIMES,
        "sum": lambda: [n for n in range(top) if n // 100 + n // 10 % 10 + n % 10 == k],
    }[kind]()
    lacking = [n for n in numbers if n not in having]
    steps = "\n".join(worked(kind, k, numbers)[0])
    sides = re.sub(r"(?m)^\d+: ", "", steps)
    return [problem.answer] == [str(n) for n in lacking] and problem.solution == steps and equations_hold(sides)


register(Task("odd_one_out", "logic", Config, generate, verify, max_difficulty=3))
