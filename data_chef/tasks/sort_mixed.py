"""Decimals, fractions and percentages put in order, by writing all of them as decimals."""

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from data_chef.arithmetic import decimal_text, reaches
from data_chef.item import Problem
from data_chef.registry import Task, register
from data_chef.tasks.decimal_addition import padded


PHRASINGS = {
    "up": (
        "Sort from smallest to largest: {l}",
        "Put in ascending order: {l}",
        "Order these numbers, smallest first: {l}",
        "Arrange {l} from least to greatest.",
        "Write {l} in increasing order.",
        "Which order do {l} have from small to large?",
        "Please sort {l}, beginning with the smallest.",
    ),
    "down": (
        "Sort from largest to smallest: {l}",
        "Put in descending order: {l}",
        "Order these numbers, largest first: {l}",
        "Arrange {l} from greatest to least.",
        "Write {l} in decreasing order.",
        "Which order do {l} have from large to small?",
        "Please sort {l}, beginning with the largest.",
    ),
}
DENOMINATORS = {2: 10, 4: 100, 5: 10, 8: 1000, 10: 10, 20: 100, 25: 100, 50: 100, 40: 1000}


@dataclass(frozen=True)
class Config:
    count: tuple[int, int]
    kinds: tuple[str, ...]
    denominators: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        kinds = ("decimal", "decimal", "fraction", "fraction", "percent", "negative")[: difficulty * 2]
        return cls(((3, 4), (3, 4), (4, 5), (7, 8))[difficulty - 1], kinds, denominators=3 + 2 * difficulty)

    def validate(self) -> None:
        if self.count[0] < 2 or not self.kinds:
            raise ValueError(f"at least two numbers of some kind, not {self}")


def draw_number(rng: Random, config: Config) -> tuple[str, str, list[str]]:
    """A number as the question has it, as a decimal, and how the one becomes the other."""
    kind = rng.choice(config.kinds)
    if kind == "fraction":
        bottom = rng.choice(list(DENOMINATORS)[: config.denominators])
        top, scale = rng.randint(1, bottom + bottom // 2), DENOMINATORS[bottom]
        text, value = f"{top}/{bottom}", decimal_text(Fraction(top, bottom))
        middle = f"={top * scale // bottom}/{scale}" if scale != bottom else ""
        return text, value, [f"{text}{middle}={value}"]
    if kind == "percent":
        percent = rng.randint(1, 150)
        value = decimal_text(Fraction(percent, 100))
        return f"{percent}%", value, [f"{percent}%={value}"]
    value = decimal_text(
        Fraction(rng.randint(1, 150), 100) if rng.random() < 0.6 else Fraction(rng.randint(1, 15), 10)
    )
    value = f"-{value}" if kind == "negative" else value
    return value, value, []


def generate(rng: Random, config: Config) -> Problem:
    numbers: list[tuple[str, str]] = []
    lines = []
    count = rng.randint(*config.count)
    while len(numbers) < count:
        text, value, how = draw_number(rng, config)
        if value not in [other for _, other in numbers]:
            numbers.append((text, value))
            lines += how
    way = rng.choice(("up", "up", "down"))
    values, _ = padded([value for _, value in numbers])
    order = sorted(zip(numbers, values, strict=True), key=lambda pair: Fraction(pair[1]), reverse=way == "down")
    if values != [text for text, _ in numbers]:
        lines.append("all as decimals: " + ", ".join(values))
    sign = "<" if way == "up" else ">"
    lines += [f"{one}{sign}{other}" for (_, one), (_, other) in zip(order, order[1:], strict=False)]
    answer = ", ".join(text for (text, _), _ in order)
    return Problem(
        question=rng.choice(PHRASINGS[way]).format(l=", ".join(text for text, _ in numbers)),
        solution="\n".join([*lines, f"in order: {answer}"]),
        answer=answer,
        canonical=f"{way}|" + " ".join(sorted(text for text, _ in numbers)),
    )


def verify(problem: Problem) -> bool:
    """The answer has the numbers of the question, each larger, or smaller, than the one before."""

    def value(text: str) -> Fraction:
        return Fraction(text.rstrip("%")) / (100 if "%" in text else 1)

    given = re.findall(r"-?\d+(?:[./]\d+)?%?", problem.question)
    answered = problem.answer.split(", ")
    if sorted(given) != sorted(answered):
        return False
    values = [value(text) for text in answered]
    if re.search(r"largest to|desc|largest first|greatest to|decreasing|large to|with the largest", problem.question):
        values.reverse()
    rising = all(one < other for one, other in zip(values, values[1:], strict=False))
    return rising and reaches(problem.solution, f": {problem.answer}")


register(Task("sort_mixed", "mathematics", Config, generate, verify, max_difficulty=3))
