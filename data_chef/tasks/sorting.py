"""Putting whole numbers in order, or naming the largest or smallest.

The steps take the numbers as they come: the largest so far, or those so far in order, and the next one put among them.
"""

import re
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.registry import Task, register


PHRASINGS = {
    "up": ("Sort {n} from smallest to largest.", "Put these numbers in ascending order: {n}."),
    "down": ("Sort {n} from largest to smallest.", "Put these numbers in descending order: {n}."),
    "max": ("What is the largest of {n}?", "Which number is the greatest: {n}?"),
    "min": ("What is the smallest of {n}?", "Which number is the least: {n}?"),
}


@dataclass(frozen=True)
class Config:
    most: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(most=difficulty + 2, high=(99, 999, 9999, 19998)[difficulty - 1])

    def validate(self) -> None:
        if self.most < 2 or self.high < 2 * self.most:
            raise ValueError(f"most must be at least 2 and high twice that: {self}")


def draw_numbers(rng: Random, count: int, high: int) -> list[int]:
    """Different numbers up to `high`; half of the time of any number of digits, so that the longer is not the rule."""
    if rng.random() < 0.5:
        return rng.sample(range(high + 1), count)
    numbers: list[int] = []
    while len(numbers) < count:
        number = rng.randrange(min(10 ** rng.randint(1, len(str(high))), high + 1))
        if number not in numbers:
            numbers.append(number)
    return numbers


def generate(rng: Random, config: Config) -> Problem:
    wanted = rng.choice(list(PHRASINGS))
    numbers = draw_numbers(rng, rng.randint(2, config.most), config.high)
    worked = champion if wanted in ("max", "min") else inserted
    lines, answer = worked(numbers, wanted in ("down", "max"))
    return Problem(
        question=rng.choice(PHRASINGS[wanted]).format(n=", ".join(map(str, numbers))),
        solution="\n".join(lines),
        answer=answer,
        canonical=f"{wanted}|{','.join(map(str, sorted(numbers)))}",
    )


def champion(numbers: list[int], largest: bool) -> tuple[list[str], str]:
    """Each number against the best so far: `43>39: 43`."""
    best = numbers[0]
    lines = [str(best)]
    for number in numbers[1:]:
        sign = ">" if number > best else "<"
        line = f"{number}{sign}{best}"
        best = number if (sign == ">") == largest else best
        lines.append(f"{line}: {best}")
    return lines, str(best)


def inserted(numbers: list[int], down: bool) -> tuple[list[str], str]:
    """Each number put between its neighbours among those before it: `30<55: 30, 55, 85`."""
    row = numbers[:1]
    lines = [str(row[0])]
    sign = ">" if down else "<"
    for number in numbers[1:]:
        place = sum(other > number if down else other < number for other in row)
        if place == len(row):
            line = f"{number}{'<' if down else '>'}{row[-1]}"
        else:
            line = sign.join(map(str, [*row[:place][-1:], number, row[place]]))
        row.insert(place, number)
        lines.append(f"{line}: {', '.join(map(str, row))}")
    return lines, ", ".join(map(str, row))


def verify(problem: Problem) -> bool:
    """Sorts by Python's own order, and checks every sign, every neighbour and every list of the steps."""
    numbers = [int(number) for number in re.findall(r"\d+", problem.question)]
    down = bool(re.search(r"largest to|descending|largest of|greatest", problem.question))
    order = bool(re.search(r"Sort|order", problem.question))
    ordered = sorted(numbers, reverse=down)
    first, *lines = problem.solution.split("\n")
    if problem.answer != (", ".join(map(str, ordered)) if order else str(ordered[0])) or first != str(numbers[0]):
        return False
    if len(lines) != len(numbers) - 1:
        return False
    for i, line in enumerate(lines, start=1):
        compared, _, result = line.partition(": ")
        before, after = sorted(numbers[:i], reverse=down), sorted(numbers[: i + 1], reverse=down)
        at = after.index(numbers[i])
        beside = {*after[max(0, at - 1) : at + 2]} if order else {numbers[i], before[0]}
        named = [int(number) for number in re.findall(r"\d+", compared)]
        signs = re.findall(r"[<>]", compared)
        if len(signs) != len(named) - 1 or {*named} != beside or len(named) != len(beside):
            return False
        if not all((x < y) == (sign == "<") for x, y, sign in zip(named, named[1:], signs, strict=False)):
            return False
        if result != (", ".join(map(str, after)) if order else str(after[0])):
            return False
    return True


register(Task("sorting", "mathematics", Config, generate, verify, max_difficulty=3))
