"""The most frequent number of a list, and the gap between its largest and smallest."""

import re
from collections import Counter
from dataclasses import dataclass
from random import Random

from data_chef.item import Problem
from data_chef.measures import counted, minus, read_kind, sound, together
from data_chef.nouns import NAMES
from data_chef.registry import Task, register


KINDS = {
    "mode": (
        "What is the mode of {bare}?",
        "Find the mode of these numbers: {bare}",
        "Which number occurs most often in {bare}?",
        "mode({bare}) = ?",
        "{name} wrote down {listed}. Which number came up most often?",
        "Please give the mode of the list {bare}.",
    ),
    "range": (
        "What is the range of {bare}?",
        "Find the range of these numbers: {bare}",
        "What is the difference between the largest and the smallest of {bare}?",
        "range({bare}) = ?",
        "{name} noted the values {listed}. What is their range?",
        "Please give the range of the list {bare}.",
    ),
}


@dataclass(frozen=True)
class Config:
    most: int
    high: int

    @classmethod
    def at(cls, difficulty: int) -> "Config":
        return cls(most=(6, 8, 11, 16)[difficulty - 1], high=(9, 30, 200, 900)[difficulty - 1])

    def validate(self) -> None:
        if self.most < 5 or self.high < 6:
            raise ValueError(f"most must be at least 5, high must be at least 6: {self}")


def generate(rng: Random, config: Config) -> Problem:
    kind, n = rng.choice(("mode", "range")), rng.randint(5, config.most)
    if kind == "mode":
        values = rng.sample(range(1, config.high + 1), n // 2 + 1)
        often = 2 + (n > 6)
        numbers = [values[0]] * often
        for value in values[1:]:
            numbers += [value] * rng.randint(1, often - 1)
        numbers = numbers[:n]
        rng.shuffle(numbers)
        counts = {value: numbers.count(value) for value in sorted(numbers)}
        steps = [", ".join(f"{value}: {counted(count, 'time')}" for value, count in counts.items()), str(values[0])]
        answer = str(values[0])
    else:
        numbers = [rng.randint(1, config.high) for _ in range(n)]
        low, high = min(numbers), max(numbers)
        steps = [f"largest {high}, smallest {low}", minus(high, low)]
        answer = str(high - low)
    words = {"listed": together(numbers), "bare": ", ".join(map(str, numbers)), "name": rng.choice(NAMES)}
    return Problem(
        question=rng.choice(KINDS[kind]).format(**words),
        solution="\n".join(steps),
        answer=answer,
        canonical=f"{kind}|{sorted(numbers)}",
    )


def verify(problem: Problem) -> bool:
    """From the numbers in order: the ends, or the longest run of equal ones."""
    kind, told = read_kind(KINDS, problem.question)
    ordered = sorted(int(number) for number in re.findall(r"\d+", str(told.get("listed", told.get("bare")))))
    if kind == "range":
        return sound(problem, str(ordered[-1] - ordered[0]))
    (first, most), *others = Counter(ordered).most_common(2)
    return all(count < most for _, count in others) and sound(problem, str(first))


register(Task("mode_range", "mathematics", Config, generate, verify, max_difficulty=3))
